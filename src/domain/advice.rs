//! What to change and why: a recommendation with its dollars, formula, inputs and evidence.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::plan::Change;
use crate::usage::{Load, Month};
use crate::{AccountId, Money, OrganizationId, Region, UtcTime, text_enum};

text_enum! {
    /// The kinds of recommendation.
    AdviceKind {
        RunningMode = "running_mode", Timeout = "timeout", TooLarge = "too_large", TooSmall = "too_small",
        Idle = "idle", NeverUsed = "never_used", Orphaned = "orphaned",
    }
}

/// How sure a recommendation is; `confidence_reason` says why.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Confidence {
    Low,
    Medium,
    High,
}

impl Confidence {
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
        }
    }
}

/// One recommendation for one desktop. Amounts are a month's, list prices without tax; all of them
/// are estimates.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Recommendation {
    /// Names the desktop and the kind: the same advice has the same id each time it is worked out.
    pub id: String,
    pub organization_id: OrganizationId,
    pub organization_name: String,
    pub account_id: AccountId,
    pub account_name: String,
    pub region: Region,
    pub workspace_id: String,
    pub user_name: Option<String>,
    pub compute_type: Option<String>,
    pub running_mode: Option<String>,
    pub kind: AdviceKind,
    /// For a list: `Switch to AUTO_STOP after 60 minutes`.
    pub title: String,
    /// What a plan would do; absent where a person has to decide what.
    pub change: Option<Change>,
    /// Negative where it costs more. Absent where the price book has no price.
    pub saving: Option<Money>,
    pub saving_low: Option<Money>,
    pub saving_high: Option<Money>,
    pub cost_now: Option<Money>,
    pub cost_then: Option<Money>,
    /// The sum written out: `$35.00 against $9.75 + 42 h × $0.30 = $22.35`.
    pub formula: String,
    /// When the change should be made: `now`, or from when on it pays.
    pub when: String,
    pub inputs: Vec<AdviceInput>,
    pub evidence: Vec<AdviceMonth>,
    pub confidence: Confidence,
    pub confidence_reason: String,
    /// How old the data is.
    pub as_of: UtcTime,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AdviceInput {
    pub name: String,
    pub value: String,
}

/// One month that a recommendation rests on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct AdviceMonth {
    pub month: Month,
    pub connected_hours: f64,
    /// As AUTO_STOP would bill it with the timeout that is advised.
    pub billable_hours: u32,
    pub unknown_hours: f64,
    #[serde(flatten)]
    pub load: Load,
    pub cost_always_on: Option<Money>,
    pub cost_auto_stop: Option<Money>,
}

/// What all recommendations for a scope add up to. A desktop with several counts with its best.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct AdviceTotals {
    pub recommendations: u64,
    pub desktops: u64,
    pub saving: Money,
    pub saving_low: Money,
    pub saving_high: Money,
    /// What all desktops cost a month as they are now, as far as they have prices.
    pub cost_now: Money,
    pub without_price: u64,
    /// Desktops left alone, by reason.
    pub left_alone: Vec<LeftAlone>,
    pub as_of: Option<UtcTime>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LeftAlone {
    pub reason: String,
    pub desktops: u64,
}

/// What one desktop cost in a month by the price book and its hours.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Estimate {
    pub account_id: AccountId,
    pub region: Region,
    pub workspace_id: String,
    pub month: Month,
    /// The mode at the month's begin.
    pub running_mode: Option<String>,
    pub billable_hours: Option<u32>,
    /// Absent where `missing` says why.
    pub amount: Option<Money>,
    pub low: Option<Money>,
    pub high: Option<Money>,
    /// `no price`, `no usage data`.
    pub missing: Option<String>,
}
