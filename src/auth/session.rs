//! Sessions in force. A cookie holds the session's id and a secret; a bearer token is signed and
//! names the session. Both are looked up once and then answered from memory until something about
//! the session or its person changes, which takes effect at once.

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use domain::user::SessionView;
use domain::{SessionId, UserId, UtcTime};
use moka::sync::Cache;
use secrecy::{ExposeSecret, SecretString};
use store::StoreError;
use store::session::Session;
use subtle::ConstantTimeEq;
use thiserror::Error;
use tokio::sync::watch;

use crate::Auth;
use crate::audit::{Change, Client};
use crate::policy::Caller;
use crate::secret::{Fingerprint, fingerprint, stored_form};

/// A cookie session ends this long after it began, however busy.
pub const COOKIE_LIFETIME_SECONDS: i64 = 7 * 24 * 3600;

/// A cookie session ends this long after it was last used.
const IDLE_SECONDS: i64 = 12 * 3600;

/// Use is written down at most this often.
const TOUCH_SECONDS: i64 = 60;

/// Entries are read anew after this long even when nothing is known to have changed.
const REREAD: Duration = Duration::from_secs(300);

pub(crate) const COOKIE: &str = "cookie";
pub(crate) const BEARER: &str = "bearer";

/// What a request brings to prove who sends it.
#[derive(Debug, Clone, Copy)]
pub enum Credential<'a> {
    Cookie(&'a str),
    Bearer(&'a str),
}

#[derive(Debug, Error)]
pub enum AuthenticateError {
    /// Forged, expired, revoked, or its person disabled; the difference is nobody's business.
    #[error("the session has ended")]
    Ended,
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A session in force and who it belongs to.
#[derive(Debug)]
pub struct ActiveSession {
    id: SessionId,
    caller: Arc<Caller>,
    user_id: UserId,
    kind: Kind,
    /// Unix seconds.
    ends_at: i64,
    last_seen_at: AtomicI64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Cookie,
    Bearer,
}

impl ActiveSession {
    #[must_use]
    pub fn id(&self) -> &SessionId {
        &self.id
    }

    #[must_use]
    pub fn caller(&self) -> &Arc<Caller> {
        &self.caller
    }

    /// A cookie's, as opposed to a token's.
    #[must_use]
    pub fn is_browser(&self) -> bool {
        self.kind == Kind::Cookie
    }

    fn in_force(&self, now: i64) -> bool {
        let idle_end = self.last_seen_at.load(Ordering::Relaxed) + IDLE_SECONDS;
        now < self.ends_at && (self.kind == Kind::Bearer || now < idle_end)
    }
}

/// The memory of sessions. `epoch` counts changes: what was read from the database before a change
/// must not be remembered after it.
pub(crate) struct Sessions {
    cache: Cache<Fingerprint, Arc<ActiveSession>>,
    epoch: Mutex<u64>,
    changed: watch::Sender<u64>,
}

impl Sessions {
    pub(crate) fn new() -> Self {
        Self {
            cache: Cache::builder()
                .max_capacity(50_000)
                .time_to_live(REREAD)
                .build(),
            epoch: Mutex::new(0),
            changed: watch::Sender::new(0),
        }
    }

    fn epoch(&self) -> u64 {
        *self.epoch.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn remember(&self, key: Fingerprint, session: &Arc<ActiveSession>, read_at_epoch: u64) {
        let epoch = self.epoch.lock().unwrap_or_else(PoisonError::into_inner);
        if *epoch == read_at_epoch {
            self.cache.insert(key, session.clone());
        }
    }

    /// Forgets sessions to which `which` applies, and makes open streams look again.
    fn forget(&self, which: impl Fn(&ActiveSession) -> bool) {
        let mut epoch = self.epoch.lock().unwrap_or_else(PoisonError::into_inner);
        *epoch += 1;
        for (key, session) in &self.cache {
            if which(&session) {
                self.cache.invalidate(key.as_ref());
            }
        }
        self.changed.send_replace(*epoch);
    }

    pub(crate) fn forget_user(&self, user: &UserId) {
        self.forget(|session| &session.user_id == user);
    }

    pub(crate) fn forget_session(&self, id: &SessionId) {
        self.forget(|session| &session.id == id);
    }

    pub(crate) fn forget_all(&self) {
        self.forget(|_| true);
    }
}

/// The text of a session cookie.
pub(crate) fn cookie_text(id: &SessionId, secret: &SecretString) -> SecretString {
    SecretString::from(format!("{id}.{}", secret.expose_secret()))
}

impl Auth {
    /// Who the credential belongs to, if its session is in force.
    pub async fn authenticate(
        &self,
        credential: Credential<'_>,
    ) -> Result<Arc<ActiveSession>, AuthenticateError> {
        let key = match credential {
            Credential::Cookie(text) | Credential::Bearer(text) => fingerprint(text),
        };
        let sessions = &self.inner.sessions;
        let now = UtcTime::now();
        let session = match sessions.cache.get(&key) {
            Some(session) => session,
            None => {
                let epoch = sessions.epoch();
                let session = Arc::new(self.look_up(credential).await?);
                sessions.remember(key, &session, epoch);
                session
            }
        };
        if !session.in_force(now.unix()) {
            return Err(AuthenticateError::Ended);
        }
        self.touch(&session, now);
        Ok(session)
    }

    async fn look_up(
        &self,
        credential: Credential<'_>,
    ) -> Result<ActiveSession, AuthenticateError> {
        let (id, secret_hash) = match credential {
            Credential::Cookie(text) => {
                let (id, secret) = text.split_once('.').ok_or(AuthenticateError::Ended)?;
                let hash = stored_form(&SecretString::from(secret));
                (SessionId::from_text(id), Some(hash))
            }
            Credential::Bearer(token) => {
                let claims = self.inner.tokens.check(token).map_err(|problem| {
                    tracing::debug!(?problem, "a bearer token was refused");
                    AuthenticateError::Ended
                })?;
                (SessionId::from_text(claims.sid), None)
            }
        };
        self.load(&id, secret_hash.as_deref()).await
    }

    /// The session from the database. `secret_hash` proves a cookie; a token has proved itself.
    async fn load(
        &self,
        id: &SessionId,
        secret_hash: Option<&str>,
    ) -> Result<ActiveSession, AuthenticateError> {
        let (session, user) = store::session::find(self.db(), id)
            .await?
            .ok_or(AuthenticateError::Ended)?;
        let kind = match (secret_hash, session.kind.as_str()) {
            (Some(hash), COOKIE) if same(hash, &session.secret_hash) => Kind::Cookie,
            (None, BEARER) => Kind::Bearer,
            _ => return Err(AuthenticateError::Ended),
        };
        if session.revoked_at.is_some() || user.disabled {
            return Err(AuthenticateError::Ended);
        }
        Ok(ActiveSession {
            user_id: user.id.clone(),
            caller: Arc::new(Caller::user(Arc::new(user), session.id.clone())),
            kind,
            ends_at: session.expires_at.unix(),
            last_seen_at: AtomicI64::new(session.last_seen_at.unix()),
            id: session.id,
        })
    }

    /// The same session as it is now, for whoever holds one for long: event streams.
    pub async fn refresh(
        &self,
        held: &ActiveSession,
    ) -> Result<Arc<ActiveSession>, AuthenticateError> {
        let (session, user) = store::session::find(self.db(), &held.id)
            .await?
            .ok_or(AuthenticateError::Ended)?;
        let fresh = ActiveSession {
            user_id: user.id.clone(),
            kind: held.kind,
            ends_at: session.expires_at.unix(),
            last_seen_at: AtomicI64::new(session.last_seen_at.unix()),
            id: session.id.clone(),
            caller: Arc::new(Caller::user(Arc::new(user.clone()), session.id)),
        };
        let ended = session.revoked_at.is_some() || user.disabled;
        if ended || !fresh.in_force(UtcTime::now().unix()) {
            return Err(AuthenticateError::Ended);
        }
        Ok(Arc::new(fresh))
    }

    /// Counts up whenever a session or a person may have changed.
    #[must_use]
    pub fn changes(&self) -> watch::Receiver<u64> {
        self.inner.sessions.changed.subscribe()
    }

    /// Sessions remembered as being in use.
    #[must_use]
    pub fn sessions_in_memory(&self) -> u64 {
        self.inner.sessions.cache.run_pending_tasks();
        self.inner.sessions.cache.entry_count()
    }

    /// Writes down that the session is used, in the background and at most once a minute.
    fn touch(&self, session: &ActiveSession, now: UtcTime) {
        let last = session.last_seen_at.load(Ordering::Relaxed);
        if now.unix() - last < TOUCH_SECONDS {
            return;
        }
        let swapped = session.last_seen_at.compare_exchange(
            last,
            now.unix(),
            Ordering::Relaxed,
            Ordering::Relaxed,
        );
        if swapped.is_err() {
            return; // another request did it
        }
        let (db, id) = (self.db().clone(), session.id.clone());
        tokio::spawn(async move {
            match store::session::touch(&db, &id, now).await {
                // While the disk is full the session simply ages from its last written use.
                Ok(()) | Err(StoreError::ReadOnly { .. }) => {}
                Err(error) => tracing::warn!(session_id = %id, "session not touched: {error}"),
            }
        });
    }

    /// The caller's logins, the latest used first.
    pub async fn own_sessions(&self, caller: &Caller) -> Result<Vec<SessionView>, StoreError> {
        let now = UtcTime::now();
        let sessions = self.all_own(caller).await?.into_iter();
        Ok(sessions
            .filter(|session| session.name.is_none())
            .map(|session| view(session, caller.session_id()))
            .filter(|view| view.expires_at > now)
            .collect())
    }

    /// Logins and tokens for programs.
    pub(crate) async fn all_own(&self, caller: &Caller) -> Result<Vec<Session>, StoreError> {
        match caller.user_id() {
            Some(user) => store::session::list_of_user(self.db(), user, UtcTime::now()).await,
            None => Ok(Vec::new()),
        }
    }

    /// Ends one of the caller's own logins, or the token that asks; false when it is not theirs or has
    /// ended.
    pub async fn end_own_session(
        &self,
        caller: &Caller,
        client: &Client,
        id: &SessionId,
    ) -> Result<bool, StoreError> {
        let asks = caller.session_id() == Some(id);
        let mine = self.own_sessions(caller).await?;
        if !asks && !mine.iter().any(|session| &session.id == id) {
            return Ok(false);
        }
        let change = if asks {
            Change::new("logout", caller.name())
        } else {
            Change::new("session.ended", caller.name())
        };
        let details = serde_json::json!({ "session_id": id });
        self.end(caller, client, id, change.with(details)).await
    }

    /// Ends a session that was found to be the caller's, and writes `change` down if it was still open.
    pub(crate) async fn end(
        &self,
        caller: &Caller,
        client: &Client,
        id: &SessionId,
        change: Change,
    ) -> Result<bool, StoreError> {
        let ended = store::session::revoke(self.db(), id).await?;
        self.inner.sessions.forget_session(id);
        if ended {
            self.record(caller, client, change).await?;
        }
        Ok(ended)
    }

    /// Removes sessions that ended long ago. For a daily job.
    pub async fn forget_old_sessions(&self) -> Result<u64, StoreError> {
        store::session::delete_expired(self.db(), UtcTime::now().plus_days(-30)).await
    }
}

fn same(one: &str, other: &str) -> bool {
    bool::from(one.as_bytes().ct_eq(other.as_bytes()))
}

fn view(session: Session, current: Option<&SessionId>) -> SessionView {
    let expires_at = if session.kind == COOKIE {
        session
            .expires_at
            .min(session.last_seen_at.plus_seconds(IDLE_SECONDS))
    } else {
        session.expires_at
    };
    SessionView {
        current: current == Some(&session.id),
        id: session.id,
        created_at: session.created_at,
        last_seen_at: session.last_seen_at,
        expires_at,
        client_ip: session.client_ip,
        user_agent: session.user_agent,
    }
}
