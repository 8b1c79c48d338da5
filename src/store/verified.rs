//! Pairs of question and SQL that people verified: an organization's own, or everyone's.

use domain::listing::{Page, PageRequest};
use domain::question::VerifiedQuery;
use domain::{OrganizationId, Scope, UtcTime};

use crate::conn::{Conn, Row};
use crate::db::Db;
use crate::error::StoreError;
use crate::page::{Listing, SortColumn, column};
use crate::select::Conditions;

const COLUMNS: &str = "v.verified_id, v.organization_id, o.name, v.question, v.sql, v.created_by,
    v.created_at, v.broken, v.checked_at";

const FROM: &str =
    "verified_query v LEFT JOIN organization o ON o.organization_id = v.organization_id";

const SORTS: &[SortColumn] = &[
    column("id", "v.verified_id"),
    column("question", "v.question"),
    column("created_at", "v.created_at"),
];

/// How many pairs one organization, or everyone together, may keep.
const MOST: u64 = 1_000;

/// A pair about to be kept.
#[derive(Debug, Clone)]
pub struct NewPair {
    pub id: String,
    pub organization_id: Option<OrganizationId>,
    pub question: String,
    pub normalized: String,
    pub sql: String,
    pub created_by: String,
    pub schema_digest: String,
}

fn from_row(row: &Row<'_>) -> Result<VerifiedQuery, StoreError> {
    Ok(VerifiedQuery {
        id: row.get(0)?,
        organization_id: row.get(1)?,
        organization_name: row.get(2)?,
        question: row.get(3)?,
        sql: row.get(4)?,
        created_by: row.get(5)?,
        created_at: row.get(6)?,
        broken: row.get(7)?,
        last_checked_at: row.get(8)?,
    })
}

/// Everyone's, and those of organizations the caller may see.
fn visible(scope: &Scope) -> Conditions {
    let mut conditions = Conditions::default();
    if let Scope::Organizations(set) = scope {
        let places: Vec<String> = set.iter().map(|id| conditions.bind(id)).collect();
        conditions.push(format!(
            "(v.organization_id IS NULL OR v.organization_id IN ({}))",
            places.join(", ")
        ));
    }
    conditions
}

fn fetch(conn: &Conn, scope: &Scope, id: &str) -> Result<Option<VerifiedQuery>, StoreError> {
    let mut conditions = visible(scope);
    conditions.any_of("v.verified_id", [id]);
    let sql = format!("SELECT {COLUMNS} FROM {FROM} {}", conditions.sql());
    conn.query_opt(&sql, &conditions.values(), from_row)
}

/// Keeps a pair; the same question of the same owner may be kept once.
pub async fn create(db: &Db, new: NewPair) -> Result<VerifiedQuery, StoreError> {
    db.write(move |conn| {
        let owner = new.organization_id.as_ref();
        let same = "coalesce(organization_id, '') = coalesce($1, '')";
        let taken: u64 = conn.query_one(
            &format!("SELECT count(*) FROM verified_query WHERE {same} AND normalized = $2"),
            &[&owner, &new.normalized],
            |row| row.get(0),
        )?;
        if taken > 0 {
            return Err(StoreError::conflict(
                "this question is saved already; delete that pair first",
            ));
        }
        let kept: u64 = conn.query_one(
            &format!("SELECT count(*) FROM verified_query WHERE {same}"),
            &[&owner],
            |row| row.get(0),
        )?;
        if kept >= MOST {
            return Err(StoreError::conflict(format!(
                "{MOST} questions are saved, which is the most; delete some first"
            )));
        }
        if let Some(id) = owner
            && conn
                .query_opt(
                    "SELECT 1 FROM organization WHERE organization_id = $1",
                    &[id],
                    |_| Ok(()),
                )?
                .is_none()
        {
            return Err(StoreError::conflict("the organization does not exist"));
        }
        let now = UtcTime::now();
        conn.execute(
            "INSERT INTO verified_query (verified_id, organization_id, question, normalized, sql,
               created_by, created_at, checked_at, schema_digest)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $7, $8)",
            &[
                &new.id,
                &new.organization_id,
                &new.question,
                &new.normalized,
                &new.sql,
                &new.created_by,
                &now,
                &new.schema_digest,
            ],
        )?;
        fetch(conn, &Scope::All, &new.id)?
            .ok_or_else(|| StoreError::Database("the pair just written is gone".to_owned()))
    })
    .await
}

/// Pairs the caller may use, newest first.
pub async fn list(
    db: &Db,
    scope: &Scope,
    request: &PageRequest,
) -> Result<Page<VerifiedQuery>, StoreError> {
    let (scope, request) = (scope.clone(), request.clone());
    db.read(move |conn| {
        let listing = Listing {
            name: "verified",
            columns: COLUMNS,
            from: FROM,
            sorts: SORTS,
            default_sort: "-id",
            ids: &["v.verified_id"],
            fingerprint: "",
        };
        let mut page = listing.page(conn, &visible(&scope), &request, from_row)?;
        page.as_of = Some(UtcTime::now());
        Ok(page)
    })
    .await
}

pub async fn find(db: &Db, scope: &Scope, id: &str) -> Result<Option<VerifiedQuery>, StoreError> {
    let (scope, id) = (scope.clone(), id.to_owned());
    db.read(move |conn| fetch(conn, &scope, &id)).await
}

/// Pairs in order that the caller may use: everyone's first.
pub async fn list_usable(db: &Db, scope: &Scope) -> Result<Vec<VerifiedQuery>, StoreError> {
    let scope = scope.clone();
    db.read(move |conn| {
        let mut conditions = visible(&scope);
        conditions.push("v.broken IS NULL");
        let sql = format!(
            "SELECT {COLUMNS} FROM {FROM} {} ORDER BY v.organization_id, v.verified_id",
            conditions.sql()
        );
        conn.query(&sql, &conditions.values(), from_row)
    })
    .await
}

/// Pairs that were last run against other views than those of `schema_digest`.
pub async fn list_unchecked(
    db: &Db,
    schema_digest: &str,
) -> Result<Vec<VerifiedQuery>, StoreError> {
    let digest = schema_digest.to_owned();
    db.read(move |conn| {
        let sql = format!(
            "SELECT {COLUMNS} FROM {FROM} WHERE v.schema_digest <> $1 ORDER BY v.verified_id"
        );
        conn.query(&sql, &[&digest], from_row)
    })
    .await
}

/// Remembers that a pair was run against the views of `schema_digest`, and why it failed.
pub async fn set_checked(
    db: &Db,
    id: &str,
    schema_digest: &str,
    broken: Option<String>,
) -> Result<(), StoreError> {
    let (id, digest) = (id.to_owned(), schema_digest.to_owned());
    db.write(move |conn| {
        conn.execute(
            "UPDATE verified_query SET schema_digest = $2, broken = $3, checked_at = $4
             WHERE verified_id = $1",
            &[&id, &digest, &broken, &UtcTime::now()],
        )?;
        Ok(())
    })
    .await
}

/// Answers whether there was one.
pub async fn delete(db: &Db, id: &str) -> Result<bool, StoreError> {
    let id = id.to_owned();
    db.write(move |conn| {
        let gone = conn.execute("DELETE FROM verified_query WHERE verified_id = $1", &[&id])?;
        Ok(gone > 0)
    })
    .await
}
