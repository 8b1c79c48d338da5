//! The first page's numbers, read at one moment.

mod trend;

use domain::dashboard::{Dashboard, RecentChange, RecentChanges};
use domain::listing::WorkspaceFilter;
use domain::question::FailingScope;
use domain::sync::ScopeRun;
use domain::{Region, Scope, UtcTime};
use serde_json::Value;

use crate::conn::Conn;
use crate::db::Db;
use crate::error::StoreError;
use crate::select::Conditions;
use crate::value::Json;
use crate::workspace::{self, Facets};
use crate::{account, alert, sync};

const IDLE_DAYS: i64 = 60;

/// How many changes and failing scopes are shown.
const NEWEST_CHANGES: u64 = 10;
const MOST_FAILING: u64 = 100;

/// Counts, trend, changes and failures of what the caller may see. At most five seconds old.
pub async fn load(db: &Db, scope: &Scope) -> Result<Dashboard, StoreError> {
    let key = (db.data_version(), scope.clone(), ());
    if let Some(known) = db.caches().dashboards.get(&key) {
        return Ok(known);
    }
    let read_scope = scope.clone();
    let loaded = db
        .read(move |conn| read(conn, &read_scope, UtcTime::now()))
        .await?;
    db.caches().dashboards.insert(key, loaded.clone());
    Ok(loaded)
}

/// The scopes whose newest ended listing did not complete, the worst first.
pub async fn failing_scopes(db: &Db, scope: &Scope) -> Result<Vec<FailingScope>, StoreError> {
    let scope = scope.clone();
    db.read(move |conn| {
        let runs = failing(conn, &scope)?;
        runs.into_iter()
            .map(|run| failing_scope(conn, run))
            .collect()
    })
    .await
}

fn failing_scope(conn: &Conn, run: ScopeRun) -> Result<FailingScope, StoreError> {
    let region = run.region.as_ref().map_or("", Region::as_str).to_owned();
    let last_complete_at = conn.query_opt(
        "SELECT last_complete_at FROM sync_scope
         WHERE account_id = $1 AND region = $2 AND resource_type = $3",
        &[&run.account_id, &region, &run.resource_type],
        |row| row.get(0),
    )?;
    Ok(FailingScope {
        account_id: run.account_id.to_string(),
        account_name: run.account_name,
        region,
        resource_type: run.resource_type,
        error: run.failure.map_or_else(
            || run.status.as_str().to_owned(),
            |failure| format!("{}: {}", failure.code, failure.message),
        ),
        last_complete_at,
    })
}

fn read(conn: &Conn, scope: &Scope, now: UtcTime) -> Result<Dashboard, StoreError> {
    let everything = WorkspaceFilter::default();
    let present = workspace::conditions(scope, &everything);
    let counts = workspace::group_counts(conn, &present)?;
    let totals = totals(conn, &present, now)?;
    let (accounts, organizations) = tenants(conn, scope)?;
    let Facets {
        state,
        running_mode,
        compute_type,
        account_id,
        region,
        bundle_id,
        ..
    } = counts;
    Ok(Dashboard {
        as_of: workspace::as_of(conn, scope, &everything)?,
        workspaces: totals.workspaces,
        accounts,
        organizations,
        users_connected: totals.connected,
        idle_60_days: totals.idle,
        never_connected: totals.never,
        unhealthy: totals.unhealthy,
        by_state: state,
        by_running_mode: running_mode,
        by_compute_type: compute_type,
        by_bundle: bundle_id,
        by_account: account_id,
        by_region: region,
        trend: trend::days(conn, scope, now)?,
        changed: recent(conn, scope, now)?,
        failing_scopes: failing(conn, scope)?,
        alerts: alert::fetch_open(conn, scope)?,
        last_run: sync::fetch_run(conn, scope, None)?,
    })
}

struct Totals {
    workspaces: u64,
    connected: u64,
    idle: u64,
    never: u64,
    unhealthy: u64,
}

fn totals(conn: &Conn, present: &Conditions, now: UtcTime) -> Result<Totals, StoreError> {
    let mut all = present.clone();
    let idle_since = all.bind(now.plus_days(-IDLE_DAYS));
    let sql = format!(
        "SELECT count(*),
           coalesce(sum(CASE WHEN w.connection_state = 'CONNECTED' THEN 1 ELSE 0 END), 0),
           coalesce(sum(CASE WHEN w.last_connected_at < {idle_since}
             AND w.connection_state <> 'CONNECTED' THEN 1 ELSE 0 END), 0),
           coalesce(sum(CASE WHEN w.last_connected_at IS NULL
             AND w.connection_state IS NOT NULL THEN 1 ELSE 0 END), 0),
           coalesce(sum(CASE WHEN w.state IN ('UNHEALTHY', 'IMPAIRED', 'ERROR', 'SUSPENDED')
             THEN 1 ELSE 0 END), 0)
         FROM workspace w {}",
        all.sql()
    );
    conn.query_one(&sql, &all.values(), |row| {
        Ok(Totals {
            workspaces: row.get(0)?,
            connected: row.get(1)?,
            idle: row.get(2)?,
            never: row.get(3)?,
            unhealthy: row.get(4)?,
        })
    })
}

fn tenants(conn: &Conn, scope: &Scope) -> Result<(u64, u64), StoreError> {
    let count = |table: &str| {
        let all = Conditions::in_scope(scope, "organization_id");
        let sql = format!("SELECT count(*) FROM {table} {}", all.sql());
        conn.query_one(&sql, &all.values(), |row| row.get::<u64>(0))
    };
    Ok((count("account")?, count("organization")?))
}

/// The newest ended run of each scope still synced, where it did not complete; the worst first. While
/// such a scope is tried again it stays in the list.
fn failing(conn: &Conn, scope: &Scope) -> Result<Vec<ScopeRun>, StoreError> {
    let mut all = Conditions::in_scope(scope, "a.organization_id");
    all.push(account::in_use("r.region"));
    all.push(
        "r.status IN ('failed', 'skipped', 'partial', 'interrupted')
         AND NOT EXISTS (SELECT 1 FROM sync_scope_run newer WHERE newer.account_id = r.account_id
           AND newer.region = r.region AND newer.resource_type = r.resource_type
           AND newer.run_id > r.run_id AND newer.status NOT IN ('waiting', 'running'))",
    );
    let place = all.bind(MOST_FAILING);
    let sql = format!(
        "SELECT {} FROM {} {}
         ORDER BY CASE r.status WHEN 'failed' THEN 0 WHEN 'skipped' THEN 1 WHEN 'partial' THEN 2
             ELSE 3 END, r.completed_at DESC, r.account_id, r.region, r.resource_type
         LIMIT {place}",
        sync::SCOPE_COLUMNS,
        sync::SCOPE_FROM,
        all.sql()
    );
    conn.query(&sql, &all.values(), sync::scope_from_row)
}

/// What happened to desktops in the last 24 hours.
fn recent(conn: &Conn, scope: &Scope, now: UtcTime) -> Result<RecentChanges, StoreError> {
    let since = now.plus_days(-1);
    let mut all = Conditions::in_scope(scope, "a.organization_id");
    let place = all.bind(since);
    all.push(format!(
        "v.valid_from >= {place} AND v.resource_type = 'workspaces'"
    ));
    let sql = format!(
        "SELECT v.change, count(*) FROM resource_version v
         JOIN account a ON a.account_id = v.account_id {} GROUP BY v.change",
        all.sql()
    );
    let mut changes = RecentChanges {
        since,
        created: 0,
        changed: 0,
        missing: 0,
        deleted: 0,
        newest: Vec::new(),
    };
    conn.for_each(&sql, &all.values(), |row| {
        let count: u64 = row.get(1)?;
        match row.get::<String>(0)?.as_str() {
            "created" => changes.created += count,
            "changed" | "returned" => changes.changed += count,
            "missing" => changes.missing += count,
            "deleted" | "terminated" => changes.deleted += count,
            other => return Err(StoreError::Unreadable(format!("change {other:?}"))),
        }
        Ok(())
    })?;
    changes.newest = newest(conn, &all)?;
    Ok(changes)
}

fn newest(conn: &Conn, recent: &Conditions) -> Result<Vec<RecentChange>, StoreError> {
    let mut all = recent.clone();
    let place = all.bind(NEWEST_CHANGES);
    let sql = format!(
        "SELECT v.valid_from, v.change, v.resource_id, w.user_name, v.account_id, a.name,
           a.organization_id, v.region, v.body, b.body
         FROM resource_version v JOIN account a ON a.account_id = v.account_id
         LEFT JOIN workspace w ON w.workspace_id = v.resource_id AND w.account_id = v.account_id
           AND w.region = v.region
         LEFT JOIN resource_version b ON b.account_id = v.account_id AND b.region = v.region
           AND b.resource_type = v.resource_type AND b.resource_id = v.resource_id
           AND b.version = v.version - 1
         {} ORDER BY v.valid_from DESC, v.account_id, v.resource_id, v.version DESC LIMIT {place}",
        all.sql()
    );
    conn.query(&sql, &all.values(), |row| {
        let body = row.get::<Json<Value>>(8)?.0;
        let before = row.get::<Option<Json<Value>>>(9)?.map(|json| json.0);
        let fields = before.map_or_else(Vec::new, |before| {
            workspace::differences(&before, &body)
                .into_iter()
                .map(|difference| difference.field)
                .collect()
        });
        Ok(RecentChange {
            at: row.get(0)?,
            change: row.get(1)?,
            workspace_id: row.get(2)?,
            user_name: row.get(3)?,
            account_id: row.get(4)?,
            account_name: row.get(5)?,
            organization_id: row.get(6)?,
            region: row.get(7)?,
            fields,
        })
    })
}

#[cfg(test)]
mod tests;
