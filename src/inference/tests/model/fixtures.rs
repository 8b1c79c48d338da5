//! Forward passes against an independent one in numpy, over tiny models in every form of weights:
//! `scripts/model-fixtures` makes both, and says that llama.cpp agrees with them.

use std::path::{Path, PathBuf};

use inference::bench;
use serde::Deserialize;

use crate::architectures::ours;

#[derive(Deserialize)]
struct Expected {
    tokens: Vec<u32>,
    cases: Vec<Case>,
}

/// The largest logits at each position, and whose they are.
#[derive(Deserialize)]
struct Case {
    file: String,
    form: String,
    rope: String,
    context: usize,
    positions: usize,
    top5: Vec<Vec<u32>>,
    logits: Vec<Vec<f32>>,
}

fn folder() -> Option<PathBuf> {
    let folder = std::env::var_os("STOCKTAKE_MODEL_FIXTURES").map(PathBuf::from);
    if folder.is_none() {
        eprintln!(
            "SKIPPED the models of scripts/model-fixtures: STOCKTAKE_MODEL_FIXTURES names no folder"
        );
    }
    folder
}

fn check(folder: &Path, tokens: &[u32], case: &Case) {
    let name = format!("{} {} {}", case.file, case.rope, case.context);
    let path = folder.join(&case.file);
    let rows = ours(&path, tokens, Some(case.context), 40);
    assert_eq!(rows.len(), case.top5.len(), "{name}");
    // Where inputs are rounded to eight bits, logits move by some hundredths of their size.
    let allowed = match case.form.as_str() {
        "f32" | "f16" => 0.01,
        _ => 0.12,
    };
    let mut agreed = 0;
    let mut settled = 0;
    for (position, row) in rows.iter().enumerate() {
        let (ids, expected) = (&case.top5[position], &case.logits[position]);
        let size = expected[0].abs().max(1.0);
        for (id, expected) in ids.iter().zip(expected) {
            let off = (row[*id as usize] - expected).abs() / size;
            assert!(off < allowed, "{name}: position {position} is off by {off}");
        }
        if (expected[0] - expected[1]) / size > 2.0 * allowed {
            settled += 1;
            let best = row.iter().copied().fold(f32::MIN, f32::max);
            agreed += usize::from(row[ids[0] as usize] == best);
        }
    }
    assert_eq!(agreed, settled, "{name}: the likeliest tokens differ");

    // What is compared with llama.cpp elsewhere is the same.
    let forced = bench::forced(&path, Some(2), Some(case.context), tokens).expect("it runs");
    for (row, token) in rows.iter().zip(forced) {
        let best = row.iter().copied().fold(f32::MIN, f32::max);
        assert!(row[token as usize] > best - 0.02 * best.abs(), "{name}");
    }
}

#[test]
fn agree_with_numpy() {
    let Some(folder) = folder() else { return };
    for model in ["phi3-4k", "phi3-128k", "llama", "qwen2"] {
        let path = folder.join(format!("tiny-{model}.expected.json"));
        let Ok(text) = std::fs::read_to_string(&path) else {
            eprintln!("SKIPPED {}: it is not there", path.display());
            continue;
        };
        let expected: Expected = serde_json::from_str(&text).expect("it is what numpy wrote");
        assert!(expected.cases.len() >= 8);
        for case in &expected.cases {
            check(&folder, &expected.tokens[..case.positions], case);
        }
    }
}
