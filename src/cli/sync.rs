//! `stocktake sync`: queues a sync and, when asked to or when no server is there to do the work,
//! follows it to its end.

use std::process::ExitCode;
use std::time::{Duration, Instant};

use clap::Args;
use domain::job::{Job, JobState};
use domain::organization::Organization;
use domain::sync::{Extra, ScopeRun, ScopeStatus, SyncRequest, SyncRun};
use domain::{AccountId, OrganizationId};
use indicatif::{ProgressBar, ProgressStyle};
use serde::Deserialize;
use serde_json::{Value, json};

use super::client::Client;
use super::output::{self, Format};
use super::{DataArgs, exit, with_worker};

#[derive(Debug, Args)]
pub struct Sync {
    #[command(flatten)]
    data: DataArgs,
    /// Only this AWS account; may be repeated.
    #[arg(long = "account", value_name = "ID")]
    accounts: Vec<AccountId>,
    /// Only this organization's accounts; may be repeated.
    #[arg(long = "org", value_name = "NAME")]
    organizations: Vec<String>,
    /// Also read these, a list of usage (CloudWatch), costs (Cost Explorer), events (CloudTrail).
    #[arg(long, value_name = "EXTRA", value_delimiter = ',', value_parser = extra)]
    with: Vec<Extra>,
    /// Follow the run to its end. Without a server running that is always so.
    #[arg(long)]
    wait: bool,
    #[arg(long, value_enum, default_value = "table")]
    format: Format,
}

/// A run with its scopes, as the API answers it.
#[derive(Debug, Deserialize, serde::Serialize)]
struct RunDetail {
    run: SyncRun,
    scopes: Vec<ScopeRun>,
}

fn extra(text: &str) -> Result<Extra, String> {
    Extra::from_text(text).ok_or_else(|| "what can be read is usage, costs, events".to_owned())
}

impl Sync {
    pub async fn run(self) -> anyhow::Result<ExitCode> {
        with_worker(&self.data, async |client| {
            let mut request = SyncRequest {
                account_ids: self.accounts.clone(),
                organization_ids: Vec::new(),
                with: self.with.clone(),
            };
            for name in &self.organizations {
                request
                    .organization_ids
                    .push(organization(client, name).await?.id);
            }
            let job: Job = client.post("/api/v1/sync/trigger", &request).await?;
            if !self.wait && !client.is_local() {
                if self.format == Format::Json {
                    output::json(&job)?;
                } else {
                    output::line(&format!(
                        "queued as {}; the Sync page shows how far it is",
                        job.id
                    ))?;
                }
                return Ok(ExitCode::SUCCESS);
            }
            let clock = Instant::now();
            let ended = follow(client, job).await?;
            self.report(client, &ended, clock.elapsed()).await
        })
        .await
    }

    async fn report(&self, client: &Client, job: &Job, took: Duration) -> anyhow::Result<ExitCode> {
        let Ok(detail) = client
            .get::<RunDetail>(&format!("/api/v1/sync/history/{}", job.id))
            .await
        else {
            anyhow::bail!(
                "the sync ended {}: {}",
                job.state.as_str(),
                job.error.clone().unwrap_or_default()
            );
        };
        match self.format {
            Format::Json => output::json(&json!({
                "id": job.id, "state": job.state, "error": job.error, "run": detail.run, "scopes": detail.scopes,
            }))?,
            Format::Csv => {
                let rows: Vec<_> = detail.scopes.iter().map(scope_row).collect();
                output::rows(Format::Csv, &COLUMNS, &rows)?;
            }
            Format::Table => {
                // A line for each of hundreds of scopes that went well tells a person nothing.
                let notable: Vec<_> = detail
                    .scopes
                    .iter()
                    .filter(|scope| scope.status != ScopeStatus::Complete || worth_saying(scope))
                    .map(scope_row)
                    .collect();
                if !notable.is_empty() {
                    output::rows(Format::Table, &COLUMNS, &notable)?;
                }
                output::line(&summary(&detail.run, took))?;
            }
        }
        Ok(match job.state {
            JobState::Succeeded => ExitCode::SUCCESS,
            JobState::Partial => ExitCode::from(exit::PARTIAL),
            _ => {
                output::note(&format!(
                    "sync {}: {}",
                    job.state.as_str(),
                    job.error.clone().unwrap_or_default()
                ));
                ExitCode::from(exit::FAILED)
            }
        })
    }
}

/// A note that is more than "still fresh".
fn worth_saying(scope: &ScopeRun) -> bool {
    scope.note.is_some() && scope.counts.calls_made > 0
}

const COLUMNS: [&str; 11] = [
    "account",
    "region",
    "what",
    "status",
    "calls",
    "seen",
    "new",
    "changed",
    "missing",
    "seconds",
    "error or note",
];

fn scope_row(scope: &ScopeRun) -> Vec<Value> {
    let remark = scope.failure.as_ref().map(|failure| {
        let id = failure
            .request_id
            .as_ref()
            .map(|id| format!(" (request id {id})"))
            .unwrap_or_default();
        format!("{}: {}{id}", failure.code, failure.message)
    });
    vec![
        json!(scope.account_id),
        json!(scope.region),
        json!(scope.resource_type),
        json!(scope.status),
        json!(scope.counts.calls_made),
        json!(scope.counts.rows_seen),
        json!(scope.counts.rows_new),
        json!(scope.counts.rows_changed),
        json!(scope.counts.rows_missing),
        json!(
            scope
                .duration_ms
                .map(|ms| format!("{:.1}", ms as f64 / 1000.0))
        ),
        json!(remark.or_else(|| scope.note.clone())),
    ]
}

fn summary(run: &SyncRun, took: Duration) -> String {
    let counts = &run.counts;
    let seconds = took.as_secs_f64();
    let calls = run
        .calls_per_25_desktops
        .map(|n| format!(", {n:.2} per 25 desktops"))
        .unwrap_or_default();
    let status = if run.status == ScopeStatus::Complete {
        "complete"
    } else {
        run.status.as_str()
    };
    format!(
        "{status}: {} accounts, {} of {} scopes, {} rows seen, {} new, {} changed, {} missing, {} deleted; \
         {} versions written; {} calls{calls}; {seconds:.1} s",
        run.accounts,
        run.scopes_done - run.scopes_failed,
        run.scopes_total,
        counts.rows_seen,
        counts.rows_new,
        counts.rows_changed,
        counts.rows_missing,
        counts.rows_deleted,
        counts.versions_written,
        counts.calls_made,
    )
}

/// Waits for the job's end behind a progress bar.
pub async fn follow(client: &Client, mut job: Job) -> anyhow::Result<Job> {
    let bar = if output::on_terminal() {
        ProgressBar::new(0)
    } else {
        ProgressBar::hidden()
    };
    bar.set_style(ProgressStyle::with_template(
        "{spinner} {bar:30} {pos}/{len} {msg} {elapsed}",
    )?);
    let path = format!("/api/v1/jobs/{}", job.id);
    while !job.state.ended() {
        bar.set_length(job.progress.total);
        bar.set_position(job.progress.done);
        bar.set_message(job.progress.message.clone());
        bar.tick();
        tokio::time::sleep(Duration::from_millis(100)).await;
        job = client.get(&path).await?;
    }
    bar.finish_and_clear();
    Ok(job)
}

/// The organization of this name.
pub async fn organization(client: &Client, name: &str) -> anyhow::Result<Organization> {
    organizations(client)
        .await?
        .into_iter()
        .find(|organization| organization.name == name || organization.id.as_str() == name)
        .ok_or_else(|| anyhow::anyhow!("there is no organization {name:?}"))
}

/// The id of the organization that was named, if one was.
pub async fn organization_id(
    client: &Client,
    name: Option<&str>,
) -> anyhow::Result<Option<OrganizationId>> {
    Ok(match name {
        Some(name) => Some(organization(client, name).await?.id),
        None => None,
    })
}

pub async fn organizations(client: &Client) -> anyhow::Result<Vec<Organization>> {
    client.all("/api/v1/organizations").await
}
