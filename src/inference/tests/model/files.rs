//! The folder of models, and executables that carry one.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use candle_core::quantized::GgmlDType;
use domain::text_model::{ModelState, TextModel};
use inference::bench;
use inference::engine::{Engine, EngineConfig, check};
use inference::library::{Library, LibraryError, Verdict, known};
use inference::packed::{PackError, embedded, embedded_in, pack};

use crate::support::{Spec, some_tokens, write_model};

fn tiny(path: &Path, seed: u64) -> usize {
    let spec = Spec {
        seed,
        ..Spec::new("llama", GgmlDType::Q8_0)
    };
    write_model(path, &spec)
}

#[test]
fn the_manifest_is_complete() {
    let known = known();
    for name in [
        "Phi-3-mini-4k-instruct",
        "Phi-3-mini-128k-instruct",
        "SmolLM2-135M-Instruct",
        "Qwen2.5-0.5B-Instruct",
    ] {
        assert!(known.iter().any(|model| model.name == name), "{name}");
    }
    for model in &known {
        assert!(inference::models::SUPPORTED.contains(&model.architecture.as_str()));
        assert!(!model.licence.is_empty() && !model.repository.is_empty());
    }
}

#[test]
fn models_are_imported_chosen_and_verified() {
    let folder = tempfile::tempdir().expect("a folder is made");
    let original = folder.path().join("first.gguf");
    tiny(&original, 1);
    let library = Library::new(folder.path().join("models"));
    assert!(
        library
            .list()
            .expect("an empty folder is no error")
            .is_empty()
    );
    assert!(matches!(library.find(None), Err(LibraryError::Empty)));

    let first = library.import(&original, None).expect("it is a model");
    assert_eq!(
        (first.name.as_str(), first.architecture.as_str()),
        ("first", "llama")
    );
    assert_eq!(first.sha256.len(), 64);
    let again = library.import(&original, None).expect("twice is once");
    assert_eq!(again, first);
    let other = folder.path().join("other.gguf");
    tiny(&other, 2);
    let taken = library.import(&other, Some("first"));
    assert!(matches!(taken, Err(LibraryError::Taken(_))), "{taken:?}");
    library
        .import(&other, Some("second-1.0"))
        .expect("another name");

    assert_eq!(
        library.find(None).expect("the first is chosen").name,
        "first"
    );
    library.choose("second-1.0").expect("it is there");
    assert_eq!(
        library.find(None).expect("it was chosen").name,
        "second-1.0"
    );
    assert!(matches!(
        library.choose("third"),
        Err(LibraryError::Unknown(_))
    ));
    assert_eq!(library.list().expect("a list").len(), 2);

    assert_eq!(
        library.verify("first").expect("it is there"),
        Verdict::Intact
    );
    let path = library.path(&first);
    let mut bytes = fs::read(&path).expect("it is there");
    let end = bytes.len() - 1;
    bytes[end] ^= 1;
    fs::remove_file(&path).expect("it is ours");
    fs::write(&path, bytes).expect("the folder takes a file");
    let verdict = library.verify("first").expect("it is there");
    assert!(matches!(verdict, Verdict::Changed { .. }), "{verdict:?}");
    fs::remove_file(&path).expect("it is ours");
    assert_eq!(
        library.verify("first").expect("it is known"),
        Verdict::Missing
    );
    library.import(&original, None).expect("it can be put back");
    assert_eq!(
        library.verify("first").expect("it is there"),
        Verdict::Intact
    );
}

#[test]
fn what_is_no_model_is_not_imported() {
    let folder = tempfile::tempdir().expect("a folder is made");
    let library = Library::new(folder.path().join("models"));
    let text = folder.path().join("text.gguf");
    fs::write(&text, "hello").expect("the folder takes a file");
    let refused = library.import(&text, None).expect_err("it is no model");
    assert!(refused.to_string().contains("GGUF"), "{refused}");
    let model = folder.path().join("model.gguf");
    tiny(&model, 1);
    for name in ["", "../up", "a/b", ".hidden", "a b", &"x".repeat(81)] {
        let refused = library.import(&model, Some(name));
        assert!(
            matches!(refused, Err(LibraryError::Name(_))),
            "{name}: {refused:?}"
        );
    }
    assert!(library.list().expect("a list").is_empty());
    fs::create_dir_all(library.folder()).expect("a folder is made");
    fs::write(
        library.folder().join("models.toml"),
        "[[model]]\nname='a'\nfile='../../etc/passwd'\nbytes=1\nsha256=''\narchitecture=''\n",
    )
    .expect("the folder takes a file");
    assert!(matches!(library.list(), Err(LibraryError::Record { .. })));
}

#[test]
fn a_program_carries_a_model() {
    let folder = tempfile::tempdir().expect("a folder is made");
    let program = Path::new("/bin/true");
    let (first, second) = (folder.path().join("1.gguf"), folder.path().join("2.gguf"));
    tiny(&first, 1);
    tiny(&second, 2);
    assert!(embedded().expect("this test carries none").is_none());
    assert!(embedded_in(program).expect("it carries none").is_none());

    let full = folder.path().join("full");
    let carried = pack(&first, program, &full, "first").expect("it packs");
    assert_eq!(carried.name, "first");
    assert_eq!(carried.bytes, fs::metadata(&first).expect("there").len());
    assert_eq!(
        embedded_in(&full).expect("it reads").as_ref(),
        Some(&carried)
    );
    let mode = fs::metadata(&full).expect("there").permissions().mode();
    assert_eq!(mode & 0o777, 0o755);
    // It still is the program that it was.
    assert!(Command::new(&full).status().expect("it runs").success());
    assert_eq!(
        check(&carried.source).expect("it loads").architecture,
        "llama"
    );
    let engine = Engine::start(EngineConfig {
        threads: Some(1),
        ..EngineConfig::new("carried", carried.source.clone())
    });
    let status = engine.wait_ready(Duration::from_secs(60));
    assert_eq!(status.state, ModelState::Ready);
    assert_eq!(engine.status().file_bytes, carried.bytes);

    // Packing again replaces the model.
    let again = folder.path().join("again");
    let replaced = pack(&second, &full, &again, "second").expect("it packs");
    assert_eq!(replaced.name, "second");
    assert_ne!(replaced.sha256, carried.sha256);
    let once = folder.path().join("once");
    pack(&second, program, &once, "second").expect("it packs");
    assert_eq!(
        fs::read(&again).expect("there"),
        fs::read(&once).expect("there")
    );
    // In place, too.
    pack(&first, &again, &again, "first").expect("it packs");
    assert_eq!(
        fs::read(&again).expect("there"),
        fs::read(&full).expect("there")
    );
}

#[test]
fn only_models_and_programs_are_packed() {
    let folder = tempfile::tempdir().expect("a folder is made");
    let model = folder.path().join("1.gguf");
    tiny(&model, 1);
    let text = folder.path().join("text");
    fs::write(&text, "hello").expect("the folder takes a file");
    let out = folder.path().join("out");
    let refused = pack(&text, Path::new("/bin/true"), &out, "text");
    assert!(
        matches!(refused, Err(PackError::Unusable { .. })),
        "{refused:?}"
    );
    let refused = pack(&model, &text, &out, "first");
    assert!(
        matches!(refused, Err(PackError::NotAProgram(_))),
        "{refused:?}"
    );
    assert!(!out.exists());

    pack(&model, Path::new("/bin/true"), &out, "first").expect("it packs");
    let mut bytes = fs::read(&out).expect("there");
    let at = bytes.len() - 168 + 16;
    bytes[at] ^= 1;
    fs::write(&out, bytes).expect("it is ours");
    assert!(matches!(embedded_in(&out), Err(PackError::Damaged(_))));
}

#[test]
fn measures_and_forces() {
    let folder = tempfile::tempdir().expect("a folder is made");
    let model = folder.path().join("1.gguf");
    let vocabulary = tiny(&model, 1);
    let report = bench::run(&model, Some(2), 40, 5).expect("it runs");
    assert_eq!((report.prefill_tokens, report.decode_tokens), (40, 5));
    assert!(report.prefill_tokens_per_second > 0.0 && report.decode_tokens_per_second > 0.0);
    assert!(report.kv_bytes > 0 && report.peak_rss_bytes > 0);
    let tokens = some_tokens(300, vocabulary);
    let all = bench::forced(&model, Some(2), None, &tokens).expect("it runs");
    assert_eq!(all.len(), 300);
    let part = bench::forced(&model, Some(1), None, &tokens[..5]).expect("it runs");
    assert_eq!(part, all[..5]);
}
