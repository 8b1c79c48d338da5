//! What is said about a query that was not answered: the engine's words, and what to do instead.

use super::QueryError;
use super::authorizer::FUNCTIONS;
use crate::views::VIEWS;

pub(super) fn only_select() -> String {
    format!("Only one SELECT is allowed, on these views: {}.", names())
}

fn names() -> String {
    let names: Vec<&str> = VIEWS.iter().map(|view| view.name).collect();
    names.join(", ")
}

/// Columns of the views that the query names.
fn columns_of_named_views(sql: &str) -> String {
    let lower = sql.to_lowercase();
    let words: Vec<&str> = lower
        .split(|c: char| !(c.is_alphanumeric() || c == '_'))
        .collect();
    let named: Vec<String> = VIEWS
        .iter()
        .filter(|view| words.contains(&view.name))
        .map(|view| {
            let columns: Vec<&str> = view.columns().map(|column| column.name).collect();
            format!(" {} has {}.", view.name, columns.join(", "))
        })
        .collect();
    named.concat()
}

pub(super) fn explain(error: &rusqlite::Error, sql: &str, secret: &str) -> QueryError {
    use rusqlite::ErrorCode;
    if matches!(error, rusqlite::Error::MultipleStatement) {
        return QueryError::Refused("Send one statement at a time.".to_owned());
    }
    let said = match error {
        rusqlite::Error::SqliteFailure(_, Some(text)) => text.clone(),
        rusqlite::Error::SqlInputError { msg, .. } => msg.clone(),
        other => other.to_string(),
    };
    // The inner views' names must stay unknown.
    let said = said.replace(secret, "");
    match error.sqlite_error_code() {
        Some(ErrorCode::AuthorizationForStatementDenied) => refused(&said),
        _ if said.starts_with("not authorized")
            || said.starts_with("cannot modify")
            || said.contains("is prohibited") =>
        {
            refused(&said)
        }
        _ if said.starts_with("no such table") => {
            QueryError::Failed(format!("{said}. The views are {}.", names()))
        }
        _ if said.starts_with("no such column") => {
            QueryError::Failed(format!("{said}.{}", columns_of_named_views(sql)))
        }
        _ => QueryError::Failed(format!("{said}.")),
    }
}

fn refused(said: &str) -> QueryError {
    let advice = if said.contains("function") {
        format!("These functions can be used: {}.", FUNCTIONS.join(", "))
    } else {
        only_select()
    };
    QueryError::Refused(format!("{said}. {advice}"))
}
