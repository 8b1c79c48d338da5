//! Who did what in one region, as one scope, and what it explains. Events come newest first and are kept
//! page by page; only a reading that came to its end moves the time from which the next one reads, so
//! that one that broke off loses nothing. CloudTrail delivers late, and pages overlap: an event is kept
//! once.

use std::collections::HashSet;

use aws::collectors::events::{DECLARATION, LOOKUP_DAYS, page};
use aws::{AwsError, AwsErrorKind};
use domain::UtcTime;
use domain::account::AwsFailure;
use domain::sync::ScopeStatus;
use store::StoreError;
use store::trail;

use crate::cause::causes;
use crate::region_run::RegionRun;
use crate::scope_run::{Scope, interrupted, status_of_failure};

/// CloudTrail may still deliver events that are younger than this.
const OVERLAP_SECONDS: i64 = 15 * 60;

/// What ends a reading before its end.
enum Stopped {
    Aws(AwsError),
    Store(StoreError),
    Interrupted,
}

impl From<StoreError> for Stopped {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

/// Reads the region's events, as one scope, and matches changes to them.
pub async fn run(region: &RegionRun<'_>) -> Result<ScopeStatus, StoreError> {
    let mut scope = match region.start(&DECLARATION).await? {
        Ok(scope) => scope,
        Err(status) => return Ok(status),
    };
    let mut left_out = 0;
    let outcome = read(region, &mut scope, &mut left_out).await;
    if left_out > 0 {
        scope.row.note = Some(format!(
            "{left_out} events that changed nothing were left out."
        ));
    }
    if !matches!(outcome, Err(Stopped::Store(_) | Stopped::Interrupted)) {
        scope.row.counts.rows_changed = explain(region).await?;
    }
    match outcome {
        Ok(()) => region.close(scope, ScopeStatus::Complete, None, None).await,
        Err(Stopped::Store(error)) => Err(error),
        Err(Stopped::Interrupted) => {
            region
                .close(scope, ScopeStatus::Interrupted, Some(interrupted()), None)
                .await
        }
        Err(Stopped::Aws(error)) => {
            let status = status_of_failure(scope.row.counts.rows_seen);
            let failure = Some(error.failure.clone());
            region.close(scope, status, failure, Some(&error)).await
        }
    }
}

async fn read(
    region: &RegionRun<'_>,
    scope: &mut Scope<'_>,
    left_out: &mut usize,
) -> Result<(), Stopped> {
    let (inventory, account) = (region.account.inventory, &region.account.account.id);
    let (db, place) = (&inventory.db, region.region.as_str());
    let now = inventory.clock.now();
    let last = store::usage::read_until(db, account, place, DECLARATION.name).await?;
    let from = since(now, last);
    let before = region.session.calls();
    let (mut token, mut seen) = (None, HashSet::new());
    loop {
        let answer = tokio::select! {
            biased;
            () = region.account.stop.cancelled() => return Err(Stopped::Interrupted),
            answer = page(&region.session, from, now, token) => answer,
        };
        scope.row.counts.calls_made = region.session.calls() - before;
        let mut found = answer.map_err(Stopped::Aws)?;
        scope.row.counts.rows_seen += found.events.len() as u64;
        if !inventory.config.read_only_events {
            let all = found.events.len();
            found.events.retain(|record| !record.event.read_only);
            *left_out += all - found.events.len();
        }
        scope.row.counts.rows_new += trail::add(db, account, region.region, found.events).await?;
        scope.moved();
        match found.next_token {
            None => break,
            Some(next) if seen.insert(next.clone()) => token = Some(next),
            Some(_) => return Err(Stopped::Aws(repeated())),
        }
    }
    store::usage::set_read_until(db, account, place, DECLARATION.name, now).await?;
    Ok(())
}

/// From the last complete reading, a little over; at first as far back as CloudTrail looks.
fn since(now: UtcTime, last: Option<UtcTime>) -> UtcTime {
    let earliest = now.plus_days(-LOOKUP_DAYS);
    last.map_or(earliest, |last| {
        last.plus_seconds(-OVERLAP_SECONDS).max(earliest)
    })
}

/// Matches changes of desktops to the events that are known; answers how many.
async fn explain(region: &RegionRun<'_>) -> Result<u64, StoreError> {
    let (db, account) = (&region.account.inventory.db, &region.account.account.id);
    let (versions, events) = trail::unexplained(db, account, region.region).await?;
    if versions.is_empty() {
        return Ok(0);
    }
    let listings = trail::listings(db, account, region.region).await?;
    let found = causes(&versions, &events, &listings);
    let count = found.len() as u64;
    trail::explain(db, account, region.region, found).await?;
    Ok(count)
}

fn repeated() -> AwsError {
    AwsError {
        kind: AwsErrorKind::Protocol,
        failure: AwsFailure {
            code: "RepeatedNextToken".to_owned(),
            message: "the listing of events gave a next token that it gave before".to_owned(),
            request_id: None,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reading_overlaps_the_last_and_never_asks_for_more_than_there_is() {
        let now: UtcTime = "2026-11-20T10:00:00Z".parse().unwrap();
        assert_eq!(since(now, None), now.plus_days(-90));
        assert_eq!(
            since(now, Some(now.plus_seconds(-3600))),
            now.plus_seconds(-3600 - 900)
        );
        assert_eq!(since(now, Some(now.plus_days(-200))), now.plus_days(-90));
    }
}
