//! What the rows of AWS's price list mean. The list is flat: one row (SKU) for each monthly, fixed and
//! hourly price of a desktop, with rows for software, pools and other products between them. A row's
//! attributes are under `products`, its price under `terms`, and here they become cells.

use std::collections::{BTreeMap, BTreeSet};

use domain::Money;
use domain::price::{
    Licence, PriceBook, PriceCell, PriceFile, PriceKey, PriceSource, StorageCell, System,
};
use serde::Deserialize;

use super::{Imported, PriceListError};

const SOURCE: &str = "aws-price-list";
const ADDRESS: &str =
    "https://pricing.us-east-1.amazonaws.com/offers/v1.0/aws/AmazonWorkSpaces/current/index.json";
/// WorkSpaces Personal. `WorkSpaces Core` has rows with the same bundle names and lower prices.
const PERSONAL: &str = "Enterprise Applications";

/// The compute types that AWS's API knows. A bundle of another name is listed as not understood.
const COMPUTE_TYPES: &[&str] = &[
    "VALUE",
    "STANDARD",
    "PERFORMANCE",
    "POWER",
    "GRAPHICS",
    "POWERPRO",
    "GENERALPURPOSE_4XLARGE",
    "GENERALPURPOSE_8XLARGE",
    "GRAPHICSPRO",
    "GRAPHICS_G4DN",
    "GRAPHICSPRO_G4DN",
    "GRAPHICS_G6_XLARGE",
    "GRAPHICS_G6_2XLARGE",
    "GRAPHICS_G6_4XLARGE",
    "GRAPHICS_G6_8XLARGE",
    "GRAPHICS_G6_16XLARGE",
    "GRAPHICS_GR6_4XLARGE",
    "GRAPHICS_GR6_8XLARGE",
    "GRAPHICS_G6F_LARGE",
    "GRAPHICS_G6F_XLARGE",
    "GRAPHICS_G6F_2XLARGE",
    "GRAPHICS_G6F_4XLARGE",
    "GRAPHICS_GR6F_4XLARGE",
];

#[derive(Deserialize)]
pub(super) struct RawProduct {
    #[serde(rename = "productFamily")]
    family: Option<String>,
    #[serde(default)]
    attributes: BTreeMap<String, String>,
}

#[derive(Deserialize)]
pub(super) struct RawTerm {
    #[serde(rename = "priceDimensions")]
    dimensions: BTreeMap<String, RawDimension>,
}

#[derive(Deserialize)]
struct RawDimension {
    unit: String,
    #[serde(rename = "pricePerUnit")]
    price: BTreeMap<String, String>,
}

/// Root and user volume, GiB.
type Volumes = (u32, u32);

/// What a row is the price of.
enum Row {
    Desktop {
        key: PriceKey,
        mode: Mode,
        volumes: Option<Volumes>,
        usage_type: String,
    },
    Storage {
        region: String,
        usage_type: String,
    },
}

#[derive(Debug, Clone, Copy)]
enum Mode {
    AlwaysOn,
    AutoStop,
}

/// What a row costs.
enum Charge {
    Month(Money),
    Hour(Money),
    GibMonth(Money),
    Free,
    /// Why it is not understood.
    Unclear(String),
}

/// The rows of AWS's list, joined when all are read: products and terms may come in either order.
#[derive(Default)]
pub(super) struct Offer {
    rows: BTreeMap<String, Row>,
    charges: BTreeMap<String, Charge>,
    skipped: Vec<String>,
    left_out: usize,
}

impl Offer {
    pub(super) fn product(&mut self, sku: String, product: RawProduct) {
        match row_of(&product) {
            Ok(Some(row)) => drop(self.rows.insert(sku, row)),
            Ok(None) => self.left_out += 1,
            Err(why) => self.skipped.push(format!("SKU {sku}: {why}")),
        }
    }

    pub(super) fn terms(&mut self, sku: String, terms: &BTreeMap<String, RawTerm>) {
        self.charges.insert(sku, charge_of(terms));
    }

    pub(super) fn into_prices(mut self, as_of: &str) -> Result<Imported, PriceListError> {
        let mut table = Table::default();
        for (sku, row) in self.rows {
            match self.charges.remove(&sku) {
                // A row without a term is AWS's own: trials, limited use.
                None | Some(Charge::Free) => self.left_out += 1,
                Some(charge) => {
                    if let Err(why) = table.enter(row, charge) {
                        self.skipped.push(format!("SKU {sku}: {why}"));
                    }
                }
            }
        }
        let (prices, storage) = table.complete(&mut self.skipped);
        if prices.is_empty() {
            return Err(PriceListError::NoPrices);
        }
        let source = PriceSource {
            id: SOURCE.to_owned(),
            title: "AWS's price list for Amazon WorkSpaces".to_owned(),
            url: ADDRESS.to_owned(),
            as_of: as_of.to_owned(),
        };
        let file = PriceFile {
            currency: "USD".to_owned(),
            sources: vec![source],
            prices,
            storage,
        };
        let file = PriceBook::from_file(file)?.file().clone();
        Ok(Imported {
            file,
            skipped: self.skipped,
            left_out: self.left_out,
        })
    }
}

/// What a product is the price of; `None` where that is no desktop of WorkSpaces Personal.
fn row_of(product: &RawProduct) -> Result<Option<Row>, String> {
    // AWS has written `rootvolume` and `rootVolume` at different times.
    let attributes: BTreeMap<String, &str> = product
        .attributes
        .iter()
        .map(|(name, value)| (name.to_lowercase(), value.as_str()))
        .collect();
    let attribute = |name: &str| attributes.get(name).copied().unwrap_or_default();
    let needed = |name: &str| {
        attributes
            .get(name)
            .copied()
            .ok_or_else(|| format!("it has no {name}"))
    };

    let usage_type = attribute("usagetype").to_owned();
    let standby = [attribute("bundle"), &usage_type]
        .iter()
        .any(|text| text.to_lowercase().contains("standby"));
    let pool = attribute("runningmode").contains("Pool");
    if product.family.as_deref() != Some(PERSONAL)
        || attribute("resourcetype") == "Software"
        || attributes.contains_key("restriction")
        || standby
        || pool
    {
        return Ok(None);
    }
    let bundle = needed("bundle")?;
    // `Power-0` is Power with other volumes; `Power Plus` is Power with software.
    let family = match bundle.rsplit_once('-') {
        Some((family, variant)) if variant.bytes().all(|byte| byte.is_ascii_digit()) => family,
        _ => bundle,
    };
    let compute_type = family.to_uppercase().replace('.', "_");
    if compute_type.ends_with(" PLUS") {
        return Ok(None);
    }
    let region = needed("regioncode")?.to_owned();
    if compute_type == "STORAGE" {
        return Ok(Some(Row::Storage { region, usage_type }));
    }
    if !COMPUTE_TYPES.contains(&compute_type.as_str()) {
        return Err(format!("the bundle {bundle:?} is of no known compute type"));
    }
    let (system, licence) = sold_as(needed("operatingsystem")?, needed("license")?)?;
    let mode = match needed("runningmode")? {
        "AlwaysOn" => Mode::AlwaysOn,
        "AutoStop" => Mode::AutoStop,
        other => return Err(format!("the running mode {other:?} is not known")),
    };
    let volumes = volumes_of(&attribute);
    let key = PriceKey {
        region,
        compute_type,
        system,
        licence,
    };
    Ok(Some(Row::Desktop {
        key,
        mode,
        volumes,
        usage_type,
    }))
}

fn sold_as(system: &str, licence: &str) -> Result<(System, Licence), String> {
    match (system, licence) {
        ("Windows" | "Any", "Bring Your Own License") => Ok((System::Windows, Licence::Byol)),
        ("Windows", "Included") => Ok((System::Windows, Licence::Included)),
        ("Amazon Linux" | "Ubuntu Linux", "None") => Ok((System::Linux, Licence::Included)),
        ("Red Hat Enterprise Linux", "Included") => Ok((System::Rhel, Licence::Included)),
        ("Rocky Linux", "Included") => Ok((System::Rocky, Licence::Included)),
        _ => Err(format!(
            "the system {system:?} with the licence {licence:?} is not known"
        )),
    }
}

/// From `storage`, `Root:80 GB,User:50 GB`, or from an attribute for each volume, `80 GB`.
fn volumes_of<'a>(attribute: &impl Fn(&str) -> &'a str) -> Option<Volumes> {
    let gib = |text: &str| text.trim().strip_suffix(" GB")?.parse().ok();
    let pair = attribute("storage")
        .strip_prefix("Root:")
        .and_then(|rest| rest.split_once(",User:"));
    let (root, user) = pair.unwrap_or_else(|| (attribute("rootvolume"), attribute("uservolume")));
    Some((gib(root)?, gib(user)?))
}

/// What a row costs. Of several dimensions the free ones are left out: they are free tiers.
fn charge_of(terms: &BTreeMap<String, RawTerm>) -> Charge {
    let mut charge = Charge::Free;
    for dimension in terms.values().flat_map(|term| term.dimensions.values()) {
        let Some(text) = dimension.price.get("USD") else {
            return Charge::Unclear("it has no price in USD".to_owned());
        };
        let amount = match text.parse::<f64>() {
            Ok(dollars) if dollars.is_finite() && dollars >= 0.0 => Money::from_dollars(dollars),
            _ => return Charge::Unclear(format!("{text:?} is not a price")),
        };
        if amount == Money::ZERO {
            continue;
        }
        if !matches!(charge, Charge::Free) {
            return Charge::Unclear("its price has several steps".to_owned());
        }
        charge = match dimension.unit.to_lowercase().as_str() {
            "month" => Charge::Month(amount),
            "hour" | "hours" | "hrs" => Charge::Hour(amount),
            "gb-month" | "gb-mo" => Charge::GibMonth(amount),
            _ => return Charge::Unclear(format!("the unit {:?} is not known", dimension.unit)),
        };
    }
    charge
}

/// Amounts by what they are for. Two amounts for one thing leave it without a price.
#[derive(Default)]
struct Table {
    cells: BTreeMap<PriceKey, BTreeMap<Volumes, Monthly>>,
    /// AWS gives the hourly price once for a bundle, with the volumes of its largest size or none.
    hours: BTreeMap<PriceKey, BTreeMap<Option<Volumes>, BTreeSet<Money>>>,
    storage: BTreeMap<String, BTreeSet<Money>>,
}

#[derive(Default)]
struct Monthly {
    always_on: BTreeSet<Money>,
    auto_stop: BTreeSet<Money>,
}

impl Table {
    fn enter(&mut self, row: Row, charge: Charge) -> Result<(), String> {
        match (row, charge) {
            (
                Row::Desktop {
                    key,
                    mode,
                    volumes: Some(volumes),
                    ..
                },
                Charge::Month(amount),
            ) => {
                let monthly = self
                    .cells
                    .entry(key)
                    .or_default()
                    .entry(volumes)
                    .or_default();
                match mode {
                    Mode::AlwaysOn => monthly.always_on.insert(amount),
                    Mode::AutoStop => monthly.auto_stop.insert(amount),
                };
            }
            (
                Row::Desktop {
                    key,
                    mode: Mode::AutoStop,
                    volumes,
                    ..
                },
                Charge::Hour(amount),
            ) => {
                self.hours
                    .entry(key)
                    .or_default()
                    .entry(volumes)
                    .or_default()
                    .insert(amount);
            }
            (Row::Storage { region, .. }, Charge::GibMonth(amount)) => {
                self.storage.entry(region).or_default().insert(amount);
            }
            (_, Charge::Unclear(why)) => return Err(why),
            (
                Row::Desktop {
                    usage_type,
                    volumes: None,
                    ..
                },
                Charge::Month(_),
            ) => {
                return Err(format!("{usage_type} does not say its volumes"));
            }
            (Row::Desktop { usage_type, .. } | Row::Storage { usage_type, .. }, _) => {
                return Err(format!(
                    "{usage_type} is charged in a unit that does not go with it"
                ));
            }
        }
        Ok(())
    }

    fn complete(self, skipped: &mut Vec<String>) -> (Vec<PriceCell>, Vec<StorageCell>) {
        for key in self
            .hours
            .keys()
            .filter(|key| !self.cells.contains_key(key))
        {
            skipped.push(format!("{key}: it has an hourly price and no monthly one"));
        }
        let mut prices = Vec::new();
        for (key, by_volume) in self.cells {
            let hours = self.hours.get(&key);
            for ((root, user), monthly) in by_volume {
                match cell(&key, (root, user), &monthly, hours) {
                    Ok(cell) => prices.push(cell),
                    Err(why) => skipped.push(format!("{key} with {root}/{user} GiB: {why}")),
                }
            }
        }
        let mut storage = Vec::new();
        for (region, amounts) in self.storage {
            match only(&amounts, "price of storage") {
                Ok(gib_month) => storage.push(StorageCell {
                    region,
                    gib_month,
                    source: SOURCE.to_owned(),
                }),
                Err(why) => skipped.push(format!("storage in {region}: {why}")),
            }
        }
        (prices, storage)
    }
}

fn cell(
    key: &PriceKey,
    volumes: Volumes,
    monthly: &Monthly,
    hours: Option<&BTreeMap<Option<Volumes>, BTreeSet<Money>>>,
) -> Result<PriceCell, String> {
    let exact = hours.and_then(|hours| hours.get(&Some(volumes)));
    let any = || {
        hours
            .into_iter()
            .flat_map(BTreeMap::values)
            .flatten()
            .copied()
            .collect()
    };
    let hourly = only(
        &exact.cloned().unwrap_or_else(any),
        "hourly price of AutoStop",
    )?;
    let always_on = only(&monthly.always_on, "monthly price of AlwaysOn")?;
    let auto_stop = only(&monthly.auto_stop, "monthly price of AutoStop")?;
    if auto_stop >= always_on {
        return Err("AutoStop's monthly part is not below AlwaysOn's price".to_owned());
    }
    Ok(PriceCell {
        key: key.clone(),
        root_volume_gib: volumes.0,
        user_volume_gib: volumes.1,
        monthly: always_on,
        hourly_base: auto_stop,
        hourly,
        source: SOURCE.to_owned(),
    })
}

fn only(amounts: &BTreeSet<Money>, what: &str) -> Result<Money, String> {
    let mut given = amounts.iter();
    match (given.next(), given.next()) {
        (Some(amount), None) => Ok(*amount),
        (None, _) => Err(format!("no {what}")),
        (Some(one), Some(other)) => Err(format!("more than one {what}: {one} and {other}")),
    }
}
