//! Standby WorkSpaces: in an account with two sites, a few desktops of one have their twin in the other.

use std::collections::HashMap;
use std::sync::Arc;

use crate::clock::{Clock, DAY};
use crate::desktop::{Desktop, Rest, Twin};
use crate::dice::{DesktopId, Dice};
use crate::world::Site;

/// One desktop in so many is protected by a standby, and at least one where both sites have a good number.
const ONE_IN: usize = 60;
const GOOD_NUMBER: usize = 20;

pub fn pair_up(sites: &mut HashMap<Arc<str>, Site>, clock: &Clock, dice: &mut Dice) {
    // A map's order differs from run to run; the world must not.
    let mut regions: Vec<Arc<str>> = sites.keys().cloned().collect();
    regions.sort();
    let [home, away, ..] = regions.as_slice() else {
        return;
    };
    let snapshot = clock.start() / DAY * DAY;
    let candidates = healthy(&sites[home]).len().min(healthy(&sites[away]).len());
    let pairs = (candidates / ONE_IN).max(usize::from(candidates >= GOOD_NUMBER));
    let primaries: Vec<DesktopId> = healthy(&sites[home]).into_iter().take(pairs).collect();
    let standbys: Vec<DesktopId> = healthy(&sites[away]).into_iter().take(pairs).collect();
    for (primary, standby) in primaries.into_iter().zip(standbys) {
        let replicates = dice.chance(0.7);
        let twin = |id, region: &Arc<str>, is_primary| {
            Some(Box::new(Twin {
                id,
                region: region.clone(),
                is_primary,
                replicates,
                snapshot,
            }))
        };
        let user = find(sites, home, primary, |desktop| {
            desktop.twin = twin(standby, away, false);
            desktop.user.clone()
        });
        find(sites, away, standby, |desktop| {
            desktop.twin = twin(primary, home, true);
            // Both sides of a pair belong to the same person.
            if let Some(user) = user {
                desktop.user = user;
            }
        });
    }
}

fn healthy(site: &Site) -> Vec<DesktopId> {
    site.desktops
        .values()
        .filter(|d| d.rest == Rest::Healthy && d.twin.is_none())
        .map(|d| d.id)
        .collect()
}

fn find<T>(
    sites: &mut HashMap<Arc<str>, Site>,
    region: &Arc<str>,
    id: DesktopId,
    change: impl FnOnce(&mut Desktop) -> T,
) -> Option<T> {
    sites.get_mut(region)?.desktops.get_mut(&id).map(change)
}
