//! Jobs in the hands of a worker: leased, renewed, moved on, finished, put back. A lease that is not
//! renewed can be taken by another worker, so a killed process loses no work; and whoever lost its
//! lease changes nothing any more.

use domain::event::EventBody;
use domain::job::{Job, JobState, Progress};
use domain::{JobId, UtcTime};

use super::{audience, fetch, told};
use crate::conn::Conn;
use crate::db::Db;
use crate::error::StoreError;
use crate::select::Conditions;
use crate::sync;
use crate::value::Json;

/// What a worker learns when it renews.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lease {
    /// False: somebody else has the job now; stop.
    pub held: bool,
    pub cancel_requested: bool,
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

/// Remembers how far a job is that `worker` holds.
pub async fn progress(
    db: &Db,
    id: &JobId,
    worker: &str,
    progress: Progress,
) -> Result<(), StoreError> {
    let (id, worker) = (id.clone(), worker.to_owned());
    db.write(move |conn| {
        let moved = conn.execute(
            "UPDATE job SET progress_done = $2, progress_total = $3, progress_message = $4
             WHERE job_id = $1 AND state = 'running' AND leased_by = $5",
            &[
                &id,
                &progress.done,
                &progress.total,
                &progress.message,
                &worker,
            ],
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

/// Ends a job that `worker` holds, and with it the scopes it left open; `None` when the worker holds
/// it no more.
pub async fn finish(
    db: &Db,
    id: &JobId,
    worker: &str,
    state: JobState,
    result: Option<serde_json::Value>,
    error: Option<String>,
) -> Result<Option<Job>, StoreError> {
    let (id, worker) = (id.clone(), worker.to_owned());
    db.write(move |conn| {
        let ended = conn.execute(
            "UPDATE job SET state = $2, finished_at = $3, result = $4, error = $5,
               leased_by = NULL, leased_until = NULL
             WHERE job_id = $1 AND state = 'running' AND leased_by = $6",
            &[
                &id,
                &state.as_str(),
                &UtcTime::now(),
                &result.map(Json),
                &error,
                &worker,
            ],
        )?;
        if ended == 0 {
            return Ok(None);
        }
        sync::interrupt(conn, &id)?;
        told(conn, &id)
    })
    .await
}

/// Puts a job that `worker` holds back into the queue, because its process is stopping; one that was
/// asked to stop ends instead.
pub async fn put_back(db: &Db, id: &JobId, worker: &str) -> Result<(), StoreError> {
    let (id, worker) = (id.clone(), worker.to_owned());
    db.write(move |conn| {
        let held = conn.query_opt(
            "SELECT 1 FROM job WHERE job_id = $1 AND state = 'running' AND leased_by = $2",
            &[&id, &worker],
            |_| Ok(()),
        )?;
        if held.is_some() {
            let_go(conn, &id)?;
        }
        Ok(())
    })
    .await
}

/// Takes a running job from its holder: back into the queue, or to its end when it was asked to
/// stop. Scopes left open are interrupted; the next attempt opens them again.
fn let_go(conn: &Conn, id: &JobId) -> Result<(), StoreError> {
    conn.execute(
        "UPDATE job SET leased_by = NULL, leased_until = NULL,
           state = CASE WHEN cancel_requested = 1 THEN 'cancelled' ELSE 'queued' END,
           finished_at = CASE WHEN cancel_requested = 1 THEN $2 ELSE NULL END
         WHERE job_id = $1",
        &[id, &UtcTime::now()],
    )?;
    sync::interrupt(conn, id)?;
    told(conn, id)?;
    Ok(())
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
            let_go(conn, id)?;
        }
        Ok(ids.len() as u64)
    })
    .await
}
