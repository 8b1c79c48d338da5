//! How one batch of changes is written: the row, its tags, its state log, its versions.

use domain::directory::{BundleRecord, DirectoryRecord};
use domain::workspace::{Tags, WorkspaceRecord};
use domain::{JobId, UtcTime};

use super::{Change, ChangeKind, Digest, Row, ScopeKey};
use crate::value::{Json, ToValue};
use crate::{Conn, StoreError};

/// What the changes of one batch share.
pub(super) struct Batch {
    pub key: ScopeKey,
    pub run: JobId,
    pub at: UtcTime,
}

impl Batch {
    pub fn write(&self, conn: &Conn, change: &Change) -> Result<(), StoreError> {
        match &change.row {
            Some((Row::Workspace(record, tags), digest, body)) => {
                self.state_change(conn, change, record)?;
                self.workspace(conn, change.kind, record, tags, *digest)?;
                if change.kind != ChangeKind::Volatile {
                    self.tags(conn, &change.id, tags)?;
                }
                self.version(conn, change, Some(body))
            }
            Some((Row::Directory(record), digest, body)) => {
                self.directory(conn, record, *digest)?;
                self.version(conn, change, Some(body))
            }
            Some((Row::Bundle(record), digest, body)) => {
                self.bundle(conn, record, *digest)?;
                self.version(conn, change, Some(body))
            }
            None => {
                self.gone(conn, change)?;
                self.version(conn, change, None)
            }
        }
    }

    fn workspace(
        &self,
        conn: &Conn,
        kind: ChangeKind,
        record: &WorkspaceRecord,
        tags: &Tags,
        digest: Digest,
    ) -> Result<(), StoreError> {
        let terminated_at = matches!(kind, ChangeKind::Terminated | ChangeKind::CreatedTerminated)
            .then_some(self.at);
        let display_name = tags.get("DisplayName").or_else(|| tags.get("Name"));
        conn.execute(
            include_str!("../sql/upsert_workspace.sql"),
            &[
                &record.workspace_id,
                &self.key.account_id,
                &self.key.organization_id,
                &self.key.region,
                &record.state.as_str(),
                &record.user_name,
                &record.computer_name,
                &record.workspace_name,
                &display_name,
                &record.directory_id,
                &record.bundle_id,
                &record
                    .running_mode
                    .as_ref()
                    .map(domain::workspace::RunningMode::as_str),
                &record.compute_type,
                &record.operating_system,
                &record.ip_address,
                &record.subnet_id,
                &record.auto_stop_timeout_minutes,
                &record.root_volume_gib,
                &record.user_volume_gib,
                &record.root_volume_encrypted,
                &record.user_volume_encrypted,
                &record.error_code,
                &record.error_message,
                &Json(record),
                &Json(tags),
                &self.search(&Json(record), Some(tags)),
                &digest.to_string(),
                &self.at,
                &terminated_at,
            ],
        )?;
        Ok(())
    }

    fn directory(
        &self,
        conn: &Conn,
        record: &DirectoryRecord,
        digest: Digest,
    ) -> Result<(), StoreError> {
        conn.execute(
            include_str!("../sql/upsert_directory.sql"),
            &[
                &record.directory_id,
                &self.key.account_id,
                &self.key.organization_id,
                &self.key.region,
                &record.alias,
                &record.directory_name,
                &record.directory_type,
                &record.state,
                &Json(record),
                &self.search(&Json(record), None),
                &digest.to_string(),
                &self.at,
            ],
        )?;
        Ok(())
    }

    fn bundle(&self, conn: &Conn, record: &BundleRecord, digest: Digest) -> Result<(), StoreError> {
        conn.execute(
            include_str!("../sql/upsert_bundle.sql"),
            &[
                &record.bundle_id,
                &self.key.account_id,
                &self.key.organization_id,
                &self.key.region,
                &record.name,
                &record.owner,
                &record.compute_type,
                &Json(record),
                &self.search(&Json(record), None),
                &digest.to_string(),
                &self.at,
            ],
        )?;
        Ok(())
    }

    /// Marks a row that was not listed. It was last seen by the listing before this one.
    fn gone(&self, conn: &Conn, change: &Change) -> Result<(), StoreError> {
        let (table, id) = self.key.resource_type.table();
        let set = if change.kind == ChangeKind::Deleted {
            "deleted_at = $4, missing_runs = missing_runs + 1"
        } else {
            "missing_since = $4, missing_runs = 1, gone_seen_at = (
               SELECT s.last_complete_at FROM sync_scope s
               WHERE s.account_id = $2 AND s.region = $3 AND s.resource_type = $5)"
        };
        let sql =
            format!("UPDATE {table} SET {set} WHERE {id} = $1 AND account_id = $2 AND region = $3");
        let (key, resource_type) = (&self.key, self.key.resource_type.as_str());
        let mut params: Vec<&dyn ToValue> =
            vec![&change.id, &key.account_id, &key.region, &self.at];
        if change.kind != ChangeKind::Deleted {
            params.push(&resource_type);
        }
        conn.execute(&sql, &params)?;
        Ok(())
    }

    fn state_change(
        &self,
        conn: &Conn,
        change: &Change,
        record: &WorkspaceRecord,
    ) -> Result<(), StoreError> {
        let key = &self.key;
        let before: Option<String> = conn.query_opt(
            "SELECT state FROM workspace WHERE workspace_id = $1 AND account_id = $2 AND region = $3",
            &[&change.id, &key.account_id, &key.region],
            |row| row.get(0),
        )?;
        if before.as_deref() == Some(record.state.as_str()) {
            return Ok(());
        }
        conn.execute(
            "INSERT INTO workspace_state_change (workspace_id, account_id, region, changed_at, from_state, to_state)
             VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING",
            &[&change.id, &key.account_id, &key.region, &self.at, &before, &record.state.as_str()],
        )?;
        Ok(())
    }

    fn tags(&self, conn: &Conn, id: &str, tags: &Tags) -> Result<(), StoreError> {
        let key = &self.key;
        conn.execute(
            "DELETE FROM workspace_tag WHERE workspace_id = $1 AND account_id = $2 AND region = $3",
            &[&id, &key.account_id, &key.region],
        )?;
        for (tag_key, tag_value) in tags {
            conn.execute(
                "INSERT INTO workspace_tag (workspace_id, account_id, region, tag_key, tag_value)
                 VALUES ($1, $2, $3, $4, $5)",
                &[&id, &key.account_id, &key.region, tag_key, tag_value],
            )?;
        }
        Ok(())
    }

    /// Closes the version in force and opens the next; without a body the last one is repeated.
    fn version(&self, conn: &Conn, change: &Change, body: Option<&str>) -> Result<(), StoreError> {
        if !change.kind.opens_version() {
            return Ok(());
        }
        let (key, resource_type) = (&self.key, self.key.resource_type.as_str());
        let last: Option<(u32, String)> = conn.query_opt(
            "SELECT version, body FROM resource_version
             WHERE account_id = $1 AND region = $2 AND resource_type = $3 AND resource_id = $4
             ORDER BY version DESC LIMIT 1",
            &[&key.account_id, &key.region, &resource_type, &change.id],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )?;
        let (version, last_body) = last.unwrap_or_default();
        if version > 0 {
            conn.execute(
                "UPDATE resource_version SET valid_to = $6
                 WHERE account_id = $1 AND region = $2 AND resource_type = $3 AND resource_id = $4 AND version = $5",
                &[&key.account_id, &key.region, &resource_type, &change.id, &version, &self.at],
            )?;
        }
        conn.execute(
            "INSERT INTO resource_version
               (account_id, region, resource_type, resource_id, version, valid_from, change, run_id, body)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
            &[
                &key.account_id,
                &key.region,
                &resource_type,
                &change.id,
                &(version + 1),
                &self.at,
                &change.kind.as_str(),
                &self.run,
                &body.unwrap_or(&last_body),
            ],
        )?;
        Ok(())
    }

    /// Every text in the record and the tags, in lower case, for `q`.
    fn search<T: serde::Serialize>(&self, record: &Json<&T>, tags: Option<&Tags>) -> String {
        let mut text = format!("{} {}", self.key.account_id, self.key.region);
        if let Ok(value) = serde_json::to_value(record.0) {
            leaves(&value, &mut text);
        }
        for (key, value) in tags.into_iter().flatten() {
            text.extend([" ", key, "=", value]);
        }
        text.to_lowercase()
    }
}

fn leaves(value: &serde_json::Value, into: &mut String) {
    match value {
        serde_json::Value::String(text) => into.extend([" ", text]),
        serde_json::Value::Array(items) => items.iter().for_each(|item| leaves(item, into)),
        serde_json::Value::Object(fields) => fields.values().for_each(|field| leaves(field, into)),
        serde_json::Value::Number(number) => into.extend([" ", &number.to_string()]),
        serde_json::Value::Null | serde_json::Value::Bool(_) => {}
    }
}
