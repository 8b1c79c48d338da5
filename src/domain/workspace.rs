//! A WorkSpaces desktop: the record AWS gives, and the row we keep and show.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::trail::CausedBy;
use crate::{AccountId, OrganizationId, Region, UtcTime, text_enum};

/// Tags of one resource, in key order.
pub type Tags = BTreeMap<String, String>;

text_enum! {
    /// The states of a desktop.
    WorkspaceState {
        Pending = "PENDING", Available = "AVAILABLE", Impaired = "IMPAIRED", Unhealthy = "UNHEALTHY",
        Rebooting = "REBOOTING", Starting = "STARTING", Rebuilding = "REBUILDING", Restoring = "RESTORING",
        Maintenance = "MAINTENANCE", AdminMaintenance = "ADMIN_MAINTENANCE", Terminating = "TERMINATING",
        Terminated = "TERMINATED", Suspended = "SUSPENDED", Updating = "UPDATING", Stopping = "STOPPING",
        Stopped = "STOPPED", Error = "ERROR",
    }
}

text_enum! {
    /// How a desktop is billed and stopped.
    RunningMode { AutoStop = "AUTO_STOP", AlwaysOn = "ALWAYS_ON", Manual = "MANUAL" }
}

text_enum! {
    /// Whether somebody is connected.
    ConnectionState { Connected = "CONNECTED", Disconnected = "DISCONNECTED", Unknown = "UNKNOWN" }
}

/// One desktop as `DescribeWorkspaces` gives it. Absent means AWS left it out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct WorkspaceRecord {
    pub workspace_id: String,
    pub directory_id: Option<String>,
    /// The directory user the desktop is assigned to.
    pub user_name: Option<String>,
    pub ip_address: Option<String>,
    pub ipv6_address: Option<String>,
    pub state: WorkspaceState,
    pub bundle_id: Option<String>,
    pub subnet_id: Option<String>,
    pub error_code: Option<String>,
    pub error_message: Option<String>,
    pub computer_name: Option<String>,
    pub workspace_name: Option<String>,
    pub volume_encryption_key: Option<String>,
    pub user_volume_encrypted: Option<bool>,
    pub root_volume_encrypted: Option<bool>,
    pub running_mode: Option<RunningMode>,
    /// Minutes, in steps of 60; only for AUTO_STOP.
    pub auto_stop_timeout_minutes: Option<u32>,
    /// GiB.
    pub root_volume_gib: Option<u32>,
    /// GiB.
    pub user_volume_gib: Option<u32>,
    /// AWS's compute type name, `STANDARD`, `GRAPHICS_G4DN`, …
    pub compute_type: Option<String>,
    pub protocols: Vec<String>,
    pub operating_system: Option<String>,
    pub modification_states: Vec<ModificationState>,
    pub related_workspaces: Vec<RelatedWorkspace>,
    pub standby_workspaces: Vec<StandbyWorkspace>,
    pub data_replication: Option<DataReplication>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ModificationState {
    /// `ROOT_VOLUME`, `USER_VOLUME`, `COMPUTE_TYPE`.
    pub resource: String,
    /// `UPDATE_INITIATED`, `UPDATE_IN_PROGRESS`.
    pub state: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RelatedWorkspace {
    pub workspace_id: Option<String>,
    pub region: Option<String>,
    pub state: Option<String>,
    /// `PRIMARY` or `STANDBY`.
    pub kind: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct StandbyWorkspace {
    pub standby_workspace_id: Option<String>,
    pub data_replication: Option<String>,
    pub recovery_snapshot_at: Option<UtcTime>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DataReplication {
    pub data_replication: Option<String>,
    pub recovery_snapshot_at: Option<UtcTime>,
}

/// One desktop as `DescribeWorkspacesConnectionStatus` gives it. Volatile: no history is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConnectionRecord {
    pub workspace_id: String,
    pub state: ConnectionState,
    pub checked_at: Option<UtcTime>,
    /// The last time AWS knows a user was connected; absent means never.
    pub last_connected_at: Option<UtcTime>,
}

/// One desktop as we keep and show it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Workspace {
    #[serde(flatten)]
    pub record: WorkspaceRecord,
    pub account_id: AccountId,
    pub account_name: String,
    pub organization_id: OrganizationId,
    pub organization_name: String,
    pub region: Region,
    #[schema(value_type = std::collections::BTreeMap<String, String>)]
    pub tags: Tags,
    pub bundle_name: Option<String>,
    /// The directory's alias, else its name.
    pub directory_name: Option<String>,
    /// From a tag or a directory import; AWS gives none.
    pub display_name: Option<String>,
    pub connection_state: Option<ConnectionState>,
    pub connection_checked_at: Option<UtcTime>,
    pub last_connected_at: Option<UtcTime>,
    /// Best known creation time; `created_at_source` says where from.
    pub created_at: UtcTime,
    /// `first_seen` or `cloudtrail`.
    pub created_at_source: String,
    pub first_seen_at: UtcTime,
    /// The newest complete listing that held this row; its first sighting until there is one.
    pub last_seen_at: UtcTime,
    /// Since when complete listings lack it.
    pub missing_since: Option<UtcTime>,
    pub deleted_at: Option<UtcTime>,
    /// When AWS said TERMINATED.
    pub terminated_at: Option<UtcTime>,
}

/// One entry of a resource's history: what it was from `valid_from` until `valid_to`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ResourceVersion {
    /// 1 for the oldest.
    pub version: u32,
    pub valid_from: UtcTime,
    /// Absent for the version in force.
    pub valid_to: Option<UtcTime>,
    /// `created`, `changed`, `missing`, `returned`, `deleted`, `terminated`.
    pub change: String,
    /// The fields that differ from the version before, oldest value first.
    pub differences: Vec<FieldChange>,
    /// Who caused it, where CloudTrail has the event.
    pub caused_by: Option<CausedBy>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct FieldChange {
    pub field: String,
    pub before: serde_json::Value,
    pub after: serde_json::Value,
}

/// One step of a desktop's short state log; kept apart from versions because states are volatile.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct StateChange {
    pub at: UtcTime,
    pub from: Option<WorkspaceState>,
    pub to: WorkspaceState,
}

/// A desktop with its history.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct WorkspaceDetail {
    #[serde(flatten)]
    pub workspace: Workspace,
    /// Newest first.
    pub versions: Vec<ResourceVersion>,
    /// Newest first.
    pub state_changes: Vec<StateChange>,
}
