//! Desktops whose compute type is larger or smaller than their load.

use domain::Money;
use domain::advice::{AdviceInput, AdviceKind, Confidence};
use domain::plan::Change;
use domain::price::{Price, PriceBook};
use domain::usage::{Load, SLOTS_A_DAY, SLOTS_AN_HOUR, Slot, Watched};
use store::estate::{Configuration, EstateDesktop};

use crate::advice::Advice;
use crate::bill::price_of;
use crate::mode::{MONTHS, Mode, mean, months_known};

/// Fewer days with values say nothing.
const LEAST_DAYS: u32 = 14;

/// A desktop that is hardly used in a month is idle rather than too large.
const LEAST_HOURS: u32 = 20;

/// The compute types between which AWS lets a desktop move freely: name, vCPUs, memory in GiB. (Source:
/// the bundle table of the WorkSpaces product page.)
const LADDER: [(&str, f64, f64); 5] = [
    ("VALUE", 1.0, 2.0),
    ("STANDARD", 2.0, 4.0),
    ("PERFORMANCE", 2.0, 8.0),
    ("POWER", 4.0, 16.0),
    ("POWERPRO", 8.0, 32.0),
];

/// A desktop that stays under all of these, in per cent, is larger than it needs to be.
const IDLE_CPU: f64 = 15.0;
const IDLE_CPU_PEAK: f64 = 50.0;
const IDLE_MEMORY: f64 = 30.0;

/// A desktop above either is smaller than it needs to be.
const BUSY_CPU: f64 = 75.0;
const BUSY_MEMORY: f64 = 85.0;

/// What a smaller machine may be expected to come to.
const ROOM_CPU_PEAK: f64 = 90.0;
const ROOM_MEMORY: f64 = 70.0;

/// Advice to take another size.
pub fn advise(
    desktop: &EstateDesktop,
    book: &PriceBook,
    price: Option<&Price>,
    all: &Watched,
    now: Slot,
) -> Option<Advice> {
    let configuration = desktop.now()?;
    let rung = LADDER
        .iter()
        .position(|(name, ..)| configuration.compute_type.as_deref() == Some(name))?;
    let (load, days) = recent_load(desktop);
    if days < LEAST_DAYS || hours_used(all, now) < LEAST_HOURS {
        return None;
    }
    let (cpu, memory) = (load.cpu_average?, load.memory_average?);
    let peak = load.cpu_peak.unwrap_or(100.0);
    let (to, kind) = if cpu < IDLE_CPU && peak < IDLE_CPU_PEAK && memory < IDLE_MEMORY {
        (
            smallest_that_fits(rung, peak, memory)?,
            AdviceKind::TooLarge,
        )
    } else if (cpu > BUSY_CPU || memory > BUSY_MEMORY) && rung + 1 < LADDER.len() {
        (rung + 1, AdviceKind::TooSmall)
    } else {
        return None;
    };
    let (name, ..) = LADDER[to];
    let then = Configuration {
        compute_type: Some(name.to_owned()),
        ..configuration.clone()
    };
    let (cost_now, cost_then) = costs(desktop, book, price, &then, all, now);
    let saving = cost_now.zip(cost_then).map(|(now, then)| now - then);
    let title = match kind {
        AdviceKind::TooLarge => format!("Take {name}: its CPU and memory are hardly used"),
        _ => format!("Take {name}: it is at its limits"),
    };
    let input = |name: &str, value: f64| AdviceInput {
        name: name.to_owned(),
        value: format!("{value:.0} %"),
    };
    Some(Advice {
        title,
        change: Some(Change::ComputeType {
            compute_type: name.to_owned(),
        }),
        saving,
        low: saving,
        high: saving,
        cost_now,
        cost_then,
        formula: match (cost_now, cost_then) {
            (Some(now), Some(then)) => {
                format!("{now} a month against {then}, at the hours of the last months")
            }
            _ => "no price for one of the two sizes".to_owned(),
        },
        when: "now; AWS restarts the desktop, and takes it once in 6 hours".to_owned(),
        inputs: vec![
            input("CPU, average", cpu),
            input("CPU, peak", peak),
            input("Memory, average", memory),
            AdviceInput {
                name: "Days with values".to_owned(),
                value: days.to_string(),
            },
        ],
        evidence: Vec::new(),
        confidence: if days >= 2 * LEAST_DAYS {
            Confidence::High
        } else {
            Confidence::Medium
        },
        confidence_reason: format!("CPU and memory are known for {days} days."),
        kind,
    })
}

/// Hours connected in the last 30 days.
fn hours_used(all: &Watched, now: Slot) -> u32 {
    all.connected
        .within(&(now.saturating_sub(30 * SLOTS_A_DAY)..now))
        .count()
        / SLOTS_AN_HOUR
}

/// The load of the newest months with enough days between them.
fn recent_load(desktop: &EstateDesktop) -> (Load, u32) {
    let mut days = 0;
    let (mut cpu, mut memory, mut peak): (f64, f64, Option<f64>) = (0.0, 0.0, None);
    for month in desktop.months.iter().rev() {
        if days >= 2 * LEAST_DAYS {
            break;
        }
        let (Some(of_cpu), Some(of_memory)) = (month.load.cpu_average, month.load.memory_average)
        else {
            continue;
        };
        let weight = f64::from(month.health_days);
        cpu += of_cpu * weight;
        memory += of_memory * weight;
        peak = month
            .load
            .cpu_peak
            .map_or(peak, |of| Some(peak.map_or(of, |so_far| so_far.max(of))));
        days += month.health_days;
    }
    if days == 0 {
        return (Load::default(), 0);
    }
    let load = Load {
        cpu_average: Some(cpu / f64::from(days)),
        cpu_peak: peak,
        memory_average: Some(memory / f64::from(days)),
        memory_peak: None,
    };
    (load, days)
}

fn smallest_that_fits(rung: usize, peak: f64, memory: f64) -> Option<usize> {
    let (_, cpus, gib) = LADDER[rung];
    (0..rung).find(|to| {
        let (_, to_cpus, to_gib) = LADDER[*to];
        peak * cpus / to_cpus <= ROOM_CPU_PEAK && memory * gib / to_gib <= ROOM_MEMORY
    })
}

fn costs(
    desktop: &EstateDesktop,
    book: &PriceBook,
    price: Option<&Price>,
    then: &Configuration,
    all: &Watched,
    now: Slot,
) -> (Option<Money>, Option<Money>) {
    let Some(mode) = Mode::of(then) else {
        return (None, None);
    };
    let months = months_known(all, now, MONTHS);
    if months.is_empty() && mode != Mode::AlwaysOn {
        return (None, None);
    }
    let cost = |price: &Price| match mode {
        Mode::AlwaysOn => price.monthly,
        mode => mean(mode, price, all, &months, now),
    };
    let price_then = price_of(book, &desktop.region, then);
    (price.map(cost), price_then.as_ref().map(cost))
}
