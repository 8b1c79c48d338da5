//! Times in words: "two months", "last week", "since August", "2026-08-01", "yesterday".

use domain::UtcTime;
use jiff::civil::{Date, Weekday};
use jiff::{Span, ToSpan, Zoned, tz::TimeZone};

use super::numbers::number;
use super::text::Token;

/// What a stretch of words says about time.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum When {
    /// A length, and the moment that long ago.
    Length {
        ago: UtcTime,
        said: String,
        seconds: f64,
    },
    /// From when until when.
    Span {
        from: UtcTime,
        to: UtcTime,
        said: String,
    },
}

const MONTHS: [(&str, &str); 12] = [
    ("january", "jan"),
    ("february", "feb"),
    ("march", "mar"),
    ("april", "apr"),
    ("may", "may"),
    ("june", "jun"),
    ("july", "jul"),
    ("august", "aug"),
    ("september", "sep"),
    ("october", "oct"),
    ("november", "nov"),
    ("december", "dec"),
];

const DAYS: [(&str, &str); 7] = [
    ("monday", "mon"),
    ("tuesday", "tue"),
    ("wednesday", "wed"),
    ("thursday", "thu"),
    ("friday", "fri"),
    ("saturday", "sat"),
    ("sunday", "sun"),
];

#[derive(Clone, Copy, PartialEq)]
enum Unit {
    Minute,
    Hour,
    Day,
    Week,
    Month,
    Quarter,
    Year,
}

fn unit(text: &str) -> Option<(Unit, f64)> {
    Some(match text {
        "minute" | "minutes" | "min" | "mins" => (Unit::Minute, 1.0),
        "hour" | "hours" | "hrs" | "hr" | "h" => (Unit::Hour, 1.0),
        "day" | "days" | "d" | "dys" | "dyas" => (Unit::Day, 1.0),
        "week" | "weeks" | "wk" | "wks" | "w" => (Unit::Week, 1.0),
        "fortnight" | "fortnights" => (Unit::Week, 2.0),
        "month" | "months" | "mo" | "mth" | "mths" => (Unit::Month, 1.0),
        "quarter" | "quarters" => (Unit::Quarter, 1.0),
        "year" | "years" | "yr" | "yrs" => (Unit::Year, 1.0),
        _ => return None,
    })
}

fn zoned(now: UtcTime) -> Zoned {
    now.timestamp().to_zoned(TimeZone::UTC)
}

fn start(date: Date) -> UtcTime {
    date.to_zoned(TimeZone::UTC).map_or_else(
        |_| UtcTime::from_unix(0),
        |day| UtcTime::from(day.timestamp()),
    )
}

fn back(now: UtcTime, unit: Unit, count: f64) -> UtcTime {
    let whole = count.trunc().clamp(0.0, 5000.0) as i64;
    let span: Span = match unit {
        Unit::Minute => return now.plus_seconds(-(count * 60.0) as i64),
        Unit::Hour => return now.plus_seconds(-(count * 3600.0) as i64),
        Unit::Day => return now.plus_seconds(-(count * 86_400.0) as i64),
        Unit::Week => return now.plus_seconds(-(count * 604_800.0) as i64),
        Unit::Month => whole.months(),
        Unit::Quarter => (whole * 3).months(),
        Unit::Year if count.fract() > 0.0 => ((count * 12.0) as i64).months(),
        Unit::Year => whole.years(),
    };
    zoned(now)
        .checked_sub(span)
        .map_or(now, |then| UtcTime::from(then.timestamp()))
}

fn length(now: UtcTime, count: f64, kind: Unit, times: f64, said: String) -> When {
    let ago = back(now, kind, count * times);
    When::Length {
        seconds: now.seconds_since(ago) as f64,
        ago,
        said,
    }
}

fn plain(count: f64, word: &str) -> String {
    if count.fract() == 0.0 {
        format!("{count:.0} {word}")
    } else {
        format!("{count} {word}")
    }
}

/// The time at the beginning of `tokens` and how many tokens it takes.
pub(crate) fn when(tokens: &[Token], now: UtcTime) -> Option<(When, usize)> {
    let text = |at: usize| tokens.get(at).map_or("", |token| token.text.as_str());
    lengths(tokens, now)
        .or_else(|| relative(&text, tokens, now))
        .or_else(|| dates(&text, tokens, now))
}

fn lengths(tokens: &[Token], now: UtcTime) -> Option<(When, usize)> {
    let text = |at: usize| tokens.get(at).map_or("", |token| token.text.as_str());
    if text(0) == "half" && (text(1) == "a" || text(1) == "year") {
        let at = if text(1) == "a" { 2 } else { 1 };
        let (kind, _) = unit(text(at))?;
        return match kind {
            Unit::Year => Some((
                length(now, 6.0, Unit::Month, 1.0, "6 months".into()),
                at + 1,
            )),
            _ => None,
        };
    }
    let (count, taken) = match number(tokens) {
        Some(found) => found,
        None if matches!(text(0), "a" | "an") => (1.0, 1),
        None => return None,
    };
    let mut at = taken;
    while matches!(
        text(at),
        "full" | "whole" | "consecutive" | "calendar" | "straight" | "or" | "more" | "solid"
    ) && unit(text(at + 1)).is_some()
    {
        at += 1;
    }
    let (kind, times) = unit(text(at))?;
    // A letter alone is a unit only when it is glued to its number.
    if text(at).len() == 1 && !tokens[at].glued {
        return None;
    }
    // "a 60 minute timeout" is a threshold, which the field behind it says.
    let said = plain(count, text(at));
    Some((length(now, count, kind, times, said), at + 1))
}

fn relative<'a>(
    text: &dyn Fn(usize) -> &'a str,
    tokens: &[Token],
    now: UtcTime,
) -> Option<(When, usize)> {
    let today = zoned(now).date();
    let span = |from: Date, to: Date, said: &str, taken: usize| {
        Some((
            When::Span {
                from: start(from),
                to: start(to),
                said: said.to_owned(),
            },
            taken,
        ))
    };
    match text(0) {
        "today" | "tonight" => return span(today, today.tomorrow().ok()?, "today", 1),
        "yesterday" => return span(today.yesterday().ok()?, today, "yesterday", 1),
        "ytd" => {
            return span(
                Date::new(today.year(), 1, 1).ok()?,
                today.tomorrow().ok()?,
                "this year",
                1,
            );
        }
        _ => {}
    }
    if text(0) == "day" && text(1) == "before" && text(2) == "yesterday" {
        let day = today.yesterday().ok()?.yesterday().ok()?;
        return span(day, day.tomorrow().ok()?, "the day before yesterday", 3);
    }
    let word = text(0);
    let recent = matches!(
        word,
        "last" | "past" | "previous" | "preceding" | "recent" | "prior" | "trailing" | "rolling"
    );
    let current = matches!(word, "this" | "current");
    if !recent && !current {
        return None;
    }
    let mut at = 1;
    if matches!(text(1), "full" | "whole" | "calendar" | "complete") {
        at = 2;
    }
    let few = matches!(text(at), "few");
    if recent && let Some((count, taken)) = number(&tokens[at..]) {
        let mut behind = at + taken;
        if matches!(text(behind), "full" | "whole" | "calendar" | "or") {
            behind += 1;
        }
        let (kind, times) = unit(text(behind))?;
        let from = back(now, kind, count * times);
        let said = format!("in the last {}", plain(count, text(behind)));
        return Some((
            When::Span {
                from,
                to: now.plus_seconds(1),
                said,
            },
            behind + 1,
        ));
    }
    if few {
        return None;
    }
    if let Some(day) = DAYS
        .iter()
        .position(|(long, short)| text(at) == *long || text(at) == *short)
    {
        return weekday(day, today, at + 1);
    }
    if let Some(month) = MONTHS.iter().position(|(long, _)| text(at) == *long) {
        let mut year = today.year();
        if (month as i8) + 1 > today.month() || recent && (month as i8) + 1 == today.month() {
            year -= 1;
        }
        return month_span(year, month as i8 + 1, at + 1);
    }
    let (kind, times) = unit(text(at))?;
    let weeks = if times > 1.0 { 14 } else { 7 };
    let said = format!("{} {}", if current { "this" } else { "last" }, text(at));
    let monday = {
        let since = i64::from(today.weekday().to_monday_zero_offset());
        today.checked_sub(since.days()).ok()?
    };
    let first = today.first_of_month();
    let quarter = Date::new(today.year(), (today.month() - 1) / 3 * 3 + 1, 1).ok()?;
    let year = Date::new(today.year(), 1, 1).ok()?;
    // What lies ahead has not happened, so an open end is the same as the period's.
    let (from, to) = match (kind, current) {
        (Unit::Minute, _) => return rolling(now, kind, &said, at + 1),
        (Unit::Hour, _) => return rolling(now, kind, "in the last hour", at + 1),
        (Unit::Day, true) => (today, today.tomorrow().ok()?),
        (Unit::Day, false) => return rolling(now, kind, "in the last 24 hours", at + 1),
        (Unit::Week, true) => (monday, monday.checked_add(7.days()).ok()?),
        (Unit::Week, false) => (monday.checked_sub(i64::from(weeks).days()).ok()?, monday),
        (Unit::Month, true) => (first, first.checked_add(1.month()).ok()?),
        (Unit::Month, false) => (first.checked_sub(1.month()).ok()?, first),
        (Unit::Quarter, true) => (quarter, quarter.checked_add(3.months()).ok()?),
        (Unit::Quarter, false) => (quarter.checked_sub(3.months()).ok()?, quarter),
        (Unit::Year, true) => (year, year.checked_add(1.year()).ok()?),
        (Unit::Year, false) => (year.checked_sub(1.year()).ok()?, year),
    };
    span(from, to, &said, at + 1)
}

/// "in the last month" with an article before it is the month up to now.
pub(crate) fn rolling_last(word: &str, now: UtcTime) -> Option<When> {
    let (kind, times) = unit(word)?;
    Some(When::Span {
        from: back(now, kind, times),
        to: now.plus_seconds(1),
        said: format!("in the last {word}"),
    })
}

fn rolling(now: UtcTime, kind: Unit, said: &str, taken: usize) -> Option<(When, usize)> {
    Some((
        When::Span {
            from: back(now, kind, 1.0),
            to: now.plus_seconds(1),
            said: said.to_owned(),
        },
        taken,
    ))
}

fn weekday(day: usize, today: Date, taken: usize) -> Option<(When, usize)> {
    let wanted = Weekday::from_monday_zero_offset(i8::try_from(day).ok()?).ok()?;
    let mut found = today;
    if found.weekday() == wanted {
        found = found.yesterday().ok()?;
    }
    while found.weekday() != wanted {
        found = found.yesterday().ok()?;
    }
    Some((
        When::Span {
            from: start(found),
            to: start(found.tomorrow().ok()?),
            said: format!("on {found}"),
        },
        taken,
    ))
}

fn month_span(year: i16, month: i8, taken: usize) -> Option<(When, usize)> {
    let first = Date::new(year, month, 1).ok()?;
    Some((
        When::Span {
            from: start(first),
            to: start(first.checked_add(1.month()).ok()?),
            said: format!("in {year}-{month:02}"),
        },
        taken,
    ))
}

fn day_span(day: Date, taken: usize) -> Option<(When, usize)> {
    Some((
        When::Span {
            from: start(day),
            to: start(day.tomorrow().ok()?),
            said: format!("on {day}"),
        },
        taken,
    ))
}

/// "may" and "mar", which are months only where something says so.
pub(crate) fn month_alone(text: &str, now: UtcTime) -> Option<(When, usize)> {
    let today = zoned(now).date();
    let month = match text {
        "may" => 5,
        "mar" => 3,
        _ => return None,
    };
    let year = if month > today.month() {
        today.year() - 1
    } else {
        today.year()
    };
    month_span(year, month, 1)
}

fn year_at(text: &str) -> Option<i16> {
    (text.len() == 4 && (text.starts_with("20") || text.starts_with("19")))
        .then(|| text.parse().ok())
        .flatten()
}

fn day_at(text: &str) -> Option<i8> {
    let digits = text
        .trim_end_matches("st")
        .trim_end_matches("nd")
        .trim_end_matches("rd")
        .trim_end_matches("th");
    digits
        .parse()
        .ok()
        .filter(|day| (1..=31).contains(day) && digits.len() <= 2)
}

fn dates<'a>(
    text: &dyn Fn(usize) -> &'a str,
    tokens: &[Token],
    now: UtcTime,
) -> Option<(When, usize)> {
    let today = zoned(now).date();
    let glued = |at: usize| tokens.get(at).is_some_and(|token| token.glued);
    let ordinal = |at: usize| glued(at) && matches!(text(at), "st" | "nd" | "rd" | "th");
    let month_at = |at: usize| {
        MONTHS
            .iter()
            .position(|(long, short)| {
                text(at) == *long || text(at) == *short || text(at) == "sept" && *short == "sep"
            })
            .map(|month| month as i8 + 1)
    };
    // 2026-08-01, 2026-08, 2026
    if let Some(year) = year_at(text(0)) {
        if glued(1)
            && let Ok(month) = text(1).parse::<i8>()
            && (1..=12).contains(&month)
        {
            if glued(2) {
                // A time behind the day, "T10:00:00Z", is left to nobody: say so by not reading it.
                let day: i8 = text(2).parse().ok()?;
                return day_span(Date::new(year, month, day).ok()?, 3);
            }
            return month_span(year, month, 2);
        }
        let first = Date::new(year, 1, 1).ok()?;
        return Some((
            When::Span {
                from: start(first),
                to: start(first.checked_add(1.year()).ok()?),
                said: format!("in {year}"),
            },
            1,
        ));
    }
    // q3 2026
    if let Some(quarter) = text(0).strip_prefix('q').and_then(|q| q.parse::<i8>().ok())
        && (1..=4).contains(&quarter)
    {
        let (year, taken) = match year_at(text(1)) {
            Some(year) => (year, 2),
            None => (today.year(), 1),
        };
        let first = Date::new(year, quarter * 3 - 2, 1).ok()?;
        return Some((
            When::Span {
                from: start(first),
                to: start(first.checked_add(3.months()).ok()?),
                said: format!("in Q{quarter} {year}"),
            },
            taken,
        ));
    }
    // august, august 2026, august 5, august 5th 2026
    if let Some(month) = month_at(0) {
        // "may" and "mar" are words too; alone they are no month.
        let named = text(0).len() > 3;
        let past = |month: i8| {
            if month > today.month() {
                today.year() - 1
            } else {
                today.year()
            }
        };
        if let Some(year) = year_at(text(1)) {
            return month_span(year, month, 2);
        }
        if text(1) == "of"
            && let Some(year) = year_at(text(2))
        {
            return month_span(year, month, 3);
        }
        if let Some(day) = day_at(text(1)) {
            let mut at = 2 + usize::from(ordinal(2));
            let after = at;
            if text(at) == "," {
                at += 1;
            }
            if let Some(year) = year_at(text(at)) {
                return day_span(Date::new(year, month, day).ok()?, at + 1);
            }
            let mut date = Date::new(today.year(), month, day).ok()?;
            if date > today {
                date = Date::new(today.year() - 1, month, day).ok()?;
            }
            return day_span(date, after);
        }
        if named || text(0) != "may" && text(0) != "mar" {
            return month_span(past(month), month, 1);
        }
        return None;
    }
    // 5 august 2026, the 5th of august
    if let Some(day) = day_at(text(0)) {
        let mut at = 1 + usize::from(ordinal(1));
        if text(at) == "of" {
            at += 1;
        }
        let month = month_at(at)?;
        let year = year_at(text(at + 1));
        let date = match year {
            Some(year) => Date::new(year, month, day).ok()?,
            None => {
                let date = Date::new(today.year(), month, day).ok()?;
                if date > today {
                    Date::new(today.year() - 1, month, day).ok()?
                } else {
                    date
                }
            }
        };
        return day_span(date, at + 1 + usize::from(year.is_some()));
    }
    let day = DAYS.iter().position(|(long, _)| text(0) == *long)?;
    weekday(day, today, 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::semantic::text::tokens;

    fn read(words: &str) -> String {
        let now: UtcTime = "2026-11-24T18:00:00Z".parse().unwrap();
        match when(&tokens(words, 50), now) {
            Some((When::Length { ago, .. }, taken)) => format!("{ago} ago {taken}"),
            Some((When::Span { from, to, .. }, taken)) => format!("{from} {to} {taken}"),
            None => "-".into(),
        }
    }

    #[test]
    fn lengths_and_spans() {
        for (words, read_as) in [
            ("60 days", "2026-09-25T18:00:00Z ago 2"),
            ("two months", "2026-09-24T18:00:00Z ago 2"),
            ("a fortnight", "2026-11-10T18:00:00Z ago 2"),
            ("half a year", "2026-05-24T18:00:00Z ago 3"),
            ("yesterday", "2026-11-23T00:00:00Z 2026-11-24T00:00:00Z 1"),
            ("last month", "2026-10-01T00:00:00Z 2026-11-01T00:00:00Z 2"),
            (
                "last 24 hours",
                "2026-11-23T18:00:00Z 2026-11-24T18:00:01Z 3",
            ),
            ("this week", "2026-11-23T00:00:00Z 2026-11-30T00:00:00Z 2"),
            ("last week", "2026-11-16T00:00:00Z 2026-11-23T00:00:00Z 2"),
            ("august", "2026-08-01T00:00:00Z 2026-09-01T00:00:00Z 1"),
            ("december", "2025-12-01T00:00:00Z 2026-01-01T00:00:00Z 1"),
            (
                "5 august 2026",
                "2026-08-05T00:00:00Z 2026-08-06T00:00:00Z 3",
            ),
            ("2026-08-01", "2026-08-01T00:00:00Z 2026-08-02T00:00:00Z 3"),
            ("q3 2026", "2026-07-01T00:00:00Z 2026-10-01T00:00:00Z 2"),
            ("monday", "2026-11-23T00:00:00Z 2026-11-24T00:00:00Z 1"),
            ("desktops", "-"),
            ("5 desktops", "-"),
        ] {
            assert_eq!(read(words), read_as, "{words}");
        }
    }
}
