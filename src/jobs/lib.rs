//! Background work: leases jobs from the database, runs them, keeps their leases, and queues what
//! is due by schedule. Who asked for a job and how it is shown are other rooms' matters.
//!
//! A job is a serialisable payload, idempotent, so that it can be run again after a crash. To add
//! one: a variant of [`domain::job::JobPayload`] and a file in `kinds/`.
//!
//! | file | holds |
//! |---|---|
//! | `runner` | the workers: lease, run, renew, finish, stop |
//! | `scheduler` | cron times with zone, jitter and missed starts |
//! | `report_schedules` | reports that are ordered by themselves |
//! | `kinds/` | what each kind of job does |

mod kinds;
mod report_schedules;
mod runner;
mod scheduler;

use std::sync::Arc;
use std::time::Duration;

use domain::job::Progress;
use inventory::Inventory;
use tokio_util::sync::CancellationToken;

pub use runner::{Status, Workers};
pub use scheduler::Scheduler;

/// How workers behave.
#[derive(Debug, Clone)]
pub struct JobsConfig {
    /// Jobs run at the same time.
    pub workers: usize,
    /// Everything in the stock is invented, and reports say so.
    pub demo: bool,
    /// A lease that was not renewed for this long may be taken by another worker.
    pub lease: Duration,
}

impl Default for JobsConfig {
    fn default() -> Self {
        Self {
            workers: 2,
            demo: false,
            lease: Duration::from_secs(60),
        }
    }
}

/// What a job may use while it runs.
pub struct JobContext {
    pub inventory: Inventory,
    /// Everything in the stock is invented.
    pub demo: bool,
    /// Set when the job should end: someone cancelled it, or the process is stopping.
    pub stop: CancellationToken,
    /// Tells how far the job is; writes are spaced out by the runner.
    pub progress: Arc<dyn Fn(Progress) + Send + Sync>,
}

/// How a job that ran ended.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome {
    pub state: domain::job::JobState,
    pub result: Option<serde_json::Value>,
    /// Why it is `Failed` or `Partial`, for a person.
    pub error: Option<String>,
}

/// One kind of job.
#[async_trait::async_trait]
pub trait Job: Send {
    async fn run(self: Box<Self>, job: &domain::job::Job, context: &JobContext) -> Outcome;
}
