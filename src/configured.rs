//! The configuration as people read it: each value with its default, where it came from, and what
//! it does.

use domain::setting::{ConfigurationItem, ValueSource};
use serde_json::{Map, Value};

use crate::config::Config;

/// What each key does. A test holds it to the configuration's own keys.
const EFFECTS: &[(&str, &str)] = &[
    (
        "server.listen",
        "Where the server listens; port 0 picks a free one.",
    ),
    (
        "server.tls_cert",
        "PEM certificate chain; with the key the server speaks HTTPS.",
    ),
    ("server.tls_key", "Key of the certificate."),
    (
        "server.redirect_from",
        "With HTTPS: a plain address that only redirects.",
    ),
    (
        "server.insecure_http",
        "Allows plain HTTP on addresses other than loopback.",
    ),
    (
        "server.public_url",
        "The address as people reach it, when that differs.",
    ),
    (
        "server.trusted_proxies",
        "Proxies whose X-Forwarded-For is believed.",
    ),
    (
        "server.threads",
        "Threads for HTTP; 0 is one for each core.",
    ),
    (
        "limits.anonymous_per_minute",
        "Requests a minute of one address that is not logged in; 0 is no limit.",
    ),
    (
        "limits.login_per_minute",
        "Attempts to log in a minute of one address; 0 is no limit.",
    ),
    (
        "limits.session_per_minute",
        "Requests a minute of one session; 0 is no limit.",
    ),
    ("aws.endpoint_url", "In place of AWS's own addresses."),
    (
        "aws.requests_per_second",
        "Requests a second for each account, region and service; 0 is no limit.",
    ),
    (
        "aws.burst",
        "Requests that may go at once before the rate holds.",
    ),
    (
        "aws.max_attempts",
        "How often a call is tried when AWS is busy.",
    ),
    ("sync.accounts_at_once", "Accounts read at a time."),
    (
        "sync.regions_at_once",
        "Regions of one account read at a time.",
    ),
    (
        "costs.requests_per_day",
        "Requests of Cost Explorer for each account and day, at $0.01 each.",
    ),
    (
        "events.read_only",
        "Keeps events of CloudTrail that changed nothing, too.",
    ),
    (
        "notify.webhook_url",
        "Where a document is posted when a plan moves on; only that it is set is shown.",
    ),
    ("notify.webhook_secret", "Signs those documents."),
    (
        "ai.enabled",
        "Switched off, no model is loaded; known kinds of question are answered all the same.",
    ),
    (
        "ai.model",
        "The model: a GGUF file, or the name of an imported one.",
    ),
    ("ai.models_dir", "Where imported models are."),
    (
        "ai.threads",
        "Threads that compute; 0 is one for each core but one.",
    ),
    (
        "ai.context",
        "Tokens a question may have, with its instructions and answer.",
    ),
    ("ai.queue", "Questions that may wait or run."),
    (
        "ai.deadline_seconds",
        "Seconds the model may take for one question, waiting included.",
    ),
    ("log.format", "text, or json with one object a line."),
    (
        "log.filter",
        "What is logged, by level and by part of the program.",
    ),
];

/// Every value of the configuration, in the order of the keys above.
pub fn items(config: &Config) -> Vec<ConfigurationItem> {
    let (values, defaults) = (flat(config), flat(&Config::default()));
    let value = |all: &Map<String, Value>, key: &str| all.get(key).cloned().unwrap_or(Value::Null);
    let item = |(key, effect): &(&str, &str)| {
        let (value, default) = (value(&values, key), value(&defaults, key));
        let source = match config.sources.get(*key) {
            Some(source) => *source,
            None if value == default => ValueSource::Default,
            None => ValueSource::Flag,
        };
        ConfigurationItem {
            key: (*key).to_owned(),
            value,
            default,
            source,
            effect: (*effect).to_owned(),
        }
    };
    EFFECTS.iter().map(item).collect()
}

/// Values by `table.key`. The configuration itself writes of secrets only whether they are set.
fn flat(config: &Config) -> Map<String, Value> {
    let mut all = Map::new();
    let Ok(Value::Object(tables)) = serde_json::to_value(config) else {
        return all;
    };
    for (table, keys) in tables {
        let Value::Object(keys) = keys else { continue };
        for (key, value) in keys {
            all.insert(format!("{table}.{key}"), value);
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_has_an_effect_and_every_effect_a_key() {
        let mut keys: Vec<String> = flat(&Config::default())
            .into_iter()
            .map(|(key, _)| key)
            .collect();
        let mut described: Vec<&str> = EFFECTS.iter().map(|(key, _)| *key).collect();
        keys.sort();
        described.sort_unstable();
        assert_eq!(keys, described);
    }

    #[test]
    fn a_value_says_where_it_came_from() {
        let mut config = Config::default();
        config.server.threads = 3;
        config.aws.burst = 7;
        config
            .sources
            .insert("aws.burst".to_owned(), ValueSource::File);
        let found = |key: &str| {
            items(&config)
                .into_iter()
                .find(|item| item.key == key)
                .unwrap()
        };
        assert_eq!(found("server.threads").source, ValueSource::Flag);
        assert_eq!(found("aws.burst").source, ValueSource::File);
        assert_eq!(found("log.filter").source, ValueSource::Default);
        assert_eq!(found("aws.burst").value, 7);
    }
}
