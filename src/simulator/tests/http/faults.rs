//! What goes wrong when it is told to, and for whom.

use std::time::Duration;

use serde_json::json;
use simulator::{AccountFaults, Deny, OperationError, Shrink, SimulatorConfig};

use crate::client::{Client, REGION};
use crate::{config, one};

#[actix_web::test]
async fn each_account_operation_has_its_own_request_limit() {
    let limited = SimulatorConfig {
        throttle_rate: Some(0.01),
        ..config(2, 60)
    };
    let (simulator, running, client, account) = one(limited).await;
    assert_eq!(
        client
            .workspaces("DescribeWorkspaces", json!({}))
            .await
            .status,
        200
    );
    let second = client.workspaces("DescribeWorkspaces", json!({})).await;
    assert_eq!(
        (second.status, second.code().as_str()),
        (400, "ThrottlingException")
    );
    assert_eq!(
        client
            .workspaces("DescribeWorkspaceDirectories", json!({}))
            .await
            .status,
        200
    );
    assert_eq!(
        client
            .in_region("us-east-1")
            .workspaces("DescribeWorkspaces", json!({}))
            .await
            .status,
        200
    );
    assert_eq!(simulator.calls_by(&account)["DescribeWorkspaces"], 3);
    running.stop().await;
}

#[actix_web::test]
async fn denials_name_the_action_and_spare_the_others() {
    let (simulator, running, client, account) = one(config(2, 60)).await;
    let other = simulator.accounts()[1].id.clone();
    let neighbour = Client::root(running.addr())
        .assume(&other, Some("stocktake-demo"))
        .await
        .ok()
        .expect("assumed");
    let deny = Deny::operations(["DescribeWorkspaces"]);
    simulator.faults().set(
        &account,
        AccountFaults {
            deny,
            ..AccountFaults::default()
        },
    );
    let refused = client.workspaces("DescribeWorkspaces", json!({})).await;
    assert_eq!(refused.code(), "AccessDeniedException");
    assert!(
        refused.text().contains("workspaces:DescribeWorkspaces")
            && refused.text().contains(&account)
    );
    assert_eq!(
        client
            .workspaces("DescribeWorkspaceDirectories", json!({}))
            .await
            .status,
        200
    );
    assert_eq!(
        neighbour
            .workspaces("DescribeWorkspaces", json!({}))
            .await
            .status,
        200
    );
    simulator.faults().set(
        &account,
        AccountFaults {
            deny: Deny::Everything,
            ..AccountFaults::default()
        },
    );
    assert_eq!(
        client
            .workspaces("DescribeWorkspaceDirectories", json!({}))
            .await
            .code(),
        "AccessDeniedException"
    );
    assert_eq!(client.sts("Action=GetCallerIdentity").await.status, 200);
    simulator.faults().set(
        &account,
        AccountFaults {
            unrecognized_client: true,
            ..AccountFaults::default()
        },
    );
    assert_eq!(
        client
            .workspaces("DescribeWorkspaces", json!({}))
            .await
            .code(),
        "UnrecognizedClientException"
    );
    simulator.faults().set(
        &account,
        AccountFaults {
            deny_assume_role: true,
            ..AccountFaults::default()
        },
    );
    assert!(
        Client::root(running.addr())
            .assume(&account, Some("stocktake-demo"))
            .await
            .is_err()
    );
    simulator.faults().clear(&account);
    assert_eq!(
        client
            .workspaces("DescribeWorkspaces", json!({}))
            .await
            .status,
        200
    );
    running.stop().await;
}

#[actix_web::test]
async fn a_token_can_repeat_and_a_page_can_be_empty() {
    let (simulator, running, client, account) = one(config(1, 80)).await;
    let page = async |token: &serde_json::Value| {
        let input = if token.is_null() {
            json!({})
        } else {
            json!({ "NextToken": token })
        };
        client.workspaces("DescribeWorkspaces", input).await.json()
    };
    simulator.faults().set(
        &account,
        AccountFaults {
            repeat_next_token: true,
            ..AccountFaults::default()
        },
    );
    let first = page(&json!(null)).await["NextToken"].clone();
    let second = page(&first).await;
    assert_eq!(second["NextToken"], first);
    assert_eq!(second["Workspaces"], page(&first).await["Workspaces"]);
    simulator.faults().set(
        &account,
        AccountFaults {
            empty_page_with_token: true,
            ..AccountFaults::default()
        },
    );
    let first = page(&json!(null)).await["NextToken"].clone();
    let second = page(&first).await;
    assert_eq!(second["Workspaces"], json!([]));
    assert!(second["NextToken"].is_string() && second["NextToken"] != first);
    running.stop().await;
}

#[actix_web::test]
async fn a_listing_can_shrink_for_good_or_once() {
    let (simulator, running, client, account) = one(config(1, 80)).await;
    let shrink = |once| AccountFaults {
        shrink: Some(Shrink { rows: 30, once }),
        ..AccountFaults::default()
    };
    simulator.faults().set(&account, shrink(false));
    assert_eq!(client.list(json!({}), 10).await.len(), 30);
    assert_eq!(client.list(json!({}), 10).await.len(), 30);
    simulator.faults().set(&account, shrink(true));
    assert_eq!(client.list(json!({}), 10).await.len(), 30);
    assert_eq!(client.list(json!({}), 10).await.len(), 80);
    simulator.faults().set(
        &account,
        AccountFaults {
            shrink: Some(Shrink {
                rows: 0,
                once: false,
            }),
            ..AccountFaults::default()
        },
    );
    assert_eq!(client.list(json!({}), 10).await.len(), 0);
    running.stop().await;
}

#[actix_web::test]
async fn bodies_break_off_in_the_middle() {
    let (simulator, running, client, account) = one(config(1, 80)).await;
    simulator.faults().set(
        &account,
        AccountFaults {
            truncate: true,
            ..AccountFaults::default()
        },
    );
    let reply = client.workspaces("DescribeWorkspaces", json!({})).await;
    assert!(reply.cut && reply.status == 200 && !reply.body.is_empty());
    assert!(
        !client
            .workspaces("DescribeTags", json!({ "ResourceId": "ws-000000000" }))
            .await
            .cut
    );
    running.stop().await;

    let half = SimulatorConfig {
        truncate_rate: 0.5,
        ..config(1, 80)
    };
    let (_, running, client, _) = one(half).await;
    let mut cut = 0;
    for _ in 0..40 {
        cut += usize::from(client.workspaces("DescribeWorkspaces", json!({})).await.cut);
    }
    assert!((5..35).contains(&cut), "{cut} of 40");
    running.stop().await;
}

#[actix_web::test]
async fn an_operation_can_hang_or_answer_with_any_error() {
    let (simulator, running, client, account) = one(config(1, 80)).await;
    simulator.faults().update(&account, |faults| {
        faults.hang.insert("DescribeWorkspaces".to_owned());
        let error = OperationError {
            status: 503,
            code: "ResourceUnavailableException".into(),
            message: "later".into(),
        };
        faults.errors.insert("DescribeTags".to_owned(), error);
        faults.throttle = false;
    });
    let hung = tokio::time::timeout(
        Duration::from_millis(300),
        client.workspaces("DescribeWorkspaces", json!({})),
    );
    assert!(hung.await.is_err());
    let failed = client.workspaces("DescribeTags", json!({})).await;
    assert_eq!(
        (failed.status, failed.code().as_str()),
        (503, "ResourceUnavailableException")
    );
    simulator
        .faults()
        .update(&account, |faults| faults.throttle = true);
    assert_eq!(
        client
            .workspaces("DescribeWorkspaceBundles", json!({}))
            .await
            .code(),
        "ThrottlingException"
    );
    // A hanging request must not keep the server from stopping.
    tokio::time::timeout(Duration::from_secs(5), running.stop())
        .await
        .expect("it stops");
}

#[actix_web::test]
async fn the_error_rate_is_about_what_was_asked_and_latency_is_added() {
    let shaky = SimulatorConfig {
        error_rate: 0.3,
        latency: Duration::from_millis(5),
        ..config(1, 80)
    };
    let simulator = simulator::Simulator::new(shaky);
    let running = simulator
        .serve("127.0.0.1:0".parse().expect("an address"))
        .await
        .expect("it listens");
    let client = Client::root(running.addr()).in_region(REGION);
    let began = std::time::Instant::now();
    let mut errors = 0;
    for _ in 0..60 {
        let reply = client
            .workspaces("DescribeWorkspaceDirectories", json!({}))
            .await;
        errors += usize::from(reply.status == 500 && reply.code() == "InternalServerException");
    }
    assert!((6..36).contains(&errors), "{errors} of 60");
    assert!(began.elapsed() >= Duration::from_millis(300));
    running.stop().await;
}
