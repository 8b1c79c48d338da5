//! Answers kept in memory, each keyed by the data version it was read at: a commit that changes
//! what people see makes all of them unreachable at once, and their space is taken back by size
//! or age. Nothing is served that the database would not answer now.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use domain::dashboard::Dashboard;
use domain::listing::{PageRequest, WorkspaceFilter};
use domain::{Scope, UtcTime};
use moka::sync::Cache;

use crate::workspace::Facets;

const MIB: u64 = 1024 * 1024;

/// The data version, who asks, for what.
pub(crate) type Key<T> = (u64, Scope, T);

pub(crate) struct Caches {
    /// How many desktops match, and how old that knowledge is.
    pub totals: Cache<Key<WorkspaceFilter>, (u64, Option<UtcTime>)>,
    /// Pages of desktops as JSON; bounded by their bytes.
    pub pages: Cache<Key<(WorkspaceFilter, PageRequest)>, Bytes>,
    pub facets: Cache<Key<WorkspaceFilter>, Arc<Facets>>,
    pub dashboards: Cache<Key<()>, Arc<Dashboard>>,
}

impl Caches {
    pub fn new() -> Self {
        Self {
            totals: Cache::builder()
                .max_capacity(4096)
                .time_to_live(Duration::from_secs(600))
                .build(),
            pages: Cache::builder()
                .max_capacity(24 * MIB)
                .weigher(|_, bytes: &Bytes| u32::try_from(bytes.len() + 512).unwrap_or(u32::MAX))
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
