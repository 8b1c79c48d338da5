//! One attempt to deliver a document. It follows no redirects: what was configured is what is told.

use std::time::Duration;

use bytes::Bytes;
use domain::UtcTime;
use domain::notice::PlanNotice;
use http_body_util::Full;
use hyper::{Request, StatusCode, Uri};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use secrecy::SecretString;
use thiserror::Error;

use crate::config::{ConfigError, NotifyConfig};
use crate::signature::{SIGNATURE_HEADER, signature};

pub(crate) struct Webhook {
    uri: Uri,
    secret: SecretString,
    timeout: Duration,
    client: Client<Connector, Full<Bytes>>,
}

type Connector = HttpsConnector<HttpConnector>;

/// Why an attempt failed. The texts do not repeat the address, which may hold a token.
#[derive(Debug, Error)]
pub(crate) enum AttemptError {
    #[error("it answered {0}")]
    Status(StatusCode),
    #[error("it did not answer within {} s", .0.as_secs_f32())]
    Late(Duration),
    #[error("it could not be reached: {0}")]
    Unreachable(String),
    #[error("the notice could not be written: {0}")]
    Unwritable(String),
}

impl AttemptError {
    /// Whether the same may succeed later.
    pub fn may_pass(&self) -> bool {
        match self {
            Self::Status(status) => {
                status.is_server_error()
                    || matches!(
                        *status,
                        StatusCode::REQUEST_TIMEOUT | StatusCode::TOO_MANY_REQUESTS
                    )
            }
            Self::Late(_) | Self::Unreachable(_) => true,
            Self::Unwritable(_) => false,
        }
    }
}

impl Webhook {
    pub fn new(config: &NotifyConfig) -> Result<Self, ConfigError> {
        let uri = config.uri()?;
        Ok(Self {
            client: Client::builder(TokioExecutor::new()).build(connector(&uri)?),
            uri,
            secret: config.secret.clone(),
            timeout: config.timeout,
        })
    }

    /// Scheme, host and port.
    pub fn target(&self) -> String {
        let scheme = self.uri.scheme_str().unwrap_or_default();
        let host = self.uri.host().unwrap_or_default();
        let port = self.uri.port().map(|port| format!(":{port}"));
        format!("{scheme}://{host}{}", port.unwrap_or_default())
    }

    /// Sends it once. Any answer of success counts; its body is not read.
    pub async fn send(&self, notice: &PlanNotice) -> Result<(), AttemptError> {
        let body = serde_json::to_vec(notice)
            .map_err(|error| AttemptError::Unwritable(error.to_string()))?;
        let signed = signature(&self.secret, UtcTime::now().unix(), &body);
        let request = Request::post(self.uri.clone())
            .header("content-type", "application/json")
            .header("user-agent", "stocktake")
            .header("x-stocktake-event", &notice.event)
            .header("x-stocktake-delivery", &notice.id)
            .header(SIGNATURE_HEADER, signed)
            .body(Full::new(Bytes::from(body)))
            .map_err(|error| AttemptError::Unwritable(error.to_string()))?;
        let answer = tokio::time::timeout(self.timeout, self.client.request(request));
        match answer.await {
            Err(_) => Err(AttemptError::Late(self.timeout)),
            Ok(Err(error)) => Err(AttemptError::Unreachable(causes(&error))),
            Ok(Ok(answer)) if answer.status().is_success() => Ok(()),
            Ok(Ok(answer)) => Err(AttemptError::Status(answer.status())),
        }
    }
}

/// Certificates are looked for only where they are needed.
fn connector(uri: &Uri) -> Result<Connector, ConfigError> {
    let provider = rustls::crypto::ring::default_provider();
    let builder = HttpsConnectorBuilder::new();
    if uri.scheme_str() == Some("https") {
        let builder = builder
            .with_provider_and_native_roots(provider)
            .map_err(ConfigError::Roots)?;
        return Ok(builder.https_only().enable_http1().build());
    }
    let tls = rustls::ClientConfig::builder_with_provider(provider.into())
        .with_safe_default_protocol_versions()
        .map_err(|error| ConfigError::Roots(std::io::Error::other(error)))?
        .with_root_certificates(rustls::RootCertStore::empty())
        .with_no_client_auth();
    Ok(builder
        .with_tls_config(tls)
        .https_or_http()
        .enable_http1()
        .build())
}

/// The error with what caused it: the client's own text says only that connecting failed.
fn causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        text = format!("{text}: {cause}");
        next = cause.source();
    }
    text
}
