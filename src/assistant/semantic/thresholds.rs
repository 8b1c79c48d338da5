//! Numbers in questions: "over 100 GB", "a timeout of 60 minutes", "with more than 5 desktops".

use super::clauses::Parse;
use super::fields::{Entity, Field, Kind};
use super::query::{Comparison, Filter, Test};
use super::times::When;

/// A number with how it is compared and its unit, and the mentions it takes.
struct Amount {
    comparison: Option<Comparison>,
    value: f64,
    upto: Option<f64>,
    unit: Option<String>,
    takes: Vec<usize>,
}

impl Parse<'_> {
    pub(super) fn numbers(&mut self) {
        self.several();
        self.columns_compared();
        let mut at = 0;
        while at < self.m.len() {
            if !self.used[at]
                && let Some(amount) = self.amount(at)
            {
                self.threshold(at, &amount);
            }
            at += 1;
        }
    }

    /// "multiple desktops"
    fn several(&mut self) {
        let found = (0..self.m.len()).find(|at| self.m[*at].is_cue("several"));
        let Some(at) = found else { return };
        let noun = (at + 1..self.m.len().min(at + 4)).find(|noun| self.m[*noun].entity().is_some());
        if let Some(noun) = noun {
            self.used[at] = true;
            self.having = Some((Comparison::Above, 1.0, noun));
        }
    }

    /// The amount that begins at `at`: a comparison, a number, a unit.
    fn amount(&self, at: usize) -> Option<Amount> {
        let mention = &self.m[at];
        let mut takes = Vec::new();
        let mut comparison = None;
        let mut here = at;
        if let Some(found) = mention.compare() {
            comparison = Some(found);
            takes.push(at);
            here = at + 1;
            while self.m.get(here).is_some_and(|m| {
                m.is_small("than")
                    || m.soft()
                        && m.number().is_none()
                        && m.entity().is_none()
                        && m.fields().is_empty()
            }) {
                here += 1;
            }
        }
        let (value, unit) = self.quantity(here)?;
        takes.push(here);
        let mut unit = unit;
        let mut next = here + 1;
        if unit.is_none()
            && let Some(found) = self.m.get(next).and_then(|m| m.unit())
        {
            unit = Some(found.to_owned());
            takes.push(next);
            next += 1;
        }
        let mut upto = None;
        if comparison == Some(Comparison::Between)
            && self
                .m
                .get(next)
                .is_some_and(|m| m.is_small("and") || m.is_small("from_to"))
            && let Some((second, second_unit)) = self.quantity(next + 1)
        {
            takes.extend([next, next + 1]);
            upto = Some(second);
            next += 2;
            let behind = self.m.get(next).and_then(|m| m.unit()).map(str::to_owned);
            if behind.is_some() {
                takes.push(next);
                next += 1;
            }
            unit = unit.or(second_unit).or(behind);
        }
        if comparison.is_none()
            && let Some(found) = self.m.get(next).and_then(|m| m.compare())
            && (self.m[next].text.starts_with("or ") || self.m[next].text.starts_with("and "))
        {
            comparison = Some(found);
            takes.push(next);
        }
        Some(Amount {
            comparison,
            value,
            upto,
            unit,
            takes,
        })
    }

    fn quantity(&self, at: usize) -> Option<(f64, Option<String>)> {
        let mention = self.m.get(at)?;
        if self.used[at] {
            return None;
        }
        if let Some(value) = mention.number() {
            return Some((value, None));
        }
        let Some(When::Length { said, .. }) = mention.time() else {
            return None;
        };
        // "60 minutes" is a number and its unit.
        let (count, unit) = said.split_once(' ')?;
        let unit = match unit.trim_end_matches('s') {
            "minute" | "min" => "minutes",
            "hour" | "hr" | "h" => "hours",
            "day" | "d" => "days",
            "week" | "wk" => "weeks",
            _ => return None,
        };
        Some((count.parse().ok()?, Some(unit.to_owned())))
    }

    fn threshold(&mut self, at: usize, amount: &Amount) {
        let (first, last) = (at, amount.takes.iter().copied().max().unwrap_or(at));
        let Some((field, place)) = self.measured(first, last, amount) else {
            self.counted(amount, last);
            return;
        };
        let Some(value) = scaled(field, amount.value, amount.unit.as_deref()) else {
            return;
        };
        let upto = amount
            .upto
            .and_then(|upto| scaled(field, upto, amount.unit.as_deref()));
        // "top 5 root volumes" and "5 state changes" compare nothing.
        if amount.comparison.is_none() && amount.unit.is_none() && !self.equality(at, place) {
            return;
        }
        for taken in &amount.takes {
            self.used[*taken] = true;
        }
        if let Some(place) = place {
            self.used[place] = true;
            for between in place.min(last)..place.max(last) {
                // "300 GB of total storage"
                if self.m[between].is_cue("total") {
                    self.used[between] = true;
                }
            }
        }
        let mut comparison = amount.comparison.unwrap_or(Comparison::Equal);
        if self.negated(place.map_or(at, |place| place.min(at))) {
            comparison = match comparison {
                Comparison::Above => Comparison::AtMost,
                Comparison::AtLeast => Comparison::Below,
                Comparison::Below => Comparison::AtLeast,
                Comparison::AtMost => Comparison::Above,
                other => other,
            };
        }
        self.add(
            at,
            Filter::new(Test::Number {
                field,
                comparison,
                value,
                upto,
            }),
        );
    }

    /// "calls made = 0", "version 3", "timeout is 60": the number stands behind its field.
    fn equality(&self, at: usize, place: Option<usize>) -> bool {
        place.is_some_and(|place| place < at) && !self.m[at].is_cue("top")
    }

    /// The field an amount is about, and where it is named.
    fn measured(
        &mut self,
        first: usize,
        last: usize,
        amount: &Amount,
    ) -> Option<(Field, Option<usize>)> {
        // What stands next, before or behind, over words that carry nothing.
        let before = self.nearby(first, false);
        let after = self.nearby(last, true);
        let exact = [before, after]
            .into_iter()
            .flatten()
            .find_map(|place| Some((self.number_field(place)?, place)))
            .filter(|(field, _)| scaled(*field, 1.0, amount.unit.as_deref()).is_some());
        if let Some((field, place)) = exact {
            if field == Field::Storage
                && (self.m[place].text.starts_with("vol") || self.m[place].text == "disks")
            {
                let fields = [Field::UserVolume, Field::RootVolume];
                return Some((fields[self.choices.choose(2)], Some(place)));
            }
            return Some((field, Some(place)));
        }
        match (amount.unit.as_deref(), self.entity) {
            (Some("gib" | "tib"), Entity::Desktop | Entity::DesktopEver) => {
                let fields = [Field::UserVolume, Field::RootVolume, Field::Storage];
                Some((fields[self.choices.choose(3)], None))
            }
            (Some("milliseconds" | "seconds" | "minutes"), Entity::Sync) => {
                Some((Field::DurationMs, None))
            }
            (Some("hours"), Entity::Sync) if amount.comparison.is_some() && self.lasts(first) => {
                Some((Field::DurationMs, None))
            }
            (Some("seconds" | "minutes"), Entity::Job) => Some((self.job_time(first), None)),
            (Some("minutes" | "hours"), Entity::Desktop) if self.near_auto_stop(first) => {
                Some((Field::AutoStop, None))
            }
            _ => None,
        }
    }

    fn job_time(&mut self, at: usize) -> Field {
        let waited = (at.saturating_sub(3)..at).find(|near| self.m[*near].is_verb("wait"));
        match waited {
            Some(near) => {
                self.used[near] = true;
                Field::WaitedSeconds
            }
            None => Field::DurationSeconds,
        }
    }

    /// "took over an hour": a length, not a time ago.
    fn lasts(&mut self, at: usize) -> bool {
        let verb = (at.saturating_sub(3)..at).find(|near| self.m[*near].is_verb("last"));
        if let Some(verb) = verb {
            self.used[verb] = true;
        }
        verb.is_some() || self.m[at].text.contains("long")
    }

    /// "stop after 60 minutes"
    fn near_auto_stop(&mut self, at: usize) -> bool {
        let stop = (at.saturating_sub(4)..at).find(|near| {
            let text = &self.m[*near].text;
            text.starts_with("stop")
                || text.starts_with("auto stop")
                || text.starts_with("autostop")
        });
        let Some(stop) = stop else { return false };
        for near in stop..at {
            if self.m[near].text == "after" || self.m[near].text.starts_with("stop") {
                self.used[near] = true;
            }
        }
        true
    }

    fn nearby(&self, at: usize, forward: bool) -> Option<usize> {
        let mut here = at;
        for _ in 0..4 {
            here = if forward {
                here + 1
            } else {
                here.checked_sub(1)?
            };
            let mention = self.m.get(here)?;
            if self.used[here] {
                return None;
            }
            if self.number_field(here).is_some() {
                return Some(here);
            }
            if mention.is_cue("total") {
                continue;
            }
            if mention.is_small("comma")
                || mention.entity().is_some()
                || !mention.soft() && !mention.is_verb("last") && !mention.is_verb("wait")
            {
                return None;
            }
        }
        None
    }

    fn number_field(&self, at: usize) -> Option<Field> {
        let field = self.field_at(at)?;
        matches!(field.kind(), Kind::Number(_)).then_some(field)
    }

    /// "with more than 5 desktops", "at least 3 tags".
    fn counted(&mut self, amount: &Amount, last: usize) {
        let Some(comparison) = amount.comparison else {
            return;
        };
        if amount.unit.is_some() || comparison == Comparison::Between {
            return;
        }
        let Some(noun) = (last + 1..self.m.len().min(last + 5))
            .find(|at| self.m[*at].entity().is_some() || self.field_at(*at).is_some())
        else {
            return;
        };
        if self.m[noun].entity() == Some(Entity::Tag) && self.entity.is_desktop() {
            for taken in &amount.takes {
                self.used[*taken] = true;
            }
            self.used[noun] = true;
            self.add(
                last,
                Filter::new(Test::Number {
                    field: Field::TagCount,
                    comparison,
                    value: amount.value,
                    upto: None,
                }),
            );
            return;
        }
        if self.having.is_none() {
            for taken in &amount.takes {
                self.used[*taken] = true;
            }
            self.having = Some((comparison, amount.value, noun));
        }
    }
}

/// An amount in the unit its field is kept in.
fn scaled(field: Field, value: f64, unit: Option<&str>) -> Option<f64> {
    let kept = field.unit()?;
    let Some(unit) = unit else {
        return Some(value);
    };
    Some(match (kept, unit) {
        ("GiB", "gib") | ("ms", "milliseconds") | ("seconds", "seconds") => value,
        ("GiB", "tib") => value * 1024.0,
        ("minutes", "minutes") | ("days", "days") => value,
        ("minutes", "hours") => value * 60.0,
        ("days", "weeks") => value * 7.0,
        ("ms", "seconds") => value * 1000.0,
        ("ms", "minutes") | ("seconds", "hours") if kept == "ms" => value * 60_000.0,
        ("ms", "hours") => value * 3_600_000.0,
        ("seconds", "minutes") => value * 60.0,
        ("seconds", "hours") => value * 3600.0,
        _ => return None,
    })
}
