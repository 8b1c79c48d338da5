//! How many questions were answered, by whom and how, since the start.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use domain::question::{Answer, Outcome, Tier};

/// Questions of one kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Count {
    /// `None` when nobody could answer.
    pub tier: Option<Tier>,
    /// `None` when it ended with an error.
    pub outcome: Option<Outcome>,
    pub questions: u64,
}

#[derive(Debug, Default)]
pub struct Counters(Mutex<BTreeMap<(&'static str, &'static str), Count>>);

impl Counters {
    pub(crate) fn answered(&self, answer: &Answer) {
        self.add(answer.tier, Some(answer.outcome));
    }

    pub(crate) fn failed(&self) {
        self.add(None, None);
    }

    fn add(&self, tier: Option<Tier>, outcome: Option<Outcome>) {
        let key = (
            tier.map_or("none", Tier::as_str),
            outcome.map_or("error", Outcome::as_str),
        );
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let count = counts.entry(key).or_insert(Count {
            tier,
            outcome,
            questions: 0,
        });
        count.questions += 1;
    }

    #[must_use]
    pub fn all(&self) -> Vec<Count> {
        let counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        counts.values().copied().collect()
    }
}
