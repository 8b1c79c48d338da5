//! What can be set about talking to AWS. Values only; nothing is read from the environment here.

use std::fmt;
use std::time::Duration;

/// How to reach AWS and how hard to press.
#[derive(Debug, Clone)]
pub struct AwsConfig {
    /// Used for every service instead of AWS's own endpoints. Left out, `AWS_ENDPOINT_URL` and
    /// the profile's `endpoint_url` still count. An account's own endpoint comes before both.
    pub endpoint_url: Option<String>,
    /// For STS and AWS Organizations. Left out: environment, profile, then `us-east-1`.
    pub base_region: Option<String>,
    pub base_credentials: BaseCredentials,
    /// HTTP calls a second for each (account, region, service); 0 means no limit.
    pub requests_per_second: f64,
    /// Calls that may be made at once after a pause.
    pub burst: u32,
    /// Attempts per call, the first included.
    pub max_attempts: u32,
    /// The first wait between attempts; it doubles, with jitter, up to `max_backoff`.
    pub initial_backoff: Duration,
    pub max_backoff: Duration,
    pub connect_timeout: Duration,
    /// One attempt, from its start to the last byte of the answer.
    pub attempt_timeout: Duration,
    /// One call with all its attempts and the waits between them.
    pub operation_timeout: Duration,
    /// How long an assumed session lasts, in seconds; AWS allows 900 to the role's maximum.
    pub session_seconds: i32,
}

impl Default for AwsConfig {
    fn default() -> Self {
        Self {
            endpoint_url: None,
            base_region: None,
            base_credentials: BaseCredentials::DefaultChain,
            requests_per_second: 10.0,
            burst: 20,
            max_attempts: 5,
            initial_backoff: Duration::from_millis(500),
            max_backoff: Duration::from_secs(20),
            connect_timeout: Duration::from_secs(5),
            attempt_timeout: Duration::from_secs(30),
            operation_timeout: Duration::from_secs(180),
            session_seconds: 3600,
        }
    }
}

/// Who we are before any role is assumed.
#[derive(Clone, Default)]
pub enum BaseCredentials {
    /// Whatever the standard chain finds, looked for at the first call.
    #[default]
    DefaultChain,
    /// A given key, for a simulator in the same process.
    Static {
        access_key_id: String,
        secret_access_key: String,
    },
}

impl fmt::Debug for BaseCredentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::DefaultChain => f.write_str("DefaultChain"),
            Self::Static { access_key_id, .. } => {
                write!(f, "Static({access_key_id}, secret not shown)")
            }
        }
    }
}
