//! Who is who and who may what: passwords, sessions, tokens, setup links, people and their roles.
//! Nothing here knows HTTP; `api` brings credentials in and takes callers out.
//!
//! | file | holds |
//! |---|---|
//! | `policy` | `Caller` and what it may do |
//! | `session` | sessions in force, kept in memory, ended at once when something changes |
//! | `login` | from a username and a password to a session; logging out |
//! | `token` | JWTs bound to a session |
//! | `program` | tokens for programs: made, listed, ended |
//! | `setup` | one-time links that make the first global admin, or a new one |
//! | `people` | creating, changing and removing users, and who may |
//! | `profile` | what people change about themselves |
//! | `password` | rules and argon2id |
//! | `throttle` | slowing down guesses |
//! | `secret` | random secrets and their fingerprints |
//! | `audit` | writing down who did what |

mod audit;
mod login;
mod password;
mod people;
mod policy;
mod profile;
mod program;
mod secret;
mod session;
mod setup;
mod throttle;
mod token;

use std::sync::Arc;

use store::{Db, StoreError};
use thiserror::Error;

pub use audit::{Change, Client};
pub use login::{AccessToken, CookieSession, LoginError};
pub use password::{HashError, MAX_CHARACTERS, MIN_CHARACTERS, WeakPassword};
pub use people::{InvalidContact, InvalidName, PersonError};
pub use policy::{Caller, Denied, Identity};
pub use profile::{OwnChange, PasswordChange};
pub use program::{MOST_TOKEN_DAYS, NewToken, TokenError};
pub use session::{ActiveSession, AuthenticateError, COOKIE_LIFETIME_SECONDS, Credential};
pub use setup::{NewAdmin, SETUP_LINK_SECONDS, SetupError, SetupLink};
pub use throttle::{RetryAfter, network_of};
pub use token::LIFETIME_SECONDS as TOKEN_LIFETIME_SECONDS;

/// The door to this room. Clones share everything.
#[derive(Clone)]
pub struct Auth {
    inner: Arc<Inner>,
}

struct Inner {
    db: Db,
    passwords: password::Passwords,
    tokens: token::Tokens,
    throttle: throttle::Throttle,
    sessions: session::Sessions,
}

#[derive(Debug, Error)]
pub enum OpenError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Hash(#[from] HashError),
}

impl Auth {
    /// Reads the key that signs tokens, or makes it on the first start.
    pub async fn open(db: Db) -> Result<Self, OpenError> {
        let key = store::secret::find_or_create(&db, "token_signing_key", || {
            rand::random::<[u8; 32]>().to_vec()
        })
        .await?;
        Ok(Self {
            inner: Arc::new(Inner {
                passwords: password::Passwords::new()?,
                tokens: token::Tokens::new(&key),
                throttle: throttle::Throttle::new(),
                sessions: session::Sessions::new(),
                db,
            }),
        })
    }

    fn db(&self) -> &Db {
        &self.inner.db
    }
}
