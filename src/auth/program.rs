//! Tokens for programs: a session of its person with a name and a chosen end, good wherever the
//! login's token is. Like every session they end with a new password or a disabled person.

use domain::user::TokenView;
use domain::{SessionId, UtcTime};
use secrecy::SecretString;
use serde_json::json;
use store::StoreError;
use store::session::{NewSession, Session};
use thiserror::Error;

use crate::Auth;
use crate::audit::{Change, Client};
use crate::policy::{Caller, Identity};
use crate::secret;
use crate::session::BEARER;
use crate::token::SignError;

/// The longest that a token is good for, in days.
pub const MOST_TOKEN_DAYS: u32 = 365;

/// The most tokens a person may have at a time.
const MOST_TOKENS: usize = 50;

const MOST_NAME: usize = 80;

/// A token just made. The token itself is never shown again.
pub struct NewToken {
    pub view: TokenView,
    pub token: SecretString,
}

#[derive(Debug, Error)]
pub enum TokenError {
    #[error("the control socket needs no token; log in as a person")]
    NoPerson,
    #[error("a name has 1 to {MOST_NAME} characters")]
    Name,
    #[error("a token is good for 1 to {MOST_TOKEN_DAYS} days")]
    Days,
    #[error("you have {MOST_TOKENS} tokens, which is the most; end one first")]
    TooMany,
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Sign(#[from] SignError),
}

impl Auth {
    /// Makes a token with everything its person may do.
    pub async fn create_token(
        &self,
        caller: &Caller,
        client: &Client,
        name: &str,
        days: u32,
    ) -> Result<NewToken, TokenError> {
        let Identity::User { user, .. } = caller.identity() else {
            return Err(TokenError::NoPerson);
        };
        let name = name.trim();
        if name.is_empty() || name.chars().count() > MOST_NAME {
            return Err(TokenError::Name);
        }
        if !(1..=MOST_TOKEN_DAYS).contains(&days) {
            return Err(TokenError::Days);
        }
        if self.own_tokens(caller).await?.len() >= MOST_TOKENS {
            return Err(TokenError::TooMany);
        }
        let seconds = i64::from(days) * 24 * 3600;
        let new = NewSession {
            user_id: user.id.clone(),
            // As for a login's token: the column only has to hold something nobody can send.
            secret_hash: secret::stored_form(&secret::generate()),
            kind: BEARER,
            expires_at: UtcTime::now().plus_seconds(seconds),
            client_ip: client.ip_text(),
            user_agent: client.user_agent.clone(),
            name: Some(name.to_owned()),
        };
        let session = store::session::create(self.db(), new).await?;
        let token = self
            .inner
            .tokens
            .issue(&user.id, &session.id, session.created_at, seconds)?;
        let details = json!({ "token_id": session.id, "expires_at": session.expires_at });
        let change = Change::new("token.created", name).with(details);
        self.record(caller, client, change).await?;
        Ok(NewToken {
            view: view(name.to_owned(), session),
            token: SecretString::from(token),
        })
    }

    /// The caller's tokens that are good, the latest used first.
    pub async fn own_tokens(&self, caller: &Caller) -> Result<Vec<TokenView>, StoreError> {
        let sessions = self.all_own(caller).await?.into_iter();
        Ok(sessions
            .filter_map(|mut session| Some(view(session.name.take()?, session)))
            .collect())
    }

    /// Ends one of the caller's tokens; false when it is not theirs or has ended.
    pub async fn end_own_token(
        &self,
        caller: &Caller,
        client: &Client,
        id: &SessionId,
    ) -> Result<bool, StoreError> {
        let tokens = self.own_tokens(caller).await?;
        let Some(token) = tokens.into_iter().find(|token| &token.id == id) else {
            return Ok(false);
        };
        let change = Change::new("token.ended", &token.name).with(json!({ "token_id": id }));
        self.end(caller, client, id, change).await
    }
}

fn view(name: String, session: Session) -> TokenView {
    TokenView {
        name,
        last_used_at: (session.last_seen_at > session.created_at).then_some(session.last_seen_at),
        id: session.id,
        created_at: session.created_at,
        expires_at: session.expires_at,
    }
}
