//! Slows down guessing: every failed login makes the next one on the same account, and from the
//! same address, wait longer. Nothing is ever locked; a wait always ends by itself. Whether the
//! password is right is not known here.

use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use moka::sync::Cache;

/// How fast one kind of key backs off.
#[derive(Debug, Clone, Copy)]
struct Curve {
    /// Failures without any wait.
    free: u32,
    /// The longest wait. It doubles from one second up to this.
    longest: Duration,
}

impl Curve {
    fn wait_after(self, failures: u32) -> Duration {
        match failures.checked_sub(self.free) {
            None | Some(0) => Duration::ZERO,
            Some(over) => Duration::from_secs(1 << (over - 1).min(20)).min(self.longest),
        }
    }
}

/// Short, because others could keep a person's account waiting.
const PER_ACCOUNT: Curve = Curve {
    free: 5,
    longest: Duration::from_secs(10),
};

/// Long, because only the guesser and whoever shares the address wait.
const PER_ADDRESS: Curve = Curve {
    free: 15,
    longest: Duration::from_secs(900),
};

/// Failures are forgotten when none was added for this long.
const MEMORY: Duration = Duration::from_secs(3600);

/// An address from which the account logged in this recently does not wait for the account's
/// failures elsewhere, so that guessing by others cannot keep its owner out.
const KNOWN_ADDRESS: Duration = Duration::from_secs(30 * 24 * 3600);

/// The most keys remembered per kind; bounds memory when addresses are made up.
const MOST_KEYS: u64 = 100_000;

#[derive(Default)]
struct Failures {
    count: u32,
    not_before: Option<Instant>,
}

/// The key under which an address is counted. A subscriber usually owns a whole /64 of IPv6;
/// counting single addresses would slow down nobody.
#[must_use]
pub fn network_of(ip: IpAddr) -> IpAddr {
    match ip.to_canonical() {
        v4 @ IpAddr::V4(_) => v4,
        IpAddr::V6(v6) => IpAddr::V6((u128::from(v6) >> 64 << 64).into()),
    }
}

type Counters<K> = Cache<K, Arc<Mutex<Failures>>>;

pub(crate) struct Throttle {
    accounts: Counters<String>,
    addresses: Counters<IpAddr>,
    known: Cache<(String, IpAddr), ()>,
}

/// A login under way, counted as failed until it is said to have succeeded: a burst of parallel
/// guesses must not pass before the first of them has been found wrong.
pub(crate) struct Attempt {
    username: String,
    /// As [`network_of`] makes it.
    address: Option<IpAddr>,
}

/// Wait this long before trying again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RetryAfter(pub Duration);

impl Throttle {
    pub(crate) fn new() -> Self {
        fn counters<K: std::hash::Hash + Eq + Send + Sync + 'static>() -> Counters<K> {
            Cache::builder()
                .max_capacity(MOST_KEYS)
                .time_to_idle(MEMORY)
                .build()
        }
        Self {
            accounts: counters(),
            addresses: counters(),
            known: Cache::builder()
                .max_capacity(MOST_KEYS)
                .time_to_live(KNOWN_ADDRESS)
                .build(),
        }
    }

    /// Lets an attempt begin, or says how long to wait. A refused attempt prolongs nothing.
    /// Usernames nobody has are treated alike. No address means the control socket.
    pub(crate) fn begin(
        &self,
        username: &str,
        address: Option<IpAddr>,
        now: Instant,
    ) -> Result<Attempt, RetryAfter> {
        let username = username.to_lowercase();
        let address = address.map(network_of);
        let by_account = self
            .accounts
            .get_with_by_ref(username.as_str(), Arc::default);
        let by_address = address.map(|ip| self.addresses.get_with(ip, Arc::default));

        let known = address.is_some_and(|ip| self.known.contains_key(&(username.clone(), ip)));
        let account_wait = if known {
            Duration::ZERO
        } else {
            remaining(&by_account, now)
        };
        let address_wait = by_address
            .as_deref()
            .map_or(Duration::ZERO, |f| remaining(f, now));
        let wait = account_wait.max(address_wait);
        if !wait.is_zero() {
            return Err(RetryAfter(wait));
        }
        add_failure(&by_account, PER_ACCOUNT, now);
        if let Some(failures) = by_address {
            add_failure(&failures, PER_ADDRESS, now);
        }
        Ok(Attempt { username, address })
    }

    /// Clears the account's failures and takes this attempt's back from the address. The address
    /// keeps its others: owning one account must not help in guessing at the rest.
    pub(crate) fn succeeded(&self, attempt: Attempt) {
        self.accounts.invalidate(&attempt.username);
        let Some(ip) = attempt.address else { return };
        if let Some(failures) = self.addresses.get(&ip) {
            let mut failures = failures.lock().unwrap_or_else(PoisonError::into_inner);
            failures.count = failures.count.saturating_sub(1);
            failures.not_before = None;
        }
        self.known.insert((attempt.username, ip), ());
    }
}

fn remaining(failures: &Mutex<Failures>, now: Instant) -> Duration {
    failures
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .not_before
        .map_or(Duration::ZERO, |time| time.saturating_duration_since(now))
}

fn add_failure(failures: &Mutex<Failures>, curve: Curve, now: Instant) {
    let mut failures = failures.lock().unwrap_or_else(PoisonError::into_inner);
    failures.count = failures.count.saturating_add(1);
    failures.not_before = Some(now + curve.wait_after(failures.count));
}

#[cfg(test)]
mod tests {
    use super::*;

    const HERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 1));
    const THERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(198, 51, 100, 1));

    fn fail(throttle: &Throttle, name: &str, ip: IpAddr, times: u32, now: Instant) {
        for _ in 0..times {
            assert!(throttle.begin(name, Some(ip), now).is_ok());
        }
    }

    #[test]
    fn an_account_backs_off_and_comes_back_by_itself() {
        let (throttle, start) = (Throttle::new(), Instant::now());
        fail(&throttle, "ada", HERE, 6, start);
        let refused = throttle.begin("ADA", Some(THERE), start).err().unwrap();
        assert_eq!(refused, RetryAfter(Duration::from_secs(1)));
        let later = start + Duration::from_secs(1);
        let attempt = throttle.begin("ada", Some(THERE), later).ok().unwrap();
        throttle.succeeded(attempt);
        assert!(throttle.begin("ada", Some(THERE), later).is_ok());
    }

    #[test]
    fn the_account_wait_is_short_and_the_address_wait_grows() {
        let (throttle, mut now) = (Throttle::new(), Instant::now());
        let mut longest = Duration::ZERO;
        for round in 0..40 {
            let name = format!("user{round}");
            if let Err(RetryAfter(wait)) = throttle.begin(&name, Some(HERE), now) {
                longest = longest.max(wait);
                now += wait;
                assert!(throttle.begin(&name, Some(HERE), now).is_ok());
            }
        }
        assert_eq!(longest, Duration::from_secs(900));
        for _ in 0..40 {
            now += Duration::from_secs(10);
            assert!(
                throttle.begin("ada", None, now).is_ok(),
                "never more than 10 s"
            );
        }
    }

    #[test]
    fn guessing_elsewhere_does_not_keep_the_owner_out() {
        let (throttle, now) = (Throttle::new(), Instant::now());
        let attempt = throttle.begin("ada", Some(HERE), now).ok().unwrap();
        throttle.succeeded(attempt);
        fail(&throttle, "ada", THERE, 6, now);
        assert!(throttle.begin("ada", Some(THERE), now).is_err());
        assert!(throttle.begin("ada", Some(HERE), now).is_ok());
    }

    #[test]
    fn one_ipv6_network_is_one_guesser() {
        let (throttle, now) = (Throttle::new(), Instant::now());
        for host in 1..=16_u128 {
            let ip = IpAddr::V6((0x2001_0db8_u128 << 96 | host).into());
            fail(&throttle, &format!("user{host}"), ip, 1, now);
        }
        let begin = |ip: &str| throttle.begin("ada", Some(ip.parse().unwrap()), now);
        assert!(begin("2001:db8::ffff").is_err());
        assert!(begin("2001:db8:0:1::1").is_ok(), "another network");
        assert_eq!(network_of("::ffff:192.0.2.1".parse().unwrap()), HERE);
    }

    #[test]
    fn owning_an_account_does_not_reset_the_address() {
        let (throttle, now) = (Throttle::new(), Instant::now());
        fail(&throttle, "x", HERE, 5, now);
        fail(&throttle, "y", HERE, 5, now);
        fail(&throttle, "z", HERE, 5, now);
        let own = throttle.begin("own", Some(HERE), now).ok().unwrap();
        throttle.succeeded(own);
        fail(&throttle, "w", HERE, 1, now);
        assert!(throttle.begin("v", Some(HERE), now).is_err());
    }
}
