//! Sync runs: what each scope of each run did. A run itself is its job's row and its scopes added
//! up; callers get the sum over the scopes they may see.

use std::collections::BTreeSet;

use domain::account::AwsFailure;
use domain::event::{Audience, EventBody};
use domain::job::JobState;
use domain::listing::{Page, PageRequest};
use domain::sync::{ScopeCounts, ScopeRun, ScopeStatus, SyncRun};
use domain::{AccountId, JobId, Region, Scope, UtcTime};

use crate::account::failure;
use crate::conn::{Conn, Row};
use crate::db::Db;
use crate::error::StoreError;
use crate::page::{Listing, SortColumn, column};
use crate::select::Conditions;

/// One scope of one run.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ScopeKey {
    pub run_id: JobId,
    pub account_id: AccountId,
    /// Absent for what an account has once.
    pub region: Option<Region>,
    /// The collector's name.
    pub resource_type: String,
}

impl ScopeKey {
    fn region_text(&self) -> &str {
        self.region.as_ref().map_or("", Region::as_str)
    }
}

/// How a scope ended.
#[derive(Debug, Clone)]
pub struct ScopeEnd {
    pub status: ScopeStatus,
    pub counts: ScopeCounts,
    pub failure: Option<AwsFailure>,
    pub note: Option<String>,
    /// To the millisecond; kept times are whole seconds.
    pub duration_ms: u64,
}

pub(crate) const SCOPE_COLUMNS: &str =
    "r.run_id, r.account_id, a.name, a.organization_id, r.region,
    r.resource_type, r.status, r.calls_made, r.rows_seen, r.rows_new, r.rows_changed,
    r.rows_missing, r.rows_deleted, r.versions_written, r.started_at, r.completed_at,
    r.duration_ms, r.error_code, r.error_message, r.request_id, r.note";

pub(crate) const SCOPE_FROM: &str =
    "sync_scope_run r JOIN account a ON a.account_id = r.account_id";

pub(crate) fn scope_from_row(row: &Row<'_>) -> Result<ScopeRun, StoreError> {
    let region: String = row.get(4)?;
    Ok(ScopeRun {
        run_id: row.get(0)?,
        account_id: row.get(1)?,
        account_name: row.get(2)?,
        organization_id: row.get(3)?,
        region: if region.is_empty() {
            None
        } else {
            Some(row.get(4)?)
        },
        resource_type: row.get(5)?,
        status: status(&row.get::<String>(6)?)?,
        counts: counts(row, 7)?,
        started_at: row.get(14)?,
        completed_at: row.get(15)?,
        duration_ms: row.get(16)?,
        failure: failure(row, 17)?,
        note: row.get(20)?,
    })
}

fn status(text: &str) -> Result<ScopeStatus, StoreError> {
    ScopeStatus::from_text(text)
        .ok_or_else(|| StoreError::Unreadable(format!("scope status {text:?}")))
}

fn counts(row: &Row<'_>, first: usize) -> Result<ScopeCounts, StoreError> {
    Ok(ScopeCounts {
        calls_made: row.get(first)?,
        rows_seen: row.get(first + 1)?,
        rows_new: row.get(first + 2)?,
        rows_changed: row.get(first + 3)?,
        rows_missing: row.get(first + 4)?,
        rows_deleted: row.get(first + 5)?,
        versions_written: row.get(first + 6)?,
    })
}

/// What a set of ended scopes amounts to.
pub(crate) fn overall(statuses: &[&str]) -> ScopeStatus {
    let has = |wanted: ScopeStatus| statuses.contains(&wanted.as_str());
    let all = |wanted: ScopeStatus| statuses.iter().all(|status| *status == wanted.as_str());
    if has(ScopeStatus::Running) {
        ScopeStatus::Running
    } else if has(ScopeStatus::Waiting) {
        if all(ScopeStatus::Waiting) {
            ScopeStatus::Waiting
        } else {
            ScopeStatus::Running
        }
    } else if all(ScopeStatus::Complete) {
        ScopeStatus::Complete
    } else if has(ScopeStatus::Complete) || has(ScopeStatus::Partial) {
        ScopeStatus::Partial
    } else if has(ScopeStatus::Failed) || has(ScopeStatus::Skipped) {
        ScopeStatus::Failed
    } else {
        ScopeStatus::Interrupted
    }
}

/// Writes the scopes a run is going to work on as waiting. Scopes already there start over, which
/// is what a resumed run does.
pub async fn plan(db: &Db, scopes: Vec<ScopeKey>) -> Result<(), StoreError> {
    db.write(move |conn| {
        for key in &scopes {
            begin(conn, key, ScopeStatus::Waiting, None)?;
        }
        conn.changed("sync_history");
        Ok(())
    })
    .await
}

/// Marks a scope as running from now on.
pub async fn start_scope(db: &Db, key: &ScopeKey) -> Result<(), StoreError> {
    let key = key.clone();
    db.write(move |conn| {
        begin(conn, &key, ScopeStatus::Running, Some(UtcTime::now()))?;
        told(conn, &key)
    })
    .await
}

fn begin(
    conn: &Conn,
    key: &ScopeKey,
    status: ScopeStatus,
    at: Option<UtcTime>,
) -> Result<(), StoreError> {
    conn.execute(
        "INSERT INTO sync_scope_run (run_id, account_id, region, resource_type, status, started_at)
         VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT (run_id, account_id, region, resource_type) DO UPDATE SET
           status = excluded.status, started_at = excluded.started_at, completed_at = NULL,
           duration_ms = NULL, calls_made = 0, rows_seen = 0, rows_new = 0, rows_changed = 0,
           rows_missing = 0, rows_deleted = 0, versions_written = 0, error_code = NULL,
           error_message = NULL, request_id = NULL, note = NULL",
        &[
            &key.run_id,
            &key.account_id,
            &key.region_text(),
            &key.resource_type,
            &status.as_str(),
            &at,
        ],
    )?;
    Ok(())
}

/// What a running scope has counted so far, for those who watch; lists are not read again for it.
pub async fn progress_scope(
    db: &Db,
    key: &ScopeKey,
    counts: ScopeCounts,
) -> Result<(), StoreError> {
    let key = key.clone();
    db.write(move |conn| {
        set_counts(conn, &key, &counts)?;
        told(conn, &key)
    })
    .await
}

/// Ends a scope and remembers how fresh its rows are now. `as_of` of a list comes from here.
pub async fn finish_scope(db: &Db, key: &ScopeKey, end: ScopeEnd) -> Result<(), StoreError> {
    let key = key.clone();
    db.write(move |conn| {
        set_counts(conn, &key, &end.counts)?;
        conn.execute(
            "UPDATE sync_scope_run SET status = $5, completed_at = $6, duration_ms = $7,
               error_code = $8, error_message = $9, request_id = $10, note = $11
             WHERE run_id = $1 AND account_id = $2 AND region = $3 AND resource_type = $4",
            &[
                &key.run_id,
                &key.account_id,
                &key.region_text(),
                &key.resource_type,
                &end.status.as_str(),
                &UtcTime::now(),
                &end.duration_ms,
                &end.failure.as_ref().map(|failure| &failure.code),
                &end.failure.as_ref().map(|failure| &failure.message),
                &end.failure
                    .as_ref()
                    .and_then(|failure| failure.request_id.as_ref()),
                &end.note,
            ],
        )?;
        remember_freshness(conn, &key, &end)?;
        conn.changed("sync_history");
        conn.changed("accounts");
        told(conn, &key)
    })
    .await
}

fn set_counts(conn: &Conn, key: &ScopeKey, counts: &ScopeCounts) -> Result<(), StoreError> {
    conn.execute(
        "UPDATE sync_scope_run SET calls_made = $5, rows_seen = $6, rows_new = $7,
           rows_changed = $8, rows_missing = $9, rows_deleted = $10, versions_written = $11
         WHERE run_id = $1 AND account_id = $2 AND region = $3 AND resource_type = $4",
        &[
            &key.run_id,
            &key.account_id,
            &key.region_text(),
            &key.resource_type,
            &counts.calls_made,
            &counts.rows_seen,
            &counts.rows_new,
            &counts.rows_changed,
            &counts.rows_missing,
            &counts.rows_deleted,
            &counts.versions_written,
        ],
    )?;
    Ok(())
}

fn remember_freshness(conn: &Conn, key: &ScopeKey, end: &ScopeEnd) -> Result<(), StoreError> {
    let complete = end.status == ScopeStatus::Complete;
    let listed = complete || (end.status == ScopeStatus::Partial && end.counts.rows_seen > 0);
    if !listed {
        return Ok(());
    }
    conn.execute(
        "INSERT INTO sync_scope (account_id, region, resource_type, last_listed_at, last_complete_at)
         SELECT account_id, region, resource_type, started_at,
           CASE WHEN $5 = 1 THEN started_at END
         FROM sync_scope_run
         WHERE run_id = $1 AND account_id = $2 AND region = $3 AND resource_type = $4
         ON CONFLICT (account_id, region, resource_type) DO UPDATE SET
           last_listed_at = excluded.last_listed_at,
           last_complete_at = coalesce(excluded.last_complete_at, sync_scope.last_complete_at)",
        &[
            &key.run_id,
            &key.account_id,
            &key.region_text(),
            &key.resource_type,
            &complete,
        ],
    )?;
    conn.changed("workspaces");
    Ok(())
}

/// Tells those who may see the account how its scope is.
fn told(conn: &Conn, key: &ScopeKey) -> Result<(), StoreError> {
    let sql = format!(
        "SELECT {SCOPE_COLUMNS} FROM {SCOPE_FROM}
         WHERE r.run_id = $1 AND r.account_id = $2 AND r.region = $3 AND r.resource_type = $4"
    );
    let scope = conn.query_opt(
        &sql,
        &[
            &key.run_id,
            &key.account_id,
            &key.region_text(),
            &key.resource_type,
        ],
        scope_from_row,
    )?;
    if let Some(scope) = scope {
        conn.publish(
            Audience::Organization(scope.organization_id.clone()),
            EventBody::SyncScope(Box::new(scope)),
        );
    }
    Ok(())
}

/// Marks what a dead process left waiting or running; of one run, or of all. Answers how many.
pub async fn interrupt_unfinished(db: &Db, run_id: Option<&JobId>) -> Result<u64, StoreError> {
    let run_id = run_id.cloned();
    db.write(move |conn| {
        let marked = conn.execute(
            "UPDATE sync_scope_run SET status = 'interrupted', completed_at = $2
             WHERE status IN ('waiting', 'running') AND ($1 IS NULL OR run_id = $1)",
            &[&run_id, &UtcTime::now()],
        )?;
        if marked > 0 {
            conn.changed("sync_history");
        }
        Ok(marked as u64)
    })
    .await
}

const RUN_COLUMNS: &str = "j.job_id, j.cause, j.requested_by, j.state, j.started_at, j.finished_at";

const RUN_SORTS: &[SortColumn] = &[
    column("id", "j.job_id"),
    column("created_at", "j.created_at"),
];

/// Sync jobs with something the caller may see.
fn visible_runs(scope: &Scope) -> Conditions {
    let mut conditions = Conditions::default();
    conditions.push("j.kind = 'sync'");
    if let Scope::Organizations(set) = scope {
        let places: Vec<String> = set.iter().map(|id| conditions.bind(id)).collect();
        let inner = if places.is_empty() {
            "NULL".to_owned()
        } else {
            places.join(", ")
        };
        conditions.push(format!(
            "(j.organization_id IN ({inner}) OR EXISTS (SELECT 1 FROM {SCOPE_FROM}
               WHERE r.run_id = j.job_id AND a.organization_id IN ({inner})))"
        ));
    }
    conditions
}

/// A run without its scopes.
fn run_from_row(row: &Row<'_>) -> Result<SyncRun, StoreError> {
    let state: String = row.get(3)?;
    let state = JobState::from_text(&state)
        .ok_or_else(|| StoreError::Unreadable(format!("job state {state:?}")))?;
    let started_at: Option<UtcTime> = row.get(4)?;
    let completed_at: Option<UtcTime> = row.get(5)?;
    let seconds = started_at
        .zip(completed_at)
        .map(|(from, to)| to.seconds_since(from));
    Ok(SyncRun {
        id: row.get(0)?,
        trigger: row.get(1)?,
        requested_by: row.get(2)?,
        status: match state {
            JobState::Queued => ScopeStatus::Waiting,
            JobState::Running => ScopeStatus::Running,
            JobState::Succeeded => ScopeStatus::Complete,
            JobState::Partial => ScopeStatus::Partial,
            JobState::Failed => ScopeStatus::Failed,
            JobState::Cancelled => ScopeStatus::Interrupted,
        },
        started_at,
        completed_at,
        duration_ms: seconds.map(|seconds| u64::try_from(seconds).unwrap_or(0) * 1000),
        accounts: 0,
        scopes_total: 0,
        scopes_done: 0,
        scopes_failed: 0,
        counts: ScopeCounts::default(),
        calls_per_25_desktops: None,
        failure: None,
    })
}

/// Adds up the scopes of `run` that the caller may see.
fn add_scopes(conn: &Conn, scope: &Scope, mut run: SyncRun) -> Result<SyncRun, StoreError> {
    let mut desktops = 0;
    let mut accounts = BTreeSet::new();
    let mut statuses: Vec<&str> = Vec::new();
    for part in fetch_scopes(conn, scope, &run.id)? {
        run.scopes_total += 1;
        if !matches!(part.status, ScopeStatus::Waiting | ScopeStatus::Running) {
            run.scopes_done += 1;
        }
        if matches!(
            part.status,
            ScopeStatus::Partial | ScopeStatus::Failed | ScopeStatus::Skipped
        ) {
            run.scopes_failed += 1;
        }
        if part.resource_type == "workspaces" {
            desktops += part.counts.rows_seen;
        }
        run.counts += part.counts;
        statuses.push(part.status.as_str());
        if run.failure.is_none() {
            run.failure = part.failure;
        }
        accounts.insert(part.account_id);
    }
    run.accounts = accounts.len() as u64;
    let ended = !matches!(run.status, ScopeStatus::Waiting | ScopeStatus::Running);
    if ended && !statuses.is_empty() && run.status != ScopeStatus::Interrupted {
        run.status = overall(&statuses);
    }
    #[allow(clippy::cast_precision_loss)]
    if desktops > 0 {
        run.calls_per_25_desktops = Some(run.counts.calls_made as f64 * 25.0 / desktops as f64);
    }
    Ok(run)
}

fn fetch_scopes(conn: &Conn, scope: &Scope, run: &JobId) -> Result<Vec<ScopeRun>, StoreError> {
    let mut conditions = Conditions::in_scope(scope, "a.organization_id");
    conditions.any_of("r.run_id", [run]);
    let sql = format!(
        "SELECT {SCOPE_COLUMNS} FROM {SCOPE_FROM} {}
         ORDER BY a.name, r.account_id, r.region, r.resource_type",
        conditions.sql()
    );
    conn.query(&sql, &conditions.values(), scope_from_row)
}

/// Runs with something the caller may see, newest first unless sorted otherwise.
pub async fn history(
    db: &Db,
    scope: &Scope,
    request: &PageRequest,
) -> Result<Page<SyncRun>, StoreError> {
    let (scope, request) = (scope.clone(), request.clone());
    db.read(move |conn| {
        let listing = Listing {
            name: "sync_history",
            columns: RUN_COLUMNS,
            from: "job j",
            sorts: RUN_SORTS,
            default_sort: "-id",
            ids: &["j.job_id"],
            fingerprint: "",
        };
        let conditions = visible_runs(&scope);
        let mut page = listing.page(conn, &conditions, &request, run_from_row)?;
        page.items = page
            .items
            .into_iter()
            .map(|run| add_scopes(conn, &scope, run))
            .collect::<Result<_, _>>()?;
        page.as_of = Some(UtcTime::now());
        Ok(page)
    })
    .await
}

/// One run, if the caller may see something of it.
pub async fn find_run(db: &Db, scope: &Scope, id: &JobId) -> Result<Option<SyncRun>, StoreError> {
    let (scope, id) = (scope.clone(), id.clone());
    db.read(move |conn| fetch_run(conn, &scope, Some(&id)))
        .await
}

/// The run of that id, or the newest one.
pub(crate) fn fetch_run(
    conn: &Conn,
    scope: &Scope,
    id: Option<&JobId>,
) -> Result<Option<SyncRun>, StoreError> {
    let mut conditions = visible_runs(scope);
    if let Some(id) = id {
        conditions.any_of("j.job_id", [id]);
    }
    let sql = format!(
        "SELECT {RUN_COLUMNS} FROM job j {} ORDER BY j.job_id DESC LIMIT 1",
        conditions.sql()
    );
    conn.query_opt(&sql, &conditions.values(), run_from_row)?
        .map(|run| add_scopes(conn, scope, run))
        .transpose()
}

/// The scopes of a run that the caller may see.
pub async fn scopes(db: &Db, scope: &Scope, run: &JobId) -> Result<Vec<ScopeRun>, StoreError> {
    let (scope, run) = (scope.clone(), run.clone());
    db.read(move |conn| fetch_scopes(conn, &scope, &run)).await
}
