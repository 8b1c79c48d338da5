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

const IN_STOCK: &str = "w.missing_since IS NULL AND w.deleted_at IS NULL";
const DIRECTORY_IN_STOCK: &str = "d.missing_since IS NULL AND d.deleted_at IS NULL";
const BUNDLE_IN_STOCK: &str = "b.missing_since IS NULL AND b.deleted_at IS NULL";

/// A column of the views, the expression that it is, its tables, which rows, and the column of their
/// organization. In the order in which one kind of name wins over another.
type Source = (
    &'static str,
    &'static str,
    &'static str,
    &'static str,
    &'static str,
);

const DESKTOPS: &str = "workspace w";
const OF_DESKTOPS: &str = "w.organization_id";

const SOURCES: &[Source] = &[
    (
        "organization_name",
        "o.name",
        "organization o",
        "1 = 1",
        "o.organization_id",
    ),
    (
        "account_name",
        "a.name",
        "account a",
        "1 = 1",
        "a.organization_id",
    ),
    (
        "directory_name",
        "coalesce(d.alias, d.directory_name)",
        "directory d",
        DIRECTORY_IN_STOCK,
        "d.organization_id",
    ),
    (
        "alias",
        "d.alias",
        "directory d",
        DIRECTORY_IN_STOCK,
        "d.organization_id",
    ),
    (
        "bundle_name",
        "b.name",
        "bundle b",
        BUNDLE_IN_STOCK,
        "b.organization_id",
    ),
    ("user_name", "w.user_name", DESKTOPS, "1 = 1", OF_DESKTOPS),
    (
        "display_name",
        "w.display_name",
        DESKTOPS,
        IN_STOCK,
        OF_DESKTOPS,
    ),
    (
        "computer_name",
        "w.computer_name",
        DESKTOPS,
        IN_STOCK,
        OF_DESKTOPS,
    ),
    (
        "workspace_name",
        "w.workspace_name",
        DESKTOPS,
        IN_STOCK,
        OF_DESKTOPS,
    ),
    ("tag_key", "t.tag_key", TAGS, IN_STOCK, OF_DESKTOPS),
    (
        "error_code",
        "w.error_code",
        DESKTOPS,
        IN_STOCK,
        OF_DESKTOPS,
    ),
    (
        "error_code",
        "r.error_code",
        "sync_scope_run r JOIN account a ON a.account_id = r.account_id",
        "1 = 1",
        "a.organization_id",
    ),
    (
        "requested_by",
        "j.requested_by",
        "job j",
        "1 = 1",
        "j.organization_id",
    ),
    (
        "operating_system",
        "w.operating_system",
        DESKTOPS,
        IN_STOCK,
        OF_DESKTOPS,
    ),
    (
        "compute_type",
        "w.compute_type",
        DESKTOPS,
        IN_STOCK,
        OF_DESKTOPS,
    ),
    ("state", "w.state", DESKTOPS, IN_STOCK, OF_DESKTOPS),
];

const TAGS: &str = "workspace_tag t JOIN workspace w ON w.workspace_id = t.workspace_id
    AND w.account_id = t.account_id AND w.region = t.region";

/// Every name that `scope` may see, the kinds in the order in which one wins over another.
pub async fn list(db: &Db, scope: &Scope) -> Result<Vec<NamedValue>, StoreError> {
    let scope = scope.clone();
    db.read(move |conn| {
        let mut names = Vec::new();
        for (column, expression, tables, rows, organization) in SOURCES {
            let mut conditions = Conditions::in_scope(&scope, organization);
            conditions.push(*rows);
            conditions.push(format!("{expression} <> ''"));
            let sql = format!(
                "SELECT DISTINCT {expression} FROM {tables} {} LIMIT {MOST}",
                conditions.sql()
            );
            names.extend(conn.query(&sql, &conditions.values(), |row| {
                Ok(NamedValue {
                    column,
                    value: row.get(0)?,
                    tag_key: None,
                })
            })?);
        }
        let mut conditions = Conditions::in_scope(&scope, OF_DESKTOPS);
        conditions.push(IN_STOCK);
        conditions.push("t.tag_value <> ''");
        let sql = format!(
            "SELECT DISTINCT t.tag_key, t.tag_value FROM {TAGS} {} LIMIT {MOST}",
            conditions.sql()
        );
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
