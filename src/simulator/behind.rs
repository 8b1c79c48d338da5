//! What tests and the demo do to desktops behind everybody's back. Each change leaves the CloudTrail event that it
//! would have left in AWS, by an invented person at the simulated moment.

use serde_json::{Value, json};

use crate::bundle::COMPUTE_TYPES;
use crate::clock::Millis;
use crate::desktop::{Desktop, Rest, RunningMode, Then};
use crate::dice::DesktopId;
use crate::habit::day_of;
use crate::lifecycle::TERMINATING_SECS;
use crate::server::Simulator;
use crate::state::State;
use crate::trail::{creation, invented};
use crate::world::{DesktopChange, Site};

/// A desktop taken out of the estate.
#[derive(Debug)]
pub struct SetAside {
    account: String,
    region: String,
    key: DesktopId,
    desktop: Desktop,
}

/// A call of AWS that would have had the same effect.
struct Deed {
    name: &'static str,
    request: Value,
    response: Value,
}

impl Deed {
    fn new(name: &'static str, request: Value) -> Self {
        Self {
            name,
            request,
            response: Value::Null,
        }
    }
}

impl Simulator {
    /// The desktop is gone from one moment to the next, as when it was terminated between two syncs.
    pub fn remove_desktop(&self, account: &str, region: &str, id: &str) -> bool {
        self.at(account, region, id, |site, id, now| {
            site.end(id, now).then(|| vec![termination(id)])
        })
    }

    /// As [`Self::remove_desktop`], but it can be put back: for estates that grow over time. It leaves no trace.
    pub fn take_desktop(&self, account: &str, region: &str, id: &str) -> Option<SetAside> {
        let mut site = self.parts().world.site(account, region)?;
        let key = DesktopId::parse(id)?;
        let desktop = site.desktops.remove(&key)?;
        Some(SetAside {
            account: account.to_owned(),
            region: region.to_owned(),
            key,
            desktop,
        })
    }

    /// Puts a desktop where it was taken from, as one that is created now.
    pub fn put_desktop(&self, aside: SetAside) -> bool {
        let SetAside {
            account,
            region,
            key,
            mut desktop,
        } = aside;
        self.at(&account, &region, &key.to_string(), |site, id, now| {
            desktop.born = now;
            desktop.habit.first_day = day_of(now) + 1;
            desktop.past.clear();
            desktop.power = None;
            let directory = &site.directories[usize::from(desktop.directory)].id;
            let (request, response) = creation(&desktop, directory);
            site.desktops.insert(id, desktop);
            Some(vec![Deed {
                name: "CreateWorkspaces",
                request,
                response,
            }])
        })
    }

    /// What TerminateWorkspaces does.
    pub fn terminate_desktop(&self, account: &str, region: &str, id: &str) -> bool {
        let clock = &self.parts().world.clock;
        self.at(account, region, id, |site, id, now| {
            let desktop = site.look(id, now, clock)?;
            desktop.begin(
                State::Terminating,
                TERMINATING_SECS,
                Then::Vanish,
                now,
                clock,
            );
            Some(vec![termination(id)])
        })
    }

    /// False when there is no such desktop or the change holds a value AWS does not know.
    pub fn change_desktop(
        &self,
        account: &str,
        region: &str,
        id: &str,
        change: &DesktopChange,
    ) -> bool {
        self.at(account, region, id, |site, id, now| {
            apply(site.desktops.get_mut(&id)?, change, now)
        })
    }

    /// Holds the desktop in the state until somebody acts on it.
    pub fn set_state(&self, account: &str, region: &str, id: &str, state: State) -> bool {
        self.change_desktop(
            account,
            region,
            id,
            &DesktopChange {
                state: Some(state),
                ..DesktopChange::default()
            },
        )
    }

    /// Acts on the site and records what was done; nothing was where the answer is `None`.
    fn at(
        &self,
        account: &str,
        region: &str,
        id: &str,
        act: impl FnOnce(&mut Site, DesktopId, Millis) -> Option<Vec<Deed>>,
    ) -> bool {
        let world = &self.parts().world;
        let now = world.clock.now();
        let (Some(id), Some(mut site)) = (DesktopId::parse(id), world.site(account, region)) else {
            return false;
        };
        let Some(deeds) = act(&mut site, id, now) else {
            return false;
        };
        drop(site);
        for (number, deed) in (0..).zip(deeds) {
            let key = id.salted(number);
            let event = invented(account, deed.name, now, key, deed.request, deed.response);
            world.trail.record(account, region, event);
        }
        true
    }
}

fn termination(id: DesktopId) -> Deed {
    Deed {
        response: json!({ "failedRequests": [] }),
        ..Deed::new(
            "TerminateWorkspaces",
            json!({ "terminateWorkspaceRequests": [{ "workspaceId": id.to_string() }] }),
        )
    }
}

fn apply(desktop: &mut Desktop, change: &DesktopChange, now: Millis) -> Option<Vec<Deed>> {
    let mut deeds = properties(desktop, change, now)?;
    let id = desktop.id.to_string();
    if let Some(user) = &change.user_name {
        desktop.user = user.as_str().into();
    }
    let set: Vec<&(String, String)> = change
        .tags
        .iter()
        .filter(|(key, value)| desktop.tag(key) != Some(value))
        .collect();
    if !set.is_empty() {
        let tags = set
            .iter()
            .map(|(key, value)| json!({ "key": key, "value": value }));
        let request = json!({ "resourceId": id, "tags": tags.collect::<Vec<_>>() });
        deeds.push(Deed::new("CreateTags", request));
    }
    let unset: Vec<&String> = change
        .untag
        .iter()
        .filter(|key| desktop.tag(key).is_some())
        .collect();
    if !unset.is_empty() {
        let request = json!({ "resourceId": id, "tagKeys": unset });
        deeds.push(Deed::new("DeleteTags", request));
    }
    set.iter()
        .for_each(|(key, value)| desktop.set_tag(key, value));
    unset.iter().for_each(|key| desktop.remove_tag(key));
    if let Some(state) = change.state {
        desktop.transition = None;
        desktop.rest = Rest::Stuck(state);
    }
    Some(deeds)
}

/// One call for each property that becomes another, as AWS wants it.
fn properties(desktop: &mut Desktop, change: &DesktopChange, now: Millis) -> Option<Vec<Deed>> {
    let mut to = desktop.properties;
    let mut calls = Vec::new();
    if let Some(wanted) = &change.compute_type {
        to.compute = COMPUTE_TYPES.iter().find(|known| *known == wanted)?;
        if to.compute != desktop.properties.compute {
            calls.push(json!({ "computeTypeName": wanted }));
        }
    }
    if let Some(wanted) = &change.running_mode {
        to.running_mode = RunningMode::parse(wanted)?;
        to.auto_stop_minutes = match to.running_mode {
            RunningMode::AutoStop => to.auto_stop_minutes.max(60),
            _ => 0,
        };
        if to.running_mode != desktop.properties.running_mode {
            let mut call = json!({ "runningMode": wanted });
            if to.auto_stop_minutes > 0 {
                call["runningModeAutoStopTimeoutInMinutes"] = json!(to.auto_stop_minutes);
            }
            calls.push(call);
        }
    }
    if let Some(gib) = change.root_volume_gib.filter(|gib| *gib != to.root_gib) {
        to.root_gib = gib;
        calls.push(json!({ "rootVolumeSizeGib": gib }));
    }
    if let Some(gib) = change.user_volume_gib.filter(|gib| *gib != to.user_gib) {
        to.user_gib = gib;
        calls.push(json!({ "userVolumeSizeGib": gib }));
    }
    desktop.adopt(to, now);
    let id = desktop.id.to_string();
    let deeds = calls.into_iter().map(|call| {
        let request = json!({ "workspaceId": id, "workspaceProperties": call });
        Deed::new("ModifyWorkspaceProperties", request)
    });
    Some(deeds.collect())
}
