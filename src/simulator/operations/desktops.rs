//! DescribeWorkspaces: 25 to a page, and the filters AWS lets be combined.

use serde::{Deserialize, Serialize};

use super::input::{self, read};
use super::shapes::Workspace;
use super::token::{Pager, Token};
use super::{Answer, Call, json};
use crate::desktop::Desktop;
use crate::dice::DesktopId;
use crate::wire::refusal::Refusal;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Input {
    workspace_ids: Option<Vec<String>>,
    directory_id: Option<String>,
    user_name: Option<String>,
    bundle_id: Option<String>,
    workspace_name: Option<String>,
    limit: Option<i64>,
    next_token: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Output {
    workspaces: Vec<Workspace>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
}

pub fn describe(call: &Call<'_>) -> Answer {
    let input: Input = read(call)?;
    check(&input)?;
    if let Some(ids) = &input.workspace_ids {
        return by_ids(call, &input::workspace_ids(ids, "workspaceIds")?);
    }
    let filters = format!(
        "{:?}{:?}{:?}{:?}",
        input.directory_id, input.user_name, input.bundle_id, input.workspace_name
    );
    let pager = Pager::new(
        call,
        "DescribeWorkspaces",
        &filters,
        input.next_token.as_deref(),
    );
    let start = pager.start()?;
    let left = match &start {
        None => call
            .parts
            .faults
            .shrink_to(&call.caller.account, &call.caller.region),
        Some(token) => token.left,
    };
    let limit = input.limit.map_or(Ok(input::BATCH), |limit| {
        input::within(limit, "limit", 1, 25)
    })?;
    let mut workspaces = Vec::new();
    let mut next = None;
    if let Some(mut site) = call.world().site(&call.caller.account, &call.caller.region) {
        let clock = &call.world().clock;
        let now = clock.now();
        let directory = input.directory_id.as_deref().map(|id| site.directory(id));
        let after = start.and_then(|token| DesktopId::parse(&token.after));
        let size = left.map_or(limit, |left| limit.min(left));
        let page = site.page(after, size, clock, |desktop, directories| {
            matches(&input, directory, desktop)
                .then(|| Workspace::of(desktop, directories, now, clock))
        });
        let left = left.map(|left| left - page.rows.len());
        if page.more && left != Some(0) {
            next = page.last.map(|last| Token {
                after: last.to_string(),
                left,
            });
        }
        workspaces = page.rows;
    }
    let next_token = pager.next(&mut workspaces, next);
    json(&Output {
        workspaces,
        next_token,
    })
}

/// `directory` is the filter looked up: `Some(None)` is a directory that is not there.
fn matches(input: &Input, directory: Option<Option<u16>>, desktop: &Desktop) -> bool {
    directory.is_none_or(|wanted| wanted == Some(desktop.directory))
        && input
            .user_name
            .as_deref()
            .is_none_or(|wanted| desktop.user.eq_ignore_ascii_case(wanted))
        && input
            .bundle_id
            .as_deref()
            .is_none_or(|wanted| &*desktop.bundle == wanted)
        && input
            .workspace_name
            .as_deref()
            .is_none_or(|wanted| desktop.name.as_deref() == Some(wanted))
}

fn by_ids(call: &Call<'_>, ids: &[DesktopId]) -> Answer {
    let clock = &call.world().clock;
    let now = clock.now();
    let mut workspaces = Vec::new();
    if let Some(mut site) = call.world().site(&call.caller.account, &call.caller.region) {
        for id in ids {
            if site.look(*id, now, clock).is_some() {
                workspaces.push(Workspace::of(
                    &site.desktops[id],
                    &site.directories,
                    now,
                    clock,
                ));
            }
        }
    }
    json(&Output {
        workspaces,
        next_token: None,
    })
}

fn check(input: &Input) -> Result<(), Refusal> {
    if let Some(id) = &input.directory_id {
        input::id(id, "directoryId", "d-", "0-9a-f")?;
    }
    if let Some(id) = &input.bundle_id {
        input::id(id, "bundleId", "wsb-", "0-9a-z")?;
    }
    let filters = [
        input.workspace_ids.is_some(),
        input.directory_id.is_some(),
        input.bundle_id.is_some(),
        input.workspace_name.is_some(),
    ];
    let used = filters.iter().filter(|used| **used).count();
    if used > 1 || (input.user_name.is_some() && used == 1 && input.directory_id.is_none()) {
        return Err(Refusal::invalid_parameter(
            "WorkspaceIds, BundleId, WorkspaceName and DirectoryId cannot be combined; UserName goes with DirectoryId only.",
        ));
    }
    if input.user_name.is_some() && input.directory_id.is_none() {
        return Err(Refusal::invalid_parameter(
            "You must specify DirectoryId when you specify UserName.",
        ));
    }
    Ok(())
}
