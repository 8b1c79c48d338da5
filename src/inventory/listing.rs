//! A listing that decides which rows are missing: pages are compared and written as they arrive;
//! only the end of a complete listing may mark rows missing, and a listing of less than half of
//! the stock is read a second time before it is believed.

use std::collections::{HashMap, HashSet};

use async_trait::async_trait;
use aws::AwsError;
use domain::UtcTime;
use domain::account::AwsFailure;
use domain::sync::ScopeStatus;
use store::stock::{self, Change, ChangeKind, Digest, Known, Row, ScopeKey};
use store::{Db, StoreError};
use thiserror::Error;
use tokio_util::sync::CancellationToken;

use crate::reconcile;
use crate::scope_run::{Scope, interrupted, status_of_failure};

/// One listed row, ready to compare.
pub struct Listed {
    pub id: String,
    pub state: Option<String>,
    pub digest: Digest,
    pub body: String,
    pub row: Row,
}

/// Pages of one resource type in one account and region.
#[async_trait]
pub trait Pages: Send {
    /// The next page, or `None` after the last.
    async fn next(&mut self) -> Result<Option<Vec<Listed>>, PageError>;
    /// AWS API calls made so far, retries included.
    fn calls(&self) -> u64;
    /// What a reader of the history should know, though it is no error.
    fn note(&mut self) -> Option<String> {
        None
    }
    /// Starts over from the first page.
    fn restart(&mut self);
}

/// Why a page could not be had.
#[derive(Debug, Error)]
pub enum PageError {
    #[error("{}: {}", .0.failure.code, .0.failure.message)]
    Aws(AwsError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// How a listing ended.
pub struct Ended {
    pub status: ScopeStatus,
    pub failure: Option<AwsFailure>,
    /// The error itself when AWS gave one, for the caller to see whether credentials are at fault.
    pub error: Option<AwsError>,
    /// The sentence of an accepted shrink.
    pub shrank: Option<String>,
}

/// Reads a whole listing, begun at `started`, and brings the stock up to date with it.
pub async fn run(
    db: &Db,
    key: &ScopeKey,
    started: UtcTime,
    scope: &mut Scope<'_>,
    pages: &mut dyn Pages,
    stop: &CancellationToken,
) -> Result<Ended, StoreError> {
    let mut reading = Reading {
        db,
        key,
        at: started,
        known: stock::known(db, key).await?,
        seen: HashSet::new(),
    };
    let in_stock = reading.known.values().filter(|row| !row.gone()).count();

    let mut ended = reading.read_all(scope, pages, stop).await?;
    let first = reading.seen.len();
    let mut shrank = None;
    if ended.status == ScopeStatus::Complete && reconcile::suspect(in_stock, first) {
        pages.restart();
        ended = reading.read_all(scope, pages, stop).await?;
        if ended.status == ScopeStatus::Complete {
            shrank = shrink_sentence(in_stock, first, reading.seen.len());
            if shrank.is_none() {
                scope.row.note = Some(format!(
                    "The first listing held {first} of {} rows; the second held {} and was used.",
                    in_stock,
                    reading.seen.len()
                ));
            }
        }
    }
    if ended.status == ScopeStatus::Complete {
        reading.close(scope).await?;
        stock::listed(db, key, started).await?;
    }
    if scope.row.note.is_none() {
        scope.row.note = pages.note();
    }
    Ok(Ended { shrank, ..ended })
}

fn shrink_sentence(in_stock: usize, first: usize, both: usize) -> Option<String> {
    reconcile::suspect(in_stock, both).then(|| {
        format!("The listing shrank from {in_stock} to {first} rows; a second listing agreed, so the others are marked missing.")
    })
}

/// The state of reading one listing, which may be read twice.
struct Reading<'a> {
    db: &'a Db,
    key: &'a ScopeKey,
    at: UtcTime,
    known: HashMap<String, Known>,
    /// Every id that any reading of this run held.
    seen: HashSet<String>,
}

impl Reading<'_> {
    async fn read_all(
        &mut self,
        scope: &mut Scope<'_>,
        pages: &mut dyn Pages,
        stop: &CancellationToken,
    ) -> Result<Ended, StoreError> {
        loop {
            let page = tokio::select! {
                biased;
                () = stop.cancelled() => {
                    return Ok(Ended { status: ScopeStatus::Interrupted, failure: Some(interrupted()), error: None, shrank: None });
                }
                page = pages.next() => page,
            };
            scope.row.counts.calls_made = pages.calls();
            match page {
                Ok(Some(rows)) => self.take(scope, rows).await?,
                Ok(None) => {
                    return Ok(Ended {
                        status: ScopeStatus::Complete,
                        failure: None,
                        error: None,
                        shrank: None,
                    });
                }
                Err(PageError::Store(error)) => return Err(error),
                Err(PageError::Aws(error)) => {
                    let status = status_of_failure(self.seen.len() as u64);
                    return Ok(Ended {
                        status,
                        failure: Some(error.failure.clone()),
                        error: Some(error),
                        shrank: None,
                    });
                }
            }
            scope.moved();
        }
    }

    /// Compares one page with the stock and writes what differs.
    async fn take(&mut self, scope: &mut Scope<'_>, rows: Vec<Listed>) -> Result<(), StoreError> {
        let mut changes = Vec::new();
        for listed in rows {
            let known = self.known.get(&listed.id);
            let kind = reconcile::listed(known, listed.digest, listed.state.as_deref());
            self.seen.insert(listed.id.clone());
            let Some(kind) = kind else { continue };
            self.known.insert(
                listed.id.clone(),
                Known::after(kind, listed.digest, listed.state.clone()),
            );
            changes.push(Change {
                id: listed.id,
                kind,
                row: Some((listed.row, listed.digest, listed.body)),
            });
        }
        scope.row.counts.rows_seen = self.seen.len() as u64;
        self.write(scope, changes).await
    }

    /// Marks what a complete listing lacked.
    async fn close(&mut self, scope: &mut Scope<'_>) -> Result<(), StoreError> {
        let changes = reconcile::absent(&self.known, &self.seen)
            .into_iter()
            .map(|(id, kind)| Change {
                id,
                kind,
                row: None,
            })
            .collect();
        self.write(scope, changes).await
    }

    async fn write(&self, scope: &mut Scope<'_>, changes: Vec<Change>) -> Result<(), StoreError> {
        if changes.is_empty() {
            return Ok(());
        }
        for change in &changes {
            let counts = &mut scope.row.counts;
            match change.kind {
                ChangeKind::Created | ChangeKind::CreatedTerminated => counts.rows_new += 1,
                ChangeKind::Missing => counts.rows_missing += 1,
                ChangeKind::Deleted | ChangeKind::Terminated => counts.rows_deleted += 1,
                ChangeKind::Changed | ChangeKind::Returned | ChangeKind::Volatile => {
                    counts.rows_changed += 1
                }
            }
            counts.versions_written += u64::from(change.kind.opens_version());
        }
        stock::apply(self.db, self.key, &scope.row.run_id, self.at, changes).await
    }
}
