//! CloudTrail's event history: who asked for what. Calls that change something leave an event each, and so do changes
//! behind everybody's back, by invented technicians. Under them lies a thin past that follows from the seed alone.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, PoisonError};

use serde_json::{Map, Value, json};
use uuid::{Builder, Uuid};

use crate::clock::{DAY, MINUTE, Millis};
use crate::dice::{DesktopId, hash, mix};
use crate::habit::day_of;
use crate::names;
use crate::world::{Site, World};

/// How long CloudTrail's event history goes back.
pub const KEPT_DAYS: i64 = 90;

/// Of one account and region; the oldest are forgotten first.
const MOST_EVENTS: usize = 10_000;

#[derive(Clone, Debug)]
pub struct Event {
    pub id: Uuid,
    /// Whole seconds.
    pub at: Millis,
    pub name: &'static str,
    pub who: Who,
    /// As CloudTrail writes it, with small first letters.
    pub request: Value,
    pub response: Value,
    /// Code and message of a call that was refused.
    pub refused: Option<(String, String)>,
    pub request_id: String,
}

/// Who called, in CloudTrail's terms.
#[derive(Clone, Debug)]
pub struct Who {
    pub username: String,
    pub identity: Value,
    pub access_key: String,
    pub source_ip: String,
    pub user_agent: String,
}

type Place = (String, String);

/// What was recorded since the start, by account and region, oldest first.
#[derive(Debug, Default)]
pub struct Trail(Mutex<HashMap<Place, VecDeque<Event>>>);

impl Trail {
    pub fn record(&self, account: &str, region: &str, event: Event) {
        let mut places = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let place = (account.to_owned(), region.to_owned());
        let events = places.entry(place).or_default();
        if events.len() >= MOST_EVENTS {
            events.pop_front();
        }
        events.push_back(event);
    }

    fn recorded(&self, account: &str, region: &str) -> Vec<Event> {
        let places = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let events = places.get(&(account.to_owned(), region.to_owned()));
        events.into_iter().flatten().cloned().collect()
    }
}

/// Every event of the place that is still kept, newest first.
pub fn events(world: &World, account: &str, region: &str) -> Vec<Event> {
    let now = world.clock.now();
    let mut events = world.trail.recorded(account, region);
    if let Some(site) = world.site(account, region) {
        births(world, account, &site, &mut events);
        for day in day_of(now) - KEPT_DAYS as i32..=day_of(now) {
            events.extend(routine(world.seed, account, region, &site, day));
        }
    }
    events.retain(|event| event.at <= now && event.at >= now - KEPT_DAYS * DAY);
    events.sort_by(|a, b| b.at.cmp(&a.at).then_with(|| b.id.cmp(&a.id)));
    events
}

/// Desktops that were created shortly before the simulated world began.
fn births(world: &World, account: &str, site: &Site, events: &mut Vec<Event>) {
    let start = world.clock.start();
    let gone = site.gone.values().map(|gone| &gone.desktop);
    let recent = site
        .desktops
        .values()
        .chain(gone)
        .filter(|desktop| desktop.born < start && desktop.born > start - KEPT_DAYS * DAY);
    for desktop in recent {
        let directory = &site.directories[usize::from(desktop.directory)].id;
        let (request, response) = creation(desktop, directory);
        let key = desktop.id.salted(0xB027);
        events.push(invented(
            account,
            "CreateWorkspaces",
            desktop.born,
            key,
            request,
            response,
        ));
    }
}

/// What CreateWorkspaces was asked and answered for this desktop.
pub fn creation(desktop: &crate::desktop::Desktop, directory: &str) -> (Value, Value) {
    let bundle = &*desktop.bundle;
    let tags = desktop.tags.iter();
    let tags = tags.map(|tag| json!({ "key": &*tag.key, "value": &*tag.value }));
    let request = json!({
        "directoryId": directory,
        "userName": desktop.user,
        "bundleId": bundle,
        "workspaceProperties": { "runningMode": desktop.properties.running_mode.as_str() },
        "tags": tags.collect::<Vec<_>>(),
    });
    let pending = json!({
        "workspaceId": desktop.id.to_string(),
        "directoryId": directory,
        "userName": desktop.user,
        "bundleId": bundle,
        "state": "PENDING",
    });
    (
        json!({ "workspaces": [request] }),
        json!({ "pendingRequests": [pending], "failedRequests": [] }),
    )
}

/// On one day in four somebody reboots a desktop.
fn routine(seed: u64, account: &str, region: &str, site: &Site, day: i32) -> Option<Event> {
    let roll = mix(
        seed ^ hash(account) ^ hash(region).rotate_left(17),
        day as u64,
    );
    if site.roster.is_empty() || !roll.is_multiple_of(4) {
        return None;
    }
    let id = site.roster[(roll >> 8) as usize % site.roster.len()];
    let at = i64::from(day) * DAY + (7 * 60 + (roll >> 40) as i64 % 600) * MINUTE;
    let born = site
        .desktops
        .get(&id)
        .map(|desktop| desktop.born)
        .or_else(|| site.gone.get(&id).map(|gone| gone.desktop.born))?;
    if born >= at {
        return None;
    }
    let request = json!({ "rebootWorkspaceRequests": [{ "workspaceId": id.to_string() }] });
    let response = json!({ "failedRequests": [] });
    Some(invented(
        account,
        "RebootWorkspaces",
        at,
        roll,
        request,
        response,
    ))
}

/// An event by one of the account's invented people. The same key gives the same event.
pub fn invented(
    account: &str,
    name: &'static str,
    at: Millis,
    key: u64,
    request: Value,
    response: Value,
) -> Event {
    let key = mix(key, hash(name) ^ at as u64);
    Event {
        id: uuid(mix(key, 1), mix(key, 2)),
        at: at - at.rem_euclid(1000),
        name,
        who: somebody(account, name, key),
        request,
        response,
        refused: None,
        request_id: uuid(mix(key, 3), mix(key, 4)).to_string(),
    }
}

pub fn uuid(high: u64, low: u64) -> Uuid {
    let bytes = (u128::from(high) << 64 | u128::from(low)).to_be_bytes();
    Builder::from_random_bytes(bytes).into_uuid()
}

/// Creating is mostly the work of an automation, the rest that of three technicians.
fn somebody(account: &str, name: &str, key: u64) -> Who {
    let automated = match name {
        "CreateWorkspaces" | "CreateTags" => !key.is_multiple_of(5),
        _ => key.is_multiple_of(6),
    };
    let own = hash(account);
    if automated {
        let (role, session) = ("desktop-provisioning", "joiner-leaver-function");
        return Who {
            username: session.to_owned(),
            identity: assumed(account, role, session, &access_key(own)),
            access_key: access_key(own),
            source_ip: "workspaces-automation.amazonaws.com".to_owned(),
            user_agent:
                "Boto3/1.44.5 md/Botocore#1.44.8 lang/python#3.13 exec-env/AWS_Lambda_python3.13"
                    .to_owned(),
        };
    }
    let person = mix(own, key % 3);
    let first = names::FIRST[person as usize % names::FIRST.len()];
    let last = names::LAST[(person >> 20) as usize % names::LAST.len()];
    let session = format!("{first}.{last}@parapet.example");
    let role = format!(
        "AWSReservedSSO_WorkSpacesAdministrator_{:016x}",
        mix(own, 0x550)
    );
    Who {
        identity: assumed(account, &role, &session, &access_key(person)),
        username: session,
        access_key: access_key(person),
        source_ip: format!("198.51.100.{}", 10 + person % 200),
        user_agent: "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36".to_owned(),
    }
}

fn access_key(from: u64) -> String {
    format!("ASIA{:016X}", mix(from, 0xACCE))
}

/// The userIdentity of a role's session.
pub fn assumed(account: &str, role: &str, session: &str, access_key: &str) -> Value {
    let role_id = crate::wire::auth::role_id(account, role);
    json!({
        "type": "AssumedRole",
        "principalId": format!("{role_id}:{session}"),
        "arn": format!("arn:aws:sts::{account}:assumed-role/{role}/{session}"),
        "accountId": account,
        "accessKeyId": access_key,
        "sessionContext": {
            "sessionIssuer": {
                "type": "Role",
                "principalId": role_id,
                "arn": format!("arn:aws:iam::{account}:role/{role}"),
                "accountId": account,
                "userName": role,
            },
            "attributes": { "mfaAuthenticated": "false" },
        },
    })
}

/// CloudTrail writes the members of requests with small first letters.
pub fn small_letters(value: &Value) -> Value {
    match value {
        Value::Array(items) => items.iter().map(small_letters).collect(),
        Value::Object(members) => {
            let members = members.iter().map(|(key, member)| {
                let mut letters = key.chars();
                let first = letters.next().map(|first| first.to_ascii_lowercase());
                (
                    first.into_iter().chain(letters).collect(),
                    small_letters(member),
                )
            });
            Value::Object(members.collect::<Map<String, Value>>())
        }
        other => other.clone(),
    }
}

impl Event {
    /// The desktops and directories that the request or the answer names.
    pub fn resources(&self) -> Vec<(&'static str, String)> {
        let mut found = Vec::new();
        named(&self.request, &mut found);
        named(&self.response, &mut found);
        found
    }

    /// The record as text, in the form CloudTrail keeps it.
    pub fn record(&self, account: &str, region: &str) -> Value {
        let mut record = json!({
            "eventVersion": "1.11",
            "userIdentity": self.who.identity,
            "eventTime": instant(self.at),
            "eventSource": "workspaces.amazonaws.com",
            "eventName": self.name,
            "awsRegion": region,
            "sourceIPAddress": self.who.source_ip,
            "userAgent": self.who.user_agent,
            "requestParameters": self.request,
            "responseElements": self.response,
            "requestID": self.request_id,
            "eventID": self.id.to_string(),
            "readOnly": false,
            "eventType": "AwsApiCall",
            "managementEvent": true,
            "recipientAccountId": account,
            "eventCategory": "Management",
        });
        if let Some((code, message)) = &self.refused {
            record["errorCode"] = json!(code);
            record["errorMessage"] = json!(message);
        }
        record
    }
}

fn named(value: &Value, found: &mut Vec<(&'static str, String)>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| named(item, found)),
        Value::Object(members) => {
            for (key, member) in members {
                let kind = match key.as_str() {
                    "workspaceId" => "AWS::WorkSpaces::Workspace",
                    "resourceId" if is_desktop(member) => "AWS::WorkSpaces::Workspace",
                    "directoryId" => "AWS::DirectoryService::Directory",
                    _ => {
                        named(member, found);
                        continue;
                    }
                };
                if let Some(id) = member.as_str()
                    && !found.iter().any(|(_, known)| known == id)
                {
                    found.push((kind, id.to_owned()));
                }
            }
        }
        _ => {}
    }
}

/// The one desktop that a request is about; `None` where there are several or none.
pub fn desktop_in(input: &Value) -> Option<String> {
    let mut found = Vec::new();
    named(&small_letters(input), &mut found);
    let mut desktops = found
        .into_iter()
        .map(|(_, id)| id)
        .filter(|id| id.starts_with("ws-"));
    desktops.next().filter(|_| desktops.next().is_none())
}

fn is_desktop(value: &Value) -> bool {
    value
        .as_str()
        .is_some_and(|id| DesktopId::parse(id).is_some())
}

fn instant(at: Millis) -> String {
    jiff::Timestamp::from_second(at.div_euclid(1000))
        .map(|time| time.to_string())
        .unwrap_or_default()
}
