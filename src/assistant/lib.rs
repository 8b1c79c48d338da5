//! Questions in plain words: what they mean, the SQL, and an answer a person can check.
//!
//! | file | holds |
//! |---|---|
//! | `assistant` | what it is made of, and what it keeps in memory |
//! | `ask` | the way of a question: verified pair, known kind, model, or "cannot answer" |
//! | `semantic/` | known kinds of question: what they mean, built into SQL, without a model |
//! | `model_tier/` | what the model is told, the grammar it writes in, and what is done with its SQL |
//! | `answer/` | what is made of rows: sentence, chart, age of the data |
//! | `verified` | pairs of question and SQL that people saved |
//! | `evaluation/` | how good answers are: questions, demo databases, what is counted |
//! | `running`, `counters` | questions being answered, and how many were |
//! | `examples` | questions that show what can be asked |
//!
//! It knows no model, only [`domain::text_model::TextModel`], and no HTTP. Every SQL, whoever wrote
//! it, goes through the guarded door in [`store::query`], in the asker's scope.

mod answer;
mod ask;
mod assistant;
mod counters;
pub mod evaluation;
mod examples;
mod model_tier;
mod running;
pub mod semantic;
mod verified;

pub use assistant::{AskError, Asker, Assistant, AssistantConfig, Events, LOADING_RETRY};
pub use counters::{Count, Counters};
pub use model_tier::{grammar, instructions};
pub use verified::SaveError;
