//! Lists that people gave a name. A person sees their own, and those of their organizations.

use domain::saved_view::{SavedView, Visibility};
use domain::{OrganizationId, Scope, UserId, UtcTime, ViewId};

use crate::conn::{Conn, Row};
use crate::db::Db;
use crate::error::StoreError;
use crate::select::Conditions;

const COLUMNS: &str = "v.view_id, v.page, v.name, v.search, v.organization_id, v.owner_id,
    coalesce(p.display_name, p.username), v.created_at, v.updated_at,
    EXISTS (SELECT 1 FROM default_view d WHERE d.view_id = v.view_id AND d.user_id = $1)";

/// The most views one person may keep.
const MOST: u64 = 500;

/// What of a view can be changed.
#[derive(Debug, Clone)]
pub struct ViewText {
    pub page: String,
    pub name: String,
    pub search: String,
    /// `None` is the owner's alone.
    pub organization_id: Option<OrganizationId>,
}

fn from_row(row: &Row<'_>) -> Result<SavedView, StoreError> {
    let organization_id: Option<OrganizationId> = row.get(4)?;
    Ok(SavedView {
        id: row.get(0)?,
        page: row.get(1)?,
        name: row.get(2)?,
        search: row.get(3)?,
        visibility: match organization_id {
            Some(_) => Visibility::Organization,
            None => Visibility::Private,
        },
        organization_id,
        owner_id: row.get(5)?,
        owner_name: row.get(6)?,
        created_at: row.get(7)?,
        updated_at: row.get(8)?,
        is_default: row.get(9)?,
        may_change: false,
    })
}

/// The person's own, and those of organizations in `scope`. The person is `$1`.
fn visible(user: &UserId, scope: &Scope) -> Conditions {
    let mut conditions = Conditions::default();
    let me = conditions.bind(user);
    match scope {
        Scope::All => conditions.push(format!(
            "(v.owner_id = {me} OR v.organization_id IS NOT NULL)"
        )),
        Scope::Organizations(set) => {
            let places: Vec<String> = set.iter().map(|id| conditions.bind(id)).collect();
            conditions.push(format!(
                "(v.owner_id = {me} AND v.organization_id IS NULL OR v.organization_id IN ({}))",
                places.join(", ")
            ));
        }
    }
    conditions
}

fn select(conn: &Conn, conditions: &Conditions) -> Result<Vec<SavedView>, StoreError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM saved_view v JOIN person p ON p.user_id = v.owner_id {}
         ORDER BY lower(v.name), v.view_id",
        conditions.sql()
    );
    conn.query(&sql, &conditions.values(), from_row)
}

fn fetch(
    conn: &Conn,
    user: &UserId,
    scope: &Scope,
    id: &ViewId,
) -> Result<Option<SavedView>, StoreError> {
    let mut conditions = visible(user, scope);
    conditions.any_of("v.view_id", [id]);
    Ok(select(conn, &conditions)?.into_iter().next())
}

/// Views of one page in the order of their names.
pub async fn list(
    db: &Db,
    user: &UserId,
    scope: &Scope,
    page: &str,
) -> Result<Vec<SavedView>, StoreError> {
    let (user, scope, page) = (user.clone(), scope.clone(), page.to_owned());
    db.read(move |conn| {
        let mut conditions = visible(&user, &scope);
        conditions.any_of("v.page", [&page]);
        select(conn, &conditions)
    })
    .await
}

pub async fn find(
    db: &Db,
    user: &UserId,
    scope: &Scope,
    id: &ViewId,
) -> Result<Option<SavedView>, StoreError> {
    let (user, scope, id) = (user.clone(), scope.clone(), id.clone());
    db.read(move |conn| fetch(conn, &user, &scope, &id)).await
}

pub async fn create(db: &Db, owner: &UserId, new: ViewText) -> Result<SavedView, StoreError> {
    let owner = owner.clone();
    db.write(move |conn| {
        let kept: u64 = conn.query_one(
            "SELECT count(*) FROM saved_view WHERE owner_id = $1",
            &[&owner],
            |row| row.get(0),
        )?;
        if kept >= MOST {
            return Err(StoreError::conflict(format!(
                "you keep {MOST} views, which is the most; delete some first"
            )));
        }
        let (id, now) = (ViewId::new(), UtcTime::now());
        conn.execute(
            "INSERT INTO saved_view (view_id, owner_id, organization_id, page, name, search,
               created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $7)",
            &[
                &id,
                &owner,
                &new.organization_id,
                &new.page,
                &new.name,
                &new.search,
                &now,
            ],
        )?;
        written(conn, &owner, &id)
    })
    .await
}

/// Writes a view anew, as the person `user` sees it afterwards.
pub async fn replace(
    db: &Db,
    user: &UserId,
    id: &ViewId,
    text: ViewText,
) -> Result<SavedView, StoreError> {
    let (user, id) = (user.clone(), id.clone());
    db.write(move |conn| {
        conn.execute(
            "UPDATE saved_view SET organization_id = $2, name = $3, search = $4, updated_at = $5
             WHERE view_id = $1",
            &[
                &id,
                &text.organization_id,
                &text.name,
                &text.search,
                &UtcTime::now(),
            ],
        )?;
        // Whoever no longer sees it keeps no page that opens with it.
        if text.organization_id.is_none() {
            conn.execute(
                "DELETE FROM default_view WHERE view_id = $1 AND user_id <>
                   (SELECT owner_id FROM saved_view WHERE view_id = $1)",
                &[&id],
            )?;
        }
        written(conn, &user, &id)
    })
    .await
}

fn written(conn: &Conn, user: &UserId, id: &ViewId) -> Result<SavedView, StoreError> {
    let mut conditions = Conditions::default();
    conditions.bind(user);
    conditions.any_of("v.view_id", [id]);
    select(conn, &conditions)?
        .into_iter()
        .next()
        .ok_or_else(|| StoreError::Database("the view just written is gone".to_owned()))
}

/// Makes a view the one its page opens with for a person, or takes that back.
pub async fn set_default(
    db: &Db,
    user: &UserId,
    view: &SavedView,
    default: bool,
) -> Result<SavedView, StoreError> {
    let (user, view) = (user.clone(), view.clone());
    db.write(move |conn| {
        if default {
            conn.execute(
                "INSERT INTO default_view (user_id, page, view_id) VALUES ($1, $2, $3)
                 ON CONFLICT (user_id, page) DO UPDATE SET view_id = excluded.view_id",
                &[&user, &view.page, &view.id],
            )?;
        } else {
            conn.execute(
                "DELETE FROM default_view WHERE user_id = $1 AND view_id = $2",
                &[&user, &view.id],
            )?;
        }
        written(conn, &user, &view.id)
    })
    .await
}

/// Answers whether there was one.
pub async fn delete(db: &Db, id: &ViewId) -> Result<bool, StoreError> {
    let id = id.clone();
    db.write(move |conn| {
        let gone = conn.execute("DELETE FROM saved_view WHERE view_id = $1", &[&id])?;
        Ok(gone > 0)
    })
    .await
}
