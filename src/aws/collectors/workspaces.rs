//! Desktops, by `DescribeWorkspaces`: the listing that says what exists.

use aws_sdk_workspaces::types as sdk;
use domain::UtcTime;
use domain::workspace::{
    DataReplication, ModificationState, RelatedWorkspace, StandbyWorkspace, WorkspaceRecord,
    WorkspaceState,
};
use futures::FutureExt;
use futures::future::BoxFuture;

use super::pager::{list as listed, required};
use super::{Action, Declaration, Listing, ListingPage, Pager};
use crate::error::AwsError;
use crate::session::RegionSession;

pub const DECLARATION: Declaration = Declaration {
    name: "workspaces",
    title: "WorkSpaces",
    service: "workspaces",
    listing: true,
    extra: None,
    once: false,
    actions: &[DESCRIBE_WORKSPACES],
};

pub(crate) const DESCRIBE_WORKSPACES: Action = Action {
    name: "workspaces:DescribeWorkspaces",
    optional: false,
    purpose: "lists desktops with their state, properties and encryption",
    probe,
};

/// The listing of a region's desktops.
#[derive(Debug)]
pub struct Workspaces;

/// Starts the listing.
#[must_use]
pub fn list(session: &RegionSession) -> Pager<Workspaces> {
    Pager::new(session)
}

impl Listing for Workspaces {
    type Record = WorkspaceRecord;

    const DECLARATION: &'static Declaration = &DECLARATION;

    async fn page(
        session: &RegionSession,
        _pass: usize,
        token: Option<String>,
    ) -> Result<ListingPage<WorkspaceRecord>, AwsError> {
        let request = session
            .workspaces()
            .describe_workspaces()
            .set_next_token(token);
        let answer = session.call(&DESCRIBE_WORKSPACES, request.send()).await?;
        Ok(ListingPage {
            records: listed(answer.workspaces, "Workspaces")?
                .into_iter()
                .map(record)
                .collect::<Result<_, _>>()?,
            next_token: answer.next_token,
        })
    }
}

/// One desktop; `None` when AWS does not know it.
pub(crate) async fn read(
    session: &RegionSession,
    workspace_id: &str,
) -> Result<Option<WorkspaceRecord>, AwsError> {
    let request = session
        .workspaces()
        .describe_workspaces()
        .workspace_ids(workspace_id);
    let answer = session.call(&DESCRIBE_WORKSPACES, request.send()).await?;
    let found = listed(answer.workspaces, "Workspaces")?.into_iter().next();
    found.map(record).transpose()
}

fn probe(session: &RegionSession) -> BoxFuture<'_, Result<(), AwsError>> {
    async move {
        let request = session.workspaces().describe_workspaces().limit(1);
        session
            .call(&DESCRIBE_WORKSPACES, request.send())
            .await
            .map(drop)
    }
    .boxed()
}

fn record(from: sdk::Workspace) -> Result<WorkspaceRecord, AwsError> {
    let properties = from.workspace_properties;
    let properties = properties.as_ref();
    Ok(WorkspaceRecord {
        workspace_id: required(from.workspace_id, "WorkspaceId")?,
        directory_id: from.directory_id,
        user_name: from.user_name,
        ip_address: from.ip_address,
        ipv6_address: from.ipv6_address,
        state: from.state.as_ref().map_or_else(
            || WorkspaceState::Other("UNKNOWN".to_owned()),
            |state| WorkspaceState::from(state.as_str()),
        ),
        bundle_id: from.bundle_id,
        subnet_id: from.subnet_id,
        error_code: from.error_code,
        error_message: from.error_message,
        computer_name: from.computer_name,
        workspace_name: from.workspace_name,
        volume_encryption_key: from.volume_encryption_key,
        user_volume_encrypted: from.user_volume_encryption_enabled,
        root_volume_encrypted: from.root_volume_encryption_enabled,
        running_mode: properties
            .and_then(|p| p.running_mode.as_ref())
            .map(|mode| mode.as_str().into()),
        auto_stop_timeout_minutes: properties
            .and_then(|p| unsigned(p.running_mode_auto_stop_timeout_in_minutes)),
        root_volume_gib: properties.and_then(|p| unsigned(p.root_volume_size_gib)),
        user_volume_gib: properties.and_then(|p| unsigned(p.user_volume_size_gib)),
        compute_type: properties
            .and_then(|p| p.compute_type_name.as_ref())
            .map(|kind| kind.as_str().to_owned()),
        protocols: properties
            .and_then(|p| p.protocols.as_ref())
            .map(|all| all.iter().map(|p| p.as_str().to_owned()).collect())
            .unwrap_or_default(),
        operating_system: properties
            .and_then(|p| p.operating_system_name.as_ref())
            .map(|system| system.as_str().to_owned()),
        modification_states: each(from.modification_states, modification),
        related_workspaces: each(from.related_workspaces, related),
        standby_workspaces: each(from.standby_workspaces_properties, standby),
        data_replication: from
            .data_replication_settings
            .map(|settings| DataReplication {
                data_replication: settings.data_replication.map(|d| d.as_str().to_owned()),
                recovery_snapshot_at: settings.recovery_snapshot_time.map(utc),
            }),
    })
}

fn each<T, R>(all: Option<Vec<T>>, convert: fn(T) -> R) -> Vec<R> {
    all.unwrap_or_default().into_iter().map(convert).collect()
}

fn modification(from: sdk::ModificationState) -> ModificationState {
    let text = |value: Option<&str>| value.unwrap_or_default().to_owned();
    ModificationState {
        resource: text(
            from.resource
                .as_ref()
                .map(sdk::ModificationResourceEnum::as_str),
        ),
        state: text(from.state.as_ref().map(sdk::ModificationStateEnum::as_str)),
    }
}

fn related(from: sdk::RelatedWorkspaceProperties) -> RelatedWorkspace {
    RelatedWorkspace {
        workspace_id: from.workspace_id,
        region: from.region,
        state: from.state.map(|state| state.as_str().to_owned()),
        kind: from.r#type.map(|kind| kind.as_str().to_owned()),
    }
}

fn standby(from: sdk::StandbyWorkspacesProperties) -> StandbyWorkspace {
    StandbyWorkspace {
        standby_workspace_id: from.standby_workspace_id,
        data_replication: from.data_replication.map(|d| d.as_str().to_owned()),
        recovery_snapshot_at: from.recovery_snapshot_time.map(utc),
    }
}

fn unsigned(value: Option<i32>) -> Option<u32> {
    value.and_then(|value| u32::try_from(value).ok())
}

fn utc(time: aws_smithy_types::DateTime) -> UtcTime {
    UtcTime::from_unix(time.secs())
}
