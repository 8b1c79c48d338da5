//! The rest of the last look: groups, ends, quantifiers, people and what was said about them show in the shape.

use super::fields::{Entity, Field};
use super::guard::{Said, last_of, narrower};
use super::mentions::What;
use super::pieces::{Pieces, Subject};
use super::query::{Filter, Shape, Test};

impl Said<'_, '_> {
    /// "per account": what stands behind shows as groups, or the rows are asked for one by one.
    pub(super) fn grouped(&self) -> bool {
        let m = self.parse.m;
        let said = (0..m.len().saturating_sub(1)).any(|at| {
            let strict = m[at].is_small("by")
                && m[at]
                    .text
                    .split(' ')
                    .any(|word| matches!(word, "per" | "each" | "grouped" | "broken"));
            let noun = (at + 1..m.len()).find(|next| {
                !m[*next].soft() || m[*next].entity().is_some() || !m[*next].fields().is_empty()
            });
            // "average storage per desktop" is of the rows themselves.
            let averaged = matches!(self.query.shape, Shape::Average(_));
            strict
                && noun.is_some_and(|noun| match m[noun].entity() {
                    Some(entity) => !(averaged && self.parse.is_own(entity)),
                    None => !m[noun].fields().is_empty(),
                })
        });
        let one = matches!(
            self.query.shape,
            Shape::Count
                | Shape::CountDistinct(_)
                | Shape::Total(_)
                | Shape::Average(_)
                | Shape::Lowest(_)
                | Shape::Highest(_)
                | Shape::Range(_)
        ) || self.query.shape == Shape::List && self.query.limit == Some(1);
        !said || !one || !self.query.groups.is_empty() || self.query.having.is_some()
    }

    /// "first and last login": both are asked for.
    pub(super) fn opposites(&self) -> bool {
        let ends = |words: [&str; 2]| {
            self.parse.m.iter().position(|m| {
                let cued = words.iter().any(|word| m.is_cue(word));
                // "first and last login"
                let within = m.is_named_time() && last_of(&m.text) && words.contains(&"last");
                (cued || within) && m.time().is_none()
            })
        };
        for (one, other) in [
            (["newest", "last"], ["oldest", "first"]),
            (["most", "longest"], ["least", "shortest"]),
        ] {
            if let (Some(one), Some(other)) = (ends(one), ends(other)) {
                let (from, to) = (one.min(other) + 1, one.max(other));
                let joined = self.parse.m[from..to]
                    .iter()
                    .any(|m| m.is_small("and") || m.is_small("or"));
                let both = matches!(self.query.shape, Shape::Range(_));
                if joined && to - from <= 4 && !both {
                    return false;
                }
            }
        }
        true
    }

    /// What everything is asked of is not cut short.
    pub(super) fn everything(&self) -> bool {
        let m = self.parse.m;
        let said = (0..m.len()).any(|at| {
            let every = m[at].text == "everything"
                || m[at].text == "all" && m.get(at + 1).is_some_and(|next| next.entity().is_some());
            every && !(at > 0 && m[at - 1].text.ends_with("of"))
        });
        let numbered = self.any(|m| m.number().is_some());
        !said || numbered || self.query.shape != Shape::List || self.query.limit.is_none()
    }

    /// A word that can be a state is a condition, unless it says where or how something runs.
    pub(super) fn states_said(&self) -> bool {
        if !self.query.entity.is_desktop() {
            return true;
        }
        let m = self.parse.m;
        (0..m.len()).all(|at| {
            let state = m[at].text == "running"
                && m[at].value().is_some()
                && !self.parse.located(at)
                && !self.parse.used[at];
            // "are live in eu-west-1" is more than that they are there.
            let verb = at > 0 && matches!(m[at - 1].text.as_str(), "are" | "is" | "were");
            let state = state || verb && matches!(m[at].text.as_str(), "live in" | "up in");
            !state || self.fields().any(|field| field == Field::State)
        })
    }

    /// "a stopped desktop and no running one", "Acme and Acme Labs excluded": what is one thing is
    /// not another anyway, so that the second was meant of something else.
    pub(super) fn apart_from(&self) -> bool {
        let one = |filter: &&Filter, negated: bool| {
            filter.negated == negated && matches!(filter.test, Test::OneOf { .. })
        };
        !self
            .query
            .filters
            .iter()
            .filter(|f| one(f, true))
            .any(|not| {
                self.query
                    .filters
                    .iter()
                    .filter(|f| one(f, false))
                    .any(|is| is.field() == not.field() && !narrower(is, not))
            })
    }

    /// A bound that another bound of the same time has in it was meant of another time.
    pub(super) fn implied(&self) -> bool {
        let bounds: Vec<_> = self
            .query
            .filters
            .iter()
            .filter(|filter| !filter.negated)
            .filter_map(|filter| match &filter.test {
                Test::Time {
                    field,
                    from,
                    to,
                    or_never: false,
                    ..
                } => Some((*field, *from, *to)),
                _ => None,
            })
            .collect();
        bounds.iter().enumerate().all(|(at, (field, from, to))| {
            bounds
                .iter()
                .enumerate()
                .all(|(other, (same, begin, end))| {
                    let wider = begin.is_none_or(|begin| from.is_some_and(|from| begin <= from))
                        && end.is_none_or(|end| to.is_some_and(|to| to <= end));
                    at == other || field != same || !wider
                })
        })
    }

    /// "who stopped ws-1": who did something to a desktop nobody knows.
    pub(super) fn doers(&self) -> bool {
        let m = self.parse.m;
        !(0..m.len()).any(|at| {
            let state = self.query.entity.is_desktop()
                && m[at]
                    .value()
                    .is_some_and(|value| self.parse.lexicon.is_state(value))
                && m.get(at + 1)
                    .is_some_and(|next| next.what == What::Literal && next.text.starts_with("ws-"));
            state
                && (0..at).any(|back| m[back].is_cue("who") || m[back].text == "who")
                && !(at > 0 && matches!(m[at - 1].text.as_str(), "is" | "are" | "the" | "of"))
        })
    }

    /// "people who never connected on any of their machines": said of all that one person has.
    pub(super) fn people(&self) -> bool {
        let whole = self.parse.m.windows(3).any(|three| {
            let words = three
                .iter()
                .map(|m| m.text.as_str())
                .collect::<Vec<_>>()
                .join(" ");
            ["any of their", "all of their", "all their", "none of their"]
                .iter()
                .any(|said| words.contains(said))
        });
        let shared = matches!(
            self.query.shape,
            Shape::Distinct(_) | Shape::CountDistinct(_)
        ) || !self.query.groups.is_empty();
        !(whole && shared)
    }

    /// Which version was in force at a time is not which began then.
    pub(super) fn in_force(&self) -> bool {
        let said = self.any(|m| m.property() == Some("in_force"));
        let back = self.query.entity == Entity::Version
            && self.query.filters.iter().any(|filter| {
                filter.negated && filter.test == Filter::one(Field::Change, "returned").test
            });
        !(said && self.any(|m| m.time().is_some()) || back)
    }

    /// "are there any? which" asks for them, "is a sync still going" for more than whether there
    /// ever was one, and "even if it is gone" is no condition.
    pub(super) fn whether(&self) -> bool {
        let exists = self.query.intent.ends_with(".exists");
        let which = self.parse.m.split_last().is_some_and(|(last, before)| {
            (last.is_cue("which") || last.is_cue("list"))
                && !before
                    .last()
                    .is_some_and(|m| m.is_small("in") || m.is_small("of"))
        });
        let now = self.query.filters.is_empty()
            && self.any(|m| m.is_small("now") || matches!(m.text.as_str(), "still" | "going"));
        let concession = self.parse.m.windows(2).any(|pair| {
            pair[0].text == "even" && matches!(pair[1].text.as_str(), "if" | "when" | "though")
        });
        let gone = self.query.entity == Entity::DesktopEver && !self.query.filters.is_empty();
        !(exists && (which || now) || concession && gone)
    }

    /// Why something failed is only known of what failed.
    pub(super) fn reasons(&self) -> bool {
        let why = self.any(|m| m.fields().first() == Some(&Field::Error));
        let failed = self
            .fields()
            .any(|field| matches!(field, Field::State | Field::Status));
        !why || failed && self.query.shape == Shape::List
    }

    /// A state is of the thing that was named.
    pub(super) fn states(&self, pieces: &Pieces) -> bool {
        if !self.query.entity.is_desktop() || self.noun(Entity::Desktop) {
            return true;
        }
        let theirs = matches!(
            &pieces.subject,
            Some(Subject::Shared(at, _))
                if matches!(self.parse.m[*at].entity(), Some(Entity::Directory | Entity::Account))
        );
        !theirs || !self.fields().any(|field| field == Field::State)
    }

    /// "what failed in the last sync" asks for scopes of the last run, "the last failed sync" does
    /// not.
    pub(super) fn scopes_of_a_run(&self, pieces: &Pieces) -> bool {
        if self.query.entity != Entity::Sync || self.query.limit.is_none() {
            return false;
        }
        let Some(last) = pieces.superlatives.first().map(|found| found.at) else {
            return false;
        };
        self.parse
            .filters
            .iter()
            .any(|placed| placed.filter.field() == Some(Field::Status) && placed.at < last)
    }
}
