//! Times of the estate. "In the last 30 days" may honestly mean 720 hours, or since the start of
//! that day, or since the day after it. So nothing happens on the days where such readings part:
//! a question is right under each of them, or wrong under all.

use domain::UtcTime;

use super::dice::Dice;
use super::now;

const DAY: i64 = 86_400;

/// Whether a usual span of days, months or a year ends so many days before now, give or take a day.
fn contested(days_ago: i64) -> bool {
    matches!(
        days_ago,
        2..=3 | 5 | 7 | 10 | 14..=15 | 20..=21 | 28..=31 | 45 | 59..=61 | 75 | 89..=92 | 100
            | 119..=123 | 149..=153 | 179..=184 | 200 | 269..=275 | 300 | 363..=366 | 540..=550 | 728..=732
    )
}

/// Exactly the first second of a month, or the last of the one before.
const BORDERS: &[&str] = &[
    "2026-11-01T00:00:00Z",
    "2026-10-31T23:59:59Z",
    "2026-10-01T00:00:00Z",
    "2026-09-30T23:59:59Z",
    "2026-09-01T00:00:00Z",
    "2026-07-01T00:00:00Z",
    "2026-06-30T23:59:59Z",
    "2026-01-01T00:00:00Z",
    "2025-12-31T23:59:59Z",
];

/// A time between `from` and `to` days ago that no usual span ends at.
pub fn ago(dice: &mut Dice, from: i64, to: i64) -> UtcTime {
    let mut days = dice.between(to, from);
    while contested(days) {
        days += if days < from { 1 } else { 4 };
    }
    at(days, dice.between(0, DAY / 2 - 1))
}

/// So many days ago, `second` seconds after midnight.
pub fn at(days_ago: i64, second: i64) -> UtcTime {
    let midnight = now().unix() / DAY * DAY;
    UtcTime::from_unix(midnight - days_ago * DAY + second)
}

pub fn border(dice: &mut Dice) -> UtcTime {
    dice.of(BORDERS).parse().unwrap_or_else(|_| now())
}

/// A time after `start`, before now, moved on to a day that is not contested; `None` when there is
/// hardly any time in between.
pub fn after(dice: &mut Dice, start: UtcTime) -> Option<UtcTime> {
    let span = now().seconds_since(start) / DAY;
    if span < 2 {
        return None;
    }
    let mut days = dice.between(0, span - 1);
    while contested(days) && days > 0 {
        days -= 1;
    }
    let time = at(days, dice.between(0, DAY / 2 - 1));
    (time > start).then_some(time)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_happens_where_spans_end() {
        let mut dice = Dice::new(1);
        for _ in 0..2000 {
            let day = (now().unix() / DAY) - ago(&mut dice, 700, 0).unix() / DAY;
            assert!(!contested(day), "{day}");
        }
        for text in BORDERS {
            assert!(text.parse::<UtcTime>().is_ok(), "{text}");
        }
    }
}
