//! Known kinds of question, understood without a model. A question becomes a [`Query`]: a thing, a
//! shape, filters and groups in any combination, from which the SQL is built.
//!
//! | file | holds |
//! |---|---|
//! | `text`, `lexicon`, `values`, `times` | a question's words, and what each may mean |
//! | `mentions` | the words with one meaning each: the question with its values taken out |
//! | `clauses` | filters, out of mentions |
//! | `compose` | shapes, groups and orders, out of mentions and a kind of question |
//! | `classifier`, `intents` | which kind of question it is, learned from declared phrasings |
//! | `follow` | follow-ups that edit the question before |
//! | `query`, `fields`, `sql`, `label` | what was understood, as SQL and in words |
//!
//! The words and phrasings are data in `assets/prompts/`. Nothing a person types reaches SQL: only
//! values that were found in the data, names of this room's own, numbers and times.

mod fields;
mod label;
mod query;
mod sql;
mod values;

use domain::UtcTime;

pub use fields::{Entity, Field};
pub use query::Query;
pub use values::{Values, ValuesError};

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
pub struct Semantics {}

impl Semantics {
    #[must_use]
    pub fn new() -> Self {
        Self {}
    }

    /// What `question` means, with names looked up in `values`; `previous` is the question it may
    /// follow up on.
    #[must_use]
    pub fn understand(
        &self,
        _question: &str,
        _values: &Values,
        _previous: Option<&Query>,
        _now: UtcTime,
    ) -> Understanding {
        Understanding::Unknown
    }
}

impl Default for Semantics {
    fn default() -> Self {
        Self::new()
    }
}
