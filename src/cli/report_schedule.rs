//! `stocktake report schedule`: reports that are made by themselves.

use std::process::ExitCode;

use clap::{Args, Subcommand};
use domain::report::{ReportFormat, ReportType};
use domain::report_schedule::{NewReportSchedule, RelativePeriod, ReportSchedule};
use serde_json::Value;

use super::client::encode;
use super::output::{self, Format};
use super::report::{report_format, report_type};
use super::sync::organization_id;
use super::{DataArgs, with_client};

#[derive(Debug, Args)]
pub struct Schedule {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Have a report made by itself, while a server runs on the data folder.
    Add(Add),
    /// List the schedules, with their next starts.
    List(List),
    /// Make a report by itself no longer; those that were made stay.
    Remove(Remove),
}

#[derive(Debug, Args)]
struct Add {
    #[command(flatten)]
    data: DataArgs,
    /// monthly, inventory, usage, cost, savings, activity or sync_health.
    #[arg(long = "type", value_name = "TYPE", default_value = "monthly", value_parser = report_type)]
    report_type: ReportType,
    /// csv, json, xlsx or pdf.
    #[arg(long = "as", value_name = "FORMAT", default_value = "pdf", value_parser = report_format)]
    report_format: ReportFormat,
    /// The client it is about; all of them when left out.
    #[arg(long, value_name = "NAME")]
    org: Option<String>,
    /// previous_month, previous_week or last_30_days.
    #[arg(long, value_name = "PERIOD", default_value = "previous_month", value_parser = period)]
    period: RelativePeriod,
    /// Five cron fields.
    #[arg(long, value_name = "CRON", default_value = "0 6 1 * *")]
    cron: String,
    /// IANA time zone name, of the cron fields and of the days.
    #[arg(long, value_name = "ZONE", default_value = "UTC")]
    time_zone: String,
    #[arg(long, value_enum, default_value = "table")]
    format: Format,
}

fn period(text: &str) -> Result<RelativePeriod, String> {
    RelativePeriod::from_text(text).ok_or_else(|| {
        let known = RelativePeriod::ALL.map(RelativePeriod::as_str).join(", ");
        format!("the periods are {known}")
    })
}

#[derive(Debug, Args)]
struct List {
    #[command(flatten)]
    data: DataArgs,
    #[arg(long, value_enum, default_value = "table")]
    format: Format,
}

#[derive(Debug, Args)]
struct Remove {
    #[command(flatten)]
    data: DataArgs,
    /// The schedule's id.
    id: String,
}

impl Schedule {
    pub async fn run(self) -> anyhow::Result<ExitCode> {
        match self.command {
            Command::Add(add) => add.run().await,
            Command::List(list) => list.run().await,
            Command::Remove(remove) => remove.run().await,
        }
    }
}

impl Add {
    async fn run(self) -> anyhow::Result<ExitCode> {
        self.data.must_exist()?;
        with_client(&self.data, async |client| {
            let organization_id = organization_id(client, self.org.as_deref()).await?;
            let new = NewReportSchedule {
                report_type: self.report_type.clone(),
                format: self.report_format,
                organization_id,
                period: self.period,
                cron: self.cron.clone(),
                time_zone: self.time_zone.clone(),
                enabled: true,
            };
            let made: ReportSchedule = client.post("/api/v1/reports/schedules", &new).await?;
            show(self.format, &[made])
        })
        .await
    }
}

impl List {
    async fn run(self) -> anyhow::Result<ExitCode> {
        self.data.must_exist()?;
        with_client(&self.data, async |client| {
            let all: Vec<ReportSchedule> = client.all("/api/v1/reports/schedules").await?;
            show(self.format, &all)
        })
        .await
    }
}

impl Remove {
    async fn run(self) -> anyhow::Result<ExitCode> {
        self.data.must_exist()?;
        with_client(&self.data, async |client| {
            let path = format!("/api/v1/reports/schedules/{}", encode(&self.id));
            client.delete(&path).await?;
            output::line(&format!("removed {}", self.id))?;
            Ok(ExitCode::SUCCESS)
        })
        .await
    }
}

const COLUMNS: [&str; 9] = [
    "id",
    "type",
    "format",
    "client",
    "period",
    "cron",
    "time zone",
    "next",
    "last",
];

fn show(format: Format, schedules: &[ReportSchedule]) -> anyhow::Result<ExitCode> {
    if format == Format::Json {
        output::json(&schedules)?;
        return Ok(ExitCode::SUCCESS);
    }
    let rows: Vec<_> = schedules.iter().map(row).collect();
    output::rows(format, &COLUMNS, &rows)?;
    Ok(ExitCode::SUCCESS)
}

fn row(schedule: &ReportSchedule) -> Vec<Value> {
    let next = match schedule.next_run_at {
        _ if !schedule.enabled => "off".into(),
        Some(next) => next.to_string().into(),
        None => Value::Null,
    };
    vec![
        schedule.id.to_string().into(),
        schedule.report_type.as_str().into(),
        schedule.format.as_str().into(),
        schedule
            .organization_name
            .as_deref()
            .unwrap_or("all")
            .into(),
        schedule.period.as_str().into(),
        schedule.cron.clone().into(),
        schedule.time_zone.clone().into(),
        next,
        schedule.last_run_at.map(|at| at.to_string()).into(),
    ]
}
