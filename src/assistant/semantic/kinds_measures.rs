//! Kinds of question about measures and groups: totals, averages, extremes, shares, trends and
//! comparisons.

use super::clauses::Placed;
use super::compose::Composer;
use super::fields::{Entity, Field, Kind};
use super::pieces::Subject;
use super::query::{Bucket, By, Dimension, Filter, Order, Query, Shape, Test};

impl Composer<'_, '_> {
    pub(super) fn one_measure(&mut self) -> Option<Field> {
        match self.pieces.measures.as_slice() {
            [(at, field)] if matches!(field.kind(), Kind::Number(_)) => {
                let (at, field) = (*at, *field);
                self.take(at);
                Some(field)
            }
            // "root and user volume"
            [(one, Field::RootVolume), (two, Field::UserVolume)]
            | [(one, Field::UserVolume), (two, Field::RootVolume)] => {
                let (one, two) = (*one, *two);
                self.take(one);
                self.take(two);
                Some(Field::Storage)
            }
            // "GiB of root volume"
            [
                (one, Field::Storage),
                (two, field @ (Field::RootVolume | Field::UserVolume)),
            ] => {
                let (one, two, field) = (*one, *two, *field);
                self.take(one);
                self.take(two);
                Some(field)
            }
            _ => None,
        }
    }

    pub(super) fn aggregate(&mut self, kind: &str) -> Option<Query> {
        let cued = match kind {
            "total" => {
                let much = self.cue("total");
                let many = self.cue("count");
                for at in 0..self.used.len() {
                    // "how many GB of"
                    if many && self.parse.m[at].unit() == Some("gib") {
                        self.take(at);
                    }
                }
                many || much
            }
            _ => {
                let cued = self.cue("average");
                self.cue("count");
                cued
            }
        };
        if !cued {
            return None;
        }
        let measure = match self.one_measure() {
            Some(measure) => measure,
            // "how long do syncs take on average"
            None if kind == "average" => self.implied_duration()?,
            None => return None,
        };
        if !self.rows() {
            return None;
        }
        // An age has no sum.
        if kind == "total"
            && matches!(
                measure,
                Field::IdleDays
                    | Field::AgeDays
                    | Field::OpenDays
                    | Field::AutoStop
                    | Field::Version
            )
        {
            return None;
        }
        for at in 0..self.used.len() {
            // "user volume in GB"
            if measure.unit() == Some("GiB") && self.parse.m[at].unit() == Some("gib") {
                self.take(at);
            }
        }
        self.plain_verbs();
        self.cue("which");
        self.cue("list");
        let shape = if kind == "total" {
            Shape::Total(measure)
        } else {
            Shape::Average(measure)
        };
        let mut query = self.new_query(shape);
        query.groups = self.groups();
        Some(query)
    }

    pub(super) fn implied_duration(&mut self) -> Option<Field> {
        let field = match self.parse.entity {
            Entity::Sync => Field::DurationMs,
            Entity::Job => Field::DurationSeconds,
            _ => return None,
        };
        let verb =
            (0..self.used.len()).find(|at| !self.used[*at] && self.parse.m[*at].is_verb("last"));
        if let Some(verb) = verb {
            self.take(verb);
            return Some(field);
        }
        None
    }

    /// "what is the largest root volume", as a number, also per group.
    pub(super) fn extreme(&mut self, highest: bool) -> Option<Query> {
        let words: &[&str] = if highest {
            &["most", "longest"]
        } else {
            &["least", "shortest"]
        };
        let found = self
            .pieces
            .superlatives
            .iter()
            .find(|s| words.contains(&s.word))?
            .clone();
        if self.pieces.number.is_some() || self.pieces.superlatives.len() != 1 {
            return None;
        }
        let (at, field) = match self.pieces.measures.as_slice() {
            [(at, field)] => (*at, *field),
            _ => return None,
        };
        // The superlative goes with the measure: "the largest volume", not "desktop with the most".
        let asked_rows = self
            .pieces
            .subject
            .as_ref()
            .is_some_and(|s| s.at() < found.at);
        if at < found.at || asked_rows || !matches!(field.kind(), Kind::Number(_)) {
            return None;
        }
        if !self.rows() {
            return None;
        }
        self.take(found.at);
        self.take(at);
        self.cue("which");
        self.cue("list");
        self.plain_verbs();
        let mut query = self.new_query(if highest {
            Shape::Highest(field)
        } else {
            Shape::Lowest(field)
        });
        query.groups = self.groups();
        Some(query)
    }

    /// "storage per client": a sum where the measure adds up.
    pub(super) fn measure_groups(&mut self) -> Option<Query> {
        if self.pieces.groups.is_empty() {
            return None;
        }
        // "last connection per client": the latest of each.
        if let [(at, field @ (Field::LastConnectedAt | Field::LastCompleteSync))] =
            self.pieces.measures.as_slice()
            && self.rows()
        {
            let (at, field) = (*at, *field);
            self.take(at);
            for name in ["list", "which", "when"] {
                self.cue(name);
            }
            let mut query = self.new_query(Shape::Highest(field));
            query.groups = self.groups();
            return Some(query);
        }
        let measure = self.one_measure()?;
        let adds_up = matches!(measure.unit(), Some("GiB" | "calls" | "rows" | "versions"))
            && measure != Field::Version;
        if !adds_up || !self.rows() || !self.pieces.superlatives.is_empty() {
            return None;
        }
        self.cue("list");
        self.cue("which");
        self.plain_verbs();
        let mut query = self.new_query(Shape::Total(measure));
        query.groups = self.groups();
        Some(query)
    }

    /// The filters that say which part is meant, and the rest, which say of what.
    pub(super) fn part(&self) -> Option<Vec<Filter>> {
        let filters = &self.parse.filters;
        if filters.is_empty() {
            return None;
        }
        let place = |placed: &Placed| {
            is_place(&placed.filter)
            // When a sync ran is of all that are looked at, as a place is.
            || !self.parse.entity.is_desktop()
                && matches!(&placed.filter.test, Test::Time { field, .. } if *field == self.parse.entity.moment())
        };
        let all = |found: Vec<&Placed>| {
            found
                .into_iter()
                .map(|p| p.filter.clone())
                .collect::<Vec<_>>()
        };
        if let [one] = filters.as_slice() {
            return Some(vec![one.filter.clone()]);
        }
        let noun = self.pieces.subject.as_ref().map_or(0, Subject::at);
        // "of Acme's desktops are stopped": what stands behind the verb is the part.
        let verb = (noun..self.parse.m.len()).find(|at| {
            matches!(
                self.parse.m[*at].text.as_str(),
                "are"
                    | "is"
                    | "have"
                    | "has"
                    | "were"
                    | "run"
                    | "use"
                    | "belong"
                    | "belongs to"
                    | "belong to"
                    | "has been"
                    | "have not"
                    | "got"
                    | "had"
                    | "was"
                    | "runs on"
                    | "run on"
                    | "sit in"
                    | "live in"
            )
        });
        if let Some(verb) = verb {
            let behind: Vec<&Placed> = filters.iter().filter(|p| p.at > verb).collect();
            if !behind.is_empty() && behind.len() < filters.len() {
                // "windows desktops are stopped at Acme": a place may be of both or of the part.
                let places = behind.iter().filter(|placed| place(placed)).count();
                return (places == 0 || places == behind.len()).then(|| all(behind));
            }
        }
        // Of several things that nothing parts, which one is the part is open.
        let parts: Vec<&Placed> = filters.iter().filter(|p| !place(p)).collect();
        (parts.len() == 1).then(|| all(parts))
    }

    pub(super) fn share(&mut self) -> Option<Query> {
        if !self.cue("share") || !self.rows() {
            return None;
        }
        // "how much of Acme is always on, in percent"
        for at in 0..self.used.len() {
            if self.parse.m[at].text == "how much" {
                self.take(at);
            }
        }
        let part = self.part()?;
        self.cue("which");
        self.cue("list");
        self.plain_verbs();
        self.cue("total");
        let mut query = self.new_query(Shape::Share(part));
        query.groups = self.groups();
        if !query.groups.is_empty() {
            if self.part_is_place() {
                return None;
            }
            query.note("The shares are of all of each group, not of the whole.");
        }
        Some(query)
    }

    /// "Acme's share by region" is how Acme's are spread.
    fn part_is_place(&self) -> bool {
        self.parse
            .filters
            .iter()
            .all(|placed| is_place(&placed.filter))
    }

    /// "share of stopped desktops by region": of each region those that are stopped, where what is
    /// asked for is more than a place.
    fn part_of_each(&self) -> bool {
        !self.pieces.groups.is_empty()
            && self
                .parse
                .filters
                .iter()
                .any(|placed| !is_place(&placed.filter))
            && self.part().is_some()
    }

    pub(super) fn split(&mut self) -> Option<Query> {
        if !self.cue("share") || self.time_groups() || self.part_of_each() {
            return None;
        }
        // "split of compute types in percent"
        let mut groups = self.groups();
        if groups.is_empty() && self.breakdown() {
            groups.extend(self.shared());
        } else if !self.rows() {
            return None;
        }
        if groups.is_empty() {
            return None;
        }
        self.cue("which");
        self.cue("list");
        self.cue("count");
        self.cue("total");
        let mut query = self.new_query(Shape::Split);
        query.groups = groups;
        Some(query)
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
        let subject_row = match &self.pieces.subject {
            Some(Subject::Rows(_)) => true,
            None => told && self.time_groups(),
            Some(Subject::Shared(..)) => false,
        };
        let shape = match self.one_measure() {
            Some(field) if self.cue("average") => Shape::Average(field),
            Some(field) if matches!(field.unit(), Some("calls" | "rows" | "versions")) => {
                self.cue("total");
                Shape::Total(field)
            }
            Some(_) => return None,
            None if self.pieces.measures.is_empty() && subject_row => Shape::Count,
            None => return None,
        };
        if !self.rows() {
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

    pub(super) fn compare(&mut self) -> Option<Query> {
        let cued = self.cue("compare");
        let more = (0..self.used.len()).find(|at| {
            !self.used[*at]
                && (self.parse.m[*at].is_cue("more")
                    || matches!(
                        self.parse.m[*at].text.as_str(),
                        "fewer" | "more" | "fewer than" | "less" | "more than" | "less than"
                    ))
        });
        if !cued && (more.is_none() || !self.pieces.groups.is_empty()) {
            return None;
        }
        if let Some(more) = more {
            // "how many more" asks for the difference.
            if more > 0 && self.parse.m[more - 1].is_cue("count") {
                return None;
            }
            self.take(more);
        }
        let mut merged: Option<(Field, Vec<String>)> = None;
        for placed in &self.parse.filters {
            if let Test::OneOf { field, values } = &placed.filter.test
                && !placed.filter.negated
            {
                match &mut merged {
                    Some((known, all)) if known == field => all.extend(values.iter().cloned()),
                    Some((_, all)) if all.len() > 1 => {}
                    _ => merged = Some((*field, values.clone())),
                }
            }
        }
        let (field, values) = merged?;
        if values.len() < 2 {
            return None;
        }
        let shape = match self.one_measure() {
            None if self.pieces.measures.is_empty() => Shape::Count,
            None => return None,
            Some(measure) if self.cue("average") => Shape::Average(measure),
            Some(measure) => Shape::Total(measure),
        };
        if let Some(Subject::Shared(at, _)) = self.pieces.subject
            && self.parse.m[at].is_cue("who")
        {
            self.shared();
        } else if !self.rows() {
            return None;
        }
        for name in ["count", "exists", "list", "which", "total", "who"] {
            self.cue(name);
        }
        for at in 0..self.used.len() {
            if self.parse.m[at].is_small("or") || self.parse.m[at].is_small("by") {
                self.take(at);
            }
        }
        self.plain_verbs();
        let mut query = self.new_query(shape);
        query.groups = vec![Dimension::Field(field)];
        query.groups.extend(self.groups());
        query
            .filters
            .push(Filter::new(Test::OneOf { field, values }));
        Some(query)
    }
}

/// Whose or where rows are, rather than what they are like.
fn is_place(filter: &Filter) -> bool {
    matches!(
        filter.field(),
        Some(
            Field::OrganizationName
                | Field::AccountName
                | Field::AccountId
                | Field::Region
                | Field::DirectoryName
                | Field::BundleName
        )
    )
}
