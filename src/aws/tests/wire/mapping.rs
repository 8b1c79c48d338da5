//! What AWS says becomes what we keep: every property, unknown values as text, tags by desktop.

use std::collections::BTreeSet;

use aws::collectors::{self, bundles, connection_status, directories, tags, workspaces};
use domain::workspace::{ConnectionState, WorkspaceState};

use crate::server::{Answer, Request, Server, direct, ok, region, status};

const WORKSPACE: &str = r#"{"Workspaces":[{
  "WorkspaceId":"ws-1","DirectoryId":"d-1","UserName":"ana","IpAddress":"10.0.0.1",
  "Ipv6Address":"fd00::1","State":"DREAMING","BundleId":"wsb-1","SubnetId":"subnet-1",
  "ErrorCode":"E","ErrorMessage":"m","ComputerName":"PC1","WorkspaceName":"n",
  "VolumeEncryptionKey":"arn:aws:kms:eu-west-1:1:key/k","UserVolumeEncryptionEnabled":true,
  "RootVolumeEncryptionEnabled":false,
  "WorkspaceProperties":{"RunningMode":"SOMETIMES","RunningModeAutoStopTimeoutInMinutes":60,
    "RootVolumeSizeGib":80,"UserVolumeSizeGib":50,"ComputeTypeName":"HUGE_G9",
    "Protocols":["WSP","SMOKE"],"OperatingSystemName":"WINDOWS_12"},
  "ModificationStates":[{"Resource":"ROOT_VOLUME","State":"UPDATE_INITIATED"}],
  "RelatedWorkspaces":[{"WorkspaceId":"ws-9","Region":"us-east-1","State":"STOPPED","Type":"STANDBY"}],
  "DataReplicationSettings":{"DataReplication":"PRIMARY_AS_SOURCE","RecoverySnapshotTime":1700000000.5},
  "StandbyWorkspacesProperties":[{"StandbyWorkspaceId":"ws-9","DataReplication":"NO_REPLICATION",
    "RecoverySnapshotTime":1700000001}],
  "FieldOfTheFuture":{"x":[1]}}]}"#;

const DIRECTORY: &str = r#"{"Directories":[{"DirectoryId":"d-1","Alias":"acme","DirectoryName":"acme.test",
  "DirectoryType":"ODD_CONNECTOR","RegistrationCode":"R","State":"REGISTERED","SubnetIds":["s1","s2"],
  "DnsIpAddresses":["10.0.0.2"],"CustomerUserName":"admin","IamRoleId":"arn:role",
  "WorkspaceSecurityGroupId":"sg","ipGroupIds":["wsipg-1"],"Tenancy":"SHARED","WorkspaceType":"PERSONAL",
  "WorkspaceCreationProperties":{"EnableInternetAccess":true,"DefaultOu":"OU=x"},
  "SelfservicePermissions":{"RestartWorkspace":"ENABLED"}}]}"#;

const BUNDLE: &str = r#"{"Bundles":[{"BundleId":"wsb-1","Name":"Standard","Owner":"AMAZON","ImageId":"wsi-1",
  "Description":"d","RootStorage":{"Capacity":"80"},"UserStorage":{"Capacity":"50"},
  "ComputeType":{"Name":"STANDARD"},"BundleType":"REGULAR","State":"AVAILABLE",
  "CreationTime":1600000000,"LastUpdatedTime":1600000100}]}"#;

const STATUS: &str = r#"{"WorkspacesConnectionStatus":[
  {"WorkspaceId":"ws-1","ConnectionState":"CONNECTED","ConnectionStateCheckTimestamp":1700000000,
   "LastKnownUserConnectionTimestamp":1699990000},
  {"WorkspaceId":"ws-2"}]}"#;

const TAGGED: &str = r#"{"PaginationToken":"","ResourceTagMappingList":[
  {"ResourceARN":"arn:aws:workspaces:eu-west-1:111122223333:workspace/ws-1",
   "Tags":[{"Key":"Team","Value":"Ops"},{"Key":"Empty","Value":""}]},
  {"ResourceARN":"arn:aws:workspaces:eu-west-1:111122223333:workspace/ws-2","Tags":[]}]}"#;

fn answer(request: &Request) -> Answer {
    ok(match request.operation.as_str() {
        "DescribeWorkspaces" => WORKSPACE,
        "DescribeWorkspacesConnectionStatus" => STATUS,
        "DescribeWorkspaceDirectories" => DIRECTORY,
        "DescribeWorkspaceBundles" => BUNDLE,
        "DescribeTags" => r#"{"TagList":[{"Key":"Team","Value":"Ops"},{"Key":"Bare"}]}"#,
        "GetResources" => TAGGED,
        "LookupEvents" => r#"{"Events":[]}"#,
        "GetCostAndUsage" | "GetCostAndUsageWithResources" => r#"{"ResultsByTime":[]}"#,
        // It speaks CBOR, which this server does not.
        "GetMetricData" => return status(404, ""),
        other => panic!("unexpected {other}"),
    })
}

async fn start() -> (Server, aws::RegionSession) {
    let server = Server::start(answer).await;
    let session = server.aws().await.account(&direct("111122223333"));
    let view = session.region(&region("eu-west-1"));
    (server, view)
}

#[tokio::test]
async fn a_desktop_keeps_every_property_and_unknown_values() {
    let (_server, view) = start().await;
    let page = workspaces::list(&view).next_page().await.unwrap().unwrap();
    assert_eq!(page[0].state, WorkspaceState::Other("DREAMING".to_owned()));
    insta::assert_json_snapshot!(page[0], @r#"
    {
      "workspace_id": "ws-1",
      "directory_id": "d-1",
      "user_name": "ana",
      "ip_address": "10.0.0.1",
      "ipv6_address": "fd00::1",
      "state": "DREAMING",
      "bundle_id": "wsb-1",
      "subnet_id": "subnet-1",
      "error_code": "E",
      "error_message": "m",
      "computer_name": "PC1",
      "workspace_name": "n",
      "volume_encryption_key": "arn:aws:kms:eu-west-1:1:key/k",
      "user_volume_encrypted": true,
      "root_volume_encrypted": false,
      "running_mode": "SOMETIMES",
      "auto_stop_timeout_minutes": 60,
      "root_volume_gib": 80,
      "user_volume_gib": 50,
      "compute_type": "HUGE_G9",
      "protocols": [
        "WSP",
        "SMOKE"
      ],
      "operating_system": "WINDOWS_12",
      "modification_states": [
        {
          "resource": "ROOT_VOLUME",
          "state": "UPDATE_INITIATED"
        }
      ],
      "related_workspaces": [
        {
          "workspace_id": "ws-9",
          "region": "us-east-1",
          "state": "STOPPED",
          "kind": "STANDBY"
        }
      ],
      "standby_workspaces": [
        {
          "standby_workspace_id": "ws-9",
          "data_replication": "NO_REPLICATION",
          "recovery_snapshot_at": "2023-11-14T22:13:21Z"
        }
      ],
      "data_replication": {
        "data_replication": "PRIMARY_AS_SOURCE",
        "recovery_snapshot_at": "2023-11-14T22:13:20Z"
      }
    }
    "#);
}

#[tokio::test]
async fn a_directory_keeps_the_rest_as_aws_names_it() {
    let (_server, view) = start().await;
    let page = directories::list(&view).next_page().await.unwrap().unwrap();
    assert_eq!(
        serde_json::to_value(&page[0]).unwrap(),
        serde_json::json!({
            "directory_id": "d-1",
            "alias": "acme",
            "directory_name": "acme.test",
            "directory_type": "ODD_CONNECTOR",
            "registration_code": "R",
            "state": "REGISTERED",
            "error_message": null,
            "subnet_ids": ["s1", "s2"],
            "dns_ip_addresses": ["10.0.0.2"],
            "customer_user_name": "admin",
            "iam_role_id": "arn:role",
            "workspace_security_group_id": "sg",
            "ip_group_ids": ["wsipg-1"],
            "tenancy": "SHARED",
            "workspace_type": "PERSONAL",
            "properties": {
                "SelfservicePermissions": {"RestartWorkspace": "ENABLED"},
                "WorkspaceCreationProperties": {"DefaultOu": "OU=x", "EnableInternetAccess": true},
            },
        })
    );
}

#[tokio::test]
async fn a_bundle_keeps_sizes_as_numbers() {
    let (_server, view) = start().await;
    let page = bundles::list(&view).next_page().await.unwrap().unwrap();
    insta::assert_json_snapshot!(page[0], @r#"
    {
      "bundle_id": "wsb-1",
      "name": "Standard",
      "owner": "AMAZON",
      "description": "d",
      "image_id": "wsi-1",
      "compute_type": "STANDARD",
      "root_volume_gib": 80,
      "user_volume_gib": 50,
      "bundle_type": "REGULAR",
      "state": "AVAILABLE",
      "created_at": "2020-09-13T12:26:40Z",
      "updated_at": "2020-09-13T12:28:20Z"
    }
    "#);
}

#[tokio::test]
async fn never_connected_has_no_time() {
    let (_server, view) = start().await;
    let page = connection_status::list(&view)
        .next_page()
        .await
        .unwrap()
        .unwrap();
    assert_eq!(page[0].state, ConnectionState::Connected);
    assert_eq!(
        page[0].last_connected_at.unwrap().to_string(),
        "2023-11-14T19:26:40Z"
    );
    assert_eq!(
        (page[1].state.as_str(), page[1].last_connected_at),
        ("UNKNOWN", None)
    );
}

#[tokio::test]
async fn the_tagging_call_is_signed_for_its_service_and_mapped_by_desktop() {
    let (server, view) = start().await;
    let mut pager = tags::list(&view);
    let page = pager.next_page().await.unwrap().unwrap();
    assert!(pager.next_page().await.unwrap().is_none());
    let team: Vec<_> = page
        .iter()
        .map(|(id, tags)| {
            (
                id.as_str(),
                tags.get("Team").map(String::as_str),
                tags.len(),
            )
        })
        .collect();
    assert_eq!(team, [("ws-1", Some("Ops"), 2), ("ws-2", None, 0)]);

    let requests = server.requests();
    assert_eq!(requests.len(), 1);
    let headers = &requests[0].headers;
    assert_eq!(
        headers["x-amz-target"],
        "ResourceGroupsTaggingAPI_20170126.GetResources"
    );
    assert_eq!(headers["content-type"], "application/x-amz-json-1.1");
    let authorization = &headers["authorization"];
    assert!(
        authorization.starts_with("AWS4-HMAC-SHA256 Credential=AKIDBASE/")
            && authorization.contains("/eu-west-1/tagging/aws4_request")
            && authorization.contains("x-amz-target"),
        "{authorization}"
    );
    assert!(headers["user-agent"].contains("tagging"), "{headers:?}");
    assert_eq!(
        requests[0].json(),
        serde_json::json!({"ResourceTypeFilters": ["workspaces:workspace"], "ResourcesPerPage": 100})
    );
    assert_eq!(view.calls(), 1);
}

#[tokio::test]
async fn tags_of_one_desktop() {
    let (server, view) = start().await;
    let tags = tags::describe_tags(&view, "ws-1").await.unwrap();
    assert_eq!(
        tags.into_iter().collect::<Vec<_>>(),
        [
            ("Bare".to_owned(), String::new()),
            ("Team".to_owned(), "Ops".to_owned())
        ]
    );
    assert_eq!(server.requests()[0].json()["ResourceId"], "ws-1");
}

/// What is called on the wire is what is declared: nothing more, and nothing declared in vain.
#[tokio::test]
async fn every_call_is_in_the_policy() {
    let (server, view) = start().await;
    workspaces::list(&view).next_page().await.unwrap();
    connection_status::list(&view).next_page().await.unwrap();
    directories::list(&view).next_page().await.unwrap();
    bundles::list(&view).next_page().await.unwrap();
    tags::list(&view).next_page().await.unwrap();
    tags::describe_tags(&view, "ws-1").await.unwrap();
    for action in collectors::actions() {
        let outcome = (action.probe)(&view).await;
        assert!(
            outcome.is_ok() || action.name.starts_with("cloudwatch:"),
            "{outcome:?}"
        );
    }
    let called: BTreeSet<String> = server
        .requests()
        .iter()
        .map(|request| {
            let target = request.headers.get("x-amz-target");
            let service = match target.and_then(|target| target.split('.').next()) {
                Some("WorkspacesService") => "workspaces",
                Some("ResourceGroupsTaggingAPI_20170126") => "tag",
                Some("CloudTrail_20131101") => "cloudtrail",
                Some("AWSInsightsIndexService") => "ce",
                None => "cloudwatch",
                other => panic!("{other:?}"),
            };
            format!("{service}:{}", request.operation)
        })
        .collect();
    let policy = aws::policy::documents("r", Some("x"), None).json;
    let policy: serde_json::Value = serde_json::from_str(&policy).unwrap();
    let granted: BTreeSet<String> = policy["Statement"][0]["Action"]
        .as_array()
        .unwrap()
        .iter()
        .map(|action| action.as_str().unwrap().to_owned())
        .collect();
    assert_eq!(called, granted);
}
