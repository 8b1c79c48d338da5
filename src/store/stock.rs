//! What a sync reads and writes: the digests of a scope's rows, and batches of changes to them
//! with their history. Which change a row needs is decided in the inventory room; how it is
//! written, here. These functions serve the sync alone, which has no caller to hide rows from, so
//! they take one account's key in place of a `Scope`.

mod batch;

use std::collections::HashMap;
use std::fmt;

use domain::directory::{BundleRecord, DirectoryRecord};
use domain::workspace::{ConnectionRecord, Tags, WorkspaceRecord};
use domain::{AccountId, JobId, OrganizationId, Region, UtcTime};

use crate::account;
use crate::value::Json;
use crate::{Db, StoreError};
use batch::Batch;

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
    db.forget_lost(&owner(key));
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

/// Notes that a listing begun at `at` was complete. The age of lists, `as_of`, comes from here, and
/// when a row was last seen; a listing that was cut short says nothing about rows it did not reach.
pub async fn listed(db: &Db, key: &ScopeKey, at: UtcTime) -> Result<(), StoreError> {
    // Answered once the batches before it are committed, or are not.
    db.write(|_| Ok(())).await?;
    kept(db, &owner(key))?;
    let key = key.clone();
    db.write(move |conn| {
        if !account::known(conn, &key.account_id, Some(&key.organization_id))? {
            return Ok(());
        }
        conn.execute(
            "INSERT INTO sync_scope (account_id, region, resource_type, last_complete_at)
             VALUES ($1, $2, $3, $4)
             ON CONFLICT (account_id, region, resource_type) DO UPDATE SET
               last_complete_at = excluded.last_complete_at",
            &[
                &key.account_id,
                &key.region,
                &key.resource_type.as_str(),
                &at,
            ],
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

fn owner(key: &ScopeKey) -> String {
    format!(
        "{} {} {}",
        key.account_id,
        key.region,
        key.resource_type.as_str()
    )
}

/// An error when batches of this listing were answered and then not committed.
fn kept(db: &Db, owner: &str) -> Result<(), StoreError> {
    if db.lost(owner) {
        Err(StoreError::ReadOnly {
            reason: "rows listed before could not be written".to_owned(),
        })
    } else {
        Ok(())
    }
}

/// Writes a batch of changes in one transaction, which is committed soon after and before any later
/// write of another kind is answered; nothing when the account was deleted meanwhile.
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
    let owner = owner(key);
    kept(db, &owner)?;
    db.write_ahead(owner, move |conn| {
        if !account::known(
            conn,
            &batch.key.account_id,
            Some(&batch.key.organization_id),
        )? {
            return Ok(());
        }
        for change in &changes {
            batch.write(conn, change)?;
        }
        conn.changed(batch.key.resource_type.as_str());
        Ok(())
    })
    .await
}

/// Writes who is connected; answers how many desktops differ from what was known. A desktop whose
/// state and last connection are as they were costs no write; one seen for the first time is none
/// that changed.
pub async fn apply_connections(
    db: &Db,
    key: &ScopeKey,
    records: Vec<ConnectionRecord>,
) -> Result<u64, StoreError> {
    let reading = key.clone();
    let (records, changed) = db
        .read(move |conn| {
            let (mut differing, mut changed) = (Vec::new(), 0);
            for record in records {
                let known = conn.query_opt(
                    "SELECT connection_state, last_connected_at FROM workspace
                     WHERE workspace_id = $1 AND account_id = $2 AND region = $3",
                    &[&record.workspace_id, &reading.account_id, &reading.region],
                    |row| {
                        Ok((
                            row.get::<Option<String>>(0)?,
                            row.get::<Option<UtcTime>>(1)?,
                        ))
                    },
                )?;
                let Some((state, last)) = known else { continue };
                if state.as_deref() != Some(record.state.as_str())
                    || last != record.last_connected_at
                {
                    changed += u64::from(state.is_some());
                    differing.push(record);
                }
            }
            Ok((differing, changed))
        })
        .await?;
    if records.is_empty() {
        return Ok(0);
    }
    let key = key.clone();
    db.write(move |conn| {
        for record in &records {
            conn.execute(
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
        Ok(changed)
    })
    .await
}
