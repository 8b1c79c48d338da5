//! Desktops that nobody uses: not for long, never, or without a directory. Terminating is a suggestion
//! that a person decides on.

use domain::Money;
use domain::UtcTime;
use domain::advice::{AdviceInput, AdviceKind, Confidence};
use domain::plan::Change;
use domain::price::Price;
use domain::usage::{Slot, Watched, slot_start};
use store::estate::EstateDesktop;

use crate::advice::Advice;
use crate::mode::{MONTHS, Mode, mean, months_known};

/// Nobody connected for this long.
pub const IDLE_DAYS: i64 = 60;

/// A desktop that is younger may still be waiting for its user.
pub const NEW_DAYS: i64 = 30;

/// Connections that were not read for longer give no advice.
const STALE_DAYS: i64 = 3;

/// Advice to let go of a desktop.
pub fn advise(
    desktop: &EstateDesktop,
    price: Option<&Price>,
    all: &Watched,
    now: Slot,
) -> Option<Advice> {
    let at = slot_start(now);
    let used = all.connected.end().map(slot_start);
    let last = desktop.last_connected_at.max(used);
    // That nobody was seen says nothing while nobody looked.
    let looked = desktop
        .connection_checked_at
        .max(all.known.end().map(slot_start));
    let stale = looked.is_none_or(|looked| at.seconds_since(looked) > STALE_DAYS * 86_400);
    let (kind, title, sure) = if desktop.directory_id.is_some() && !desktop.directory_known {
        let title = "Its directory is not registered any more: terminate?".to_owned();
        (AdviceKind::Orphaned, title, false)
    } else if let Some(last) = last {
        let days = at.seconds_since(last) / 86_400;
        if stale || days < IDLE_DAYS {
            return None;
        }
        let title = format!("Nobody connected for {days} days: terminate?");
        (AdviceKind::Idle, title, watched_since(all, now, IDLE_DAYS))
    } else {
        // Without a connection status nothing is known, which is not the same as never.
        desktop.connection_checked_at?;
        let days = at.seconds_since(oldest(desktop, all)) / 86_400;
        if stale || days < NEW_DAYS {
            return None;
        }
        let title = format!("Nobody ever connected, for {days} days at least: terminate?");
        (
            AdviceKind::NeverUsed,
            title,
            watched_since(all, now, NEW_DAYS),
        )
    };
    let months = months_known(all, now, MONTHS);
    let mode = Mode::of(desktop.now()?);
    let cost = price.zip(mode).map(|(price, mode)| match mode {
        Mode::AlwaysOn => price.monthly,
        // Nobody was there, so nothing but the fixed part was billed.
        _ if months.is_empty() => price.hourly_base,
        mode => mean(mode, price, all, &months, now),
    });
    Some(Advice {
        kind,
        title,
        change: Some(Change::Terminate),
        saving: cost,
        low: cost,
        high: cost,
        cost_now: cost,
        cost_then: cost.map(|_| Money::ZERO),
        formula: cost.map_or("no price".to_owned(), |cost| {
            format!("{cost} a month for a desktop nobody uses")
        }),
        when: "after asking its owner; both disks are removed for good".to_owned(),
        inputs: vec![AdviceInput {
            name: "Last connection".to_owned(),
            value: last.map_or("never".to_owned(), |last| last.to_string()),
        }],
        evidence: Vec::new(),
        confidence: if sure {
            Confidence::High
        } else {
            Confidence::Medium
        },
        confidence_reason: if sure {
            "AWS's last connection and its metrics agree.".to_owned()
        } else {
            "It rests on what AWS says of the last connection alone.".to_owned()
        },
    })
}

/// The oldest that is known of it.
fn oldest(desktop: &EstateDesktop, all: &Watched) -> UtcTime {
    let used = all.known.iter().next().map(|span| slot_start(span.start));
    let seen = desktop
        .created_at
        .unwrap_or(desktop.first_seen_at)
        .min(desktop.first_seen_at);
    used.map_or(seen, |used| used.min(seen))
}

/// Whether nearly all of the days gone by were watched.
fn watched_since(all: &Watched, now: Slot, days: i64) -> bool {
    let slots = u32::try_from(days).unwrap_or(u32::MAX) * domain::usage::SLOTS_A_DAY;
    let window = now.saturating_sub(slots)..now;
    let known = all.known.within(&window).count();
    f64::from(known) >= 0.9 * f64::from(slots)
}
