//! Desktops as people list, open and export them. Writing them is the sync's, in `stock.rs`.
//!
//! A page is read in two steps: first the ids, from narrow indexes; then the whole rows of those
//! ids, by primary key. How the ids are found depends on what is known: where the total is known
//! and many rows match, a walk in sort order meets a page of them soon; otherwise one scan collects
//! all that match, which also counts them.

mod facets;
mod filter;
mod history;
mod sort;

pub use facets::{Facets, facets};

use domain::Scope;
use domain::listing::{Page, PageRequest, Sort, WorkspaceFilter};
use domain::workspace::{
    ConnectionState, RunningMode, Workspace, WorkspaceDetail, WorkspaceRecord, WorkspaceState,
};

use crate::conn::{Conn, Row};
use crate::db::Db;
use crate::error::StoreError;
use crate::page::Listing;
use crate::value::Json;

pub(crate) use facets::group_counts;
pub(crate) use filter::{PRESENT, as_of, conditions};
pub(crate) use history::differences;

/// Of more matches than this, a walk in sort order meets a page sooner than a scan collects all.
const MANY: u64 = 2_000;

/// Rows per batch of an export.
const BATCH: u32 = 500;

/// The key of a row.
type Key = (String, String, String);

/// One page of the desktops that match, its total, and the age of the data.
pub async fn list(
    db: &Db,
    scope: &Scope,
    filter: &WorkspaceFilter,
    request: &PageRequest,
) -> Result<Page<Workspace>, StoreError> {
    let key = (db.data_version(), scope.clone(), filter.clone());
    let known = db.caches().totals.get(&key);
    let (scope, filter, request) = (scope.clone(), filter.clone(), request.clone());
    let (page, total) = db
        .read(move |conn| {
            let (items, next_cursor, total) = rows(
                conn,
                &scope,
                &filter,
                &request,
                known.map(|(total, _)| total),
            )?;
            let as_of = match known {
                Some((_, as_of)) => as_of,
                None => filter::as_of(conn, &scope, &filter)?,
            };
            Ok((
                Page {
                    items,
                    next_cursor,
                    total,
                    as_of,
                },
                (total, as_of),
            ))
        })
        .await?;
    db.caches().totals.insert(key, total);
    Ok(page)
}

/// The rows of one page, the next one's cursor, and how many match; `known` if that is known.
fn rows(
    conn: &Conn,
    scope: &Scope,
    filter: &WorkspaceFilter,
    request: &PageRequest,
    known: Option<u64>,
) -> Result<(Vec<Workspace>, Option<String>, u64), StoreError> {
    let asked = request
        .sort
        .as_ref()
        .map_or(sort::DEFAULT, |sort| &sort.column);
    let listing = Listing {
        name: "workspaces",
        columns: "w.workspace_id, w.account_id, w.region",
        from: &format!("workspace w {}", sort::joins(asked)),
        sorts: sort::SORTS,
        default_sort: sort::DEFAULT,
        ids: &["w.workspace_id", "w.account_id", "w.region"],
        fingerprint: &format!("{filter:?}"),
    };
    let key =
        |row: &Row<'_>| -> Result<Key, StoreError> { Ok((row.get(0)?, row.get(1)?, row.get(2)?)) };
    let conditions = conditions(scope, filter);
    let (keys, next, total) = match known {
        Some(total) if total > MANY && sort::indexed(asked) => {
            let (keys, next) = listing.rows(conn, &conditions, request, key)?;
            (keys, next, total)
        }
        _ => listing.collect(conn, &conditions, request, key)?,
    };
    let items = keys
        .iter()
        .map(|key| whole(conn, key))
        .collect::<Result<Vec<_>, StoreError>>()?;
    Ok((items.into_iter().flatten().collect(), next, total))
}

const WHOLE: &str = include_str!("sql/find_workspace.sql");

fn whole(conn: &Conn, (id, account, region): &Key) -> Result<Option<Workspace>, StoreError> {
    conn.query_opt(WHOLE, &[id, account, region], from_row)
}

fn from_row(row: &Row<'_>) -> Result<Workspace, StoreError> {
    let mut record = row.get::<Json<WorkspaceRecord>>(0)?.0;
    // The columns are what is sorted and filtered by, so they are also what is shown.
    record.state = WorkspaceState::from(row.get::<String>(1)?.as_str());
    record.running_mode = row
        .get::<Option<String>>(2)?
        .map(|text| RunningMode::from(text.as_str()));
    Ok(Workspace {
        record,
        account_id: row.get(3)?,
        account_name: row.get(4)?,
        organization_id: row.get(5)?,
        organization_name: row.get(6)?,
        region: row.get(7)?,
        tags: row.get::<Json<_>>(8)?.0,
        bundle_name: row.get(9)?,
        directory_name: row.get(10)?,
        display_name: row.get(11)?,
        connection_state: row
            .get::<Option<String>>(12)?
            .map(|text| ConnectionState::from(text.as_str())),
        connection_checked_at: row.get(13)?,
        last_connected_at: row.get(14)?,
        created_at: row.get(15)?,
        created_at_source: row.get(16)?,
        first_seen_at: row.get(17)?,
        last_seen_at: row.get(18)?,
        missing_since: row.get(19)?,
        deleted_at: row.get(20)?,
        terminated_at: row.get(21)?,
    })
}

/// One desktop with its history, gone or not. AWS gives each id once; should two accounts hold
/// the same one, the row in stock is answered.
pub async fn find(db: &Db, scope: &Scope, id: &str) -> Result<Option<WorkspaceDetail>, StoreError> {
    let mut conditions = crate::select::Conditions::in_scope(scope, "w.organization_id");
    conditions.any_of("w.workspace_id", [id]);
    db.read(move |conn| {
        let sql = format!(
            "SELECT w.workspace_id, w.account_id, w.region FROM workspace w {}
             ORDER BY CASE WHEN {PRESENT} THEN 0 ELSE 1 END, w.first_seen_at DESC LIMIT 1",
            conditions.sql()
        );
        let key: Option<Key> = conn.query_opt(&sql, &conditions.values(), |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?))
        })?;
        let Some(key) = key else { return Ok(None) };
        let Some(workspace) = whole(conn, &key)? else {
            return Ok(None);
        };
        Ok(Some(WorkspaceDetail {
            workspace,
            versions: history::versions(conn, &key)?,
            state_changes: history::state_changes(conn, &key)?,
        }))
    })
    .await
}

/// An export under way: batches of matching rows, as fast as the reader takes them. Between two
/// batches nothing is held, so a slow reader keeps neither a connection nor a snapshot. Rows that
/// change their sort value meanwhile may be met twice or not at all; sort by `workspace_id` where
/// that matters.
pub struct Export {
    db: Db,
    scope: Scope,
    filter: WorkspaceFilter,
    request: PageRequest,
    /// How many match; the first batch counts.
    known: Option<u64>,
    done: bool,
}

/// Starts an export of every row that matches.
#[must_use]
pub fn export(db: &Db, scope: &Scope, filter: &WorkspaceFilter, sort: Option<Sort>) -> Export {
    Export {
        db: db.clone(),
        scope: scope.clone(),
        filter: filter.clone(),
        request: PageRequest {
            limit: BATCH,
            cursor: None,
            sort,
        },
        known: None,
        done: false,
    }
}

impl Export {
    /// The next rows; `None` after the last.
    pub async fn next_batch(&mut self) -> Result<Option<Vec<Workspace>>, StoreError> {
        if self.done {
            return Ok(None);
        }
        let (scope, filter) = (self.scope.clone(), self.filter.clone());
        let (request, known) = (self.request.clone(), self.known);
        let (items, next, total) = self
            .db
            .read(move |conn| rows(conn, &scope, &filter, &request, known))
            .await?;
        self.known = Some(total);
        self.done = next.is_none();
        self.request.cursor = next;
        Ok(Some(items).filter(|items| !items.is_empty()))
    }
}

#[cfg(test)]
mod condition_tests;
#[cfg(test)]
mod tests;
