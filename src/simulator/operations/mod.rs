//! The AWS operations, one file per group, and the table by which a request finds its operation.

mod bundles;
mod connections;
mod costs;
mod create;
mod desktops;
mod directories;
mod events;
mod expression;
mod input;
mod metric_list;
mod metrics;
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
use crate::trail;
use crate::wire::Protocol;
use crate::wire::auth::Caller;
use crate::wire::refusal::Refusal;
use crate::world::World;

pub type Answer = Result<Body, Refusal>;

pub enum Body {
    /// Framed as CBOR where the caller speaks that.
    Json(Vec<u8>),
    /// Already in the caller's protocol.
    Framed(Vec<u8>),
}

pub struct Operation {
    /// The first half of X-Amz-Target.
    pub service: &'static str,
    pub name: &'static str,
    /// Its answer is a list that may be cut short on purpose.
    pub listing: bool,
    /// It changes something: CloudTrail records it, and the role that may only read is denied it.
    pub writes: bool,
    pub run: fn(&Call<'_>) -> Answer,
}

pub struct Call<'a> {
    pub operation: &'static Operation,
    pub protocol: Protocol,
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

    /// Refuses what a fault refuses about this desktop.
    pub fn check_desktop(&self, id: &str) -> Result<(), Refusal> {
        match self.faults.for_desktop(self.operation.name, id) {
            Some(error) => Err(error.into()),
            None => Ok(()),
        }
    }
}

const WORKSPACES: &str = "WorkspacesService";
const ORGANIZATIONS: &str = "AWSOrganizationsV20161128";
const TAGGING: &str = "ResourceGroupsTaggingAPI_20170126";
const STS: &str = "sts";
pub const CLOUDWATCH: &str = "GraniteServiceVersion20100801";
const COST_EXPLORER: &str = "AWSInsightsIndexService";
/// The part of its target before the last dot.
const CLOUDTRAIL: &str = "com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101";

type Run = fn(&Call<'_>) -> Answer;

const fn list(service: &'static str, name: &'static str, run: Run) -> Operation {
    Operation {
        listing: true,
        ..act(service, name, run)
    }
}

const fn act(service: &'static str, name: &'static str, run: Run) -> Operation {
    Operation {
        service,
        name,
        listing: false,
        writes: false,
        run,
    }
}

const fn write(name: &'static str, run: Run) -> Operation {
    Operation {
        writes: true,
        ..act(WORKSPACES, name, run)
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
    write("CreateTags", tags::create),
    write("DeleteTags", tags::delete),
    write("CreateWorkspaces", create::create),
    write("StartWorkspaces", power::start),
    write("StopWorkspaces", power::stop),
    write("RebootWorkspaces", power::reboot),
    write("RebuildWorkspaces", power::rebuild),
    write("TerminateWorkspaces", power::terminate),
    write("RestoreWorkspace", power::restore),
    write("ModifyWorkspaceProperties", modify::properties),
    write("ModifyWorkspaceState", modify::state),
    list(CLOUDWATCH, "GetMetricData", metrics::get),
    list(CLOUDWATCH, "ListMetrics", metric_list::list),
    list(COST_EXPLORER, "GetCostAndUsage", costs::get),
    list(
        COST_EXPLORER,
        "GetCostAndUsageWithResources",
        costs::get_with_resources,
    ),
    list(CLOUDTRAIL, "LookupEvents", events::lookup),
];

pub fn find(service: &str, name: &str) -> Result<&'static Operation, Refusal> {
    // The Python SDK writes a service's whole name, the Rust one the part after its last dot.
    let named = |known: &str| known == service || known.rsplit('.').next() == Some(service);
    OPERATIONS
        .iter()
        .find(|known| known.name == name && named(known.service))
        .ok_or_else(unknown)
}

pub fn unknown() -> Refusal {
    Refusal::new(
        "UnknownOperationException",
        "The operation is not known to this endpoint.",
    )
    .with_status(404)
}

pub fn access_denied(caller: &Caller, operation: &Operation, input: &Value) -> Refusal {
    let prefix = match operation.service {
        WORKSPACES => "workspaces",
        ORGANIZATIONS => "organizations",
        TAGGING => "tag",
        CLOUDWATCH => "cloudwatch",
        COST_EXPLORER => "ce",
        CLOUDTRAIL => "cloudtrail",
        other => other,
    };
    let action = format!("{prefix}:{}", operation.name);
    let Caller {
        region, account, ..
    } = caller;
    let resource = match operation.service {
        WORKSPACES => {
            let desktop = trail::desktop_in(input).unwrap_or_else(|| "*".to_owned());
            format!(" on resource: arn:aws:workspaces:{region}:{account}:workspace/{desktop}")
        }
        COST_EXPLORER => {
            format!(
                " on resource: arn:aws:ce:us-east-1:{account}:/{}",
                operation.name
            )
        }
        // These have no resources to name.
        CLOUDWATCH | CLOUDTRAIL => String::new(),
        _ => " on resource: *".to_owned(),
    };
    Refusal::new(
        "AccessDeniedException",
        format!(
            "User: {} is not authorized to perform: {action}{resource} because no identity-based policy allows \
             the {action} action",
            caller.arn
        ),
    )
}

fn json<T: Serialize>(body: &T) -> Answer {
    serde_json::to_vec(body)
        .map(Body::Json)
        .map_err(|why| Refusal::new("InternalServerException", why.to_string()).with_status(500))
}
