//! Writing down who did what. Details never hold secrets.

use std::net::IpAddr;

use domain::audit::NewAuditEntry;
use domain::{OrganizationId, UserId};
use store::StoreError;

use crate::Auth;
use crate::policy::Caller;

/// Where a request came from.
#[derive(Debug, Clone, Default)]
pub struct Client {
    /// `None` on the control socket.
    pub ip: Option<IpAddr>,
    pub user_agent: Option<String>,
}

impl Client {
    pub(crate) fn ip_text(&self) -> Option<String> {
        self.ip.map(|ip| ip.to_string())
    }
}

/// What was done.
#[derive(Debug, Clone)]
pub struct Change {
    /// `account.created`.
    pub action: &'static str,
    pub organization: Option<OrganizationId>,
    /// As a person would name it.
    pub subject: Option<String>,
    pub details: serde_json::Value,
}

impl Change {
    #[must_use]
    pub fn new(action: &'static str, subject: impl Into<String>) -> Self {
        Self {
            action,
            organization: None,
            subject: Some(subject.into()),
            details: serde_json::json!({}),
        }
    }

    #[must_use]
    pub fn in_organization(mut self, id: &OrganizationId) -> Self {
        self.organization = Some(id.clone());
        self
    }

    #[must_use]
    pub fn with(mut self, details: serde_json::Value) -> Self {
        self.details = details;
        self
    }
}

impl Auth {
    /// Adds an entry to the audit log.
    pub async fn record(
        &self,
        caller: &Caller,
        client: &Client,
        change: Change,
    ) -> Result<(), StoreError> {
        let actor = (caller.name().to_owned(), caller.user_id().cloned());
        self.record_as(actor, client, change).await
    }

    /// The same for someone who is not logged in yet.
    pub(crate) async fn record_as(
        &self,
        (actor, actor_id): (String, Option<UserId>),
        client: &Client,
        change: Change,
    ) -> Result<(), StoreError> {
        let entry = NewAuditEntry {
            actor,
            actor_id,
            organization_id: change.organization,
            action: change.action,
            subject: change.subject,
            client_ip: client.ip_text(),
            details: change.details,
        };
        store::audit::append(self.db(), entry).await?;
        Ok(())
    }
}
