//! A desktop's past: what changed from version to version, and its log of states.

use domain::trail::CausedBy;
use domain::workspace::{FieldChange, ResourceVersion, StateChange, WorkspaceState};
use serde_json::Value;

use super::Key;
use crate::conn::{Conn, Row};
use crate::error::StoreError;
use crate::value::Json;

/// Every version, newest first, each with what differs from the one before it and who caused it.
pub(super) fn versions(
    conn: &Conn,
    (id, account, region): &Key,
) -> Result<Vec<ResourceVersion>, StoreError> {
    let mut before: Option<Value> = None;
    let mut found = conn.query(
        "SELECT v.version, v.valid_from, v.valid_to, v.change, v.body, e.event_id, e.event_name,
           e.event_time, e.user_name, e.user_arn, e.source_ip
         FROM resource_version v
         LEFT JOIN trail_event e ON e.account_id = v.account_id AND e.event_id = v.event_id
         WHERE v.account_id = $1 AND v.region = $2 AND v.resource_type = 'workspaces'
           AND v.resource_id = $3
         ORDER BY v.version",
        &[account, region, id],
        |row| {
            let body = row.get::<Json<Value>>(4)?.0;
            let version = ResourceVersion {
                version: row.get(0)?,
                valid_from: row.get(1)?,
                valid_to: row.get(2)?,
                change: row.get(3)?,
                differences: before
                    .as_ref()
                    .map_or_else(Vec::new, |old| differences(old, &body)),
                caused_by: caused_by(row)?,
            };
            before = Some(body);
            Ok(version)
        },
    )?;
    found.reverse();
    Ok(found)
}

fn caused_by(row: &Row<'_>) -> Result<Option<CausedBy>, StoreError> {
    let Some(event_id) = row.get(5)? else {
        return Ok(None);
    };
    Ok(Some(CausedBy {
        event_id,
        event_name: row.get(6)?,
        event_time: row.get(7)?,
        user_name: row.get(8)?,
        user_arn: row.get(9)?,
        source_ip: row.get(10)?,
    }))
}

/// The log of states, newest first.
pub(super) fn state_changes(
    conn: &Conn,
    (id, account, region): &Key,
) -> Result<Vec<StateChange>, StoreError> {
    conn.query(
        "SELECT changed_at, from_state, to_state FROM workspace_state_change
         WHERE workspace_id = $1 AND account_id = $2 AND region = $3
         ORDER BY changed_at DESC, to_state",
        &[id, account, region],
        |row| {
            let state = |text: String| WorkspaceState::from(text.as_str());
            Ok(StateChange {
                at: row.get(0)?,
                from: row.get::<Option<String>>(1)?.map(state),
                to: state(row.get(2)?),
            })
        },
    )
}

/// Field by field, nested objects by dotted path (`tags.Team`); lists as a whole. An absent field
/// is `null`.
pub(crate) fn differences(before: &Value, after: &Value) -> Vec<FieldChange> {
    let mut found = Vec::new();
    compare("", before, after, &mut found);
    found
}

fn compare(path: &str, before: &Value, after: &Value, found: &mut Vec<FieldChange>) {
    let nested = matches!(
        (before, after),
        (Value::Object(_), Value::Object(_) | Value::Null) | (Value::Null, Value::Object(_))
    );
    if !nested {
        if before != after {
            found.push(FieldChange {
                field: path.to_owned(),
                before: before.clone(),
                after: after.clone(),
            });
        }
        return;
    }
    let empty = serde_json::Map::new();
    let (old, new) = (
        before.as_object().unwrap_or(&empty),
        after.as_object().unwrap_or(&empty),
    );
    let fields: std::collections::BTreeSet<&String> = old.keys().chain(new.keys()).collect();
    for field in fields {
        let inner = if path.is_empty() {
            field.clone()
        } else {
            format!("{path}.{field}")
        };
        let side =
            |map: &serde_json::Map<String, Value>| map.get(field).cloned().unwrap_or(Value::Null);
        compare(&inner, &side(old), &side(new), found);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn differences_are_named_by_path() {
        let before =
            json!({"compute_type": "VALUE", "tags": {"Team": "A", "Old": "x"}, "ips": [1]});
        let after = json!({"compute_type": "POWER", "tags": {"Team": "B"}, "ips": [1, 2]});
        let found: Vec<String> = differences(&before, &after)
            .into_iter()
            .map(|change| format!("{}: {} -> {}", change.field, change.before, change.after))
            .collect();
        insta::assert_snapshot!(found.join("\n"), @r#"
        compute_type: "VALUE" -> "POWER"
        ips: [1] -> [1,2]
        tags.Old: "x" -> null
        tags.Team: "A" -> "B"
        "#);
    }

    #[test]
    fn tags_that_appear_or_vanish_all_at_once_are_named_one_by_one() {
        let found = differences(&json!({}), &json!({"tags": {"A": "1", "B": "2"}}));
        assert_eq!(found.len(), 2);
        assert_eq!(found[1].field, "tags.B");
        assert!(differences(&json!({"tags": {}}), &json!({})).is_empty());
    }
}
