//! Questions being answered now, so that their askers can cancel them.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use domain::UserId;
use domain::text_model::Cancel;

type Questions = Arc<Mutex<HashMap<String, (Option<UserId>, Cancel)>>>;

#[derive(Clone, Default)]
pub(crate) struct Running(Questions);

/// A question's place among them. Dropped, it is over, also for the model.
pub(crate) struct Place {
    running: Running,
    id: String,
    cancel: Cancel,
}

impl Running {
    pub fn enter(&self, id: &str, user: Option<&UserId>, cancel: &Cancel) -> Place {
        let mut questions = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        questions.insert(id.to_owned(), (user.cloned(), cancel.clone()));
        Place {
            running: self.clone(),
            id: id.to_owned(),
            cancel: cancel.clone(),
        }
    }

    /// Answers whether `user` has such a question running.
    pub fn cancel(&self, id: &str, user: Option<&UserId>) -> bool {
        let questions = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match questions.get(id) {
            Some((owner, cancel)) if owner.as_ref() == user => {
                cancel.cancel();
                true
            }
            _ => false,
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        // Whoever waited may have gone away before the end.
        self.cancel.cancel();
        let mut questions = self
            .running
            .0
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        questions.remove(&self.id);
    }
}
