//! Makes report documents from the store, and writes them as CSV, JSON, XLSX or PDF. What writes sees
//! the document alone: no store, no network, no files and no clock, so the same document gives the same
//! bytes.
//!
//! | file | holds |
//! |---|---|
//! | `gather` | documents from the store, a file for each section |
//! | `cell` | a cell as text, for people and for programs |
//! | `csv` | records safe to open in a spreadsheet, and a document's tables as CSV |
//! | `workbook` | XLSX: a summary, a sheet for each table, charts, the method |
//! | `pdf` | PDF: the page model, the typesetter and its fonts |
//!
//! Writing a PDF of hundreds of rows keeps a core busy for a second or more: call [`write`] where
//! blocking is allowed.

pub mod csv;
pub mod gather;

mod cell;
mod pdf;
mod workbook;

use domain::report::{ReportDocument, ReportFormat};
use thiserror::Error;

/// Marks a demo's report, wherever somebody may look first.
const DEMO: &str = "DEMO: everything in this report is invented";

#[derive(Debug, Error)]
pub enum ReportError {
    #[error("a row of the table {table:?} has {cells} cells for {columns} columns")]
    RowWidth {
        table: String,
        cells: usize,
        columns: usize,
    },
    #[error("the table {table:?} has {rows} rows, and a sheet holds 1,048,576")]
    TooManyRows { table: String, rows: usize },
    #[error("the document could not be written as JSON")]
    Json(#[from] serde_json::Error),
    #[error("the workbook could not be written")]
    Workbook(#[from] rust_xlsxwriter::XlsxError),
    /// What the typesetter says; never about a client's text, which is data to it.
    #[error("the pages could not be set: {0}")]
    Typesetting(String),
}

/// The file that `document` is in `format`.
pub fn write(document: &ReportDocument, format: ReportFormat) -> Result<Vec<u8>, ReportError> {
    check(document)?;
    match format {
        ReportFormat::Csv => Ok(csv::document(document)),
        ReportFormat::Json => json(document),
        ReportFormat::Xlsx => workbook::write(document),
        ReportFormat::Pdf => pdf::write(document),
    }
}

fn json(document: &ReportDocument) -> Result<Vec<u8>, ReportError> {
    let mut out = serde_json::to_vec_pretty(document)?;
    out.push(b'\n');
    Ok(out)
}

/// A row that is too short or too long would shift every value after it into the wrong column.
fn check(document: &ReportDocument) -> Result<(), ReportError> {
    for table in document.sections.iter().flat_map(|section| &section.tables) {
        let columns = table.columns.len();
        let uneven = table
            .rows
            .iter()
            .chain(&table.total)
            .find(|row| row.len() != columns);
        if let Some(row) = uneven {
            return Err(ReportError::RowWidth {
                table: table.title.clone(),
                cells: row.len(),
                columns,
            });
        }
    }
    Ok(())
}
