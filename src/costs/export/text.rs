//! A report as CSV.

use std::io::Read;

use csv::{ErrorKind, Reader, ReaderBuilder, StringRecord};

use super::ExportError;
use super::cells::{Cells, Column};
use super::sums::Sums;

/// No line of a report is so long; one that is has lost its line ends.
const MOST_CELLS: usize = 2_000;

pub fn read(input: impl Read, sums: &mut Sums<'_>) -> Result<(), ExportError> {
    let mut reader = ReaderBuilder::new()
        .has_headers(false)
        .buffer_capacity(1 << 16)
        .from_reader(input);
    let mut record = StringRecord::new();
    if !next(&mut reader, &mut record, 0)? {
        return Err(ExportError::Empty);
    }
    let headings = record.clone();
    let places = places(&headings)?;
    let mut line = line_of(&record, 1);
    while next(&mut reader, &mut record, line)? {
        line = line_of(&record, line + 1);
        // The parts of one export, one after the other, each begin with the headings.
        if record.get(0) == headings.get(0) && record == headings {
            continue;
        }
        sums.add(line, &cells(&record, &places))?;
    }
    Ok(())
}

/// Where each column is.
fn places(headings: &StringRecord) -> Result<[Option<usize>; Column::ALL.len()], ExportError> {
    if headings.len() > MOST_CELLS {
        return Err(ExportError::Column(Column::Account.name()));
    }
    let mut places = [None; Column::ALL.len()];
    for (place, heading) in headings.iter().enumerate() {
        if let Some(column) = Column::of(heading) {
            places[column as usize].get_or_insert(place);
        }
    }
    let missing = Column::NEEDED
        .into_iter()
        .find(|column| places[*column as usize].is_none());
    missing.map_or(Ok(places), |column| Err(ExportError::Column(column.name())))
}

fn cells<'a>(record: &'a StringRecord, places: &[Option<usize>; Column::ALL.len()]) -> Cells<'a> {
    Cells(places.map(|place| place.and_then(|place| record.get(place))))
}

fn line_of(record: &StringRecord, otherwise: u64) -> u64 {
    record.position().map_or(otherwise, csv::Position::line)
}

/// Reads the next line; false at the end. `line` is the last that was read.
fn next(
    reader: &mut Reader<impl Read>,
    record: &mut StringRecord,
    line: u64,
) -> Result<bool, ExportError> {
    reader.read_record(record).map_err(|error| {
        let line = error.position().map_or(line + 1, csv::Position::line);
        let what = match error.kind() {
            ErrorKind::UnequalLengths { expected_len, len, .. } => {
                format!("it has {len} cells where the headings have {expected_len}; is the file cut short?")
            }
            ErrorKind::Utf8 { .. } => "it is no text in UTF-8".to_owned(),
            ErrorKind::Io(error) => format!("the file is damaged from here on: {error}"),
            _ => error.to_string(),
        };
        ExportError::Line { line, what }
    })
}
