//! DescribeWorkspaceDirectories.

use serde::Deserialize;
use serde_json::{Value, json};

use super::input::{self, read};
use super::token::{Pager, Token};
use super::{Answer, Call};
use crate::directory::Directory;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Input {
    directory_ids: Option<Vec<String>>,
    limit: Option<i64>,
    next_token: Option<String>,
}

pub fn describe(call: &Call<'_>) -> Answer {
    let input: Input = read(call)?;
    if let Some(ids) = &input.directory_ids {
        input::count(ids, "directoryIds", input::BATCH)?;
        ids.iter()
            .try_for_each(|id| input::id(id, "directoryIds", "d-", "0-9a-f"))?;
    }
    let limit = input.limit.map_or(Ok(input::BATCH), |limit| {
        input::within(limit, "limit", 1, 25)
    })?;
    let filters = format!("{:?}", input.directory_ids);
    let pager = Pager::new(
        call,
        "DescribeWorkspaceDirectories",
        &filters,
        input.next_token.as_deref(),
    );
    let after = pager.start()?.map(|token| token.after).unwrap_or_default();
    let mut rows: Vec<(String, Value)> = Vec::new();
    if let Some(site) = call.world().site(&call.caller.account, &call.caller.region) {
        let wanted = |id: &String| {
            input
                .directory_ids
                .as_ref()
                .is_none_or(|ids| ids.contains(id))
        };
        let found = site
            .directories
            .iter()
            .filter(|directory| wanted(&directory.id) && directory.id > after);
        rows = found
            .map(|directory| (directory.id.clone(), shape(directory)))
            .collect();
    }
    rows.sort_by(|a, b| a.0.cmp(&b.0));
    let more = rows.len() > limit;
    rows.truncate(limit);
    let next = rows.last().filter(|_| more).map(|(id, _)| Token {
        after: id.clone(),
        left: None,
    });
    let next_token = pager.next(&mut rows, next);
    let directories: Vec<Value> = rows.into_iter().map(|(_, row)| row).collect();
    super::json(&with_token(
        json!({ "Directories": directories }),
        next_token,
    ))
}

/// AWS leaves NextToken out on the last page.
pub fn with_token(mut body: Value, next_token: Option<String>) -> Value {
    if let Some(token) = next_token {
        body["NextToken"] = token.into();
    }
    body
}

fn shape(directory: &Directory) -> Value {
    let allow = |yes: bool| if yes { "ALLOW" } else { "DENY" };
    let enable = |yes: bool| if yes { "ENABLED" } else { "DISABLED" };
    let mut body = json!({
        "DirectoryId": directory.id,
        "Alias": directory.alias,
        "DirectoryName": directory.name,
        "RegistrationCode": directory.registration_code,
        "SubnetIds": directory.subnets,
        "DnsIpAddresses": directory.dns,
        "CustomerUserName": directory.customer_user,
        "IamRoleId": directory.iam_role,
        "DirectoryType": directory.kind.as_str(),
        "WorkspaceSecurityGroupId": directory.security_group,
        "State": "REGISTERED",
        "WorkspaceCreationProperties": {
            "EnableInternetAccess": directory.internet,
            "DefaultOu": directory.default_ou,
            "UserEnabledAsLocalAdministrator": directory.local_admin,
            "EnableMaintenanceMode": directory.maintenance,
        },
        "WorkspaceAccessProperties": {
            "DeviceTypeWindows": "ALLOW",
            "DeviceTypeOsx": "ALLOW",
            "DeviceTypeWeb": allow(directory.web_access),
            "DeviceTypeIos": "ALLOW",
            "DeviceTypeAndroid": "ALLOW",
            "DeviceTypeChromeOs": "ALLOW",
            "DeviceTypeZeroClient": allow(!directory.web_access),
            "DeviceTypeLinux": "DENY",
        },
        "Tenancy": "SHARED",
        "SelfservicePermissions": {
            "RestartWorkspace": "ENABLED",
            "IncreaseVolumeSize": enable(directory.self_service),
            "ChangeComputeType": enable(directory.self_service),
            "SwitchRunningMode": enable(directory.self_service),
            "RebuildWorkspace": "DISABLED",
        },
        "SamlProperties": { "Status": "DISABLED" },
        "CertificateBasedAuthProperties": { "Status": "DISABLED" },
        "UserIdentityType": "AWS_DIRECTORY_SERVICE",
        "WorkspaceType": "PERSONAL",
    });
    if let Some(group) = &directory.ip_group {
        body["ipGroupIds"] = json!([group]);
    }
    body
}
