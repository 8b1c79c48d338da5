//! A token bucket that makes callers wait. One exists for each (account, region, service), so a
//! busy account never takes another's share.

use std::num::NonZeroU32;
use std::time::Duration;

use governor::clock::{Clock, DefaultClock};
use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};

#[derive(Debug)]
pub(crate) struct Bucket {
    /// `None` lets everything through.
    limiter: Option<DefaultDirectRateLimiter>,
}

impl Bucket {
    pub(crate) fn new(requests_per_second: f64, burst: u32) -> Self {
        Self {
            limiter: quota(requests_per_second, burst).map(RateLimiter::direct),
        }
    }

    /// Returns once a token was taken.
    pub(crate) async fn wait(&self) {
        let Some(limiter) = &self.limiter else { return };
        while let Err(not_yet) = limiter.check() {
            tokio::time::sleep(not_yet.wait_time_from(DefaultClock::default().now())).await;
        }
    }
}

fn quota(requests_per_second: f64, burst: u32) -> Option<Quota> {
    let period = Duration::try_from_secs_f64(1.0 / requests_per_second).ok()?;
    let burst = NonZeroU32::new(burst).unwrap_or(NonZeroU32::MIN);
    Some(Quota::with_period(period)?.allow_burst(burst))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Instant;

    #[tokio::test]
    async fn the_burst_is_free_and_then_the_rate_holds() {
        let bucket = Bucket::new(50.0, 3);
        let start = Instant::now();
        for _ in 0..3 {
            bucket.wait().await;
        }
        assert!(start.elapsed() < Duration::from_millis(15));
        for _ in 0..5 {
            bucket.wait().await;
        }
        assert!(
            start.elapsed() >= Duration::from_millis(90),
            "{:?}",
            start.elapsed()
        );
    }

    #[tokio::test]
    async fn zero_means_no_limit() {
        let bucket = Bucket::new(0.0, 1);
        let start = Instant::now();
        for _ in 0..10_000 {
            bucket.wait().await;
        }
        assert!(start.elapsed() < Duration::from_secs(1));
    }
}
