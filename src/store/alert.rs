//! Things a person should look at. One alert stands open per kind, account and region: a repeat
//! only moves its last sight, and the end of the cause closes it.

use domain::event::{Audience, EventBody};
use domain::sync::Alert;
use domain::{AccountId, AlertId, OrganizationId, Region, Scope, UtcTime};

use crate::account;
use crate::conn::{Conn, Row};
use crate::db::Db;
use crate::error::StoreError;
use crate::select::Conditions;

const COLUMNS: &str = "alert_id, organization_id, account_id, region, kind, message, raised_at,
    last_seen_at, closed_at";

/// The newest that are answered at once; more open alerts than this nobody reads.
const MOST: u64 = 500;

fn from_row(row: &Row<'_>) -> Result<Alert, StoreError> {
    Ok(Alert {
        id: row.get(0)?,
        organization_id: row.get(1)?,
        account_id: row.get(2)?,
        region: row.get(3)?,
        kind: row.get(4)?,
        message: row.get(5)?,
        raised_at: row.get(6)?,
        last_seen_at: row.get(7)?,
        closed_at: row.get(8)?,
    })
}

/// Raises an alert, or sees the open one again with its message as it is now. True when it is new.
/// About an account that was deleted meanwhile nothing is raised.
pub async fn raise(
    db: &Db,
    kind: &str,
    organization_id: Option<&OrganizationId>,
    account_id: Option<&AccountId>,
    region: Option<&Region>,
    message: &str,
) -> Result<bool, StoreError> {
    let now = UtcTime::now();
    let alert = Alert {
        id: AlertId::new(),
        organization_id: organization_id.cloned(),
        account_id: account_id.cloned(),
        region: region.cloned(),
        kind: kind.to_owned(),
        message: message.to_owned(),
        raised_at: now,
        last_seen_at: now,
        closed_at: None,
    };
    db.write(move |conn| {
        if let Some(id) = &alert.account_id
            && !account::known(conn, id, alert.organization_id.as_ref())?
        {
            return Ok(false);
        }
        let seen_again = conn.execute(
            "UPDATE alert SET last_seen_at = $4, message = $5
             WHERE kind = $1 AND coalesce(account_id, '') = coalesce($2, '')
               AND coalesce(region, '') = coalesce($3, '') AND closed_at IS NULL",
            &[
                &alert.kind,
                &alert.account_id,
                &alert.region,
                &now,
                &alert.message,
            ],
        )?;
        if seen_again == 0 {
            conn.execute(
                "INSERT INTO alert (alert_id, organization_id, account_id, region, kind, message,
                   raised_at, last_seen_at)
                 VALUES ($1, $2, $3, $4, $5, $6, $7, $7)",
                &[
                    &alert.id,
                    &alert.organization_id,
                    &alert.account_id,
                    &alert.region,
                    &alert.kind,
                    &alert.message,
                    &now,
                ],
            )?;
            told(conn, alert);
        }
        Ok(seen_again == 0)
    })
    .await
}

/// Closes what is open of that kind, account and region; answers whether something was.
pub async fn close(
    db: &Db,
    kind: &str,
    account_id: &AccountId,
    region: Option<&Region>,
) -> Result<bool, StoreError> {
    const OPEN: &str = "kind = $1 AND account_id = $2 AND coalesce(region, '') = coalesce($3, '')
        AND closed_at IS NULL";
    let (kind, account_id, region) = (kind.to_owned(), account_id.clone(), region.cloned());
    // Nearly every sync finds nothing to close; that must not cost a write.
    let (look_kind, look_account, look_region) = (kind.clone(), account_id.clone(), region.clone());
    let open = db
        .read(move |conn| {
            let sql = format!("SELECT 1 FROM alert WHERE {OPEN}");
            conn.query_opt(&sql, &[&look_kind, &look_account, &look_region], |_| Ok(()))
        })
        .await?;
    if open.is_none() {
        return Ok(false);
    }
    db.write(move |conn| {
        let sql = format!("SELECT {COLUMNS} FROM alert WHERE {OPEN}");
        let open = conn.query(&sql, &[&kind, &account_id, &region], from_row)?;
        close_all(conn, open)
    })
    .await
}

fn close_all(conn: &Conn, open: Vec<Alert>) -> Result<bool, StoreError> {
    let now = UtcTime::now();
    let closed = !open.is_empty();
    for mut alert in open {
        conn.execute(
            "UPDATE alert SET closed_at = $2 WHERE alert_id = $1",
            &[&alert.id, &now],
        )?;
        alert.closed_at = Some(now);
        told(conn, alert);
    }
    Ok(closed)
}

/// The alert's account, if it has one, is still synced where the alert says.
fn in_use() -> String {
    format!(
        "(alert.account_id IS NULL OR EXISTS (SELECT 1 FROM account a
           WHERE a.account_id = alert.account_id AND {}))",
        account::in_use("coalesce(alert.region, '')")
    )
}

/// Closes alerts of an account about regions that were taken off it, or all when it is switched
/// off: no sync will ever close them.
pub(crate) fn close_unused(conn: &Conn, account_id: &AccountId) -> Result<(), StoreError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM alert
         WHERE account_id = $1 AND closed_at IS NULL AND NOT {}",
        in_use()
    );
    let open = conn.query(&sql, &[account_id], from_row)?;
    close_all(conn, open)?;
    Ok(())
}

fn told(conn: &Conn, alert: Alert) {
    let audience = alert
        .organization_id
        .clone()
        .map_or(Audience::Global, Audience::Organization);
    conn.publish(audience, EventBody::Alert(Box::new(alert)));
    // The dashboard shows alerts and is kept by data version.
    conn.changed("alerts");
}

/// Open alerts the caller may see, newest first.
pub async fn list_open(db: &Db, scope: &Scope) -> Result<Vec<Alert>, StoreError> {
    let scope = scope.clone();
    db.read(move |conn| fetch_open(conn, &scope)).await
}

pub(crate) fn fetch_open(conn: &Conn, scope: &Scope) -> Result<Vec<Alert>, StoreError> {
    let mut conditions = Conditions::in_scope(scope, "organization_id");
    conditions.push("closed_at IS NULL");
    conditions.push(in_use());
    let place = conditions.bind(MOST);
    let sql = format!(
        "SELECT {COLUMNS} FROM alert {} ORDER BY raised_at DESC, alert_id DESC LIMIT {place}",
        conditions.sql()
    );
    conn.query(&sql, &conditions.values(), from_row)
}
