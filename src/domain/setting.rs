//! Settings a global admin may change while the server runs. Everything else is configuration.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::job::MissedRun;

/// Settings of the installation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// When every account is synced by itself.
    pub sync_schedule: SyncSchedule,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SyncSchedule {
    pub enabled: bool,
    /// Five cron fields.
    pub cron: String,
    /// IANA time zone name.
    pub time_zone: String,
    pub jitter_seconds: u32,
    pub missed: MissedRun,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            sync_schedule: SyncSchedule {
                enabled: true,
                cron: "0 */6 * * *".to_owned(),
                time_zone: "UTC".to_owned(),
                jitter_seconds: 300,
                missed: MissedRun::RunOnce,
            },
        }
    }
}
