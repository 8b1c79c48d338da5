//! Applies a plan: for each item what is intended is written down, then AWS is called, then the desktop
//! is read again. A process that was killed in between reads before it does anything, so nothing is
//! done twice.

use std::collections::HashMap;

use aws::{AccountSession, AwsError, RegionSession, actions, collectors};
use domain::account::AccountAccess;
use domain::job::Progress;
use domain::plan::{Change, ItemState, Plan, PlanItem, PlanState};
use domain::workspace::{Tags, WorkspaceRecord};
use domain::{AccountId, JobId, PlanId, Scope};
use store::StoreError;
use store::plan::Step;
use thiserror::Error;
use tokio_util::sync::CancellationToken;

use crate::Inventory;
use crate::sync::OnProgress;

/// A change shows within this many readings, or what AWS took is not there.
const READINGS: u32 = 10;

#[derive(Debug, Error)]
pub enum ApplyError {
    #[error("the plan is gone")]
    Gone,
    #[error("the plan is {0} and is not applied")]
    State(&'static str),
    #[error("another job applies the plan by now")]
    OtherJob,
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Inventory {
    /// Applies what of a plan has not ended. `stop` ends it between two items; it can be gone on with.
    ///
    /// # Errors
    /// When the plan is not being applied, or the database cannot be used. What AWS refuses stands on
    /// the items.
    pub async fn apply_plan(
        &self,
        id: &PlanId,
        job: &JobId,
        stop: &CancellationToken,
        on_progress: &OnProgress<'_>,
    ) -> Result<Plan, ApplyError> {
        let find = async || {
            store::plan::find(&self.db, &Scope::All, id)
                .await?
                .ok_or(ApplyError::Gone)
        };
        // Two jobs would each call AWS for the same desktops.
        if find().await?.job_id.as_ref() != Some(job) {
            return Err(ApplyError::OtherJob);
        }
        // A process that was stopping put its job back into the queue.
        let stopped = &[PlanState::Stopped];
        store::plan::move_on(&self.db, id, stopped, PlanState::Applying).await?;
        let plan = find().await?;
        if plan.state != PlanState::Applying {
            return Err(ApplyError::State(plan.state.as_str()));
        }
        let items = store::plan::items(&self.db, id).await?;
        let total = items.len() as u64;
        let mut work = Applying {
            inventory: self,
            plan: id,
            sessions: HashMap::new(),
        };
        for (index, item) in items.iter().enumerate() {
            on_progress(Progress {
                done: index as u64,
                total,
                message: plan.title.clone(),
            });
            if item.state.ended() {
                continue;
            }
            if stop.is_cancelled() {
                let from = &[PlanState::Applying];
                store::plan::move_on(&self.db, id, from, PlanState::Stopped).await?;
                return find().await;
            }
            work.item(item).await?;
        }
        let plan = find().await?;
        let to = match (plan.items_verified, plan.items_failed + plan.items_skipped) {
            (_, 0) => PlanState::Applied,
            (0, _) => PlanState::Failed,
            _ => PlanState::PartlyApplied,
        };
        store::plan::move_on(&self.db, id, &[PlanState::Applying], to).await?;
        find().await
    }
}

struct Applying<'a> {
    inventory: &'a Inventory,
    plan: &'a PlanId,
    /// By account; absent where there is no role for changes any more.
    sessions: HashMap<AccountId, Option<AccountSession>>,
}

impl Applying<'_> {
    async fn step(&self, item: &PlanItem, step: Step) -> Result<(), StoreError> {
        store::plan::step(&self.inventory.db, self.plan, item.position, step).await
    }

    async fn failed(&self, item: &PlanItem, error: AwsError) -> Result<(), StoreError> {
        let failure = error.failure;
        tracing::warn!(
            plan = %self.plan, workspace = item.workspace_id, code = failure.code, request_id = failure.request_id,
            "change {} of {} failed: {}", item.change.verb(), item.workspace_id, failure.message
        );
        let step = Step::Failed {
            code: failure.code,
            message: failure.message,
            request_id: failure.request_id,
        };
        self.step(item, step).await
    }

    async fn session(&mut self, item: &PlanItem) -> Result<Option<RegionSession>, StoreError> {
        if !self.sessions.contains_key(&item.account_id) {
            let account =
                store::account::find(&self.inventory.db, &Scope::All, &item.account_id).await?;
            let access = account.as_ref().and_then(AccountAccess::for_changes);
            let session = access.map(|access| self.inventory.aws.for_changes(&access));
            self.sessions.insert(item.account_id.clone(), session);
        }
        let session = self.sessions.get(&item.account_id).and_then(Option::as_ref);
        Ok(session.map(|session| session.region(&item.region)))
    }

    async fn item(&mut self, item: &PlanItem) -> Result<(), StoreError> {
        let Some(session) = self.session(item).await? else {
            let note = "The account is gone, or has no role for changes any more.".to_owned();
            return self.step(item, Step::Skipped { note }).await;
        };
        let now = match Desktop::read(&session, item).await {
            Ok(now) => now,
            Err(error) => return self.failed(item, error).await,
        };
        // What a killed process began is looked at before anything is called again.
        let begun = matches!(item.state, ItemState::Intended | ItemState::Called);
        if now.is_as_wanted(&item.change) {
            let note = if begun {
                "Found done after a restart.".to_owned()
            } else {
                "It was so already; AWS was not called.".to_owned()
            };
            return self.step(item, Step::Verified { note: Some(note) }).await;
        }
        if item.state == ItemState::Called || (begun && leaves_no_trace(&item.change)) {
            let note = "AWS may have taken the call before a restart, and the change leaves no trace: it is not repeated.";
            return self
                .step(
                    item,
                    Step::Skipped {
                        note: note.to_owned(),
                    },
                )
                .await;
        }
        if let Some(note) = changed_since(item, &now) {
            return self.step(item, Step::Skipped { note }).await;
        }
        self.step(item, Step::Intended).await?;
        match actions::apply(&session, &item.workspace_id, &item.change).await {
            Ok(request_id) => self.step(item, Step::Called { request_id }).await?,
            Err(error) => return self.failed(item, error).await,
        }
        self.verify(&session, item).await
    }

    /// Reads until the change shows.
    async fn verify(&self, session: &RegionSession, item: &PlanItem) -> Result<(), StoreError> {
        let mut last_error = None;
        for reading in 0..READINGS {
            if reading > 0 {
                tokio::time::sleep(self.inventory.config.verify_every * reading).await;
            }
            match Desktop::read(session, item).await {
                Ok(now) if now.is_as_wanted(&item.change) => {
                    return self.step(item, Step::Verified { note: None }).await;
                }
                // It may be over before it was seen.
                Ok(_) if leaves_no_trace(&item.change) => {
                    let note =
                        Some("AWS took the call; it was over before it was read again.".to_owned());
                    return self.step(item, Step::Verified { note }).await;
                }
                Ok(now) => last_error = Some(now.unlike()),
                Err(error) => last_error = Some(error.failure.message),
            }
        }
        let step = Step::Failed {
            code: "NotVerified".to_owned(),
            message: format!(
                "AWS took the call, but the desktop does not show the change: {}. Sync, and look at it again.",
                last_error.unwrap_or_default()
            ),
            request_id: None,
        };
        self.step(item, step).await
    }
}

/// A desktop as AWS shows it.
struct Desktop {
    record: Option<WorkspaceRecord>,
    tags: Tags,
}

impl Desktop {
    async fn read(session: &RegionSession, item: &PlanItem) -> Result<Self, AwsError> {
        let record = actions::read(session, &item.workspace_id).await?;
        let tags = match (&item.change, &record) {
            (Change::Tags { .. }, Some(_)) => {
                collectors::tags::describe_tags(session, &item.workspace_id).await?
            }
            _ => Tags::new(),
        };
        Ok(Self { record, tags })
    }

    fn is_as_wanted(&self, change: &Change) -> bool {
        actions::is_as_wanted(change, self.record.as_ref(), &self.tags)
    }

    fn unlike(&self) -> String {
        match &self.record {
            None => "AWS does not know it".to_owned(),
            Some(record) => format!(
                "it is {}, {}, {}",
                record.state,
                record
                    .running_mode
                    .as_ref()
                    .map_or("without a mode".to_owned(), ToString::to_string),
                record.compute_type.as_deref().unwrap_or("without a size")
            ),
        }
    }
}

/// Changes that are over without a sign of it.
fn leaves_no_trace(change: &Change) -> bool {
    matches!(change, Change::Reboot | Change::Rebuild | Change::Restore)
}

/// What differs from what the plan was approved for, so that the change is not made.
fn changed_since(item: &PlanItem, now: &Desktop) -> Option<String> {
    let Some(record) = &now.record else {
        return Some("AWS does not know the desktop any more.".to_owned());
    };
    let differs = match &item.change {
        Change::RunningMode { .. } => record.running_mode != item.before.running_mode,
        Change::ComputeType { .. } => record.compute_type != item.before.compute_type,
        _ => false,
    };
    differs.then(|| {
        format!(
            "It has changed since the plan was made ({}), so it was left alone; make a new plan.",
            now.unlike()
        )
    })
}
