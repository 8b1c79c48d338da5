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
    /// When usage, bills and events are read as well, which costs more calls.
    #[serde(default = "every_night")]
    pub costs_schedule: SyncSchedule,
}

/// Once a day, when few people work.
fn every_night() -> SyncSchedule {
    SyncSchedule {
        cron: "0 3 * * *".to_owned(),
        ..Settings::default_sync()
    }
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

impl Settings {
    fn default_sync() -> SyncSchedule {
        SyncSchedule {
            enabled: true,
            cron: "0 */6 * * *".to_owned(),
            time_zone: "UTC".to_owned(),
            jitter_seconds: 300,
            missed: MissedRun::RunOnce,
        }
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            sync_schedule: Self::default_sync(),
            costs_schedule: every_night(),
        }
    }
}

/// Where a value of the configuration came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum ValueSource {
    Default,
    File,
    Environment,
    Flag,
}

/// A value that was set before the process started and holds until it ends.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ConfigurationItem {
    /// `table.key` of the configuration file.
    pub key: String,
    /// Secrets are not shown, only that they are set.
    pub value: serde_json::Value,
    pub default: serde_json::Value,
    pub source: ValueSource,
    /// What it does.
    pub effect: String,
}
