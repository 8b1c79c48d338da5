//! `stocktake events`: who did what with desktops, as CloudTrail has it.

use std::process::ExitCode;

use clap::Args;
use domain::listing::{MAX_LIMIT, Page};
use domain::trail::KeptEvent;
use domain::{AccountId, UtcTime};
use serde_json::Value;

use super::client::encode;
use super::output::{self, Format};
use super::sync::organization;
use super::{DataArgs, with_client};

#[derive(Debug, Args)]
pub struct Events {
    #[command(flatten)]
    data: DataArgs,
    /// Only events about this desktop; may be repeated.
    #[arg(long = "workspace", value_name = "ID")]
    workspaces: Vec<String>,
    /// Only events at or after this time: a day, a time, or 7d for the last seven days.
    #[arg(long, value_name = "TIME", value_parser = since)]
    since: Option<UtcTime>,
    /// Only what this user did; may be repeated.
    #[arg(long = "user", value_name = "NAME")]
    users: Vec<String>,
    /// Only this kind of event, TerminateWorkspaces; may be repeated.
    #[arg(long = "name", value_name = "EVENT")]
    names: Vec<String>,
    /// Only this organization.
    #[arg(long, value_name = "NAME")]
    org: Option<String>,
    /// Only this AWS account; may be repeated.
    #[arg(long = "account", value_name = "ID")]
    accounts: Vec<AccountId>,
    /// The most events to show.
    #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..=i64::from(MAX_LIMIT)))]
    limit: u32,
    #[arg(long, value_enum, default_value = "table")]
    format: Format,
}

/// A day, a time, or so many days ago.
fn since(text: &str) -> Result<UtcTime, String> {
    if let Some(days) = text
        .strip_suffix('d')
        .and_then(|days| days.parse::<i64>().ok())
    {
        return Ok(UtcTime::now().plus_days(-days));
    }
    text.parse()
        .map_err(|_| "write a day as 2026-10-31, a time as 2026-10-31T08:00:00Z, or 7d".to_owned())
}

const COLUMNS: [&str; 8] = [
    "time", "account", "region", "event", "desktops", "user", "from", "refused",
];

impl Events {
    pub async fn run(self) -> anyhow::Result<ExitCode> {
        self.data.must_exist()?;
        with_client(&self.data, async |client| {
            let mut query = vec![format!("limit={}", self.limit)];
            if let Some(name) = &self.org {
                query.push(format!(
                    "organization_id={}",
                    organization(client, name).await?.id
                ));
            }
            query.extend(self.accounts.iter().map(|id| format!("account_id={id}")));
            query.extend(
                self.workspaces
                    .iter()
                    .map(|id| format!("workspace_id={}", encode(id))),
            );
            query.extend(
                self.users
                    .iter()
                    .map(|name| format!("user_name={}", encode(name))),
            );
            query.extend(
                self.names
                    .iter()
                    .map(|name| format!("event_name={}", encode(name))),
            );
            query.extend(
                self.since
                    .iter()
                    .map(|time| format!("from={}", encode(&time.to_string()))),
            );
            let page: Page<KeptEvent> = client
                .get(&format!("/api/v1/events?{}", query.join("&")))
                .await?;
            if self.format == Format::Json {
                output::json(&page.items)?;
                return Ok(ExitCode::SUCCESS);
            }
            let rows: Vec<_> = page.items.iter().map(row).collect();
            output::rows(self.format, &COLUMNS, &rows)?;
            if page.total > page.items.len() as u64 {
                let shown = page.items.len();
                output::note(&format!(
                    "{shown} of {} events; raise --limit or narrow the list",
                    page.total
                ));
            }
            if page.as_of.is_none() {
                output::note(
                    "no events were read yet; read them with `stocktake sync --with events`",
                );
            }
            Ok(ExitCode::SUCCESS)
        })
        .await
    }
}

fn row(kept: &KeptEvent) -> Vec<Value> {
    let event = &kept.event;
    vec![
        event.event_time.to_string().into(),
        kept.account_name.clone().into(),
        kept.region.as_str().into(),
        event.event_name.clone().into(),
        event.workspace_ids.join(" ").into(),
        event.user_name.clone().into(),
        event.source_ip.clone().into(),
        event.error_code.clone().into(),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn since_is_a_day_a_time_or_days_ago() {
        assert_eq!(
            since("2026-10-31").unwrap().to_string(),
            "2026-10-31T00:00:00Z"
        );
        assert_eq!(
            since("2026-10-31T08:00:00Z").unwrap().to_string(),
            "2026-10-31T08:00:00Z"
        );
        let week = UtcTime::now().seconds_since(since("7d").unwrap());
        assert!((week - 7 * 86_400).abs() < 5, "{week}");
        assert!(since("yesterday").is_err());
    }
}
