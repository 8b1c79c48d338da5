//! Who may do what: roles per organization, the permissions each role carries, and `Scope`, the
//! organizations a caller may see.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use thiserror::Error;
use utoipa::ToSchema;

use crate::OrganizationId;

/// A person's role in one organization. Each role may do all that the one before it may.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Sees everything of the organization, changes nothing.
    Viewer,
    /// Runs syncs and tests, saves verified questions, makes plans.
    Operator,
    /// Approves plans.
    Approver,
    /// Manages accounts and the organization's people.
    Admin,
}

impl Role {
    pub const ALL: [Self; 4] = [Self::Viewer, Self::Operator, Self::Approver, Self::Admin];

    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Viewer => "viewer",
            Self::Operator => "operator",
            Self::Approver => "approver",
            Self::Admin => "admin",
        }
    }

    #[must_use]
    pub fn may(self, permission: Permission) -> bool {
        permission.least_role().is_some_and(|least| self >= least)
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[derive(Debug, Error, PartialEq, Eq)]
#[error("unknown role {0:?}; the roles are viewer, operator, approver and admin")]
pub struct UnknownRole(String);

impl FromStr for Role {
    type Err = UnknownRole;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|role| role.as_str() == text)
            .ok_or_else(|| UnknownRole(text.to_owned()))
    }
}

/// One thing a caller may be allowed to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Permission {
    /// Read inventory, history, dashboards, jobs; run read-only queries.
    ViewInventory,
    /// Start syncs and account tests.
    RunSync,
    /// Save questions with the SQL that answers them.
    SaveQueries,
    /// Make plans of changes.
    MakePlans,
    /// Approve plans.
    ApprovePlans,
    /// Add, change and remove AWS accounts.
    ManageAccounts,
    /// Manage people and their roles in the organization.
    ManageMembers,
    /// Read the audit log.
    ViewAudit,
    /// Create organizations, global admins and settings of the whole installation.
    ManageInstallation,
}

impl Permission {
    /// The least role that carries this permission; `None` where only a global admin does.
    #[must_use]
    pub fn least_role(self) -> Option<Role> {
        match self {
            Self::ViewInventory => Some(Role::Viewer),
            Self::RunSync | Self::SaveQueries | Self::MakePlans => Some(Role::Operator),
            Self::ApprovePlans => Some(Role::Approver),
            Self::ManageAccounts | Self::ManageMembers | Self::ViewAudit => Some(Role::Admin),
            Self::ManageInstallation => None,
        }
    }

    /// How the permission is named in a refusal.
    #[must_use]
    pub fn describe(self) -> &'static str {
        match self {
            Self::ViewInventory => "see the inventory",
            Self::RunSync => "run a sync",
            Self::SaveQueries => "save verified questions",
            Self::MakePlans => "plan changes",
            Self::ApprovePlans => "approve plans",
            Self::ManageAccounts => "manage accounts",
            Self::ManageMembers => "manage users",
            Self::ViewAudit => "read the audit log",
            Self::ManageInstallation => "change this installation",
        }
    }
}

/// The organizations whose rows a caller may see. Every read asks for one; it has no default, so
/// forgetting it does not compile.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Scope {
    /// Every organization: a global admin, the control socket, the scheduler.
    All,
    /// These organizations only; an empty set sees nothing.
    Organizations(BTreeSet<OrganizationId>),
}

impl Scope {
    #[must_use]
    pub fn contains(&self, organization: &OrganizationId) -> bool {
        match self {
            Self::All => true,
            Self::Organizations(set) => set.contains(organization),
        }
    }

    /// This scope limited to one organization; nothing if that one is outside it.
    #[must_use]
    pub fn narrowed_to(&self, organization: &OrganizationId) -> Self {
        let mut set = BTreeSet::new();
        if self.contains(organization) {
            set.insert(organization.clone());
        }
        Self::Organizations(set)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_role_includes_the_one_before() {
        for pair in Role::ALL.windows(2) {
            assert!(pair[0] < pair[1]);
        }
        assert!(!Role::Viewer.may(Permission::RunSync));
        assert!(Role::Operator.may(Permission::RunSync));
        assert!(!Role::Admin.may(Permission::ManageInstallation));
    }

    #[test]
    fn narrowing_never_widens() {
        let (mine, other) = (OrganizationId::new(), OrganizationId::new());
        let scope = Scope::Organizations([mine.clone()].into());
        assert!(!scope.narrowed_to(&other).contains(&other));
        assert!(scope.narrowed_to(&mine).contains(&mine));
        assert!(!Scope::All.narrowed_to(&mine).contains(&other));
    }
}
