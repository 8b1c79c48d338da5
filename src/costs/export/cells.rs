//! One line of a report as its cells, and what they mean. Both formats come down to these.

use domain::billing::WORKSPACES_SERVICE;
use serde_json::Value;

/// The columns that are read, as CUR 2.0 names them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Column {
    Account,
    Start,
    End,
    Cost,
    Usage,
    UsageType,
    ProductCode,
    ProductName,
    Product,
    Resource,
    Unit,
    RegionCode,
    Region,
    Currency,
    Invoice,
}

impl Column {
    pub const ALL: [Self; 15] = [
        Self::Account,
        Self::Start,
        Self::End,
        Self::Cost,
        Self::Usage,
        Self::UsageType,
        Self::ProductCode,
        Self::ProductName,
        Self::Product,
        Self::Resource,
        Self::Unit,
        Self::RegionCode,
        Self::Region,
        Self::Currency,
        Self::Invoice,
    ];

    /// Without these there are no lines.
    pub const NEEDED: [Self; 5] = [
        Self::Account,
        Self::Start,
        Self::Cost,
        Self::UsageType,
        Self::ProductCode,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Self::Account => "line_item_usage_account_id",
            Self::Start => "line_item_usage_start_date",
            Self::End => "line_item_usage_end_date",
            Self::Cost => "line_item_unblended_cost",
            Self::Usage => "line_item_usage_amount",
            Self::UsageType => "line_item_usage_type",
            Self::ProductCode => "line_item_product_code",
            Self::ProductName => "product_product_name",
            Self::Product => "product",
            Self::Resource => "line_item_resource_id",
            Self::Unit => "pricing_unit",
            Self::RegionCode => "product_region_code",
            Self::Region => "product_region",
            Self::Currency => "line_item_currency_code",
            Self::Invoice => "bill_invoice_id",
        }
    }

    /// The column of a heading. The older report writes `lineItem/UsageAccountId`.
    pub fn of(heading: &str) -> Option<Self> {
        let mut name = String::with_capacity(heading.len() + 8);
        let mut after_letter = false;
        for letter in heading.trim_start_matches('\u{feff}').trim().chars() {
            match letter {
                '/' => name.push('_'),
                upper if upper.is_ascii_uppercase() => {
                    if after_letter {
                        name.push('_');
                    }
                    name.push(upper.to_ascii_lowercase());
                }
                other => name.push(other),
            }
            after_letter = letter.is_ascii_lowercase() || letter.is_ascii_digit();
        }
        Self::ALL.into_iter().find(|column| column.name() == name)
    }
}

/// The cells of one line; an empty one counts as absent.
pub struct Cells<'a>(pub [Option<&'a str>; Column::ALL.len()]);

impl<'a> Cells<'a> {
    pub fn text(&self, column: Column) -> Option<&'a str> {
        self.0[column as usize]
            .map(str::trim)
            .filter(|text| !text.is_empty())
    }

    pub fn needed(&self, column: Column) -> Result<&'a str, String> {
        self.text(column)
            .ok_or_else(|| format!("{} is empty", column.name()))
    }

    pub fn number(&self, column: Column) -> Result<Option<f64>, String> {
        let Some(text) = self.text(column) else {
            return Ok(None);
        };
        let number = text.parse::<f64>().ok().filter(|number| number.is_finite());
        number
            .map(Some)
            .ok_or_else(|| format!("{} is {text:?}, which is no number", column.name()))
    }

    /// The day of a time, in days since 1970, and whether the time is later than the day's first second.
    pub fn day(&self, column: Column) -> Result<Option<(i32, bool)>, String> {
        let Some(text) = self.text(column) else {
            return Ok(None);
        };
        let day = text
            .get(..10)
            .and_then(|day| day.parse::<domain::UtcTime>().ok());
        let day = day.ok_or_else(|| format!("{} is {text:?}, which is no time", column.name()))?;
        let rest = text.get(10..).unwrap_or_default();
        let day =
            i32::try_from(day.unix().div_euclid(86_400)).map_err(|error| error.to_string())?;
        Ok(Some((
            day,
            rest.bytes().any(|byte| (b'1'..=b'9').contains(&byte)),
        )))
    }

    /// The service as a bill names it, as far as the line says.
    pub fn service(&self, code: &str) -> String {
        if code == "AmazonWorkSpaces" {
            return WORKSPACES_SERVICE.to_owned();
        }
        if let Some(name) = self.text(Column::ProductName) {
            return name.to_owned();
        }
        let product = self
            .text(Column::Product)
            .and_then(|text| serde_json::from_str::<Value>(text).ok());
        product
            .and_then(|product| product["product_name"].as_str().map(str::to_owned))
            .unwrap_or_else(|| code.to_owned())
    }
}
