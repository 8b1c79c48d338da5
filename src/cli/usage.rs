//! `stocktake usage`: hours by desktop and month, or one desktop's months and days.

use std::process::ExitCode;

use clap::Args;
use domain::advice::Estimate;
use domain::usage::{Hours, Month, UsageDay, UsageMonth};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use store::usage::UsageRow;

use super::client::encode;
use super::output::{self, Format};
use super::sync::organization;
use super::{DataArgs, with_client};

#[derive(Debug, Args)]
pub struct Usage {
    #[command(flatten)]
    data: DataArgs,
    /// One desktop's months and days; left out, every desktop's month.
    #[arg(value_name = "WORKSPACE_ID")]
    id: Option<String>,
    /// Only this organization.
    #[arg(long, value_name = "NAME", conflicts_with = "id")]
    org: Option<String>,
    /// The month, 2026-10; the current one when left out.
    #[arg(long, value_name = "MONTH", conflicts_with = "id")]
    month: Option<Month>,
    #[arg(long, value_enum, default_value = "table")]
    format: Format,
}

/// As the API answers it for one desktop.
#[derive(Debug, Serialize, Deserialize)]
struct OfOne {
    months: Vec<UsageMonth>,
    days: Vec<UsageDay>,
    estimates: Vec<Estimate>,
}

impl Usage {
    pub async fn run(self) -> anyhow::Result<ExitCode> {
        self.data.must_exist()?;
        with_client(&self.data, async |client| {
            if let Some(id) = &self.id {
                let path = format!("/api/v1/workspaces/{}/usage", encode(id));
                let found: OfOne = client.get(&path).await?;
                return self.print_one(&found);
            }
            let mut path = "/api/v1/usage?".to_owned();
            if let Some(name) = &self.org {
                path += &format!("organization_id={}&", organization(client, name).await?.id);
            }
            if let Some(month) = self.month {
                path += &format!("month={month}");
            }
            let found: Vec<UsageRow> = client.all(path.trim_end_matches(['?', '&'])).await?;
            if self.format == Format::Json {
                output::json(&found)?;
            } else {
                let rows: Vec<_> = found.iter().map(row).collect();
                output::rows(self.format, &COLUMNS, &rows)?;
            }
            Ok(ExitCode::SUCCESS)
        })
        .await
    }

    fn print_one(&self, found: &OfOne) -> anyhow::Result<ExitCode> {
        if self.format == Format::Json {
            output::json(found)?;
            return Ok(ExitCode::SUCCESS);
        }
        let rows: Vec<_> = found
            .months
            .iter()
            .map(|month| {
                let estimate = found.estimates.iter().find(|one| one.month == month.month);
                let cost = estimate.and_then(|one| {
                    one.amount
                        .map(|amount| amount.to_string())
                        .or_else(|| one.missing.clone())
                });
                let mut row = vec![Value::from(month.month.to_string())];
                row.extend(hours(&month.hours));
                row.extend([
                    cost.into(),
                    percent(month.load.cpu_average),
                    percent(month.load.memory_average),
                ]);
                row
            })
            .collect();
        let columns = [
            "month",
            "sessions",
            "connected h",
            "billable h",
            "unknown h",
            "cost (estimate)",
            "CPU",
            "memory",
        ];
        output::rows(self.format, &columns, &rows)?;
        Ok(ExitCode::SUCCESS)
    }
}

const COLUMNS: [&str; 12] = [
    "organization",
    "desktop",
    "user",
    "mode",
    "type",
    "sessions",
    "connected h",
    "billable h",
    "unknown h",
    "cost (estimate)",
    "CPU",
    "memory",
];

fn row(of: &UsageRow) -> Vec<Value> {
    let cost = of
        .cost
        .map(|cost| cost.to_string())
        .or_else(|| of.cost_missing.clone());
    let mut row: Vec<Value> = vec![
        of.organization_name.clone().into(),
        of.usage.workspace_id.clone().into(),
        of.user_name.clone().into(),
        of.running_mode.clone().into(),
        of.compute_type.clone().into(),
    ];
    row.extend(hours(&of.usage.hours));
    row.extend([
        cost.into(),
        percent(of.usage.load.cpu_average),
        percent(of.usage.load.memory_average),
    ]);
    row
}

fn hours(of: &Hours) -> [Value; 4] {
    let in_hours = |minutes: u32| Value::from(format!("{:.1}", f64::from(minutes) / 60.0));
    [
        of.sessions.into(),
        in_hours(of.connected_minutes),
        of.billable_hours.into(),
        in_hours(of.unknown_minutes),
    ]
}

fn percent(of: Option<f64>) -> Value {
    of.map(|value| format!("{value:.0} %")).into()
}
