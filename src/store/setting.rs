//! Settings that are changed while the server runs, one JSON value each.

use domain::UtcTime;
use domain::setting::Settings;

use crate::conn::Conn;
use crate::db::Db;
use crate::error::StoreError;
use crate::value::Json;

const SYNC_SCHEDULE: &str = "sync_schedule";

/// The settings as saved; what never was saved has its default.
pub async fn load(db: &Db) -> Result<Settings, StoreError> {
    db.read(|conn| {
        let mut settings = Settings::default();
        if let Some(saved) = find(conn, SYNC_SCHEDULE)? {
            settings.sync_schedule = saved;
        }
        Ok(settings)
    })
    .await
}

fn find<T: serde::de::DeserializeOwned>(conn: &Conn, name: &str) -> Result<Option<T>, StoreError> {
    let found = conn.query_opt(
        "SELECT value FROM setting WHERE name = $1",
        &[&name],
        |row| row.get::<Json<T>>(0),
    )?;
    Ok(found.map(|json| json.0))
}

/// Saves all of them. The schedule named `sync` follows in the same commit and plans its next
/// start anew.
pub async fn save(db: &Db, settings: &Settings) -> Result<(), StoreError> {
    let settings = settings.clone();
    db.write(move |conn| {
        conn.execute(
            "INSERT INTO setting (name, value, changed_at) VALUES ($1, $2, $3)
             ON CONFLICT (name) DO UPDATE SET value = excluded.value, changed_at = excluded.changed_at",
            &[&SYNC_SCHEDULE, &Json(&settings.sync_schedule), &UtcTime::now()],
        )?;
        let sync = &settings.sync_schedule;
        conn.execute(
            "UPDATE schedule SET cron = $2, time_zone = $3, jitter_seconds = $4, missed = $5,
               enabled = $6, next_run_at = NULL
             WHERE name = $1",
            &[
                &"sync",
                &sync.cron,
                &sync.time_zone,
                &sync.jitter_seconds,
                &crate::schedule::missed_text(sync.missed),
                &sync.enabled,
            ],
        )?;
        conn.changed("settings");
        Ok(())
    })
    .await
}
