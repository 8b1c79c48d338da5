//! Directories and bundles: what desktops are registered with and made from.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{AccountId, OrganizationId, Region, UtcTime};

/// A directory as `DescribeWorkspaceDirectories` gives it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DirectoryRecord {
    pub directory_id: String,
    pub alias: Option<String>,
    pub directory_name: Option<String>,
    pub directory_type: Option<String>,
    pub registration_code: Option<String>,
    pub state: Option<String>,
    pub error_message: Option<String>,
    pub subnet_ids: Vec<String>,
    pub dns_ip_addresses: Vec<String>,
    pub customer_user_name: Option<String>,
    pub iam_role_id: Option<String>,
    pub workspace_security_group_id: Option<String>,
    pub ip_group_ids: Vec<String>,
    pub tenancy: Option<String>,
    pub workspace_type: Option<String>,
    /// Self-service switches, access properties, creation defaults: as AWS gives them.
    pub properties: serde_json::Value,
}

/// A bundle as `DescribeWorkspaceBundles` gives it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct BundleRecord {
    pub bundle_id: String,
    pub name: Option<String>,
    /// `AMAZON` or the account id.
    pub owner: Option<String>,
    pub description: Option<String>,
    pub image_id: Option<String>,
    pub compute_type: Option<String>,
    pub root_volume_gib: Option<u32>,
    pub user_volume_gib: Option<u32>,
    pub bundle_type: Option<String>,
    pub state: Option<String>,
    pub created_at: Option<UtcTime>,
    pub updated_at: Option<UtcTime>,
}

/// Where a kept row belongs and how fresh it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Placement {
    pub account_id: AccountId,
    pub account_name: String,
    pub organization_id: OrganizationId,
    pub organization_name: String,
    pub region: Region,
    pub first_seen_at: UtcTime,
    pub last_seen_at: UtcTime,
    pub missing_since: Option<UtcTime>,
    /// Desktops that use it and are neither missing nor deleted.
    pub workspaces: u64,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Directory {
    #[serde(flatten)]
    pub record: DirectoryRecord,
    #[serde(flatten)]
    pub placement: Placement,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Bundle {
    #[serde(flatten)]
    pub record: BundleRecord,
    #[serde(flatten)]
    pub placement: Placement,
}
