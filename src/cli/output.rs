//! How commands answer: tables for people, JSON or CSV for programs.

use std::io::{IsTerminal, Write};

use clap::ValueEnum;
use comfy_table::{ContentArrangement, Table, TableComponent, presets};
use serde::Serialize;
use serde_json::Value;

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    Table,
    Json,
    Csv,
}

/// Prints `value` as indented JSON.
pub fn json(value: &impl Serialize) -> anyhow::Result<()> {
    line(&serde_json::to_string_pretty(value)?)
}

/// Prints rows in the asked format; for JSON each row becomes an object.
pub fn rows(format: Format, columns: &[&str], rows: &[Vec<Value>]) -> anyhow::Result<()> {
    match format {
        Format::Table => line(&table(columns, rows)),
        Format::Csv => line(csv(columns, rows).trim_end()),
        Format::Json => {
            let objects: Vec<Object<'_>> = rows
                .iter()
                .map(|values| Object { columns, values })
                .collect();
            json(&objects)
        }
    }
}

/// A row as a JSON object, in the order of its columns.
struct Object<'a> {
    columns: &'a [&'a str],
    values: &'a [Value],
}

impl Serialize for Object<'_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.columns.iter().zip(self.values))
    }
}

fn table(columns: &[&str], rows: &[Vec<Value>]) -> String {
    let mut table = Table::new();
    table
        .load_preset(presets::NOTHING)
        .set_style(TableComponent::HeaderLines, '─')
        .set_style(TableComponent::MiddleHeaderIntersections, '─')
        .set_content_arrangement(ContentArrangement::Dynamic);
    table.set_header(columns);
    for row in rows {
        table.add_row(row.iter().map(cell));
    }
    table.to_string()
}

fn csv(columns: &[&str], rows: &[Vec<Value>]) -> String {
    let mut out = columns
        .iter()
        .map(|c| quoted(c))
        .collect::<Vec<_>>()
        .join(",")
        + "\n";
    for row in rows {
        out += &row
            .iter()
            .map(|value| quoted(&harmless(value)))
            .collect::<Vec<_>>()
            .join(",");
        out.push('\n');
    }
    out
}

/// A cell a spreadsheet cannot mistake for a formula; numbers stay numbers.
fn harmless(value: &Value) -> String {
    let text = cell(value);
    if value.is_string() && text.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        format!("'{text}")
    } else {
        text
    }
}

fn quoted(text: &str) -> String {
    if text.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text.to_owned()
    }
}

fn cell(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// One line to standard output. A reader that went away (`| head`) is no error.
pub fn line(text: &str) -> anyhow::Result<()> {
    match writeln!(std::io::stdout(), "{text}") {
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
        other => Ok(other?),
    }
}

/// A remark for a person, kept out of standard output.
pub fn note(text: &str) {
    eprintln!("{text}");
}

/// A remark that stands back, where standard error is a terminal.
pub fn aside(text: &str) {
    if on_terminal() {
        eprintln!("\x1b[2m{text}\x1b[0m");
    } else {
        eprintln!("{text}");
    }
}

/// Text on a terminal as it comes, without a line end. What a model writes cannot move the cursor.
pub fn piece(text: &str) {
    let plain: String = text
        .chars()
        .filter(|c| !c.is_control() || *c == '\n')
        .collect();
    eprint!("\x1b[2m{plain}\x1b[0m");
}

/// Whether a progress bar would be seen.
pub fn on_terminal() -> bool {
    std::io::stderr().is_terminal()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn csv_quotes_and_disarms() {
        let rows = vec![vec![
            Value::from("a,\"b\""),
            Value::from("=1+1"),
            Value::from(-3),
            Value::Null,
        ]];
        assert_eq!(
            csv(&["x", "y", "z", "n"], &rows),
            "x,y,z,n\n\"a,\"\"b\"\"\",'=1+1,-3,\n"
        );
    }
}
