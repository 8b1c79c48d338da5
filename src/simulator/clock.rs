//! The simulated clock, in milliseconds since 1970. It runs at the pace of the wall clock, so that times in answers
//! are believable; only transitions are shortened by the speed dial. Tests can push it forward.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant};

use jiff::Timestamp;

pub type Millis = i64;

pub const MINUTE: Millis = 60_000;
pub const DAY: Millis = 24 * 60 * MINUTE;

#[derive(Debug)]
pub struct Clock {
    started: Instant,
    start: Millis,
    pushed: AtomicI64,
    speed: f64,
}

impl Clock {
    pub fn new(start: Option<Timestamp>, speed: f64) -> Self {
        Self {
            started: Instant::now(),
            start: start.unwrap_or_else(Timestamp::now).as_millisecond(),
            pushed: AtomicI64::new(0),
            speed: if speed.is_finite() && speed > 0.0 {
                speed
            } else {
                1.0
            },
        }
    }

    pub fn start(&self) -> Millis {
        self.start
    }

    pub fn now(&self) -> Millis {
        let run = i64::try_from(self.started.elapsed().as_millis()).unwrap_or(i64::MAX / 4);
        self.start + run + self.pushed.load(Ordering::Relaxed)
    }

    pub fn push(&self, by: Duration) {
        let by = i64::try_from(by.as_millis()).unwrap_or(i64::MAX / 4);
        self.pushed.fetch_add(by, Ordering::Relaxed);
    }

    /// How long a transition of so many simulated seconds takes on this clock.
    pub fn span(&self, simulated_secs: u32) -> Millis {
        (f64::from(simulated_secs) * 1000.0 / self.speed) as Millis
    }
}

/// The wall clock. Sessions live by it, since SDKs hold their Expiration against it.
pub fn wall() -> Millis {
    Timestamp::now().as_millisecond()
}

/// AWS's JSON protocols write times as seconds with a fraction.
pub fn epoch_seconds(at: Millis) -> f64 {
    at as f64 / 1000.0
}
