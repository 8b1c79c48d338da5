//! AWS accounts: how each is reached, and what its syncs last said.

use std::borrow::Borrow;

use domain::account::{Account, AccountChange, AwsFailure, NewAccount};
use domain::arn::RoleArn;
use domain::listing::{Page, PageRequest};
use domain::{AccountId, OrganizationId, Region, Scope, UtcTime};
use rand::Rng;

use crate::alert;
use crate::conn::{Conn, Row};
use crate::db::Db;
use crate::error::StoreError;
use crate::page::{Listing, SortColumn, column, nullable};
use crate::select::Conditions;
use crate::value::Json;

const FROM: &str = "account a JOIN organization o ON o.organization_id = a.organization_id";

const COLUMNS: &str = "a.account_id, a.organization_id, o.name, a.name, a.role_arn, a.external_id,
    a.regions, a.endpoint_url, a.enabled, a.created_at,
    (SELECT count(*) FROM workspace w WHERE w.organization_id = a.organization_id
       AND w.account_id = a.account_id AND w.missing_since IS NULL AND w.deleted_at IS NULL),
    a.write_role_arn";

const SORTS: &[SortColumn] = &[
    column("name", "a.name"),
    column("id", "a.account_id"),
    column("organization_name", "o.name"),
    column("enabled", "a.enabled"),
    column("created_at", "a.created_at"),
    nullable("role_arn", "a.role_arn"),
];

/// Which accounts a list holds.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct AccountFilter {
    pub enabled: Option<bool>,
    /// Text found, ignoring case, in id, name, role or organization.
    pub q: Option<String>,
}

fn role(text: Option<String>) -> Result<Option<RoleArn>, StoreError> {
    text.map(|text| text.parse())
        .transpose()
        .map_err(|error| StoreError::Unreadable(format!("role ARN: {error}")))
}

fn from_row(row: &Row<'_>) -> Result<Account, StoreError> {
    let role_arn: Option<String> = row.get(4)?;
    Ok(Account {
        id: row.get(0)?,
        organization_id: row.get(1)?,
        organization_name: row.get(2)?,
        name: row.get(3)?,
        role_arn: role(role_arn)?,
        write_role_arn: role(row.get(11)?)?,
        external_id: row.get(5)?,
        regions: row.get::<Json<Vec<Region>>>(6)?.0,
        endpoint_url: row.get(7)?,
        enabled: row.get(8)?,
        created_at: row.get(9)?,
        workspaces: row.get(10)?,
        last_complete_sync_at: None,
        last_sync_at: None,
        last_sync_status: None,
        last_error: None,
    })
}

/// Whether `account a` is still synced in a region: it is switched on, and the region was not taken
/// off it. What an account has once, it has in the region `''`.
pub(crate) fn in_use(region: &str) -> String {
    format!(
        r#"(a.enabled = 1 AND (a.regions = '[]' OR {region} = ''
             OR instr(a.regions, '"' || {region} || '"') > 0))"#
    )
}

/// Whether the account still exists, and in that organization if one is given: an account that is
/// deleted while it is synced ends the writes of that sync quietly.
pub(crate) fn known(
    conn: &Conn,
    id: &AccountId,
    organization_id: Option<&OrganizationId>,
) -> Result<bool, StoreError> {
    let found = conn.query_opt(
        "SELECT 1 FROM account
         WHERE account_id = $1 AND organization_id = coalesce($2, organization_id)",
        &[id, &organization_id],
        |_| Ok(()),
    )?;
    Ok(found.is_some())
}

/// Adds what the newest runs say about the account.
fn with_syncs(conn: &Conn, mut account: Account) -> Result<Account, StoreError> {
    account.last_complete_sync_at = conn
        .query_opt(
            "SELECT max(completed_at) FROM sync_scope_run WHERE account_id = $1
             GROUP BY run_id
             HAVING sum(CASE WHEN status = 'complete' THEN 0 ELSE 1 END) = 0
             ORDER BY run_id DESC LIMIT 1",
            &[&account.id],
            |row| row.get(0),
        )?
        .flatten();
    let newest = conn.query_opt(
        "SELECT max(run_id) FROM sync_scope_run WHERE account_id = $1",
        &[&account.id],
        |row| row.get::<Option<String>>(0),
    )?;
    let Some(run) = newest.flatten() else {
        return Ok(account);
    };
    let scopes = conn.query(
        "SELECT status, started_at, error_code, error_message, request_id
         FROM sync_scope_run WHERE run_id = $1 AND account_id = $2
         ORDER BY completed_at, region, resource_type",
        &[&run, &account.id],
        |row| {
            Ok((
                row.get::<String>(0)?,
                row.get::<Option<UtcTime>>(1)?,
                failure(row, 2)?,
            ))
        },
    )?;
    let statuses: Vec<&str> = scopes.iter().map(|(status, ..)| status.as_str()).collect();
    account.last_sync_at = scopes.iter().filter_map(|(_, at, _)| *at).min();
    account.last_sync_status = Some(crate::sync::overall(&statuses).as_str().to_owned());
    account.last_error = scopes.into_iter().find_map(|(.., failure)| failure);
    Ok(account)
}

/// The failure in the three columns from `first` on.
pub(crate) fn failure(row: &Row<'_>, first: usize) -> Result<Option<AwsFailure>, StoreError> {
    let Some(code) = row.get::<Option<String>>(first)? else {
        return Ok(None);
    };
    Ok(Some(AwsFailure {
        code,
        message: row.get::<Option<String>>(first + 1)?.unwrap_or_default(),
        request_id: row.get(first + 2)?,
    }))
}

/// Onboards an account. A role without an external id gets a random one, fixed from then on.
pub async fn create(db: &Db, new: impl Borrow<NewAccount> + Send) -> Result<Account, StoreError> {
    let new = new.borrow().clone();
    let id = new.id.clone();
    db.write(move |conn| insert(conn, new)).await?;
    find(db, &Scope::All, &id)
        .await?
        .ok_or_else(|| StoreError::conflict("the account was removed at the same moment"))
}

fn insert(conn: &Conn, new: NewAccount) -> Result<(), StoreError> {
    let holder: Option<String> = conn.query_opt(
        "SELECT o.name FROM account a
         JOIN organization o ON o.organization_id = a.organization_id WHERE a.account_id = $1",
        &[&new.id],
        |row| row.get(0),
    )?;
    if let Some(holder) = holder {
        return Err(StoreError::conflict(format!(
            "account {} is already onboarded, for {holder:?}",
            new.id
        )));
    }
    let known = conn.query_opt(
        "SELECT 1 FROM organization WHERE organization_id = $1",
        &[&new.organization_id],
        |_| Ok(()),
    )?;
    if known.is_none() {
        return Err(StoreError::conflict("there is no such organization"));
    }
    let name = new
        .name
        .map(|name| name.trim().to_owned())
        .filter(|name| !name.is_empty())
        .unwrap_or_else(|| new.id.to_string());
    let external_id = match (&new.role_arn, new.external_id) {
        (Some(_), None) => Some(fresh_external_id()),
        (_, given) => given,
    };
    conn.execute(
        "INSERT INTO account (account_id, organization_id, name, role_arn, external_id, regions,
           endpoint_url, enabled, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, 1, $8)",
        &[
            &new.id,
            &new.organization_id,
            &name,
            &new.role_arn.map(|arn| arn.to_string()),
            &external_id,
            &Json(new.regions),
            &new.endpoint_url,
            &UtcTime::now(),
        ],
    )?;
    conn.changed("accounts");
    conn.changed("organizations");
    Ok(())
}

/// 128 random bits; AWS allows letters, digits and a few signs.
fn fresh_external_id() -> String {
    format!("stocktake-{:032x}", rand::rng().random::<u128>())
}

pub async fn find(db: &Db, scope: &Scope, id: &AccountId) -> Result<Option<Account>, StoreError> {
    let mut conditions = Conditions::in_scope(scope, "a.organization_id");
    conditions.any_of("a.account_id", [id]);
    db.read(move |conn| {
        let sql = format!("SELECT {COLUMNS} FROM {FROM} {}", conditions.sql());
        conn.query_opt(&sql, &conditions.values(), from_row)?
            .map(|account| with_syncs(conn, account))
            .transpose()
    })
    .await
}

/// Accounts the caller may see, those that match when there is a filter.
pub async fn list(
    db: &Db,
    scope: &Scope,
    filter: Option<&AccountFilter>,
    request: &PageRequest,
) -> Result<Page<Account>, StoreError> {
    let mut conditions = Conditions::in_scope(scope, "a.organization_id");
    let filter = filter.cloned().unwrap_or_default();
    if let Some(enabled) = filter.enabled {
        conditions.any_of("a.enabled", [enabled]);
    }
    if let Some(q) = &filter.q {
        let place = conditions.bind(q.to_lowercase());
        conditions.push(format!(
            "(instr(lower(a.account_id || ' ' || a.name || ' ' || o.name || ' ' ||
               coalesce(a.role_arn, '')), {place}) > 0)"
        ));
    }
    let (request, fingerprint) = (request.clone(), format!("{filter:?}"));
    db.read(move |conn| {
        let listing = Listing {
            name: "accounts",
            columns: COLUMNS,
            from: FROM,
            sorts: SORTS,
            default_sort: "name",
            ids: &["a.account_id"],
            fingerprint: &fingerprint,
        };
        let mut page = listing.page(conn, &conditions, &request, from_row)?;
        page.items = page
            .items
            .into_iter()
            .map(|account| with_syncs(conn, account))
            .collect::<Result<_, _>>()?;
        page.as_of = Some(UtcTime::now());
        Ok(page)
    })
    .await
}

/// Every account in scope that is switched on, for a sync; without what past syncs said.
pub async fn list_enabled(db: &Db, scope: &Scope) -> Result<Vec<Account>, StoreError> {
    let mut conditions = Conditions::in_scope(scope, "a.organization_id");
    conditions.push("a.enabled = 1");
    db.read(move |conn| {
        let sql = format!(
            "SELECT {COLUMNS} FROM {FROM} {} ORDER BY a.account_id",
            conditions.sql()
        );
        conn.query(&sql, &conditions.values(), from_row)
    })
    .await
}

/// Changes what is given; `None` when the caller sees no such account.
pub async fn update(
    db: &Db,
    scope: &Scope,
    id: &AccountId,
    change: AccountChange,
) -> Result<Option<Account>, StoreError> {
    let (key, limits) = (id.clone(), scope.clone());
    let seen = db
        .write(move |conn| {
            if !visible(conn, &limits, &key)? {
                return Ok(false);
            }
            conn.execute(
                // A role that comes later is protected like one that came first.
                "UPDATE account SET name = coalesce($2, name), role_arn = coalesce($3, role_arn),
                   regions = coalesce($4, regions), enabled = coalesce($5, enabled),
                   write_role_arn = coalesce($7, write_role_arn),
                   external_id = CASE WHEN external_id IS NULL AND $3 IS NOT NULL THEN $6
                                      ELSE external_id END
                 WHERE account_id = $1",
                &[
                    &key,
                    &change.name,
                    &change.role_arn.map(|arn| arn.to_string()),
                    &change.regions.map(Json),
                    &change.enabled,
                    &fresh_external_id(),
                    &change.write_role_arn.map(|arn| arn.to_string()),
                ],
            )?;
            alert::close_unused(conn, &key)?;
            conn.changed("accounts");
            conn.changed("workspaces");
            Ok(true)
        })
        .await?;
    if seen {
        find(db, scope, id).await
    } else {
        Ok(None)
    }
}

/// Removes the account and all that was listed from it; answers whether there was one.
pub async fn delete(db: &Db, scope: &Scope, id: &AccountId) -> Result<bool, StoreError> {
    let (key, limits) = (id.clone(), scope.clone());
    db.write(move |conn| {
        if !visible(conn, &limits, &key)? {
            return Ok(false);
        }
        conn.execute("DELETE FROM account WHERE account_id = $1", &[&key])?;
        conn.changed("accounts");
        conn.changed("organizations");
        conn.changed("workspaces");
        conn.changed("sync_history");
        Ok(true)
    })
    .await
}

fn visible(conn: &Conn, scope: &Scope, id: &AccountId) -> Result<bool, StoreError> {
    let owner: Option<OrganizationId> = conn.query_opt(
        "SELECT organization_id FROM account WHERE account_id = $1",
        &[id],
        |row| row.get(0),
    )?;
    Ok(owner.is_some_and(|owner| scope.contains(&owner)))
}
