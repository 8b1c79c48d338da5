//! DescribeTags, CreateTags and DeleteTags on desktops and directories.

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::input::{self, read, required};
use super::{Answer, Call};
use crate::desktop::Tag;
use crate::dice::DesktopId;
use crate::wire::refusal::Refusal;

const MAX_TAGS: usize = 50;

#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct TagShape {
    pub key: String,
    pub value: Option<String>,
}

impl TagShape {
    pub fn of(tag: &Tag) -> Self {
        Self {
            key: tag.key.to_string(),
            value: Some(tag.value.to_string()),
        }
    }

    fn check(&self) -> Result<(), Refusal> {
        let value = self.value.as_deref().unwrap_or_default();
        if self.key.is_empty() || self.key.len() > 127 {
            let constraint = "Member must have length between 1 and 127";
            return Err(Refusal::constraint(
                &self.key,
                "tags.member.key",
                constraint,
            ));
        }
        if value.len() > 255 {
            let constraint = "Member must have length less than or equal to 255";
            return Err(Refusal::constraint(value, "tags.member.value", constraint));
        }
        if self.key.starts_with("aws:") {
            return Err(Refusal::invalid_parameter(
                "Tag keys that begin with aws: are reserved.",
            ));
        }
        Ok(())
    }
}

/// The tags a request may set: not too many, none twice, none reserved.
pub fn checked(tags: &[TagShape]) -> Result<Vec<Tag>, Refusal> {
    tags.iter().try_for_each(TagShape::check)?;
    let mut set: Vec<Tag> = Vec::with_capacity(tags.len());
    for tag in tags {
        if set.iter().any(|known| *known.key == *tag.key) {
            return Err(Refusal::invalid_parameter(format!(
                "Tag key {} is given twice.",
                tag.key
            )));
        }
        set.push(Tag {
            key: tag.key.as_str().into(),
            value: tag.value.clone().unwrap_or_default().into(),
        });
    }
    if set.len() > MAX_TAGS {
        return Err(too_many());
    }
    Ok(set)
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Input {
    resource_id: Option<String>,
    tags: Option<Vec<TagShape>>,
    tag_keys: Option<Vec<String>>,
}

pub fn describe(call: &Call<'_>) -> Answer {
    let input: Input = read(call)?;
    let tags = with_tags(call, input.resource_id, |tags| {
        Ok(tags.iter().map(TagShape::of).collect::<Vec<_>>())
    })?;
    super::json(&json!({ "TagList": tags }))
}

pub fn create(call: &Call<'_>) -> Answer {
    let input: Input = read(call)?;
    let wanted = checked(&required(input.tags, "tags")?)?;
    with_tags(call, input.resource_id, |tags| {
        let added = wanted
            .iter()
            .filter(|new| !tags.iter().any(|old| old.key == new.key))
            .count();
        if tags.len() + added > MAX_TAGS {
            return Err(too_many());
        }
        tags.retain(|old| !wanted.iter().any(|new| new.key == old.key));
        tags.extend(wanted);
        Ok(())
    })?;
    super::json(&json!({}))
}

pub fn delete(call: &Call<'_>) -> Answer {
    let input: Input = read(call)?;
    let keys = required(input.tag_keys, "tagKeys")?;
    with_tags(call, input.resource_id, |tags| {
        tags.retain(|tag| !keys.iter().any(|key| **key == *tag.key));
        Ok(())
    })?;
    super::json(&json!({}))
}

fn with_tags<T>(
    call: &Call<'_>,
    id: Option<String>,
    act: impl FnOnce(&mut Vec<Tag>) -> Result<T, Refusal>,
) -> Result<T, Refusal> {
    let id = required(id, "resourceId")?;
    if id.is_empty() {
        let constraint = "Member must have length greater than or equal to 1";
        return Err(Refusal::constraint(&id, "resourceId", constraint));
    }
    if id.starts_with("ws-") {
        input::workspace_id(&id, "resourceId")?;
        call.check_desktop(&id)?;
    }
    let missing = || {
        Refusal::new(
            "ResourceNotFoundException",
            format!("The resource {id} could not be found."),
        )
    };
    let mut site = call
        .world()
        .site(&call.caller.account, &call.caller.region)
        .ok_or_else(missing)?;
    let clock = &call.world().clock;
    if let Some(directory) = site.directory(&id) {
        return act(&mut site.directories[usize::from(directory)].tags);
    }
    let desktop = DesktopId::parse(&id)
        .and_then(|id| site.look(id, clock.now(), clock))
        .ok_or_else(missing)?;
    let mut tags = desktop.tags.to_vec();
    let done = act(&mut tags)?;
    desktop.tags = tags.into();
    Ok(done)
}

fn too_many() -> Refusal {
    Refusal::new(
        "ResourceLimitExceededException",
        "A resource can have at most 50 tags.",
    )
}
