//! A table as a sheet: its header stays in sight and filters, its total stands apart.

use domain::report::Table;
use rust_xlsxwriter::{IgnoreError, Worksheet, XlsxError};

use super::look::Look;
use crate::{ReportError, cell};

/// What a sheet holds.
const ROWS: usize = 1_048_576;
/// How many rows are looked at to find a column's width.
const MEASURED_ROWS: usize = 500;
const NARROWEST: usize = 8;
const WIDEST: usize = 60;

pub fn write(sheet: &mut Worksheet, table: &Table, look: &Look) -> Result<(), ReportError> {
    let lines = 1 + table.rows.len() + usize::from(table.total.is_some());
    if lines > ROWS {
        return Err(ReportError::TooManyRows {
            table: table.title.clone(),
            rows: table.rows.len(),
        });
    }
    header(sheet, table, look)?;
    for (row, cells) in (1..).zip(&table.rows) {
        for (column, cell) in (0..).zip(cells) {
            look.cells.put(sheet, row, column, cell)?;
        }
    }
    let last = table.rows.len() as u32;
    for (column, cell) in (0..).zip(table.total.iter().flatten()) {
        look.total.put(sheet, last + 1, column, cell)?;
    }
    if let Some(right) = columns(table)?.checked_sub(1) {
        sheet.autofilter(0, 0, last, right)?;
        // Account numbers are texts; Excel marks each of them as a mistake otherwise.
        sheet.ignore_error_range(0, 0, last + 1, right, IgnoreError::NumberStoredAsText)?;
    }
    sheet.set_freeze_panes(1, 0)?;
    paper(sheet)?;
    Ok(())
}

fn header(sheet: &mut Worksheet, table: &Table, look: &Look) -> Result<(), XlsxError> {
    for (index, column) in table.columns.iter().enumerate() {
        let place = u16::try_from(index).map_err(|_| XlsxError::RowColumnLimitError)?;
        let label = cell::heading(table, index, column);
        let dress = if cell::is_number_column(table, index) {
            &look.header_right
        } else {
            &look.header
        };
        sheet.write_string_with_format(0, place, &label, dress)?;
        sheet.set_column_width(place, width(table, index, &label))?;
    }
    Ok(())
}

/// In characters, with room for the filter's button beside the label.
fn width(table: &Table, index: usize, label: &str) -> f64 {
    let values = cell::column_cells(table, index).take(MEASURED_ROWS);
    let widest = values
        .chain(table.total.iter().filter_map(|row| row.get(index)))
        .map(|value| characters(&cell::for_people(value)))
        .max()
        .unwrap_or(0);
    (widest + 2)
        .max(characters(label) + 4)
        .clamp(NARROWEST, WIDEST) as f64
}

/// Characters outside the alphabets are twice as wide.
fn characters(text: &str) -> usize {
    text.chars()
        .map(|letter| if letter >= '\u{1100}' { 2 } else { 1 })
        .sum()
}

fn columns(table: &Table) -> Result<u16, XlsxError> {
    u16::try_from(table.columns.len()).map_err(|_| XlsxError::RowColumnLimitError)
}

/// When somebody prints it: A4 lying down, as wide as the page, the header on each.
fn paper(sheet: &mut Worksheet) -> Result<(), XlsxError> {
    sheet
        .set_paper_size(9)
        .set_landscape()
        .set_print_fit_to_pages(1, 0)
        .set_repeat_rows(0, 0)?;
    Ok(())
}
