//! Lines of bills. A line without a desktop is the whole of its service and usage type on its days;
//! a line with one is that desktop's part. What is read takes the place of what was known of the same
//! days, as a whole or not at all: a line that AWS took back must go, and one of a reading that failed
//! must stay.

mod lists;
mod reconcile;
mod write;

use std::fs::{File, OpenOptions};
use std::os::unix::fs::OpenOptionsExt;

use domain::billing::CostLine;
use domain::{AccountId, OrganizationId, Scope, UtcTime};

use crate::db::Db;
use crate::error::StoreError;
use crate::select::Conditions;

pub use lists::{LineFilter, lines, meter, monthly};
pub use reconcile::reconcile;
pub use write::{fold, import, replace};

/// Which lines a reading is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// By service and usage type, desktops included.
    Whole,
    /// Desktop by desktop.
    Desktops,
}

impl Part {
    /// The condition that a line is of this part.
    fn test(self, alias: &str) -> String {
        match self {
            Self::Whole => format!("{alias}workspace_id = ''"),
            Self::Desktops => format!("{alias}workspace_id > ''"),
        }
    }

    fn of(line: &CostLine) -> Self {
        match line.workspace_id {
            None => Self::Whole,
            Some(_) => Self::Desktops,
        }
    }
}

/// Days, the last not included: `2026-10-01` to `2026-11-01` is October.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Days {
    pub from: String,
    pub to: String,
}

/// The accounts that the scope has and whose they are, for an import to know which lines it may take.
pub async fn accounts(
    db: &Db,
    scope: &Scope,
) -> Result<Vec<(AccountId, OrganizationId)>, StoreError> {
    let conditions = Conditions::in_scope(scope, "a.organization_id");
    db.read(move |conn| {
        let sql = format!(
            "SELECT a.account_id, a.organization_id FROM account a {}",
            conditions.sql()
        );
        conn.query(&sql, &conditions.values(), |row| {
            Ok((row.get(0)?, row.get(1)?))
        })
    })
    .await
}

/// A new file of the data folder without a name, for what is too large for the memory. It is gone when it
/// is closed, and when the process is killed.
pub fn spool(db: &Db) -> std::io::Result<File> {
    let name = format!(".upload-{:032x}", rand::random::<u128>());
    let path = db.path().with_file_name(name);
    let file = OpenOptions::new()
        .read(true)
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&path)?;
    std::fs::remove_file(&path)?;
    Ok(file)
}

/// The note of the newest run that read costs of the account and had something to say.
pub async fn last_note(db: &Db, account_id: &AccountId) -> Result<Option<String>, StoreError> {
    let account_id = account_id.clone();
    db.read(move |conn| {
        conn.query_opt(
            "SELECT note FROM sync_scope_run
             WHERE account_id = $1 AND region = '' AND resource_type = 'costs' AND note IS NOT NULL
             ORDER BY run_id DESC LIMIT 1",
            &[&account_id],
            |row| row.get(0),
        )
    })
    .await
}

/// The lines of one account, when they were read.
#[derive(Debug, Clone, PartialEq)]
pub struct Reading {
    pub account_id: AccountId,
    pub lines: Vec<CostLine>,
    pub read_at: UtcTime,
}

#[cfg(test)]
mod tests;
