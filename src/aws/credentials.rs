//! The credentials of one session: fetched once for everybody who waits, kept, and renewed ahead
//! of their expiry. The SDK's own cache is not used because it keeps 64 identities for the whole
//! process and cannot be told that AWS has ended a session early.

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use aws_credential_types::Credentials;
use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider, future};

use crate::error::{AwsError, AwsErrorKind};

/// Names our sessions in the client's CloudTrail.
pub(crate) const SESSION_NAME: &str = "stocktake";

/// Renewal starts this long before the expiry, or after three quarters of a shorter life.
const RENEW_AHEAD: Duration = Duration::from_secs(300);

/// Credentials without an expiry are looked up again after this long, as a profile may change.
const WITHOUT_EXPIRY: Duration = Duration::from_secs(900);

/// A session that AWS refuses is replaced at most this often; more would be a retry storm.
const FORCED_RENEWAL_PAUSE: Duration = Duration::from_secs(30);

/// Where credentials come from.
#[derive(Debug)]
pub(crate) enum Source {
    Chain(SharedCredentialsProvider),
    Role(RoleSource),
}

pub(crate) struct RoleSource {
    pub(crate) sts: aws_sdk_sts::Client,
    pub(crate) role_arn: String,
    pub(crate) external_id: Option<String>,
    pub(crate) session_seconds: i32,
}

impl fmt::Debug for RoleSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RoleSource({})", self.role_arn)
    }
}

impl RoleSource {
    pub(crate) async fn assume(&self) -> Result<Credentials, AwsError> {
        let answer = self
            .sts
            .assume_role()
            .role_arn(&self.role_arn)
            .role_session_name(SESSION_NAME)
            .set_external_id(self.external_id.clone())
            .duration_seconds(self.session_seconds)
            .send()
            .await
            .map_err(|error| AwsError::from_sdk(error).while_assuming_role())?;
        let given = answer
            .credentials
            .ok_or_else(|| AwsError::unreadable("AssumeRole answered without credentials"))?;
        let expiry = SystemTime::try_from(given.expiration).map_err(|error| {
            AwsError::unreadable(format!(
                "AssumeRole gave an expiration out of range: {error}"
            ))
        })?;
        Ok(Credentials::new(
            given.access_key_id,
            given.secret_access_key,
            Some(given.session_token),
            Some(expiry),
            SESSION_NAME,
        ))
    }
}

/// Credentials shared by all clients of one account; cheap to clone.
#[derive(Debug, Clone)]
pub(crate) struct SessionCredentials(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    source: Source,
    held: Mutex<Option<Held>>,
    /// Held by the one caller that fetches; the others wait for its outcome.
    flight: tokio::sync::Mutex<Option<AwsError>>,
    landed: AtomicU64,
    forced: Mutex<Option<Instant>>,
}

#[derive(Debug, Clone)]
struct Held {
    credentials: Credentials,
    renew_at: SystemTime,
}

impl SessionCredentials {
    pub(crate) fn new(source: Source) -> Self {
        Self(Arc::new(Inner {
            source,
            held: Mutex::new(None),
            flight: tokio::sync::Mutex::new(None),
            landed: AtomicU64::new(0),
            forced: Mutex::new(None),
        }))
    }

    /// The credentials to sign with now.
    pub(crate) async fn get(&self) -> Result<Credentials, AwsError> {
        if let Some(fresh) = self.fresh() {
            return Ok(fresh);
        }
        let landed_before = self.0.landed.load(Ordering::Acquire);
        let mut last_failure = self.0.flight.lock().await;
        if let Some(fresh) = self.fresh() {
            return Ok(fresh);
        }
        // Whoever waited while a fetch failed shares that failure instead of asking AWS again.
        if self.0.landed.load(Ordering::Acquire) > landed_before
            && let Some(failure) = last_failure.as_ref()
        {
            return Err(failure.clone());
        }
        let outcome = self.fetch().await;
        *last_failure = outcome.as_ref().err().cloned();
        self.0.landed.fetch_add(1, Ordering::Release);
        outcome
    }

    /// Drops the session that was signed with `used`, if that makes sense. True when another
    /// attempt will be signed with a different session.
    pub(crate) fn renew(&self, used: &str) -> bool {
        let mut held = self.0.held.lock().unwrap_or_else(PoisonError::into_inner);
        match held.as_ref() {
            Some(current) if current.credentials.access_key_id() != used => return true,
            None => return true,
            Some(_) => {}
        }
        let mut forced = self.0.forced.lock().unwrap_or_else(PoisonError::into_inner);
        if forced.is_some_and(|at| at.elapsed() < FORCED_RENEWAL_PAUSE) {
            return false;
        }
        *forced = Some(Instant::now());
        *held = None;
        true
    }

    fn fresh(&self) -> Option<Credentials> {
        let held = self.0.held.lock().unwrap_or_else(PoisonError::into_inner);
        held.as_ref()
            .filter(|held| SystemTime::now() < held.renew_at)
            .map(|held| held.credentials.clone())
    }

    async fn fetch(&self) -> Result<Credentials, AwsError> {
        let fetched = match &self.0.source {
            Source::Chain(provider) => provider
                .provide_credentials()
                .await
                .map_err(|error| AwsError::from_provider(&error)),
            Source::Role(role) => role.assume().await,
        };
        match fetched {
            Ok(credentials) => {
                let held = Held {
                    renew_at: renew_at(SystemTime::now(), credentials.expiry()),
                    credentials: credentials.clone(),
                };
                *self.0.held.lock().unwrap_or_else(PoisonError::into_inner) = Some(held);
                Ok(credentials)
            }
            Err(error) => self.still_valid(error),
        }
    }

    /// A renewal that fails for a passing reason is no failure while the session still lasts.
    fn still_valid(&self, error: AwsError) -> Result<Credentials, AwsError> {
        let held = self.0.held.lock().unwrap_or_else(PoisonError::into_inner);
        let unexpired = held.as_ref().map(|held| &held.credentials).filter(|held| {
            held.expiry()
                .is_some_and(|expiry| SystemTime::now() < expiry)
        });
        match unexpired {
            Some(credentials) if error.kind != AwsErrorKind::Credentials => {
                tracing::warn!(
                    error.code = %error.failure.code,
                    error.message = %error.failure.message,
                    "the AWS session could not be renewed ahead of its expiry; it is used until then"
                );
                Ok(credentials.clone())
            }
            _ => Err(error),
        }
    }
}

fn renew_at(now: SystemTime, expiry: Option<SystemTime>) -> SystemTime {
    let Some(expiry) = expiry else {
        return now + WITHOUT_EXPIRY;
    };
    let life = expiry.duration_since(now).unwrap_or(Duration::ZERO);
    expiry - RENEW_AHEAD.min(life / 4)
}

impl ProvideCredentials for SessionCredentials {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::new(async move {
            self.get().await.map_err(CredentialsError::provider_error)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn renewal_is_five_minutes_ahead_or_a_quarter_of_a_short_life() {
        let now = SystemTime::now();
        let at = |seconds| now + Duration::from_secs(seconds);
        assert_eq!(renew_at(now, Some(at(3600))), at(3300));
        assert_eq!(renew_at(now, Some(at(100))), at(75));
        assert_eq!(renew_at(now, None), now + WITHOUT_EXPIRY);
    }

    #[tokio::test]
    async fn a_refused_session_is_replaced_once_and_then_left() {
        let keys = Credentials::new("AKIDOLD", "secret", None, None, "test");
        let session = SessionCredentials::new(Source::Chain(SharedCredentialsProvider::new(keys)));
        session.get().await.unwrap();
        assert!(session.renew("AKIDOTHER"), "someone else renewed already");
        assert!(session.renew("AKIDOLD"));
        session.get().await.unwrap();
        assert!(
            !session.renew("AKIDOLD"),
            "a second time so soon is a storm"
        );
    }
}
