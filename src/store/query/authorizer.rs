//! What a query may do: everything not listed here is denied.

use std::collections::HashSet;

use rusqlite::hooks::{AuthAction, AuthContext, Authorization};

use crate::views::VIEWS;

/// Functions that compute from their arguments alone and cannot make much out of little.
pub(super) const FUNCTIONS: &[&str] = &[
    "->",
    "->>",
    "abs",
    "avg",
    "ceil",
    "ceiling",
    "coalesce",
    "concat",
    "concat_ws",
    "count",
    "cume_dist",
    "current_date",
    "current_time",
    "current_timestamp",
    "date",
    "datetime",
    "dense_rank",
    "first_value",
    "floor",
    "glob",
    "group_concat",
    "if",
    "ifnull",
    "iif",
    "instr",
    "json_array_length",
    "json_extract",
    "json_group_array",
    "json_group_object",
    "json_object",
    "json_type",
    "json_valid",
    "julianday",
    "lag",
    "last_value",
    "lead",
    "length",
    "like",
    "lower",
    "ltrim",
    "max",
    "min",
    "mod",
    "nth_value",
    "ntile",
    "nullif",
    "percent_rank",
    "rank",
    "replace",
    "round",
    "row_number",
    "rtrim",
    "sign",
    "strftime",
    "string_agg",
    "substr",
    "substring",
    "sum",
    "time",
    "timediff",
    "total",
    "trim",
    "typeof",
    "unixepoch",
    "upper",
];

pub(super) struct Rules {
    public: HashSet<&'static str>,
    inner: HashSet<String>,
    /// Tables that exist, in lower case.
    base: HashSet<String>,
    functions: HashSet<&'static str>,
}

impl Rules {
    pub fn new(secret: &str, base: HashSet<String>) -> Self {
        Self {
            public: VIEWS.iter().map(|view| view.name).collect(),
            inner: VIEWS
                .iter()
                .map(|view| format!("{secret}{}", view.name))
                .collect(),
            base,
            functions: FUNCTIONS.iter().copied().collect(),
        }
    }

    pub fn decide(&self, context: &AuthContext<'_>) -> Authorization {
        let allowed = match context.action {
            AuthAction::Select | AuthAction::Recursive => true,
            AuthAction::Function { function_name } => self
                .functions
                .contains(function_name.to_ascii_lowercase().as_str()),
            AuthAction::Read {
                table_name,
                column_name,
            } => self.may_read(&table_name.to_ascii_lowercase(), column_name, context),
            _ => false,
        };
        if allowed {
            Authorization::Allow
        } else {
            Authorization::Deny
        }
    }

    fn may_read(&self, table: &str, column: &str, context: &AuthContext<'_>) -> bool {
        match context.database_name {
            // The TEMP schema holds the views and nothing else of ours; its catalogue is neither.
            Some("temp") => self.public.contains(table) || self.inner.contains(table),
            // Whoever goes by an inner view's name is that view: nobody else knows it.
            Some("main") => context
                .accessor
                .is_some_and(|accessor| self.inner.contains(accessor)),
            // What is counted without reading a column, by the name it is written with: a CTE, or
            // a table that the query did not qualify. Only the former is the query's own.
            None if column.is_empty() => {
                let engines = table.starts_with("sqlite_") || table.starts_with("pragma_");
                !engines && !self.base.contains(table)
            }
            _ => false,
        }
    }
}
