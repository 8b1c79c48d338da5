//! SHA-256 as lower-case hexadecimal text.

use std::fmt::Write;

use sha2::{Digest, Sha256};

#[must_use]
pub(crate) fn hex(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(64);
    for byte in Sha256::digest(bytes) {
        // Writing to a String cannot fail.
        let _infallible = write!(text, "{byte:02x}");
    }
    text
}
