//! CreateWorkspaces: what can be built comes back as pending, the rest under FailedRequests.

use serde::Deserialize;
use serde_json::{Value, json};

use super::input::{self, read, required};
use super::modify::{PropertiesInput, applied};
use super::shapes::Workspace;
use super::tags::{TagShape, checked};
use super::{Answer, Call, bundles};
use crate::bundle::Bundle;
use crate::clock::Millis;
use crate::desktop::{Desktop, Properties, Rest, RunningMode, Tag, Then};
use crate::dice::DesktopId;
use crate::habit::Habit;
use crate::lifecycle::PENDING_SECS;
use crate::load::Sizing;
use crate::state::State;
use crate::wire::refusal::Refusal;
use crate::world::Site;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Input {
    workspaces: Option<Vec<Value>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Request {
    directory_id: Option<String>,
    user_name: Option<String>,
    bundle_id: Option<String>,
    volume_encryption_key: Option<String>,
    user_volume_encryption_enabled: Option<bool>,
    root_volume_encryption_enabled: Option<bool>,
    workspace_properties: Option<PropertiesInput>,
    #[serde(default)]
    tags: Vec<TagShape>,
    workspace_name: Option<String>,
}

/// A request whose required members are there.
struct Order {
    directory: String,
    user: String,
    bundle: String,
    tags: Vec<Tag>,
    request: Request,
}

pub fn create(call: &Call<'_>) -> Answer {
    let input: Input = read(call)?;
    let requests = required(input.workspaces, "workspaces")?;
    if requests.is_empty() || requests.len() > input::BATCH {
        // Not the requests themselves: they may be long.
        input::count(
            &vec!["WorkspaceRequest"; requests.len()],
            "workspaces",
            input::BATCH,
        )?;
    }
    let orders = requests
        .iter()
        .map(order)
        .collect::<Result<Vec<Order>, Refusal>>()?;
    let known = bundles::known(call);
    let (mut pending, mut failed) = (Vec::new(), Vec::new());
    for (order, request) in orders.into_iter().zip(requests) {
        match build(call, order, &known) {
            Ok(workspace) => pending.push(workspace),
            Err(refusal) => failed.push(json!({
                "WorkspaceRequest": request,
                "ErrorCode": refusal.code,
                "ErrorMessage": refusal.message,
            })),
        }
    }
    let pending = serde_json::to_value(pending)
        .map_err(|why| Refusal::new("InternalServerException", why.to_string()).with_status(500))?;
    super::json(&json!({ "PendingRequests": pending, "FailedRequests": failed }))
}

fn order(request: &Value) -> Result<Order, Refusal> {
    let mut request = Request::deserialize(request)
        .map_err(|why| Refusal::new("SerializationException", why.to_string()))?;
    let directory = required(request.directory_id.take(), "workspaces.member.directoryId")?;
    let user = required(request.user_name.take(), "workspaces.member.userName")?;
    let bundle = required(request.bundle_id.take(), "workspaces.member.bundleId")?;
    input::id(&directory, "workspaces.member.directoryId", "d-", "0-9a-f")?;
    input::id(&bundle, "workspaces.member.bundleId", "wsb-", "0-9a-z")?;
    if user.is_empty() || user.len() > 63 {
        let constraint = "Member must have length between 1 and 63";
        return Err(Refusal::constraint(
            &user,
            "workspaces.member.userName",
            constraint,
        ));
    }
    let tags = checked(&request.tags)?;
    Ok(Order {
        directory,
        user,
        bundle,
        tags,
        request,
    })
}

fn build(call: &Call<'_>, order: Order, known: &[Bundle]) -> Result<Workspace, Refusal> {
    let no_directory = || {
        Refusal::new(
            "ResourceNotFound.Directory",
            "The specified directory could not be found in the specified region.",
        )
    };
    let mut site = call
        .world()
        .site(&call.caller.account, &call.caller.region)
        .ok_or_else(no_directory)?;
    let directory = site.directory(&order.directory).ok_or_else(no_directory)?;
    let bundle = known
        .iter()
        .find(|bundle| *bundle.id == *order.bundle)
        .ok_or_else(|| {
            Refusal::new(
                "ResourceNotFound.Bundle",
                "The specified bundle could not be found in the specified region.",
            )
        })?;
    // Who is in the directory is not simulated: every name an Active Directory could hold exists.
    if order
        .user
        .contains(|c: char| c.is_whitespace() || "\"/\\[]:;|=,+*?<>".contains(c))
    {
        let message = "The specified user could not be found in the specified directory.";
        return Err(Refusal::new("ResourceNotFound.User", message));
    }
    if site
        .desktops
        .values()
        .any(|d| d.directory == directory && d.user.eq_ignore_ascii_case(&order.user))
    {
        let message = "The specified user already has a WorkSpace in the specified directory.";
        return Err(Refusal::new("ResourceExists.WorkSpace", message));
    }
    let request = &order.request;
    let properties = applied(
        standard(bundle),
        &request.workspace_properties.clone().unwrap_or_default(),
    )?;
    let encrypted = request.user_volume_encryption_enabled == Some(true)
        || request.root_volume_encryption_enabled == Some(true);
    if encrypted && request.volume_encryption_key.is_none() {
        return Err(Refusal::invalid_parameter(
            "An encrypted volume needs a VolumeEncryptionKey.",
        ));
    }
    let clock = &call.world().clock;
    let now = clock.now();
    let desktop = assemble(&mut site, directory, order, properties, bundle, now);
    let desktop = site.desktops.entry(desktop.id).or_insert(desktop);
    desktop.begin(State::Pending, PENDING_SECS, Then::Healthy, now, clock);
    let desktop = desktop.clone();
    Ok(Workspace::of(&desktop, &site.directories, now, clock))
}

fn standard(bundle: &Bundle) -> Properties {
    Properties {
        running_mode: RunningMode::AlwaysOn,
        auto_stop_minutes: 0,
        root_gib: bundle.root_gib,
        user_gib: bundle.user_gib,
        compute: bundle.compute,
        protocol: bundle.protocol,
        os: bundle.os,
    }
}

fn assemble(
    site: &mut Site,
    directory: u16,
    order: Order,
    properties: Properties,
    bundle: &Bundle,
    born: Millis,
) -> Desktop {
    let mut id = DesktopId::roll(&mut site.dice);
    while site.desktops.contains_key(&id) {
        id = DesktopId::roll(&mut site.dice);
    }
    let network = site.directories[usize::from(directory)].network;
    let subnet = site.dice.below(2) as u8;
    let request = order.request;
    Desktop {
        id,
        directory,
        subnet,
        user_encrypted: request.user_volume_encryption_enabled.unwrap_or(false),
        root_encrypted: request.root_volume_encryption_enabled.unwrap_or(false),
        ip: [
            10,
            network,
            subnet * 64 + site.dice.below(64) as u8,
            site.dice.between(4, 250) as u8,
        ],
        computer: site.dice.next() as u32,
        bundle: bundle.id.clone(),
        user: order.user.into(),
        name: request.workspace_name.map(Into::into),
        key: request.volume_encryption_key.map(Into::into),
        properties,
        past: Vec::new(),
        born,
        sizing: Sizing::default(),
        tags: order.tags.into(),
        habit: Habit::NEVER,
        rest: Rest::Healthy,
        power: None,
        transition: None,
        twin: None,
    }
}
