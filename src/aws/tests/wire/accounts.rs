//! Discovery of member accounts, and `account test`.

use aws::AwsErrorKind;
use domain::Region;
use domain::account::AccountTest;

use crate::server::{
    Answer, Request, Server, assumed, identity, json_error, ok, region, status, through_role,
    xml_error,
};

#[tokio::test]
async fn discovery_reads_every_page() {
    let server = Server::start(|request| {
        ok(match request.json()["NextToken"].as_str() {
            None => {
                r#"{"Accounts":[{"Id":"111122223333","Name":"Acme","Email":"a@acme.test","Status":"ACTIVE"}],"NextToken":"n"}"#
            }
            Some("n") => r#"{"Accounts":[],"NextToken":"m"}"#,
            Some(_) => {
                r#"{"Accounts":[{"Id":"444455556666","Name":"Beta","Status":"HIBERNATING"}]}"#
            }
        })
    })
    .await;
    let found = server.aws().await.discover().await.unwrap();
    let rows: Vec<_> = found
        .iter()
        .map(|m| {
            (
                m.id.as_str(),
                m.name.as_str(),
                m.email.as_deref(),
                m.status.as_str(),
            )
        })
        .collect();
    assert_eq!(
        rows,
        [
            ("111122223333", "Acme", Some("a@acme.test"), "ACTIVE"),
            ("444455556666", "Beta", None, "HIBERNATING"),
        ]
    );
}

#[tokio::test]
async fn discovery_without_rights_says_so() {
    let server = Server::replay(vec![json_error("AccessDeniedException", "not a member")]).await;
    let error = server.aws().await.discover().await.unwrap_err();
    assert_eq!(error.kind, AwsErrorKind::AccessDenied);
    assert_eq!(error.failure.message, "not a member");
}

/// An account whose trust policy asks for the external id and which lacks two actions.
fn half_granted(request: &Request) -> Answer {
    match request.operation.as_str() {
        "AssumeRole" if request.body.contains("ExternalId=acme-42") => assumed("ASIA", 3600),
        "AssumeRole" => xml_error(403, "AccessDenied", "external id expected"),
        "GetCallerIdentity" => identity("111122223333"),
        "DescribeWorkspaceBundles" | "GetResources" => {
            json_error("AccessDeniedException", "is not authorized to perform")
        }
        "DescribeTags" => json_error("ResourceNotFoundException", "no such desktop"),
        "DescribeWorkspaces" => ok(r#"{"Workspaces":[]}"#),
        "DescribeWorkspaceDirectories" => ok(r#"{"Directories":[]}"#),
        "DescribeWorkspacesConnectionStatus" => ok(r#"{"WorkspacesConnectionStatus":[]}"#),
        "LookupEvents" => ok(r#"{"Events":[]}"#),
        "GetCostAndUsage" => ok(r#"{"ResultsByTime":[]}"#),
        "GetCostAndUsageWithResources" => json_error("DataUnavailableException", "not opted in"),
        // It speaks CBOR, which this server does not.
        "GetMetricData" => status(404, ""),
        other => panic!("unexpected {other}"),
    }
}

async fn tested(server: &Server) -> AccountTest {
    let regions = [region("eu-west-1"), region("us-east-1")];
    server
        .aws()
        .await
        .test_account(&through_role("111122223333"), &regions)
        .await
}

#[tokio::test]
async fn each_missing_action_is_listed_in_each_region() {
    let server = Server::start(half_granted).await;
    let test = tested(&server).await;
    assert!(!test.passed);
    assert_eq!(test.assumable_without_external_id, Some(false));
    assert!(test.warnings.is_empty(), "{:?}", test.warnings);
    assert_eq!(
        test.caller_arn.as_deref(),
        Some("arn:aws:sts::111122223333:assumed-role/r/stocktake")
    );
    let missing: Vec<_> = test
        .permissions
        .iter()
        .filter(|p| !p.allowed)
        .map(|p| {
            let region = p.region.as_ref().map_or("", Region::as_str);
            (p.action.as_str(), region.to_owned(), p.optional)
        })
        .collect();
    let bundles = "workspaces:DescribeWorkspaceBundles";
    assert_eq!(
        missing,
        [
            (bundles, "eu-west-1".to_owned(), false),
            ("tag:GetResources", "eu-west-1".to_owned(), true),
            ("cloudwatch:GetMetricData", "eu-west-1".to_owned(), true),
            (bundles, "us-east-1".to_owned(), false),
            ("tag:GetResources", "us-east-1".to_owned(), true),
            ("cloudwatch:GetMetricData", "us-east-1".to_owned(), true),
        ]
    );
    assert_eq!(test.permissions.len(), 1 + 2 * 8 + 2);
    assert_eq!(server.count("GetCostAndUsage"), 1, "each try costs money");
}

#[tokio::test]
async fn missing_an_optional_action_still_passes() {
    let server = Server::start(|request| match request.operation.as_str() {
        "DescribeWorkspaceBundles" => ok(r#"{"Bundles":[]}"#),
        _ => half_granted(request),
    })
    .await;
    assert!(tested(&server).await.passed);
}

#[tokio::test]
async fn a_role_that_ignores_the_external_id_is_warned_about() {
    let server = Server::start(|request| match request.operation.as_str() {
        "AssumeRole" => assumed("ASIA", 3600),
        _ => half_granted(request),
    })
    .await;
    let test = tested(&server).await;
    assert_eq!(test.assumable_without_external_id, Some(true));
    assert!(
        test.warnings[0].contains("sts:ExternalId"),
        "{:?}",
        test.warnings
    );
}

#[tokio::test]
async fn an_unclear_answer_about_the_external_id_is_said() {
    let server = Server::start(|request| match request.operation.as_str() {
        "AssumeRole" if !request.body.contains("ExternalId") => {
            xml_error(400, "ValidationError", "odd")
        }
        _ => half_granted(request),
    })
    .await;
    let test = tested(&server).await;
    assert_eq!(test.assumable_without_external_id, None);
    assert!(test.warnings[0].contains("odd"), "{:?}", test.warnings);
}

#[tokio::test]
async fn a_role_that_cannot_be_assumed_says_what_to_check() {
    let server = Server::replay(vec![xml_error(403, "AccessDenied", "nope")]).await;
    let test = tested(&server).await;
    assert!(!test.passed);
    assert_eq!(test.permissions.len(), 1);
    assert_eq!(test.permissions[0].action, "sts:AssumeRole");
    assert_eq!(
        test.permissions[0].failure.as_ref().unwrap().message,
        "nope"
    );
    assert!(
        test.warnings[0].contains("trust policy"),
        "{:?}",
        test.warnings
    );
}
