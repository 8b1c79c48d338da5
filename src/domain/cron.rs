//! Cron lines in a named time zone: whether one is valid, and when it next comes due.

use thiserror::Error;

use crate::UtcTime;

/// A cron line or time zone that cannot be used.
#[derive(Debug, Error, PartialEq, Eq)]
#[error("{0}")]
pub struct InvalidSchedule(String);

/// Checks a cron line of five fields and an IANA time zone name.
///
/// # Errors
/// Says which of the two is wrong and why.
pub fn validate(cron: &str, time_zone: &str) -> Result<(), InvalidSchedule> {
    next_start(cron, time_zone, UtcTime::now()).map(|_| ())
}

/// The first time after `after` that the cron line names in its time zone, without jitter.
///
/// # Errors
/// When the line or the zone is not valid, or the line names no time at all.
pub fn next_start(cron: &str, time_zone: &str, after: UtcTime) -> Result<UtcTime, InvalidSchedule> {
    if cron.split_whitespace().count() != 5 {
        return Err(InvalidSchedule(format!(
            "{cron:?} is not a cron line of five fields, such as \"0 */6 * * *\""
        )));
    }
    jiff::tz::TimeZone::get(time_zone).map_err(|_| {
        InvalidSchedule(format!(
            "{time_zone:?} is not a time zone name, such as \"Europe/Berlin\""
        ))
    })?;
    let crontab = cronexpr::parse_crontab(&format!("{cron} {time_zone}"))
        .map_err(|error| InvalidSchedule(format!("{cron:?} is not a cron line: {error}")))?;
    let next = crontab
        .find_next(after.timestamp())
        .map_err(|error| InvalidSchedule(format!("{cron:?} never comes due: {error}")))?;
    Ok(UtcTime::from(next.timestamp()))
}

/// Whether the line comes due once an hour at most, which is so when it names one minute.
#[must_use]
pub fn names_one_minute(cron: &str) -> bool {
    let minute = cron.split_whitespace().next().unwrap_or_default();
    minute.parse::<u8>().is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> UtcTime {
        text.parse().unwrap()
    }

    #[test]
    fn times_follow_the_zone_across_a_clock_change() {
        // Berlin leaves summer time on 2026-10-25: 06:00 local is 04:00 UTC before and 05:00 after.
        let before = next_start("0 6 * * *", "Europe/Berlin", at("2026-10-24T00:00:00Z")).unwrap();
        assert_eq!(before.to_string(), "2026-10-24T04:00:00Z");
        let after = next_start("0 6 * * *", "Europe/Berlin", at("2026-10-25T12:00:00Z")).unwrap();
        assert_eq!(after.to_string(), "2026-10-26T05:00:00Z");
    }

    #[test]
    fn one_minute_is_a_number_alone() {
        assert!(names_one_minute("5 * * * *"));
        for often in [
            "* 6 * * *",
            "*/10 * * * *",
            "0,30 * * * *",
            "0-9 * * * *",
            "",
        ] {
            assert!(!names_one_minute(often), "{often}");
        }
    }

    #[test]
    fn bad_lines_say_what_is_wrong() {
        assert!(
            validate("* * * *", "UTC")
                .unwrap_err()
                .to_string()
                .contains("five fields")
        );
        assert!(
            validate("99 * * * *", "UTC")
                .unwrap_err()
                .to_string()
                .contains("not a cron line")
        );
        assert!(
            validate("0 0 * * *", "Mars/Olympus")
                .unwrap_err()
                .to_string()
                .contains("time zone")
        );
    }
}
