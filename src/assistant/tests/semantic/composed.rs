//! Every composition runs: kinds of question with filters and groups put together by chance, each
//! SQL through the guarded door. And hostile words never get into SQL.

use std::time::Duration;

use assistant::semantic::{Semantics, Understanding};
use domain::Scope;

use crate::estate::{estate, now};

/// Choices that are the same in every run.
struct Dice(u64);

impl Dice {
    fn pick<'a>(&mut self, from: &[&'a str]) -> &'a str {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        from[(self.0 >> 33) as usize % from.len()]
    }
}

const DESKTOPS: &[&str] = &[
    "desktops",
    "workspaces",
    "machines",
    "vms",
    "deleted desktops",
];

const DESKTOP_FILTERS: &[&str] = &[
    "",
    "",
    "of Acme",
    "in eu-west-1",
    "that are stopped",
    "not in us-east-1",
    "with more than 80 GB root volume",
    "never connected",
    "not used for 60 days",
    "without a user",
    "with an error code",
    "tagged Team=Sales",
    "without a CostCenter tag",
    "on windows",
    "that are always on",
    "created last month",
    "older than 90 days",
    "with an unencrypted user volume",
    "of jdoe",
    "in account acme-prod",
    "in directory corp-0",
    "unhealthy or stopped",
    "that are encrypted",
    "other than Globex",
    "with a timeout of 60 minutes",
    "untagged",
    "in Europe",
    "with compute type POWER",
    "made from bundle Office Power",
    "connected right now",
    "used in the last 7 days",
    "first seen since 1 July 2026",
];

const DESKTOP_GROUPS: &[&str] = &[
    "client",
    "region",
    "state",
    "account",
    "bundle",
    "directory",
    "running mode",
    "operating system",
    "compute type",
    "Team",
    "month",
    "user",
    "error code",
    "connection state",
    "CostCenter and region",
    "client and state",
];

type Words = &'static [&'static str];

/// A thing, its filters, its groups and its measures.
const OTHERS: &[(&str, Words, Words, Words)] = &[
    (
        "syncs",
        &[
            "",
            "that failed",
            "of Acme",
            "in the last 7 days",
            "in eu-west-1",
            "that took longer than 5 seconds",
            "not complete",
            "since monday",
            "of account Globex main",
        ],
        &[
            "account",
            "status",
            "region",
            "day",
            "client",
            "resource type",
            "month",
        ],
        &[
            "duration",
            "api calls",
            "rows seen",
            "rows changed",
            "versions written",
        ],
    ),
    (
        "jobs",
        &[
            "",
            "that failed",
            "started by the schedule",
            "requested by root",
            "of kind sync",
            "queued",
            "last week",
            "account test",
            "that took longer than 5 minutes",
        ],
        &["state", "kind", "cause", "requester", "day"],
        &["duration", "attempts", "waiting time"],
    ),
    (
        "alerts",
        &[
            "",
            "open",
            "closed",
            "about credentials",
            "of Globex",
            "raised this month",
            "in eu-west-1",
        ],
        &["kind", "account", "client", "region", "month"],
        &["age"],
    ),
    (
        "state changes",
        &[
            "",
            "to stopped",
            "from available to stopped",
            "of Acme",
            "yesterday",
            "in eu-west-1",
            "of jdoe",
            "of ws-000000003",
        ],
        &[
            "new state",
            "previous state",
            "day",
            "client",
            "desktop",
            "account",
        ],
        &[],
    ),
    (
        "recorded changes",
        &[
            "",
            "yesterday",
            "of Acme",
            "of ws-000000003",
            "in eu-west-1",
            "to desktops",
            "this year",
        ],
        &[
            "kind of change",
            "day",
            "client",
            "account",
            "resource type",
        ],
        &[],
    ),
    (
        "accounts",
        &[
            "",
            "of Acme",
            "never synced",
            "disabled",
            "onboarded this year",
            "not synced in the last 2 days",
        ],
        &["client"],
        &[],
    ),
    (
        "directories",
        &["", "of Globex", "in eu-west-1", "registered", "simple ad"],
        &["client", "region", "account", "type"],
        &[],
    ),
    (
        "bundles",
        &["", "of Globex", "custom", "owned by amazon", "power"],
        &["client", "region", "compute type", "owner"],
        &[],
    ),
    (
        "clients",
        &["", "created this year", "without desktops"],
        &[],
        &[],
    ),
];

fn questions() -> Vec<String> {
    let mut dice = Dice(7);
    let mut found = Vec::new();
    let measures = [
        "root volume",
        "user volume",
        "storage",
        "auto-stop timeout",
        "age",
        "days since last connection",
    ];
    for turn in 0..700 {
        let things = dice.pick(DESKTOPS);
        let (one, two) = (dice.pick(DESKTOP_FILTERS), dice.pick(DESKTOP_FILTERS));
        let (group, measure) = (dice.pick(DESKTOP_GROUPS), dice.pick(&measures));
        found.push(shape(turn, things, &format!("{one} {two}"), group, measure));
    }
    for turn in 0..900 {
        let (things, filters, groups, measures) = OTHERS[turn % OTHERS.len()];
        let one = dice.pick(filters);
        let group = if groups.is_empty() {
            "region"
        } else {
            dice.pick(groups)
        };
        let measure = if measures.is_empty() {
            "age"
        } else {
            dice.pick(measures)
        };
        found.push(shape(turn / OTHERS.len(), things, one, group, measure));
    }
    found
}

fn shape(turn: usize, things: &str, filters: &str, group: &str, measure: &str) -> String {
    match turn % 16 {
        0 => format!("how many {things} {filters}"),
        1 => format!("list {things} {filters}"),
        2 => format!("{things} {filters} per {group}"),
        3 => format!("average {measure} of {things} {filters}"),
        4 => format!("total {measure} of {things} {filters} by {group}"),
        5 => format!("which {group} has the most {things} {filters}"),
        6 => format!("top 5 {things} by {measure} {filters}"),
        7 => format!("what percentage of {things} {filters} are stopped"),
        8 => format!("share of {things} {filters} by {group}"),
        9 => format!("{things} {filters} per month"),
        10 => format!("last 3 {things} {filters}"),
        11 => format!("are there any {things} {filters}"),
        12 => format!("which {group}s have more than 2 {things} {filters}"),
        13 => format!("how many different {group}s have {things} {filters}"),
        14 => format!("largest {measure} of {things} {filters}"),
        _ => format!("which {group}s have {things} {filters}"),
    }
}

#[tokio::test]
async fn every_composition_runs() {
    let estate = estate().await;
    let semantics = Semantics::new();
    let (mut understood, mut slowest, mut asked) = (0, Duration::ZERO, 0);
    let mut ran = std::collections::HashSet::new();
    for question in questions() {
        asked += 1;
        let started = std::time::Instant::now();
        let readings = match semantics.understand(&question, &estate.values, None, now()) {
            Understanding::Query(query) => vec![*query],
            Understanding::Ambiguous(readings) => {
                assert!((2..=4).contains(&readings.len()), "{question}");
                readings
            }
            _ => Vec::new(),
        };
        slowest = slowest.max(started.elapsed());
        understood += usize::from(!readings.is_empty());
        if std::env::var_os("SHOW").is_some() {
            let labels: Vec<String> = readings
                .iter()
                .map(|query| format!("{} [{}]", query.label(), query.intent()))
                .collect();
            println!("@ {question} => {}", labels.join(" ## "));
        }
        for query in readings {
            assert!(!query.label().is_empty() && !query.id().is_empty());
            let kept = serde_json::to_string(&query).unwrap();
            let back: assistant::semantic::Query = serde_json::from_str(&kept).unwrap();
            assert_eq!(back.sql(), query.sql());
            if !ran.insert(query.sql()) {
                continue;
            }
            store::query::run(
                &estate.db,
                &Scope::All,
                &query.sql(),
                5,
                Duration::from_secs(5),
            )
            .await
            .unwrap_or_else(|error| panic!("{question}\n{}\n{error}", query.sql()));
        }
    }
    println!(
        "{understood} of {asked} understood, {} statements, slowest {slowest:?}",
        ran.len()
    );
    assert!(understood * 10 > asked * 5, "{understood} of {asked}");
}

#[tokio::test]
async fn hostile_words_never_reach_sql() {
    let estate = estate().await;
    let semantics = Semantics::new();
    for hostile in [
        "'; DROP TABLE workspace; --",
        "x' OR '1'='1",
        "\"; SELECT password_hash FROM person; --",
        "UNION SELECT secret FROM installation_secret",
        "/* */ PRAGMA table_info(person)",
        "Acme' OR 1=1",
        "ws-' OR 1=1 --",
        "1; ATTACH DATABASE 'x' AS y",
        "%' OR region LIKE '%",
    ] {
        for question in [
            hostile.to_owned(),
            format!("how many desktops does {hostile} have"),
            format!("desktops of {hostile} in eu-west-1"),
            format!("desktops tagged Team={hostile}"),
            format!("desktops per {hostile}"),
            format!("history of {hostile}"),
        ] {
            let readings = match semantics.understand(&question, &estate.values, None, now()) {
                Understanding::Query(query) => vec![*query],
                Understanding::Ambiguous(readings) => readings,
                _ => continue,
            };
            for query in readings {
                let sql = query.sql().to_lowercase();
                for word in [
                    "drop", "person", "secret", "pragma", "attach", "union", "or 1=1", "'1'='1'",
                    "--",
                ] {
                    assert!(!sql.contains(word), "{question}: {sql}");
                }
            }
        }
    }
}
