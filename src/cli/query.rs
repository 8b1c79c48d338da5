//! `stocktake query`: a read-only SQL query on the views, as the API runs it.

use std::process::ExitCode;

use clap::Args;
use serde::Deserialize;
use serde_json::{Value, json};

use super::output::{self, Format};
use super::{DataArgs, with_client};

#[derive(Debug, Args)]
pub struct Query {
    #[command(flatten)]
    data: DataArgs,
    /// One SELECT; left out, the views and their columns are listed.
    sql: Option<String>,
    #[arg(long, value_enum, default_value = "table")]
    format: Format,
    /// The most rows to answer.
    #[arg(long, default_value_t = 1000)]
    limit: u32,
}

#[derive(Debug, Deserialize)]
struct Answer {
    columns: Vec<String>,
    rows: Vec<Vec<Value>>,
    truncated: bool,
}

impl Query {
    pub async fn run(self) -> anyhow::Result<ExitCode> {
        self.data.must_exist()?;
        with_client(&self.data, async |client| {
            let Some(sql) = &self.sql else {
                let schema: Value = client.get("/api/v1/query/schema").await?;
                return print_schema(self.format, &schema);
            };
            let answer: Answer = client
                .post("/api/v1/query", &json!({ "sql": sql, "limit": self.limit }))
                .await?;
            let columns: Vec<&str> = answer.columns.iter().map(String::as_str).collect();
            output::rows(self.format, &columns, &answer.rows)?;
            if answer.truncated {
                output::note(&format!(
                    "cut off after {} rows; raise --limit or narrow the query",
                    answer.rows.len()
                ));
            }
            Ok(ExitCode::SUCCESS)
        })
        .await
    }
}

fn print_schema(format: Format, schema: &Value) -> anyhow::Result<ExitCode> {
    if format == Format::Json {
        output::json(schema)?;
        return Ok(ExitCode::SUCCESS);
    }
    let empty = Vec::new();
    let mut rows = Vec::new();
    for view in schema
        .as_array()
        .or_else(|| schema["views"].as_array())
        .unwrap_or(&empty)
    {
        for column in view["columns"].as_array().unwrap_or(&empty) {
            rows.push(vec![
                view["name"].clone(),
                column["name"].clone(),
                column["meaning"].clone(),
            ]);
        }
    }
    output::rows(format, &["view", "column", "meaning"], &rows)?;
    Ok(ExitCode::SUCCESS)
}
