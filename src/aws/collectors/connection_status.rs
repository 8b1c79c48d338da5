//! Who is connected, by `DescribeWorkspacesConnectionStatus`. Volatile: it says nothing about
//! which desktops exist.

use aws_sdk_workspaces::types as sdk;
use domain::UtcTime;
use domain::workspace::{ConnectionRecord, ConnectionState};
use futures::FutureExt;
use futures::future::BoxFuture;

use super::pager::{list as listed, required};
use super::{Action, Declaration, Listing, ListingPage, Pager};
use crate::error::AwsError;
use crate::session::RegionSession;

pub const DECLARATION: Declaration = Declaration {
    name: "connection_status",
    title: "Connection status",
    service: "workspaces",
    listing: false,
    extra: None,
    once: false,
    actions: &[DESCRIBE_CONNECTION_STATUS],
};

const DESCRIBE_CONNECTION_STATUS: Action = Action {
    name: "workspaces:DescribeWorkspacesConnectionStatus",
    optional: false,
    purpose: "says who is connected and when each desktop was last used",
    probe,
};

/// The connection status of every desktop in a region.
#[derive(Debug)]
pub struct ConnectionStatus;

/// Starts the listing.
#[must_use]
pub fn list(session: &RegionSession) -> Pager<ConnectionStatus> {
    Pager::new(session)
}

impl Listing for ConnectionStatus {
    type Record = ConnectionRecord;

    const DECLARATION: &'static Declaration = &DECLARATION;

    async fn page(
        session: &RegionSession,
        _pass: usize,
        token: Option<String>,
    ) -> Result<ListingPage<ConnectionRecord>, AwsError> {
        let request = session
            .workspaces()
            .describe_workspaces_connection_status()
            .set_next_token(token);
        let answer = session
            .call(&DESCRIBE_CONNECTION_STATUS, request.send())
            .await?;
        Ok(ListingPage {
            records: listed(
                answer.workspaces_connection_status,
                "WorkspacesConnectionStatus",
            )?
            .into_iter()
            .map(record)
            .collect::<Result<_, _>>()?,
            next_token: answer.next_token,
        })
    }
}

/// The operation has no page size, so this reads one ordinary page.
fn probe(session: &RegionSession) -> BoxFuture<'_, Result<(), AwsError>> {
    async move {
        let request = session.workspaces().describe_workspaces_connection_status();
        session
            .call(&DESCRIBE_CONNECTION_STATUS, request.send())
            .await
            .map(drop)
    }
    .boxed()
}

fn record(from: sdk::WorkspaceConnectionStatus) -> Result<ConnectionRecord, AwsError> {
    Ok(ConnectionRecord {
        workspace_id: required(from.workspace_id, "WorkspaceId")?,
        state: from
            .connection_state
            .map_or(ConnectionState::Unknown, |state| state.as_str().into()),
        checked_at: from
            .connection_state_check_timestamp
            .map(|time| UtcTime::from_unix(time.secs())),
        last_connected_at: from
            .last_known_user_connection_timestamp
            .map(|time| UtcTime::from_unix(time.secs())),
    })
}
