//! Where notices go. One webhook for the installation.

use std::time::Duration;

use hyper::Uri;
use secrecy::{ExposeSecret, SecretString};
use thiserror::Error;

/// A shorter secret could be found by trying.
const LEAST_SECRET: usize = 16;

/// A webhook and how patiently it is told.
#[derive(Debug, Clone)]
pub struct NotifyConfig {
    /// `https://hooks.example.org/stocktake`; it may hold a token, so only its host is ever shown.
    pub url: SecretString,
    /// Signs every document.
    pub secret: SecretString,
    /// For one attempt.
    pub timeout: Duration,
    /// Waits before the second attempt and each after it.
    pub backoff: Vec<Duration>,
    /// Notices that may wait; more are dropped.
    pub queue: usize,
    /// After a stop, what still waits is given so long.
    pub drain: Duration,
}

impl NotifyConfig {
    /// Five attempts within a minute and a half, each of ten seconds at most.
    #[must_use]
    pub fn new(url: SecretString, secret: SecretString) -> Self {
        Self {
            url,
            secret,
            timeout: Duration::from_secs(10),
            backoff: [1, 4, 16, 64].map(Duration::from_secs).to_vec(),
            queue: 256,
            drain: Duration::from_secs(3),
        }
    }

    pub(crate) fn uri(&self) -> Result<Uri, ConfigError> {
        if self.secret.expose_secret().len() < LEAST_SECRET {
            return Err(ConfigError::Secret(LEAST_SECRET));
        }
        let uri: Uri = self
            .url
            .expose_secret()
            .parse()
            .map_err(|_| ConfigError::Url)?;
        let known = matches!(uri.scheme_str(), Some("http" | "https"));
        if known && uri.host().is_some_and(|host| !host.is_empty()) {
            Ok(uri)
        } else {
            Err(ConfigError::Url)
        }
    }
}

/// Why the webhook cannot be used at all. The texts do not repeat the address.
#[derive(Debug, Error)]
pub enum ConfigError {
    #[error("the webhook's address is not an http or https URL")]
    Url,
    #[error("the webhook's secret has fewer than {0} characters")]
    Secret(usize),
    #[error("the webhook is https, and this machine has no root certificates: {0}")]
    Roots(std::io::Error),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_and_secrets_that_cannot_work_are_refused() {
        let refused = |url: &str, secret: &str| {
            let config = NotifyConfig::new(url.to_owned().into(), secret.to_owned().into());
            config.uri().map_err(|error| error.to_string())
        };
        let long = "0123456789abcdef";
        assert!(refused("https://hooks.example.org/a?b=c", long).is_ok());
        for url in [
            "",
            "hooks.example.org",
            "ftp://example.org",
            "https://",
            "/a",
        ] {
            assert!(refused(url, long).unwrap_err().contains("URL"), "{url}");
        }
        assert!(
            refused("http://127.0.0.1:1", "short")
                .unwrap_err()
                .contains("16")
        );
    }
}
