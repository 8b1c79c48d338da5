//! Bytes that are shared and never change: a part of a mapped file, or of a buffer in memory.

// Mapping a file is unsafe because another process could change the file below the map.
#![allow(unsafe_code)]

use std::fs::File;
use std::ops::Deref;
use std::path::Path;
use std::sync::Arc;

use memmap2::{Advice, Mmap, MmapOptions};

use super::WeightsError;

/// A range of shared bytes. Cloning and narrowing it copies nothing.
#[derive(Clone)]
pub struct Bytes {
    owner: Arc<Owner>,
    offset: usize,
    length: usize,
}

enum Owner {
    Mapped(Mmap),
    Memory(Vec<u8>),
}

impl Bytes {
    /// Maps `length` bytes of a file from `offset` on, or all that follow.
    pub fn map(path: &Path, offset: u64, length: Option<u64>) -> Result<Bytes, WeightsError> {
        let io = |source| WeightsError::Io {
            path: path.into(),
            source,
        };
        let file = File::open(path).map_err(io)?;
        let size = file.metadata().map_err(io)?.len();
        let range = || WeightsError::Range { path: path.into() };
        let length = match length {
            Some(length) => length,
            None => size.checked_sub(offset).ok_or_else(range)?,
        };
        if offset.checked_add(length).is_none_or(|end| end > size) {
            return Err(range());
        }
        let length = usize::try_from(length).map_err(|_| range())?;
        if length == 0 {
            return Ok(Bytes::from(Vec::new()));
        }
        // SAFETY: the map is read-only, and model files are written once and then only read. Whoever truncates
        // one in place while it is in use takes the process down, which no check here could prevent.
        let map =
            unsafe { MmapOptions::new().offset(offset).len(length).map(&file) }.map_err(io)?;
        // All of it is needed for each token, so the system may begin to read it now. A refusal costs time only.
        let _ = map.advise(Advice::WillNeed);
        Ok(Bytes {
            owner: Arc::new(Owner::Mapped(map)),
            offset: 0,
            length,
        })
    }

    /// A part of these bytes. The caller has checked that it lies inside.
    pub(crate) fn range(&self, offset: usize, length: usize) -> Bytes {
        assert!(
            offset
                .checked_add(length)
                .is_some_and(|end| end <= self.length),
            "a part lies inside its whole"
        );
        Bytes {
            owner: Arc::clone(&self.owner),
            offset: self.offset + offset,
            length,
        }
    }
}

impl From<Vec<u8>> for Bytes {
    fn from(bytes: Vec<u8>) -> Bytes {
        let length = bytes.len();
        Bytes {
            owner: Arc::new(Owner::Memory(bytes)),
            offset: 0,
            length,
        }
    }
}

impl Deref for Bytes {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        let all: &[u8] = match &*self.owner {
            Owner::Mapped(map) => map,
            Owner::Memory(bytes) => bytes,
        };
        &all[self.offset..self.offset + self.length]
    }
}

impl std::fmt::Debug for Bytes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Bytes({})", self.length)
    }
}
