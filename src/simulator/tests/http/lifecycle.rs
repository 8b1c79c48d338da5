//! Desktops over simulated time. Nothing here sleeps: the clock is pushed.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::{Value, json};
use simulator::{DesktopChange, SimulatorConfig, State};

use crate::client::{Client, REGION};
use crate::{config, one};

/// At this speed a simulated second is a real one, so that nothing comes due by itself during a test.
fn slow(accounts: usize, desktops: usize) -> SimulatorConfig {
    SimulatorConfig {
        speed: 1.0,
        ..config(accounts, desktops)
    }
}

async fn act(client: &Client, verb: &str, id: &str) -> Value {
    let operation = format!("{verb}Workspaces");
    let member = format!("{verb}WorkspaceRequests");
    client
        .workspaces(&operation, json!({ member: [{ "WorkspaceId": id }] }))
        .await
        .json()["FailedRequests"]
        .clone()
}

async fn states(client: &Client) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    let mut input = json!({});
    loop {
        let page = client
            .workspaces("DescribeWorkspaces", input.clone())
            .await
            .json();
        for row in page["Workspaces"].as_array().expect("a list") {
            *counts
                .entry(row["State"].as_str().expect("a state").to_owned())
                .or_insert(0) += 1;
        }
        let Some(token) = page.get("NextToken") else {
            return counts;
        };
        input["NextToken"] = token.clone();
    }
}

#[actix_web::test]
async fn a_desktop_goes_through_its_life() {
    let (simulator, running, client, account) = one(slow(1, 40)).await;
    let client = client.writer(&account).await;
    let directory = client
        .workspaces("DescribeWorkspaceDirectories", json!({}))
        .await
        .json()["Directories"][0]
        .clone();
    let bundle = client
        .workspaces("DescribeWorkspaceBundles", json!({ "Owner": "AMAZON" }))
        .await
        .json()["Bundles"][0]
        .clone();
    let order = json!({ "Workspaces": [{
        "DirectoryId": directory["DirectoryId"], "UserName": "new.person", "BundleId": bundle["BundleId"],
        "WorkspaceProperties": { "RunningMode": "AUTO_STOP" }, "Tags": [{ "Key": "Owner", "Value": "me" }],
    }] });
    let made = client
        .workspaces("CreateWorkspaces", order.clone())
        .await
        .json();
    let id = made["PendingRequests"][0]["WorkspaceId"]
        .as_str()
        .expect("an id")
        .to_owned();
    assert_eq!(client.state(&id).await, "PENDING");
    assert!(client.row(&id).await.expect("there")["IpAddress"].is_null());
    let twice = client.workspaces("CreateWorkspaces", order).await.json();
    assert_eq!(
        twice["FailedRequests"][0]["ErrorCode"],
        "ResourceExists.WorkSpace"
    );
    simulator.advance(Duration::from_secs(1201));
    assert_eq!(client.state(&id).await, "AVAILABLE");
    assert!(client.row(&id).await.expect("there")["IpAddress"].is_string());

    for (verb, while_at_it, secs, then) in [
        ("Stop", "STOPPING", 121, "STOPPED"),
        ("Start", "STARTING", 91, "AVAILABLE"),
        ("Reboot", "REBOOTING", 181, "AVAILABLE"),
        ("Rebuild", "REBUILDING", 1801, "AVAILABLE"),
    ] {
        assert_eq!(act(&client, verb, &id).await, json!([]), "{verb}");
        assert_eq!(client.state(&id).await, while_at_it);
        simulator.advance(Duration::from_secs(secs));
        assert_eq!(client.state(&id).await, then, "{verb}");
    }
    // Nobody connects, so it stops an hour after the last thing that was done to it.
    simulator.advance(Duration::from_secs(3610));
    assert_eq!(client.state(&id).await, "STOPPING");
    simulator.advance(Duration::from_secs(120));
    assert_eq!(client.state(&id).await, "STOPPED");
    assert_eq!(
        act(&client, "Stop", &id).await[0]["ErrorCode"],
        "InvalidResourceStateException"
    );

    assert_eq!(act(&client, "Terminate", &id).await, json!([]));
    assert_eq!(client.state(&id).await, "TERMINATING");
    simulator.advance(Duration::from_secs(301));
    assert_eq!(client.state(&id).await, "TERMINATED");
    simulator.advance(Duration::from_secs(121));
    assert_eq!(client.state(&id).await, "GONE");
    assert_eq!(simulator.desktops(&account, REGION).len(), 40);
    running.stop().await;
}

#[actix_web::test]
async fn properties_change_through_updating() {
    let (simulator, running, client, account) = one(slow(1, 60)).await;
    let client = client.writer(&account).await;
    let id = simulator.desktops(&account, REGION)[0].clone();
    let usual = DesktopChange {
        compute_type: Some("STANDARD".to_owned()),
        running_mode: Some("ALWAYS_ON".to_owned()),
        state: Some(State::Available),
        ..DesktopChange::default()
    };
    assert!(simulator.change_desktop(&account, REGION, &id, &usual));
    let modify = async |properties: Value| {
        let input = json!({ "WorkspaceId": id, "WorkspaceProperties": properties });
        client
            .workspaces("ModifyWorkspaceProperties", input)
            .await
            .code()
    };
    assert_eq!(
        modify(json!({ "ComputeTypeName": "SUPERFAST" })).await,
        "ValidationException"
    );
    assert_eq!(
        modify(json!({ "RootVolumeSizeGib": 10 })).await,
        "InvalidParameterValuesException"
    );
    assert_eq!(
        modify(json!({ "RunningModeAutoStopTimeoutInMinutes": 60 })).await,
        "InvalidParameterValuesException"
    );
    assert_eq!(
        modify(json!({ "RunningMode": "AUTO_STOP", "RunningModeAutoStopTimeoutInMinutes": 90 }))
            .await,
        "InvalidParameterValuesException"
    );
    assert_eq!(modify(json!({ "ComputeTypeName": "POWER" })).await, "");
    let row = client.row(&id).await.expect("there");
    assert_eq!(
        (&row["State"], &row["ModificationStates"][0]["Resource"]),
        (&json!("UPDATING"), &json!("COMPUTE_TYPE"))
    );
    assert_eq!(
        modify(json!({ "ComputeTypeName": "VALUE" })).await,
        "OperationInProgressException"
    );
    simulator.advance(Duration::from_secs(601));
    let row = client.row(&id).await.expect("there");
    assert_eq!(row["WorkspaceProperties"]["ComputeTypeName"], "POWER");
    assert_eq!(row["ModificationStates"], json!([]));
    running.stop().await;
}

#[actix_web::test]
async fn all_seventeen_states_can_be_shown() {
    let (simulator, running, client, account) = one(slow(1, 17)).await;
    let ids = simulator.desktops(&account, REGION);
    for (id, state) in ids.iter().zip(State::ALL) {
        assert!(simulator.set_state(&account, REGION, id, *state));
    }
    assert_eq!(states(&client).await.len(), 17);
    assert!(!simulator.set_state(&account, REGION, "ws-zzzzzzzzz", State::Error));
    running.stop().await;
}

#[actix_web::test]
async fn people_come_and_go_and_their_desktops_stop_behind_them() {
    let (simulator, running, client, _) = one(slow(1, 400)).await;
    let connected = async || {
        let mut input = json!({});
        let (mut here, mut never, mut idle) = (0, 0, 0);
        loop {
            let page = client
                .workspaces("DescribeWorkspacesConnectionStatus", input.clone())
                .await
                .json();
            for row in page["WorkspacesConnectionStatus"]
                .as_array()
                .expect("a list")
            {
                here += usize::from(row["ConnectionState"] == "CONNECTED");
                let now = row["ConnectionStateCheckTimestamp"]
                    .as_f64()
                    .expect("a time");
                match row["LastKnownUserConnectionTimestamp"].as_f64() {
                    None => never += 1,
                    Some(last) => idle += usize::from(last < now - 60.0 * 86_400.0),
                }
            }
            let Some(token) = page.get("NextToken") else {
                return (here, never, idle);
            };
            input["NextToken"] = token.clone();
        }
    };
    let (at_ten, never, idle) = connected().await;
    assert!(at_ten > 100, "{at_ten} on a Wednesday morning");
    assert!(
        (8..50).contains(&never) && (20..80).contains(&idle),
        "{never} never, {idle} idle"
    );
    let working = states(&client).await;
    simulator.advance(Duration::from_secs(3 * 86_400 + 10 * 3600));
    let weekend = states(&client).await;
    assert!(
        weekend["STOPPED"] > working["STOPPED"] + 40,
        "{working:?} {weekend:?}"
    );
    assert!(working.len() >= 5, "{working:?}");
    running.stop().await;
}

#[actix_web::test]
async fn desktops_change_and_vanish_behind_everybodys_back() {
    let (simulator, running, client, account) = one(slow(1, 60)).await;
    let ids = simulator.desktops(&account, REGION);
    assert!(simulator.remove_desktop(&account, REGION, &ids[0]));
    assert!(!simulator.remove_desktop(&account, REGION, &ids[0]));
    assert_eq!(client.list(json!({}), 10).await.len(), 59);
    let change = DesktopChange {
        user_name: Some("someone.else".to_owned()),
        tags: vec![("Moved".to_owned(), "yes".to_owned())],
        untag: vec!["Department".to_owned()],
        ..DesktopChange::default()
    };
    assert!(simulator.change_desktop(&account, REGION, &ids[1], &change));
    assert_eq!(
        client.row(&ids[1]).await.expect("there")["UserName"],
        "someone.else"
    );
    let tags = client
        .workspaces("DescribeTags", json!({ "ResourceId": ids[1] }))
        .await
        .text();
    assert!(tags.contains("Moved") && !tags.contains("Department"));
    assert!(simulator.terminate_desktop(&account, REGION, &ids[2]));
    assert_eq!(client.state(&ids[2]).await, "TERMINATING");
    running.stop().await;
}
