//! What there is to find in an estate shows in its metrics, and is answered fast.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use simulator::{PlantedKind, SimulatorConfig};

use crate::client::REGION;
use crate::metrics::{DAY, GET, noon, pages, query};
use crate::{config, one};

#[actix_web::test]
async fn planted_sizes_and_idle_desktops_show_in_the_metrics() {
    let regions = vec!["us-east-1".to_owned()];
    let (simulator, running, client, account) = one(SimulatorConfig {
        regions,
        ..config(1, 1500)
    })
    .await;
    let client = client.in_region("us-east-1");
    let planted = simulator.planted();
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for one in &planted {
        *counts.entry(format!("{:?}", one.kind)).or_default() += 1;
    }
    let count = |kind: &str| counts.get(kind).copied().unwrap_or_default();
    assert!((60..150).contains(&count("TooLarge")), "{counts:?}");
    assert!((30..90).contains(&count("TooSmall")), "{counts:?}");
    assert!((100..260).contains(&count("Idle")), "{counts:?}");
    assert!((40..140).contains(&count("NeverUsed")), "{counts:?}");
    assert!(count("WrongMode { better: AlwaysOn }") > 60, "{counts:?}");
    assert!(count("WrongMode { better: AutoStop }") > 60, "{counts:?}");
    let ids = simulator.desktops(&account, "us-east-1");
    let of = |id: &str| {
        planted
            .iter()
            .filter(|one| one.workspace_id == id)
            .map(|one| one.kind)
            .collect::<Vec<_>>()
    };
    for chunk in ids.chunks(100).take(4) {
        let queries = chunk.iter().enumerate().flat_map(|(n, id)| {
            [
                query(3 * n, id, "CPUUsage", "Average", 30 * DAY),
                query(3 * n + 1, id, "MemoryUsage", "Average", 30 * DAY),
                query(3 * n + 2, id, "UserConnected", "Sum", 30 * DAY),
            ]
        });
        let input = json!({ "MetricDataQueries": queries.collect::<Vec<_>>(), "StartTime": noon() - 30 * DAY, "EndTime": noon() });
        let found = pages(&client, input, 1).await;
        for (n, id) in chunk.iter().enumerate() {
            let value = |n: usize| found[&format!("q{n}")].first().map(|(_, value)| *value);
            let kinds = of(id);
            let Some((cpu, memory)) = value(3 * n).zip(value(3 * n + 1)) else {
                assert!(
                    !kinds.contains(&PlantedKind::TooLarge)
                        && !kinds.contains(&PlantedKind::TooSmall)
                );
                continue;
            };
            assert!(
                !kinds.contains(&PlantedKind::Idle) && !kinds.contains(&PlantedKind::NeverUsed)
            );
            let slots = value(3 * n + 2).expect("they worked");
            if kinds.contains(&PlantedKind::TooLarge) {
                assert!(cpu < 8.0 && memory < 25.0, "{id}: {cpu} {memory}");
            } else if kinds.contains(&PlantedKind::TooSmall) {
                assert!(cpu > 80.0 && memory > 88.0, "{id}: {cpu} {memory}");
            } else if slots >= 240.0 {
                assert!(
                    (20.0..55.0).contains(&cpu) && (35.0..70.0).contains(&memory),
                    "{id}: {cpu} {memory}"
                );
            }
        }
    }
    running.stop().await;
}

/// Only a release build says something about speed; here it must not be absurd.
#[actix_web::test]
async fn five_hundred_series_of_two_hundred_values_take_no_time() {
    let (simulator, running, client, account) = one(config(1, 500)).await;
    let ids = simulator.desktops(&account, REGION);
    let queries: Vec<Value> = ids
        .iter()
        .enumerate()
        .map(|(n, id)| query(n, id, "UserConnected", "Maximum", 300))
        .collect();
    let input =
        json!({ "MetricDataQueries": queries, "StartTime": noon() - 60_000, "EndTime": noon() });
    let began = Instant::now();
    let answer = client.ask(GET, input).await;
    assert_eq!(
        answer["MetricDataResults"].as_array().map(Vec::len),
        Some(500)
    );
    assert!(
        began.elapsed() < Duration::from_secs(2),
        "{:?}",
        began.elapsed()
    );
    running.stop().await;
}
