//! Logging in: from a username and a password to a session, as a cookie for browsers or a token
//! for programs. Every try is written to the audit log.

use std::time::Instant;

use domain::user::User;
use domain::{SessionId, UtcTime};
use secrecy::SecretString;
use serde_json::json;
use store::StoreError;
use store::session::{NewSession, Session};
use thiserror::Error;

use crate::Auth;
use crate::audit::{Change, Client};
use crate::password::{HashError, Verdict};
use crate::policy::Caller;
use crate::secret;
use crate::session::{BEARER, COOKIE, COOKIE_LIFETIME_SECONDS, cookie_text};
use crate::throttle::RetryAfter;
use crate::token::{LIFETIME_SECONDS, SignError};

#[derive(Debug, Error)]
pub enum LoginError {
    #[error("too many failed logins")]
    Throttled(RetryAfter),
    /// No such user, a wrong password or a disabled user; callers cannot tell which.
    #[error("username or password is wrong")]
    Refused,
    #[error(transparent)]
    Hash(#[from] HashError),
    #[error(transparent)]
    Sign(#[from] SignError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A session for a browser.
pub struct CookieSession {
    pub user: User,
    pub id: SessionId,
    /// Goes into the cookie and is kept nowhere else.
    pub cookie: SecretString,
}

/// A session for a program.
pub struct AccessToken {
    pub user: User,
    pub token: SecretString,
    pub expires_in_seconds: i64,
}

impl Auth {
    pub async fn log_in_with_cookie(
        &self,
        username: &str,
        password: SecretString,
        client: &Client,
    ) -> Result<CookieSession, LoginError> {
        let user = self.prove(username, password, client).await?;
        Ok(self.start_cookie_session(user, client).await?)
    }

    pub async fn log_in_with_token(
        &self,
        username: &str,
        password: SecretString,
        client: &Client,
    ) -> Result<AccessToken, LoginError> {
        let user = self.prove(username, password, client).await?;
        // The token itself is the secret; the column only has to hold something nobody can send.
        let unused = secret::stored_form(&secret::generate());
        let session = self
            .start(&user, client, BEARER, unused, LIFETIME_SECONDS)
            .await?;
        let token =
            self.inner
                .tokens
                .issue(&user.id, &session.id, session.created_at, LIFETIME_SECONDS)?;
        Ok(AccessToken {
            user,
            token: SecretString::from(token),
            expires_in_seconds: LIFETIME_SECONDS,
        })
    }

    pub(crate) async fn start_cookie_session(
        &self,
        user: User,
        client: &Client,
    ) -> Result<CookieSession, StoreError> {
        let secret = secret::generate();
        let hash = secret::stored_form(&secret);
        let session = self
            .start(&user, client, COOKIE, hash, COOKIE_LIFETIME_SECONDS)
            .await?;
        Ok(CookieSession {
            user,
            cookie: cookie_text(&session.id, &secret),
            id: session.id,
        })
    }

    async fn start(
        &self,
        user: &User,
        client: &Client,
        kind: &'static str,
        secret_hash: String,
        seconds: i64,
    ) -> Result<Session, StoreError> {
        let now = UtcTime::now();
        let new = NewSession {
            user_id: user.id.clone(),
            secret_hash,
            kind,
            expires_at: now.plus_seconds(seconds),
            client_ip: client.ip_text(),
            user_agent: client.user_agent.clone(),
            name: None,
        };
        let session = store::session::create(self.db(), new).await?;
        store::person::record_login(self.db(), &user.id, now).await?;
        let caller = Caller::user(user.clone().into(), session.id.clone());
        let details = json!({ "kind": kind, "session_id": session.id });
        let change = Change::new("login.succeeded", &user.username).with(details);
        self.record(&caller, client, change).await?;
        Ok(session)
    }

    /// Checks a password, slowly for whoever has failed before.
    async fn prove(
        &self,
        username: &str,
        password: SecretString,
        client: &Client,
    ) -> Result<User, LoginError> {
        let username = username.trim().to_lowercase();
        let attempt = self
            .inner
            .throttle
            .begin(&username, client.ip, Instant::now())
            .map_err(LoginError::Throttled)?;
        let login = store::person::find_by_username(self.db(), &username).await?;
        let stored = login.as_ref().map(|login| login.password_hash.clone());
        let verdict = self
            .inner
            .passwords
            .verify(password.clone(), stored)
            .await?;

        let why = match (login, verdict) {
            (Some(login), Verdict::Right | Verdict::RightButOld) if !login.user.disabled => {
                self.inner.throttle.succeeded(attempt);
                if verdict == Verdict::RightButOld {
                    self.hash_again(&login.user, password).await?;
                }
                return Ok(login.user);
            }
            (Some(_), Verdict::Wrong) => "wrong password",
            (Some(_), _) => "user is disabled",
            (None, _) => "no such user",
        };
        // What was typed as an unknown username may be a password in the wrong field.
        let actor = if why == "no such user" {
            "unknown".to_owned()
        } else {
            username
        };
        let change = Change {
            subject: None,
            ..Change::new("login.failed", "")
        };
        let change = change.with(json!({ "reason": why }));
        self.record_as((actor, None), client, change).await?;
        Err(LoginError::Refused)
    }

    async fn hash_again(&self, user: &User, password: SecretString) -> Result<(), LoginError> {
        let hash = self.inner.passwords.hash(password).await?;
        let change = store::person::PersonChange {
            password_hash: Some(hash),
            ..Default::default()
        };
        store::person::update(self.db(), &domain::Scope::All, &user.id, change).await?;
        Ok(())
    }
}
