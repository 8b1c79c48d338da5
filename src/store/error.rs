//! What can go wrong in this room: while the database is opened, and afterwards.

use std::path::PathBuf;

use thiserror::Error;

/// Why the database could not be opened. Every text says what to do next.
#[derive(Debug, Error)]
pub enum OpenError {
    #[error(
        "the data folder {} is in use by another stocktake process{}; stop it, or choose another --data-dir",
        data_dir.display(), holder(*holder_pid)
    )]
    Locked {
        data_dir: PathBuf,
        holder_pid: Option<u32>,
    },
    #[error("cannot use {}: {source}", path.display())]
    Io {
        path: PathBuf,
        source: std::io::Error,
    },
    #[error(
        "{} is not a readable stocktake database ({reason}); put a copy from {} in its place, or move it away to start empty",
        path.display(), backups.display()
    )]
    Corrupt {
        path: PathBuf,
        backups: PathBuf,
        reason: String,
    },
    #[error(
        "the database has schema version {found}, but this stocktake knows versions up to {known}; run the newer stocktake that wrote it, or put a copy from {} in its place",
        backups.display()
    )]
    NewerSchema {
        found: u32,
        known: u32,
        backups: PathBuf,
    },
    #[error(
        "migration {version} ({name}) was applied with other contents than this build carries; use the build that applied it"
    )]
    ChangedMigration { version: u32, name: String },
    #[error("migration {version} ({name}) failed and was undone: {reason}")]
    Migration {
        version: u32,
        name: String,
        reason: String,
    },
    #[error("the copy made before migrating, {}, did not verify: {reason}; nothing was changed", path.display())]
    Backup { path: PathBuf, reason: String },
    #[error(
        "SQLite {found} is too old: {needed} or newer is needed, because older ones can corrupt a WAL database"
    )]
    OldEngine { found: String, needed: &'static str },
    #[error("the database could not be opened: {0}")]
    Engine(String),
}

fn holder(pid: Option<u32>) -> String {
    pid.map(|pid| format!(" (pid {pid})")).unwrap_or_default()
}

/// Why a read or a write failed. Cloned to every caller of a batch that could not be committed.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum StoreError {
    /// The database takes no writes just now. It recovers by itself.
    #[error("the database cannot be written just now: {reason}")]
    ReadOnly { reason: String },
    /// It already exists, is still used, or refers to something that does not exist.
    #[error("{what}")]
    Conflict { what: String },
    #[error("the cursor is not valid for this list; start again without one")]
    InvalidCursor,
    #[error("cannot sort by {column:?}; the columns are {}", allowed.join(", "))]
    InvalidSort {
        column: String,
        allowed: Vec<String>,
    },
    /// A stored value is not what this build expects there.
    #[error("stored data is unreadable: {0}")]
    Unreadable(String),
    /// The engine's own words; for the log, not for clients.
    #[error("database error: {0}")]
    Database(String),
    #[error("the database has been closed")]
    Closed,
}

impl StoreError {
    pub(crate) fn conflict(what: impl Into<String>) -> Self {
        Self::Conflict { what: what.into() }
    }
}

impl From<serde_json::Error> for StoreError {
    fn from(error: serde_json::Error) -> Self {
        Self::Unreadable(error.to_string())
    }
}
