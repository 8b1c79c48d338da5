//! What a report says, whatever it is written as: a document of sections with sentences, tables and
//! charts. Who gathers it knows no file format, and who writes it knows no tables of the store.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{JobId, Money, OrganizationId, ReportId, UtcTime, text_enum};

text_enum! {
    /// The kinds of report.
    ReportType {
        Monthly = "monthly", Inventory = "inventory", Usage = "usage", Cost = "cost", Savings = "savings",
        Activity = "activity", SyncHealth = "sync_health",
    }
}

/// What a report is written as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum ReportFormat {
    Csv,
    Json,
    Xlsx,
    Pdf,
}

impl ReportFormat {
    pub const ALL: [Self; 4] = [Self::Csv, Self::Json, Self::Xlsx, Self::Pdf];

    /// Also the file's extension.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Json => "json",
            Self::Xlsx => "xlsx",
            Self::Pdf => "pdf",
        }
    }

    #[must_use]
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Csv => "text/csv; charset=utf-8",
            Self::Json => "application/json",
            Self::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            Self::Pdf => "application/pdf",
        }
    }

    /// The inverse of [`Self::as_str`].
    #[must_use]
    pub fn from_text(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.as_str() == text)
    }
}

/// A report as it is kept and listed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Report {
    pub id: ReportId,
    /// Absent: every organization that its maker may see.
    pub organization_id: Option<OrganizationId>,
    pub organization_name: Option<String>,
    pub report_type: ReportType,
    pub format: ReportFormat,
    /// The first day of the period.
    pub period_from: String,
    /// The last day.
    pub period_to: String,
    pub status: ReportStatus,
    pub file_bytes: Option<u64>,
    /// SHA-256 of the file, hexadecimal.
    pub checksum: Option<String>,
    pub created_by: String,
    pub created_at: UtcTime,
    pub finished_at: Option<UtcTime>,
    /// Why it could not be made.
    pub error: Option<String>,
    pub job_id: Option<JobId>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ReportStatus {
    Waiting,
    Running,
    Ready,
    Failed,
    /// Its file was cleared away.
    Expired,
}

impl ReportStatus {
    pub const ALL: [Self; 5] = [
        Self::Waiting,
        Self::Running,
        Self::Ready,
        Self::Failed,
        Self::Expired,
    ];

    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Running => "running",
            Self::Ready => "ready",
            Self::Failed => "failed",
            Self::Expired => "expired",
        }
    }

    /// The inverse of [`Self::as_str`].
    #[must_use]
    pub fn from_text(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == text)
    }
}

/// What a new report is to be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewReport {
    pub report_type: ReportType,
    pub format: ReportFormat,
    #[serde(default)]
    pub organization_id: Option<OrganizationId>,
    /// The first day of the period, `2026-10-01`; the last closed month unless given.
    #[serde(default)]
    pub from: Option<String>,
    /// The last day.
    #[serde(default)]
    pub to: Option<String>,
}

/// A whole report.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ReportDocument {
    pub report_type: ReportType,
    /// `Monthly report`.
    pub title: String,
    /// Who it is about: the client's name, or `All organizations`.
    pub subject: String,
    /// The period in words: `October 2026`.
    pub period: String,
    pub created_at: UtcTime,
    /// Everything in it is invented (a demo).
    pub demo: bool,
    /// Sentences with the report's main findings, made of rows by code.
    pub summary: Vec<String>,
    /// Figures for the first page.
    pub figures: Vec<Figure>,
    pub sections: Vec<Section>,
    /// How old the data is, what it is made of and how figures are worked out; the last page.
    pub method: Vec<String>,
}

/// One number worth showing large.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Figure {
    pub label: String,
    pub value: Cell,
    /// Small print under it: `estimate`, `12 fewer than in September`.
    pub note: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Section {
    pub title: String,
    pub sentences: Vec<String>,
    pub charts: Vec<Chart>,
    pub tables: Vec<Table>,
}

/// A table. Each row has one cell for each column.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Table {
    /// Also the sheet's name in a workbook: `Desktops`.
    pub title: String,
    pub columns: Vec<Column>,
    pub rows: Vec<Vec<Cell>>,
    /// The last row, set apart: sums.
    pub total: Option<Vec<Cell>>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Column {
    /// Stable, for programs: `billable_hours`.
    pub name: String,
    /// For people: `Billable hours`.
    pub label: String,
    /// How wide it is on paper, against the table's other columns.
    pub weight: u8,
}

/// One value with its type, so that a workbook gets numbers as numbers and days as days.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "type", content = "value", rename_all = "snake_case")]
pub enum Cell {
    /// Not known, or does not apply.
    Empty,
    Text(String),
    Integer(i64),
    /// With the digits after the point that are shown.
    Decimal {
        number: f64,
        digits: u8,
    },
    Money(Money),
    /// 0.125 is 12.5 %.
    Share(f64),
    Time(UtcTime),
    /// `2026-11-20`.
    Day(String),
    Flag(bool),
}

/// A chart of one or several series over the same places on the x axis.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Chart {
    pub title: String,
    pub kind: ChartKind,
    /// What the y axis counts: `USD`, `hours`, `desktops`.
    pub unit: String,
    /// Months, days or names.
    pub labels: Vec<String>,
    pub series: Vec<Series>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ChartKind {
    Bars,
    StackedBars,
    Line,
    /// One series of labelled bars lying down, for rankings.
    Ranking,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Series {
    pub label: String,
    /// One for each label; absent where there is no value, which is drawn as a gap and not as zero.
    pub values: Vec<Option<f64>>,
}
