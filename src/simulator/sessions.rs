//! Credentials minted by AssumeRole: whose they are, and until when they work.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use uuid::Uuid;

use crate::clock::Millis;
use crate::dice::{hash, mix};

#[derive(Clone, Debug)]
pub struct Session {
    pub access_key: String,
    pub secret: String,
    pub token: String,
    pub account: String,
    pub role: String,
    pub name: String,
    pub expires: Millis,
}

/// Above this many, sessions that have run out are forgotten before another is added.
const SWEEP_AT: usize = 10_000;

#[derive(Debug, Default)]
pub struct Sessions(Mutex<HashMap<String, Session>>);

impl Sessions {
    pub fn mint(
        &self,
        account: &str,
        role: &str,
        name: &str,
        expires: Millis,
        now: Millis,
    ) -> Session {
        let noise = Uuid::now_v7().simple().to_string();
        let salt = mix(hash(&noise), hash(account));
        let session = Session {
            access_key: format!("ASIA{}", &noise.to_ascii_uppercase()[16..32]),
            secret: format!("{noise}{salt:016x}")[..40].to_owned(),
            token: format!(
                "FwoGZXIvYXdzE{noise}{:016x}{salt:016x}//////////==",
                mix(salt, 1)
            ),
            account: account.to_owned(),
            role: role.to_owned(),
            name: name.to_owned(),
            expires,
        };
        let mut sessions = self.lock();
        if sessions.len() >= SWEEP_AT {
            sessions.retain(|_, old| old.expires > now);
        }
        sessions.insert(session.access_key.clone(), session.clone());
        session
    }

    pub fn find(&self, access_key: &str) -> Option<Session> {
        self.lock().get(access_key).cloned()
    }

    /// Ends every session now, whatever its answer to AssumeRole promised.
    pub fn expire_all(&self, now: Millis) {
        self.lock()
            .values_mut()
            .for_each(|session| session.expires = session.expires.min(now));
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Session>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
