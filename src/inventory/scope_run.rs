//! One scope's row in `sync_history`, from start to end: counts calls and rows while it runs, and
//! tells the open pages each time it moves on.

use std::time::Instant;

use domain::account::{Account, AwsFailure};
use domain::event::{Audience, Event, EventBody};
use domain::sync::{ScopeCounts, ScopeRun, ScopeStatus};
use domain::{JobId, Region};
use store::{Db, StoreError};

use crate::Clock;

/// A scope that is being listed.
pub struct Scope<'a> {
    db: &'a Db,
    time: Clock,
    pub row: ScopeRun,
    clock: Instant,
    last_told: Instant,
}

/// Open pages are told of a moving scope at most this often; a table of 100 moving rows must not
/// cost more than the listing it shows.
const TELL_EVERY_MS: u128 = 250;

impl<'a> Scope<'a> {
    /// Opens the row as `running`.
    pub async fn start(
        db: &'a Db,
        time: Clock,
        run: &JobId,
        account: &Account,
        region: Option<&Region>,
        resource_type: &str,
    ) -> Result<Self, StoreError> {
        let row = ScopeRun {
            run_id: run.clone(),
            account_id: account.id.clone(),
            account_name: account.name.clone(),
            organization_id: account.organization_id.clone(),
            region: region.cloned(),
            resource_type: resource_type.to_owned(),
            status: ScopeStatus::Running,
            counts: ScopeCounts::default(),
            started_at: Some(time.now()),
            completed_at: None,
            duration_ms: None,
            failure: None,
            note: None,
        };
        store::sync::start_scope(db, &row).await?;
        let scope = Self {
            db,
            time,
            row,
            clock: Instant::now(),
            last_told: Instant::now(),
        };
        scope.tell();
        Ok(scope)
    }

    /// Tells open pages how far this scope is, unless they were told a moment ago.
    pub fn moved(&mut self) {
        if self.last_told.elapsed().as_millis() >= TELL_EVERY_MS {
            self.last_told = Instant::now();
            self.tell();
        }
    }

    /// Closes the row. A status that needs a reason gets it from `failure`.
    pub async fn end(
        mut self,
        status: ScopeStatus,
        failure: Option<AwsFailure>,
    ) -> Result<ScopeRun, StoreError> {
        self.row.status = status;
        self.row.failure = failure;
        self.row.completed_at = Some(self.time.now());
        self.row.duration_ms =
            Some(u64::try_from(self.clock.elapsed().as_millis()).unwrap_or(u64::MAX));
        store::sync::finish_scope(self.db, &self.row).await?;
        self.tell();
        Ok(self.row)
    }

    fn tell(&self) {
        self.db.events().publish(Event {
            audience: Audience::Organization(self.row.organization_id.clone()),
            body: EventBody::SyncScope(Box::new(self.row.clone())),
        });
    }
}

/// How a listing that stopped early counts: something was read, or nothing was.
pub fn status_of_failure(rows_seen: u64) -> ScopeStatus {
    if rows_seen > 0 {
        ScopeStatus::Partial
    } else {
        ScopeStatus::Failed
    }
}

/// A failure that is ours, not AWS's: the process is stopping.
pub fn interrupted() -> AwsFailure {
    AwsFailure {
        code: "Interrupted".to_owned(),
        message: "The process was stopping; the next run lists this scope again.".to_owned(),
        request_id: None,
    }
}
