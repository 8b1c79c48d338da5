//! How long understanding takes. The limits are wide, because test builds are slow; what release
//! builds take is printed.

use std::time::{Duration, Instant};

use assistant::semantic::{Semantics, Values};
use domain::Scope;

use crate::estate::{estate, now};

#[tokio::test]
async fn understanding_is_quick() {
    let estate = estate().await;
    let started = Instant::now();
    let semantics = Semantics::new();
    let learned = started.elapsed();
    let started = Instant::now();
    Values::load(&estate.db, &Scope::All).await.unwrap();
    let loaded = started.elapsed();
    let questions: Vec<&str> = include_str!("dev.txt")
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with(['#', '=', '!']))
        .collect();
    let mut times: Vec<Duration> = questions
        .iter()
        .map(|question| {
            let started = Instant::now();
            std::hint::black_box(semantics.understand(question, &estate.values, None, now()));
            started.elapsed()
        })
        .collect();
    times.sort();
    let half = times[times.len() / 2];
    println!(
        "learned in {learned:?}, names read in {loaded:?}, half understood in {half:?}, slowest {:?}",
        times[times.len() - 1]
    );
    assert!(half < Duration::from_millis(100), "{half:?}");
    assert!(learned < Duration::from_secs(20), "{learned:?}");
}
