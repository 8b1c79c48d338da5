//! The audit log. Each row carries the hash of the row before it and of its own fields, so that a
//! row altered, removed or slipped in shows in [`verify`].

use domain::audit::{AuditEntry, NewAuditEntry};
use domain::listing::{Page, PageRequest};
use domain::{Scope, UtcTime};

use crate::conn::{Conn, Row};
use crate::db::Db;
use crate::digest;
use crate::error::StoreError;
use crate::page::{Listing, SortColumn, column, nullable};
use crate::select::Conditions;

const COLUMNS: &str = "e.sequence, e.at, e.actor, e.actor_id, e.organization_id, e.action,
    e.subject, e.client_ip, e.details";

const SORTS: &[SortColumn] = &[
    column("sequence", "e.sequence"),
    column("at", "e.at"),
    column("actor", "e.actor"),
    column("action", "e.action"),
    nullable("subject", "e.subject"),
    nullable("client_ip", "e.client_ip"),
];

/// What the first row names as the one before it.
const START: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// Whether the log is whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verification {
    /// Every row follows from the one before it.
    Whole { entries: u64 },
    /// The first row that does not.
    Broken { sequence: u64, reason: String },
}

/// The fields as they are hashed and stored; `details` as its stored text.
struct Stored {
    sequence: u64,
    at: String,
    actor: String,
    actor_id: Option<String>,
    organization_id: Option<String>,
    action: String,
    subject: Option<String>,
    client_ip: Option<String>,
    details: String,
}

impl Stored {
    /// A JSON array keeps the fields apart whatever they contain.
    fn hash(&self, previous: &str) -> Result<String, StoreError> {
        let text = serde_json::to_string(&(
            previous,
            self.sequence,
            &self.at,
            &self.actor,
            &self.actor_id,
            &self.organization_id,
            &self.action,
            &self.subject,
            &self.client_ip,
            &self.details,
        ))?;
        Ok(digest::hex(text.as_bytes()))
    }

    fn from_row(row: &Row<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            sequence: row.get(0)?,
            at: row.get(1)?,
            actor: row.get(2)?,
            actor_id: row.get(3)?,
            organization_id: row.get(4)?,
            action: row.get(5)?,
            subject: row.get(6)?,
            client_ip: row.get(7)?,
            details: row.get(8)?,
        })
    }

    fn into_entry(self) -> Result<AuditEntry, StoreError> {
        Ok(AuditEntry {
            sequence: self.sequence,
            at: self
                .at
                .parse()
                .map_err(|error| StoreError::Unreadable(format!("audit time: {error}")))?,
            actor: self.actor,
            actor_id: self.actor_id.map(domain::UserId::from_text),
            organization_id: self.organization_id.map(domain::OrganizationId::from_text),
            action: self.action,
            subject: self.subject,
            client_ip: self.client_ip,
            details: serde_json::from_str(&self.details)?,
        })
    }
}

/// Adds an entry at the end of the chain; answers its sequence.
pub async fn append(db: &Db, entry: NewAuditEntry) -> Result<u64, StoreError> {
    db.write(move |conn| insert(conn, entry)).await
}

fn insert(conn: &Conn, entry: NewAuditEntry) -> Result<u64, StoreError> {
    let (last, previous) = conn
        .query_opt(
            "SELECT sequence, hash FROM audit_entry ORDER BY sequence DESC LIMIT 1",
            &[],
            |row| Ok((row.get::<u64>(0)?, row.get::<String>(1)?)),
        )?
        .unwrap_or_else(|| (0, START.to_owned()));
    let stored = Stored {
        sequence: last + 1,
        at: UtcTime::now().to_string(),
        actor: entry.actor,
        actor_id: entry.actor_id.map(|id| id.to_string()),
        organization_id: entry.organization_id.map(|id| id.to_string()),
        action: entry.action.to_owned(),
        subject: entry.subject,
        client_ip: entry.client_ip,
        details: serde_json::to_string(&entry.details)?,
    };
    conn.execute(
        "INSERT INTO audit_entry (sequence, at, actor, actor_id, organization_id, action, subject,
           client_ip, details, previous_hash, hash)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        &[
            &stored.sequence,
            &stored.at,
            &stored.actor,
            &stored.actor_id,
            &stored.organization_id,
            &stored.action,
            &stored.subject,
            &stored.client_ip,
            &stored.details,
            &previous,
            &stored.hash(&previous)?,
        ],
    )?;
    Ok(stored.sequence)
}

/// Entries the caller may see, newest first unless sorted otherwise. Entries of no organization
/// are for those who see all.
pub async fn list(
    db: &Db,
    scope: &Scope,
    request: &PageRequest,
) -> Result<Page<AuditEntry>, StoreError> {
    let conditions = Conditions::in_scope(scope, "e.organization_id");
    let request = request.clone();
    db.read(move |conn| {
        let listing = Listing {
            name: "audit",
            columns: COLUMNS,
            from: "audit_entry e",
            sorts: SORTS,
            default_sort: "-sequence",
            ids: &["e.sequence"],
            fingerprint: "",
        };
        let mut page = listing.page(conn, &conditions, &request, |row| {
            Stored::from_row(row)?.into_entry()
        })?;
        page.as_of = Some(UtcTime::now());
        Ok(page)
    })
    .await
}

/// Walks the whole chain.
pub async fn verify(db: &Db) -> Result<Verification, StoreError> {
    db.read(|conn| {
        let sql = format!(
            "SELECT {COLUMNS}, e.previous_hash, e.hash FROM audit_entry e ORDER BY e.sequence"
        );
        let mut previous = START.to_owned();
        let mut entries = 0;
        let mut broken = None;
        conn.for_each(&sql, &[], |row| {
            if broken.is_some() {
                return Ok(());
            }
            let stored = Stored::from_row(row)?;
            let (named, hash): (String, String) = (row.get(9)?, row.get(10)?);
            let expected = entries + 1;
            let reason = if stored.sequence != expected {
                Some(format!("entry {expected} is missing"))
            } else if named != previous {
                Some("it does not follow from the entry before it".to_owned())
            } else if stored.hash(&previous)? != hash {
                Some("its contents were altered".to_owned())
            } else {
                None
            };
            if let Some(reason) = reason {
                broken = Some(Verification::Broken {
                    sequence: expected,
                    reason,
                });
            }
            entries = expected;
            previous = hash;
            Ok(())
        })?;
        Ok(broken.unwrap_or(Verification::Whole { entries }))
    })
    .await
}
