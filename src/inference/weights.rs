//! A model file (GGUF), mapped into memory and read where it lies. Nothing is copied, unpacked or repacked:
//! a matrix is a type, a shape and a place in the map, and the kernels compute from there.
//!
//! - `ModelFile::open(path)` maps a whole file, `ModelFile::open_range(path, offset, length)` a part of one (an
//!   executable that carries its weights).
//! - `file.metadata()` are the header's keys and values; `file.matrix(name)` is a [`QuantMatrix`],
//!   `file.vector(name)` a short f32 tensor (norms, biases), copied.
//! - A fused matrix is used in parts through [`QuantMatrix::rows`], which costs nothing.
//!
//! Every length and place in the header is checked against the file before it is believed, so a truncated,
//! foreign or hostile file is an error with words, never a panic and never an allocation of its choosing.

use std::collections::HashMap;
use std::io::Cursor;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use candle_core::quantized::GgmlDType;
use candle_core::quantized::gguf_file::{Content, Value};

mod header;
mod map;
mod matrix;

pub use map::Bytes;
pub use matrix::{QuantMatrix, WeightType};

/// The longest vector that is copied out of a file. Norms and biases are as long as a layer is wide.
const MOST_VECTOR: usize = 1 << 24;

/// Why a model file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum WeightsError {
    #[error("cannot read the model file {path}: {source}")]
    Io {
        path: PathBuf,
        source: std::io::Error,
    },
    #[error("the part of {path} that should hold a model lies outside the file")]
    Range { path: PathBuf },
    #[error("this is not a GGUF model file")]
    NotGguf,
    #[error("GGUF version {0} is not known here; versions 2 and 3 are")]
    Version(u32),
    #[error("the model file ends early: {0}. Copy or download it again")]
    Truncated(String),
    #[error("the model file's header is damaged: {0}")]
    Header(String),
    #[error("the model file has no tensor named {0}")]
    Missing(String),
    #[error("tensor {name} is of type {kind}, which no kernel here reads")]
    Type { name: String, kind: String },
    #[error("tensor {name} has shape {shape:?}, which is not {wanted}")]
    Shape {
        name: String,
        shape: Vec<usize>,
        wanted: &'static str,
    },
}

/// A mapped model file whose header was read and checked.
pub struct ModelFile {
    bytes: Bytes,
    content: Content,
    places: HashMap<String, Place>,
}

/// Where a tensor lies, checked to be inside the file.
#[derive(Debug, Clone)]
struct Place {
    offset: usize,
    length: usize,
    kind: GgmlDType,
    shape: Vec<usize>,
}

impl std::fmt::Debug for ModelFile {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "ModelFile({} bytes, {} tensors)",
            self.bytes.len(),
            self.places.len()
        )
    }
}

impl ModelFile {
    /// Maps a whole file.
    pub fn open(path: &Path) -> Result<ModelFile, WeightsError> {
        ModelFile::from_bytes(Bytes::map(path, 0, None)?)
    }

    /// Maps `length` bytes of a file from `offset` on.
    pub fn open_range(path: &Path, offset: u64, length: u64) -> Result<ModelFile, WeightsError> {
        ModelFile::from_bytes(Bytes::map(path, offset, Some(length))?)
    }

    /// Reads the header of a model that is in memory already.
    pub fn from_bytes(bytes: Bytes) -> Result<ModelFile, WeightsError> {
        header::check(&bytes)?;
        let content = Content::read(&mut Cursor::new(&bytes[..]))
            .map_err(|error| WeightsError::Header(error.to_string()))?;
        let start = usize::try_from(content.tensor_data_offset)
            .map_err(|_| WeightsError::Header("the data starts beyond the end of memory".into()))?;
        let mut places = HashMap::with_capacity(content.tensor_infos.len());
        for (name, info) in &content.tensor_infos {
            let shape = info.shape.dims().to_vec();
            let place = place(
                name,
                start,
                info.offset,
                info.ggml_dtype,
                shape,
                bytes.len(),
            )?;
            places.insert(name.clone(), place);
        }
        Ok(ModelFile {
            bytes,
            content,
            places,
        })
    }

    /// The header's keys and values.
    pub fn metadata(&self) -> &HashMap<String, Value> {
        &self.content.metadata
    }

    /// The length of the mapped model in bytes.
    pub fn byte_count(&self) -> usize {
        self.bytes.len()
    }

    /// The names of all tensors, in no order.
    pub fn tensor_names(&self) -> impl Iterator<Item = &str> {
        self.places.keys().map(String::as_str)
    }

    pub fn has(&self, name: &str) -> bool {
        self.places.contains_key(name)
    }

    /// A matrix `[rows, cols]` (row-major, one output per row), left where it is.
    pub fn matrix(&self, name: &str) -> Result<QuantMatrix, WeightsError> {
        let place = self.find(name)?;
        let &[rows, cols] = place.shape.as_slice() else {
            return Err(shape_error(name, place, "a matrix"));
        };
        let kind = WeightType::of(place.kind).ok_or_else(|| WeightsError::Type {
            name: name.into(),
            kind: format!("{:?}", place.kind),
        })?;
        let bytes = self.bytes.range(place.offset, place.length);
        QuantMatrix::new(kind, rows, cols, bytes)
            .ok_or_else(|| shape_error(name, place, "made of whole blocks"))
    }

    /// A vector of f32, copied. F16 is widened.
    pub fn vector(&self, name: &str) -> Result<Arc<[f32]>, WeightsError> {
        let place = self.find(name)?;
        let count: usize = place.shape.iter().product();
        let longest = place.shape.iter().max().copied().unwrap_or(1);
        if count > MOST_VECTOR || longest != count {
            return Err(shape_error(name, place, "a vector"));
        }
        let bytes = self.bytes.range(place.offset, place.length);
        match place.kind {
            GgmlDType::F32 => Ok(bytes
                .as_chunks::<4>()
                .0
                .iter()
                .map(|b| f32::from_le_bytes(*b))
                .collect()),
            GgmlDType::F16 => Ok(bytes
                .as_chunks::<2>()
                .0
                .iter()
                .map(|b| half::f16::from_le_bytes(*b).to_f32())
                .collect()),
            other => Err(WeightsError::Type {
                name: name.into(),
                kind: format!("{other:?}"),
            }),
        }
    }

    fn find(&self, name: &str) -> Result<&Place, WeightsError> {
        self.places
            .get(name)
            .ok_or_else(|| WeightsError::Missing(name.into()))
    }
}

fn shape_error(name: &str, place: &Place, wanted: &'static str) -> WeightsError {
    WeightsError::Shape {
        name: name.into(),
        shape: place.shape.clone(),
        wanted,
    }
}

/// Works out where a tensor lies, and refuses what is not inside the file.
fn place(
    name: &str,
    start: usize,
    offset: u64,
    kind: GgmlDType,
    shape: Vec<usize>,
    end: usize,
) -> Result<Place, WeightsError> {
    let overflow = || WeightsError::Header(format!("the size of tensor {name} overflows"));
    let count = shape
        .iter()
        .try_fold(1_usize, |count, side| count.checked_mul(*side))
        .ok_or_else(overflow)?;
    let row = shape.last().copied().unwrap_or(1);
    if count == 0 || !row.is_multiple_of(kind.block_size()) {
        return Err(WeightsError::Header(format!(
            "tensor {name} of shape {shape:?} is not made of whole blocks of {}",
            kind.block_size()
        )));
    }
    let length = (count / kind.block_size())
        .checked_mul(kind.type_size())
        .ok_or_else(overflow)?;
    let offset = usize::try_from(offset)
        .ok()
        .and_then(|offset| start.checked_add(offset))
        .ok_or_else(overflow)?;
    let stop = offset.checked_add(length).ok_or_else(overflow)?;
    if stop > end {
        return Err(WeightsError::Truncated(format!(
            "tensor {name} should end at byte {stop}, the file at {end}"
        )));
    }
    Ok(Place {
        offset,
        length,
        kind,
        shape,
    })
}
