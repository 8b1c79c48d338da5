//! Reports that are made by themselves: of what, when, and for which days before that moment.

use jiff::ToSpan;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::report::{ReportFormat, ReportType};
use crate::{OrganizationId, ReportId, ReportScheduleId, UtcTime};

/// The days a scheduled report is about, seen from the day it is made on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RelativePeriod {
    /// The whole month before.
    PreviousMonth,
    /// Monday to Sunday of the week before.
    PreviousWeek,
    /// The thirty days that end with the day before.
    #[serde(rename = "last_30_days")]
    Last30Days,
}

impl RelativePeriod {
    pub const ALL: [Self; 3] = [Self::PreviousMonth, Self::PreviousWeek, Self::Last30Days];

    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::PreviousMonth => "previous_month",
            Self::PreviousWeek => "previous_week",
            Self::Last30Days => "last_30_days",
        }
    }

    /// The inverse of [`Self::as_str`].
    #[must_use]
    pub fn from_text(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|period| period.as_str() == text)
    }

    /// The first and last day, for a report made at `at`. Which day that is, the time zone says: at half
    /// past midnight in Berlin on the first, the month that is over is over, though UTC is still in it.
    ///
    /// `None` when the zone is not known, or at the calendar's end.
    #[must_use]
    pub fn days(self, at: UtcTime, time_zone: &str) -> Option<(String, String)> {
        let zone = TimeZone::get(time_zone).ok()?;
        let today = at.timestamp().to_zoned(zone).date();
        let yesterday = today.yesterday().ok()?;
        let (from, to) = match self {
            Self::PreviousMonth => {
                let last = today.first_of_month().yesterday().ok()?;
                (last.first_of_month(), last)
            }
            Self::PreviousWeek => {
                let monday = monday(today)?;
                (monday.checked_sub(7.days()).ok()?, monday.yesterday().ok()?)
            }
            Self::Last30Days => (yesterday.checked_sub(29.days()).ok()?, yesterday),
        };
        Some((from.to_string(), to.to_string()))
    }
}

fn monday(day: Date) -> Option<Date> {
    let since = i64::from(day.weekday().to_monday_zero_offset());
    day.checked_sub(since.days()).ok()
}

/// When a report is made by itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ReportSchedule {
    pub id: ReportScheduleId,
    pub report_type: ReportType,
    pub format: ReportFormat,
    /// Absent: all organizations.
    pub organization_id: Option<OrganizationId>,
    pub organization_name: Option<String>,
    pub period: RelativePeriod,
    /// Five cron fields.
    pub cron: String,
    /// IANA time zone name.
    pub time_zone: String,
    pub enabled: bool,
    /// Absent while it is switched off, and until the scheduler has looked at it.
    pub next_run_at: Option<UtcTime>,
    pub last_run_at: Option<UtcTime>,
    /// What was made last.
    pub last_report_id: Option<ReportId>,
    pub created_by: String,
    pub created_at: UtcTime,
}

/// What a schedule is to be; it takes the place of the whole schedule when one is changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewReportSchedule {
    pub report_type: ReportType,
    pub format: ReportFormat,
    #[serde(default)]
    pub organization_id: Option<OrganizationId>,
    pub period: RelativePeriod,
    /// Five cron fields, at one minute of the hour: `0 6 1 * *`.
    pub cron: String,
    /// IANA time zone name; UTC unless given.
    #[serde(default = "utc")]
    pub time_zone: String,
    #[serde(default = "yes")]
    pub enabled: bool,
}

fn utc() -> String {
    "UTC".to_owned()
}

fn yes() -> bool {
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    fn days(period: RelativePeriod, at: &str, zone: &str) -> String {
        let (from, to) = period.days(at.parse().unwrap(), zone).unwrap();
        format!("{from} {to}")
    }

    #[test]
    fn periods_end_before_the_day_they_are_made_on() {
        use RelativePeriod::*;
        let table = [
            (
                PreviousMonth,
                "2026-11-01T06:00:00Z",
                "UTC",
                "2026-10-01 2026-10-31",
            ),
            (
                PreviousMonth,
                "2026-03-15T06:00:00Z",
                "UTC",
                "2026-02-01 2026-02-28",
            ),
            (
                PreviousMonth,
                "2026-01-01T00:00:00Z",
                "UTC",
                "2025-12-01 2025-12-31",
            ),
            // Half past midnight on the first of November in Berlin.
            (
                PreviousMonth,
                "2026-10-31T23:30:00Z",
                "Europe/Berlin",
                "2026-10-01 2026-10-31",
            ),
            (
                PreviousMonth,
                "2026-10-31T23:30:00Z",
                "UTC",
                "2026-09-01 2026-09-30",
            ),
            // A Monday, a Sunday.
            (
                PreviousWeek,
                "2026-11-23T06:00:00Z",
                "UTC",
                "2026-11-16 2026-11-22",
            ),
            (
                PreviousWeek,
                "2026-11-22T06:00:00Z",
                "UTC",
                "2026-11-09 2026-11-15",
            ),
            (
                Last30Days,
                "2026-11-25T06:00:00Z",
                "UTC",
                "2026-10-26 2026-11-24",
            ),
        ];
        for (period, at, zone, expected) in table {
            assert_eq!(days(period, at, zone), expected, "{period:?} {at} {zone}");
        }
        assert_eq!(PreviousWeek.days(UtcTime::now(), "Mars/Olympus"), None);
    }

    #[test]
    fn names_are_those_that_are_sent() {
        for period in RelativePeriod::ALL {
            let sent = serde_json::to_value(period).unwrap();
            assert_eq!(sent, period.as_str());
            assert_eq!(RelativePeriod::from_text(period.as_str()), Some(period));
        }
    }
}
