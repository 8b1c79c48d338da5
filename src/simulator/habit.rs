//! When a person sits at their desktop: a pure function of who they are and the day, so that nothing ticks in the
//! background and two runs at the same moment agree.

use crate::clock::{DAY, MINUTE, Millis};
use crate::dice::mix;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pattern {
    /// Has never connected.
    Never,
    Office,
    Early,
    Late,
    Night,
    SevenDays,
    Occasional,
    /// Half a day on two fixed days a week.
    PartTime,
}

#[derive(Clone, Copy, Debug)]
pub struct Habit {
    pub pattern: Pattern,
    pub seed: u32,
    /// Of the place the person works at.
    pub utc_offset_minutes: i16,
    /// Day number since 1970 of the last connection; `i32::MAX` while they still come.
    pub last_day: i32,
    /// Nobody connects before this day: the desktop was not there.
    pub first_day: i32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Session {
    pub from: Millis,
    pub until: Millis,
}

/// A person who comes twice a month is found within this many days.
const LOOK_BACK_DAYS: i32 = 150;

impl Habit {
    pub const NEVER: Habit = Habit {
        pattern: Pattern::Never,
        seed: 0,
        utc_offset_minutes: 0,
        last_day: i32::MAX,
        first_day: i32::MIN,
    };

    /// The session that began last, and may still be going on. `None` when there has never been one.
    pub fn latest(&self, now: Millis) -> Option<Session> {
        if self.pattern == Pattern::Never || self.last_day < self.first_day {
            return None;
        }
        let today = day_of(now).saturating_add(1).min(self.last_day);
        (0..LOOK_BACK_DAYS)
            .filter_map(|back| self.on(today - back))
            .find(|session| session.from <= now)
    }

    /// The session that begins on this day, in the person's own time.
    pub fn on(&self, day: i32) -> Option<Session> {
        if day < self.first_day || day > self.last_day {
            return None;
        }
        let roll = mix(u64::from(self.seed), day as u64);
        if day != self.last_day && !self.comes(day, roll) {
            return None;
        }
        let (start, length) = match self.pattern {
            Pattern::Never => return None,
            Pattern::Office => (8 * 60 + 20, 490),
            Pattern::Early => (6 * 60, 480),
            Pattern::Late => (13 * 60, 500),
            Pattern::Night => (21 * 60 + 30, 520),
            Pattern::SevenDays => (7 * 60, 700),
            Pattern::Occasional => (10 * 60, 90),
            Pattern::PartTime => (9 * 60 + 30, 200),
        };
        let start = start + (roll >> 8) as i64 % 60 - 20;
        let length = length + (roll >> 20) as i64 % 70 - 35;
        let from = i64::from(day) * DAY + (start - i64::from(self.utc_offset_minutes)) * MINUTE;
        Some(Session {
            from,
            until: from + length * MINUTE,
        })
    }

    fn comes(&self, day: i32, roll: u64) -> bool {
        // Day 0 of the epoch was a Thursday.
        let weekday = (day + 3).rem_euclid(7);
        let percent = match self.pattern {
            Pattern::Never => 0,
            Pattern::SevenDays => 90,
            Pattern::Occasional => 7,
            Pattern::PartTime if weekday < 5 => {
                let first = i64::from(self.seed) % 5;
                let apart = (i64::from(weekday) - first).rem_euclid(5);
                if apart == 0 || apart == 2 { 88 } else { 4 }
            }
            Pattern::Night if weekday == 5 => 0,
            _ if weekday >= 5 => 2,
            _ => 92,
        };
        roll % 100 < percent
    }
}

pub fn day_of(at: Millis) -> i32 {
    i32::try_from(at.div_euclid(DAY)).unwrap_or(i32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn habit(pattern: Pattern, last_day: i32) -> Habit {
        Habit {
            pattern,
            seed: 77,
            utc_offset_minutes: -300,
            last_day,
            first_day: i32::MIN,
        }
    }

    #[test]
    fn the_latest_session_never_lies_in_the_future_and_moves_forward() {
        for pattern in [
            Pattern::Office,
            Pattern::Early,
            Pattern::Late,
            Pattern::Night,
            Pattern::SevenDays,
        ] {
            let person = habit(pattern, i32::MAX);
            let mut before = i64::MIN;
            for hour in 0..24 * 30 {
                let now = 20_000 * DAY + hour * 60 * MINUTE;
                let session = person.latest(now).expect("comes most days");
                assert!(
                    session.from <= now && session.from >= before && session.until > session.from
                );
                before = session.from;
            }
        }
    }

    #[test]
    fn who_has_left_stays_at_the_last_day_and_who_never_came_has_none() {
        let gone = habit(Pattern::Office, 19_900)
            .latest(20_000 * DAY)
            .expect("came once");
        assert!((19_899..=19_901).contains(&day_of(gone.from)));
        assert_eq!(habit(Pattern::Never, i32::MAX).latest(20_000 * DAY), None);
    }
}
