//! WorkSpaces structures as they are written on the wire.

use serde::Serialize;

use crate::clock::{Clock, Millis, epoch_seconds};
use crate::desktop::{Desktop, Properties, Rest, RunningMode, Twin};
use crate::directory::Directory;
use crate::state::State;

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Workspace {
    workspace_id: String,
    directory_id: String,
    user_name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    ip_address: Option<String>,
    state: &'static str,
    bundle_id: String,
    subnet_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    error_message: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error_code: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    computer_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    volume_encryption_key: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    user_volume_encryption_enabled: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    root_volume_encryption_enabled: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    workspace_name: Option<String>,
    workspace_properties: WorkspaceProperties,
    modification_states: Vec<ModificationState>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    related_workspaces: Vec<RelatedWorkspace>,
    #[serde(skip_serializing_if = "Option::is_none")]
    data_replication_settings: Option<DataReplicationSettings>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    standby_workspaces_properties: Vec<StandbyProperties>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct WorkspaceProperties {
    running_mode: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    running_mode_auto_stop_timeout_in_minutes: Option<u16>,
    root_volume_size_gib: u16,
    user_volume_size_gib: u16,
    compute_type_name: &'static str,
    protocols: [&'static str; 1],
    operating_system_name: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct ModificationState {
    resource: &'static str,
    state: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct RelatedWorkspace {
    workspace_id: String,
    region: String,
    state: &'static str,
    r#type: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct DataReplicationSettings {
    data_replication: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    recovery_snapshot_time: Option<f64>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct StandbyProperties {
    standby_workspace_id: String,
    data_replication: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    recovery_snapshot_time: Option<f64>,
}

impl Workspace {
    /// The caller has settled the desktop for the same moment.
    pub fn of(desktop: &Desktop, directories: &[Directory], now: Millis, clock: &Clock) -> Self {
        let directory = &directories[usize::from(desktop.directory)];
        let state = desktop.state(now, clock);
        let built = desktop.is_built();
        let (error_code, error_message) = trouble(desktop, state).unzip();
        let [a, b, c, d] = desktop.ip;
        Self {
            workspace_id: desktop.id.to_string(),
            directory_id: directory.id.clone(),
            user_name: desktop.user.to_string(),
            ip_address: built.then(|| format!("{a}.{b}.{c}.{d}")),
            state: state.as_str(),
            bundle_id: desktop.bundle.to_string(),
            subnet_id: directory.subnets[usize::from(desktop.subnet) % 2].clone(),
            error_message,
            error_code,
            computer_name: built.then(|| desktop.computer_name()),
            volume_encryption_key: desktop.key.as_ref().map(ToString::to_string),
            // AWS leaves the flags out where nothing is encrypted.
            user_volume_encryption_enabled: desktop.user_encrypted.then_some(true),
            root_volume_encryption_enabled: desktop.root_encrypted.then_some(true),
            workspace_name: desktop.name.as_ref().map(ToString::to_string),
            workspace_properties: properties(&desktop.properties),
            modification_states: modification(desktop),
            related_workspaces: desktop.twin.iter().map(|twin| related(twin)).collect(),
            data_replication_settings: desktop
                .twin
                .as_ref()
                .filter(|t| t.is_primary)
                .map(|t| replication(t)),
            standby_workspaces_properties: desktop
                .twin
                .iter()
                .filter(|t| !t.is_primary)
                .map(|t| standby(t))
                .collect(),
        }
    }
}

fn properties(properties: &Properties) -> WorkspaceProperties {
    let auto_stop = properties.running_mode == RunningMode::AutoStop;
    WorkspaceProperties {
        running_mode: properties.running_mode.as_str(),
        running_mode_auto_stop_timeout_in_minutes: auto_stop
            .then_some(properties.auto_stop_minutes),
        root_volume_size_gib: properties.root_gib,
        user_volume_size_gib: properties.user_gib,
        compute_type_name: properties.compute,
        protocols: [properties.protocol],
        operating_system_name: properties.os,
    }
}

fn modification(desktop: &Desktop) -> Vec<ModificationState> {
    let resource = desktop
        .transition
        .as_ref()
        .and_then(|transition| transition.modifies);
    resource
        .map(|resource| ModificationState {
            resource,
            state: "UPDATE_IN_PROGRESS",
        })
        .into_iter()
        .collect()
}

fn related(twin: &Twin) -> RelatedWorkspace {
    RelatedWorkspace {
        workspace_id: twin.id.to_string(),
        region: twin.region.to_string(),
        state: State::Available.as_str(),
        r#type: if twin.is_primary {
            "PRIMARY"
        } else {
            "STANDBY"
        },
    }
}

fn source(twin: &Twin) -> (&'static str, Option<f64>) {
    if twin.replicates {
        ("PRIMARY_AS_SOURCE", Some(epoch_seconds(twin.snapshot)))
    } else {
        ("NO_REPLICATION", None)
    }
}

fn replication(twin: &Twin) -> DataReplicationSettings {
    let (data_replication, recovery_snapshot_time) = source(twin);
    DataReplicationSettings {
        data_replication,
        recovery_snapshot_time,
    }
}

fn standby(twin: &Twin) -> StandbyProperties {
    let (data_replication, recovery_snapshot_time) = source(twin);
    StandbyProperties {
        standby_workspace_id: twin.id.to_string(),
        data_replication,
        recovery_snapshot_time,
    }
}

/// Code and message of a desktop that is not well.
fn trouble(desktop: &Desktop, state: State) -> Option<(&'static str, &'static str)> {
    if !matches!(desktop.rest, Rest::Stuck(_)) {
        return None;
    }
    Some(match state {
        State::Unhealthy => (
            "UnhealthyWorkspace",
            "The WorkSpace does not answer the health check of the WorkSpaces service.",
        ),
        State::Impaired => (
            "ImpairedWorkspace",
            "The WorkSpace cannot reach its domain controller.",
        ),
        State::Error => (
            "ProvisioningFailure",
            "The WorkSpace could not join the directory's domain.",
        ),
        _ => return None,
    })
}
