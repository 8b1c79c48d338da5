//! Lists the AWS Organization's members and onboards them when asked to, so that an MSP with many
//! accounts does not type them in one by one.

use async_trait::async_trait;
use domain::account::DiscoverRequest;
use domain::job::Job as JobRow;

use crate::{Job, JobContext, Outcome};

pub struct AccountDiscover {
    pub request: DiscoverRequest,
}

#[async_trait]
impl Job for AccountDiscover {
    async fn run(self: Box<Self>, _job: &JobRow, context: &JobContext) -> Outcome {
        match context.inventory.discover(&self.request).await {
            Ok(found) => Outcome::succeeded(found),
            Err(error) => Outcome::failed(&error),
        }
    }
}
