//! The audit log: who did what, when, from where. Rows are chained by hash so that a missing or
//! altered one shows.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{OrganizationId, UserId, UtcTime};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct AuditEntry {
    /// Counts up without gaps.
    pub sequence: u64,
    pub at: UtcTime,
    /// The username, `control socket`, `scheduler`.
    pub actor: String,
    pub actor_id: Option<UserId>,
    pub organization_id: Option<OrganizationId>,
    /// `login.succeeded`, `account.created`, …
    pub action: String,
    /// What it was done to, as a person would name it.
    pub subject: Option<String>,
    pub client_ip: Option<String>,
    /// Never secrets.
    #[schema(value_type = Object)]
    pub details: serde_json::Value,
}

/// An entry about to be written.
#[derive(Debug, Clone, PartialEq)]
pub struct NewAuditEntry {
    pub actor: String,
    pub actor_id: Option<UserId>,
    pub organization_id: Option<OrganizationId>,
    pub action: &'static str,
    pub subject: Option<String>,
    pub client_ip: Option<String>,
    pub details: serde_json::Value,
}
