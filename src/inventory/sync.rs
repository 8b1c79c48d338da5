//! One sync run: which accounts, how many at a time, how far it is. Accounts run apart from each
//! other, so a failing or throttled one neither hides nor slows another.

use std::sync::atomic::{AtomicU64, Ordering};

use domain::account::Account;
use domain::job::Progress;
use domain::sync::{ScopeStatus, SyncRequest};
use domain::{JobId, OrganizationId, Scope};
use futures::stream::{self, StreamExt};
use store::StoreError;
use thiserror::Error;
use tokio_util::sync::CancellationToken;

use crate::Inventory;
use crate::account_run::{self, AccountOutcome};

#[derive(Debug, Error)]
pub enum SyncError {
    #[error("no account to sync: {0}")]
    NothingToSync(&'static str),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RunOutcome {
    /// `Complete`, `Partial` (some scopes did not complete), `Failed` (none did), `Interrupted`.
    pub status: ScopeStatus,
    pub scopes_total: u64,
    pub scopes_incomplete: u64,
}

/// Told how far the run is, as scopes done of scopes in all.
pub type OnProgress<'a> = dyn Fn(Progress) + Send + Sync + 'a;

impl Inventory {
    /// Lists every account that `request` names (all enabled ones when it names none) and brings
    /// the stock up to date. `stop` ends it between two pages; what was written stays.
    ///
    /// # Errors
    /// When there is nothing to sync, or the database cannot be used. Errors of AWS are not errors
    /// here: they stand on the scopes they belong to.
    pub async fn sync(
        &self,
        run: &JobId,
        request: &SyncRequest,
        stop: &CancellationToken,
        on_progress: &OnProgress<'_>,
    ) -> Result<RunOutcome, SyncError> {
        let accounts = self.accounts_of(request).await?;
        store::sync::interrupt_unfinished(&self.db, run).await?;
        let total: u64 = accounts
            .iter()
            .map(|account| account_run::scopes_of(account, &request.with))
            .sum();
        let done = AtomicU64::new(0);
        let message = format!("{} accounts", accounts.len());
        on_progress(Progress {
            done: 0,
            total,
            message: message.clone(),
        });
        let scope_done = || {
            let done = done.fetch_add(1, Ordering::Relaxed) + 1;
            on_progress(Progress {
                done: done.min(total),
                total,
                message: message.clone(),
            });
        };

        let runs: Vec<_> = accounts
            .iter()
            .map(|account| account_run::run(self, run, account, &request.with, stop, &scope_done))
            .collect();
        let outcomes: Vec<Result<AccountOutcome, StoreError>> = stream::iter(runs)
            .buffer_unordered(self.config.accounts_at_once.max(1))
            .collect()
            .await;
        let mut all = AccountOutcome::default();
        let mut failed = None;
        let tried = outcomes.len();
        let mut lost = 0;
        for outcome in outcomes {
            match outcome {
                Ok(outcome) => all.add(outcome),
                // What the database refused for one account must not undo the others.
                Err(error) => {
                    tracing::error!(%error, "the sync of an account broke off: {error}");
                    all.incomplete += 1;
                    lost += 1;
                    failed = Some(error);
                }
            }
        }
        if let Some(error) = failed.filter(|_| lost == tried) {
            return Err(error.into());
        }
        Ok(RunOutcome {
            status: if stop.is_cancelled() {
                ScopeStatus::Interrupted
            } else {
                all.status()
            },
            scopes_total: all.complete + all.incomplete,
            scopes_incomplete: all.incomplete,
        })
    }

    async fn accounts_of(&self, request: &SyncRequest) -> Result<Vec<Account>, SyncError> {
        let scope = match request.organization_ids.as_slice() {
            [] => Scope::All,
            some => Scope::Organizations(
                some.iter()
                    .cloned()
                    .collect::<std::collections::BTreeSet<OrganizationId>>(),
            ),
        };
        let mut accounts = store::account::list_enabled(&self.db, &scope).await?;
        if accounts.is_empty() {
            return Err(SyncError::NothingToSync(
                "no enabled account is onboarded here; add one with `stocktake account add`",
            ));
        }
        if !request.account_ids.is_empty() {
            accounts.retain(|account| request.account_ids.contains(&account.id));
        }
        if accounts.is_empty() {
            return Err(SyncError::NothingToSync(
                "the accounts asked for are unknown or switched off",
            ));
        }
        // The biggest first: a large account started last would be what everyone waits for.
        accounts.sort_by_key(|account| std::cmp::Reverse(account.workspaces));
        Ok(accounts)
    }
}
