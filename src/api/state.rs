//! What every handler can reach: what the root hands in (`ApiState`) and what this room makes of
//! it and of its configuration (`App`).

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use assistant::Assistant;
use auth::Auth;
use domain::AccountId;
use domain::account::PolicyDocuments;
use domain::notice::NotificationStatus;
use domain::setting::ConfigurationItem;
use serde::{Deserialize, Serialize};
use store::Db;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use utoipa::ToSchema;

use crate::answer_cache::{AnswerCache, Kept};
use crate::client_ip::Network;
use crate::limits::{Limits, LimitsConfig};
use crate::metrics::RequestMetrics;
use crate::streams::Streams;
use crate::tls::TlsConfig;

/// How to listen and whom to believe.
#[derive(Debug, Clone, Default)]
pub struct ApiConfig {
    /// Port 0 takes a free one. `None` serves the control socket only.
    pub listen: Option<SocketAddr>,
    /// `DIR/control.sock`.
    pub control_socket: Option<PathBuf>,
    pub tls: Option<TlsConfig>,
    /// Where plain http is answered with a redirect to the TLS listener.
    pub redirect_listen: Option<SocketAddr>,
    /// Plain http beyond loopback is refused unless this is set.
    pub insecure_http: bool,
    /// As people reach it, when that differs from `listen`: `https://stock.example.org`.
    pub public_url: Option<String>,
    /// Whose `X-Forwarded-For` counts.
    pub trusted_proxies: Vec<Network>,
    pub limits: LimitsConfig,
    /// Threads that answer requests; by default one for each core.
    pub workers: Option<usize>,
}

/// What the root gives this room to serve.
pub struct ApiState {
    pub db: Db,
    pub auth: Auth,
    pub assistant: Assistant,
    /// The data is made up, and every page says so.
    pub demo: bool,
    pub version: &'static str,
    pub policies: Arc<dyn Policies>,
    pub health: Arc<dyn Health>,
    /// Requests of Cost Explorer that an account may make a day, for the meter that shows them.
    pub cost_requests_per_day: u64,
    /// What the process was started with.
    pub configuration: Vec<ConfigurationItem>,
}

/// Writes the IAM policy documents. This room may not know AWS, so the root hands one in.
pub trait Policies: Send + Sync {
    /// Documents for a role `role_name` which `trusted` may assume, with `external_id`: the reading one,
    /// or the one through which desktops are changed.
    fn policy(
        &self,
        role_name: &str,
        external_id: Option<&str>,
        trusted: Option<&AccountId>,
        write: bool,
    ) -> PolicyDocuments;
}

/// How the parts of the process that this room cannot see are doing.
pub trait Health: Send + Sync {
    /// At least `workers` and `scheduler`.
    fn components(&self) -> Vec<(&'static str, Component)>;

    /// How telling other systems goes.
    fn notifications(&self) -> NotificationStatus {
        NotificationStatus::default()
    }
}

/// One part of the process.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Component {
    pub status: Status,
    /// Why it is not ok, for a person.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// Figures of this part.
    #[schema(value_type = Object)]
    #[serde(default, skip_serializing_if = "serde_json::Map::is_empty")]
    pub figures: serde_json::Map<String, serde_json::Value>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    Ok,
    /// It works, with something a person should look at.
    Degraded,
    Failed,
}

impl Component {
    #[must_use]
    pub fn ok() -> Self {
        Self {
            status: Status::Ok,
            detail: None,
            figures: serde_json::Map::new(),
        }
    }

    #[must_use]
    pub fn degraded(detail: impl Into<String>) -> Self {
        Self {
            status: Status::Degraded,
            detail: Some(detail.into()),
            ..Self::ok()
        }
    }

    #[must_use]
    pub fn failed(detail: impl Into<String>) -> Self {
        Self {
            status: Status::Failed,
            detail: Some(detail.into()),
            ..Self::ok()
        }
    }

    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<serde_json::Value>) -> Self {
        self.figures.insert(name.to_owned(), value.into());
        self
    }
}

/// How the whole process is doing.
#[derive(Clone, Serialize, ToSchema)]
pub struct HealthTree {
    /// The worst of the components.
    pub status: Status,
    pub version: String,
    pub demo: bool,
    /// `database`, `cache`, `workers`, `scheduler`, `last_sync`, `model`.
    pub components: BTreeMap<&'static str, Component>,
}

/// The state of a running server.
pub struct App {
    pub db: Db,
    pub auth: Auth,
    pub assistant: Assistant,
    pub demo: bool,
    pub version: &'static str,
    pub policies: Arc<dyn Policies>,
    pub health: Arc<dyn Health>,
    pub cost_requests_per_day: u64,
    /// What the process was started with.
    pub configuration: Vec<ConfigurationItem>,
    /// One file is imported at a time.
    pub imports: Semaphore,
    pub limits: Limits,
    pub metrics: RequestMetrics,
    pub streams: Streams,
    pub answers: AnswerCache,
    pub kept_health: Kept<HealthTree>,
    /// Whether the database could be read.
    pub kept_ready: Kept<bool>,
    pub kept_gauges: Kept<String>,
    pub trusted_proxies: Vec<Network>,
    pub insecure_http: bool,
    /// People reach it over TLS, ours or a proxy's.
    pub secure: bool,
    /// Where people reach it.
    pub url: String,
    /// Cancelled when the server stops; ends event streams.
    pub stop: CancellationToken,
}

impl App {
    pub fn new(state: ApiState, config: &ApiConfig, url: String, stop: CancellationToken) -> Self {
        Self {
            db: state.db,
            auth: state.auth,
            assistant: state.assistant,
            demo: state.demo,
            version: state.version,
            policies: state.policies,
            health: state.health,
            cost_requests_per_day: state.cost_requests_per_day,
            configuration: state.configuration,
            imports: Semaphore::new(1),
            limits: Limits::new(&config.limits),
            metrics: RequestMetrics::default(),
            answers: AnswerCache::new(),
            kept_health: Kept::empty(),
            kept_ready: Kept::empty(),
            kept_gauges: Kept::empty(),
            streams: Streams::default(),
            trusted_proxies: config.trusted_proxies.clone(),
            insecure_http: config.insecure_http,
            secure: url.starts_with("https://"),
            url,
            stop,
        }
    }
}
