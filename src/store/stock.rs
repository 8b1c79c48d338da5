//! What a sync reads and writes: the digests of a scope's rows, and batches of changes to them
//! with their history. Which change a row needs is decided in the inventory room; how it is
//! written, here. These functions serve the sync alone, which has no caller to hide rows from, so
//! they take one account's key in place of a `Scope`.

use std::collections::HashMap;
use std::fmt;

use domain::directory::{BundleRecord, DirectoryRecord};
use domain::workspace::{ConnectionRecord, Tags, WorkspaceRecord};
use domain::{AccountId, JobId, OrganizationId, Region, UtcTime};

use crate::value::{Json, ToValue};
use crate::{Conn, Db, StoreError};

/// The kinds of rows that listings decide over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ResourceType {
    Workspaces,
    Directories,
    Bundles,
}

impl ResourceType {
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Workspaces => "workspaces",
            Self::Directories => "directories",
            Self::Bundles => "bundles",
        }
    }

    /// The kind of the alert for a listing of it that shrank.
    #[must_use]
    pub fn shrank_alert(self) -> &'static str {
        match self {
            Self::Workspaces => "workspaces_shrank",
            Self::Directories => "directories_shrank",
            Self::Bundles => "bundles_shrank",
        }
    }

    /// The table and its id column.
    fn table(self) -> (&'static str, &'static str) {
        match self {
            Self::Workspaces => ("workspace", "workspace_id"),
            Self::Directories => ("directory", "directory_id"),
            Self::Bundles => ("bundle", "bundle_id"),
        }
    }
}

/// One listing's scope.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScopeKey {
    pub account_id: AccountId,
    pub organization_id: OrganizationId,
    pub region: Region,
    pub resource_type: ResourceType,
}

/// Tells whether the versioned part of a row changed: half of a SHA-256.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Digest(pub [u8; 16]);

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl Digest {
    fn from_hex(text: &str) -> Result<Self, StoreError> {
        u128::from_str_radix(text, 16)
            .map(|number| Self(number.to_be_bytes()))
            .map_err(|_| StoreError::Unreadable(format!("digest {text:?}")))
    }
}

/// What is stored of a row, as far as comparing it needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    pub digest: Digest,
    /// Only for desktops.
    pub state: Option<String>,
    pub missing: bool,
    pub deleted: bool,
    pub terminated: bool,
}

impl Known {
    /// Not in stock: missing or deleted.
    #[must_use]
    pub fn gone(&self) -> bool {
        self.missing || self.deleted
    }

    /// What is known of a listed row once `kind` was written.
    #[must_use]
    pub fn after(kind: ChangeKind, digest: Digest, state: Option<String>) -> Self {
        let terminated = matches!(kind, ChangeKind::Terminated | ChangeKind::CreatedTerminated);
        Self {
            digest,
            state,
            missing: false,
            deleted: terminated,
            terminated,
        }
    }
}

/// What happens to a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChangeKind {
    /// First seen.
    Created,
    /// First seen, and AWS says TERMINATED already.
    CreatedTerminated,
    /// Its versioned part differs.
    Changed,
    /// Only its state differs: the row is written, no version is opened.
    Volatile,
    /// It was missing or deleted and is listed again.
    Returned,
    /// A complete listing lacked it.
    Missing,
    /// The next complete listing lacked it too.
    Deleted,
    /// AWS says TERMINATED.
    Terminated,
}

impl ChangeKind {
    #[must_use]
    pub fn opens_version(self) -> bool {
        self != Self::Volatile
    }

    /// The word kept with the version.
    fn as_str(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Changed | Self::Volatile => "changed",
            Self::Returned => "returned",
            Self::Missing => "missing",
            Self::Deleted => "deleted",
            Self::Terminated | Self::CreatedTerminated => "terminated",
        }
    }
}

/// A row as listed.
pub enum Row {
    Workspace(Box<WorkspaceRecord>, Tags),
    Directory(Box<DirectoryRecord>),
    Bundle(Box<BundleRecord>),
}

/// One change to write.
pub struct Change {
    pub id: String,
    pub kind: ChangeKind,
    /// The listed row, its digest and its versioned part as JSON; absent for rows that were not
    /// listed.
    pub row: Option<(Row, Digest, String)>,
}

/// Every row of the scope that was ever seen, by id.
pub async fn known(db: &Db, key: &ScopeKey) -> Result<HashMap<String, Known>, StoreError> {
    let key = key.clone();
    db.read(move |conn| {
        let (table, id) = key.resource_type.table();
        let (state, terminated) = match key.resource_type {
            ResourceType::Workspaces => ("state", "terminated_at"),
            _ => ("NULL", "NULL"),
        };
        let sql = format!(
            "SELECT {id}, digest, {state}, missing_since IS NOT NULL, deleted_at IS NOT NULL, {terminated} IS NOT NULL
             FROM {table} WHERE account_id = $1 AND region = $2"
        );
        let mut found = HashMap::new();
        conn.for_each(&sql, &[&key.account_id, &key.region], |row| {
            let known = Known {
                digest: Digest::from_hex(&row.get::<String>(1)?)?,
                state: row.get(2)?,
                missing: row.get(3)?,
                deleted: row.get(4)?,
                terminated: row.get(5)?,
            };
            found.insert(row.get(0)?, known);
            Ok(())
        })?;
        Ok(found)
    })
    .await
}

/// Whether nothing of the scope is in stock.
pub async fn is_empty(db: &Db, key: &ScopeKey) -> Result<bool, StoreError> {
    let key = key.clone();
    db.read(move |conn| {
        let (table, _) = key.resource_type.table();
        let sql = format!(
            "SELECT 1 FROM {table} WHERE account_id = $1 AND region = $2 AND deleted_at IS NULL LIMIT 1"
        );
        Ok(conn.query_opt(&sql, &[&key.account_id, &key.region], |_| Ok(()))?.is_none())
    })
    .await
}

/// The stored tags of some desktops.
pub async fn tags(
    db: &Db,
    key: &ScopeKey,
    ids: Vec<String>,
) -> Result<HashMap<String, Tags>, StoreError> {
    let key = key.clone();
    db.read(move |conn| {
        let mut found = HashMap::new();
        for id in ids {
            let sql = "SELECT tags FROM workspace WHERE workspace_id = $1 AND account_id = $2 AND region = $3";
            if let Some(Json(tags)) =
                conn.query_opt(sql, &[&id, &key.account_id, &key.region], |row| row.get::<Json<Tags>>(0))?
            {
                found.insert(id, tags);
            }
        }
        Ok(found)
    })
    .await
}

/// Notes that the scope was listed at `at`, and whether the listing was complete. The age of
/// lists, `as_of`, comes from here.
pub async fn listed(
    db: &Db,
    key: &ScopeKey,
    at: UtcTime,
    complete: bool,
) -> Result<(), StoreError> {
    let key = key.clone();
    db.write(move |conn| {
        conn.execute(
            "INSERT INTO sync_scope (account_id, region, resource_type, last_listed_at, last_complete_at)
             VALUES ($1, $2, $3, $4, $5)
             ON CONFLICT (account_id, region, resource_type) DO UPDATE SET
               last_listed_at = excluded.last_listed_at,
               last_complete_at = COALESCE(excluded.last_complete_at, sync_scope.last_complete_at)",
            &[&key.account_id, &key.region, &key.resource_type.as_str(), &at, &complete.then_some(at)],
        )?;
        conn.changed(key.resource_type.as_str());
        Ok(())
    })
    .await
}

/// Whether bundles were completely listed at or after `since`, and no desktop has appeared since
/// then with a bundle that is not known.
pub async fn bundles_are_fresh(
    db: &Db,
    key: &ScopeKey,
    since: UtcTime,
) -> Result<bool, StoreError> {
    let key = key.clone();
    db.read(move |conn| {
        let fresh = conn.query_opt(
            "SELECT 1 FROM sync_scope s
             WHERE s.account_id = $1 AND s.region = $2 AND s.resource_type = 'bundles' AND s.last_complete_at >= $3
               AND NOT EXISTS (
                 SELECT 1 FROM workspace w
                 WHERE w.account_id = $1 AND w.region = $2 AND w.first_seen_at >= s.last_complete_at
                   AND w.bundle_id IS NOT NULL
                   AND NOT EXISTS (
                     SELECT 1 FROM bundle b
                     WHERE b.bundle_id = w.bundle_id AND b.account_id = w.account_id AND b.region = w.region))",
            &[&key.account_id, &key.region, &since],
            |_| Ok(()),
        )?;
        Ok(fresh.is_some())
    })
    .await
}

/// Writes a batch of changes in one transaction.
pub async fn apply(
    db: &Db,
    key: &ScopeKey,
    run: &JobId,
    at: UtcTime,
    changes: Vec<Change>,
) -> Result<(), StoreError> {
    let batch = Batch {
        key: key.clone(),
        run: run.clone(),
        at,
    };
    db.write(move |conn| {
        for change in &changes {
            batch.write(conn, change)?;
        }
        conn.changed(batch.key.resource_type.as_str());
        Ok(())
    })
    .await
}

/// Writes who is connected; answers how many desktops differ from before. A desktop whose state
/// and last connection are as they were costs no write.
pub async fn apply_connections(
    db: &Db,
    key: &ScopeKey,
    records: Vec<ConnectionRecord>,
) -> Result<u64, StoreError> {
    let reading = key.clone();
    let records = db
        .read(move |conn| {
            let mut differing = Vec::new();
            for record in records {
                let same = conn.query_opt(
                    "SELECT 1 FROM workspace WHERE workspace_id = $1 AND account_id = $2 AND region = $3
                       AND connection_state = $4 AND last_connected_at IS NOT DISTINCT FROM $5",
                    &[
                        &record.workspace_id,
                        &reading.account_id,
                        &reading.region,
                        &record.state.as_str(),
                        &record.last_connected_at,
                    ],
                    |_| Ok(()),
                )?;
                if same.is_none() {
                    differing.push(record);
                }
            }
            Ok(differing)
        })
        .await?;
    if records.is_empty() {
        return Ok(0);
    }
    let key = key.clone();
    db.write(move |conn| {
        let mut changed = 0;
        for record in &records {
            changed += conn.execute(
                "UPDATE workspace SET connection_state = $4, last_connected_at = $5, connection_checked_at = $6
                 WHERE workspace_id = $1 AND account_id = $2 AND region = $3",
                &[
                    &record.workspace_id,
                    &key.account_id,
                    &key.region,
                    &record.state.as_str(),
                    &record.last_connected_at,
                    &record.checked_at,
                ],
            )?;
        }
        conn.changed("workspaces");
        Ok(changed as u64)
    })
    .await
}

/// What the changes of one batch share.
struct Batch {
    key: ScopeKey,
    run: JobId,
    at: UtcTime,
}

impl Batch {
    fn write(&self, conn: &Conn, change: &Change) -> Result<(), StoreError> {
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
            include_str!("sql/upsert_workspace.sql"),
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
            include_str!("sql/upsert_directory.sql"),
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
            include_str!("sql/upsert_bundle.sql"),
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
               SELECT s.last_listed_at FROM sync_scope s
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
