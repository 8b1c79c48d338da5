//! Hours of use in the period's last month.

use domain::listing::{MAX_LIMIT, PageRequest};
use domain::report::{Cell, Chart, ChartKind, Figure, Section, Series, Table};
use store::usage::{MonthFilter, UsageRow};
use store::{Db, StoreError};

use super::{Order, Part, columns, desktops, hours, text};

/// Desktops in the chart of who works most.
const TOP: usize = 10;

pub async fn part(db: &Db, order: &Order) -> Result<Part, StoreError> {
    let filter = MonthFilter {
        month: order.month(),
        account_id: Vec::new(),
        q: None,
    };
    let mut request = PageRequest {
        limit: MAX_LIMIT,
        ..PageRequest::default()
    };
    let mut found: Vec<UsageRow> = Vec::new();
    loop {
        let page = store::usage::list(db, &order.scope, &filter, &request).await?;
        found.extend(page.items);
        match page.next_cursor {
            Some(cursor) => request.cursor = Some(cursor),
            None => break,
        }
    }
    let month = order.month().in_words();
    let used = found
        .iter()
        .filter(|row| row.usage.hours.connected_minutes > 0)
        .count() as u64;
    let connected: u64 = found
        .iter()
        .map(|row| u64::from(row.usage.hours.connected_minutes))
        .sum();
    let billable: u64 = found
        .iter()
        .map(|row| u64::from(row.usage.hours.billable_hours))
        .sum();
    let unknown = found
        .iter()
        .filter(|row| row.usage.hours.unknown_minutes > 0)
        .count() as u64;
    let mut part = Part::default();
    part.figures.push(Figure {
        label: "Hours connected".to_owned(),
        #[allow(clippy::cast_precision_loss)]
        value: Cell::Decimal {
            number: connected as f64 / 60.0,
            digits: 0,
        },
        note: Some(month.clone()),
    });
    part.summary.push(format!(
        "People were connected for {} hours in {month}, to {}; {} hours would be billed with AUTO_STOP.",
        connected / 60,
        desktops(used),
        billable
    ));
    if unknown > 0 {
        part.summary.push(format!(
            "For {} part of the month is not known, because AWS gave no values; it is not counted as zero.",
            desktops(unknown)
        ));
    }
    part.method.push(
        "Hours are CloudWatch's UserConnected in steps of five minutes (of an hour beyond 63 days). Billable hours: \
         each session in whole hours, and the auto-stop timeout after it."
            .to_owned(),
    );
    let top: Vec<&UsageRow> = found.iter().take(TOP).collect();
    part.section = Some(Section {
        title: "Usage".to_owned(),
        sentences: vec![format!("Hours in {month}, the most used first.")],
        charts: vec![Chart {
            title: "Most used desktops".to_owned(),
            kind: ChartKind::Ranking,
            unit: "hours".to_owned(),
            labels: top
                .iter()
                .map(|row| {
                    row.user_name
                        .clone()
                        .unwrap_or_else(|| row.usage.workspace_id.clone())
                })
                .collect(),
            series: vec![Series {
                label: "Connected".to_owned(),
                values: top
                    .iter()
                    .map(|row| Some(f64::from(row.usage.hours.connected_minutes) / 60.0))
                    .collect(),
            }],
        }],
        tables: vec![Table {
            title: "Usage".to_owned(),
            columns: columns(&[
                ("user_name", "User", 3),
                ("workspace_id", "Desktop", 3),
                ("running_mode", "Mode", 2),
                ("sessions", "Sessions", 2),
                ("connected_hours", "Connected, h", 2),
                ("billable_hours", "Billable, h", 2),
                ("unknown_hours", "Unknown, h", 2),
                ("cost", "Cost, estimate", 2),
            ]),
            rows: found.iter().map(row).collect(),
            total: None,
        }],
    });
    Ok(part)
}

fn row(of: &UsageRow) -> Vec<Cell> {
    let usage = &of.usage;
    let cost = match (of.cost, &of.cost_missing) {
        (Some(cost), _) => Cell::Money(cost),
        (None, Some(why)) => Cell::Text(why.clone()),
        (None, None) => Cell::Empty,
    };
    vec![
        text(of.user_name.as_ref()),
        Cell::Text(usage.workspace_id.clone()),
        text(of.running_mode.as_ref()),
        Cell::Integer(i64::from(usage.hours.sessions)),
        hours(usage.hours.connected_minutes),
        Cell::Integer(i64::from(usage.hours.billable_hours)),
        hours(usage.hours.unknown_minutes),
        cost,
    ]
}
