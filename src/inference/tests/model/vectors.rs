//! Our tokens against the published ones: for each vocabulary a file of texts and one of the
//! tokens that the reference implementation makes of them.

use std::collections::BTreeSet;
use std::io::Cursor;
use std::path::{Path, PathBuf};

use candle_core::quantized::gguf_file::Content;
use inference::tokenizer::{Tokenizer, TokenizerError};

/// Vocabularies that must be among the fixtures, so that an empty folder is no pass.
const REQUIRED: &[&str] = &[
    "phi-3",
    "llama-spm",
    "gpt-2",
    "llama-bpe",
    "qwen2",
    "refact",
];

fn find(folder: &Path, depth: usize, found: &mut Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return;
    };
    for path in entries.filter_map(|entry| Some(entry.ok()?.path())) {
        if path.is_dir() && depth > 0 {
            find(&path, depth - 1, found);
        } else if path.extension().is_some_and(|extension| extension == "inp") {
            found.push(path);
        }
    }
}

fn tokenizer(vocabulary: &Path) -> Result<Tokenizer, TokenizerError> {
    let bytes = std::fs::read(vocabulary).expect("the vocabulary is there");
    let content = Content::read(&mut Cursor::new(bytes)).expect("the vocabulary is a GGUF");
    Tokenizer::from_metadata(&content.metadata)
}

#[test]
fn published_vectors() {
    let Some(folder) = std::env::var_os("STOCKTAKE_MODEL_FIXTURES") else {
        eprintln!(
            "SKIPPED published_vectors: STOCKTAKE_MODEL_FIXTURES names no folder; scripts/model-fixtures makes one"
        );
        return;
    };
    let mut inputs = Vec::new();
    find(Path::new(&folder), 6, &mut inputs);
    inputs.sort();
    let mut compared = BTreeSet::new();
    let mut wrong = Vec::new();
    for input in inputs {
        let vocabulary = input.with_extension("");
        let name = vocabulary
            .file_stem()
            .and_then(|stem| stem.to_str())
            .and_then(|stem| stem.strip_prefix("ggml-vocab-"))
            .expect("fixtures are named ggml-vocab-NAME.gguf")
            .to_owned();
        let tokenizer = match tokenizer(&vocabulary) {
            Ok(tokenizer) => tokenizer,
            Err(error @ (TokenizerError::Model(_) | TokenizerError::Words(_))) => {
                eprintln!("{name}: {error}");
                continue;
            }
            Err(error) => panic!("{name}: {error}"),
        };
        let texts = std::fs::read_to_string(&input).expect("the texts are there");
        let tokens = std::fs::read_to_string(vocabulary.with_extension("gguf.out"))
            .expect("the tokens are there");
        let texts: Vec<&str> = texts.split("\n__ggml_vocab_test__\n").collect();
        let tokens: Vec<Vec<u32>> = tokens
            .lines()
            .map(|line| {
                line.split_whitespace()
                    .map(|id| id.parse().expect("a token is a number"))
                    .collect()
            })
            .collect();
        assert!(tokens.len() > 30, "{name}: only {} vectors", tokens.len());
        for (text, expected) in texts.iter().zip(&tokens) {
            let ours = tokenizer.encode(text, false);
            if ours != *expected {
                wrong.push(format!(
                    "{name} {text:?}\n ours     {ours:?}\n expected {expected:?}"
                ));
            }
            let mut decoder = tokenizer.decoder();
            let mut back: String = ours.iter().map(|id| decoder.push(*id)).collect();
            back.push_str(&decoder.finish());
            if back != *text {
                wrong.push(format!("{name} {text:?} comes back as {back:?}"));
            }
        }
        compared.insert(name);
    }
    eprintln!("compared {compared:?}");
    assert!(
        wrong.is_empty(),
        "{} wrong\n{}",
        wrong.len(),
        wrong.join("\n")
    );
    for name in REQUIRED {
        assert!(compared.contains(*name), "no vectors of {name}");
    }
}
