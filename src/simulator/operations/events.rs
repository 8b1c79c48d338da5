//! CloudTrail's LookupEvents: the event history of one account and region, newest first.

use serde::{Deserialize, Serialize};

use super::input::read;
use super::token::{Pager, Token};
use super::{Answer, Call, json};
use crate::clock::{Millis, epoch_seconds};
use crate::trail::{self, Event};
use crate::wire::refusal::Refusal;

const PAGE: usize = 50;
const SOURCE: &str = "workspaces.amazonaws.com";

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Input {
    #[serde(default)]
    lookup_attributes: Vec<LookupAttribute>,
    start_time: Option<f64>,
    end_time: Option<f64>,
    event_category: Option<String>,
    max_results: Option<i64>,
    next_token: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct LookupAttribute {
    attribute_key: Option<String>,
    attribute_value: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Output {
    events: Vec<Shape>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Shape {
    event_id: String,
    event_name: &'static str,
    /// AWS writes this one as text.
    read_only: &'static str,
    access_key_id: String,
    event_time: f64,
    event_source: &'static str,
    username: String,
    resources: Vec<Resource>,
    cloud_trail_event: String,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Resource {
    resource_type: &'static str,
    resource_name: String,
}

/// The one attribute that events must have.
enum Wanted {
    Any,
    EventId(String),
    EventName(String),
    ReadOnly(bool),
    Username(String),
    ResourceType(String),
    ResourceName(String),
    EventSource(String),
    AccessKeyId(String),
}

pub fn lookup(call: &Call<'_>) -> Answer {
    let input: Input = read(call)?;
    let wanted = wanted(&input.lookup_attributes)?;
    let limit = limit(input.max_results)?;
    match input.event_category.as_deref() {
        None => {}
        // No trail here looks for unusual activity.
        Some("insight") => {
            return json(&Output {
                events: Vec::new(),
                next_token: None,
            });
        }
        Some(other) => {
            return Err(Refusal::new(
                "InvalidEventCategoryException",
                format!("The event category {other} is not valid."),
            ));
        }
    }
    let second = |time: Option<f64>| time.map(|seconds| (seconds * 1000.0) as Millis);
    let (start, end) = (second(input.start_time), second(input.end_time));
    if let (Some(start), Some(end)) = (start, end)
        && start > end
    {
        return Err(Refusal::new(
            "InvalidTimeRangeException",
            "The start time must be before the end time.",
        ));
    }
    let filters = format!("{:?}{start:?}{end:?}", input.lookup_attributes);
    let pager = Pager::new(call, "LookupEvents", &filters, input.next_token.as_deref())
        .refusing_with(invalid_token);
    let after = pager.start()?.map(|token| token.after);
    let (account, region) = (&call.caller.account, &call.caller.region);
    let mut events = trail::events(call.world(), account, region);
    events.retain(|event| {
        start.is_none_or(|start| event.at >= start)
            && end.is_none_or(|end| event.at <= end)
            && wanted.admits(event)
    });
    if let Some(after) = after {
        let at = events.iter().position(|event| place(event) == after);
        // An event leaves the history 90 days after it happened: then so have all behind it.
        events.drain(..at.map_or(events.len(), |at| at + 1));
    }
    let more = events.len() > limit;
    events.truncate(limit);
    let next = events.last().filter(|_| more).map(|last| Token {
        after: place(last),
        left: None,
    });
    let mut events: Vec<Shape> = events
        .iter()
        .map(|event| shape(event, account, region))
        .collect();
    let next_token = pager.next(&mut events, next);
    json(&Output { events, next_token })
}

fn place(event: &Event) -> String {
    event.id.to_string()
}

fn shape(event: &Event, account: &str, region: &str) -> Shape {
    let resources = event.resources().into_iter();
    Shape {
        event_id: event.id.to_string(),
        event_name: event.name,
        read_only: "false",
        access_key_id: event.who.access_key.clone(),
        event_time: epoch_seconds(event.at),
        event_source: SOURCE,
        username: event.who.username.clone(),
        resources: resources
            .map(|(resource_type, resource_name)| Resource {
                resource_type,
                resource_name,
            })
            .collect(),
        cloud_trail_event: event.record(account, region).to_string(),
    }
}

fn wanted(attributes: &[LookupAttribute]) -> Result<Wanted, Refusal> {
    let invalid = |message: &str| Err(Refusal::new("InvalidLookupAttributesException", message));
    let attribute = match attributes {
        [] => return Ok(Wanted::Any),
        [one] => one,
        _ => return invalid("You can specify only one lookup attribute."),
    };
    let value = attribute.attribute_value.clone().unwrap_or_default();
    if value.is_empty() || value.len() > 2000 {
        return invalid("The value of a lookup attribute must have 1 to 2000 characters.");
    }
    Ok(match attribute.attribute_key.as_deref() {
        Some("EventId") => Wanted::EventId(value),
        Some("EventName") => Wanted::EventName(value),
        Some("ReadOnly") => match value.as_str() {
            "true" => Wanted::ReadOnly(true),
            "false" => Wanted::ReadOnly(false),
            _ => return invalid("The value of ReadOnly must be true or false."),
        },
        Some("Username") => Wanted::Username(value),
        Some("ResourceType") => Wanted::ResourceType(value),
        Some("ResourceName") => Wanted::ResourceName(value),
        Some("EventSource") => Wanted::EventSource(value),
        Some("AccessKeyId") => Wanted::AccessKeyId(value),
        other => {
            let message = format!(
                "{} is not a valid lookup attribute.",
                other.unwrap_or("null")
            );
            return invalid(&message);
        }
    })
}

impl Wanted {
    fn admits(&self, event: &Event) -> bool {
        match self {
            Self::Any => true,
            Self::EventId(id) => event.id.to_string() == *id,
            Self::EventName(name) => event.name == name,
            Self::ReadOnly(read_only) => !read_only,
            Self::Username(name) => event.who.username == *name,
            Self::ResourceType(wanted) => event.resources().iter().any(|(kind, _)| kind == wanted),
            Self::ResourceName(wanted) => event.resources().iter().any(|(_, name)| name == wanted),
            Self::EventSource(source) => source == SOURCE,
            Self::AccessKeyId(key) => event.who.access_key == *key,
        }
    }
}

fn limit(asked: Option<i64>) -> Result<usize, Refusal> {
    match asked {
        None => Ok(PAGE),
        Some(n) if (1..=PAGE as i64).contains(&n) => Ok(n as usize),
        Some(n) => Err(Refusal::new(
            "InvalidMaxResultsException",
            format!("A result limit of {n} is invalid. Specify a number between 1 and {PAGE}."),
        )),
    }
}

fn invalid_token() -> Refusal {
    Refusal::new("InvalidNextTokenException", "The NextToken is invalid.")
}
