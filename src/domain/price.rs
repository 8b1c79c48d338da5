//! The price book: what AWS charges for a desktop by region, compute type, system, licence and
//! volumes. Every cell names its source. A price that is not in the book is absent: nothing is
//! guessed from a neighbour.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, LazyLock};

use serde::{Deserialize, Serialize};
use thiserror::Error;
use utoipa::ToSchema;

use crate::money::Money;

/// The system a price is for. Rocky Linux stands apart because AWS sells it with a licence in its
/// price, unlike Amazon Linux and Ubuntu.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "UPPERCASE")]
pub enum System {
    Windows,
    /// Amazon Linux and Ubuntu.
    Linux,
    Rhel,
    Rocky,
}

/// Whether the system's licence is in the price. A system that needs none counts as included.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "UPPERCASE")]
pub enum Licence {
    Included,
    /// Bring your own.
    Byol,
}

/// What is priced: all but the volumes.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
pub struct PriceKey {
    pub region: String,
    /// AWS's name: `STANDARD`, `GRAPHICS_G4DN`, …
    pub compute_type: String,
    pub system: System,
    pub licence: Licence,
}

/// `POWER Windows Included in eu-west-1`, for messages.
impl fmt::Display for PriceKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            region,
            compute_type,
            system,
            licence,
        } = self;
        write!(f, "{compute_type} {system:?} {licence:?} in {region}")
    }
}

/// What one desktop costs a month, in either mode of billing. USD, list price, without tax.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Price {
    /// ALWAYS_ON: the whole month.
    pub monthly: Money,
    /// AUTO_STOP: the fixed part of a month.
    pub hourly_base: Money,
    /// AUTO_STOP: each hour that it runs.
    pub hourly: Money,
    /// Where the cells come from, and what was added for volumes, for a person.
    pub basis: String,
    /// The day the source was read or published, `2026-11-25`.
    pub as_of: String,
}

impl Price {
    /// Hours a month from which ALWAYS_ON is the cheaper mode.
    #[must_use]
    pub fn break_even_hours(&self) -> f64 {
        (self.monthly - self.hourly_base).dollars() / self.hourly.dollars()
    }
}

/// The book as a file: `assets/prices/workspaces.json`.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PriceFile {
    pub currency: String,
    pub sources: Vec<PriceSource>,
    pub prices: Vec<PriceCell>,
    pub storage: Vec<StorageCell>,
}

#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PriceSource {
    /// What cells name: `aws-pricing-page`.
    pub id: String,
    pub title: String,
    pub url: String,
    /// The day its figures are of, `2026-11-25`.
    pub as_of: String,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PriceCell {
    #[serde(flatten)]
    pub key: PriceKey,
    pub root_volume_gib: u32,
    pub user_volume_gib: u32,
    pub monthly: Money,
    pub hourly_base: Money,
    pub hourly: Money,
    pub source: String,
}

/// The price of volume beyond what a cell includes. It holds only where AWS lets volumes grow freely,
/// see [`PriceBook::find`].
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StorageCell {
    pub region: String,
    pub gib_month: Money,
    pub source: String,
}

#[derive(Debug, Error, PartialEq, Eq)]
pub enum PriceFileError {
    #[error("the price file cannot be read: {0}")]
    Format(String),
    #[error("the price file is in {0}; only USD is known")]
    Currency(String),
    #[error("the price of {0} names the source {1:?}, which the file does not have")]
    UnknownSource(String, String),
    #[error("the price of {0} is not a price: {1}")]
    NotAPrice(String, &'static str),
    #[error("the price of {0} stands in the file twice")]
    Twice(String),
}

/// The root volume of the groups whose volumes cannot grow within the group, in GiB.
const CLOSED_ROOT_GIB: u32 = 80;

/// Prices, ready to look up. Cheap to clone.
#[derive(Debug, Clone)]
pub struct PriceBook(Arc<Book>);

#[derive(Debug)]
struct Book {
    file: PriceFile,
    /// Cells of a key by volumes (root, user), as indices into the file.
    cells: BTreeMap<PriceKey, BTreeMap<(u32, u32), usize>>,
    storage: BTreeMap<String, usize>,
}

impl PriceBook {
    /// The book that this build carries.
    #[must_use]
    pub fn builtin() -> Self {
        static BUILTIN: LazyLock<PriceBook> = LazyLock::new(|| {
            let text = include_str!("../../assets/prices/workspaces.json");
            // A test reads the embedded file, so this cannot fail in a build that passed.
            PriceBook::parse(text).unwrap_or_else(|_| PriceBook::empty())
        });
        BUILTIN.clone()
    }

    #[must_use]
    pub fn empty() -> Self {
        Self(Arc::new(Book {
            file: PriceFile::default(),
            cells: BTreeMap::new(),
            storage: BTreeMap::new(),
        }))
    }

    /// Reads a book from the text of a price file.
    pub fn parse(text: &str) -> Result<Self, PriceFileError> {
        let file = serde_json::from_str(text)
            .map_err(|error| PriceFileError::Format(error.to_string()))?;
        Self::from_file(file)
    }

    pub fn from_file(file: PriceFile) -> Result<Self, PriceFileError> {
        if file.currency != "USD" {
            return Err(PriceFileError::Currency(file.currency));
        }
        let mut cells: BTreeMap<PriceKey, BTreeMap<(u32, u32), usize>> = BTreeMap::new();
        for (index, cell) in file.prices.iter().enumerate() {
            check_cell(cell, &file.sources)?;
            let volumes = (cell.root_volume_gib, cell.user_volume_gib);
            let before = cells
                .entry(cell.key.clone())
                .or_default()
                .insert(volumes, index);
            if before.is_some() {
                return Err(PriceFileError::Twice(named(cell)));
            }
        }
        let mut storage = BTreeMap::new();
        for (index, cell) in file.storage.iter().enumerate() {
            check_storage(cell, &file.sources)?;
            if storage.insert(cell.region.clone(), index).is_some() {
                return Err(PriceFileError::Twice(named_storage(cell)));
            }
        }
        Ok(Self(Arc::new(Book {
            file,
            cells,
            storage,
        })))
    }

    #[must_use]
    pub fn file(&self) -> &PriceFile {
        &self.0.file
    }

    /// The price of a desktop with these volumes in GiB, or `None` where the book does not know it.
    ///
    /// A cell for exactly these volumes counts first. AWS sells volumes in set groups, root/user:
    /// 80/10, 80/50 and 80/100, and from 175/100 upwards (graphics types: from their own smallest
    /// sizes) any size up to 2000 each. The groups with a root of 80 have prices of their own, which
    /// are not the price of storage apart: an 80/50 costs $2 to $4 more than an 80/10, not 40 times the
    /// price of a GiB. So they are matched exactly or not at all. In the open group the largest cell
    /// within the desktop's volumes counts, and the rest is added at the region's price of storage, to
    /// both modes.
    ///
    /// A desktop with smaller volumes than any cell has no price here. AWS would charge less than the
    /// smallest cell says, and nobody has told us how much less: a price that is missing can be seen, one
    /// that is too high cannot. The sizes AWS sells are few, so what is missing is a cell.
    #[must_use]
    pub fn find(&self, key: &PriceKey, root_gib: u32, user_gib: u32) -> Option<Price> {
        let by_volume = self.0.cells.get(key)?;
        let exact = by_volume.get_key_value(&(root_gib, user_gib));
        let ((root, user), index) = exact.or_else(|| {
            let grown_from = by_volume.iter().filter(|((root, user), _)| {
                *root > CLOSED_ROOT_GIB && *root <= root_gib && *user <= user_gib
            });
            grown_from.max_by_key(|((root, user), _)| root + user)
        })?;
        let cell = &self.0.file.prices[*index];
        let source = self.source(&cell.source)?;
        let mut price = Price {
            monthly: cell.monthly,
            hourly_base: cell.hourly_base,
            hourly: cell.hourly,
            basis: format!("{} ({} GiB root, {} GiB user)", source.title, root, user),
            as_of: source.as_of.clone(),
        };
        let more = root_gib - root + user_gib - user;
        if more > 0 {
            let storage = &self.0.file.storage[*self.0.storage.get(&key.region)?];
            let extra = storage.gib_month.times(f64::from(more));
            price.monthly += extra;
            price.hourly_base += extra;
            price.basis += &format!(", and {more} GiB more at {} a GiB", storage.gib_month);
        }
        Some(price)
    }

    fn source(&self, id: &str) -> Option<&PriceSource> {
        self.0.file.sources.iter().find(|source| source.id == id)
    }
}

fn named(cell: &PriceCell) -> String {
    format!(
        "{} with {}/{} GiB",
        cell.key, cell.root_volume_gib, cell.user_volume_gib
    )
}

fn named_storage(cell: &StorageCell) -> String {
    format!("storage in {}", cell.region)
}

fn check_storage(cell: &StorageCell, sources: &[PriceSource]) -> Result<(), PriceFileError> {
    if !sources.iter().any(|source| source.id == cell.source) {
        return Err(PriceFileError::UnknownSource(
            named_storage(cell),
            cell.source.clone(),
        ));
    }
    if cell.gib_month <= Money::ZERO {
        return Err(PriceFileError::NotAPrice(
            named_storage(cell),
            "it is not above zero",
        ));
    }
    Ok(())
}

fn check_cell(cell: &PriceCell, sources: &[PriceSource]) -> Result<(), PriceFileError> {
    if !sources.iter().any(|source| source.id == cell.source) {
        return Err(PriceFileError::UnknownSource(
            named(cell),
            cell.source.clone(),
        ));
    }
    if cell.hourly <= Money::ZERO || cell.monthly <= Money::ZERO {
        return Err(PriceFileError::NotAPrice(
            named(cell),
            "a rate is not above zero",
        ));
    }
    if cell.hourly_base < Money::ZERO {
        return Err(PriceFileError::NotAPrice(
            named(cell),
            "the fixed part is below zero",
        ));
    }
    if cell.hourly_base >= cell.monthly {
        return Err(PriceFileError::NotAPrice(
            named(cell),
            "the fixed part of hourly billing is not below the monthly price",
        ));
    }
    Ok(())
}

/// The system and licence of a desktop's `OperatingSystemName`. WorkSpaces with client editions of
/// Windows (7, 10, 11) run on the customer's licences; those with Windows Server have it included.
#[must_use]
pub fn system_of(operating_system: &str) -> Option<(System, Licence)> {
    let system = match operating_system {
        "WINDOWS_7" | "WINDOWS_10" | "WINDOWS_11" => return Some((System::Windows, Licence::Byol)),
        server if server.starts_with("WINDOWS_SERVER") => System::Windows,
        "AMAZON_LINUX_2" => System::Linux,
        ubuntu if ubuntu.starts_with("UBUNTU") => System::Linux,
        rocky if rocky.starts_with("ROCKY") => System::Rocky,
        rhel if rhel.starts_with("RHEL") => System::Rhel,
        _ => return None,
    };
    Some((system, Licence::Included))
}

#[cfg(test)]
mod tests {
    use super::*;

    const EMBEDDED: &str = include_str!("../../assets/prices/workspaces.json");

    fn key(region: &str, compute_type: &str, licence: Licence) -> PriceKey {
        PriceKey {
            region: region.to_owned(),
            compute_type: compute_type.to_owned(),
            system: System::Windows,
            licence,
        }
    }

    /// Monthly, fixed part and hour of a desktop in the embedded book, in dollars.
    fn found(region: &str, compute_type: &str, root: u32, user: u32) -> Option<(f64, f64, f64)> {
        let price =
            PriceBook::builtin().find(&key(region, compute_type, Licence::Included), root, user)?;
        Some((
            price.monthly.dollars(),
            price.hourly_base.dollars(),
            price.hourly.dollars(),
        ))
    }

    #[test]
    fn the_embedded_book_is_sound() {
        let book = PriceBook::parse(EMBEDDED).unwrap();
        let file = book.file();
        assert!(!file.prices.is_empty());
        for source in &file.sources {
            assert!(
                source.as_of.parse::<jiff::civil::Date>().is_ok(),
                "{} has no date",
                source.id
            );
            let used = file.prices.iter().any(|cell| cell.source == source.id);
            assert!(used, "no cell names {}", source.id);
        }
        for cell in &file.prices {
            assert!(
                crate::region::workspaces_regions().contains(&cell.key.region),
                "{} is in no region of WorkSpaces",
                named(cell)
            );
        }
    }

    /// AWS's own Cost Optimizer turns a desktop to ALWAYS_ON after so many hours a month: the defaults
    /// of its template (2.8.7, of March 2026), and for the general purpose types of its guide. They are
    /// the break-even hours of the smallest volumes of each type, as whole hours, some rounded down and
    /// some up; so ours may lie up to one hour away, and no further. All that we have agree. The guide
    /// prints other defaults than the template for four types (PERFORMANCE 83, POWER 83, POWERPRO 80,
    /// GRAPHICS_G4DN 217); the template is what runs.
    #[test]
    fn break_even_hours_agree_with_aws_cost_optimizer() {
        let thresholds = [
            ("VALUE", 81.0),
            ("STANDARD", 85.0),
            ("PERFORMANCE", 80.0),
            ("POWER", 92.0),
            ("POWERPRO", 78.0),
            ("GRAPHICS_G4DN", 334.0),
            ("GRAPHICSPRO_G4DN", 80.0),
            ("GENERALPURPOSE_4XLARGE", 121.0),
            ("GENERALPURPOSE_8XLARGE", 125.0),
        ];
        let book = PriceBook::builtin();
        let mut without_price = Vec::new();
        for (compute_type, hours) in thresholds {
            let key = key("us-east-1", compute_type, Licence::Included);
            let smallest = book.0.cells.get(&key).and_then(|cells| cells.keys().next());
            let Some((root, user)) = smallest.copied() else {
                without_price.push(compute_type);
                continue;
            };
            let ours = book.find(&key, root, user).unwrap().break_even_hours();
            assert!(
                (ours - hours).abs() < 1.0,
                "{compute_type}: {ours} against {hours}"
            );
        }
        // No source gives their hourly price. Whoever adds it takes them off this list.
        assert_eq!(without_price, ["GRAPHICS_G4DN", "GRAPHICSPRO_G4DN"]);
    }

    #[test]
    fn a_set_group_of_volumes_is_matched_exactly() {
        assert_eq!(
            found("us-east-1", "STANDARD", 80, 10),
            Some((33.0, 7.25, 0.3))
        );
        assert_eq!(
            found("us-east-1", "STANDARD", 80, 50),
            Some((35.0, 9.75, 0.3))
        );
        // The book has no cell for it, and the two it has say nothing about this one.
        assert_eq!(found("us-east-1", "STANDARD", 80, 100), None);
        assert_eq!(found("us-east-1", "STANDARD", 175, 100), None);
    }

    #[test]
    fn volumes_beyond_the_open_group_cost_storage_in_both_modes() {
        assert_eq!(
            found("ap-southeast-2", "STANDARD", 175, 100),
            Some((56.0, 26.0, 0.39))
        );
        // 25 GiB root and 50 GiB user more, at $0.12.
        assert_eq!(
            found("ap-southeast-2", "STANDARD", 200, 150),
            Some((65.0, 35.0, 0.39))
        );
        let key = key("ap-southeast-2", "STANDARD", Licence::Included);
        let price = PriceBook::builtin().find(&key, 200, 150).unwrap();
        assert!(
            price
                .basis
                .ends_with("(175 GiB root, 100 GiB user), and 75 GiB more at $0.12 a GiB")
        );
        // A graphics type grows from its own smallest size.
        assert_eq!(
            found("ap-southeast-2", "GRAPHICSPRO", 100, 200),
            Some((1244.0, 93.0, 14.34))
        );
    }

    #[test]
    fn without_a_price_of_storage_grown_volumes_have_no_price() {
        assert!(found("us-east-1", "POWER", 175, 100).is_some());
        assert_eq!(found("us-east-1", "POWER", 300, 100), None);
    }

    #[test]
    fn smaller_volumes_than_any_cell_have_no_price() {
        assert_eq!(found("us-east-1", "GENERALPURPOSE_4XLARGE", 80, 50), None);
        assert_eq!(found("us-east-1", "VALUE", 60, 10), None);
    }

    #[test]
    fn windows_client_editions_have_a_price_of_their_own() {
        let (system, licence) = system_of("WINDOWS_11").unwrap();
        let mut key = key("ap-southeast-1", "POWER", licence);
        key.system = system;
        let price = PriceBook::builtin().find(&key, 175, 100).unwrap();
        assert_eq!(price.monthly, Money::from_dollars(120.0));
    }

    #[test]
    fn a_broken_file_says_what_is_wrong() {
        let cell = |change: &str| {
            let text = format!(
                r#"{{"currency": "USD",
                    "sources": [{{"id": "a", "title": "A", "url": "", "as_of": "2026-11-25"}}],
                    "prices": [{{"region": "eu-west-1", "compute_type": "VALUE", "system": "WINDOWS",
                        "licence": "INCLUDED", "root_volume_gib": 80, "user_volume_gib": 10,
                        {change}, "hourly": 0.2, "source": "a"}}],
                    "storage": []}}"#
            );
            PriceBook::parse(&text).map(|_| ()).unwrap_err().to_string()
        };
        assert_eq!(
            cell(r#""monthly": 5, "hourly_base": 7"#),
            "the price of VALUE Windows Included in eu-west-1 with 80/10 GiB is not a price: \
             the fixed part of hourly billing is not below the monthly price"
        );
        assert!(cell(r#""monthly": 5, "hourly_base": 1, "discount": 1"#).contains("discount"));
        assert_eq!(
            PriceBook::parse(&EMBEDDED.replacen("USD", "EUR", 1)).map(|_| ()),
            Err(PriceFileError::Currency("EUR".to_owned()))
        );
        assert!(matches!(
            PriceBook::parse(&EMBEDDED.replacen("\"id\": \"", "\"id\": \"x", 1)).map(|_| ()),
            Err(PriceFileError::UnknownSource(_, _))
        ));
    }
}
