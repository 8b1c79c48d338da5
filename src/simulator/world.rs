//! The world: accounts, and in each of their regions a site with directories, bundles and desktops. It knows who
//! is where; what a desktop does over time is `lifecycle`, and how it is asked for is `operations`.

use std::collections::{BTreeMap, HashMap};
use std::ops::Range;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::bundle::Bundle;
use crate::clock::{Clock, Millis};
use crate::desktop::Desktop;
use crate::dice::{DesktopId, Dice};
use crate::directory::Directory;
use crate::state::State;
use crate::trail::Trail;
use crate::usage::{Slot, Track};

/// An account as its owner sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SimAccount {
    pub id: String,
    pub name: String,
    pub email: String,
}

#[derive(Debug)]
pub struct Account {
    pub about: SimAccount,
    pub joined: Millis,
    /// Only the regions in which the account uses WorkSpaces.
    pub sites: HashMap<Arc<str>, Mutex<Site>>,
}

#[derive(Debug)]
pub struct Site {
    pub directories: Vec<Directory>,
    /// The account's own bundles; AWS's are the region's.
    pub bundles: Vec<Bundle>,
    pub desktops: BTreeMap<DesktopId, Desktop>,
    /// Desktops that were here: invoices and metrics still know them.
    pub gone: BTreeMap<DesktopId, Gone>,
    /// The desktops of the beginning.
    pub roster: Box<[DesktopId]>,
    /// For these slots CloudWatch lost all data of the site.
    pub outage: Range<Slot>,
    /// For what is created later.
    pub dice: Dice,
}

#[derive(Debug)]
pub struct Gone {
    pub desktop: Desktop,
    pub at: Millis,
}

/// More desktops than this are not remembered once they are gone.
const MOST_GONE: usize = 10_000;

#[derive(Debug)]
pub struct World {
    pub organization_id: String,
    pub management: SimAccount,
    pub accounts: BTreeMap<String, Account>,
    /// AWS's own bundles by region.
    pub standard: HashMap<Arc<str>, Vec<Bundle>>,
    pub seed: u64,
    pub clock: Clock,
    pub trail: Trail,
}

/// What a test may change behind everybody's back. `None` leaves a value alone.
#[derive(Clone, Debug, Default)]
pub struct DesktopChange {
    pub user_name: Option<String>,
    /// One of AWS's names; an unknown one is refused.
    pub compute_type: Option<String>,
    pub running_mode: Option<String>,
    pub root_volume_gib: Option<u16>,
    pub user_volume_gib: Option<u16>,
    /// Keys to set; an empty value is a value.
    pub tags: Vec<(String, String)>,
    pub untag: Vec<String>,
    /// Hold the desktop in this state until somebody acts on it.
    pub state: Option<State>,
}

impl World {
    pub fn account(&self, id: &str) -> Option<&SimAccount> {
        if self.management.id == id {
            return Some(&self.management);
        }
        self.accounts.get(id).map(|account| &account.about)
    }

    pub fn site(&self, account: &str, region: &str) -> Option<MutexGuard<'_, Site>> {
        let site = self.accounts.get(account)?.sites.get(region)?;
        // A panic elsewhere leaves a site readable: every change to it is a single assignment.
        Some(site.lock().unwrap_or_else(PoisonError::into_inner))
    }

    pub fn has_site(&self, account: &str, region: &str) -> bool {
        self.accounts
            .get(account)
            .is_some_and(|account| account.sites.contains_key(region))
    }

    pub fn standard_bundles(&self, region: &str) -> Vec<Bundle> {
        match self.standard.get(region) {
            Some(known) => known.clone(),
            None => crate::bundle::standard(region, self.seed)
                .into_iter()
                .map(|(_, bundle)| bundle)
                .collect(),
        }
    }
}

impl Site {
    pub fn directory(&self, id: &str) -> Option<u16> {
        let at = self
            .directories
            .iter()
            .position(|directory| directory.id == id)?;
        u16::try_from(at).ok()
    }

    /// The desktop as it is now; one whose termination is over is forgotten on the way.
    pub fn look(&mut self, id: DesktopId, now: Millis, clock: &Clock) -> Option<&mut Desktop> {
        if !self.desktops.get_mut(&id)?.settle(now, clock) {
            self.end(id, now);
        }
        self.desktops.get_mut(&id)
    }

    /// The desktop is gone. False when it was not there.
    pub fn end(&mut self, id: DesktopId, at: Millis) -> bool {
        let Some(desktop) = self.desktops.remove(&id) else {
            return false;
        };
        if self.gone.len() < MOST_GONE {
            self.gone.insert(id, Gone { desktop, at });
        }
        true
    }

    /// The history of a desktop that is or was here.
    pub fn track(&self, id: DesktopId) -> Option<Track> {
        match self.desktops.get(&id) {
            Some(desktop) => Some(Track::of(desktop, None)),
            None => self
                .gone
                .get(&id)
                .map(|gone| Track::of(&gone.desktop, Some(gone.at))),
        }
    }

    /// The histories of all that are or were here.
    pub fn tracks(&self) -> Vec<Track> {
        let here = self
            .desktops
            .values()
            .map(|desktop| Track::of(desktop, None));
        let gone = self.gone.values();
        here.chain(gone.map(|gone| Track::of(&gone.desktop, Some(gone.at))))
            .collect()
    }

    /// Up to `limit` wanted desktops after `after`, as they are now, and whether more follow.
    pub fn page<T>(
        &mut self,
        after: Option<DesktopId>,
        limit: usize,
        clock: &Clock,
        mut take: impl FnMut(&Desktop, &[Directory]) -> Option<T>,
    ) -> Page<T> {
        use std::ops::Bound::{Excluded, Unbounded};
        let now = clock.now();
        let mut page = Page {
            rows: Vec::with_capacity(limit.min(100)),
            last: None,
            more: false,
        };
        let mut gone = Vec::new();
        let from = after.map_or(Unbounded, Excluded);
        for (id, desktop) in self.desktops.range_mut((from, Unbounded)) {
            if !desktop.settle(now, clock) {
                gone.push(*id);
                continue;
            }
            let Some(row) = take(desktop, &self.directories) else {
                continue;
            };
            if page.rows.len() == limit {
                page.more = true;
                break;
            }
            page.rows.push(row);
            page.last = Some(*id);
        }
        for id in gone {
            self.end(id, now);
        }
        page
    }
}

pub struct Page<T> {
    pub rows: Vec<T>,
    pub last: Option<DesktopId>,
    pub more: bool,
}
