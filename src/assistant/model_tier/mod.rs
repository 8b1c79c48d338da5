//! What the model is asked, and what is done with what it writes. It writes one SELECT, or says
//! that it cannot; its SQL is tried like anybody's, may be mended once, and is refused after that.
//!
//! | file | holds |
//! |---|---|
//! | `schema` | the instructions: the views in few words, the same for every question |
//! | `prompt` | what is different this time: the day, names, saved pairs, the question; all cleaned |
//! | `grammar` | what the model may write, made from the views |
//! | `written` | reading what it wrote |
//! | `task` | asking, trying, mending |

mod grammar;
mod prompt;
mod schema;
mod task;
mod written;

use domain::text_model::{ModelState, ModelStatus};

pub(crate) use prompt::{Ask, names};
pub(crate) use task::{Task, Written};

use crate::assistant::AskError;

/// What is said when no model is there to try.
pub(crate) const NO_MODEL: &str = "This is not one of the known kinds of question, and no language \
    model is loaded to work it out. Ask about desktops, clients, accounts, directories, bundles, \
    tags, changes, syncs, alerts or jobs in other words (the examples show how), write the SQL \
    yourself, or let whoever runs this server load a model with `stocktake model use`.";

/// What is said when only known kinds were asked for.
pub(crate) const UNKNOWN_KIND: &str = "This is not one of the known kinds of question, and only \
    those were asked for. Ask about desktops, clients, accounts, directories, bundles, tags, \
    changes, syncs, alerts or jobs in other words (the examples show how), or let the language \
    model try.";

/// Whether the model can be asked: an error when it cannot just now, a reason when it cannot at all.
pub(crate) fn ready(status: &ModelStatus) -> Result<Option<String>, AskError> {
    match status.state {
        ModelState::Loading => Err(AskError::Loading),
        ModelState::Failed => Ok(Some(not_loaded(
            status.error.as_deref().unwrap_or("it is not known why"),
        ))),
        ModelState::Ready if status.queued >= status.queue_capacity.max(1) => Err(AskError::Busy {
            retry_after: task::RETRY_BUSY,
        }),
        ModelState::Ready => Ok(None),
    }
}

fn not_loaded(why: &str) -> String {
    format!(
        "This is not one of the known kinds of question, and the language model could not be \
         loaded: {why}. Choose another with `stocktake model use`, or ask in other words."
    )
}

/// What to know about an answer of the model's.
pub(crate) fn notes(repaired: bool) -> Vec<String> {
    let mut notes =
        vec!["A language model wrote this SQL; read it before you rely on the answer.".to_owned()];
    if repaired {
        notes.push("Its first attempt did not run and was mended once.".to_owned());
    }
    notes
}

/// The parts that are the same for every question.
pub use grammar::grammar;
pub use schema::instructions;
