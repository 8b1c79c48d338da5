//! The first page: counts, trend, what changed, what is failing.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::sync::{Alert, ScopeRun, SyncRun};
use crate::{AccountId, OrganizationId, Region, UtcTime};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Dashboard {
    /// See [`crate::listing::Page::as_of`].
    pub as_of: Option<UtcTime>,
    pub workspaces: u64,
    pub accounts: u64,
    pub organizations: u64,
    pub users_connected: u64,
    /// Nobody connected for 60 days, though somebody once did.
    pub idle_60_days: u64,
    pub never_connected: u64,
    /// States that need a person: UNHEALTHY, IMPAIRED, ERROR, SUSPENDED.
    pub unhealthy: u64,
    pub by_state: Vec<Count>,
    pub by_running_mode: Vec<Count>,
    pub by_compute_type: Vec<Count>,
    pub by_bundle: Vec<Count>,
    pub by_account: Vec<Count>,
    pub by_region: Vec<Count>,
    /// Desktops in stock at the end of each UTC day, oldest first, from history; at most 30 days.
    pub trend: Vec<DayCount>,
    /// Since 24 hours ago.
    pub changed: RecentChanges,
    /// The newest run of each scope that did not complete; the worst first.
    pub failing_scopes: Vec<ScopeRun>,
    /// Open alerts, newest first.
    pub alerts: Vec<Alert>,
    pub last_run: Option<SyncRun>,
}

/// How many rows share a value. `key` filters the list; `label` is for reading.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Count {
    pub key: String,
    pub label: String,
    pub count: u64,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DayCount {
    /// `2026-11-20`, UTC.
    pub day: String,
    pub workspaces: u64,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RecentChanges {
    pub since: UtcTime,
    pub created: u64,
    pub changed: u64,
    pub missing: u64,
    pub deleted: u64,
    /// The newest ten.
    pub newest: Vec<RecentChange>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RecentChange {
    pub at: UtcTime,
    /// As [`crate::workspace::ResourceVersion::change`].
    pub change: String,
    pub workspace_id: String,
    pub user_name: Option<String>,
    pub account_id: AccountId,
    pub account_name: String,
    pub organization_id: OrganizationId,
    pub region: Region,
    /// The names of the fields that changed.
    pub fields: Vec<String>,
}
