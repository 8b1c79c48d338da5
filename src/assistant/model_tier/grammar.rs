//! What the model may write: one SELECT on one view, or on two joined, with the views' own columns
//! and a few functions; or that it cannot answer. In the Lark dialect of `llguidance`, made from
//! the views' declarations.
//!
//! Columns stand before the view they are of, so each view has rules of its own: having written a
//! column, the model can only go on to a view that has it. One space stands wherever there may be
//! any, which leaves most characters without a choice. Lists have an end, since a small model may find none. The guarded door is what keeps the data
//! safe; this makes what is written likely to run.

use std::fmt::Write;
use std::sync::LazyLock;

use store::views::{VIEWS, View};

use super::written::CANNOT;

/// What all views' rules share.
const SHARED: &str = r#"
REASON: /[A-Za-z0-9][A-Za-z0-9 ,'-]{2,120}/
ALIAS: /[a-z][a-z0-9_]{0,30}/
NUMBER: /[0-9]{1,7}(\.[0-9]{1,4})?/
ROWS: /[1-9][0-9]{0,3}/
PLACE: /[1-9]/
STRING: /'([^'\x00-\x1f\x7f]|''){0,80}'/
DAY: /date\('now'(, '([+-][0-9]{1,4} (days|months|years)|start of (month|year))'){0,2}\)/
FORMAT: /'(%[YmdWwjHM][-:. ]?){1,4}'/
PATH: /'\$\.("[A-Za-z0-9 _:.-]{1,60}"|[A-Za-z0-9_]{1,60})'/
TOTAL: /(count|sum|avg|min|max|total)\(/
TEXT: /(lower|upper|length|date|julianday)\(/
sign: " + " | " - " | " * " | " / "
compare: " = " | " <> " | " < " | " <= " | " > " | " >= "
number_list: NUMBER (", " NUMBER){0,19}
string_list: STRING (", " STRING){0,19}
direction: " DESC" | " ASC"
"#;

/// The rules of one view; `V` stands for its name.
const OF_VIEW: &str = r#"
select_V: ("DISTINCT ")? item_V (", " item_V){0,7} from_V (" WHERE " where_V)? (" GROUP BY " key_V (", " key_V){0,2} (" HAVING " having_V)?)? (" ORDER BY " order_V (", " order_V){0,2})? " LIMIT " ROWS
item_V: top_V (" AS " ALIAS)?
key_V: scalar_V | PLACE
order_V: (top_V | PLACE) direction?
having_V: total_V compare NUMBER (" AND " total_V compare NUMBER)?
top_V: part_V (sign (part_V | NUMBER)){0,2}
part_V: column_V | function_V | total_V | "round(" ratio_V ", " PLACE ")"
ratio_V: (NUMBER " * ")? (total_V | function_V) (sign (total_V | function_V | NUMBER)){0,2}
total_V: "count(*)" | "count(DISTINCT " column_V ")" | TOTAL scalar_V ")"
scalar_V: plain_V (sign plain_V){0,2}
plain_V: atom_V | function_V
atom_V: column_V | NUMBER | STRING | DAY
function_V: call_V | "round(" call_V (sign (call_V | NUMBER)){0,2} ", " PLACE ")" | "CASE WHEN " test_V (" AND " test_V)? " THEN " atom_V " ELSE " atom_V " END"
call_V: DAY | TEXT atom_V ")" | "substr(" column_V ", " ROWS ", " ROWS ")" | "strftime(" FORMAT ", " column_V ")" | "coalesce(" atom_V ", " atom_V ")" | "json_extract(" column_V ", " PATH ")" | "julianday('now')"
where_V: step_V (" AND " step_V){0,5} | step_V (" OR " step_V){0,3}
step_V: test_V | "(" test_V (" OR " test_V){1,3} ")" | "(" test_V (" AND " test_V){1,3} ")" | "NOT (" test_V (" AND " test_V){0,2} ")"
test_V: column_V " IS NULL" | column_V " IS NOT NULL" | left_V compare right_V | left_V " BETWEEN " right_V " AND " right_V | open_V (" NOT")? " LIKE " STRING | open_V (" NOT")? " IN (" string_list ")" | open_V (" NOT")? " IN (" number_list ")" | column_V (" NOT")? " IN (SELECT " inner ")"KNOWN_V
left_V: (open_V | call_V) (sign (open_V | call_V | NUMBER))?
right_V: NUMBER | STRING | open_V | call_V
inner_V: column_V from_V (" WHERE " column_V " = " STRING | " WHERE " column_V compare right_V)?
"#;

/// The grammar of this build's views.
pub fn grammar() -> &'static str {
    static TEXT: LazyLock<String> = LazyLock::new(|| made(VIEWS));
    &TEXT
}

fn made(views: &[View]) -> String {
    let names: Vec<&str> = views.iter().map(|view| view.name).collect();
    let each = |rule: &str| {
        let rules: Vec<String> = names.iter().map(|name| format!("{rule}_{name}")).collect();
        rules.join(" | ")
    };
    let mut text = format!(
        "start: \"SELECT \" select | \"{CANNOT} \" REASON\nselect: {} | select_join\ninner: {}\n",
        each("select"),
        each("inner"),
    );
    text += SHARED.trim_start();
    for view in views {
        of_view(&mut text, view);
    }
    of_join(&mut text, views);
    text
}

fn of_view(text: &mut String, view: &View) {
    let name = view.name;
    let all: Vec<&str> = view.columns().map(|column| column.name).collect();
    // A column whose values are known is compared with these only.
    let open: Vec<&str> = view
        .columns()
        .filter(|column| column.values.is_empty())
        .map(|column| column.name)
        .collect();
    let mut known = String::new();
    for column in view.columns().filter(|column| !column.values.is_empty()) {
        let values: Vec<String> = column
            .values
            .iter()
            .map(|value| format!("\"'{value}'\""))
            .collect();
        let rule = format!("value_{name}_{}", column.name);
        let column = column.name;
        // Writing to a String cannot fail.
        let _ = writeln!(text, "{rule}: {}", values.join(" | "));
        known += &format!(
            " | \"{column} = \" {rule} | \"{column} <> \" {rule} \
             | \"{column} IN (\" {rule} (\", \" {rule}){{0,9}} \")\" \
             | \"{column} NOT IN (\" {rule} (\", \" {rule}){{0,9}} \")\""
        );
    }
    let _ = writeln!(text, "from_{name}: \" FROM {name}\"");
    let _ = writeln!(text, "column_{name}: {}", literals("", &all));
    let _ = writeln!(text, "open_{name}: {}", literals("", &open));
    rules(text, name, &known);
}

/// Two views joined; there every column is written with its view.
fn of_join(text: &mut String, views: &[View]) {
    let columns: Vec<String> = views
        .iter()
        .map(|view| {
            let columns: Vec<&str> = view.columns().map(|column| column.name).collect();
            literals(&format!("{}.", view.name), &columns)
        })
        .collect();
    let views: Vec<&str> = views.iter().map(|view| view.name).collect();
    let _ = writeln!(text, "view: {}", literals("", &views));
    let _ = writeln!(text, "column_join: {}", columns.join(" | "));
    text.push_str("open_join: column_join\n");
    text.push_str(
        "joined: \" FROM \" view (\" LEFT\")? \" JOIN \" view \" ON \" column_join \" = \" \
         column_join (\" AND \" column_join \" = \" column_join){0,2}\n",
    );
    let mut made = String::new();
    rules(&mut made, "join", "");
    // Its views are a rule, and it is not read from inside another query.
    let made = made.replace("from_join", "joined");
    let lines = made.lines().filter(|line| !line.starts_with("inner_"));
    for line in lines {
        text.push_str(line);
        text.push('\n');
    }
}

fn rules(text: &mut String, name: &str, known: &str) {
    let made = OF_VIEW
        .trim_start()
        .replace("KNOWN_V", known)
        .replace("_V", &format!("_{name}"));
    text.push_str(&made);
}

fn literals(before: &str, words: &[&str]) -> String {
    let quoted: Vec<String> = words
        .iter()
        .map(|word| format!("\"{before}{word}\""))
        .collect();
    quoted.join(" | ")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// Names of rules and terminals outside of literals and patterns.
    fn names(text: &str) -> BTreeSet<String> {
        let mut plain = String::new();
        let (mut inside, mut escaped) = (None, false);
        for c in text.chars() {
            match inside {
                Some(_) if escaped => escaped = false,
                Some(_) if c == '\\' => escaped = true,
                Some(end) if c == end => inside = None,
                Some(_) => {}
                None if c == '"' || c == '/' => {
                    inside = Some(c);
                    plain.push(' ');
                }
                None => plain.push(c),
            }
        }
        plain
            .split(|c: char| !(c.is_ascii_alphanumeric() || c == '_'))
            // Numbers say how often something may be repeated.
            .filter(|word| word.starts_with(|c: char| !c.is_ascii_digit()))
            .map(str::to_owned)
            .collect()
    }

    #[test]
    fn every_rule_that_is_named_is_there_once() {
        let mut defined = BTreeSet::new();
        let mut used = BTreeSet::new();
        for line in grammar().lines().filter(|line| !line.is_empty()) {
            let (rule, body) = line.split_once(": ").unwrap();
            assert!(defined.insert(rule.to_owned()), "{rule} twice");
            used.extend(names(body));
        }
        let missing: Vec<&String> = used.difference(&defined).collect();
        assert!(missing.is_empty(), "{missing:?}");
        let unused: Vec<&String> = defined
            .difference(&used)
            .filter(|name| *name != "start")
            .collect();
        assert!(unused.is_empty(), "{unused:?}");
    }

    #[test]
    fn only_views_and_their_columns_can_be_named() {
        let text = grammar();
        for view in VIEWS {
            assert!(text.contains(&format!("\" FROM {}\"", view.name)));
            for column in view.columns() {
                assert!(text.contains(&format!("\"{}\"", column.name)));
            }
        }
        for base in [
            "person", "password", "sqlite_", "main.", "secret", "PRAGMA", "ATTACH",
        ] {
            assert!(!text.contains(base), "{base}");
        }
    }

    #[test]
    fn known_values_are_the_only_ones() {
        let text = grammar();
        assert!(text.contains("value_workspaces_running_mode: \"'AUTO_STOP'\" | "));
        let open = text
            .lines()
            .find(|line| line.starts_with("open_workspaces:"))
            .unwrap();
        assert!(!open.contains("running_mode") && open.contains("user_name"));
    }
}
