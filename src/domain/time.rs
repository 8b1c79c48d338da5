//! Times as the product keeps them: UTC, whole seconds, `2026-11-20T22:00:00Z`. As text they sort
//! in time order, so SQL compares them without functions.

use std::fmt;
use std::str::FromStr;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, ToSchema)]
#[schema(value_type = String, format = DateTime, example = "2026-11-20T22:00:00Z")]
pub struct UtcTime(Timestamp);

impl UtcTime {
    #[must_use]
    pub fn now() -> Self {
        Self::from(Timestamp::now())
    }

    /// Seconds since 1970; out-of-range values are clamped to the calendar's ends.
    #[must_use]
    pub fn from_unix(seconds: i64) -> Self {
        let bounded = seconds.clamp(Timestamp::MIN.as_second(), Timestamp::MAX.as_second());
        Self(Timestamp::from_second(bounded).unwrap_or(Timestamp::UNIX_EPOCH))
    }

    #[must_use]
    pub fn unix(self) -> i64 {
        self.0.as_second()
    }

    #[must_use]
    pub fn timestamp(self) -> Timestamp {
        self.0
    }

    /// This time moved by `seconds`, negative for the past.
    #[must_use]
    pub fn plus_seconds(self, seconds: i64) -> Self {
        Self::from_unix(self.unix().saturating_add(seconds))
    }

    #[must_use]
    pub fn plus_days(self, days: i64) -> Self {
        self.plus_seconds(days.saturating_mul(86_400))
    }

    /// Seconds from `earlier` to this time.
    #[must_use]
    pub fn seconds_since(self, earlier: Self) -> i64 {
        self.unix() - earlier.unix()
    }

    /// The UTC day, `2026-11-20`.
    #[must_use]
    pub fn day(self) -> String {
        self.0.strftime("%Y-%m-%d").to_string()
    }
}

impl From<Timestamp> for UtcTime {
    fn from(time: Timestamp) -> Self {
        Self::from_unix(time.as_second())
    }
}

impl std::ops::Add<SignedDuration> for UtcTime {
    type Output = Self;
    fn add(self, by: SignedDuration) -> Self {
        self.plus_seconds(by.as_secs())
    }
}

impl fmt::Display for UtcTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

impl FromStr for UtcTime {
    type Err = jiff::Error;

    /// Accepts RFC 3339 and a bare day, which means its first second in UTC.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.len() == 10 {
            let day: jiff::civil::Date = text.parse()?;
            return Ok(Self::from(
                day.to_zoned(jiff::tz::TimeZone::UTC)?.timestamp(),
            ));
        }
        text.parse::<Timestamp>().map(Self::from)
    }
}

impl Serialize for UtcTime {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for UtcTime {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_whole_seconds_in_utc_and_round_trips() {
        let time: UtcTime = "2026-11-20T23:00:00.789+01:00".parse().unwrap();
        assert_eq!(time.to_string(), "2026-11-20T22:00:00Z");
        assert_eq!(time.to_string().parse::<UtcTime>().unwrap(), time);
        assert_eq!(
            "2026-11-20".parse::<UtcTime>().unwrap().to_string(),
            "2026-11-20T00:00:00Z"
        );
        assert_eq!(time.day(), "2026-11-20");
    }
}
