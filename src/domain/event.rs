//! What the process tells open pages and waiting commands while it works.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::OrganizationId;
use crate::job::Job;
use crate::plan::Plan;
use crate::sync::{Alert, ScopeRun};

/// One message on the event stream. `type` is also the SSE event name.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "type", content = "data", rename_all = "snake_case")]
pub enum EventBody {
    /// A job was queued, moved on or ended.
    Job(Box<Job>),
    /// A scope of a running sync moved on or ended.
    SyncScope(Box<ScopeRun>),
    Alert(Box<Alert>),
    /// A plan came into another state; also one that was made.
    Plan(Box<Plan>),
    /// Rows changed; lists that show them may refetch. Names: `workspaces`, `accounts`, `users`,
    /// `organizations`, `settings`, `sync_history`.
    Changed {
        names: Vec<String>,
    },
    /// The database stopped or resumed taking writes.
    Database {
        writable: bool,
        reason: Option<String>,
    },
}

impl EventBody {
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Job(_) => "job",
            Self::SyncScope(_) => "sync_scope",
            Self::Alert(_) => "alert",
            Self::Plan(_) => "plan",
            Self::Changed { .. } => "changed",
            Self::Database { .. } => "database",
        }
    }
}

/// A message and who may see it: members of the organization, or everyone logged in.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    pub audience: Audience,
    pub body: EventBody,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Audience {
    /// Everyone who is logged in.
    Everyone,
    /// Those who may see this organization.
    Organization(OrganizationId),
    /// Those who may see every organization.
    Global,
}
