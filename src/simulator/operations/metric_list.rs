//! CloudWatch's ListMetrics: the metrics that desktops publish.

use serde::{Deserialize, Serialize};

use super::input::read;
use super::metrics::{DIMENSION, NAMESPACE};
use super::token::{Pager, Token};
use super::{Answer, Call, json};
use crate::dice::DesktopId;
use crate::series::{METRICS, is_published};
use crate::wire::refusal::Refusal;

const PAGE: usize = 500;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Input {
    namespace: Option<String>,
    metric_name: Option<String>,
    #[serde(default)]
    dimensions: Vec<Filter>,
    next_token: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Filter {
    name: String,
    value: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Output {
    metrics: Vec<Metric>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Metric {
    namespace: &'static str,
    metric_name: &'static str,
    dimensions: [Dimension; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Dimension {
    name: &'static str,
    value: String,
}

pub fn list(call: &Call<'_>) -> Answer {
    let input: Input = read(call)?;
    let filters = format!(
        "{:?}{:?}{:?}",
        input.namespace, input.metric_name, input.dimensions
    );
    let pager = Pager::new(call, "ListMetrics", &filters, input.next_token.as_deref())
        .refusing_with(invalid_next_token);
    let after = pager
        .start()?
        .and_then(|token| DesktopId::parse(&token.after));
    let names: Vec<&'static str> = METRICS
        .iter()
        .map(|(name, _)| *name)
        .filter(|name| {
            input
                .metric_name
                .as_ref()
                .is_none_or(|wanted| wanted == name)
        })
        .collect();
    let mut metrics = Vec::new();
    let mut next = None;
    if input
        .namespace
        .as_deref()
        .is_none_or(|name| name == NAMESPACE)
        && !names.is_empty()
        && let Some(mut site) = call.world().site(&call.caller.account, &call.caller.region)
    {
        let page = site.page(
            after,
            PAGE / names.len(),
            &call.world().clock,
            |desktop, _| {
                let wanted = is_published(desktop.id) && matches(&input.dimensions, desktop.id);
                wanted.then_some(desktop.id)
            },
        );
        if page.more {
            next = page.last.map(|last| Token {
                after: last.to_string(),
                left: None,
            });
        }
        for id in page.rows {
            metrics.extend(names.iter().map(|name| Metric {
                namespace: NAMESPACE,
                metric_name: name,
                dimensions: [Dimension {
                    name: DIMENSION,
                    value: id.to_string(),
                }],
            }));
        }
    }
    let next_token = pager.next(&mut metrics, next);
    json(&Output {
        metrics,
        next_token,
    })
}

fn matches(filters: &[Filter], id: DesktopId) -> bool {
    filters.iter().all(|filter| {
        filter.name == DIMENSION
            && filter
                .value
                .as_ref()
                .is_none_or(|value| DesktopId::parse(value) == Some(id))
    })
}

fn invalid_next_token() -> Refusal {
    Refusal::new("InvalidParameterValue", "The NextToken is invalid.")
}
