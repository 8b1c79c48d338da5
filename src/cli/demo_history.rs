//! The demo's past: two weeks in which the invented estate grows, loses and changes desktops, one
//! sync a day, each counted as of its day. Everything but the clock is the real path, so that the
//! trend and the timelines of the demo come from the same history a real estate builds up.

use domain::sync::SyncRequest;
use domain::{JobId, UtcTime};
use inventory::{Clock, Inventory};
use simulator::{DesktopChange, SetAside, Simulator, SimulatorConfig};
use tokio_util::sync::CancellationToken;

/// How many of the last days get a sync of their own.
pub const DAYS: i64 = 14;

const DAY: std::time::Duration = std::time::Duration::from_secs(86_400);

/// Desktops that are in the estate at first and are removed on the way, for `desktops` at the end.
pub fn extra(desktops: usize) -> usize {
    desktops / 50
}

/// The estate as it has to be made so that the past ends with `config.desktops` now.
pub fn beginning(mut config: SimulatorConfig) -> SimulatorConfig {
    config.desktops += extra(config.desktops);
    config.clock_start = Some(UtcTime::now().plus_days(-DAYS).timestamp());
    config
}

/// A desktop's place.
#[derive(Clone)]
struct Place {
    account: String,
    region: String,
    id: String,
}

/// Lives through the past, ending now.
pub async fn live(
    simulator: &Simulator,
    inventory: &Inventory,
    desktops: usize,
) -> anyhow::Result<()> {
    let mut places = places(simulator);
    let step = (places.len() / 97).max(1);
    // Spread over the estate, the same ones for the same seed.
    let mut pick = (0..).map(move |n: usize| n * step * 31);
    let mut leaving: Vec<Place> = take(&mut places, &mut pick, extra(desktops));
    let mut coming: Vec<SetAside> = take(&mut places, &mut pick, desktops / 25)
        .iter()
        .filter_map(|place| simulator.take_desktop(&place.account, &place.region, &place.id))
        .collect();

    for day in (1..=DAYS).rev() {
        let inventory = Inventory {
            clock: Clock::At(UtcTime::now().plus_days(-day)),
            ..inventory.clone()
        };
        inventory
            .sync(
                &JobId::new(),
                &SyncRequest::default(),
                &CancellationToken::new(),
                &|_| {},
            )
            .await?;
        let days_left = usize::try_from(day).unwrap_or(1);
        for place in leaving.split_off(leaving.len() - leaving.len() / days_left) {
            simulator.remove_desktop(&place.account, &place.region, &place.id);
        }
        for aside in coming.split_off(coming.len() - coming.len() / days_left) {
            simulator.put_desktop(aside);
        }
        for (number, place) in take_some(&places, &mut pick, desktops / 150 + 1)
            .into_iter()
            .enumerate()
        {
            simulator.change_desktop(
                &place.account,
                &place.region,
                &place.id,
                &change(number, days_left),
            );
        }
        simulator.advance(DAY);
    }
    Ok(())
}

/// What people do to desktops in a week.
fn change(number: usize, day: usize) -> DesktopChange {
    match (number + day) % 5 {
        0 => DesktopChange {
            compute_type: Some("PERFORMANCE".to_owned()),
            ..DesktopChange::default()
        },
        1 => DesktopChange {
            running_mode: Some("ALWAYS_ON".to_owned()),
            ..DesktopChange::default()
        },
        2 => DesktopChange {
            user_volume_gib: Some(100),
            ..DesktopChange::default()
        },
        3 => DesktopChange {
            tags: vec![("CostCenter".to_owned(), format!("CC-{}", 4000 + day * 10))],
            ..DesktopChange::default()
        },
        _ => DesktopChange {
            running_mode: Some("AUTO_STOP".to_owned()),
            ..DesktopChange::default()
        },
    }
}

fn places(simulator: &Simulator) -> Vec<Place> {
    let mut places = Vec::new();
    for account in simulator.accounts() {
        for region in simulator.regions(&account.id) {
            for id in simulator.desktops(&account.id, &region) {
                places.push(Place {
                    account: account.id.clone(),
                    region: region.clone(),
                    id,
                });
            }
        }
    }
    places
}

fn take(from: &mut Vec<Place>, pick: &mut impl Iterator<Item = usize>, count: usize) -> Vec<Place> {
    let picked = pick.take(count.min(from.len()));
    picked
        .map(|index| from.swap_remove(index % from.len()))
        .collect()
}

fn take_some(from: &[Place], pick: &mut impl Iterator<Item = usize>, count: usize) -> Vec<Place> {
    pick.take(count.min(from.len()))
        .map(|index| from[index % from.len()].clone())
        .collect()
}
