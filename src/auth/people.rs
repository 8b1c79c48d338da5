//! Users: who may create, change and remove whom. An organization's admin manages people who are
//! wholly theirs; everything that reaches beyond needs a global admin.

use domain::user::{MembershipChange, NewUser, User, UserChange};
use domain::{Permission, Scope, SessionId, UserId};
use secrecy::SecretString;
use serde_json::json;
use store::StoreError;
use store::person::{NewPerson, PersonChange};
use thiserror::Error;

use crate::Auth;
use crate::audit::{Change, Client};
use crate::password::{HashError, WeakPassword, check_rules};
use crate::policy::{Caller, Denied};
use crate::throttle::RetryAfter;

#[derive(Debug, Error)]
pub enum PersonError {
    #[error(transparent)]
    Denied(#[from] Denied),
    /// Allowed in principle, but not to this caller for this person.
    #[error("{0}")]
    Beyond(&'static str),
    #[error("there is no such user")]
    NotFound,
    #[error(transparent)]
    Name(#[from] InvalidName),
    #[error(transparent)]
    Password(#[from] WeakPassword),
    #[error(transparent)]
    Contact(#[from] InvalidContact),
    #[error("the current password is wrong")]
    WrongPassword,
    #[error("too many wrong passwords")]
    Throttled(RetryAfter),
    #[error("only a person who is logged in has a profile")]
    NoProfile,
    #[error(transparent)]
    Hash(#[from] HashError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

#[derive(Debug, Error, PartialEq, Eq)]
#[error(
    "a username has 2 to 64 letters, digits, dots, dashes, underscores, plus or at signs; {0:?} does not"
)]
pub struct InvalidName(String);

#[derive(Debug, Error, PartialEq, Eq)]
pub enum InvalidContact {
    #[error("{0:?} is not an email address")]
    Email(String),
    #[error("a display name has at most {LONGEST_NAME} characters")]
    Name,
}

const LONGEST_NAME: usize = 100;
const LONGEST_EMAIL: usize = 254;

/// Checks what can be checked without writing to the address. Empty texts remove.
pub(crate) fn check_contact(
    email: Option<&str>,
    display_name: Option<&str>,
) -> Result<(), InvalidContact> {
    let looks_right = |email: &str| {
        let parts = email.split_once('@');
        email.len() <= LONGEST_EMAIL
            && !email.contains(|c: char| c.is_whitespace() || c.is_control())
            && parts.is_some_and(|(name, host)| !name.is_empty() && !host.is_empty())
    };
    if let Some(wrong) = email
        .map(str::trim)
        .filter(|text| !text.is_empty() && !looks_right(text))
    {
        return Err(InvalidContact::Email(wrong.to_owned()));
    }
    if display_name.is_some_and(|name| name.chars().count() > LONGEST_NAME) {
        return Err(InvalidContact::Name);
    }
    Ok(())
}

/// The username in lower case, as it is kept.
pub(crate) fn check_username(text: &str) -> Result<String, InvalidName> {
    let name = text.trim().to_lowercase();
    let valid = (2..=64).contains(&name.chars().count())
        && name
            .chars()
            .all(|c| c.is_alphanumeric() || "._-+@".contains(c));
    if valid {
        Ok(name)
    } else {
        Err(InvalidName(name))
    }
}

const GLOBAL_ONLY: &str = "only a global admin may do this for a global admin, or make one";
const OUTSIDE: &str = "this user also belongs to organizations you do not manage; \
                       you may change only the roles in your own";

impl Auth {
    pub async fn create_user(
        &self,
        caller: &Caller,
        client: &Client,
        new: NewUser,
    ) -> Result<User, PersonError> {
        if new.global_admin && !caller.is_global_admin() {
            return Err(PersonError::Beyond(GLOBAL_ONLY));
        }
        if new.memberships.is_empty() && !caller.is_global_admin() {
            return Err(PersonError::Beyond(
                "give the user a role in one of your organizations",
            ));
        }
        may_manage(caller, &new.memberships)?;
        let username = check_username(&new.username)?;
        check_contact(new.email.as_deref(), new.display_name.as_deref())?;
        let password = SecretString::from(new.password);
        let password_hash = self.checked_hash(password, &username).await?;
        let person = NewPerson {
            username,
            email: new.email,
            display_name: new.display_name,
            password_hash,
            global_admin: new.global_admin,
            memberships: new.memberships,
        };
        let user = store::person::create(self.db(), person).await?;
        self.record_about(
            "user.created",
            caller,
            client,
            &user,
            json!({
                "global_admin": user.global_admin,
                "memberships": user.memberships,
            }),
        )
        .await?;
        Ok(user)
    }

    pub async fn change_user(
        &self,
        caller: &Caller,
        client: &Client,
        id: &UserId,
        change: UserChange,
    ) -> Result<User, PersonError> {
        let managed = caller.scope_for(Permission::ManageMembers);
        let user = store::person::find(self.db(), &managed, id)
            .await?
            .ok_or(PersonError::NotFound)?;
        if (user.global_admin || change.global_admin.is_some()) && !caller.is_global_admin() {
            return Err(PersonError::Beyond(GLOBAL_ONLY));
        }
        let beyond_roles = change.email.is_some()
            || change.display_name.is_some()
            || change.password.is_some()
            || change.disabled.is_some();
        if beyond_roles && !self.wholly_within(&managed, id).await? {
            return Err(PersonError::Beyond(OUTSIDE));
        }
        if let Some(memberships) = &change.memberships {
            may_manage(caller, memberships)?;
        }
        check_contact(change.email.as_deref(), change.display_name.as_deref())?;
        let details = changed_fields(&change);
        let password_hash = match change.password.map(SecretString::from) {
            Some(password) => Some(self.checked_hash(password, &user.username).await?),
            None => None,
        };
        let change = PersonChange {
            email: change.email,
            display_name: change.display_name,
            password_hash: None,
            disabled: change.disabled,
            global_admin: change.global_admin,
            memberships: change.memberships,
        };
        // First what may be refused, such as an address that is taken; the password after it.
        let changed = store::person::update(self.db(), &managed, id, change).await;
        self.inner.sessions.forget_user(id);
        let changed = changed?.ok_or(PersonError::NotFound)?;
        if let Some(hash) = password_hash {
            let keep = caller.session_id().filter(|_| caller.user_id() == Some(id));
            self.replace_password(id, hash, keep).await?;
        }
        self.record_about("user.changed", caller, client, &changed, details)
            .await?;
        Ok(changed)
    }

    pub async fn delete_user(
        &self,
        caller: &Caller,
        client: &Client,
        id: &UserId,
    ) -> Result<(), PersonError> {
        let managed = caller.scope_for(Permission::ManageMembers);
        let user = store::person::find(self.db(), &managed, id)
            .await?
            .ok_or(PersonError::NotFound)?;
        if user.global_admin && !caller.is_global_admin() {
            return Err(PersonError::Beyond(GLOBAL_ONLY));
        }
        if !self.wholly_within(&managed, id).await? {
            return Err(PersonError::Beyond(OUTSIDE));
        }
        let deleted = store::person::delete(self.db(), &managed, id).await?;
        self.inner.sessions.forget_user(id);
        if !deleted {
            return Err(PersonError::NotFound);
        }
        Ok(self
            .record_about("user.deleted", caller, client, &user, json!({}))
            .await?)
    }

    /// Ends the person's sessions except `keep`.
    pub(crate) async fn replace_password(
        &self,
        id: &UserId,
        hash: String,
        keep: Option<&SessionId>,
    ) -> Result<(), StoreError> {
        let replaced = store::person::set_password(self.db(), id, hash, keep).await;
        self.inner.sessions.forget_user(id);
        replaced.map(|_| ())
    }

    /// Everyone's roles may have changed, as when an organization was removed.
    pub fn forget_everyone(&self) {
        self.inner.sessions.forget_all();
    }

    pub(crate) async fn checked_hash(
        &self,
        password: SecretString,
        username: &str,
    ) -> Result<String, PersonError> {
        check_rules(&password, username)?;
        Ok(self.inner.passwords.hash(password).await?)
    }

    /// Whether all of a person's memberships are in `managed`.
    async fn wholly_within(&self, managed: &Scope, id: &UserId) -> Result<bool, StoreError> {
        if *managed == Scope::All {
            return Ok(true);
        }
        let memberships = store::person::memberships(self.db(), id).await?;
        Ok(memberships
            .iter()
            .all(|(organization, _)| managed.contains(organization)))
    }

    pub(crate) async fn record_about(
        &self,
        action: &'static str,
        caller: &Caller,
        client: &Client,
        user: &User,
        details: serde_json::Value,
    ) -> Result<(), StoreError> {
        let mut change = Change::new(action, &user.username).with(details);
        // An entry about somebody in one organization is shown to that organization's admins.
        if let [only] = user.memberships.as_slice() {
            change = change.in_organization(&only.organization_id);
        }
        self.record(caller, client, change).await
    }
}

fn may_manage(caller: &Caller, memberships: &[MembershipChange]) -> Result<(), Denied> {
    memberships.iter().try_for_each(|membership| {
        caller.require(Permission::ManageMembers, Some(&membership.organization_id))
    })
}

/// What a change touches, without the password itself.
fn changed_fields(change: &UserChange) -> serde_json::Value {
    let mut details = serde_json::Map::new();
    if let Some(email) = &change.email {
        details.insert("email".into(), json!(email));
    }
    if let Some(name) = &change.display_name {
        details.insert("display_name".into(), json!(name));
    }
    if change.password.is_some() {
        details.insert("password".into(), json!("changed"));
    }
    if let Some(disabled) = change.disabled {
        details.insert("disabled".into(), json!(disabled));
    }
    if let Some(global_admin) = change.global_admin {
        details.insert("global_admin".into(), json!(global_admin));
    }
    if let Some(memberships) = &change.memberships {
        details.insert("memberships".into(), json!(memberships));
    }
    details.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_look_like_addresses() {
        for good in [Some("a@b"), Some(" ada@acme.test "), Some(""), None] {
            assert_eq!(check_contact(good, Some("Ada")), Ok(()), "{good:?}");
        }
        for wrong in ["ada", "@b", "a@", "a b@c"] {
            assert!(check_contact(Some(wrong), None).is_err(), "{wrong}");
        }
        assert_eq!(
            check_contact(None, Some(&"x".repeat(101))),
            Err(InvalidContact::Name)
        );
    }

    #[test]
    fn usernames_are_plain_and_lower_case() {
        assert_eq!(
            check_username(" Ada.Lovelace@acme ").unwrap(),
            "ada.lovelace@acme"
        );
        for wrong in ["", "a", "two words", "<b>", &"x".repeat(65)] {
            assert!(check_username(wrong).is_err(), "{wrong}");
        }
    }
}
