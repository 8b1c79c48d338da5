//! The part of a record that has history, and its digest. Desktop states and the errors that come
//! with them change by the hour and have a log of their own, so they are left out here; otherwise
//! every stop and start would open a version.

use domain::directory::{BundleRecord, DirectoryRecord};
use domain::workspace::{Tags, WorkspaceRecord};
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use store::stock::Digest;

/// Fields of a desktop that never open a version.
const VOLATILE: &[&str] = &["state", "error_code", "error_message"];

/// The versioned part as JSON text with its digest.
pub struct Versioned {
    pub body: String,
    pub digest: Digest,
}

pub fn workspace(record: &WorkspaceRecord, tags: &Tags) -> Versioned {
    let mut body = object(serde_json::to_value(record));
    for field in VOLATILE {
        body.remove(*field);
    }
    body.insert(
        "tags".to_owned(),
        tags.iter()
            .map(|(k, v)| (k.clone(), Value::from(v.as_str())))
            .collect(),
    );
    finish(&body)
}

pub fn directory(record: &DirectoryRecord) -> Versioned {
    finish(&object(serde_json::to_value(record)))
}

/// AWS moves `updated_at` of its own bundles without anything else changing.
pub fn bundle(record: &BundleRecord) -> Versioned {
    let mut body = object(serde_json::to_value(record));
    body.remove("updated_at");
    finish(&body)
}

fn object(value: Result<Value, serde_json::Error>) -> serde_json::Map<String, Value> {
    match value {
        Ok(Value::Object(map)) => map,
        // Records are plain structs with text keys: they always serialise to an object.
        _ => serde_json::Map::new(),
    }
}

fn finish(body: &serde_json::Map<String, Value>) -> Versioned {
    // Absent and empty values are left out: a field AWS adds later then is no change by itself.
    let kept: serde_json::Map<String, Value> = body
        .iter()
        .filter(|(_, v)| !is_empty(v))
        .map(|(k, v)| (k.clone(), v.clone()))
        .collect();
    let body = Value::Object(kept).to_string();
    let hash = Sha256::digest(body.as_bytes());
    let mut digest = [0; 16];
    digest.copy_from_slice(&hash[..16]);
    Versioned {
        body,
        digest: Digest(digest),
    }
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Array(items) => items.is_empty(),
        Value::Object(map) => map.is_empty(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::workspace::WorkspaceState;

    fn record() -> WorkspaceRecord {
        serde_json::from_value(serde_json::json!({
            "workspace_id": "ws-1", "state": "AVAILABLE", "user_name": "ada", "protocols": [],
            "modification_states": [], "related_workspaces": [], "standby_workspaces": [],
        }))
        .unwrap()
    }

    #[test]
    fn states_and_errors_have_no_versions() {
        let before = workspace(&record(), &Tags::new());
        let mut later = record();
        later.state = WorkspaceState::Error;
        later.error_message = Some("broken".to_owned());
        assert_eq!(before.digest, workspace(&later, &Tags::new()).digest);
    }

    #[test]
    fn users_and_tags_do() {
        let before = workspace(&record(), &Tags::new());
        let mut other = record();
        other.user_name = Some("grace".to_owned());
        assert_ne!(before.digest, workspace(&other, &Tags::new()).digest);
        let tags = Tags::from([("Owner".to_owned(), "ada".to_owned())]);
        assert_ne!(before.digest, workspace(&record(), &tags).digest);
    }
}
