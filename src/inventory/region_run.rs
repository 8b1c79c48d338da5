//! One region of an account: its collectors in order. Tags are read before desktops so that a
//! desktop is compared once, with its tags; connection states after, because they only add to
//! desktops that are known.

use std::collections::HashMap;
use std::sync::OnceLock;

use aws::collectors::{self, Declaration};
use aws::{AwsError, AwsErrorKind, RegionSession};
use domain::Region;
use domain::account::AwsFailure;
use domain::sync::{Extra, ScopeStatus};
use store::StoreError;
use store::stock::{self, ResourceType, ScopeKey};

use crate::account_run::{AccountOutcome, AccountRun};
use crate::events_run;
use crate::listing::{self, Pages};
use crate::pages::{BundlePages, DirectoryPages, WorkspacePages};
use crate::scope_run::{Scope, interrupted, status_of_failure};
use crate::tagging::{TagSource, must_ask_each};
use crate::usage_run;

pub struct RegionRun<'a> {
    pub account: &'a AccountRun<'a>,
    pub region: &'a Region,
    pub session: RegionSession,
    /// Set once AWS refused the credentials here: what has not started is not tried.
    pub refused: OnceLock<Refusal>,
}

/// What a refusal of the credentials in one region means, when the account itself can be reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// The account is listed everywhere and AWS answers as it does where a region is switched off.
    RegionNotEnabled,
    Credentials,
}

const NOT_ENABLED: &str =
    "AWS does not know the account here, as where a region is not enabled; nothing is listed.";

/// A scope that may be listed, or how it was closed without being tried.
pub type Started<'a> = Result<Scope<'a>, ScopeStatus>;

impl RegionRun<'_> {
    pub async fn run(self) -> Result<AccountOutcome, StoreError> {
        let mut outcome = AccountOutcome::default();
        let mut directories = DirectoryPages::new(&self.session);
        outcome.count(
            self.list(
                ResourceType::Directories,
                &collectors::directories::DECLARATION,
                &mut directories,
            )
            .await?,
        );
        let (status, tags) = self.tags().await?;
        outcome.count(status);
        let db = &self.account.inventory.db;
        let mut desktops =
            WorkspacePages::new(&self.session, db, self.key(ResourceType::Workspaces), tags);
        outcome.count(
            self.list(
                ResourceType::Workspaces,
                &collectors::workspaces::DECLARATION,
                &mut desktops,
            )
            .await?,
        );
        outcome.count(self.connections().await?);
        outcome.count(self.bundles().await?);
        if self.account.with.contains(&Extra::Usage) {
            outcome.count(usage_run::run(&self).await?);
        }
        // After desktops, so that changes this run saw find what caused them.
        if self.account.with.contains(&Extra::Events) {
            outcome.count(events_run::run(&self).await?);
        }
        if self.refused.get() != Some(&Refusal::Credentials) && !self.account.locked_out() {
            let db = &self.account.inventory.db;
            store::alert::close(
                db,
                "credentials",
                &self.account.account.id,
                Some(self.region),
            )
            .await?;
        }
        Ok(outcome)
    }

    fn key(&self, resource_type: ResourceType) -> ScopeKey {
        ScopeKey {
            account_id: self.account.account.id.clone(),
            organization_id: self.account.account.organization_id.clone(),
            region: self.region.clone(),
            resource_type,
        }
    }

    /// Opens a scope; when the run is stopping or the account is locked out it is closed at once.
    pub async fn start(&self, declaration: &Declaration) -> Result<Started<'_>, StoreError> {
        let scope = self
            .account
            .open(Some(self.region), declaration.name)
            .await?;
        if self.account.stop.is_cancelled() {
            return Ok(Err(self
                .account
                .close(scope, ScopeStatus::Interrupted, Some(interrupted()))
                .await?));
        }
        let refused = self.refused.get();
        if refused == Some(&Refusal::RegionNotEnabled) {
            return Ok(Err(self.not_enabled(scope).await?));
        }
        if self.account.locked_out() || refused.is_some() {
            return Ok(Err(self
                .account
                .close(scope, ScopeStatus::Skipped, None)
                .await?));
        }
        Ok(Ok(scope))
    }

    /// A listing that decides what is missing.
    async fn list(
        &self,
        resource_type: ResourceType,
        declaration: &Declaration,
        pages: &mut dyn Pages,
    ) -> Result<ScopeStatus, StoreError> {
        let mut scope = match self.start(declaration).await? {
            Ok(scope) => scope,
            Err(status) => return Ok(status),
        };
        let db = &self.account.inventory.db;
        let started = self.account.inventory.clock.now();
        let key = self.key(resource_type);
        let ended = listing::run(db, &key, started, &mut scope, pages, self.account.stop).await?;
        if let Some(sentence) = ended.shrank {
            let account = self.account.account;
            let message = format!(
                "{} in {} of {}: {sentence}",
                declaration.title,
                self.region,
                account.label()
            );
            let organization = Some(&account.organization_id);
            store::alert::raise(
                db,
                resource_type.shrank_alert(),
                organization,
                Some(&account.id),
                Some(self.region),
                &message,
            )
            .await?;
            scope.row.note = Some(sentence);
        } else if ended.status == ScopeStatus::Complete {
            store::alert::close(
                db,
                resource_type.shrank_alert(),
                &self.account.account.id,
                Some(self.region),
            )
            .await?;
        }
        self.close(scope, ended.status, ended.failure, ended.error.as_ref())
            .await
    }

    pub async fn close(
        &self,
        scope: Scope<'_>,
        status: ScopeStatus,
        failure: Option<AwsFailure>,
        error: Option<&AwsError>,
    ) -> Result<ScopeStatus, StoreError> {
        if let Some(error) = error.filter(|error| error.kind == AwsErrorKind::Credentials) {
            let account = self.account.account;
            if account.regions.is_empty()
                && error.failure.code == "UnrecognizedClientException"
                && scope.row.counts.rows_seen == 0
                && stock::is_empty(
                    &self.account.inventory.db,
                    &self.key(ResourceType::Workspaces),
                )
                .await?
            {
                self.refused.get_or_init(|| Refusal::RegionNotEnabled);
                return self.not_enabled(scope).await;
            }
            self.refused.get_or_init(|| Refusal::Credentials);
            self.account
                .credentials_failed(Some(self.region), error)
                .await?;
        }
        self.account.close(scope, status, failure).await
    }

    /// Closes a scope of a region that is switched off for the account: read, and empty.
    async fn not_enabled(&self, mut scope: Scope<'_>) -> Result<ScopeStatus, StoreError> {
        scope.row.note = Some(NOT_ENABLED.to_owned());
        self.account.close(scope, ScopeStatus::Complete, None).await
    }

    /// The tags of the region, a hundred desktops a call where the role allows it.
    async fn tags(&self) -> Result<(ScopeStatus, TagSource), StoreError> {
        let mut scope = match self.start(&collectors::tags::DECLARATION).await? {
            Ok(scope) => scope,
            Err(status) => return Ok((status, TagSource::Stored(HashMap::new()))),
        };
        let before = self.session.calls();
        let mut pager = collectors::tags::list(&self.session);
        let mut all = HashMap::new();
        loop {
            let page = tokio::select! {
                biased;
                () = self.account.stop.cancelled() => {
                    let status = self.account.close(scope, ScopeStatus::Interrupted, Some(interrupted())).await?;
                    return Ok((status, TagSource::Stored(all)));
                }
                page = pager.next_page() => page,
            };
            scope.row.counts.calls_made = self.session.calls() - before;
            match page {
                Ok(Some(rows)) => all.extend(rows),
                Ok(None) => {
                    return Ok((
                        self.account
                            .close(scope, ScopeStatus::Complete, None)
                            .await?,
                        TagSource::Batch(all),
                    ));
                }
                Err(error) if all.is_empty() && must_ask_each(&error) => {
                    scope.row.note = Some(format!(
                        "Tags are read one desktop at a time, because the tagging API is refused: {}: {}",
                        error.failure.code, error.failure.message
                    ));
                    let status = self
                        .account
                        .close(scope, ScopeStatus::Complete, None)
                        .await?;
                    return Ok((status, TagSource::EachDesktop));
                }
                Err(error) => {
                    let status = status_of_failure(all.len() as u64);
                    let failure = Some(error.failure.clone());
                    let status = self.close(scope, status, failure, Some(&error)).await?;
                    return Ok((status, TagSource::Stored(all)));
                }
            }
            scope.row.counts.rows_seen = all.len() as u64;
            scope.moved();
        }
    }

    /// Who is connected: an overlay on known desktops, without history.
    async fn connections(&self) -> Result<ScopeStatus, StoreError> {
        let mut scope = match self
            .start(&collectors::connection_status::DECLARATION)
            .await?
        {
            Ok(scope) => scope,
            Err(status) => return Ok(status),
        };
        let db = &self.account.inventory.db;
        let key = self.key(ResourceType::Workspaces);
        let before = self.session.calls();
        let mut pager = collectors::connection_status::list(&self.session);
        loop {
            let page = tokio::select! {
                biased;
                () = self.account.stop.cancelled() => {
                    return self.account.close(scope, ScopeStatus::Interrupted, Some(interrupted())).await;
                }
                page = pager.next_page() => page,
            };
            scope.row.counts.calls_made = self.session.calls() - before;
            match page {
                Ok(Some(rows)) => {
                    scope.row.counts.rows_seen += rows.len() as u64;
                    scope.row.counts.rows_changed +=
                        stock::apply_connections(db, &key, rows).await?;
                }
                Ok(None) => return self.account.close(scope, ScopeStatus::Complete, None).await,
                Err(error) => {
                    let status = status_of_failure(scope.row.counts.rows_seen);
                    return self
                        .close(scope, status, Some(error.failure.clone()), Some(&error))
                        .await;
                }
            }
            scope.moved();
        }
    }

    /// Bundles, unless they were listed a moment ago and every desktop's bundle is known.
    async fn bundles(&self) -> Result<ScopeStatus, StoreError> {
        let key = self.key(ResourceType::Bundles);
        let db = &self.account.inventory.db;
        let fresh_since = self
            .account
            .inventory
            .clock
            .now()
            .plus_seconds(-self.account.inventory.config.bundles_fresh_hours * 3600);
        if stock::bundles_are_fresh(db, &key, fresh_since).await? {
            return match self.start(&collectors::bundles::DECLARATION).await? {
                Ok(mut scope) => {
                    scope.row.note =
                        Some("Still fresh from an earlier run; not listed again.".to_owned());
                    self.account.close(scope, ScopeStatus::Complete, None).await
                }
                Err(status) => Ok(status),
            };
        }
        let mut pages = BundlePages::new(&self.session);
        self.list(
            ResourceType::Bundles,
            &collectors::bundles::DECLARATION,
            &mut pages,
        )
        .await
    }
}
