//! Makes a report's document from the store, for one organization or all that the asker may see. Each
//! section is a file of its own; the monthly report has all of them.

mod activity;
mod costs;
mod inventory;
mod savings;
mod sync_health;
mod usage;

use domain::report::{Cell, Column, ReportDocument, ReportType, Section};
use domain::usage::Month;
use domain::{Scope, UtcTime};
use store::{Db, StoreError};

/// What a report is about.
#[derive(Debug, Clone)]
pub struct Order {
    pub report_type: ReportType,
    pub scope: Scope,
    /// The client's name, or `All organizations`.
    pub subject: String,
    /// The first second of the period, and the one after its last.
    pub from: UtcTime,
    pub to: UtcTime,
    pub demo: bool,
    pub created_at: UtcTime,
}

impl Order {
    /// The month that usage and costs are told for: the last one that the period reaches into.
    fn month(&self) -> Month {
        Month::of(self.to.plus_seconds(-1).max(self.from))
    }

    fn period(&self) -> String {
        let month = self.month();
        if self.from == month.start() && self.to == month.end() {
            return month.in_words();
        }
        format!("{} to {}", self.from.day(), self.to.plus_seconds(-1).day())
    }
}

/// What a section adds to the document.
#[derive(Default)]
struct Part {
    section: Option<Section>,
    summary: Vec<String>,
    figures: Vec<domain::report::Figure>,
    method: Vec<String>,
}

/// Gathers the document.
pub async fn document(db: &Db, order: &Order) -> Result<ReportDocument, StoreError> {
    let title = match &order.report_type {
        ReportType::Monthly => "Monthly report",
        ReportType::Inventory => "Inventory",
        ReportType::Usage => "Usage",
        ReportType::Cost => "Costs",
        ReportType::Savings => "Savings",
        ReportType::Activity => "Activity",
        ReportType::SyncHealth => "How fresh the data is",
        ReportType::Other(_) => "Report",
    };
    let mut document = ReportDocument {
        report_type: order.report_type.clone(),
        title: title.to_owned(),
        subject: order.subject.clone(),
        period: order.period(),
        created_at: order.created_at,
        demo: order.demo,
        summary: Vec::new(),
        figures: Vec::new(),
        sections: Vec::new(),
        method: Vec::new(),
    };
    let all = order.report_type == ReportType::Monthly;
    let wants = |kind: ReportType| all || order.report_type == kind;
    if wants(ReportType::Cost) {
        add(&mut document, costs::part(db, order).await?);
    }
    if wants(ReportType::Savings) {
        add(&mut document, savings::part(db, order).await?);
    }
    if wants(ReportType::Usage) {
        add(&mut document, usage::part(db, order).await?);
    }
    if wants(ReportType::Inventory) {
        add(&mut document, inventory::part(db, order).await?);
    }
    if wants(ReportType::Activity) {
        add(&mut document, activity::part(db, order).await?);
    }
    if wants(ReportType::SyncHealth) {
        add(&mut document, sync_health::part(db, order).await?);
    }
    Ok(document)
}

fn add(document: &mut ReportDocument, part: Part) {
    document.sections.extend(part.section);
    document.summary.extend(part.summary);
    document.figures.extend(part.figures);
    for line in part.method {
        if !document.method.contains(&line) {
            document.method.push(line);
        }
    }
}

fn columns(named: &[(&str, &str, u8)]) -> Vec<Column> {
    named
        .iter()
        .map(|(name, label, weight)| Column {
            name: (*name).to_owned(),
            label: (*label).to_owned(),
            weight: *weight,
        })
        .collect()
}

fn text(value: Option<impl ToString>) -> Cell {
    value.map_or(Cell::Empty, |value| Cell::Text(value.to_string()))
}

fn time(value: Option<UtcTime>) -> Cell {
    value.map_or(Cell::Empty, Cell::Time)
}

fn count(value: u64) -> Cell {
    Cell::Integer(i64::try_from(value).unwrap_or(i64::MAX))
}

fn hours(minutes: u32) -> Cell {
    Cell::Decimal {
        number: f64::from(minutes) / 60.0,
        digits: 1,
    }
}

/// `1 desktop`, `12 desktops`.
fn desktops(count: u64) -> String {
    if count == 1 {
        "1 desktop".to_owned()
    } else {
        format!("{count} desktops")
    }
}
