//! What to change and what it saves.

use domain::Money;
use domain::advice::Recommendation;
use domain::report::{Cell, Chart, ChartKind, Figure, Section, Series, Table};
use store::recommendation::RecommendationFilter;
use store::{Db, StoreError};

use super::{Order, Part, columns, desktops, text};

/// Desktops in the chart.
const TOP: usize = 12;

pub async fn part(db: &Db, order: &Order) -> Result<Part, StoreError> {
    let found =
        store::recommendation::all(db, &order.scope, &RecommendationFilter::default()).await?;
    let totals = store::recommendation::totals(db, &order.scope).await?;
    let saving: Money = totals.iter().map(|one| one.saving).sum();
    let low: Money = totals.iter().map(|one| one.saving_low).sum();
    let high: Money = totals.iter().map(|one| one.saving_high).sum();
    let with_advice: u64 = totals.iter().map(|one| one.desktops).sum();
    let without_price: u64 = totals.iter().map(|one| one.without_price).sum();
    let mut part = Part::default();
    part.figures.push(Figure {
        label: "Could be saved a month".to_owned(),
        value: Cell::Money(saving),
        note: Some(format!("estimate, {low} to {high}")),
    });
    if let Some(best) = found.iter().find(|one| one.saving > Some(Money::ZERO)) {
        part.summary.push(format!(
            "{} could be run for less: {saving} a month by estimate ({low} to {high}). The largest single saving is {} for {}.",
            desktops(with_advice),
            best.saving.unwrap_or_default(),
            best.user_name.clone().unwrap_or_else(|| best.workspace_id.clone()),
        ));
    } else {
        part.summary
            .push("Nothing was found that would cost less if it were changed.".to_owned());
    }
    if without_price > 0 {
        part.summary.push(format!(
            "For {} there is no price; what they cost is not in any sum.",
            desktops(without_price)
        ));
    }
    part.method.push(
        "Savings compare what each running mode would have cost in the last three closed months, at list prices \
         without tax. A desktop with several recommendations counts with the one that saves most."
            .to_owned(),
    );
    if let Some(at) = totals.iter().filter_map(|one| one.as_of).min() {
        part.method
            .push(format!("Recommendations were worked out on {at}."));
    }
    let top: Vec<&Recommendation> = found
        .iter()
        .filter(|one| one.saving > Some(Money::ZERO))
        .take(TOP)
        .collect();
    part.section = Some(Section {
        title: "What could be saved".to_owned(),
        sentences: Vec::new(),
        charts: vec![Chart {
            title: "Largest savings a month".to_owned(),
            kind: ChartKind::Ranking,
            unit: "USD".to_owned(),
            labels: top
                .iter()
                .map(|one| {
                    let whose = one
                        .user_name
                        .clone()
                        .unwrap_or_else(|| one.workspace_id.clone());
                    format!("{whose} ({})", one.kind.as_str().replace('_', " "))
                })
                .collect(),
            series: vec![Series {
                label: "Saving".to_owned(),
                values: top
                    .iter()
                    .map(|one| one.saving.map(Money::dollars))
                    .collect(),
            }],
        }],
        tables: vec![Table {
            title: "Recommendations".to_owned(),
            columns: columns(&[
                ("user_name", "User", 3),
                ("workspace_id", "Desktop", 3),
                ("advice", "Advice", 5),
                ("saving", "Saves a month", 2),
                ("saving_low", "At least", 2),
                ("saving_high", "At most", 2),
                ("confidence", "Confidence", 2),
            ]),
            rows: found.iter().map(row).collect(),
            total: None,
        }],
    });
    Ok(part)
}

fn row(of: &Recommendation) -> Vec<Cell> {
    let money =
        |amount: Option<Money>| amount.map_or(Cell::Text("no price".to_owned()), Cell::Money);
    vec![
        text(of.user_name.as_ref()),
        Cell::Text(of.workspace_id.clone()),
        Cell::Text(of.title.clone()),
        money(of.saving),
        money(of.saving_low),
        money(of.saving_high),
        Cell::Text(of.confidence.as_str().to_owned()),
    ]
}
