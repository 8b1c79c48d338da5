//! Who did what, as CloudTrail has it: events about desktops, and which of them caused a change.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use crate::{AccountId, OrganizationId, Region, UtcTime};

/// One event as a reading gives it. What could be a secret is left out already.
#[derive(Debug, Clone, PartialEq)]
pub struct TrailRecord {
    pub event: TrailEvent,
    /// What is kept of the event beside its columns.
    pub record: Value,
}

/// One event.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct TrailEvent {
    pub event_id: String,
    pub event_time: UtcTime,
    /// The API call: `TerminateWorkspaces`.
    pub event_name: String,
    /// `workspaces.amazonaws.com`.
    pub event_source: String,
    /// It changed nothing.
    pub read_only: bool,
    /// A user, or the session of a role, which often bears a person's name.
    pub user_name: Option<String>,
    pub user_arn: Option<String>,
    /// An address, or the AWS service that called.
    pub source_ip: Option<String>,
    pub user_agent: Option<String>,
    /// Present when AWS refused the call, which then changed nothing.
    pub error_code: Option<String>,
    pub error_message: Option<String>,
    /// What was asked for.
    #[schema(value_type = Option<Object>)]
    pub request_parameters: Option<Value>,
    /// The desktops it is about.
    pub workspace_ids: Vec<String>,
}

/// An event as it is kept and shown.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct KeptEvent {
    pub account_id: AccountId,
    pub account_name: String,
    pub organization_id: OrganizationId,
    pub organization_name: String,
    pub region: Region,
    #[serde(flatten)]
    pub event: TrailEvent,
}

/// An event with everything that is kept of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct EventDetail {
    #[serde(flatten)]
    pub event: KeptEvent,
    /// The event as AWS gave it, without credentials.
    #[schema(value_type = Object)]
    pub record: Value,
}

/// The event that caused a change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CausedBy {
    pub event_id: String,
    pub event_name: String,
    pub event_time: UtcTime,
    pub user_name: Option<String>,
    pub user_arn: Option<String>,
    pub source_ip: Option<String>,
}

/// Which events a list holds; empty means any.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct EventFilter {
    pub account_id: Vec<AccountId>,
    pub region: Vec<Region>,
    pub workspace_id: Vec<String>,
    pub event_name: Vec<String>,
    pub user_name: Vec<String>,
    /// At or after.
    pub from: Option<UtcTime>,
    /// Before.
    pub to: Option<UtcTime>,
    /// Text found, ignoring case, in names, addresses, errors and what was asked for.
    pub q: Option<String>,
}
