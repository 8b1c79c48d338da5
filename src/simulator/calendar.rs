//! Days counted from 1970 and the calendar months of UTC, by which AWS bills.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};

/// A calendar month and the days it has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Month {
    pub first: i32,
    /// The first day of the next month.
    pub end: i32,
}

const DAY_SECS: i64 = 86_400;

pub fn date(day: i32) -> Date {
    Timestamp::from_second(i64::from(day) * DAY_SECS).map_or(Date::constant(1970, 1, 1), |at| {
        at.to_zoned(TimeZone::UTC).date()
    })
}

pub fn day(date: Date) -> Option<i32> {
    let at = date.to_zoned(TimeZone::UTC).ok()?.timestamp();
    i32::try_from(at.as_second().div_euclid(DAY_SECS)).ok()
}

impl Month {
    pub fn of(in_it: i32) -> Self {
        let first = date(in_it).first_of_month();
        let next = first.checked_add(1.month()).unwrap_or(first);
        let first = day(first).unwrap_or(in_it);
        Self {
            first,
            end: day(next).unwrap_or(in_it + 1),
        }
    }

    /// Months later, or earlier where negative.
    pub fn plus(self, months: i32) -> Self {
        let first = date(self.first);
        Self::of(
            first
                .checked_add(months.months())
                .ok()
                .and_then(day)
                .unwrap_or(self.first),
        )
    }

    /// The months that overlap these days, oldest first.
    pub fn over(days: &std::ops::Range<i32>) -> Vec<Self> {
        let mut months = Vec::new();
        let mut at = days.start;
        while at < days.end {
            let month = Self::of(at);
            at = month.end;
            months.push(month);
        }
        months
    }

    /// When AWS wakes AUTO_STOP desktops for maintenance.
    pub fn third_monday(self) -> i32 {
        // Day 4 of 1970 was a Monday.
        let first = (self.first..).find(|day| (day - 4).rem_euclid(7) == 0);
        first.unwrap_or(self.first) + 14
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_are_calendar_months() {
        let day = day(Date::constant(2026, 2, 14)).expect("a day");
        let february = Month::of(day);
        assert_eq!(
            (date(february.first), date(february.end)),
            (Date::constant(2026, 2, 1), Date::constant(2026, 3, 1))
        );
        assert_eq!(date(february.plus(-13).first), Date::constant(2025, 1, 1));
        assert_eq!(date(february.third_monday()), Date::constant(2026, 2, 16));
        assert_eq!(Month::over(&(day..day + 50)).len(), 3);
        assert_eq!(Month::over(&(day..day)), []);
    }
}
