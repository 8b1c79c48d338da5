//! Tries every permission the collectors need in one account, so that a missing one is named
//! before the first sync instead of after it.

use async_trait::async_trait;
use domain::AccountId;
use domain::job::Job as JobRow;

use crate::{Job, JobContext, Outcome};

pub struct AccountTest {
    pub account_id: AccountId,
}

#[async_trait]
impl Job for AccountTest {
    async fn run(self: Box<Self>, _job: &JobRow, context: &JobContext) -> Outcome {
        match context.inventory.test_account(&self.account_id).await {
            Ok(test) => Outcome::succeeded(test),
            Err(error) => Outcome::failed(&error),
        }
    }
}
