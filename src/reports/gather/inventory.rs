//! What is there: every desktop, and how many of which kind.

use std::collections::BTreeMap;

use domain::listing::WorkspaceFilter;
use domain::report::{Cell, Chart, ChartKind, Figure, Section, Series, Table};
use domain::workspace::Workspace;
use store::{Db, StoreError};

use super::{Order, Part, columns, count, desktops, text, time};

pub async fn part(db: &Db, order: &Order) -> Result<Part, StoreError> {
    let filter = WorkspaceFilter::default();
    let mut export = store::workspace::export(db, &order.scope, &filter, None);
    let (mut rows, mut by_type) = (Vec::new(), BTreeMap::<String, u64>::new());
    let (mut always_on, mut new, mut oldest) = (0u64, 0u64, None);
    while let Some(batch) = export.next_batch().await? {
        for desktop in &batch {
            let kind = desktop
                .record
                .compute_type
                .clone()
                .unwrap_or_else(|| "unknown".to_owned());
            *by_type.entry(kind).or_default() += 1;
            let mode = desktop
                .record
                .running_mode
                .as_ref()
                .map(ToString::to_string);
            always_on += u64::from(mode.as_deref() == Some("ALWAYS_ON"));
            new += u64::from(desktop.created_at >= order.from && desktop.created_at < order.to);
            oldest = Some(
                oldest.map_or(desktop.last_seen_at, |so_far: domain::UtcTime| {
                    so_far.min(desktop.last_seen_at)
                }),
            );
            rows.push(row(desktop));
        }
    }
    let total = rows.len() as u64;
    let mut part = Part::default();
    part.figures.push(Figure {
        label: "Desktops".to_owned(),
        value: count(total),
        note: Some(format!("{new} new in the period")),
    });
    part.summary.push(format!(
        "{} in stock, {always_on} of them always on; {new} were made or first seen in the period.",
        desktops(total)
    ));
    if let Some(oldest) = oldest {
        part.method.push(format!(
            "The inventory is what AWS listed; its oldest part was read on {oldest}."
        ));
    }
    part.section = Some(Section {
        title: "Desktops".to_owned(),
        sentences: Vec::new(),
        charts: vec![Chart {
            title: "Desktops by compute type".to_owned(),
            kind: ChartKind::Ranking,
            unit: "desktops".to_owned(),
            labels: by_type.keys().cloned().collect(),
            series: vec![Series {
                label: "Desktops".to_owned(),
                #[allow(clippy::cast_precision_loss)]
                values: by_type
                    .values()
                    .map(|number| Some(*number as f64))
                    .collect(),
            }],
        }],
        tables: vec![Table {
            title: "Desktops".to_owned(),
            columns: columns(&[
                ("user_name", "User", 3),
                ("workspace_id", "Desktop", 3),
                ("organization_name", "Client", 3),
                ("region", "Region", 2),
                ("state", "State", 2),
                ("running_mode", "Mode", 2),
                ("compute_type", "Type", 2),
                ("last_connected_at", "Last connected", 3),
            ]),
            rows,
            total: None,
        }],
    });
    Ok(part)
}

fn row(desktop: &Workspace) -> Vec<Cell> {
    vec![
        text(desktop.record.user_name.as_ref()),
        Cell::Text(desktop.record.workspace_id.clone()),
        Cell::Text(desktop.organization_name.clone()),
        Cell::Text(desktop.region.as_str().to_owned()),
        Cell::Text(desktop.record.state.to_string()),
        text(desktop.record.running_mode.as_ref()),
        text(desktop.record.compute_type.as_ref()),
        time(desktop.last_connected_at),
    ]
}
