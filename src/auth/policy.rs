//! Who is asking, and whether they may: `Caller` and its checks. How a caller proved who they are
//! is in `session` and `token`.

use std::collections::BTreeMap;
use std::sync::Arc;

use domain::user::User;
use domain::{OrganizationId, Permission, Role, Scope, SessionId, UserId};
use thiserror::Error;

/// Whoever asks for something.
#[derive(Debug, Clone)]
pub struct Caller {
    identity: Identity,
    scope: Scope,
    roles: BTreeMap<OrganizationId, Role>,
    global_admin: bool,
}

#[derive(Debug, Clone)]
pub enum Identity {
    User {
        user: Arc<User>,
        session: SessionId,
    },
    /// Whoever may open the control socket owns the installation's files.
    Control,
}

#[derive(Debug, Error, PartialEq, Eq)]
#[error("your role does not let you {}", .0.describe())]
pub struct Denied(pub Permission);

impl Caller {
    #[must_use]
    pub fn user(user: Arc<User>, session: SessionId) -> Self {
        let roles: BTreeMap<_, _> = user
            .memberships
            .iter()
            .map(|membership| (membership.organization_id.clone(), membership.role))
            .collect();
        let global_admin = user.global_admin;
        Self {
            scope: if global_admin {
                Scope::All
            } else {
                Scope::Organizations(roles.keys().cloned().collect())
            },
            identity: Identity::User { user, session },
            roles,
            global_admin,
        }
    }

    #[must_use]
    pub fn control() -> Self {
        Self {
            identity: Identity::Control,
            scope: Scope::All,
            roles: BTreeMap::new(),
            global_admin: true,
        }
    }

    #[must_use]
    pub fn identity(&self) -> &Identity {
        &self.identity
    }

    #[must_use]
    pub fn user_id(&self) -> Option<&UserId> {
        match &self.identity {
            Identity::User { user, .. } => Some(&user.id),
            Identity::Control => None,
        }
    }

    #[must_use]
    pub fn session_id(&self) -> Option<&SessionId> {
        match &self.identity {
            Identity::User { session, .. } => Some(session),
            Identity::Control => None,
        }
    }

    /// As the audit log and jobs name the caller.
    #[must_use]
    pub fn name(&self) -> &str {
        match &self.identity {
            Identity::User { user, .. } => &user.username,
            Identity::Control => "control socket",
        }
    }

    #[must_use]
    pub fn is_global_admin(&self) -> bool {
        self.global_admin
    }

    /// Every organization the caller may see something of.
    #[must_use]
    pub fn scope(&self) -> &Scope {
        &self.scope
    }

    /// The organizations in which the caller holds `permission`.
    #[must_use]
    pub fn scope_for(&self, permission: Permission) -> Scope {
        if self.global_admin {
            return Scope::All;
        }
        Scope::Organizations(
            self.roles
                .iter()
                .filter(|(_, role)| role.may(permission))
                .map(|(organization, _)| organization.clone())
                .collect(),
        )
    }

    /// Whether the caller holds `permission` in `organization`, or anywhere when none is named.
    #[must_use]
    pub fn may(&self, permission: Permission, organization: Option<&OrganizationId>) -> bool {
        if self.global_admin {
            return true;
        }
        match organization {
            Some(id) => self.roles.get(id).is_some_and(|role| role.may(permission)),
            None => self.roles.values().any(|role| role.may(permission)),
        }
    }

    pub fn require(
        &self,
        permission: Permission,
        organization: Option<&OrganizationId>,
    ) -> Result<(), Denied> {
        if self.may(permission, organization) {
            Ok(())
        } else {
            Err(Denied(permission))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::UtcTime;
    use domain::user::Membership;

    fn person(global_admin: bool, roles: &[(&OrganizationId, Role)]) -> Caller {
        let user = User {
            id: UserId::new(),
            username: "ada".into(),
            email: None,
            display_name: None,
            global_admin,
            disabled: false,
            created_at: UtcTime::now(),
            last_login_at: None,
            memberships: roles
                .iter()
                .map(|(id, role)| Membership {
                    organization_id: (*id).clone(),
                    organization_name: "Acme".into(),
                    role: *role,
                })
                .collect(),
        };
        Caller::user(Arc::new(user), SessionId::new())
    }

    #[test]
    fn a_role_counts_only_in_its_own_organization() {
        let (acme, globex) = (OrganizationId::new(), OrganizationId::new());
        let caller = person(false, &[(&acme, Role::Admin), (&globex, Role::Viewer)]);
        assert!(caller.may(Permission::ManageAccounts, Some(&acme)));
        assert!(!caller.may(Permission::ManageAccounts, Some(&globex)));
        assert!(caller.may(Permission::ManageAccounts, None));
        assert!(!caller.may(Permission::ManageInstallation, None));
        let managed = caller.scope_for(Permission::ManageAccounts);
        assert!(managed.contains(&acme) && !managed.contains(&globex));
        assert!(caller.scope().contains(&globex));
    }

    #[test]
    fn a_global_admin_and_the_control_socket_may_everything() {
        for caller in [person(true, &[]), Caller::control()] {
            assert!(caller.may(Permission::ManageInstallation, None));
            assert_eq!(caller.scope(), &Scope::All);
        }
    }

    #[test]
    fn someone_without_a_role_sees_nothing() {
        let caller = person(false, &[]);
        assert!(!caller.may(Permission::ViewInventory, None));
        assert!(!caller.scope().contains(&OrganizationId::new()));
    }
}
