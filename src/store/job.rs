//! Background work as rows: queued, leased by a worker, finished. A lease that is not renewed can
//! be taken by another worker, so a killed process loses no work.

use domain::event::{Audience, EventBody};
use domain::job::{Job, JobPayload, JobState, NewJob, Progress};
use domain::listing::{Page, PageRequest};
use domain::{JobId, OrganizationId, Scope, UtcTime};

use crate::conn::{Conn, Row};
use crate::db::Db;
use crate::error::StoreError;
use crate::page::{Listing, SortColumn, column, nullable};
use crate::select::Conditions;
use crate::value::Json;

const COLUMNS: &str = "j.job_id, j.payload, j.state, j.organization_id, j.cause, j.requested_by,
    j.created_at, j.started_at, j.finished_at, j.progress_done, j.progress_total,
    j.progress_message, j.result, j.error, j.attempts";

const SORTS: &[SortColumn] = &[
    column("id", "j.job_id"),
    column("created_at", "j.created_at"),
    column("kind", "j.kind"),
    column("state", "j.state"),
    nullable("started_at", "j.started_at"),
    nullable("finished_at", "j.finished_at"),
];

/// Which jobs a list holds; empty means any.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct JobFilter {
    pub kind: Vec<String>,
    pub state: Vec<String>,
}

/// What a worker learns when it renews.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lease {
    /// False: somebody else has the job now; stop.
    pub held: bool,
    pub cancel_requested: bool,
}

fn from_row(row: &Row<'_>) -> Result<Job, StoreError> {
    let state: String = row.get(2)?;
    Ok(Job {
        id: row.get(0)?,
        payload: row.get::<Json<JobPayload>>(1)?.0,
        state: JobState::from_text(&state)
            .ok_or_else(|| StoreError::Unreadable(format!("job state {state:?}")))?,
        organization_id: row.get(3)?,
        trigger: row.get(4)?,
        requested_by: row.get(5)?,
        created_at: row.get(6)?,
        started_at: row.get(7)?,
        finished_at: row.get(8)?,
        progress: Progress {
            done: row.get(9)?,
            total: row.get(10)?,
            message: row.get(11)?,
        },
        result: row
            .get::<Option<Json<serde_json::Value>>>(12)?
            .map(|json| json.0),
        error: row.get(13)?,
        attempts: row.get(14)?,
    })
}

fn fetch(conn: &Conn, id: &JobId) -> Result<Option<Job>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM job j WHERE j.job_id = $1");
    conn.query_opt(&sql, &[id], from_row)
}

fn audience(organization_id: Option<&OrganizationId>) -> Audience {
    organization_id.map_or(Audience::Global, |id| Audience::Organization(id.clone()))
}

/// Reads the job back and tells everyone who may see it.
fn told(conn: &Conn, id: &JobId) -> Result<Option<Job>, StoreError> {
    let job = fetch(conn, id)?;
    if let Some(job) = &job {
        conn.publish(
            audience(job.organization_id.as_ref()),
            EventBody::Job(Box::new(job.clone())),
        );
        if matches!(job.payload, JobPayload::Sync(_)) {
            conn.changed("sync_history");
        }
    }
    Ok(job)
}

/// Queues a job. An identical sync that still waits is returned instead of queuing a second.
pub async fn enqueue(db: &Db, new: NewJob) -> Result<Job, StoreError> {
    db.write(move |conn| {
        let payload = serde_json::to_string(&new.payload)?;
        if matches!(new.payload, JobPayload::Sync(_)) {
            let sql = format!(
                "SELECT {COLUMNS} FROM job j
                 WHERE j.state = 'queued' AND j.payload = $1 AND j.cancel_requested = 0
                   AND coalesce(j.organization_id, '') = coalesce($2, '')
                 ORDER BY j.job_id LIMIT 1"
            );
            let waiting = conn.query_opt(&sql, &[&payload, &new.organization_id], from_row)?;
            if let Some(job) = waiting {
                return Ok(job);
            }
        }
        let id = JobId::new();
        conn.execute(
            "INSERT INTO job (job_id, kind, payload, state, organization_id, cause, requested_by,
               created_at)
             VALUES ($1, $2, $3, 'queued', $4, $5, $6, $7)",
            &[
                &id,
                &new.payload.kind(),
                &payload,
                &new.organization_id,
                &new.trigger,
                &new.requested_by,
                &UtcTime::now(),
            ],
        )?;
        told(conn, &id)?
            .ok_or_else(|| StoreError::Database("a job just written is not there".to_owned()))
    })
    .await
}

pub async fn find(db: &Db, scope: &Scope, id: &JobId) -> Result<Option<Job>, StoreError> {
    let mut conditions = Conditions::in_scope(scope, "j.organization_id");
    conditions.any_of("j.job_id", [id]);
    db.read(move |conn| {
        let sql = format!("SELECT {COLUMNS} FROM job j {}", conditions.sql());
        conn.query_opt(&sql, &conditions.values(), from_row)
    })
    .await
}

/// Jobs the caller may see, newest first unless sorted otherwise.
pub async fn list(
    db: &Db,
    scope: &Scope,
    filter: &JobFilter,
    request: &PageRequest,
) -> Result<Page<Job>, StoreError> {
    let mut conditions = Conditions::in_scope(scope, "j.organization_id");
    conditions.any_of_if_given("j.kind", &filter.kind);
    conditions.any_of_if_given("j.state", &filter.state);
    let (request, fingerprint) = (request.clone(), format!("{filter:?}"));
    db.read(move |conn| {
        let listing = Listing {
            name: "jobs",
            columns: COLUMNS,
            from: "job j",
            sorts: SORTS,
            default_sort: "-id",
            ids: &["j.job_id"],
            fingerprint: &fingerprint,
        };
        let mut page = listing.page(conn, &conditions, &request, from_row)?;
        page.as_of = Some(UtcTime::now());
        Ok(page)
    })
    .await
}

/// Leases the oldest waiting job of one of `kinds` to `worker` for `seconds`.
pub async fn lease_next(
    db: &Db,
    worker: &str,
    kinds: &[&str],
    seconds: i64,
) -> Result<Option<Job>, StoreError> {
    let worker = worker.to_owned();
    let mut conditions = Conditions::default();
    conditions.push("j.state = 'queued'");
    conditions.any_of("j.kind", kinds);
    // Looking is a read: an idle worker that polls must not keep the disk busy.
    let next = db
        .read(move |conn| {
            let sql = format!(
                "SELECT j.job_id FROM job j {} ORDER BY j.created_at, j.job_id LIMIT 1",
                conditions.sql()
            );
            conn.query_opt(&sql, &conditions.values(), |row| row.get::<JobId>(0))
        })
        .await?;
    let Some(id) = next else { return Ok(None) };
    db.write(move |conn| {
        let now = UtcTime::now();
        let taken = conn.execute(
            "UPDATE job SET state = 'running', leased_by = $2, leased_until = $3,
               started_at = coalesce(started_at, $4), attempts = attempts + 1
             WHERE job_id = $1 AND state = 'queued'",
            &[&id, &worker, &now.plus_seconds(seconds), &now],
        )?;
        if taken == 0 {
            Ok(None)
        } else {
            told(conn, &id)
        }
    })
    .await
}

/// Keeps the lease for `seconds` more.
pub async fn renew(db: &Db, id: &JobId, worker: &str, seconds: i64) -> Result<Lease, StoreError> {
    let (id, worker) = (id.clone(), worker.to_owned());
    db.write(move |conn| {
        let held = conn.execute(
            "UPDATE job SET leased_until = $3
             WHERE job_id = $1 AND leased_by = $2 AND state = 'running'",
            &[&id, &worker, &UtcTime::now().plus_seconds(seconds)],
        )?;
        Ok(Lease {
            held: held > 0,
            cancel_requested: asked_to_cancel(conn, &id)?,
        })
    })
    .await
}

fn asked_to_cancel(conn: &Conn, id: &JobId) -> Result<bool, StoreError> {
    let asked = conn.query_opt(
        "SELECT cancel_requested FROM job WHERE job_id = $1",
        &[id],
        |row| row.get(0),
    )?;
    Ok(asked.unwrap_or(false))
}

/// Whether somebody asked for the job to stop.
pub async fn cancel_requested(db: &Db, id: &JobId) -> Result<bool, StoreError> {
    let id = id.clone();
    db.read(move |conn| asked_to_cancel(conn, &id)).await
}

/// Remembers how far a running job is.
pub async fn progress(db: &Db, id: &JobId, progress: Progress) -> Result<(), StoreError> {
    let id = id.clone();
    db.write(move |conn| {
        let moved = conn.execute(
            "UPDATE job SET progress_done = $2, progress_total = $3, progress_message = $4
             WHERE job_id = $1 AND state = 'running'",
            &[&id, &progress.done, &progress.total, &progress.message],
        )?;
        if moved > 0
            && let Some(job) = fetch(conn, &id)?
        {
            // Not `changed`: no list needs to be read again for it.
            conn.publish(
                audience(job.organization_id.as_ref()),
                EventBody::Job(Box::new(job)),
            );
        }
        Ok(())
    })
    .await
}

/// Ends a running job; `None` when it is not running any more.
pub async fn finish(
    db: &Db,
    id: &JobId,
    state: JobState,
    result: Option<serde_json::Value>,
    error: Option<String>,
) -> Result<Option<Job>, StoreError> {
    let id = id.clone();
    db.write(move |conn| {
        let ended = conn.execute(
            "UPDATE job SET state = $2, finished_at = $3, result = $4, error = $5,
               leased_by = NULL, leased_until = NULL
             WHERE job_id = $1 AND state = 'running'",
            &[
                &id,
                &state.as_str(),
                &UtcTime::now(),
                &result.map(Json),
                &error,
            ],
        )?;
        if ended == 0 {
            Ok(None)
        } else {
            told(conn, &id)
        }
    })
    .await
}

/// Asks a job to stop: one that waits ends at once, a running one learns of it. `None` when the
/// caller sees no such job; an ended job is answered as it is.
pub async fn request_cancel(db: &Db, scope: &Scope, id: &JobId) -> Result<Option<Job>, StoreError> {
    let mut conditions = Conditions::in_scope(scope, "j.organization_id");
    conditions.any_of("j.job_id", [id]);
    let id = id.clone();
    db.write(move |conn| {
        let sql = format!("SELECT j.state FROM job j {}", conditions.sql());
        let state = conn.query_opt(&sql, &conditions.values(), |row| row.get::<String>(0))?;
        match state.as_deref() {
            None => Ok(None),
            Some("queued") => {
                conn.execute(
                    "UPDATE job SET state = 'cancelled', cancel_requested = 1, finished_at = $2
                     WHERE job_id = $1",
                    &[&id, &UtcTime::now()],
                )?;
                told(conn, &id)
            }
            Some("running") => {
                conn.execute(
                    "UPDATE job SET cancel_requested = 1 WHERE job_id = $1",
                    &[&id],
                )?;
                told(conn, &id)
            }
            Some(_) => fetch(conn, &id),
        }
    })
    .await
}

/// Puts a running job back into the queue, because the process that runs it is stopping.
pub async fn put_back(db: &Db, id: &JobId) -> Result<(), StoreError> {
    let id = id.clone();
    db.write(move |conn| {
        conn.execute(
            "UPDATE job SET state = 'queued', leased_by = NULL, leased_until = NULL
             WHERE job_id = $1 AND state = 'running'",
            &[&id],
        )?;
        told(conn, &id).map(|_| ())
    })
    .await
}

/// Queues running jobs again whose lease ran out before `now`, and ends those that were asked to
/// stop; answers how many.
pub async fn release_stale(db: &Db, now: UtcTime) -> Result<u64, StoreError> {
    release(db, Some(now)).await
}

/// Queues every running job again. For the start of a process: it holds the folder's lock, so
/// nobody else can be running them.
pub async fn release_all(db: &Db) -> Result<u64, StoreError> {
    release(db, None).await
}

async fn release(db: &Db, before: Option<UtcTime>) -> Result<u64, StoreError> {
    const STALE: &str = "SELECT job_id FROM job
        WHERE state = 'running' AND ($1 IS NULL OR leased_until IS NULL OR leased_until < $1)";
    let stale = db
        .read(move |conn| conn.query(STALE, &[&before], |row| row.get::<JobId>(0)))
        .await?;
    if stale.is_empty() {
        return Ok(0);
    }
    db.write(move |conn| {
        let ids = conn.query(STALE, &[&before], |row| row.get::<JobId>(0))?;
        for id in &ids {
            conn.execute(
                "UPDATE job SET leased_by = NULL, leased_until = NULL,
                   state = CASE WHEN cancel_requested = 1 THEN 'cancelled' ELSE 'queued' END,
                   finished_at = CASE WHEN cancel_requested = 1 THEN $2 ELSE NULL END
                 WHERE job_id = $1",
                &[id, &UtcTime::now()],
            )?;
            told(conn, id)?;
        }
        Ok(ids.len() as u64)
    })
    .await
}
