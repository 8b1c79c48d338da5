//! Who did what with desktops, by CloudTrail's `LookupEvents`, the newest first. Of an event only what
//! tells who, from where, when and what is kept, and never what could be a secret.

use std::collections::BTreeSet;

use aws_sdk_cloudtrail::primitives::DateTime;
use aws_sdk_cloudtrail::types as sdk;
use domain::UtcTime;
use domain::sync::Extra;
use domain::trail::{TrailEvent, TrailRecord};
use futures::FutureExt;
use futures::future::BoxFuture;
use serde_json::{Map, Value};

use super::pager::{list, required};
use super::{Action, Declaration};
use crate::error::AwsError;
use crate::session::RegionSession;

pub const DECLARATION: Declaration = Declaration {
    name: "events",
    title: "Events",
    service: "cloudtrail",
    listing: false,
    extra: Some(Extra::Events),
    once: false,
    actions: &[LOOKUP_EVENTS],
};

const LOOKUP_EVENTS: Action = Action {
    name: "cloudtrail:LookupEvents",
    optional: true,
    purpose: "reads who changed desktops, from where and when",
    probe,
};

/// How far back CloudTrail looks.
pub const LOOKUP_DAYS: i64 = 90;

const SOURCE: &str = "workspaces.amazonaws.com";

/// The most that AWS gives at once.
const EVENTS_A_PAGE: i32 = 50;

/// Part of an answer: events, and the token of the older ones.
#[derive(Debug)]
pub struct EventPage {
    pub events: Vec<TrailRecord>,
    pub next_token: Option<String>,
}

/// One page of the events from `from` to `to`.
pub async fn page(
    session: &RegionSession,
    from: UtcTime,
    to: UtcTime,
    token: Option<String>,
) -> Result<EventPage, AwsError> {
    lookup(session, from, to, EVENTS_A_PAGE, token).await
}

async fn lookup(
    session: &RegionSession,
    from: UtcTime,
    to: UtcTime,
    most: i32,
    token: Option<String>,
) -> Result<EventPage, AwsError> {
    let source = sdk::LookupAttribute::builder()
        .attribute_key(sdk::LookupAttributeKey::EventSource)
        .attribute_value(SOURCE)
        .build()
        .map_err(|error| AwsError::unreadable(error.to_string()))?;
    let request = session
        .cloudtrail()
        .lookup_events()
        .lookup_attributes(source)
        .start_time(DateTime::from_secs(from.unix()))
        .end_time(DateTime::from_secs(to.unix()))
        .max_results(most)
        .set_next_token(token);
    let answer = session.call(&LOOKUP_EVENTS, request.send()).await?;
    let events = list(answer.events, "Events")?;
    Ok(EventPage {
        events: events.into_iter().map(record).collect::<Result<_, _>>()?,
        next_token: answer.next_token.filter(|token| !token.is_empty()),
    })
}

fn record(event: sdk::Event) -> Result<TrailRecord, AwsError> {
    let event_id = required(event.event_id, "EventId")?;
    let time = event
        .event_time
        .ok_or_else(|| AwsError::unreadable(format!("event {event_id} came without EventTime")))?;
    // An event whose body cannot be read still says who did what.
    let body = event.cloud_trail_event.as_deref().unwrap_or("{}");
    let body: Value = serde_json::from_str(body).unwrap_or(Value::Null);
    let event_name = event
        .event_name
        .or_else(|| text(&body, "eventName"))
        .unwrap_or_default();
    let resources = event.resources.unwrap_or_default();
    let named = resources
        .into_iter()
        .filter_map(|resource| resource.resource_name);
    let read_only = event.read_only.as_deref().map(|text| text == "true");
    let user = &body["userIdentity"];
    Ok(TrailRecord {
        record: kept(&body),
        event: TrailEvent {
            event_time: UtcTime::from_unix(time.secs()),
            event_source: event.event_source.unwrap_or_else(|| SOURCE.to_owned()),
            read_only: read_only
                .or_else(|| body["readOnly"].as_bool())
                .unwrap_or_else(|| {
                    event_name.starts_with("Describe") || event_name.starts_with("List")
                }),
            user_name: event
                .username
                .filter(|name| !name.is_empty())
                .or_else(|| name_of(user)),
            user_arn: text(user, "arn"),
            source_ip: text(&body, "sourceIPAddress"),
            user_agent: text(&body, "userAgent"),
            error_code: text(&body, "errorCode"),
            error_message: text(&body, "errorMessage"),
            request_parameters: Some(without_secrets(&body["requestParameters"]))
                .filter(|value| !value.is_null()),
            workspace_ids: desktops(named, &body),
            event_id,
            event_name,
        },
    })
}

fn text(body: &Value, field: &str) -> Option<String> {
    body[field]
        .as_str()
        .filter(|text| !text.is_empty())
        .map(str::to_owned)
}

/// A user's name, a role's session, or the service that acts for itself.
fn name_of(user: &Value) -> Option<String> {
    text(user, "userName")
        .or_else(|| text(user, "arn").and_then(|arn| arn.rsplit('/').next().map(str::to_owned)))
        .or_else(|| text(user, "invokedBy"))
        .or_else(|| text(user, "type"))
}

/// Every desktop that the event names, as a resource, in what was asked for or in what came of it.
fn desktops(named: impl Iterator<Item = String>, body: &Value) -> Vec<String> {
    let mut found: BTreeSet<String> = named
        .filter_map(|name| domain::billing::desktop_of(&name).map(str::to_owned))
        .collect();
    find_desktops(&body["requestParameters"], &mut found);
    find_desktops(&body["responseElements"]["pendingRequests"], &mut found);
    for field in ["targetWorkspaceId", "sourceWorkspaceId"] {
        find_desktops(&body["responseElements"][field], &mut found);
    }
    // What could not be done was not done to these.
    for failed in body["responseElements"]["failedRequests"]
        .as_array()
        .into_iter()
        .flatten()
    {
        for id in [
            &failed["workspaceId"],
            &failed["workspaceRequest"]["workspaceId"],
        ] {
            if let Some(id) = id.as_str() {
                found.remove(id);
            }
        }
    }
    found.into_iter().collect()
}

/// The calls name desktops in many ways (`workspaceId`, `workspaceIds`, `resourceId`, one in each of
/// `terminateWorkspaceRequests`), and a desktop's id looks like nothing else.
fn find_desktops(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::String(text) => found.extend(bare_desktop(text)),
        Value::Array(items) => items.iter().for_each(|item| find_desktops(item, found)),
        // A tag may say anything.
        Value::Object(fields) => fields
            .iter()
            .filter(|(name, _)| *name != "tags")
            .for_each(|(_, field)| find_desktops(field, found)),
        _ => {}
    }
}

/// A desktop's id and nothing else: `ws-` with letters and digits.
fn bare_desktop(text: &str) -> Option<String> {
    let rest = text.strip_prefix("ws-")?;
    let fits =
        (5..=32).contains(&rest.len()) && rest.bytes().all(|byte| byte.is_ascii_alphanumeric());
    fits.then(|| text.to_owned())
}

/// What is kept of an event beside its columns.
const FIELDS: [&str; 12] = [
    "eventVersion",
    "eventTime",
    "eventName",
    "eventSource",
    "eventType",
    "awsRegion",
    "requestID",
    "recipientAccountId",
    "sourceIPAddress",
    "userAgent",
    "errorCode",
    "errorMessage",
];

/// What is kept of who did it.
const USER_FIELDS: [&str; 6] = [
    "type",
    "principalId",
    "arn",
    "accountId",
    "userName",
    "invokedBy",
];

fn kept(body: &Value) -> Value {
    let mut kept = chosen(body, &FIELDS);
    let mut user = chosen(&body["userIdentity"], &USER_FIELDS);
    let session = &body["userIdentity"]["sessionContext"];
    for (name, value) in [
        ("sessionIssuer", &session["sessionIssuer"]),
        ("attributes", &session["attributes"]),
    ] {
        if !value.is_null() {
            user.insert(name.to_owned(), without_secrets(value));
        }
    }
    kept.insert("userIdentity".to_owned(), Value::Object(user));
    for field in ["requestParameters", "responseElements"] {
        if !body[field].is_null() {
            kept.insert(field.to_owned(), without_secrets(&body[field]));
        }
    }
    Value::Object(kept)
}

fn chosen(body: &Value, fields: &[&str]) -> Map<String, Value> {
    let given = fields.iter().filter(|field| !body[**field].is_null());
    given
        .map(|field| ((*field).to_owned(), body[*field].clone()))
        .collect()
}

/// The same without fields whose names say that they hold what lets somebody in.
fn without_secrets(value: &Value) -> Value {
    match value {
        Value::Array(items) => items.iter().map(without_secrets).collect(),
        Value::Object(fields) => fields
            .iter()
            .filter(|(name, _)| !is_secret(name))
            .map(|(name, field)| (name.clone(), without_secrets(field)))
            .collect(),
        other => other.clone(),
    }
}

fn is_secret(name: &str) -> bool {
    const WORDS: [&str; 6] = [
        "password",
        "secret",
        "credential",
        "token",
        "accesskey",
        "privatekey",
    ];
    let name = name.to_ascii_lowercase();
    WORDS.iter().any(|word| name.contains(word))
}

/// Asks for one event of the last hour; that there is none says nothing.
fn probe(session: &RegionSession) -> BoxFuture<'_, Result<(), AwsError>> {
    async move {
        let now = UtcTime::now();
        lookup(session, now.plus_seconds(-3600), now, 1, None)
            .await
            .map(drop)
    }
    .boxed()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn event(name: &str, body: &Value) -> TrailRecord {
        let event = sdk::Event::builder()
            .event_id("e-1")
            .event_name(name)
            .event_time(DateTime::from_secs(1_790_000_000))
            .cloud_trail_event(body.to_string())
            .build();
        record(event).unwrap()
    }

    #[test]
    fn desktops_are_found_wherever_a_call_names_them() {
        for (parameters, answer, expected) in [
            (
                json!({ "workspaceId": "ws-aaaaaaaa1" }),
                json!(null),
                vec!["ws-aaaaaaaa1"],
            ),
            (
                json!({ "terminateWorkspaceRequests": [{ "workspaceId": "ws-aaaaaaaa1" }, { "workspaceId": "ws-aaaaaaaa2" }] }),
                json!({ "failedRequests": [{ "workspaceId": "ws-aaaaaaaa2", "errorCode": "x" }] }),
                vec!["ws-aaaaaaaa1"],
            ),
            (
                json!({ "resourceId": "ws-aaaaaaaa1", "tags": [{ "key": "ws-", "value": "ws-aaaaaaaa9" }] }),
                json!(null),
                vec!["ws-aaaaaaaa1"],
            ),
            (
                json!({ "workspaces": [{ "userName": "ada" }] }),
                json!({ "pendingRequests": [{ "workspaceId": "ws-bbbbbbbb1", "state": "PENDING" }], "failedRequests": [] }),
                vec!["ws-bbbbbbbb1"],
            ),
            (
                json!({ "sourceWorkspaceId": "ws-aaaaaaaa1", "bundleId": "wsb-aaaaaaaa1" }),
                json!({ "sourceWorkspaceId": "ws-aaaaaaaa1", "targetWorkspaceId": "ws-aaaaaaaa3" }),
                vec!["ws-aaaaaaaa1", "ws-aaaaaaaa3"],
            ),
        ] {
            let found = event(
                "X",
                &json!({ "requestParameters": parameters, "responseElements": answer }),
            );
            assert_eq!(found.event.workspace_ids, expected, "{parameters}");
        }
    }

    #[test]
    fn who_and_from_where_come_from_the_event() {
        let found = event(
            "TerminateWorkspaces",
            &json!({
                "readOnly": false, "sourceIPAddress": "203.0.113.9", "userAgent": "aws-cli",
                "errorCode": "AccessDenied", "errorMessage": "no",
                "userIdentity": { "type": "AssumedRole", "arn": "arn:aws:sts::111122223333:assumed-role/admin/ada" },
            }),
        );
        let event = found.event;
        assert_eq!(event.user_name.as_deref(), Some("ada"));
        assert_eq!(event.source_ip.as_deref(), Some("203.0.113.9"));
        assert_eq!(event.error_code.as_deref(), Some("AccessDenied"));
        assert!(!event.read_only);
    }

    #[test]
    fn no_secret_is_kept() {
        let found = event(
            "CreateWorkspaces",
            &json!({
                "userIdentity": { "type": "IAMUser", "userName": "ada", "accessKeyId": "AKIASECRETKEY" },
                "requestParameters": { "adminPassword": "hunter2", "note": { "authToken": "t0ken" }, "plain": "shown" },
                "responseElements": { "credentials": { "secretAccessKey": "s3cret" } },
                "tlsDetails": { "clientProvidedHostHeader": "x" },
            }),
        );
        let everything = format!("{} {:?}", found.record, found.event);
        for secret in ["AKIASECRETKEY", "hunter2", "t0ken", "s3cret", "tlsDetails"] {
            assert!(!everything.contains(secret), "{secret} in {everything}");
        }
        assert!(everything.contains("shown"));
    }

    #[test]
    fn reading_is_told_from_changing_without_a_word_about_it() {
        let body = json!({});
        assert!(event("DescribeWorkspaces", &body).event.read_only);
        assert!(!event("RebootWorkspaces", &body).event.read_only);
    }
}
