//! What people set for themselves, one JSON value under each name.

use std::collections::BTreeMap;

use domain::UserId;

use crate::conn::Conn;
use crate::db::Db;
use crate::error::StoreError;
use crate::value::Json;

/// The most bytes one person's preferences take, as JSON.
pub const MOST_BYTES: usize = 64 * 1024;

/// Values by name.
pub type Preferences = BTreeMap<String, serde_json::Value>;

pub async fn load(db: &Db, user: &UserId) -> Result<Preferences, StoreError> {
    let user = user.clone();
    db.read(move |conn| all(conn, &user)).await
}

/// Sets what is given and removes what is `null`; answers all of them.
pub async fn merge(
    db: &Db,
    user: &UserId,
    changes: Preferences,
) -> Result<Preferences, StoreError> {
    let user = user.clone();
    db.write(move |conn| {
        for (name, value) in &changes {
            if value.is_null() {
                conn.execute(
                    "DELETE FROM preference WHERE user_id = $1 AND name = $2",
                    &[&user, name],
                )?;
                continue;
            }
            conn.execute(
                "INSERT INTO preference (user_id, name, value) VALUES ($1, $2, $3)
                 ON CONFLICT (user_id, name) DO UPDATE SET value = excluded.value",
                &[&user, name, &Json(value)],
            )?;
        }
        let merged = all(conn, &user)?;
        let bytes: usize = merged
            .iter()
            .map(|(name, value)| name.len() + value.to_string().len())
            .sum();
        if bytes > MOST_BYTES {
            return Err(StoreError::conflict(format!(
                "preferences may take {MOST_BYTES} bytes together, these take {bytes}"
            )));
        }
        Ok(merged)
    })
    .await
}

fn all(conn: &Conn, user: &UserId) -> Result<Preferences, StoreError> {
    let rows = conn.query(
        "SELECT name, value FROM preference WHERE user_id = $1 ORDER BY name",
        &[user],
        |row| Ok((row.get(0)?, row.get::<Json<serde_json::Value>>(1)?.0)),
    )?;
    Ok(rows.into_iter().collect())
}
