//! The running mode that costs least, from what each would have cost in the months gone by.

use domain::Money;
use domain::advice::{AdviceInput, AdviceKind, AdviceMonth, Confidence};
use domain::plan::Change;
use domain::price::Price;
use domain::usage::{Load, Month, SLOTS_AN_HOUR, Slot, Watched, slot_start};
use domain::workspace::RunningMode;
use store::estate::{Configuration, EstateDesktop};

use crate::advice::Advice;
use crate::bill::{auto_stop_cost, known_share, month_hours, timeout_hours, unknown_hours};
use crate::forecast;

/// Months that are looked back on.
pub const MONTHS: i32 = 3;

/// A month of which less is known says nothing.
const LEAST_KNOWN: f64 = 0.5;

/// Less than this a month is not worth a change.
pub const LEAST_SAVING: f64 = 1.0;

/// A way of running a desktop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    AlwaysOn,
    AutoStop { timeout_hours: u32 },
}

impl Mode {
    /// The mode of a configuration; `None` for MANUAL, which AWS does not bill by either rule.
    #[must_use]
    pub fn of(configuration: &Configuration) -> Option<Self> {
        match configuration.running_mode {
            Some(RunningMode::AlwaysOn) => Some(Self::AlwaysOn),
            Some(RunningMode::AutoStop) => Some(Self::AutoStop {
                timeout_hours: timeout_hours(configuration),
            }),
            _ => None,
        }
    }

    /// What a month with these connections costs.
    #[must_use]
    pub fn cost(self, price: &Price, all: &Watched, month: Month, now: Slot) -> Money {
        match self {
            Self::AlwaysOn => price.monthly,
            Self::AutoStop { timeout_hours } => auto_stop_cost(
                price,
                f64::from(month_hours(all, timeout_hours, month, now)),
            ),
        }
    }

    #[must_use]
    pub fn change(self) -> Change {
        match self {
            Self::AlwaysOn => Change::RunningMode {
                running_mode: RunningMode::AlwaysOn,
                auto_stop_timeout_minutes: None,
            },
            Self::AutoStop { timeout_hours } => Change::RunningMode {
                running_mode: RunningMode::AutoStop,
                auto_stop_timeout_minutes: Some(timeout_hours * 60),
            },
        }
    }
}

/// The closed months before `now` of which enough is known, newest first.
pub fn months_known(all: &Watched, now: Slot, most: i32) -> Vec<Month> {
    let current = Month::of(slot_start(now));
    (1..=most)
        .map(|back| current.plus(-back))
        .filter(|month| known_share(all, *month) >= LEAST_KNOWN)
        .collect()
}

/// The mean of a month's cost.
pub fn mean(mode: Mode, price: &Price, all: &Watched, months: &[Month], now: Slot) -> Money {
    let total: Money = months
        .iter()
        .map(|month| mode.cost(price, all, *month, now))
        .sum();
    total.times(1.0 / months.len().max(1) as f64)
}

/// Advice to run the desktop otherwise, where that would have cost less.
pub fn advise(desktop: &EstateDesktop, price: &Price, all: &Watched, now: Slot) -> Option<Advice> {
    let current = Mode::of(desktop.now()?)?;
    let months = months_known(all, now, MONTHS);
    if months.is_empty() {
        return None;
    }
    let shortest = Mode::AutoStop { timeout_hours: 1 };
    let cost_now = mean(current, price, all, &months, now);
    let best = [shortest, Mode::AlwaysOn]
        .into_iter()
        .min_by_key(|mode| mean(*mode, price, all, &months, now))?;
    let cost_then = mean(best, price, all, &months, now);
    let saving = cost_now - cost_then;
    if best == current || saving < Money::from_dollars(LEAST_SAVING) {
        return None;
    }
    let unknown: f64 = months.iter().map(|month| unknown_hours(all, *month)).sum();
    let savings: Vec<Money> = months
        .iter()
        .map(|month| current.cost(price, all, *month, now) - best.cost(price, all, *month, now))
        .collect();
    let (confidence, reason) = confidence(&savings, unknown, &months);
    let counted_with = match (best, current) {
        (Mode::AutoStop { timeout_hours }, _)
        | (Mode::AlwaysOn, Mode::AutoStop { timeout_hours }) => timeout_hours,
        (Mode::AlwaysOn, Mode::AlwaysOn) => 1,
    };
    let evidence: Vec<AdviceMonth> = months
        .iter()
        .map(|month| evidence(desktop, price, all, *month, counted_with, now))
        .collect();
    let hours: f64 = evidence
        .iter()
        .map(|month| f64::from(month.billable_hours))
        .sum::<f64>()
        / evidence.len() as f64;
    // Hours that are not known might have been billed.
    let doubt = price.hourly.times(unknown / months.len() as f64);
    let lowest = savings.iter().copied().min().unwrap_or(saving);
    let highest = savings.iter().copied().max().unwrap_or(saving);
    let (low, high) = match best {
        Mode::AutoStop { .. } if current == Mode::AlwaysOn => (lowest - doubt, highest),
        _ => (lowest, highest + doubt),
    };
    let is_timeout =
        matches!(current, Mode::AutoStop { .. }) && matches!(best, Mode::AutoStop { .. });
    Some(Advice {
        kind: if is_timeout {
            AdviceKind::Timeout
        } else {
            AdviceKind::RunningMode
        },
        title: title(best, is_timeout),
        change: Some(best.change()),
        saving: Some(saving),
        low: Some(low),
        high: Some(high),
        cost_now: Some(cost_now),
        cost_then: Some(cost_then),
        formula: formula(price, current, best, hours, cost_now, cost_then),
        when: when(price, best, current, all, now),
        inputs: inputs(price, counted_with, months.len()),
        evidence,
        confidence,
        confidence_reason: reason,
    })
}

fn title(best: Mode, is_timeout: bool) -> String {
    match best {
        Mode::AlwaysOn => "Switch to ALWAYS_ON".to_owned(),
        Mode::AutoStop { timeout_hours } if is_timeout => {
            format!("Stop after {} minutes without a user", timeout_hours * 60)
        }
        Mode::AutoStop { timeout_hours } => {
            format!("Switch to AUTO_STOP after {} minutes", timeout_hours * 60)
        }
    }
}

fn formula(
    price: &Price,
    current: Mode,
    best: Mode,
    hours: f64,
    now: Money,
    then: Money,
) -> String {
    let auto = |cost: Money, hours: f64| {
        format!(
            "{} + {hours:.0} h × {} = {cost}",
            price.hourly_base,
            rate(price.hourly)
        )
    };
    let hours_of = |cost: Money| (cost - price.hourly_base).dollars() / price.hourly.dollars();
    match (current, best) {
        (Mode::AlwaysOn, _) => format!("{} a month against {}", price.monthly, auto(then, hours)),
        (_, Mode::AlwaysOn) => format!("{} against {} a month", auto(now, hours), price.monthly),
        _ => format!("{} against {}", auto(now, hours_of(now)), auto(then, hours)),
    }
}

/// Rates have more than two digits: `$0.30`, `$0.4175`.
fn rate(hourly: Money) -> String {
    let text = format!("{:.4}", hourly.dollars());
    let trimmed = text.trim_end_matches('0');
    let digits = trimmed.len() - trimmed.find('.').map_or(0, |point| point + 1);
    format!("${trimmed}{}", "0".repeat(2usize.saturating_sub(digits)))
}

fn inputs(price: &Price, timeout_hours: u32, months: usize) -> Vec<AdviceInput> {
    let input = |name: &str, value: String| AdviceInput {
        name: name.to_owned(),
        value,
    };
    vec![
        input("Price", price.basis.clone()),
        input("Price of", price.as_of.clone()),
        input("ALWAYS_ON, a month", price.monthly.to_string()),
        input("AUTO_STOP, a month", price.hourly_base.to_string()),
        input("AUTO_STOP, an hour", rate(price.hourly)),
        input(
            "Break-even",
            format!("{:.1} hours a month", price.break_even_hours()),
        ),
        input(
            "Timeout counted with",
            format!("{} minutes", timeout_hours * 60),
        ),
        input("Months looked at", months.to_string()),
    ]
}

fn evidence(
    desktop: &EstateDesktop,
    price: &Price,
    all: &Watched,
    month: Month,
    timeout_hours: u32,
    now: Slot,
) -> AdviceMonth {
    let hours = month_hours(all, timeout_hours, month, now);
    let load = desktop
        .months
        .iter()
        .find(|one| one.month == month)
        .map_or(Load::default(), |one| one.load);
    AdviceMonth {
        month,
        connected_hours: f64::from(all.connected.within(&month.slots()).count())
            / f64::from(SLOTS_AN_HOUR),
        billable_hours: hours,
        unknown_hours: unknown_hours(all, month),
        load,
        cost_always_on: Some(price.monthly),
        cost_auto_stop: Some(auto_stop_cost(price, f64::from(hours))),
    }
}

fn confidence(savings: &[Money], unknown_hours: f64, months: &[Month]) -> (Confidence, String) {
    let hours: u32 = months.iter().map(|month| month.hours()).sum();
    let unknown = unknown_hours / f64::from(hours.max(1));
    let agree = savings
        .iter()
        .filter(|saving| **saving > Money::ZERO)
        .count();
    let all = savings.len();
    let base = format!("It would have saved in {agree} of {all} months");
    if all >= MONTHS as usize && agree == all && unknown < 0.05 {
        (
            Confidence::High,
            format!("{base}, and their hours are known."),
        )
    } else if agree == all && unknown < 0.2 && all >= 2 {
        (
            Confidence::Medium,
            format!(
                "{base}; {:.0} % of their hours are not known.",
                unknown * 100.0
            ),
        )
    } else {
        let months = if all == 1 { "month is" } else { "months are" };
        (
            Confidence::Low,
            format!(
                "{base}; {all} {months} known, and {:.0} % of the hours are not.",
                unknown * 100.0
            ),
        )
    }
}

/// When to switch: ALWAYS_ON is billed for the rest of a month at once, AUTO_STOP begins with the next.
fn when(price: &Price, best: Mode, current: Mode, all: &Watched, now: Slot) -> String {
    let month = Month::of(slot_start(now));
    let next = month.plus(1);
    match (current, best) {
        (Mode::AutoStop { timeout_hours }, Mode::AlwaysOn) => {
            let window = month.slots();
            let left = f64::from(window.end - now) / f64::from(window.end - window.start);
            let (hours, sure) = forecast::rest_of_month(all, timeout_hours, month, now);
            let (by_hour, by_month) = (price.hourly.times(hours), price.monthly.times(left));
            if by_month < by_hour && sure > 0.5 {
                format!(
                    "now: the rest of {} would cost {by_hour} by the hour, {by_month} by the month",
                    month.in_words()
                )
            } else {
                format!(
                    "on the first of {}: until then the hours are expected to cost {by_hour}, switching now {by_month}",
                    next.in_words()
                )
            }
        }
        (Mode::AlwaysOn, _) => format!(
            "now: {} is paid for already, hours are billed from the first of {}",
            month.in_words(),
            next.in_words()
        ),
        _ => "now".to_owned(),
    }
}
