//! Applies an approved plan, one desktop after another. It may be interrupted between two items; run
//! again, it reads each desktop that was begun before it does anything.

use async_trait::async_trait;
use domain::PlanId;
use domain::job::{Job as JobRow, JobState};
use domain::plan::PlanState;

use crate::{Job, JobContext, Outcome};

pub struct ApplyPlan {
    pub plan_id: PlanId,
}

#[async_trait]
impl Job for ApplyPlan {
    async fn run(self: Box<Self>, job: &JobRow, context: &JobContext) -> Outcome {
        let applied = context
            .inventory
            .apply_plan(&self.plan_id, &job.id, &context.stop, &*context.progress)
            .await;
        let plan = match applied {
            Ok(plan) => plan,
            Err(error) => return Outcome::failed(&error),
        };
        let (state, error) = match plan.state {
            PlanState::Applied => (JobState::Succeeded, None),
            PlanState::Stopped => (
                JobState::Cancelled,
                Some("stopped between two desktops".to_owned()),
            ),
            PlanState::Failed => (
                JobState::Failed,
                Some("no change could be made; see the items".to_owned()),
            ),
            _ => {
                let text = format!(
                    "{} of {} changes failed, {} were skipped",
                    plan.items_failed, plan.items, plan.items_skipped
                );
                (JobState::Partial, Some(text))
            }
        };
        Outcome {
            state,
            error,
            ..Outcome::succeeded(plan)
        }
    }
}
