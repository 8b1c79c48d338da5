//! Schema steps: numbered files, embedded, each applied once in one transaction and remembered
//! with its checksum. Before an existing database is touched it is copied, and the copy verified.

use std::path::{Path, PathBuf};
use std::time::Duration;

use domain::UtcTime;
use rusqlite::Connection;
use rusqlite::backup::Backup;

use crate::db::StoreConfig;
use crate::digest;
use crate::error::OpenError;
use crate::lock;

/// How many copies are kept.
const COPIES: usize = 3;

pub(crate) struct Migration {
    pub version: u32,
    pub name: &'static str,
    pub sql: &'static str,
}

/// Every step, in order, without gaps.
pub(crate) const MIGRATIONS: &[Migration] = &[
    Migration {
        version: 1,
        name: "stock",
        sql: include_str!("migrations/0001_stock.sql"),
    },
    Migration {
        version: 2,
        name: "questions",
        sql: include_str!("migrations/0002_questions.sql"),
    },
    Migration {
        version: 3,
        name: "costs",
        sql: include_str!("migrations/0003_costs.sql"),
    },
    Migration {
        version: 4,
        name: "pages",
        sql: include_str!("migrations/0004_pages.sql"),
    },
    Migration {
        version: 5,
        name: "schedules",
        sql: include_str!("migrations/0005_schedules.sql"),
    },
];

pub(crate) fn run(raw: &mut Connection, config: &StoreConfig) -> Result<(), OpenError> {
    apply(raw, config, MIGRATIONS)
}

fn apply(raw: &mut Connection, config: &StoreConfig, steps: &[Migration]) -> Result<(), OpenError> {
    let empty: bool = raw
        .query_row("SELECT count(*) = 0 FROM sqlite_schema", [], |row| {
            row.get(0)
        })
        .map_err(engine)?;
    raw.execute_batch(
        "CREATE TABLE IF NOT EXISTS schema_migration (
           version    INTEGER PRIMARY KEY,
           name       TEXT NOT NULL,
           checksum   TEXT NOT NULL,
           applied_at TEXT NOT NULL
         )",
    )
    .map_err(engine)?;
    let done = applied(raw)?;
    let known = steps.last().map_or(0, |step| step.version);
    let found = done.last().map_or(0, |(version, _)| *version);
    if found > known {
        return Err(OpenError::NewerSchema {
            found,
            known,
            backups: config.backups_path(),
        });
    }
    for (version, checksum) in &done {
        if let Some(step) = steps.iter().find(|step| step.version == *version)
            && digest::hex(step.sql.as_bytes()) != *checksum
        {
            return Err(OpenError::ChangedMigration {
                version: step.version,
                name: step.name.to_owned(),
            });
        }
    }
    let pending: Vec<&Migration> = steps.iter().filter(|step| step.version > found).collect();
    if pending.is_empty() {
        return Ok(());
    }
    if !empty {
        copy(raw, config, found)?;
    }
    pending
        .into_iter()
        .try_for_each(|step| apply_one(raw, step))
}

fn applied(raw: &Connection) -> Result<Vec<(u32, String)>, OpenError> {
    let mut statement = raw
        .prepare("SELECT version, checksum FROM schema_migration ORDER BY version")
        .map_err(engine)?;
    let rows = statement
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))
        .map_err(engine)?;
    rows.collect::<Result<_, _>>().map_err(engine)
}

fn apply_one(raw: &mut Connection, step: &Migration) -> Result<(), OpenError> {
    let run = |raw: &mut Connection| -> rusqlite::Result<()> {
        let transaction = raw.transaction()?;
        transaction.execute_batch(step.sql)?;
        transaction.execute(
            "INSERT INTO schema_migration (version, name, checksum, applied_at)
             VALUES (?1, ?2, ?3, ?4)",
            (
                step.version,
                step.name,
                digest::hex(step.sql.as_bytes()),
                UtcTime::now().to_string(),
            ),
        )?;
        transaction.commit()
    };
    run(raw).map_err(|error| OpenError::Migration {
        version: step.version,
        name: step.name.to_owned(),
        reason: error.to_string(),
    })
}

/// Copies the database as it is into the backups folder and checks that the copy is sound.
fn copy(raw: &Connection, config: &StoreConfig, version: u32) -> Result<PathBuf, OpenError> {
    let folder = config.backups_path();
    lock::prepare_folder(&folder)?;
    let stamp = UtcTime::now().to_string().replace([':', '-'], "");
    let path = folder.join(format!("{stamp}-schema-{version}.db"));
    let failed = |reason: String| OpenError::Backup {
        path: path.clone(),
        reason,
    };
    drop(lock::private_file(&path)?);
    let verified = (|| -> rusqlite::Result<String> {
        let mut target = Connection::open(&path)?;
        Backup::new(raw, &mut target)?.run_to_completion(1024, Duration::ZERO, None)?;
        target.query_row("PRAGMA integrity_check", [], |row| row.get(0))
    })()
    .map_err(|error| failed(error.to_string()))?;
    if verified != "ok" {
        return Err(failed(verified));
    }
    forget_old_copies(&folder)?;
    Ok(path)
}

fn forget_old_copies(folder: &Path) -> Result<(), OpenError> {
    let mut copies: Vec<PathBuf> = std::fs::read_dir(folder)
        .map_err(|source| lock::io(folder, source))?
        .filter_map(|entry| entry.ok().map(|entry| entry.path()))
        .filter(|path| {
            path.file_name()
                .and_then(|name| name.to_str())
                .is_some_and(|name| {
                    name.contains("-schema-") && path.extension().is_some_and(|e| e == "db")
                })
        })
        .collect();
    // Names begin with the time, so the oldest sort first.
    copies.sort();
    let surplus = copies.len().saturating_sub(COPIES);
    for old in &copies[..surplus] {
        std::fs::remove_file(old).map_err(|source| lock::io(old, source))?;
    }
    Ok(())
}

fn engine(error: rusqlite::Error) -> OpenError {
    OpenError::Engine(error.to_string())
}

#[cfg(test)]
#[path = "migrate_tests.rs"]
mod tests;
