//! DescribeWorkspacesConnectionStatus: who is connected, and since when nobody was.

use serde::{Deserialize, Serialize};

use super::input::{self, read};
use super::token::{Pager, Token};
use super::{Answer, Call, json};
use crate::clock::{Clock, Millis, epoch_seconds};
use crate::desktop::Desktop;
use crate::dice::DesktopId;
use crate::state::State;

/// AWS looks at connections every five minutes.
const CHECK_EVERY: Millis = 300_000;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Input {
    workspace_ids: Option<Vec<String>>,
    next_token: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Output {
    workspaces_connection_status: Vec<Status>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Status {
    workspace_id: String,
    connection_state: &'static str,
    connection_state_check_timestamp: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_known_user_connection_timestamp: Option<f64>,
}

pub fn describe(call: &Call<'_>) -> Answer {
    let input: Input = read(call)?;
    let clock = &call.world().clock;
    let now = clock.now();
    let site = call.world().site(&call.caller.account, &call.caller.region);
    if let Some(ids) = &input.workspace_ids {
        let ids = input::workspace_ids(ids, "workspaceIds")?;
        let mut rows = Vec::with_capacity(ids.len());
        if let Some(mut site) = site {
            rows.extend(
                ids.into_iter()
                    .filter_map(|id| Some(status(site.look(id, now, clock)?, now, clock))),
            );
        }
        return json(&Output {
            workspaces_connection_status: rows,
            next_token: None,
        });
    }
    let pager = Pager::new(
        call,
        "DescribeWorkspacesConnectionStatus",
        "",
        input.next_token.as_deref(),
    );
    let after = pager
        .start()?
        .and_then(|token| DesktopId::parse(&token.after));
    let mut rows = Vec::new();
    let mut next = None;
    if let Some(mut site) = site {
        let page = site.page(after, input::BATCH, clock, |desktop, _| {
            Some(status(desktop, now, clock))
        });
        if page.more {
            next = page.last.map(|last| Token {
                after: last.to_string(),
                left: None,
            });
        }
        rows = page.rows;
    }
    let next_token = pager.next(&mut rows, next);
    json(&Output {
        workspaces_connection_status: rows,
        next_token,
    })
}

fn status(desktop: &Desktop, now: Millis, clock: &Clock) -> Status {
    let connection_state = if desktop.is_connected(now, clock) {
        "CONNECTED"
    } else if desktop.state(now, clock) == State::Stopped {
        // AWS cannot tell for a machine that is off.
        "UNKNOWN"
    } else {
        "DISCONNECTED"
    };
    Status {
        workspace_id: desktop.id.to_string(),
        connection_state,
        connection_state_check_timestamp: epoch_seconds(now - now.rem_euclid(CHECK_EVERY)),
        last_known_user_connection_timestamp: desktop
            .habit
            .latest(now)
            .map(|s| epoch_seconds(s.from)),
    }
}
