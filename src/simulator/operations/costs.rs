//! Cost Explorer: GetCostAndUsage and GetCostAndUsageWithResources. One global service: the region a request is signed
//! for says nothing. An account sees its own costs, the management account everybody's.

use std::collections::BTreeMap;
use std::ops::Range;

use domain::Money;
use jiff::civil::Date;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::expression::{Dimension, Expression, Filter};
use super::input::{read, required};
use super::token::{Pager, Token};
use super::{Answer, Call};
use crate::bill;
use crate::calendar::{self, Month};
use crate::habit::day_of;
use crate::wire::refusal::Refusal;

/// Months before this one for which there are costs.
const MONTHS_KEPT: i32 = 13;
/// Days for which there are costs by resource.
const RESOURCE_DAYS: i32 = 14;
const MOST_DAYS_AHEAD: i32 = 366;
/// Rows of one answer; the rest is fetched with a token.
const PAGE: usize = 1_000;

const METRICS: &[&str] = &[
    "AmortizedCost",
    "BlendedCost",
    "NetAmortizedCost",
    "NetUnblendedCost",
    "NormalizedUsageAmount",
    "UnblendedCost",
    "UsageQuantity",
];

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Input {
    time_period: Option<TimePeriod>,
    granularity: Option<String>,
    filter: Option<Expression>,
    metrics: Option<Vec<String>>,
    #[serde(default)]
    group_by: Vec<GroupDefinition>,
    next_page_token: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct TimePeriod {
    start: Option<String>,
    end: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct GroupDefinition {
    r#type: Option<String>,
    key: Option<String>,
}

/// A request that passed.
struct Query {
    days: Range<i32>,
    monthly: bool,
    filter: Option<Filter>,
    groups: Vec<Dimension>,
    metrics: Vec<&'static str>,
}

#[derive(Default)]
struct Sum {
    cost: Money,
    quantity: f64,
    unit: Option<&'static str>,
}

/// Sums by the first day of their period and by the values of the groups.
type Sums = BTreeMap<(i32, Vec<String>), Sum>;

pub fn get(call: &Call<'_>) -> Answer {
    let input: Input = read(call)?;
    let today = day_of(call.world().clock.now());
    let days = days(&input, today)?;
    if days.start < Month::of(today).plus(-MONTHS_KEPT).first {
        return Err(Refusal::validation(
            "You haven't enabled historical data beyond 14 months.",
        ));
    }
    answer(call, input, days, false)
}

pub fn get_with_resources(call: &Call<'_>) -> Answer {
    let input: Input = read(call)?;
    let today = day_of(call.world().clock.now());
    let days = days(&input, today)?;
    if days.start < today - RESOURCE_DAYS {
        return Err(Refusal::validation(
            "Start date is more than 14 days ago for hourly granularity. Please adjust start date as we support only \
             14 days of data at hourly granularity.",
        ));
    }
    let account = &call.caller.account;
    let managing = *account == call.world().management.id;
    if !managing && !call.parts.shows_resource_costs(account) {
        return Err(unavailable());
    }
    answer(call, input, days, true)
}

fn unavailable() -> Refusal {
    Refusal::new(
        "DataUnavailableException",
        "Data is not available. Please try to adjust the time period. If just enabled Cost Explorer, data might not \
         be ingested yet",
    )
}

fn answer(call: &Call<'_>, input: Input, days: Range<i32>, by_resource: bool) -> Answer {
    let given = input.next_page_token.clone();
    let query = checked(input, days, by_resource)?;
    let filters = format!(
        "{:?}{}{:?}{:?}{:?}",
        query.days, query.monthly, query.filter, query.groups, query.metrics
    );
    let pager = Pager::new(call, call.operation.name, &filters, given.as_deref())
        .refusing_with(invalid_token);
    let from = pager
        .start()?
        .and_then(|token| token.after.parse().ok())
        .unwrap_or(0);
    let rows = rows(&query, sums(call, &query));
    let end = usize::saturating_add(from, PAGE);
    let more = rows.len() > end;
    let mut page: Vec<(Range<i32>, Vec<String>, Sum)> =
        rows.into_iter().skip(from).take(PAGE).collect();
    let next = more.then(|| Token {
        after: end.to_string(),
        left: None,
    });
    let next = pager.next(&mut page, next);
    let today = day_of(call.world().clock.now());
    let mut body = json!({
        "GroupDefinitions": query.groups.iter().map(|group| definition(*group)).collect::<Vec<_>>(),
        "ResultsByTime": by_time(&query, page, today),
        "DimensionValueAttributes": attributes(call, &query),
    });
    if let Some(next) = next {
        body["NextPageToken"] = json!(next);
    }
    super::json(&body)
}

fn sums(call: &Call<'_>, query: &Query) -> Sums {
    let world = call.world();
    let accounts: Vec<&String> = if call.caller.account == world.management.id {
        world.accounts.keys().collect()
    } else {
        vec![&call.caller.account]
    };
    let mut sums = Sums::new();
    for account in accounts {
        let prices = &call.parts.config.prices;
        bill::account(world, prices, account, &query.days, &mut |line| {
            if query
                .filter
                .as_ref()
                .is_some_and(|filter| !filter.admits(&line, account))
            {
                return;
            }
            let keys = query.groups.iter().map(|group| group.of(&line, account));
            let first = query.period(line.day).start;
            let sum = sums.entry((first, keys.collect())).or_default();
            sum.unit = match sum.unit {
                None => Some(line.unit),
                Some(unit) if unit == line.unit => Some(unit),
                Some(_) => Some("N/A"),
            };
            sum.cost += line.cost;
            sum.quantity += line.quantity;
        });
    }
    sums
}

/// Every period has a row, also one without costs.
fn rows(query: &Query, mut sums: Sums) -> Vec<(Range<i32>, Vec<String>, Sum)> {
    let mut rows = Vec::with_capacity(sums.len());
    let mut day = query.days.start;
    while day < query.days.end {
        let period = query.period(day);
        let later = sums.split_off(&(period.end, Vec::new()));
        let here = std::mem::replace(&mut sums, later);
        if here.is_empty() {
            rows.push((period.clone(), Vec::new(), Sum::default()));
        }
        rows.extend(
            here.into_iter()
                .map(|((_, keys), sum)| (period.clone(), keys, sum)),
        );
        day = period.end;
    }
    rows
}

fn by_time(query: &Query, rows: Vec<(Range<i32>, Vec<String>, Sum)>, today: i32) -> Vec<Value> {
    let mut results: Vec<Value> = Vec::new();
    let mut last = None;
    for (period, keys, sum) in rows {
        if last.as_ref() != Some(&period) {
            let total = match query.groups.is_empty() {
                true => query.metrics(&sum),
                false => Value::Object(Map::new()),
            };
            results.push(json!({
                "TimePeriod": {
                    "Start": calendar::date(period.start).to_string(),
                    "End": calendar::date(period.end).to_string(),
                },
                "Total": total,
                "Groups": [],
                "Estimated": period.end > Month::of(today).first,
            }));
        }
        last = Some(period);
        if !keys.is_empty()
            && let Some(groups) = results
                .last_mut()
                .and_then(|result| result["Groups"].as_array_mut())
        {
            groups.push(json!({ "Keys": keys, "Metrics": query.metrics(&sum) }));
        }
    }
    results
}

impl Query {
    /// The part of the request that the day belongs to.
    fn period(&self, day: i32) -> Range<i32> {
        if !self.monthly {
            return day..day + 1;
        }
        let month = Month::of(day);
        month.first.max(self.days.start)..month.end.min(self.days.end)
    }

    fn metrics(&self, sum: &Sum) -> Value {
        let metric = |name: &&'static str| {
            let (amount, unit) = match *name {
                "UsageQuantity" => (decimal(sum.quantity), sum.unit.unwrap_or("N/A")),
                "NormalizedUsageAmount" => ("0".to_owned(), "N/A"),
                _ => (decimal(sum.cost.dollars()), "USD"),
            };
            (
                (*name).to_owned(),
                json!({ "Amount": amount, "Unit": unit }),
            )
        };
        Value::Object(self.metrics.iter().map(metric).collect())
    }
}

/// AWS writes amounts as text, with as many decimals as they have.
fn decimal(amount: f64) -> String {
    let text = format!("{amount:.10}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if text == "-0" {
        "0".to_owned()
    } else {
        text.to_owned()
    }
}

fn definition(group: Dimension) -> Value {
    let key = match group {
        Dimension::Service => "SERVICE",
        Dimension::UsageType => "USAGE_TYPE",
        Dimension::Region => "REGION",
        Dimension::LinkedAccount => "LINKED_ACCOUNT",
        Dimension::RecordType => "RECORD_TYPE",
        Dimension::ResourceId => "RESOURCE_ID",
    };
    json!({ "Type": "DIMENSION", "Key": key })
}

/// Accounts are listed with their names.
fn attributes(call: &Call<'_>, query: &Query) -> Vec<Value> {
    if !query.groups.contains(&Dimension::LinkedAccount) {
        return Vec::new();
    }
    let world = call.world();
    let known = world.accounts.values().map(|account| &account.about);
    let managing = call.caller.account == world.management.id;
    known
        .filter(|about| managing || about.id == call.caller.account)
        .map(|about| json!({ "Value": about.id, "Attributes": { "description": about.name } }))
        .collect()
}

fn checked(input: Input, days: Range<i32>, by_resource: bool) -> Result<Query, Refusal> {
    let granularity = required(input.granularity, "granularity")?;
    let monthly = match granularity.as_str() {
        "DAILY" => false,
        "MONTHLY" => true,
        "HOURLY" => {
            return Err(Refusal::validation(
                "Hourly timePeriod is not supported for this request",
            ));
        }
        other => {
            let known = "Member must satisfy enum value set: [MONTHLY, DAILY, HOURLY]";
            return Err(Refusal::constraint(other, "granularity", known));
        }
    };
    let filter = input
        .filter
        .map(|filter| Filter::of(filter, by_resource))
        .transpose()?;
    if by_resource && !required(filter.as_ref(), "filter")?.names_service() {
        return Err(Refusal::validation(
            "A filter on dimension SERVICE is required for resource-level data.",
        ));
    }
    if input.group_by.len() > 2 {
        return Err(Refusal::validation(
            "Only two values for GroupBy are allowed",
        ));
    }
    let mut groups = Vec::new();
    for definition in &input.group_by {
        let group = group(definition, by_resource)?;
        if groups.contains(&group) {
            return Err(Refusal::validation(
                "Duplicate values for GroupBy are not allowed",
            ));
        }
        groups.push(group);
    }
    Ok(Query {
        metrics: metrics(input.metrics, by_resource)?,
        days,
        monthly,
        filter,
        groups,
    })
}

fn group(definition: &GroupDefinition, by_resource: bool) -> Result<Dimension, Refusal> {
    let key = definition.key.as_deref().unwrap_or_default();
    match definition.r#type.as_deref() {
        Some("DIMENSION") => Dimension::parse(key, by_resource),
        Some(kind @ ("TAG" | "COST_CATEGORY" | "PRODUCT_ATTRIBUTE")) => Err(Refusal::validation(
            format!("Groups of type {kind} are not simulated."),
        )),
        other => Err(Refusal::constraint(
            other.unwrap_or("null"),
            "groupBy.member.type",
            "Member must satisfy enum value set: [DIMENSION, TAG, COST_CATEGORY]",
        )),
    }
}

fn metrics(wanted: Option<Vec<String>>, by_resource: bool) -> Result<Vec<&'static str>, Refusal> {
    let wanted = match wanted {
        None if by_resource => vec!["UnblendedCost".to_owned()],
        other => required(other, "metrics")?,
    };
    if wanted.is_empty() {
        return Err(Refusal::validation("At least one metric is required."));
    }
    let known = |name: &String| {
        METRICS
            .iter()
            .find(|metric| *metric == name)
            .copied()
            .ok_or_else(|| Refusal::validation(format!("Metric {name} is not valid.")))
    };
    wanted.iter().map(known).collect()
}

/// From the first day to the one after the last.
fn days(input: &Input, today: i32) -> Result<Range<i32>, Refusal> {
    let period = required(input.time_period.as_ref(), "timePeriod")?;
    let parse = |text: &Option<String>, name: &str| {
        let text = required(text.as_deref(), &format!("timePeriod.{name}"))?;
        text.parse::<Date>()
            .ok()
            .filter(|_| text.len() == 10)
            .and_then(calendar::day)
            .ok_or_else(|| {
                let which = if name == "start" { "Start" } else { "End" };
                Refusal::validation(format!(
                    "{which} time {text} is invalid. Valid format is: yyyy-MM-dd."
                ))
            })
    };
    let days = parse(&period.start, "start")?..parse(&period.end, "end")?;
    if days.is_empty() {
        return Err(Refusal::validation(
            "Start date (and hour) should be before end date (and hour)",
        ));
    }
    if days.start > today {
        return Err(Refusal::validation(
            "Start date must be equal to or no later than the current date.",
        ));
    }
    if days.end > today + MOST_DAYS_AHEAD {
        return Err(Refusal::validation(
            "End date must be no later than a year from the current date.",
        ));
    }
    Ok(days)
}

fn invalid_token() -> Refusal {
    Refusal::new(
        "InvalidNextTokenException",
        "The pagination token is invalid. Try again without a pagination token.",
    )
}
