//! The workers: lease a job, run it, keep its lease, write how far it is, finish it. A process that
//! is stopping puts its running jobs back; one that was killed loses its leases, and the next
//! start takes them up again.

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use domain::event::EventBody;
use domain::job::{Job as JobRow, JobPayload, JobState, Progress};
use domain::{JobId, UtcTime};
use futures::FutureExt;
use inventory::Inventory;
use store::StoreError;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::{JobContext, JobsConfig, Outcome, kinds};

/// Progress is written and told at most this often.
const PROGRESS_EVERY: Duration = Duration::from_millis(500);

/// Looks for work at least this often, for jobs that another process queued.
const POLL_EVERY: Duration = Duration::from_secs(5);

/// How the workers are, for `/health`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Status {
    pub workers: usize,
    pub busy: usize,
}

/// A set of workers over one database.
#[derive(Clone)]
pub struct Workers {
    inventory: Inventory,
    config: JobsConfig,
    /// Names this process in leases.
    name: String,
    busy: Arc<AtomicUsize>,
}

impl Workers {
    #[must_use]
    pub fn new(inventory: Inventory, config: JobsConfig) -> Self {
        let name = format!("{}-{}", std::process::id(), JobId::new());
        Self {
            inventory,
            config,
            name,
            busy: Arc::default(),
        }
    }

    #[must_use]
    pub fn status(&self) -> Status {
        Status {
            workers: self.config.workers,
            busy: self.busy.load(Ordering::Relaxed),
        }
    }

    /// Works until `stop`, then ends running jobs between two steps and puts them back in the queue.
    pub async fn run(self, stop: CancellationToken) {
        match store::job::release_all(&self.inventory.db).await {
            Ok(0) => {}
            Ok(count) => tracing::info!(
                count,
                "{count} jobs of an earlier process are taken up again"
            ),
            Err(error) => {
                tracing::error!(%error, "jobs of an earlier process could not be taken up: {error}")
            }
        }
        let workers = (0..self.config.workers.max(1)).map(|_| self.work(stop.clone()));
        futures::future::join_all(workers).await;
    }

    async fn work(&self, stop: CancellationToken) {
        let mut events = self.inventory.db.events().subscribe();
        while !stop.is_cancelled() {
            match store::job::lease_next(
                &self.inventory.db,
                &self.name,
                JobPayload::KINDS,
                self.lease_seconds(),
            )
            .await
            {
                Ok(Some(job)) => {
                    self.busy.fetch_add(1, Ordering::Relaxed);
                    self.run_job(job, &stop).await;
                    self.busy.fetch_sub(1, Ordering::Relaxed);
                }
                Ok(None) => {
                    idle(&mut events, &stop).await;
                    self.take_up_lost().await;
                }
                Err(error) => {
                    tracing::error!(%error, "no job could be leased: {error}");
                    tokio::select! {
                        () = stop.cancelled() => {}
                        () = tokio::time::sleep(POLL_EVERY) => {}
                    }
                }
            }
        }
    }

    /// Queues again what a worker held and lost: its lease ran out.
    async fn take_up_lost(&self) {
        match store::job::release_stale(&self.inventory.db, UtcTime::now()).await {
            Ok(0) => {}
            Ok(count) => {
                tracing::warn!(count, "{count} jobs whose worker was lost are queued again")
            }
            Err(error) => tracing::warn!(%error, "lost jobs could not be looked for: {error}"),
        }
    }

    fn lease_seconds(&self) -> i64 {
        i64::try_from(self.config.lease.as_secs()).unwrap_or(i64::MAX)
    }

    async fn run_job(&self, job: JobRow, stop: &CancellationToken) {
        let kind = job.payload.kind();
        tracing::info!(job = %job.id, kind, attempt = job.attempts, "job {kind} {} started", job.id);
        let job_stop = stop.child_token();
        let (progress, seen) = watch::channel(job.progress.clone());
        let context = JobContext {
            inventory: self.inventory.clone(),
            demo: self.config.demo,
            stop: job_stop.clone(),
            progress: Arc::new(move |now| drop(progress.send(now))),
        };
        let last_seen = seen.clone();
        let keeper = self.keep(&job.id, seen, &job_stop);
        let running =
            std::panic::AssertUnwindSafe(kinds::of(job.payload.clone()).run(&job, &context))
                .catch_unwind();
        let outcome = tokio::select! {
            outcome = running => outcome.unwrap_or_else(|_| Outcome {
                state: JobState::Failed,
                result: None,
                error: Some("the job stopped because of a fault in stocktake; the log has the details".to_owned()),
            }),
            never = keeper => match never {},
        };
        // The keeper spaces its writes out and may not have written the last step.
        let last = last_seen.borrow().clone();
        if let Err(error) =
            store::job::progress(&self.inventory.db, &job.id, &self.name, last).await
        {
            report(&error);
        }
        // A full disk lasts; the end of a job must not be lost to it.
        let ended = loop {
            match self.finish(&job, outcome.clone(), stop).await {
                Err(StoreError::ReadOnly { reason }) if !stop.is_cancelled() => {
                    tracing::warn!(job = %job.id, reason, "the end of job {} waits until the database takes writes", job.id);
                    tokio::select! {
                        () = stop.cancelled() => {}
                        () = tokio::time::sleep(POLL_EVERY) => {}
                    }
                }
                other => break other,
            }
        };
        if let Err(error) = ended {
            tracing::error!(job = %job.id, %error, "the end of job {} could not be written: {error}", job.id);
        }
    }

    async fn finish(
        &self,
        job: &JobRow,
        outcome: Outcome,
        stop: &CancellationToken,
    ) -> Result<(), StoreError> {
        if outcome.state == JobState::Cancelled && stop.is_cancelled() {
            tracing::info!(job = %job.id, "job {} goes back to the queue because the process is stopping", job.id);
            return store::job::put_back(&self.inventory.db, &job.id, &self.name).await;
        }
        let state = outcome.state.as_str();
        tracing::info!(job = %job.id, state, "job {} {} ended {state}", job.payload.kind(), job.id);
        let ended = store::job::finish(
            &self.inventory.db,
            &job.id,
            &self.name,
            outcome.state,
            outcome.result,
            outcome.error,
        )
        .await?;
        if ended.is_none() {
            tracing::warn!(job = %job.id, "job {} was taken over by another process before it ended here", job.id);
        }
        Ok(())
    }

    /// Renews the lease and writes progress while the job runs; stops it when it was cancelled.
    async fn keep(
        &self,
        id: &JobId,
        mut seen: watch::Receiver<Progress>,
        job_stop: &CancellationToken,
    ) -> Infallible {
        let mut renew = tokio::time::interval(self.config.lease / 4);
        let mut cancelled = tokio::time::interval(Duration::from_secs(1));
        loop {
            tokio::select! {
                _ = renew.tick() => {
                    match store::job::renew(&self.inventory.db, id, &self.name, self.lease_seconds()).await {
                        Ok(lease) if lease.held && !lease.cancel_requested => {}
                        Ok(_) => job_stop.cancel(),
                        Err(error) => report(&error),
                    }
                }
                _ = cancelled.tick() => match store::job::cancel_requested(&self.inventory.db, id).await {
                    Ok(true) => job_stop.cancel(),
                    Ok(false) => {}
                    Err(error) => report(&error),
                },
                Ok(()) = seen.changed() => {
                    let now = seen.borrow_and_update().clone();
                    if let Err(error) = store::job::progress(&self.inventory.db, id, &self.name, now).await {
                        report(&error);
                    }
                    tokio::time::sleep(PROGRESS_EVERY).await;
                }
            }
        }
    }
}

fn report(error: &StoreError) {
    tracing::warn!(%error, "a job's lease or progress could not be written: {error}");
}

/// Waits until a job is queued, or for a while.
async fn idle(
    events: &mut tokio::sync::broadcast::Receiver<domain::event::Event>,
    stop: &CancellationToken,
) {
    let queued = async {
        loop {
            match events.recv().await {
                Ok(event) => {
                    if matches!(&event.body, EventBody::Job(job) if job.state == JobState::Queued) {
                        return;
                    }
                }
                Err(tokio::sync::broadcast::error::RecvError::Lagged(_)) => return,
                Err(tokio::sync::broadcast::error::RecvError::Closed) => {
                    std::future::pending().await
                }
            }
        }
    };
    tokio::select! {
        () = stop.cancelled() => {}
        () = queued => {}
        () = tokio::time::sleep(POLL_EVERY) => {}
    }
}
