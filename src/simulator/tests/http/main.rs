//! The simulator over real HTTP on a loopback port, as an SDK would meet it.

mod client;
mod costs;
mod faults;
mod lifecycle;
mod metrics;
mod planted;
mod roles;
mod trail;

use std::time::Duration;

use client::{Client, REGION, raw};
use serde_json::{Value, json};
use simulator::{Running, Simulator, SimulatorConfig};

/// A Wednesday, 10:00 UTC.
const NOON: &str = "2026-03-11T10:00:00Z";

fn config(accounts: usize, desktops: usize) -> SimulatorConfig {
    SimulatorConfig {
        accounts,
        desktops,
        regions: vec![REGION.to_owned()],
        clock_start: Some(NOON.parse().expect("a time")),
        ..SimulatorConfig::default()
    }
}

/// One account with so many desktops, and a client that has its role.
async fn one(config: SimulatorConfig) -> (Simulator, Running, Client, String) {
    let simulator = Simulator::new(config);
    let running = simulator
        .serve("127.0.0.1:0".parse().expect("an address"))
        .await
        .expect("it listens");
    let account = simulator.accounts()[0].id.clone();
    let assumed = Client::root(running.addr())
        .assume(&account, Some("stocktake-demo"))
        .await;
    let client = assumed.ok().expect("the role is there");
    (simulator, running, client, account)
}

fn world(config: SimulatorConfig) -> Vec<(String, Vec<String>)> {
    let simulator = Simulator::new(config);
    let accounts = simulator.accounts();
    let regions = |id: &str| simulator.regions(id);
    accounts
        .iter()
        .flat_map(|a| {
            regions(&a.id).into_iter().map(|r| {
                (
                    format!("{} {} {r}", a.id, a.name),
                    simulator.desktops(&a.id, &r),
                )
            })
        })
        .collect()
}

#[test]
fn the_same_seed_makes_the_same_world() {
    let with_seed = |seed| SimulatorConfig {
        seed,
        ..SimulatorConfig::default()
    };
    let first = world(with_seed(7));
    assert_eq!(first, world(with_seed(7)));
    assert_ne!(first, world(with_seed(8)));
}

#[test]
fn desktops_add_up_and_clients_differ_in_size() {
    for (accounts, desktops) in [(12, 500), (3, 2000), (1, 1), (5, 3), (60, 700)] {
        let simulator = Simulator::new(SimulatorConfig {
            accounts,
            desktops,
            ..SimulatorConfig::default()
        });
        let sizes: Vec<usize> = simulator
            .accounts()
            .iter()
            .map(|a| {
                simulator
                    .regions(&a.id)
                    .iter()
                    .map(|r| simulator.desktops(&a.id, r).len())
                    .sum()
            })
            .collect();
        assert_eq!(sizes.len(), accounts);
        assert_eq!(sizes.iter().sum::<usize>(), desktops);
        if desktops >= 500 {
            assert!(
                sizes.iter().max() > sizes.iter().min().map(|n| n * 2).as_ref(),
                "{sizes:?}"
            );
        }
        let mut emails: Vec<String> = simulator.accounts().into_iter().map(|a| a.email).collect();
        emails.sort();
        emails.dedup();
        assert_eq!(emails.len(), accounts);
    }
}

#[actix_web::test]
async fn pages_of_25_cover_every_desktop_once() {
    let (simulator, running, client, account) = one(config(1, 312)).await;
    let listed = client.list(json!({}), 100).await;
    assert_eq!(listed, simulator.desktops(&account, REGION));
    assert_eq!(listed.len(), 312);
    assert_eq!(simulator.calls()["DescribeWorkspaces"], 13);
    assert_eq!(simulator.calls_by(&account)["DescribeWorkspaces"], 13);
    let few = client
        .workspaces("DescribeWorkspaces", json!({ "Limit": 7 }))
        .await
        .json();
    assert_eq!(few["Workspaces"].as_array().map(Vec::len), Some(7));
    let elsewhere = client.in_region("us-west-2").list(json!({}), 2).await;
    assert!(elsewhere.is_empty());
    running.stop().await;
}

#[actix_web::test]
async fn tokens_hold_only_where_they_came_from() {
    let (_, running, client, _) = one(config(1, 120)).await;
    let token = client
        .workspaces("DescribeWorkspaces", json!({}))
        .await
        .json()["NextToken"]
        .clone();
    for (operation, input) in [
        ("DescribeWorkspaces", json!({ "NextToken": "made-up" })),
        (
            "DescribeWorkspaces",
            json!({ "NextToken": token, "BundleId": "wsb-000000000" }),
        ),
        (
            "DescribeWorkspacesConnectionStatus",
            json!({ "NextToken": token }),
        ),
    ] {
        let reply = client.workspaces(operation, input).await;
        assert_eq!(
            (reply.status, reply.code().as_str()),
            (400, "ValidationException")
        );
    }
    running.stop().await;
}

#[actix_web::test]
async fn filters_select_and_their_combinations_are_ruled() {
    let (_, running, client, _) = one(config(1, 320)).await;
    let row = client
        .workspaces("DescribeWorkspaces", json!({}))
        .await
        .json()["Workspaces"][3]
        .clone();
    let mut all = Vec::new();
    for filters in [
        json!({ "DirectoryId": row["DirectoryId"] }),
        json!({ "BundleId": row["BundleId"] }),
        json!({ "DirectoryId": row["DirectoryId"], "UserName": row["UserName"] }),
        json!({ "WorkspaceIds": [row["WorkspaceId"]] }),
    ] {
        let ids = client.list(filters, 100).await;
        assert!(ids.iter().any(|id| row["WorkspaceId"] == **id));
        all.push(ids.len());
    }
    assert!(all[0] < 320 && all[0] > all[2] && all[1] < 320, "{all:?}");
    assert_eq!(all[2..], [1, 1]);
    for bad in [
        json!({ "UserName": "x" }),
        json!({ "WorkspaceIds": ["ws-000000000"], "BundleId": "wsb-000000000" }),
        json!({ "BundleId": "wsb-000000000", "DirectoryId": "d-0000000000" }),
    ] {
        assert_eq!(
            client.workspaces("DescribeWorkspaces", bad).await.code(),
            "InvalidParameterValuesException"
        );
    }
    for bad in [
        json!({ "Limit": 26 }),
        json!({ "Limit": 0 }),
        json!({ "WorkspaceIds": [] }),
        json!({ "BundleId": "x" }),
    ] {
        assert_eq!(
            client.workspaces("DescribeWorkspaces", bad).await.code(),
            "ValidationException"
        );
    }
    running.stop().await;
}

#[actix_web::test]
async fn twenty_five_is_the_most_for_every_batch() {
    let (_, running, client, account) = one(config(1, 30)).await;
    let client = client.writer(&account).await;
    let ids = vec!["ws-000000000"; 26];
    let requests: Vec<Value> = ids.iter().map(|id| json!({ "WorkspaceId": id })).collect();
    for (operation, member) in [
        ("StartWorkspaces", "StartWorkspaceRequests"),
        ("StopWorkspaces", "StopWorkspaceRequests"),
        ("RebootWorkspaces", "RebootWorkspaceRequests"),
        ("TerminateWorkspaces", "TerminateWorkspaceRequests"),
    ] {
        let refused = client
            .workspaces(operation, json!({ member: requests }))
            .await;
        assert_eq!(refused.code(), "ValidationException", "{operation}");
        assert!(
            refused.text().contains("less than or equal to 25"),
            "{}",
            refused.text()
        );
        let failed = client
            .workspaces(operation, json!({ member: requests[..25] }))
            .await
            .json();
        assert_eq!(
            failed["FailedRequests"].as_array().map(Vec::len),
            Some(25),
            "{operation}"
        );
    }
    for operation in ["DescribeWorkspaces", "DescribeWorkspacesConnectionStatus"] {
        assert_eq!(
            client
                .workspaces(operation, json!({ "WorkspaceIds": ids }))
                .await
                .code(),
            "ValidationException"
        );
    }
    running.stop().await;
}

#[actix_web::test]
async fn the_external_id_is_enforced() {
    let (simulator, running, client, account) = one(config(2, 10)).await;
    let root = Client::root(running.addr());
    let stranger = "999999999999";
    for (who, external_id) in [
        (account.as_str(), None),
        (&account, Some("wrong")),
        (stranger, Some("stocktake-demo")),
    ] {
        let reply = root.assume(who, external_id).await.err().expect("refused");
        assert_eq!(reply.status, 403);
        assert_eq!(client::element(&reply.text(), "Code"), "AccessDenied");
        assert!(!client::element(&reply.text(), "RequestId").is_empty());
    }
    let me = client.sts("Action=GetCallerIdentity").await.text();
    assert_eq!(client::element(&me, "Account"), account);
    let home = root.sts("Action=GetCallerIdentity").await.text();
    assert_eq!(client::element(&home, "Account"), simulator.management().id);
    running.stop().await;
}

#[actix_web::test]
async fn sessions_run_out_and_tokens_must_match() {
    let short = SimulatorConfig {
        session_lifetime: Duration::from_millis(1500),
        ..config(1, 10)
    };
    let (simulator, running, client, account) = one(short).await;
    assert_eq!(
        client
            .workspaces("DescribeWorkspaces", json!({}))
            .await
            .status,
        200
    );
    let thief = Client {
        token: None,
        ..client.clone()
    };
    assert_eq!(
        thief
            .workspaces("DescribeWorkspaces", json!({}))
            .await
            .code(),
        "UnrecognizedClientException"
    );
    tokio::time::sleep(Duration::from_millis(1600)).await;
    assert_eq!(
        client
            .workspaces("DescribeWorkspaces", json!({}))
            .await
            .code(),
        "ExpiredTokenException"
    );
    let late = client.sts("Action=GetCallerIdentity").await;
    assert_eq!(
        (late.status, client::element(&late.text(), "Code").as_str()),
        (403, "ExpiredToken")
    );
    let again = Client::root(running.addr())
        .assume(&account, Some("stocktake-demo"))
        .await
        .ok()
        .expect("a new session");
    assert_eq!(
        again
            .workspaces("DescribeWorkspaces", json!({}))
            .await
            .status,
        200
    );
    simulator.expire_sessions();
    assert_eq!(
        again
            .workspaces("DescribeWorkspaces", json!({}))
            .await
            .code(),
        "ExpiredTokenException"
    );
    running.stop().await;
}

#[actix_web::test]
async fn requests_without_credentials_or_operation_are_refused() {
    let (_, running, client, _) = one(config(1, 10)).await;
    let bare = b"POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nX-Amz-Target: WorkspacesService.DescribeWorkspaces\r\nContent-Length: 2\r\n\r\n{}";
    let reply = raw(running.addr(), bare).await;
    assert_eq!(reply.code(), "MissingAuthenticationTokenException");
    assert!(
        reply.head.contains("x-amzn-requestid: ")
            && reply.head.contains("x-amzn-errortype: missing")
    );
    let unknown = client.workspaces("DescribeNothing", json!({})).await;
    assert_eq!(
        (unknown.status, unknown.code().as_str()),
        (404, "UnknownOperationException")
    );
    let broken = client
        .send(
            "/",
            &[("X-Amz-Target", "WorkspacesService.DescribeWorkspaces")],
            b"{\"Limit\":",
        )
        .await;
    assert_eq!(broken.code(), "SerializationException");
    let mistyped = client
        .workspaces("DescribeWorkspaces", json!({ "Limit": "ten" }))
        .await;
    assert_eq!(mistyped.code(), "SerializationException");
    let invalid = client.sts("Action=Nonsense").await;
    assert_eq!(
        (
            invalid.status,
            client::element(&invalid.text(), "Code").as_str()
        ),
        (400, "InvalidAction")
    );
    running.stop().await;
}

#[actix_web::test]
async fn the_organization_lists_everybody_to_its_management_account_only() {
    let (simulator, running, client, _) = one(config(23, 23)).await;
    let root = Client::root(running.addr());
    let mut input = json!({});
    let mut ids: Vec<String> = Vec::new();
    for _ in 0..5 {
        let page = root
            .call("AWSOrganizationsV20161128.ListAccounts", input.clone())
            .await
            .json();
        let rows = page["Accounts"].as_array().expect("a list").clone();
        ids.extend(
            rows.iter()
                .map(|row| row["Id"].as_str().expect("an id").to_owned()),
        );
        let Some(token) = page.get("NextToken") else {
            break;
        };
        input["NextToken"] = token.clone();
    }
    let mut expected: Vec<String> = simulator.accounts().into_iter().map(|a| a.id).collect();
    expected.push(simulator.management().id);
    expected.sort();
    assert_eq!(ids, expected);
    let refused = client
        .call("AWSOrganizationsV20161128.ListAccounts", json!({}))
        .await;
    assert_eq!(refused.code(), "AccessDeniedException");
    running.stop().await;
}

#[actix_web::test]
async fn the_tagging_api_agrees_with_describe_tags() {
    let (_, running, client, _) = one(config(1, 130)).await;
    let mut tagged = Vec::new();
    let mut input =
        json!({ "ResourcesPerPage": 100, "ResourceTypeFilters": ["workspaces:workspace"] });
    loop {
        let page = client
            .call(
                "ResourceGroupsTaggingAPI_20170126.GetResources",
                input.clone(),
            )
            .await
            .json();
        tagged.extend(
            page["ResourceTagMappingList"]
                .as_array()
                .expect("a list")
                .clone(),
        );
        if page["PaginationToken"] == "" {
            break;
        }
        input["PaginationToken"] = page["PaginationToken"].clone();
    }
    assert!(
        tagged.len() > 100 && tagged.len() < 130,
        "some have no tags: {}",
        tagged.len()
    );
    let arn = tagged[0]["ResourceARN"].as_str().expect("an arn");
    let id = arn.rsplit('/').next().expect("an id");
    let direct = client
        .workspaces("DescribeTags", json!({ "ResourceId": id }))
        .await
        .json();
    assert_eq!(direct["TagList"], tagged[0]["Tags"]);
    let too_many = json!({ "ResourcesPerPage": 101 });
    let refused = client
        .call("ResourceGroupsTaggingAPI_20170126.GetResources", too_many)
        .await;
    assert_eq!(refused.code(), "InvalidParameterException");
    running.stop().await;
}

#[actix_web::test]
async fn cbor_is_answered_in_cbor() {
    let (_, running, client, _) = one(config(1, 3)).await;
    let headers = [
        ("Smithy-Protocol", "rpc-v2-cbor"),
        ("Content-Type", "application/cbor"),
    ];
    let path = "/service/WorkspacesService/operation/DescribeWorkspaces";
    let reply = client.send(path, &headers, b"\xbf\xff").await;
    assert_eq!(reply.status, 200);
    assert!(
        reply.head.contains("smithy-protocol: rpc-v2-cbor")
            && reply.head.contains("application/cbor")
    );
    // A map of one member whose name is a text of ten bytes: "Workspaces".
    assert!(
        reply.body.starts_with(b"\xa1\x6aWorkspaces\x83"),
        "{:?}",
        &reply.body[..20]
    );
    let refused = client.send(path, &headers, b"\xa1\x65Limit\x18\x63").await;
    assert_eq!(refused.status, 400);
    assert!(refused.text().contains("ValidationException"));
    running.stop().await;
}

#[actix_web::test]
async fn every_desktop_has_its_own_address_and_standbys_name_each_other() {
    let regions = vec!["eu-west-1".to_owned(), "us-east-1".to_owned()];
    let (_, running, client, _) = one(SimulatorConfig {
        regions: regions.clone(),
        ..config(1, 500)
    })
    .await;
    let (mut addresses, mut pairs) = (Vec::new(), Vec::new());
    for region in &regions {
        let client = client.in_region(region);
        for id in client.list(json!({}), 100).await {
            let row = client.row(&id).await.expect("there");
            addresses.push(row["IpAddress"].to_string());
            if let Some(twin) = row["RelatedWorkspaces"].get(0) {
                let primary = twin["Type"] == "PRIMARY";
                assert_eq!(row["DataReplicationSettings"].is_object(), primary);
                assert_eq!(row["StandbyWorkspacesProperties"].is_array(), !primary);
                pairs.push((row["WorkspaceId"].clone(), twin["WorkspaceId"].clone()));
            }
        }
    }
    assert!(
        !pairs.is_empty()
            && pairs
                .iter()
                .all(|(one, other)| pairs.contains(&(other.clone(), one.clone())))
    );
    assert_eq!(addresses.len(), 500);
    addresses.sort();
    addresses.dedup();
    assert_eq!(addresses.len(), 500);
    running.stop().await;
}
