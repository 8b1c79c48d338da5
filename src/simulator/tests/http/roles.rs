//! Who may change desktops, and changes that fail half way.

use serde_json::{Value, json};
use simulator::{AccountFaults, Failure, OperationError, When};

use crate::client::REGION;
use crate::{config, one};

fn error() -> OperationError {
    OperationError {
        status: 400,
        code: "OperationInProgressException".into(),
        message: "busy".into(),
    }
}

#[actix_web::test]
async fn the_role_for_reading_changes_nothing() {
    let (simulator, running, reader, account) = one(config(1, 10)).await;
    let id = simulator.desktops(&account, REGION)[0].clone();
    let requests =
        |verb: &str| json!({ format!("{verb}WorkspaceRequests"): [{ "WorkspaceId": id }] });
    let before = reader.row(&id).await;
    for (operation, input) in [
        ("StartWorkspaces", requests("Start")),
        ("StopWorkspaces", requests("Stop")),
        ("RebootWorkspaces", requests("Reboot")),
        ("RebuildWorkspaces", requests("Rebuild")),
        ("TerminateWorkspaces", requests("Terminate")),
        ("RestoreWorkspace", json!({ "WorkspaceId": id })),
        (
            "ModifyWorkspaceState",
            json!({ "WorkspaceId": id, "WorkspaceState": "ADMIN_MAINTENANCE" }),
        ),
        (
            "ModifyWorkspaceProperties",
            json!({ "WorkspaceId": id, "WorkspaceProperties": { "ComputeTypeName": "POWER" } }),
        ),
        (
            "CreateTags",
            json!({ "ResourceId": id, "Tags": [{ "Key": "a", "Value": "b" }] }),
        ),
        ("DeleteTags", json!({ "ResourceId": id, "TagKeys": ["a"] })),
    ] {
        let refused = reader.workspaces(operation, input).await;
        assert_eq!(
            (refused.status, refused.code().as_str()),
            (400, "AccessDeniedException"),
            "{operation}"
        );
        let expected = format!(
            "User: arn:aws:sts::{account}:assumed-role/stocktake-read/test is not authorized to perform: \
             workspaces:{operation} on resource: arn:aws:workspaces:{REGION}:{account}:workspace/{id} because no \
             identity-based policy allows the workspaces:{operation} action"
        );
        assert_eq!(refused.json()["message"], expected.as_str());
    }
    let refused = reader
        .workspaces("CreateWorkspaces", json!({ "Workspaces": [] }))
        .await;
    assert_eq!(refused.code(), "AccessDeniedException");
    assert_eq!(reader.row(&id).await, before);

    let writer = reader.writer(&account).await;
    let tags = json!({ "ResourceId": id, "Tags": [{ "Key": "a", "Value": "b" }] });
    assert_eq!(writer.workspaces("CreateTags", tags).await.status, 200);
    assert_eq!(
        writer.row(&id).await.expect("it reads too")["WorkspaceId"],
        id.as_str()
    );
    let unknown = reader.assume_role(&account, "stocktake-admin", Some("stocktake-demo"));
    assert!(unknown.await.is_err());
    let uninvited = reader.assume_role(&account, "stocktake-write", None);
    assert!(uninvited.await.is_err());
    running.stop().await;
}

#[actix_web::test]
async fn one_call_can_fail_or_all_from_one_on() {
    let (simulator, running, client, account) = one(config(1, 10)).await;
    let failure = |when| AccountFaults {
        failures: vec![Failure {
            operation: "DescribeWorkspaces".into(),
            when,
            error: error(),
        }],
        ..AccountFaults::default()
    };
    let codes = async || {
        let mut codes = Vec::new();
        for _ in 0..4 {
            codes.push(
                client
                    .workspaces("DescribeWorkspaces", json!({}))
                    .await
                    .status,
            );
        }
        codes
    };
    simulator.faults().set(&account, failure(When::Call(2)));
    assert_eq!(codes().await, [200, 400, 200, 200]);
    simulator.faults().set(&account, failure(When::FromCall(3)));
    assert_eq!(codes().await, [200, 200, 400, 400]);
    running.stop().await;
}

#[actix_web::test]
async fn some_desktops_of_a_call_can_fail() {
    let (simulator, running, client, account) = one(config(1, 10)).await;
    let client = client.writer(&account).await;
    let ids = simulator.desktops(&account, REGION);
    let failures = [
        "TerminateWorkspaces",
        "ModifyWorkspaceProperties",
        "CreateTags",
    ];
    simulator.faults().update(&account, |faults| {
        faults.failures = failures
            .iter()
            .map(|operation| Failure {
                operation: (*operation).to_owned(),
                when: When::desktops([&ids[1]]),
                error: error(),
            })
            .collect();
    });
    let requests: Vec<Value> = ids[..3]
        .iter()
        .map(|id| json!({ "WorkspaceId": id }))
        .collect();
    let input = json!({ "TerminateWorkspaceRequests": requests });
    let failed = client.workspaces("TerminateWorkspaces", input).await.json();
    let expected = json!([{ "WorkspaceId": ids[1], "ErrorCode": "OperationInProgressException", "ErrorMessage": "busy" }]);
    assert_eq!(failed["FailedRequests"], expected);
    assert_eq!(client.state(&ids[0]).await, "TERMINATING");
    assert_ne!(client.state(&ids[1]).await, "TERMINATING");
    assert_eq!(client.state(&ids[2]).await, "TERMINATING");
    for (id, status) in [(&ids[1], 400), (&ids[3], 200)] {
        let input = json!({ "ResourceId": id, "Tags": [{ "Key": "a", "Value": "b" }] });
        assert_eq!(client.workspaces("CreateTags", input).await.status, status);
    }
    let input =
        json!({ "WorkspaceId": ids[1], "WorkspaceProperties": { "RunningMode": "ALWAYS_ON" } });
    let refused = client.workspaces("ModifyWorkspaceProperties", input).await;
    assert_eq!(refused.code(), "OperationInProgressException");
    running.stop().await;
}
