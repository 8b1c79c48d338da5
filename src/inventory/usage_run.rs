//! When people were connected in one region, and how busy desktops were. What CloudWatch gives is
//! merged with what is known; a value that it does not give stays unknown.
//!
//! Values of five minutes are read for as long as CloudWatch keeps them, those of an hour for what is
//! older. Each run reads from where the last complete one ended, a few hours over; a desktop of which
//! nothing is known is read from the beginning.

use std::collections::BTreeMap;
use std::ops::Range;

use aws::AwsError;
use aws::collectors::usage::{
    COARSE_DAYS, DECLARATION, FINE_DAYS, MICROS_A_THOUSAND_METRICS, Metric, MetricPage,
    QUERIES_A_CALL, SeriesQuery, Statistic, page,
};
use domain::sync::ScopeStatus;
use domain::usage::{
    DayHealth, Hours, Month, SLOT_SECONDS, SLOTS_A_DAY, SLOTS_AN_HOUR, Slot, Spans, Watched, days,
    months, slot_of, slot_start,
};
use domain::{Money, UtcTime};
use store::StoreError;
use store::paid::PaidService;
use store::usage::{Addition, DayRow, MonthRow, Watch};

use crate::region_run::RegionRun;
use crate::scope_run::{Scope, interrupted, status_of_failure};

/// CloudWatch may still change values that are younger than this.
const OVERLAP_SECONDS: i64 = 3 * 3600;

/// Health is averaged by day, and read once in so many days: each metric costs money.
const HEALTH_EVERY_DAYS: i64 = 7;

/// How far back health is read at first.
const HEALTH_DAYS: i64 = 30;

/// Sessions are counted as if a desktop that never stops by itself had AWS's default.
const DEFAULT_TIMEOUT_HOURS: u32 = 1;

const HEALTH: [(Metric, Statistic); 8] = [
    (Metric::CpuUsage, Statistic::Average),
    (Metric::CpuUsage, Statistic::Maximum),
    (Metric::MemoryUsage, Statistic::Average),
    (Metric::MemoryUsage, Statistic::Maximum),
    (Metric::RootVolumeUsage, Statistic::Average),
    (Metric::UserVolumeUsage, Statistic::Average),
    (Metric::SessionLatency, Statistic::Average),
    (Metric::PacketLoss, Statistic::Average),
];

/// What ends a reading before its end.
enum Stopped {
    Aws(AwsError),
    Store(StoreError),
    Interrupted,
}

impl From<StoreError> for Stopped {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

/// Reads the region's usage, as one scope.
pub async fn run(region: &RegionRun<'_>) -> Result<ScopeStatus, StoreError> {
    let mut scope = match region.start(&DECLARATION).await? {
        Ok(scope) => scope,
        Err(status) => return Ok(status),
    };
    let mut reading = Reading {
        region,
        now: region.account.inventory.clock.now(),
        calls_before: region.session.calls(),
        metrics: 0,
        silent: 0,
    };
    let outcome = reading.read(&mut scope).await;
    reading.pay().await?;
    match outcome {
        Ok(()) => region.close(scope, ScopeStatus::Complete, None, None).await,
        Err(Stopped::Store(error)) => Err(error),
        Err(Stopped::Interrupted) => {
            let failure = Some(interrupted());
            region
                .close(scope, ScopeStatus::Interrupted, failure, None)
                .await
        }
        Err(Stopped::Aws(error)) => {
            let status = status_of_failure(scope.row.counts.rows_seen);
            let failure = Some(error.failure.clone());
            region.close(scope, status, failure, Some(&error)).await
        }
    }
}

/// A reading of one region.
struct Reading<'a> {
    region: &'a RegionRun<'a>,
    now: UtcTime,
    calls_before: u64,
    /// Metrics asked for, which is what AWS bills.
    metrics: u64,
    /// Desktops for which AWS gave no value at all.
    silent: usize,
}

impl Reading<'_> {
    async fn read(&mut self, scope: &mut Scope<'_>) -> Result<(), Stopped> {
        let (db, account) = (
            &self.region.account.inventory.db,
            &self.region.account.account.id,
        );
        let place = self.region.region;
        let all = store::usage::watches(db, account, place).await?;
        let (known, new): (Vec<_>, Vec<_>) = all.iter().cloned().partition(|watch| watch.is_known);
        let last = store::usage::read_until(db, account, place.as_str(), "usage").await?;
        let health = store::usage::read_until(db, account, place.as_str(), "usage_health").await?;
        let earliest = self
            .now
            .plus_days(-self.region.account.inventory.config.usage_days);
        let since = last.map_or(earliest, |last| {
            last.plus_seconds(-OVERLAP_SECONDS).max(earliest)
        });
        self.connections(scope, known, since).await?;
        self.connections(scope, new, earliest).await?;
        store::usage::set_read_until(db, account, place.as_str(), "usage", self.now).await?;

        let today = slot_start(slot_of(self.now) / SLOTS_A_DAY * SLOTS_A_DAY);
        let due = health.is_none_or(|last| last <= today.plus_days(-HEALTH_EVERY_DAYS));
        if due {
            let from = today.plus_days(-HEALTH_DAYS);
            let from = health.map_or(from, |last| last.max(from));
            self.health(scope, &all, from, today).await?;
            store::usage::set_read_until(db, account, place.as_str(), "usage_health", today)
                .await?;
        }
        if self.silent > 0 {
            scope.row.note = Some(format!(
                "CloudWatch has no values for {} of {} desktops; their hours are not known.",
                self.silent,
                all.len()
            ));
        }
        Ok(())
    }

    /// Connections of `watches` since `from`.
    async fn connections(
        &mut self,
        scope: &mut Scope<'_>,
        watches: Vec<Watch>,
        from: UtcTime,
    ) -> Result<(), Stopped> {
        let fine_from = slot_start(slot_of(self.now.plus_days(-FINE_DAYS)) + 1);
        let oldest = self.now.plus_days(-COARSE_DAYS).max(from);
        for part in watches.chunks(QUERIES_A_CALL / 2) {
            let mut found = vec![Found::default(); part.len()];
            if oldest < fine_from {
                self.spans(scope, part, oldest, fine_from, 3600, &mut found)
                    .await?;
            }
            let from = oldest.max(fine_from);
            self.spans(scope, part, from, self.now, 300, &mut found)
                .await?;
            self.keep(scope, part, found).await?;
        }
        Ok(())
    }

    async fn spans(
        &mut self,
        scope: &mut Scope<'_>,
        part: &[Watch],
        from: UtcTime,
        to: UtcTime,
        period: i32,
        found: &mut [Found],
    ) -> Result<(), Stopped> {
        let connected = if period == 300 {
            Statistic::Maximum
        } else {
            Statistic::Sum
        };
        let series = |watch: &Watch, metric, statistic| SeriesQuery {
            workspace_id: watch.workspace_id.clone(),
            metric,
            statistic,
            period_seconds: period,
        };
        let queries: Vec<SeriesQuery> = part
            .iter()
            .flat_map(|watch| {
                [
                    series(watch, Metric::UserConnected, connected),
                    series(watch, Metric::Stopped, Statistic::Maximum),
                ]
            })
            .collect();
        let align = |time: UtcTime| {
            UtcTime::from_unix(time.unix() - time.unix().rem_euclid(i64::from(period)))
        };
        let window = (align(from), align(to));
        self.pages(scope, &queries, window, |place, values| {
            let found = &mut found[place / 2];
            let is_connection = place % 2 == 0;
            found.take(is_connection, period, values);
        })
        .await
    }

    /// Every page of the answers to `queries`.
    async fn pages(
        &mut self,
        scope: &mut Scope<'_>,
        queries: &[SeriesQuery],
        (from, to): (UtcTime, UtcTime),
        mut take: impl FnMut(usize, &[(UtcTime, f64)]),
    ) -> Result<(), Stopped> {
        if from >= to {
            return Ok(());
        }
        let mut token = None;
        loop {
            let stop = self.region.account.stop;
            let answer = tokio::select! {
                biased;
                () = stop.cancelled() => return Err(Stopped::Interrupted),
                answer = page(&self.region.session, queries, from, to, token) => answer,
            };
            scope.row.counts.calls_made = self.region.session.calls() - self.calls_before;
            self.metrics += queries.len() as u64;
            let MetricPage { values, next_token } = answer.map_err(Stopped::Aws)?;
            for (place, values) in &values {
                if *place < queries.len() {
                    take(*place, values);
                }
            }
            scope.moved();
            match next_token {
                Some(next) => token = Some(next),
                None => return Ok(()),
            }
        }
    }

    /// Merges what was found with what is known, and keeps the months and days that it touches.
    async fn keep(
        &mut self,
        scope: &mut Scope<'_>,
        part: &[Watch],
        found: Vec<Found>,
    ) -> Result<(), Stopped> {
        let (db, account) = (
            &self.region.account.inventory.db,
            &self.region.account.account.id,
        );
        let found: Vec<Watched> = found.into_iter().map(Found::into_watched).collect();
        let Some(first) = found
            .iter()
            .filter_map(|one| one.known.iter().next())
            .map(|span| span.start)
            .min()
        else {
            self.silent += part.iter().filter(|watch| !watch.is_known).count();
            return Ok(());
        };
        // A session may have begun in the month before.
        let from = Month::of(slot_start(first)).plus(-1);
        let ids = part
            .iter()
            .map(|watch| watch.workspace_id.clone())
            .collect();
        let mut stored = store::usage::watched(db, account, self.region.region, ids, from).await?;
        let mut addition = Addition::default();
        for (watch, found) in part.iter().zip(&found) {
            if found.known.is_empty() {
                self.silent += usize::from(!watch.is_known);
                continue;
            }
            scope.row.counts.rows_seen += 1;
            let stored = stored.remove(&watch.workspace_id).unwrap_or_default();
            add_desktop(&mut addition, watch, &stored, found, slot_of(self.now));
        }
        scope.row.counts.rows_changed += addition.months.len() as u64;
        store::usage::add(db, account, self.region.region, addition).await?;
        scope.moved();
        Ok(())
    }

    /// Averages by day of how busy desktops were, from the day of `from` up to that of `to`.
    async fn health(
        &mut self,
        scope: &mut Scope<'_>,
        watches: &[Watch],
        from: UtcTime,
        to: UtcTime,
    ) -> Result<(), Stopped> {
        let (db, account) = (
            &self.region.account.inventory.db,
            &self.region.account.account.id,
        );
        for part in watches.chunks(QUERIES_A_CALL / HEALTH.len()) {
            let queries: Vec<SeriesQuery> = part
                .iter()
                .flat_map(|watch| {
                    HEALTH.map(|(metric, statistic)| SeriesQuery {
                        workspace_id: watch.workspace_id.clone(),
                        metric,
                        statistic,
                        period_seconds: 86_400,
                    })
                })
                .collect();
            let mut found: Vec<BTreeMap<String, DayHealth>> = vec![BTreeMap::new(); part.len()];
            self.pages(scope, &queries, (from, to), |place, values| {
                let (desktop, series) = (place / HEALTH.len(), place % HEALTH.len());
                for (time, value) in values {
                    let day = found[desktop]
                        .entry(time.day())
                        .or_insert_with(|| DayHealth {
                            day: time.day(),
                            ..DayHealth::default()
                        });
                    *health_field(day, series) = Some(*value);
                }
            })
            .await?;
            let health = part
                .iter()
                .zip(found)
                .flat_map(|(watch, days)| {
                    days.into_values()
                        .map(|day| (watch.workspace_id.clone(), day))
                })
                .collect();
            let addition = Addition {
                health,
                ..Addition::default()
            };
            store::usage::add(db, account, self.region.region, addition).await?;
        }
        Ok(())
    }

    /// Writes down what was asked, whether or not all of it was answered.
    async fn pay(&self) -> Result<(), StoreError> {
        if self.metrics == 0 {
            return Ok(());
        }
        let micros = i64::try_from(self.metrics).unwrap_or(i64::MAX / MICROS_A_THOUSAND_METRICS);
        let amount = Money::from_micros(micros * MICROS_A_THOUSAND_METRICS / 1000);
        store::paid::add(
            &self.region.account.inventory.db,
            &self.region.account.account.id,
            PaidService::Cloudwatch,
            self.now,
            self.metrics,
            amount,
        )
        .await
    }
}

fn health_field(day: &mut DayHealth, series: usize) -> &mut Option<f64> {
    match series {
        0 => &mut day.load.cpu_average,
        1 => &mut day.load.cpu_peak,
        2 => &mut day.load.memory_average,
        3 => &mut day.load.memory_peak,
        4 => &mut day.root_volume_used,
        5 => &mut day.user_volume_used,
        6 => &mut day.session_latency_ms,
        _ => &mut day.packet_loss,
    }
}

/// What a reading found of one desktop.
#[derive(Debug, Clone, Default)]
struct Found {
    known: Vec<Range<Slot>>,
    connected: Vec<Range<Slot>>,
    /// Connected slots in an hour, by the hour's first slot, where only their number is known.
    hours: BTreeMap<Slot, u32>,
}

impl Found {
    fn take(&mut self, is_connection: bool, period: i32, values: &[(UtcTime, f64)]) {
        let slots = u32::try_from(i64::from(period) / SLOT_SECONDS).unwrap_or(1);
        for (time, value) in values {
            let start = slot_of(*time);
            // A machine that is said not to be stopped may still have lost the value of who is there.
            if !is_connection && *value < 1.0 {
                continue;
            }
            extend(&mut self.known, start..start + slots);
            if !is_connection || *value <= 0.0 {
                continue;
            }
            if slots == 1 {
                extend(&mut self.connected, start..start + 1);
            } else {
                let connected = (value.round() as u32).clamp(1, slots);
                self.hours.insert(start, connected);
            }
        }
    }

    fn into_watched(mut self) -> Watched {
        for (start, count) in &self.hours {
            let before = start
                .checked_sub(SLOTS_AN_HOUR)
                .is_some_and(|hour| self.hours.contains_key(&hour));
            let after = self.hours.contains_key(&(start + SLOTS_AN_HOUR));
            let end = start + SLOTS_AN_HOUR;
            // The parts of an hour lie where the session of the neighbouring hour goes on.
            let at_start = match (before, after) {
                (true, true) => count.div_ceil(2),
                (false, true) => 0,
                _ => *count,
            };
            self.connected.push(*start..start + at_start);
            self.connected.push(end - (count - at_start)..end);
        }
        Watched {
            known: Spans::of(self.known),
            connected: Spans::of(self.connected),
        }
    }
}

/// Adds a range that mostly goes on where the last one ended.
fn extend(ranges: &mut Vec<Range<Slot>>, range: Range<Slot>) {
    match ranges.last_mut() {
        Some(last) if last.end == range.start => last.end = range.end,
        _ => ranges.push(range),
    }
}

/// The months and days of one desktop that `found` touches, counted anew.
fn add_desktop(
    addition: &mut Addition,
    watch: &Watch,
    stored: &[(Month, Watched)],
    found: &Watched,
    now: Slot,
) {
    let before = stored
        .iter()
        .fold(Watched::default(), |sum, (_, watched)| sum.union(watched));
    let all = before.union(found);
    let (Some(first), Some(last)) = (found.known.iter().next(), found.known.end()) else {
        return;
    };
    let since = all
        .known
        .iter()
        .next()
        .map_or(first.start, |span| span.start);
    let timeout = watch.timeout_hours.unwrap_or(DEFAULT_TIMEOUT_HOURS).max(1);
    // Hours of the timeout fall on the day after, and into the month after.
    let spill = last + (timeout + 1) * SLOTS_AN_HOUR;
    let touched = first.start..spill.min(now.max(last));
    let months_touched = months(
        Month::of(slot_start(touched.start)),
        Month::of(slot_start(touched.end - 1)),
    );
    for month in months_touched {
        let window = month.slots();
        let begun = since.max(window.start);
        // The first month of all begins with its first value; what is older is not a gap.
        let since = if stored.iter().any(|(known, _)| *known < month) {
            window.start
        } else {
            begun
        };
        addition.months.push(MonthRow {
            workspace_id: watch.workspace_id.clone(),
            month,
            watched: all.within(&window),
            hours: Hours::of(&all, timeout, &window, since, now),
            timeout_hours: timeout,
        });
    }
    for (day, window) in days(&touched) {
        addition.days.push(DayRow {
            workspace_id: watch.workspace_id.clone(),
            day,
            hours: Hours::of(&all, timeout, &window, since, now),
        });
    }
}

#[cfg(test)]
#[allow(clippy::single_range_in_vec_init)]
mod tests {
    use std::collections::HashMap;

    use super::*;

    fn at(text: &str) -> UtcTime {
        text.parse().unwrap()
    }

    #[test]
    fn an_hour_of_parts_joins_its_neighbours() {
        let mut found = Found::default();
        let start = at("2026-03-02T08:00:00Z");
        let hours: Vec<_> = [3.0, 12.0, 6.0, 0.0]
            .iter()
            .enumerate()
            .map(|(hour, value)| (start.plus_seconds(hour as i64 * 3600), *value))
            .collect();
        found.take(true, 3600, &hours);
        let watched = found.into_watched();
        let first = slot_of(start);
        assert_eq!(watched.connected, Spans::of([first + 9..first + 30]));
        assert_eq!(watched.known, Spans::of([first..first + 48]));
    }

    #[test]
    fn a_stopped_machine_is_known_and_a_missing_value_is_not() {
        let mut found = Found::default();
        let start = at("2026-11-02T08:00:00Z");
        found.take(true, 300, &[(start, 1.0), (start.plus_seconds(300), 0.0)]);
        found.take(
            false,
            300,
            &[
                (start.plus_seconds(900), 1.0),
                (start.plus_seconds(600), 0.0),
            ],
        );
        let watched = found.into_watched();
        let first = slot_of(start);
        assert_eq!(
            watched.known,
            Spans::of([first..first + 2, first + 3..first + 4])
        );
        assert_eq!(watched.connected, Spans::of([first..first + 1]));
    }

    /// The same values in one run, in daily runs, and in daily runs that overlap.
    #[test]
    fn runs_cut_at_any_hour_give_the_same_months() {
        let watch = Watch {
            workspace_id: "ws-1".to_owned(),
            timeout_hours: Some(4),
            is_known: false,
        };
        let first = slot_of(at("2026-09-28T20:00:00Z"));
        let all = Watched {
            known: Spans::of([first..first + 8 * SLOTS_A_DAY]),
            connected: Spans::of((0..8).map(|day| {
                let from = first + day * SLOTS_A_DAY + SLOTS_AN_HOUR;
                from..from + 8 * SLOTS_AN_HOUR
            })),
        };
        let now = first + 8 * SLOTS_A_DAY;
        let months_after = |runs: &[Range<Slot>]| {
            let mut kept: HashMap<Month, MonthRow> = HashMap::new();
            for run in runs {
                let mut stored: Vec<_> = kept
                    .values()
                    .map(|row| (row.month, row.watched.clone()))
                    .collect();
                stored.sort_by_key(|(month, _)| *month);
                let mut addition = Addition::default();
                add_desktop(&mut addition, &watch, &stored, &all.within(run), run.end);
                for row in addition.months {
                    kept.insert(row.month, row);
                }
            }
            let mut rows: Vec<_> = kept.into_values().collect();
            rows.sort_by_key(|row| row.month);
            rows.into_iter()
                .map(|row| (row.month.to_string(), row.hours, row.watched))
                .collect::<Vec<_>>()
        };
        let whole = months_after(&[first..now]);
        assert_eq!(whole.len(), 2);
        assert_eq!(
            whole
                .iter()
                .map(|(_, hours, _)| hours.billable_hours)
                .sum::<u32>(),
            96
        );
        for step in [SLOTS_A_DAY, 5 * SLOTS_AN_HOUR, 7] {
            let runs: Vec<_> = (first..now)
                .step_by(step as usize)
                .map(|start| start.saturating_sub(3)..(start + step).min(now))
                .collect();
            assert_eq!(months_after(&runs), whole, "runs of {step} slots");
        }
    }
}
