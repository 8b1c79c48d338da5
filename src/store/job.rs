//! Background work as rows: queued, looked at, asked to stop. What a worker does with a job it holds
//! is in `job/lease.rs`.

mod lease;

use domain::event::{Audience, EventBody};
use domain::job::{Job, JobPayload, JobState, NewJob, Progress};
use domain::listing::{Page, PageRequest};
use domain::{JobId, OrganizationId, Scope, UtcTime};

use crate::conn::{Conn, Row};
use crate::db::Db;
use crate::error::StoreError;
use crate::page::{Listing, SortColumn, column, nullable};
use crate::select::Conditions;
use crate::sync;
use crate::value::Json;

pub use lease::{
    Lease, cancel_requested, finish, lease_next, progress, put_back, release_all, release_stale,
    renew,
};

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
    db.write(move |conn| insert(conn, &new)).await
}

pub(crate) fn insert(conn: &Conn, new: &NewJob) -> Result<Job, StoreError> {
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
                // Left by an attempt that was put back.
                sync::interrupt(conn, &id)?;
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

#[cfg(test)]
mod tests;
