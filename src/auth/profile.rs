//! What people change about themselves: their profile and password. Changing others is in `people`.

use std::time::Instant;

use domain::Scope;
use domain::user::User;
use secrecy::SecretString;
use serde_json::json;
use store::person::{Login, PersonChange};

use crate::Auth;
use crate::audit::Client;
use crate::password::Verdict;
use crate::people::{PersonError, check_contact};
use crate::policy::Caller;

/// What people may change about themselves.
#[derive(Default)]
pub struct OwnChange {
    pub email: Option<String>,
    pub display_name: Option<String>,
    pub password: Option<PasswordChange>,
}

pub struct PasswordChange {
    pub current: SecretString,
    pub new: SecretString,
}

impl Auth {
    /// Changes the caller's own profile. A new password ends their other sessions.
    pub async fn change_self(
        &self,
        caller: &Caller,
        client: &Client,
        change: OwnChange,
    ) -> Result<User, PersonError> {
        let id = caller.user_id().ok_or(PersonError::NoProfile)?;
        let login = store::person::find_login_by_id(self.db(), id)
            .await?
            .ok_or(PersonError::NotFound)?;
        check_contact(change.email.as_deref(), change.display_name.as_deref())?;
        let details = json!({
            "email": change.email.is_some(),
            "display_name": change.display_name.is_some(),
            "password": change.password.is_some(),
        });
        let password_hash = match change.password {
            Some(password) => Some(self.prove_and_hash(&login, password, client).await?),
            None => None,
        };
        let change = PersonChange {
            email: change.email,
            display_name: change.display_name,
            ..Default::default()
        };
        // First what may be refused, such as an address that is taken; the password after it.
        let changed = store::person::update(self.db(), &Scope::All, id, change).await;
        self.inner.sessions.forget_user(id);
        let changed = changed?.ok_or(PersonError::NotFound)?;
        if let Some(hash) = password_hash {
            self.replace_password(id, hash, caller.session_id()).await?;
        }
        self.record_about("profile.changed", caller, client, &changed, details)
            .await?;
        Ok(changed)
    }

    /// The new password's hash, once the current one has been proved. Whoever found an open browser
    /// must not guess faster here than at the door.
    async fn prove_and_hash(
        &self,
        login: &Login,
        password: PasswordChange,
        client: &Client,
    ) -> Result<String, PersonError> {
        let username = &login.user.username;
        let attempt = self
            .inner
            .throttle
            .begin(username, client.ip, Instant::now())
            .map_err(PersonError::Throttled)?;
        let stored = Some(login.password_hash.clone());
        let verdict = self.inner.passwords.verify(password.current, stored);
        if verdict.await? == Verdict::Wrong {
            return Err(PersonError::WrongPassword);
        }
        self.inner.throttle.succeeded(attempt);
        self.checked_hash(password.new, username).await
    }
}
