//! Changing and removing people, with what must happen in the same commit.

use domain::user::User;
use domain::{Scope, UserId};

use super::{PersonChange, fetch, free, set_memberships, tidy_email, with_memberships};
use crate::conn::Conn;
use crate::db::Db;
use crate::error::StoreError;
use crate::select::Conditions;

/// Changes a person the caller may see. Disabling ends every session in the same commit. The last
/// enabled global admin can be neither disabled nor demoted.
pub async fn update(
    db: &Db,
    scope: &Scope,
    id: &UserId,
    change: PersonChange,
) -> Result<Option<User>, StoreError> {
    let (scope, id) = (scope.clone(), id.clone());
    db.write(move |conn| {
        if fetch(conn, &scope, &id)?.is_none() {
            return Ok(None);
        }
        if change.disabled == Some(true) || change.global_admin == Some(false) {
            keep_an_admin(conn, &id)?;
        }
        apply(conn, &scope, &id, &change)?;
        conn.changed("users");
        fetch(conn, &Scope::All, &id)?
            .map(|user| with_memberships(conn, &scope, user))
            .transpose()
    })
    .await
}

fn apply(conn: &Conn, scope: &Scope, id: &UserId, change: &PersonChange) -> Result<(), StoreError> {
    if let Some(email) = &change.email {
        let email = tidy_email(email);
        if let Some(email) = &email {
            free(conn, "email", email, Some(id))?;
        }
        conn.execute(
            "UPDATE person SET email = $2 WHERE user_id = $1",
            &[id, &email],
        )?;
    }
    conn.execute(
        "UPDATE person SET display_name = coalesce($2, display_name),
           password_hash = coalesce($3, password_hash), disabled = coalesce($4, disabled),
           global_admin = coalesce($5, global_admin)
         WHERE user_id = $1",
        &[
            id,
            &change.display_name,
            &change.password_hash,
            &change.disabled,
            &change.global_admin,
        ],
    )?;
    if let Some(memberships) = &change.memberships {
        if let Some(foreign) = memberships
            .iter()
            .find(|m| !scope.contains(&m.organization_id))
        {
            return Err(StoreError::conflict(format!(
                "there is no organization {}",
                foreign.organization_id
            )));
        }
        let mut conditions = Conditions::in_scope(scope, "organization_id");
        conditions.any_of("user_id", [id]);
        let sql = format!("DELETE FROM membership {}", conditions.sql());
        conn.execute(&sql, &conditions.values())?;
        set_memberships(conn, id, memberships)?;
    }
    if change.disabled == Some(true) {
        crate::session::revoke_all(conn, id, None)?;
    }
    Ok(())
}

fn keep_an_admin(conn: &Conn, id: &UserId) -> Result<(), StoreError> {
    let (is_admin, others): (bool, u64) = conn.query_one(
        "SELECT coalesce((SELECT global_admin FROM person WHERE user_id = $1 AND disabled = 0), 0),
           (SELECT count(*) FROM person WHERE user_id <> $1 AND global_admin = 1 AND disabled = 0)",
        &[id],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )?;
    if is_admin && others == 0 {
        return Err(StoreError::conflict(
            "this is the last global admin; make somebody else one first",
        ));
    }
    Ok(())
}

/// Gives a person another password hash, and ends their other sessions in the same commit.
pub async fn set_password(
    db: &Db,
    id: &UserId,
    password_hash: String,
    keep: Option<&domain::SessionId>,
) -> Result<bool, StoreError> {
    let (id, keep) = (id.clone(), keep.cloned());
    db.write(move |conn| {
        let changed = conn.execute(
            "UPDATE person SET password_hash = $2 WHERE user_id = $1",
            &[&id, &password_hash],
        )?;
        crate::session::revoke_all(conn, &id, keep.as_ref())?;
        Ok(changed > 0)
    })
    .await
}

/// Removes a person and their sessions; answers whether the caller saw one.
pub async fn delete(db: &Db, scope: &Scope, id: &UserId) -> Result<bool, StoreError> {
    let (scope, id) = (scope.clone(), id.clone());
    db.write(move |conn| {
        if fetch(conn, &scope, &id)?.is_none() {
            return Ok(false);
        }
        keep_an_admin(conn, &id)?;
        conn.execute("DELETE FROM person WHERE user_id = $1", &[&id])?;
        conn.changed("users");
        Ok(true)
    })
    .await
}
