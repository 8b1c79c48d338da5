//! When people were connected, and how busy desktops were, by CloudWatch's `GetMetricData`: many
//! desktops and many days in one call.

use std::collections::HashMap;

use aws_sdk_cloudwatch::primitives::DateTime;
use aws_sdk_cloudwatch::types as sdk;
use domain::UtcTime;
use domain::sync::Extra;
use futures::FutureExt;
use futures::future::BoxFuture;

use super::{Action, Declaration};
use crate::error::AwsError;
use crate::session::RegionSession;

pub const DECLARATION: Declaration = Declaration {
    name: "usage",
    title: "Usage",
    service: "monitoring",
    listing: false,
    extra: Some(Extra::Usage),
    once: false,
    actions: &[GET_METRIC_DATA],
};

const GET_METRIC_DATA: Action = Action {
    name: "cloudwatch:GetMetricData",
    optional: true,
    purpose: "reads when people were connected and how busy desktops are, for hours, costs and advice",
    probe,
};

/// Queries a call may hold.
pub const QUERIES_A_CALL: usize = 500;

/// What AWS asks for a thousand metrics, in micro-dollars (the CloudWatch price list, us-east-1).
pub const MICROS_A_THOUSAND_METRICS: i64 = 10_000;

/// How far back CloudWatch keeps values of five minutes.
pub const FINE_DAYS: i64 = 63;

/// How far back it keeps values of an hour.
pub const COARSE_DAYS: i64 = 455;

const NAMESPACE: &str = "AWS/WorkSpaces";

/// The metrics that are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Metric {
    UserConnected,
    Stopped,
    CpuUsage,
    MemoryUsage,
    RootVolumeUsage,
    UserVolumeUsage,
    SessionLatency,
    PacketLoss,
}

impl Metric {
    fn as_str(self) -> &'static str {
        match self {
            Self::UserConnected => "UserConnected",
            Self::Stopped => "Stopped",
            Self::CpuUsage => "CPUUsage",
            Self::MemoryUsage => "MemoryUsage",
            Self::RootVolumeUsage => "RootVolumeDiskUsage",
            Self::UserVolumeUsage => "UserVolumeDiskUsage",
            Self::SessionLatency => "InSessionLatency",
            Self::PacketLoss => "UDPPacketLossRate",
        }
    }
}

/// How the values of a period become one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Statistic {
    Maximum,
    Average,
    Sum,
}

impl Statistic {
    fn as_str(self) -> &'static str {
        match self {
            Self::Maximum => "Maximum",
            Self::Average => "Average",
            Self::Sum => "Sum",
        }
    }
}

/// One series that is asked for.
#[derive(Debug, Clone)]
pub struct SeriesQuery {
    pub workspace_id: String,
    pub metric: Metric,
    pub statistic: Statistic,
    /// Seconds: 300 within the last 63 days, else multiples of 3600.
    pub period_seconds: i32,
}

/// Part of the answer: values by the place of their query, and the token of the next page.
#[derive(Debug)]
pub struct MetricPage {
    pub values: HashMap<usize, Vec<(UtcTime, f64)>>,
    pub next_token: Option<String>,
}

/// One page of the values from `from` up to but not including `to`.
pub async fn page(
    session: &RegionSession,
    queries: &[SeriesQuery],
    from: UtcTime,
    to: UtcTime,
    token: Option<String>,
) -> Result<MetricPage, AwsError> {
    let queries = queries
        .iter()
        .enumerate()
        .map(|(place, query)| described(place, query));
    let request = session
        .cloudwatch()
        .get_metric_data()
        .set_metric_data_queries(Some(queries.collect()))
        .start_time(DateTime::from_secs(from.unix()))
        .end_time(DateTime::from_secs(to.unix()))
        .scan_by(sdk::ScanBy::TimestampAscending)
        .set_next_token(token);
    let answer = session.call(&GET_METRIC_DATA, request.send()).await?;
    let results = answer
        .metric_data_results
        .ok_or_else(|| AwsError::unreadable("the answer has no MetricDataResults"))?;
    let mut values: HashMap<usize, Vec<(UtcTime, f64)>> = HashMap::new();
    for result in results {
        let id = result.id.unwrap_or_default();
        let place = id
            .strip_prefix('q')
            .and_then(|place| place.parse().ok())
            .ok_or_else(|| AwsError::unreadable(format!("{id:?} is no query that was asked")))?;
        let times = result.timestamps.unwrap_or_default();
        let numbers = result.values.unwrap_or_default();
        if times.len() != numbers.len() {
            return Err(AwsError::unreadable(format!(
                "{id} came with {} times and {} values",
                times.len(),
                numbers.len()
            )));
        }
        let times = times.iter().map(|time| UtcTime::from_unix(time.secs()));
        values.entry(place).or_default().extend(times.zip(numbers));
    }
    Ok(MetricPage {
        values,
        next_token: answer.next_token.filter(|token| !token.is_empty()),
    })
}

fn described(place: usize, query: &SeriesQuery) -> sdk::MetricDataQuery {
    let dimension = sdk::Dimension::builder()
        .name("WorkspaceId")
        .value(&query.workspace_id)
        .build();
    let metric = sdk::Metric::builder()
        .namespace(NAMESPACE)
        .metric_name(query.metric.as_str())
        .dimensions(dimension)
        .build();
    let statistic = sdk::MetricStat::builder()
        .metric(metric)
        .period(query.period_seconds)
        .stat(query.statistic.as_str())
        .build();
    sdk::MetricDataQuery::builder()
        .id(format!("q{place}"))
        .metric_stat(statistic)
        .return_data(true)
        .build()
}

/// Asks for an hour of one series; that it is empty says nothing.
fn probe(session: &RegionSession) -> BoxFuture<'_, Result<(), AwsError>> {
    async move {
        let query = SeriesQuery {
            workspace_id: "ws-000000000".to_owned(),
            metric: Metric::UserConnected,
            statistic: Statistic::Maximum,
            period_seconds: 3600,
        };
        let now = UtcTime::now();
        page(session, &[query], now.plus_seconds(-3600), now, None)
            .await
            .map(drop)
    }
    .boxed()
}
