//! What the simulated AWS charges, as a price file: published prices where the book has them, and its own
//! invented ones, marked as such.

use std::collections::BTreeSet;

use domain::price::{PriceCell, PriceFile, PriceKey, PriceSource, system_of};

use crate::bundle::COMPUTE_TYPES;
use crate::calendar::date;
use crate::habit::day_of;
use crate::rates::{Kind, Tariff};
use crate::server::Simulator;

const INVENTED: &str = "simulated-aws";

impl Simulator {
    /// Prices of every compute type in the regions, systems and volumes that the estate has.
    pub fn price_file(&self) -> PriceFile {
        let book = &self.parts().config.prices;
        let mut file = book.file().clone();
        file.currency = "USD".to_owned();
        file.sources.push(PriceSource {
            id: INVENTED.to_owned(),
            title: "Invented price of the simulated AWS".to_owned(),
            url: String::new(),
            as_of: date(day_of(self.parts().world.clock.now())).to_string(),
        });
        let mut known = BTreeSet::new();
        for (region, os, root, user) in self.kinds() {
            let mut tariff = Tariff::new(book, &region);
            for compute in COMPUTE_TYPES {
                // Several systems share a price: both Ubuntus, each Windows Server.
                let cell = invented(&mut tariff, &region, (compute, os, root, user));
                file.prices.extend(cell.filter(|cell| {
                    known.insert((cell.key.clone(), cell.root_volume_gib, cell.user_volume_gib))
                }));
            }
        }
        file
    }

    /// Region, system and volumes of every desktop there is or was.
    fn kinds(&self) -> BTreeSet<(String, &'static str, u16, u16)> {
        let world = &self.parts().world;
        let mut kinds = BTreeSet::new();
        for account in world.accounts.keys() {
            for region in self.regions(account) {
                let Some(site) = world.site(account, &region) else {
                    continue;
                };
                for track in site.tracks() {
                    let is = track.properties();
                    kinds.insert((region.clone(), is.os, is.root_gib, is.user_gib));
                }
            }
        }
        kinds
    }
}

/// `None` where the book has a price, or nobody could have one.
fn invented(tariff: &mut Tariff<'_>, region: &str, kind: Kind) -> Option<PriceCell> {
    let (compute, os, root_gib, user_gib) = kind;
    let (system, licence) = system_of(os)?;
    let rates = tariff.of_kind(kind);
    (!rates.listed).then(|| PriceCell {
        key: PriceKey {
            region: region.to_owned(),
            compute_type: compute.to_owned(),
            system,
            licence,
        },
        root_volume_gib: root_gib.into(),
        user_volume_gib: user_gib.into(),
        monthly: rates.monthly,
        hourly_base: rates.base,
        hourly: rates.hourly,
        source: INVENTED.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use domain::price::PriceBook;

    use super::*;
    use crate::config::SimulatorConfig;

    #[test]
    fn whatever_is_billed_has_its_price_in_the_file() {
        let simulator = Simulator::new(SimulatorConfig::default());
        let file = simulator.price_file();
        let published = PriceBook::builtin().file().prices.len();
        assert!(file.prices.len() > published);
        let book = PriceBook::from_file(file).unwrap();
        for (region, os, root, user) in simulator.kinds() {
            let Some((system, licence)) = system_of(os) else {
                continue;
            };
            for compute in COMPUTE_TYPES {
                let key = PriceKey {
                    region: region.clone(),
                    compute_type: (*compute).to_owned(),
                    system,
                    licence,
                };
                let price = book.find(&key, root.into(), user.into()).unwrap();
                let mut tariff = Tariff::new(&simulator.parts().config.prices, &region);
                let billed = tariff.of_kind((compute, os, root, user));
                assert_eq!(
                    (price.monthly, price.hourly_base, price.hourly),
                    (billed.monthly, billed.base, billed.hourly),
                    "{compute} {os} {root}/{user}"
                );
            }
        }
    }
}
