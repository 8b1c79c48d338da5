//! What it costs: estimates by month against what AWS billed.

use std::collections::BTreeMap;

use domain::Money;
use domain::billing::CostGroup;
use domain::report::{Cell, Chart, ChartKind, Figure, Section, Series, Table};
use domain::usage::{Month, months};
use store::billing::LineFilter;
use store::recommendation::{EstimateGroup, EstimateSum};
use store::{Db, StoreError};

use super::{Order, Part, columns, count};

/// Months in the chart.
const MONTHS: i32 = 12;

/// One month's sums.
#[derive(Default)]
struct OfMonth {
    estimate: Option<Money>,
    billed: Option<Money>,
    may_change: bool,
    desktops: u64,
    missing: u64,
}

pub async fn part(db: &Db, order: &Order) -> Result<Part, StoreError> {
    let last = order.month();
    let first = last.plus(1 - MONTHS);
    let estimates =
        store::recommendation::sum_estimates(db, &order.scope, first, EstimateGroup::ComputeType)
            .await?;
    let lines = LineFilter::default();
    let billed = store::billing::monthly(
        db,
        &order.scope,
        &lines,
        (first, last),
        CostGroup::Organization,
    )
    .await?;
    let mut by_month: BTreeMap<Month, OfMonth> = months(first, last)
        .map(|month| (month, OfMonth::default()))
        .collect();
    for one in &estimates {
        let Some(of) = by_month.get_mut(&one.month) else {
            continue;
        };
        of.estimate = Some(of.estimate.unwrap_or_default() + one.amount);
        of.desktops += one.desktops;
        of.missing += one.missing;
    }
    for one in &billed.totals {
        let Some(of) = by_month.get_mut(&one.month) else {
            continue;
        };
        of.billed = Some(one.workspaces_amount);
        of.may_change = one.estimated;
    }
    let mut part = Part::default();
    tell(&mut part, &by_month, last);
    part.method.push(
        "Estimates are list prices without tax, by each desktop's running mode over time and its hours; desktops \
         without a price or without hours are left out and counted. What AWS billed is Cost Explorer's unblended \
         cost of Amazon WorkSpaces, with discounts, credits and taxes as AWS books them."
            .to_owned(),
    );
    part.section = Some(Section {
        title: "Costs".to_owned(),
        sentences: Vec::new(),
        charts: vec![against(&by_month), by_type(&estimates, first, last)],
        tables: vec![table(&by_month)],
    });
    Ok(part)
}

fn tell(part: &mut Part, by_month: &BTreeMap<Month, OfMonth>, last: Month) {
    let Some(of) = by_month.get(&last) else {
        return;
    };
    let before = by_month.get(&last.plus(-1)).and_then(|of| of.estimate);
    let change = of.estimate.zip(before).map(|(now, before)| {
        let less = before > now;
        let by = (now - before).abs();
        format!(
            "{by} {} than the month before",
            if less { "less" } else { "more" }
        )
    });
    if let Some(estimate) = of.estimate {
        part.figures.push(Figure {
            label: "Cost of desktops".to_owned(),
            value: Cell::Money(estimate),
            note: Some(change.clone().map_or("estimate".to_owned(), |change| {
                format!("estimate, {change}")
            })),
        });
        part.summary.push(format!(
            "The desktops cost {estimate} in {} by estimate{}.",
            last.in_words(),
            change.map_or(String::new(), |change| format!(", {change}"))
        ));
    }
    if let Some(billed) = of.billed {
        part.figures.push(Figure {
            label: "Billed by AWS".to_owned(),
            value: Cell::Money(billed),
            note: Some(
                if of.may_change {
                    "may still change"
                } else {
                    "Amazon WorkSpaces"
                }
                .to_owned(),
            ),
        });
        if let Some(estimate) = of.estimate {
            part.summary.push(format!(
                "AWS billed {billed} for WorkSpaces; the estimate is {} {}.",
                (billed - estimate).abs(),
                if billed > estimate {
                    "below that"
                } else {
                    "above that"
                }
            ));
        }
    }
    if of.missing > 0 {
        part.summary.push(format!(
            "{} of {} desktops are not in the estimate, because a price or their hours are not known.",
            of.missing, of.desktops
        ));
    }
}

fn labels(by_month: &BTreeMap<Month, OfMonth>) -> Vec<String> {
    by_month.keys().map(Month::to_string).collect()
}

fn against(by_month: &BTreeMap<Month, OfMonth>) -> Chart {
    let series = |label: &str, of: fn(&OfMonth) -> Option<Money>| Series {
        label: label.to_owned(),
        values: by_month
            .values()
            .map(|month| of(month).map(Money::dollars))
            .collect(),
    };
    Chart {
        title: "Estimate against what AWS billed".to_owned(),
        kind: ChartKind::Bars,
        unit: "USD".to_owned(),
        labels: labels(by_month),
        series: vec![
            series("Estimate", |of| of.estimate),
            series("Billed", |of| of.billed),
        ],
    }
}

fn by_type(estimates: &[EstimateSum], first: Month, last: Month) -> Chart {
    let all: Vec<Month> = months(first, last).collect();
    let mut of: BTreeMap<&str, Vec<Option<f64>>> = BTreeMap::new();
    for one in estimates {
        let Some(place) = all.iter().position(|month| *month == one.month) else {
            continue;
        };
        let values = of
            .entry(&one.label)
            .or_insert_with(|| vec![None; all.len()]);
        if one.missing < one.desktops {
            values[place] = Some(one.amount.dollars());
        }
    }
    Chart {
        title: "Estimate by compute type".to_owned(),
        kind: ChartKind::StackedBars,
        unit: "USD".to_owned(),
        labels: all.iter().map(Month::to_string).collect(),
        series: of
            .into_iter()
            .filter(|(_, values)| values.iter().any(Option::is_some))
            .map(|(label, values)| Series {
                label: label.to_owned(),
                values,
            })
            .collect(),
    }
}

fn table(by_month: &BTreeMap<Month, OfMonth>) -> Table {
    let money = |amount: Option<Money>| amount.map_or(Cell::Empty, Cell::Money);
    let rows = by_month.iter().rev().map(|(month, of)| {
        vec![
            Cell::Text(month.in_words()),
            money(of.estimate),
            money(of.billed),
            money(
                of.billed
                    .zip(of.estimate)
                    .map(|(billed, estimate)| billed - estimate),
            ),
            count(of.desktops),
            count(of.missing),
        ]
    });
    Table {
        title: "Costs by month".to_owned(),
        columns: columns(&[
            ("month", "Month", 3),
            ("estimate", "Estimate", 2),
            ("billed", "Billed by AWS", 2),
            ("residual", "Difference", 2),
            ("desktops", "Desktops", 2),
            ("not_estimated", "Not estimated", 2),
        ]),
        rows: rows.collect(),
        total: None,
    }
}
