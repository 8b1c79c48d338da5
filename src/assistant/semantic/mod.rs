//! Known kinds of question, understood without a model. A question becomes a [`Query`]: a thing, a
//! shape, filters and groups in any combination, from which the SQL is built.
//!
//! | file | holds |
//! |---|---|
//! | `understand` | the way of a question through all of these |
//! | `text`, `numbers`, `times`, `places`, `lexicon`, `values` | a question's words, and what each may mean |
//! | `mentions`, `marking`, `amends` | the question as stretches of words, with its values taken out |
//! | `asides` | what a question says of its occasion and purpose, which is left out |
//! | `clauses`, `thresholds`, `volumes`, `tagged`, `runs` | filters, out of mentions |
//! | `moments`, `time_filters`, `named`, `joined` | those of times and of names |
//! | `pieces` | subject, groups, measures and order, out of what filters left |
//! | `things`, `read` | which thing a question is about, and its possible readings |
//! | `compose`, `kinds_*` | each kind of question: what it needs, takes and makes |
//! | `guard`, `guard_shape` | the last look: what was said shows in the query |
//! | `classifier`, `intents` | which kind a question is, learned from declared phrasings |
//! | `follow` | follow-ups that edit the question before |
//! | `query`, `fields`, `sql`, `conditions`, `label` | what was understood, as SQL and in words |
//!
//! The words and phrasings are data in `assets/prompts/`. Nothing a person types reaches SQL: only
//! values that were found in the data, names of this room's own, numbers and times.

mod amends;
mod asides;
mod classifier;
mod clauses;
mod compose;
mod conditions;
mod fields;
mod follow;
mod guard;
mod guard_shape;
mod intents;
mod joined;
mod kinds_compared;
mod kinds_counts;
mod kinds_measures;
mod kinds_ranked;
mod kinds_rows;
mod kinds_times;
mod kinds_when;
mod label;
mod lexicon;
mod marking;
mod mentions;
mod moments;
mod named;
mod numbers;
mod pieces;
mod places;
mod query;
mod read;
mod runs;
mod sql;
mod tagged;
mod text;
mod things;
mod thresholds;
mod time_filters;
mod times;
mod understand;
mod values;
mod volumes;

use std::sync::{Arc, LazyLock};

use domain::UtcTime;

use classifier::Classifier;
use intents::Intents;
use lexicon::Lexicon;

pub use fields::{Entity, Field};
pub use intents::KnownKind;
pub use query::Query;
pub use values::Values;

/// What a question was understood as.
#[derive(Debug, Clone, PartialEq)]
pub enum Understanding {
    /// One thing, surely.
    Query(Box<Query>),
    /// Two to four things it may mean.
    Ambiguous(Vec<Query>),
    /// It is clear what is asked and that there is no such data, or that it is not a question.
    CannotAnswer { reason: String },
    /// Not one of the known kinds: the next tier's turn.
    Unknown,
}

/// Everything that understands questions. Clones share it.
#[derive(Clone)]
pub struct Semantics {
    learned: Arc<Learned>,
}

struct Learned {
    lexicon: Lexicon,
    intents: Intents,
    classifier: Classifier,
}

/// Learned once per process: what is declared does not change while it runs.
static LEARNED: LazyLock<Arc<Learned>> = LazyLock::new(|| {
    let lexicon = Lexicon::new();
    let intents = Intents::new();
    let classifier = intents.train(&lexicon);
    Arc::new(Learned {
        lexicon,
        intents,
        classifier,
    })
});

impl Semantics {
    #[must_use]
    pub fn new() -> Self {
        Self {
            learned: Arc::clone(&LEARNED),
        }
    }

    /// What `question` means, with names looked up in `values`; `previous` is the question it may
    /// follow up on.
    #[must_use]
    pub fn understand(
        &self,
        question: &str,
        values: &Values,
        previous: Option<&Query>,
        now: UtcTime,
    ) -> Understanding {
        self.with(values, now).understand(question, previous)
    }

    /// How the words of `question` were taken, line by line.
    #[must_use]
    pub fn explain(&self, question: &str, values: &Values, now: UtcTime) -> String {
        self.with(values, now).explain(question)
    }

    fn with<'a>(&'a self, values: &'a Values, now: UtcTime) -> understand::Understander<'a> {
        understand::Understander {
            lexicon: &self.learned.lexicon,
            classifier: &self.learned.classifier,
            values,
            now,
        }
    }

    /// The kinds of question that are known, for people.
    #[must_use]
    pub fn kinds(&self) -> Vec<KnownKind> {
        self.learned.intents.kinds()
    }

    /// The words and pairs of words that speak most for a kind of question, with their weights.
    #[must_use]
    pub fn reasons(&self, kind: &str, most: usize) -> Vec<(&str, f32)> {
        compose::KINDS
            .iter()
            .position(|known| *known == kind)
            .map(|at| self.learned.classifier.reasons(at, most))
            .unwrap_or_default()
    }
}

impl Default for Semantics {
    fn default() -> Self {
        Self::new()
    }
}
