//! What directories and bundles have in common: rows of one account and region with a JSON record,
//! listed with how many desktops use them.

use domain::directory::Placement;
use domain::listing::{Page, PageRequest};
use domain::{AccountId, Region, Scope, UtcTime};
use serde::de::DeserializeOwned;

use crate::account;
use crate::conn::{Conn, Row};
use crate::db::Db;
use crate::error::StoreError;
use crate::page::{Listing, SortColumn};
use crate::select::Conditions;
use crate::value::Json;

/// A kind of such rows. The table goes by `p` in its statements.
pub(crate) struct Kind {
    /// Names the list and the sync's resource type.
    pub name: &'static str,
    pub table: &'static str,
    pub id: &'static str,
    pub sorts: &'static [SortColumn],
    pub default_sort: &'static str,
}

/// Which directories or bundles a list holds; empty means any. Missing and deleted ones are not in
/// it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct StockFilter {
    /// Text found, ignoring case, in any attribute.
    pub q: Option<String>,
    pub account_id: Vec<AccountId>,
    pub region: Vec<Region>,
}

impl StockFilter {
    fn narrow(&self, all: &mut Conditions, alias: &str) {
        all.any_of_if_given(&format!("{alias}.account_id"), &self.account_id);
        all.any_of_if_given(&format!("{alias}.region"), &self.region);
    }
}

pub(crate) async fn list<R, T>(
    db: &Db,
    kind: &'static Kind,
    scope: &Scope,
    filter: &StockFilter,
    request: &PageRequest,
    make: fn(R, Placement) -> T,
) -> Result<Page<T>, StoreError>
where
    R: DeserializeOwned + 'static,
    T: Send + 'static,
{
    let (scope, filter, request) = (scope.clone(), filter.clone(), request.clone());
    db.read(move |conn| {
        let mut all = Conditions::in_scope(&scope, "p.organization_id");
        all.push("p.missing_since IS NULL AND p.deleted_at IS NULL");
        filter.narrow(&mut all, "p");
        if let Some(q) = filter.q.as_deref().map(str::trim).filter(|q| !q.is_empty()) {
            let place = all.bind(q.to_lowercase());
            all.push(format!(
                "(instr(p.search, {place}) > 0 OR instr(lower(a.name), {place}) > 0
                  OR instr(lower(o.name), {place}) > 0)"
            ));
        }
        let (columns, from) = (columns(kind), from(kind));
        let id = format!("p.{}", kind.id);
        let listing = Listing {
            name: kind.name,
            columns: &columns,
            from: &from,
            sorts: kind.sorts,
            default_sort: kind.default_sort,
            ids: &[&id, "p.account_id", "p.region"],
            fingerprint: &format!("{filter:?}"),
        };
        let mut page = listing.page(conn, &all, &request, |row| {
            Ok(make(row.get::<Json<R>>(0)?.0, placement(row)?))
        })?;
        page.as_of = as_of(conn, kind, &scope, &filter)?;
        Ok(page)
    })
    .await
}

fn columns(kind: &Kind) -> String {
    format!(
        "p.record, p.account_id, a.name, p.organization_id, o.name, p.region, p.first_seen_at,
         CASE WHEN p.gone_seen_at IS NOT NULL THEN p.gone_seen_at
              WHEN s.last_complete_at > p.first_seen_at THEN s.last_complete_at
              ELSE p.first_seen_at END,
         p.missing_since,
         (SELECT count(*) FROM workspace w WHERE w.organization_id = p.organization_id
            AND w.account_id = p.account_id AND w.region = p.region AND w.{id} = p.{id}
            AND w.missing_since IS NULL AND w.deleted_at IS NULL)",
        id = kind.id
    )
}

fn from(kind: &Kind) -> String {
    format!(
        "{} p JOIN account a ON a.account_id = p.account_id
         JOIN organization o ON o.organization_id = p.organization_id
         LEFT JOIN sync_scope s ON s.account_id = p.account_id AND s.region = p.region
           AND s.resource_type = '{}'",
        kind.table, kind.name
    )
}

fn placement(row: &Row<'_>) -> Result<Placement, StoreError> {
    Ok(Placement {
        account_id: row.get(1)?,
        account_name: row.get(2)?,
        organization_id: row.get(3)?,
        organization_name: row.get(4)?,
        region: row.get(5)?,
        first_seen_at: row.get(6)?,
        last_seen_at: row.get(7)?,
        missing_since: row.get(8)?,
        workspaces: row.get(9)?,
    })
}

fn as_of(
    conn: &Conn,
    kind: &Kind,
    scope: &Scope,
    filter: &StockFilter,
) -> Result<Option<UtcTime>, StoreError> {
    let mut all = Conditions::in_scope(scope, "a.organization_id");
    all.push(account::in_use("s.region"));
    all.any_of("s.resource_type", [kind.name]);
    filter.narrow(&mut all, "s");
    let sql = format!(
        "SELECT min(s.last_complete_at) FROM sync_scope s
         JOIN account a ON a.account_id = s.account_id {}",
        all.sql()
    );
    conn.query_one(&sql, &all.values(), |row| row.get(0))
}
