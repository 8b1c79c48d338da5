//! The tagging API's GetResources, for WorkSpaces. As in AWS, a resource that has no tags is not listed.

use serde::{Deserialize, Serialize};

use super::input::{self, read};
use super::tags::TagShape;
use super::token::{Pager, Token};
use super::{Answer, Call, json};
use crate::desktop::Desktop;
use crate::dice::DesktopId;
use crate::wire::refusal::Refusal;

const MAX_PAGE: i64 = 100;
const DEFAULT_PAGE: usize = 50;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Input {
    pagination_token: Option<String>,
    tag_filters: Option<Vec<TagFilter>>,
    resources_per_page: Option<i64>,
    tags_per_page: Option<i64>,
    resource_type_filters: Option<Vec<String>>,
    #[serde(rename = "ResourceARNList")]
    resource_arn_list: Option<Vec<String>>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct TagFilter {
    key: Option<String>,
    values: Option<Vec<String>>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Output {
    /// Empty on the last page.
    pagination_token: String,
    resource_tag_mapping_list: Vec<Mapping>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Mapping {
    #[serde(rename = "ResourceARN")]
    resource_arn: String,
    tags: Vec<TagShape>,
}

pub fn get_resources(call: &Call<'_>) -> Answer {
    let input: Input = read(call)?;
    let limit = check(&input)?;
    let filters = format!(
        "{:?}{:?}{:?}",
        input.tag_filters, input.resource_type_filters, input.resource_arn_list
    );
    // Here an empty token is the same as none.
    let given = input
        .pagination_token
        .as_deref()
        .filter(|token| !token.is_empty());
    let pager = Pager::new(call, "GetResources", &filters, given).refusing_with(invalid_token);
    let after = pager
        .start()?
        .and_then(|token| DesktopId::parse(&token.after));
    let prefix = format!(
        "arn:aws:workspaces:{}:{}:workspace/",
        call.caller.region, call.caller.account
    );
    let mut rows = Vec::new();
    let mut next = None;
    if wants_workspaces(&input)
        && let Some(mut site) = call.world().site(&call.caller.account, &call.caller.region)
    {
        let page = site.page(after, limit, &call.world().clock, |desktop, _| {
            let wanted = !desktop.tags.is_empty() && matches(&input, desktop, &prefix);
            wanted.then(|| Mapping {
                resource_arn: format!("{prefix}{}", desktop.id),
                tags: desktop.tags.iter().map(TagShape::of).collect(),
            })
        });
        if page.more {
            next = page.last.map(|last| Token {
                after: last.to_string(),
                left: None,
            });
        }
        rows = page.rows;
    }
    let pagination_token = pager.next(&mut rows, next).unwrap_or_default();
    json(&Output {
        pagination_token,
        resource_tag_mapping_list: rows,
    })
}

fn check(input: &Input) -> Result<usize, Refusal> {
    let refuse = |message: &str| Err(Refusal::new("InvalidParameterException", message));
    if input.resource_arn_list.is_some() {
        let others = input.tag_filters.is_some()
            || input.resource_type_filters.is_some()
            || input.resources_per_page.is_some()
            || input
                .pagination_token
                .as_ref()
                .is_some_and(|token| !token.is_empty());
        if others {
            return refuse(
                "ResourceARNList cannot be combined with filters or pagination parameters.",
            );
        }
        input::count(
            input.resource_arn_list.as_deref().unwrap_or_default(),
            "resourceARNList",
            100,
        )?;
    }
    if input
        .tags_per_page
        .is_some_and(|n| !(100..=500).contains(&n) || n % 100 != 0)
    {
        return refuse("TagsPerPage must be a multiple of 100 between 100 and 500.");
    }
    if input.tags_per_page.is_some() && input.resources_per_page.is_some() {
        return refuse("TagsPerPage and ResourcesPerPage cannot be combined.");
    }
    for filter in input.tag_filters.iter().flatten() {
        if filter
            .key
            .as_deref()
            .is_none_or(|key| key.is_empty() || key.len() > 128)
        {
            return refuse("A TagFilter must have a Key of 1 to 128 characters.");
        }
    }
    match input.resources_per_page {
        None if input.resource_arn_list.is_some() => Ok(MAX_PAGE as usize),
        None => Ok(DEFAULT_PAGE),
        Some(n) if (1..=MAX_PAGE).contains(&n) => Ok(n as usize),
        Some(_) => refuse("ResourcesPerPage must be between 1 and 100."),
    }
}

fn wants_workspaces(input: &Input) -> bool {
    let filters = input.resource_type_filters.as_deref().unwrap_or_default();
    filters.is_empty()
        || filters
            .iter()
            .any(|filter| filter == "workspaces" || filter == "workspaces:workspace")
}

/// All keys must match, each with any of its values; a key without values only has to be there.
fn matches(input: &Input, desktop: &Desktop, prefix: &str) -> bool {
    let tagged = input.tag_filters.iter().flatten().all(|filter| {
        let value = filter.key.as_deref().and_then(|key| desktop.tag(key));
        let wanted = filter.values.as_deref().unwrap_or_default();
        value.is_some_and(|value| wanted.is_empty() || wanted.iter().any(|one| one == value))
    });
    let named = input.resource_arn_list.as_ref().is_none_or(|arns| {
        arns.iter()
            .any(|arn| arn.strip_prefix(prefix).and_then(DesktopId::parse) == Some(desktop.id))
    });
    tagged && named
}

fn invalid_token() -> Refusal {
    Refusal::new("InvalidParameterException", "PaginationToken is invalid.")
}
