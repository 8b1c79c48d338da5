//! Changes without a known cause, the events that may have caused them, and keeping what was decided.
//! These functions serve the sync alone, so they take one account's key in place of a `Scope`.

use std::collections::HashMap;

use domain::workspace::FieldChange;
use domain::{AccountId, JobId, Region, UtcTime};
use serde_json::Value;

use crate::account;
use crate::conn::Conn;
use crate::db::Db;
use crate::error::StoreError;
use crate::value::Json;
use crate::workspace::differences;

/// A version of a desktop whose cause is not known.
#[derive(Debug, Clone, PartialEq)]
pub struct Unexplained {
    pub workspace_id: String,
    pub version: u32,
    /// The start of the listing that saw it first.
    pub valid_from: UtcTime,
    /// As `resource_version` has it: `created`, `changed`, …
    pub change: String,
    pub run_id: Option<JobId>,
    pub differences: Vec<FieldChange>,
    pub previous: Option<Previous>,
}

/// The version before.
#[derive(Debug, Clone, PartialEq)]
pub struct Previous {
    pub valid_from: UtcTime,
    pub event_id: Option<String>,
    /// AWS was still changing the desktop then.
    pub was_modifying: bool,
}

/// An event about a desktop that changed something.
#[derive(Debug, Clone, PartialEq)]
pub struct DesktopEvent {
    pub event_id: String,
    pub event_time: UtcTime,
    pub event_name: String,
    pub request_parameters: Value,
}

/// A complete listing of desktops.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    pub run_id: JobId,
    pub started_at: UtcTime,
}

/// What caused a version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cause {
    pub workspace_id: String,
    pub version: u32,
    pub event_id: String,
    /// Given when the event made the desktop.
    pub created_at: Option<UtcTime>,
}

/// The versions without a cause of desktops that events are about, and those events, oldest first.
pub async fn unexplained(
    db: &Db,
    account_id: &AccountId,
    region: &Region,
) -> Result<(Vec<Unexplained>, HashMap<String, Vec<DesktopEvent>>), StoreError> {
    let (account_id, region) = (account_id.clone(), region.clone());
    db.read(move |conn| {
        let versions = conn.query(
            "SELECT v.resource_id, v.version, v.valid_from, v.change, v.run_id, v.body,
               p.body, p.valid_from, p.event_id
             FROM (SELECT DISTINCT workspace_id FROM trail_event_workspace WHERE account_id = $1) t
             JOIN resource_version v ON v.account_id = $1 AND v.region = $2
               AND v.resource_type = 'workspaces' AND v.resource_id = t.workspace_id
             LEFT JOIN resource_version p ON p.account_id = v.account_id AND p.region = v.region
               AND p.resource_type = v.resource_type AND p.resource_id = v.resource_id
               AND p.version = v.version - 1
             WHERE v.event_id IS NULL
             ORDER BY v.resource_id, v.version",
            &[&account_id, &region],
            |row| {
                let body = row.get::<Json<Value>>(5)?.0;
                let before = row.get::<Option<Json<Value>>>(6)?.map(|json| json.0);
                let previous_from: Option<UtcTime> = row.get(7)?;
                let event_id = row.get(8)?;
                Ok(Unexplained {
                    workspace_id: row.get(0)?,
                    version: row.get(1)?,
                    valid_from: row.get(2)?,
                    change: row.get(3)?,
                    run_id: row.get(4)?,
                    differences: before
                        .as_ref()
                        .map_or_else(Vec::new, |old| differences(old, &body)),
                    previous: previous_from.map(|valid_from| Previous {
                        valid_from,
                        event_id,
                        was_modifying: before.as_ref().is_some_and(is_modifying),
                    }),
                })
            },
        )?;
        let mut events = HashMap::new();
        for version in &versions {
            if !events.contains_key(&version.workspace_id) {
                let found = events_of(conn, &account_id, &version.workspace_id)?;
                events.insert(version.workspace_id.clone(), found);
            }
        }
        Ok((versions, events))
    })
    .await
}

fn is_modifying(body: &Value) -> bool {
    body["modification_states"]
        .as_array()
        .is_some_and(|states| !states.is_empty())
}

/// What changed a desktop; what AWS refused changed nothing.
fn events_of(
    conn: &Conn,
    account_id: &AccountId,
    workspace_id: &str,
) -> Result<Vec<DesktopEvent>, StoreError> {
    conn.query(
        "SELECT e.event_id, e.event_time, e.event_name, e.request_parameters
         FROM trail_event_workspace t
         JOIN trail_event e ON e.account_id = t.account_id AND e.event_id = t.event_id
         WHERE t.account_id = $1 AND t.workspace_id = $2 AND e.error_code IS NULL AND e.read_only = 0
         ORDER BY t.event_time, t.event_id",
        &[account_id, &workspace_id],
        |row| {
            Ok(DesktopEvent {
                event_id: row.get(0)?,
                event_time: row.get(1)?,
                event_name: row.get(2)?,
                request_parameters: row.get::<Option<Json<Value>>>(3)?.map_or(Value::Null, |json| json.0),
            })
        },
    )
}

/// The complete listings of a region's desktops that are still in the history, oldest first.
pub async fn listings(
    db: &Db,
    account_id: &AccountId,
    region: &Region,
) -> Result<Vec<Listed>, StoreError> {
    let (account_id, region) = (account_id.clone(), region.clone());
    db.read(move |conn| {
        conn.query(
            "SELECT run_id, started_at FROM sync_scope_run
             WHERE account_id = $1 AND region = $2 AND resource_type = 'workspaces'
               AND status = 'complete' AND started_at IS NOT NULL
             ORDER BY started_at",
            &[&account_id, &region],
            |row| {
                Ok(Listed {
                    run_id: row.get(0)?,
                    started_at: row.get(1)?,
                })
            },
        )
    })
    .await
}

/// Keeps what caused versions, and when desktops were made.
pub async fn explain(
    db: &Db,
    account_id: &AccountId,
    region: &Region,
    causes: Vec<Cause>,
) -> Result<(), StoreError> {
    if causes.is_empty() {
        return Ok(());
    }
    let (account_id, region) = (account_id.clone(), region.clone());
    db.write(move |conn| {
        if !account::known(conn, &account_id, None)? {
            return Ok(());
        }
        for cause in &causes {
            conn.execute(
                "UPDATE resource_version SET event_id = $5
                 WHERE account_id = $1 AND region = $2 AND resource_type = 'workspaces'
                   AND resource_id = $3 AND version = $4",
                &[
                    &account_id,
                    &region,
                    &cause.workspace_id,
                    &cause.version,
                    &cause.event_id,
                ],
            )?;
            if let Some(created_at) = cause.created_at {
                conn.execute(
                    "UPDATE workspace SET created_at = $4, created_at_source = 'cloudtrail'
                     WHERE workspace_id = $1 AND account_id = $2 AND region = $3",
                    &[&cause.workspace_id, &account_id, &region, &created_at],
                )?;
            }
        }
        conn.changed("workspaces");
        Ok(())
    })
    .await
}
