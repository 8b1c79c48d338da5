//! Setup links: one use, half an hour. The first makes the first global admin. Later ones, made
//! by whoever owns the machine, make a new global admin or give one back their access.

use domain::user::User;
use domain::{Scope, UtcTime};
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;
use store::StoreError;
use store::person::{NewPerson, PersonChange};
use thiserror::Error;

use crate::Auth;
use crate::audit::{Change, Client};
use crate::login::CookieSession;
use crate::password::{HashError, WeakPassword, check_rules};
use crate::people::{InvalidContact, InvalidName, check_contact, check_username};
use crate::policy::Caller;
use crate::secret;

pub const SETUP_LINK_SECONDS: i64 = 30 * 60;

/// Starts tokens that were made while nobody could log in; they end with the first user.
const FIRST: &str = "first-";
/// Starts tokens that were asked for later, to get back in.
const RECOVERY: &str = "recover-";

pub struct SetupLink {
    pub token: SecretString,
    pub expires_at: UtcTime,
}

impl SetupLink {
    /// The address to open. The token stands behind `#`, which browsers do not send, so that it
    /// is in no server's log.
    #[must_use]
    pub fn url(&self, base: &str) -> String {
        format!(
            "{}/setup#token={}",
            base.trim_end_matches('/'),
            self.token.expose_secret()
        )
    }
}

/// Who the holder of a link wants to be.
pub struct NewAdmin {
    pub username: String,
    pub password: SecretString,
    pub email: Option<String>,
}

#[derive(Debug, Error)]
pub enum SetupError {
    #[error("the setup link is used or has expired; make another with: stocktake setup-link")]
    LinkInvalid,
    #[error(
        "somebody has already set this installation up; log in, or make another link with: stocktake setup-link"
    )]
    AlreadySetUp,
    #[error(transparent)]
    Name(#[from] InvalidName),
    #[error(transparent)]
    Contact(#[from] InvalidContact),
    #[error(transparent)]
    Password(#[from] WeakPassword),
    #[error(transparent)]
    Hash(#[from] HashError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Auth {
    /// Whether nobody exists yet.
    pub async fn needs_setup(&self) -> Result<bool, StoreError> {
        Ok(store::person::count(self.db()).await? == 0)
    }

    /// Makes a link. Links made before stop working.
    pub async fn create_setup_link(
        &self,
        caller: &Caller,
        client: &Client,
    ) -> Result<SetupLink, StoreError> {
        let purpose = if self.needs_setup().await? {
            FIRST
        } else {
            RECOVERY
        };
        let token = format!("{purpose}{}", secret::generate().expose_secret());
        let token = SecretString::from(token);
        let expires_at = UtcTime::now().plus_seconds(SETUP_LINK_SECONDS);
        store::setup_link::create(self.db(), secret::stored_form(&token), expires_at).await?;
        let change = Change::new("setup_link.created", purpose.trim_end_matches('-'));
        self.record(caller, client, change).await?;
        Ok(SetupLink { token, expires_at })
    }

    /// Uses a link up and logs its holder in as a global admin. An existing username gets the new
    /// password, is enabled again and becomes a global admin.
    pub async fn redeem_setup_link(
        &self,
        token: &SecretString,
        admin: NewAdmin,
        client: &Client,
    ) -> Result<CookieSession, SetupError> {
        let hash = secret::stored_form(token);
        // Look first: a wrong token must not cost a hash, nor a weak password the link.
        if !store::setup_link::usable(self.db(), &hash, UtcTime::now()).await? {
            return Err(SetupError::LinkInvalid);
        }
        if token.expose_secret().starts_with(FIRST) && !self.needs_setup().await? {
            return Err(SetupError::AlreadySetUp);
        }
        let username = check_username(&admin.username)?;
        check_contact(admin.email.as_deref(), None)?;
        check_rules(&admin.password, &username)?;
        let password_hash = self.inner.passwords.hash(admin.password).await?;

        let existing = store::person::find_by_username(self.db(), &username).await?;
        let (user, action) = match existing {
            None => {
                let new = NewPerson {
                    username,
                    email: admin.email,
                    display_name: None,
                    password_hash,
                    global_admin: true,
                    memberships: Vec::new(),
                };
                let now = UtcTime::now();
                let made = store::setup_link::redeem_for(self.db(), &hash, now, new).await?;
                (made.ok_or(SetupError::LinkInvalid)?, "user.created")
            }
            Some(login) => {
                let user = self
                    .repair(&hash, login.user, admin.email, password_hash)
                    .await?;
                (user, "user.recovered")
            }
        };
        self.inner.sessions.forget_user(&user.id);
        let change = Change::new(action, &user.username)
            .with(json!({ "global_admin": true, "by": "setup link" }));
        let actor = (user.username.clone(), Some(user.id.clone()));
        self.record_as(actor, client, change).await?;
        Ok(self.start_cookie_session(user, client).await?)
    }

    async fn repair(
        &self,
        link: &str,
        user: User,
        email: Option<String>,
        password_hash: String,
    ) -> Result<User, SetupError> {
        if !store::setup_link::redeem(self.db(), link, UtcTime::now()).await? {
            return Err(SetupError::LinkInvalid);
        }
        store::person::set_password(self.db(), &user.id, password_hash, None).await?;
        let change = PersonChange {
            email,
            disabled: Some(false),
            global_admin: Some(true),
            ..Default::default()
        };
        let repaired = store::person::update(self.db(), &Scope::All, &user.id, change).await?;
        repaired.ok_or(SetupError::LinkInvalid)
    }
}
