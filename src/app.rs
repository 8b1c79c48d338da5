//! Puts the rooms together into one running application: opens the database, reaches AWS, starts
//! workers, scheduler and API, and stops them in order. It decides nothing itself.

use std::path::Path;
use std::sync::Arc;

use anyhow::Context;
use api::{ApiConfig, ApiState, Component};
use assistant::{Assistant, AssistantConfig};
use auth::{Auth, Caller, Client};
use aws::{Aws, BaseCredentials};
use domain::account::PolicyDocuments;
use domain::job::Schedule;
use domain::notice::NotificationStatus;
use domain::setting::SyncSchedule;
use domain::sync::{Extra, SyncRequest};
use domain::{AccountId, UtcTime};
use inventory::{Clock, Inventory};
use jobs::{JobsConfig, Scheduler, Workers};
use notify::{Delivery, Notifier, NotifyConfig};
use store::{Db, StoreConfig};
use tokio::task::{AbortHandle, JoinHandle};
use tokio_util::sync::CancellationToken;

use crate::cli::SOCKET;
use crate::config::{Config, ServerConfig};

/// What the application is started for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// A network address, the scheduler, until told to stop.
    Server { demo: bool },
    /// The control socket only, for one command; with workers when the command queues a job.
    Command { works: bool },
}

/// Ended runs and jobs are kept this long, and the newest of each scope for ever.
const KEEP_RUNS_DAYS: i64 = 180;

/// Files of reports are kept this long.
const KEEP_REPORTS_DAYS: i64 = 400;

/// How long running jobs may take to come to a stop.
const STOP_WITHIN: std::time::Duration = std::time::Duration::from_secs(4);

/// A running application.
pub struct App {
    pub db: Db,
    pub auth: Auth,
    pub inventory: Inventory,
    server: api::Serving,
    stop: CancellationToken,
    background: Vec<JoinHandle<()>>,
    /// Ends after everything that may still say something of a plan.
    notices: Option<Notices>,
}

struct Notices {
    stop: CancellationToken,
    task: JoinHandle<()>,
}

impl App {
    /// Starts everything that `mode` needs on `data_dir`.
    pub async fn start(data_dir: &Path, config: &Config, mode: Mode) -> anyhow::Result<Self> {
        Self::start_with(data_dir, config, mode, BaseCredentials::DefaultChain).await
    }

    /// As [`Self::start`], with AWS credentials given instead of found.
    pub async fn start_with(
        data_dir: &Path,
        config: &Config,
        mode: Mode,
        credentials: BaseCredentials,
    ) -> anyhow::Result<Self> {
        let serving = api_config(data_dir, config, mode)?;
        let db = Db::open(StoreConfig::new(data_dir))?;
        let auth = Auth::open(db.clone()).await?;
        let aws = Aws::new(aws_config(config, credentials)).await;
        let inventory = Inventory {
            db: db.clone(),
            aws,
            config: sync_config(config),
            clock: Clock::Wall,
            turns: inventory::Turns::default(),
        };
        let workers = Workers::new(
            inventory.clone(),
            JobsConfig {
                demo: mode == Mode::Server { demo: true },
                ..JobsConfig::default()
            },
        );
        sync_schedules(&db).await?;

        let assistant = Assistant::new(AssistantConfig {
            db: db.clone(),
            model: crate::model::open(data_dir, &config.ai, matches!(mode, Mode::Server { .. })),
            model_deadline: std::time::Duration::from_secs(config.ai.deadline_seconds),
        });

        let stop = CancellationToken::new();
        let mut background = Vec::new();
        let (notices, notifier) = notices(&db, config)?.unzip();
        let mut health = Health {
            notifier,
            ..Health::default()
        };
        // A command that only reads must not take up a sync that an earlier process left behind.
        if mode != (Mode::Command { works: false }) {
            let task = tokio::spawn(workers.clone().run(stop.clone()));
            health.workers = Some((workers, task.abort_handle()));
            background.push(task);
        }
        if matches!(mode, Mode::Server { .. }) {
            let task = tokio::spawn(Scheduler { db: db.clone() }.run(stop.clone()));
            health.scheduler = Some(task.abort_handle());
            background.push(task);
            background.push(tokio::spawn(tidy(db.clone(), auth.clone(), stop.clone())));
            background.push(tokio::spawn(recheck(assistant.clone())));
        }
        let state = ApiState {
            db: db.clone(),
            auth: auth.clone(),
            assistant,
            demo: mode == Mode::Server { demo: true },
            version: env!("CARGO_PKG_VERSION"),
            policies: Arc::new(Policies),
            health: Arc::new(health),
            cost_requests_per_day: config.costs.requests_per_day,
            configuration: crate::configured::items(config),
        };
        let server = match api::serve(serving, state).await {
            Ok(server) => server,
            Err(error) => {
                stop.cancel();
                futures::future::join_all(background).await;
                db.close().await;
                return Err(error).with_context(|| match mode {
                    Mode::Server { .. } => format!("cannot serve on {}", config.server.listen),
                    Mode::Command { .. } => "the control socket could not be opened".to_owned(),
                });
            }
        };
        Ok(Self {
            db,
            auth,
            inventory,
            server,
            stop,
            background,
            notices,
        })
    }

    /// Where people reach it.
    pub fn url(&self) -> &str {
        &self.server.url
    }

    /// A one-time link when nobody can log in yet.
    pub async fn setup_link_if_needed(&self) -> anyhow::Result<Option<String>> {
        if !self.auth.needs_setup().await? {
            return Ok(None);
        }
        let link = self
            .auth
            .create_setup_link(&Caller::control(), &Client::default())
            .await?;
        Ok(Some(link.url(self.url())))
    }

    /// Stops taking requests, lets running jobs come to a stop, closes the database.
    pub async fn stop(self) {
        self.stop.cancel();
        if let Err(error) = self.server.stop().await {
            tracing::warn!(%error, "the server did not stop cleanly: {error}");
        }
        for task in self.background {
            if tokio::time::timeout(STOP_WITHIN, task).await.is_err() {
                tracing::warn!(
                    "a background task did not stop in time; its job is taken up again at the next start"
                );
            }
        }
        if let Some(notices) = self.notices {
            notices.stop.cancel();
            if tokio::time::timeout(STOP_WITHIN, notices.task)
                .await
                .is_err()
            {
                tracing::warn!("the webhook did not take what was left to tell it in time");
            }
        }
        self.db.close().await;
    }
}

/// Starts telling the configured webhook, if there is one.
fn notices(db: &Db, config: &Config) -> anyhow::Result<Option<(Notices, Notifier)>> {
    let (url, secret) = match (&config.notify.webhook_url, &config.notify.webhook_secret) {
        (Some(url), Some(secret)) => (url.clone(), secret.clone()),
        (None, None) => return Ok(None),
        _ => anyhow::bail!(
            "notify.webhook_url and notify.webhook_secret go together; one is missing"
        ),
    };
    let (delivery, notifier) =
        Delivery::new(&NotifyConfig::new(url, secret)).context("notify.webhook_url")?;
    let stop = CancellationToken::new();
    let task = tokio::spawn(delivery.run(db.events().subscribe(), stop.clone()));
    Ok(Some((Notices { stop, task }, notifier)))
}

fn aws_config(config: &Config, base_credentials: BaseCredentials) -> aws::AwsConfig {
    aws::AwsConfig {
        endpoint_url: config.aws.endpoint_url.clone(),
        base_credentials,
        requests_per_second: config.aws.requests_per_second,
        burst: config.aws.burst,
        max_attempts: config.aws.max_attempts,
        ..aws::AwsConfig::default()
    }
}

fn sync_config(config: &Config) -> inventory::SyncConfig {
    inventory::SyncConfig {
        accounts_at_once: config.sync.accounts_at_once,
        regions_at_once: config.sync.regions_at_once,
        cost_requests_per_day: config.costs.requests_per_day,
        read_only_events: config.events.read_only,
        ..inventory::SyncConfig::default()
    }
}

fn api_config(data_dir: &Path, config: &Config, mode: Mode) -> anyhow::Result<ApiConfig> {
    let server = &config.server;
    let tls = match (&server.tls_cert, &server.tls_key) {
        (Some(cert), Some(key)) => Some(api::TlsConfig {
            certificate: cert.clone(),
            key: key.clone(),
        }),
        (None, None) => None,
        // Half a pair must not end in plain HTTP.
        _ => anyhow::bail!("tls_cert and tls_key go together; one of them is missing"),
    };
    Ok(ApiConfig {
        listen: matches!(mode, Mode::Server { .. }).then_some(server.listen),
        control_socket: Some(data_dir.join(SOCKET)),
        tls,
        redirect_listen: server.redirect_from,
        insecure_http: server.insecure_http,
        public_url: public_url(server, mode),
        trusted_proxies: server.trusted_proxies.clone(),
        limits: api::LimitsConfig {
            anonymous_per_minute: config.limits.anonymous_per_minute,
            login_per_minute: config.limits.login_per_minute,
            session_per_minute: config.limits.session_per_minute,
            ..api::LimitsConfig::default()
        },
        workers: (server.threads > 0).then_some(server.threads),
    })
}

/// As people reach it. A command has no address of its own; what it prints leads to the server that
/// will run with this configuration.
fn public_url(server: &ServerConfig, mode: Mode) -> Option<String> {
    if server.public_url.is_some() || matches!(mode, Mode::Server { .. }) {
        return server.public_url.clone();
    }
    let scheme = if server.tls_cert.is_some() {
        "https"
    } else {
        "http"
    };
    let mut address = server.listen;
    if address.ip().is_unspecified() {
        address.set_ip(std::net::Ipv4Addr::LOCALHOST.into());
    }
    Some(format!("{scheme}://{address}"))
}

/// Makes the schedules that are not stored yet by the stored settings: the inventory's, and one that also
/// reads what costs more calls.
async fn sync_schedules(db: &Db) -> anyhow::Result<()> {
    let settings = store::setting::load(db).await?;
    let schedule = |name: &str, when: SyncSchedule, with: Vec<Extra>| Schedule {
        name: name.to_owned(),
        cron: when.cron,
        time_zone: when.time_zone,
        jitter_seconds: when.jitter_seconds,
        missed: when.missed,
        enabled: when.enabled,
        payload: domain::job::JobPayload::Sync(SyncRequest {
            with,
            ..SyncRequest::default()
        }),
        next_run_at: None,
        last_run_at: None,
    };
    let inventory = schedule("sync", settings.sync_schedule, Vec::new());
    let costs = schedule("costs", settings.costs_schedule, Extra::ALL.to_vec());
    let known = store::schedule::list(db).await?;
    for schedule in [inventory, costs] {
        if !known.iter().any(|one| one.name == schedule.name) {
            store::schedule::upsert(db, &schedule).await?;
        }
    }
    Ok(())
}

/// Runs saved questions again when this version has other views than the one before.
async fn recheck(assistant: Assistant) {
    if let Err(error) = assistant.recheck().await {
        tracing::warn!(%error, "verified questions could not be run again: {error}");
    }
}

/// Clears away what has been over for long, once an hour.
async fn tidy(db: Db, auth: Auth, stop: CancellationToken) {
    let mut hourly = tokio::time::interval(std::time::Duration::from_secs(3600));
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            _ = hourly.tick() => {}
        }
        if let Err(error) = auth.forget_old_sessions().await {
            tracing::warn!(%error, "old sessions could not be cleared away: {error}");
        }
        if let Err(error) = store::plan::expire_due(&db).await {
            tracing::warn!(%error, "plans that ran out could not be ended: {error}");
        }
        let before = UtcTime::now().plus_days(-KEEP_REPORTS_DAYS);
        if let Err(error) = store::report::expire(&db, before).await {
            tracing::warn!(%error, "old reports could not be cleared away: {error}");
        }
        if let Err(error) = store::retention::prune(&db, UtcTime::now(), KEEP_RUNS_DAYS).await {
            tracing::warn!(%error, "old runs could not be cleared away: {error}");
        }
    }
}

/// The policy documents of the AWS room, for the API.
struct Policies;

impl api::Policies for Policies {
    fn policy(
        &self,
        role_name: &str,
        external_id: Option<&str>,
        trusted: Option<&AccountId>,
        write: bool,
    ) -> PolicyDocuments {
        if write {
            return aws::policy::write_documents(role_name, external_id, trusted);
        }
        aws::policy::documents(role_name, external_id, trusted)
    }
}

/// How the parts that the API cannot see are.
#[derive(Default)]
struct Health {
    workers: Option<(Workers, AbortHandle)>,
    scheduler: Option<AbortHandle>,
    notifier: Option<Notifier>,
}

impl api::Health for Health {
    fn components(&self) -> Vec<(&'static str, Component)> {
        let workers = match &self.workers {
            Some((_, task)) if task.is_finished() => {
                Component::failed("the workers ended; restart the server")
            }
            Some((workers, _)) => {
                let status = workers.status();
                Component::ok()
                    .with("workers", status.workers)
                    .with("busy", status.busy)
            }
            None => Component::degraded("this process runs one command and no jobs"),
        };
        let scheduler = match &self.scheduler {
            Some(task) if task.is_finished() => {
                Component::failed("the scheduler ended; restart the server")
            }
            Some(_) => Component::ok(),
            None => {
                Component::degraded("this process runs one command and starts nothing by itself")
            }
        };
        vec![("workers", workers), ("scheduler", scheduler)]
    }

    fn notifications(&self) -> NotificationStatus {
        self.notifier
            .as_ref()
            .map(Notifier::status)
            .unwrap_or_default()
    }
}
