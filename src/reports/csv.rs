//! CSV as RFC 4180 has it, safe to open in a spreadsheet: a text that would be taken for a formula
//! gets an apostrophe in front.
//!
//! A document with one table is that table: a record with the columns' names, then the rows, which is
//! what a script reads. With several tables, each is opened by a record with its title and followed by
//! an empty line. Totals are left out, so that a column can be summed; sentences and charts are too.
//! A document without tables gives its figures.

use domain::report::{Cell, ReportDocument, Table};

use crate::cell;

/// One cell of a record.
#[derive(Debug, Clone, Copy)]
pub enum Field<'a> {
    /// Somebody's text, defused where it looks like a formula.
    Text(&'a str),
    /// What we formatted ourselves: a negative number stays a number.
    Value(&'a str),
}

impl<'a> From<&'a str> for Field<'a> {
    fn from(text: &'a str) -> Self {
        Self::Text(text)
    }
}

/// Appends one record with its line end.
pub fn write_record<'a, F: Into<Field<'a>>>(out: &mut Vec<u8>, cells: impl IntoIterator<Item = F>) {
    for (index, cell) in cells.into_iter().enumerate() {
        if index > 0 {
            out.push(b',');
        }
        match cell.into() {
            Field::Text(text) => write_cell(out, text, is_formula(text)),
            Field::Value(text) => write_cell(out, text, false),
        }
    }
    out.extend_from_slice(b"\r\n");
}

fn is_formula(text: &str) -> bool {
    text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '=', '+', '-', '@'])
}

fn write_cell(out: &mut Vec<u8>, text: &str, formula: bool) {
    let quoted = formula || text.contains([',', '"', '\n', '\r']) || text.trim() != text;
    if !quoted {
        out.extend_from_slice(text.as_bytes());
        return;
    }
    out.push(b'"');
    if formula {
        out.push(b'\'');
    }
    for byte in text.bytes() {
        if byte == b'"' {
            out.push(b'"');
        }
        out.push(byte);
    }
    out.push(b'"');
}

pub(crate) fn document(document: &ReportDocument) -> Vec<u8> {
    let mut out = Vec::new();
    let tables: Vec<&Table> = document
        .sections
        .iter()
        .flat_map(|section| &section.tables)
        .collect();
    match tables.as_slice() {
        [] => write_figures(&mut out, document),
        [table] => write_table(&mut out, table),
        several => {
            for (index, table) in several.iter().enumerate() {
                if index > 0 {
                    out.extend_from_slice(b"\r\n");
                }
                write_record(&mut out, [table.title.as_str()]);
                write_table(&mut out, table);
            }
        }
    }
    out
}

fn write_table(out: &mut Vec<u8>, table: &Table) {
    write_record(out, table.columns.iter().map(|column| column.name.as_str()));
    for row in &table.rows {
        write_cells(out, row.iter());
    }
}

fn write_figures(out: &mut Vec<u8>, document: &ReportDocument) {
    write_record(out, ["figure", "value", "note"]);
    for figure in &document.figures {
        let note = figure.note.clone().map_or(Cell::Empty, Cell::Text);
        let label = Cell::Text(figure.label.clone());
        write_cells(out, [&label, &figure.value, &note].into_iter());
    }
}

fn write_cells<'a>(out: &mut Vec<u8>, cells: impl Iterator<Item = &'a Cell>) {
    let texts: Vec<(bool, String)> = cells
        .map(|cell| {
            let ours = !matches!(cell, Cell::Text(_) | Cell::Day(_));
            (ours, cell::for_programs(cell))
        })
        .collect();
    let fields = texts.iter().map(|(ours, text)| match ours {
        true => Field::Value(text),
        false => Field::Text(text),
    });
    write_record(out, fields);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_quoted_and_formulas_defused() {
        let mut out = Vec::new();
        write_record(&mut out, ["plain", "a,b", "say \"hi\"", "", "two\nlines"]);
        write_record(&mut out, ["=1+1", "+1", "-1", "@x", "\tx", "\rx", "1=1"]);
        write_record(&mut out, [Field::Value("-1"), Field::Text("=1")]);
        assert_eq!(
            String::from_utf8(out).unwrap(),
            "plain,\"a,b\",\"say \"\"hi\"\"\",,\"two\nlines\"\r\n\
             \"'=1+1\",\"'+1\",\"'-1\",\"'@x\",\"'\tx\",\"'\rx\",1=1\r\n\
             -1,\"'=1\"\r\n"
        );
    }
}
