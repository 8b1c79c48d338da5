//! The way out: one pool of connections for everything, wrapped so that each HTTP attempt waits
//! for its token bucket and is counted. Retries pass through here too, which is why the limit is
//! not taken per call.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_http_client::{Builder, tls};
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient,
    SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;

use crate::bucket::Bucket;

/// One rustls client with ring. The trusted certificates are read when the first call is made.
pub(crate) fn shared_http_client() -> SharedHttpClient {
    Builder::new()
        .tls_provider(tls::Provider::Rustls(CryptoMode::Ring))
        .build_https()
}

/// The shared client as one (account, region, service) sees it.
#[derive(Debug, Clone)]
pub(crate) struct MeteredClient {
    inner: SharedHttpClient,
    bucket: Arc<Bucket>,
    calls: Arc<AtomicU64>,
}

impl MeteredClient {
    pub(crate) fn new(inner: SharedHttpClient, bucket: Arc<Bucket>, calls: Arc<AtomicU64>) -> Self {
        Self {
            inner,
            bucket,
            calls,
        }
    }
}

impl HttpClient for MeteredClient {
    fn http_connector(
        &self,
        settings: &HttpConnectorSettings,
        components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        SharedHttpConnector::new(MeteredConnector {
            inner: self.inner.http_connector(settings, components),
            bucket: Arc::clone(&self.bucket),
            calls: Arc::clone(&self.calls),
        })
    }
}

#[derive(Debug)]
struct MeteredConnector {
    inner: SharedHttpConnector,
    bucket: Arc<Bucket>,
    calls: Arc<AtomicU64>,
}

impl HttpConnector for MeteredConnector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let inner = self.inner.clone();
        let bucket = Arc::clone(&self.bucket);
        let calls = Arc::clone(&self.calls);
        HttpConnectorFuture::new(async move {
            let key = signing_key(&request);
            bucket.wait().await;
            calls.fetch_add(1, Ordering::Relaxed);
            let mut response = inner.call(request).await?;
            if let Some(key) = key {
                response.add_extension(SignedBy(key));
            }
            Ok(response)
        })
    }
}

/// The access key id a request was signed with, kept with its response: by the time a refusal is
/// looked at, the SDK has given the request away.
#[derive(Debug, Clone)]
pub(crate) struct SignedBy(pub(crate) String);

/// The access key id in `AWS4-HMAC-SHA256 Credential=AKIA…/20261121/…`.
fn signing_key(request: &HttpRequest) -> Option<String> {
    let header = request.headers().get("authorization")?;
    let key = header.split_once("Credential=")?.1.split('/').next()?;
    Some(key.to_owned())
}
