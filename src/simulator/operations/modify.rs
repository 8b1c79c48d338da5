//! ModifyWorkspaceProperties and ModifyWorkspaceState.

use serde::Deserialize;
use serde_json::json;

use super::input::{read, required};
use super::power::one;
use super::{Answer, Call};
use crate::bundle::COMPUTE_TYPES;
use crate::desktop::{Desktop, Properties, Rest, RunningMode};
use crate::state::State;
use crate::wire::refusal::Refusal;

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct PropertiesInput {
    pub running_mode: Option<String>,
    pub running_mode_auto_stop_timeout_in_minutes: Option<i64>,
    pub root_volume_size_gib: Option<i64>,
    pub user_volume_size_gib: Option<i64>,
    pub compute_type_name: Option<String>,
    pub protocols: Option<Vec<String>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ModifyProperties {
    workspace_id: Option<String>,
    workspace_properties: Option<PropertiesInput>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ModifyState {
    workspace_id: Option<String>,
    workspace_state: Option<String>,
}

pub fn properties(call: &Call<'_>) -> Answer {
    let input: ModifyProperties = read(call)?;
    let id = required(input.workspace_id, "workspaceId")?;
    let wanted = input.workspace_properties.unwrap_or_default();
    one(call, &id, |desktop, now, clock| {
        if desktop
            .transition
            .as_ref()
            .is_some_and(|t| t.shows == State::Updating)
        {
            let message = "The properties of this WorkSpace are currently under modification. Try again in a moment.";
            return Err(Refusal::new("OperationInProgressException", message));
        }
        let state = desktop.state(now, clock);
        if !matches!(state, State::Available | State::Stopped) {
            let message =
                format!("The WorkSpace is in state {state}, which this operation does not allow.");
            return Err(Refusal::new("InvalidResourceStateException", message));
        }
        let to = applied(desktop.properties, &wanted)?;
        only_grows(&desktop.properties, &to)?;
        match slow_change(&desktop.properties, &to) {
            Some(resource) => desktop.begin_update(to, resource, now, clock),
            None => desktop.adopt(to, now),
        }
        Ok(())
    })?;
    super::json(&json!({}))
}

pub fn state(call: &Call<'_>) -> Answer {
    let input: ModifyState = read(call)?;
    let id = required(input.workspace_id, "workspaceId")?;
    let wanted = required(input.workspace_state, "workspaceState")?;
    one(call, &id, |desktop, now, clock| {
        let state = desktop.state(now, clock);
        desktop.rest = rest_after(desktop, state, &wanted)?;
        Ok(())
    })?;
    super::json(&json!({}))
}

fn rest_after(desktop: &Desktop, state: State, wanted: &str) -> Result<Rest, Refusal> {
    let allowed = desktop.transition.is_none();
    match (wanted, state) {
        (
            "ADMIN_MAINTENANCE",
            State::Available | State::Stopped | State::Impaired | State::Unhealthy,
        ) if allowed => Ok(Rest::Stuck(State::AdminMaintenance)),
        ("AVAILABLE", State::AdminMaintenance) if allowed => Ok(Rest::Healthy),
        ("ADMIN_MAINTENANCE" | "AVAILABLE", _) => Err(Refusal::new(
            "InvalidResourceStateException",
            format!("The WorkSpace is in state {state}, from which it cannot go to {wanted}."),
        )),
        _ => Err(Refusal::constraint(
            wanted,
            "workspaceState",
            "Member must satisfy enum value set: [ADMIN_MAINTENANCE, AVAILABLE]",
        )),
    }
}

/// The properties with the wanted ones in place, each checked by itself. Also what CreateWorkspaces starts from.
pub fn applied(now: Properties, wanted: &PropertiesInput) -> Result<Properties, Refusal> {
    let mut to = now;
    if let Some(mode) = &wanted.running_mode {
        to.running_mode = RunningMode::parse(mode)
            .ok_or_else(|| not_one_of(mode, "runningMode", "MANUAL, AUTO_STOP, ALWAYS_ON"))?;
    }
    to.auto_stop_minutes = auto_stop(&to, wanted.running_mode_auto_stop_timeout_in_minutes)?;
    if let Some(compute) = &wanted.compute_type_name {
        let known = COMPUTE_TYPES.iter().find(|known| *known == compute);
        to.compute = known
            .ok_or_else(|| not_one_of(compute, "computeTypeName", &COMPUTE_TYPES.join(", ")))?;
    }
    if let Some(gib) = wanted.root_volume_size_gib {
        to.root_gib = volume(gib, "root", |gib| gib == 80 || (175..=2000).contains(&gib))?;
    }
    if let Some(gib) = wanted.user_volume_size_gib {
        to.user_gib = volume(gib, "user", |gib| {
            gib == 10 || gib == 50 || (100..=2000).contains(&gib)
        })?;
    }
    match wanted.protocols.as_deref() {
        None | Some([]) => {}
        Some([protocol]) if protocol == "WSP" => to.protocol = "WSP",
        Some([protocol]) if protocol == "PCOIP" => to.protocol = "PCOIP",
        Some(other) => return Err(not_one_of(&format!("{other:?}"), "protocols", "PCOIP, WSP")),
    }
    Ok(to)
}

fn auto_stop(to: &Properties, wanted: Option<i64>) -> Result<u16, Refusal> {
    match (to.running_mode, wanted) {
        (RunningMode::AutoStop, None) if to.auto_stop_minutes == 0 => Ok(60),
        (RunningMode::AutoStop, None) => Ok(to.auto_stop_minutes),
        (RunningMode::AutoStop, Some(minutes)) => u16::try_from(minutes)
            .ok()
            .filter(|minutes| *minutes >= 60 && minutes % 60 == 0)
            .ok_or_else(|| {
                Refusal::invalid_parameter("The AutoStop timeout must be a multiple of 60 minutes.")
            }),
        (_, None) => Ok(0),
        (_, Some(_)) => Err(Refusal::invalid_parameter(
            "Only WorkSpaces in AutoStop mode have an AutoStop timeout.",
        )),
    }
}

fn volume(gib: i64, name: &str, fits: fn(u16) -> bool) -> Result<u16, Refusal> {
    let size = u16::try_from(gib).ok().filter(|gib| fits(*gib));
    size.ok_or_else(|| {
        Refusal::invalid_parameter(format!(
            "{gib} GiB is not a supported size for the {name} volume."
        ))
    })
}

fn only_grows(from: &Properties, to: &Properties) -> Result<(), Refusal> {
    if to.root_gib < from.root_gib || to.user_gib < from.user_gib {
        return Err(Refusal::invalid_parameter(
            "Volumes can be extended but not made smaller.",
        ));
    }
    Ok(())
}

/// A change of mode takes effect at once, anything about the machine takes a while.
fn slow_change(from: &Properties, to: &Properties) -> Option<&'static str> {
    if from.compute != to.compute {
        Some("COMPUTE_TYPE")
    } else if from.root_gib != to.root_gib {
        Some("ROOT_VOLUME")
    } else if from.user_gib != to.user_gib {
        Some("USER_VOLUME")
    } else if from.protocol != to.protocol {
        Some("PROTOCOL")
    } else {
        None
    }
}

fn not_one_of(value: &str, member: &str, known: &str) -> Refusal {
    Refusal::constraint(
        value,
        member,
        &format!("Member must satisfy enum value set: [{known}]"),
    )
}
