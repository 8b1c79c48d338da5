//! CloudWatch: values, limits, paging, and what is lost or was never there.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use serde_json::{Value, json};
use simulator::{DesktopChange, Simulator};

use crate::client::{Client, REGION};
use crate::{NOON, config, one};

pub const GET: &str = "GraniteServiceVersion20100801.GetMetricData";
const LIST: &str = "GraniteServiceVersion20100801.ListMetrics";
pub const DAY: i64 = 86_400;

pub fn noon() -> i64 {
    let at: jiff::Timestamp = NOON.parse().expect("a time");
    at.as_second()
}

pub fn query(number: usize, id: &str, metric: &str, stat: &str, period: i64) -> Value {
    json!({
        "Id": format!("q{number}"),
        "MetricStat": {
            "Metric": {
                "Namespace": "AWS/WorkSpaces",
                "MetricName": metric,
                "Dimensions": [{ "Name": "WorkspaceId", "Value": id }],
            },
            "Period": period,
            "Stat": stat,
        },
    })
}

/// All values of some metrics of one desktop, oldest first.
async fn series<const N: usize>(
    client: &Client,
    id: &str,
    metrics: [(&str, &str, i64); N],
    from: i64,
    until: i64,
) -> [Vec<(i64, f64)>; N] {
    let queries = metrics.iter().enumerate();
    let queries: Vec<Value> = queries
        .map(|(n, (metric, stat, period))| query(n, id, metric, stat, *period))
        .collect();
    let input = json!({ "MetricDataQueries": queries, "StartTime": from, "EndTime": until, "ScanBy": "TimestampAscending" });
    let mut found = [const { Vec::new() }; N];
    for (id, values) in pages(client, input, 50).await {
        let number: usize = id[1..].parse().expect("a number");
        found[number] = values;
    }
    found
}

/// Follows the tokens; values by query.
pub async fn pages(
    client: &Client,
    mut input: Value,
    most: usize,
) -> BTreeMap<String, Vec<(i64, f64)>> {
    let mut found: BTreeMap<String, Vec<(i64, f64)>> = BTreeMap::new();
    for _ in 0..most {
        let page = client.ask(GET, input.clone()).await;
        for result in page["MetricDataResults"].as_array().expect("results") {
            let times = result["Timestamps"].as_array().expect("times").iter();
            let values = result["Values"].as_array().expect("values").iter();
            let id = result["Id"].as_str().expect("an id").to_owned();
            found
                .entry(id)
                .or_default()
                .extend(times.zip(values).map(|(time, value)| {
                    (
                        time.as_i64().expect("a time"),
                        value.as_f64().expect("a value"),
                    )
                }));
        }
        let Some(token) = page.get("NextToken") else {
            return found;
        };
        input["NextToken"] = token.clone();
    }
    panic!("more than {most} pages");
}

/// A desktop that somebody uses most days, in the mode, outside of what is planted.
async fn used(simulator: &Simulator, client: &Client, account: &str, mode: &str) -> String {
    for id in simulator.desktops(account, REGION) {
        let row = client.row(&id).await.expect("there");
        let healthy = ["AVAILABLE", "STOPPED"].contains(&row["State"].as_str().expect("a state"));
        if !healthy
            || row["WorkspaceProperties"]["RunningMode"] != mode
            || !simulator.has_metrics(&id)
        {
            continue;
        }
        let [connected] = series(
            client,
            &id,
            [("UserConnected", "Sum", 86_400)],
            noon() - 28 * DAY,
            noon(),
        )
        .await;
        if connected.iter().filter(|(_, slots)| *slots >= 12.0).count() >= 8 {
            return id;
        }
    }
    panic!("nobody works here");
}

#[actix_web::test]
async fn every_slot_of_a_desktop_is_connected_idle_or_stopped() {
    let (simulator, running, client, account) = one(config(1, 120)).await;
    let (from, until) = (noon() - 60 * DAY - noon() % DAY % 300, noon());
    let gap = simulator
        .metric_outage(&account, REGION)
        .expect("a day without data");
    let gap = gap.0.as_second()..gap.1.as_second();
    assert_eq!(gap.end - gap.start, DAY);
    assert!(gap.start > from && gap.end < until);
    for mode in ["AUTO_STOP", "ALWAYS_ON"] {
        let id = used(&simulator, &client, &account, mode).await;
        let [connected, stopped, available, cpu, root] = series(
            &client,
            &id,
            [
                ("UserConnected", "Maximum", 300),
                ("Stopped", "Maximum", 300),
                ("Available", "Maximum", 300),
                ("CPUUsage", "Average", 300),
                ("RootVolumeDiskUsage", "Average", 300),
            ],
            from,
            until,
        )
        .await;
        let mut seen: Vec<i64> = connected
            .iter()
            .chain(&stopped)
            .map(|(at, _)| *at)
            .collect();
        seen.sort_unstable();
        let expected: Vec<i64> = (from..until)
            .filter(|at| at % 300 == 0 && !gap.contains(at))
            .collect();
        assert_eq!(seen, expected, "{mode}");
        assert_eq!(stopped.is_empty(), mode == "ALWAYS_ON");
        let times = |values: &[(i64, f64)]| values.iter().map(|(at, _)| *at).collect::<Vec<_>>();
        assert_eq!(times(&available), times(&connected));
        assert_eq!(times(&root), times(&connected));
        let at_work: Vec<i64> = times(&connected)
            .into_iter()
            .zip(&connected)
            .filter(|(_, (_, value))| *value == 1.0)
            .map(|(at, _)| at)
            .collect();
        assert_eq!(times(&cpu), at_work);
        assert!(
            connected
                .iter()
                .all(|(_, value)| *value == 0.0 || *value == 1.0)
        );
        if mode == "AUTO_STOP" {
            // It runs for the timeout after the last connection, and starts with the next.
            let timeout = client.row(&id).await.expect("there")["WorkspaceProperties"]
                ["RunningModeAutoStopTimeoutInMinutes"]
                .as_i64()
                .expect("a timeout");
            let ends = connected.windows(2).filter(|pair| {
                let stops = pair[1].0 > pair[0].0 + 300 && !gap.contains(&(pair[0].0 + 300));
                stops && !gap.contains(&(pair[1].0 - 300))
            });
            let mut count = 0;
            for pair in ends {
                let last = pair[0].0 - (timeout / 5 - 1) * 300;
                let idle = connected
                    .iter()
                    .filter(|(at, _)| (last..=pair[0].0).contains(at));
                assert!(
                    idle.clone().all(|(_, value)| *value == 0.0),
                    "{id} at {last}"
                );
                assert_eq!(pair[1].1, 1.0);
                count += 1;
            }
            assert!(count >= 8, "{count} stops");
        }
    }
    running.stop().await;
}

#[actix_web::test]
async fn statistics_of_a_day_are_those_of_its_slots() {
    let (simulator, running, client, account) = one(config(1, 60)).await;
    let id = used(&simulator, &client, &account, "AUTO_STOP").await;
    let (from, until) = (noon() - 8 * DAY, noon() - 2 * DAY);
    for metric in ["UserConnected", "CPUUsage"] {
        let [fine, average, sum, most, least, count, hourly] = series(
            &client,
            &id,
            [
                (metric, "Average", 300),
                (metric, "Average", DAY),
                (metric, "Sum", DAY),
                (metric, "Maximum", DAY),
                (metric, "Minimum", DAY),
                (metric, "SampleCount", DAY),
                (metric, "Sum", 3600),
            ],
            from,
            until,
        )
        .await;
        assert!(fine.len() > 50, "{metric}: {}", fine.len());
        assert!(fine.iter().all(|(at, _)| (from..until).contains(at)));
        for (day, day_sum) in &sum {
            // The periods of a request begin where it begins.
            assert_eq!((day - from) % DAY, 0);
            let of_day = || fine.iter().filter(|(at, _)| (*day..day + DAY).contains(at));
            let values: Vec<f64> = of_day().map(|(_, value)| *value).collect();
            let at = |list: &[(i64, f64)]| {
                let found = list.iter().find(|(at, _)| at == day);
                found.expect("the same days").1
            };
            let total: f64 = values.iter().sum();
            assert!((day_sum - total).abs() < 1e-6);
            assert_eq!(at(&count), values.len() as f64);
            assert!((at(&average) - total / values.len() as f64).abs() < 1e-9);
            assert_eq!(at(&most), values.iter().copied().fold(f64::MIN, f64::max));
            assert_eq!(at(&least), values.iter().copied().fold(f64::MAX, f64::min));
        }
        let total = |list: &[(i64, f64)]| list.iter().map(|(_, value)| value).sum::<f64>();
        assert!((total(&hourly) - total(&fine)).abs() < 1e-6);
    }
    running.stop().await;
}

#[actix_web::test]
async fn fine_values_are_kept_for_63_days_and_hourly_ones_for_455() {
    let (simulator, running, client, account) = one(config(1, 60)).await;
    let id = used(&simulator, &client, &account, "ALWAYS_ON").await;
    let [minute, fine, quarter, hourly, daily] = series(
        &client,
        &id,
        [
            ("UserConnected", "Maximum", 60),
            ("UserConnected", "Maximum", 300),
            ("UserConnected", "Maximum", 900),
            ("UserConnected", "Maximum", 3600),
            ("UserConnected", "Maximum", DAY),
        ],
        noon() - 480 * DAY,
        noon(),
    )
    .await;
    let age = |values: &[(i64, f64)]| (noon() - values[0].0) as f64 / DAY as f64;
    assert!((14.9..=15.0).contains(&age(&minute)), "{}", age(&minute));
    assert!((62.9..=63.0).contains(&age(&fine)), "{}", age(&fine));
    assert!((62.9..=63.0).contains(&age(&quarter)), "{}", age(&quarter));
    assert!(
        age(&hourly) > 63.0 && age(&hourly) <= 455.0,
        "{}",
        age(&hourly)
    );
    assert!(
        age(&daily) > 63.0 && age(&daily) <= 455.0,
        "{}",
        age(&daily)
    );
    running.stop().await;
}

#[actix_web::test]
async fn an_answer_has_100800_values_and_a_token_for_the_rest() {
    let (simulator, running, client, account) = one(config(1, 60)).await;
    let ids = simulator.desktops(&account, REGION);
    let queries: Vec<Value> = ids
        .iter()
        .enumerate()
        .flat_map(|(n, id)| {
            [
                query(2 * n, id, "UserConnected", "Maximum", 300),
                query(2 * n + 1, id, "Stopped", "Maximum", 300),
            ]
        })
        .collect();
    let input = json!({ "MetricDataQueries": queries, "StartTime": noon() - 10 * DAY + 2100, "EndTime": noon() });
    let first = client.ask(GET, input.clone()).await;
    let results = first["MetricDataResults"].as_array().expect("results");
    let count: usize = results
        .iter()
        .map(|one| one["Values"].as_array().expect("values").len())
        .sum();
    assert_eq!(count, 100_800);
    let (last, others) = results.split_last().expect("results");
    assert_eq!(last["StatusCode"], "PartialData");
    assert!(others.iter().all(|one| one["StatusCode"] == "Complete"));
    let whole = pages(&client, input.clone(), 3).await;
    let sum: usize = whole.values().map(Vec::len).sum();
    assert!(sum > 100_800, "{sum}");
    for values in whole.values() {
        // Newest first unless told otherwise.
        assert!(values.windows(2).all(|pair| pair[0].0 > pair[1].0));
    }
    let mut small =
        json!({ "MetricDataQueries": queries[..6], "StartTime": noon() - DAY, "EndTime": noon() });
    let at_once = pages(&client, small.clone(), 1).await;
    small["MaxDatapoints"] = json!(77);
    assert_eq!(pages(&client, small.clone(), 40).await, at_once);
    small["ScanBy"] = json!("TimestampAscending");
    let ascending = pages(&client, small.clone(), 40).await;
    for (id, values) in &ascending {
        assert!(values.iter().rev().eq(&at_once[id]));
    }
    let token = client.ask(GET, small.clone()).await["NextToken"].clone();
    small["NextToken"] = token;
    small["MetricDataQueries"] = json!(queries[1..4]);
    let refused = client.call(GET, small).await;
    assert!(
        refused.head.contains("x-amzn-errortype: invalidnexttoken"),
        "{}",
        refused.head
    );
    running.stop().await;
}

#[actix_web::test]
async fn what_cloudwatch_refuses_is_refused_in_its_words() {
    let (simulator, running, client, account) = one(config(1, 10)).await;
    let id = simulator.desktops(&account, REGION)[0].clone();
    let good = || query(0, &id, "UserConnected", "Maximum", 300);
    let with = |pointer: &str, value: Value| {
        let mut changed = good();
        *changed.pointer_mut(pointer).expect("the member") = value;
        json!([changed])
    };
    let many: Vec<Value> = (0..501)
        .map(|n| query(n, &id, "Stopped", "Sum", 300))
        .collect();
    for (queries, message) in [
        (json!([]), "The parameter MetricDataQueries is required."),
        (
            json!(many),
            "The collection MetricDataQueries must not have a size greater than 500.",
        ),
        (
            json!([good(), good()]),
            "The values for parameter id in MetricDataQueries are not unique.",
        ),
        (
            with("/Id", json!("1a")),
            "The value 1a for parameter MetricDataQueries.member.1.Id is not matching the expected pattern",
        ),
        (
            with("/MetricStat/Stat", json!("Most")),
            "The value for parameter MetricDataQueries.member.1.MetricStat.Stat is not a valid statistic.",
        ),
        (
            with("/MetricStat/Metric/Namespace", Value::Null),
            "The parameter MetricDataQueries.member.1.MetricStat.Metric.Namespace is required.",
        ),
        (
            with("/MetricStat/Period", json!(90)),
            "MetricDataQueries.member.1.MetricStat.Period",
        ),
    ] {
        let input =
            json!({ "MetricDataQueries": queries, "StartTime": noon() - DAY, "EndTime": noon() });
        let reply = client.call(GET, input).await;
        assert_eq!(
            (reply.status, reply.code().as_str()),
            (400, "ValidationException")
        );
        assert!(reply.text().contains(message), "{}", reply.text());
    }
    for (more, message) in [
        (
            json!({ "StartTime": noon() }),
            "The parameter StartTime must not equal parameter EndTime.",
        ),
        (
            json!({ "StartTime": noon() + 60 }),
            "The parameter StartTime must be less than the parameter EndTime.",
        ),
        (
            json!({ "MaxDatapoints": 100_801 }),
            "The parameter MaxDatapoints must be less than or equal to 100800.",
        ),
        (json!({ "ScanBy": "Sideways" }), "enum value set"),
        (
            json!({ "StartTime": -1e300 }),
            "The parameter StartTime is not a timestamp.",
        ),
    ] {
        let mut input =
            json!({ "MetricDataQueries": [good()], "StartTime": noon() - DAY, "EndTime": noon() });
        for (key, value) in more.as_object().expect("members") {
            input[key] = value.clone();
        }
        let reply = client.call(GET, input).await;
        assert!(
            reply.status == 400 && reply.text().contains(message),
            "{}",
            reply.text()
        );
    }
    // Clients that know the query protocol's names are told those.
    let headers = [("X-Amz-Target", GET), ("X-Amzn-Query-Mode", "true")];
    let reply = client.send("/", &headers, b"{}").await;
    assert!(
        reply
            .head
            .contains("x-amzn-query-error: validationerror;sender"),
        "{}",
        reply.head
    );
    running.stop().await;
}

#[actix_web::test]
async fn what_is_not_published_has_no_values() {
    let (simulator, running, client, account) = one(config(1, 600)).await;
    let ids = simulator.desktops(&account, REGION);
    let dark: Vec<&String> = ids.iter().filter(|id| !simulator.has_metrics(id)).collect();
    assert!((3..25).contains(&dark.len()), "{} of 600", dark.len());
    let mut stranger = query(1, &ids[0], "UserConnected", "Maximum", 300);
    stranger["MetricStat"]["Metric"]["Dimensions"] =
        json!([{ "Name": "DirectoryId", "Value": "d-0" }]);
    let mut elsewhere = query(2, &ids[0], "CPUUtilization", "Maximum", 300);
    elsewhere["MetricStat"]["Metric"]["Namespace"] = json!("AWS/EC2");
    let mut silent = query(3, &ids[0], "Stopped", "Maximum", 300);
    silent["ReturnData"] = json!(false);
    let queries = json!([
        query(0, dark[0], "UserConnected", "Maximum", 300),
        stranger,
        elsewhere,
        silent,
        query(4, "ws-zzzzzzzzz", "Stopped", "Maximum", 300),
    ]);
    let input =
        json!({ "MetricDataQueries": queries, "StartTime": noon() - DAY, "EndTime": noon() });
    let answer = client.ask(GET, input.clone()).await;
    let results = answer["MetricDataResults"].as_array().expect("results");
    let shown: Vec<&Value> = results.iter().map(|one| &one["Id"]).collect();
    assert_eq!(shown, ["q0", "q1", "q2", "q4"]);
    for result in results {
        assert_eq!(
            (&result["Values"], &result["StatusCode"]),
            (&json!([]), &json!("Complete"))
        );
    }
    let abroad = client.in_region("us-west-2").ask(GET, input).await;
    assert_eq!(
        abroad["MetricDataResults"].as_array().map(Vec::len),
        Some(4)
    );

    let (mut listed, mut input) = (
        BTreeSet::new(),
        json!({ "Namespace": "AWS/WorkSpaces", "MetricName": "Stopped" }),
    );
    loop {
        let page = client.ask(LIST, input.clone()).await;
        let metrics = page["Metrics"].as_array().expect("metrics");
        assert!(metrics.len() <= 500);
        listed.extend(metrics.iter().map(|metric| {
            let value = &metric["Dimensions"][0]["Value"];
            value.as_str().expect("an id").to_owned()
        }));
        let Some(token) = page.get("NextToken") else {
            break;
        };
        input["NextToken"] = token.clone();
    }
    let published: BTreeSet<String> = ids
        .iter()
        .filter(|id| simulator.has_metrics(id))
        .cloned()
        .collect();
    assert_eq!(listed, published);
    running.stop().await;
}

#[actix_web::test]
async fn metrics_are_answered_in_cbor_with_tagged_times() {
    let (simulator, running, client, account) = one(config(1, 40)).await;
    let id = used(&simulator, &client, &account, "ALWAYS_ON").await;
    let headers = [
        ("Smithy-Protocol", "rpc-v2-cbor"),
        ("Content-Type", "application/cbor"),
    ];
    let path = "/service/GraniteServiceVersion20100801/operation/GetMetricData";
    let mut body = b"\xa3\x71MetricDataQueries\x81\xa2\x62Id\x61a\x6aMetricStat\xa3\x66Period\x19\x01\x2c\x64Stat\x67Maximum\x66Metric\xa3\x69Namespace\x6eAWS/WorkSpaces\x6aMetricName\x69Available\x6aDimensions\x81\xa2\x64Name\x6bWorkspaceId\x65Value\x6c".to_vec();
    body.extend(id.as_bytes());
    let from = noon() - 600;
    let time = |at: i64| [&[0xc1, 0xfb][..], &(at as f64).to_be_bytes()].concat();
    body.extend(b"\x69StartTime");
    body.extend(time(from));
    body.extend(b"\x67EndTime");
    body.extend(time(from + 300));
    let reply = client.send(path, &headers, &body).await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    let mut expected = b"\xa2\x71MetricDataResults\x81\xa5\x62Id\x61a\x65Label\x69Available\x6aStatusCode\x68Complete\x6aTimestamps\x81\xc1\x1a".to_vec();
    expected.extend((from as u32).to_be_bytes());
    expected.extend(b"\x66Values\x81\xfb");
    expected.extend(1f64.to_be_bytes());
    expected.extend(b"\x68Messages\x80");
    assert_eq!(reply.body, expected);
    running.stop().await;
}

#[actix_web::test]
async fn the_past_keeps_to_the_mode_it_had() {
    let (simulator, running, client, account) = one(config(1, 60)).await;
    let id = used(&simulator, &client, &account, "AUTO_STOP").await;
    let ask = || {
        series(
            &client,
            &id,
            [("Stopped", "Sum", 300)],
            noon() - 5 * DAY,
            noon(),
        )
    };
    let [before] = ask().await;
    assert!(before.len() > 100);
    let change = DesktopChange {
        running_mode: Some("ALWAYS_ON".to_owned()),
        ..DesktopChange::default()
    };
    assert!(simulator.change_desktop(&account, REGION, &id, &change));
    simulator.advance(Duration::from_secs(2 * 86_400));
    assert_eq!(ask().await, [before]);
    let [after] = series(
        &client,
        &id,
        [("Stopped", "Sum", 300)],
        noon() + 300,
        noon() + 2 * DAY,
    )
    .await;
    assert_eq!(after, []);
    running.stop().await;
}
