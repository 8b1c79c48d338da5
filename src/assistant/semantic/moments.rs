//! Times in questions: which field a time is about, and on which side of it.

use domain::UtcTime;

use super::clauses::Parse;
use super::fields::{Entity, Field};
use super::query::{Comparison, Filter, Test};
use super::times::{self, When};

/// On which side of a time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Side {
    Within,
    Since,
    Before,
    After,
    /// "60 days ago", "older than 60 days"
    MoreThanAgo,
    LessThanAgo,
}

impl Parse<'_> {
    pub(super) fn times(&mut self) {
        for at in 0..self.m.len() {
            if self.used[at] || self.m[at].time().is_none() {
                continue;
            }
            self.time_at(at);
        }
        self.other_time();
    }

    /// "October against September": the second time is about what the first one is.
    fn other_time(&mut self) {
        let joint = |m: &super::mentions::Mention| {
            m.is_cue("compare") || m.is_cue("difference") || m.is_small("than")
        };
        if !self.m.iter().any(joint) {
            return;
        }
        let known = self
            .filters
            .iter()
            .find_map(|placed| match &placed.filter.test {
                Test::Time { field, .. } if !placed.filter.negated => Some((placed.at, *field)),
                _ => None,
            });
        let field = match known {
            Some((_, field)) => field,
            None if self.entity == Entity::Desktop
                && self
                    .m
                    .iter()
                    .any(|m| m.is_verb("create") && m.text != "got") =>
            {
                Field::CreatedAt
            }
            None => return,
        };
        for at in 0..self.m.len() {
            let Some(when @ When::Span { .. }) = self.m[at].time().cloned() else {
                continue;
            };
            if self.used[at] {
                continue;
            }
            let said = self.m[at].typed.clone();
            if let Some((filter, _)) =
                self.time_filter(field, false, Side::Within, &when, None, &said)
            {
                self.add(at, filter);
            }
        }
    }

    fn time_at(&mut self, at: usize) {
        let Some(when) = self.m[at].time().cloned() else {
            return;
        };
        let mut taken = vec![at];
        let (side, said_before) = self.side(at, &when, &mut taken);
        let until = self.span_end(at, &mut taken);
        let when = self.rolled(at, when);
        let Some((field, negated, verb)) = self.anchor(at, side, &mut taken) else {
            return;
        };
        let Some((filter, note)) =
            self.time_filter(field, negated, side, &when, until, &said_before)
        else {
            return;
        };
        let filter = self.or_never(at, &taken, filter);
        for place in taken {
            self.used[place] = true;
        }
        if let Some(verb) = verb {
            self.used[verb] = true;
        }
        if let Some(note) = note {
            self.note(&note);
        }
        self.add(at, filter);
    }

    /// "last used 90 days ago or never"
    fn or_never(&mut self, at: usize, taken: &[usize], mut filter: Filter) -> Filter {
        let or = (at + 1..self.m.len()).find(|next| !taken.contains(next));
        let Some(or) = or.filter(|or| self.m[*or].is_small("or")) else {
            return filter;
        };
        let never = self.m.get(or + 1).is_some_and(|next| {
            next.property() == Some("never_connected")
                || next.text == "never"
                    && (or + 2 == self.m.len() || self.m[or + 2].is_verb("connect"))
        });
        let Test::Time {
            field: Field::LastConnectedAt,
            from: None,
            or_never,
            said,
            ..
        } = &mut filter.test
        else {
            return filter;
        };
        if never && !filter.negated {
            *or_never = true;
            said.push_str(", or never");
            for place in or..self.m.len().min(or + 3) {
                self.used[place] = true;
            }
        }
        filter
    }

    /// "in the last month" reaches until now, "last month" is the month before this one.
    fn rolled(&self, at: usize, when: When) -> When {
        let article = at > 0
            && (matches!(
                self.m[at - 1].text.as_str(),
                "the" | "over the" | "within the" | "in the" | "during the"
            ) || self.m[at].text.starts_with("past"));
        let mut words = self.m[at].text.split(' ');
        if let (true, Some("last" | "past"), Some(unit), None) =
            (article, words.next(), words.next(), words.next())
            && let Some(rolling) = times::rolling_last(unit, self.now)
        {
            return rolling;
        }
        when
    }

    fn side(&self, at: usize, when: &When, taken: &mut Vec<usize>) -> (Side, String) {
        let length = matches!(when, When::Length { .. });
        let mut side = None;
        for back in (0..at).rev().take(4) {
            let mention = &self.m[back];
            if self.used[back] && !mention.is_small("by") {
                break;
            }
            let found = if mention.is_small("since")
                && !(mention.text == "from" && self.m.len() > at + 1 && length)
            {
                Some(Side::Since)
            } else if mention.is_small("before") && !mention.text.ends_with("than") {
                // "not since before August" is not since August.
                let since = back > 0 && self.m[back - 1].is_small("since");
                if since {
                    taken.push(back - 1);
                }
                Some(if since { Side::Since } else { Side::Before })
            } else if mention.text == "older than" || mention.text == "earlier than" {
                Some(Side::MoreThanAgo)
            } else if mention.text == "newer than"
                || mention.text == "later than"
                || mention.text == "younger than"
            {
                Some(Side::LessThanAgo)
            } else if mention.is_small("after") {
                Some(Side::After)
            } else if let (Some(comparison), true) = (mention.compare(), length) {
                match comparison {
                    Comparison::Above | Comparison::AtLeast => Some(Side::MoreThanAgo),
                    Comparison::Below | Comparison::AtMost => Some(Side::LessThanAgo),
                    _ => None,
                }
            } else {
                None
            };
            if let Some(found) = found {
                taken.push(back);
                side = Some(found);
                break;
            }
            if !mention.soft() {
                break;
            }
        }
        let next = at + 1;
        if self
            .m
            .get(next)
            .is_some_and(|m| m.is_small("ago") || m.text == "old" || m.text == "before")
        {
            taken.push(next);
            if side.is_none() {
                side = Some(if self.m[next].text == "old" {
                    Side::MoreThanAgo
                } else {
                    Side::Within
                });
            }
        } else if self
            .m
            .get(next)
            .is_some_and(|m| m.compare() == Some(Comparison::AtLeast) && m.text.starts_with("or "))
        {
            taken.push(next);
            side = Some(Side::MoreThanAgo);
        } else if self.m.get(next).is_some_and(|m| m.text == "onwards") {
            taken.push(next);
            side = Some(Side::Since);
        }
        if let (Some(Side::After | Side::Since), When::Length { .. }, true) = (side, when, length)
            && !self.m.get(next).is_some_and(|m| m.is_small("ago"))
        {
            side = Some(Side::Since);
        }
        // "alerts from October" are of October; "from October on" reaches until now.
        let over = matches!(when, When::Span { to, .. } if *to <= self.now);
        let only_from = taken.iter().any(|place| self.m[*place].text == "from");
        let open = self
            .m
            .get(next)
            .is_some_and(|m| matches!(m.text.as_str(), "on" | "onwards" | "until" | "till" | "to"));
        if over && only_from && !open && side == Some(Side::Since) {
            side = None;
        }
        (side.unwrap_or(Side::Within), self.m[at].typed.clone())
    }

    /// "between A and B", "from A to B": takes the second time.
    fn span_end(&mut self, at: usize, taken: &mut Vec<usize>) -> Option<When> {
        let opened = at > 0
            && (0..at).rev().take(2).any(|back| {
                self.m[back].compare() == Some(Comparison::Between)
                    || self.m[back].text == "from"
                    || self.m[back].text == "between"
            });
        let joint = self.m.get(at + 1).is_some_and(|m| {
            m.is_small("and") || m.is_small("from_to") || m.is_small("before") && m.text != "before"
        });
        if !opened || !joint {
            return None;
        }
        let second =
            (at + 2..self.m.len().min(at + 4)).find(|next| self.m[*next].time().is_some())?;
        for place in (0..at).rev().take(2).chain(at + 1..=second) {
            if place > at || self.m[place].compare() == Some(Comparison::Between) {
                taken.push(place);
            }
        }
        self.m[second].time().cloned()
    }

    /// The field a time is about: of the verb or the field nearest to it. True when it is denied.
    fn anchor(
        &mut self,
        at: usize,
        side: Side,
        taken: &mut Vec<usize>,
    ) -> Option<(Field, bool, Option<usize>)> {
        let age = self.m[..at].iter().rev().take(2).any(|m| {
            matches!(
                m.text.as_str(),
                "older than" | "younger than" | "newer than"
            )
        }) || self.m.get(at + 1).is_some_and(|m| m.text == "old");
        let timed = (at.saturating_sub(4)..at)
            .any(|place| self.field_at(place).is_some_and(Field::is_time));
        if age && !timed {
            return Some((self.entity.moment(), false, None));
        }
        let mut nearest: Option<(usize, usize, Field)> = None;
        for place in 0..self.m.len() {
            let behind = place > at;
            if behind && (at + 1..place).any(|between| self.m[between].time().is_some()) {
                break;
            }
            let crossed = !behind
                && (place + 1..at)
                    .any(|between| self.m[between].time().is_some() && !taken.contains(&between));
            if crossed || place == at {
                continue;
            }
            let Some(field) = self.time_field(place) else {
                continue;
            };
            // What stands before a time is its verb rather than what stands behind it.
            let distance = place.abs_diff(at) * 2 + usize::from(behind) * 5;
            if nearest.is_none_or(|(best, _, _)| distance <= best) {
                nearest = Some((distance, place, field));
            }
        }
        let Some((_, place, field)) = nearest else {
            // "growth by month, 2026" counts by when desktops came to be.
            let counted = self.entity == Entity::Desktop && self.by_time();
            let own = counted || !self.entity.is_desktop() && self.entity != Entity::Tag;
            return own.then(|| (self.entity.moment(), false, None));
        };
        let mut negated = false;
        for near in (place.saturating_sub(6)..place).rev() {
            let mention = &self.m[near];
            if mention.is_small("not") || mention.is_small("nobody") {
                if !self.used[near] || taken.contains(&near) {
                    negated = true;
                    taken.push(near);
                }
                break;
            }
            if mention.time().is_some() && near != at {
                break;
            }
            let inside = mention.soft()
                || mention.time().is_some()
                || mention.is_cue("exists")
                || mention.fields().contains(&Field::UserName)
                || mention.is_small("since");
            if !inside {
                break;
            }
        }
        let long_idle = side == Side::MoreThanAgo && self.m[place].property() == Some("idle");
        if !negated
            && (matches!(self.m[place].property(), Some("unused" | "never_synced"))
                || long_idle
                || self.m[place].text.starts_with("un"))
        {
            negated = true;
        }
        if let Some(ever) =
            (place.saturating_sub(2)..place).find(|near| self.m[*near].is_small("ever"))
        {
            taken.push(ever);
        }
        Some((field, negated, Some(place)))
    }

    /// Whether counts per day, month and so on are asked for.
    fn by_time(&self) -> bool {
        self.m.iter().any(|m| m.bucket().is_some())
            || self.m.windows(2).any(|pair| {
                pair[0].is_small("by")
                    && matches!(pair[1].unit(), Some("days" | "weeks" | "months" | "years"))
            })
    }

    pub(super) fn idle(&self) -> bool {
        self.m.iter().any(|m| {
            matches!(
                m.text.as_str(),
                "idle" | "idling" | "inactive" | "dormant" | "stale"
            )
        })
    }

    pub(super) fn said_ago(&self, said: &str) -> bool {
        self.m.windows(2).any(|pair| {
            pair[1].is_small("ago")
                && matches!(pair[0].time(), Some(When::Length { said: own, .. }) if own == said)
        })
    }
}

pub(super) fn begin(when: &When) -> UtcTime {
    match when {
        When::Length { ago, .. } => *ago,
        When::Span { from, .. } => *from,
    }
}

pub(super) fn end(when: &When) -> UtcTime {
    match when {
        When::Length { ago, .. } => *ago,
        When::Span { to, .. } => *to,
    }
}

/// What is said of a row about this field, before a time.
pub(super) fn phrase(field: Field) -> &'static str {
    match field {
        Field::LastConnectedAt => "connected to",
        Field::CreatedAt => "created",
        Field::FirstSeenAt => "first seen",
        Field::DeletedAt => "deleted",
        Field::TerminatedAt => "terminated",
        Field::MissingSince => "missing",
        Field::StartedAt => "started",
        Field::CompletedAt | Field::FinishedAt => "finished",
        Field::RaisedAt => "raised",
        Field::ClosedAt => "closed",
        Field::LastCompleteSync => "completely synced",
        Field::CheckedAt => "checked",
        Field::ValidFrom | Field::ChangedAt => "of",
        other => other.label(),
    }
}
