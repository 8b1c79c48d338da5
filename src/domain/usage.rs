//! When people were connected to a desktop, as spans of five-minute slots, and the hours that are
//! billed for it.
//!
//! What is known and what was connected are kept apart, so that a gap in the data stays a gap. Both
//! only ever grow, and their union does not depend on the order of what is added: however the same
//! samples are split into runs, the hours come out the same, and a session over midnight is one.

mod rows;

use std::fmt;
use std::ops::Range;
use std::str::FromStr;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::UtcTime;

pub use rows::{DayHealth, Hours, Load, UsageDay, UsageMonth, days};

/// A slot's length. CloudWatch has `UserConnected` at this resolution for 63 days.
pub const SLOT_SECONDS: i64 = 300;
pub const SLOTS_AN_HOUR: u32 = 12;
pub const SLOTS_A_DAY: u32 = 24 * SLOTS_AN_HOUR;

/// A slot: five minutes, counted from 1970.
pub type Slot = u32;

/// The slot that `time` lies in.
#[must_use]
pub fn slot_of(time: UtcTime) -> Slot {
    u32::try_from(time.unix().div_euclid(SLOT_SECONDS)).unwrap_or(0)
}

/// When a slot begins.
#[must_use]
pub fn slot_start(slot: Slot) -> UtcTime {
    UtcTime::from_unix(i64::from(slot) * SLOT_SECONDS)
}

/// A calendar month in UTC, as AWS bills it; `2026-10`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Month {
    year: i16,
    month: i8,
}

#[derive(Debug, Error, PartialEq, Eq)]
#[error("{0:?} is not a month; write it as 2026-10")]
pub struct NotAMonth(String);

impl Month {
    #[must_use]
    pub fn of(time: UtcTime) -> Self {
        let date = time.timestamp().to_zoned(TimeZone::UTC).date();
        Self {
            year: date.year(),
            month: date.month(),
        }
    }

    /// The month `months` later; earlier when negative.
    #[must_use]
    pub fn plus(self, months: i32) -> Self {
        let count = i32::from(self.year) * 12 + i32::from(self.month) - 1 + months;
        Self {
            year: i16::try_from(count.div_euclid(12)).unwrap_or(self.year),
            month: i8::try_from(count.rem_euclid(12) + 1).unwrap_or(1),
        }
    }

    #[must_use]
    pub fn start(self) -> UtcTime {
        let first = Date::new(self.year, self.month, 1).and_then(|day| day.to_zoned(TimeZone::UTC));
        first.map_or(UtcTime::from_unix(0), |first| {
            UtcTime::from(first.timestamp())
        })
    }

    /// The first second of the next month.
    #[must_use]
    pub fn end(self) -> UtcTime {
        self.plus(1).start()
    }

    #[must_use]
    pub fn slots(self) -> Range<Slot> {
        slot_of(self.start())..slot_of(self.end())
    }

    #[must_use]
    pub fn days(self) -> u32 {
        let slots = self.slots();
        (slots.end - slots.start) / SLOTS_A_DAY
    }

    #[must_use]
    pub fn hours(self) -> u32 {
        self.days() * 24
    }

    /// `October 2026`.
    #[must_use]
    pub fn in_words(self) -> String {
        self.start().timestamp().strftime("%B %Y").to_string()
    }
}

impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}", self.year, self.month)
    }
}

impl FromStr for Month {
    type Err = NotAMonth;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let refuse = || NotAMonth(text.to_owned());
        let (year, month) = text.split_once('-').ok_or_else(refuse)?;
        let year = year.parse().map_err(|_| refuse())?;
        let month = month.parse().map_err(|_| refuse())?;
        if text.len() != 7 || !(1..=12).contains(&month) || !(1970..=9998).contains(&year) {
            return Err(refuse());
        }
        Ok(Self { year, month })
    }
}

impl utoipa::PartialSchema for Month {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        utoipa::openapi::ObjectBuilder::new()
            .schema_type(utoipa::openapi::schema::Type::String)
            .pattern(Some("^[0-9]{4}-[0-9]{2}$"))
            .examples([serde_json::json!("2026-10")])
            .into()
    }
}

impl utoipa::ToSchema for Month {}

impl Serialize for Month {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Month {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// Sorted spans of slots that neither overlap nor touch.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Spans(Vec<Range<Slot>>);

impl Spans {
    /// The union of any ranges, in any order.
    #[must_use]
    pub fn of(ranges: impl IntoIterator<Item = Range<Slot>>) -> Self {
        let mut sorted: Vec<_> = ranges
            .into_iter()
            .filter(|range| range.start < range.end)
            .collect();
        sorted.sort_unstable_by_key(|range| range.start);
        let mut spans: Vec<Range<Slot>> = Vec::with_capacity(sorted.len());
        for range in sorted {
            match spans.last_mut() {
                Some(last) if range.start <= last.end => last.end = last.end.max(range.end),
                _ => spans.push(range),
            }
        }
        Self(spans)
    }

    #[must_use]
    pub fn union(&self, other: &Self) -> Self {
        Self::of(self.0.iter().chain(&other.0).cloned())
    }

    /// What lies within `window`.
    #[must_use]
    pub fn within(&self, window: &Range<Slot>) -> Self {
        let clipped = self
            .0
            .iter()
            .map(|span| span.start.max(window.start)..span.end.min(window.end));
        Self(clipped.filter(|span| span.start < span.end).collect())
    }

    /// What of `window` lies outside.
    #[must_use]
    pub fn gaps(&self, window: &Range<Slot>) -> Self {
        let mut gaps = Vec::new();
        let mut at = window.start;
        for span in &self.within(window).0 {
            if at < span.start {
                gaps.push(at..span.start);
            }
            at = span.end;
        }
        if at < window.end {
            gaps.push(at..window.end);
        }
        Self(gaps)
    }

    /// Spans that lie less than `slots` apart, joined.
    #[must_use]
    pub fn joined(&self, slots: u32) -> Self {
        let mut spans: Vec<Range<Slot>> = Vec::with_capacity(self.0.len());
        for span in &self.0 {
            match spans.last_mut() {
                Some(last) if span.start - last.end < slots => last.end = span.end,
                _ => spans.push(span.clone()),
            }
        }
        Self(spans)
    }

    /// How many slots it has.
    #[must_use]
    pub fn count(&self) -> u32 {
        self.0.iter().map(|span| span.end - span.start).sum()
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &Range<Slot>> + ExactSizeIterator {
        self.0.iter()
    }

    /// The end of the last span.
    #[must_use]
    pub fn end(&self) -> Option<Slot> {
        self.0.last().map(|span| span.end)
    }

    /// As bytes: for each span the distance from the end of the one before (from `from` for the first)
    /// and its length, as LEB128 numbers. No span may begin before `from`.
    #[must_use]
    pub fn to_bytes(&self, from: Slot) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(self.0.len() * 3);
        let mut at = from;
        for span in &self.0 {
            write_number(span.start - at, &mut bytes);
            write_number(span.end - span.start, &mut bytes);
            at = span.end;
        }
        bytes
    }

    /// The inverse of [`Self::to_bytes`]; `None` for bytes that it did not write.
    #[must_use]
    pub fn from_bytes(from: Slot, mut bytes: &[u8]) -> Option<Self> {
        let mut spans = Vec::new();
        let mut at = from;
        while !bytes.is_empty() {
            let start = at.checked_add(read_number(&mut bytes)?)?;
            at = start.checked_add(read_number(&mut bytes)?)?;
            spans.push(start..at);
        }
        Some(Self(spans))
    }
}

fn write_number(mut number: u32, into: &mut Vec<u8>) {
    while number >= 0x80 {
        into.push((number & 0x7f) as u8 | 0x80);
        number >>= 7;
    }
    into.push(number as u8);
}

fn read_number(bytes: &mut &[u8]) -> Option<u32> {
    let mut number = 0u64;
    for shift in (0..35).step_by(7) {
        let (first, rest) = bytes.split_first()?;
        *bytes = rest;
        number |= u64::from(first & 0x7f) << shift;
        if first & 0x80 == 0 {
            return u32::try_from(number).ok();
        }
    }
    None
}

/// What is known of one desktop's connections.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Watched {
    /// Slots for which AWS gave a value.
    pub known: Spans,
    /// Slots in which somebody was connected; all of them are known.
    pub connected: Spans,
}

/// Hours that AWS bills for a desktop on AUTO_STOP.
///
/// A session begins with the first connected slot and ends once nobody was connected for the timeout.
/// It is billed in whole hours from its begin to its last connected slot, and the timeout on top.
/// (The rule is that of AWS's own Cost Optimizer for WorkSpaces, without its cut at each day's end.)
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BilledSession {
    pub from: Slot,
    /// The end of its last connected slot.
    pub until: Slot,
    /// Whole hours, the timeout included.
    pub hours: u32,
}

impl Watched {
    #[must_use]
    pub fn union(&self, other: &Self) -> Self {
        Self {
            known: self.known.union(&other.known),
            connected: self.connected.union(&other.connected),
        }
    }

    #[must_use]
    pub fn within(&self, window: &Range<Slot>) -> Self {
        Self {
            known: self.known.within(window),
            connected: self.connected.within(window),
        }
    }

    /// Every session, oldest first, as it is billed with a timeout of so many whole hours.
    pub fn sessions(&self, timeout_hours: u32) -> impl Iterator<Item = BilledSession> + use<> {
        let joined = self.connected.joined(timeout_hours.max(1) * SLOTS_AN_HOUR);
        joined.0.into_iter().map(move |span| BilledSession {
            hours: (span.end - span.start).div_ceil(SLOTS_AN_HOUR) + timeout_hours,
            from: span.start,
            until: span.end,
        })
    }

    /// The billed hours that begin within `window`, at most as many as it has. Hours that would begin
    /// after `now` are not billed yet. What lies outside of the window counts for sessions that reach
    /// into it, so pass what is known of the days before, too.
    #[must_use]
    pub fn billed_hours(&self, timeout_hours: u32, window: &Range<Slot>, now: Slot) -> u32 {
        let end = window.end.min(now);
        if end <= window.start {
            return 0;
        }
        let begun = |slot: Slot, from: Slot| (slot.max(from) - from).div_ceil(SLOTS_AN_HOUR);
        let hours: u32 = self
            .sessions(timeout_hours)
            .map(|session| {
                let before_end = begun(end, session.from).min(session.hours);
                let before_start = begun(window.start, session.from).min(session.hours);
                before_end - before_start
            })
            .sum();
        hours.min((end - window.start).div_ceil(SLOTS_AN_HOUR))
    }
}

/// The rest of a month is forecast by weekday; a day that has not been seen enough says nothing.
#[must_use]
pub fn weekday_of(slot: Slot) -> u32 {
    // The first day of 1970 was a Thursday; 0 is Monday.
    (slot / SLOTS_A_DAY + 3) % 7
}

/// The UTC day that a slot lies in, `2026-11-20`.
#[must_use]
pub fn day_of(slot: Slot) -> String {
    slot_start(slot).day()
}

/// The months from `from` to `to`, both included, oldest first.
pub fn months(from: Month, to: Month) -> impl Iterator<Item = Month> {
    (0..)
        .map(move |step| from.plus(step))
        .take_while(move |month| *month <= to)
}

#[cfg(test)]
#[allow(clippy::single_range_in_vec_init)]
mod tests {
    use super::*;

    fn at(text: &str) -> Slot {
        slot_of(text.parse().unwrap())
    }

    /// 22 working days of 21:00 to 05:00 UTC, from Tuesday 1 September 2026.
    fn nights() -> Watched {
        let first = at("2026-09-01T21:00:00Z");
        let days = (0..)
            .filter(|day| weekday_of(first + day * SLOTS_A_DAY) < 5)
            .take(22);
        let connected = Spans::of(days.map(|day| {
            let from = first + day * SLOTS_A_DAY;
            from..from + 8 * SLOTS_AN_HOUR
        }));
        Watched {
            known: Spans::of([first..first + 40 * SLOTS_A_DAY]),
            connected,
        }
    }

    /// The figures of AWS's tool over one window, and with a cut at 23:00 each day.
    #[test]
    fn a_month_of_nights_is_billed_once() {
        let window = at("2026-09-01")..at("2026-10-10");
        let whole = |timeout| nights().billed_hours(timeout, &window, window.end);
        assert_eq!((whole(1), whole(4)), (198, 264));
        let cut_daily = |timeout: u32| -> u32 {
            let cuts = (0..40).map(|day| at("2026-09-01T23:00:00Z") + day * SLOTS_A_DAY);
            cuts.map(|end| {
                let day = nights().within(&(end - SLOTS_A_DAY..end));
                day.sessions(timeout)
                    .map(|session| session.hours)
                    .sum::<u32>()
            })
            .sum()
        };
        assert_eq!((cut_daily(1), cut_daily(4)), (220, 352));
    }

    #[test]
    fn hours_of_days_and_months_add_up_to_those_of_the_whole() {
        let watched = nights();
        let (from, until) = (at("2026-09-01"), at("2026-10-10"));
        for timeout in [1, 2, 4] {
            let whole = watched.billed_hours(timeout, &(from..until), until);
            for step in [SLOTS_A_DAY, 7 * SLOTS_A_DAY] {
                let parts: u32 = (from..until)
                    .step_by(step as usize)
                    .map(|start| {
                        let end = (start + step).min(until);
                        watched.billed_hours(timeout, &(start..end), until)
                    })
                    .sum();
                assert_eq!(parts, whole, "timeout {timeout}, step {step}");
            }
        }
    }

    /// However the same samples are split into runs, and in whichever order these come.
    #[test]
    fn any_split_into_runs_gives_the_same() {
        let mut state = 7u64;
        let mut roll = move |below: u64| {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) % below
        };
        for _ in 0..200 {
            let from = at("2026-09-01");
            let (mut known, mut connected) = (Vec::new(), Vec::new());
            let mut at = from;
            for _ in 0..roll(60) {
                let length = 1 + roll(40) as u32;
                match roll(3) {
                    0 => {}
                    1 => known.push(at..at + length),
                    _ => {
                        known.push(at..at + length);
                        connected.push(at..at + length);
                    }
                }
                at += length;
            }
            let whole = Watched {
                known: Spans::of(known),
                connected: Spans::of(connected),
            };
            let mut cuts: Vec<Slot> = (0..roll(9))
                .map(|_| from + roll(u64::from(at - from) + 1) as u32)
                .collect();
            cuts.extend([from, at]);
            cuts.sort_unstable();
            let mut runs: Vec<Watched> = cuts
                .windows(2)
                .map(|cut| whole.within(&(cut[0]..cut[1])))
                .collect();
            for index in (1..runs.len()).rev() {
                runs.swap(index, roll(index as u64 + 1) as usize);
            }
            let merged = runs
                .iter()
                .fold(Watched::default(), |sum, run| sum.union(run));
            assert_eq!(merged, whole);
            let bytes = merged.connected.to_bytes(from);
            assert_eq!(Spans::from_bytes(from, &bytes), Some(merged.connected));
        }
    }

    #[test]
    fn short_breaks_do_not_end_a_session_and_hours_never_exceed_what_passed() {
        let start = at("2026-09-01T09:00:00Z");
        let with_break = |slots| Watched {
            known: Spans::of([start..start + 100]),
            connected: Spans::of([start..start + 6, start + 6 + slots..start + 12 + slots]),
        };
        let hours =
            |watched: &Watched| watched.sessions(1).map(|one| one.hours).collect::<Vec<_>>();
        assert_eq!(hours(&with_break(11)), [3]);
        assert_eq!(hours(&with_break(12)), [2, 2]);
        let begun = with_break(0).billed_hours(4, &(start..start + SLOTS_A_DAY), start + 13);
        assert_eq!(begun, 2);
    }

    #[test]
    fn gaps_are_what_was_not_seen() {
        let spans = Spans::of([10..20, 30..40]);
        assert_eq!(spans.gaps(&(15..50)), Spans::of([20..30, 40..50]));
        assert_eq!(spans.gaps(&(0..5)), Spans::of([0..5]));
        assert_eq!(Spans::from_bytes(0, &[0x80]), None);
    }

    #[test]
    fn months_are_calendar_months() {
        let october: Month = "2026-10".parse().unwrap();
        assert_eq!((october.days(), october.hours()), (31, 744));
        assert_eq!(october.plus(-10).to_string(), "2025-12");
        assert_eq!(october.end().to_string(), "2026-11-01T00:00:00Z");
        assert_eq!(october.in_words(), "October 2026");
        for wrong in ["2026-13", "2026", "26-10", "2026-1", "x"] {
            assert!(wrong.parse::<Month>().is_err(), "{wrong}");
        }
        assert_eq!(weekday_of(at("2026-11-25")), 2);
    }
}
