//! How many desktops each filter value would leave.

use domain::Scope;
use domain::dashboard::Count;
use domain::listing::WorkspaceFilter;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::conditions;
use crate::conn::Conn;
use crate::db::Db;
use crate::error::StoreError;
use crate::select::Conditions;

/// How many desktops share each value, for the filters of the list. Each facet leaves its own
/// filter out, so that the alternatives to what is chosen stay visible. The most frequent first.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Facets {
    pub state: Vec<Count>,
    pub running_mode: Vec<Count>,
    pub compute_type: Vec<Count>,
    pub account_id: Vec<Count>,
    pub region: Vec<Count>,
    pub directory_id: Vec<Count>,
    pub bundle_id: Vec<Count>,
    pub operating_system: Vec<Count>,
    pub tag_keys: Vec<Count>,
}

/// The most values one facet names.
const MOST: u64 = 200;

/// Counts for every filter of the list.
pub async fn facets(
    db: &Db,
    scope: &Scope,
    filter: &WorkspaceFilter,
) -> Result<Facets, StoreError> {
    let key = (db.data_version(), scope.clone(), filter.clone());
    if let Some(known) = db.caches().facets.get(&key) {
        return Ok(known);
    }
    let (scope, filter) = (scope.clone(), filter.clone());
    let counted = db
        .read(move |conn| count_all(conn, &scope, &filter))
        .await?;
    db.caches().facets.insert(key, counted.clone());
    Ok(counted)
}

fn count_all(conn: &Conn, scope: &Scope, filter: &WorkspaceFilter) -> Result<Facets, StoreError> {
    let without = |forget: fn(&mut WorkspaceFilter)| {
        let mut filter = filter.clone();
        forget(&mut filter);
        conditions(scope, &filter)
    };
    Ok(Facets {
        state: by_column(conn, "w.state", &without(|f| f.state.clear()))?,
        running_mode: by_column(conn, "w.running_mode", &without(|f| f.running_mode.clear()))?,
        compute_type: by_column(conn, "w.compute_type", &without(|f| f.compute_type.clear()))?,
        account_id: by_account(conn, &without(|f| f.account_id.clear()))?,
        region: by_column(conn, "w.region", &without(|f| f.region.clear()))?,
        directory_id: by_directory(conn, &without(|f| f.directory_id.clear()))?,
        bundle_id: by_bundle(conn, &without(|f| f.bundle_id.clear()))?,
        operating_system: by_column(
            conn,
            "w.operating_system",
            &without(|f| f.operating_system.clear()),
        )?,
        tag_keys: by_tag_key(conn, &conditions(scope, filter))?,
    })
}

/// The same conditions for every facet, without tag keys.
pub(crate) fn group_counts(conn: &Conn, conditions: &Conditions) -> Result<Facets, StoreError> {
    Ok(Facets {
        state: by_column(conn, "w.state", conditions)?,
        running_mode: by_column(conn, "w.running_mode", conditions)?,
        compute_type: by_column(conn, "w.compute_type", conditions)?,
        account_id: by_account(conn, conditions)?,
        region: by_column(conn, "w.region", conditions)?,
        bundle_id: by_bundle(conn, conditions)?,
        ..Facets::default()
    })
}

/// Rows per value of one column; rows without a value are not counted.
fn by_column(conn: &Conn, column: &str, conditions: &Conditions) -> Result<Vec<Count>, StoreError> {
    labelled(conn, column, "NULL", conditions)
}

fn by_account(conn: &Conn, conditions: &Conditions) -> Result<Vec<Count>, StoreError> {
    let label = "(SELECT a.name FROM account a WHERE a.account_id = g.key)";
    labelled(conn, "w.account_id", label, conditions)
}

/// Amazon's bundles have one id in every account, so any account's row names it.
fn by_bundle(conn: &Conn, conditions: &Conditions) -> Result<Vec<Count>, StoreError> {
    let label = "(SELECT max(b.name) FROM bundle b WHERE b.bundle_id = g.key)";
    labelled(conn, "w.bundle_id", label, conditions)
}

fn by_directory(conn: &Conn, conditions: &Conditions) -> Result<Vec<Count>, StoreError> {
    let label = "(SELECT max(coalesce(d.alias, d.directory_name)) FROM directory d
        WHERE d.directory_id = g.key)";
    labelled(conn, "w.directory_id", label, conditions)
}

fn labelled(
    conn: &Conn,
    column: &str,
    label: &str,
    conditions: &Conditions,
) -> Result<Vec<Count>, StoreError> {
    let mut conditions = conditions.clone();
    conditions.push(format!("{column} IS NOT NULL"));
    let place = conditions.bind(MOST);
    let sql = format!(
        "SELECT g.key, coalesce({label}, g.key), g.n
         FROM (SELECT {column} AS key, count(*) AS n FROM workspace w {} GROUP BY {column}
               ORDER BY count(*) DESC, {column} LIMIT {place}) g
         ORDER BY g.n DESC, g.key",
        conditions.sql()
    );
    conn.query(&sql, &conditions.values(), |row| {
        Ok(Count {
            key: row.get(0)?,
            label: row.get(1)?,
            count: row.get(2)?,
        })
    })
}

fn by_tag_key(conn: &Conn, conditions: &Conditions) -> Result<Vec<Count>, StoreError> {
    let mut conditions = conditions.clone();
    let place = conditions.bind(MOST);
    let sql = format!(
        "SELECT g.tag_key, count(*) FROM workspace w
         JOIN workspace_tag g ON g.workspace_id = w.workspace_id AND g.account_id = w.account_id
           AND g.region = w.region
         {} GROUP BY g.tag_key ORDER BY count(*) DESC, g.tag_key LIMIT {place}",
        conditions.sql()
    );
    conn.query(&sql, &conditions.values(), |row| {
        let key: String = row.get(0)?;
        Ok(Count {
            label: key.clone(),
            key,
            count: row.get(1)?,
        })
    })
}
