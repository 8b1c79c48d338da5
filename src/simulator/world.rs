//! The world: accounts, and in each of their regions a site with directories, bundles and desktops. It knows who
//! is where; what a desktop does over time is `lifecycle`, and how it is asked for is `operations`.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::bundle::Bundle;
use crate::clock::{Clock, Millis};
use crate::desktop::{Desktop, Rest, RunningMode};
use crate::dice::{DesktopId, Dice};
use crate::directory::Directory;
use crate::state::State;

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
    /// For what is created later.
    pub dice: Dice,
}

#[derive(Debug)]
pub struct World {
    pub organization_id: String,
    pub management: SimAccount,
    pub accounts: BTreeMap<String, Account>,
    /// AWS's own bundles by region.
    pub standard: HashMap<Arc<str>, Vec<Bundle>>,
    pub seed: u64,
    pub clock: Clock,
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
            self.desktops.remove(&id);
        }
        self.desktops.get_mut(&id)
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
            self.desktops.remove(&id);
        }
        page
    }

    pub fn change(&mut self, id: DesktopId, change: &DesktopChange) -> bool {
        let Some(desktop) = self.desktops.get_mut(&id) else {
            return false;
        };
        let properties = &mut desktop.properties;
        if let Some(wanted) = &change.compute_type {
            let Some(known) = crate::bundle::COMPUTE_TYPES
                .iter()
                .find(|known| *known == wanted)
            else {
                return false;
            };
            properties.compute = known;
        }
        if let Some(wanted) = &change.running_mode {
            let Some(mode) = RunningMode::parse(wanted) else {
                return false;
            };
            properties.running_mode = mode;
        }
        properties.root_gib = change.root_volume_gib.unwrap_or(properties.root_gib);
        properties.user_gib = change.user_volume_gib.unwrap_or(properties.user_gib);
        if let Some(user) = &change.user_name {
            desktop.user = user.as_str().into();
        }
        for (key, value) in &change.tags {
            desktop.set_tag(key, value);
        }
        for key in &change.untag {
            desktop.remove_tag(key);
        }
        if let Some(state) = change.state {
            desktop.transition = None;
            desktop.rest = Rest::Stuck(state);
        }
        true
    }
}

pub struct Page<T> {
    pub rows: Vec<T>,
    pub last: Option<DesktopId>,
    pub more: bool,
}
