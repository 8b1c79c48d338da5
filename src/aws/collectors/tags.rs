//! Tags of desktops: a hundred desktops per call through the tagging API where it is allowed, one
//! desktop per call by `DescribeTags` where it is not. Which of the two is the caller's choice,
//! and its history says which it was.

use std::collections::BTreeMap;

use domain::workspace::Tags;
use futures::FutureExt;
use futures::future::BoxFuture;
use serde_json::{Value, json};

use super::pager::list as listed;
use super::{Action, Declaration, Listing, ListingPage, Pager};
use crate::error::{AwsError, AwsErrorKind};
use crate::session::RegionSession;
use crate::signed::{self, JsonService};

pub const DECLARATION: Declaration = Declaration {
    name: "tags",
    title: "Tags",
    service: "tagging",
    listing: false,
    extra: None,
    once: false,
    actions: &[GET_RESOURCES, DESCRIBE_TAGS],
};

const GET_RESOURCES: Action = Action {
    name: "tag:GetResources",
    optional: true,
    purpose: "reads the tags of a hundred desktops per call instead of one",
    probe: probe_tagging,
};

pub(crate) const DESCRIBE_TAGS: Action = Action {
    name: "workspaces:DescribeTags",
    optional: false,
    purpose: "reads the tags of one desktop where tag:GetResources is not allowed",
    probe: probe_describe,
};

const TAGGING: JsonService = JsonService {
    name: "tagging",
    target_prefix: "ResourceGroupsTaggingAPI_20170126",
};

const RESOURCE_TYPE: &str = "workspaces:workspace";

/// The API's largest page.
const PAGE_SIZE: u32 = 100;

/// An id that no desktop has.
const NO_DESKTOP: &str = "ws-000000000";

/// Tagged desktops of a region; those that never had a tag are not in it.
#[derive(Debug)]
pub struct TaggedWorkspaces;

/// Starts reading through the tagging API.
#[must_use]
pub fn list(session: &RegionSession) -> Pager<TaggedWorkspaces> {
    Pager::new(session)
}

/// Reads one desktop's tags, for when the tagging API is refused.
pub async fn describe_tags(session: &RegionSession, workspace_id: &str) -> Result<Tags, AwsError> {
    let request = session
        .workspaces()
        .describe_tags()
        .resource_id(workspace_id);
    let answer = session.call(&DESCRIBE_TAGS, request.send()).await?;
    Ok(listed(answer.tag_list, "TagList")?
        .into_iter()
        .map(|tag| (tag.key, tag.value.unwrap_or_default()))
        .collect())
}

impl Listing for TaggedWorkspaces {
    type Record = (String, Tags);

    const DECLARATION: &'static Declaration = &DECLARATION;

    async fn page(
        session: &RegionSession,
        _pass: usize,
        token: Option<String>,
    ) -> Result<ListingPage<(String, Tags)>, AwsError> {
        let answer = get_resources(session, PAGE_SIZE, token).await?;
        let resources = answer["ResourceTagMappingList"]
            .as_array()
            .ok_or_else(|| AwsError::unreadable("the answer has no ResourceTagMappingList"))?;
        Ok(ListingPage {
            records: resources.iter().map(record).collect::<Result<_, _>>()?,
            next_token: answer["PaginationToken"].as_str().map(str::to_owned),
        })
    }
}

async fn get_resources(
    session: &RegionSession,
    page_size: u32,
    token: Option<String>,
) -> Result<Value, AwsError> {
    let mut body = json!({
        "ResourceTypeFilters": [RESOURCE_TYPE],
        "ResourcesPerPage": page_size,
    });
    if let Some(token) = token {
        body["PaginationToken"] = Value::String(token);
    }
    signed::call(session, &TAGGING, "GetResources", &GET_RESOURCES, &body).await
}

/// `arn:aws:workspaces:eu-west-1:111122223333:workspace/ws-abc` and its tags.
fn record(resource: &Value) -> Result<(String, Tags), AwsError> {
    let arn = resource["ResourceARN"].as_str().unwrap_or_default();
    let id = arn
        .rsplit_once(":workspace/")
        .map(|(_, id)| id)
        .filter(|id| !id.is_empty())
        .ok_or_else(|| AwsError::unreadable(format!("{arn:?} is not the ARN of a desktop")))?;
    let tags = resource["Tags"].as_array().map_or(&[][..], Vec::as_slice);
    let tags = tags
        .iter()
        .map(|tag| {
            let key = tag["Key"].as_str()?;
            Some((
                key.to_owned(),
                tag["Value"].as_str().unwrap_or_default().to_owned(),
            ))
        })
        .collect::<Option<BTreeMap<_, _>>>()
        .ok_or_else(|| AwsError::unreadable(format!("{id} has a tag without a key")))?;
    Ok((id.to_owned(), tags))
}

fn probe_tagging(session: &RegionSession) -> BoxFuture<'_, Result<(), AwsError>> {
    async move { get_resources(session, 1, None).await.map(drop) }.boxed()
}

/// Asking for a desktop that does not exist is refused as such only when the action is allowed.
fn probe_describe(session: &RegionSession) -> BoxFuture<'_, Result<(), AwsError>> {
    async move {
        match describe_tags(session, NO_DESKTOP).await {
            Err(error) if error.kind == AwsErrorKind::Validation => Ok(()),
            other => other.map(drop),
        }
    }
    .boxed()
}
