//! `stocktake plan`: make, look at, approve, apply, stop and undo plans of changes.

use std::process::ExitCode;

use clap::{Args, Subcommand};
use domain::advice::Recommendation;
use domain::job::Job;
use domain::plan::{
    ActionSettings, Change, NewPlan, Plan as PlanRow, PlanItem, PlanState, WantedChange,
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::client::{Client, encode};
use super::output::{self, Format};
use super::sync::{follow, organization};
use super::{DataArgs, exit, with_client, with_worker};

#[derive(Debug, Args)]
pub struct Plan {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Make a plan of recommendations or of changes of named desktops. It waits for approval.
    Create(Create),
    /// List plans.
    List(List),
    /// One plan with every change in it.
    Show(One),
    /// Approve a plan. One that terminates desktops needs two people.
    Approve(One),
    /// Apply an approved plan, or go on with a stopped one, and follow it to its end.
    Apply(One),
    /// Stop between two desktops.
    Stop(One),
    /// Cancel a plan that was not applied, or what is left of a stopped one.
    Cancel(One),
    /// Make a plan that undoes this one.
    Revert(One),
    /// What may be changed in an organization.
    Settings(Settings),
}

#[derive(Debug, Args)]
struct Create {
    #[command(flatten)]
    data: DataArgs,
    /// What the plan is called.
    #[arg(long)]
    title: String,
    #[arg(long)]
    reason: Option<String>,
    /// The organization whose recommendations are taken, with --kind.
    #[arg(long, value_name = "NAME")]
    org: Option<String>,
    /// Take every recommendation of these kinds: running_mode, timeout, too_large, …
    #[arg(long, value_name = "KIND", value_delimiter = ',', requires = "org")]
    kind: Vec<String>,
    /// Take these recommendations.
    #[arg(long = "recommendation", value_name = "ID", value_delimiter = ',')]
    recommendations: Vec<String>,
    /// Change these desktops.
    #[arg(
        long = "desktop",
        value_name = "ID",
        value_delimiter = ',',
        requires = "change"
    )]
    desktops: Vec<String>,
    /// What to do with them, as JSON: {"verb":"stop"}, {"verb":"running_mode","running_mode":"AUTO_STOP",
    /// "auto_stop_timeout_minutes":60}, {"verb":"tags","set":{"Team":"A"}}
    #[arg(long, value_name = "JSON", value_parser = change)]
    change: Option<Change>,
    #[arg(long, value_enum, default_value = "table")]
    format: Format,
}

fn change(text: &str) -> Result<Change, String> {
    let text = if text.starts_with('{') {
        text.to_owned()
    } else {
        json!({ "verb": text }).to_string()
    };
    serde_json::from_str(&text).map_err(|error| error.to_string())
}

#[derive(Debug, Args)]
struct List {
    #[command(flatten)]
    data: DataArgs,
    /// Only plans in this state.
    #[arg(long)]
    state: Option<String>,
    #[arg(long, value_enum, default_value = "table")]
    format: Format,
}

#[derive(Debug, Args)]
struct One {
    #[command(flatten)]
    data: DataArgs,
    /// The plan's id.
    id: String,
    #[arg(long, value_enum, default_value = "table")]
    format: Format,
}

#[derive(Debug, Args)]
struct Settings {
    #[command(flatten)]
    data: DataArgs,
    #[arg(long, value_name = "NAME")]
    org: String,
    /// Let desktops be changed.
    #[arg(long, value_name = "BOOL")]
    actions: Option<bool>,
    /// Let desktops be terminated.
    #[arg(long, value_name = "BOOL")]
    terminate: Option<bool>,
    /// Whether somebody else has to approve a plan than who made it.
    #[arg(long, value_name = "BOOL")]
    own_plans_need_another: Option<bool>,
}

/// A plan with its items, as the API answers it.
#[derive(Debug, Serialize, Deserialize)]
struct Detail {
    plan: PlanRow,
    items: Vec<PlanItem>,
}

impl Plan {
    pub async fn run(self) -> anyhow::Result<ExitCode> {
        match self.command {
            Command::Create(create) => create.run().await,
            Command::List(list) => list.run().await,
            Command::Show(one) => one.show().await,
            Command::Approve(one) => one.post("approve").await,
            Command::Apply(one) => one.apply().await,
            Command::Stop(one) => one.post("stop").await,
            Command::Cancel(one) => one.post("cancel").await,
            Command::Revert(one) => one.post("revert").await,
            Command::Settings(settings) => settings.run().await,
        }
    }
}

impl Create {
    async fn run(self) -> anyhow::Result<ExitCode> {
        self.data.must_exist()?;
        with_client(&self.data, async |client| {
            let mut new = NewPlan {
                title: self.title.clone(),
                reason: self.reason.clone(),
                recommendation_ids: self.recommendations.clone(),
                changes: Vec::new(),
            };
            if let Some(name) = self.org.as_deref().filter(|_| !self.kind.is_empty()) {
                let id = organization(client, name).await?.id;
                let kinds = encode(&self.kind.join(","));
                let path = format!("/api/v1/recommendations?organization_id={id}&kind={kinds}");
                let found: Vec<Recommendation> = client.all(&path).await?;
                new.recommendation_ids
                    .extend(found.into_iter().map(|one| one.id));
            }
            if let Some(change) = &self.change {
                new.changes = self
                    .desktops
                    .iter()
                    .map(|id| WantedChange {
                        workspace_id: id.clone(),
                        change: change.clone(),
                    })
                    .collect();
            }
            let plan: PlanRow = client.post("/api/v1/plans", &new).await?;
            show(client, self.format, &plan.id.to_string()).await
        })
        .await
    }
}

impl List {
    async fn run(self) -> anyhow::Result<ExitCode> {
        self.data.must_exist()?;
        with_client(&self.data, async |client| {
            let state = self
                .state
                .as_ref()
                .map_or(String::new(), |state| format!("?state={}", encode(state)));
            let plans: Vec<PlanRow> = client.all(&format!("/api/v1/plans{state}")).await?;
            if self.format == Format::Json {
                output::json(&plans)?;
            } else {
                let rows: Vec<_> = plans.iter().map(plan_row).collect();
                output::rows(self.format, &PLAN_COLUMNS, &rows)?;
            }
            Ok(ExitCode::SUCCESS)
        })
        .await
    }
}

const PLAN_COLUMNS: [&str; 9] = [
    "id",
    "organization",
    "title",
    "state",
    "desktops",
    "done",
    "saves a month",
    "made by",
    "expires",
];

fn plan_row(plan: &PlanRow) -> Vec<Value> {
    vec![
        plan.id.to_string().into(),
        plan.organization_name.clone().into(),
        plan.title.clone().into(),
        plan.state.as_str().into(),
        plan.items.into(),
        plan.items_verified.into(),
        plan.saving.map(|saving| saving.to_string()).into(),
        plan.created_by.clone().into(),
        plan.expires_at.to_string().into(),
    ]
}

async fn show(client: &Client, format: Format, id: &str) -> anyhow::Result<ExitCode> {
    let detail: Detail = client.get(&format!("/api/v1/plans/{}", encode(id))).await?;
    if format == Format::Json {
        output::json(&detail)?;
        return Ok(ExitCode::SUCCESS);
    }
    let rows: Vec<_> = detail.items.iter().map(item_row).collect();
    output::rows(format, &ITEM_COLUMNS, &rows)?;
    if format == Format::Table {
        let plan = &detail.plan;
        output::note(&format!(
            "Plan {} of {}: {}. {} of {} approvals, {} of {} desktops done{}.",
            plan.id,
            plan.organization_name,
            plan.state.as_str(),
            plan.approvals.len(),
            plan.approvals_needed,
            plan.items_verified,
            plan.items,
            plan.saving
                .map_or(String::new(), |saving| format!(", saves {saving} a month")),
        ));
    }
    Ok(ExitCode::SUCCESS)
}

const ITEM_COLUMNS: [&str; 8] = [
    "desktop",
    "user",
    "change",
    "before",
    "after",
    "saves a month",
    "state",
    "request id or what went wrong",
];

fn item_row(item: &PlanItem) -> Vec<Value> {
    let before = &item.before;
    let was = match &item.change {
        Change::RunningMode { .. } => {
            let mode = before
                .running_mode
                .as_ref()
                .map(ToString::to_string)
                .unwrap_or_default();
            let minutes = before.auto_stop_timeout_minutes;
            minutes.map_or(mode.clone(), |minutes| {
                format!("{mode} after {minutes} minutes")
            })
        }
        Change::ComputeType { .. } => before.compute_type.clone().unwrap_or_default(),
        _ => before.state.clone().unwrap_or_default(),
    };
    let what = item
        .error_code
        .as_ref()
        .map(|code| {
            format!(
                "{code}: {}",
                item.error_message.as_deref().unwrap_or_default()
            )
        })
        .or_else(|| item.note.clone())
        .or_else(|| item.request_id.clone());
    vec![
        item.workspace_id.clone().into(),
        item.user_name.clone().into(),
        item.change.verb().into(),
        was.into(),
        item.change.in_words().into(),
        item.saving.map(|saving| saving.to_string()).into(),
        item.state.as_str().into(),
        what.into(),
    ]
}

impl One {
    async fn show(self) -> anyhow::Result<ExitCode> {
        self.data.must_exist()?;
        with_client(&self.data, async |client| {
            show(client, self.format, &self.id).await
        })
        .await
    }

    async fn post(self, verb: &str) -> anyhow::Result<ExitCode> {
        self.data.must_exist()?;
        with_client(&self.data, async |client| {
            let path = format!("/api/v1/plans/{}/{verb}", encode(&self.id));
            let plan: PlanRow = client.post(&path, &json!({})).await?;
            show(client, self.format, &plan.id.to_string()).await
        })
        .await
    }

    async fn apply(self) -> anyhow::Result<ExitCode> {
        self.data.must_exist()?;
        with_worker(&self.data, async |client| {
            let path = format!("/api/v1/plans/{}", encode(&self.id));
            let plan: PlanRow = client.post(&format!("{path}/apply"), &json!({})).await?;
            if let Some(job) = &plan.job_id {
                let job: Job = client.get(&format!("/api/v1/jobs/{job}")).await?;
                follow(client, job).await?;
            }
            show(client, self.format, &self.id).await?;
            let detail: Detail = client.get(&path).await?;
            Ok(match detail.plan.state {
                PlanState::Applied => ExitCode::SUCCESS,
                PlanState::Failed => ExitCode::from(exit::FAILED),
                _ => ExitCode::from(exit::PARTIAL),
            })
        })
        .await
    }
}

impl Settings {
    async fn run(self) -> anyhow::Result<ExitCode> {
        self.data.must_exist()?;
        with_client(&self.data, async |client| {
            let id = organization(client, &self.org).await?.id;
            let path = format!("/api/v1/organizations/{id}/actions");
            let now: Value = client.get(&path).await?;
            let mut settings = ActionSettings {
                actions_enabled: now["actions_enabled"].as_bool().unwrap_or(false),
                terminate_enabled: now["terminate_enabled"].as_bool().unwrap_or(false),
                blackout: serde_json::from_value(now["blackout"].clone())?,
                own_plans_need_another: now["own_plans_need_another"].as_bool(),
            };
            let asked = [self.actions, self.terminate, self.own_plans_need_another];
            if asked.iter().all(Option::is_none) {
                output::json(&now)?;
                return Ok(ExitCode::SUCCESS);
            }
            settings.actions_enabled = self.actions.unwrap_or(settings.actions_enabled);
            settings.terminate_enabled = self.terminate.unwrap_or(settings.terminate_enabled);
            settings.own_plans_need_another = self
                .own_plans_need_another
                .or(settings.own_plans_need_another);
            let kept: ActionSettings = client.put(&path, &settings).await?;
            output::json(&kept)?;
            Ok(ExitCode::SUCCESS)
        })
        .await
    }
}
