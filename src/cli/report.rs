//! `stocktake report`: order reports, list them, fetch their files.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context;
use clap::{Args, Subcommand};
use domain::job::Job;
use domain::report::{NewReport, Report as ReportRow, ReportFormat, ReportStatus, ReportType};
use serde_json::Value;

use super::client::{Client, encode};
use super::output::{self, Format};
use super::report_schedule::Schedule;
use super::sync::{follow, organization_id};
use super::{DataArgs, with_client, with_worker};

#[derive(Debug, Args)]
pub struct Report {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Make a report and write its file here.
    Create(Create),
    /// List reports.
    List(List),
    /// Write the file of a report that was made before.
    Get(Get),
    /// Reports that are made by themselves.
    Schedule(Schedule),
}

#[derive(Debug, Args)]
struct Create {
    #[command(flatten)]
    data: DataArgs,
    /// monthly, inventory, usage, cost, savings, activity or sync_health.
    #[arg(long = "type", value_name = "TYPE", default_value = "monthly", value_parser = report_type)]
    report_type: ReportType,
    /// csv, json, xlsx or pdf.
    #[arg(long, value_name = "FORMAT", default_value = "pdf", value_parser = report_format)]
    format: ReportFormat,
    /// The client it is about; all of them when left out.
    #[arg(long, value_name = "NAME")]
    org: Option<String>,
    /// The first day of the period, 2026-10-01; the last closed month when left out.
    #[arg(long, value_name = "DAY")]
    from: Option<String>,
    /// The last day.
    #[arg(long, value_name = "DAY")]
    to: Option<String>,
    /// Where the file goes; into this folder, named by the report, when left out.
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

pub(super) fn report_type(text: &str) -> Result<ReportType, String> {
    match ReportType::from(text) {
        ReportType::Other(_) => Err(format!("the reports are {}", ReportType::KNOWN.join(", "))),
        known => Ok(known),
    }
}

pub(super) fn report_format(text: &str) -> Result<ReportFormat, String> {
    ReportFormat::from_text(text)
        .ok_or_else(|| "the formats are csv, json, xlsx and pdf".to_owned())
}

#[derive(Debug, Args)]
struct List {
    #[command(flatten)]
    data: DataArgs,
    #[arg(long, value_enum, default_value = "table")]
    format: Format,
}

#[derive(Debug, Args)]
struct Get {
    #[command(flatten)]
    data: DataArgs,
    /// The report's id.
    id: String,
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

impl Report {
    pub async fn run(self) -> anyhow::Result<ExitCode> {
        match self.command {
            Command::Create(create) => create.run().await,
            Command::List(list) => list.run().await,
            Command::Get(get) => get.run().await,
            Command::Schedule(schedule) => schedule.run().await,
        }
    }
}

impl Create {
    async fn run(self) -> anyhow::Result<ExitCode> {
        self.data.must_exist()?;
        with_worker(&self.data, async |client| {
            let organization_id = organization_id(client, self.org.as_deref()).await?;
            let new = NewReport {
                report_type: self.report_type.clone(),
                format: self.format,
                organization_id,
                from: self.from.clone(),
                to: self.to.clone(),
            };
            let ordered: ReportRow = client.post("/api/v1/reports", &new).await?;
            if let Some(job) = &ordered.job_id {
                let job: Job = client.get(&format!("/api/v1/jobs/{job}")).await?;
                follow(client, job).await?;
            }
            let made: ReportRow = client
                .get(&format!("/api/v1/reports/{}", ordered.id))
                .await?;
            anyhow::ensure!(
                made.status == ReportStatus::Ready,
                "the report could not be made: {}",
                made.error.unwrap_or_default()
            );
            fetch(client, &made, self.output.clone()).await
        })
        .await
    }
}

async fn fetch(
    client: &Client,
    report: &ReportRow,
    to: Option<PathBuf>,
) -> anyhow::Result<ExitCode> {
    let file = client
        .bytes(&format!("/api/v1/reports/{}/file", report.id))
        .await?;
    let path = to.unwrap_or_else(|| {
        PathBuf::from(format!(
            "{}-{}.{}",
            report.report_type,
            report.period_to,
            report.format.as_str()
        ))
    });
    std::fs::write(&path, &file).with_context(|| format!("cannot write {}", path.display()))?;
    output::line(&path.display().to_string())?;
    Ok(ExitCode::SUCCESS)
}

impl Get {
    async fn run(self) -> anyhow::Result<ExitCode> {
        self.data.must_exist()?;
        with_client(&self.data, async |client| {
            let report: ReportRow = client
                .get(&format!("/api/v1/reports/{}", encode(&self.id)))
                .await?;
            fetch(client, &report, self.output.clone()).await
        })
        .await
    }
}

impl List {
    async fn run(self) -> anyhow::Result<ExitCode> {
        self.data.must_exist()?;
        with_client(&self.data, async |client| {
            let reports: Vec<ReportRow> = client.all("/api/v1/reports").await?;
            if self.format == Format::Json {
                output::json(&reports)?;
                return Ok(ExitCode::SUCCESS);
            }
            let rows: Vec<Vec<Value>> = reports
                .iter()
                .map(|report| {
                    vec![
                        report.id.to_string().into(),
                        report.report_type.as_str().into(),
                        report.format.as_str().into(),
                        report
                            .organization_name
                            .clone()
                            .unwrap_or_else(|| "all".to_owned())
                            .into(),
                        format!("{} to {}", report.period_from, report.period_to).into(),
                        report.status.as_str().into(),
                        report.file_bytes.into(),
                        report.created_by.clone().into(),
                        report.created_at.to_string().into(),
                    ]
                })
                .collect();
            let columns = [
                "id", "type", "format", "client", "period", "status", "bytes", "made by", "made at",
            ];
            output::rows(self.format, &columns, &rows)?;
            Ok(ExitCode::SUCCESS)
        })
        .await
    }
}
