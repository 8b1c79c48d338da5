//! One-time links that make the first admin. Only a hash of each secret is kept.

use domain::UtcTime;
use domain::user::User;

use crate::conn::Conn;
use crate::db::Db;
use crate::error::StoreError;
use crate::person::{self, NewPerson};

/// Makes a link; those made before stop working.
pub async fn create(db: &Db, secret_hash: String, expires_at: UtcTime) -> Result<(), StoreError> {
    db.write(move |conn| {
        conn.execute("DELETE FROM setup_link", &[])?;
        conn.execute(
            "INSERT INTO setup_link (secret_hash, created_at, expires_at) VALUES ($1, $2, $3)",
            &[&secret_hash, &UtcTime::now(), &expires_at],
        )?;
        Ok(())
    })
    .await
}

/// Whether the link could be used at `now`.
pub async fn usable(db: &Db, secret_hash: &str, now: UtcTime) -> Result<bool, StoreError> {
    let secret_hash = secret_hash.to_owned();
    db.read(move |conn| {
        let found = conn.query_opt(
            "SELECT 1 FROM setup_link
             WHERE secret_hash = $1 AND used_at IS NULL AND expires_at > $2",
            &[&secret_hash, &now],
            |_| Ok(()),
        )?;
        Ok(found.is_some())
    })
    .await
}

/// Uses the link up; answers whether it could be used. Of two callers only one gets `true`.
pub async fn redeem(db: &Db, secret_hash: &str, now: UtcTime) -> Result<bool, StoreError> {
    let secret_hash = secret_hash.to_owned();
    db.write(move |conn| use_up(conn, &secret_hash, now)).await
}

/// Uses the link up and makes the person in one commit, so that neither happens without the
/// other; `None` when the link could not be used.
pub async fn redeem_for(
    db: &Db,
    secret_hash: &str,
    now: UtcTime,
    new: NewPerson,
) -> Result<Option<User>, StoreError> {
    let secret_hash = secret_hash.to_owned();
    db.write(move |conn| {
        if use_up(conn, &secret_hash, now)? {
            person::insert(conn, new).map(Some)
        } else {
            Ok(None)
        }
    })
    .await
}

fn use_up(conn: &Conn, secret_hash: &str, now: UtcTime) -> Result<bool, StoreError> {
    let used = conn.execute(
        "UPDATE setup_link SET used_at = $2
         WHERE secret_hash = $1 AND used_at IS NULL AND expires_at > $2",
        &[&secret_hash, &now],
    )?;
    Ok(used > 0)
}
