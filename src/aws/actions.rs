//! Changes of desktops, each a call for one desktop, under a role of its own. What is called stands here
//! once: the write policy a client grants is derived from it.

use aws_sdk_workspaces::operation::RequestId;
use aws_sdk_workspaces::types as sdk;
use domain::plan::Change;
use domain::workspace::{RunningMode, Tags, WorkspaceRecord};
use futures::FutureExt;
use futures::future::BoxFuture;

use crate::collectors::{Action, tags, workspaces};
use crate::error::{AwsError, AwsErrorKind};
use crate::session::RegionSession;

const fn action(name: &'static str, purpose: &'static str) -> Action {
    Action {
        name,
        optional: false,
        purpose,
        probe: never,
    }
}

/// A change is not tried out.
fn never(_: &RegionSession) -> BoxFuture<'_, Result<(), AwsError>> {
    async { Ok(()) }.boxed()
}

const START: Action = action("workspaces:StartWorkspaces", "starts desktops");
const STOP: Action = action("workspaces:StopWorkspaces", "stops desktops");
const REBOOT: Action = action("workspaces:RebootWorkspaces", "reboots desktops");
const REBUILD: Action = action(
    "workspaces:RebuildWorkspaces",
    "rebuilds desktops from their bundle",
);
const RESTORE: Action = action(
    "workspaces:RestoreWorkspace",
    "restores desktops from snapshots",
);
const PROPERTIES: Action = action(
    "workspaces:ModifyWorkspaceProperties",
    "changes running mode and compute type",
);
const STATE: Action = action(
    "workspaces:ModifyWorkspaceState",
    "takes desktops into maintenance and back",
);
const CREATE_TAGS: Action = action("workspaces:CreateTags", "sets tags");
const DELETE_TAGS: Action = action("workspaces:DeleteTags", "removes tags");
const TERMINATE: Action = action("workspaces:TerminateWorkspaces", "terminates desktops");

/// Every action a change may call, and the two it reads with, before and after.
pub(crate) const ALL: [&Action; 12] = [
    &START,
    &STOP,
    &REBOOT,
    &REBUILD,
    &RESTORE,
    &PROPERTIES,
    &STATE,
    &CREATE_TAGS,
    &DELETE_TAGS,
    &TERMINATE,
    &workspaces::DESCRIBE_WORKSPACES,
    &tags::DESCRIBE_TAGS,
];

/// Asks AWS for one change; answers AWS's id of the call.
pub async fn apply(
    session: &RegionSession,
    workspace_id: &str,
    change: &Change,
) -> Result<Option<String>, AwsError> {
    match change {
        Change::Start => power(session, workspace_id, Power::Start).await,
        Change::Stop => power(session, workspace_id, Power::Stop).await,
        Change::Reboot => power(session, workspace_id, Power::Reboot).await,
        Change::Rebuild => power(session, workspace_id, Power::Rebuild).await,
        Change::Terminate => power(session, workspace_id, Power::Terminate).await,
        Change::Restore => {
            let request = session
                .workspaces()
                .restore_workspace()
                .workspace_id(workspace_id);
            let answer = session.call(&RESTORE, request.send()).await?;
            Ok(answer.request_id().map(str::to_owned))
        }
        Change::RunningMode {
            running_mode,
            auto_stop_timeout_minutes,
        } => {
            let minutes = auto_stop_timeout_minutes.and_then(|minutes| i32::try_from(minutes).ok());
            let properties = sdk::WorkspaceProperties::builder()
                .running_mode(running_mode.as_str().into())
                .set_running_mode_auto_stop_timeout_in_minutes(minutes)
                .build();
            modify(session, workspace_id, properties).await
        }
        Change::ComputeType { compute_type } => {
            let properties = sdk::WorkspaceProperties::builder()
                .compute_type_name(compute_type.as_str().into())
                .build();
            modify(session, workspace_id, properties).await
        }
        Change::AdminMaintenance { on } => {
            let state = if *on {
                sdk::TargetWorkspaceState::AdminMaintenance
            } else {
                sdk::TargetWorkspaceState::Available
            };
            let request = session
                .workspaces()
                .modify_workspace_state()
                .workspace_id(workspace_id)
                .workspace_state(state);
            let answer = session.call(&STATE, request.send()).await?;
            Ok(answer.request_id().map(str::to_owned))
        }
        Change::Tags { set, remove } => retag(session, workspace_id, set, remove).await,
    }
}

async fn modify(
    session: &RegionSession,
    workspace_id: &str,
    properties: sdk::WorkspaceProperties,
) -> Result<Option<String>, AwsError> {
    let request = session
        .workspaces()
        .modify_workspace_properties()
        .workspace_id(workspace_id)
        .workspace_properties(properties);
    let answer = session.call(&PROPERTIES, request.send()).await?;
    Ok(answer.request_id().map(str::to_owned))
}

async fn retag(
    session: &RegionSession,
    workspace_id: &str,
    set: &Tags,
    remove: &[String],
) -> Result<Option<String>, AwsError> {
    let mut request_id = None;
    if !set.is_empty() {
        let mut request = session.workspaces().create_tags().resource_id(workspace_id);
        for (key, value) in set {
            let tag = sdk::Tag::builder().key(key).value(value).build();
            request = request.tags(tag.map_err(unbuilt)?);
        }
        request_id = session
            .call(&CREATE_TAGS, request.send())
            .await?
            .request_id()
            .map(str::to_owned);
    }
    if !remove.is_empty() {
        let mut request = session.workspaces().delete_tags().resource_id(workspace_id);
        for key in remove {
            request = request.tag_keys(key);
        }
        request_id = session
            .call(&DELETE_TAGS, request.send())
            .await?
            .request_id()
            .map(str::to_owned);
    }
    Ok(request_id)
}

enum Power {
    Start,
    Stop,
    Reboot,
    Rebuild,
    Terminate,
}

/// The operations that take up to 25 desktops and answer which of them failed; here for one.
async fn power(
    session: &RegionSession,
    workspace_id: &str,
    what: Power,
) -> Result<Option<String>, AwsError> {
    let client = session.workspaces();
    // The request types have no trait in common.
    macro_rules! one {
        ($action:expr, $operation:ident, $field:ident, $one:expr) => {{
            let request = client.$operation().$field($one);
            let answer = session.call($action, request.send()).await?;
            let request_id = answer.request_id().map(str::to_owned);
            (request_id, answer.failed_requests.unwrap_or_default())
        }};
    }
    let (request_id, failed) = match what {
        Power::Start => {
            let one = sdk::StartRequest::builder()
                .workspace_id(workspace_id)
                .build();
            one!(&START, start_workspaces, start_workspace_requests, one)
        }
        Power::Stop => {
            let one = sdk::StopRequest::builder()
                .workspace_id(workspace_id)
                .build();
            one!(&STOP, stop_workspaces, stop_workspace_requests, one)
        }
        Power::Reboot => {
            let one = sdk::RebootRequest::builder()
                .workspace_id(workspace_id)
                .build();
            one!(
                &REBOOT,
                reboot_workspaces,
                reboot_workspace_requests,
                one.map_err(unbuilt)?
            )
        }
        Power::Rebuild => {
            let one = sdk::RebuildRequest::builder()
                .workspace_id(workspace_id)
                .build();
            one!(
                &REBUILD,
                rebuild_workspaces,
                rebuild_workspace_requests,
                one.map_err(unbuilt)?
            )
        }
        Power::Terminate => {
            let one = sdk::TerminateRequest::builder()
                .workspace_id(workspace_id)
                .build();
            one!(
                &TERMINATE,
                terminate_workspaces,
                terminate_workspace_requests,
                one.map_err(unbuilt)?
            )
        }
    };
    match failed.into_iter().next() {
        None => Ok(request_id),
        Some(refused) => {
            let mut error = AwsError::new(
                AwsErrorKind::Validation,
                refused
                    .error_code
                    .unwrap_or_else(|| "FailedRequest".to_owned()),
                refused.error_message.unwrap_or_default(),
            );
            error.failure.request_id = request_id;
            Err(error)
        }
    }
}

/// A request that lacks a required field; never so here, where the fields are given.
fn unbuilt(error: impl std::fmt::Display) -> AwsError {
    AwsError::new(
        AwsErrorKind::Validation,
        "InvalidRequest",
        error.to_string(),
    )
}

/// A desktop as it is now; `None` when AWS does not know it.
pub async fn read(
    session: &RegionSession,
    workspace_id: &str,
) -> Result<Option<WorkspaceRecord>, AwsError> {
    workspaces::read(session, workspace_id).await
}

/// Whether a desktop is as a change wants it, or AWS is at it. A reboot, rebuild or restore that is over
/// leaves no trace, and so is not seen.
#[must_use]
pub fn is_as_wanted(change: &Change, now: Option<&WorkspaceRecord>, tags: &Tags) -> bool {
    let state = now.map(|record| record.state.as_str());
    match change {
        Change::Start => matches!(state, Some("STARTING" | "AVAILABLE")),
        Change::Stop => matches!(state, Some("STOPPING" | "STOPPED")),
        Change::Reboot => matches!(state, Some("REBOOTING")),
        Change::Rebuild => matches!(state, Some("REBUILDING")),
        Change::Restore => matches!(state, Some("RESTORING")),
        Change::RunningMode {
            running_mode,
            auto_stop_timeout_minutes,
        } => now.is_some_and(|record| {
            record.running_mode.as_ref() == Some(running_mode)
                && (*running_mode != RunningMode::AutoStop
                    || record.auto_stop_timeout_minutes == *auto_stop_timeout_minutes)
        }),
        Change::ComputeType { compute_type } => now.is_some_and(|record| {
            record.compute_type.as_ref() == Some(compute_type)
                || record
                    .modification_states
                    .iter()
                    .any(|state| state.resource == "COMPUTE_TYPE")
        }),
        Change::AdminMaintenance { on } => match state {
            Some("ADMIN_MAINTENANCE") => *on,
            Some(_) => !*on,
            None => false,
        },
        Change::Tags { set, remove } => {
            set.iter().all(|(key, value)| tags.get(key) == Some(value))
                && !remove.iter().any(|key| tags.contains_key(key))
        }
        Change::Terminate => matches!(state, None | Some("TERMINATING" | "TERMINATED")),
    }
}
