//! What a desktop did: when somebody was connected, when its machine ran, and the hours that are billed for it. All
//! of it follows from the person's habit and from the running modes the desktop had, so nothing is recorded.

use std::ops::Range;

use crate::clock::{DAY, MINUTE, Millis};
use crate::desktop::{Desktop, Power, Properties, Rest, RunningMode, Was};
use crate::dice::DesktopId;
use crate::habit::{Habit, day_of};
use crate::load::Sizing;
use crate::state::State;

/// Five minutes, counted from 1970: the resolution of WorkSpaces metrics.
pub type Slot = i64;

pub const SLOT: Millis = 5 * MINUTE;
pub const SLOTS_AN_HOUR: Slot = 12;
pub const SLOTS_A_DAY: Slot = 24 * SLOTS_AN_HOUR;

/// Sorted ranges that neither overlap nor touch.
pub type Spans = Vec<Range<Slot>>;

/// The slot that the moment lies in.
pub fn slot_of(at: Millis) -> Slot {
    at.div_euclid(SLOT)
}

/// The first slot that does not begin before the moment.
pub fn slot_from(at: Millis) -> Slot {
    -(-at).div_euclid(SLOT)
}

/// The desktop's side of its history, copied so that its site need not stay locked.
#[derive(Clone, Debug)]
pub struct Track {
    pub id: DesktopId,
    pub sizing: Sizing,
    pub born: Millis,
    /// When it was removed; far away while it is there.
    pub ended: Millis,
    habit: Habit,
    power: Option<Power>,
    rest: Rest,
    past: Vec<Was>,
    now: Properties,
}

/// A time in which nothing about the properties changed.
pub struct Era<'a> {
    pub slots: Range<Slot>,
    pub properties: &'a Properties,
}

impl Track {
    pub fn of(desktop: &Desktop, ended: Option<Millis>) -> Self {
        Self {
            id: desktop.id,
            sizing: desktop.sizing,
            born: desktop.born,
            ended: ended.unwrap_or(Millis::MAX / 4),
            habit: desktop.habit,
            power: desktop.power,
            rest: desktop.rest,
            past: desktop.past.clone(),
            now: desktop.properties,
        }
    }

    pub fn properties(&self) -> &Properties {
        &self.now
    }

    /// What the properties were at that moment.
    pub fn properties_at(&self, at: Millis) -> &Properties {
        self.past
            .iter()
            .find(|was| at < was.until)
            .map_or(&self.now, |was| &was.properties)
    }

    /// The first change within these moments that ends AUTO_STOP, and what the properties became.
    pub fn leaves_auto_stop(&self, from: Millis, until: Millis) -> Option<(Millis, &Properties)> {
        let became = self.past.iter().skip(1).map(|was| &was.properties);
        self.past
            .iter()
            .zip(became.chain([&self.now]))
            .map(|(was, properties)| (was.until, properties))
            .find(|(at, properties)| {
                (from + 1..until).contains(at) && properties.running_mode != RunningMode::AutoStop
            })
    }

    /// The slots of its life within the window, as far as they are over.
    pub fn life(&self, window: &Range<Slot>, now: Millis) -> Range<Slot> {
        let from = window.start.max(slot_of(self.born));
        let until = window.end.min(slot_of(self.ended.min(now)));
        from..until.max(from)
    }

    /// The times between changes of its properties, oldest first.
    pub fn eras(&self, window: &Range<Slot>, now: Millis) -> impl Iterator<Item = Era<'_>> {
        let life = self.life(window, now);
        let ends = self.past.iter().map(|was| slot_of(was.until));
        let ends = ends.chain([life.end]);
        let all = self.past.iter().map(|was| &was.properties);
        let all = all.chain([&self.now]);
        let mut from = life.start;
        ends.zip(all).filter_map(move |(until, properties)| {
            let slots = from..until.min(life.end);
            from = from.max(until);
            (!slots.is_empty()).then_some(Era { slots, properties })
        })
    }

    /// When somebody was connected. A slot counts when a session covers any part of it and it is over.
    pub fn connected(&self, window: &Range<Slot>, now: Millis) -> Spans {
        let life = self.life(window, now);
        if life.is_empty() {
            return Spans::new();
        }
        // A session begins up to a day before or after its day in UTC, and is never longer than a day.
        let days = day_of(life.start * SLOT) - 2..=day_of(life.end * SLOT) + 1;
        let mut spans = Spans::new();
        for session in days.filter_map(|day| self.habit.on(day)) {
            let mut until = session.until.min(self.ended);
            if let Some(power) = self.power
                && !power.on
                && session.from <= power.at
            {
                until = until.min(power.at);
            }
            if until <= session.from {
                continue;
            }
            let slots = slot_of(session.from).max(life.start)..slot_from(until).min(life.end);
            push(&mut spans, slots, 0);
        }
        spans
    }

    /// When its machine ran. On AUTO_STOP a machine runs from a connection until nobody was connected for the
    /// timeout.
    pub fn running(&self, window: &Range<Slot>, now: Millis) -> Spans {
        let mut spans = Spans::new();
        for era in self.eras(window, now) {
            match era.properties.running_mode {
                RunningMode::AlwaysOn => push(&mut spans, era.slots, 0),
                RunningMode::Manual => match self.power {
                    Some(power) if !power.on => {
                        let until = era.slots.end.min(slot_of(power.at));
                        push(&mut spans, era.slots.start..until, 0);
                    }
                    _ => push(&mut spans, era.slots, 0),
                },
                RunningMode::AutoStop => self.woken(&era, now, &mut spans),
            }
        }
        spans
    }

    fn woken(&self, era: &Era<'_>, now: Millis, spans: &mut Spans) {
        let timeout = hours(era.properties) * SLOTS_AN_HOUR;
        let earlier = era.slots.start - timeout - SLOTS_A_DAY..era.slots.end;
        let mut awake: Vec<Range<Slot>> = self
            .connected(&earlier, now)
            .into_iter()
            .map(|span| span.start..span.end + timeout)
            .collect();
        if let Some(power) = self.power {
            let at = slot_of(power.at);
            if power.on {
                awake.push(at..at + timeout);
                awake.sort_unstable_by_key(|span| span.start);
            } else {
                // Nobody who came before it was switched off keeps it on.
                for span in awake.iter_mut().filter(|span| span.start <= at) {
                    span.end = span.end.min(at.max(span.start));
                }
            }
        }
        for span in awake {
            let slots = span.start.max(era.slots.start)..span.end.min(era.slots.end);
            push(spans, slots, 0);
        }
    }

    /// Until when it answered the service's health check, as far as is known.
    pub fn healthy_until(&self) -> Slot {
        match self.rest {
            Rest::Healthy | Rest::Stuck(State::Available) => Slot::MAX,
            // Nobody has reached it since it broke.
            Rest::Stuck(_) if self.habit.last_day != i32::MAX => {
                (i64::from(self.habit.last_day) + 1) * SLOTS_A_DAY
            }
            Rest::Stuck(_) => Slot::MAX,
        }
    }

    /// Visits every hour that AUTO_STOP bills and that begins within the window, by its first slot.
    ///
    /// A session begins with the first connected slot and ends once nobody was connected for the timeout. It is
    /// billed in whole hours from its begin to its last connected slot, and the timeout on top.
    pub fn billed_hours(
        &self,
        window: &Range<Slot>,
        timeout_hours: i64,
        now: Millis,
        mut visit: impl FnMut(Slot),
    ) {
        let timeout = timeout_hours.max(1) * SLOTS_AN_HOUR;
        // Far enough back to find the begin of any session that reaches into the window.
        let back = if timeout_hours <= 12 { 8 } else { 60 } * SLOTS_A_DAY;
        let mut sessions = Spans::new();
        for span in self.connected(&(window.start - back..window.end), now) {
            push(&mut sessions, span, timeout);
        }
        let end = window.end.min(slot_from(now.min(self.ended)));
        for session in sessions {
            let length = session.end - session.start;
            let billed = (length + SLOTS_AN_HOUR - 1) / SLOTS_AN_HOUR + timeout_hours;
            for hour in 0..billed {
                let at = session.start + hour * SLOTS_AN_HOUR;
                if at >= end {
                    break;
                }
                if at >= window.start {
                    visit(at);
                }
            }
        }
    }

    /// How many hours AUTO_STOP would bill with the timeout the desktop has, or one hour where it has none.
    pub fn billed(&self, window: &Range<Slot>, now: Millis) -> u32 {
        let mut count = 0;
        self.billed_hours(window, hours(&self.now), now, |_| count += 1);
        count
    }

    /// The begin of the last connection.
    pub fn last_connection(&self, now: Millis) -> Option<Millis> {
        self.habit.latest(now).map(|session| session.from)
    }
}

/// The auto-stop timeout in hours; an hour where the mode has none.
pub fn hours(properties: &Properties) -> i64 {
    i64::from(properties.auto_stop_minutes / 60).max(1)
}

/// Adds a span behind the others, as one with the last where less than `apart` slots lie between.
pub fn push(spans: &mut Spans, span: Range<Slot>, apart: Slot) {
    if span.is_empty() {
        return;
    }
    match spans.last_mut() {
        Some(last) if span.start <= last.end || span.start - last.end < apart => {
            last.end = last.end.max(span.end);
        }
        _ => spans.push(span),
    }
}

/// What of `spans` lies within `others`.
pub fn within(spans: &[Range<Slot>], others: &[Range<Slot>]) -> Spans {
    let mut found = Spans::new();
    let mut others = others.iter().peekable();
    for span in spans {
        while let Some(other) = others.peek() {
            push(
                &mut found,
                span.start.max(other.start)..span.end.min(other.end),
                0,
            );
            if other.end > span.end {
                break;
            }
            others.next();
        }
    }
    found
}

/// What of the window lies outside of the spans.
pub fn outside(spans: &[Range<Slot>], window: &Range<Slot>) -> Spans {
    let mut gaps = Spans::new();
    let mut at = window.start;
    for span in spans {
        push(&mut gaps, at..span.start.min(window.end), 0);
        at = at.max(span.end);
    }
    push(&mut gaps, at..window.end, 0);
    gaps
}

/// The day of a slot, counted from 1970.
pub fn day_of_slot(slot: Slot) -> i32 {
    day_of(slot * SLOT)
}

/// The first slot of a day.
pub fn first_slot(day: i32) -> Slot {
    i64::from(day) * (DAY / SLOT)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dice::Dice;
    use crate::habit::Pattern;

    const MONDAY: i32 = 20_520;

    fn track(pattern: Pattern, mode: RunningMode, minutes: u16) -> Track {
        Track {
            id: DesktopId::roll(&mut Dice::new(5)),
            sizing: Sizing::default(),
            born: 0,
            ended: Millis::MAX / 4,
            habit: Habit {
                pattern,
                seed: 9,
                utc_offset_minutes: 60,
                ..Habit::NEVER
            },
            power: None,
            rest: Rest::Healthy,
            past: Vec::new(),
            now: Properties {
                running_mode: mode,
                auto_stop_minutes: minutes,
                root_gib: 80,
                user_gib: 50,
                compute: "STANDARD",
                protocol: "WSP",
                os: "WINDOWS_SERVER_2022",
            },
        }
    }

    fn length(spans: &[Range<Slot>]) -> Slot {
        spans.iter().map(|span| span.end - span.start).sum()
    }

    #[test]
    fn a_machine_runs_with_its_person_and_for_the_timeout() {
        let now = i64::from(MONDAY + 60) * DAY;
        let window = first_slot(MONDAY)..first_slot(MONDAY + 28);
        let office = track(Pattern::Office, RunningMode::AutoStop, 120);
        let (connected, running) = (office.connected(&window, now), office.running(&window, now));
        assert!((15..=22).contains(&connected.len()), "{connected:?}");
        assert_eq!(connected.len(), running.len());
        for (inner, outer) in connected.iter().zip(&running) {
            assert_eq!((inner.start, inner.end + 24), (outer.start, outer.end));
        }
        assert_eq!(within(&connected, &running), connected);
        assert_eq!(
            length(&running) + length(&outside(&running, &window)),
            window.end - window.start
        );
        let always = track(Pattern::Office, RunningMode::AlwaysOn, 0);
        assert_eq!(always.running(&window, now), std::slice::from_ref(&window));
    }

    #[test]
    fn parts_of_a_window_say_what_the_whole_says() {
        let now = i64::from(MONDAY + 20) * DAY + 11 * 60 * MINUTE;
        let window = first_slot(MONDAY)..first_slot(MONDAY + 28);
        for pattern in [Pattern::Night, Pattern::SevenDays, Pattern::PartTime] {
            let track = track(pattern, RunningMode::AutoStop, 480);
            let (whole, hours) = (track.connected(&window, now), track.billed(&window, now));
            for step in [7, 100, SLOTS_A_DAY, 1000] {
                let (mut spans, mut sum) = (Spans::new(), 0);
                let mut at = window.start;
                while at < window.end {
                    let part = at..(at + step).min(window.end);
                    for span in track.connected(&part, now) {
                        push(&mut spans, span, 0);
                    }
                    sum += track.billed(&part, now);
                    at += step;
                }
                assert_eq!(spans, whole, "{pattern:?} by {step}");
                assert_eq!(sum, hours, "{pattern:?} by {step}");
            }
        }
    }

    #[test]
    fn a_change_of_mode_leaves_the_past_alone() {
        let now = i64::from(MONDAY + 14) * DAY;
        let window = first_slot(MONDAY)..first_slot(MONDAY + 14);
        let mut track = track(Pattern::Office, RunningMode::AlwaysOn, 0);
        let before = Properties {
            running_mode: RunningMode::AutoStop,
            auto_stop_minutes: 60,
            ..track.now
        };
        track.past.push(Was {
            until: i64::from(MONDAY + 7) * DAY,
            properties: before,
        });
        let running = track.running(&window, now);
        assert_eq!(
            running.last().map(|span| span.start),
            Some(first_slot(MONDAY + 7))
        );
        assert!(running.len() > 3);
        assert_eq!(track.properties_at(now - 10 * DAY), &before);
        assert_eq!(track.properties_at(now), &track.now);
    }

    #[test]
    fn gaps_and_overlaps() {
        let (spans, window) = (vec![2..4, 6..9], 0..12);
        assert_eq!(outside(&spans, &window), [0..2, 4..6, 9..12]);
        assert_eq!(within(&spans, &[3..7, 8..20]), [3..4, 6..7, 8..9]);
        assert_eq!(outside(&[], &window), [window]);
    }
}
