//! Sync runs: what was asked, what each scope did, what went wrong.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::account::AwsFailure;
use crate::{AccountId, AlertId, JobId, OrganizationId, Region, UtcTime};

/// What one sync covers. Without ids: every enabled account.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SyncRequest {
    #[serde(default)]
    pub organization_ids: Vec<OrganizationId>,
    #[serde(default)]
    pub account_ids: Vec<AccountId>,
    /// What is read besides the inventory.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub with: Vec<Extra>,
}

/// What a sync can read besides the inventory. Each costs more calls, and some cost money.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Extra {
    /// Who was connected when, and how busy desktops were (CloudWatch).
    Usage,
    /// What AWS billed (Cost Explorer).
    Costs,
    /// Who did what (CloudTrail).
    Events,
}

impl Extra {
    pub const ALL: [Self; 3] = [Self::Usage, Self::Costs, Self::Events];

    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Usage => "usage",
            Self::Costs => "costs",
            Self::Events => "events",
        }
    }

    /// The inverse of [`Self::as_str`].
    #[must_use]
    pub fn from_text(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|extra| extra.as_str() == text)
    }
}

/// How a scope, a run or a job ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ScopeStatus {
    Waiting,
    Running,
    /// The whole listing was read.
    Complete,
    /// Part of the listing was read; nothing was marked missing.
    Partial,
    /// Nothing could be read.
    Failed,
    /// Not tried, because the account's credentials failed.
    Skipped,
    /// The process ended first; the next run lists again.
    Interrupted,
}

impl ScopeStatus {
    pub const ALL: [Self; 7] = [
        Self::Waiting,
        Self::Running,
        Self::Complete,
        Self::Partial,
        Self::Failed,
        Self::Skipped,
        Self::Interrupted,
    ];

    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Running => "running",
            Self::Complete => "complete",
            Self::Partial => "partial",
            Self::Failed => "failed",
            Self::Skipped => "skipped",
            Self::Interrupted => "interrupted",
        }
    }

    /// The inverse of [`Self::as_str`].
    #[must_use]
    pub fn from_text(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == text)
    }
}

/// What one scope counted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ScopeCounts {
    /// AWS API calls, retries included.
    pub calls_made: u64,
    pub rows_seen: u64,
    pub rows_new: u64,
    pub rows_changed: u64,
    pub rows_missing: u64,
    pub rows_deleted: u64,
    /// History entries written.
    pub versions_written: u64,
}

impl std::ops::AddAssign for ScopeCounts {
    fn add_assign(&mut self, other: Self) {
        self.calls_made += other.calls_made;
        self.rows_seen += other.rows_seen;
        self.rows_new += other.rows_new;
        self.rows_changed += other.rows_changed;
        self.rows_missing += other.rows_missing;
        self.rows_deleted += other.rows_deleted;
        self.versions_written += other.versions_written;
    }
}

/// One scope of one run: an account, a region, a resource type. A row of `sync_history`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ScopeRun {
    pub run_id: JobId,
    pub account_id: AccountId,
    pub account_name: String,
    pub organization_id: OrganizationId,
    /// Absent for what an account has once.
    pub region: Option<Region>,
    /// The collector's name: `workspaces`, `connection_status`, `directories`, `bundles`, `tags`.
    pub resource_type: String,
    pub status: ScopeStatus,
    pub counts: ScopeCounts,
    pub started_at: Option<UtcTime>,
    pub completed_at: Option<UtcTime>,
    pub duration_ms: Option<u64>,
    pub failure: Option<AwsFailure>,
    /// What a reader should know though it is no error: "tags read one desktop at a time: …".
    pub note: Option<String>,
}

/// One run: its scopes added up.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct SyncRun {
    pub id: JobId,
    /// `button`, `api`, `cli`, `schedule`, `demo`.
    pub trigger: String,
    pub requested_by: Option<String>,
    pub status: ScopeStatus,
    pub started_at: Option<UtcTime>,
    pub completed_at: Option<UtcTime>,
    pub duration_ms: Option<u64>,
    pub accounts: u64,
    pub scopes_total: u64,
    pub scopes_done: u64,
    pub scopes_failed: u64,
    pub counts: ScopeCounts,
    /// API calls per 25 desktops seen, the unit AWS pages in.
    pub calls_per_25_desktops: Option<f64>,
    /// The first failure, for the list; all of them are on the scopes.
    pub failure: Option<AwsFailure>,
}

/// Something a person should look at; raised once, closed when the cause is gone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Alert {
    pub id: AlertId,
    pub organization_id: Option<OrganizationId>,
    pub account_id: Option<AccountId>,
    pub region: Option<Region>,
    /// `credentials`, `workspaces_shrank`, `directories_shrank`, `bundles_shrank`.
    pub kind: String,
    pub message: String,
    pub raised_at: UtcTime,
    pub last_seen_at: UtcTime,
    pub closed_at: Option<UtcTime>,
}
