//! What can go wrong with a call, in ten kinds, always with AWS's own code, message and request
//! id where AWS answered.

use std::error::Error;

use aws_credential_types::provider::error::CredentialsError;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::{ConnectorError, SdkError};
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use aws_types::request_id::RequestId;
use domain::account::AwsFailure;

/// The ways a call fails; what a caller decides by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AwsErrorKind {
    /// We are not who we must be: no, expired or refused credentials, or a role we may not
    /// assume. Trying again does not help.
    Credentials,
    /// We are known, and may not do this.
    AccessDenied,
    /// Too fast, even after the retries.
    Throttled,
    /// The endpoint does not have this operation.
    NotSupported,
    /// AWS does not accept the request's values.
    Validation,
    /// No connection: refused, reset, or a name that does not resolve.
    Connection,
    Timeout,
    /// A success whose body was cut short or is not what the protocol says.
    Unreadable,
    /// An answer that breaks the protocol: a token seen before, an empty page with a token, an
    /// HTTP status without an AWS error.
    Protocol,
    /// AWS failed, or failed in a way this build does not know.
    Service,
}

/// A failed call.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}: {}", failure.code, failure.message)]
pub struct AwsError {
    pub kind: AwsErrorKind,
    pub failure: AwsFailure,
}

impl AwsError {
    pub(crate) fn new(
        kind: AwsErrorKind,
        code: impl Into<String>,
        message: impl Into<String>,
    ) -> Self {
        Self {
            kind,
            failure: AwsFailure {
                code: code.into(),
                message: message.into(),
                request_id: None,
            },
        }
    }

    pub(crate) fn unreadable(message: impl Into<String>) -> Self {
        Self::new(AwsErrorKind::Unreadable, "UnreadableAnswer", message)
    }

    /// The same failure seen as one of credentials: AWS says `AccessDenied` for a role that may
    /// not be assumed, and nothing else can be done in that account.
    pub(crate) fn while_assuming_role(mut self) -> Self {
        if matches!(
            self.kind,
            AwsErrorKind::AccessDenied | AwsErrorKind::Validation
        ) {
            self.kind = AwsErrorKind::Credentials;
        }
        self
    }

    /// What the SDK reports, sorted into a kind.
    pub(crate) fn from_sdk<E>(error: SdkError<E, HttpResponse>) -> Self
    where
        E: ProvideErrorMetadata + Error + Send + Sync + 'static,
    {
        match &error {
            SdkError::ServiceError(context) => from_service(context.err().meta(), context.raw()),
            SdkError::ResponseError(context) => from_answer(context.raw(), &error),
            SdkError::TimeoutError(_) => {
                Self::new(AwsErrorKind::Timeout, "TimedOut", causes(&error))
            }
            SdkError::DispatchFailure(context) => from_credentials(&error)
                .unwrap_or_else(|| from_connector(context.as_connector_error(), causes(&error))),
            _ => from_credentials(&error).unwrap_or_else(|| {
                Self::new(AwsErrorKind::Protocol, "RequestNotBuilt", causes(&error))
            }),
        }
    }

    /// What the credential chain reports.
    pub(crate) fn from_provider(error: &CredentialsError) -> Self {
        from_credentials(error).unwrap_or_else(|| {
            Self::new(
                AwsErrorKind::Credentials,
                "CredentialsFailed",
                causes(error),
            )
        })
    }
}

fn from_service(meta: &aws_smithy_types::error::ErrorMetadata, raw: &HttpResponse) -> AwsError {
    let Some(code) = meta.code() else {
        return from_status(raw, meta.message().unwrap_or_default());
    };
    let code = code.rsplit('#').next().unwrap_or(code);
    let mut error = AwsError::new(
        kind_of_code(code, raw.status().as_u16()),
        code,
        meta.message().unwrap_or("AWS gave no message"),
    );
    error.failure.request_id = meta
        .request_id()
        .or_else(|| raw.request_id())
        .map(str::to_owned);
    error
}

/// A response that is neither the output nor an AWS error.
fn from_answer(raw: &HttpResponse, error: &(dyn Error + 'static)) -> AwsError {
    if !raw.status().is_success() {
        return from_status(raw, "");
    }
    let mut unreadable = AwsError::unreadable(causes(error));
    unreadable.failure.request_id = raw.request_id().map(str::to_owned);
    unreadable
}

/// An error status without an AWS code, such as a proxy, a web server, or an emulator gives.
fn from_status(raw: &HttpResponse, message: &str) -> AwsError {
    let status = raw.status().as_u16();
    let kind = match status {
        404 | 405 | 501 => AwsErrorKind::NotSupported,
        429 => AwsErrorKind::Throttled,
        500..=599 => AwsErrorKind::Service,
        _ => AwsErrorKind::Protocol,
    };
    let message = match (message, kind) {
        ("", AwsErrorKind::NotSupported) => {
            format!("the endpoint answered HTTP {status}: it does not have this operation")
        }
        ("", _) => format!("the endpoint answered HTTP {status} without an AWS error"),
        (text, _) => text.to_owned(),
    };
    let mut error = AwsError::new(kind, format!("HttpStatus{status}"), message);
    error.failure.request_id = raw.request_id().map(str::to_owned);
    error
}

/// The kind of an AWS error code. Codes nobody listed count by their HTTP status.
fn kind_of_code(code: &str, status: u16) -> AwsErrorKind {
    use AwsErrorKind::{
        AccessDenied, Credentials, NotSupported, Service, Throttled, Timeout, Validation,
    };
    match code {
        "ExpiredToken"
        | "ExpiredTokenException"
        | "InvalidClientTokenId"
        | "UnrecognizedClientException"
        | "InvalidSignatureException"
        | "SignatureDoesNotMatch"
        | "IncompleteSignature"
        | "MissingAuthenticationToken"
        | "MissingAuthenticationTokenException"
        | "InvalidAccessKeyId"
        | "AuthFailure"
        | "RequestExpired"
        | "InvalidIdentityToken"
        | "RegionDisabledException" => Credentials,
        "AccessDenied"
        | "AccessDeniedException"
        | "UnauthorizedOperation"
        | "UnauthorizedException"
        | "NotAuthorizedException"
        | "AuthorizationError"
        | "AWSOrganizationsNotInUseException" => AccessDenied,
        "Throttling"
        | "ThrottlingException"
        | "ThrottledException"
        | "RequestThrottled"
        | "RequestThrottledException"
        | "TooManyRequestsException"
        | "RequestLimitExceeded"
        | "PriorRequestNotComplete"
        | "SlowDown" => Throttled,
        "UnknownOperationException"
        | "UnknownOperation"
        | "NotImplemented"
        | "InvalidAction"
        | "OperationNotSupportedException" => NotSupported,
        "RequestTimeout" | "RequestTimeoutException" => Timeout,
        "ValidationError"
        | "ValidationException"
        | "ResourceNotFoundException"
        | "SerializationException"
        | "MalformedPolicyDocument" => Validation,
        _ if code.starts_with("InvalidParameter") || code.starts_with("InvalidInput") => Validation,
        _ if status == 429 => Throttled,
        _ if status == 501 => NotSupported,
        _ => Service,
    }
}

/// Finds a failure of the credentials that the request was to be signed with.
fn from_credentials(error: &(dyn Error + 'static)) -> Option<AwsError> {
    let mut next = Some(error);
    while let Some(current) = next {
        if let Some(ours) = current.downcast_ref::<AwsError>() {
            return Some(ours.clone());
        }
        if let Some(chain) = current.downcast_ref::<CredentialsError>() {
            // The chain wraps our own error when a session was refused; that one says more.
            let inner = chain.source().and_then(from_credentials);
            return Some(inner.unwrap_or_else(|| credentials_error(chain)));
        }
        next = current.source();
    }
    None
}

/// What was looked at, and what a person can do.
const TRIED: &str = "tried the environment (AWS_ACCESS_KEY_ID), the profile in ~/.aws \
     (AWS_PROFILE), web identity, the container's and the instance's metadata. Set one of them for \
     the user that runs stocktake, or run it on an instance or container with a role";

fn credentials_error(error: &CredentialsError) -> AwsError {
    match error {
        CredentialsError::CredentialsNotLoaded(_) => AwsError::new(
            AwsErrorKind::Credentials,
            "NoCredentials",
            format!("no AWS credentials were found: {TRIED}"),
        ),
        CredentialsError::ProviderTimedOut(_) => AwsError::new(
            AwsErrorKind::Timeout,
            "CredentialsTimedOut",
            format!(
                "the credential provider did not answer in time: {}",
                causes(error)
            ),
        ),
        CredentialsError::InvalidConfiguration(_) => AwsError::new(
            AwsErrorKind::Credentials,
            "InvalidCredentialConfiguration",
            causes(error),
        ),
        _ => AwsError::new(
            AwsErrorKind::Credentials,
            "CredentialsFailed",
            format!("{}; {TRIED}", causes(error)),
        ),
    }
}

fn from_connector(connector: Option<&ConnectorError>, message: String) -> AwsError {
    match connector {
        Some(error) if error.is_timeout() => {
            AwsError::new(AwsErrorKind::Timeout, "TimedOut", message)
        }
        Some(error) if error.is_user() => {
            AwsError::new(AwsErrorKind::Validation, "InvalidEndpoint", message)
        }
        _ => AwsError::new(AwsErrorKind::Connection, "ConnectionFailed", message),
    }
}

/// The error and what caused it, outermost first, without saying anything twice.
fn causes(error: &(dyn Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(current) = next {
        let part = current.to_string();
        if !text.contains(&part) {
            text.push_str(": ");
            text.push_str(&part);
        }
        next = current.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_fall_into_kinds() {
        use AwsErrorKind::*;
        for (code, status, kind) in [
            ("ExpiredTokenException", 400, Credentials),
            ("ExpiredToken", 403, Credentials),
            ("UnrecognizedClientException", 400, Credentials),
            ("InvalidClientTokenId", 403, Credentials),
            ("AccessDeniedException", 400, AccessDenied),
            ("ThrottlingException", 400, Throttled),
            ("UnknownOperationException", 404, NotSupported),
            ("InvalidParameterValuesException", 400, Validation),
            ("ResourceNotFoundException", 400, Validation),
            ("BrandNewException", 429, Throttled),
            ("InternalFailure", 500, Service),
        ] {
            assert_eq!(kind_of_code(code, status), kind, "{code}");
        }
    }

    #[test]
    fn missing_credentials_say_what_was_tried_and_what_to_do() {
        let error = AwsError::from_provider(&CredentialsError::not_loaded("none of them"));
        assert_eq!(error.kind, AwsErrorKind::Credentials);
        assert_eq!(error.failure.code, "NoCredentials");
        assert!(error.failure.message.contains("AWS_ACCESS_KEY_ID"));
        assert!(error.failure.message.contains("Set one of them"));
        let error = AwsError::from_provider(&CredentialsError::provider_error("IMDS is disabled"));
        assert!(
            error
                .failure
                .message
                .contains("IMDS is disabled; tried the environment")
        );
    }

    #[test]
    fn our_own_error_survives_the_providers_wrapping() {
        let ours = AwsError::new(AwsErrorKind::Credentials, "AccessDenied", "not you");
        let wrapped = CredentialsError::provider_error(ours.clone());
        assert_eq!(AwsError::from_provider(&wrapped), ours);
    }
}
