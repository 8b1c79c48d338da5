//! Secrets the installation makes for itself, such as the key that signs tokens.

use domain::UtcTime;

use crate::db::Db;
use crate::error::StoreError;

/// The secret of that name; made by `make` and kept when there is none yet.
pub async fn find_or_create<F>(db: &Db, name: &str, make: F) -> Result<Vec<u8>, StoreError>
where
    F: FnOnce() -> Vec<u8> + Send + 'static,
{
    const FIND: &str = "SELECT secret FROM installation_secret WHERE name = $1";
    let name = name.to_owned();
    let looked_up = name.clone();
    let found = db
        .read(move |conn| conn.query_opt(FIND, &[&looked_up], |row| row.get(0)))
        .await?;
    if let Some(secret) = found {
        return Ok(secret);
    }
    db.write(move |conn| {
        conn.execute(
            "INSERT INTO installation_secret (name, secret, created_at) VALUES ($1, $2, $3)
             ON CONFLICT (name) DO NOTHING",
            &[&name, &make(), &UtcTime::now()],
        )?;
        conn.query_one(FIND, &[&name], |row| row.get(0))
    })
    .await
}
