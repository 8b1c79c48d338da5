//! The names in the data that people say in questions: clients, accounts, users, tags and the like, each once.

use std::collections::BTreeMap;

use domain::Scope;

use crate::db::Db;
use crate::error::StoreError;
use crate::select::Conditions;

/// Names of one kind that are read at most.
const MOST: u64 = 200_000;

/// Values of one tag key that are read at most: keys with more hold names of single things.
const MOST_TAG_VALUES: usize = 2_000;

/// One name: the column of the public views that holds it, as the data has it, and for a tag's value its key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedValue {
    pub column: &'static str,
    pub value: String,
    pub tag_key: Option<String>,
}

/// Tables with the rows that count, and the column of their organization.
struct Rows {
    tables: &'static str,
    that: &'static str,
    organization: &'static str,
}

const fn rows(tables: &'static str, that: &'static str, organization: &'static str) -> Rows {
    Rows {
        tables,
        that,
        organization,
    }
}

const ALL: &str = "1 = 1";
const ORGANIZATIONS: Rows = rows("organization o", ALL, "o.organization_id");
const ACCOUNTS: Rows = rows("account a", ALL, "a.organization_id");
const DIRECTORIES: Rows = rows(
    "directory d",
    "d.missing_since IS NULL AND d.deleted_at IS NULL",
    "d.organization_id",
);
const BUNDLES: Rows = rows(
    "bundle b",
    "b.missing_since IS NULL AND b.deleted_at IS NULL",
    "b.organization_id",
);
const EVER: Rows = rows("workspace w", ALL, "w.organization_id");
const DESKTOPS: Rows = Rows {
    that: "w.missing_since IS NULL AND w.deleted_at IS NULL",
    ..EVER
};
const TAGS: Rows = Rows {
    tables: "workspace_tag t JOIN workspace w ON w.workspace_id = t.workspace_id
        AND w.account_id = t.account_id AND w.region = t.region",
    ..DESKTOPS
};
const SCOPES: Rows = rows(
    "sync_scope_run r JOIN account a ON a.account_id = r.account_id",
    ALL,
    "a.organization_id",
);
const JOBS: Rows = rows("job j", ALL, "j.organization_id");

/// A column of the views, the expression that it is, and its rows; in the order in which one kind of name wins over
/// another.
const SOURCES: &[(&str, &str, Rows)] = &[
    ("organization_name", "o.name", ORGANIZATIONS),
    ("account_name", "a.name", ACCOUNTS),
    (
        "directory_name",
        "coalesce(d.alias, d.directory_name)",
        DIRECTORIES,
    ),
    ("alias", "d.alias", DIRECTORIES),
    ("bundle_name", "b.name", BUNDLES),
    ("user_name", "w.user_name", EVER),
    ("display_name", "w.display_name", DESKTOPS),
    ("computer_name", "w.computer_name", DESKTOPS),
    ("workspace_name", "w.workspace_name", DESKTOPS),
    ("tag_key", "t.tag_key", TAGS),
    ("error_code", "w.error_code", DESKTOPS),
    ("error_code", "r.error_code", SCOPES),
    ("requested_by", "j.requested_by", JOBS),
    ("operating_system", "w.operating_system", DESKTOPS),
    ("compute_type", "w.compute_type", DESKTOPS),
    ("state", "w.state", DESKTOPS),
];

/// What every name is read with: the values of `columns` in `rows` that `scope` may see, where `named` is not empty.
fn distinct(scope: &Scope, columns: &str, named: &str, rows: &Rows) -> (String, Conditions) {
    let mut conditions = Conditions::in_scope(scope, rows.organization);
    conditions.push(rows.that);
    conditions.push(format!("{named} <> ''"));
    let sql = format!(
        "SELECT DISTINCT {columns} FROM {} {} LIMIT {MOST}",
        rows.tables,
        conditions.sql()
    );
    (sql, conditions)
}

/// Every name that `scope` may see, the kinds in the order in which one wins over another.
pub async fn list(db: &Db, scope: &Scope) -> Result<Vec<NamedValue>, StoreError> {
    let scope = scope.clone();
    db.read(move |conn| {
        let mut names = Vec::new();
        for (column, expression, rows) in SOURCES {
            let (sql, conditions) = distinct(&scope, expression, expression, rows);
            names.extend(conn.query(&sql, &conditions.values(), |row| {
                Ok(NamedValue {
                    column,
                    value: row.get(0)?,
                    tag_key: None,
                })
            })?);
        }
        let (sql, conditions) = distinct(&scope, "t.tag_key, t.tag_value", "t.tag_value", &TAGS);
        let pairs = conn.query(&sql, &conditions.values(), |row| {
            Ok((row.get::<String>(0)?, row.get::<String>(1)?))
        })?;
        let mut by_key: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (key, value) in pairs {
            by_key.entry(key).or_default().push(value);
        }
        by_key.retain(|_, values| values.len() <= MOST_TAG_VALUES);
        for (key, values) in by_key {
            names.extend(values.into_iter().map(|value| NamedValue {
                column: "tag_value",
                value,
                tag_key: Some(key.clone()),
            }));
        }
        Ok(names)
    })
    .await
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::time::Duration;

    use super::*;
    use crate::fixture::{Estate, estate};
    use crate::query;

    /// Names are read from the tables; they have to be those that the public views show.
    #[tokio::test]
    async fn names_are_those_of_the_views() {
        let Estate { db, acme, .. } = &estate().await;
        let views = [
            ("organization_name", "organizations"),
            ("account_name", "accounts"),
            ("alias", "directories"),
            ("bundle_name", "bundles"),
            ("user_name", "workspaces_all"),
            ("computer_name", "workspaces"),
            ("tag_key", "workspace_tags"),
            ("tag_value", "workspace_tags"),
            ("operating_system", "workspaces"),
            ("state", "workspaces"),
        ];
        let mut shown = 0;
        for scope in [Scope::All, acme.scope()] {
            let names = list(db, &scope).await.unwrap();
            for (column, view) in views {
                let sql = format!("SELECT DISTINCT {column} FROM {view} WHERE {column} <> ''");
                let result = query::run(db, &scope, &sql, 1000, Duration::from_secs(5))
                    .await
                    .unwrap();
                let expected: BTreeSet<&str> = result
                    .rows
                    .iter()
                    .filter_map(|row| row[0].as_str())
                    .collect();
                let found: BTreeSet<&str> = names
                    .iter()
                    .filter(|name| name.column == column)
                    .map(|name| name.value.as_str())
                    .collect();
                assert_eq!(found, expected, "{column}");
                shown += found.len();
            }
        }
        assert!(shown > 5, "{shown}");
    }
}
