//! Signed calls in the awsJson1.1 protocol, for services of which we need one or two operations
//! and no SDK crate. They run on the SDK's own orchestrator, so HTTP client, credentials, retries,
//! timeouts, rates and endpoint rules are those of every other call.

use aws_credential_types::provider::SharedCredentialsProvider;
use aws_runtime::auth::SigV4OperationSigningConfig;
use aws_runtime::auth::sigv4::{SCHEME_ID, SigV4AuthScheme};
use aws_runtime::retries::classifiers::AwsErrorCodeClassifier;
use aws_runtime::service_clock_skew::ServiceClockSkewInterceptor;
use aws_runtime::user_agent::{AwsUserAgent, UserAgentInterceptor};
use aws_smithy_runtime::client::identity::IdentityCache;
use aws_smithy_runtime::client::orchestrator::operation::Operation;
use aws_smithy_runtime::client::retries::classifiers::{
    HttpStatusCodeClassifier, TransientErrorClassifier,
};
use aws_smithy_runtime_api::client::auth::AuthSchemeOptionResolverParams;
use aws_smithy_runtime_api::client::auth::static_resolver::StaticAuthSchemeOptionResolver;
use aws_smithy_runtime_api::client::identity::SharedIdentityResolver;
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse, OrchestratorError};
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponentsBuilder;
use aws_smithy_runtime_api::client::runtime_plugin::StaticRuntimePlugin;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::config_bag::{FrozenLayer, Layer};
use aws_smithy_types::error::ErrorMetadata;
use aws_smithy_types::retry::RetryConfig;
use aws_smithy_types::timeout::TimeoutConfig;
use aws_types::SigningName;
use aws_types::region::SigningRegion;
use aws_types::request_id::RequestId;
use serde_json::Value;

use crate::collectors::Action;
use crate::error::AwsError;
use crate::resilience::{RefuseEmptyBody, RetryUnreadable, RetryWithNewSession, stalled_streams};
use crate::session::{Connection, RegionSession};

/// A service as its endpoint and signature name it.
#[derive(Debug)]
pub(crate) struct JsonService {
    /// The signing name, the first label of the endpoint, and the name of its rate.
    pub(crate) name: &'static str,
    /// What `x-amz-target` starts with.
    pub(crate) target_prefix: &'static str,
}

/// Calls one operation with a JSON body and returns the JSON answer.
pub(crate) async fn call(
    session: &RegionSession,
    service: &'static JsonService,
    operation: &'static str,
    action: &Action,
    body: &Value,
) -> Result<Value, AwsError> {
    let connection = session.connection(service.name);
    let region = session.region().as_str();
    let request = operation_for(&connection, service, operation, region);
    session
        .call(action, async move {
            let answer: Result<Value, SdkError<ErrorMetadata, HttpResponse>> =
                request.invoke(body.to_string()).await;
            answer
        })
        .await
}

fn operation_for(
    connection: &Connection,
    service: &'static JsonService,
    operation: &'static str,
    region: &str,
) -> Operation<String, Value, ErrorMetadata> {
    let sdk = &connection.sdk;
    let retries = sdk
        .retry_config()
        .cloned()
        .unwrap_or_else(RetryConfig::standard);
    let timeouts = sdk
        .timeout_config()
        .cloned()
        .unwrap_or_else(TimeoutConfig::disabled);
    let endpoint = connection
        .endpoint_url
        .as_deref()
        .or(sdk.endpoint_url())
        .map_or_else(|| default_endpoint(service.name, region), str::to_owned);
    let target = format!("{}.{operation}", service.target_prefix);
    let mut builder = Operation::builder()
        .service_name(service.name)
        .operation_name(operation)
        .endpoint_url(&endpoint)
        .standard_retry(&retries)
        .retry_classifier(TransientErrorClassifier::<ErrorMetadata>::new())
        .retry_classifier(AwsErrorCodeClassifier::<ErrorMetadata>::new())
        .retry_classifier(HttpStatusCodeClassifier::default())
        .retry_classifier(RetryUnreadable)
        .retry_classifier(RetryWithNewSession {
            credentials: connection.credentials.clone(),
        })
        .timeout_config(timeouts)
        .stalled_stream_protection(stalled_streams())
        .interceptor(ServiceClockSkewInterceptor::new())
        .interceptor(UserAgentInterceptor::new())
        .interceptor(RefuseEmptyBody)
        .with_connection_poisoning()
        .runtime_plugin(
            StaticRuntimePlugin::new()
                .with_config(signing(connection, service, region))
                .with_runtime_components(signer(connection)),
        );
    if let Some(http) = sdk.http_client() {
        builder = builder.http_client(http);
    }
    if let Some(sleep) = sdk.sleep_impl() {
        builder = builder.sleep_impl(sleep);
    }
    if let Some(time) = sdk.time_source() {
        builder = builder.time_source(time);
    }
    builder
        .serializer(move |body: String| {
            let mut request = HttpRequest::new(SdkBody::from(body.clone()));
            request.set_method("POST")?;
            let headers = request.headers_mut();
            headers.insert("content-type", "application/x-amz-json-1.1");
            headers.insert("content-length", body.len().to_string());
            headers.insert("x-amz-target", target.clone());
            Ok(request)
        })
        .deserializer(read)
        .build()
}

fn signing(connection: &Connection, service: &'static JsonService, region: &str) -> FrozenLayer {
    let mut layer = Layer::new("stocktake-signing");
    layer.store_put(AuthSchemeOptionResolverParams::new(()));
    layer.store_put(SigV4OperationSigningConfig::default());
    layer.store_put(SigningRegion::from(aws_types::region::Region::new(
        region.to_owned(),
    )));
    layer.store_put(aws_types::region::Region::new(region.to_owned()));
    layer.store_put(SigningName::from_static(service.name));
    layer.store_put(connection.lane.partition.clone());
    layer.store_put(AwsUserAgent::new_from_environment(
        aws_types::os_shim_internal::Env::real(),
        aws_runtime::user_agent::ApiMetadata::new(service.name, env!("CARGO_PKG_VERSION")),
    ));
    layer.freeze()
}

fn signer(connection: &Connection) -> RuntimeComponentsBuilder {
    RuntimeComponentsBuilder::new("stocktake-signing")
        .with_auth_scheme(SigV4AuthScheme::new())
        .with_auth_scheme_option_resolver(Some(StaticAuthSchemeOptionResolver::new(vec![
            SCHEME_ID,
        ])))
        .with_identity_cache(Some(IdentityCache::no_cache()))
        .with_identity_resolver(
            SCHEME_ID,
            SharedIdentityResolver::new(SharedCredentialsProvider::new(
                connection.credentials.clone(),
            )),
        )
}

/// AWS's own address of a service, by the partition its region lies in.
fn default_endpoint(service: &str, region: &str) -> String {
    let suffix = if region.starts_with("cn-") {
        "amazonaws.com.cn"
    } else {
        "amazonaws.com"
    };
    format!("https://{service}.{region}.{suffix}")
}

fn read(response: &HttpResponse) -> Result<Value, OrchestratorError<ErrorMetadata>> {
    let body = response.body().bytes().unwrap_or_default();
    if response.status().is_success() {
        return serde_json::from_slice(body)
            .map_err(|error| OrchestratorError::other(format!("the answer is not JSON: {error}")));
    }
    Err(OrchestratorError::operation(error_metadata(response, body)))
}

/// The code stands in `x-amzn-errortype` or `__type`, as `name`, `namespace#name` or `name:url`.
fn error_metadata(response: &HttpResponse, body: &[u8]) -> ErrorMetadata {
    let json: Value = serde_json::from_slice(body).unwrap_or(Value::Null);
    let code = response
        .headers()
        .get("x-amzn-errortype")
        .or_else(|| json["__type"].as_str())
        .or_else(|| json["code"].as_str())
        .and_then(|raw| raw.split(':').next())
        .and_then(|raw| raw.rsplit('#').next())
        .filter(|code| !code.is_empty());
    let message = json["message"]
        .as_str()
        .or_else(|| json["Message"].as_str());
    let mut metadata = ErrorMetadata::builder();
    if let Some(code) = code {
        metadata = metadata.code(code);
    }
    if let Some(message) = message {
        metadata = metadata.message(message);
    }
    if let Some(id) = response.request_id() {
        metadata = metadata.custom("aws_request_id", id);
    }
    metadata.build()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_partition_has_its_suffix() {
        for (region, url) in [
            ("eu-west-1", "https://tagging.eu-west-1.amazonaws.com"),
            (
                "us-gov-west-1",
                "https://tagging.us-gov-west-1.amazonaws.com",
            ),
            (
                "cn-northwest-1",
                "https://tagging.cn-northwest-1.amazonaws.com.cn",
            ),
        ] {
            assert_eq!(default_endpoint("tagging", region), url);
        }
    }
}
