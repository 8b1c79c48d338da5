//! RPC v2 CBOR, which newer AWS SDKs speak to WorkSpaces instead of JSON. It is read into and written from JSON
//! values, since the operations are the same; only times differ, which CBOR marks with tag 1.

use serde_json::{Map, Number, Value};
use thiserror::Error;

/// Members that hold a time. JSON carries them as plain numbers, so the name is all there is to go by.
const TIMES: &[&str] = &[
    "ConnectionStateCheckTimestamp",
    "LastKnownUserConnectionTimestamp",
    "RecoverySnapshotTime",
    "LastUpdatedTime",
    "CreationTime",
    "JoinedTimestamp",
    "EventTime",
    "Timestamps",
];

/// Requests nest a handful of levels; anything deeper is an attack on the stack.
const MAX_DEPTH: usize = 32;

#[derive(Debug, Error, PartialEq, Eq)]
pub enum CborError {
    #[error("the body ends in the middle of an item")]
    Short,
    #[error("nested too deeply")]
    Deep,
    #[error("map keys must be text")]
    Key,
    #[error("text is not UTF-8")]
    Text,
    #[error("item type {0:#04x} is not used by this protocol")]
    Unknown(u8),
}

/// Major types of what is written by hand.
pub const ARRAY: u8 = 4;
pub const MAP: u8 = 5;
/// Tag 1: what follows is a time, in seconds since 1970.
const TIME: u8 = 0xc1;

pub fn encode(value: &Value) -> Vec<u8> {
    let mut out = Vec::with_capacity(1024);
    write(value, &mut out);
    out
}

fn write(value: &Value, out: &mut Vec<u8>) {
    match value {
        Value::Null => out.push(0xf6),
        Value::Bool(no) if !no => out.push(0xf4),
        Value::Bool(_) => out.push(0xf5),
        Value::Number(number) => write_number(number, out),
        Value::String(text) => write_text(text, out),
        Value::Array(items) => {
            head(ARRAY, items.len() as u64, out);
            items.iter().for_each(|item| write(item, out));
        }
        Value::Object(members) => {
            head(MAP, members.len() as u64, out);
            for (key, member) in members {
                write_text(key, out);
                match member {
                    Value::Number(_) if TIMES.contains(&key.as_str()) => {
                        out.push(TIME);
                        write(member, out);
                    }
                    Value::Array(times) if TIMES.contains(&key.as_str()) => {
                        head(ARRAY, times.len() as u64, out);
                        for time in times {
                            out.push(TIME);
                            write(time, out);
                        }
                    }
                    _ => write(member, out),
                }
            }
        }
    }
}

fn write_number(number: &Number, out: &mut Vec<u8>) {
    if let Some(n) = number.as_u64() {
        head(0, n, out);
    } else if let Some(n) = number.as_i64() {
        head(1, n.unsigned_abs() - 1, out);
    } else {
        write_float(number.as_f64().unwrap_or_default(), out);
    }
}

pub fn write_float(number: f64, out: &mut Vec<u8>) {
    out.push(0xfb);
    out.extend(number.to_be_bytes());
}

/// A time in whole seconds.
pub fn write_time(second: i64, out: &mut Vec<u8>) {
    out.push(TIME);
    write_number(&second.into(), out);
}

pub fn write_text(text: &str, out: &mut Vec<u8>) {
    head(3, text.len() as u64, out);
    out.extend(text.as_bytes());
}

pub fn head(major: u8, n: u64, out: &mut Vec<u8>) {
    let major = major << 5;
    match n {
        0..24 => out.push(major | n as u8),
        24..0x100 => out.extend([major | 24, n as u8]),
        0x100..0x1_0000 => {
            out.push(major | 25);
            out.extend((n as u16).to_be_bytes());
        }
        0x1_0000..0x1_0000_0000 => {
            out.push(major | 26);
            out.extend((n as u32).to_be_bytes());
        }
        _ => {
            out.push(major | 27);
            out.extend(n.to_be_bytes());
        }
    }
}

/// An empty body is the empty structure.
pub fn decode(bytes: &[u8]) -> Result<Value, CborError> {
    if bytes.is_empty() {
        return Ok(Value::Object(Map::new()));
    }
    Reader { left: bytes }
        .item(0)?
        .ok_or(CborError::Unknown(0xff))
}

struct Reader<'a> {
    left: &'a [u8],
}

impl<'a> Reader<'a> {
    fn take(&mut self, n: usize) -> Result<&'a [u8], CborError> {
        let (taken, left) = self.left.split_at_checked(n).ok_or(CborError::Short)?;
        self.left = left;
        Ok(taken)
    }

    fn byte(&mut self) -> Result<u8, CborError> {
        Ok(self.take(1)?[0])
    }

    /// The number in an item's head; `None` means "until a break".
    fn length(&mut self, first: u8) -> Result<Option<u64>, CborError> {
        let size = match first & 0x1f {
            small @ 0..24 => return Ok(Some(u64::from(small))),
            24 => 1,
            25 => 2,
            26 => 4,
            27 => 8,
            31 => return Ok(None),
            _ => return Err(CborError::Unknown(first)),
        };
        Ok(Some(
            self.take(size)?
                .iter()
                .fold(0, |n, byte| n << 8 | u64::from(*byte)),
        ))
    }

    /// `None` is the break that ends an item of unknown length.
    fn item(&mut self, depth: usize) -> Result<Option<Value>, CborError> {
        if depth > MAX_DEPTH {
            return Err(CborError::Deep);
        }
        let first = self.byte()?;
        if first == 0xff {
            return Ok(None);
        }
        let value = match first >> 5 {
            0 => Value::from(self.length(first)?.ok_or(CborError::Unknown(first))?),
            1 => {
                let n = self.length(first)?.ok_or(CborError::Unknown(first))?;
                Value::from(-1 - i64::try_from(n).map_err(|_| CborError::Unknown(first))?)
            }
            3 => Value::String(self.text(first)?),
            4 => self.array(first, depth)?,
            5 => self.map(first, depth)?,
            // A tag changes what a number means, not what it is.
            6 => {
                self.length(first)?;
                return self.item(depth + 1);
            }
            7 => self.simple(first)?,
            _ => return Err(CborError::Unknown(first)),
        };
        Ok(Some(value))
    }

    fn text(&mut self, first: u8) -> Result<String, CborError> {
        let mut text = Vec::new();
        match self.length(first)? {
            Some(n) => text.extend(self.take(usize::try_from(n).map_err(|_| CborError::Short)?)?),
            None => loop {
                let part = self.byte()?;
                if part == 0xff {
                    break;
                }
                let n = self.length(part)?.ok_or(CborError::Unknown(part))?;
                text.extend(self.take(usize::try_from(n).map_err(|_| CborError::Short)?)?);
            },
        }
        String::from_utf8(text).map_err(|_| CborError::Text)
    }

    fn array(&mut self, first: u8, depth: usize) -> Result<Value, CborError> {
        let count = self.length(first)?;
        let mut items = Vec::new();
        while count.is_none_or(|n| (items.len() as u64) < n) {
            match self.item(depth + 1)? {
                Some(item) => items.push(item),
                None if count.is_none() => break,
                None => return Err(CborError::Unknown(0xff)),
            }
        }
        Ok(Value::Array(items))
    }

    fn map(&mut self, first: u8, depth: usize) -> Result<Value, CborError> {
        let count = self.length(first)?;
        let mut members = Map::new();
        let mut read = 0u64;
        while count.is_none_or(|n| read < n) {
            let key = match self.item(depth + 1)? {
                Some(Value::String(key)) => key,
                None if count.is_none() => break,
                _ => return Err(CborError::Key),
            };
            members.insert(key, self.item(depth + 1)?.ok_or(CborError::Unknown(0xff))?);
            read += 1;
        }
        Ok(Value::Object(members))
    }

    fn simple(&mut self, first: u8) -> Result<Value, CborError> {
        Ok(match first {
            0xf4 => Value::Bool(false),
            0xf5 => Value::Bool(true),
            0xf6 | 0xf7 => Value::Null,
            0xfa => {
                let bytes: [u8; 4] = self.take(4)?.try_into().map_err(|_| CborError::Short)?;
                Value::from(f32::from_be_bytes(bytes))
            }
            0xfb => {
                let bytes: [u8; 8] = self.take(8)?.try_into().map_err(|_| CborError::Short)?;
                Value::from(f64::from_be_bytes(bytes))
            }
            _ => return Err(CborError::Unknown(first)),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_is_written_reads_back() {
        let value = json!({
            "a": [0, 23, 24, 255, 256, 65_536, 5_000_000_000u64, -1, -500],
            "b": {"nested": true, "none": null, "float": 1.5},
            "long": "x".repeat(300),
        });
        assert_eq!(decode(&encode(&value)), Ok(value));
    }

    #[test]
    fn times_carry_tag_one() {
        let bytes = encode(&json!({ "CreationTime": 1.5 }));
        assert!(bytes.windows(2).any(|pair| pair == [0xc1, 0xfb]));
        let bytes = encode(&json!({ "Timestamps": [7, 8], "Values": [7, 8] }));
        assert!(bytes.ends_with(b"\x6aTimestamps\x82\xc1\x07\xc1\x08\x66Values\x82\x07\x08"));
        let mut bytes = Vec::new();
        write_time(300, &mut bytes);
        assert_eq!(bytes, [0xc1, 0x19, 0x01, 0x2c]);
    }

    #[test]
    fn indefinite_lengths_are_read_and_garbage_is_refused() {
        assert_eq!(
            decode(b"\xbf\x61a\x9f\x01\x02\xff\x61b\x7f\x61x\x61y\xff\xff"),
            Ok(json!({"a": [1, 2], "b": "xy"}))
        );
        assert_eq!(decode(b"\x62a"), Err(CborError::Short));
        assert_eq!(decode(b"\xa1\x01\x02"), Err(CborError::Key));
        assert_eq!(decode(&[0x81; 100]), Err(CborError::Deep));
        assert_eq!(decode(b"\xff"), Err(CborError::Unknown(0xff)));
    }
}
