//! How good answers are: sets of questions with the SQL that answers them, demo databases that tell
//! right from wrong, and what is counted. It knows answers only as SQL; who finds them is behind
//! [`Answerer`].
//!
//! | file | holds |
//! |---|---|
//! | `questions` | the sets of questions and how they are read |
//! | `estate` | the databases |
//! | `compare` | when two results are the same |
//! | `run` | putting every question, and what came of each |
//! | `score` | rates with their intervals, and two runs compared |
//! | `mutants` | wrong queries made of right ones, to measure the databases |
//! | `assistant` | the assistant of this product as an [`Answerer`] |

mod assistant;
mod compare;
pub mod estate;
pub mod mutants;
mod questions;
mod run;
mod score;

pub use assistant::{Templates, Whole};
pub use compare::{Agreement, Rules, compare};
pub use questions::{DEV, HELD_OUT, Question, QuestionsError, parse};
pub use run::{Answered, Answerer, EvaluationError, Measured, Run, evaluate, on_one};
pub use score::{Comparison, Rate, Report, Score, Summary, compare_runs, summarize};
