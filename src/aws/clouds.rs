//! [`Aws`]: what all accounts share, and one session for each account.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use aws_config::environment::EnvironmentVariableRegionProvider;
use aws_config::identity::IdentityCache;
use aws_config::meta::region::RegionProviderChain;
use aws_config::profile::ProfileFileRegionProvider;
use aws_config::{BehaviorVersion, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider};
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use aws_types::app_name::AppName;
use aws_types::region::Region as AwsRegion;
use domain::account::AccountAccess;

use crate::config::{AwsConfig, BaseCredentials};
use crate::credentials::{SessionCredentials, Source};
use crate::resilience;
use crate::session::AccountSession;
use crate::transport::shared_http_client;

const DEFAULT_REGION: &str = "us-east-1";

/// The way into AWS; cheap to clone, made once.
#[derive(Clone)]
pub struct Aws(Arc<Shared>);

struct Shared {
    base: Arc<Base>,
    accounts: Mutex<HashMap<AccountAccess, AccountSession>>,
}

/// What every session builds on.
pub(crate) struct Base {
    pub(crate) config: AwsConfig,
    pub(crate) sdk: SdkConfig,
    pub(crate) http: SharedHttpClient,
    pub(crate) region: String,
    pub(crate) credentials: SessionCredentials,
}

impl Aws {
    /// Reads the environment and profile for region and endpoint. Credentials are looked for at
    /// the first call, so a server without any starts and says so later.
    pub async fn new(config: AwsConfig) -> Self {
        let http = shared_http_client();
        let sdk = load(&config, http.clone()).await;
        let region = sdk
            .region()
            .map_or(DEFAULT_REGION, AwsRegion::as_ref)
            .to_owned();
        let provider = sdk.credentials_provider().unwrap_or_else(|| {
            // The loader always sets one; without it every call fails with `NoCredentials`.
            SharedCredentialsProvider::new(NoProvider)
        });
        let base = Base {
            config,
            sdk,
            http,
            region,
            credentials: SessionCredentials::new(Source::Chain(provider)),
        };
        Self(Arc::new(Shared {
            base: Arc::new(base),
            accounts: Mutex::new(HashMap::new()),
        }))
    }

    /// The session of an account, the same one as long as the access is the same. Nothing is
    /// called yet.
    #[must_use]
    pub fn account(&self, access: &AccountAccess) -> AccountSession {
        let mut accounts = self
            .0
            .accounts
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some(session) = accounts.get(access) {
            return session.clone();
        }
        // A changed role or endpoint replaces the session of before.
        accounts.retain(|other, _| other.id != access.id);
        let session = AccountSession::new(Arc::clone(&self.0.base), access.clone());
        accounts.insert(access.clone(), session.clone());
        session
    }

    /// An account under the role for changes. It is not kept: changes are rare, and the reading session
    /// of the same account stays.
    #[must_use]
    pub fn for_changes(&self, access: &AccountAccess) -> AccountSession {
        AccountSession::new(Arc::clone(&self.0.base), access.clone())
    }

    pub(crate) fn base(&self) -> &Arc<Base> {
        &self.0.base
    }
}

async fn load(config: &AwsConfig, http: SharedHttpClient) -> SdkConfig {
    let region = RegionProviderChain::first_try(config.base_region.clone().map(AwsRegion::new))
        .or_else(EnvironmentVariableRegionProvider::new())
        .or_else(ProfileFileRegionProvider::new())
        .or_else(AwsRegion::from_static(DEFAULT_REGION));
    let mut loader = aws_config::defaults(BehaviorVersion::v2026_01_12())
        .region(region)
        .http_client(http)
        .identity_cache(IdentityCache::no_cache())
        .retry_config(resilience::retries(config))
        .timeout_config(resilience::timeouts(config))
        .stalled_stream_protection(resilience::stalled_streams());
    if let Ok(name) = AppName::new("stocktake") {
        loader = loader.app_name(name);
    }
    if let Some(url) = &config.endpoint_url {
        loader = loader.endpoint_url(url);
    }
    if let BaseCredentials::Static {
        access_key_id,
        secret_access_key,
    } = &config.base_credentials
    {
        loader = loader.credentials_provider(Credentials::new(
            access_key_id,
            secret_access_key,
            None,
            None,
            "stocktake-config",
        ));
    }
    loader.load().await
}

#[derive(Debug)]
struct NoProvider;

impl ProvideCredentials for NoProvider {
    fn provide_credentials<'a>(
        &'a self,
    ) -> aws_credential_types::provider::future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        use aws_credential_types::provider::error::CredentialsError;
        aws_credential_types::provider::future::ProvideCredentials::ready(Err(
            CredentialsError::not_loaded_no_source(),
        ))
    }
}
