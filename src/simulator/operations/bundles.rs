//! DescribeWorkspaceBundles: the account's own, or AWS's when asked for by owner, or any by id.

use serde::Deserialize;
use serde_json::{Value, json};

use super::directories::with_token;
use super::input::{self, read};
use super::token::{Pager, Token};
use super::{Answer, Call};
use crate::bundle::{AMAZON, Bundle};
use crate::clock::epoch_seconds;
use crate::wire::refusal::Refusal;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Input {
    bundle_ids: Option<Vec<String>>,
    owner: Option<String>,
    next_token: Option<String>,
}

pub fn describe(call: &Call<'_>) -> Answer {
    let input: Input = read(call)?;
    if let Some(ids) = &input.bundle_ids {
        if input.owner.is_some() {
            return Err(Refusal::invalid_parameter(
                "You cannot combine BundleIds with any other filter.",
            ));
        }
        input::count(ids, "bundleIds", input::BATCH)?;
        ids.iter()
            .try_for_each(|id| input::id(id, "bundleIds", "wsb-", "0-9a-z"))?;
    }
    let filters = format!("{:?}{:?}", input.bundle_ids, input.owner);
    let pager = Pager::new(
        call,
        "DescribeWorkspaceBundles",
        &filters,
        input.next_token.as_deref(),
    );
    let after = pager.start()?.map(|token| token.after).unwrap_or_default();
    let mut bundles: Vec<Bundle> = chosen(call, &input)
        .into_iter()
        .filter(|bundle| *bundle.id > *after)
        .collect();
    bundles.sort_by(|a, b| a.id.cmp(&b.id));
    let more = bundles.len() > input::BATCH;
    bundles.truncate(input::BATCH);
    let next = bundles.last().filter(|_| more).map(|bundle| Token {
        after: bundle.id.to_string(),
        left: None,
    });
    let next_token = pager.next(&mut bundles, next);
    let bundles: Vec<Value> = bundles.iter().map(shape).collect();
    super::json(&with_token(json!({ "Bundles": bundles }), next_token))
}

fn chosen(call: &Call<'_>, input: &Input) -> Vec<Bundle> {
    if let Some(ids) = &input.bundle_ids {
        return known(call)
            .into_iter()
            .filter(|bundle| ids.iter().any(|id| **id == *bundle.id))
            .collect();
    }
    match input.owner.as_deref() {
        Some(AMAZON) => call.world().standard_bundles(&call.caller.region),
        // Without an owner AWS lists the caller's own; another account's are shared with nobody here.
        Some(other) if other != call.caller.account => Vec::new(),
        _ => own(call),
    }
}

fn own(call: &Call<'_>) -> Vec<Bundle> {
    let site = call.world().site(&call.caller.account, &call.caller.region);
    site.map(|site| site.bundles.clone()).unwrap_or_default()
}

/// Every bundle the caller can name in this region.
pub fn known(call: &Call<'_>) -> Vec<Bundle> {
    let mut bundles = call.world().standard_bundles(&call.caller.region);
    bundles.extend(own(call));
    bundles
}

fn shape(bundle: &Bundle) -> Value {
    json!({
        "BundleId": &*bundle.id,
        "Name": bundle.name,
        "Owner": &*bundle.owner,
        "Description": bundle.description,
        "ImageId": bundle.image,
        "RootStorage": { "Capacity": bundle.root_gib.to_string() },
        "UserStorage": { "Capacity": bundle.user_gib.to_string() },
        "ComputeType": { "Name": bundle.compute },
        "LastUpdatedTime": epoch_seconds(bundle.updated),
        "CreationTime": epoch_seconds(bundle.created),
        "State": "AVAILABLE",
        "BundleType": "REGULAR",
    })
}
