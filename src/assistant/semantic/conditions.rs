//! Filters as SQL conditions on the rows of a view. Literals are quoted here and nowhere else.

use super::fields::{Entity, Field};
use super::query::{Comparison, Filter, Test};

/// A text as an SQL literal.
pub(super) fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''").replace('\0', ""))
}

fn list(values: &[String]) -> String {
    let quoted: Vec<String> = values.iter().map(|value| quoted(value)).collect();
    quoted.join(", ")
}

pub(super) fn number(value: f64) -> String {
    if value.fract() == 0.0 && value.abs() < 1e15 {
        format!("{value:.0}")
    } else {
        format!("{value}")
    }
}

pub(super) fn sign(comparison: Comparison) -> &'static str {
    match comparison {
        Comparison::Above => ">",
        Comparison::AtLeast | Comparison::Between => ">=",
        Comparison::Below => "<",
        Comparison::AtMost => "<=",
        Comparison::Equal => "=",
    }
}

/// A filter as a condition on the rows of `entity`.
pub(super) fn condition(filter: &Filter, entity: Entity, now: &str) -> String {
    if let Some(linked) = through_desktops(filter, entity, now) {
        return linked;
    }
    let column = |field: Field| field.sql(entity, now).unwrap_or_else(|| "NULL".to_owned());
    let not = filter.negated;
    match &filter.test {
        Test::OneOf { field, values } => match (values.len(), not) {
            (1, false) => format!("{} = {}", column(*field), quoted(&values[0])),
            (1, true) => format!("{} <> {}", column(*field), quoted(&values[0])),
            (_, false) => format!("{} IN ({})", column(*field), list(values)),
            (_, true) => format!("{} NOT IN ({})", column(*field), list(values)),
        },
        Test::Like {
            field, patterns, ..
        } => {
            let tests: Vec<String> = patterns
                .iter()
                .map(|pattern| format!("{} LIKE {}", column(*field), quoted(pattern)))
                .collect();
            negate(&either(&tests), not)
        }
        Test::Absent(field) if not => format!("{} IS NOT NULL", column(*field)),
        Test::Absent(field) => format!("{} IS NULL", column(*field)),
        Test::Flag(field) if not => format!("coalesce({}, 0) = 0", column(*field)),
        Test::Flag(field) => format!("{} = 1", column(*field)),
        Test::Number {
            field,
            comparison,
            value,
            upto,
        } => {
            let column = column(*field);
            let test = match upto {
                Some(upto) => format!("{column} BETWEEN {} AND {}", number(*value), number(*upto)),
                None => format!("{column} {} {}", sign(*comparison), number(*value)),
            };
            negate(&test, not)
        }
        Test::Time {
            field,
            from,
            to,
            or_never,
            ..
        } => {
            let column = column(*field);
            let mut tests = Vec::new();
            if let Some(from) = from {
                tests.push(format!("{column} >= '{from}'"));
            }
            if let Some(to) = to {
                tests.push(format!("{column} < '{to}'"));
            }
            let test = tests.join(" AND ");
            let test = if *or_never {
                format!("({column} IS NULL OR {test})")
            } else {
                test
            };
            negate(&test, not)
        }
        Test::Tagged { key, values } => {
            let mut tests = Vec::new();
            if let Some(key) = key {
                tests.push(format!("tag_key = {}", quoted(key)));
            }
            if !values.is_empty() {
                tests.push(format!("tag_value IN ({})", list(values)));
            }
            let inner = select_where("workspace_id", "workspace_tags", &tests);
            let id = if entity == Entity::Version {
                "resource_id"
            } else {
                "workspace_id"
            };
            format!("{id} {} ({inner})", within(not))
        }
        Test::Any(parts) => {
            let tests: Vec<String> = parts
                .iter()
                .map(|part| condition(part, entity, now))
                .collect();
            negate(&either(&tests), not)
        }
        Test::All(parts) => {
            let tests: Vec<String> = parts
                .iter()
                .map(|part| condition(part, entity, now))
                .collect();
            negate(&format!("({})", tests.join(" AND ")), not)
        }
        Test::LastRun { finished, filters } => {
            let mut tests: Vec<String> = filters
                .iter()
                .map(|filter| condition(filter, Entity::Sync, now))
                .collect();
            if *finished {
                tests.push(
                    "run_id NOT IN (SELECT run_id FROM sync_history \
                     WHERE status IN ('waiting', 'running'))"
                        .into(),
                );
            }
            let runs = select_where("run_id", "sync_history", &tests);
            negate(
                &format!("run_id = ({runs} ORDER BY started_at DESC LIMIT 1)"),
                not,
            )
        }
        Test::Fields {
            left,
            comparison,
            right,
        } => negate(
            &format!("{} {} {}", column(*left), sign(*comparison), column(*right)),
            not,
        ),
        Test::Has {
            entity: other,
            filters,
        } => has(entity, *other, filters, not, now),
    }
}

fn within(not: bool) -> &'static str {
    if not { "NOT IN" } else { "IN" }
}

fn either(tests: &[String]) -> String {
    match tests {
        [one] => one.clone(),
        _ => format!("({})", tests.join(" OR ")),
    }
}

fn negate(test: &str, not: bool) -> String {
    if not {
        format!("NOT ({test})")
    } else {
        test.to_owned()
    }
}

fn select_where(column: &str, view: &str, tests: &[String]) -> String {
    if tests.is_empty() {
        format!("SELECT {column} FROM {view}")
    } else {
        format!("SELECT {column} FROM {view} WHERE {}", tests.join(" AND "))
    }
}

/// A filter on a field that only the row's desktop or account has.
fn through_desktops(filter: &Filter, entity: Entity, now: &str) -> Option<String> {
    let field = filter.field()?;
    if field.is_column(entity) {
        return None;
    }
    let accounts = matches!(
        field,
        Field::OrganizationName | Field::AccountName | Field::Enabled
    );
    if accounts && Field::AccountId.is_column(entity) {
        let positive = Filter {
            negated: false,
            ..filter.clone()
        };
        let inner = condition(&positive, Entity::Account, now);
        return Some(format!(
            "account_id {} (SELECT account_id FROM accounts WHERE {inner})",
            within(filter.negated)
        ));
    }
    let (id, desktops) = match entity {
        Entity::StateChange => ("workspace_id", Entity::DesktopEver),
        Entity::Tag => ("workspace_id", Entity::Desktop),
        Entity::Version => ("resource_id", Entity::DesktopEver),
        _ => return None,
    };
    field.sql(desktops, now)?;
    Some(format!(
        "{id} IN (SELECT workspace_id FROM {} WHERE {})",
        desktops.view(),
        condition(filter, desktops, now)
    ))
}

/// Rows of `entity` that have rows of `other`, by what links the two.
fn has(entity: Entity, other: Entity, filters: &[Filter], not: bool, now: &str) -> String {
    let mut tests: Vec<String> = filters
        .iter()
        .map(|filter| condition(filter, other, now))
        .collect();
    let view = other.view();
    let within = within(not);
    match entity {
        Entity::Organization => {
            if Field::AccountId.is_column(other) {
                tests.push("account_id IS NOT NULL".into());
                let inner = select_where("account_id", view, &tests);
                format!(
                    "organization_id {within} (SELECT organization_id FROM accounts \
                     WHERE account_id IN ({inner}))"
                )
            } else {
                format!(
                    "organization_id {within} ({})",
                    select_where("organization_id", view, &tests)
                )
            }
        }
        Entity::Account => {
            tests.push("account_id IS NOT NULL".into());
            format!(
                "account_id {within} ({})",
                select_where("account_id", view, &tests)
            )
        }
        Entity::Directory => {
            tests.push("directory_id IS NOT NULL".into());
            format!(
                "directory_id {within} ({})",
                select_where("directory_id", view, &tests)
            )
        }
        Entity::Bundle => {
            tests.push("bundle_id IS NOT NULL".into());
            format!(
                "bundle_id {within} ({})",
                select_where("bundle_id", view, &tests)
            )
        }
        _ => {
            let theirs = if other == Entity::Version {
                "resource_id"
            } else {
                "workspace_id"
            };
            format!(
                "workspace_id {within} ({})",
                select_where(theirs, view, &tests)
            )
        }
    }
}
