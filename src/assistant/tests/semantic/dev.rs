//! The layer measured on questions of our own: how many it answers, and how many of its answers are
//! right. Answers are compared by their rows, wherever the asked columns stand.

use std::collections::BTreeMap;
use std::time::Duration;

use assistant::semantic::{Semantics, Understanding};
use domain::Scope;

use crate::estate::{Estate, estate, now};

type Rows = Vec<Vec<String>>;

async fn rows(estate: &Estate, sql: &str) -> Rows {
    let result = store::query::run(&estate.db, &Scope::All, sql, 10_000, Duration::from_secs(5))
        .await
        .unwrap_or_else(|error| panic!("{sql}: {error}"));
    let cell = |value: &serde_json::Value| match value.as_f64() {
        Some(number) => format!("{number:.3}"),
        None => value.to_string(),
    };
    result
        .rows
        .iter()
        .map(|row| row.iter().map(cell).collect())
        .collect()
}

/// Whether some columns of `answer` are the columns of `gold`, row by row.
fn holds(answer: &Rows, gold: &Rows) -> bool {
    if answer.len() != gold.len() {
        return false;
    }
    let Some(first) = gold.first() else {
        return true;
    };
    let column = |rows: &Rows, at: usize| {
        let mut values: Vec<String> = rows.iter().map(|row| row[at].clone()).collect();
        values.sort();
        values
    };
    let width = answer[0].len();
    let options: Vec<Vec<usize>> = (0..first.len())
        .map(|at| {
            let wanted = column(gold, at);
            (0..width)
                .filter(|other| column(answer, *other) == wanted)
                .collect()
        })
        .collect();
    let mut wanted = gold.clone();
    wanted.sort();
    choose(&options, &mut Vec::new(), &mut |columns| {
        let mut found: Rows = answer
            .iter()
            .map(|row| columns.iter().map(|at| row[*at].clone()).collect())
            .collect();
        found.sort();
        found == wanted
    })
}

fn choose(
    options: &[Vec<usize>],
    taken: &mut Vec<usize>,
    test: &mut dyn FnMut(&[usize]) -> bool,
) -> bool {
    let Some(next) = options.get(taken.len()) else {
        return test(taken);
    };
    next.iter().any(|at| {
        taken.push(*at);
        let held = choose(options, taken, test);
        taken.pop();
        held
    })
}

#[tokio::test]
async fn answers_are_right_and_most_questions_are_answered() {
    let estate = estate().await;
    let semantics = Semantics::new();
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    let mut gold: Option<&str> = None;
    let mut troubles = Vec::new();
    let files = [
        include_str!("dev.txt"),
        include_str!("dev2.txt"),
        include_str!("dev3.txt"),
        include_str!("dev4.txt"),
        include_str!("dev5.txt"),
    ];
    let only: Option<usize> = std::env::var("DEV")
        .ok()
        .and_then(|number| number.parse().ok());
    let files = files
        .iter()
        .enumerate()
        .filter(|(at, _)| only.is_none_or(|only| only == at + 1));
    for line in files.flat_map(|(_, file)| file.lines()) {
        let line = line.trim();
        match line.chars().next() {
            None | Some('#') => continue,
            Some('=') => {
                gold = Some(line[1..].trim());
                continue;
            }
            Some('!') => {
                gold = None;
                continue;
            }
            _ => {}
        }
        let understood = semantics.understand(line, &estate.values, None, now());
        let outcome = match (&understood, gold) {
            (Understanding::Query(query), Some(gold)) => {
                let (answer, gold_rows) =
                    (rows(&estate, &query.sql()).await, rows(&estate, gold).await);
                if holds(&answer, &gold_rows) {
                    "right"
                } else {
                    troubles.push(format!(
                        "WRONG {line}\n   {}\n   {}",
                        query.label(),
                        query.sql()
                    ));
                    "wrong"
                }
            }
            (Understanding::Query(query), None) => {
                troubles.push(format!(
                    "ANSWERED {line}\n   {}\n   {}",
                    query.label(),
                    query.sql()
                ));
                "answered what has no answer"
            }
            (Understanding::Ambiguous(readings), Some(gold)) => {
                let mut any = false;
                let gold_rows = rows(&estate, gold).await;
                for reading in readings {
                    any |= holds(&rows(&estate, &reading.sql()).await, &gold_rows);
                }
                let labels: Vec<String> = readings.iter().map(|reading| reading.label()).collect();
                troubles.push(format!(
                    "ASKED BACK ({any}) {line}\n   {}",
                    labels.join("\n   ")
                ));
                "asked back"
            }
            (other, Some(_)) => {
                troubles.push(format!("PASSED {line} {other:?}"));
                "passed on"
            }
            (_, None) => "refused rightly",
        };
        *counts.entry(outcome).or_default() += 1;
    }
    let report = format!("{}\n{counts:?}", troubles.join("\n"));
    let of = |name: &str| counts.get(name).copied().unwrap_or(0) as f64;
    let answered = of("right") + of("wrong");
    let asked = answered + of("asked back") + of("passed on");
    println!(
        "{report}\nprecision {:.3}, coverage {:.3}",
        of("right") / answered,
        of("right") / asked
    );
    assert!(of("answered what has no answer") == 0.0, "{report}");
    assert!(of("right") / answered >= 0.98, "{report}");
    assert!(of("right") / asked >= 0.8, "{report}");
}
