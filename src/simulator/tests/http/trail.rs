//! CloudTrail: what leaves an event, how events are found, and what is refused.

use std::time::Duration;

use serde_json::{Value, json};
use simulator::{DesktopChange, SimulatorConfig};

use crate::client::{Client, REGION};
use crate::{NOON, config, one};

const LOOKUP: &str = "com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101.LookupEvents";

/// Without CloudTrail's limit on requests, which would make tests wait.
fn unhurried(desktops: usize) -> SimulatorConfig {
    SimulatorConfig {
        trail_rate: None,
        ..config(1, desktops)
    }
}

fn noon() -> f64 {
    let at: jiff::Timestamp = NOON.parse().expect("a time");
    at.as_second() as f64
}

async fn events(client: &Client, mut input: Value) -> Vec<Value> {
    let mut events = Vec::new();
    for _ in 0..50 {
        let page = client.ask(LOOKUP, input.clone()).await;
        let rows = page["Events"].as_array().expect("events");
        assert!(rows.len() <= 50);
        events.extend(rows.clone());
        let Some(token) = page.get("NextToken") else {
            return events;
        };
        input["NextToken"] = token.clone();
    }
    panic!("it never ends");
}

fn by(key: &str, value: &str) -> Value {
    json!({ "LookupAttributes": [{ "AttributeKey": key, "AttributeValue": value }] })
}

fn record(event: &Value) -> Value {
    serde_json::from_str(event["CloudTrailEvent"].as_str().expect("a record")).expect("JSON")
}

#[actix_web::test]
async fn every_change_through_the_api_leaves_one_event() {
    let (simulator, running, reader, account) = one(unhurried(20)).await;
    let writer = reader.writer(&account).await;
    let id = simulator.desktops(&account, REGION)[3].clone();
    let tags = json!({ "ResourceId": id, "Tags": [{ "Key": "Owner", "Value": "me" }] });
    assert_eq!(
        writer.workspaces("CreateTags", tags.clone()).await.status,
        200
    );
    let refused = reader.workspaces("CreateTags", tags).await;
    assert_eq!(refused.status, 400);
    let requests = json!({ "TerminateWorkspaceRequests": [{ "WorkspaceId": id }] });
    assert_eq!(
        writer
            .workspaces("TerminateWorkspaces", requests)
            .await
            .status,
        200
    );

    let found = events(&reader, by("ResourceName", &id)).await;
    let mut recorded: Vec<&Value> = found
        .iter()
        .filter(|event| event["Username"] == "test")
        .collect();
    assert_eq!(recorded.len(), 3, "{found:?}");
    // All within a second, so by name.
    recorded.sort_by_key(|event| {
        (
            event["EventName"].to_string(),
            record(event).get("errorCode").is_some(),
        )
    });
    let [tagged, denied, terminated] = recorded[..] else {
        panic!("three");
    };
    assert_eq!(terminated["EventName"], "TerminateWorkspaces");
    assert_eq!(
        terminated["Resources"],
        json!([{ "ResourceType": "AWS::WorkSpaces::Workspace", "ResourceName": id }])
    );
    let details = record(terminated);
    for (pointer, expected) in [
        ("/userIdentity/type", json!("AssumedRole")),
        (
            "/userIdentity/arn",
            json!(format!(
                "arn:aws:sts::{account}:assumed-role/stocktake-write/test"
            )),
        ),
        (
            "/userIdentity/sessionContext/sessionIssuer/userName",
            json!("stocktake-write"),
        ),
        ("/awsRegion", json!(REGION)),
        ("/eventSource", json!("workspaces.amazonaws.com")),
        ("/eventID", terminated["EventId"].clone()),
        ("/readOnly", json!(false)),
        ("/recipientAccountId", json!(account)),
        ("/sourceIPAddress", json!("127.0.0.1")),
        (
            "/requestParameters",
            json!({ "terminateWorkspaceRequests": [{ "workspaceId": id }] }),
        ),
        ("/responseElements", json!({ "failedRequests": [] })),
    ] {
        assert_eq!(details.pointer(pointer), Some(&expected), "{pointer}");
    }
    let details = record(tagged);
    assert_eq!(details["responseElements"], Value::Null);
    assert_eq!(
        details["requestParameters"]["tags"],
        json!([{ "key": "Owner", "value": "me" }])
    );
    let details = record(denied);
    assert_eq!(details["errorCode"], "AccessDenied");
    assert!(
        details["errorMessage"]
            .to_string()
            .contains("workspaces:CreateTags")
    );
    let again = events(
        &reader,
        by("EventId", terminated["EventId"].as_str().expect("an id")),
    )
    .await;
    assert_eq!(again, std::slice::from_ref(terminated));
    running.stop().await;
}

#[actix_web::test]
async fn changes_behind_everybodys_back_leave_matching_events_at_their_moment() {
    let (simulator, running, client, account) = one(unhurried(40)).await;
    let ids = simulator.desktops(&account, REGION);
    let aside = simulator
        .take_desktop(&account, REGION, &ids[0])
        .expect("there");
    let settled = DesktopChange {
        running_mode: Some("ALWAYS_ON".to_owned()),
        ..DesktopChange::default()
    };
    simulator.change_desktop(&account, REGION, &ids[2], &settled);
    simulator.advance(Duration::from_secs(86_400));
    assert!(simulator.put_desktop(aside));
    assert!(simulator.remove_desktop(&account, REGION, &ids[1]));
    let change = DesktopChange {
        running_mode: Some("AUTO_STOP".to_owned()),
        tags: vec![("CostCenter".to_owned(), "CC-1".to_owned())],
        untag: vec!["NoSuchTag".to_owned()],
        ..DesktopChange::default()
    };
    assert!(simulator.change_desktop(&account, REGION, &ids[2], &change));
    assert!(simulator.change_desktop(&account, REGION, &ids[2], &change));
    simulator.advance(Duration::from_secs(86_400));
    let since = json!({ "StartTime": noon() + 86_000.0, "EndTime": noon() + 86_500.0 });
    let found = events(&client, since).await;
    let mut names: Vec<&str> = found
        .iter()
        .map(|event| event["EventName"].as_str().expect("a name"))
        .collect();
    names.sort_unstable();
    assert_eq!(
        names,
        [
            "CreateTags",
            "CreateWorkspaces",
            "ModifyWorkspaceProperties",
            "TerminateWorkspaces"
        ],
        "what changed nothing left nothing"
    );
    for event in &found {
        let details = record(event);
        let desktop = match event["EventName"].as_str().expect("a name") {
            "CreateWorkspaces" => {
                assert_eq!(
                    details["responseElements"]["pendingRequests"][0]["workspaceId"],
                    ids[0].as_str()
                );
                &ids[0]
            }
            "TerminateWorkspaces" => &ids[1],
            "ModifyWorkspaceProperties" => {
                let expected = json!({ "runningMode": "AUTO_STOP", "runningModeAutoStopTimeoutInMinutes": 60 });
                assert_eq!(
                    details["requestParameters"]["workspaceProperties"],
                    expected
                );
                &ids[2]
            }
            _ => &ids[2],
        };
        let named = event["Resources"].as_array().expect("resources");
        assert!(
            named
                .iter()
                .any(|resource| resource["ResourceName"] == desktop.as_str())
        );
        assert_eq!(details["userIdentity"]["type"], "AssumedRole");
        assert_ne!(event["Username"], "test");
    }
    running.stop().await;
}

#[actix_web::test]
async fn the_invented_past_is_the_same_each_time_and_goes_back_90_days() {
    let (_, running, client, _) = one(unhurried(300)).await;
    let all = events(&client, json!({})).await;
    assert!(all.len() > 15, "{}", all.len());
    let times: Vec<f64> = all
        .iter()
        .map(|event| event["EventTime"].as_f64().expect("a time"))
        .collect();
    assert!(
        times.windows(2).all(|pair| pair[0] >= pair[1]),
        "newest first"
    );
    let oldest = times.last().expect("some");
    assert!(*oldest > noon() - 90.0 * 86_400.0 && *oldest < noon() - 70.0 * 86_400.0);
    assert_eq!(events(&client, json!({ "MaxResults": 7 })).await, all);
    let of = async |key: &str, value: &str| events(&client, by(key, value)).await.len();
    assert_eq!(
        of("EventSource", "workspaces.amazonaws.com").await,
        all.len()
    );
    assert_eq!(of("EventSource", "ec2.amazonaws.com").await, 0);
    assert_eq!(of("ReadOnly", "false").await, all.len());
    assert_eq!(
        of("ResourceType", "AWS::WorkSpaces::Workspace").await,
        all.len()
    );
    let reboots = of("EventName", "RebootWorkspaces").await;
    assert_eq!(
        reboots + of("EventName", "CreateWorkspaces").await,
        all.len()
    );
    assert!(reboots > 5 && reboots < all.len());
    let user = all[0]["Username"].as_str().expect("a name");
    assert!(of("Username", user).await > 0);
    running.stop().await;
    let (_, running, again, _) = one(unhurried(300)).await;
    assert_eq!(events(&again, json!({})).await, all);
    running.stop().await;
}

#[actix_web::test]
async fn what_cloudtrail_refuses() {
    let (_, running, client, _) = one(unhurried(100)).await;
    let two = json!({ "LookupAttributes": [
        { "AttributeKey": "EventName", "AttributeValue": "a" },
        { "AttributeKey": "Username", "AttributeValue": "b" },
    ] });
    for (input, code) in [
        (two, "InvalidLookupAttributesException"),
        (by("Colour", "red"), "InvalidLookupAttributesException"),
        (by("EventName", ""), "InvalidLookupAttributesException"),
        (by("ReadOnly", "maybe"), "InvalidLookupAttributesException"),
        (json!({ "MaxResults": 51 }), "InvalidMaxResultsException"),
        (json!({ "MaxResults": 0 }), "InvalidMaxResultsException"),
        (
            json!({ "NextToken": "made-up" }),
            "InvalidNextTokenException",
        ),
        (
            json!({ "StartTime": 2, "EndTime": 1 }),
            "InvalidTimeRangeException",
        ),
        (
            json!({ "EventCategory": "gossip" }),
            "InvalidEventCategoryException",
        ),
    ] {
        assert_eq!(client.call(LOOKUP, input).await.code(), code);
    }
    let token = client.ask(LOOKUP, json!({ "MaxResults": 3 })).await["NextToken"].clone();
    let mut other = by("EventName", "RebootWorkspaces");
    other["NextToken"] = token;
    assert_eq!(
        client.call(LOOKUP, other).await.code(),
        "InvalidNextTokenException"
    );
    running.stop().await;
}

#[actix_web::test]
async fn two_lookups_a_second_for_each_region_are_the_limit() {
    let (_, running, client, _) = one(config(1, 10)).await;
    let mut codes = Vec::new();
    for _ in 0..4 {
        codes.push(client.call(LOOKUP, json!({})).await.code());
    }
    assert_eq!(
        codes,
        ["", "", "ThrottlingException", "ThrottlingException"]
    );
    let elsewhere = client.in_region("us-east-1");
    assert_eq!(elsewhere.call(LOOKUP, json!({})).await.status, 200);
    tokio::time::sleep(Duration::from_millis(600)).await;
    assert_eq!(client.call(LOOKUP, json!({})).await.status, 200);
    running.stop().await;
}
