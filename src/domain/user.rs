//! People who log in, and their places in organizations.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{OrganizationId, Role, SessionId, UserId, UtcTime};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct User {
    pub id: UserId,
    pub username: String,
    pub email: Option<String>,
    pub display_name: Option<String>,
    /// May do everything in every organization.
    pub global_admin: bool,
    pub disabled: bool,
    pub created_at: UtcTime,
    pub last_login_at: Option<UtcTime>,
    pub memberships: Vec<Membership>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Membership {
    pub organization_id: OrganizationId,
    pub organization_name: String,
    pub role: Role,
}

#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MembershipChange {
    pub organization_id: OrganizationId,
    pub role: Role,
}

#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewUser {
    pub username: String,
    /// At least 12 characters.
    pub password: String,
    #[serde(default)]
    pub email: Option<String>,
    #[serde(default)]
    pub display_name: Option<String>,
    #[serde(default)]
    pub global_admin: bool,
    #[serde(default)]
    pub memberships: Vec<MembershipChange>,
}

/// Absent fields stay as they are; `memberships` replaces all of them.
#[derive(Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UserChange {
    pub email: Option<String>,
    pub display_name: Option<String>,
    pub password: Option<String>,
    pub disabled: Option<bool>,
    pub global_admin: Option<bool>,
    pub memberships: Option<Vec<MembershipChange>>,
}

/// One of a person's sessions, as shown to them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SessionView {
    pub id: SessionId,
    pub created_at: UtcTime,
    pub last_seen_at: UtcTime,
    pub expires_at: UtcTime,
    pub client_ip: Option<String>,
    pub user_agent: Option<String>,
    /// The session that asks.
    pub current: bool,
}

/// A token for a program, as shown to its person; never the token itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TokenView {
    #[serde(rename = "token_id")]
    pub id: SessionId,
    pub name: String,
    pub created_at: UtcTime,
    pub expires_at: UtcTime,
    /// Absent while it was never used.
    pub last_used_at: Option<UtcTime>,
}
