//! One account of a run: its credentials first, then its regions. A credential error ends the
//! account at once with one alert, instead of failing five times in each region.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};

use aws::{AwsError, AwsErrorKind, collectors};
use domain::account::{Account, AccountAccess, AwsFailure};
use domain::sync::{Extra, ScopeStatus};
use domain::{JobId, Region};
use futures::stream::{self, StreamExt};
use store::StoreError;
use tokio_util::sync::CancellationToken;

use crate::Inventory;
use crate::costs_run;
use crate::region_run::RegionRun;
use crate::scope_run::{self, Scope};

/// The scope that stands for reaching the account at all.
const ACCOUNT_SCOPE: &str = "account";

/// How an account's scopes ended.
#[derive(Debug, Default)]
pub struct AccountOutcome {
    pub complete: u64,
    pub incomplete: u64,
}

impl AccountOutcome {
    pub fn add(&mut self, other: Self) {
        self.complete += other.complete;
        self.incomplete += other.incomplete;
    }

    pub fn status(&self) -> ScopeStatus {
        match (self.complete, self.incomplete) {
            (_, 0) => ScopeStatus::Complete,
            (0, _) => ScopeStatus::Failed,
            _ => ScopeStatus::Partial,
        }
    }

    pub fn count(&mut self, status: ScopeStatus) {
        if status == ScopeStatus::Complete {
            self.complete += 1;
        } else {
            self.incomplete += 1;
        }
    }
}

/// The regions an account is listed in.
pub fn regions_of(account: &Account) -> Vec<Region> {
    if account.regions.is_empty() {
        Region::all_commercial()
    } else {
        account.regions.clone()
    }
}

/// How many scopes a run of this account has: each collector in each region or once, and the account.
pub fn scopes_of(account: &Account, with: &[Extra]) -> u64 {
    let regions = regions_of(account).len();
    let read = collectors::ALL
        .iter()
        .filter(|declaration| declaration.extra.is_none_or(|extra| with.contains(&extra)));
    let scopes: usize = read
        .map(|declaration| if declaration.once { 1 } else { regions })
        .sum();
    (scopes + 1) as u64
}

/// Lists one account.
pub async fn run(
    inventory: &Inventory,
    run: &JobId,
    account: &Account,
    with: &[Extra],
    stop: &CancellationToken,
    scope_done: &(dyn Fn() + Send + Sync),
) -> Result<AccountOutcome, StoreError> {
    // A run that is stopping does not wait: its scopes are closed as interrupted at once.
    let _turn = tokio::select! {
        biased;
        () = stop.cancelled() => None,
        turn = inventory.turns.take(&account.id) => Some(turn),
    };
    let this = AccountRun {
        inventory,
        run,
        account,
        with,
        stop,
        scope_done,
        locked_out: AtomicBool::new(false),
    };
    let session = inventory.aws.account(&AccountAccess::from(account));
    let mut outcome = AccountOutcome::default();

    let mut scope = this.open(None, ACCOUNT_SCOPE).await?;
    let calls_before = session.sts_calls();
    let verified = tokio::select! {
        biased;
        () = stop.cancelled() => None,
        verified = session.verify() => Some(verified),
    };
    scope.row.counts.calls_made = session.sts_calls() - calls_before;
    let (status, failure) = match verified {
        Some(Ok(_)) => {
            store::alert::close(&inventory.db, "credentials", &account.id, None).await?;
            (ScopeStatus::Complete, None)
        }
        Some(Err(error)) => {
            this.locked_out.store(true, Ordering::Relaxed);
            this.credentials_failed(None, &error).await?;
            (ScopeStatus::Failed, Some(error.failure))
        }
        None => (ScopeStatus::Interrupted, Some(scope_run::interrupted())),
    };
    outcome.count(this.close(scope, status, failure).await?);

    let regions = regions_of(account);
    let runs: Vec<_> = regions
        .iter()
        .map(|region| {
            RegionRun {
                account: &this,
                region,
                session: session.region(region),
                refused: OnceLock::new(),
            }
            .run()
        })
        .collect();
    let results: Vec<Result<AccountOutcome, StoreError>> = stream::iter(runs)
        .buffer_unordered(inventory.config.regions_at_once.max(1))
        .collect()
        .await;
    for result in results {
        outcome.add(result?);
    }
    if with.contains(&Extra::Costs) {
        outcome.count(costs_run::run(&this, &session).await?);
    }
    Ok(outcome)
}

/// What the scopes of one account share.
pub struct AccountRun<'a> {
    pub inventory: &'a Inventory,
    pub run: &'a JobId,
    pub account: &'a Account,
    /// What is read besides the inventory.
    pub with: &'a [Extra],
    pub stop: &'a CancellationToken,
    scope_done: &'a (dyn Fn() + Send + Sync),
    /// Set when the account cannot be reached at all: its regions are skipped.
    locked_out: AtomicBool,
}

impl AccountRun<'_> {
    /// Whether what has not started is to be skipped.
    pub fn locked_out(&self) -> bool {
        self.locked_out.load(Ordering::Relaxed)
    }

    pub async fn open(
        &self,
        region: Option<&Region>,
        resource_type: &str,
    ) -> Result<Scope<'_>, StoreError> {
        Scope::start(
            &self.inventory.db,
            self.inventory.clock,
            self.run,
            self.account,
            region,
            resource_type,
        )
        .await
    }

    pub async fn close(
        &self,
        scope: Scope<'_>,
        status: ScopeStatus,
        failure: Option<AwsFailure>,
    ) -> Result<ScopeStatus, StoreError> {
        let row = scope.end(status, failure).await?;
        if let Some(failure) = &row.failure {
            tracing::warn!(
                account = %row.account_id, region = row.region.as_ref().map(Region::as_str), resource_type = row.resource_type,
                status = row.status.as_str(), code = failure.code, request_id = failure.request_id,
                "scope {} of account {} ended {}: {}", row.resource_type, row.account_id, row.status.as_str(), failure.message
            );
        }
        (self.scope_done)();
        Ok(status)
    }

    /// Raises the alert that the account, or one region of it, refuses the credentials, if that is
    /// what `error` says.
    pub async fn credentials_failed(
        &self,
        region: Option<&Region>,
        error: &AwsError,
    ) -> Result<(), StoreError> {
        // A broken line or an overloaded AWS says nothing about the credentials.
        if !matches!(
            error.kind,
            AwsErrorKind::Credentials | AwsErrorKind::AccessDenied
        ) {
            return Ok(());
        }
        let account = self.account;
        let place = region
            .map(|region| format!(" in {region}"))
            .unwrap_or_default();
        let message = format!(
            "Account {} cannot be read{place}: {}: {}",
            account.label(),
            error.failure.code,
            error.failure.message
        );
        let organization = Some(&account.organization_id);
        store::alert::raise(
            &self.inventory.db,
            "credentials",
            organization,
            Some(&account.id),
            region,
            &message,
        )
        .await?;
        Ok(())
    }
}
