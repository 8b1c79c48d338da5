//! Background work: a job is a row that a worker leases. The API, the CLI, buttons and schedules
//! all enqueue the same payloads; whoever runs them is somewhere else.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::account::DiscoverRequest;
use crate::sync::SyncRequest;
use crate::{AccountId, JobId, OrganizationId, PlanId, ReportId, UtcTime};

/// What a job is to do. The tag is stored as the job's `kind`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum JobPayload {
    /// List AWS and bring the inventory up to date. Result: a [`crate::sync::SyncRun`].
    Sync(SyncRequest),
    /// Try every needed permission of one account. Result: an [`crate::account::AccountTest`].
    AccountTest { account_id: AccountId },
    /// List the members of the AWS Organization, and onboard them when asked to. Result: a
    /// [`crate::account::DiscoverResult`].
    AccountDiscover(DiscoverRequest),
    /// Make a report's file. Result: the [`crate::report::Report`].
    MakeReport { report_id: ReportId },
    /// Apply an approved plan, or go on with it. Result: the [`crate::plan::Plan`].
    ApplyPlan { plan_id: PlanId },
}

impl JobPayload {
    /// Every kind this build can run.
    pub const KINDS: &'static [&'static str] = &[
        "sync",
        "account_test",
        "account_discover",
        "make_report",
        "apply_plan",
    ];

    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Sync(_) => "sync",
            Self::AccountTest { .. } => "account_test",
            Self::AccountDiscover(_) => "account_discover",
            Self::MakeReport { .. } => "make_report",
            Self::ApplyPlan { .. } => "apply_plan",
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum JobState {
    Queued,
    Running,
    Succeeded,
    /// It ran to its end, but part of its work failed; the result says which.
    Partial,
    Failed,
    Cancelled,
}

impl JobState {
    pub const ALL: [Self; 6] = [
        Self::Queued,
        Self::Running,
        Self::Succeeded,
        Self::Partial,
        Self::Failed,
        Self::Cancelled,
    ];

    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Running => "running",
            Self::Succeeded => "succeeded",
            Self::Partial => "partial",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
        }
    }

    /// The inverse of [`Self::as_str`].
    #[must_use]
    pub fn from_text(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == text)
    }

    #[must_use]
    pub fn ended(self) -> bool {
        !matches!(self, Self::Queued | Self::Running)
    }
}

/// How far a job is. `total` 0 means not known yet.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Progress {
    pub done: u64,
    pub total: u64,
    pub message: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Job {
    pub id: JobId,
    pub payload: JobPayload,
    pub state: JobState,
    /// Who may see it; absent for work over every organization.
    pub organization_id: Option<OrganizationId>,
    /// `button`, `api`, `cli`, `schedule`, `demo`.
    pub trigger: String,
    pub requested_by: Option<String>,
    pub created_at: UtcTime,
    pub started_at: Option<UtcTime>,
    pub finished_at: Option<UtcTime>,
    pub progress: Progress,
    /// The payload's documented result, once ended.
    #[schema(value_type = Option<Object>)]
    pub result: Option<serde_json::Value>,
    /// Why it failed, for a person.
    pub error: Option<String>,
    /// How often it was started; more than 1 after a crash or a restart.
    pub attempts: u32,
}

/// A job to be queued.
#[derive(Debug, Clone, PartialEq)]
pub struct NewJob {
    pub payload: JobPayload,
    pub organization_id: Option<OrganizationId>,
    pub trigger: String,
    pub requested_by: Option<String>,
}

/// When a job is queued by itself.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Schedule {
    /// Names it: `sync`.
    pub name: String,
    /// Five cron fields, `0 */6 * * *`.
    pub cron: String,
    /// IANA name, `Europe/Berlin`.
    pub time_zone: String,
    /// Up to this many seconds are added to each start, spread by chance.
    pub jitter_seconds: u32,
    /// What to do about starts that fell into a stop of the process.
    pub missed: MissedRun,
    pub enabled: bool,
    pub payload: JobPayload,
    pub next_run_at: Option<UtcTime>,
    pub last_run_at: Option<UtcTime>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum MissedRun {
    /// Start once, as soon as possible.
    RunOnce,
    /// Wait for the next time.
    Skip,
}
