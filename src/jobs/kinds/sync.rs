//! Lists AWS and brings the inventory up to date. It may be interrupted between any two pages; run
//! again, it lists again and skips what did not change.

use std::time::Instant;

use async_trait::async_trait;
use domain::job::{Job as JobRow, JobState};
use domain::sync::{Extra, ScopeStatus, SyncRequest, SyncRun};
use domain::{Scope, UtcTime};

use crate::{Job, JobContext, Outcome};

pub struct Sync {
    pub request: SyncRequest,
}

#[async_trait]
impl Job for Sync {
    async fn run(self: Box<Self>, job: &JobRow, context: &JobContext) -> Outcome {
        let clock = Instant::now();
        let progress = &*context.progress;
        let outcome = match context
            .inventory
            .sync(&job.id, &self.request, &context.stop, progress)
            .await
        {
            Ok(outcome) => outcome,
            Err(error) => return Outcome::failed(&error),
        };
        let found = store::sync::find_run(&context.inventory.db, &Scope::All, &job.id).await;
        // Advice and estimates follow from hours; what the sync brought home stays, come what may.
        if self.request.with.contains(&Extra::Usage) && outcome.status != ScopeStatus::Interrupted {
            let now = context.inventory.clock.now();
            if let Err(error) =
                costs::refresh(&context.inventory.db, &scope_of(&self.request), now).await
            {
                tracing::error!(job = %job.id, %error, "advice could not be worked out after sync {}: {error}", job.id);
            }
        }
        // The job's row still says running; what ends with it is said here.
        let ended = |run| SyncRun {
            status: outcome.status,
            completed_at: Some(UtcTime::now()),
            duration_ms: Some(u64::try_from(clock.elapsed().as_millis()).unwrap_or(u64::MAX)),
            ..run
        };
        let result = match found {
            Ok(run) => run.map(ended),
            Err(error) => return Outcome::failed(&error),
        };
        let (state, error) = match outcome.status {
            ScopeStatus::Complete => (JobState::Succeeded, None),
            ScopeStatus::Interrupted => (
                JobState::Cancelled,
                Some("stopped before its end".to_owned()),
            ),
            ScopeStatus::Failed => (
                JobState::Failed,
                Some("no scope could be read; see its errors".to_owned()),
            ),
            _ => {
                let text = format!(
                    "{} of {} scopes did not complete",
                    outcome.scopes_incomplete, outcome.scopes_total
                );
                (JobState::Partial, Some(text))
            }
        };
        Outcome {
            state,
            error,
            ..Outcome::succeeded(result)
        }
    }
}

/// The organizations that the advice is worked out for: those of the request, else all.
fn scope_of(request: &SyncRequest) -> Scope {
    if request.organization_ids.is_empty() {
        Scope::All
    } else {
        Scope::Organizations(request.organization_ids.iter().cloned().collect())
    }
}
