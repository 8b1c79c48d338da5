//! What a month of a desktop costs by the price book: the rules by which AWS bills running modes.
//!
//! - ALWAYS_ON on the first of a month is billed whole, whatever it is switched to later in it.
//! - AUTO_STOP is billed a fixed part, and each hour that it runs. An hour of maintenance a month counts.
//! - Switched to ALWAYS_ON within a month, the rest of that month is billed at the monthly price by days,
//!   on top of what AUTO_STOP cost until then.
//!
//! Source: "Can I switch between hourly and monthly billing?" in Amazon's WorkSpaces FAQ.

use domain::advice::Estimate;
use domain::money::Money;
use domain::price::{Price, PriceBook, PriceKey, system_of};
use domain::usage::{Month, SLOTS_AN_HOUR, Slot, Watched, slot_of};
use domain::workspace::RunningMode;
use domain::{Region, UtcTime};
use store::estate::{Configuration, EstateDesktop};

/// Desktops on AUTO_STOP are started once a month for updates.
pub const MAINTENANCE_HOURS: u32 = 1;

/// Whole hours without a user after which a desktop stops; AWS's default where none is set.
#[must_use]
pub fn timeout_hours(configuration: &Configuration) -> u32 {
    configuration
        .auto_stop_timeout_minutes
        .map_or(1, |minutes| minutes.div_ceil(60).max(1))
}

/// The price of a desktop configured like this, where the book has one.
#[must_use]
pub fn price_of(book: &PriceBook, region: &Region, of: &Configuration) -> Option<Price> {
    let (system, licence) = system_of(of.operating_system.as_deref()?)?;
    let key = PriceKey {
        region: region.as_str().to_owned(),
        compute_type: of.compute_type.clone()?,
        system,
        licence,
    };
    book.find(&key, of.root_volume_gib?, of.user_volume_gib?)
}

/// Everything known of a desktop's connections.
#[must_use]
pub fn watched(desktop: &EstateDesktop) -> Watched {
    let months = desktop.months.iter();
    let known = months
        .clone()
        .flat_map(|month| month.watched.known.iter().cloned());
    let connected = months.flat_map(|month| month.watched.connected.iter().cloned());
    Watched {
        known: domain::usage::Spans::of(known),
        connected: domain::usage::Spans::of(connected),
    }
}

/// What AUTO_STOP costs for so many hours a month.
#[must_use]
pub fn auto_stop_cost(price: &Price, hours: f64) -> Money {
    price.hourly_base + price.hourly.times(hours)
}

/// What a desktop cost in a month, up to `now`; `None` where it did not exist in it.
#[must_use]
pub fn estimate(
    book: &PriceBook,
    desktop: &EstateDesktop,
    all: &Watched,
    month: Month,
    now: UtcTime,
) -> Option<Estimate> {
    let window = month.slots();
    let now = slot_of(now);
    let start = begin(desktop, all, month)?;
    let gone = desktop.gone_at.map_or(Slot::MAX, slot_of);
    let end = window.end.min(gone).min(now);
    if start >= end {
        return None;
    }
    let (_, configuration) = in_force(desktop, start)?;
    let mut estimate = Estimate {
        account_id: desktop.account_id.clone(),
        region: desktop.region.clone(),
        workspace_id: desktop.workspace_id.clone(),
        month,
        running_mode: configuration.running_mode.as_ref().map(ToString::to_string),
        billable_hours: None,
        amount: None,
        low: None,
        high: None,
        missing: None,
    };
    let Some(price) = price_of(book, &desktop.region, configuration) else {
        estimate.missing = Some("no price".to_owned());
        return Some(estimate);
    };
    let length = f64::from(window.end - window.start);
    let share = f64::from(window.end - start) / length;
    match configuration.running_mode {
        Some(RunningMode::AlwaysOn) => {
            let amount = price.monthly.times(share);
            (estimate.amount, estimate.low, estimate.high) =
                (Some(amount), Some(amount), Some(amount));
        }
        Some(RunningMode::AutoStop) => {
            let switched = switch_to_always_on(desktop, start, end);
            let until = switched.map_or(end, |(at, _)| at);
            let known = all.known.within(&(start..until)).count();
            if known == 0 {
                estimate.missing = Some("no usage data".to_owned());
                return Some(estimate);
            }
            let mut hours = all.billed_hours(timeout_hours(configuration), &(start..until), now);
            if now >= window.end && until == window.end {
                hours += MAINTENANCE_HOURS;
            }
            let unknown = f64::from(until - start - known);
            let rate = f64::from(hours) / f64::from(known);
            let mut amount = price.hourly_base.times(share) + price.hourly.times(f64::from(hours));
            if let Some((at, then)) = switched {
                let Some(price) = price_of(book, &desktop.region, then) else {
                    estimate.missing = Some("no price".to_owned());
                    return Some(estimate);
                };
                amount += price.monthly.times(f64::from(window.end - at) / length);
            }
            estimate.billable_hours = Some(hours);
            estimate.amount = Some(amount);
            estimate.low = Some(amount);
            // What is not known may have been used as much as what is.
            estimate.high = Some(amount + price.hourly.times(unknown * rate));
        }
        _ => estimate.missing = Some("no price".to_owned()),
    }
    Some(estimate)
}

/// From when on a desktop existed in a month. When it was made is known from CloudTrail alone; else it
/// is taken to be as old as the first that is known of it.
fn begin(desktop: &EstateDesktop, all: &Watched, month: Month) -> Option<Slot> {
    let window = month.slots();
    let first = match desktop.created_at {
        Some(created) => slot_of(created),
        None => {
            let seen = slot_of(desktop.first_seen_at);
            let used = all.known.iter().next().map_or(seen, |span| span.start);
            // Data that begins with a month, or with what CloudWatch keeps, does not begin with the desktop.
            seen.min(used)
        }
    };
    let first_month = first >= window.start;
    let start = if first_month && desktop.created_at.is_none() && first < window.end {
        // Nothing says that it was made in its first month, so all of the month is counted.
        window.start
    } else {
        first.max(window.start)
    };
    (start < window.end).then_some(start)
}

/// The configuration in force at a slot; the oldest known one before that.
fn in_force(desktop: &EstateDesktop, at: Slot) -> Option<&(UtcTime, Configuration)> {
    let past = desktop.configurations.iter();
    past.clone()
        .rev()
        .find(|(from, _)| slot_of(*from) <= at)
        .or_else(|| desktop.configurations.first())
}

fn switch_to_always_on(
    desktop: &EstateDesktop,
    from: Slot,
    to: Slot,
) -> Option<(Slot, &Configuration)> {
    desktop
        .configurations
        .iter()
        .skip(1)
        .map(|(at, configuration)| (slot_of(*at), configuration))
        .find(|(at, configuration)| {
            (from + 1..to).contains(at) && configuration.running_mode == Some(RunningMode::AlwaysOn)
        })
}

/// Hours that are billed on AUTO_STOP in a month, the hour of maintenance included.
#[must_use]
pub fn month_hours(all: &Watched, timeout_hours: u32, month: Month, now: Slot) -> u32 {
    all.billed_hours(timeout_hours, &month.slots(), now) + MAINTENANCE_HOURS
}

/// The part of a month that is known, 0 to 1.
#[must_use]
pub fn known_share(all: &Watched, month: Month) -> f64 {
    let window = month.slots();
    f64::from(all.known.within(&window).count()) / f64::from(window.end - window.start)
}

/// Hours that are not known in a month.
#[must_use]
pub fn unknown_hours(all: &Watched, month: Month) -> f64 {
    f64::from(all.known.gaps(&month.slots()).count()) / f64::from(SLOTS_AN_HOUR)
}
