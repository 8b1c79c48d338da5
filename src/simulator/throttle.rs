//! AWS's request limits: a token bucket for each account, region and operation, on the wall clock.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

/// Account, region, operation.
type Key = (String, String, &'static str);
/// Tokens left, and when they were counted.
type Bucket = (f64, Instant);

#[derive(Debug)]
pub struct Throttle {
    /// Requests per second; also the size of the burst, at least one.
    rate: f64,
    buckets: Mutex<HashMap<Key, Bucket>>,
}

impl Throttle {
    pub fn new(rate: f64) -> Self {
        Self {
            rate,
            buckets: Mutex::default(),
        }
    }

    pub fn admits(&self, account: &str, region: &str, operation: &'static str) -> bool {
        let now = Instant::now();
        let burst = self.rate.max(1.0);
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        let (tokens, seen) = buckets
            .entry((account.to_owned(), region.to_owned(), operation))
            .or_insert((burst, now));
        *tokens = (*tokens + now.duration_since(*seen).as_secs_f64() * self.rate).min(burst);
        *seen = now;
        let admitted = *tokens >= 1.0;
        if admitted {
            *tokens -= 1.0;
        }
        admitted
    }
}
