//! The filters of the desktop list as SQL.

use domain::listing::{ListColumn, TextColumn, TimeColumn, WorkspaceCondition, WorkspaceFilter};
use domain::{Scope, UtcTime};

use crate::account;
use crate::conn::Conn;
use crate::error::StoreError;
use crate::select::Conditions;

/// Rows in stock: neither missing nor deleted.
pub(crate) const PRESENT: &str = "w.missing_since IS NULL AND w.deleted_at IS NULL";

/// `column` as an expression no index is looked up by. A page is found by its sort order or by one
/// scan of the index that holds everything; an engine that instead follows a filter's index into
/// the wide rows, one by one, is many times slower.
fn beside(column: &str) -> String {
    format!("coalesce({column}, {column})")
}

/// What rows of `workspace w` must fulfil.
pub(crate) fn conditions(scope: &Scope, filter: &WorkspaceFilter) -> Conditions {
    let mut all = Conditions::in_scope(scope, "w.organization_id");
    if !filter.include_gone {
        all.push(PRESENT);
    }
    all.any_of_if_given("w.organization_id", &filter.organization_id);
    all.any_of_if_given(&beside("w.account_id"), &filter.account_id);
    all.any_of_if_given(&beside("w.region"), &filter.region);
    all.any_of_if_given(&beside("w.state"), &filter.state);
    all.any_of_if_given(&beside("w.running_mode"), &filter.running_mode);
    all.any_of_if_given(&beside("w.compute_type"), &filter.compute_type);
    all.any_of_if_given(&beside("w.directory_id"), &filter.directory_id);
    all.any_of_if_given(&beside("w.bundle_id"), &filter.bundle_id);
    all.any_of_if_given(&beside("w.user_name"), &filter.user_name);
    all.any_of_if_given(&beside("w.operating_system"), &filter.operating_system);
    all.any_of_if_given(&beside("w.connection_state"), &filter.connection_state);
    connections(&mut all, filter);
    for (key, value) in &filter.tags {
        tag(&mut all, "IN", key, value);
    }
    for condition in &filter.conditions {
        with_operator(&mut all, condition);
    }
    if let Some(q) = filter.q.as_deref().map(str::trim).filter(|q| !q.is_empty()) {
        text(&mut all, q);
    }
    all
}

fn connections(all: &mut Conditions, filter: &WorkspaceFilter) {
    if let Some(before) = filter.last_connected_before {
        let place = all.bind(before);
        all.push(format!("{} < {place}", beside("w.last_connected_at")));
    }
    // A desktop whose connections were never read is not known to be unused.
    let last = beside("w.last_connected_at");
    match filter.never_connected {
        Some(true) => all.push(format!("{last} IS NULL AND w.connection_state IS NOT NULL")),
        Some(false) => all.push(format!("{last} IS NOT NULL")),
        None => {}
    }
}

fn with_operator(all: &mut Conditions, condition: &WorkspaceCondition) {
    let mut compare = |column: TimeColumn, operator: &str, at: UtcTime| {
        let place = all.bind(at);
        all.push(format!(
            "{} {operator} {place}",
            beside(time_column(column))
        ));
    };
    let days_ago = |days: u32| UtcTime::now().plus_days(-i64::from(days));
    match condition {
        WorkspaceCondition::Before(column, at) => compare(*column, "<", *at),
        WorkspaceCondition::After(column, at) => compare(*column, ">", *at),
        WorkspaceCondition::OlderThanDays(column, days) => compare(*column, "<", days_ago(*days)),
        WorkspaceCondition::NewerThanDays(column, days) => compare(*column, ">", days_ago(*days)),
        WorkspaceCondition::NoneOf(column, values) => {
            let places: Vec<String> = values.iter().map(|value| all.bind(value)).collect();
            let column = list_column(*column);
            all.push(format!(
                "coalesce({column}, '') NOT IN ({})",
                places.join(", ")
            ));
        }
        WorkspaceCondition::Contains(column, text) => {
            let place = all.bind(text.to_lowercase());
            let column = text_column(*column);
            all.push(format!("instr(lower(coalesce({column}, '')), {place}) > 0"));
        }
        WorkspaceCondition::WithoutTag(key, value) => tag(all, "NOT IN", key, value),
    }
}

fn list_column(column: ListColumn) -> &'static str {
    match column {
        ListColumn::State => "w.state",
        ListColumn::RunningMode => "w.running_mode",
        ListColumn::ComputeType => "w.compute_type",
        ListColumn::Account => "w.account_id",
        ListColumn::Region => "w.region",
        ListColumn::Directory => "w.directory_id",
        ListColumn::Bundle => "w.bundle_id",
        ListColumn::User => "w.user_name",
        ListColumn::OperatingSystem => "w.operating_system",
        ListColumn::Connection => "w.connection_state",
    }
}

fn text_column(column: TextColumn) -> &'static str {
    match column {
        TextColumn::Workspace => "w.workspace_id",
        TextColumn::User => "w.user_name",
        TextColumn::Computer => "w.computer_name",
        TextColumn::Address => "w.ip_address",
    }
}

fn time_column(column: TimeColumn) -> &'static str {
    match column {
        TimeColumn::LastConnected => "w.last_connected_at",
        TimeColumn::Created => "w.created_at",
    }
}

fn tag(all: &mut Conditions, operator: &str, key: &str, value: &str) {
    let mut inner = format!("t.tag_key = {}", all.bind(key));
    if !value.is_empty() {
        inner.push_str(&format!(" AND t.tag_value = {}", all.bind(value)));
    }
    all.push(format!(
        "(w.workspace_id, w.account_id, w.region) {operator}
           (SELECT t.workspace_id, t.account_id, t.region FROM workspace_tag t WHERE {inner})"
    ));
}

/// Attributes and tags stand in `search`; names kept elsewhere are looked up by their own rows, of
/// which there are few.
fn text(all: &mut Conditions, q: &str) {
    let place = all.bind(q.to_lowercase());
    all.push(format!(
        "(instr(w.search, {place}) > 0
          OR instr(lower(coalesce(w.connection_state, '')), {place}) > 0
          OR w.account_id IN (SELECT a.account_id FROM account a
               JOIN organization o ON o.organization_id = a.organization_id
               WHERE instr(lower(a.name), {place}) > 0 OR instr(lower(o.name), {place}) > 0)
          OR w.directory_id IN (SELECT d.directory_id FROM directory d
               WHERE instr(lower(coalesce(d.alias, '') || ' ' || coalesce(d.directory_name, '')), {place}) > 0)
          OR w.bundle_id IN (SELECT b.bundle_id FROM bundle b
               WHERE instr(lower(coalesce(b.name, '')), {place}) > 0))"
    ));
}

/// The oldest complete listing among the scopes that feed the list and are still synced; `None` when
/// there was none. A scope that was tried and never listed completely has no such time: the
/// dashboard names it among the failing scopes.
pub(crate) fn as_of(
    conn: &Conn,
    scope: &Scope,
    filter: &WorkspaceFilter,
) -> Result<Option<UtcTime>, StoreError> {
    let mut all = Conditions::in_scope(scope, "a.organization_id");
    all.push("s.resource_type = 'workspaces'");
    all.push(account::in_use("s.region"));
    all.any_of_if_given("a.organization_id", &filter.organization_id);
    all.any_of_if_given("s.account_id", &filter.account_id);
    all.any_of_if_given("s.region", &filter.region);
    let sql = format!(
        "SELECT min(s.last_complete_at) FROM sync_scope s
         JOIN account a ON a.account_id = s.account_id {}",
        all.sql()
    );
    conn.query_one(&sql, &all.values(), |row| row.get(0))
}
