//! What of a row its viewer may not see. An external id is half of what it takes to assume a role,
//! so only those who manage accounts in that organization see one.

use auth::Caller;
use domain::account::Account;
use domain::job::{Job, JobPayload};
use domain::{OrganizationId, Permission};

use crate::guard::Who;

/// Rows that hold something not every viewer may see.
pub trait Shown: Sized {
    #[must_use]
    fn shown_to(self, caller: &Caller) -> Self;
}

/// Work over every organization, which has none of its own, is for those who manage all of them.
fn manages(caller: &Caller, organization: Option<&OrganizationId>) -> bool {
    match organization {
        Some(_) => caller.may(Permission::ManageAccounts, organization),
        None => caller.is_global_admin(),
    }
}

impl Shown for Account {
    fn shown_to(mut self, caller: &Caller) -> Self {
        if !manages(caller, Some(&self.organization_id)) {
            self.external_id = None;
        }
        self
    }
}

impl Shown for Job {
    fn shown_to(mut self, caller: &Caller) -> Self {
        if let JobPayload::AccountDiscover(request) = &mut self.payload
            && !manages(caller, self.organization_id.as_ref())
        {
            request.external_id = None;
        }
        self
    }
}

impl<T: Shown> Shown for Vec<T> {
    fn shown_to(self, caller: &Caller) -> Self {
        self.into_iter().map(|row| row.shown_to(caller)).collect()
    }
}

/// The caller behind a request or a stream, if there is one.
pub fn caller(who: &Who) -> Option<&Caller> {
    match who {
        Who::LoggedIn(session) => Some(session.caller()),
        Who::Control(caller) => Some(caller),
        Who::Anonymous | Who::Ended => None,
    }
}
