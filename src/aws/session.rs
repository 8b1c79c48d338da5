//! Sessions: one per account, and in it one view per region. They hold who signs, where calls go,
//! and how fast; what is called stands in `collectors`.

use std::collections::HashMap;
use std::error::Error;
use std::future::Future;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use aws_credential_types::provider::SharedCredentialsProvider;
use aws_smithy_runtime::client::retries::RetryPartition;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use aws_smithy_types::retry::RetryConfig;
use aws_types::SdkConfig;
use aws_types::region::Region as AwsRegion;
use domain::Region;
use domain::account::AccountAccess;

use crate::bucket::Bucket;
use crate::clouds::Base;
use crate::collectors::Action;
use crate::credentials::{RoleSource, SessionCredentials, Source};
use crate::error::{AwsError, AwsErrorKind};
use crate::resilience::retry_allowance;
use crate::transport::MeteredClient;

/// An account as we reach it. The role is assumed at the first call that needs it.
#[derive(Clone)]
pub struct AccountSession(Arc<AccountInner>);

struct AccountInner {
    base: Arc<Base>,
    access: AccountAccess,
    credentials: SessionCredentials,
    /// STS calls, the only ones that belong to no region session.
    calls: Arc<AtomicU64>,
    lanes: Mutex<HashMap<(String, &'static str), Lane>>,
}

/// What one (account, region, service) has for itself: its rate, and the allowance of retries
/// that the SDK would otherwise share between all accounts.
#[derive(Clone)]
pub(crate) struct Lane {
    pub(crate) bucket: Arc<Bucket>,
    pub(crate) partition: RetryPartition,
}

/// What a client for one service is built from.
pub(crate) struct Connection {
    pub(crate) sdk: SdkConfig,
    pub(crate) lane: Lane,
    pub(crate) credentials: SessionCredentials,
    /// The account's own endpoint, which comes before everything else.
    pub(crate) endpoint_url: Option<String>,
}

/// Builds the configuration of an SDK client; a macro because each SDK crate has its own type.
macro_rules! client_config {
    ($service:ident, $connection:expr) => {{
        let connection: &$crate::session::Connection = $connection;
        let mut builder = $service::config::Builder::from(&connection.sdk)
            .retry_partition(connection.lane.partition.clone())
            .interceptor($crate::resilience::RefuseEmptyBody)
            .retry_classifier($crate::resilience::RetryUnreadable)
            .retry_classifier($crate::resilience::RetryWithNewSession {
                credentials: connection.credentials.clone(),
            });
        if let Some(url) = &connection.endpoint_url {
            builder = builder.endpoint_url(url);
        }
        builder.build()
    }};
}
pub(crate) use client_config;

impl AccountSession {
    pub(crate) fn new(base: Arc<Base>, access: AccountAccess) -> Self {
        let calls = Arc::new(AtomicU64::new(0));
        let lanes = Mutex::new(HashMap::new());
        let credentials = match &access.role_arn {
            None => base.credentials.clone(),
            Some(arn) => {
                let source = role_source(
                    &base,
                    &access,
                    arn.as_str(),
                    access.external_id.clone(),
                    &calls,
                    lane_in(&lanes, &base, &access, base.region.clone(), "sts"),
                );
                SessionCredentials::new(Source::Role(source))
            }
        };
        Self(Arc::new(AccountInner {
            base,
            access,
            credentials,
            calls,
            lanes,
        }))
    }

    #[must_use]
    pub fn access(&self) -> &AccountAccess {
        &self.0.access
    }

    /// Assumes the role, asks AWS who we are now, and returns that ARN. An answer from another
    /// account than expected is a credential error.
    pub async fn verify(&self) -> Result<String, AwsError> {
        let connection = self.connection(
            &self.0.base.region,
            "sts",
            &self.0.credentials,
            Arc::clone(&self.0.calls),
        );
        let client = aws_sdk_sts::Client::from_conf(client_config!(aws_sdk_sts, &connection));
        let answer = client
            .get_caller_identity()
            .send()
            .await
            .map_err(AwsError::from_sdk)?;
        let (Some(account), Some(arn)) = (answer.account, answer.arn) else {
            return Err(AwsError::unreadable(
                "GetCallerIdentity answered without account or ARN",
            ));
        };
        if account == self.0.access.id.as_str() {
            Ok(arn)
        } else {
            Err(AwsError::new(
                AwsErrorKind::Credentials,
                "WrongAccount",
                format!(
                    "the credentials belong to account {account} ({arn}), not {}",
                    self.0.access.id
                ),
            ))
        }
    }

    /// Tries to assume the role without the external id: the answer should be a refusal.
    pub(crate) async fn assume_without_external_id(&self) -> Option<Result<(), AwsError>> {
        let arn = self.0.access.role_arn.as_ref()?;
        self.0.access.external_id.as_ref()?;
        let source = role_source(
            &self.0.base,
            &self.0.access,
            arn.as_str(),
            None,
            &self.0.calls,
            self.lane(self.0.base.region.clone(), "sts"),
        );
        Some(source.assume().await.map(drop))
    }

    /// A view of one region that counts its own calls. Rates and retry allowance are shared with
    /// every other view of the same region.
    #[must_use]
    pub fn region(&self, region: &Region) -> RegionSession {
        RegionSession(Arc::new(RegionInner {
            account: self.clone(),
            region: region.clone(),
            calls: Arc::new(AtomicU64::new(0)),
            workspaces: OnceLock::new(),
            cloudwatch: OnceLock::new(),
            cloudtrail: OnceLock::new(),
            costexplorer: OnceLock::new(),
        }))
    }

    /// STS calls made so far, retries included.
    #[must_use]
    pub fn sts_calls(&self) -> u64 {
        self.0.calls.load(Ordering::Relaxed)
    }

    fn connection(
        &self,
        region: &str,
        service: &'static str,
        credentials: &SessionCredentials,
        calls: Arc<AtomicU64>,
    ) -> Connection {
        connect(
            &self.0.base,
            region,
            self.lane(region.to_owned(), service),
            credentials,
            self.0.access.endpoint_url.clone(),
            calls,
        )
    }

    fn lane(&self, region: String, service: &'static str) -> Lane {
        lane_in(&self.0.lanes, &self.0.base, &self.0.access, region, service)
    }
}

fn lane_in(
    lanes: &Mutex<HashMap<(String, &'static str), Lane>>,
    base: &Base,
    access: &AccountAccess,
    region: String,
    service: &'static str,
) -> Lane {
    let mut lanes = lanes.lock().unwrap_or_else(PoisonError::into_inner);
    let partition = format!("{}/{region}/{service}", access.id);
    let (rate, burst) = rate_of(service, base.config.requests_per_second, base.config.burst);
    lanes
        .entry((region, service))
        .or_insert_with(|| Lane {
            bucket: Arc::new(Bucket::new(rate, burst)),
            partition: retry_allowance(partition),
        })
        .clone()
}

/// Calls a second that CloudTrail's `LookupEvents` takes in an account and region, for us and whoever
/// else asks there.
const CLOUDTRAIL_RATE: f64 = 2.0;

/// The rate and burst of a service: as configured, but for one whose limit is its own and so low that
/// retries count.
fn rate_of(service: &str, configured: f64, burst: u32) -> (f64, u32) {
    match service {
        "cloudtrail" if configured > 0.0 => (configured.min(CLOUDTRAIL_RATE), 1),
        "cloudtrail" => (CLOUDTRAIL_RATE, 1),
        _ => (configured, burst),
    }
}

pub(crate) fn connect(
    base: &Base,
    region: &str,
    lane: Lane,
    credentials: &SessionCredentials,
    endpoint_url: Option<String>,
    calls: Arc<AtomicU64>,
) -> Connection {
    let http = MeteredClient::new(base.http.clone(), Arc::clone(&lane.bucket), calls);
    let sdk = base
        .sdk
        .to_builder()
        .region(AwsRegion::new(region.to_owned()))
        .credentials_provider(SharedCredentialsProvider::new(credentials.clone()))
        .http_client(http)
        .build();
    Connection {
        sdk,
        lane,
        credentials: credentials.clone(),
        endpoint_url,
    }
}

fn role_source(
    base: &Base,
    access: &AccountAccess,
    role_arn: &str,
    external_id: Option<String>,
    calls: &Arc<AtomicU64>,
    lane: Lane,
) -> RoleSource {
    let connection = connect(
        base,
        &base.region,
        lane,
        &base.credentials,
        access.endpoint_url.clone(),
        Arc::clone(calls),
    );
    RoleSource {
        sts: aws_sdk_sts::Client::from_conf(client_config!(aws_sdk_sts, &connection)),
        role_arn: role_arn.to_owned(),
        external_id,
        session_seconds: base.config.session_seconds,
    }
}

/// One region of one account; cheap to clone, clones count together.
#[derive(Clone)]
pub struct RegionSession(Arc<RegionInner>);

struct RegionInner {
    account: AccountSession,
    region: Region,
    calls: Arc<AtomicU64>,
    workspaces: OnceLock<aws_sdk_workspaces::Client>,
    cloudwatch: OnceLock<aws_sdk_cloudwatch::Client>,
    cloudtrail: OnceLock<aws_sdk_cloudtrail::Client>,
    costexplorer: OnceLock<aws_sdk_costexplorer::Client>,
}

impl RegionSession {
    #[must_use]
    pub fn region(&self) -> &Region {
        &self.0.region
    }

    #[must_use]
    pub fn account(&self) -> &AccountSession {
        &self.0.account
    }

    /// HTTP calls made through this view, retries included.
    #[must_use]
    pub fn calls(&self) -> u64 {
        self.0.calls.load(Ordering::Relaxed)
    }

    /// How long to wait after `made` attempts, for who repeats a call itself; `None` when they were enough.
    #[must_use]
    pub fn wait_before_retry(&self, made: u32) -> Option<Duration> {
        let config = &self.0.account.0.base.config;
        let doubled = 2_u32.saturating_pow(made.saturating_sub(1));
        let wait = config
            .initial_backoff
            .saturating_mul(doubled)
            .min(config.max_backoff);
        (made < config.max_attempts).then_some(wait)
    }

    pub(crate) fn workspaces(&self) -> &aws_sdk_workspaces::Client {
        self.0.workspaces.get_or_init(|| {
            let connection = self.connection("workspaces");
            aws_sdk_workspaces::Client::from_conf(client_config!(aws_sdk_workspaces, &connection))
        })
    }

    pub(crate) fn cloudwatch(&self) -> &aws_sdk_cloudwatch::Client {
        self.0.cloudwatch.get_or_init(|| {
            let connection = self.connection("monitoring");
            aws_sdk_cloudwatch::Client::from_conf(client_config!(aws_sdk_cloudwatch, &connection))
        })
    }

    pub(crate) fn cloudtrail(&self) -> &aws_sdk_cloudtrail::Client {
        self.0.cloudtrail.get_or_init(|| {
            let connection = self.connection("cloudtrail");
            aws_sdk_cloudtrail::Client::from_conf(client_config!(aws_sdk_cloudtrail, &connection))
        })
    }

    /// Without retries of its own: each request costs money and is counted before it is sent, so whoever
    /// counts must decide whether there is another.
    pub(crate) fn costexplorer(&self) -> &aws_sdk_costexplorer::Client {
        self.0.costexplorer.get_or_init(|| {
            let connection = self.connection("ce");
            let config = client_config!(aws_sdk_costexplorer, &connection);
            let once = config
                .to_builder()
                .retry_config(RetryConfig::disabled())
                .build();
            aws_sdk_costexplorer::Client::from_conf(once)
        })
    }

    pub(crate) fn connection(&self, service: &'static str) -> Connection {
        let account = &self.0.account;
        account.connection(
            self.0.region.as_str(),
            service,
            &account.0.credentials,
            Arc::clone(&self.0.calls),
        )
    }

    /// Runs a request under the name it is declared by; the only way collectors call AWS.
    pub(crate) async fn call<T, E>(
        &self,
        action: &Action,
        request: impl Future<Output = Result<T, SdkError<E, HttpResponse>>>,
    ) -> Result<T, AwsError>
    where
        E: ProvideErrorMetadata + Error + Send + Sync + 'static,
    {
        let outcome = request.await.map_err(AwsError::from_sdk);
        if let Err(error) = &outcome {
            tracing::debug!(
                account.id = %self.0.account.access().id,
                region = %self.0.region,
                action = action.name,
                error.code = %error.failure.code,
                error.request_id = error.failure.request_id.as_deref(),
                "AWS call failed"
            );
        }
        outcome
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cloudtrail_is_asked_twice_a_second_at_most() {
        assert_eq!(rate_of("cloudtrail", 10.0, 20), (2.0, 1));
        assert_eq!(rate_of("cloudtrail", 0.5, 20), (0.5, 1));
        assert_eq!(
            rate_of("cloudtrail", 0.0, 20),
            (2.0, 1),
            "no limit of ours is still CloudTrail's"
        );
        assert_eq!(rate_of("workspaces", 0.0, 20), (0.0, 20));
    }
}
