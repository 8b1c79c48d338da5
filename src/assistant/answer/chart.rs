//! What kind of picture fits an answer: told from the columns' kinds and the number of rows.

use domain::question::{ChartHint, ChartKind};
use store::query::QueryResult;

use super::columns::{Kind, kind};

/// More bars than this are no picture.
const MOST_BARS: usize = 40;

/// More columns than this make a table, not a picture.
const MOST_COLUMNS: usize = 4;

/// The picture that fits, where one does.
pub(crate) fn chart(result: &QueryResult) -> Option<ChartHint> {
    let columns = result.columns.len();
    if result.truncated || columns == 0 || columns > MOST_COLUMNS {
        return None;
    }
    let kinds: Vec<Kind> = (0..columns).map(|index| kind(result, index)).collect();
    let number = kinds.iter().position(|kind| *kind == Kind::Number)?;
    let hint = |kind, x: usize| ChartHint {
        kind,
        x: result.columns[x].clone(),
        y: result.columns[number].clone(),
    };
    if result.rows.len() == 1 {
        return (columns == 1).then(|| hint(ChartKind::Figure, number));
    }
    // Two labels for one number would draw one over the other.
    let labels: Vec<usize> = (0..columns)
        .filter(|index| matches!(kinds[*index], Kind::Text | Kind::Time))
        .collect();
    let [label] = labels.as_slice() else {
        return None;
    };
    match kinds[*label] {
        Kind::Time => Some(hint(ChartKind::Line, *label)),
        _ if result.rows.len() <= MOST_BARS => Some(hint(ChartKind::Bar, *label)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn of(columns: &[&str], rows: Value) -> Option<(ChartKind, String, String)> {
        let hint = chart(&QueryResult {
            columns: columns.iter().map(|c| (*c).to_owned()).collect(),
            rows: serde_json::from_value(rows).unwrap(),
            truncated: false,
            duration_ms: 0,
            as_of: None,
        })?;
        Some((hint.kind, hint.x, hint.y))
    }

    #[test]
    fn pictures_fit_their_columns() {
        let some = |kind, x: &str, y: &str| Some((kind, x.to_owned(), y.to_owned()));
        assert_eq!(of(&["n"], json!([[3]])), some(ChartKind::Figure, "n", "n"));
        assert_eq!(
            of(&["state", "n"], json!([["A", 3], ["B", 1]])),
            some(ChartKind::Bar, "state", "n")
        );
        assert_eq!(
            of(&["month", "n"], json!([["2026-09", 3], ["2026-10", 1]])),
            some(ChartKind::Line, "month", "n")
        );
        assert_eq!(
            of(&["user_name", "state"], json!([["a", "b"], ["c", "d"]])),
            None
        );
        assert_eq!(
            of(&["a", "b", "n"], json!([["x", "y", 1], ["x", "z", 2]])),
            None
        );
        assert_eq!(of(&["n"], json!([])), None);
        let many: Vec<Value> = (0..50).map(|n| json!([format!("u{n}"), n])).collect();
        assert_eq!(of(&["user_name", "n"], json!(many)), None);
    }
}
