//! CloudWatch's GetMetricData. Up to 500 series in one call and 100,800 values in one answer; the rest is fetched with
//! a token. Values are written straight into the caller's protocol, since there are so many.

use std::collections::HashMap;

use serde::{Deserialize, Serialize, Serializer};
use serde_json::Value;

use super::token::{Pager, Token};
use super::{Answer, Body, Call};
use crate::clock::Millis;
use crate::dice::{DesktopId, hash};
use crate::series::{Metric, Periods, Statistic, Timeline, is_published};
use crate::usage::Track;
use crate::wire::refusal::Refusal;
use crate::wire::{Protocol, cbor};

pub const NAMESPACE: &str = "AWS/WorkSpaces";
pub const DIMENSION: &str = "WorkspaceId";

/// Of the year 9999.
const LAST_SECOND: i64 = 253_402_300_799;

const MOST_QUERIES: usize = 500;
const MOST_VALUES: usize = 100_800;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Input<'a> {
    #[serde(borrow)]
    metric_data_queries: Option<Vec<Query<'a>>>,
    #[serde(borrow)]
    start_time: Option<Time<'a>>,
    #[serde(borrow)]
    end_time: Option<Time<'a>>,
    next_token: Option<&'a str>,
    scan_by: Option<&'a str>,
    max_datapoints: Option<i64>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Query<'a> {
    id: Option<&'a str>,
    #[serde(borrow)]
    metric_stat: Option<MetricStat<'a>>,
    expression: Option<&'a str>,
    label: Option<&'a str>,
    return_data: Option<bool>,
    account_id: Option<&'a str>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct MetricStat<'a> {
    #[serde(borrow)]
    metric: Option<MetricName<'a>>,
    period: Option<i64>,
    stat: Option<&'a str>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct MetricName<'a> {
    namespace: Option<&'a str>,
    metric_name: Option<&'a str>,
    #[serde(borrow, default)]
    dimensions: Vec<Dimension<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Dimension<'a> {
    pub name: Option<&'a str>,
    pub value: Option<&'a str>,
}

/// Seconds since 1970, or a time written out, which AWS reads as well.
#[derive(Clone, Copy, Deserialize)]
#[serde(untagged)]
enum Time<'a> {
    Seconds(f64),
    Text(&'a str),
}

impl Time<'_> {
    fn second(self) -> Option<i64> {
        let second = match self {
            Self::Seconds(seconds) => seconds.floor() as i64,
            Self::Text(text) => text.parse::<jiff::Timestamp>().ok()?.as_second(),
        };
        (0..=LAST_SECOND).contains(&second).then_some(second)
    }
}

/// A query that passed.
struct Series<'a> {
    id: &'a str,
    label: &'a str,
    /// Absent for what WorkSpaces does not publish: that has no values.
    wanted: Option<(DesktopId, Metric)>,
    statistic: Statistic,
    periods: Periods,
    returned: bool,
}

/// What is asked for.
struct Wanted<'a> {
    series: Vec<Series<'a>>,
    end: i64,
    most: usize,
    descending: bool,
    now: Millis,
}

/// One series of the answer: its values are a range of all values.
struct Found<'a> {
    id: &'a str,
    label: &'a str,
    values: &'a [(i64, f64)],
    complete: bool,
}

pub fn get(call: &Call<'_>) -> Answer {
    let input = Input::deserialize(&call.input)
        .map_err(|why| Refusal::new("SerializationException", why.to_string()))?;
    let now = call.world().clock.now();
    let (start, end) = period(&input)?;
    let most = most_values(input.max_datapoints)?;
    let descending = match input.scan_by {
        None | Some("TimestampDescending") => true,
        Some("TimestampAscending") => false,
        Some(other) => {
            let known =
                "Member must satisfy enum value set: [TimestampDescending, TimestampAscending]";
            return Err(Refusal::constraint(other, "scanBy", known));
        }
    };
    let wanted = Wanted {
        series: checked(call, &input, start, now)?,
        end,
        most,
        descending,
        now,
    };
    let series = &wanted.series;
    let filters = format!("{start}{end}{descending}{:016x}", fingerprint(series));
    let pager = Pager::new(call, "GetMetricData", &filters, input.next_token)
        .refusing_with(invalid_next_token);
    let from = pager
        .start()?
        .map(|token| place(&token))
        .unwrap_or_default();
    let mut page = Page {
        values: Vec::new(),
        ranges: Vec::new(),
        next: None,
    };
    page.fill(call, &wanted, from);
    let mut found: Vec<Found<'_>> = page
        .ranges
        .iter()
        .map(|(at, range, complete)| Found {
            id: series[*at].id,
            label: series[*at].label,
            values: &page.values[range.clone()],
            complete: *complete,
        })
        .collect();
    let next = pager.next(&mut found, page.next);
    match call.protocol {
        Protocol::Cbor => Ok(Body::Framed(cbor_body(&found, next.as_deref()))),
        _ => super::json(&Output {
            metric_data_results: &found,
            next_token: next,
            messages: [],
        }),
    }
}

/// The page's values, series after series, and which of them belong to which series.
struct Page {
    values: Vec<(i64, f64)>,
    ranges: Vec<(usize, std::ops::Range<usize>, bool)>,
    next: Option<Token>,
}

impl Page {
    /// Adds series until the page is full. `from` is the first series, and the last second of it that was sent.
    fn fill(&mut self, call: &Call<'_>, wanted: &Wanted<'_>, from: (usize, Option<i64>)) {
        let Wanted {
            series,
            most,
            descending,
            ..
        } = wanted;
        let Some(history) = History::of(call, wanted, from.0) else {
            let all = (from.0..series.len()).filter(|at| series[*at].returned);
            self.ranges.extend(all.map(|at| (at, 0..0, true)));
            return;
        };
        let mut timelines = HashMap::new();
        for (at, one) in series.iter().enumerate().skip(from.0) {
            if !one.returned {
                continue;
            }
            let begin = self.values.len();
            if let Some((id, metric)) = one.wanted
                && let Some(track) = history.tracks.get(&id)
            {
                let timeline = timelines.entry(id).or_insert_with(|| {
                    Timeline::of(track, &history.window, &history.outage, wanted.now)
                });
                timeline.values(metric, one.statistic, &one.periods, &mut self.values);
            }
            if *descending {
                self.values[begin..].reverse();
            }
            if let (true, Some(sent)) = (at == from.0, from.1) {
                let seen = |second: i64| {
                    if *descending {
                        second >= sent
                    } else {
                        second <= sent
                    }
                };
                let again = self.values[begin..].partition_point(|(second, _)| seen(*second));
                self.values.drain(begin..begin + again);
            }
            let complete = self.values.len() <= *most;
            self.values.truncate(*most);
            self.ranges.push((at, begin..self.values.len(), complete));
            if !complete {
                let last = self.values.last().map_or(0, |(second, _)| *second);
                self.next = Some(token(at, Some(last)));
                return;
            }
            if self.values.len() == *most && series[at + 1..].iter().any(|one| one.returned) {
                self.next = Some(token(at + 1, None));
                return;
            }
        }
    }
}

/// Copies of what is asked about, so that the site is free while values are worked out.
struct History {
    tracks: HashMap<DesktopId, Track>,
    window: std::ops::Range<i64>,
    outage: std::ops::Range<i64>,
}

impl History {
    fn of(call: &Call<'_>, wanted: &Wanted<'_>, from: usize) -> Option<Self> {
        let site = call
            .world()
            .site(&call.caller.account, &call.caller.region)?;
        let series = wanted.series.get(from..)?;
        let mut tracks = HashMap::new();
        for (id, _) in series.iter().filter_map(|one| one.wanted) {
            if is_published(id)
                && !tracks.contains_key(&id)
                && let Some(track) = site.track(id)
            {
                tracks.insert(id, track);
            }
        }
        // One window that holds all of them; each takes from it what is kept for its period.
        let windows = series.iter().map(|one| one.periods.slots(wanted.end));
        let window = windows.reduce(|a, b| a.start.min(b.start)..a.end.max(b.end))?;
        Some(Self {
            tracks,
            window,
            outage: site.outage.clone(),
        })
    }
}

fn token(at: usize, sent: Option<i64>) -> Token {
    let sent = sent.map(|second| second.to_string()).unwrap_or_default();
    Token {
        after: format!("{at}:{sent}"),
        left: None,
    }
}

fn place(token: &Token) -> (usize, Option<i64>) {
    let (at, sent) = token.after.split_once(':').unwrap_or_default();
    (at.parse().unwrap_or(0), sent.parse().ok())
}

fn period(input: &Input<'_>) -> Result<(i64, i64), Refusal> {
    let second = |time: Option<Time<'_>>, name: &str| {
        let time =
            time.ok_or_else(|| Refusal::validation(format!("The parameter {name} is required.")))?;
        time.second()
            .ok_or_else(|| Refusal::validation(format!("The parameter {name} is not a timestamp.")))
    };
    let (start, end) = (
        second(input.start_time, "StartTime")?,
        second(input.end_time, "EndTime")?,
    );
    if start == end {
        return Err(Refusal::validation(
            "The parameter StartTime must not equal parameter EndTime.",
        ));
    }
    if start > end {
        return Err(Refusal::validation(
            "The parameter StartTime must be less than the parameter EndTime.",
        ));
    }
    Ok((start, end))
}

fn most_values(asked: Option<i64>) -> Result<usize, Refusal> {
    match asked {
        None => Ok(MOST_VALUES),
        Some(n) if n < 1 => Err(Refusal::validation(
            "The parameter MaxDatapoints must be greater than or equal to 1.",
        )),
        Some(n) if n > MOST_VALUES as i64 => Err(Refusal::validation(format!(
            "The parameter MaxDatapoints must be less than or equal to {MOST_VALUES}."
        ))),
        Some(n) => Ok(n as usize),
    }
}

fn checked<'a>(
    call: &Call<'_>,
    input: &Input<'a>,
    start: i64,
    now: Millis,
) -> Result<Vec<Series<'a>>, Refusal> {
    let queries = input.metric_data_queries.as_deref().unwrap_or_default();
    if queries.is_empty() {
        return Err(Refusal::validation(
            "The parameter MetricDataQueries is required.",
        ));
    }
    if queries.len() > MOST_QUERIES {
        return Err(Refusal::validation(format!(
            "The collection MetricDataQueries must not have a size greater than {MOST_QUERIES}."
        )));
    }
    let mut ids: Vec<&str> = queries.iter().filter_map(|query| query.id).collect();
    ids.sort_unstable();
    ids.dedup();
    if ids.len() < queries.iter().filter(|query| query.id.is_some()).count() {
        return Err(Refusal::validation(
            "The values for parameter id in MetricDataQueries are not unique.",
        ));
    }
    let mut series = Vec::with_capacity(queries.len());
    let mut problems = Vec::new();
    for (number, query) in (1..).zip(queries) {
        match one(call, query, number, start, now) {
            Ok(one) => series.push(one),
            Err(problem) => problems.push(problem),
        }
    }
    if problems.is_empty() {
        Ok(series)
    } else {
        // AWS lists them all, a line each.
        Err(Refusal::validation(problems.join("\n")))
    }
}

fn one<'a>(
    call: &Call<'_>,
    query: &Query<'a>,
    number: usize,
    start: i64,
    now: Millis,
) -> Result<Series<'a>, String> {
    let member = format!("MetricDataQueries.member.{number}");
    let required = |name: &str| format!("The parameter {member}.{name} is required.");
    let id = query.id.ok_or_else(|| required("Id"))?;
    let pattern = |id: &str| {
        id.starts_with(|first: char| first.is_ascii_lowercase())
            && id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
    };
    if !pattern(id) {
        return Err(format!(
            "The value {id} for parameter {member}.Id is not matching the expected pattern ^[a-z][a-zA-Z0-9_]*$."
        ));
    }
    if let Some(expression) = query.expression {
        return Err(format!(
            "Error in expression '{id}': {expression} is not simulated."
        ));
    }
    if query
        .account_id
        .is_some_and(|account| account != call.caller.account)
    {
        return Err(format!(
            "The account in {member}.AccountId is not linked to this account."
        ));
    }
    let stat = query
        .metric_stat
        .as_ref()
        .ok_or_else(|| required("MetricStat"))?;
    let metric = stat
        .metric
        .as_ref()
        .ok_or_else(|| required("MetricStat.Metric"))?;
    let namespace = metric
        .namespace
        .ok_or_else(|| required("MetricStat.Metric.Namespace"))?;
    let name = metric
        .metric_name
        .ok_or_else(|| required("MetricStat.Metric.MetricName"))?;
    let statistic = stat.stat.ok_or_else(|| required("MetricStat.Stat"))?;
    let statistic = Statistic::parse(statistic).ok_or_else(|| {
        format!("The value for parameter {member}.MetricStat.Stat is not a valid statistic.")
    })?;
    let seconds = stat.period.ok_or_else(|| required("MetricStat.Period"))?;
    if !(matches!(seconds, 1 | 5 | 10 | 20 | 30) || seconds > 0 && seconds % 60 == 0) {
        return Err(format!(
            "The value {seconds} for parameter {member}.MetricStat.Period must be 1, 5, 10, 20, 30 or a multiple of 60."
        ));
    }
    Ok(Series {
        id,
        label: query.label.unwrap_or(name),
        wanted: (namespace == NAMESPACE)
            .then(|| Some((desktop(&metric.dimensions)?, Metric::parse(name)?)))
            .flatten(),
        statistic,
        periods: Periods::new(start, seconds, now),
        returned: query.return_data.unwrap_or(true),
    })
}

/// A metric is known by all its dimensions together.
fn desktop(dimensions: &[Dimension<'_>]) -> Option<DesktopId> {
    let [only] = dimensions else {
        return None;
    };
    (only.name == Some(DIMENSION))
        .then(|| DesktopId::parse(only.value?))
        .flatten()
}

/// A token goes with the queries it was made for.
fn fingerprint(series: &[Series<'_>]) -> u64 {
    series.iter().fold(0, |sum, one| {
        let id = one.wanted.map_or(0, |(id, _)| id.salted(1));
        (sum ^ hash(one.id) ^ id).rotate_left(5)
    })
}

fn invalid_next_token() -> Refusal {
    Refusal::new("InvalidNextToken", "The NextToken is invalid.")
}

impl Found<'_> {
    fn status(&self) -> &'static str {
        if self.complete {
            "Complete"
        } else {
            "PartialData"
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Output<'a> {
    metric_data_results: &'a [Found<'a>],
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
    messages: [Value; 0],
}

impl Serialize for Found<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        #[serde(rename_all = "PascalCase")]
        struct Shape<'a> {
            id: &'a str,
            label: &'a str,
            timestamps: Times<'a>,
            values: Values<'a>,
            status_code: &'a str,
        }
        Shape {
            id: self.id,
            label: self.label,
            timestamps: Times(self.values),
            values: Values(self.values),
            status_code: self.status(),
        }
        .serialize(serializer)
    }
}

struct Times<'a>(&'a [(i64, f64)]);

impl Serialize for Times<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter().map(|(second, _)| second))
    }
}

struct Values<'a>(&'a [(i64, f64)]);

impl Serialize for Values<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter().map(|(_, value)| value))
    }
}

fn cbor_body(found: &[Found<'_>], next: Option<&str>) -> Vec<u8> {
    let count: usize = found.iter().map(|one| one.values.len()).sum();
    let mut out = Vec::with_capacity(64 + found.len() * 120 + count * 15);
    cbor::head(cbor::MAP, 2 + u64::from(next.is_some()), &mut out);
    cbor::write_text("MetricDataResults", &mut out);
    cbor::head(cbor::ARRAY, found.len() as u64, &mut out);
    for one in found {
        cbor::head(cbor::MAP, 5, &mut out);
        for (name, text) in [
            ("Id", one.id),
            ("Label", one.label),
            ("StatusCode", one.status()),
        ] {
            cbor::write_text(name, &mut out);
            cbor::write_text(text, &mut out);
        }
        cbor::write_text("Timestamps", &mut out);
        cbor::head(cbor::ARRAY, one.values.len() as u64, &mut out);
        for (second, _) in one.values {
            cbor::write_time(*second, &mut out);
        }
        cbor::write_text("Values", &mut out);
        cbor::head(cbor::ARRAY, one.values.len() as u64, &mut out);
        for (_, value) in one.values {
            cbor::write_float(*value, &mut out);
        }
    }
    cbor::write_text("Messages", &mut out);
    cbor::head(cbor::ARRAY, 0, &mut out);
    if let Some(next) = next {
        cbor::write_text("NextToken", &mut out);
        cbor::write_text(next, &mut out);
    }
    out
}
