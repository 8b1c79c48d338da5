//! The AWS operations, one file per group, and the table by which a request finds its operation.

mod bundles;
mod connections;
mod create;
mod desktops;
mod directories;
mod input;
mod modify;
mod organizations;
mod power;
mod shapes;
pub mod sts;
mod tagging;
mod tags;
mod token;

use serde::Serialize;
use serde_json::Value;

use crate::faults::AccountFaults;
use crate::server::Parts;
use crate::wire::auth::Caller;
use crate::wire::refusal::Refusal;
use crate::world::World;

/// A body, in JSON or for STS in XML.
pub type Answer = Result<Vec<u8>, Refusal>;

pub struct Operation {
    /// The first half of X-Amz-Target.
    pub service: &'static str,
    pub name: &'static str,
    /// Its answer is a list that may be cut short on purpose.
    pub listing: bool,
    pub run: fn(&Call<'_>) -> Answer,
}

pub struct Call<'a> {
    pub parts: &'a Parts,
    pub caller: Caller,
    pub faults: &'a AccountFaults,
    pub input: Value,
    pub request_id: &'a str,
}

impl Call<'_> {
    pub fn world(&self) -> &World {
        &self.parts.world
    }
}

const WORKSPACES: &str = "WorkspacesService";
const ORGANIZATIONS: &str = "AWSOrganizationsV20161128";
const TAGGING: &str = "ResourceGroupsTaggingAPI_20170126";
const STS: &str = "sts";

const fn list(
    service: &'static str,
    name: &'static str,
    run: fn(&Call<'_>) -> Answer,
) -> Operation {
    Operation {
        service,
        name,
        listing: true,
        run,
    }
}

const fn act(service: &'static str, name: &'static str, run: fn(&Call<'_>) -> Answer) -> Operation {
    Operation {
        service,
        name,
        listing: false,
        run,
    }
}

static OPERATIONS: &[Operation] = &[
    act(STS, "AssumeRole", sts::assume_role),
    act(STS, "GetCallerIdentity", sts::get_caller_identity),
    list(ORGANIZATIONS, "ListAccounts", organizations::list_accounts),
    act(
        ORGANIZATIONS,
        "DescribeOrganization",
        organizations::describe_organization,
    ),
    list(TAGGING, "GetResources", tagging::get_resources),
    list(WORKSPACES, "DescribeWorkspaces", desktops::describe),
    list(
        WORKSPACES,
        "DescribeWorkspacesConnectionStatus",
        connections::describe,
    ),
    list(
        WORKSPACES,
        "DescribeWorkspaceDirectories",
        directories::describe,
    ),
    list(WORKSPACES, "DescribeWorkspaceBundles", bundles::describe),
    act(WORKSPACES, "DescribeTags", tags::describe),
    act(WORKSPACES, "CreateTags", tags::create),
    act(WORKSPACES, "DeleteTags", tags::delete),
    act(WORKSPACES, "CreateWorkspaces", create::create),
    act(WORKSPACES, "StartWorkspaces", power::start),
    act(WORKSPACES, "StopWorkspaces", power::stop),
    act(WORKSPACES, "RebootWorkspaces", power::reboot),
    act(WORKSPACES, "RebuildWorkspaces", power::rebuild),
    act(WORKSPACES, "TerminateWorkspaces", power::terminate),
    act(WORKSPACES, "RestoreWorkspace", power::restore),
    act(WORKSPACES, "ModifyWorkspaceProperties", modify::properties),
    act(WORKSPACES, "ModifyWorkspaceState", modify::state),
];

pub fn find(service: &str, name: &str) -> Result<&'static Operation, Refusal> {
    OPERATIONS
        .iter()
        .find(|known| known.name == name && known.service == service)
        .ok_or_else(unknown)
}

pub fn unknown() -> Refusal {
    Refusal::new(
        "UnknownOperationException",
        "The operation is not known to this endpoint.",
    )
    .with_status(404)
}

pub fn access_denied(caller: &Caller, operation: &Operation) -> Refusal {
    let prefix = match operation.service {
        WORKSPACES => "workspaces",
        ORGANIZATIONS => "organizations",
        TAGGING => "tag",
        other => other,
    };
    let action = format!("{prefix}:{}", operation.name);
    let resource = match operation.service {
        WORKSPACES => format!(
            "arn:aws:workspaces:{}:{}:workspace/*",
            caller.region, caller.account
        ),
        _ => "*".to_owned(),
    };
    Refusal::new(
        "AccessDeniedException",
        format!(
            "User: {} is not authorized to perform: {action} on resource: {resource} because no identity-based \
             policy allows the {action} action",
            caller.arn
        ),
    )
}

fn json<T: Serialize>(body: &T) -> Answer {
    serde_json::to_vec(body)
        .map_err(|why| Refusal::new("InternalServerException", why.to_string()).with_status(500))
}
