//! An answer's tokens as text, one by one. A character may take several tokens, so what is given
//! out is always whole.

use super::Tokenizer;

pub struct Decoder<'a> {
    tokenizer: &'a Tokenizer,
    /// Bytes of a character that is not complete.
    pending: Vec<u8>,
    /// The first token carries a space that stands for "a word begins here" and is no text.
    drop_space: bool,
}

impl<'a> Decoder<'a> {
    pub(super) fn new(tokenizer: &'a Tokenizer) -> Self {
        Self {
            tokenizer,
            pending: Vec::new(),
            drop_space: tokenizer.vocabulary().adds_space_prefix,
        }
    }

    /// The text that `id` completes, which may be none.
    pub fn push(&mut self, id: u32) -> String {
        let bytes = self.tokenizer.bytes_of(id);
        let mut bytes = bytes.as_slice();
        if self.drop_space && !bytes.is_empty() {
            bytes = bytes.strip_prefix(b" ").unwrap_or(bytes);
            self.drop_space = false;
        }
        self.pending.extend_from_slice(bytes);
        let mut text = String::new();
        let mut kept = 0;
        for chunk in self.pending.utf8_chunks() {
            text.push_str(chunk.valid());
            kept += chunk.valid().len();
            let invalid = chunk.invalid();
            if invalid.is_empty() {
                continue;
            }
            // The end of what is there may be the beginning of a character; anything else is none.
            if kept + invalid.len() == self.pending.len() && may_continue(invalid) {
                break;
            }
            text.push(char::REPLACEMENT_CHARACTER);
            kept += invalid.len();
        }
        self.pending.drain(..kept);
        text
    }

    /// What is left when no token follows: a character that was never completed.
    pub fn finish(&mut self) -> String {
        let left = std::mem::take(&mut self.pending);
        String::from_utf8_lossy(&left).into_owned()
    }
}

fn may_continue(bytes: &[u8]) -> bool {
    match std::str::from_utf8(bytes) {
        Ok(_) => false,
        Err(error) => error.error_len().is_none(),
    }
}
