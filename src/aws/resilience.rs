//! Retries, timeouts, and what counts as a broken answer: the same for the SDK's calls and for
//! our own signed ones.

use std::time::Duration;

use aws_smithy_runtime::client::retries::{RetryPartition, TokenBucket};
use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::context::{
    FinalizerInterceptorContextMut, InterceptorContext,
};
use aws_smithy_runtime_api::client::interceptors::{Intercept, dyn_dispatch_hint};
use aws_smithy_runtime_api::client::orchestrator::OrchestratorError;
use aws_smithy_runtime_api::client::retries::classifiers::{ClassifyRetry, RetryAction};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_runtime_api::client::stalled_stream_protection::StalledStreamProtectionConfig;
use aws_smithy_types::config_bag::ConfigBag;
use aws_smithy_types::retry::RetryConfig;
use aws_smithy_types::timeout::TimeoutConfig;

use crate::config::AwsConfig;
use crate::credentials::SessionCredentials;
use crate::transport::SignedBy;

/// Turns of the token bucket that an attempt may wait for without eating into its own time.
const TURNS_ALLOWED: f64 = 4.0;

/// A body that moves slower than a byte a second for this long is given up and tried again.
const STALL_GRACE: Duration = Duration::from_secs(10);

pub(crate) fn retries(config: &AwsConfig) -> RetryConfig {
    RetryConfig::standard()
        .with_max_attempts(config.max_attempts.max(1))
        .with_initial_backoff(config.initial_backoff)
        .with_max_backoff(config.max_backoff)
}

/// What may be spent on retries before only first attempts are made; it fills up by one a second,
/// so that an outage of an hour does not leave the account without retries for the next.
pub(crate) fn retry_allowance(name: String) -> RetryPartition {
    let allowance = TokenBucket::builder()
        .capacity(500)
        .retry_cost(5)
        .throttling_retry_cost(5)
        .timeout_retry_cost(10)
        .refill_rate(1.0)
        .build();
    RetryPartition::custom(name).token_bucket(allowance).build()
}

/// The wait for the token bucket happens inside an attempt, so both limits grow by what a slow
/// rate may cost.
pub(crate) fn timeouts(config: &AwsConfig) -> TimeoutConfig {
    let turns = Duration::try_from_secs_f64(TURNS_ALLOWED / config.requests_per_second)
        .unwrap_or(Duration::ZERO);
    TimeoutConfig::builder()
        .connect_timeout(config.connect_timeout)
        .read_timeout(config.attempt_timeout)
        .operation_attempt_timeout(config.attempt_timeout.saturating_add(turns))
        .operation_timeout(
            config
                .operation_timeout
                .saturating_add(turns.saturating_mul(config.max_attempts.max(1))),
        )
        .build()
}

pub(crate) fn stalled_streams() -> StalledStreamProtectionConfig {
    StalledStreamProtectionConfig::enabled()
        .grace_period(STALL_GRACE)
        .build()
}

/// A success with no body at all would read as a page with no rows, and rows would go missing.
#[derive(Debug)]
pub(crate) struct RefuseEmptyBody;

#[dyn_dispatch_hint]
impl Intercept for RefuseEmptyBody {
    fn name(&self) -> &'static str {
        "RefuseEmptyBody"
    }

    fn modify_before_attempt_completion(
        &self,
        context: &mut FinalizerInterceptorContextMut<'_>,
        _components: &RuntimeComponents,
        _cfg: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let empty = context.response().is_some_and(|response| {
            response.status().is_success() && response.body().bytes().is_some_and(<[u8]>::is_empty)
        });
        if let Some(outcome) = context.output_or_error_mut()
            && empty
            && outcome.is_ok()
        {
            *outcome = Err(OrchestratorError::response("the answer has no body".into()));
        }
        Ok(())
    }
}

/// Tries again when a success cannot be parsed; the SDK does so only when the body was cut short
/// below HTTP.
#[derive(Debug)]
pub(crate) struct RetryUnreadable;

impl ClassifyRetry for RetryUnreadable {
    fn classify_retry(&self, context: &InterceptorContext) -> RetryAction {
        let unreadable = matches!(context.output_or_error(), Some(Err(error))
            if !error.is_operation_error() && !error.is_timeout_error() && !error.is_connector_error());
        let success = context
            .response()
            .is_some_and(|response| response.status().is_success());
        if unreadable && success {
            RetryAction::transient_error()
        } else {
            RetryAction::NoActionIndicated
        }
    }

    fn name(&self) -> &'static str {
        "RetryUnreadable"
    }
}

/// Tries again with a new session when AWS no longer knows the one we hold, though it should
/// have lasted: revoked, or ended by a restarted endpoint.
#[derive(Debug)]
pub(crate) struct RetryWithNewSession {
    pub(crate) credentials: SessionCredentials,
}

impl ClassifyRetry for RetryWithNewSession {
    fn classify_retry(&self, context: &InterceptorContext) -> RetryAction {
        let refused = context.response().is_some_and(|response| {
            !response.status().is_success()
                && response.body().bytes().is_some_and(says_session_is_over)
        });
        let renewed = refused
            && context
                .response()
                .and_then(|response| response.extension::<SignedBy>())
                .is_some_and(|key| self.credentials.renew(&key.0));
        if renewed {
            RetryAction::transient_error()
        } else {
            RetryAction::NoActionIndicated
        }
    }

    fn name(&self) -> &'static str {
        "RetryWithNewSession"
    }
}

/// The services word the code differently and put it in JSON or XML; the body names it in each.
fn says_session_is_over(body: &[u8]) -> bool {
    const CODES: [&str; 3] = [
        "ExpiredToken",
        "UnrecognizedClientException",
        "InvalidClientTokenId",
    ];
    let text = String::from_utf8_lossy(body);
    CODES.iter().any(|code| text.contains(code))
}
