//! Kinds of question about order: the most, the largest, the newest, and when something was.

use super::compose::Composer;
use super::fields::{Entity, Field};
use super::pieces::Subject;
use super::query::{By, Dimension, Filter, Order, Query, Shape, Test};

/// What became of a row.
pub(super) fn is_outcome(filter: &Filter) -> bool {
    matches!(
        filter.field(),
        Some(Field::Status | Field::State | Field::Error | Field::ErrorCode)
    )
}

/// What a row may or may not be at the time.
pub(super) fn is_condition(filter: &Filter) -> bool {
    matches!(
        filter.field(),
        Some(Field::State | Field::ConnectionState | Field::RunningMode | Field::Enabled)
    )
}

impl Composer<'_, '_> {
    /// How many are asked for: a number, one for a singular noun, all else.
    pub(super) fn limit(&mut self) -> Option<Option<u32>> {
        if let Some((at, number)) = self.pieces.number {
            if number.fract() != 0.0 || !(1.0..=10_000.0).contains(&number) {
                return None;
            }
            self.take(at);
            return Some(Some(number as u32));
        }
        Some((!self.pieces.plural).then_some(1))
    }

    pub(super) fn top_rows(&mut self) -> Option<Query> {
        let found = self.pieces.superlatives.clone();
        let superlative = found.iter().find(|s| {
            matches!(
                s.word,
                "most" | "least" | "longest" | "shortest" | "top" | "bottom"
            )
        })?;
        let direction = found.iter().find_map(|s| match s.word {
            "most" | "longest" => Some(true),
            "least" | "shortest" => Some(false),
            _ => None,
        });
        let mut descending = direction.unwrap_or(superlative.word != "bottom");
        // "biggest user volumes, 5 of them" are of desktops.
        let volumes = self.pieces.subject.is_none()
            && self.pieces.number.is_some()
            && matches!(self.pieces.measures.as_slice(), [(_, field)] if field.unit() == Some("GiB"));
        if !volumes && !matches!(self.pieces.subject, Some(Subject::Rows(_)))
            || !self.rows()
            || !self.pieces.groups.is_empty()
        {
            return None;
        }
        let field = match self.pieces.measures.as_slice() {
            [(at, field)] => {
                let (at, field) = (*at, *field);
                self.take(at);
                field
            }
            [] if found
                .iter()
                .any(|s| matches!(s.word, "longest" | "shortest")) =>
            {
                match self.parse.entity {
                    Entity::Sync => Field::DurationMs,
                    Entity::Job => Field::DurationSeconds,
                    Entity::Alert => Field::OpenDays,
                    _ => return None,
                }
            }
            [] if self.parse.entity.is_desktop() && self.sized(superlative.at) => Field::Storage,
            _ => return None,
        };
        // The longest unused was used first.
        if field == Field::LastConnectedAt {
            descending = !descending;
        }
        for s in &found {
            self.take(s.at);
        }
        self.cue("which");
        self.cue("list");
        self.plain_verbs();
        let limit = self.limit()?;
        let mut query = self.new_query(Shape::List);
        query.order = Some(Order {
            by: By::Field(field),
            descending,
        });
        query.limit = match limit {
            None => {
                query.note("The first 10 are shown; say another number to change that.");
                Some(10)
            }
            some => some,
        };
        if field == Field::Storage && self.pieces.measures.is_empty() {
            query.note("Biggest is read as the most storage, root and user volume together.");
        }
        Some(query)
    }

    /// "biggest desktop": the superlative stands right before the noun.
    pub(super) fn sized(&self, at: usize) -> bool {
        matches!(
            self.parse.m[at].text.as_str(),
            "biggest" | "largest" | "smallest"
        ) && self
            .pieces
            .subject
            .as_ref()
            .is_some_and(|s| s.at() == at + 1)
    }

    pub(super) fn top_groups(&mut self) -> Option<Query> {
        let found = self.pieces.superlatives.clone();
        let superlative = found
            .iter()
            .find(|s| matches!(s.word, "most" | "least" | "top" | "bottom"))?;
        let ascending = found.iter().any(|s| matches!(s.word, "least" | "bottom"));
        let dimension = self.shared()?;
        self.usage(&dimension);
        if !self.pieces.groups.is_empty()
            || !self.pieces.named.is_empty() && !self.parse.entity.is_desktop()
        {
            return None;
        }
        // "week with the most deletions"
        if let ([(at, field)], Dimension::Time(of, _)) =
            (self.pieces.measures.as_slice(), &dimension)
            && field == of
        {
            let at = *at;
            self.take(at);
        }
        let ranked_share = self.cue("share").then(|| self.part());
        let shape = match self.one_measure() {
            // "account with the highest share of unused desktops"
            None if let Some(part) = ranked_share => Shape::Share(part?),
            // "which client has the most users"
            None if matches!(dimension, Dimension::Time(..)) => Shape::Count,
            None if self.pieces.measures.is_empty() && self.pieces.own.is_empty() => {
                match self.pieces.named.as_slice() {
                    [] => Shape::Count,
                    [(at, counted)] => {
                        let (at, counted) = (*at, counted.clone());
                        self.take(at);
                        Shape::CountDistinct(counted)
                    }
                    _ => return None,
                }
            }
            None if self.pieces.measures.is_empty() => Shape::Count,
            None => return None,
            Some(field) if self.cue("average") => Shape::Average(field),
            Some(field) if matches!(field.unit(), Some("GiB" | "calls" | "rows" | "versions")) => {
                Shape::Total(field)
            }
            Some(_) => return None,
        };
        self.take(superlative.at);
        for s in &found {
            if matches!(s.word, "most" | "least" | "top" | "bottom") {
                self.take(s.at);
            }
        }
        self.cue("which");
        self.cue("list");
        self.cue("who");
        self.cue("count");
        self.cue("total");
        self.plain_verbs();
        for at in 0..self.used.len() {
            // "by number of desktops"
            if self.parse.m[at].is_small("by") {
                self.take(at);
            }
        }
        // The busiest day is the one with the most; what a busy client is, is open.
        let busy = self
            .parse
            .m
            .iter()
            .any(|m| matches!(m.text.as_str(), "busiest" | "quietest"));
        if busy && (!matches!(dimension, Dimension::Time(..)) || self.pieces.own.is_empty()) {
            return None;
        }
        if matches!(dimension, Dimension::Time(..)) {
            self.creations(std::slice::from_ref(&dimension));
            self.cue("when");
        }
        let mut query = self.new_query(shape);
        query.limit = self.limit()?;
        query.groups = vec![dimension];
        query.order = Some(Order {
            by: By::Measure,
            descending: !ascending,
        });
        Some(query)
    }

    pub(super) fn latest(&mut self, newest: bool) -> Option<Query> {
        if newest && let Some((at, field)) = self.last_time() {
            self.take(at);
            // "last complete sync per account" is one row for each of them.
            if self.pieces.each {
                self.rows();
                let mut query = self.new_query(Shape::List);
                query.show = vec![Dimension::Field(field)];
                return Some(query);
            }
            self.cue("which");
            self.cue("list");
            let mut query = self.new_query(Shape::List);
            query.order = Some(Order {
                by: By::Field(field),
                descending: true,
            });
            query.limit = Some(1);
            return Some(query);
        }
        let words: &[&str] = if newest {
            &["newest", "last"]
        } else {
            &["oldest", "first"]
        };
        let found = self
            .pieces
            .superlatives
            .iter()
            .find(|s| words.contains(&s.word))?
            .clone();
        let times = self.both_ends() && !self.pieces.measures.is_empty();
        if !self.pieces.groups.is_empty() || times {
            return self.latest_of_each(newest);
        }
        let shared_who = matches!(self.pieces.subject, Some(Subject::Shared(..)));
        if !self.pieces.groups.is_empty()
            || shared_who
                && !self
                    .parse
                    .m
                    .iter()
                    .any(|m| m.is_cue("who") || m.is_cue("requester"))
        {
            return None;
        }
        let mut show = Vec::new();
        if shared_who {
            show.push(self.shared()?);
            self.cue("who");
        } else if !self.rows() {
            return None;
        }
        if self.yes_or_no() {
            if !self.outcome_asked(found.at) {
                return None;
            }
            if self.parse.entity == Entity::Sync {
                return self.outcomes_of_run(found.at);
            }
        }
        let field = self.moment()?;
        self.take(found.at);
        for s in &self.pieces.superlatives.clone() {
            if words.contains(&s.word) || s.word == "top" {
                self.take(s.at);
            }
        }
        self.cue("which");
        self.cue("list");
        self.plain_verbs();
        let sorts = self.orders(found.at);
        let limit = self
            .limit()?
            .filter(|_| !sorts || self.pieces.number.is_some());
        let mut query = self.new_query(Shape::List);
        query.show = show;
        query.show.extend(
            self.shown()
                .into_iter()
                .filter(|d| d.field() != Some(field)),
        );
        query.order = Some(Order {
            by: By::Field(field),
            descending: newest,
        });
        query.limit = match limit {
            None if sorts => None,
            None => {
                query.note("The first 10 are shown; say another number to change that.");
                Some(10)
            }
            some => some,
        };
        Some(query)
    }

    /// "newest first", "…, latest on top": an order, and no number of rows. What everything is asked
    /// for is not cut short either.
    pub(super) fn orders(&mut self, at: usize) -> bool {
        let m = self.parse.m;
        let first = m.get(at + 1).is_some_and(|next| next.is_cue("first"));
        if first {
            self.take(at + 1);
        }
        let top = (at + 1..m.len().min(at + 5)).find(|next| m[*next].is_cue("top"));
        if let Some(top) = top
            && self.pieces.number.is_none()
        {
            self.take(top);
        }
        let trailing = at > 1
            && m[at - 1].is_small("comma")
            && (at + 1..m.len()).all(|next| m[next].soft() || Some(next) == top);
        first || top.is_some() || trailing || self.everything(at)
    }

    /// "all changes of", "the full list of": a quantifier before the superlative.
    pub(super) fn everything(&self, superlative: usize) -> bool {
        self.parse.m[..superlative]
            .iter()
            .enumerate()
            .any(|(at, m)| {
                let every = m.text.split(' ').any(|word| {
                    matches!(word, "all" | "every" | "everything" | "entire" | "complete")
                });
                every && !(at > 0 && self.parse.m[at - 1].text.ends_with("of"))
            })
    }

    /// "last login at Acme": of all rows the latest, where nothing else is asked for.
    pub(super) fn last_time(&self) -> Option<(usize, Field)> {
        let alone = self.pieces.subject.is_none()
            && self.pieces.groups.is_empty()
            && self.pieces.named.is_empty()
            && !self.identified();
        match self.pieces.measures.as_slice() {
            [(at, field @ (Field::LastConnectedAt | Field::LastCompleteSync))] if alone => {
                Some((*at, *field))
            }
            _ => None,
        }
    }

    /// "did the last sync of Acme succeed": how its scopes ended.
    fn outcomes_of_run(&mut self, superlative: usize) -> Option<Query> {
        self.take(superlative);
        self.plain_verbs();
        let mut query = self.new_query(Shape::Count);
        query.groups = vec![Dimension::Field(Field::Status)];
        query.filters = vec![Filter::new(Test::LastRun {
            finished: false,
            filters: self.parse.places(),
        })];
        Some(query)
    }

    /// "did the last sync succeed": what became of the row is asked for, and filters nothing.
    pub(super) fn outcome_asked(&self, superlative: usize) -> bool {
        self.parse
            .filters
            .iter()
            .any(|placed| placed.at > superlative + 1 && is_outcome(&placed.filter))
    }

    /// "first and last": the two ends of one measure.
    pub(super) fn both_ends(&self) -> bool {
        let said = |words: &[&str]| {
            self.pieces
                .superlatives
                .iter()
                .any(|found| words.contains(&found.word))
        };
        let named = self
            .pieces
            .measures
            .iter()
            .any(|(at, _)| super::guard::last_of(&self.parse.m[*at].text));
        (said(&["newest", "last"]) || named) && said(&["oldest", "first"])
            || said(&["most", "longest"]) && said(&["least", "shortest"])
    }

    pub(super) fn grouped(&self, shape: Shape) -> Query {
        let mut query = self.new_query(shape);
        query.groups = self.groups();
        query
    }

    /// "latest sync per account"
    fn latest_of_each(&mut self, newest: bool) -> Option<Query> {
        if !self.rows() || self.pieces.number.is_some() {
            return None;
        }
        let field = self.moment()?;
        for s in self.pieces.superlatives.clone() {
            if matches!(s.word, "newest" | "last" | "oldest" | "first") {
                self.take(s.at);
            }
        }
        self.cue("which");
        self.cue("list");
        self.plain_verbs();
        Some(self.grouped(if self.both_ends() {
            Shape::Range(field)
        } else if newest {
            Shape::Highest(field)
        } else {
            Shape::Lowest(field)
        }))
    }
}
