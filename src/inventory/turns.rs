//! One run at a time in each account. Two that list it together would each take the same desktops
//! for new and write their history twice; that happens when a sync is asked for while the one
//! before is still running, or when a start takes up a killed one beside it. A data folder belongs
//! to one process, so its memory is the place to know who is in an account.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError};

use domain::AccountId;
use tokio::sync::{Mutex, OwnedMutexGuard};

/// Whose turn it is; clones share it.
#[derive(Clone, Default)]
pub struct Turns(Arc<std::sync::Mutex<HashMap<AccountId, Arc<Mutex<()>>>>>);

impl Turns {
    /// Waits until nobody else is in the account. The turn ends when the answer is dropped.
    pub(crate) async fn take(&self, account: &AccountId) -> OwnedMutexGuard<()> {
        let turn = {
            let mut turns = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(turns.entry(account.clone()).or_default())
        };
        turn.lock_owned().await
    }
}
