//! Reading requests and refusing what AWS would refuse, in its words.

use serde::de::DeserializeOwned;

use super::Call;
use crate::dice::DesktopId;
use crate::wire::refusal::Refusal;

/// The most ids or changes WorkSpaces takes in one call.
pub const BATCH: usize = 25;

/// Unknown members are ignored, as AWS does; a wrong type is an error.
pub fn read<T: DeserializeOwned>(call: &Call<'_>) -> Result<T, Refusal> {
    T::deserialize(&call.input)
        .map_err(|why| Refusal::new("SerializationException", why.to_string()))
}

pub fn required<T>(value: Option<T>, member: &str) -> Result<T, Refusal> {
    value.ok_or_else(|| {
        Refusal::validation(format!(
            "1 validation error detected: Value null at '{member}' failed to satisfy constraint: Member must not be null"
        ))
    })
}

/// Between 1 and `most` entries.
pub fn count<T: std::fmt::Debug>(list: &[T], member: &str, most: usize) -> Result<(), Refusal> {
    let value = format!("{list:?}");
    if list.is_empty() {
        return Err(Refusal::constraint(
            &value,
            member,
            "Member must have length greater than or equal to 1",
        ));
    }
    if list.len() > most {
        let constraint = format!("Member must have length less than or equal to {most}");
        return Err(Refusal::constraint(&value, member, &constraint));
    }
    Ok(())
}

pub fn within(value: i64, member: &str, least: i64, most: i64) -> Result<usize, Refusal> {
    let refuse =
        |constraint: String| Err(Refusal::constraint(&value.to_string(), member, &constraint));
    if value < least {
        return refuse(format!(
            "Member must have value greater than or equal to {least}"
        ));
    }
    if value > most {
        return refuse(format!(
            "Member must have value less than or equal to {most}"
        ));
    }
    Ok(value as usize)
}

/// What AWS's patterns for ids come to: a prefix, then at least eight of the allowed characters.
pub fn id(value: &str, member: &str, prefix: &str, allowed: &str) -> Result<(), Refusal> {
    let fits = value.strip_prefix(prefix).is_some_and(|rest| {
        (8..=63).contains(&rest.len())
            && rest.bytes().all(|b| {
                b.is_ascii_digit() || (b.is_ascii_lowercase() && (allowed == "0-9a-z" || b <= b'f'))
            })
    });
    if fits {
        return Ok(());
    }
    let constraint =
        format!("Member must satisfy regular expression pattern: ^{prefix}[{allowed}]{{8,63}}$");
    Err(Refusal::constraint(value, member, &constraint))
}

/// A well-formed id that nobody has is not an error here.
pub fn workspace_id(value: &str, member: &str) -> Result<Option<DesktopId>, Refusal> {
    id(value, member, "ws-", "0-9a-z")?;
    Ok(DesktopId::parse(value))
}

pub fn workspace_ids(values: &[String], member: &str) -> Result<Vec<DesktopId>, Refusal> {
    count(values, member, BATCH)?;
    let mut ids = Vec::with_capacity(values.len());
    for value in values {
        ids.extend(workspace_id(value, member)?);
    }
    Ok(ids)
}
