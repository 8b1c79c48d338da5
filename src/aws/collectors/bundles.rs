//! Bundles, by `DescribeWorkspaceBundles`: the account's own, then Amazon's, which are two
//! listings of one resource type.

use aws_sdk_workspaces::types as sdk;
use domain::UtcTime;
use domain::directory::BundleRecord;
use futures::FutureExt;
use futures::future::BoxFuture;

use super::pager::{list as listed, required};
use super::{Action, Declaration, Listing, ListingPage, Pager};
use crate::error::AwsError;
use crate::session::RegionSession;

pub const DECLARATION: Declaration = Declaration {
    name: "bundles",
    title: "Bundles",
    service: "workspaces",
    listing: true,
    extra: None,
    once: false,
    actions: &[DESCRIBE_BUNDLES],
};

const DESCRIBE_BUNDLES: Action = Action {
    name: "workspaces:DescribeWorkspaceBundles",
    optional: false,
    purpose: "names the bundles that desktops were made from",
    probe,
};

/// Without an owner AWS lists the account's own bundles.
const OWNERS: [Option<&str>; 2] = [None, Some("AMAZON")];

/// The listing of a region's bundles.
#[derive(Debug)]
pub struct Bundles;

/// Starts the listing.
#[must_use]
pub fn list(session: &RegionSession) -> Pager<Bundles> {
    Pager::new(session)
}

impl Listing for Bundles {
    type Record = BundleRecord;

    const DECLARATION: &'static Declaration = &DECLARATION;

    const PASSES: usize = OWNERS.len();

    async fn page(
        session: &RegionSession,
        pass: usize,
        token: Option<String>,
    ) -> Result<ListingPage<BundleRecord>, AwsError> {
        let owner = OWNERS.get(pass).copied().flatten();
        let request = session
            .workspaces()
            .describe_workspace_bundles()
            .set_owner(owner.map(str::to_owned))
            .set_next_token(token);
        let answer = session.call(&DESCRIBE_BUNDLES, request.send()).await?;
        Ok(ListingPage {
            records: listed(answer.bundles, "Bundles")?
                .into_iter()
                .map(record)
                .collect::<Result<_, _>>()?,
            next_token: answer.next_token,
        })
    }
}

/// The operation has no page size; an account's own bundles are the shorter listing.
fn probe(session: &RegionSession) -> BoxFuture<'_, Result<(), AwsError>> {
    async move {
        let request = session.workspaces().describe_workspace_bundles();
        session
            .call(&DESCRIBE_BUNDLES, request.send())
            .await
            .map(drop)
    }
    .boxed()
}

fn record(from: sdk::WorkspaceBundle) -> Result<BundleRecord, AwsError> {
    Ok(BundleRecord {
        bundle_id: required(from.bundle_id, "BundleId")?,
        name: from.name,
        owner: from.owner,
        description: from.description,
        image_id: from.image_id,
        compute_type: from
            .compute_type
            .and_then(|compute| compute.name)
            .map(|name| name.as_str().to_owned()),
        root_volume_gib: from.root_storage.and_then(|storage| gib(&storage.capacity)),
        user_volume_gib: from.user_storage.and_then(|storage| gib(&storage.capacity)),
        bundle_type: from.bundle_type.map(|kind| kind.as_str().to_owned()),
        state: from.state.map(|state| state.as_str().to_owned()),
        created_at: from
            .creation_time
            .map(|time| UtcTime::from_unix(time.secs())),
        updated_at: from
            .last_updated_time
            .map(|time| UtcTime::from_unix(time.secs())),
    })
}

/// AWS gives capacities as text.
fn gib(capacity: &str) -> Option<u32> {
    capacity.trim().parse().ok()
}
