//! What AWS billed one account, as one scope: by service and usage type as far back as Cost Explorer has
//! it, and by desktop for the days of which it has that. Each request costs money. It is counted before
//! it is sent, and an account has only so many a day; what is left over is read on the next.
//!
//! The newest days come first, then desktops' lines, which AWS forgets after two weeks, then month by
//! month what is older. A part counts as read once its last page is kept, and is read again as a whole
//! when it broke off.

use std::collections::HashSet;

use aws::collectors::costs::{
    CostPage, DECLARATION, MICROS_A_REQUEST, RESOURCE_DAYS, desktops, session, whole,
};
use aws::{AccountSession, AwsError, AwsErrorKind, RegionSession};
use domain::account::AwsFailure;
use domain::billing::{CostLine, CostSource};
use domain::sync::ScopeStatus;
use domain::usage::Month;
use domain::{Money, UtcTime};
use store::StoreError;
use store::billing::{Days, Part, Reading};
use store::paid::PaidService;

use crate::account_run::AccountRun;
use crate::scope_run::{Scope, interrupted, status_of_failure};

/// How far back costs are read. AWS has 14 months by day.
const MONTHS: i32 = 13;

/// AWS restates the last days; they are read again.
const RESTATED_DAYS: i64 = 3;

/// A reading younger than this is not repeated: bills move a few times a day at most.
const FRESH_SECONDS: i64 = 20 * 3600;

/// A part of the history that AWS refuses is cut in two until it is this small.
const LEAST_DAYS: i64 = 2;

/// No window has so many pages; a listing that goes on beyond is not believed.
const MOST_PAGES: usize = 500;

/// How the parts are known among the scopes' times: until when the whole is read, from when on, until
/// when desktops' lines are read, and when they were last asked for.
const UNTIL: &str = "costs";
const FROM: &str = "costs_from";
const DESKTOPS_UNTIL: &str = "cost_desktops";
const DESKTOPS_ASKED: &str = "cost_desktops_asked";

const FRESH: &str = "Still fresh from an earlier run; not read again.";

/// How the note begins that says why there are no lines of desktops.
const NO_DESKTOPS: &str = "Costs by desktop are not read: ";

/// What ends a reading before its end.
enum Stopped {
    Aws(AwsError),
    Store(StoreError),
    Interrupted,
    /// The account has made its requests of today.
    Capped,
}

impl From<StoreError> for Stopped {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

/// Reads the account's costs.
pub async fn run(
    account: &AccountRun<'_>,
    aws: &AccountSession,
) -> Result<ScopeStatus, StoreError> {
    let mut scope = account.open(None, DECLARATION.name).await?;
    if account.stop.is_cancelled() {
        return account
            .close(scope, ScopeStatus::Interrupted, Some(interrupted()))
            .await;
    }
    let Some(session) = session(aws).filter(|_| !account.locked_out()) else {
        return account.close(scope, ScopeStatus::Skipped, None).await;
    };
    let mut reading = CostReading {
        calls_before: session.calls(),
        now: account.inventory.clock.now(),
        account,
        session,
        notes: Vec::new(),
    };
    let outcome = reading.read(&mut scope).await;
    let most = account.inventory.config.cost_requests_per_day;
    if matches!(outcome, Err(Stopped::Capped)) {
        reading.notes.push(format!(
            "The cap of {most} paid requests a day is reached; the rest is read tomorrow."
        ));
    }
    scope.row.note = Some(reading.notes.join(" ")).filter(|note| !note.is_empty());
    match outcome {
        Ok(()) => account.close(scope, ScopeStatus::Complete, None).await,
        Err(Stopped::Capped) => account.close(scope, ScopeStatus::Partial, None).await,
        Err(Stopped::Store(error)) => Err(error),
        Err(Stopped::Interrupted) => {
            account
                .close(scope, ScopeStatus::Interrupted, Some(interrupted()))
                .await
        }
        Err(Stopped::Aws(error)) => {
            if error.kind == AwsErrorKind::Credentials {
                account.credentials_failed(None, &error).await?;
            }
            let status = status_of_failure(scope.row.counts.rows_seen);
            account.close(scope, status, Some(error.failure)).await
        }
    }
}

struct CostReading<'a> {
    account: &'a AccountRun<'a>,
    session: RegionSession,
    calls_before: u64,
    now: UtcTime,
    /// What a reader of the scope should know.
    notes: Vec<String>,
}

impl CostReading<'_> {
    async fn read(&mut self, scope: &mut Scope<'_>) -> Result<(), Stopped> {
        let (until, from) = (self.time(UNTIL).await?, self.time(FROM).await?);
        let recent = recent(self.now, until);
        let oldest = from.unwrap_or_else(|| first_day(&recent, self.now));
        let asked = self.time(DESKTOPS_ASKED).await?;
        let desktops_due = !self.is_fresh(asked);
        let back = back_to(self.now) < oldest;
        if self.is_fresh(until) && !desktops_due && !back {
            self.notes.push(FRESH.to_owned());
            self.notes.extend(self.why_no_desktops().await?);
            return Ok(());
        }
        if !self.is_fresh(until) {
            self.recent(scope, recent, oldest).await?;
        }
        if desktops_due {
            self.desktops(scope).await?;
        } else {
            self.notes.extend(self.why_no_desktops().await?);
        }
        self.history(scope, oldest).await
    }

    fn is_fresh(&self, time: Option<UtcTime>) -> bool {
        time.is_some_and(|time| self.now.seconds_since(time) < FRESH_SECONDS)
    }

    /// What is new, and the days that AWS restates. The oldest part first, so that what is read has no
    /// gap when the rest must wait.
    async fn recent(
        &mut self,
        scope: &mut Scope<'_>,
        windows: Vec<Days>,
        oldest: UtcTime,
    ) -> Result<(), Stopped> {
        for window in windows {
            let end = window.to.parse().unwrap_or(self.now);
            let lines = self.pages(scope, Part::Whole, &window).await?;
            self.keep(CostSource::CostExplorer, Part::Whole, window, lines)
                .await?;
            self.set_time(UNTIL, self.now.min(end)).await?;
        }
        self.set_time(FROM, oldest).await
    }

    /// Lines of desktops, where the account opted into them; where not, AWS's words are the note.
    async fn desktops(&mut self, scope: &mut Scope<'_>) -> Result<(), Stopped> {
        let until = self.time(DESKTOPS_UNTIL).await?;
        let oldest = self.now.plus_days(1 - RESOURCE_DAYS);
        let from = until.map_or(oldest, |until| until.plus_days(-RESTATED_DAYS).max(oldest));
        let window = Days {
            from: from.day(),
            to: self.now.plus_days(1).day(),
        };
        match self.pages(scope, Part::Desktops, &window).await {
            Ok(lines) => {
                let source = CostSource::CostExplorerResources;
                self.keep(source, Part::Desktops, window, lines).await?;
                self.set_time(DESKTOPS_UNTIL, self.now).await?;
            }
            Err(Stopped::Aws(error)) if is_refusal(&error) => {
                self.notes
                    .push(format!("{NO_DESKTOPS}{}.", in_words(&error.failure)));
            }
            Err(other) => return Err(other),
        }
        self.set_time(DESKTOPS_ASKED, self.now).await
    }

    /// Month by month back from `oldest`, as far as AWS goes.
    async fn history(&mut self, scope: &mut Scope<'_>, mut oldest: UtcTime) -> Result<(), Stopped> {
        let earliest = back_to(self.now);
        while earliest < oldest {
            let start = Month::of(oldest.plus_days(-1)).start().max(earliest);
            let mut window = Days {
                from: start.day(),
                to: oldest.day(),
            };
            let refused = loop {
                match self.pages(scope, Part::Whole, &window).await {
                    Ok(lines) => {
                        let source = CostSource::CostExplorer;
                        self.keep(source, Part::Whole, window.clone(), lines)
                            .await?;
                        break None;
                    }
                    // The same was answered for newer days, so it can only be the days.
                    Err(Stopped::Aws(error)) if refuses_days(&error) => match newer_half(&window) {
                        Some(half) => window = half,
                        None => break Some((error, window.to.clone())),
                    },
                    Err(other) => return Err(other),
                }
            };
            let reached = window.from.parse().unwrap_or(start);
            if let Some((error, day)) = refused {
                self.notes.push(format!(
                    "AWS gives no costs before {day}: {}.",
                    in_words(&error.failure)
                ));
                return self.set_time(FROM, earliest).await;
            }
            // A half that was answered is the end of what AWS has.
            oldest = if reached > start { earliest } else { start };
            if reached > start {
                self.notes
                    .push(format!("AWS gives no costs before {}.", window.from));
            }
            self.set_time(FROM, oldest).await?;
        }
        Ok(())
    }

    /// Every line of a window.
    async fn pages(
        &mut self,
        scope: &mut Scope<'_>,
        part: Part,
        window: &Days,
    ) -> Result<Vec<CostLine>, Stopped> {
        let (mut lines, mut token, mut seen) = (Vec::new(), None, HashSet::new());
        for _ in 0..MOST_PAGES {
            let page = self.ask(scope, part, window, token).await?;
            scope.row.counts.rows_seen += page.lines.len() as u64;
            scope.moved();
            lines.extend(page.lines);
            match page.next_token {
                None => return Ok(lines),
                Some(next) if seen.insert(next.clone()) => token = Some(next),
                Some(_) => {
                    return Err(Stopped::Aws(endless(
                        "gave a page token that it gave before",
                    )));
                }
            }
        }
        Err(Stopped::Aws(endless("has no end")))
    }

    /// One page. Every attempt is counted before it is made.
    async fn ask(
        &self,
        scope: &mut Scope<'_>,
        part: Part,
        window: &Days,
        token: Option<String>,
    ) -> Result<CostPage, Stopped> {
        let stop = self.account.stop;
        let mut made = 0;
        loop {
            if !self.pay().await? {
                return Err(Stopped::Capped);
            }
            made += 1;
            let days = (window.from.as_str(), window.to.as_str());
            let answer = tokio::select! {
                biased;
                () = stop.cancelled() => return Err(Stopped::Interrupted),
                answer = async {
                    match part {
                        Part::Whole => whole(&self.session, days, token.clone()).await,
                        Part::Desktops => desktops(&self.session, days, token.clone()).await,
                    }
                } => answer,
            };
            scope.row.counts.calls_made = self.session.calls() - self.calls_before;
            let error = match answer {
                Ok(page) => return Ok(page),
                Err(error) => error,
            };
            let wait = self
                .session
                .wait_before_retry(made)
                .filter(|_| is_passing(&error));
            let Some(wait) = wait else {
                return Err(Stopped::Aws(error));
            };
            tokio::select! {
                biased;
                () = stop.cancelled() => return Err(Stopped::Interrupted),
                () = tokio::time::sleep(wait) => {}
            }
        }
    }

    /// Counts one request; false when the day has no more.
    async fn pay(&self) -> Result<bool, StoreError> {
        store::paid::take(
            &self.account.inventory.db,
            &self.account.account.id,
            PaidService::CostExplorer,
            self.now,
            Money::from_micros(MICROS_A_REQUEST),
            self.account.inventory.config.cost_requests_per_day,
        )
        .await
    }

    async fn keep(
        &self,
        source: CostSource,
        part: Part,
        days: Days,
        lines: Vec<CostLine>,
    ) -> Result<(), StoreError> {
        let reading = Reading {
            account_id: self.account.account.id.clone(),
            lines,
            read_at: self.now,
        };
        store::billing::replace(&self.account.inventory.db, source, part, days, reading)
            .await
            .map(drop)
    }

    async fn time(&self, what: &'static str) -> Result<Option<UtcTime>, StoreError> {
        store::usage::read_until(
            &self.account.inventory.db,
            &self.account.account.id,
            "",
            what,
        )
        .await
    }

    async fn set_time(&self, what: &'static str, time: UtcTime) -> Result<(), Stopped> {
        let (db, id) = (&self.account.inventory.db, &self.account.account.id);
        Ok(store::usage::set_read_until(db, id, "", what, time).await?)
    }

    /// What the newest run that asked for desktops' lines was told instead of them.
    async fn why_no_desktops(&self) -> Result<Option<String>, StoreError> {
        let (db, id) = (&self.account.inventory.db, &self.account.account.id);
        let note = store::billing::last_note(db, id).await?;
        Ok(note.and_then(|note| note.find(NO_DESKTOPS).map(|at| note[at..].to_owned())))
    }
}

/// From the last reading, or from the first of this month, up to and including today; cut by month.
fn recent(now: UtcTime, until: Option<UtcTime>) -> Vec<Days> {
    let from = until.map_or_else(
        || Month::of(now).start(),
        |until| until.plus_days(-RESTATED_DAYS).max(back_to(now)),
    );
    let (mut from, end) = (from.day(), now.plus_days(1).day());
    let mut windows = Vec::new();
    while from < end {
        let month_end = from
            .parse()
            .map_or(end.clone(), |day: UtcTime| Month::of(day).end().day());
        let to = month_end.min(end.clone());
        windows.push(Days {
            from: from.clone(),
            to: to.clone(),
        });
        from = to;
    }
    windows
}

fn first_day(windows: &[Days], now: UtcTime) -> UtcTime {
    windows
        .first()
        .and_then(|window| window.from.parse().ok())
        .unwrap_or(now)
}

/// The first day that is wanted.
fn back_to(now: UtcTime) -> UtcTime {
    Month::of(now).plus(-MONTHS).start()
}

/// The later half of a window; `None` when it is too small to be cut.
fn newer_half(window: &Days) -> Option<Days> {
    let (from, to): (UtcTime, UtcTime) = (window.from.parse().ok()?, window.to.parse().ok()?);
    let days = to.seconds_since(from) / 86_400;
    (days > LEAST_DAYS).then(|| Days {
        from: from.plus_days(days / 2).day(),
        to: window.to.clone(),
    })
}

/// Trying again may help.
fn is_passing(error: &AwsError) -> bool {
    let code = error.failure.code.as_str();
    match error.kind {
        AwsErrorKind::Throttled
        | AwsErrorKind::Connection
        | AwsErrorKind::Timeout
        | AwsErrorKind::Unreadable => true,
        // Codes that nobody listed are of this kind too, and most of them stay as they are.
        AwsErrorKind::Service => {
            code == "LimitExceededException"
                || ["Internal", "ServiceUnavailable", "HttpStatus5"]
                    .iter()
                    .any(|start| code.starts_with(start))
        }
        _ => false,
    }
}

/// AWS has no such days; what else it may say no to was allowed for newer ones.
fn refuses_days(error: &AwsError) -> bool {
    error.kind == AwsErrorKind::Validation
        || ["DataUnavailableException", "BillExpirationException"]
            .contains(&error.failure.code.as_str())
}

/// AWS understood, and says no to this kind of lines.
fn is_refusal(error: &AwsError) -> bool {
    !is_passing(error)
        && matches!(
            error.kind,
            AwsErrorKind::AccessDenied
                | AwsErrorKind::Validation
                | AwsErrorKind::NotSupported
                | AwsErrorKind::Service
        )
}

fn in_words(failure: &AwsFailure) -> String {
    format!(
        "{}: {}",
        failure.code,
        failure.message.trim_end_matches('.')
    )
}

fn endless(what: &str) -> AwsError {
    AwsError {
        kind: AwsErrorKind::Protocol,
        failure: AwsFailure {
            code: "RepeatedNextToken".to_owned(),
            message: format!("the listing of costs {what}"),
            request_id: None,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> UtcTime {
        text.parse().unwrap()
    }

    fn shown(windows: &[Days]) -> Vec<String> {
        windows
            .iter()
            .map(|window| format!("{}..{}", window.from, window.to))
            .collect()
    }

    #[test]
    fn the_first_reading_begins_with_this_month_and_later_ones_with_what_may_be_restated() {
        let now = at("2026-11-12T09:00:00Z");
        assert_eq!(shown(&recent(now, None)), ["2026-11-01..2026-11-13"]);
        let until = Some(at("2026-11-11T10:00:00Z"));
        assert_eq!(shown(&recent(now, until)), ["2026-11-08..2026-11-13"]);
        let long_ago = Some(at("2026-09-30T10:00:00Z"));
        assert_eq!(
            shown(&recent(now, long_ago)),
            [
                "2026-09-27..2026-10-01",
                "2026-10-01..2026-11-01",
                "2026-11-01..2026-11-13"
            ]
        );
        assert_eq!(
            shown(&recent(at("2026-12-31T23:00:00Z"), None)),
            ["2026-12-01..2027-01-01"]
        );
        assert_eq!(back_to(now).day(), "2025-10-01");
    }

    #[test]
    fn what_aws_refuses_is_halved_towards_today() {
        let window = Days {
            from: "2025-10-01".to_owned(),
            to: "2025-11-01".to_owned(),
        };
        let mut halves = Vec::new();
        let mut next = Some(window);
        while let Some(window) = next {
            halves.push(window.from.clone());
            next = newer_half(&window);
        }
        assert_eq!(
            halves,
            [
                "2025-10-01",
                "2025-10-16",
                "2025-10-24",
                "2025-10-28",
                "2025-10-30"
            ]
        );
    }

    #[test]
    fn only_what_may_pass_is_tried_again() {
        let error = |kind, code: &str| AwsError {
            kind,
            failure: AwsFailure {
                code: code.to_owned(),
                message: String::new(),
                request_id: None,
            },
        };
        assert!(is_passing(&error(
            AwsErrorKind::Service,
            "LimitExceededException"
        )));
        assert!(is_passing(&error(AwsErrorKind::Service, "InternalFailure")));
        let unavailable = error(AwsErrorKind::Service, "DataUnavailableException");
        assert!(!is_passing(&unavailable) && is_refusal(&unavailable));
        let expired = error(AwsErrorKind::Credentials, "ExpiredTokenException");
        assert!(!is_passing(&expired) && !is_refusal(&expired));
    }
}
