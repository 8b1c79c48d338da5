//! Model files and kept keys and values: what is read back, and what damaged ones give.

use std::io::Cursor;

use candle_core::quantized::gguf_file::{Value, write};
use candle_core::quantized::{GgmlDType, QTensor};
use candle_core::{Device, Tensor};
use inference::kernels::dequantize;
use inference::kv::{KvCache, KvError, KvShape};
use inference::ops::Compute;
use inference::pool::Pool;
use inference::weights::{Bytes, ModelFile, WeightType, WeightsError};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

const KINDS: [(GgmlDType, WeightType); 11] = [
    (GgmlDType::F32, WeightType::F32),
    (GgmlDType::F16, WeightType::F16),
    (GgmlDType::BF16, WeightType::Bf16),
    (GgmlDType::Q4_0, WeightType::Q4_0),
    (GgmlDType::Q4_1, WeightType::Q4_1),
    (GgmlDType::Q5_0, WeightType::Q5_0),
    (GgmlDType::Q5_1, WeightType::Q5_1),
    (GgmlDType::Q8_0, WeightType::Q8_0),
    (GgmlDType::Q4K, WeightType::Q4K),
    (GgmlDType::Q5K, WeightType::Q5K),
    (GgmlDType::Q6K, WeightType::Q6K),
];

fn gguf() -> Vec<u8> {
    let mut rng = StdRng::seed_from_u64(3);
    let mut tensors = Vec::new();
    for (kind, _) in KINDS {
        let values: Vec<f32> = (0..12 * 512).map(|_| rng.random_range(-2.0..2.0)).collect();
        let tensor = Tensor::from_vec(values, (12, 512), &Device::Cpu).unwrap();
        tensors.push((
            format!("{kind:?}"),
            QTensor::quantize(&tensor, kind).unwrap(),
        ));
    }
    let norm = Tensor::new(&[1.0_f32, -2.0, 3.5], &Device::Cpu).unwrap();
    tensors.push((
        "norm".into(),
        QTensor::quantize(&norm, GgmlDType::F32).unwrap(),
    ));
    let words = ["a", "b", ""]
        .map(|word| Value::String(word.into()))
        .to_vec();
    let values = [
        ("general.architecture", Value::String("llama".into())),
        ("words", Value::Array(words)),
        (
            "scores",
            Value::Array(vec![Value::F32(0.5), Value::F32(-1.0)]),
        ),
        ("count", Value::U64(7)),
        ("general.alignment", Value::U32(32)),
    ];
    let metadata: Vec<(&str, &Value)> = values.iter().map(|(name, value)| (*name, value)).collect();
    let tensors: Vec<(&str, &QTensor)> = tensors
        .iter()
        .map(|(name, tensor)| (name.as_str(), tensor))
        .collect();
    let mut file = Cursor::new(Vec::new());
    write(&mut file, &metadata, &tensors).unwrap();
    file.into_inner()
}

fn open(bytes: &[u8]) -> Result<ModelFile, WeightsError> {
    ModelFile::from_bytes(Bytes::from(bytes.to_vec()))
}

#[test]
fn weights_mean_what_candle_says() {
    let bytes = gguf();
    let file = open(&bytes).unwrap();
    let mut reader = Cursor::new(&bytes);
    let content = candle_core::quantized::gguf_file::Content::read(&mut reader).unwrap();
    for (kind, ours) in KINDS {
        let name = format!("{kind:?}");
        let matrix = file.matrix(&name).unwrap();
        assert_eq!(
            (matrix.kind(), matrix.row_count(), matrix.col_count()),
            (ours, 12, 512)
        );
        let wanted = content
            .tensor(&mut reader, &name, &Device::Cpu)
            .unwrap()
            .dequantize(&Device::Cpu)
            .unwrap();
        let wanted = wanted.to_vec2::<f32>().unwrap();
        for (row, wanted) in wanted.iter().enumerate() {
            let mut got = vec![0.0; 512];
            dequantize(ours, matrix.row_range(row..row + 1), &mut got);
            for (got, wanted) in got.iter().zip(wanted) {
                assert!(
                    (got - wanted).abs() <= 1e-6 * wanted.abs().max(1.0),
                    "{name}: {got} is not {wanted}"
                );
            }
        }
        let part = matrix.rows(3..5);
        assert_eq!(
            (part.row_count(), part.bytes()),
            (2, matrix.row_range(3..5))
        );
    }
    assert_eq!(&file.vector("norm").unwrap()[..], &[1.0, -2.0, 3.5]);
    assert!(matches!(
        file.vector("Q4K"),
        Err(WeightsError::Shape { .. })
    ));
    assert!(matches!(
        file.matrix("norm"),
        Err(WeightsError::Shape { .. })
    ));
    assert!(matches!(
        file.matrix("nothing"),
        Err(WeightsError::Missing(_))
    ));
}

#[test]
fn a_model_may_be_part_of_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("program");
    let bytes = gguf();
    let mut program = vec![0x7f; 4096];
    program.extend_from_slice(&bytes);
    program.extend_from_slice(b"trailer");
    std::fs::write(&path, &program).unwrap();
    let file = ModelFile::open_range(&path, 4096, bytes.len() as u64).unwrap();
    assert!(file.has("Q6K"));
    let beyond = ModelFile::open_range(&path, 4096, bytes.len() as u64 + 8);
    assert!(matches!(beyond, Err(WeightsError::Range { .. })));
    assert!(matches!(ModelFile::open(&path), Err(WeightsError::NotGguf)));
    assert!(matches!(
        ModelFile::open(&folder.path().join("none")),
        Err(WeightsError::Io { .. })
    ));
}

#[test]
fn damaged_files_are_errors() {
    let bytes = gguf();
    assert!(matches!(open(b""), Err(WeightsError::NotGguf)));
    assert!(matches!(
        open(b"<html>no such model</html>"),
        Err(WeightsError::NotGguf)
    ));
    assert!(matches!(
        open(&bytes[..bytes.len() - 600]),
        Err(WeightsError::Truncated(_))
    ));
    for end in (0..bytes.len().min(3000)).step_by(7) {
        assert!(open(&bytes[..end]).is_err(), "cut at {end}");
    }
    let mut rng = StdRng::seed_from_u64(4);
    // Everything up to the tensors' data.
    let header = 1400;
    for _ in 0..6_000 {
        let mut bytes = bytes.clone();
        for _ in 0..rng.random_range(1..4) {
            let at = rng.random_range(0..header);
            match rng.random_range(0..3) {
                0 => bytes[at] = rng.random(),
                1 => bytes[at..at + 8].fill(0xff),
                _ => bytes[at] ^= 1 << rng.random_range(0..8),
            }
        }
        // It opens or it does not; what opens can be read.
        if let Ok(file) = open(&bytes) {
            for name in file.tensor_names().map(str::to_owned).collect::<Vec<_>>() {
                let _ = file.vector(&name);
                if let Ok(matrix) = file.matrix(&name) {
                    assert_eq!(
                        matrix.bytes().len(),
                        matrix.row_count() * matrix.row_bytes()
                    );
                }
            }
        }
    }
}

#[test]
fn absurd_counts_are_refused_before_anything_is_allocated() {
    let with = |tensors: u64, keys: u64, rest: &[u8]| {
        let mut file = b"GGUF\x03\0\0\0".to_vec();
        file.extend_from_slice(&tensors.to_le_bytes());
        file.extend_from_slice(&keys.to_le_bytes());
        file.extend_from_slice(rest);
        file.resize(64 * 1024, 0);
        file
    };
    assert!(matches!(
        open(&with(u64::MAX, 0, &[])),
        Err(WeightsError::Header(_))
    ));
    assert!(matches!(
        open(&with(0, u64::MAX, &[])),
        Err(WeightsError::Header(_))
    ));
    assert!(open(&with(0, 1, &u64::MAX.to_le_bytes())).is_err());
    // A key "k" that holds an array of u64::MAX bytes, and arrays within arrays without end.
    let mut array = b"\x01\0\0\0\0\0\0\0k\x09\0\0\0\0\0\0\0".to_vec();
    array.extend_from_slice(&u64::MAX.to_le_bytes());
    assert!(matches!(
        open(&with(0, 1, &array)),
        Err(WeightsError::Header(_))
    ));
    let mut nested = b"\x01\0\0\0\0\0\0\0k\x09\0\0\0".to_vec();
    for _ in 0..2000 {
        nested.extend_from_slice(b"\x09\0\0\0\x01\0\0\0\0\0\0\0");
    }
    assert!(matches!(
        open(&with(0, 1, &nested)),
        Err(WeightsError::Header(_))
    ));
    assert!(matches!(
        open(&b"GGUF\x01\0\0\0".repeat(9)),
        Err(WeightsError::Version(1))
    ));
}

const SHAPE: KvShape = KvShape {
    layers: 2,
    kv_heads: 3,
    head_dim: 8,
};

fn rows(first: usize, count: usize, layer: usize, sign: f32) -> Tensor {
    let value = |at: usize| sign * ((first * 24 + at) as f32 / 8.0 + layer as f32 * 1000.0);
    Tensor::from_vec(
        (0..count * 24).map(value).collect::<Vec<_>>(),
        (count, 24),
        &Device::Cpu,
    )
    .unwrap()
}

/// Attention to one far too loud key tells which value is stored at a position; so compare whole outputs.
fn look(compute: &Compute, cache: &mut KvCache) -> Vec<f32> {
    let query = Tensor::full(0.001_f32, (1, 24), &Device::Cpu).unwrap();
    let shape = inference::ops::AttentionShape {
        heads: 3,
        scale: 0.01,
        window: None,
    };
    let back = cache.len();
    cache.truncate(back - 1);
    let seen = (0..2).flat_map(|layer| {
        let out = compute.attention(&query, cache, layer, &shape).unwrap();
        out.flatten_all().unwrap().to_vec1::<f32>().unwrap()
    });
    let seen = seen.collect();
    cache.advance(1);
    seen
}

fn fill(compute: &Compute, cache: &mut KvCache, count: usize, sign: f32) {
    let first = cache.len();
    for layer in 0..2 {
        let (k, v) = (
            rows(first, count, layer, sign),
            rows(first, count, layer, -sign),
        );
        compute.store(cache, layer, &k, &v, None).unwrap();
    }
    cache.advance(count);
}

#[test]
fn positions_are_kept_taken_back_and_taken_up_again() {
    let compute = Compute::new(std::sync::Arc::new(Pool::new(2).unwrap()));
    let mut cache = KvCache::new(SHAPE);
    assert_eq!((cache.len(), cache.byte_count()), (0, 0));
    fill(&compute, &mut cache, 300, 1.0);
    assert_eq!(cache.capacity(), 512);
    let kept = look(&compute, &mut cache);
    fill(&compute, &mut cache, 400, -1.0);
    assert_ne!(look(&compute, &mut cache), kept);

    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("prefix");
    cache
        .save(300, &mut std::fs::File::create(&path).unwrap())
        .unwrap();
    assert!(matches!(
        cache.save(701, &mut Vec::new()),
        Err(KvError::Beyond { .. })
    ));
    cache.truncate(300);
    assert_eq!(look(&compute, &mut cache), kept);
    cache.shrink();
    assert_eq!(cache.capacity(), 512);

    let written = std::fs::read(&path).unwrap();
    let mut mapped = KvCache::open(&path, SHAPE).unwrap();
    assert_eq!(mapped.len(), 300);
    assert_eq!(look(&compute, &mut mapped), kept);
    // What is written over a map stays here.
    mapped.truncate(100);
    fill(&compute, &mut mapped, 500, -3.0);
    assert_eq!(std::fs::read(&path).unwrap(), written);
    assert_eq!(
        look(&compute, &mut KvCache::open(&path, SHAPE).unwrap()),
        kept
    );
    // Nothing of the 400 that were taken back is in the file.
    let mut again = KvCache::new(SHAPE);
    fill(&compute, &mut again, 300, 1.0);
    let mut clean = Vec::new();
    again.save(300, &mut clean).unwrap();
    assert!(clean == written);
}

#[test]
fn foreign_and_damaged_kept_positions_are_errors() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("prefix");
    let compute = Compute::new(std::sync::Arc::new(Pool::new(1).unwrap()));
    let mut cache = KvCache::new(SHAPE);
    fill(&compute, &mut cache, 5, 1.0);
    let mut file = Vec::new();
    cache.save(5, &mut file).unwrap();
    let open = |bytes: &[u8], shape| {
        std::fs::write(&path, bytes).unwrap();
        KvCache::open(&path, shape)
    };
    assert!(open(&file, SHAPE).is_ok());
    assert!(matches!(
        open(&file, KvShape { layers: 3, ..SHAPE }),
        Err(KvError::Foreign)
    ));
    assert!(matches!(
        open(&file[..file.len() - 1], SHAPE),
        Err(KvError::Truncated)
    ));
    assert!(matches!(open(b"", SHAPE), Err(KvError::Truncated)));
    assert!(matches!(open(&vec![7; 9000], SHAPE), Err(KvError::Foreign)));
    let mut endless = file.clone();
    endless[48..56].fill(0xff);
    assert!(open(&endless, SHAPE).is_err());
}
