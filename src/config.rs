//! Configuration: a TOML file, then `STOCKTAKE_*` variables, then flags; the later wins. Unknown
//! keys are errors, so that a misspelt one is noticed at start and not in the field.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use api::Network;
use domain::setting::ValueSource;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};

/// The whole file. Every table and key may be left out.
#[derive(Debug, Clone, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    pub server: ServerConfig,
    pub limits: LimitsConfig,
    pub aws: AwsConfig,
    pub sync: SyncConfig,
    pub costs: CostsConfig,
    pub events: EventsConfig,
    pub notify: NotifyConfig,
    pub ai: AiConfig,
    pub log: LogConfig,
    /// Where values came from, by `table.key`; what is missing has its default or came from a flag.
    #[serde(skip)]
    pub sources: BTreeMap<String, ValueSource>,
}

#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct ServerConfig {
    /// Where to listen; port 0 picks a free one.
    pub listen: SocketAddr,
    /// PEM certificate chain; with `tls_key` the server speaks HTTPS.
    pub tls_cert: Option<PathBuf>,
    pub tls_key: Option<PathBuf>,
    /// With TLS: a plain address that only redirects to HTTPS.
    pub redirect_from: Option<SocketAddr>,
    /// Allows plain HTTP on addresses other than loopback.
    pub insecure_http: bool,
    /// As people reach it when that differs, `https://stock.example.org`.
    pub public_url: Option<String>,
    /// Proxies whose `X-Forwarded-For` is believed, as addresses or networks.
    #[serde(deserialize_with = "networks", serialize_with = "network_texts")]
    pub trusted_proxies: Vec<Network>,
    /// Worker threads for HTTP; 0 is one per core.
    pub threads: usize,
}

impl Default for ServerConfig {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 8080)),
            tls_cert: None,
            tls_key: None,
            redirect_from: None,
            insecure_http: false,
            public_url: None,
            trusted_proxies: Vec::new(),
            threads: 0,
        }
    }
}

/// Requests per minute; 0 switches a limit off.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct LimitsConfig {
    pub anonymous_per_minute: u32,
    pub login_per_minute: u32,
    pub session_per_minute: u32,
}

impl Default for LimitsConfig {
    fn default() -> Self {
        Self {
            anonymous_per_minute: 100,
            login_per_minute: 10,
            session_per_minute: 1200,
        }
    }
}

#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct AwsConfig {
    /// In place of AWS's own addresses; `AWS_ENDPOINT_URL` does the same.
    pub endpoint_url: Option<String>,
    /// For each account, region and service; 0 is no limit.
    pub requests_per_second: f64,
    pub burst: u32,
    pub max_attempts: u32,
}

impl Default for AwsConfig {
    fn default() -> Self {
        let aws = aws::AwsConfig::default();
        Self {
            endpoint_url: None,
            requests_per_second: aws.requests_per_second,
            burst: aws.burst,
            max_attempts: aws.max_attempts,
        }
    }
}

#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct SyncConfig {
    pub accounts_at_once: usize,
    pub regions_at_once: usize,
}

impl Default for SyncConfig {
    fn default() -> Self {
        let sync = inventory::SyncConfig::default();
        Self {
            accounts_at_once: sync.accounts_at_once,
            regions_at_once: sync.regions_at_once,
        }
    }
}

/// What is asked of services that bill for it.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct CostsConfig {
    /// Requests of Cost Explorer for each account and day, at $0.01 each; 0 asks for nothing.
    pub requests_per_day: u64,
}

impl Default for CostsConfig {
    fn default() -> Self {
        Self {
            requests_per_day: inventory::SyncConfig::default().cost_requests_per_day,
        }
    }
}

/// What is kept of CloudTrail.
#[derive(Debug, Clone, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct EventsConfig {
    /// Also events that changed nothing.
    pub read_only: bool,
}

/// Who is told what became of plans. Both or neither.
#[derive(Debug, Clone, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct NotifyConfig {
    /// Where documents are posted; it may hold a token.
    #[serde(serialize_with = "whether_set")]
    pub webhook_url: Option<SecretString>,
    /// Signs them; 16 characters at least.
    #[serde(serialize_with = "whether_set")]
    pub webhook_secret: Option<SecretString>,
}

/// A secret is never written, only that there is one.
fn whether_set<S: serde::Serializer>(
    secret: &Option<SecretString>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    secret.as_ref().map(|_| "set").serialize(serializer)
}

/// The language model. Known kinds of question are answered without one.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct AiConfig {
    /// Switched off, no model is loaded.
    pub enabled: bool,
    /// A GGUF file, or the name of an imported model; the model packed into the program, else the
    /// chosen one of the folder, when left out.
    pub model: Option<String>,
    /// Where imported models are; `models` in the data folder when left out.
    pub models_dir: Option<PathBuf>,
    /// Threads that compute; 0 is one for each core but one.
    pub threads: usize,
    /// Tokens a question may have, with its instructions and answer.
    pub context: usize,
    /// Questions that may wait or run.
    pub queue: usize,
    /// How long the model may take for one question, waiting included.
    pub deadline_seconds: u64,
}

impl Default for AiConfig {
    fn default() -> Self {
        Self {
            enabled: true,
            model: None,
            models_dir: None,
            threads: 0,
            context: 4096,
            queue: 8,
            deadline_seconds: 120,
        }
    }
}

#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct LogConfig {
    pub format: LogFormat,
    pub filter: String,
}

impl Default for LogConfig {
    fn default() -> Self {
        Self {
            format: LogFormat::Text,
            filter: "info".to_owned(),
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    Text,
    Json,
}

impl Config {
    /// Reads `file`, or `stocktake.toml` in the data folder when it exists, and then the
    /// environment.
    pub fn load(file: Option<&Path>, data_dir: &Path) -> anyhow::Result<Self> {
        let default_file = data_dir.join("stocktake.toml");
        let mut config = match file {
            Some(path) => Self::read(path)?,
            None if default_file.exists() => Self::read(&default_file)?,
            None => Self::default(),
        };
        config.take_environment(std::env::vars())?;
        Ok(config)
    }

    fn read(path: &Path) -> anyhow::Result<Self> {
        let text = std::fs::read_to_string(path)
            .with_context(|| format!("cannot read {}", path.display()))?;
        let mut config: Self = toml::from_str(&text)
            .with_context(|| format!("{} is not a valid configuration", path.display()))?;
        config.remember_file(&text)?;
        Ok(config)
    }

    fn remember_file(&mut self, text: &str) -> anyhow::Result<()> {
        let tables: BTreeMap<String, toml::Table> = toml::from_str(text)?;
        for (table, keys) in tables {
            for key in keys.into_iter().map(|(key, _)| key) {
                self.sources
                    .insert(format!("{table}.{key}"), ValueSource::File);
            }
        }
        Ok(())
    }

    /// `STOCKTAKE_SERVER_LISTEN=…` sets `listen` of `[server]`, and so on for every plain key.
    fn take_environment(
        &mut self,
        vars: impl Iterator<Item = (String, String)>,
    ) -> anyhow::Result<()> {
        for (name, value) in vars {
            let Some(key) = name.strip_prefix("STOCKTAKE_") else {
                continue;
            };
            let known = key
                .split_once('_')
                .map(|(table, rest)| format!("{table}.{rest}"));
            if let Some(known) = known {
                self.sources
                    .insert(known.to_lowercase(), ValueSource::Environment);
            }
            match key {
                "SERVER_LISTEN" => self.server.listen = parse(&name, &value)?,
                "SERVER_TLS_CERT" => self.server.tls_cert = Some(value.into()),
                "SERVER_TLS_KEY" => self.server.tls_key = Some(value.into()),
                "SERVER_REDIRECT_FROM" => self.server.redirect_from = Some(parse(&name, &value)?),
                "SERVER_INSECURE_HTTP" => self.server.insecure_http = parse(&name, &value)?,
                "SERVER_PUBLIC_URL" => self.server.public_url = Some(value),
                "SERVER_TRUSTED_PROXIES" => {
                    self.server.trusted_proxies = value
                        .split(',')
                        .map(|ip| parse(&name, ip))
                        .collect::<Result<_, _>>()?;
                }
                "SERVER_THREADS" => self.server.threads = parse(&name, &value)?,
                "LIMITS_ANONYMOUS_PER_MINUTE" => {
                    self.limits.anonymous_per_minute = parse(&name, &value)?
                }
                "LIMITS_LOGIN_PER_MINUTE" => self.limits.login_per_minute = parse(&name, &value)?,
                "LIMITS_SESSION_PER_MINUTE" => {
                    self.limits.session_per_minute = parse(&name, &value)?
                }
                "AWS_ENDPOINT_URL" => self.aws.endpoint_url = Some(value),
                "AWS_REQUESTS_PER_SECOND" => self.aws.requests_per_second = parse(&name, &value)?,
                "AWS_BURST" => self.aws.burst = parse(&name, &value)?,
                "AWS_MAX_ATTEMPTS" => self.aws.max_attempts = parse(&name, &value)?,
                "SYNC_ACCOUNTS_AT_ONCE" => self.sync.accounts_at_once = parse(&name, &value)?,
                "SYNC_REGIONS_AT_ONCE" => self.sync.regions_at_once = parse(&name, &value)?,
                "COSTS_REQUESTS_PER_DAY" => self.costs.requests_per_day = parse(&name, &value)?,
                "EVENTS_READ_ONLY" => self.events.read_only = parse(&name, &value)?,
                "NOTIFY_WEBHOOK_URL" => self.notify.webhook_url = Some(value.into()),
                "NOTIFY_WEBHOOK_SECRET" => self.notify.webhook_secret = Some(value.into()),
                "AI_ENABLED" => self.ai.enabled = parse(&name, &value)?,
                "AI_MODEL" => self.ai.model = Some(value),
                "AI_MODELS_DIR" => self.ai.models_dir = Some(value.into()),
                "AI_THREADS" => self.ai.threads = parse(&name, &value)?,
                "AI_CONTEXT" => self.ai.context = parse(&name, &value)?,
                "AI_QUEUE" => self.ai.queue = parse(&name, &value)?,
                "AI_DEADLINE_SECONDS" => self.ai.deadline_seconds = parse(&name, &value)?,
                "LOG_FORMAT" => {
                    self.log.format = match value.as_str() {
                        "text" => LogFormat::Text,
                        "json" => LogFormat::Json,
                        _ => bail!("{name} is {value:?}; it may be text or json"),
                    }
                }
                "LOG_FILTER" => self.log.filter = value,
                // Read by the command line itself, and by the browser tests.
                "DATA_DIR" | "CONFIG" | "URL" | "USERNAME" | "PASSWORD" | "BIN" => {}
                _ => bail!(
                    "the environment variable {name} is not known; docs list the names in README.md"
                ),
            }
        }
        Ok(())
    }
}

fn parse<T: std::str::FromStr>(name: &str, value: &str) -> anyhow::Result<T>
where
    T::Err: std::fmt::Display,
{
    value
        .trim()
        .parse()
        .map_err(|error| anyhow::anyhow!("{name} is {value:?}: {error}"))
}

fn networks<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Vec<Network>, D::Error> {
    let texts = Vec::<String>::deserialize(deserializer)?;
    texts
        .iter()
        .map(|text| text.parse().map_err(serde::de::Error::custom))
        .collect()
}

fn network_texts<S: serde::Serializer>(
    networks: &[Network],
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(networks.iter().map(ToString::to_string))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn vars(pairs: &[(&str, &str)]) -> impl Iterator<Item = (String, String)> {
        pairs
            .iter()
            .map(|(k, v)| ((*k).to_owned(), (*v).to_owned()))
            .collect::<Vec<_>>()
            .into_iter()
    }

    #[test]
    fn an_unknown_key_names_itself_and_its_line() {
        let error = toml::from_str::<Config>("[server]\nlissten = \"127.0.0.1:1\"\n")
            .unwrap_err()
            .to_string();
        assert!(
            error.contains("lissten") && error.contains("line 2"),
            "{error}"
        );
    }

    #[test]
    fn the_environment_wins_over_the_file() {
        let mut config: Config = toml::from_str("[server]\nlisten = \"127.0.0.1:1\"\n").unwrap();
        config
            .take_environment(vars(&[
                ("STOCKTAKE_SERVER_LISTEN", "127.0.0.1:2"),
                ("HOME", "/"),
            ]))
            .unwrap();
        assert_eq!(config.server.listen.port(), 2);
    }

    #[test]
    fn unknown_and_unreadable_variables_are_errors() {
        let unknown = Config::default()
            .take_environment(vars(&[("STOCKTAKE_SERVER_PORT", "1")]))
            .unwrap_err();
        assert!(unknown.to_string().contains("STOCKTAKE_SERVER_PORT"));
        let bad = Config::default()
            .take_environment(vars(&[("STOCKTAKE_AWS_BURST", "many")]))
            .unwrap_err();
        assert!(bad.to_string().contains("many"), "{bad}");
    }
}
