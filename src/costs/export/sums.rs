//! Adds the lines of a report up by day. Names are kept once, since a large account has millions of
//! lines and few names.

use std::collections::{HashMap, HashSet};

use domain::billing::{CostLine, desktop_of, region_of, region_of_arn};
use domain::{AccountId, Money, UtcTime};

use super::cells::{Cells, Column};
use super::{Export, ExportError};

/// More lines by day and desktop are a year of ten thousand desktops, and a month of far more.
const MOST: usize = 4_000_000;

/// A place among the names that were seen.
type Name = u32;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
struct Key {
    account: Name,
    /// None for the whole.
    desktop: Option<Name>,
    service: Name,
    usage_type: Name,
    starts: i32,
    ends: i32,
}

#[derive(Debug, Default)]
struct Sum {
    dollars: f64,
    quantity: Option<f64>,
    unit: Option<Name>,
    region: Option<Name>,
    estimated: bool,
}

pub struct Sums<'a> {
    wanted: &'a HashSet<AccountId>,
    names: Names,
    services: HashMap<String, Name>,
    others: HashSet<String>,
    sums: HashMap<Key, Sum>,
    most: usize,
    export: Export,
}

#[derive(Default)]
struct Names {
    places: HashMap<String, Name>,
    all: Vec<String>,
}

impl Names {
    fn place(&mut self, name: &str) -> Name {
        if let Some(place) = self.places.get(name) {
            return *place;
        }
        let place = Name::try_from(self.all.len()).unwrap_or(Name::MAX);
        self.all.push(name.to_owned());
        self.places.insert(name.to_owned(), place);
        place
    }

    fn get(&self, place: Name) -> String {
        self.all.get(place as usize).cloned().unwrap_or_default()
    }
}

impl<'a> Sums<'a> {
    pub fn new(wanted: &'a HashSet<AccountId>) -> Self {
        Self {
            wanted,
            names: Names::default(),
            services: HashMap::new(),
            others: HashSet::new(),
            sums: HashMap::new(),
            most: MOST,
            export: Export::default(),
        }
    }

    #[cfg(test)]
    pub fn holding(mut self, most: usize) -> Self {
        self.most = most;
        self
    }

    /// Adds one line; `line` is its place in the file.
    pub fn add(&mut self, line: u64, cells: &Cells<'_>) -> Result<(), ExportError> {
        self.export.lines_read += 1;
        self.take(cells)
            .map_err(|what| ExportError::Line { line, what })?;
        if self.sums.len() > self.most {
            return Err(ExportError::TooMany(self.most));
        }
        Ok(())
    }

    fn take(&mut self, cells: &Cells<'_>) -> Result<(), String> {
        let account = cells.needed(Column::Account)?;
        let known: AccountId = account.parse().map_err(|_| {
            format!(
                "{} is {account:?}, which is no account id",
                Column::Account.name()
            )
        })?;
        let cost = cells
            .number(Column::Cost)?
            .ok_or_else(|| format!("{} is empty", Column::Cost.name()))?;
        let (starts, _) = cells
            .day(Column::Start)?
            .ok_or_else(|| format!("{} is empty", Column::Start.name()))?;
        let ends = match cells.day(Column::End)? {
            Some((day, within)) => (day + i32::from(within)).max(starts + 1),
            None => starts + 1,
        };
        let quantity = cells.number(Column::Usage)?;
        if !self.wanted.contains(&known) {
            self.export.lines_of_others += 1;
            if !self.others.contains(account) {
                self.others.insert(account.to_owned());
            }
            return Ok(());
        }
        if let Some(currency) = cells
            .text(Column::Currency)
            .filter(|currency| *currency != "USD")
        {
            return Err(format!(
                "the amount is in {currency}, and only US dollars can be kept"
            ));
        }
        // Credits and taxes may have neither.
        let usage_type = cells.text(Column::UsageType).unwrap_or("NoUsageType");
        let code = cells.text(Column::ProductCode).unwrap_or("Unknown");
        let resource = cells.text(Column::Resource);
        let region = region_in(cells, resource, usage_type);
        let key = Key {
            account: self.names.place(account),
            desktop: None,
            service: self.service(code, cells),
            usage_type: self.names.place(usage_type),
            starts,
            ends,
        };
        let line = Sum {
            dollars: cost,
            quantity,
            unit: cells.text(Column::Unit).map(|unit| self.names.place(unit)),
            region: region.map(|region| self.names.place(region)),
            // A bill that is not closed has no invoice yet.
            estimated: cells.text(Column::Invoice).is_none(),
        };
        if let Some(desktop) = resource.and_then(desktop_of) {
            let desktop = Some(self.names.place(desktop));
            self.sums
                .entry(Key { desktop, ..key })
                .or_default()
                .add(&line);
        }
        self.sums.entry(key).or_default().add(&line);
        Ok(())
    }

    /// A service is named by its first line: reading the name from each takes longer than all else.
    fn service(&mut self, code: &str, cells: &Cells<'_>) -> Name {
        if let Some(known) = self.services.get(code) {
            return *known;
        }
        let name = self.names.place(&cells.service(code));
        self.services.insert(code.to_owned(), name);
        name
    }

    pub fn finish(mut self) -> Export {
        self.export.other_accounts = self.others.len() as u64;
        let mut sums: Vec<(Key, Sum)> = self.sums.into_iter().collect();
        sums.sort_unstable_by_key(|(key, _)| *key);
        let names = &self.names;
        for (key, sum) in sums {
            let Ok(account) = names.get(key.account).parse::<AccountId>() else {
                continue;
            };
            if self
                .export
                .accounts
                .last()
                .is_none_or(|(known, _)| *known != account)
            {
                self.export.accounts.push((account, Vec::new()));
            }
            if let Some((_, lines)) = self.export.accounts.last_mut() {
                lines.push(line(names, key, &sum));
            }
        }
        self.export
    }
}

impl Sum {
    fn add(&mut self, line: &Self) {
        self.dollars += line.dollars;
        self.quantity = match (self.quantity, line.quantity) {
            (Some(one), Some(other)) => Some(one + other),
            (one, other) => one.or(other),
        };
        self.unit = self.unit.or(line.unit);
        self.region = self.region.or(line.region);
        self.estimated |= line.estimated;
    }
}

fn line(names: &Names, key: Key, sum: &Sum) -> CostLine {
    let day = |days: i32| UtcTime::from_unix(i64::from(days) * 86_400).day();
    CostLine {
        workspace_id: key.desktop.map(|desktop| names.get(desktop)),
        service: names.get(key.service),
        usage_type: names.get(key.usage_type),
        starts_on: day(key.starts),
        ends_on: day(key.ends),
        region: sum.region.map(|region| names.get(region)),
        amount: Money::from_dollars(sum.dollars),
        quantity: sum.quantity,
        unit: sum.unit.map(|unit| names.get(unit)),
        estimated: sum.estimated,
    }
}

fn region_in<'a>(
    cells: &Cells<'a>,
    resource: Option<&'a str>,
    usage_type: &'a str,
) -> Option<&'a str> {
    cells
        .text(Column::RegionCode)
        .or_else(|| cells.text(Column::Region))
        .or_else(|| resource.and_then(region_of_arn))
        .or_else(|| region_of(usage_type))
}
