//! What desktops are charged at, and the names under which Cost Explorer lists it.

use std::collections::HashMap;
use std::rc::Rc;

use domain::Money;
use domain::price::{Licence, PriceBook, PriceKey, System, system_of};

use crate::desktop::{Properties, RunningMode};
use crate::dice::{hash, unit};

/// The rates of one kind of desktop.
#[derive(Debug)]
pub struct Rates {
    /// ALWAYS_ON: the whole month.
    pub monthly: Money,
    /// AUTO_STOP: the fixed part of a month.
    pub base: Money,
    /// AUTO_STOP: each hour.
    pub hourly: Money,
    /// From the price book, not made up.
    pub listed: bool,
    /// `EU-AW-HW-2`.
    pub usage_type: Rc<str>,
    /// `EU-AW-HW-2-AutoStop-User`.
    pub base_usage_type: Rc<str>,
    /// `EU-AW-HW-2-AutoStop-Usage`.
    pub hourly_usage_type: Rc<str>,
}

impl Rates {
    pub fn in_mode(&self, mode: RunningMode, hours: f64) -> Money {
        match mode {
            RunningMode::AutoStop => self.base + self.hourly.times(hours),
            _ => self.monthly,
        }
    }
}

/// Compute type, system, root and user volume in GiB.
pub type Kind = (&'static str, &'static str, u16, u16);

/// The rates of a region, each looked up once.
pub struct Tariff<'a> {
    book: &'a PriceBook,
    region: String,
    known: HashMap<Kind, Rc<Rates>>,
}

impl<'a> Tariff<'a> {
    pub fn new(book: &'a PriceBook, region: &str) -> Self {
        Self {
            book,
            region: region.to_owned(),
            known: HashMap::new(),
        }
    }

    pub fn of(&mut self, properties: &Properties) -> Rc<Rates> {
        let Properties {
            compute,
            os,
            root_gib,
            user_gib,
            ..
        } = *properties;
        self.of_kind((compute, os, root_gib, user_gib))
    }

    pub fn of_kind(&mut self, kind: Kind) -> Rc<Rates> {
        if let Some(rates) = self.known.get(&kind) {
            return rates.clone();
        }
        let rates = Rc::new(self.rates(kind));
        self.known.insert(kind, rates.clone());
        rates
    }

    fn rates(&self, (compute, os, root_gib, user_gib): Kind) -> Rates {
        let usage_type = format!("{}{}-{}", prefix(&self.region), family(os), number(compute));
        let system = system_of(os);
        let listed = system.and_then(|(system, licence)| {
            let key = PriceKey {
                region: self.region.clone(),
                compute_type: compute.to_owned(),
                system,
                licence,
            };
            self.book
                .find(&key, u32::from(root_gib), u32::from(user_gib))
        });
        let (monthly, base, hourly) = match &listed {
            Some(price) => (price.monthly, price.hourly_base, price.hourly),
            None => made_up(compute, os, root_gib + user_gib),
        };
        Rates {
            monthly,
            base,
            hourly,
            listed: listed.is_some(),
            base_usage_type: format!("{usage_type}-AutoStop-User").into(),
            hourly_usage_type: format!("{usage_type}-AutoStop-Usage").into(),
            usage_type: usage_type.into(),
        }
    }
}

/// For what the book does not know: of a believable size and the same each time.
fn made_up(compute: &str, os: &str, gib: u16) -> (Money, Money, Money) {
    let usual = match compute {
        "VALUE" => 27.0,
        "STANDARD" => 38.0,
        "PERFORMANCE" => 56.0,
        "POWER" => 88.0,
        "POWERPRO" => 155.0,
        "GENERALPURPOSE_4XLARGE" => 320.0,
        "GENERALPURPOSE_8XLARGE" => 640.0,
        _ => 560.0,
    };
    // Systems that AWS prices alike are made up alike.
    let group = system_of(os).map_or(os.to_owned(), |group| format!("{group:?}"));
    let own = unit(crate::dice::mix(hash(compute) ^ hash(&group), 0xB111));
    let monthly = (usual * (0.94 + 0.1 * own) * 100.0).round() / 100.0;
    let base = 5.0 + f64::from(gib) * 0.045;
    let cents = ((monthly - base) / 82.0 * 100.0).round().max(1.0);
    (
        Money::from_dollars(monthly.max(base + 5.0)),
        Money::from_dollars(base),
        Money::from_dollars(cents / 100.0),
    )
}

/// How Cost Explorer marks a region in usage types.
pub fn prefix(region: &str) -> &'static str {
    match region {
        "us-east-1" => "",
        "us-east-2" => "USE2-",
        "us-west-2" => "USW2-",
        "eu-west-1" => "EU-",
        "eu-west-2" => "EUW2-",
        "eu-west-3" => "EUW3-",
        "eu-central-1" => "EUC1-",
        "ca-central-1" => "CAN1-",
        "ap-southeast-1" => "APS1-",
        "ap-southeast-2" => "APS2-",
        "ap-south-1" => "APS3-",
        "ap-northeast-1" => "APN1-",
        "ap-northeast-2" => "APN2-",
        "sa-east-1" => "SAE1-",
        "af-south-1" => "AFS1-",
        "il-central-1" => "ILC1-",
        "us-gov-west-1" => "UGW1-",
        "us-gov-east-1" => "UGE1-",
        _ => "ZZZ1-",
    }
}

fn family(os: &str) -> &'static str {
    match system_of(os) {
        Some((System::Windows, Licence::Byol)) => "AW-HWB",
        Some((System::Linux, _)) if os.starts_with("UBUNTU") => "AW-HWU",
        Some((System::Linux, _)) => "AW-HWL",
        Some((System::Rhel, _)) => "AW-HWR",
        _ => "AW-HW",
    }
}

/// AWS's number of a bundle, as its price list has it for the older types. Those from 50 on are made up.
fn number(compute: &str) -> usize {
    match compute {
        "VALUE" => 1,
        "STANDARD" => 2,
        "PERFORMANCE" => 3,
        "GRAPHICS" => 4,
        "GRAPHICSPRO" => 5,
        "POWER" => 8,
        "POWERPRO" => 19,
        other => {
            let at = crate::bundle::COMPUTE_TYPES
                .iter()
                .position(|known| *known == other);
            50 + at.unwrap_or(0)
        }
    }
}
