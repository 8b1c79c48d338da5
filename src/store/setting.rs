//! Settings that are changed while the server runs, one JSON value each.

use domain::UtcTime;
use domain::setting::{Settings, SyncSchedule};

use crate::conn::Conn;
use crate::db::Db;
use crate::error::StoreError;
use crate::value::Json;

const SYNC_SCHEDULE: &str = "sync_schedule";
const COSTS_SCHEDULE: &str = "costs_schedule";

/// The settings as saved; what never was saved has its default.
pub async fn load(db: &Db) -> Result<Settings, StoreError> {
    db.read(|conn| {
        let mut settings = Settings::default();
        if let Some(saved) = find(conn, SYNC_SCHEDULE)? {
            settings.sync_schedule = saved;
        }
        if let Some(saved) = find(conn, COSTS_SCHEDULE)? {
            settings.costs_schedule = saved;
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

/// Saves all of them. The schedules named `sync` and `costs` follow in the same commit; one that was
/// changed plans its next start anew.
pub async fn save(db: &Db, settings: &Settings) -> Result<(), StoreError> {
    let settings = settings.clone();
    db.write(move |conn| {
        for (name, schedule, value) in [
            (SYNC_SCHEDULE, "sync", &settings.sync_schedule),
            (COSTS_SCHEDULE, "costs", &settings.costs_schedule),
        ] {
            conn.execute(
                "INSERT INTO setting (name, value, changed_at) VALUES ($1, $2, $3)
                 ON CONFLICT (name) DO UPDATE SET value = excluded.value, changed_at = excluded.changed_at",
                &[&name, &Json(value), &UtcTime::now()],
            )?;
            follow(conn, schedule, value)?;
        }
        conn.changed("settings");
        Ok(())
    })
    .await
}

fn follow(conn: &Conn, name: &str, to: &SyncSchedule) -> Result<(), StoreError> {
    conn.execute(
        "UPDATE schedule SET cron = $2, time_zone = $3, jitter_seconds = $4, missed = $5,
           enabled = $6, next_run_at = NULL
         WHERE name = $1 AND (cron <> $2 OR time_zone <> $3 OR jitter_seconds <> $4
           OR missed <> $5 OR enabled <> $6)",
        &[
            &name,
            &to.cron,
            &to.time_zone,
            &to.jitter_seconds,
            &crate::schedule::missed_text(to.missed),
            &to.enabled,
        ],
    )?;
    Ok(())
}
