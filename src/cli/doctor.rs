//! `stocktake doctor`: checks this installation and says, line by line, what is wrong and what to
//! do about it.

use std::process::ExitCode;

use clap::Args;
use serde::Deserialize;
use serde_json::{Value, json};

use super::client::Client;
use super::output::{self, Format};
use super::{DataArgs, exit};

#[derive(Debug, Args)]
pub struct Doctor {
    #[command(flatten)]
    data: DataArgs,
    #[arg(long, value_enum, default_value = "table")]
    format: Format,
}

/// `/health`, as far as the doctor reads it.
#[derive(Debug, Deserialize)]
struct HealthTree {
    components: serde_json::Map<String, Value>,
}

/// One finding.
struct Finding {
    check: String,
    good: bool,
    detail: String,
}

impl Doctor {
    pub async fn run(self) -> anyhow::Result<ExitCode> {
        let mut findings = Vec::new();
        self.data.must_exist()?;
        match self.data.load() {
            Ok(mut config) => {
                findings.push(found("configuration", Ok("every key is known".to_owned())));
                config.log.filter = "error".to_owned();
                crate::telemetry::start(&config.log)?;
                match Client::connect(&self.data.data_dir, &config, false).await {
                    Ok(client) => {
                        findings.extend(examine(&client).await);
                        client.close().await;
                    }
                    Err(error) => findings.push(found("data folder", Err(format!("{error:#}")))),
                }
            }
            Err(error) => findings.push(found("configuration", Err(format!("{error:#}")))),
        }
        let rows: Vec<Vec<Value>> = findings
            .iter()
            .map(|f| {
                vec![
                    json!(if f.good { "ok" } else { "PROBLEM" }),
                    json!(f.check),
                    json!(f.detail),
                ]
            })
            .collect();
        output::rows(self.format, &["verdict", "check", "detail"], &rows)?;
        let healthy = findings.iter().all(|finding| finding.good);
        Ok(if healthy {
            ExitCode::SUCCESS
        } else {
            ExitCode::from(exit::FAILED)
        })
    }
}

fn found(check: &str, outcome: Result<String, String>) -> Finding {
    let good = outcome.is_ok();
    let detail = outcome.unwrap_or_else(|problem| problem);
    Finding {
        check: check.to_owned(),
        good,
        detail,
    }
}

async fn examine(client: &Client) -> Vec<Finding> {
    let holder = if client.is_local() {
        "no server is running on it"
    } else {
        "a server is running on it"
    };
    let mut findings = vec![found("data folder", Ok(holder.to_owned()))];
    match client.get::<HealthTree>("/health").await {
        Ok(tree) => {
            for (name, component) in tree.components {
                // Without a server nothing is scheduled, and that is as it should be here.
                if matches!(name.as_str(), "scheduler" | "workers") && client.is_local() {
                    continue;
                }
                let detail = component["detail"].as_str().unwrap_or("ok").to_owned();
                let good = component["status"] == "ok";
                findings.push(found(&name, if good { Ok(detail) } else { Err(detail) }));
            }
        }
        Err(error) => findings.push(found("health", Err(format!("{error:#}")))),
    }
    findings.push(accounts(client).await);
    findings
}

async fn accounts(client: &Client) -> Finding {
    let accounts: Vec<domain::account::Account> = match client.all("/api/v1/accounts").await {
        Ok(accounts) => accounts,
        Err(error) => return found("accounts", Err(format!("{error:#}"))),
    };
    let failing: Vec<String> = accounts
        .iter()
        .filter_map(|account| {
            account
                .last_error
                .as_ref()
                .map(|error| format!("{} {}: {}", account.id, error.code, error.message))
        })
        .collect();
    match (accounts.len(), failing.len()) {
        (0, _) => found(
            "accounts",
            Ok("none is onboarded yet; add one with `stocktake account add`".to_owned()),
        ),
        (count, 0) => found(
            "accounts",
            Ok(format!("{count} onboarded, none failed in its newest sync")),
        ),
        (count, bad) => found(
            "accounts",
            Err(format!(
                "{bad} of {count} failed in the newest sync: {}",
                failing.join("; ")
            )),
        ),
    }
}
