//! Logins that are still good. Only a hash of each secret is kept.

use domain::user::User;
use domain::{Scope, SessionId, UserId, UtcTime};

use crate::conn::{Conn, Row};
use crate::db::Db;
use crate::error::StoreError;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    pub id: SessionId,
    pub user_id: UserId,
    /// SHA-256 of the secret, hexadecimal.
    pub secret_hash: String,
    /// `cookie` or `bearer`.
    pub kind: String,
    pub created_at: UtcTime,
    pub last_seen_at: UtcTime,
    pub expires_at: UtcTime,
    pub revoked_at: Option<UtcTime>,
    pub client_ip: Option<String>,
    pub user_agent: Option<String>,
    /// Of a token for a program; logins have none.
    pub name: Option<String>,
}

#[derive(Debug, Clone)]
pub struct NewSession {
    pub user_id: UserId,
    pub secret_hash: String,
    pub kind: &'static str,
    pub expires_at: UtcTime,
    pub client_ip: Option<String>,
    pub user_agent: Option<String>,
    pub name: Option<String>,
}

const COLUMNS: &str =
    "session_id, user_id, secret_hash, kind, created_at, last_seen_at, expires_at,
    revoked_at, client_ip, user_agent, name";

fn from_row(row: &Row<'_>) -> Result<Session, StoreError> {
    Ok(Session {
        id: row.get(0)?,
        user_id: row.get(1)?,
        secret_hash: row.get(2)?,
        kind: row.get(3)?,
        created_at: row.get(4)?,
        last_seen_at: row.get(5)?,
        expires_at: row.get(6)?,
        revoked_at: row.get(7)?,
        client_ip: row.get(8)?,
        user_agent: row.get(9)?,
        name: row.get(10)?,
    })
}

pub async fn create(db: &Db, new: NewSession) -> Result<Session, StoreError> {
    let now = UtcTime::now();
    let session = Session {
        id: SessionId::new(),
        user_id: new.user_id,
        secret_hash: new.secret_hash,
        kind: new.kind.to_owned(),
        created_at: now,
        last_seen_at: now,
        expires_at: new.expires_at,
        revoked_at: None,
        client_ip: new.client_ip,
        user_agent: new.user_agent,
        name: new.name,
    };
    db.write(move |conn| {
        conn.execute(
            "INSERT INTO login_session (session_id, user_id, secret_hash, kind, created_at,
               last_seen_at, expires_at, client_ip, user_agent, name)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
            &[
                &session.id,
                &session.user_id,
                &session.secret_hash,
                &session.kind,
                &session.created_at,
                &session.last_seen_at,
                &session.expires_at,
                &session.client_ip,
                &session.user_agent,
                &session.name,
            ],
        )?;
        Ok(session)
    })
    .await
}

/// The session as it is, revoked or expired ones too, and its person with all memberships. The
/// auth room decides whether it is still good.
pub async fn find(db: &Db, id: &SessionId) -> Result<Option<(Session, User)>, StoreError> {
    let id = id.clone();
    db.read(move |conn| {
        let sql = format!("SELECT {COLUMNS} FROM login_session WHERE session_id = $1");
        let Some(session) = conn.query_opt(&sql, &[&id], from_row)? else {
            return Ok(None);
        };
        let user = crate::person::fetch(conn, &Scope::All, &session.user_id)?;
        Ok(user.map(|user| (session, user)))
    })
    .await
}

/// Remembers that it was used; call it at most every minute or so, each is a write.
pub async fn touch(db: &Db, id: &SessionId, now: UtcTime) -> Result<(), StoreError> {
    let id = id.clone();
    db.write(move |conn| {
        conn.execute(
            "UPDATE login_session SET last_seen_at = $2 WHERE session_id = $1",
            &[&id, &now],
        )?;
        Ok(())
    })
    .await
}

/// Ends one session; answers whether it was still open.
pub async fn revoke(db: &Db, id: &SessionId) -> Result<bool, StoreError> {
    let id = id.clone();
    db.write(move |conn| {
        let ended = conn.execute(
            "UPDATE login_session SET revoked_at = $2 WHERE session_id = $1 AND revoked_at IS NULL",
            &[&id, &UtcTime::now()],
        )?;
        Ok(ended > 0)
    })
    .await
}

/// Ends every session of a person but `keep`; answers how many.
pub async fn revoke_all_of_user(
    db: &Db,
    user_id: &UserId,
    keep: Option<&SessionId>,
) -> Result<u64, StoreError> {
    let (user_id, keep) = (user_id.clone(), keep.cloned());
    db.write(move |conn| revoke_all(conn, &user_id, keep.as_ref()))
        .await
}

pub(crate) fn revoke_all(
    conn: &Conn,
    user_id: &UserId,
    keep: Option<&SessionId>,
) -> Result<u64, StoreError> {
    let ended = conn.execute(
        "UPDATE login_session SET revoked_at = $3
         WHERE user_id = $1 AND revoked_at IS NULL AND session_id <> coalesce($2, '')",
        &[user_id, &keep, &UtcTime::now()],
    )?;
    Ok(ended as u64)
}

/// The sessions of a person that are neither revoked nor expired, newest first.
pub async fn list_of_user(
    db: &Db,
    user_id: &UserId,
    now: UtcTime,
) -> Result<Vec<Session>, StoreError> {
    let user_id = user_id.clone();
    db.read(move |conn| {
        let sql = format!(
            "SELECT {COLUMNS} FROM login_session
             WHERE user_id = $1 AND revoked_at IS NULL AND expires_at > $2
             ORDER BY last_seen_at DESC, session_id DESC"
        );
        conn.query(&sql, &[&user_id, &now], from_row)
    })
    .await
}

/// Forgets sessions that ended before `before`; answers how many.
pub async fn delete_expired(db: &Db, before: UtcTime) -> Result<u64, StoreError> {
    db.write(move |conn| {
        let gone = conn.execute(
            "DELETE FROM login_session WHERE expires_at < $1 OR revoked_at < $1",
            &[&before],
        )?;
        Ok(gone as u64)
    })
    .await
}
