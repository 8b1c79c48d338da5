//! Kinds that count: rows, rows of each group, and different values.

use super::compose::Composer;
use super::fields::{Entity, Field};
use super::kinds_rows::few_values;
use super::pieces::Subject;
use super::query::{By, Dimension, Order, Query, Shape};

impl Composer<'_, '_> {
    pub(super) fn count(&mut self) -> Option<Query> {
        let counted = self.cue("count");
        // "ubuntu boxes in total" counts them, where nothing is there to add up.
        let summed = self.cue("total") && self.pieces.measures.is_empty();
        let whole = summed && self.pieces.superlatives.is_empty();
        if !(counted || whole) || !self.rows() || !self.pieces.groups.is_empty() {
            return None;
        }
        // Which tags are the same, those of one key or of one value too, is left open.
        if self.parse.entity == Entity::Tag && self.cue("distinct") {
            return None;
        }
        self.cue("distinct");
        self.cue("exists");
        self.plain_verbs();
        Some(self.new_query(Shape::Count))
    }

    pub(super) fn count_groups(&mut self) -> Option<Query> {
        if self.time_groups()
            || self.pieces.groups.is_empty() && !self.breakdown() && !self.counts_of_each()
        {
            return None;
        }
        let counted = self.cue("count");
        for name in ["total", "exists", "list", "which", "distinct"] {
            self.cue(name);
        }
        let mut extra = None;
        if self.counts_of_each() {
            // "clients with their number of accounts"
            extra = self.shared();
        } else if (self.breakdown() || self.kinds_of_each())
            && matches!(self.pieces.subject, Some(Subject::Shared(..)))
        {
            // "operating system breakdown per client", "states per region"
            extra = self.shared();
        } else if self.breakdown()
            && self.pieces.groups.is_empty()
            && let [(at, named)] = self.pieces.named.as_slice()
        {
            // "desktops in Europe, os breakdown"
            let (at, named) = (*at, named.clone());
            self.take(at);
            extra = Some(named);
            if !self.rows() {
                return None;
            }
        } else if self.breakdown()
            && let Some(spread) = self.spread()
        {
            extra = Some(spread);
            if !self.rows() {
                return None;
            }
        } else if self.parse.entity == Entity::Tag
            && matches!(&self.pieces.subject, Some(Subject::Shared(_, dimension)) if dimension.field() == Some(Field::WorkspaceId))
        {
            let desktops = self.shared()?;
            let mut query = self.new_query(Shape::CountDistinct(desktops));
            query.groups = self.groups();
            return Some(query);
        } else if !self.rows() {
            return None;
        }
        if self.pieces.groups.is_empty() && extra.is_none() {
            return None;
        }
        // "state x client"
        let told = self
            .parse
            .m
            .iter()
            .any(|m| m.text == "breakdown by" || m.is_small("cross"));
        let bare = self.pieces.subject.is_none() && self.parse.filters.is_empty();
        if !counted && !told && bare && extra.is_none() {
            return None;
        }
        self.plain_verbs();
        let mut query = self.new_query(Shape::Count);
        query.groups = self.groups();
        query.groups.extend(extra);
        self.ordering(&mut query);
        Some(query)
    }

    /// "accounts and their desktop counts": what rows share stands first, then what is counted.
    pub(super) fn counts_of_each(&self) -> bool {
        let Some(Subject::Shared(at, _)) = &self.pieces.subject else {
            return false;
        };
        let m = self.parse.m;
        let people = self.pieces.subject.as_ref().is_some_and(|subject| {
            matches!(
                subject,
                Subject::Shared(_, Dimension::Field(Field::UserName))
            )
        });
        let counted = (*at + 1..m.len()).any(|later| {
            // "people who logged in today, number only" is one number, and so is "staff with
            // windows desktops, give me the number".
            let ends = m[later + 1..].iter().all(|m| m.soft());
            let shown = m[..later]
                .iter()
                .rev()
                .take_while(|m| m.soft() || m.is_small("show"))
                .take(2)
                .any(|m| {
                    m.is_small("show")
                        || m.is_small("and")
                        || matches!(m.text.as_str(), "their" | "its" | "with")
                });
            let told = people || self.parse.having.is_some();
            let apart = ends && (m[later - 1].is_small("comma") || told && !shown);
            m[later].is_cue("count") && !apart
        });
        counted && !(0..*at).any(|before| m[before].is_cue("count"))
    }

    /// "running mode by client": what rows are like stands before the groups, nothing else is said.
    fn kinds_of_each(&self) -> bool {
        let Some(Subject::Shared(at, Dimension::Field(field))) = &self.pieces.subject else {
            return false;
        };
        let kinds = few_values(*field);
        // "sync health per account" asks for more than which states there are.
        kinds
            && !self.parse.m[*at].text.starts_with("health")
            && !self.parse.m[..=*at]
                .iter()
                .any(|m| m.is_cue("which") || m.is_cue("distinct"))
            && self.pieces.measures.is_empty()
            && self.pieces.superlatives.is_empty()
            && self.pieces.groups.iter().any(|(place, _)| place > at)
    }

    /// "auto-stop timeout distribution", "spread of root volumes": a number that takes few values.
    fn spread(&mut self) -> Option<Dimension> {
        let [(at, field)] = self.pieces.measures.as_slice() else {
            return None;
        };
        let few = matches!(
            field,
            Field::AutoStop | Field::RootVolume | Field::UserVolume
        );
        few.then(|| {
            self.take(*at);
            Dimension::Field(*field)
        })
    }

    /// "distribution of", "breakdown": counts of what rows share.
    pub(super) fn breakdown(&self) -> bool {
        self.summed_up()
            || self.parse.m.iter().any(|m| {
                [
                    "breakdown",
                    "break down",
                    "distribution",
                    "mix",
                    "the mix",
                    "split",
                    "spread",
                    "rundown",
                    "composition",
                    "frequenc",
                    "the frequenc",
                    "make up",
                    "makeup",
                ]
                .iter()
                .any(|word| m.text.starts_with(word))
            })
    }

    /// "summary of running modes": each of the few values that rows have, with how many have it.
    fn summed_up(&self) -> bool {
        let few = matches!(
            &self.pieces.subject,
            Some(Subject::Shared(_, Dimension::Field(field))) if few_values(*field)
        );
        let health = self.parse.m.iter().any(|m| m.text.starts_with("health"));
        few && !health
            && self.parse.m.iter().any(|m| {
                ["summar", "overview", "an overview", "rundown", "recap"]
                    .iter()
                    .any(|word| m.text.starts_with(word))
            })
    }

    /// "by bundle, top 10": how many of the groups are shown.
    pub(super) fn first_groups(&mut self, query: &mut Query) {
        let Some((at, number)) = self.pieces.number else {
            return;
        };
        let Some(top) = self.pieces.superlatives.iter().find(|s| {
            matches!(s.word, "top" | "bottom") && s.at + 1 == at && !query.groups.is_empty()
        }) else {
            return;
        };
        if number.fract() == 0.0 && (1.0..=1000.0).contains(&number) {
            let (place, descending) = (top.at, top.word == "top");
            self.take(place);
            self.take(at);
            query.limit = Some(number as u32);
            query.order = Some(Order {
                by: By::Measure,
                descending,
            });
        }
    }

    /// "most first", "sorted by count"
    pub(super) fn ordering(&mut self, query: &mut Query) {
        self.first_groups(query);
        // "max desktops per user" is one number, "most first" an order.
        let ordered = self.parse.m.iter().all(|m| {
            !m.is_cue("most") && !m.is_cue("least") || matches!(m.text.as_str(), "most" | "fewest")
        });
        if !ordered && !self.parse.m.iter().any(|m| m.is_cue("first")) {
            return;
        }
        for word in ["top", "most"] {
            if self.cue(word) && query.limit.is_none() {
                query.order = Some(Order {
                    by: By::Measure,
                    descending: true,
                });
            }
        }
        if self.cue("least") {
            query.order = Some(Order {
                by: By::Measure,
                descending: false,
            });
        }
        self.cue("first");
    }

    pub(super) fn count_distinct(&mut self) -> Option<Query> {
        // "distinct users per client" is how many of them.
        let told = !self.pieces.groups.is_empty()
            && self.pieces.plural
            && !self
                .parse
                .m
                .iter()
                .any(|m| m.is_cue("which") || m.is_cue("list"))
            && matches!(
                &self.pieces.subject,
                Some(Subject::Shared(_, Dimension::Field(Field::UserName)))
            );
        if !self.cue("count") && !told
            || !self.pieces.groups.is_empty() && self.parse.having.is_some()
        {
            return None;
        }
        if self.counts_of_each() {
            return None;
        }
        let dimension = self.shared()?;
        // "how many errors" are desktops with one, unless their kinds are asked for.
        let told_apart = self.cue("distinct")
            || self
                .parse
                .m
                .iter()
                .any(|m| m.text.contains("code") || m.text.contains("kind"));
        if dimension.field() == Some(Field::ErrorCode) && !told_apart {
            return None;
        }
        self.usage(&dimension);
        self.cue("total");
        self.cue("exists");
        self.plain_verbs();
        if let Some((comparison, value, at)) = self.parse.having {
            if !self.parse.m[at]
                .entity()
                .is_some_and(|entity| self.parse.is_own(entity))
            {
                return None;
            }
            self.take(at);
            let mut query = self.new_query(Shape::CountDistinct(dimension.clone()));
            query.having = Some((comparison, value));
            return Some(query);
        }
        let mut query = self.new_query(Shape::CountDistinct(dimension));
        query.groups = self.groups();
        Some(query)
    }
}
