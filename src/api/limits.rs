//! How much a caller may ask for: request rates, body size and time. Rates are token buckets that
//! fill evenly over a minute. Guessing passwords is slowed down elsewhere, in `auth`.

use std::hash::Hash;
use std::net::IpAddr;
use std::num::NonZeroU32;
use std::time::Duration;

use auth::network_of;
use domain::{ErrorCode, SessionId};
use governor::clock::{Clock, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};

use crate::error::ApiError;

/// Limits as configured; a rate of 0 is no limit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LimitsConfig {
    /// Requests a minute from one address without a session.
    pub anonymous_per_minute: u32,
    /// Logins a minute from one address.
    pub login_per_minute: u32,
    /// Requests a minute in one session.
    pub session_per_minute: u32,
    /// The largest body, in bytes.
    pub body_bytes: usize,
    /// How long a body may take to arrive, and each part of a file.
    pub body_time: Duration,
    /// The largest file, in bytes.
    pub upload_bytes: u64,
    /// How long a request's head may take to arrive.
    pub head_time: Duration,
}

impl Default for LimitsConfig {
    fn default() -> Self {
        Self {
            anonymous_per_minute: 100,
            login_per_minute: 10,
            session_per_minute: 1200,
            body_bytes: 64 * 1024,
            body_time: Duration::from_secs(10),
            upload_bytes: 2 * 1024 * 1024 * 1024,
            head_time: Duration::from_secs(5),
        }
    }
}

pub struct Limits {
    anonymous: Rate<IpAddr>,
    login: Rate<IpAddr>,
    session: Rate<SessionId>,
    pub body_bytes: usize,
    pub body_time: Duration,
    pub upload_bytes: u64,
}

impl Limits {
    pub fn new(config: &LimitsConfig) -> Self {
        Self {
            anonymous: Rate::new(config.anonymous_per_minute),
            login: Rate::new(config.login_per_minute),
            session: Rate::new(config.session_per_minute),
            body_bytes: config.body_bytes,
            body_time: config.body_time,
            upload_bytes: config.upload_bytes,
        }
    }

    pub fn anonymous(&self, ip: IpAddr) -> Result<(), ApiError> {
        self.anonymous.check(&network_of(ip))
    }

    pub fn login(&self, ip: IpAddr) -> Result<(), ApiError> {
        self.login.check(&network_of(ip))
    }

    pub fn session(&self, id: &SessionId) -> Result<(), ApiError> {
        self.session.check(id)
    }

    /// Forgets keys that have been quiet long enough to have their whole allowance back.
    pub fn forget_idle(&self) {
        self.anonymous.forget_idle();
        self.login.forget_idle();
        self.session.forget_idle();
    }
}

struct Rate<K: Hash + Eq + Clone>(Option<DefaultKeyedRateLimiter<K>>);

impl<K: Hash + Eq + Clone> Rate<K> {
    fn new(per_minute: u32) -> Self {
        Self(NonZeroU32::new(per_minute).map(|rate| RateLimiter::keyed(Quota::per_minute(rate))))
    }

    fn check(&self, key: &K) -> Result<(), ApiError> {
        let Some(limiter) = &self.0 else {
            return Ok(());
        };
        limiter.check_key(key).map_err(|refusal| {
            let wait = refusal.wait_time_from(DefaultClock::default().now());
            ApiError::wait(ErrorCode::RateLimited, wait)
        })
    }

    fn forget_idle(&self) {
        if let Some(limiter) = &self.0 {
            limiter.retain_recent();
            limiter.shrink_to_fit();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_refuses_with_a_wait_and_zero_never_does() {
        let limits = Limits::new(&LimitsConfig {
            anonymous_per_minute: 2,
            login_per_minute: 0,
            ..LimitsConfig::default()
        });
        let ip = IpAddr::from([192, 0, 2, 1]);
        assert!(limits.anonymous(ip).is_ok() && limits.anonymous(ip).is_ok());
        let refused = limits.anonymous(ip).unwrap_err();
        assert_eq!(refused.code, ErrorCode::RateLimited);
        let wait = refused.retry_after.unwrap();
        assert!(
            wait > Duration::from_secs(20) && wait <= Duration::from_secs(30),
            "{wait:?}"
        );
        assert!(limits.anonymous([192, 0, 2, 2].into()).is_ok());
        assert!((0..1000).all(|_| limits.login(ip).is_ok()));
    }

    #[test]
    fn one_ipv6_network_is_one_client() {
        let limits = Limits::new(&LimitsConfig {
            anonymous_per_minute: 1,
            ..Default::default()
        });
        assert!(limits.anonymous("2001:db8::1".parse().unwrap()).is_ok());
        assert!(limits.anonymous("2001:db8::2".parse().unwrap()).is_err());
        assert!(limits.anonymous("2001:db8:1::2".parse().unwrap()).is_ok());
    }
}
