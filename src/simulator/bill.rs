//! Invoices, line by line and day by day. What desktops cost follows from the same sessions as their metrics: a fee
//! on the first day of a month or on the day they were created, and on AUTO_STOP each billed hour on its day. What an
//! invoice has beyond that, and an estimate has not: the monthly maintenance hour, a discount, tax, other services.

use std::ops::Range;

use domain::Money;
use domain::price::PriceBook;

use crate::calendar::Month;
use crate::clock::{DAY, Millis};
use crate::desktop::{Properties, RunningMode};
use crate::dice::{DesktopId, hash, mix, unit};
use crate::directory::Kind;
use crate::habit::day_of;
use crate::rates::{Tariff, prefix};
use crate::usage::{Era, Slot, Track, day_of_slot, first_slot, hours, slot_from};
use crate::world::World;

pub const WORKSPACES: &str = "Amazon WorkSpaces";
pub const TAX: &str = "Tax";

/// One charge on one day.
#[derive(Clone, Copy, Debug)]
pub struct Line<'a> {
    pub day: i32,
    pub service: &'static str,
    pub region: &'a str,
    pub usage_type: &'a str,
    /// `Hour`, `GB-Mo`, …
    pub unit: &'static str,
    pub quantity: f64,
    pub cost: Money,
    pub resource: Option<DesktopId>,
}

/// Visits the account's charges on these days, as far as the days are over or have begun.
pub fn account(
    world: &World,
    prices: &PriceBook,
    account: &str,
    days: &Range<i32>,
    visit: &mut dyn FnMut(Line<'_>),
) {
    let now = world.clock.now();
    let days = days.start..days.end.min(day_of(now) + 1);
    let Some(owner) = world.accounts.get(account) else {
        return;
    };
    let terms = Terms::of(account);
    let mut regions: Vec<&str> = owner.sites.keys().map(|region| &**region).collect();
    regions.sort_unstable();
    let mut taxed = vec![Money::ZERO; days.len()];
    let mut charge = |line: Line<'_>| {
        if let Some(sum) = taxed.get_mut((line.day - days.start) as usize) {
            *sum += line.cost;
            visit(line);
        }
    };
    for region in regions {
        let Some(site) = world.site(account, region) else {
            continue;
        };
        let (tracks, size) = (site.tracks(), site.roster.len());
        let managed = site
            .directories
            .iter()
            .filter(|directory| directory.kind == Kind::MicrosoftAd)
            .count();
        drop(site);
        let mut desktops = Desktops {
            tariff: Tariff::new(prices, region),
            months: Month::over(&days),
            days: days.clone(),
            region,
            kept: 1.0 - terms.discount,
            now,
        };
        for track in &tracks {
            desktops.charge(track, &mut charge);
        }
        others(account, region, &days, size, managed, &mut charge);
    }
    for (day, sum) in days.clone().zip(taxed) {
        let cost = sum.times(terms.tax);
        if cost > Money::ZERO {
            visit(Line {
                day,
                service: TAX,
                region: "NoRegion",
                usage_type: "NoUsageType",
                unit: "N/A",
                quantity: 0.0,
                cost,
                resource: None,
            });
        }
    }
}

/// What an account has agreed with AWS.
struct Terms {
    discount: f64,
    tax: f64,
}

impl Terms {
    fn of(account: &str) -> Self {
        let roll = mix(hash(account), 0x7E45);
        Self {
            discount: [0.0, 0.0, 0.01, 0.02, 0.03][(roll % 5) as usize],
            tax: [0.0, 0.0, 0.08, 0.2][(roll >> 10) as usize % 4],
        }
    }
}

struct Desktops<'a> {
    tariff: Tariff<'a>,
    months: Vec<Month>,
    days: Range<i32>,
    region: &'a str,
    /// What the discount leaves of a price.
    kept: f64,
    now: Millis,
}

impl Desktops<'_> {
    fn charge(&mut self, track: &Track, visit: &mut impl FnMut(Line<'_>)) {
        for at in 0..self.months.len() {
            self.month(track, self.months[at], visit);
        }
    }

    fn month(&mut self, track: &Track, month: Month, visit: &mut impl FnMut(Line<'_>)) {
        let (begin, end) = (i64::from(month.first) * DAY, i64::from(month.end) * DAY);
        let from = track.born.max(begin);
        if from >= end.min(track.ended).min(self.now) {
            return;
        }
        let share = |at: Millis| (end - at) as f64 / (end - begin) as f64;
        let first = *track.properties_at(from);
        self.fee(track, &first, first.running_mode, from, share(from), visit);
        if first.running_mode != RunningMode::AutoStop {
            // A change to AUTO_STOP takes effect on the invoice of the next month.
            return;
        }
        let changed = track.leaves_auto_stop(from, end.min(self.now));
        if let Some((at, properties)) = changed {
            let mode = properties.running_mode;
            self.fee(track, properties, mode, at, share(at), visit);
        }
        let until = changed.map_or(end, |(at, _)| at).min(self.now);
        self.hours(track, month, slot_from(from)..slot_from(until), visit);
    }

    fn fee(
        &mut self,
        track: &Track,
        properties: &Properties,
        mode: RunningMode,
        at: Millis,
        share: f64,
        visit: &mut impl FnMut(Line<'_>),
    ) {
        let rates = self.tariff.of(properties);
        let (fee, usage_type) = match mode {
            RunningMode::AutoStop => (rates.base, &rates.base_usage_type),
            _ => (rates.monthly, &rates.usage_type),
        };
        visit(Line {
            day: day_of(at),
            service: WORKSPACES,
            region: self.region,
            usage_type,
            unit: "Month",
            quantity: share,
            cost: fee.times(share * self.kept),
            resource: Some(track.id),
        });
    }

    fn hours(
        &mut self,
        track: &Track,
        month: Month,
        billed: Range<Slot>,
        visit: &mut impl FnMut(Line<'_>),
    ) {
        let wanted = first_slot(self.days.start)..first_slot(self.days.end);
        let window = billed.start.max(wanted.start)..billed.end.min(wanted.end);
        if window.is_empty() {
            return;
        }
        let maintenance = month.third_monday();
        let maintained = window.contains(&first_slot(maintenance));
        let mut by_day: Vec<u32> = vec![0; (month.end - month.first) as usize];
        let mut eras: Vec<Era<'_>> = track.eras(&window, self.now).collect();
        if let Some(last) = eras.last_mut() {
            // The slot under way is no history yet, but an hour that has begun is billed.
            last.slots.end = window.end;
        }
        for Era { slots, properties } in eras {
            let rates = self.tariff.of(properties);
            by_day.fill(0);
            track.billed_hours(&slots, hours(properties), self.now, |slot| {
                by_day[(day_of_slot(slot) - month.first) as usize] += 1;
            });
            if maintained && slots.contains(&first_slot(maintenance)) {
                by_day[(maintenance - month.first) as usize] += 1;
            }
            for (day, hours) in (month.first..).zip(&by_day) {
                if *hours > 0 {
                    let quantity = f64::from(*hours);
                    visit(Line {
                        day,
                        service: WORKSPACES,
                        region: self.region,
                        usage_type: &rates.hourly_usage_type,
                        unit: "Hour",
                        quantity,
                        cost: rates.hourly.times(quantity * self.kept),
                        resource: Some(track.id),
                    });
                }
            }
        }
    }
}

/// What the account uses beside desktops, in proportion to how many it has.
fn others(
    account: &str,
    region: &str,
    days: &Range<i32>,
    size: usize,
    managed: usize,
    visit: &mut impl FnMut(Line<'_>),
) {
    let prefix = prefix(region);
    let own = mix(hash(account), hash(region));
    let desktops = size as f64;
    let machines = 1.0 + (desktops / 40.0).floor();
    let domains = managed.max(1) as f64;
    for day in days.clone() {
        let roll = mix(own, day as u64);
        let busy = 0.7 + 0.6 * unit(roll);
        let traffic = desktops * (0.02 + 0.06 * unit(mix(roll, 1)));
        let lines = [
            (
                "Amazon Elastic Compute Cloud - Compute",
                "BoxUsage:t3.large",
                "Hrs",
                24.0 * machines,
                0.0832,
            ),
            (
                "EC2 - Other",
                "EBS:VolumeUsage.gp3",
                "GB-Mo",
                100.0 * machines / 30.0,
                0.08,
            ),
            (
                "AWS Directory Service",
                "MicrosoftAD-DC-Usage",
                "Hrs",
                48.0 * domains,
                0.06,
            ),
            (
                "Amazon Simple Storage Service",
                "TimedStorage-ByteHrs",
                "GB-Mo",
                (20.0 + 3.0 * desktops) / 30.0,
                0.023,
            ),
            (
                "AWS Data Transfer",
                "DataTransfer-Out-Bytes",
                "GB",
                traffic,
                0.09,
            ),
            (
                "AmazonCloudWatch",
                "CW:Requests",
                "Requests",
                (desktops * 40.0 * busy).round(),
                0.00001,
            ),
        ];
        for (service, usage_type, unit, quantity, price) in lines {
            visit(Line {
                day,
                service,
                region,
                usage_type: &format!("{prefix}{usage_type}"),
                unit,
                quantity,
                cost: Money::from_dollars(quantity * price),
                resource: None,
            });
        }
    }
}
