//! When jobs are queued by themselves. The next start is planned by the jobs room and kept here.

use domain::UtcTime;
use domain::job::{JobPayload, MissedRun, Schedule};

use crate::conn::Row;
use crate::db::Db;
use crate::error::StoreError;
use crate::value::Json;

const COLUMNS: &str =
    "name, cron, time_zone, jitter_seconds, missed, enabled, payload, next_run_at,
    last_run_at";

pub(crate) fn missed_text(missed: MissedRun) -> &'static str {
    match missed {
        MissedRun::RunOnce => "run_once",
        MissedRun::Skip => "skip",
    }
}

fn from_row(row: &Row<'_>) -> Result<Schedule, StoreError> {
    let missed: String = row.get(4)?;
    Ok(Schedule {
        name: row.get(0)?,
        cron: row.get(1)?,
        time_zone: row.get(2)?,
        jitter_seconds: row.get(3)?,
        missed: [MissedRun::RunOnce, MissedRun::Skip]
            .into_iter()
            .find(|policy| missed_text(*policy) == missed)
            .ok_or_else(|| StoreError::Unreadable(format!("missed-run policy {missed:?}")))?,
        enabled: row.get(5)?,
        payload: row.get::<Json<JobPayload>>(6)?.0,
        next_run_at: row.get(7)?,
        last_run_at: row.get(8)?,
    })
}

/// Every schedule. They belong to the installation, so there is no scope.
pub async fn list(db: &Db) -> Result<Vec<Schedule>, StoreError> {
    db.read(|conn| {
        let sql = format!("SELECT {COLUMNS} FROM schedule ORDER BY name");
        conn.query(&sql, &[], from_row)
    })
    .await
}

/// Those whose next start is at or before `now`.
pub async fn due(db: &Db, now: UtcTime) -> Result<Vec<Schedule>, StoreError> {
    db.read(move |conn| {
        let sql = format!(
            "SELECT {COLUMNS} FROM schedule WHERE enabled = 1 AND next_run_at <= $1
             ORDER BY next_run_at, name"
        );
        conn.query(&sql, &[&now], from_row)
    })
    .await
}

/// Writes the schedule as given, also when it next starts.
pub async fn upsert(db: &Db, schedule: &Schedule) -> Result<(), StoreError> {
    let schedule = schedule.clone();
    db.write(move |conn| {
        conn.execute(
            "INSERT INTO schedule (name, cron, time_zone, jitter_seconds, missed, enabled, payload,
               next_run_at, last_run_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
             ON CONFLICT (name) DO UPDATE SET cron = excluded.cron, time_zone = excluded.time_zone,
               jitter_seconds = excluded.jitter_seconds, missed = excluded.missed,
               enabled = excluded.enabled, payload = excluded.payload,
               next_run_at = excluded.next_run_at, last_run_at = excluded.last_run_at",
            &[
                &schedule.name,
                &schedule.cron,
                &schedule.time_zone,
                &schedule.jitter_seconds,
                &missed_text(schedule.missed),
                &schedule.enabled,
                &Json(&schedule.payload),
                &schedule.next_run_at,
                &schedule.last_run_at,
            ],
        )?;
        conn.changed("settings");
        Ok(())
    })
    .await
}

/// Plans the next start, and remembers the last one if there was one.
pub async fn set_next(
    db: &Db,
    name: &str,
    next_run_at: Option<UtcTime>,
    last_run_at: Option<UtcTime>,
) -> Result<(), StoreError> {
    let name = name.to_owned();
    db.write(move |conn| {
        conn.execute(
            "UPDATE schedule SET next_run_at = $2, last_run_at = coalesce($3, last_run_at)
             WHERE name = $1",
            &[&name, &next_run_at, &last_run_at],
        )?;
        Ok(())
    })
    .await
}
