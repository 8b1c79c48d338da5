//! `stocktake optimize`: what to change and what it saves; the back-test; what-if; the report that
//! AWS's own tool would write.

use std::process::ExitCode;

use clap::{Args, Subcommand};
use costs::backtest::{Backtest, BacktestRow};
use costs::what_if::{WhatIf, WhatIfAnswer};
use domain::advice::{AdviceTotals, Recommendation};
use domain::usage::Month;
use domain::{AccountId, Money};
use serde_json::{Value, json};

use super::client::{Client, encode};
use super::output::{self, Format};
use super::sync::{organization, organization_id};
use super::{DataArgs, with_client};

#[derive(Debug, Args)]
pub struct Optimize {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    list: List,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Replay the stored history: our advice against AWS's rule and against doing nothing.
    Backtest(Replay),
    /// What it would cost if desktops ran otherwise, over the connections that were recorded.
    WhatIf(Ask),
}

#[derive(Debug, Args)]
struct List {
    #[command(flatten)]
    data: DataArgs,
    /// Only this organization.
    #[arg(long, value_name = "NAME")]
    org: Option<String>,
    /// Only these kinds: running_mode, timeout, too_large, too_small, idle, never_used, orphaned.
    #[arg(long, value_name = "KIND", value_delimiter = ',')]
    kind: Vec<String>,
    /// Show what was worked out last, without working it out anew.
    #[arg(long)]
    stored: bool,
    /// Apply the rules of AWS's Cost Optimizer and write its CSV.
    #[arg(long)]
    parity: bool,
    /// With --parity: the month, 2026-10.
    #[arg(long, value_name = "MONTH", requires = "parity")]
    month: Option<Month>,
    /// With --parity: as on a month's last day, when the tool may switch to AUTO_STOP.
    #[arg(long, requires = "parity")]
    month_end: bool,
    #[arg(long, value_enum, default_value = "table")]
    format: Format,
}

#[derive(Debug, Args)]
struct Replay {
    #[command(flatten)]
    data: DataArgs,
    /// Only this organization.
    #[arg(long, value_name = "NAME")]
    org: Option<String>,
    /// Closed months to replay.
    #[arg(long, default_value_t = 12)]
    months: u32,
    #[arg(long, value_enum, default_value = "table")]
    format: Format,
}

#[derive(Debug, Args)]
struct Ask {
    #[command(flatten)]
    data: DataArgs,
    /// Only this organization.
    #[arg(long, value_name = "NAME")]
    org: Option<String>,
    /// Only these compute types.
    #[arg(long = "of", value_name = "COMPUTE_TYPE", value_delimiter = ',')]
    compute_types: Vec<String>,
    /// Only these accounts.
    #[arg(long = "account", value_name = "ID")]
    account_ids: Vec<AccountId>,
    /// Only desktops that run in this mode now.
    #[arg(long, value_name = "MODE")]
    current_mode: Option<String>,
    /// How they would run: AUTO_STOP or ALWAYS_ON.
    #[arg(long, value_name = "MODE")]
    running_mode: Option<String>,
    /// Whole hours without a user until they stop.
    #[arg(long, value_name = "HOURS")]
    timeout: Option<u32>,
    /// The compute type they would have.
    #[arg(long, value_name = "COMPUTE_TYPE")]
    compute_type: Option<String>,
    #[arg(long, value_enum, default_value = "table")]
    format: Format,
}

impl Optimize {
    pub async fn run(self) -> anyhow::Result<ExitCode> {
        match self.command {
            None => self.list.run().await,
            Some(Command::Backtest(replay)) => replay.run().await,
            Some(Command::WhatIf(ask)) => ask.run().await,
        }
    }
}

/// `?organization_id=…` for the organization of that name.
async fn narrowed(client: &Client, org: Option<&str>) -> anyhow::Result<String> {
    Ok(match org {
        Some(name) => format!("?organization_id={}", organization(client, name).await?.id),
        None => "?".to_owned(),
    })
}

impl List {
    async fn run(self) -> anyhow::Result<ExitCode> {
        self.data.must_exist()?;
        with_client(&self.data, async |client| {
            let narrow = narrowed(client, self.org.as_deref()).await?;
            if self.parity {
                return self.parity(client, narrow).await;
            }
            if !self.stored {
                let path = format!("/api/v1/recommendations/refresh{narrow}");
                client.post::<AdviceTotals>(&path, &json!({})).await?;
            }
            let kinds = encode(&self.kind.join(","));
            let path = format!("/api/v1/recommendations{narrow}&kind={kinds}");
            let found: Vec<Recommendation> = client.all(&path).await?;
            let totals: AdviceTotals = client
                .get(&format!("/api/v1/recommendations/summary{narrow}"))
                .await?;
            if self.format == Format::Json {
                output::json(&json!({ "totals": totals, "recommendations": found }))?;
            } else {
                let rows: Vec<_> = found.iter().map(row).collect();
                output::rows(self.format, &COLUMNS, &rows)?;
                if self.format == Format::Table {
                    output::note(&summary(&totals));
                }
            }
            Ok(ExitCode::SUCCESS)
        })
        .await
    }

    async fn parity(&self, client: &Client, narrow: String) -> anyhow::Result<ExitCode> {
        let month = self
            .month
            .map_or(String::new(), |month| format!("&month={month}"));
        let path = format!(
            "/api/v1/recommendations/parity{narrow}{month}&month_end={}",
            self.month_end
        );
        output::line(client.text(&path).await?.trim_end())?;
        Ok(ExitCode::SUCCESS)
    }
}

const COLUMNS: [&str; 9] = [
    "organization",
    "desktop",
    "user",
    "kind",
    "advice",
    "saves a month",
    "range",
    "confidence",
    "formula",
];

fn row(of: &Recommendation) -> Vec<Value> {
    let money =
        |amount: Option<Money>| amount.map_or("no price".to_owned(), |amount| amount.to_string());
    let range = match (of.saving_low, of.saving_high) {
        (Some(low), Some(high)) if low != high => format!("{low} to {high}"),
        _ => String::new(),
    };
    vec![
        of.organization_name.clone().into(),
        of.workspace_id.clone().into(),
        of.user_name.clone().into(),
        of.kind.as_str().into(),
        of.title.clone().into(),
        money(of.saving).into(),
        range.into(),
        of.confidence.as_str().into(),
        of.formula.clone().into(),
    ]
}

fn summary(totals: &AdviceTotals) -> String {
    let mut text = format!(
        "{} recommendations for {} desktops: {} a month less ({} to {}), of {}. Estimates at list prices.",
        totals.recommendations,
        totals.desktops,
        totals.saving,
        totals.saving_low,
        totals.saving_high,
        totals.cost_now
    );
    if totals.without_price > 0 {
        text += &format!(
            "\n{} desktops have no price in the price book.",
            totals.without_price
        );
    }
    for left in &totals.left_alone {
        text += &format!("\nLeft alone: {} {}.", left.desktops, left.reason);
    }
    text
}

impl Replay {
    async fn run(self) -> anyhow::Result<ExitCode> {
        self.data.must_exist()?;
        with_client(&self.data, async |client| {
            let narrow = narrowed(client, self.org.as_deref()).await?;
            let path = format!(
                "/api/v1/recommendations/backtest{narrow}&months={}",
                self.months
            );
            let answer: Backtest = client.get(&path).await?;
            if self.format == Format::Json {
                output::json(&answer)?;
                return Ok(ExitCode::SUCCESS);
            }
            let mut rows: Vec<_> = answer.months.iter().map(month_row).collect();
            if self.format == Format::Table {
                rows.push(month_row(&answer.total));
            }
            output::rows(self.format, &MONTH_COLUMNS, &rows)?;
            if self.format == Format::Table {
                output::note(&verdict(&answer));
            }
            Ok(ExitCode::SUCCESS)
        })
        .await
    }
}

const MONTH_COLUMNS: [&str; 10] = [
    "month",
    "desktops",
    "best",
    "ours",
    "AWS's rule",
    "doing nothing",
    "ours right",
    "AWS right",
    "nothing right",
    "forecast off by",
];

fn month_row(of: &BacktestRow) -> Vec<Value> {
    #[allow(clippy::cast_precision_loss)]
    let share = |right: u64| format!("{:.1} %", right as f64 * 100.0 / of.desktops.max(1) as f64);
    vec![
        of.month
            .map_or("all".to_owned(), |month| month.to_string())
            .into(),
        of.desktops.into(),
        of.best.to_string().into(),
        of.ours.to_string().into(),
        of.aws.to_string().into(),
        of.nothing.to_string().into(),
        share(of.ours_right).into(),
        share(of.aws_right).into(),
        share(of.nothing_right).into(),
        format!("{} a desktop", of.forecast_error).into(),
    ]
}

fn verdict(answer: &Backtest) -> String {
    let total = &answer.total;
    let regret = |cost: Money| {
        let share = (cost - total.best).dollars() * 100.0 / total.best.dollars().max(0.01);
        format!("{} ({share:.1} %)", cost - total.best)
    };
    let mut text = format!(
        "Above the best possible: ours {}, AWS's rule {}, doing nothing {}.",
        regret(total.ours),
        regret(total.aws),
        regret(total.nothing)
    );
    if answer.left_out > 0 {
        text += &format!(
            " {} desktops without a price are left out.",
            answer.left_out
        );
    }
    text
}

impl Ask {
    async fn run(self) -> anyhow::Result<ExitCode> {
        self.data.must_exist()?;
        with_client(&self.data, async |client| {
            let organization_id = organization_id(client, self.org.as_deref()).await?;
            let question = WhatIf {
                organization_id,
                compute_types: self.compute_types.clone(),
                account_ids: self.account_ids.clone(),
                current_mode: self.current_mode.clone(),
                running_mode: self.running_mode.clone(),
                timeout_hours: self.timeout,
                compute_type: self.compute_type.clone(),
            };
            let answer: WhatIfAnswer = client
                .post("/api/v1/recommendations/what-if", &question)
                .await?;
            if self.format == Format::Json {
                output::json(&answer)?;
                return Ok(ExitCode::SUCCESS);
            }
            let rows = [vec![
                Value::from(answer.desktops),
                answer.cost_now.to_string().into(),
                answer.cost_then.to_string().into(),
                answer.saving.to_string().into(),
                answer.cheaper.into(),
                answer.dearer.into(),
                answer.without_price.into(),
                answer.without_usage.into(),
            ]];
            let columns = [
                "desktops",
                "now, a month",
                "then, a month",
                "saves",
                "cheaper",
                "dearer",
                "no price",
                "no usage",
            ];
            output::rows(self.format, &columns, &rows)?;
            Ok(ExitCode::SUCCESS)
        })
        .await
    }
}
