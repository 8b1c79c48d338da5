//! Replays stored history month by month: what our advice, AWS's rule and doing nothing would have
//! cost, against the mode that would have been best. Each decision sees only what was known before it.

use domain::Money;
use domain::price::{Price, PriceBook};
use domain::usage::{Month, Slot, Watched, months, slot_of};
use domain::{Scope, UtcTime};
use serde::{Deserialize, Serialize};
use store::estate::EstateDesktop;
use store::{Db, StoreError};
use utoipa::ToSchema;

use crate::bill::{auto_stop_cost, known_share, month_hours, price_of, watched};
use crate::mode::{LEAST_SAVING, MONTHS, Mode, mean};
use crate::{peer, prices};

/// One month of the replay.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct BacktestRow {
    /// Absent in the sum.
    pub month: Option<Month>,
    pub desktops: u64,
    /// The cheapest mode of each, known only afterwards.
    pub best: Money,
    pub ours: Money,
    pub aws: Money,
    pub nothing: Money,
    /// Desktops that ran in their cheapest mode, by policy.
    pub ours_right: u64,
    pub aws_right: u64,
    pub nothing_right: u64,
    /// How far our forecast of a desktop's cost was off, on average.
    pub forecast_error: Money,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Backtest {
    pub months: Vec<BacktestRow>,
    pub total: BacktestRow,
    /// Desktops without a price or a running mode that is billed by these rules.
    pub left_out: u64,
}

/// Replays the last `count` closed months.
pub async fn backtest(
    db: &Db,
    scope: &Scope,
    count: i32,
    now: UtcTime,
) -> Result<Backtest, StoreError> {
    let book = prices::current(db).await?;
    let first = Month::of(now).plus(-count);
    let estate = store::estate::load(db, scope, first.plus(-MONTHS)).await?;
    tokio::task::spawn_blocking(move || replay(&book, &estate, first, now))
        .await
        .map_err(|error| StoreError::Database(error.to_string()))
}

/// The replay itself, from `first` to the month before `now`.
#[must_use]
pub fn replay(book: &PriceBook, estate: &[EstateDesktop], first: Month, now: UtcTime) -> Backtest {
    let mut all: Vec<BacktestRow> = months(first, Month::of(now).plus(-1))
        .map(|month| BacktestRow {
            month: Some(month),
            ..BacktestRow::default()
        })
        .collect();
    let mut left_out = 0;
    for desktop in estate {
        let start = desktop
            .configurations
            .first()
            .map(|(_, configuration)| configuration);
        let found = start.and_then(|configuration| {
            let price = price_of(book, &desktop.region, configuration)?;
            Some((price, Mode::of(configuration)?))
        });
        match found {
            Some((price, mode)) => replay_one(&mut all, desktop, &price, mode, slot_of(now)),
            None => left_out += 1,
        }
    }
    all.retain(|row| row.desktops > 0);
    let total = all.iter().fold(BacktestRow::default(), sum);
    for row in &mut all {
        row.forecast_error = row.forecast_error.times(1.0 / row.desktops as f64);
    }
    let total = BacktestRow {
        forecast_error: total
            .forecast_error
            .times(1.0 / total.desktops.max(1) as f64),
        ..total
    };
    Backtest {
        months: all,
        total,
        left_out,
    }
}

fn sum(mut sum: BacktestRow, row: &BacktestRow) -> BacktestRow {
    sum.desktops += row.desktops;
    sum.best += row.best;
    sum.ours += row.ours;
    sum.aws += row.aws;
    sum.nothing += row.nothing;
    sum.ours_right += row.ours_right;
    sum.aws_right += row.aws_right;
    sum.nothing_right += row.nothing_right;
    sum.forecast_error += row.forecast_error;
    sum
}

fn replay_one(
    rows: &mut [BacktestRow],
    desktop: &EstateDesktop,
    price: &Price,
    start: Mode,
    now: Slot,
) {
    let all = watched(desktop);
    let compute_type = desktop
        .now()
        .and_then(|configuration| configuration.compute_type.as_deref());
    let limit = peer::threshold(compute_type);
    let (mut ours, mut aws) = (start, start);
    let known = |month: Month| known_share(&all, month) >= 0.5;
    for row in rows {
        let Some(month) = row.month else { continue };
        let before: Vec<Month> = (1..=MONTHS)
            .map(|back| month.plus(-back))
            .filter(|month| known(*month))
            .collect();
        if before.is_empty() || !known(month) {
            continue;
        }
        ours = decide(ours, price, &all, &before, now);
        let expected = mean(ours, price, &all, &before, now);
        let cost = |mode: Mode| mode.cost(price, &all, month, now);
        let best = cheapest(cost);
        let (aws_cost, aws_then) = aws_month(aws, limit, price, &all, month, now);
        row.desktops += 1;
        row.best += cost(best);
        row.ours += cost(ours);
        row.aws += aws_cost;
        row.nothing += cost(start);
        row.ours_right += u64::from(cost(ours) <= cost(best));
        row.aws_right += u64::from(aws_cost <= cost(best));
        row.nothing_right += u64::from(cost(start) <= cost(best));
        row.forecast_error += (expected - cost(ours)).abs();
        aws = aws_then;
    }
}

fn cheapest(cost: impl Fn(Mode) -> Money) -> Mode {
    let auto_stop = Mode::AutoStop { timeout_hours: 1 };
    if cost(auto_stop) <= cost(Mode::AlwaysOn) {
        auto_stop
    } else {
        Mode::AlwaysOn
    }
}

/// What our advice would have been on the first of a month.
fn decide(mode: Mode, price: &Price, all: &Watched, before: &[Month], now: Slot) -> Mode {
    let cost = |mode: Mode| mean(mode, price, all, before, now);
    let best = cheapest(cost);
    if cost(mode) - cost(best) >= Money::from_dollars(LEAST_SAVING) {
        best
    } else {
        mode
    }
}

/// A month under AWS's rule: to ALWAYS_ON on the day the count passes the threshold, to AUTO_STOP on the
/// last day if it did not. What it costs, and the mode it ends in.
fn aws_month(
    mode: Mode,
    limit: Option<u32>,
    price: &Price,
    all: &Watched,
    month: Month,
    now: Slot,
) -> (Money, Mode) {
    let Some(limit) = limit else {
        return (mode.cost(price, all, month, now), mode);
    };
    let timeout = match mode {
        Mode::AutoStop { timeout_hours } => timeout_hours,
        Mode::AlwaysOn => 1,
    };
    let passes = peer::passes(all, timeout, limit, month);
    match (mode, passes) {
        (Mode::AlwaysOn, Some(_)) => (price.monthly, Mode::AlwaysOn),
        (Mode::AlwaysOn, None) => (price.monthly, Mode::AutoStop { timeout_hours: 1 }),
        (Mode::AutoStop { timeout_hours }, None) => {
            let hours = f64::from(month_hours(all, timeout_hours, month, now));
            (auto_stop_cost(price, hours), mode)
        }
        (Mode::AutoStop { timeout_hours }, Some((day, _))) => {
            let window = month.slots();
            let at = slot_of(day);
            let hours = all.billed_hours(timeout_hours, &(window.start..at), now);
            let left = f64::from(window.end - at) / f64::from(window.end - window.start);
            let cost = auto_stop_cost(price, f64::from(hours)) + price.monthly.times(left);
            (cost, Mode::AlwaysOn)
        }
    }
}
