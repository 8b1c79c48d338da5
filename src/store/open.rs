//! How connections are opened: the writer's, and the read-only ones.

use std::path::Path;
use std::time::Duration;

use rusqlite::OpenFlags;

use crate::db::StoreConfig;
use crate::error::{OpenError, StoreError};
use crate::lock;

/// Its cache is large, since a first sync touches pages all over the indexes; the writer gives the
/// memory back when it rests.
pub(crate) fn writer(path: &Path, config: &StoreConfig) -> Result<rusqlite::Connection, OpenError> {
    drop(lock::private_file(path)?);
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let open = || -> rusqlite::Result<rusqlite::Connection> {
        let raw = rusqlite::Connection::open_with_flags(path, flags)?;
        raw.busy_timeout(Duration::from_secs(5))?;
        raw.execute_batch(
            "PRAGMA journal_mode = WAL;
             PRAGMA synchronous = FULL;
             PRAGMA foreign_keys = ON;
             PRAGMA trusted_schema = OFF;
             PRAGMA temp_store = MEMORY;
             PRAGMA cache_size = -32000;
             PRAGMA wal_autocheckpoint = 8000;
             PRAGMA journal_size_limit = 67108864;",
        )?;
        // Reads the schema, so that a file that is no database shows here and not later.
        raw.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(()))?;
        Ok(raw)
    };
    open().map_err(|error| opening(error, path, config))
}

fn opening(error: rusqlite::Error, path: &Path, config: &StoreConfig) -> OpenError {
    use rusqlite::ErrorCode;
    match error.sqlite_error_code() {
        Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt) => OpenError::Corrupt {
            path: path.to_owned(),
            backups: config.backups_path(),
            reason: error.to_string(),
        },
        _ => OpenError::Engine(format!("{}: {error}", path.display())),
    }
}

pub(crate) fn reader(path: &Path) -> Result<rusqlite::Connection, StoreError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let raw = rusqlite::Connection::open_with_flags(path, flags)?;
    raw.busy_timeout(Duration::from_secs(5))?;
    raw.execute_batch(
        "PRAGMA query_only = ON;
         PRAGMA trusted_schema = OFF;
         PRAGMA temp_store = MEMORY;
         PRAGMA cache_size = -2000;",
    )?;
    Ok(raw)
}
