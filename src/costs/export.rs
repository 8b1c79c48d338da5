//! Reads a cost export: AWS's Cost and Usage Report (CUR 2.0 of Data Exports, or the older CUR), as CSV,
//! as CSV packed with gzip, or as Parquet. Several parts of one export may follow each other in a CSV. It
//! stores nothing, and a file with an error in it gives no lines at all.
//!
//! A report has a line for each resource and hour. They are added up by day, for each usage type as a
//! whole and for each desktop apart.

mod cells;
mod parquet;
mod sums;
mod text;

use std::collections::HashSet;
use std::fs::File;
use std::io::{self, Read, Seek};

use domain::AccountId;
use domain::billing::CostLine;
use thiserror::Error;

use self::sums::Sums;

/// What an export gave.
#[derive(Debug, Default)]
pub struct Export {
    /// By account, of those that were wanted.
    pub accounts: Vec<(AccountId, Vec<CostLine>)>,
    /// Lines of the file, without headings.
    pub lines_read: u64,
    /// Lines of other accounts, and how many accounts those are.
    pub lines_of_others: u64,
    pub other_accounts: u64,
}

#[derive(Debug, Error)]
pub enum ExportError {
    #[error("line {line}: {what}")]
    Line { line: u64, what: String },
    #[error("the file is no cost export of AWS (CUR 2.0 or CUR): the column {0} is missing")]
    Column(&'static str),
    #[error("the file is empty")]
    Empty,
    #[error(
        "the file has more than {0} lines by day and desktop; export and import it month by month"
    )]
    TooMany(usize),
    #[error("the Parquet file cannot be read: {0}")]
    Parquet(String),
    #[error("the file cannot be read: {0}")]
    Read(#[from] io::Error),
}

/// Reads an export for the accounts that are wanted. Which format it has is told by its first bytes.
pub fn read(mut file: File, wanted: &HashSet<AccountId>) -> Result<Export, ExportError> {
    let mut head = Vec::with_capacity(4);
    file.by_ref().take(4).read_to_end(&mut head)?;
    file.rewind()?;
    let mut sums = Sums::new(wanted);
    match head.as_slice() {
        [] => return Err(ExportError::Empty),
        [0x1f, 0x8b, ..] => {
            text::read(
                flate2::read::MultiGzDecoder::new(io::BufReader::new(file)),
                &mut sums,
            )?;
        }
        b"PAR1" => parquet::read(file, &mut sums)?,
        _ => text::read(file, &mut sums)?,
    }
    Ok(sums.finish())
}

#[cfg(test)]
mod tests;
