//! A bounded walk over a GGUF header before anything is allocated for it. It checks that every count and length
//! fits into what is left of the file, and into limits that no real model comes near, so that the parser behind
//! it can be let loose on a file from anywhere.

use super::WeightsError;

/// Real headers are a few MB: a vocabulary of some hundred thousand tokens, its scores and its merges.
const MOST_HEADER_BYTES: usize = 256 << 20;
const MOST_TENSORS: u64 = 1 << 16;
const MOST_KEYS: u64 = 1 << 16;
/// Elements of all arrays together. Each takes some 32 bytes once it is parsed.
const MOST_ELEMENTS: u64 = 1 << 23;
const MOST_NAME: u64 = 1 << 16;
const MOST_DEPTH: usize = 4;
const MOST_ALIGNMENT: u64 = 1 << 20;

/// Walks the header. `Ok` means that parsing it allocates a bounded amount and reads inside the file.
pub(super) fn check(file: &[u8]) -> Result<(), WeightsError> {
    let mut walk = Walk {
        rest: &file[..file.len().min(MOST_HEADER_BYTES)],
        elements: 0,
    };
    let magic = walk
        .take(4, "its magic number")
        .map_err(|_| WeightsError::NotGguf)?;
    if magic != b"GGUF" {
        return Err(WeightsError::NotGguf);
    }
    let version = walk.u32()?;
    if !(2..=3).contains(&version) {
        return Err(WeightsError::Version(version));
    }
    let tensors = walk.u64()?;
    let keys = walk.u64()?;
    at_most("tensors", tensors, MOST_TENSORS)?;
    at_most("keys", keys, MOST_KEYS)?;
    for _ in 0..keys {
        let name = walk.string(MOST_NAME)?;
        let kind = walk.u32()?;
        let value = walk.rest;
        walk.value(kind, 0)?;
        if name == b"general.alignment" {
            alignment(kind, value)?;
        }
    }
    for _ in 0..tensors {
        walk.string(MOST_NAME)?;
        let sides = walk.u32()?;
        if sides > 4 {
            return Err(WeightsError::Header(format!(
                "a tensor of {sides} dimensions"
            )));
        }
        // The sides, the type and the offset; `weights::place` looks at what they say.
        walk.take(u64::from(sides) * 8 + 4 + 8, "its list of tensors")?;
    }
    Ok(())
}

/// The parser rounds by the alignment that the file states, so zero and the absurd are refused here.
fn alignment(kind: u32, value: &[u8]) -> Result<(), WeightsError> {
    let stated = match kind {
        4 | 5 => value
            .first_chunk()
            .map(|b| u64::from(u32::from_le_bytes(*b))),
        10 | 11 => value.first_chunk().map(|b| u64::from_le_bytes(*b)),
        0 | 1 => value.first().map(|b| u64::from(*b)),
        2 | 3 => value
            .first_chunk()
            .map(|b| u64::from(u16::from_le_bytes(*b))),
        _ => None,
    };
    match stated {
        Some(stated) if stated.is_power_of_two() && stated <= MOST_ALIGNMENT => Ok(()),
        _ => Err(WeightsError::Header(
            "its alignment is not a power of two".into(),
        )),
    }
}

struct Walk<'a> {
    rest: &'a [u8],
    elements: u64,
}

impl<'a> Walk<'a> {
    fn take(&mut self, length: u64, what: &str) -> Result<&'a [u8], WeightsError> {
        let split = usize::try_from(length)
            .ok()
            .and_then(|length| self.rest.split_at_checked(length));
        let (taken, rest) =
            split.ok_or_else(|| WeightsError::Truncated(format!("within {what}")))?;
        self.rest = rest;
        Ok(taken)
    }

    fn u32(&mut self) -> Result<u32, WeightsError> {
        let bytes = self.take(4, "its header")?;
        Ok(bytes
            .first_chunk()
            .map_or(0, |bytes| u32::from_le_bytes(*bytes)))
    }

    fn u64(&mut self) -> Result<u64, WeightsError> {
        let bytes = self.take(8, "its header")?;
        Ok(bytes
            .first_chunk()
            .map_or(0, |bytes| u64::from_le_bytes(*bytes)))
    }

    fn string(&mut self, most: u64) -> Result<&'a [u8], WeightsError> {
        let length = self.u64()?;
        at_most("bytes of a text", length, most)?;
        self.take(length, "a text of its header")
    }

    fn value(&mut self, kind: u32, depth: usize) -> Result<(), WeightsError> {
        match kind {
            8 => self.string(MOST_HEADER_BYTES as u64).map(|_| ()),
            9 => self.array(depth),
            _ => self.take(width(kind)?, "a value of its header").map(|_| ()),
        }
    }

    fn array(&mut self, depth: usize) -> Result<(), WeightsError> {
        if depth == MOST_DEPTH {
            return Err(WeightsError::Header("arrays within arrays too deep".into()));
        }
        let kind = self.u32()?;
        let count = self.u64()?;
        self.elements = self.elements.saturating_add(count);
        at_most("array elements", self.elements, MOST_ELEMENTS)?;
        if kind == 8 || kind == 9 {
            for _ in 0..count {
                self.value(kind, depth + 1)?;
            }
            return Ok(());
        }
        self.take(width(kind)? * count, "an array of its header")
            .map(|_| ())
    }
}

fn width(kind: u32) -> Result<u64, WeightsError> {
    match kind {
        0 | 1 | 7 => Ok(1),
        2 | 3 => Ok(2),
        4..=6 => Ok(4),
        10..=12 => Ok(8),
        other => Err(WeightsError::Header(format!(
            "a value of unknown type {other}"
        ))),
    }
}

fn at_most(what: &str, stated: u64, most: u64) -> Result<(), WeightsError> {
    if stated > most {
        return Err(WeightsError::Header(format!(
            "it states {stated} {what}; at most {most} are believable"
        )));
    }
    Ok(())
}
