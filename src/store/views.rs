//! The views people query: what each means, its columns, and where they come from, declared once.
//! The statement that makes a view, the schema shown to people and the messages of refused queries
//! all come from here. `query.rs` makes them for one caller's scope.

mod billing;
mod resources;
mod stock;
mod usage;
mod work;

use domain::Scope;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// One column: its name, what it means, and the expression it is.
#[derive(Debug, Clone, Copy)]
pub struct Column {
    pub name: &'static str,
    pub meaning: &'static str,
    /// Every value it may have, where these are known.
    pub values: &'static [&'static str],
    /// A language model is told its meaning: its name alone would mislead one. Each word told
    /// costs time at every cold start.
    pub told: bool,
    sql: &'static str,
}

impl Column {
    const fn one_of(mut self, values: &'static [&'static str]) -> Self {
        self.values = values;
        self
    }

    const fn told(mut self) -> Self {
        self.told = true;
        self
    }
}

const fn col(name: &'static str, sql: &'static str, meaning: &'static str) -> Column {
    Column {
        name,
        meaning,
        values: &[],
        told: false,
        sql,
    }
}

/// One view.
#[derive(Debug, Clone, Copy)]
pub struct View {
    pub name: &'static str,
    pub meaning: &'static str,
    parts: &'static [&'static [Column]],
    /// Tables, joins and conditions.
    from: &'static str,
    /// The expression that holds the row's organization.
    organization: &'static str,
}

/// Every view.
pub const VIEWS: &[View] = &[
    stock::WORKSPACES,
    stock::WORKSPACES_ALL,
    stock::WORKSPACE_TAGS,
    resources::ORGANIZATIONS,
    resources::ACCOUNTS,
    resources::DIRECTORIES,
    resources::BUNDLES,
    usage::WORKSPACE_USAGE,
    usage::COSTS_MONTHLY,
    usage::RECOMMENDATIONS,
    work::RESOURCE_VERSIONS,
    work::STATE_CHANGES,
    work::SYNC_HISTORY,
    work::ALERTS,
    work::JOBS,
    billing::BILLING_DATA,
    billing::CLOUDTRAIL_EVENTS,
];

impl View {
    pub fn columns(&self) -> impl Iterator<Item = &'static Column> {
        self.parts.iter().flat_map(|part| part.iter())
    }

    /// The SELECT that is this view for those who may see `scope`.
    pub(crate) fn select(&self, scope: &Scope) -> String {
        let columns: Vec<String> = self
            .columns()
            .map(|column| format!("{} AS {}", column.sql, column.name))
            .collect();
        let seen = match scope {
            // It names a column, because the engine asks the authorizer about each column that is
            // read, and a count of all rows reads none.
            Scope::All => format!("({0} IS NULL OR {0} IS NOT NULL)", self.organization),
            Scope::Organizations(set) => {
                // A view takes no parameters, so the ids stand in its text, quoted.
                let ids: Vec<String> = set
                    .iter()
                    .map(|id| format!("'{}'", id.as_str().replace('\'', "''")))
                    .collect();
                format!("{} IN ({})", self.organization, ids.join(", "))
            }
        };
        let word = if self.from.contains(" WHERE ") {
            "AND"
        } else {
            "WHERE"
        };
        format!(
            "SELECT {} FROM {} {word} {seen}",
            columns.join(", "),
            self.from
        )
    }
}

/// What a person is shown of a view.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ViewSchema {
    pub name: String,
    pub meaning: String,
    pub columns: Vec<ColumnSchema>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ColumnSchema {
    pub name: String,
    pub meaning: String,
    /// Every value it may have, where these are known.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub values: Vec<String>,
}

/// Every view with its columns and their meanings.
#[must_use]
pub fn schema() -> Vec<ViewSchema> {
    VIEWS
        .iter()
        .map(|view| ViewSchema {
            name: view.name.to_owned(),
            meaning: view.meaning.to_owned(),
            columns: view
                .columns()
                .map(|column| ColumnSchema {
                    name: column.name.to_owned(),
                    meaning: column.meaning.to_owned(),
                    values: column
                        .values
                        .iter()
                        .map(|value| (*value).to_owned())
                        .collect(),
                })
                .collect(),
        })
        .collect()
}
