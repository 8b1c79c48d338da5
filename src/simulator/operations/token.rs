//! NextToken: opaque to the caller, and here the place to go on from. Keyed to its operation, account, region and
//! filters, so that a token from elsewhere is refused as AWS refuses it. It also is where the paging faults act.

use std::sync::atomic::{AtomicU64, Ordering};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::Call;
use crate::dice::hash;
use crate::wire::refusal::Refusal;

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Token {
    /// The last row that was shown; the next page begins behind it.
    pub after: String,
    /// Rows a shortened listing may still show.
    pub left: Option<usize>,
}

/// One listing of one operation with its filters.
pub struct Pager<'a> {
    call: &'a Call<'a>,
    key: u64,
    given: Option<&'a str>,
    invalid: fn() -> Refusal,
}

fn invalid_next_token() -> Refusal {
    Refusal::validation("The NextToken value is invalid.")
}

impl<'a> Pager<'a> {
    pub fn new(call: &'a Call<'a>, operation: &str, filters: &str, given: Option<&'a str>) -> Self {
        let key = hash(&format!(
            "{operation}|{}|{}|{filters}",
            call.caller.account, call.caller.region
        ));
        Self {
            call,
            key,
            given,
            invalid: invalid_next_token,
        }
    }

    pub fn refusing_with(mut self, invalid: fn() -> Refusal) -> Self {
        self.invalid = invalid;
        self
    }

    /// Where to go on; `None` for the first page.
    pub fn start(&self) -> Result<Option<Token>, Refusal> {
        self.given
            .map(|given| self.decode(given).ok_or_else(self.invalid))
            .transpose()
    }

    /// The token to answer with, after the faults have had their way with it and with the rows.
    pub fn next<T>(&self, rows: &mut Vec<T>, next: Option<Token>) -> Option<String> {
        let faults = self.call.faults;
        if faults.empty_page_with_token && self.given.is_some() {
            rows.clear();
            return Some(self.encode(&next.unwrap_or_default()));
        }
        if faults.repeat_next_token || faults.empty_page_with_token {
            let first = || self.encode(&next.clone().unwrap_or_default());
            return Some(self.given.map_or_else(first, ToOwned::to_owned));
        }
        next.map(|token| self.encode(&token))
    }

    fn encode(&self, token: &Token) -> String {
        // AWS never gives the same token twice; nor does this.
        static SERIAL: AtomicU64 = AtomicU64::new(0);
        let serial = SERIAL.fetch_add(1, Ordering::Relaxed);
        let left = token.left.map(|n| n.to_string()).unwrap_or_default();
        URL_SAFE_NO_PAD.encode(format!(
            "1|{:016x}|{serial:x}|{left}|{}",
            self.key, token.after
        ))
    }

    fn decode(&self, given: &str) -> Option<Token> {
        let text = String::from_utf8(URL_SAFE_NO_PAD.decode(given).ok()?).ok()?;
        let mut parts = text.splitn(5, '|');
        let (version, key, _serial) = (parts.next()?, parts.next()?, parts.next()?);
        if version != "1" || u64::from_str_radix(key, 16).ok()? != self.key {
            return None;
        }
        let left = match parts.next()? {
            "" => None,
            n => Some(n.parse().ok()?),
        };
        Some(Token {
            after: parts.next()?.to_owned(),
            left,
        })
    }
}
