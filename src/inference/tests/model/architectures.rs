//! Forward passes against candle's own and against one on paper.

use std::io::Cursor;
use std::path::Path;
use std::sync::Arc;

use candle_core::quantized::GgmlDType;
use candle_core::quantized::gguf_file::Content;
use candle_core::{Device, Tensor};
use candle_transformers::models::{quantized_llama, quantized_phi3, quantized_qwen2};
use inference::kv::KvCache;
use inference::models::{Borrowed, Model, Step, Wanted};
use inference::ops::Compute;
use inference::pool::Pool;
use inference::weights::ModelFile;

use crate::support::{Spec, reference, some_tokens, write_model};

pub fn ours(path: &Path, tokens: &[u32], context: Option<usize>, chunk: usize) -> Vec<Vec<f32>> {
    let file = ModelFile::open(path).expect("it opens");
    let model = Model::load(&file, context).expect("it loads");
    let compute = Compute::new(Arc::new(Pool::new(2).expect("threads start")));
    let mut cache = KvCache::new(model.kv_shape());
    let mut rows = Vec::new();
    for tokens in tokens.chunks(chunk) {
        let step = Step {
            tokens,
            wanted: Wanted::All,
            stop: &|| false,
        };
        let logits = model
            .forward(&compute, &mut cache, &step)
            .expect("it computes");
        rows.extend(logits.to_vec2::<f32>().expect("it is a matrix"));
    }
    assert_eq!(cache.len(), tokens.len());
    rows
}

fn candles(path: &Path, architecture: &str, tokens: &[u32]) -> Vec<f32> {
    let mut file = Cursor::new(std::fs::read(path).expect("the model is there"));
    let content = Content::read(&mut file).expect("it is a GGUF");
    let device = Device::Cpu;
    let input = Tensor::new(tokens, &device)
        .and_then(|t| t.unsqueeze(0))
        .expect("tokens");
    let logits = match architecture {
        "phi3" => quantized_phi3::ModelWeights::from_gguf(false, content, &mut file, &device)
            .and_then(|mut model| model.forward(&input, 0)),
        "llama" => quantized_llama::ModelWeights::from_gguf(content, &mut file, &device)
            .and_then(|mut model| model.forward(&input, 0)),
        _ => quantized_qwen2::ModelWeights::from_gguf(content, &mut file, &device)
            .and_then(|mut model| model.forward(&input, 0)),
    };
    logits
        .and_then(|logits| logits.flatten_all()?.to_vec1())
        .expect("candle computes")
}

/// The greatest difference, as a part of how far the expected values spread.
fn difference(ours: &[f32], expected: &[f32]) -> f32 {
    assert_eq!(ours.len(), expected.len());
    let mean = expected.iter().sum::<f32>() / expected.len() as f32;
    let spread = expected.iter().map(|x| (x - mean).powi(2)).sum::<f32>() / expected.len() as f32;
    let most = ours
        .iter()
        .zip(expected)
        .map(|(a, b)| (a - b).abs())
        .fold(0.0, f32::max);
    most / spread.sqrt()
}

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().expect("a folder is made")
}

#[test]
fn agree_with_candle() {
    let folder = folder();
    for architecture in ["phi3", "llama", "qwen2"] {
        let kinds: &[GgmlDType] = match architecture {
            "phi3" => &[
                GgmlDType::F32,
                GgmlDType::Q8_0,
                GgmlDType::Q4_1,
                GgmlDType::Q6K,
            ],
            _ => &[GgmlDType::F32, GgmlDType::Q4K],
        };
        for kind in kinds.iter().copied() {
            // Quantized inputs are rounded in both, at slightly different places.
            let allowed = if kind == GgmlDType::F32 { 0.01 } else { 0.15 };
            let path = folder.path().join(format!("{architecture}-{kind:?}.gguf"));
            let vocabulary = write_model(&path, &Spec::new(architecture, kind));
            let tokens = some_tokens(37, vocabulary);
            let expected = candles(&path, architecture, &tokens);
            let rows = ours(&path, &tokens, None, 16);
            let off = difference(&rows[36], &expected);
            assert!(off < allowed, "{architecture} {kind:?} is off by {off}");
        }
    }
}

#[test]
fn long_and_short_factors_agree_with_paper() {
    let folder = folder();
    let path = folder.path().join("longrope.gguf");
    let spec = Spec {
        longrope_from: Some(32),
        ..Spec::new("phi3", GgmlDType::F32)
    };
    let vocabulary = write_model(&path, &spec);
    let tokens = some_tokens(48, vocabulary);
    for (context, long) in [(32, false), (33, true), (1024, true)] {
        let expected = reference::phi3(&path, &spec, &tokens, long);
        let rows = ours(&path, &tokens, Some(context), 20);
        for (position, (row, expected)) in rows.iter().zip(&expected).enumerate() {
            let off = difference(row, expected);
            assert!(
                off < 0.02,
                "context {context}, position {position}: off by {off}"
            );
        }
        let other = reference::phi3(&path, &spec, &tokens, !long);
        assert!(
            difference(&rows[47], &other[47]) > 0.1,
            "the factors make no difference"
        );
    }
}

#[test]
fn a_window_hides_what_is_far() {
    let folder = folder();
    let path = folder.path().join("window.gguf");
    let spec = Spec {
        window: Some(7),
        ..Spec::new("phi3", GgmlDType::F32)
    };
    let vocabulary = write_model(&path, &spec);
    let tokens = some_tokens(40, vocabulary);
    let expected = reference::phi3(&path, &spec, &tokens, false);
    for chunk in [1, 16, 64] {
        let rows = ours(&path, &tokens, None, chunk);
        for (row, expected) in rows.iter().zip(&expected) {
            assert!(difference(row, expected) < 0.02);
        }
    }
}

#[test]
fn a_stopped_pass_leaves_the_cache() {
    let folder = folder();
    let path = folder.path().join("stop.gguf");
    let vocabulary = write_model(&path, &Spec::new("llama", GgmlDType::Q8_0));
    let tokens = some_tokens(12, vocabulary);
    let file = ModelFile::open(&path).expect("it opens");
    let model = Model::load(&file, None).expect("it loads");
    let compute = Compute::new(Arc::new(Pool::new(1).expect("threads start")));
    let mut cache = KvCache::new(model.kv_shape());
    let step = Step {
        tokens: &tokens,
        wanted: Wanted::Last,
        stop: &|| true,
    };
    assert!(model.forward(&compute, &mut cache, &step).is_err());
    assert_eq!(cache.len(), 0);
    let step = Step {
        stop: &|| false,
        wanted: Wanted::Nothing,
        ..step
    };
    let nothing = model
        .forward(&compute, &mut cache, &step)
        .expect("it computes");
    assert_eq!(nothing.dim(0).expect("rows"), 0);
    assert_eq!(cache.len(), 12);
}

#[test]
fn borrowed_models_go_on_from_what_they_read() {
    let folder = folder();
    for architecture in ["gemma3", "qwen3"] {
        let path = folder.path().join(format!("{architecture}.gguf"));
        let spec = Spec {
            window: Some(512),
            ..Spec::new(architecture, GgmlDType::Q8_0)
        };
        let vocabulary = write_model(&path, &spec);
        let tokens = some_tokens(24, vocabulary);
        let file = ModelFile::open(&path).expect("it opens");
        let load = || Borrowed::load(&file, &path, 0).expect("it loads");
        let whole = load().read(&tokens, &|| false).expect("it computes");
        let mut parts = load();
        for part in [&tokens[..10], &tokens[10..11], &tokens[11..]] {
            let logits = parts.read(part, &|| false).expect("it computes");
            if parts.len() == tokens.len() {
                let off = difference(&logits, &whole);
                assert!(off < 0.1, "{architecture} is off by {off}");
            }
        }
        assert_eq!(parts.len(), tokens.len());
    }
}
