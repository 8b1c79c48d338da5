//! The pure decision which event caused which change of a desktop: same desktop, an event that can do
//! such a thing, at a time at which this listing could see it and the one before could not.

use std::collections::HashMap;

use domain::UtcTime;
use serde_json::Value;
use store::trail::{Cause, DesktopEvent, Listed, Unexplained};

/// How far AWS's clocks and ours may lie apart, and a listing behind its own start.
const SKEW_SECONDS: i64 = 120;

const CREATES: &[&str] = &[
    "CreateWorkspaces",
    "CreateStandbyWorkspaces",
    "MigrateWorkspace",
];
const ENDS: &[&str] = &["TerminateWorkspaces", "MigrateWorkspace"];
const MODIFIES: &str = "ModifyWorkspaceProperties";

/// The cause of each version that has one. `versions` come desktop by desktop, oldest first.
pub fn causes(
    versions: &[Unexplained],
    events: &HashMap<String, Vec<DesktopEvent>>,
    listings: &[Listed],
) -> Vec<Cause> {
    let mut found: Vec<Cause> = Vec::new();
    for version in versions {
        let events = events
            .get(&version.workspace_id)
            .map_or(&[][..], Vec::as_slice);
        let before = found.last().filter(|cause| {
            cause.workspace_id == version.workspace_id && cause.version + 1 == version.version
        });
        let before = before.map(|cause| cause.event_id.as_str());
        if let Some(event) = cause(version, events, listings, before) {
            found.push(Cause {
                workspace_id: version.workspace_id.clone(),
                version: version.version,
                event_id: event.event_id.clone(),
                created_at: (version.change == "created").then_some(event.event_time),
            });
        }
    }
    found
}

/// `before` is the cause of the version before, where this run found it.
fn cause<'a>(
    version: &Unexplained,
    events: &'a [DesktopEvent],
    listings: &[Listed],
    before: Option<&str>,
) -> Option<&'a DesktopEvent> {
    let latest = version.valid_from.plus_seconds(SKEW_SECONDS);
    let mut until = events.iter().filter(|event| event.event_time <= latest);
    match version.change.as_str() {
        // A desktop is created once, whenever it was first listed.
        "created" => until.rfind(|event| CREATES.contains(&event.event_name.as_str())),
        // It is still listed for a while after its end began, and gone twice before it counts as deleted.
        "missing" | "deleted" | "terminated" => {
            until.rfind(|event| ENDS.contains(&event.event_name.as_str()))
        }
        "changed" => {
            let earliest = seen_before(version, listings)?.plus_seconds(-SKEW_SECONDS);
            let fitting =
                until.filter(|event| event.event_time > earliest && can_cause(event, version));
            // What asks for just this, else the last that could have done it.
            let best = fitting.max_by_key(|event| (asks_for(event, version), event.event_time));
            best.or_else(|| still_under_way(version, events, before))
        }
        _ => None,
    }
}

/// When the desktop was last seen as it was before.
fn seen_before(version: &Unexplained, listings: &[Listed]) -> Option<UtcTime> {
    let previous = version.previous.as_ref()?.valid_from;
    let listed = listings.iter().rfind(|listed| {
        listed.started_at < version.valid_from && version.run_id.as_ref() != Some(&listed.run_id)
    });
    Some(listed.map_or(previous, |listed| listed.started_at.max(previous)))
}

/// Changes of size and type take AWS up to an hour, and may be seen begun by one listing and done by the
/// next.
fn still_under_way<'a>(
    version: &Unexplained,
    events: &'a [DesktopEvent],
    before: Option<&str>,
) -> Option<&'a DesktopEvent> {
    let previous = version
        .previous
        .as_ref()
        .filter(|previous| previous.was_modifying)?;
    let id = previous.event_id.as_deref().or(before)?;
    events
        .iter()
        .find(|event| event.event_id == id && event.event_name == MODIFIES)
}

fn can_cause(event: &DesktopEvent, version: &Unexplained) -> bool {
    let name = event.event_name.as_str();
    version
        .differences
        .iter()
        .any(|change| causes_of(&change.field).contains(&name))
}

/// The calls that can change a field.
fn causes_of(field: &str) -> &'static [&'static str] {
    match field {
        "running_mode"
        | "auto_stop_timeout_minutes"
        | "compute_type"
        | "root_volume_gib"
        | "user_volume_gib"
        | "protocols"
        | "modification_states" => &[MODIFIES],
        "operating_system" | "bundle_id" | "computer_name" | "ip_address" | "ipv6_address"
        | "subnet_id" => &["RebuildWorkspaces", "RestoreWorkspace", "MigrateWorkspace"],
        "standby_workspaces" | "related_workspaces" | "data_replication" => {
            &["CreateStandbyWorkspaces"]
        }
        _ if field == "tags" || field.starts_with("tags.") => &["CreateTags", "DeleteTags"],
        _ => &[],
    }
}

/// Whether the event asked for a value that the version has.
fn asks_for(event: &DesktopEvent, version: &Unexplained) -> bool {
    let asked = &event.request_parameters;
    let properties = &asked["workspaceProperties"];
    version.differences.iter().any(|change| {
        let wanted = match change.field.as_str() {
            "running_mode" => &properties["runningMode"],
            "auto_stop_timeout_minutes" => &properties["runningModeAutoStopTimeoutInMinutes"],
            "compute_type" => &properties["computeTypeName"],
            "root_volume_gib" => &properties["rootVolumeSizeGib"],
            "user_volume_gib" => &properties["userVolumeSizeGib"],
            field => return names_tag(asked, field.strip_prefix("tags."), &change.after),
        };
        !wanted.is_null() && same(wanted, &change.after)
    })
}

/// CloudTrail writes some numbers as text.
fn same(one: &Value, other: &Value) -> bool {
    let text = |value: &Value| {
        value
            .as_str()
            .map_or_else(|| value.to_string(), str::to_owned)
    };
    text(one) == text(other)
}

fn names_tag(asked: &Value, key: Option<&str>, after: &Value) -> bool {
    let Some(key) = key else { return false };
    let list = |field: &str| asked[field].as_array().into_iter().flatten();
    if after.is_null() {
        return list("tagKeys").any(|known| known == key);
    }
    list("tags").any(|tag| tag["key"] == key && same(&tag["value"], after))
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::JobId;
    use domain::workspace::FieldChange;
    use serde_json::json;
    use store::trail::Previous;

    fn at(minute: i64) -> UtcTime {
        "2026-11-20T10:00:00Z"
            .parse::<UtcTime>()
            .unwrap()
            .plus_seconds(minute * 60)
    }

    fn version(change: &str, minute: i64, fields: &[(&str, Value)]) -> Unexplained {
        Unexplained {
            workspace_id: "ws-1".to_owned(),
            version: 2,
            valid_from: at(minute),
            change: change.to_owned(),
            run_id: Some(JobId::from_text("now")),
            differences: fields
                .iter()
                .map(|(field, after)| FieldChange {
                    field: (*field).to_owned(),
                    before: Value::Null,
                    after: after.clone(),
                })
                .collect(),
            previous: Some(Previous {
                valid_from: at(-10_000),
                event_id: None,
                was_modifying: false,
            }),
        }
    }

    fn event(name: &str, minute: i64, asked: Value) -> DesktopEvent {
        DesktopEvent {
            event_id: format!("{name}@{minute}"),
            event_time: at(minute),
            event_name: name.to_owned(),
            request_parameters: asked,
        }
    }

    fn mode(mode: &str) -> Value {
        json!({ "workspaceProperties": { "runningMode": mode } })
    }

    /// Listings at minute -360 and 0, the second by the run that saw the version.
    fn found(version: &Unexplained, events: &[DesktopEvent]) -> Option<String> {
        let listing = |run: &str, minute| Listed {
            run_id: JobId::from_text(run),
            started_at: at(minute),
        };
        let listings = [listing("before", -360), listing("now", 0)];
        cause(version, events, &listings, None).map(|event| event.event_id.clone())
    }

    #[test]
    fn a_change_is_caused_between_two_listings() {
        let changed = version("changed", 0, &[("running_mode", json!("ALWAYS_ON"))]);
        let modify = |minute| event("ModifyWorkspaceProperties", minute, mode("ALWAYS_ON"));
        assert_eq!(
            found(&changed, &[modify(-30)]).unwrap(),
            "ModifyWorkspaceProperties@-30"
        );
        assert_eq!(
            found(&changed, &[modify(1)]).unwrap(),
            "ModifyWorkspaceProperties@1",
            "clocks differ"
        );
        assert_eq!(found(&changed, &[modify(3)]), None, "after the listing");
        assert_eq!(
            found(&changed, &[modify(-400)]),
            None,
            "the listing before would have seen it"
        );
        let reboot = event("RebootWorkspaces", -30, Value::Null);
        assert_eq!(
            found(&changed, &[reboot]),
            None,
            "no such thing changes a running mode"
        );
    }

    #[test]
    fn what_asks_for_the_value_comes_before_what_is_nearer() {
        let changed = version("changed", 0, &[("running_mode", json!("ALWAYS_ON"))]);
        let events = [
            event("ModifyWorkspaceProperties", -90, mode("ALWAYS_ON")),
            event(
                "ModifyWorkspaceProperties",
                -30,
                json!({ "workspaceProperties": { "userVolumeSizeGib": 100 } }),
            ),
        ];
        assert_eq!(
            found(&changed, &events).unwrap(),
            "ModifyWorkspaceProperties@-90"
        );
        let tagged = version(
            "changed",
            0,
            &[("tags.Team", json!("Sales")), ("tags.Old", Value::Null)],
        );
        let events = [
            event(
                "CreateTags",
                -50,
                json!({ "resourceId": "ws-1", "tags": [{ "key": "Team", "value": "Sales" }] }),
            ),
            event(
                "CreateTags",
                -20,
                json!({ "resourceId": "ws-1", "tags": [{ "key": "Else", "value": "x" }] }),
            ),
        ];
        assert_eq!(found(&tagged, &events).unwrap(), "CreateTags@-50");
    }

    #[test]
    fn beginnings_and_ends_do_not_depend_on_when_they_were_seen() {
        let mut created = version("created", 0, &[]);
        created.previous = None;
        let create = event("CreateWorkspaces", -9_000, Value::Null);
        assert_eq!(
            found(&created, &[create]).unwrap(),
            "CreateWorkspaces@-9000"
        );
        for change in ["missing", "deleted", "terminated"] {
            let end = event("TerminateWorkspaces", -800, Value::Null);
            assert_eq!(
                found(&version(change, 0, &[]), &[end]).unwrap(),
                "TerminateWorkspaces@-800"
            );
        }
        assert_eq!(
            found(
                &version("returned", 0, &[]),
                &[event("StartWorkspaces", -1, Value::Null)]
            ),
            None
        );
    }

    #[test]
    fn a_change_seen_begun_and_seen_done_has_one_cause() {
        let asked = json!({ "workspaceProperties": { "computeTypeName": "POWER" } });
        let events = HashMap::from([(
            "ws-1".to_owned(),
            vec![event("ModifyWorkspaceProperties", -361, asked)],
        )]);
        let mut begun = version("changed", -360, &[("modification_states", json!([{}]))]);
        begun.run_id = Some(JobId::from_text("before"));
        let mut done = version("changed", 0, &[("compute_type", json!("POWER"))]);
        done.version = 3;
        done.previous = Some(Previous {
            valid_from: at(-360),
            event_id: None,
            was_modifying: true,
        });
        let listings = [
            Listed {
                run_id: JobId::from_text("before"),
                started_at: at(-360),
            },
            Listed {
                run_id: JobId::from_text("now"),
                started_at: at(0),
            },
        ];
        let found = causes(&[begun, done], &events, &listings);
        let ids: Vec<_> = found
            .iter()
            .map(|cause| (cause.version, cause.event_id.as_str()))
            .collect();
        assert_eq!(
            ids,
            [
                (2, "ModifyWorkspaceProperties@-361"),
                (3, "ModifyWorkspaceProperties@-361")
            ]
        );
    }

    #[test]
    fn a_created_desktop_gets_its_time() {
        let mut created = version("created", 0, &[]);
        (created.version, created.previous) = (1, None);
        let events = HashMap::from([(
            "ws-1".to_owned(),
            vec![event("CreateWorkspaces", -70, Value::Null)],
        )]);
        let found = causes(&[created], &events, &[]);
        assert_eq!(found[0].created_at, Some(at(-70)));
    }
}
