//! One sentence about the rows.

use serde_json::Value;
use store::query::QueryResult;

use super::columns::{Kind, adds_up, kind, shown, words};

/// Names listed in a sentence.
const NAMED: usize = 3;

/// Columns a row is best called by, the best first.
const NAMES: &[&str] = &[
    "user_name",
    "workspace_id",
    "organization_name",
    "account_name",
    "directory_name",
    "bundle_name",
    "display_name",
    "computer_name",
    "message",
    "resource_id",
];

/// What rows are that have a column of their own kind's ids, and each id once.
const THINGS: &[(&str, &str, &str)] = &[
    ("workspace_id", "desktop", "desktops"),
    ("alert_id", "alert", "alerts"),
    ("job_id", "job", "jobs"),
    ("directory_id", "directory", "directories"),
    ("bundle_id", "bundle", "bundles"),
    ("account_id", "account", "accounts"),
    ("account_name", "account", "accounts"),
    ("user_name", "user", "users"),
    ("organization_name", "client", "clients"),
    ("region", "region", "regions"),
    ("state", "state", "states"),
    ("running_mode", "running mode", "running modes"),
    ("month", "month", "months"),
    ("week", "week", "weeks"),
    ("day", "day", "days"),
];

/// The rows by what they are: "12 desktops", "3 rows".
fn counted(result: &QueryResult, count: usize) -> String {
    let thing = THINGS.iter().find(|(column, ..)| {
        let index = result.columns.iter().position(|known| known == column);
        index.is_some_and(|index| {
            let mut seen = std::collections::HashSet::new();
            let known = |value: &Value| !value.is_null();
            result
                .rows
                .iter()
                .all(|row| known(&row[index]) && seen.insert(row[index].to_string()))
        })
    });
    match (thing, count) {
        (Some((_, one, _)), 1) => format!("1 {one}"),
        (Some((.., many)), _) => format!("{count} {many}"),
        (None, 1) => "1 row".to_owned(),
        (None, _) => format!("{count} rows"),
    }
}

/// What the rows say, in one sentence.
pub(crate) fn summary(result: &QueryResult) -> String {
    let said = match (result.rows.as_slice(), result.columns.as_slice()) {
        ([], _) => return "There is nothing that matches.".to_owned(),
        ([row], [column]) => one_value(column, &row[0]),
        ([row], _) => one_row(result, row),
        _ => many(result),
    };
    sentence(&said)
}

fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().map(|c| c.to_uppercase().to_string());
    let mut whole = first.unwrap_or_default() + letters.as_str();
    if !whole.ends_with(['.', '…', '!', '?']) {
        whole.push('.');
    }
    whole
}

fn one_value(column: &str, value: &Value) -> String {
    match value {
        Value::Null => format!("there is no {}", words(column)),
        value => format!("{}: {}", words(column), shown(value)),
    }
}

/// Each value with what it is, as far as a sentence carries them.
fn one_row(result: &QueryResult, row: &[Value]) -> String {
    let parts: Vec<String> = result
        .columns
        .iter()
        .zip(row)
        .filter(|(_, value)| !value.is_null())
        .take(4)
        .map(|(column, value)| format!("{} {}", words(column), shown(value)))
        .collect();
    if parts.is_empty() {
        return "one row, without any value".to_owned();
    }
    format!("{}: {}", counted(result, 1), parts.join(", "))
}

fn many(result: &QueryResult) -> String {
    let kinds: Vec<Kind> = (0..result.columns.len())
        .map(|index| kind(result, index))
        .collect();
    let numbers: Vec<usize> = positions(&kinds, Kind::Number);
    let label = kinds
        .iter()
        .position(|kind| matches!(kind, Kind::Text | Kind::Time));
    // Few columns, one of them a measure: groups. Anything else is a list of things.
    if let (Some(label), Some(number)) = (label, numbers.first().copied())
        && result.columns.len() <= 4
        && label < number
        && is_measure(&result.columns[number])
    {
        return groups(result, label, number, kinds[label] == Kind::Time);
    }
    list(result)
}

fn positions(kinds: &[Kind], wanted: Kind) -> Vec<usize> {
    let numbered = kinds.iter().enumerate();
    numbered
        .filter(|(_, kind)| **kind == wanted)
        .map(|(index, _)| index)
        .collect()
}

/// A column of the views is a property of its row; what a query worked out is a measure.
fn is_measure(column: &str) -> bool {
    !store::views::VIEWS
        .iter()
        .flat_map(|view| view.columns())
        .any(|known| known.name == column)
}

fn groups(result: &QueryResult, label: usize, number: usize, in_time: bool) -> String {
    let rows = &result.rows;
    let measure = words(&result.columns[number]);
    let value = |row: &[Value]| row[number].as_f64();
    let most = rows.iter().max_by(|a, b| {
        let (a, b) = (value(a), value(b));
        // The earlier of two equal ones.
        a.partial_cmp(&b)
            .unwrap_or(std::cmp::Ordering::Equal)
            .then(std::cmp::Ordering::Greater)
    });
    let Some(most) = most else {
        return list(result);
    };
    let total = (adds_up(result, number) && !result.truncated).then(|| sum(rows, number));
    let count = rows.len();
    let kind = words(&result.columns[label]);
    let top = format!("{} ({})", called(&most[label], &kind), shown(&most[number]));
    let tied = rows
        .iter()
        .filter(|row| row[number] == most[number])
        .count();
    let top = match tied {
        1 => format!("the most is {top}"),
        _ if tied == count => format!("each has {}", shown(&most[number])),
        _ => format!("the most is {top}, shared by {tied}"),
    };
    let rows = counted(result, count);
    match total.flatten() {
        Some(total) if in_time => {
            format!("{} {measure} over {rows}; {top}", shown(&total.into()))
        }
        Some(total) => format!("{} {measure} in {rows}; {top}", shown(&total.into())),
        None => format!("{measure} for {rows}; {top}"),
    }
}

fn called(value: &Value, kind: &str) -> String {
    match value {
        Value::Null => format!("no {kind}"),
        Value::String(text) if text.is_empty() => format!("an empty {kind}"),
        value => shown(value),
    }
}

fn sum(rows: &[Vec<Value>], index: usize) -> Option<i64> {
    rows.iter().try_fold(0_i64, |sum, row| {
        sum.checked_add(row[index].as_i64().unwrap_or(0))
    })
}

/// How many there are, and the first few by name.
fn list(result: &QueryResult) -> String {
    let count = result.rows.len();
    let more = if result.truncated { "more than " } else { "" };
    let rows = counted(result, count);
    let Some(index) = name_column(result) else {
        return format!("{more}{rows}");
    };
    let mut names: Vec<String> = Vec::new();
    for row in &result.rows {
        let name = match &row[index] {
            Value::Null => continue,
            Value::String(text) if text.is_empty() => continue,
            value => shown(value),
        };
        if !names.contains(&name) {
            names.push(name);
        }
        if names.len() == NAMED {
            break;
        }
    }
    if names.is_empty() {
        return format!("{more}{rows}");
    }
    let rest = if count > names.len() {
        " and others"
    } else {
        ""
    };
    format!("{more}{rows}: {}{rest}", names.join(", "))
}

fn name_column(result: &QueryResult) -> Option<usize> {
    let by_name = NAMES
        .iter()
        .find_map(|name| result.columns.iter().position(|column| column == name));
    by_name.or_else(|| (0..result.columns.len()).find(|index| kind(result, *index) == Kind::Text))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn of(columns: &[&str], rows: Value, truncated: bool) -> String {
        summary(&QueryResult {
            columns: columns.iter().map(|c| (*c).to_owned()).collect(),
            rows: serde_json::from_value(rows).unwrap(),
            truncated,
            duration_ms: 0,
            as_of: None,
        })
    }

    #[test]
    fn sentences_say_what_the_rows_say() {
        assert_eq!(
            of(&["n"], json!([]), false),
            "There is nothing that matches."
        );
        assert_eq!(
            of(&["desktops"], json!([[1234]]), false),
            "Desktops: 1,234."
        );
        assert_eq!(of(&["count(*)"], json!([[2]]), false), "Count: 2.");
        assert_eq!(
            of(&["last_seen"], json!([[null]]), false),
            "There is no last seen."
        );
        assert_eq!(
            of(
                &["organization_name", "desktops"],
                json!([["Acme", 3]]),
                false
            ),
            "1 client: organization name Acme, desktops 3."
        );
        assert_eq!(
            of(
                &["organization_name", "desktops"],
                json!([["Acme", 3], ["Globex", 40], [null, 1]]),
                false
            ),
            "44 desktops in 3 rows; the most is Globex (40)."
        );
        assert_eq!(
            of(
                &["organization_name", "desktops"],
                json!([["Acme", 3], ["Globex", 3]]),
                false
            ),
            "6 desktops in 2 clients; each has 3."
        );
        assert_eq!(
            of(
                &["state", "average_gib"],
                json!([["A", 3.5], ["B", 1.25]]),
                false
            ),
            "Average gib for 2 states; the most is A (3.5)."
        );
        assert_eq!(
            of(
                &["workspace_id", "user_name", "root_volume_gib"],
                json!([
                    ["ws-1", "ann", 80],
                    ["ws-2", "bob", 80],
                    ["ws-3", "ann", 80],
                    ["ws-4", "cyd", 80]
                ]),
                true
            ),
            "More than 4 desktops: ann, bob, cyd and others."
        );
        assert_eq!(of(&["a", "b"], json!([[1, 2], [3, 4]]), false), "2 rows.");
    }

    #[test]
    fn what_is_cut_off_is_not_added_up() {
        let rows = json!([["a", 1], ["b", 2]]);
        let cut = of(&["user", "desktops"], rows, true);
        assert_eq!(cut, "Desktops for 2 rows; the most is b (2).");
    }

    #[test]
    fn a_hostile_name_stays_a_name() {
        let text = "x\n\u{1b}[31m".to_owned() + &"y".repeat(500);
        let said = of(&["user_name"], json!([[text], ["b"]]), false);
        assert!(said.chars().count() < 100 && !said.contains('\n'), "{said}");
        assert!(!said.contains('\u{1b}'));
    }
}
