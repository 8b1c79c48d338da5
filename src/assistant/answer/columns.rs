//! What a column of an answer holds, told from its name and values.

use serde_json::Value;
use store::query::QueryResult;

/// What can be done with a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Numbers that measure or count something.
    Number,
    /// Times, days, months or years.
    Time,
    /// Yes or no, as 1 and 0.
    Flag,
    Text,
    /// Nothing but NULL.
    Empty,
}

/// Numbers that are names: nobody adds them up.
fn is_name(column: &str) -> bool {
    let column = column.to_lowercase();
    ["id", "version"]
        .iter()
        .any(|end| column == *end || column.ends_with(&format!("_{end}")))
}

pub(super) fn kind(result: &QueryResult, index: usize) -> Kind {
    let column = result.columns.get(index).map_or("", String::as_str);
    let mut values = result
        .rows
        .iter()
        .filter_map(|row| row.get(index))
        .filter(|value| !value.is_null())
        .peekable();
    if values.peek().is_none() {
        return Kind::Empty;
    }
    let values: Vec<&Value> = values.collect();
    if values.iter().all(|value| value.is_number()) {
        if is_name(column) {
            return Kind::Text;
        }
        let flag = column.contains("encrypted") || column == "enabled";
        let bits = |value: &&Value| matches!(value.as_i64(), Some(0 | 1));
        return if flag && values.iter().all(bits) {
            Kind::Flag
        } else if column.eq_ignore_ascii_case("year") {
            Kind::Time
        } else {
            Kind::Number
        };
    }
    if values
        .iter()
        .all(|value| value.as_str().is_some_and(is_time))
    {
        return Kind::Time;
    }
    Kind::Text
}

/// `2026-11`, `2026-W47`, `2026-11-20`, `2026-11-20 10`, a time.
fn is_time(text: &str) -> bool {
    let bytes = text.as_bytes();
    let digits = |from: usize, to: usize| {
        bytes
            .get(from..to)
            .is_some_and(|part| part.iter().all(u8::is_ascii_digit))
    };
    match bytes.len() {
        7 => digits(0, 4) && bytes[4] == b'-' && digits(5, 7),
        8 => digits(0, 4) && text[4..].starts_with("-W") && digits(6, 8),
        10.. => {
            digits(0, 4)
                && bytes[4] == b'-'
                && digits(5, 7)
                && bytes[7] == b'-'
                && digits(8, 10)
                && bytes.get(10).is_none_or(|mark| b"T ".contains(mark))
        }
        _ => false,
    }
}

/// Whether adding the column up says something: counts and totals, not averages and shares.
pub(super) fn adds_up(result: &QueryResult, index: usize) -> bool {
    let column = result.columns.get(index).map_or("", String::as_str);
    let column = column.to_lowercase();
    let not_a_sum = [
        "avg",
        "average",
        "mean",
        "min",
        "max",
        "lowest",
        "highest",
        "share",
        "percent",
        "median",
        "rate",
        "minutes",
        "days",
        "distinct",
        "number_of",
        "first",
        "last",
    ];
    !not_a_sum.iter().any(|word| column.contains(word))
        && result
            .rows
            .iter()
            .filter_map(|row| row.get(index))
            .all(|value| value.is_i64() || value.is_u64() || value.is_null())
}

/// A column's name as words.
pub(super) fn words(column: &str) -> String {
    let plain = column.replace('_', " ");
    let plain = plain.trim();
    if plain.chars().all(|c| c.is_alphanumeric() || c == ' ') {
        plain.to_owned()
    } else {
        // An expression without a name: `count(*)`.
        match plain.split('(').next() {
            Some("count") => "count".to_owned(),
            _ => "result".to_owned(),
        }
    }
}

/// A value as a person writes it.
pub(super) fn shown(value: &Value) -> String {
    match value {
        Value::Null => "none".to_owned(),
        Value::String(text) => clipped(text),
        Value::Number(number) => match number.as_f64() {
            Some(real) if !number.is_i64() && !number.is_u64() => rounded(real),
            _ => grouped(&number.to_string()),
        },
        other => other.to_string(),
    }
}

/// Long texts would make a sentence nobody reads.
fn clipped(text: &str) -> String {
    let clean: String = text
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    if clean.chars().count() <= 60 {
        return clean;
    }
    let start: String = clean.chars().take(59).collect();
    format!("{start}…")
}

fn rounded(real: f64) -> String {
    let text = format!("{real:.2}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    grouped(text)
}

/// `1234567.5` as `1,234,567.5`.
fn grouped(number: &str) -> String {
    let (sign, rest) = number
        .strip_prefix('-')
        .map_or(("", number), |rest| ("-", rest));
    let (whole, fraction) = rest.split_once('.').unwrap_or((rest, ""));
    if !whole.chars().all(|c| c.is_ascii_digit()) {
        return number.to_owned();
    }
    let mut out = String::new();
    for (at, digit) in whole.chars().enumerate() {
        if at > 0 && (whole.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    let fraction = if fraction.is_empty() {
        String::new()
    } else {
        format!(".{fraction}")
    };
    format!("{sign}{out}{fraction}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn of(column: &str, values: &[Value]) -> QueryResult {
        QueryResult {
            columns: vec![column.to_owned()],
            rows: values.iter().map(|value| vec![value.clone()]).collect(),
            truncated: false,
            duration_ms: 0,
            as_of: None,
        }
    }

    #[test]
    fn a_column_is_what_its_values_and_name_say() {
        for (column, values, expected) in [
            ("desktops", vec![json!(1), json!(2)], Kind::Number),
            ("account_id", vec![json!(1)], Kind::Text),
            (
                "root_volume_encrypted",
                vec![json!(1), json!(0)],
                Kind::Flag,
            ),
            ("month", vec![json!("2026-10"), json!(null)], Kind::Time),
            ("week", vec![json!("2026-W07")], Kind::Time),
            ("at", vec![json!("2026-11-20T22:00:00Z")], Kind::Time),
            ("state", vec![json!("2026")], Kind::Text),
            ("x", vec![json!(null)], Kind::Empty),
        ] {
            assert_eq!(kind(&of(column, &values), 0), expected, "{column}");
        }
    }

    #[test]
    fn numbers_read_well() {
        for (value, text) in [
            (json!(1234567), "1,234,567"),
            (json!(-1000), "-1,000"),
            (json!(12.5), "12.5"),
            (json!(1234.567), "1,234.57"),
            (json!(7), "7"),
            (json!(1e300), "1"),
        ] {
            let shown = shown(&value);
            assert!(shown.starts_with(text), "{value}: {shown}");
        }
    }
}
