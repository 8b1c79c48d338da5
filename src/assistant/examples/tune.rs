//! For whoever works on the semantic layer: puts the questions of files to the known kinds and prints each that
//! came out wrong or was refused, with how its words were taken.
//!
//! `cargo run -p assistant --example tune -- [--words] FILE.jsonl…`

use assistant::evaluation::{Templates, estate, evaluate, parse};
use assistant::semantic::{Semantics, Understanding, Values};
use domain::Scope;

#[tokio::main]
async fn main() {
    let (flags, files): (Vec<String>, Vec<String>) = std::env::args()
        .skip(1)
        .partition(|argument| argument.starts_with("--"));
    let words = flags.iter().any(|flag| flag == "--words");
    let folder = tempfile::tempdir().expect("a folder for databases");
    let databases = estate::build(folder.path(), estate::DATABASES)
        .await
        .expect("databases");
    let values = Values::load(&databases[0], &Scope::All)
        .await
        .expect("values");
    let semantics = Semantics::new();
    let templates = Templates::of(&databases[0]).await.expect("values");
    for file in files {
        let text = std::fs::read_to_string(&file).expect("a file of questions");
        let questions = parse(&text).expect("questions");
        let run = evaluate(&templates, &databases, &questions, estate::now())
            .await
            .expect("a measurement");
        let (mut answerable, mut answered, mut wrong) = (0, 0, 0);
        for asked in &run.questions {
            answerable += usize::from(asked.answerable);
            answered += usize::from(asked.answerable && asked.answered());
            let amiss = asked.answered() && !asked.right();
            wrong += usize::from(amiss);
            if asked.right() {
                continue;
            }
            let word = if amiss { "WRONG" } else { "refused" };
            println!("{word} {} [{}] {}", asked.id, asked.kind, asked.question);
            let understood = semantics.understand(&asked.question, &values, None, estate::now());
            match understood {
                Understanding::Ambiguous(readings) => {
                    for reading in readings {
                        println!("  or {}", reading.sql());
                    }
                }
                Understanding::CannotAnswer { reason } => println!("  says {reason}"),
                Understanding::Query(query) => {
                    println!("  made {}: {}", query.intent(), query.sql())
                }
                Understanding::Unknown => {}
            }
            if let Some(gold) = &asked.gold {
                println!("  gold {gold}");
            }
            if words {
                println!(
                    "{}",
                    semantics.explain(&asked.question, &values, estate::now())
                );
            }
        }
        println!(
            "{file}: {answered} of {answerable} answered, {wrong} of {} wrong\n",
            run.questions
                .iter()
                .filter(|asked| asked.answered())
                .count()
        );
    }
}
