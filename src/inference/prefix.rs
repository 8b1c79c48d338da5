//! Kept prompts: the keys and values of instructions, on disk, so that a model that was started
//! again need not read them again. A file is mapped where it lies, which takes no time.
//!
//! A file holds what [`KvCache::save`] wrote, then a record: whose it is, for which tokens, and
//! sums over the record and over pages taken from all of the body. A file that is anything else
//! (cut off, of another model, damaged) is removed and made anew.

use std::fs::{self, File};
use std::io::{BufWriter, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use sha2::{Digest, Sha256};
use thiserror::Error;

use crate::kv::{KvCache, KvError, KvShape};

const MAGIC: &[u8; 16] = b"stocktake-kept-1";
/// Files kept; each takes as much room as its prompt takes in memory.
const KEPT: usize = 3;
/// Pages of a body that its sum covers.
const SAMPLES: u64 = 64;
const PAGE: u64 = 4096;
/// Bytes of the record behind the tokens: model, body length, body sum, count, record sum, magic.
const RECORD: u64 = 32 + 8 + 32 + 8 + 32 + 16;
/// No prompt is longer.
const MOST_TOKENS: u64 = 1 << 24;

#[derive(Debug, Error)]
pub enum PrefixError {
    #[error("the kept prompt cannot be read or written: {0}")]
    Io(#[from] std::io::Error),
    #[error(transparent)]
    Cache(#[from] KvError),
    #[error("the kept prompt is not what it should be: {0}")]
    Damaged(&'static str),
}

/// Tells models apart without reading all of them: a sum over the size, the header and pages from
/// all of the file, which begins at `offset` and is `length` long.
pub fn model_fingerprint(
    path: &Path,
    offset: u64,
    length: u64,
    variant: &str,
) -> std::io::Result<[u8; 32]> {
    const HEAD: u64 = 1 << 20;
    const PIECES: u64 = 32;
    let mut file = File::open(path)?;
    let mut sum = Sha256::new();
    sum.update(length.to_le_bytes());
    sum.update(variant.as_bytes());
    let mut piece = Vec::new();
    let mut add = |at: u64, most: u64| -> std::io::Result<()> {
        file.seek(SeekFrom::Start(offset + at))?;
        piece.clear();
        Read::by_ref(&mut file)
            .take(most.min(length.saturating_sub(at)))
            .read_to_end(&mut piece)?;
        sum.update(&piece);
        Ok(())
    };
    add(0, HEAD)?;
    for number in 0..PIECES {
        add(length / PIECES * number, PAGE)?;
    }
    Ok(sum.finalize().into())
}

/// The kept prompts of one model.
pub struct Prefixes {
    folder: PathBuf,
    model: [u8; 32],
    shape: KvShape,
}

impl Prefixes {
    #[must_use]
    pub fn new(folder: PathBuf, model: [u8; 32], shape: KvShape) -> Self {
        Self {
            folder,
            model,
            shape,
        }
    }

    fn path(&self, tokens: &[u32]) -> PathBuf {
        let mut sum = Sha256::new();
        sum.update(self.model);
        sum.update(token_bytes(tokens));
        let key: String = sum
            .finalize()
            .iter()
            .take(16)
            .map(|byte| format!("{byte:02x}"))
            .collect();
        self.folder.join(format!("{key}.kv"))
    }

    /// The cache of exactly these tokens, if it is kept and whole. One that is not whole is
    /// removed.
    #[must_use]
    pub fn find(&self, tokens: &[u32]) -> Option<KvCache> {
        let path = self.path(tokens);
        if !path.exists() {
            return None;
        }
        match self.open(&path, tokens) {
            Ok(cache) => {
                // Its time says which files were used last; a folder that takes no writes is no
                // reason not to read.
                if let Ok(file) = File::options().append(true).open(&path) {
                    let _ = file.set_modified(SystemTime::now());
                }
                Some(cache)
            }
            Err(error) => {
                tracing::warn!(path = %path.display(), "a kept prompt is made anew: {error}");
                let _ = fs::remove_file(&path);
                None
            }
        }
    }

    fn open(&self, path: &Path, tokens: &[u32]) -> Result<KvCache, PrefixError> {
        let mut file = File::open(path)?;
        let length = file.metadata()?.len();
        let body = self.check_record(&mut file, length, tokens)?;
        if sample(&mut file, body.length)? != body.sum {
            return Err(PrefixError::Damaged("its body changed"));
        }
        let cache = KvCache::open(path, self.shape)?;
        if cache.len() != tokens.len() {
            return Err(PrefixError::Damaged("its length"));
        }
        Ok(cache)
    }

    fn check_record(
        &self,
        file: &mut File,
        length: u64,
        tokens: &[u32],
    ) -> Result<Body, PrefixError> {
        let start = length
            .checked_sub(RECORD)
            .ok_or(PrefixError::Damaged("it ends early"))?;
        file.seek(SeekFrom::Start(start))?;
        let mut record = vec![0; RECORD as usize];
        file.read_exact(&mut record)?;
        let (told, rest) = record.split_at(32 + 8 + 32 + 8);
        let (sum, magic) = rest.split_at(32);
        if magic != MAGIC {
            return Err(PrefixError::Damaged("it is no kept prompt"));
        }
        let number = |at: usize| -> u64 {
            told[at..at + 8]
                .iter()
                .rev()
                .fold(0, |number, byte| number << 8 | u64::from(*byte))
        };
        let body = Body {
            length: number(32),
            sum: told[40..72].to_vec(),
        };
        let count = number(72);
        if count > MOST_TOKENS || count != tokens.len() as u64 {
            return Err(PrefixError::Damaged("it is of other instructions"));
        }
        if body.length.checked_add(count * 4) != Some(start) {
            return Err(PrefixError::Damaged("its size"));
        }
        file.seek(SeekFrom::Start(body.length))?;
        let mut kept = vec![0; tokens.len() * 4];
        file.read_exact(&mut kept)?;
        let mut expected = Sha256::new();
        expected.update(&kept);
        expected.update(told);
        if expected.finalize()[..] != *sum {
            return Err(PrefixError::Damaged("its record changed"));
        }
        if told[..32] != self.model || kept != token_bytes(tokens) {
            return Err(PrefixError::Damaged("it is of another model"));
        }
        Ok(body)
    }

    /// Whether these tokens are kept, without looking into the file.
    #[must_use]
    pub fn has(&self, tokens: &[u32]) -> bool {
        self.path(tokens).exists()
    }

    /// Keeps the first `tokens.len()` positions of `cache`, which hold `tokens`. Written beside and
    /// moved into place, so that a crash leaves either nothing or all of it.
    pub fn keep(&self, cache: &KvCache, tokens: &[u32]) -> Result<(), PrefixError> {
        fs::create_dir_all(&self.folder)?;
        let path = self.path(tokens);
        let beside = path.with_extension(format!("{}.tmp", std::process::id()));
        let written = self.write(&beside, cache, tokens);
        if let Err(error) = written.and_then(|()| Ok(fs::rename(&beside, &path)?)) {
            let _ = fs::remove_file(&beside);
            return Err(error);
        }
        File::open(&self.folder)?.sync_all()?;
        self.remove_old(&path);
        Ok(())
    }

    fn write(&self, path: &Path, cache: &KvCache, tokens: &[u32]) -> Result<(), PrefixError> {
        let mut writer = BufWriter::with_capacity(1 << 20, File::create(path)?);
        cache.save(tokens.len(), &mut writer)?;
        let mut file = writer
            .into_inner()
            .map_err(std::io::IntoInnerError::into_error)?;
        let length = file.stream_position()?;
        let mut reader = File::open(path)?;
        let mut told = self.model.to_vec();
        told.extend_from_slice(&length.to_le_bytes());
        told.extend_from_slice(&sample(&mut reader, length)?);
        told.extend_from_slice(&(tokens.len() as u64).to_le_bytes());
        let kept = token_bytes(tokens);
        let mut sum = Sha256::new();
        sum.update(&kept);
        sum.update(&told);
        for part in [&kept[..], &told, &sum.finalize(), MAGIC] {
            file.write_all(part)?;
        }
        Ok(file.sync_all()?)
    }

    /// Leaves the newest files. What cannot be removed now will be next time.
    fn remove_old(&self, newest: &Path) {
        let Ok(entries) = fs::read_dir(&self.folder) else {
            return;
        };
        let mut files: Vec<(SystemTime, PathBuf)> = entries
            .filter_map(|entry| {
                let path = entry.ok()?.path();
                let ours = path.extension().is_some_and(|e| e == "kv" || e == "tmp");
                let time = fs::metadata(&path).ok()?.modified().ok()?;
                (ours && path != newest).then_some((time, path))
            })
            .collect();
        files.sort_by(|a, b| b.cmp(a));
        for (_, path) in files.into_iter().skip(KEPT - 1) {
            let _ = fs::remove_file(path);
        }
    }
}

struct Body {
    length: u64,
    sum: Vec<u8>,
}

fn token_bytes(tokens: &[u32]) -> Vec<u8> {
    tokens
        .iter()
        .flat_map(|token| token.to_le_bytes())
        .collect()
}

/// A sum over pages from all of a body, its first and last among them.
fn sample(file: &mut File, length: u64) -> Result<Vec<u8>, std::io::Error> {
    let mut sum = Sha256::new();
    let mut page = Vec::with_capacity(PAGE as usize);
    let last = length.saturating_sub(PAGE);
    for number in 0..SAMPLES {
        let at = last / (SAMPLES - 1) * number;
        file.seek(SeekFrom::Start(if number + 1 == SAMPLES {
            last
        } else {
            at
        }))?;
        page.clear();
        Read::by_ref(file)
            .take(PAGE.min(length))
            .read_to_end(&mut page)?;
        sum.update(&page);
    }
    Ok(sum.finalize().to_vec())
}
