//! The engine with a whole tiny model: what it reads again and what it does not, on disk and off,
//! and grammars over random weights, which say anything that they may.

use std::fs;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use candle_core::quantized::GgmlDType;
use domain::text_model::{
    Cancel, Generated, Message, ModelState, Speaker, TextModel, TextModelError, TextRequest,
};
use inference::engine::{Engine, EngineConfig, ModelSource};

use crate::support::{Spec, write_model};

const LONG: Duration = Duration::from_secs(60);

fn start(model: &Path, prefixes: Option<&Path>) -> Engine {
    start_with_context(model, prefixes, 1024)
}

fn start_with_context(model: &Path, prefixes: Option<&Path>, context: usize) -> Engine {
    let source = ModelSource::File(model.to_owned());
    let engine = Engine::start(EngineConfig {
        threads: Some(2),
        context,
        prefix_folder: prefixes.map(Path::to_owned),
        ..EngineConfig::new("tiny", source)
    });
    let status = engine.wait_ready(LONG);
    assert_eq!(status.state, ModelState::Ready, "{status:?}");
    engine
}

fn ask(question: &str, grammar: Option<&str>) -> TextRequest {
    TextRequest {
        instructions: "the count of the hours and the words ".repeat(6),
        messages: vec![Message {
            speaker: Speaker::User,
            text: question.to_owned(),
        }],
        grammar: grammar.map(str::to_owned),
        max_tokens: 24,
        deadline: Instant::now() + LONG,
        cancel: Cancel::default(),
    }
}

fn answer(engine: &Engine, request: &TextRequest) -> Generated {
    engine
        .generate(request, &mut |_| ControlFlow::Continue(()))
        .expect("it answers")
}

fn kept(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else {
        return Vec::new();
    };
    let mut files: Vec<PathBuf> = entries
        .map(|entry| entry.expect("readable").path())
        .collect();
    files.sort();
    files
}

fn wait_for(mut condition: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !condition() {
        assert!(begun.elapsed() < LONG, "it never came");
        std::thread::sleep(Duration::from_millis(2));
    }
}

#[test]
fn what_is_reused_changes_no_answer() {
    let folder = tempfile::tempdir().expect("a folder is made");
    let model = folder.path().join("tiny.gguf");
    for (architecture, kind) in [("phi3", GgmlDType::Q4K), ("llama", GgmlDType::Q4_1)] {
        write_model(&model, &Spec::new(architecture, kind));
        let questions = ["Which?", "Which of them?", "who", "Which?"];
        let fresh: Vec<Generated> = questions
            .iter()
            .map(|question| answer(&start(&model, None), &ask(question, None)))
            .collect();
        assert!(fresh.iter().any(|generated| !generated.text.is_empty()));
        let engine = start(&model, None);
        for (question, fresh) in questions.iter().zip(&fresh) {
            let again = answer(&engine, &ask(question, None));
            assert_eq!(again.text, fresh.text, "{architecture}: {question}");
            assert_eq!(fresh.usage.reused_tokens, 0);
        }
        let last = answer(&engine, &ask("Which?", None));
        assert_eq!(last.usage.prompt_tokens - last.usage.reused_tokens, 1);
        assert!(engine.status().prefix_hit_rate > 0.5);
    }
}

#[test]
fn kept_prompts_survive_a_restart_and_damage_does_not() {
    let folder = tempfile::tempdir().expect("a folder is made");
    let model = folder.path().join("tiny.gguf");
    let prefixes = folder.path().join("prefixes");
    write_model(&model, &Spec::new("phi3", GgmlDType::Q8_0));
    let request = ask("Which of them?", None);

    let engine = start(&model, Some(&prefixes));
    engine.prepare(request.instructions.clone());
    assert!(engine.wait_prepared(LONG));
    let first = answer(&engine, &request);
    assert!(first.usage.reused_tokens > 100, "{:?}", first.usage);
    drop(engine);
    assert_eq!(kept(&prefixes).len(), 1);

    let engine = start(&model, Some(&prefixes));
    let second = answer(&engine, &request);
    assert_eq!(second.text, first.text);
    assert_eq!(second.usage.reused_tokens, first.usage.reused_tokens);
    drop(engine);

    let file = kept(&prefixes).remove(0);
    let whole = fs::read(&file).expect("it is there");
    let end = whole.len();
    let mut foreign = whole.clone();
    foreign[0] ^= 1;
    let mut body = whole.clone();
    body[4096 + 100] ^= 1;
    let mut record = whole.clone();
    record[end - 60] ^= 1;
    for damaged in [
        &whole[..end / 2],
        &whole[..end - 1],
        b"",
        &foreign,
        &body,
        &record,
    ] {
        fs::write(&file, damaged).expect("it is ours");
        let engine = start(&model, Some(&prefixes));
        let again = answer(&engine, &request);
        assert_eq!(again.text, first.text);
        assert_eq!(again.usage.reused_tokens, 0);
        // It is made anew once the answer is out.
        wait_for(|| fs::read(&file).is_ok_and(|bytes| bytes == whole));
    }
}

#[test]
fn kept_prompts_belong_to_one_model_and_few_stay() {
    let folder = tempfile::tempdir().expect("a folder is made");
    let model = folder.path().join("tiny.gguf");
    let prefixes = folder.path().join("prefixes");
    let spec = Spec {
        longrope_from: Some(512),
        ..Spec::new("phi3", GgmlDType::Q8_0)
    };
    write_model(&model, &spec);
    let request = ask("Which?", None);
    for (number, context) in [(1, 512), (2, 513)] {
        // Long factors turn keys otherwise than short ones.
        let engine = start_with_context(&model, Some(&prefixes), context);
        let generated = answer(&engine, &request);
        assert_eq!(generated.usage.reused_tokens, 0);
        wait_for(|| kept(&prefixes).len() == number);
    }
    write_model(&model, &Spec { seed: 8, ..spec });
    let engine = start(&model, Some(&prefixes));
    for instructions in ["one", "two", "three", "four"] {
        engine.prepare(format!("{instructions} of the words"));
        assert!(engine.wait_prepared(LONG));
    }
    assert_eq!(kept(&prefixes).len(), 3);
}

#[test]
fn a_grammar_holds_whatever_the_weights_say() {
    let folder = tempfile::tempdir().expect("a folder is made");
    let model = folder.path().join("tiny.gguf");
    let lark = r#"
start: "SELECT " columns " FROM " table (" WHERE " column " = " NUMBER)? ";"
columns: column (", " column){0,2}
column: "name" | "state" | "region"
table: "desktops" | "users"
NUMBER: /[0-9]{1,3}/
"#;
    let shape = |text: &str| {
        let rest = text.strip_prefix("SELECT ")?.strip_suffix(';')?;
        let (columns, rest) = rest.split_once(" FROM ")?;
        let named = |column: &str| ["name", "state", "region"].contains(&column);
        let (table, filter) = match rest.split_once(" WHERE ") {
            Some((table, filter)) => (table, Some(filter)),
            None => (rest, None),
        };
        let filtered = filter.is_none_or(|filter| {
            filter.split_once(" = ").is_some_and(|(column, number)| {
                named(column) && (1..=3).contains(&number.len()) && number.parse::<u32>().is_ok()
            })
        });
        let columns = columns.split(", ").all(named);
        (columns && ["desktops", "users"].contains(&table) && filtered).then_some(())
    };
    for architecture in ["phi3", "llama", "qwen2"] {
        write_model(&model, &Spec::new(architecture, GgmlDType::Q8_0));
        let engine = start(&model, None);
        let mut request = ask("Which?", Some(lark));
        request.max_tokens = 200;
        let generated = answer(&engine, &request);
        assert!(shape(&generated.text).is_some(), "{:?}", generated.text);
        assert!(!generated.cut_off);
        let usage = generated.usage;
        assert!(usage.forced_tokens > usage.sampled_tokens, "{usage:?}");
    }
}

#[test]
fn borrowed_architectures_answer_the_same_each_time() {
    let folder = tempfile::tempdir().expect("a folder is made");
    let model = folder.path().join("tiny.gguf");
    for architecture in ["gemma3", "qwen3"] {
        let spec = Spec {
            window: Some(512),
            ..Spec::new(architecture, GgmlDType::Q8_0)
        };
        write_model(&model, &spec);
        let engine = start(&model, None);
        let plain = answer(&engine, &ask("Which?", None));
        answer(&engine, &ask("who of them?", None));
        assert_eq!(answer(&engine, &ask("Which?", None)).text, plain.text);
        assert_eq!(engine.status().kernel, "candle");
    }
}

#[test]
fn one_way_to_answer_needs_no_choice() {
    let folder = tempfile::tempdir().expect("a folder is made");
    let model = folder.path().join("tiny.gguf");
    write_model(&model, &Spec::new("phi3", GgmlDType::Q8_0));
    let engine = start(&model, None);
    let mut request = ask("Which?", Some(r#"start: "a count of the 42 desktops""#));
    request.max_tokens = 100;
    let generated = answer(&engine, &request);
    assert_eq!(generated.text, "a count of the 42 desktops");
    // The first token may or may not carry a space; everything after it is settled.
    assert!(generated.usage.sampled_tokens <= 2, "{:?}", generated.usage);
    assert!(generated.usage.forced_tokens >= 8, "{:?}", generated.usage);

    request.max_tokens = 3;
    let cut = answer(&engine, &request);
    assert!(cut.cut_off);
    assert!("a count of the 42 desktops".starts_with(&cut.text));
}

#[test]
fn questions_go_before_preparations() {
    let folder = tempfile::tempdir().expect("a folder is made");
    let model = folder.path().join("tiny.gguf");
    write_model(&model, &Spec::new("llama", GgmlDType::Q8_0));
    let engine = start(&model, None);
    engine.prepare("the words of the count ".repeat(30));
    let generated = answer(&engine, &ask("Which?", None));
    assert!(!generated.text.is_empty() || generated.usage.sampled_tokens > 0);
    assert!(engine.wait_prepared(LONG));
    let mut long = ask("Which?", None);
    long.instructions = "the words of the count ".repeat(30);
    assert!(answer(&engine, &long).usage.reused_tokens > 100);
}

#[test]
fn broken_files_are_named_and_nothing_else_breaks() {
    let folder = tempfile::tempdir().expect("a folder is made");
    let model = folder.path().join("tiny.gguf");
    let spec = Spec::new("llama", GgmlDType::Q8_0);
    write_model(&model, &spec);
    let whole = fs::read(&model).expect("it is there");
    let broken = folder.path().join("broken.gguf");
    let failing = |bytes: &[u8]| {
        fs::write(&broken, bytes).expect("the folder takes a file");
        let engine = Engine::start(EngineConfig::new(
            "broken",
            ModelSource::File(broken.clone()),
        ));
        let status = engine.wait_ready(LONG);
        assert_eq!(status.state, ModelState::Failed);
        let refused = engine.generate(&ask("Which?", None), &mut |_| ControlFlow::Continue(()));
        assert!(matches!(refused, Err(TextModelError::NotLoaded(_))));
        status.error.expect("it says why")
    };
    for part in [0, 3, 20, 1000, 5000, whole.len() / 2, whole.len() - 1] {
        let why = failing(&whole[..part]);
        assert!(!why.is_empty() && !why.contains("defect"), "{part}: {why}");
    }
    assert!(failing(b"#!/bin/sh\necho hello world\n").contains("GGUF"));
    // Bytes turned around in the header make another file or an error, never a defect.
    for at in (0..4000).step_by(97) {
        let mut changed = whole.clone();
        changed[at] ^= 0x55;
        fs::write(&broken, &changed).expect("the folder takes a file");
        let engine = Engine::start(EngineConfig {
            threads: Some(1),
            ..EngineConfig::new("changed", ModelSource::File(broken.clone()))
        });
        let status = engine.wait_ready(LONG);
        let defect = status
            .error
            .as_deref()
            .is_some_and(|why| why.contains("defect"));
        assert!(!defect, "byte {at}: {:?}", status.error);
    }
    let missing = Engine::start(EngineConfig::new(
        "missing",
        ModelSource::File(folder.path().join("nowhere.gguf")),
    ));
    let status = missing.wait_ready(LONG);
    assert!(status.error.expect("it says why").contains("nowhere.gguf"));
}
