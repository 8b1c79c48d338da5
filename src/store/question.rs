//! Questions people asked, each its asker's own. What an answer said is shown only to whoever may
//! still see every organization it was made of.

use std::collections::BTreeSet;

use domain::listing::{Page, PageRequest};
use domain::question::{AskedQuestion, Feedback, Outcome, Tier};
use domain::{OrganizationId, Scope, UserId, UtcTime};

use crate::conn::{Conn, Row};
use crate::db::Db;
use crate::error::StoreError;
use crate::page::{Listing, SortColumn, column};
use crate::select::Conditions;
use crate::value::Json;

const COLUMNS: &str = "q.question_id, q.question, q.follows, q.asked_at, q.asked_by, q.outcome,
    q.reason, q.tier, q.understood, q.sql, q.summary, q.rows, q.duration_ms, q.feedback, q.scope";

const SORTS: &[SortColumn] = &[column("id", "q.question_id")];

/// A question as it is kept.
#[derive(Debug, Clone)]
pub struct NewQuestion {
    pub asked: AskedQuestion,
    /// Whose it is; `None` is the control socket.
    pub user_id: Option<UserId>,
    /// What it was understood as, for follow-ups.
    pub meaning: Option<serde_json::Value>,
    /// What its asker could see.
    pub scope: Scope,
}

type StoredScope = Json<Option<BTreeSet<String>>>;

fn stored(scope: &Scope) -> StoredScope {
    Json(match scope {
        Scope::All => None,
        Scope::Organizations(set) => Some(set.iter().map(ToString::to_string).collect()),
    })
}

/// Whether `scope` still reaches everything that an answer was made of.
fn reaches(scope: &Scope, then: Option<&BTreeSet<String>>) -> bool {
    match (scope, then) {
        (Scope::All, _) => true,
        (Scope::Organizations(_), None) => false,
        (Scope::Organizations(now), Some(then)) => then
            .iter()
            .all(|id| now.contains(&OrganizationId::from_text(id.as_str()))),
    }
}

fn known<T>(found: Option<T>, what: &str, text: &str) -> Result<T, StoreError> {
    found.ok_or_else(|| StoreError::Unreadable(format!("{what} {text:?}")))
}

fn from_row(row: &Row<'_>, scope: &Scope) -> Result<AskedQuestion, StoreError> {
    let (outcome, tier, feedback) = (
        row.get::<String>(5)?,
        row.get::<Option<String>>(7)?,
        row.get::<Option<String>>(13)?,
    );
    let shown = reaches(scope, row.get::<StoredScope>(14)?.0.as_ref());
    Ok(AskedQuestion {
        id: row.get(0)?,
        question: row.get(1)?,
        follows: row.get(2)?,
        asked_at: row.get(3)?,
        asked_by: row.get(4)?,
        outcome: known(Outcome::from_text(&outcome), "outcome", &outcome)?,
        reason: row.get(6)?,
        tier: tier
            .map(|text| known(Tier::from_text(&text), "tier", &text))
            .transpose()?,
        understood: row.get(8)?,
        sql: if shown { row.get(9)? } else { None },
        summary: if shown { row.get(10)? } else { None },
        rows: row.get(11)?,
        duration_ms: row.get(12)?,
        feedback: feedback
            .map(|text| known(Feedback::from_text(&text), "feedback", &text))
            .transpose()?,
    })
}

/// Only the asker's own.
fn own(user: Option<&UserId>) -> Conditions {
    let mut conditions = Conditions::default();
    match user {
        Some(user) => conditions.any_of("q.user_id", [user]),
        None => conditions.push("q.user_id IS NULL"),
    }
    conditions
}

fn fetch<T>(
    conn: &Conn,
    user: Option<&UserId>,
    id: &str,
    columns: &str,
    map: impl FnOnce(&Row<'_>) -> Result<T, StoreError>,
) -> Result<Option<T>, StoreError> {
    let mut conditions = own(user);
    conditions.any_of("q.question_id", [id]);
    let sql = format!("SELECT {columns} FROM question q {}", conditions.sql());
    conn.query_opt(&sql, &conditions.values(), map)
}

/// Keeps a question. Somebody who was deleted meanwhile leaves none.
pub async fn create(db: &Db, new: NewQuestion) -> Result<(), StoreError> {
    db.write(move |conn| {
        if let Some(user) = &new.user_id
            && conn
                .query_opt("SELECT 1 FROM person WHERE user_id = $1", &[user], |_| {
                    Ok(())
                })?
                .is_none()
        {
            return Ok(());
        }
        let asked = &new.asked;
        conn.execute(
            "INSERT INTO question (question_id, user_id, asked_by, asked_at, question, follows,
               outcome, reason, tier, understood, sql, meaning, summary, rows, duration_ms, scope)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)",
            &[
                &asked.id,
                &new.user_id,
                &asked.asked_by,
                &asked.asked_at,
                &asked.question,
                &asked.follows,
                &asked.outcome.as_str(),
                &asked.reason,
                &asked.tier.map(Tier::as_str),
                &asked.understood,
                &asked.sql,
                &new.meaning.map(Json),
                &asked.summary,
                &asked.rows,
                &asked.duration_ms,
                &stored(&new.scope),
            ],
        )?;
        Ok(())
    })
    .await
}

/// A person's questions, newest first.
pub async fn list(
    db: &Db,
    user: Option<&UserId>,
    scope: &Scope,
    request: &PageRequest,
) -> Result<Page<AskedQuestion>, StoreError> {
    let (user, scope, request) = (user.cloned(), scope.clone(), request.clone());
    db.read(move |conn| {
        let listing = Listing {
            name: "questions",
            columns: COLUMNS,
            from: "question q",
            sorts: SORTS,
            default_sort: "-id",
            ids: &["q.question_id"],
            fingerprint: user.as_ref().map_or("", UserId::as_str),
        };
        let mut page = listing.page(conn, &own(user.as_ref()), &request, |row| {
            from_row(row, &scope)
        })?;
        page.as_of = Some(UtcTime::now());
        Ok(page)
    })
    .await
}

pub async fn find(
    db: &Db,
    user: Option<&UserId>,
    scope: &Scope,
    id: &str,
) -> Result<Option<AskedQuestion>, StoreError> {
    let (user, scope, id) = (user.cloned(), scope.clone(), id.to_owned());
    db.read(move |conn| {
        fetch(conn, user.as_ref(), &id, COLUMNS, |row| {
            from_row(row, &scope)
        })
    })
    .await
}

/// What a question was understood as; absent when it was not by a known kind.
pub async fn find_meaning(
    db: &Db,
    user: Option<&UserId>,
    id: &str,
) -> Result<Option<serde_json::Value>, StoreError> {
    let (user, id) = (user.cloned(), id.to_owned());
    db.read(move |conn| {
        let found = fetch(conn, user.as_ref(), &id, "q.meaning", |row| {
            row.get::<Option<Json<serde_json::Value>>>(0)
        })?;
        Ok(found.flatten().map(|json| json.0))
    })
    .await
}

/// The asker's opinion; answers whether there is such a question of theirs.
pub async fn set_feedback(
    db: &Db,
    user: Option<&UserId>,
    id: &str,
    feedback: Feedback,
) -> Result<bool, StoreError> {
    let (user, id) = (user.cloned(), id.to_owned());
    db.write(move |conn| {
        let changed = conn.execute(
            "UPDATE question SET feedback = $3
             WHERE question_id = $2 AND coalesce(user_id, '') = coalesce($1, '')",
            &[&user, &id, &feedback.as_str()],
        )?;
        Ok(changed > 0)
    })
    .await
}
