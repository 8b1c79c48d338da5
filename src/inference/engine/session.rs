//! What the model has read so far, and what of it can be used again.

use crate::kv::{KvCache, KvShape};
use crate::models::{Borrowed, Model, ModelError, Step, Wanted};
use crate::ops::Compute;
use crate::prefix::{PrefixError, Prefixes};

/// Tokens read in one pass. Large enough that each weight is read seldom, small enough that what a
/// pass holds stays near the processor.
pub(crate) const CHUNK: usize = 256;

/// A model with its memory of a conversation.
pub(super) trait Reader: Send {
    /// Positions it remembers.
    fn len(&self) -> usize;

    /// Tokens it takes at once.
    fn chunk(&self) -> usize {
        CHUNK
    }

    /// Forgets what follows the first `len` positions, or more if it has to.
    fn rewind(&mut self, len: usize);

    /// Forgets everything, and whatever state a failed pass may have left.
    fn reset(&mut self);

    /// Reads on and gives the logits after the last token, if wanted.
    fn read(
        &mut self,
        tokens: &[u32],
        wanted: Wanted,
        stop: &dyn Fn() -> bool,
    ) -> Result<Vec<f32>, ModelError>;

    /// The shape of its memory, if it can be kept on disk.
    fn kept_shape(&self) -> Option<KvShape>;

    /// Its memory as a cache.
    fn cache(&self) -> Option<&KvCache>;

    /// Takes a kept memory in place of its own.
    fn adopt(&mut self, cache: KvCache);
}

/// A model on our own operations.
pub(crate) struct Transformer {
    model: Model,
    compute: Compute,
    cache: KvCache,
}

impl Transformer {
    pub(crate) fn new(model: Model, compute: Compute) -> Self {
        Self {
            cache: KvCache::new(model.kv_shape()),
            model,
            compute,
        }
    }
}

impl Reader for Transformer {
    fn len(&self) -> usize {
        self.cache.len()
    }

    fn rewind(&mut self, len: usize) {
        self.cache.truncate(len);
    }

    fn reset(&mut self) {
        self.cache = KvCache::new(self.model.kv_shape());
    }

    fn read(
        &mut self,
        tokens: &[u32],
        wanted: Wanted,
        stop: &dyn Fn() -> bool,
    ) -> Result<Vec<f32>, ModelError> {
        let step = Step {
            tokens,
            wanted,
            stop,
        };
        let logits = self.model.forward(&self.compute, &mut self.cache, &step)?;
        if wanted == Wanted::Nothing {
            return Ok(Vec::new());
        }
        Ok(logits.flatten_all()?.to_vec1()?)
    }

    fn kept_shape(&self) -> Option<KvShape> {
        Some(self.cache.shape())
    }

    fn cache(&self) -> Option<&KvCache> {
        Some(&self.cache)
    }

    fn adopt(&mut self, cache: KvCache) {
        self.cache = cache;
    }
}

impl Reader for Borrowed {
    fn len(&self) -> usize {
        Borrowed::len(self)
    }

    fn chunk(&self) -> usize {
        usize::MAX
    }

    fn rewind(&mut self, len: usize) {
        if len < Borrowed::len(self) {
            Borrowed::reset(self);
        }
    }

    fn reset(&mut self) {
        Borrowed::reset(self);
    }

    fn read(
        &mut self,
        tokens: &[u32],
        _: Wanted,
        stop: &dyn Fn() -> bool,
    ) -> Result<Vec<f32>, ModelError> {
        Borrowed::read(self, tokens, stop)
    }

    fn kept_shape(&self) -> Option<KvShape> {
        None
    }

    fn cache(&self) -> Option<&KvCache> {
        None
    }

    fn adopt(&mut self, _: KvCache) {}
}

/// A reader and the tokens that it has read.
pub(super) struct Session {
    reader: Box<dyn Reader>,
    held: Vec<u32>,
    prefixes: Option<Prefixes>,
}

impl Session {
    pub(super) fn new(reader: Box<dyn Reader>, prefixes: Option<Prefixes>) -> Self {
        Self {
            reader,
            held: Vec::new(),
            prefixes,
        }
    }

    fn common(&self, tokens: &[u32]) -> usize {
        let held = &self.held[..self.held.len().min(self.reader.len())];
        held.iter().zip(tokens).take_while(|(a, b)| a == b).count()
    }

    /// Makes ready to read `tokens`: keeps what it begins with, and takes up `prefix` from disk if
    /// that is more. At least the last token is left to read, because somebody wants its logits.
    /// Gives how many need not be read again.
    pub(super) fn begin(&mut self, tokens: &[u32], prefix: &[u32]) -> usize {
        let reusable = tokens.len().saturating_sub(1);
        let common = self.common(tokens).min(reusable);
        let starts_with_prefix = tokens.starts_with(prefix);
        if starts_with_prefix
            && common < prefix.len()
            && let Some(cache) = self.prefixes.as_ref().and_then(|kept| kept.find(prefix))
        {
            self.reader.adopt(cache);
            self.held = prefix.to_vec();
        }
        self.rewind(self.common(tokens).min(reusable))
    }

    fn rewind(&mut self, common: usize) -> usize {
        self.reader.rewind(common);
        let common = common.min(self.reader.len());
        self.held.truncate(common);
        common
    }

    /// Reads or takes up exactly `prefix`, so that prompts that begin with it need not.
    pub(super) fn prepare(
        &mut self,
        prefix: &[u32],
        stop: &dyn Fn() -> bool,
    ) -> Result<(), ModelError> {
        let mut common = self.common(prefix);
        if common < prefix.len()
            && let Some(cache) = self.prefixes.as_ref().and_then(|kept| kept.find(prefix))
        {
            self.reader.adopt(cache);
            self.held = prefix.to_vec();
            common = prefix.len();
        }
        if common < prefix.len() {
            let common = self.rewind(common);
            self.read(&prefix[common..], Wanted::Nothing, stop)?;
        }
        Ok(())
    }

    /// Reads `tokens` in chunks and gives the logits after the last.
    pub(super) fn read(
        &mut self,
        tokens: &[u32],
        wanted: Wanted,
        stop: &dyn Fn() -> bool,
    ) -> Result<Vec<f32>, ModelError> {
        let mut logits = Vec::new();
        let mut chunks = tokens.chunks(self.reader.chunk()).peekable();
        while let Some(chunk) = chunks.next() {
            if stop() {
                return Err(ModelError::Stopped);
            }
            let wanted = if chunks.peek().is_none() {
                wanted
            } else {
                Wanted::Nothing
            };
            logits = self.reader.read(chunk, wanted, stop)?;
            self.held.extend_from_slice(chunk);
        }
        Ok(logits)
    }

    /// Keeps `prefix` on disk, if the session holds it and it is not kept yet.
    pub(super) fn keep(&self, prefix: &[u32]) -> Result<(), PrefixError> {
        let (Some(kept), Some(cache)) = (&self.prefixes, self.reader.cache()) else {
            return Ok(());
        };
        if prefix.is_empty() || self.common(prefix) < prefix.len() || kept.has(prefix) {
            return Ok(());
        }
        kept.keep(cache, prefix)
    }

    /// Forgets everything: a pass ended where it should not have.
    pub(super) fn reset(&mut self) {
        self.held.clear();
        self.reader.reset();
    }
}
