//! Ways in which the simulated AWS misbehaves for one account, settable while it runs. The dials that concern
//! everybody (error rate, throttle rate, latency) are in `config`.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// By account id.
#[derive(Clone, Debug, Default)]
pub struct Faults {
    pub accounts: HashMap<String, AccountFaults>,
}

#[derive(Clone, Debug, Default)]
pub struct AccountFaults {
    /// AccessDeniedException.
    pub deny: Deny,
    /// Every call with this account's credentials answers UnrecognizedClientException.
    pub unrecognized_client: bool,
    /// AssumeRole into this account answers AccessDenied.
    pub deny_assume_role: bool,
    /// Every call answers ThrottlingException.
    pub throttle: bool,
    /// Every page of a listing carries the NextToken it was asked for with, so it never ends.
    pub repeat_next_token: bool,
    /// Every page after the first is empty and carries a new NextToken.
    pub empty_page_with_token: bool,
    /// Bodies of listings break off in the middle.
    pub truncate: bool,
    /// DescribeWorkspaces lists fewer desktops than there are.
    pub shrink: Option<Shrink>,
    /// Operations that never answer.
    pub hang: BTreeSet<String>,
    /// Operations that answer with this error.
    pub errors: HashMap<String, OperationError>,
    /// Operations that fail half way: at some calls, or for some desktops.
    pub failures: Vec<Failure>,
}

#[derive(Clone, Debug)]
pub struct Failure {
    /// As in `TerminateWorkspaces`.
    pub operation: String,
    pub when: When,
    pub error: OperationError,
}

#[derive(Clone, Debug)]
pub enum When {
    /// The call with this number, 1 for the first after the account's faults were set.
    Call(u64),
    /// That call and every later one.
    FromCall(u64),
    /// What is asked about these desktops. Operations that take several list them under FailedRequests and go on
    /// with the others; those that take one answer with the error.
    Desktops(BTreeSet<String>),
}

impl When {
    pub fn desktops<I: IntoIterator<Item = S>, S: Into<String>>(ids: I) -> Self {
        Self::Desktops(ids.into_iter().map(Into::into).collect())
    }
}

impl AccountFaults {
    /// The error that the call with this number answers as a whole.
    pub(crate) fn at_call(&self, operation: &str, number: u64) -> Option<&OperationError> {
        let failure = self.failures.iter().find(|failure| {
            failure.operation == operation
                && match failure.when {
                    When::Call(wanted) => number == wanted,
                    When::FromCall(first) => number >= first,
                    When::Desktops(_) => false,
                }
        });
        self.errors
            .get(operation)
            .or(failure.map(|failure| &failure.error))
    }

    /// The error for one desktop of a call.
    pub(crate) fn for_desktop(&self, operation: &str, id: &str) -> Option<&OperationError> {
        let failure = self.failures.iter().find(|failure| {
            failure.operation == operation
                && matches!(&failure.when, When::Desktops(ids) if ids.contains(id))
        });
        failure.map(|failure| &failure.error)
    }
}

#[derive(Clone, Debug, Default)]
pub enum Deny {
    #[default]
    Nothing,
    Everything,
    /// Names as in `DescribeWorkspaces`.
    Operations(BTreeSet<String>),
}

impl Deny {
    pub fn operations<I: IntoIterator<Item = S>, S: Into<String>>(names: I) -> Self {
        Self::Operations(names.into_iter().map(Into::into).collect())
    }

    pub(crate) fn covers(&self, operation: &str) -> bool {
        match self {
            Self::Nothing => false,
            Self::Everything => true,
            Self::Operations(names) => names.contains(operation),
        }
    }
}

#[derive(Clone, Copy, Debug)]
pub struct Shrink {
    pub rows: usize,
    /// Only the first listing of each region is short; otherwise every one is.
    pub once: bool,
}

#[derive(Clone, Debug)]
pub struct OperationError {
    pub status: u16,
    pub code: String,
    pub message: String,
}

/// Sets and clears faults of a running simulator.
#[derive(Clone, Debug)]
pub struct FaultHandle(Arc<Mutex<Board>>);

#[derive(Debug, Default)]
struct Board {
    accounts: HashMap<String, Arc<AccountFaults>>,
    /// Account and region of listings a one-time shrink has already hit.
    shrunk: HashSet<(String, String)>,
    /// By account and operation, since the account's faults were set.
    calls: HashMap<(String, &'static str), u64>,
}

impl FaultHandle {
    pub(crate) fn new(faults: Faults) -> Self {
        let accounts = faults
            .accounts
            .into_iter()
            .map(|(id, faults)| (id, Arc::new(faults)))
            .collect();
        Self(Arc::new(Mutex::new(Board {
            accounts,
            ..Board::default()
        })))
    }

    /// Replaces all faults of the account; one-time faults start anew.
    pub fn set(&self, account: &str, faults: AccountFaults) {
        let mut board = self.lock();
        board.shrunk.retain(|(id, _)| id != account);
        board.calls.retain(|(id, _), _| id != account);
        board.accounts.insert(account.to_owned(), Arc::new(faults));
    }

    /// Changes the faults of the account and leaves one-time faults as they stand.
    pub fn update(&self, account: &str, change: impl FnOnce(&mut AccountFaults)) {
        let mut board = self.lock();
        let mut faults = board
            .accounts
            .get(account)
            .map(|known| (**known).clone())
            .unwrap_or_default();
        change(&mut faults);
        board.accounts.insert(account.to_owned(), Arc::new(faults));
    }

    pub fn clear(&self, account: &str) {
        self.set(account, AccountFaults::default());
    }

    pub fn clear_all(&self) {
        *self.lock() = Board::default();
    }

    pub(crate) fn of(&self, account: &str) -> Arc<AccountFaults> {
        self.lock()
            .accounts
            .get(account)
            .cloned()
            .unwrap_or_default()
    }

    /// The number of this call of the operation, from 1.
    pub(crate) fn number(&self, account: &str, operation: &'static str) -> u64 {
        let mut board = self.lock();
        let calls = board.calls.entry((account.to_owned(), operation));
        let number = calls.or_insert(0);
        *number += 1;
        *number
    }

    /// How many desktops a listing that begins now may show.
    pub(crate) fn shrink_to(&self, account: &str, region: &str) -> Option<usize> {
        let mut board = self.lock();
        let shrink = board.accounts.get(account)?.shrink?;
        let first = board.shrunk.insert((account.to_owned(), region.to_owned()));
        (first || !shrink.once).then_some(shrink.rows)
    }

    fn lock(&self) -> MutexGuard<'_, Board> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
