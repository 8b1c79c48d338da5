//! Sync runs: what each scope of each run did. A run itself is its job's row and its scopes added
//! up; callers get the sum over the scopes they may see.

use std::collections::BTreeSet;

use domain::job::JobState;
use domain::listing::{Page, PageRequest};
use domain::sync::{ScopeCounts, ScopeRun, ScopeStatus, SyncRun};
use domain::{JobId, Region, Scope, UtcTime};

use crate::account::{self, failure};
use crate::conn::{Conn, Row};
use crate::db::Db;
use crate::error::StoreError;
use crate::page::{Listing, SortColumn, column};
use crate::select::Conditions;
use crate::value::Json;

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

/// Opens the row of a scope. One left by an earlier attempt of the same run starts over. Of an
/// account that was deleted meanwhile nothing is written.
pub async fn start_scope(db: &Db, scope: &ScopeRun) -> Result<(), StoreError> {
    save(db, scope).await
}

/// Ends a scope: its row becomes what `scope` says.
pub async fn finish_scope(db: &Db, scope: &ScopeRun) -> Result<(), StoreError> {
    save(db, scope).await
}

async fn save(db: &Db, scope: &ScopeRun) -> Result<(), StoreError> {
    let scope = scope.clone();
    db.write(move |conn| {
        if !account::known(conn, &scope.account_id, None)? {
            return Ok(());
        }
        let failure = scope.failure.as_ref();
        conn.execute(
            include_str!("sql/upsert_sync_scope_run.sql"),
            &[
                &scope.run_id,
                &scope.account_id,
                &scope.region.as_ref().map_or("", Region::as_str),
                &scope.resource_type,
                &scope.status.as_str(),
                &scope.counts.calls_made,
                &scope.counts.rows_seen,
                &scope.counts.rows_new,
                &scope.counts.rows_changed,
                &scope.counts.rows_missing,
                &scope.counts.rows_deleted,
                &scope.counts.versions_written,
                &scope.started_at,
                &scope.completed_at,
                &scope.duration_ms,
                &failure.map(|failure| &failure.code),
                &failure.map(|failure| &failure.message),
                &failure.and_then(|failure| failure.request_id.as_ref()),
                &scope.note,
            ],
        )?;
        conn.changed("sync_history");
        conn.changed("accounts");
        Ok(())
    })
    .await
}

/// Marks what an earlier attempt of the run left waiting or running; answers how many.
pub async fn interrupt_unfinished(db: &Db, run_id: &JobId) -> Result<u64, StoreError> {
    let run_id = run_id.clone();
    db.write(move |conn| interrupt(conn, &run_id)).await
}

/// As [`interrupt_unfinished`], inside the write that ends the run or puts it back.
pub(crate) fn interrupt(conn: &Conn, run_id: &JobId) -> Result<u64, StoreError> {
    let marked = conn.execute(
        "UPDATE sync_scope_run SET status = 'interrupted', completed_at = $2
         WHERE status IN ('waiting', 'running') AND run_id = $1",
        &[run_id, &UtcTime::now()],
    )?;
    if marked > 0 {
        conn.changed("sync_history");
        conn.changed("accounts");
    }
    Ok(marked as u64)
}

const RUN_COLUMNS: &str =
    "j.job_id, j.cause, j.requested_by, j.state, j.started_at, j.finished_at, j.result";

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
    // Kept times are whole seconds; the run's own result knows its milliseconds.
    let measured = row
        .get::<Option<Json<serde_json::Value>>>(6)?
        .and_then(|Json(result)| result["duration_ms"].as_u64());
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
        duration_ms: measured.or(seconds.map(|seconds| u64::try_from(seconds).unwrap_or(0) * 1000)),
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
    let ended = !matches!(run.status, ScopeStatus::Waiting | ScopeStatus::Running);
    for mut part in fetch_scopes(conn, scope, &run.id)? {
        // Nothing of a run goes on after its end, whatever a scope's row still says.
        if ended && matches!(part.status, ScopeStatus::Waiting | ScopeStatus::Running) {
            part.status = ScopeStatus::Interrupted;
        }
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
