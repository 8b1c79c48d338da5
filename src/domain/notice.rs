//! What is told to other systems, and how telling them goes.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::plan::{Plan, PlanState};
use crate::{PlanId, UtcTime};

/// A plan that moved on, as a webhook is told.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PlanNotice {
    /// The same on every attempt, so that a receiver can tell a repeat.
    pub id: String,
    /// `plan.approved`.
    pub event: String,
    pub at: UtcTime,
    /// As it was at that moment.
    pub plan: Plan,
}

impl PlanNotice {
    /// About a plan that has just come into its state.
    #[must_use]
    pub fn of(plan: Plan) -> Self {
        Self {
            id: uuid::Uuid::now_v7().to_string(),
            event: format!("plan.{}", event(plan.state)),
            at: UtcTime::now(),
            plan,
        }
    }
}

fn event(state: PlanState) -> &'static str {
    match state {
        PlanState::Draft => "created",
        PlanState::Applied | PlanState::PartlyApplied => "finished",
        other => other.as_str(),
    }
}

/// How telling other systems goes, since the process started.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct NotificationStatus {
    /// Whether a webhook is configured.
    pub configured: bool,
    /// Where it goes, without its path: `https://hooks.example.org`.
    pub target: Option<String>,
    pub waiting: u64,
    pub delivered: u64,
    /// Given up after all attempts, or refused.
    pub failed: u64,
    /// Not tried, because too many waited.
    pub dropped: u64,
    pub last_delivered_at: Option<UtcTime>,
    /// Stays until the next failure; older than `last_delivered_at`, it is over.
    pub last_failure: Option<NotificationFailure>,
}

/// One attempt that failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct NotificationFailure {
    pub at: UtcTime,
    /// `plan.approved`.
    pub event: String,
    pub plan_id: PlanId,
    /// Why, for a person.
    pub error: String,
    /// Whether another attempt follows.
    pub will_retry: bool,
}
