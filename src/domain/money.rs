//! Money: US dollars, kept in whole micro-dollars so that sums are exact.

use std::fmt;
use std::iter::Sum;
use std::ops::{Add, AddAssign, Neg, Sub, SubAssign};

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// An amount in US dollars. In JSON and in views it is a number of dollars, in tables an integer of
/// micro-dollars.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord, ToSchema)]
#[schema(value_type = f64, example = 12.5)]
pub struct Money(i64);

const MICROS: f64 = 1_000_000.0;

impl Money {
    pub const ZERO: Self = Self(0);

    #[must_use]
    pub fn from_micros(micros: i64) -> Self {
        Self(micros)
    }

    /// Rounded to the nearest micro-dollar.
    #[must_use]
    pub fn from_dollars(dollars: f64) -> Self {
        Self((dollars * MICROS).round() as i64)
    }

    #[must_use]
    pub fn micros(self) -> i64 {
        self.0
    }

    #[must_use]
    pub fn dollars(self) -> f64 {
        self.0 as f64 / MICROS
    }

    /// This amount `by` times, such as an hourly rate by hours.
    #[must_use]
    pub fn times(self, by: f64) -> Self {
        Self((self.0 as f64 * by).round() as i64)
    }

    #[must_use]
    pub fn abs(self) -> Self {
        Self(self.0.abs())
    }
}

impl Add for Money {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl Sub for Money {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }
}

impl Neg for Money {
    type Output = Self;
    fn neg(self) -> Self {
        Self(-self.0)
    }
}

impl AddAssign for Money {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

impl SubAssign for Money {
    fn sub_assign(&mut self, other: Self) {
        *self = *self - other;
    }
}

impl Sum for Money {
    fn sum<I: Iterator<Item = Self>>(amounts: I) -> Self {
        amounts.fold(Self::ZERO, Add::add)
    }
}

/// `$1,234.50`, `-$12.00`: whole cents, for people.
impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let cents = (i128::from(self.0).abs() + 5_000) / 10_000;
        let sign = if self.0 < 0 && cents > 0 { "-" } else { "" };
        let whole = (cents / 100).to_string();
        let mut grouped = String::new();
        for (place, digit) in whole.chars().enumerate() {
            if place > 0 && (whole.len() - place).is_multiple_of(3) {
                grouped.push(',');
            }
            grouped.push(digit);
        }
        write!(f, "{sign}${grouped}.{:02}", cents % 100)
    }
}

impl Serialize for Money {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_f64(self.dollars())
    }
}

impl<'de> Deserialize<'de> for Money {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        f64::deserialize(deserializer).map(Self::from_dollars)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_read_cents_and_thousands() {
        let shown = |dollars: f64| Money::from_dollars(dollars).to_string();
        assert_eq!(shown(1_234_567.895), "$1,234,567.90");
        assert_eq!(shown(-12.0), "-$12.00");
        assert_eq!(shown(-0.001), "$0.00");
        assert_eq!(shown(999.0), "$999.00");
    }

    #[test]
    fn sums_are_exact() {
        let dimes: Money = (0..1000).map(|_| Money::from_dollars(0.1)).sum();
        assert_eq!(dimes, Money::from_dollars(100.0));
        assert_eq!(
            Money::from_dollars(0.3).times(198.0),
            Money::from_dollars(59.4)
        );
    }
}
