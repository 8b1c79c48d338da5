//! `stocktake costs`: what AWS billed, what asking it cost, and importing a cost export.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Subcommand};
use domain::billing::{BilledLine, CostGroup, CostImport, CostMeter, MonthlyCosts};
use domain::listing::Page;
use domain::{AccountId, UtcTime};
use serde_json::Value;

use super::client::{Client, encode};
use super::output::{self, Format};
use super::reconcile::Reconcile;
use super::sync::organization;
use super::{DataArgs, with_client};

#[derive(Debug, Args)]
pub struct Costs {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    reconcile: Reconcile,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Costs by month, over organizations, accounts, services or usage types.
    Monthly(Monthly),
    /// Lines of bills, newest first.
    Lines(Lines),
    /// What reading costs and usage from AWS costs by itself.
    Meter(Meter),
    /// Import AWS's Cost and Usage Report: CSV, CSV packed with gzip, or Parquet.
    Import(Import),
}

impl Costs {
    pub async fn run(self) -> anyhow::Result<ExitCode> {
        match self.command {
            Some(Command::Monthly(command)) => command.run().await,
            Some(Command::Lines(command)) => command.run().await,
            Some(Command::Meter(command)) => command.run().await,
            Some(Command::Import(command)) => command.run().await,
            None if self.reconcile.reconcile => self.reconcile.run().await,
            None => anyhow::bail!("name monthly, lines, meter or import, or --reconcile"),
        }
    }
}

/// Which accounts it is about.
#[derive(Debug, Args)]
pub(super) struct Whose {
    /// Only this organization.
    #[arg(long, value_name = "NAME")]
    org: Option<String>,
    /// Only this AWS account; may be repeated.
    #[arg(long = "account", value_name = "ID")]
    accounts: Vec<AccountId>,
}

impl Whose {
    pub(super) async fn query(&self, client: &Client) -> anyhow::Result<Vec<String>> {
        let mut query = Vec::new();
        if let Some(name) = &self.org {
            query.push(format!(
                "organization_id={}",
                organization(client, name).await?.id
            ));
        }
        query.extend(self.accounts.iter().map(|id| format!("account_id={id}")));
        Ok(query)
    }
}

#[derive(Debug, Args)]
struct Monthly {
    #[command(flatten)]
    data: DataArgs,
    #[command(flatten)]
    whose: Whose,
    /// How many months, the current one included.
    #[arg(long, default_value_t = 12)]
    months: u32,
    /// organization, account, service or usage_type.
    #[arg(long, value_name = "GROUP", default_value = "organization")]
    by: CostGroup,
    #[arg(long, value_enum, default_value = "table")]
    format: Format,
}

impl Monthly {
    async fn run(self) -> anyhow::Result<ExitCode> {
        self.data.must_exist()?;
        with_client(&self.data, async |client| {
            let mut query = self.whose.query(client).await?;
            query.push(format!(
                "months={}&group_by={}",
                self.months,
                self.by.as_str()
            ));
            let path = format!("/api/v1/costs/monthly?{}", query.join("&"));
            let found: MonthlyCosts = client.get(&path).await?;
            if self.format == Format::Json {
                output::json(&found)?;
                return Ok(ExitCode::SUCCESS);
            }
            let rows: Vec<_> = found
                .rows
                .iter()
                .map(|row| {
                    vec![
                        row.month.to_string().into(),
                        row.name.clone().into(),
                        self.dollars(row.amount),
                        self.dollars(row.workspaces_amount),
                        row.estimated.into(),
                    ]
                })
                .collect();
            output::rows(
                self.format,
                &["month", self.by.as_str(), "cost", "WorkSpaces", "estimated"],
                &rows,
            )?;
            if self.format == Format::Table {
                for total in &found.totals {
                    let note = if total.estimated { ", estimated" } else { "" };
                    let (amount, days) = (total.amount, total.days);
                    output::note(&format!("{}: {amount} over {days} days{note}", total.month));
                }
                if found.rows.is_empty() {
                    output::note(
                        "no bill was read yet; read one with `stocktake sync --with costs`",
                    );
                }
            }
            Ok(ExitCode::SUCCESS)
        })
        .await
    }

    fn dollars(&self, amount: domain::Money) -> Value {
        dollars(self.format, amount)
    }
}

/// Cents for people, the exact number for programs.
pub(super) fn dollars(format: Format, amount: domain::Money) -> Value {
    match format {
        Format::Table => amount.to_string().into(),
        _ => amount.dollars().into(),
    }
}

#[derive(Debug, Args)]
struct Lines {
    #[command(flatten)]
    data: DataArgs,
    #[command(flatten)]
    whose: Whose,
    /// Only this desktop's lines; may be repeated.
    #[arg(long = "workspace", value_name = "ID")]
    workspaces: Vec<String>,
    /// Desktops' lines in place of wholes.
    #[arg(long)]
    by_desktop: bool,
    /// Only this service: "Amazon WorkSpaces".
    #[arg(long, value_name = "NAME")]
    service: Option<String>,
    /// Lines that begin on or after this day.
    #[arg(long, value_name = "DAY")]
    from: Option<UtcTime>,
    /// Lines that begin before this day.
    #[arg(long, value_name = "DAY")]
    to: Option<UtcTime>,
    /// The most lines to show; 0 shows all.
    #[arg(long, default_value_t = 200)]
    limit: u32,
    #[arg(long, value_enum, default_value = "table")]
    format: Format,
}

const LINE_COLUMNS: [&str; 10] = [
    "from",
    "to",
    "organization",
    "account",
    "desktop",
    "service",
    "usage type",
    "quantity",
    "unit",
    "cost",
];

impl Lines {
    async fn run(self) -> anyhow::Result<ExitCode> {
        self.data.must_exist()?;
        with_client(&self.data, async |client| {
            let mut query = self.whose.query(client).await?;
            query.extend(
                self.workspaces
                    .iter()
                    .map(|id| format!("workspace_id={}", encode(id))),
            );
            query.extend(
                self.service
                    .iter()
                    .map(|name| format!("service={}", encode(name))),
            );
            query.extend(self.from.iter().map(|day| format!("from={}", day.day())));
            query.extend(self.to.iter().map(|day| format!("to={}", day.day())));
            query.extend(self.by_desktop.then(|| "by_desktop=true".to_owned()));
            let path = format!("/api/v1/costs/lines?{}", query.join("&"));
            let (lines, total) = self.read(client, path.trim_end_matches('?')).await?;
            if self.format == Format::Json {
                output::json(&lines)?;
                return Ok(ExitCode::SUCCESS);
            }
            let rows: Vec<_> = lines.iter().map(|line| self.row(line)).collect();
            output::rows(self.format, &LINE_COLUMNS, &rows)?;
            if total > lines.len() as u64 {
                let shown = lines.len();
                output::note(&format!(
                    "{shown} of {total} lines; raise --limit or narrow the list"
                ));
            }
            Ok(ExitCode::SUCCESS)
        })
        .await
    }

    async fn read(&self, client: &Client, path: &str) -> anyhow::Result<(Vec<BilledLine>, u64)> {
        if self.limit == 0 || self.limit > domain::listing::MAX_LIMIT {
            let mut all: Vec<BilledLine> = client.all(path).await?;
            let total = all.len() as u64;
            if self.limit > 0 {
                all.truncate(self.limit as usize);
            }
            return Ok((all, total));
        }
        let separator = if path.contains('?') { '&' } else { '?' };
        let page: Page<BilledLine> = client
            .get(&format!("{path}{separator}limit={}", self.limit))
            .await?;
        Ok((page.items, page.total))
    }

    fn row(&self, of: &BilledLine) -> Vec<Value> {
        let line = &of.line;
        vec![
            line.starts_on.clone().into(),
            line.ends_on.clone().into(),
            of.organization_name.clone().into(),
            of.account_name.clone().into(),
            line.workspace_id.clone().into(),
            line.service.clone().into(),
            line.usage_type.clone().into(),
            line.quantity.into(),
            line.unit.clone().into(),
            dollars(self.format, line.amount),
        ]
    }
}

#[derive(Debug, Args)]
struct Meter {
    #[command(flatten)]
    data: DataArgs,
    #[arg(long, value_enum, default_value = "table")]
    format: Format,
}

impl Meter {
    async fn run(self) -> anyhow::Result<ExitCode> {
        self.data.must_exist()?;
        with_client(&self.data, async |client| {
            let meter: CostMeter = client.get("/api/v1/costs/meter").await?;
            if self.format == Format::Json {
                output::json(&meter)?;
                return Ok(ExitCode::SUCCESS);
            }
            let rows: Vec<_> = meter
                .accounts
                .iter()
                .map(|account| {
                    vec![
                        account.organization_name.clone().into(),
                        account.account_name.clone().into(),
                        account.service.clone().into(),
                        account.requests_today.into(),
                        account.requests.into(),
                        dollars(self.format, account.amount),
                    ]
                })
                .collect();
            let columns = [
                "organization",
                "account",
                "service",
                "asked today",
                "asked this month",
                "cost",
            ];
            output::rows(self.format, &columns, &rows)?;
            if self.format == Format::Table {
                output::note(&format!(
                    "{} in {}; an account may make {} requests of Cost Explorer a day.",
                    meter.total,
                    meter.month.in_words(),
                    meter.requests_per_day
                ));
            }
            Ok(ExitCode::SUCCESS)
        })
        .await
    }
}

#[derive(Debug, Args)]
struct Import {
    #[command(flatten)]
    data: DataArgs,
    /// The export; for one that AWS cut into several CSV files, all of them.
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    #[arg(long, value_enum, default_value = "table")]
    format: Format,
}

impl Import {
    async fn run(self) -> anyhow::Result<ExitCode> {
        for file in &self.files {
            anyhow::ensure!(file.is_file(), "there is no file {}", file.display());
        }
        with_client(&self.data, async |client| {
            let taken: CostImport = client.upload("/api/v1/costs/import", &self.files).await?;
            if self.format != Format::Table {
                output::json(&taken)?;
                return Ok(ExitCode::SUCCESS);
            }
            let (read, kept) = (taken.lines_read, taken.lines_kept);
            output::line(&format!(
                "{read} lines read, kept as {kept} by day, usage type and desktop."
            ))?;
            if let (Some(from), Some(to)) = (&taken.starts_on, &taken.ends_on) {
                output::line(&format!(
                    "{} accounts, from {from} up to {to}.",
                    taken.accounts.len()
                ))?;
            }
            if taken.lines_of_others > 0 {
                output::note(&format!(
                    "{} lines of {} accounts that are not onboarded were left out",
                    taken.lines_of_others, taken.other_accounts
                ));
            }
            Ok(ExitCode::SUCCESS)
        })
        .await
    }
}
