//! The rules of AWS's own Cost Optimizer for WorkSpaces, to compare with: its thresholds, its daily cut
//! of sessions, and the columns of its report.

use std::collections::HashMap;

use domain::usage::{
    DayHealth, Month, SLOTS_A_DAY, SLOTS_AN_HOUR, Slot, Watched, slot_of, slot_start,
};
use domain::workspace::RunningMode;
use domain::{Scope, UtcTime};
use store::estate::EstateDesktop;
use store::{Db, StoreError};

use crate::advice::OPT_OUT_TAGS;
use crate::bill::{MAINTENANCE_HOURS, timeout_hours, watched};

/// Hours a month from which the tool switches to ALWAYS_ON, by compute type; others it skips.
/// (Source: the parameters of its template, version 2.)
const THRESHOLDS: [(&str, u32); 7] = [
    ("VALUE", 81),
    ("STANDARD", 85),
    ("PERFORMANCE", 80),
    ("POWER", 92),
    ("POWERPRO", 78),
    ("GRAPHICS_G4DN", 334),
    ("GRAPHICSPRO_G4DN", 80),
];

#[must_use]
pub fn threshold(compute_type: Option<&str>) -> Option<u32> {
    let known = THRESHOLDS
        .iter()
        .find(|(name, _)| compute_type == Some(name));
    known.map(|(_, hours)| *hours)
}

/// The tool runs at 23:00 UTC and looks at the day before; a session over that hour is counted as two.
const CUT: u32 = 23 * SLOTS_AN_HOUR;

/// Hours of each of the tool's days from `from` to `to`, as it counts them: the end of the day first.
pub fn daily_hours(
    all: &Watched,
    timeout_hours: u32,
    from: Slot,
    to: Slot,
) -> impl Iterator<Item = (Slot, u32)> {
    let spans: Vec<_> = all.connected.within(&(from..to)).iter().cloned().collect();
    let connected = domain::usage::Spans::of(spans);
    let first_cut = from / SLOTS_A_DAY * SLOTS_A_DAY + CUT;
    let cuts = (0..).map(move |day| first_cut + day * SLOTS_A_DAY);
    let mut start = from;
    cuts.take_while(move |cut| *cut < to + SLOTS_A_DAY)
        .map_while(move |cut| {
            if start >= to {
                return None;
            }
            let end = cut.min(to).max(start);
            let day = Watched {
                known: domain::usage::Spans::default(),
                connected: connected.within(&(start..end)),
            };
            let hours: u32 = day
                .sessions(timeout_hours)
                .map(|session| session.hours)
                .sum();
            let hours = hours.min((end - start).div_ceil(SLOTS_AN_HOUR));
            start = end;
            Some((end, hours))
        })
}

/// The columns of its report, in its order.
pub const COLUMNS: [&str; 20] = [
    "WorkspaceID",
    "Billable Hours",
    "Usage Threshold",
    "Change Reported",
    "Bundle Type",
    "Initial Mode",
    "New Mode",
    "Username",
    "Computer Name",
    "DirectoryId",
    "WorkspaceTerminated",
    "insessionlatency",
    "cpuusage",
    "memoryusage",
    "rootvolumediskusage",
    "uservolumediskusage",
    "udppacketlossrate",
    "Tags",
    "WorkspaceType",
    "ReportDate",
];

/// Its report for a month, a row of cells for each desktop that it would look at. `month_end` lets it
/// switch to AUTO_STOP, which it does on a month's last day only.
pub async fn report(
    db: &Db,
    scope: &Scope,
    month: Month,
    month_end: bool,
    now: UtcTime,
) -> Result<Vec<Vec<String>>, StoreError> {
    let estate = store::estate::load(db, scope, month.plus(-1)).await?;
    let health = store::usage::health_of_month(db, scope, month).await?;
    let present = estate.iter().filter(|desktop| desktop.gone_at.is_none());
    Ok(present
        .filter_map(|desktop| row(desktop, &health, month, month_end, now))
        .collect())
}

fn row(
    desktop: &EstateDesktop,
    health: &HashMap<String, DayHealth>,
    month: Month,
    month_end: bool,
    now: UtcTime,
) -> Option<Vec<String>> {
    let configuration = desktop.now()?;
    let compute_type = configuration.compute_type.as_deref();
    let limit = threshold(compute_type)?;
    let window = month.slots();
    let timeout = timeout_hours(configuration);
    let is_auto_stop = configuration.running_mode == Some(RunningMode::AutoStop);
    let hours: u32 = daily_hours(
        &watched(desktop),
        timeout,
        window.start,
        window.end.min(slot_of(now)),
    )
    .map(|(_, hours)| hours)
    .sum();
    let closes = month_end || slot_of(now) >= window.end;
    let hours = if is_auto_stop && closes {
        hours + MAINTENANCE_HOURS
    } else {
        hours
    };
    let initial = configuration
        .running_mode
        .as_ref()
        .map_or("", RunningMode::as_str);
    let (change, new) = if desktop.tags.contains_key(OPT_OUT_TAGS[0]) {
        ("Skipped", initial)
    } else if is_auto_stop && hours > limit {
        ("ToMonthly", "ALWAYS_ON")
    } else if configuration.running_mode == Some(RunningMode::AlwaysOn) && hours <= limit && closes
    {
        ("ToHourly", "AUTO_STOP")
    } else {
        ("No change", initial)
    };
    let health = health.get(&desktop.workspace_id);
    let number = |of: fn(&DayHealth) -> Option<f64>| {
        health
            .and_then(of)
            .map_or(String::new(), |value| format!("{value:.2}"))
    };
    let tags: Vec<String> = desktop
        .tags
        .iter()
        .map(|(key, value)| format!("{key}={value}"))
        .collect();
    Some(vec![
        desktop.workspace_id.clone(),
        hours.to_string(),
        limit.to_string(),
        change.to_owned(),
        compute_type.unwrap_or_default().to_owned(),
        initial.to_owned(),
        new.to_owned(),
        desktop.user_name.clone().unwrap_or_default(),
        desktop.computer_name.clone().unwrap_or_default(),
        desktop.directory_id.clone().unwrap_or_default(),
        String::new(),
        number(|day| day.session_latency_ms),
        number(|day| day.load.cpu_average),
        number(|day| day.load.memory_average),
        number(|day| day.root_volume_used),
        number(|day| day.user_volume_used),
        number(|day| day.packet_loss),
        tags.join("; "),
        "Personal".to_owned(),
        now.day(),
    ])
}

/// The day on which a month-to-date count passes the threshold, and the hours until then.
#[must_use]
pub fn passes(
    all: &Watched,
    timeout_hours: u32,
    limit: u32,
    month: Month,
) -> Option<(UtcTime, u32)> {
    let window = month.slots();
    let mut sum = 0;
    daily_hours(all, timeout_hours, window.start, window.end).find_map(|(end, hours)| {
        sum += hours;
        (sum > limit).then(|| (slot_start(end), sum))
    })
}

#[cfg(test)]
#[allow(clippy::single_range_in_vec_init)]
mod tests {
    use super::*;
    use domain::usage::{Spans, weekday_of};

    /// What the tool was seen to count for 22 nights of 21:00 to 05:00.
    #[test]
    fn nights_are_cut_in_two() {
        let first = slot_of("2026-09-01T21:00:00Z".parse().unwrap());
        let nights = (0..)
            .filter(|day| weekday_of(first + day * SLOTS_A_DAY) < 5)
            .take(22);
        let all = Watched {
            known: Spans::of([first..first + 40 * SLOTS_A_DAY]),
            connected: Spans::of(nights.map(|day| {
                let from = first + day * SLOTS_A_DAY;
                from..from + 8 * SLOTS_AN_HOUR
            })),
        };
        let start = slot_of("2026-09-01".parse().unwrap());
        let sum = |timeout| {
            daily_hours(&all, timeout, start, start + 40 * SLOTS_A_DAY)
                .map(|(_, hours)| hours)
                .sum::<u32>()
        };
        assert_eq!((sum(1), sum(4)), (220, 352));
    }
}
