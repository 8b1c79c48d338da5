//! Start, stop, reboot, rebuild, terminate and restore. Each takes only desktops in certain states; the others come
//! back under FailedRequests, which is how AWS answers too.

use serde::Deserialize;
use serde_json::{Value, json};

use super::input::{self, read, required};
use super::{Answer, Call};
use crate::clock::{Clock, Millis};
use crate::desktop::{Desktop, RunningMode, Then};
use crate::lifecycle::{
    REBOOTING_SECS, REBUILDING_SECS, RESTORING_SECS, STARTING_SECS, STOPPING_SECS, TERMINATING_SECS,
};
use crate::state::State;
use crate::wire::refusal::Refusal;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Request {
    workspace_id: Option<String>,
}

/// One verb: where its requests are, which states it takes, and where it leads.
struct Verb {
    member: &'static str,
    /// How AWS's validation errors name the member.
    field: &'static str,
    most: usize,
    from: &'static [State],
    /// ALWAYS_ON machines can be neither started nor stopped.
    switches: bool,
    shows: State,
    secs: u32,
    then: fn() -> Then,
}

pub fn start(call: &Call<'_>) -> Answer {
    batch(
        call,
        &Verb {
            member: "StartWorkspaceRequests",
            field: "startWorkspaceRequests",
            most: input::BATCH,
            from: &[State::Stopped],
            switches: true,
            shows: State::Starting,
            secs: STARTING_SECS,
            then: || Then::Healthy,
        },
    )
}

pub fn stop(call: &Call<'_>) -> Answer {
    batch(
        call,
        &Verb {
            member: "StopWorkspaceRequests",
            field: "stopWorkspaceRequests",
            most: input::BATCH,
            from: &[
                State::Available,
                State::Impaired,
                State::Unhealthy,
                State::Error,
            ],
            switches: true,
            shows: State::Stopping,
            secs: STOPPING_SECS,
            then: || Then::Off,
        },
    )
}

pub fn reboot(call: &Call<'_>) -> Answer {
    batch(
        call,
        &Verb {
            member: "RebootWorkspaceRequests",
            field: "rebootWorkspaceRequests",
            most: input::BATCH,
            from: &[
                State::Available,
                State::Unhealthy,
                State::Impaired,
                State::Rebooting,
            ],
            switches: false,
            shows: State::Rebooting,
            secs: REBOOTING_SECS,
            then: || Then::Healthy,
        },
    )
}

pub fn rebuild(call: &Call<'_>) -> Answer {
    batch(
        call,
        &Verb {
            member: "RebuildWorkspaceRequests",
            field: "rebuildWorkspaceRequests",
            // AWS's model allows a list of one.
            most: 1,
            from: &[
                State::Available,
                State::Error,
                State::Unhealthy,
                State::Impaired,
                State::Stopped,
                State::Rebooting,
            ],
            switches: false,
            shows: State::Rebuilding,
            secs: REBUILDING_SECS,
            then: || Then::Healthy,
        },
    )
}

pub fn terminate(call: &Call<'_>) -> Answer {
    let from: &'static [State] = &[
        State::Pending,
        State::Available,
        State::Impaired,
        State::Unhealthy,
        State::Rebooting,
        State::Starting,
        State::Rebuilding,
        State::Restoring,
        State::Maintenance,
        State::AdminMaintenance,
        State::Updating,
        State::Stopping,
        State::Stopped,
        State::Error,
    ];
    batch(
        call,
        &Verb {
            member: "TerminateWorkspaceRequests",
            field: "terminateWorkspaceRequests",
            most: input::BATCH,
            from,
            switches: false,
            shows: State::Terminating,
            secs: TERMINATING_SECS,
            then: || Then::Vanish,
        },
    )
}

/// One desktop only, and its failures are errors of the call.
pub fn restore(call: &Call<'_>) -> Answer {
    let request: Request = read(call)?;
    let id = required(request.workspace_id, "workspaceId")?;
    one(call, &id, |desktop, now, clock| {
        let state = desktop.state(now, clock);
        if !matches!(
            state,
            State::Available | State::Error | State::Unhealthy | State::Stopped
        ) {
            let message = format!("A WorkSpace in state {state} cannot be restored.");
            return Err(Refusal::new("OperationNotSupportedException", message));
        }
        desktop.begin(State::Restoring, RESTORING_SECS, Then::Healthy, now, clock);
        Ok(())
    })?;
    super::json(&json!({}))
}

/// Finds the one desktop an operation is about.
pub fn one<T>(
    call: &Call<'_>,
    id: &str,
    act: impl FnOnce(&mut Desktop, Millis, &Clock) -> Result<T, Refusal>,
) -> Result<T, Refusal> {
    let parsed = input::workspace_id(id, "workspaceId")?;
    call.check_desktop(id)?;
    let clock = &call.world().clock;
    let now = clock.now();
    let missing = || {
        Refusal::new(
            "ResourceNotFoundException",
            format!("WorkSpace {id} could not be found."),
        )
    };
    let mut site = call
        .world()
        .site(&call.caller.account, &call.caller.region)
        .ok_or_else(missing)?;
    let desktop = parsed
        .and_then(|id| site.look(id, now, clock))
        .ok_or_else(missing)?;
    act(desktop, now, clock)
}

fn batch(call: &Call<'_>, verb: &Verb) -> Answer {
    let requests = call.input.get(verb.member).cloned();
    let requests: Option<Vec<Request>> = serde_json::from_value(requests.unwrap_or(Value::Null))
        .map_err(|why| Refusal::new("SerializationException", why.to_string()))?;
    let requests = required(requests, verb.field)?;
    let ids: Vec<String> = requests
        .into_iter()
        .filter_map(|request| request.workspace_id)
        .collect();
    input::count(&ids, verb.field, verb.most)?;
    for id in &ids {
        input::workspace_id(id, &format!("{}.member.workspaceId", verb.field))?;
    }
    let failed: Vec<Value> = ids.iter().filter_map(|id| change(call, verb, id)).collect();
    super::json(&json!({ "FailedRequests": failed }))
}

/// `None` when it worked.
fn change(call: &Call<'_>, verb: &Verb, id: &str) -> Option<Value> {
    let refusal = one(call, id, |desktop, now, clock| {
        let state = desktop.state(now, clock);
        if verb.switches && desktop.properties.running_mode == RunningMode::AlwaysOn {
            let message =
                "The WorkSpace must be in the AutoStop or Manual running mode for this operation.";
            return Err(Refusal::new("OperationNotSupportedException", message));
        }
        if !verb.from.contains(&state) {
            let message =
                format!("The WorkSpace is in state {state}, which this operation does not allow.");
            return Err(Refusal::new("InvalidResourceStateException", message));
        }
        desktop.begin(verb.shows, verb.secs, (verb.then)(), now, clock);
        Ok(())
    })
    .err()?;
    Some(json!({ "WorkspaceId": id, "ErrorCode": refusal.code, "ErrorMessage": refusal.message }))
}
