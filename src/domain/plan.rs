//! Changes to desktops: what can be done, plans of many changes, and what came of each.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::workspace::{RunningMode, Tags};
use crate::{AccountId, JobId, Money, OrganizationId, PlanId, Region, UtcTime};

/// One change of one desktop, as it is asked of AWS.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(tag = "verb", rename_all = "snake_case", deny_unknown_fields)]
pub enum Change {
    Start,
    Stop,
    Reboot,
    /// The system disk from the bundle's image, the user's disk from its last snapshot.
    Rebuild,
    /// Both disks from their last snapshots.
    Restore,
    RunningMode {
        running_mode: RunningMode,
        /// Minutes, in steps of 60; only for AUTO_STOP.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        auto_stop_timeout_minutes: Option<u32>,
    },
    ComputeType {
        compute_type: String,
    },
    /// Into ADMIN_MAINTENANCE, or back to AVAILABLE.
    AdminMaintenance {
        on: bool,
    },
    Tags {
        #[serde(default)]
        #[schema(value_type = std::collections::BTreeMap<String, String>)]
        set: Tags,
        #[serde(default)]
        remove: Vec<String>,
    },
    /// Removes the desktop and both its disks for good.
    Terminate,
}

impl Change {
    #[must_use]
    pub fn verb(&self) -> &'static str {
        match self {
            Self::Start => "start",
            Self::Stop => "stop",
            Self::Reboot => "reboot",
            Self::Rebuild => "rebuild",
            Self::Restore => "restore",
            Self::RunningMode { .. } => "running_mode",
            Self::ComputeType { .. } => "compute_type",
            Self::AdminMaintenance { .. } => "admin_maintenance",
            Self::Tags { .. } => "tags",
            Self::Terminate => "terminate",
        }
    }

    /// Whether data is lost by it.
    #[must_use]
    pub fn is_destructive(&self) -> bool {
        matches!(self, Self::Rebuild | Self::Restore | Self::Terminate)
    }

    /// How many people have to approve a plan with it.
    #[must_use]
    pub fn approvals_needed(&self) -> u32 {
        if *self == Self::Terminate { 2 } else { 1 }
    }

    /// Whether it can be undone by asking for what was before.
    #[must_use]
    pub fn is_revertible(&self) -> bool {
        matches!(
            self,
            Self::RunningMode { .. } | Self::ComputeType { .. } | Self::Tags { .. }
        )
    }

    /// For a person: `AUTO_STOP after 60 minutes`.
    #[must_use]
    pub fn in_words(&self) -> String {
        match self {
            Self::RunningMode {
                running_mode,
                auto_stop_timeout_minutes: Some(minutes),
            } => format!("{running_mode} after {minutes} minutes"),
            Self::RunningMode { running_mode, .. } => running_mode.to_string(),
            Self::ComputeType { compute_type } => compute_type.clone(),
            Self::AdminMaintenance { on: true } => "into maintenance".to_owned(),
            Self::AdminMaintenance { on: false } => "out of maintenance".to_owned(),
            Self::Tags { set, remove } => {
                let set = set.iter().map(|(key, value)| format!("{key}={value}"));
                let removed = remove.iter().map(|key| format!("without {key}"));
                set.chain(removed).collect::<Vec<_>>().join(", ")
            }
            other => other.verb().replace('_', " "),
        }
    }
}

/// What a change replaces, for showing and for undoing it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Before {
    pub state: Option<String>,
    pub running_mode: Option<RunningMode>,
    pub auto_stop_timeout_minutes: Option<u32>,
    pub compute_type: Option<String>,
    #[schema(value_type = std::collections::BTreeMap<String, String>)]
    pub tags: Tags,
}

/// Where a plan stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PlanState {
    /// Waits for approval.
    Draft,
    /// May be applied until it expires.
    Approved,
    /// A job is at it.
    Applying,
    /// Stopped between two items; can be resumed.
    Stopped,
    /// Every item was verified.
    Applied,
    /// It ran to its end; some items failed or were skipped.
    PartlyApplied,
    /// No item could be applied.
    Failed,
    Cancelled,
    /// Nobody applied it in time.
    Expired,
}

impl PlanState {
    pub const ALL: [Self; 9] = [
        Self::Draft,
        Self::Approved,
        Self::Applying,
        Self::Stopped,
        Self::Applied,
        Self::PartlyApplied,
        Self::Failed,
        Self::Cancelled,
        Self::Expired,
    ];

    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Approved => "approved",
            Self::Applying => "applying",
            Self::Stopped => "stopped",
            Self::Applied => "applied",
            Self::PartlyApplied => "partly_applied",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
            Self::Expired => "expired",
        }
    }

    /// The inverse of [`Self::as_str`].
    #[must_use]
    pub fn from_text(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == text)
    }

    /// Nothing of it will be applied any more.
    #[must_use]
    pub fn ended(self) -> bool {
        !matches!(
            self,
            Self::Draft | Self::Approved | Self::Applying | Self::Stopped
        )
    }
}

/// Where one item stands. Each step is written before the next is taken, so that a restart knows
/// what may have happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ItemState {
    Planned,
    /// Written before AWS is called: the call may or may not have been made.
    Intended,
    /// AWS took the call.
    Called,
    /// Read again, and it is as planned.
    Verified,
    Failed,
    /// Not called, for a reason that stands in its note.
    Skipped,
}

impl ItemState {
    pub const ALL: [Self; 6] = [
        Self::Planned,
        Self::Intended,
        Self::Called,
        Self::Verified,
        Self::Failed,
        Self::Skipped,
    ];

    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Planned => "planned",
            Self::Intended => "intended",
            Self::Called => "called",
            Self::Verified => "verified",
            Self::Failed => "failed",
            Self::Skipped => "skipped",
        }
    }

    /// The inverse of [`Self::as_str`].
    #[must_use]
    pub fn from_text(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == text)
    }

    #[must_use]
    pub fn ended(self) -> bool {
        matches!(self, Self::Verified | Self::Failed | Self::Skipped)
    }
}

/// A list of changes that people approve and a job applies.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Plan {
    pub id: PlanId,
    pub organization_id: OrganizationId,
    pub organization_name: String,
    pub title: String,
    pub reason: Option<String>,
    pub state: PlanState,
    pub created_by: String,
    pub created_at: UtcTime,
    /// It is neither approved nor applied after this.
    pub expires_at: UtcTime,
    pub approvals_needed: u32,
    pub approvals: Vec<Approval>,
    pub items: u64,
    pub items_verified: u64,
    pub items_failed: u64,
    pub items_skipped: u64,
    /// A month, list prices; absent where no item has a price.
    pub saving: Option<Money>,
    pub job_id: Option<JobId>,
    pub applied_at: Option<UtcTime>,
    pub finished_at: Option<UtcTime>,
    /// The plan that this one undoes.
    pub reverts: Option<PlanId>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Approval {
    pub approver: String,
    pub at: UtcTime,
}

/// One change of a plan.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct PlanItem {
    /// 1 for the first.
    pub position: u32,
    pub account_id: AccountId,
    pub region: Region,
    pub workspace_id: String,
    pub user_name: Option<String>,
    pub change: Change,
    pub before: Before,
    pub saving: Option<Money>,
    pub recommendation_id: Option<String>,
    pub state: ItemState,
    pub intended_at: Option<UtcTime>,
    pub called_at: Option<UtcTime>,
    pub verified_at: Option<UtcTime>,
    /// AWS's id of the call.
    pub request_id: Option<String>,
    pub error_code: Option<String>,
    pub error_message: Option<String>,
    pub note: Option<String>,
}

/// What a new plan is made of: recommendations, or changes of named desktops.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewPlan {
    pub title: String,
    #[serde(default)]
    pub reason: Option<String>,
    /// All of one organization.
    #[serde(default)]
    pub recommendation_ids: Vec<String>,
    #[serde(default)]
    pub changes: Vec<WantedChange>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct WantedChange {
    pub workspace_id: String,
    pub change: Change,
}

/// When nothing is changed: weekdays and hours in a time zone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Blackout {
    /// 1 Monday to 7 Sunday.
    pub weekdays: Vec<u8>,
    /// `08:00`.
    pub from: String,
    /// `18:00`; earlier than `from` goes over midnight.
    pub to: String,
    /// IANA name.
    pub time_zone: String,
}

/// What an organization allows to be changed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ActionSettings {
    pub actions_enabled: bool,
    /// Terminating is a suggestion only until this is on.
    pub terminate_enabled: bool,
    #[serde(default)]
    pub blackout: Vec<Blackout>,
    /// Whether a plan needs an approval by somebody else than who made it. Absent: as soon as a second
    /// person may approve in the organization.
    #[serde(default)]
    pub own_plans_need_another: Option<bool>,
}
