//! Directories registered with WorkSpaces, by `DescribeWorkspaceDirectories`.

use aws_sdk_workspaces::types as sdk;
use aws_smithy_json::codec::{JsonCodec, JsonCodecSettings};
use aws_smithy_schema::codec::{Codec, FinishSerializer};
use aws_smithy_schema::serde::ShapeSerializer;
use domain::directory::DirectoryRecord;
use futures::FutureExt;
use futures::future::BoxFuture;
use serde_json::Value;

use super::pager::{list as listed, required};
use super::{Action, Declaration, Listing, ListingPage, Pager};
use crate::error::AwsError;
use crate::session::RegionSession;

pub const DECLARATION: Declaration = Declaration {
    name: "directories",
    title: "Directories",
    service: "workspaces",
    listing: true,
    extra: None,
    once: false,
    actions: &[DESCRIBE_DIRECTORIES],
};

const DESCRIBE_DIRECTORIES: Action = Action {
    name: "workspaces:DescribeWorkspaceDirectories",
    optional: false,
    purpose: "lists the directories desktops are registered with",
    probe,
};

/// What has a field of its own in the record; the rest is kept as AWS names it.
const FIELDS: [&str; 15] = [
    "DirectoryId",
    "Alias",
    "DirectoryName",
    "DirectoryType",
    "RegistrationCode",
    "State",
    "ErrorMessage",
    "SubnetIds",
    "DnsIpAddresses",
    "CustomerUserName",
    "IamRoleId",
    "WorkspaceSecurityGroupId",
    "ipGroupIds",
    "Tenancy",
    "WorkspaceType",
];

/// The listing of a region's directories.
#[derive(Debug)]
pub struct Directories;

/// Starts the listing.
#[must_use]
pub fn list(session: &RegionSession) -> Pager<Directories> {
    Pager::new(session)
}

impl Listing for Directories {
    type Record = DirectoryRecord;

    const DECLARATION: &'static Declaration = &DECLARATION;

    async fn page(
        session: &RegionSession,
        _pass: usize,
        token: Option<String>,
    ) -> Result<ListingPage<DirectoryRecord>, AwsError> {
        let request = session
            .workspaces()
            .describe_workspace_directories()
            .set_next_token(token);
        let answer = session.call(&DESCRIBE_DIRECTORIES, request.send()).await?;
        Ok(ListingPage {
            records: listed(answer.directories, "Directories")?
                .into_iter()
                .map(record)
                .collect::<Result<_, _>>()?,
            next_token: answer.next_token,
        })
    }
}

fn probe(session: &RegionSession) -> BoxFuture<'_, Result<(), AwsError>> {
    async move {
        let request = session
            .workspaces()
            .describe_workspace_directories()
            .limit(1);
        session
            .call(&DESCRIBE_DIRECTORIES, request.send())
            .await
            .map(drop)
    }
    .boxed()
}

fn record(from: sdk::WorkspaceDirectory) -> Result<DirectoryRecord, AwsError> {
    let properties = properties(&from)?;
    Ok(DirectoryRecord {
        directory_id: required(from.directory_id, "DirectoryId")?,
        alias: from.alias,
        directory_name: from.directory_name,
        directory_type: from.directory_type.map(|kind| kind.as_str().to_owned()),
        registration_code: from.registration_code,
        state: from.state.map(|state| state.as_str().to_owned()),
        error_message: from.error_message,
        subnet_ids: from.subnet_ids.unwrap_or_default(),
        dns_ip_addresses: from.dns_ip_addresses.unwrap_or_default(),
        customer_user_name: from.customer_user_name,
        iam_role_id: from.iam_role_id,
        workspace_security_group_id: from.workspace_security_group_id,
        ip_group_ids: from.ip_group_ids.unwrap_or_default(),
        tenancy: from.tenancy.map(|tenancy| tenancy.as_str().to_owned()),
        workspace_type: from.workspace_type.map(|kind| kind.as_str().to_owned()),
        properties,
    })
}

/// Everything else AWS said, under AWS's names. The SDK's own schema writes it, so that settings
/// which a later SDK knows appear without a change here.
fn properties(from: &sdk::WorkspaceDirectory) -> Result<Value, AwsError> {
    let unreadable =
        |error: String| AwsError::unreadable(format!("a directory could not be kept: {error}"));
    let mut writer = JsonCodec::new(JsonCodecSettings::builder().build()).create_serializer();
    writer
        .write_struct(sdk::WorkspaceDirectory::SCHEMA, from)
        .map_err(|error| unreadable(error.to_string()))?;
    let mut value: Value = serde_json::from_slice(&FinishSerializer::finish(writer))
        .map_err(|error| unreadable(error.to_string()))?;
    if let Some(members) = value.as_object_mut() {
        members.retain(|name, _| !FIELDS.contains(&name.as_str()));
    }
    Ok(value)
}
