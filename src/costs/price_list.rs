//! Reads a file of prices: AWS's price list for Amazon WorkSpaces (the offer file of its Price List
//! Bulk API, whole or of one region), or a price file of ours; packed with gzip or not. It fetches
//! nothing and stores nothing.
//!
//! AWS's list is read row by row, since the whole of it as a tree would take many times its size. A
//! row or a cell that is not understood is listed, never guessed, and a file with an error in it gives
//! no prices at all. What its rows mean is in [`offer`].

use std::fmt;
use std::io::{self, BufReader, Read};
use std::marker::PhantomData;

use domain::price::{PriceBook, PriceCell, PriceFile, PriceFileError, PriceSource, StorageCell};
use serde::Deserialize;
use serde::de::{self, DeserializeSeed, Deserializer, IgnoredAny, MapAccess, Visitor};
use thiserror::Error;

use self::offer::Offer;

mod offer;

/// What a file of prices gave.
#[derive(Debug)]
pub struct Imported {
    pub file: PriceFile,
    /// What should have been a price and could not be understood, a sentence each.
    pub skipped: Vec<String>,
    /// Rows of AWS's list that price something other than a desktop: software, WorkSpaces Core, pools,
    /// standby desktops, rows that are free.
    pub left_out: usize,
}

#[derive(Debug, Error)]
pub enum PriceListError {
    #[error("line {line}, column {column}: {what}")]
    Malformed {
        line: usize,
        column: usize,
        what: String,
    },
    #[error("the file ends at line {line}, column {column}, in the middle of its data")]
    Truncated { line: usize, column: usize },
    #[error("the file is AWS's price list for {0}; the one for {SERVICE} is needed")]
    OtherService(String),
    #[error(
        "the file is neither AWS's price list (it has no offerCode) nor a price file of stocktake"
    )]
    UnknownFormat,
    #[error("the price list does not say when it was published")]
    NoDate,
    #[error("the price list has no complete price of a desktop")]
    NoPrices,
    #[error(transparent)]
    PriceFile(#[from] PriceFileError),
    #[error("the file cannot be read: {0}")]
    Read(io::Error),
}

const SERVICE: &str = "AmazonWorkSpaces";

/// Reads prices. Which of the two formats the file has is told by what it says, not by its name.
pub fn read_prices(mut input: impl Read) -> Result<Imported, PriceListError> {
    let mut head = Vec::with_capacity(2);
    input
        .by_ref()
        .take(2)
        .read_to_end(&mut head)
        .map_err(PriceListError::Read)?;
    let packed = head == [0x1f, 0x8b];
    let whole = BufReader::new(io::Cursor::new(head).chain(input));
    if packed {
        read_text(flate2::read::MultiGzDecoder::new(whole))
    } else {
        read_text(whole)
    }
}

fn read_text(input: impl Read) -> Result<Imported, PriceListError> {
    let mut document = Document::default();
    let mut text = serde_json::Deserializer::from_reader(BufReader::new(input));
    let read = DocumentSeed(&mut document)
        .deserialize(&mut text)
        .and_then(|()| text.end());
    // The reason to stop early is better than the position where reading stopped.
    if let Some(service) = document.offer_code.take_if(|code| code != SERVICE) {
        return Err(PriceListError::OtherService(service));
    }
    read.map_err(failure)?;
    if let Some(file) = document.own {
        let file = PriceBook::from_file(file)?.file().clone();
        return Ok(Imported {
            file,
            skipped: Vec::new(),
            left_out: 0,
        });
    }
    if document.offer_code.is_none() {
        return Err(PriceListError::UnknownFormat);
    }
    let as_of = document
        .published
        .as_deref()
        .and_then(day)
        .ok_or(PriceListError::NoDate)?;
    document.offer.into_prices(as_of)
}

fn failure(error: serde_json::Error) -> PriceListError {
    let (line, column) = (error.line(), error.column());
    match error.classify() {
        serde_json::error::Category::Io => PriceListError::Read(error.into()),
        serde_json::error::Category::Eof => PriceListError::Truncated { line, column },
        serde_json::error::Category::Syntax | serde_json::error::Category::Data => {
            let what = error.to_string();
            let position = format!(" at line {line} column {column}");
            let what = what.strip_suffix(&position).unwrap_or(&what).to_owned();
            PriceListError::Malformed { line, column, what }
        }
    }
}

/// `2026-11-20` of `2026-11-20T17:04:11Z`.
fn day(published: &str) -> Option<&str> {
    let (day, _) = published.split_once('T')?;
    let digits =
        |part: &str, count| part.len() == count && part.bytes().all(|byte| byte.is_ascii_digit());
    let mut parts = day.split('-');
    let dated = digits(parts.next()?, 4) && digits(parts.next()?, 2) && digits(parts.next()?, 2);
    (dated && parts.next().is_none()).then_some(day)
}

/// What has been read of the file.
#[derive(Default)]
struct Document {
    /// The file, where it is one of ours.
    own: Option<PriceFile>,
    offer_code: Option<String>,
    published: Option<String>,
    offer: Offer,
}

struct DocumentSeed<'a>(&'a mut Document);

impl<'de> DeserializeSeed<'de> for DocumentSeed<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for DocumentSeed<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a file of prices")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let Document {
            own,
            offer_code,
            published,
            offer,
        } = self.0;
        let mut fields = OwnFields::default();
        let mut not_ours = None;
        while let Some(name) = map.next_key::<String>()? {
            match name.as_str() {
                "currency" => fields.currency = Some(map.next_value()?),
                "sources" => fields.sources = Some(map.next_value()?),
                "prices" => fields.prices = Some(map.next_value()?),
                "storage" => fields.storage = Some(map.next_value()?),
                _ if fields.any() => {
                    return Err(de::Error::custom(format!("unknown field {name:?}")));
                }
                "offerCode" => {
                    let code: String = map.next_value()?;
                    let other = code != SERVICE;
                    *offer_code = Some(code);
                    if other {
                        return Err(de::Error::custom("another service"));
                    }
                }
                "publicationDate" => *published = Some(map.next_value()?),
                "products" => {
                    map.next_value_seed(Entries::new(|sku, row| offer.product(sku, row)))?
                }
                "terms" => map.next_value_seed(TermsSeed(offer))?,
                _ => {
                    map.next_value::<IgnoredAny>()?;
                    not_ours = Some(name);
                }
            }
        }
        if fields.any() {
            if let Some(name) = not_ours {
                return Err(de::Error::custom(format!("unknown field {name:?}")));
            }
            *own = Some(fields.complete()?);
        }
        Ok(())
    }
}

/// The fields of a price file of ours, as far as they have come.
#[derive(Default)]
struct OwnFields {
    currency: Option<String>,
    sources: Option<Vec<PriceSource>>,
    prices: Option<Vec<PriceCell>>,
    storage: Option<Vec<StorageCell>>,
}

impl OwnFields {
    fn any(&self) -> bool {
        let Self {
            currency,
            sources,
            prices,
            storage,
        } = self;
        currency.is_some() || sources.is_some() || prices.is_some() || storage.is_some()
    }

    fn complete<E: de::Error>(self) -> Result<PriceFile, E> {
        Ok(PriceFile {
            currency: self.currency.ok_or_else(|| E::missing_field("currency"))?,
            sources: self.sources.ok_or_else(|| E::missing_field("sources"))?,
            prices: self.prices.ok_or_else(|| E::missing_field("prices"))?,
            storage: self.storage.ok_or_else(|| E::missing_field("storage"))?,
        })
    }
}

/// An object whose entries are handed on one by one, so that it is never in memory as a whole.
struct Entries<T, F>(F, PhantomData<T>);

impl<T, F: FnMut(String, T)> Entries<T, F> {
    fn new(each: F) -> Self {
        Self(each, PhantomData)
    }
}

impl<'de, T: Deserialize<'de>, F: FnMut(String, T)> DeserializeSeed<'de> for Entries<T, F> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de, T: Deserialize<'de>, F: FnMut(String, T)> Visitor<'de> for Entries<T, F> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object by SKU")
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<(), A::Error> {
        while let Some(name) = map.next_key()? {
            (self.0)(name, map.next_value()?);
        }
        Ok(())
    }
}

/// `terms`: only what is sold on demand is read. WorkSpaces has no other term.
struct TermsSeed<'a>(&'a mut Offer);

impl<'de> DeserializeSeed<'de> for TermsSeed<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for TermsSeed<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object by kind of term")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(kind) = map.next_key::<String>()? {
            if kind == "OnDemand" {
                map.next_value_seed(Entries::new(|sku, terms| self.0.terms(sku, &terms)))?;
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
#[path = "tests/price_list/cases.rs"]
mod tests;
