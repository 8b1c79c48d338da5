//! The truth about the estate: the savings there are to find. Tests hold advice against it.

use crate::calendar::Month;
use crate::clock::{DAY, Millis};
use crate::desktop::RunningMode;
use crate::habit::day_of;
use crate::load::Fit;
use crate::rates::Tariff;
use crate::series::is_published;
use crate::server::Simulator;
use crate::state::State;
use crate::usage::{SLOTS_AN_HOUR, Slot, Track, first_slot, slot_of};

/// One thing about one desktop. A desktop can have several.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Planted {
    pub account: String,
    pub region: String,
    pub workspace_id: String,
    pub kind: PlantedKind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PlantedKind {
    /// The last connection began 60 or more days ago.
    Idle,
    /// It is there for 60 or more days and nobody has ever connected.
    NeverUsed,
    /// The other mode would have cost over $2 a month less, by the price book and the hours billed in the last
    /// three full months. Only desktops that were there all the time, have a price, and publish metrics.
    WrongMode { better: RunningMode },
    /// Of those that publish metrics and were connected to for 20 hours or more in the last 30 days: uses under
    /// 6 % of the CPU and under 25 % of the memory.
    TooLarge,
    /// Of the same desktops: uses over 80 % of the CPU and over 88 % of the memory.
    TooSmall,
}

const IDLE_DAYS: i64 = 60;
const MONTHS: i32 = 3;
/// In micro-dollars a month.
const WORTH_IT: i64 = 2_000_000;
const SEEN_HOURS: Slot = 20;
const SEEN_DAYS: i32 = 30;

impl Simulator {
    /// What there is to find at this moment, by account, region and desktop.
    pub fn planted(&self) -> Vec<Planted> {
        let world = &self.parts().world;
        let now = world.clock.now();
        let mut planted = Vec::new();
        for account in world.accounts.keys() {
            for region in self.regions(account) {
                let mut tariff = Tariff::new(&self.parts().config.prices, &region);
                for track in self.staying(account, &region, now) {
                    for kind in kinds(&track, &mut tariff, now) {
                        planted.push(Planted {
                            account: account.clone(),
                            region: region.clone(),
                            workspace_id: track.id.to_string(),
                            kind,
                        });
                    }
                }
            }
        }
        planted
    }

    /// False for the few desktops that have no metrics at all.
    pub fn has_metrics(&self, workspace_id: &str) -> bool {
        crate::dice::DesktopId::parse(workspace_id).is_some_and(is_published)
    }

    /// The time for which all metrics of the account and region are lost.
    pub fn metric_outage(
        &self,
        account: &str,
        region: &str,
    ) -> Option<(jiff::Timestamp, jiff::Timestamp)> {
        let site = self.parts().world.site(account, region)?;
        let at = |slot: Slot| jiff::Timestamp::from_second(slot * 300).ok();
        Some((at(site.outage.start)?, at(site.outage.end)?))
    }

    /// The hours that AUTO_STOP bills, or would bill, for the desktop from one moment to another. The timeout is
    /// the desktop's own, or an hour where its mode has none.
    pub fn billed_hours(
        &self,
        account: &str,
        region: &str,
        workspace_id: &str,
        from: jiff::Timestamp,
        until: jiff::Timestamp,
    ) -> Option<u32> {
        let world = &self.parts().world;
        let id = crate::dice::DesktopId::parse(workspace_id)?;
        let track = world.site(account, region)?.track(id)?;
        let window = slot_of(from.as_millisecond())..slot_of(until.as_millisecond());
        Some(track.billed(&window, world.clock.now()))
    }

    /// Whether the account has opted in to costs by resource.
    pub fn shows_resource_costs(&self, account: &str) -> bool {
        self.parts().shows_resource_costs(account)
    }

    /// Desktops that are there and not about to go.
    fn staying(&self, account: &str, region: &str, now: Millis) -> Vec<Track> {
        let world = &self.parts().world;
        let Some(mut site) = world.site(account, region) else {
            return Vec::new();
        };
        let page = site.page(None, usize::MAX, &world.clock, |desktop, _| {
            let state = desktop.state(now, &world.clock);
            let stays = !matches!(state, State::Terminating | State::Terminated);
            stays.then(|| Track::of(desktop, None))
        });
        page.rows
    }
}

fn kinds(track: &Track, tariff: &mut Tariff<'_>, now: Millis) -> Vec<PlantedKind> {
    let mut kinds = Vec::new();
    let long_ago = now - IDLE_DAYS * DAY;
    match track.last_connection(now) {
        Some(last) if last <= long_ago => kinds.push(PlantedKind::Idle),
        None if track.born <= long_ago => kinds.push(PlantedKind::NeverUsed),
        _ => {}
    }
    if !is_published(track.id) {
        return kinds;
    }
    kinds.extend(better_mode(track, tariff, now).map(|better| PlantedKind::WrongMode { better }));
    let today = day_of(now);
    let recent = first_slot(today - SEEN_DAYS)..first_slot(today + 1);
    let seen: Slot = track
        .connected(&recent, now)
        .iter()
        .map(|span| span.end - span.start)
        .sum();
    if seen >= SEEN_HOURS * SLOTS_AN_HOUR {
        match track.sizing.now(track.properties().compute) {
            Fit::TooLarge => kinds.push(PlantedKind::TooLarge),
            Fit::TooSmall => kinds.push(PlantedKind::TooSmall),
            Fit::Right => {}
        }
    }
    kinds
}

fn better_mode(track: &Track, tariff: &mut Tariff<'_>, now: Millis) -> Option<RunningMode> {
    let this = Month::of(day_of(now));
    let window = first_slot(this.plus(-MONTHS).first)..first_slot(this.first);
    let rates = tariff.of(track.properties());
    if !rates.listed || slot_of(track.born) > window.start {
        return None;
    }
    let hours = f64::from(track.billed(&window, now)) / f64::from(MONTHS);
    let (better, worse) = match track.properties().running_mode {
        RunningMode::AutoStop => (RunningMode::AlwaysOn, RunningMode::AutoStop),
        RunningMode::AlwaysOn => (RunningMode::AutoStop, RunningMode::AlwaysOn),
        RunningMode::Manual => return None,
    };
    let saved = rates.in_mode(worse, hours) - rates.in_mode(better, hours);
    (saved.micros() > WORTH_IT).then_some(better)
}
