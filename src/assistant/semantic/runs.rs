//! Sync runs in questions: the scopes of the last one, and runs that have ended.

use super::clauses::Parse;
use super::fields::{Entity, Field};
use super::query::{Filter, Test};

impl Parse<'_> {
    /// "which scopes failed in the last finished sync": those of one run.
    pub(super) fn last_run(&mut self) {
        if self.entity != Entity::Sync {
            return;
        }
        for at in 1..self.m.len() {
            if !self.m[at].is_cue("last") && !self.m[at].is_cue("newest") {
                continue;
            }
            let finished = self.m.get(at + 1).is_some_and(|next| {
                matches!(
                    next.text.as_str(),
                    "finished" | "completed" | "complete" | "ended"
                )
            });
            let noun = at + 1 + usize::from(finished);
            let run = self.m.get(noun).is_some_and(|next| {
                next.entity() == Some(Entity::Sync)
                    && !next.text.contains("scope")
                    && !next.text.contains("listing")
                    || next.fields().contains(&Field::RunId)
            });
            let within = (0..at)
                .rev()
                .find(|back| !self.m[*back].is_small("their"))
                .is_some_and(|back| {
                    let text = self.m[back].text.as_str();
                    back > 0
                        && ["in", "of", "during", "from", "within", "by"]
                            .iter()
                            .any(|word| text == *word || text == format!("{word} the"))
                });
            if run && within {
                for taken in at..=noun {
                    self.used[taken] = true;
                }
                let filters = Vec::new();
                self.add(at, Filter::new(Test::LastRun { finished, filters }));
            }
        }
    }

    /// The last run of a client is the last that looked at one of its accounts.
    pub(super) fn places_of_run(&mut self) {
        let places = self.places();
        for placed in &mut self.filters {
            if let Test::LastRun { filters, .. } = &mut placed.filter.test {
                filters.clone_from(&places);
            }
        }
    }

    /// The filters that say where.
    pub fn places(&self) -> Vec<Filter> {
        self.filters
            .iter()
            .map(|placed| placed.filter.clone())
            .filter(says_where)
            .collect()
    }

    /// "the last finished sync": one that has ended, however it did.
    pub(super) fn finished(&mut self) {
        let field = match self.entity {
            Entity::Job => Field::FinishedAt,
            Entity::Sync => Field::CompletedAt,
            _ => return,
        };
        for at in 0..self.m.len() {
            let noun = self.m.get(at + 1).is_some_and(|next| {
                matches!(next.entity(), Some(Entity::Sync | Entity::Job))
                    || next
                        .value()
                        .is_some_and(|value| self.lexicon.values[value].means == Some(Entity::Job))
            });
            if self.m[at].text == "finished" && noun {
                self.add(at, Filter::not(Test::Absent(field)));
            }
        }
    }
}

/// Whose rows are meant, or in which region.
pub(super) fn says_where(filter: &Filter) -> bool {
    matches!(
        filter.field(),
        Some(Field::OrganizationName | Field::AccountName | Field::AccountId | Field::Region)
    )
}
