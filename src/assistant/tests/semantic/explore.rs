//! For whoever works on the layer: prints how the questions of a file are understood.

use assistant::semantic::{Semantics, Understanding};

use crate::estate::{estate, now};

/// `QUESTIONS=file cargo test -p assistant --test semantic explore -- --ignored --nocapture`
#[tokio::test]
#[ignore = "prints, proves nothing"]
async fn explore() {
    let Ok(path) = std::env::var("QUESTIONS") else {
        return;
    };
    let estate = estate().await;
    let semantics = Semantics::new();
    for line in std::fs::read_to_string(path).unwrap().lines() {
        let question = line.split('\t').next().unwrap_or_default();
        let understood = semantics.understand(question, &estate.values, None, now());
        println!("Q {question}");
        if std::env::var_os("EXPLAIN").is_some() {
            println!("{}", semantics.explain(question, &estate.values, now()));
        }
        match understood {
            Understanding::Query(query) => {
                println!(
                    "  = {} | {}\n  {}",
                    query.intent(),
                    query.label(),
                    query.sql()
                );
                for note in query.notes() {
                    println!("  note: {note}");
                }
            }
            Understanding::Ambiguous(readings) => {
                for reading in readings {
                    println!("  ? {} | {}", reading.label(), reading.sql());
                }
            }
            other => println!("  {other:?}"),
        }
    }
}
