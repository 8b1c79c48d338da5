//! Invents the world from a seed: companies of uneven size, their directories, bundles, people and desktops.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex};

use crate::bundle::{self, Bundle};
use crate::clock::{Clock, DAY, MINUTE, Millis};
use crate::config::SimulatorConfig;
use crate::desktop::{Desktop, Properties, Rest, RunningMode, Tag};
use crate::dice::{DesktopId, Dice, hash, mix};
use crate::directory::Directory;
use crate::habit::{Habit, Pattern, day_of};
use crate::load::Sizing;
use crate::names;
use crate::shares::{sizes, spread};
use crate::standby;
use crate::state::State;
use crate::trail::Trail;
use crate::usage::{SLOTS_A_DAY, SLOTS_AN_HOUR, Slot, first_slot};
use crate::world::{Account, SimAccount, Site, World};

pub fn world(config: &SimulatorConfig) -> World {
    let clock = Clock::new(config.clock_start, config.speed);
    let mut dice = Dice::new(config.seed);
    let regions: Vec<Arc<str>> = config
        .regions
        .iter()
        .map(|region| region.as_str().into())
        .collect();
    let catalogues: HashMap<Arc<str>, Vec<(u32, Bundle)>> = regions
        .iter()
        .map(|region| (region.clone(), bundle::standard(region, config.seed)))
        .collect();
    let management = SimAccount {
        id: dice.account_id(),
        name: "Parapet Managed Services".to_owned(),
        email: "aws-root@parapet.example".to_owned(),
    };
    let mut accounts = BTreeMap::new();
    for (number, desktops) in sizes(config, &mut dice.fork("sizes"))
        .into_iter()
        .enumerate()
    {
        let about = client(number, &mut dice, |id| {
            id == management.id || accounts.contains_key(id)
        });
        let mut own = dice.fork(&about.id);
        let joined = clock.start() - own.between(200, 2200) as i64 * DAY;
        let mut sites: HashMap<Arc<str>, Site> = HashMap::new();
        for (region, share) in spread(desktops, &regions, &mut own) {
            let catalogue = &catalogues[&region];
            let site =
                Settlers::new(&about, &region, catalogue, own.fork(&region), &clock).settle(share);
            sites.insert(region, site);
        }
        standby::pair_up(&mut sites, &clock, &mut own);
        let sites = sites
            .into_iter()
            .map(|(region, site)| (region, Mutex::new(site)))
            .collect();
        accounts.insert(
            about.id.clone(),
            Account {
                about,
                joined,
                sites,
            },
        );
    }
    World {
        organization_id: format!("o-{}", dice.base36(10)),
        management,
        accounts,
        standard: catalogues
            .into_iter()
            .map(|(region, bundles)| {
                (
                    region,
                    bundles.into_iter().map(|(_, bundle)| bundle).collect(),
                )
            })
            .collect(),
        seed: config.seed,
        clock,
        trail: Trail::default(),
    }
}

fn client(number: usize, dice: &mut Dice, taken: impl Fn(&str) -> bool) -> SimAccount {
    let round = number / names::COMPANIES.len();
    let base = names::COMPANIES[number % names::COMPANIES.len()];
    let name = if round == 0 {
        base.to_owned()
    } else {
        format!("{base} {}", round + 1)
    };
    let mut id = dice.account_id();
    while taken(&id) {
        id = dice.account_id();
    }
    let email = format!("aws@{}.example", names::slug(&name));
    SimAccount { id, name, email }
}

/// Fills one site. Its fields are what all desktops of the site share.
struct Settlers<'a> {
    slug: String,
    account: &'a str,
    region: &'a str,
    catalogue: Vec<(u32, Bundle)>,
    custom: Vec<Bundle>,
    key: Arc<str>,
    texts: HashMap<&'static str, Arc<str>>,
    namesakes: HashMap<(usize, usize), u32>,
    /// Desktops so far in each directory.
    housed: Vec<usize>,
    dice: Dice,
    start: Millis,
    today: i32,
}

impl<'a> Settlers<'a> {
    fn new(
        about: &'a SimAccount,
        region: &'a str,
        standard: &[(u32, Bundle)],
        mut dice: Dice,
        clock: &Clock,
    ) -> Self {
        let slug = names::slug(&about.name);
        let custom = bundle::custom(&about.id, &slug, standard, &mut dice);
        let key = format!(
            "arn:aws:kms:{region}:{}:key/{}",
            about.id,
            uuid_text(&mut dice)
        );
        Self {
            slug,
            account: &about.id,
            region,
            catalogue: standard.iter().chain(&custom).cloned().collect(),
            custom: custom.into_iter().map(|(_, bundle)| bundle).collect(),
            key: key.into(),
            texts: HashMap::new(),
            namesakes: HashMap::new(),
            housed: Vec::new(),
            dice,
            start: clock.start(),
            today: day_of(clock.start()),
        }
    }

    fn settle(mut self, share: usize) -> Site {
        let directories: Vec<Directory> = (0..(1 + share / 150).min(8))
            .map(|number| {
                Directory::roll(
                    self.account,
                    &self.slug,
                    self.region,
                    number,
                    &mut self.dice,
                )
            })
            .collect();
        let mut desktops = BTreeMap::new();
        self.housed = vec![0; directories.len()];
        while desktops.len() < share {
            let id = DesktopId::roll(&mut self.dice);
            if let Entry::Vacant(free) = desktops.entry(id) {
                free.insert(self.desktop(id, &directories));
            }
        }
        Site {
            directories,
            bundles: self.custom,
            roster: desktops.keys().copied().collect(),
            desktops,
            gone: BTreeMap::new(),
            outage: outage(self.account, self.region, self.today),
            dice: self.dice,
        }
    }

    fn desktop(&mut self, id: DesktopId, directories: &[Directory]) -> Desktop {
        let directory = self.dice.below(directories.len());
        self.housed[directory] += 1;
        let (department, cost_centre) = *self.dice.weighted(names::DEPARTMENTS);
        let bundle = self.dice.weighted(&self.catalogue).clone();
        let encrypted = self.dice.chance(0.55);
        let root_encrypted = encrypted && self.dice.chance(0.8);
        let (habit, rest) = self.person();
        let user = self.user_name();
        let subnet = self.dice.below(2) as u8;
        let mut desktop = Desktop {
            id,
            directory: directory as u16,
            subnet,
            user_encrypted: encrypted,
            root_encrypted,
            ip: address(
                directories[directory].network,
                subnet,
                self.housed[directory],
            ),
            computer: self.dice.next() as u32,
            properties: self.properties(&bundle),
            past: Vec::new(),
            born: 0,
            sizing: Sizing::default(),
            bundle: bundle.id,
            name: self
                .dice
                .chance(0.12)
                .then(|| format!("{}-{}", self.slug, user.replace('.', "-")).into()),
            tags: self.tags(department, cost_centre, &user),
            user: user.into(),
            key: encrypted.then(|| self.key.clone()),
            habit,
            rest,
            power: None,
            transition: None,
            twin: None,
        };
        self.give_history(&mut desktop);
        desktop
    }

    /// How the desktop came to be as it is. Rolled from its id with dice of its own, so that what was rolled before
    /// there was a history stays the same, id for id.
    fn give_history(&self, desktop: &mut Desktop) {
        let mut own = Dice::new(desktop.id.salted(0x415));
        let habit = &mut desktop.habit;
        let full_time = matches!(
            habit.pattern,
            Pattern::Office | Pattern::Early | Pattern::Late | Pattern::Night | Pattern::SevenDays
        );
        // Clients know who is there all day, mostly, and pay by the hour for those who are not. The rest is what
        // there is to save.
        if full_time && desktop.properties.running_mode == RunningMode::AutoStop {
            match own.below(100) {
                0..42 => habit.pattern = Pattern::PartTime,
                42..78 => {
                    desktop.properties.running_mode = RunningMode::AlwaysOn;
                    desktop.properties.auto_stop_minutes = 0;
                }
                _ => {}
            }
        }
        let age = match own.below(100) {
            0..4 => own.between(1, 59),
            4..12 => own.between(60, 180),
            _ => own.between(181, 900),
        };
        let mut born_on = self.today - age as i32;
        if habit.last_day < self.today - 30 {
            // Who has left was there for a while first.
            born_on = born_on.min(habit.last_day - own.between(20, 300) as i32);
        }
        let minute = own.between(7 * 60, 17 * 60) as i64;
        desktop.born = (i64::from(born_on) * DAY + minute * MINUTE).min(self.start - DAY / 2);
        habit.first_day = born_on + 1;
        desktop.sizing = Sizing::plant(desktop.id, desktop.properties.compute);
    }

    fn user_name(&mut self) -> String {
        let (first, last) = (
            self.dice.below(names::FIRST.len()),
            self.dice.below(names::LAST.len()),
        );
        let namesake = self.namesakes.entry((first, last)).or_insert(0);
        *namesake += 1;
        let (first, last) = (names::FIRST[first], names::LAST[last]);
        if *namesake == 1 {
            format!("{first}.{last}")
        } else {
            format!("{first}.{last}{namesake}")
        }
    }

    fn properties(&mut self, bundle: &Bundle) -> Properties {
        let running_mode = *self.dice.weighted(&[
            (66, RunningMode::AutoStop),
            (33, RunningMode::AlwaysOn),
            (1, RunningMode::Manual),
        ]);
        let hours: u16 = *self.dice.weighted(&[(80, 1), (10, 2), (7, 4), (3, 8)]);
        let grown = self.dice.chance(0.06);
        Properties {
            running_mode,
            auto_stop_minutes: if running_mode == RunningMode::AutoStop {
                hours * 60
            } else {
                0
            },
            root_gib: if grown {
                bundle.root_gib.max(175) + 75
            } else {
                bundle.root_gib
            },
            user_gib: if grown { 200 } else { bundle.user_gib },
            compute: bundle.compute,
            protocol: bundle.protocol,
            os: bundle.os,
        }
    }

    /// Who works at it and in what shape it is. A broken desktop has not been reached since it broke.
    fn person(&mut self) -> (Habit, Rest) {
        let stuck = *self.dice.weighted(&[
            (1940, None),
            (12, Some(State::Unhealthy)),
            (8, Some(State::Impaired)),
            (12, Some(State::Suspended)),
            (14, Some(State::AdminMaintenance)),
            (4, Some(State::Maintenance)),
            (10, Some(State::Error)),
        ]);
        let pattern = *self.dice.weighted(&[
            (56, Pattern::Office),
            (11, Pattern::Early),
            (8, Pattern::Late),
            (4, Pattern::Night),
            (3, Pattern::SevenDays),
            (12, Pattern::Occasional),
            (6, Pattern::Never),
        ]);
        let idle = self.dice.chance(0.11);
        let away = self.dice.between(61, 400) as i32;
        let last_day = match (stuck, idle) {
            (_, true) => self.today - away,
            (Some(_), false) => self.today - 1 - away % 9,
            (None, false) => i32::MAX,
        };
        let habit = Habit {
            pattern,
            seed: self.dice.next() as u32,
            utc_offset_minutes: utc_offset(self.region),
            last_day,
            first_day: i32::MIN,
        };
        (habit, stuck.map_or(Rest::Healthy, Rest::Stuck))
    }

    fn tags(
        &mut self,
        department: &'static str,
        cost_centre: &'static str,
        user: &str,
    ) -> Box<[Tag]> {
        if self.dice.chance(0.07) {
            return Box::default();
        }
        let mut tags = Vec::with_capacity(5);
        if self.dice.chance(0.94) {
            tags.push(self.tag("Department", department));
        }
        if self.dice.chance(0.86) {
            tags.push(self.tag("CostCenter", cost_centre));
        }
        let environment = *self
            .dice
            .weighted(&[(90, "production"), (6, "test"), (4, "training")]);
        tags.push(self.tag("Environment", environment));
        if self.dice.chance(0.6) {
            let key = self.text("Owner");
            tags.push(Tag {
                key,
                value: user.into(),
            });
        }
        if self.dice.chance(0.015) {
            tags.push(self.tag("Skip_Convert", "true"));
        }
        tags.into()
    }

    fn tag(&mut self, key: &'static str, value: &'static str) -> Tag {
        Tag {
            key: self.text(key),
            value: self.text(value),
        }
    }

    fn text(&mut self, text: &'static str) -> Arc<str> {
        self.texts
            .entry(text)
            .or_insert_with(|| text.into())
            .clone()
    }
}

/// A day within the last weeks for which all metrics of the site are lost.
fn outage(account: &str, region: &str, today: i32) -> std::ops::Range<Slot> {
    let roll = mix(hash(account), hash(region));
    let day = today - 9 - (roll % 40) as i32;
    let from = first_slot(day) + (roll >> 20) as i64 % 24 * SLOTS_AN_HOUR;
    from..from + SLOTS_A_DAY
}

fn address(network: u8, subnet: u8, number: usize) -> [u8; 4] {
    let host = number + 10;
    [
        10,
        network,
        subnet * 64 + ((host / 250) % 64) as u8,
        (host % 250) as u8 + 4,
    ]
}

fn utc_offset(region: &str) -> i16 {
    match region.split('-').next() {
        Some("us" | "ca") => -300,
        Some("sa") => -180,
        Some("eu" | "af") => 60,
        Some("il" | "me") => 180,
        Some("ap") => 480,
        _ => 0,
    }
}

fn uuid_text(dice: &mut Dice) -> String {
    format!(
        "{}-{}-4{}-a{}-{}",
        dice.hex(8),
        dice.hex(4),
        dice.hex(3),
        dice.hex(3),
        dice.hex(12)
    )
}
