//! AWS regions, and the dated list of those that offer WorkSpaces.

use std::fmt;
use std::str::FromStr;
use std::sync::LazyLock;

use serde::{Deserialize, Serialize};
use thiserror::Error;
use utoipa::ToSchema;

/// A region name such as `eu-west-1`. Always one of the embedded list.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, ToSchema)]
#[serde(transparent)]
#[schema(value_type = String, example = "eu-west-1")]
pub struct Region(String);

#[derive(Debug, Error, PartialEq, Eq)]
#[error("unknown region {given:?}: Amazon WorkSpaces is offered in {}", workspaces_regions().join(", "))]
pub struct UnknownRegion {
    given: String,
}

#[derive(Deserialize)]
struct RegionList {
    dated: String,
    regions: Vec<String>,
}

static LIST: LazyLock<RegionList> = LazyLock::new(|| {
    // The file is embedded and parsed by a test, so it cannot fail in the field.
    toml::from_str(include_str!("../../assets/aws/workspaces-regions.toml"))
        .expect("the embedded region list is valid TOML")
});

/// The names of every region in the embedded list, in order.
#[must_use]
pub fn workspaces_regions() -> &'static [String] {
    &LIST.regions
}

/// The day the embedded list was checked against AWS's documentation, `YYYY-MM-DD`.
#[must_use]
pub fn workspaces_regions_dated() -> &'static str {
    &LIST.dated
}

impl Region {
    /// Every region that offers WorkSpaces outside GovCloud, whose credentials are separate.
    #[must_use]
    pub fn all_commercial() -> Vec<Self> {
        LIST.regions
            .iter()
            .filter(|r| !r.starts_with("us-gov-"))
            .cloned()
            .map(Self)
            .collect()
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Region {
    type Err = UnknownRegion;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.trim();
        if LIST.regions.iter().any(|r| r == text) {
            Ok(Self(text.to_owned()))
        } else {
            Err(UnknownRegion {
                given: text.to_owned(),
            })
        }
    }
}

impl<'de> Deserialize<'de> for Region {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(serde::de::Error::custom)
    }
}

impl fmt::Display for Region {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_embedded_list_is_dated_and_sorted() {
        assert_eq!(workspaces_regions_dated().len(), "2026-11-01".len());
        assert!(workspaces_regions().is_sorted());
        assert!(
            Region::all_commercial()
                .iter()
                .all(|r| !r.as_str().starts_with("us-gov"))
        );
    }

    #[test]
    fn an_unknown_region_names_the_known_ones() {
        let error = "eu-west-9".parse::<Region>().unwrap_err().to_string();
        assert!(
            error.contains("eu-west-9") && error.contains("eu-west-1"),
            "{error}"
        );
    }
}
