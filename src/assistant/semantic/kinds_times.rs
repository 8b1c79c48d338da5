//! Kinds that go by the calendar: how many in each day or month, and on average.

use super::compose::Composer;
use super::fields::{Entity, Field};
use super::pieces::Subject;
use super::query::{Bucket, By, Dimension, Order, Query, Shape, Test};
use domain::UtcTime;

impl Composer<'_, '_> {
    /// "average desktops per client", "how many does a user have on average".
    pub(super) fn each(&mut self) -> Option<Query> {
        if !matches!(self.pieces.subject, Some(Subject::Rows(_))) || !self.rows() {
            return None;
        }
        let of = match (self.pieces.groups.as_slice(), self.pieces.named.as_slice()) {
            ([(_, group)], []) => group.clone(),
            ([], [(at, named)]) => {
                let (at, named) = (*at, named.clone());
                self.take(at);
                named
            }
            _ => return None,
        };
        if !self.pieces.measures.is_empty() {
            return None;
        }
        self.cue("which");
        self.cue("list");
        self.plain_verbs();
        self.creations(std::slice::from_ref(&of));
        let periods = match &of {
            Dimension::Time(field, bucket) => {
                let periods = self.periods(*field, *bucket);
                Some(periods?)
            }
            _ => None,
        };
        let mut query = self.new_query(Shape::Each(of.clone(), periods));
        if periods.is_none() {
            query.note("Only those that have at least one are counted.");
        }
        Some(query)
    }

    /// How many days, months and so on the time lasts that is asked about, as far as it has passed.
    fn periods(&self, of: Field, bucket: Bucket) -> Option<f64> {
        let (from, to) = self.parse.filters.iter().find_map(|placed| {
            match (&placed.filter.test, placed.filter.negated) {
                (
                    Test::Time {
                        field, from, to, ..
                    },
                    false,
                ) if *field == of => {
                    let until = to.unwrap_or(self.parse.now).min(self.parse.now);
                    Some((((*from)?), until))
                }
                _ => None,
            }
        })?;
        let days = to.seconds_since(from) as f64 / 86_400.0;
        let month = |time: UtcTime| {
            let day = time.day();
            let mut parts = day
                .split('-')
                .map(|part| part.parse::<f64>().unwrap_or(0.0));
            (parts.next().unwrap_or(0.0), parts.next().unwrap_or(0.0))
        };
        let ((first, january), (last, december)) = (month(from), month(to.plus_seconds(-1)));
        // A day that has begun counts whole.
        let whole = (days - 0.01).ceil();
        Some(match bucket {
            Bucket::Hour => (days * 24.0 - 0.01).ceil(),
            Bucket::Day => whole,
            Bucket::Week => whole / 7.0,
            Bucket::Month => (last - first) * 12.0 + december - january + 1.0,
            Bucket::Year => last - first + 1.0,
        })
    }

    pub(super) fn trend(&mut self) -> Option<Query> {
        let cued = self.cue("trend");
        let mut groups = self.groups();
        if !self.time_groups() {
            if !cued || !groups.is_empty() {
                return None;
            }
            let field = match self.parse.entity {
                Entity::DesktopEver => Field::DeletedAt,
                other => other.moment(),
            };
            groups.push(Dimension::Time(field, Bucket::Month));
        }
        // "growth by month", "deletions per week" name no rows.
        let told = cued
            || self.parse.entity == Entity::DesktopEver
            || (0..self.used.len()).any(|at| self.parse.m[at].is_verb("create"));
        // "terminations per month" are counted by when they were.
        let timed = match (self.pieces.measures.as_slice(), groups.first()) {
            ([(at, field)], Some(Dimension::Time(of, _))) if field == of => Some(*at),
            _ => None,
        };
        if let Some(at) = timed {
            self.take(at);
        }
        let subject_row = match &self.pieces.subject {
            Some(Subject::Rows(_)) => true,
            None => (told || timed.is_some()) && self.time_groups(),
            Some(Subject::Shared(..)) => false,
        };
        let shape = match self.one_measure() {
            Some(field) if self.cue("average") => Shape::Average(field),
            Some(field) if matches!(field.unit(), Some("calls" | "rows" | "versions")) => {
                self.cue("total");
                Shape::Total(field)
            }
            Some(_) => return None,
            None if (timed.is_some() || self.pieces.measures.is_empty()) && subject_row => {
                Shape::Count
            }
            None => return None,
        };
        // How many were stopped at each time is not known.
        let stood = self.parse.entity == Entity::Desktop
            && self.parse.filters.iter().any(|placed| {
                matches!(
                    placed.filter.field(),
                    Some(Field::State | Field::ConnectionState)
                )
            })
            && !self
                .parse
                .m
                .iter()
                .any(|m| m.is_verb("create") || m.is_verb("seen"));
        if stood || !self.rows() {
            return None;
        }
        self.cue("count");
        self.cue("list");
        self.cue("which");
        self.cue("total");
        self.plain_verbs();
        self.creations(&groups);
        let mut query = self.new_query(shape);
        if let (Some(Dimension::Time(field, _)), true) =
            (groups.first(), self.parse.entity.is_desktop())
        {
            query.note(format!("Counted by the desktops' {}.", field.label()));
        }
        query.groups = groups;
        query.order = Some(Order {
            by: By::Groups,
            descending: false,
        });
        Some(query)
    }

    /// Takes the verbs that say how rows came to be, which counting by time says too.
    pub(super) fn creations(&mut self, groups: &[Dimension]) {
        let connected = groups
            .iter()
            .any(|group| group.field() == Some(Field::LastConnectedAt));
        for at in 0..self.used.len() {
            let m = &self.parse.m[at];
            let came = match self.parse.entity {
                Entity::Desktop | Entity::DesktopEver => {
                    m.is_verb("create") || m.is_verb("seen") || m.is_verb("connect") && connected
                }
                Entity::Account | Entity::Organization => m.is_verb("create"),
                _ => false,
            };
            let saw = m.is_verb("start") && matches!(m.text.as_str(), "saw" | "see" | "did");
            if !self.used[at] && (came || saw) {
                self.take(at);
            }
        }
    }
}
