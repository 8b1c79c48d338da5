//! Exports of desktops, written row by row as the store reads them, never whole in memory.

use std::str::FromStr;

use actix_web::web::Bytes;
use domain::workspace::Workspace;
use futures::{Stream, stream};
use serde_json::Value;
use store::workspace::Export;
use thiserror::Error;

use crate::csv;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    Csv,
    Json,
}

#[derive(Debug, Error)]
#[error("unknown format {0:?}; the formats are csv and json")]
pub struct UnknownFormat(String);

impl FromStr for Format {
    type Err = UnknownFormat;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "csv" => Ok(Self::Csv),
            "json" => Ok(Self::Json),
            other => Err(UnknownFormat(other.to_owned())),
        }
    }
}

impl Format {
    pub fn extension(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Json => "json",
        }
    }

    pub fn content_type(self) -> &'static str {
        match self {
            Self::Csv => "text/csv; charset=utf-8",
            Self::Json => "application/json",
        }
    }
}

/// The columns of the CSV, in order: every field of a desktop, the telling ones first.
const COLUMNS: &[&str] = &[
    "workspace_id",
    "state",
    "user_name",
    "display_name",
    "computer_name",
    "workspace_name",
    "organization_name",
    "account_id",
    "account_name",
    "region",
    "running_mode",
    "compute_type",
    "operating_system",
    "bundle_id",
    "bundle_name",
    "directory_id",
    "directory_name",
    "connection_state",
    "last_connected_at",
    "connection_checked_at",
    "ip_address",
    "ipv6_address",
    "subnet_id",
    "auto_stop_timeout_minutes",
    "root_volume_gib",
    "user_volume_gib",
    "root_volume_encrypted",
    "user_volume_encrypted",
    "volume_encryption_key",
    "protocols",
    "error_code",
    "error_message",
    "tags",
    "modification_states",
    "related_workspaces",
    "standby_workspaces",
    "data_replication",
    "created_at",
    "created_at_source",
    "first_seen_at",
    "last_seen_at",
    "missing_since",
    "deleted_at",
    "terminated_at",
    "organization_id",
];

/// The file in pieces: `first` and whatever follows it. A failure half way breaks the connection
/// off, so that nobody takes part of the rows for all of them.
pub fn stream(
    format: Format,
    first: Option<Vec<Workspace>>,
    rest: Export,
) -> impl Stream<Item = Result<Bytes, actix_web::Error>> {
    let state = Some((Step::Head(first), rest));
    stream::try_unfold(state, move |state| async move {
        let Some((step, mut rest)) = state else {
            return Ok(None);
        };
        let mut out = Vec::new();
        let next = match step {
            Step::Head(first) => {
                head(format, &mut out);
                match first {
                    Some(rows) => {
                        write_rows(format, &rows, true, &mut out)?;
                        Some((Step::Body, rest))
                    }
                    None => {
                        tail(format, &mut out);
                        None
                    }
                }
            }
            Step::Body => match rest
                .next_batch()
                .await
                .map_err(actix_web::error::ErrorInternalServerError)?
            {
                Some(rows) => {
                    write_rows(format, &rows, false, &mut out)?;
                    Some((Step::Body, rest))
                }
                None => {
                    tail(format, &mut out);
                    None
                }
            },
        };
        Ok::<_, actix_web::Error>(Some((Bytes::from(out), next)))
    })
}

enum Step {
    Head(Option<Vec<Workspace>>),
    Body,
}

fn head(format: Format, out: &mut Vec<u8>) {
    match format {
        Format::Csv => csv::write_record(out, COLUMNS.iter().copied()),
        Format::Json => out.push(b'['),
    }
}

fn tail(format: Format, out: &mut Vec<u8>) {
    if format == Format::Json {
        out.extend_from_slice(b"\n]\n");
    }
}

fn write_rows(
    format: Format,
    rows: &[Workspace],
    first: bool,
    out: &mut Vec<u8>,
) -> Result<(), actix_web::Error> {
    for (index, row) in rows.iter().enumerate() {
        match format {
            Format::Csv => {
                let value = serde_json::to_value(row)?;
                let cells: Vec<String> = COLUMNS.iter().map(|name| cell(&value[*name])).collect();
                csv::write_record(out, cells.iter().map(String::as_str));
            }
            Format::Json => {
                let separator: &[u8] = if first && index == 0 { b"\n" } else { b",\n" };
                out.extend_from_slice(separator);
                serde_json::to_writer(&mut *out, row)?;
            }
        }
    }
    Ok(())
}

/// Absent values and empty collections are empty cells; lists of texts are joined, the rest is
/// JSON.
fn cell(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Array(items) if items.iter().all(Value::is_string) => items
            .iter()
            .filter_map(Value::as_str)
            .collect::<Vec<_>>()
            .join(" "),
        Value::Object(map) if map.is_empty() => String::new(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn desktop() -> Workspace {
        serde_json::from_value(serde_json::json!({
            "workspace_id": "ws-1", "state": "AVAILABLE", "user_name": "=cmd", "protocols": ["PCOIP", "WSP"],
            "modification_states": [], "related_workspaces": [], "standby_workspaces": [],
            "account_id": "111122223333", "account_name": "a", "organization_id": "o",
            "organization_name": "Acme, Inc", "region": "eu-west-1", "tags": {"Team": "Ops"},
            "created_at": "2026-11-20T22:00:00Z", "created_at_source": "first_seen",
            "first_seen_at": "2026-11-20T22:00:00Z", "last_seen_at": "2026-11-20T22:00:00Z",
        }))
        .unwrap()
    }

    #[test]
    fn every_field_of_a_desktop_has_a_column() {
        let value = serde_json::to_value(desktop()).unwrap();
        let mut fields: Vec<_> = value
            .as_object()
            .unwrap()
            .keys()
            .map(String::as_str)
            .collect();
        let mut columns = COLUMNS.to_vec();
        fields.sort_unstable();
        columns.sort_unstable();
        assert_eq!(columns, fields);
    }

    #[test]
    fn both_formats_are_whole_files() {
        let rows = [desktop(), desktop()];
        let file = |format| {
            let mut out = Vec::new();
            head(format, &mut out);
            write_rows(format, &rows, true, &mut out).unwrap();
            tail(format, &mut out);
            String::from_utf8(out).unwrap()
        };
        let json: Vec<Workspace> = serde_json::from_str(&file(Format::Json)).unwrap();
        assert_eq!(json, rows);
        let csv = file(Format::Csv);
        assert_eq!(csv.lines().count(), 3);
        assert!(
            csv.contains("\"'=cmd\"") && csv.contains("\"Acme, Inc\""),
            "{csv}"
        );
        assert!(
            csv.contains("PCOIP WSP") && csv.contains("{\"\"Team\"\":\"\"Ops\"\"}"),
            "{csv}"
        );
    }
}
