//! Keeps the stock true: lists AWS account by account, compares with what is known, writes what
//! changed with its history, and says how each scope went. It knows no HTTP and no SQL.
//!
//! | file | holds |
//! |---|---|
//! | `sync` | one run over accounts and regions: order, limits, interruption, progress |
//! | `account_run` | one account of a run: credentials first, then its regions |
//! | `region_run` | one region of an account: its collectors in order |
//! | `scope_run` | one scope's row in `sync_history`, from start to end |
//! | `listing` | a listing that decides which rows are missing, and the suspicion rule |
//! | `pages` | the listings of desktops, directories and bundles, ready to compare |
//! | `reconcile` | the pure decision: what a listed or absent row means for the stored one |
//! | `versioned` | the part of a record that has history, and its digest |
//! | `tagging` | where a desktop's tags come from in this run |
//! | `usage_run` | when people were connected in one region, and how busy desktops were |
//! | `costs_run` | what AWS billed an account, within a cap of what asking costs |
//! | `events_run`, `cause` | who did what in one region, and which event caused which change |
//! | `turns` | one run at a time in each account |
//! | `apply` | plans: what is intended, the call, the reading afterwards |
//! | `onboarding` | testing an account, discovering the AWS Organization |

mod account_run;
pub mod apply;
mod cause;
mod costs_run;
mod events_run;
mod listing;
pub mod onboarding;
mod pages;
pub mod reconcile;
mod region_run;
mod scope_run;
pub mod sync;
mod tagging;
mod turns;
mod usage_run;
mod versioned;

use aws::Aws;
use domain::UtcTime;
use store::Db;

pub use turns::Turns;

/// Limits of one sync run.
#[derive(Debug, Clone)]
pub struct SyncConfig {
    /// Accounts listed at the same time.
    pub accounts_at_once: usize,
    /// Regions of one account listed at the same time.
    pub regions_at_once: usize,
    /// Bundles change rarely and cost several calls a region: a complete listing younger than
    /// this is not repeated, unless a desktop names a bundle that is not known.
    pub bundles_fresh_hours: i64,
    /// How far back usage is read at first. CloudWatch keeps 455 days.
    pub usage_days: i64,
    /// The wait before the second reading of a changed desktop; each further one is longer by as much.
    pub verify_every: std::time::Duration,
    /// Requests of Cost Explorer that an account may make a day; each costs $0.01.
    pub cost_requests_per_day: u64,
    /// Also keep events of CloudTrail that changed nothing.
    pub read_only_events: bool,
}

impl Default for SyncConfig {
    fn default() -> Self {
        Self {
            accounts_at_once: 8,
            regions_at_once: 4,
            bundles_fresh_hours: 20,
            usage_days: 400,
            verify_every: std::time::Duration::from_secs(1),
            cost_requests_per_day: 50,
            read_only_events: false,
        }
    }
}

/// What time a sync takes it to be.
#[derive(Debug, Clone, Copy, Default)]
pub enum Clock {
    #[default]
    Wall,
    /// A moment in the past, for a demo that invents its history.
    At(UtcTime),
}

impl Clock {
    #[must_use]
    pub fn now(self) -> UtcTime {
        match self {
            Self::Wall => UtcTime::now(),
            Self::At(time) => time,
        }
    }
}

/// The room's entry: a database, a way into AWS, limits, and the time.
#[derive(Clone)]
pub struct Inventory {
    pub db: Db,
    pub aws: Aws,
    pub config: SyncConfig,
    pub clock: Clock,
    pub turns: Turns,
}
