//! Organizations: the MSP's clients. AWS's own is always called "AWS Organization".

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{OrganizationId, UtcTime};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Organization {
    pub id: OrganizationId,
    /// Unique, as people write it.
    pub name: String,
    pub created_at: UtcTime,
    /// AWS accounts onboarded for this client.
    pub accounts: u64,
    /// Desktops that are neither missing nor deleted.
    pub workspaces: u64,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct NewOrganization {
    pub name: String,
}
