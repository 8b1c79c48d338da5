//! Passwords: the rules for choosing one, and hashing and checking them with argon2id away from
//! the async threads, a few at once. Who may log in is not decided here.

use std::sync::Arc;

use argon2::password_hash::{PasswordHash, PasswordHasher, PasswordVerifier, SaltString};
use argon2::{Algorithm, Argon2, Params, Version};
use secrecy::{ExposeSecret, SecretString};
use thiserror::Error;
use tokio::sync::Semaphore;

pub const MIN_CHARACTERS: usize = 12;
/// Longer than any passphrase; bounds the work a caller can ask for.
pub const MAX_CHARACTERS: usize = 256;

/// Memory of one hash in KiB, with one pass and one lane: OWASP's set for argon2id.
const MEMORY_KIB: u32 = 47_104;

/// Hashes computed at the same time. Each holds 46 MiB while it runs.
const PARALLEL: usize = 2;

#[derive(Debug, Error, PartialEq, Eq)]
pub enum WeakPassword {
    #[error("the password needs at least {MIN_CHARACTERS} characters; this one has {0}")]
    TooShort(usize),
    #[error("the password may have at most {MAX_CHARACTERS} characters")]
    TooLong,
    #[error("the password must not be the username")]
    IsUsername,
    #[error("the password must not be one character repeated")]
    OneCharacter,
}

#[derive(Debug, Error)]
pub enum HashError {
    #[error("the password could not be hashed: {0}")]
    Argon2(String),
    #[error("the thread that hashes passwords ended early")]
    Thread,
}

/// Checks the rules for a new password.
pub fn check_rules(password: &SecretString, username: &str) -> Result<(), WeakPassword> {
    let text = password.expose_secret();
    let length = text.chars().count();
    if length < MIN_CHARACTERS {
        return Err(WeakPassword::TooShort(length));
    }
    if length > MAX_CHARACTERS {
        return Err(WeakPassword::TooLong);
    }
    if text.to_lowercase() == username.to_lowercase() {
        return Err(WeakPassword::IsUsername);
    }
    let first = text.chars().next();
    if text.chars().all(|c| Some(c) == first) {
        return Err(WeakPassword::OneCharacter);
    }
    Ok(())
}

/// Hashes and checks passwords. Clones share the cap on parallel work.
#[derive(Clone)]
pub struct Passwords {
    permits: Arc<Semaphore>,
    /// Checked when there is no such user, so that the answer takes as long as for one who exists.
    dummy: Arc<str>,
}

/// What a password turned out to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    Right,
    /// Right, but hashed with other parameters than today's; hash it again.
    RightButOld,
    Wrong,
}

impl Passwords {
    pub fn new() -> Result<Self, HashError> {
        // The dummy only has to cost as much as a real hash; its own hash value is never matched,
        // so it is put together from random bytes instead of being computed at every start.
        let salt = SaltString::encode_b64(&rand::random::<[u8; 16]>()).map_err(failed)?;
        let output =
            argon2::password_hash::Output::new(&rand::random::<[u8; 32]>()).map_err(failed)?;
        let dummy = format!("$argon2id$v=19$m={MEMORY_KIB},t=1,p=1${salt}${output}");
        Ok(Self {
            permits: Arc::new(Semaphore::new(PARALLEL)),
            dummy: dummy.into(),
        })
    }

    /// A PHC string with a fresh salt.
    pub async fn hash(&self, password: SecretString) -> Result<String, HashError> {
        self.run(move || {
            let salt = SaltString::encode_b64(&rand::random::<[u8; 16]>()).map_err(failed)?;
            hasher()?
                .hash_password(password.expose_secret().as_bytes(), &salt)
                .map(|hash| hash.to_string())
                .map_err(failed)
        })
        .await
    }

    /// Checks `password` against a PHC string; against nothing (always wrong) when there is none,
    /// in the same time.
    pub async fn verify(
        &self,
        password: SecretString,
        stored: Option<String>,
    ) -> Result<Verdict, HashError> {
        let known = stored.is_some();
        let stored = stored.unwrap_or_else(|| self.dummy.to_string());
        let verdict = self
            .run(move || {
                let parsed = PasswordHash::new(&stored).map_err(failed)?;
                match hasher()?.verify_password(password.expose_secret().as_bytes(), &parsed) {
                    Ok(()) if made_with_todays_parameters(&parsed) => Ok(Verdict::Right),
                    Ok(()) => Ok(Verdict::RightButOld),
                    Err(argon2::password_hash::Error::Password) => Ok(Verdict::Wrong),
                    Err(other) => Err(failed(other)),
                }
            })
            .await?;
        Ok(if known { verdict } else { Verdict::Wrong })
    }

    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, HashError> + Send + 'static,
    ) -> Result<T, HashError> {
        let permit = self
            .permits
            .clone()
            .acquire_owned()
            .await
            .map_err(|_| HashError::Thread)?;
        // The permit moves into the thread: a caller who hangs up must not free it early.
        tokio::task::spawn_blocking(move || {
            let result = work();
            drop(permit);
            result
        })
        .await
        .map_err(|_| HashError::Thread)?
    }
}

fn hasher() -> Result<Argon2<'static>, HashError> {
    let params =
        Params::new(MEMORY_KIB, 1, 1, None).map_err(|e| HashError::Argon2(e.to_string()))?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

fn made_with_todays_parameters(hash: &PasswordHash<'_>) -> bool {
    Params::try_from(hash)
        .is_ok_and(|p| p.m_cost() == MEMORY_KIB && p.t_cost() == 1 && p.p_cost() == 1)
        && hash.algorithm == argon2::ARGON2ID_IDENT
}

fn failed(error: argon2::password_hash::Error) -> HashError {
    HashError::Argon2(error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret(text: &str) -> SecretString {
        SecretString::from(text)
    }

    #[test]
    fn rules_refuse_short_guessable_and_endless_passwords() {
        let check = |text: &str| check_rules(&secret(text), "Administrator");
        assert_eq!(check("short"), Err(WeakPassword::TooShort(5)));
        assert_eq!(check("administrator"), Err(WeakPassword::IsUsername));
        assert_eq!(check("aaaaaaaaaaaaaaaa"), Err(WeakPassword::OneCharacter));
        assert_eq!(check(&"ab".repeat(200)), Err(WeakPassword::TooLong));
        assert_eq!(check("zwölf Zeichen!"), Ok(()));
    }

    #[tokio::test]
    async fn hashes_carry_the_agreed_parameters_and_verify() {
        let passwords = Passwords::new().unwrap();
        let hash = passwords.hash(secret("correct horse")).await.unwrap();
        assert!(
            hash.starts_with("$argon2id$v=19$m=47104,t=1,p=1$"),
            "{hash}"
        );
        let verdict = |given: &str, stored: Option<&str>| {
            let (passwords, given) = (passwords.clone(), secret(given));
            let stored = stored.map(str::to_owned);
            async move { passwords.verify(given, stored).await.unwrap() }
        };
        assert_eq!(verdict("correct horse", Some(&hash)).await, Verdict::Right);
        assert_eq!(verdict("correct hors", Some(&hash)).await, Verdict::Wrong);
        assert_eq!(verdict("correct horse", None).await, Verdict::Wrong);
    }

    #[tokio::test]
    async fn a_hash_with_other_parameters_is_accepted_once_more() {
        let weak = Argon2::new(
            Algorithm::Argon2id,
            Version::V0x13,
            Params::new(1024, 1, 1, None).unwrap(),
        );
        let salt = SaltString::encode_b64(b"0123456789abcdef").unwrap();
        let old = weak.hash_password(b"correct horse", &salt).unwrap();
        let verdict = Passwords::new()
            .unwrap()
            .verify(secret("correct horse"), Some(old.to_string()))
            .await
            .unwrap();
        assert_eq!(verdict, Verdict::RightButOld);
    }
}
