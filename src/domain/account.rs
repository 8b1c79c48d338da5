//! AWS accounts: how one is reached, what is known of it, and the answers of testing it.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::arn::RoleArn;
use crate::{AccountId, OrganizationId, Region, UtcTime};

/// An onboarded AWS account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Account {
    pub id: AccountId,
    pub organization_id: OrganizationId,
    pub organization_name: String,
    /// As the AWS Organization or a person named it.
    pub name: String,
    /// The read role to assume; absent when the server's own credentials are this account's.
    pub role_arn: Option<RoleArn>,
    /// The role to assume for changes; without it nothing in the account can be changed.
    pub write_role_arn: Option<RoleArn>,
    /// Sent with `AssumeRole`; fixed once set. Null for those who do not manage accounts.
    pub external_id: Option<String>,
    /// Where to look; empty means every region of the embedded list.
    pub regions: Vec<Region>,
    /// An endpoint of its own instead of AWS's or `AWS_ENDPOINT_URL`.
    pub endpoint_url: Option<String>,
    pub enabled: bool,
    pub created_at: UtcTime,
    /// The end of the newest sync in which every scope of this account completed.
    pub last_complete_sync_at: Option<UtcTime>,
    /// The newest sync that touched this account at all, and how it ended.
    pub last_sync_at: Option<UtcTime>,
    pub last_sync_status: Option<String>,
    /// The first error of the newest sync, in AWS's words.
    pub last_error: Option<AwsFailure>,
    /// Desktops that are neither missing nor deleted.
    pub workspaces: u64,
}

impl Account {
    /// How a sentence names it: `Acme production (111122223333)`, or the id alone where it has no
    /// name of its own.
    #[must_use]
    pub fn label(&self) -> String {
        if self.name == self.id.as_str() {
            self.name.clone()
        } else {
            format!("{} ({})", self.name, self.id)
        }
    }
}

/// What it takes to onboard an account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewAccount {
    pub id: AccountId,
    pub organization_id: OrganizationId,
    #[serde(default)]
    pub name: Option<String>,
    #[serde(default)]
    pub role_arn: Option<RoleArn>,
    /// Left out, one is generated; given only for a role that already expects it.
    #[serde(default)]
    pub external_id: Option<String>,
    #[serde(default)]
    pub regions: Vec<Region>,
    #[serde(default)]
    pub endpoint_url: Option<String>,
}

/// What may change later; the external id may not.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AccountChange {
    pub name: Option<String>,
    pub role_arn: Option<RoleArn>,
    pub write_role_arn: Option<RoleArn>,
    pub regions: Option<Vec<Region>>,
    pub enabled: Option<bool>,
}

/// How to reach an account: what the AWS room needs of [`Account`] and no more.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct AccountAccess {
    pub id: AccountId,
    pub role_arn: Option<RoleArn>,
    pub external_id: Option<String>,
    pub endpoint_url: Option<String>,
}

impl AccountAccess {
    /// How to reach an account for changes; `None` where it has no role for that.
    #[must_use]
    pub fn for_changes(account: &Account) -> Option<Self> {
        account.write_role_arn.as_ref().map(|role| Self {
            role_arn: Some(role.clone()),
            ..Self::from(account)
        })
    }
}

impl From<&Account> for AccountAccess {
    fn from(account: &Account) -> Self {
        Self {
            id: account.id.clone(),
            role_arn: account.role_arn.clone(),
            external_id: account.external_id.clone(),
            endpoint_url: account.endpoint_url.clone(),
        }
    }
}

/// An error as AWS gave it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AwsFailure {
    /// AWS's code, such as `AccessDeniedException`, or ours where AWS never answered
    /// (`ConnectionFailed`, `TimedOut`, `UnreadableAnswer`, `RepeatedNextToken`, …).
    pub code: String,
    pub message: String,
    pub request_id: Option<String>,
}

/// The outcome of `account test`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AccountTest {
    pub account_id: AccountId,
    /// Everything needed is allowed.
    pub passed: bool,
    /// The ARN AWS says we are, once the role was assumed.
    pub caller_arn: Option<String>,
    /// True when the role can be assumed without the external id: anyone who knows its ARN and
    /// our account could use it. `None` when there is no external id to leave out.
    pub assumable_without_external_id: Option<bool>,
    pub permissions: Vec<PermissionTest>,
    /// Plain sentences for a person to act on.
    pub warnings: Vec<String>,
}

/// One action in one region.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PermissionTest {
    /// `workspaces:DescribeWorkspaces`.
    pub action: String,
    pub region: Option<Region>,
    pub allowed: bool,
    /// Sync works without it, with less detail or more calls.
    pub optional: bool,
    pub failure: Option<AwsFailure>,
}

/// What `account discover` looks for and does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DiscoverRequest {
    pub organization_id: OrganizationId,
    /// Onboard what is found; otherwise only list it.
    #[serde(default)]
    pub add: bool,
    #[serde(default)]
    pub role_name: Option<String>,
    #[serde(default)]
    pub external_id: Option<String>,
    #[serde(default)]
    pub regions: Vec<Region>,
    /// Onboard each member account as a client organization of its own, named after it.
    #[serde(default)]
    pub organization_per_account: bool,
}

/// A member of the AWS Organization.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DiscoveredAccount {
    pub id: AccountId,
    pub name: String,
    pub email: Option<String>,
    /// `ACTIVE`, `SUSPENDED`, … as AWS says.
    pub status: String,
    /// Already onboarded before this run.
    pub known: bool,
    /// Onboarded by this run.
    pub added: bool,
    /// Why it was not onboarded though asked to.
    pub skipped: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DiscoverResult {
    pub accounts: Vec<DiscoveredAccount>,
}

/// The IAM policy a client grants, and ready-made ways to create the role.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PolicyDocuments {
    /// The policy document as indented JSON.
    pub json: String,
    /// A CloudFormation template (YAML) with role, trust and policy.
    pub cloudformation: String,
    /// A Terraform configuration with role, trust and policy.
    pub terraform: String,
}
