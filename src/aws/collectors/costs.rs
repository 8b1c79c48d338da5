//! What AWS billed, by Cost Explorer: `GetCostAndUsage` by service and usage type, and
//! `GetCostAndUsageWithResources` by desktop where an account opted into it. Each request costs money,
//! also one that only asks for the next page, and is sent once: retries are the caller's.

use aws_sdk_costexplorer::types as sdk;
use domain::billing::{CostLine, WORKSPACES_SERVICE, desktop_of, region_of, region_of_arn};
use domain::sync::Extra;
use domain::{AccountId, Money, Region, UtcTime};
use futures::FutureExt;
use futures::future::BoxFuture;

use super::{Action, Declaration};
use crate::error::{AwsError, AwsErrorKind};
use crate::session::{AccountSession, RegionSession};

pub const DECLARATION: Declaration = Declaration {
    name: "costs",
    title: "Costs",
    service: "ce",
    listing: false,
    extra: Some(Extra::Costs),
    once: true,
    actions: &[GET_COST_AND_USAGE, GET_WITH_RESOURCES],
};

const GET_COST_AND_USAGE: Action = Action {
    name: "ce:GetCostAndUsage",
    optional: true,
    purpose: "reads what AWS billed, by day, service and usage type; each request costs $0.01",
    probe: probe_whole,
};

const GET_WITH_RESOURCES: Action = Action {
    name: "ce:GetCostAndUsageWithResources",
    optional: true,
    purpose: "reads what each desktop cost, where the account opted into it; each request costs $0.01",
    probe: probe_desktops,
};

/// What AWS asks for a request, in micro-dollars (the Cost Explorer price list).
pub const MICROS_A_REQUEST: i64 = 10_000;

/// Requests that `account test` makes.
pub const PROBES: u64 = 2;

/// How far back lines of desktops go.
pub const RESOURCE_DAYS: i64 = 14;

/// Cost Explorer has one endpoint, and all costs of the account.
const REGION: &str = "us-east-1";

const COST: &str = "UnblendedCost";
const QUANTITY: &str = "UsageQuantity";

/// Part of an answer.
#[derive(Debug)]
pub struct CostPage {
    pub lines: Vec<CostLine>,
    pub next_token: Option<String>,
}

/// The view through which an account's costs are asked for; `None` where the program knows no such
/// region.
#[must_use]
pub fn session(account: &AccountSession) -> Option<RegionSession> {
    let region: Region = REGION.parse().ok()?;
    Some(account.region(&region))
}

/// One page of the account's lines by service and usage type, from the day `from` up to but not
/// including `to`.
pub async fn whole(
    session: &RegionSession,
    (from, to): (&str, &str),
    token: Option<String>,
) -> Result<CostPage, AwsError> {
    let account = &session.account().access().id;
    let request = session
        .costexplorer()
        .get_cost_and_usage()
        .time_period(period(from, to)?)
        .granularity(sdk::Granularity::Daily)
        .filter(only_account(account))
        .metrics(COST)
        .metrics(QUANTITY)
        .group_by(by(&sdk::Dimension::Service))
        .group_by(by(&sdk::Dimension::UsageType))
        .set_next_page_token(token);
    let answer = session.call(&GET_COST_AND_USAGE, request.send()).await?;
    Ok(CostPage {
        lines: lines(answer.results_by_time, |keys| {
            let [service, usage_type] = keys else {
                return None;
            };
            Some(Some(Keys {
                workspace_id: None,
                service: service.clone(),
                usage_type: usage_type.clone(),
                region: None,
            }))
        })?,
        next_token: given(answer.next_page_token),
    })
}

/// One page of the lines of the account's desktops; what AWS does not say by desktop is left out, since
/// the whole has it.
pub async fn desktops(
    session: &RegionSession,
    (from, to): (&str, &str),
    token: Option<String>,
) -> Result<CostPage, AwsError> {
    let account = &session.account().access().id;
    let service = sdk::Expression::builder()
        .dimensions(dimension(sdk::Dimension::Service, WORKSPACES_SERVICE))
        .build();
    let both = sdk::Expression::builder()
        .and(only_account(account))
        .and(service)
        .build();
    let request = session
        .costexplorer()
        .get_cost_and_usage_with_resources()
        .time_period(period(from, to)?)
        .granularity(sdk::Granularity::Daily)
        .filter(both)
        .metrics(COST)
        .metrics(QUANTITY)
        .group_by(by(&sdk::Dimension::ResourceId))
        .group_by(by(&sdk::Dimension::UsageType))
        .set_next_page_token(token);
    let answer = session.call(&GET_WITH_RESOURCES, request.send()).await?;
    Ok(CostPage {
        lines: lines(answer.results_by_time, |keys| {
            let [resource, usage_type] = keys else {
                return None;
            };
            Some(desktop_of(resource).map(|id| Keys {
                workspace_id: Some(id.to_owned()),
                service: WORKSPACES_SERVICE.to_owned(),
                usage_type: usage_type.clone(),
                region: region_of_arn(resource).map(str::to_owned),
            }))
        })?,
        next_token: given(answer.next_page_token),
    })
}

/// What a group of an answer is about.
struct Keys {
    workspace_id: Option<String>,
    service: String,
    usage_type: String,
    region: Option<String>,
}

/// The lines of an answer. `keys_of` says what a group's keys mean: `None` when they are not what was
/// asked for, `Some(None)` for a group that is not wanted.
fn lines(
    results: Option<Vec<sdk::ResultByTime>>,
    keys_of: impl Fn(&[String]) -> Option<Option<Keys>>,
) -> Result<Vec<CostLine>, AwsError> {
    let results = results.ok_or_else(|| AwsError::unreadable("the answer has no ResultsByTime"))?;
    let mut lines = Vec::new();
    for result in results {
        let period = result
            .time_period
            .ok_or_else(|| AwsError::unreadable("a result came without its TimePeriod"))?;
        for group in result.groups.unwrap_or_default() {
            let keys = group.keys.unwrap_or_default();
            let keys = keys_of(&keys).ok_or_else(|| {
                AwsError::unreadable(format!("a group came with the keys {keys:?}"))
            })?;
            let Some(keys) = keys else { continue };
            let metrics = group.metrics.unwrap_or_default();
            let amount = dollars(metrics.get(COST))?;
            let (quantity, unit) = quantity(metrics.get(QUANTITY))?;
            // Nothing used and nothing paid is no line of a bill.
            if amount == Money::ZERO && quantity.is_none_or(|quantity| quantity == 0.0) {
                continue;
            }
            lines.push(CostLine {
                region: keys
                    .region
                    .or_else(|| region_of(&keys.usage_type).map(str::to_owned)),
                workspace_id: keys.workspace_id,
                service: keys.service,
                usage_type: keys.usage_type,
                starts_on: day(&period.start),
                ends_on: day(&period.end),
                amount,
                quantity,
                unit,
                estimated: result.estimated,
            });
        }
    }
    Ok(lines)
}

fn dollars(metric: Option<&sdk::MetricValue>) -> Result<Money, AwsError> {
    let metric =
        metric.ok_or_else(|| AwsError::unreadable(format!("a group came without {COST}")))?;
    if let Some(unit) = metric.unit.as_deref().filter(|unit| *unit != "USD") {
        return Err(AwsError::new(
            AwsErrorKind::Protocol,
            "NotUsDollars",
            format!("the account is billed in {unit}, and only US dollars can be kept"),
        ));
    }
    number(metric.amount.as_deref(), COST).map(|amount| Money::from_dollars(amount.unwrap_or(0.0)))
}

fn quantity(metric: Option<&sdk::MetricValue>) -> Result<(Option<f64>, Option<String>), AwsError> {
    let Some(metric) = metric else {
        return Ok((None, None));
    };
    let unit = metric
        .unit
        .clone()
        .filter(|unit| !unit.is_empty() && unit != "N/A");
    Ok((number(metric.amount.as_deref(), QUANTITY)?, unit))
}

fn number(text: Option<&str>, name: &str) -> Result<Option<f64>, AwsError> {
    let Some(text) = text else { return Ok(None) };
    let number = text.parse::<f64>().ok().filter(|number| number.is_finite());
    number
        .map(Some)
        .ok_or_else(|| AwsError::unreadable(format!("{name} is {text:?}, which is no number")))
}

/// Days come as days; from hourly answers as times.
fn day(text: &str) -> String {
    text.get(..10).unwrap_or(text).to_owned()
}

fn given(token: Option<String>) -> Option<String> {
    token.filter(|token| !token.is_empty())
}

fn period(from: &str, to: &str) -> Result<sdk::DateInterval, AwsError> {
    sdk::DateInterval::builder()
        .start(from)
        .end(to)
        .build()
        .map_err(|error| {
            AwsError::new(
                AwsErrorKind::Validation,
                "RequestNotBuilt",
                error.to_string(),
            )
        })
}

fn by(dimension: &sdk::Dimension) -> sdk::GroupDefinition {
    sdk::GroupDefinition::builder()
        .r#type(sdk::GroupDefinitionType::Dimension)
        .key(dimension.as_str())
        .build()
}

fn dimension(key: sdk::Dimension, value: &str) -> sdk::DimensionValues {
    sdk::DimensionValues::builder()
        .key(key)
        .values(value)
        .build()
}

/// A payer's bill holds the lines of all it pays for.
fn only_account(account: &AccountId) -> sdk::Expression {
    sdk::Expression::builder()
        .dimensions(dimension(sdk::Dimension::LinkedAccount, account.as_str()))
        .build()
}

/// Asks for yesterday.
fn probe_whole(session: &RegionSession) -> BoxFuture<'_, Result<(), AwsError>> {
    async move {
        let now = UtcTime::now();
        whole(session, (&now.plus_days(-1).day(), &now.day()), None)
            .await
            .map(drop)
    }
    .boxed()
}

/// Asks for yesterday. An account that did not opt in is told that there is no data, which it is only
/// told when it may ask.
fn probe_desktops(session: &RegionSession) -> BoxFuture<'_, Result<(), AwsError>> {
    async move {
        let now = UtcTime::now();
        match desktops(session, (&now.plus_days(-1).day(), &now.day()), None).await {
            Err(error) if error.failure.code == "DataUnavailableException" => Ok(()),
            other => other.map(drop),
        }
    }
    .boxed()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn metric(amount: &str, unit: &str) -> sdk::MetricValue {
        sdk::MetricValue::builder()
            .amount(amount)
            .unit(unit)
            .build()
    }

    fn result(keys: [&str; 2], amount: &str, unit: &str, quantity: &str) -> Vec<sdk::ResultByTime> {
        let group = sdk::Group::builder()
            .keys(keys[0])
            .keys(keys[1])
            .metrics(COST, metric(amount, unit))
            .metrics(QUANTITY, metric(quantity, "Hrs"))
            .build();
        let period = period("2026-11-02", "2026-11-03").unwrap();
        vec![
            sdk::ResultByTime::builder()
                .time_period(period)
                .groups(group)
                .estimated(true)
                .build(),
        ]
    }

    fn read(results: Vec<sdk::ResultByTime>) -> Result<Vec<CostLine>, AwsError> {
        lines(Some(results), |keys| {
            let [service, usage_type] = keys else {
                return None;
            };
            Some(Some(Keys {
                workspace_id: None,
                service: service.clone(),
                usage_type: usage_type.clone(),
                region: None,
            }))
        })
    }

    #[test]
    fn a_group_becomes_a_line_in_dollars() {
        let keys = ["Amazon WorkSpaces", "EUW1-AW-HW-2-AutoStop-Usage"];
        let found = read(result(keys, "1.2345678", "USD", "12.5")).unwrap();
        let [line] = found.as_slice() else {
            panic!("{found:?}")
        };
        assert_eq!(
            (line.starts_on.as_str(), line.ends_on.as_str()),
            ("2026-11-02", "2026-11-03")
        );
        assert_eq!(line.amount.micros(), 1_234_568);
        assert_eq!(
            (line.quantity, line.unit.as_deref()),
            (Some(12.5), Some("Hrs"))
        );
        assert_eq!(line.region.as_deref(), Some("eu-west-1"));
        assert!(line.estimated);
    }

    #[test]
    fn what_is_no_line_or_no_number_or_no_dollar_is_not_kept() {
        let keys = ["Tax", "NoUsageType"];
        assert!(read(result(keys, "0", "USD", "0")).unwrap().is_empty());
        assert_eq!(
            read(result(keys, "-3.5", "USD", "0")).unwrap()[0]
                .amount
                .micros(),
            -3_500_000
        );
        for (amount, unit) in [("x", "USD"), ("inf", "USD"), ("1", "EUR")] {
            read(result(keys, amount, unit, "0")).unwrap_err();
        }
        lines(None, |_| None).unwrap_err();
        let odd = vec![
            sdk::ResultByTime::builder()
                .time_period(period("2026-11-02", "2026-11-03").unwrap())
                .groups(sdk::Group::builder().keys("one").build())
                .build(),
        ];
        assert_eq!(read(odd).unwrap_err().kind, AwsErrorKind::Unreadable);
    }
}
