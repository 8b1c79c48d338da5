//! Answers kept in memory, each keyed by the data version it was read at: a commit that changes
//! what people see makes all of them unreachable at once, and their space is taken back by size
//! or age. Nothing is served that the database would not answer now. Whole pages are kept by the
//! API, as the bytes it sends.

use std::time::Duration;

use domain::dashboard::Dashboard;
use domain::listing::WorkspaceFilter;
use domain::{Scope, UtcTime};
use moka::sync::Cache;

use crate::workspace::Facets;

/// The data version, who asks, for what.
pub(crate) type Key<T> = (u64, Scope, T);

pub(crate) struct Caches {
    /// How many desktops match, and how old that knowledge is.
    pub totals: Cache<Key<WorkspaceFilter>, (u64, Option<UtcTime>)>,
    pub facets: Cache<Key<WorkspaceFilter>, Facets>,
    pub dashboards: Cache<Key<()>, Dashboard>,
}

impl Caches {
    pub fn new() -> Self {
        Self {
            totals: Cache::builder()
                .max_capacity(4096)
                .time_to_live(Duration::from_secs(600))
                .build(),
            facets: Cache::builder()
                .max_capacity(256)
                .time_to_live(Duration::from_secs(600))
                .build(),
            // It counts from now ("in the last 24 hours"), so it must not stand still either.
            dashboards: Cache::builder()
                .max_capacity(64)
                .time_to_live(Duration::from_secs(5))
                .build(),
        }
    }
}
