//! Everything that advice and estimates are worked out from, read as of one moment: desktops with
//! their configuration over time and their months of use.

use std::collections::HashMap;

use domain::usage::{Load, Month, Watched};
use domain::workspace::{RunningMode, Tags};
use domain::{AccountId, OrganizationId, Region, Scope, UtcTime};
use serde::Deserialize;
use serde::de::IgnoredAny;

use crate::conn::{Conn, Row};
use crate::db::Db;
use crate::error::StoreError;
use crate::select::Conditions;
use crate::usage::watched_from_row;
use crate::value::Json;

/// What a desktop is billed by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Configuration {
    pub running_mode: Option<RunningMode>,
    pub auto_stop_timeout_minutes: Option<u32>,
    pub compute_type: Option<String>,
    pub operating_system: Option<String>,
    pub root_volume_gib: Option<u32>,
    pub user_volume_gib: Option<u32>,
}

/// One month of use.
#[derive(Debug, Clone, PartialEq)]
pub struct MonthOfUse {
    pub month: Month,
    pub watched: Watched,
    pub load: Load,
    pub health_days: u32,
}

/// One desktop with all that is known of its use.
#[derive(Debug, Clone, PartialEq)]
pub struct EstateDesktop {
    pub organization_id: OrganizationId,
    pub organization_name: String,
    pub account_id: AccountId,
    pub account_name: String,
    pub region: Region,
    pub workspace_id: String,
    pub user_name: Option<String>,
    pub computer_name: Option<String>,
    pub directory_id: Option<String>,
    /// The directory is in stock; one that is not may have been deregistered.
    pub directory_known: bool,
    pub state: String,
    pub tags: Tags,
    /// Half of a standby pair.
    pub standby: bool,
    pub last_connected_at: Option<UtcTime>,
    /// Since when the connection status was read; without it nothing is known of connections.
    pub connection_checked_at: Option<UtcTime>,
    /// When it was made, where CloudTrail says so.
    pub created_at: Option<UtcTime>,
    pub first_seen_at: UtcTime,
    /// Missing or deleted since.
    pub gone_at: Option<UtcTime>,
    /// Its configuration from when on, oldest first; at least the one of now.
    pub configurations: Vec<(UtcTime, Configuration)>,
    /// Oldest first.
    pub months: Vec<MonthOfUse>,
}

impl EstateDesktop {
    /// What it is now.
    #[must_use]
    pub fn now(&self) -> Option<&Configuration> {
        self.configurations
            .last()
            .map(|(_, configuration)| configuration)
    }
}

type Key = (String, String, String);

/// The parts of a stored record that matter here.
#[derive(Deserialize)]
struct Pairs {
    #[serde(default)]
    related_workspaces: Vec<IgnoredAny>,
    #[serde(default)]
    standby_workspaces: Vec<IgnoredAny>,
}

/// The versioned part of a desktop, as far as it is billed by it.
#[derive(Deserialize)]
struct VersionBody {
    running_mode: Option<RunningMode>,
    auto_stop_timeout_minutes: Option<u32>,
    compute_type: Option<String>,
    operating_system: Option<String>,
    root_volume_gib: Option<u32>,
    user_volume_gib: Option<u32>,
}

/// Desktops that are in stock, or were at some time since `from`, with their months since then.
pub async fn load(db: &Db, scope: &Scope, from: Month) -> Result<Vec<EstateDesktop>, StoreError> {
    let scope = scope.clone();
    db.read(move |conn| {
        let mut months = months(conn, &scope, from)?;
        let mut versions = versions(conn, &scope)?;
        let mut conditions = Conditions::in_scope(&scope, "w.organization_id");
        let from = conditions.bind(from.start());
        conditions.push(format!(
            "(w.missing_since IS NULL OR w.missing_since >= {from})"
        ));
        let sql = format!(
            "SELECT w.organization_id, o.name, w.account_id, a.name, w.region, w.workspace_id,
               w.user_name, w.computer_name, w.directory_id,
               EXISTS (SELECT 1 FROM directory d WHERE d.directory_id = w.directory_id
                 AND d.account_id = w.account_id AND d.region = w.region
                 AND d.missing_since IS NULL AND d.deleted_at IS NULL)
                 OR NOT EXISTS (SELECT 1 FROM sync_scope s WHERE s.account_id = w.account_id
                 AND s.region = w.region AND s.resource_type = 'directories'
                 AND s.last_complete_at IS NOT NULL),
               w.state, w.tags, w.record, w.last_connected_at, w.connection_checked_at, w.created_at,
               w.created_at_source, w.first_seen_at, coalesce(w.missing_since, w.deleted_at, w.terminated_at),
               w.running_mode, w.auto_stop_timeout_minutes, w.compute_type, w.operating_system,
               w.root_volume_gib, w.user_volume_gib
             FROM workspace w
             JOIN account a ON a.account_id = w.account_id
             JOIN organization o ON o.organization_id = w.organization_id {}
             ORDER BY w.account_id, w.region, w.workspace_id",
            conditions.sql()
        );
        conn.query(&sql, &conditions.values(), |row| {
            let mut desktop = desktop_from_row(row)?;
            let key = key(&desktop);
            desktop.months = months.remove(&key).unwrap_or_default();
            if let Some(past) = versions.remove(&key) {
                desktop.configurations = past;
            }
            Ok(desktop)
        })
    })
    .await
}

fn key(desktop: &EstateDesktop) -> Key {
    (
        desktop.account_id.as_str().to_owned(),
        desktop.region.as_str().to_owned(),
        desktop.workspace_id.clone(),
    )
}

fn desktop_from_row(row: &Row<'_>) -> Result<EstateDesktop, StoreError> {
    let Json(pairs): Json<Pairs> = row.get(12)?;
    let created_at: UtcTime = row.get(15)?;
    let source: String = row.get(16)?;
    let first_seen_at = row.get(17)?;
    let running_mode: Option<String> = row.get(19)?;
    let configuration = Configuration {
        running_mode: running_mode.as_deref().map(RunningMode::from),
        auto_stop_timeout_minutes: row.get(20)?,
        compute_type: row.get(21)?,
        operating_system: row.get(22)?,
        root_volume_gib: row.get(23)?,
        user_volume_gib: row.get(24)?,
    };
    Ok(EstateDesktop {
        organization_id: row.get(0)?,
        organization_name: row.get(1)?,
        account_id: row.get(2)?,
        account_name: row.get(3)?,
        region: row.get(4)?,
        workspace_id: row.get(5)?,
        user_name: row.get(6)?,
        computer_name: row.get(7)?,
        directory_id: row.get(8)?,
        directory_known: row.get(9)?,
        state: row.get(10)?,
        tags: row.get::<Json<Tags>>(11)?.0,
        standby: !pairs.related_workspaces.is_empty() || !pairs.standby_workspaces.is_empty(),
        last_connected_at: row.get(13)?,
        connection_checked_at: row.get(14)?,
        created_at: (source == "cloudtrail").then_some(created_at),
        first_seen_at,
        gone_at: row.get(18)?,
        configurations: vec![(first_seen_at, configuration)],
        months: Vec::new(),
    })
}

fn months(
    conn: &Conn,
    scope: &Scope,
    from: Month,
) -> Result<HashMap<Key, Vec<MonthOfUse>>, StoreError> {
    let mut conditions = Conditions::in_scope(scope, "a.organization_id");
    let from = conditions.bind(from);
    conditions.push(format!("u.month >= {from}"));
    let sql = format!(
        "SELECT u.account_id, u.region, u.workspace_id, u.month, u.known, u.connected, u.cpu_average,
           u.cpu_peak, u.memory_average, u.memory_peak, u.health_days
         FROM usage_month u JOIN account a ON a.account_id = u.account_id {}
         ORDER BY u.account_id, u.region, u.workspace_id, u.month",
        conditions.sql()
    );
    let mut found: HashMap<Key, Vec<MonthOfUse>> = HashMap::new();
    conn.for_each(&sql, &conditions.values(), |row| {
        let month: Month = row.get(3)?;
        let of_use = MonthOfUse {
            month,
            watched: watched_from_row(row, month, 4)?,
            load: Load {
                cpu_average: row.get(6)?,
                cpu_peak: row.get(7)?,
                memory_average: row.get(8)?,
                memory_peak: row.get(9)?,
            },
            health_days: row.get(10)?,
        };
        found
            .entry((row.get(0)?, row.get(1)?, row.get(2)?))
            .or_default()
            .push(of_use);
        Ok(())
    })?;
    Ok(found)
}

/// The configurations of desktops that have more than one version.
#[allow(clippy::type_complexity)]
fn versions(
    conn: &Conn,
    scope: &Scope,
) -> Result<HashMap<Key, Vec<(UtcTime, Configuration)>>, StoreError> {
    let conditions = Conditions::in_scope(scope, "a.organization_id");
    let sql = format!(
        "SELECT v.account_id, v.region, v.resource_id, v.valid_from, v.body
         FROM resource_version v JOIN account a ON a.account_id = v.account_id {}
           AND v.resource_type = 'workspaces'
           AND EXISTS (SELECT 1 FROM resource_version m WHERE m.account_id = v.account_id
             AND m.region = v.region AND m.resource_type = v.resource_type
             AND m.resource_id = v.resource_id AND m.version = 2)
         ORDER BY v.account_id, v.region, v.resource_id, v.version",
        conditions.sql()
    );
    let mut found: HashMap<Key, Vec<(UtcTime, Configuration)>> = HashMap::new();
    conn.for_each(&sql, &conditions.values(), |row| {
        let Json(body): Json<VersionBody> = row.get(4)?;
        let configuration = Configuration {
            running_mode: body.running_mode,
            auto_stop_timeout_minutes: body.auto_stop_timeout_minutes,
            compute_type: body.compute_type,
            operating_system: body.operating_system,
            root_volume_gib: body.root_volume_gib,
            user_volume_gib: body.user_volume_gib,
        };
        let past = found
            .entry((row.get(0)?, row.get(1)?, row.get(2)?))
            .or_default();
        if past.last().is_none_or(|(_, last)| *last != configuration) {
            past.push((row.get(3)?, configuration));
        }
        Ok(())
    })?;
    Ok(found)
}
