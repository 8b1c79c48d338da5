//! The keys and values of all positions that a model has seen, in f16, in blocks of 256 positions that are made
//! when they are needed.
//!
//! - `KvCache::new(shape)` is empty and holds nothing; `Compute::store` makes room, `advance(n)` counts the
//!   stored positions in, `truncate(len)` takes positions back (nothing is freed or cleared).
//! - `save(len, writer)` writes the first positions; `KvCache::open(path, shape)` maps such a file and is ready
//!   at once: its blocks are used where they lie. They are mapped privately, so what is written over them after
//!   a rewind is copied by the system page by page and never reaches the file.
//!
//! Within a block each layer has its keys and then its values, each `[kv_heads][256][head_dim]`, so that
//! attention reads one head's run straight through.

// Mapping a file is unsafe because another process could change the file below the map, and the bytes of a
// block are looked at as 16-bit words.
#![allow(unsafe_code)]

use std::fs::File;
use std::io::{Read, Write};
use std::path::Path;

use memmap2::{MmapMut, MmapOptions};

use crate::ops::Disjoint;

/// Positions in a block.
pub const BLOCK: usize = 256;
const MAGIC: &[u8; 8] = b"STKVC\0\0\x01";
/// Blocks begin at whole pages of the file. The header has the first one to itself.
const PAGE: usize = 4096;

/// What a cache is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KvShape {
    pub layers: usize,
    pub kv_heads: usize,
    pub head_dim: usize,
}

/// Why a cache cannot grow, be kept, or be taken up again.
#[derive(Debug, thiserror::Error)]
pub enum KvError {
    #[error("there is no memory for another {bytes} bytes of keys and values: {source}")]
    Memory {
        bytes: usize,
        source: std::io::Error,
    },
    #[error("the kept keys and values cannot be read or written: {0}")]
    Io(#[from] std::io::Error),
    #[error("the file does not hold keys and values of this model")]
    Foreign,
    #[error("the file of keys and values ends early")]
    Truncated,
    #[error("positions up to {asked} are asked for, {len} are there")]
    Beyond { asked: usize, len: usize },
}

/// The keys and values of one conversation.
pub struct KvCache {
    shape: KvShape,
    /// Each is `block_bytes` long, either the system's zeroed memory or a private map of a file.
    blocks: Vec<MmapMut>,
    len: usize,
}

impl KvCache {
    pub fn new(shape: KvShape) -> KvCache {
        KvCache {
            shape,
            blocks: Vec::new(),
            len: 0,
        }
    }

    pub fn shape(&self) -> KvShape {
        self.shape
    }

    pub fn layers(&self) -> usize {
        self.shape.layers
    }

    pub fn kv_heads(&self) -> usize {
        self.shape.kv_heads
    }

    pub fn head_dim(&self) -> usize {
        self.shape.head_dim
    }

    /// Positions that count.
    pub fn len(&self) -> usize {
        self.len
    }

    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Positions there is room for without another block.
    pub fn capacity(&self) -> usize {
        self.blocks.len() * BLOCK
    }

    /// Bytes of all blocks. The system backs only what was touched.
    pub fn byte_count(&self) -> usize {
        self.blocks.len() * self.shape.block_bytes()
    }

    /// Makes room for `len` positions in all.
    pub fn reserve(&mut self, len: usize) -> Result<(), KvError> {
        while self.capacity() < len {
            let bytes = self.shape.block_bytes();
            let block =
                MmapMut::map_anon(bytes).map_err(|source| KvError::Memory { bytes, source })?;
            self.blocks.push(block);
        }
        Ok(())
    }

    /// Counts in `n` positions that every layer has stored.
    ///
    /// # Panics
    /// When there is no room for them, which means that they were not stored.
    pub fn advance(&mut self, n: usize) {
        assert!(
            self.len + n <= self.capacity(),
            "positions are stored before they count"
        );
        self.len += n;
    }

    /// Takes back all positions from `len` on.
    pub fn truncate(&mut self, len: usize) {
        self.len = self.len.min(len);
    }

    /// Gives back the blocks that no position needs.
    pub fn shrink(&mut self) {
        self.blocks.truncate(self.len.div_ceil(BLOCK));
    }

    /// One head's keys and values in a block, `[256][head_dim]` each.
    pub(crate) fn run(&self, layer: usize, head: usize, block: usize) -> (&[u16], &[u16]) {
        let run = BLOCK * self.shape.head_dim;
        let words = words(&self.blocks[block]);
        let (keys, values) = self.shape.places(layer, head);
        (&words[keys..keys + run], &words[values..values + run])
    }

    /// Access to single positions for tasks that each write their own.
    pub(crate) fn writer(&mut self) -> CacheWriter<'_> {
        let blocks = self
            .blocks
            .iter_mut()
            .map(|block| Disjoint::new(words_mut(block)))
            .collect();
        CacheWriter {
            shape: self.shape,
            blocks,
        }
    }

    /// Writes the first `len` positions. What blocks hold beyond them is written as zeros, so nothing that was
    /// taken back leaves the process.
    pub fn save(&self, len: usize, writer: &mut impl Write) -> Result<(), KvError> {
        if len > self.len {
            return Err(KvError::Beyond {
                asked: len,
                len: self.len,
            });
        }
        writer.write_all(&self.shape.header(len))?;
        let run = BLOCK * self.shape.head_dim * 2;
        let zeros = vec![0; run];
        for (number, block) in self.blocks.iter().take(len.div_ceil(BLOCK)).enumerate() {
            let used = (len - number * BLOCK).min(BLOCK) * self.shape.head_dim * 2;
            for bytes in block[..self.shape.block_words() * 2].chunks_exact(run) {
                writer.write_all(&bytes[..used])?;
                writer.write_all(&zeros[used..])?;
            }
            writer.write_all(&vec![
                0;
                self.shape.block_bytes() - self.shape.block_words() * 2
            ])?;
        }
        Ok(writer.flush()?)
    }

    /// Maps a file that `save` wrote. The file is used where it lies and must not be changed meanwhile; it may
    /// be unlinked.
    pub fn open(path: &Path, shape: KvShape) -> Result<KvCache, KvError> {
        let mut file = File::open(path)?;
        let mut header = vec![0; PAGE];
        file.read_exact(&mut header)
            .map_err(|error| match error.kind() {
                std::io::ErrorKind::UnexpectedEof => KvError::Truncated,
                _ => KvError::Io(error),
            })?;
        let len = u64::from_le_bytes(header[48..56].try_into().map_err(|_| KvError::Foreign)?);
        let len = usize::try_from(len).map_err(|_| KvError::Foreign)?;
        if header != shape.header(len) {
            return Err(KvError::Foreign);
        }
        let bytes = shape.block_bytes();
        let count = len.div_ceil(BLOCK);
        let wanted = count
            .checked_mul(bytes)
            .and_then(|all| all.checked_add(PAGE))
            .ok_or(KvError::Foreign)?;
        if file.metadata()?.len() < wanted as u64 {
            return Err(KvError::Truncated);
        }
        let block = |number: usize| {
            let offset = (PAGE + number * bytes) as u64;
            // SAFETY: the map is private, and files of kept prompts are written under another name, moved into
            // place and never changed after that.
            unsafe { MmapOptions::new().offset(offset).len(bytes).map_copy(&file) }
        };
        let blocks = (0..count).map(block).collect::<Result<Vec<_>, _>>()?;
        Ok(KvCache { shape, blocks, len })
    }
}

/// See [`KvCache::writer`].
pub(crate) struct CacheWriter<'a> {
    shape: KvShape,
    blocks: Vec<Disjoint<'a, u16>>,
}

impl CacheWriter<'_> {
    /// Where one head's key and value of a position go.
    ///
    /// # Safety
    /// At any moment a place may be held once only.
    #[allow(clippy::mut_from_ref)]
    pub(crate) unsafe fn slot(
        &self,
        layer: usize,
        head: usize,
        position: usize,
    ) -> (&mut [u16], &mut [u16]) {
        let dim = self.shape.head_dim;
        let (keys, values) = self.shape.places(layer, head);
        let (block, offset) = (&self.blocks[position / BLOCK], position % BLOCK * dim);
        // SAFETY: keys and values lie apart, and the caller holds this place once.
        unsafe {
            (
                block.part(keys + offset, dim),
                block.part(values + offset, dim),
            )
        }
    }
}

impl KvShape {
    fn block_words(&self) -> usize {
        self.layers * 2 * self.kv_heads * BLOCK * self.head_dim
    }

    /// Bytes of a block, in whole pages.
    pub fn block_bytes(&self) -> usize {
        (self.block_words() * 2).next_multiple_of(PAGE).max(PAGE)
    }

    /// Where one head's keys and values begin in a block, in words.
    fn places(&self, layer: usize, head: usize) -> (usize, usize) {
        let run = BLOCK * self.head_dim;
        let keys = (layer * 2 * self.kv_heads + head) * run;
        (keys, keys + self.kv_heads * run)
    }

    fn header(&self, len: usize) -> Vec<u8> {
        let mut header = MAGIC.to_vec();
        for number in [
            BLOCK,
            self.layers,
            self.kv_heads,
            self.head_dim,
            self.block_bytes(),
            len,
        ] {
            header.extend_from_slice(&(number as u64).to_le_bytes());
        }
        header.resize(PAGE, 0);
        header
    }
}

fn words(bytes: &[u8]) -> &[u16] {
    // SAFETY: any bits are a `u16`. Maps begin at a page, so nothing is cut off in front.
    let (before, words, _) = unsafe { bytes.align_to::<u16>() };
    debug_assert!(before.is_empty());
    words
}

fn words_mut(bytes: &mut [u8]) -> &mut [u16] {
    // SAFETY: as above.
    let (before, words, _) = unsafe { bytes.align_to_mut::<u16>() };
    debug_assert!(before.is_empty());
    words
}
