//! Usage as it is kept and shown: by month and by day.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Month, SLOTS_A_DAY, SLOTS_AN_HOUR, Slot, Watched, day_of};
use crate::{AccountId, Region};

/// What a desktop's machine did on average: per cent of its CPU and memory. Absent: AWS has no value.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Load {
    pub cpu_average: Option<f64>,
    pub cpu_peak: Option<f64>,
    pub memory_average: Option<f64>,
    pub memory_peak: Option<f64>,
}

/// The health metrics of one day, averaged over it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct DayHealth {
    /// `2026-10-31`.
    pub day: String,
    #[serde(flatten)]
    pub load: Load,
    /// Per cent.
    pub root_volume_used: Option<f64>,
    /// Per cent.
    pub user_volume_used: Option<f64>,
    pub session_latency_ms: Option<f64>,
    /// Per cent.
    pub packet_loss: Option<f64>,
}

/// One desktop's month.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct UsageMonth {
    pub account_id: AccountId,
    pub region: Region,
    pub workspace_id: String,
    pub month: Month,
    #[serde(flatten)]
    pub hours: Hours,
    /// The auto-stop timeout that `billable_hours` are counted with.
    pub timeout_hours: u32,
    #[serde(flatten)]
    pub load: Load,
    /// Days with values of CPU or memory.
    pub health_days: u32,
}

/// One desktop's day.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct UsageDay {
    #[serde(flatten)]
    pub hours: Hours,
    #[serde(flatten)]
    pub health: DayHealth,
}

/// Connections counted over a day or a month.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Hours {
    /// Sessions that began in it.
    pub sessions: u32,
    pub connected_minutes: u32,
    /// Hours that AUTO_STOP bills, the timeout included.
    pub billable_hours: u32,
    /// Minutes gone by for which AWS gave no value: a gap, not zero.
    pub unknown_minutes: u32,
}

impl Hours {
    /// Counts what lies in `window`. `watched` should reach back far enough for sessions that began
    /// before it; what lies before `since` is not taken for a gap.
    #[must_use]
    pub fn of(
        watched: &Watched,
        timeout_hours: u32,
        window: &std::ops::Range<Slot>,
        since: Slot,
        now: Slot,
    ) -> Self {
        let minutes = |slots: u32| slots * (60 / SLOTS_AN_HOUR);
        let begun = watched
            .sessions(timeout_hours)
            .filter(|session| window.contains(&session.from))
            .count();
        let gone_by = window.start.max(since)..window.end.min(now);
        Self {
            sessions: u32::try_from(begun).unwrap_or(u32::MAX),
            connected_minutes: minutes(watched.connected.within(window).count()),
            billable_hours: watched.billed_hours(timeout_hours, window, now),
            unknown_minutes: minutes(watched.known.gaps(&gone_by).count()),
        }
    }
}

/// The UTC days that overlap `window`, each with its slots.
pub fn days(
    window: &std::ops::Range<Slot>,
) -> impl Iterator<Item = (String, std::ops::Range<Slot>)> {
    let first = window.start / SLOTS_A_DAY;
    let end = window.end.div_ceil(SLOTS_A_DAY);
    (first..end).map(|day| {
        let start = day * SLOTS_A_DAY;
        (day_of(start), start..start + SLOTS_A_DAY)
    })
}
