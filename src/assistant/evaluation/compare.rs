//! When an answer's rows are the rows that were asked for. Rows are compared as bags: their order
//! does not matter unless it was asked for, how often one occurs does. Columns go by their values:
//! names and order are free, and an answer may show more columns than were asked for.

use std::cmp::Ordering;

use serde_json::Value;
use store::query::QueryResult;

/// How a question wants its rows compared.
#[derive(Debug, Clone, Copy, Default)]
pub struct Rules {
    pub ordered: bool,
    /// The gold rows rank everything by their last column; so many of the first are asked for.
    pub top: Option<usize>,
    /// That column is counted or added up, so an answer that shows figures has to show this one.
    pub counted: bool,
}

/// Whether two results are the same.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Agreement {
    /// The same columns and rows.
    pub strict: bool,
    /// The same rows, with more columns perhaps; of a ranking, without the figure perhaps.
    pub relaxed: bool,
}

type Rows = [Vec<Value>];

/// Compares what was answered with what is right.
#[must_use]
pub fn compare(gold: &QueryResult, answer: &QueryResult, rules: Rules) -> Agreement {
    let (wanted, shown) = (gold.columns.len(), answer.columns.len());
    let check = |chosen: &[usize]| match rules.top {
        Some(rows) => ranked(&gold.rows, &answer.rows, chosen, rows),
        None => same_rows(&gold.rows, &answer.rows, chosen, rules.ordered),
    };
    let may_stand = |gold_column: usize, column: usize| match rules.top {
        Some(_) => contains(&gold.rows, gold_column, &answer.rows, column),
        None => same_column(&gold.rows, gold_column, &answer.rows, column),
    };
    let found = |columns: usize| matched(columns, shown, &may_stand, &check);
    if found(wanted) {
        return Agreement {
            strict: wanted == shown,
            relaxed: true,
        };
    }
    let without_figure = rules.top.is_some()
        && wanted > 1
        && (!rules.counted || shown < wanted)
        && found(wanted - 1);
    Agreement {
        strict: false,
        relaxed: without_figure,
    }
}

/// Whether the first `columns` gold columns can each be found in a column of their own of the
/// answer, so that `check` holds of that choice.
fn matched(
    columns: usize,
    shown: usize,
    may_stand: &dyn Fn(usize, usize) -> bool,
    check: &dyn Fn(&[usize]) -> bool,
) -> bool {
    if columns > shown {
        return false;
    }
    let candidates: Vec<Vec<usize>> = (0..columns)
        .map(|gold| {
            (0..shown)
                .filter(|column| may_stand(gold, *column))
                .collect()
        })
        .collect();
    choose(&candidates, &mut Vec::new(), check)
}

fn choose(
    candidates: &[Vec<usize>],
    chosen: &mut Vec<usize>,
    check: &dyn Fn(&[usize]) -> bool,
) -> bool {
    let Some(here) = candidates.get(chosen.len()) else {
        return check(chosen);
    };
    for column in here {
        if chosen.contains(column) {
            continue;
        }
        chosen.push(*column);
        if choose(candidates, chosen, check) {
            return true;
        }
        chosen.pop();
    }
    false
}

fn same_column(gold: &Rows, gold_column: usize, answer: &Rows, column: usize) -> bool {
    if gold.len() != answer.len() {
        return false;
    }
    let sorted = |rows: &Rows, column: usize| {
        let mut values: Vec<Value> = rows.iter().map(|row| row[column].clone()).collect();
        values.sort_by(order);
        values
    };
    sorted(gold, gold_column)
        .iter()
        .zip(&sorted(answer, column))
        .all(|(gold, answer)| same(gold, answer))
}

fn contains(gold: &Rows, gold_column: usize, answer: &Rows, column: usize) -> bool {
    answer.iter().all(|row| {
        gold.iter()
            .any(|gold| same(&gold[gold_column], &row[column]))
    })
}

fn same_rows(gold: &Rows, answer: &Rows, chosen: &[usize], ordered: bool) -> bool {
    if gold.len() != answer.len() {
        return false;
    }
    let mut answer: Vec<Vec<Value>> = answer.iter().map(|row| projected(row, chosen)).collect();
    let mut gold: Vec<Vec<Value>> = gold
        .iter()
        .map(|row| row[..chosen.len()].to_vec())
        .collect();
    if !ordered {
        // Rounding keeps the order of numbers but may make two of them equal, so columns with
        // fractions decide last.
        let mut columns: Vec<usize> = (0..chosen.len()).collect();
        columns.sort_by_key(|column| gold.iter().any(|row| is_fraction(&row[*column])));
        let by_columns = |a: &Vec<Value>, b: &Vec<Value>| {
            columns
                .iter()
                .map(|column| order(&a[*column], &b[*column]))
                .find(|ordering| ordering.is_ne())
                .unwrap_or(Ordering::Equal)
        };
        answer.sort_by(by_columns);
        gold.sort_by(by_columns);
    }
    gold.iter()
        .zip(&answer)
        .all(|(gold, answer)| same_row(gold, answer))
}

/// Whether the answer holds the first `rows` of the ranking. Where the last of them is tied with
/// others, any of these will do, or all of them.
fn ranked(gold: &Rows, answer: &Rows, chosen: &[usize], rows: usize) -> bool {
    let wanted = rows.min(gold.len());
    let Some(last) = wanted.checked_sub(1) else {
        return answer.is_empty();
    };
    let figure = |row: &Vec<Value>| row.last().cloned().unwrap_or_default();
    let edge = figure(&gold[last]);
    let tied = |row: &Vec<Value>| same(&figure(row), &edge);
    let certain = gold[..wanted].iter().take_while(|row| !tied(row)).count();
    let allowed = certain + gold[certain..].iter().take_while(|row| tied(row)).count();
    if answer.len() != wanted && answer.len() != allowed {
        return false;
    }
    let mut free: Vec<&Vec<Value>> = gold[..allowed].iter().collect();
    for row in answer {
        let row = projected(row, chosen);
        let Some(place) = free
            .iter()
            .position(|gold| same_row(&gold[..chosen.len()], &row))
        else {
            return false;
        };
        free.remove(place);
    }
    // What is left may only be of those that are tied.
    free.iter().all(|row| tied(row))
}

fn projected(row: &[Value], chosen: &[usize]) -> Vec<Value> {
    chosen.iter().map(|column| row[*column].clone()).collect()
}

fn same_row(gold: &[Value], answer: &[Value]) -> bool {
    gold.iter()
        .zip(answer)
        .all(|(gold, answer)| same(gold, answer))
}

fn is_fraction(value: &Value) -> bool {
    value.as_f64().is_some_and(|number| number.fract() != 0.0)
}

/// Nothing, numbers, then texts.
fn order(a: &Value, b: &Value) -> Ordering {
    match (a.as_f64(), b.as_f64()) {
        (Some(a), Some(b)) => a.total_cmp(&b),
        (Some(_), None) => {
            if b.is_null() {
                Ordering::Greater
            } else {
                Ordering::Less
            }
        }
        (None, Some(_)) => {
            if a.is_null() {
                Ordering::Less
            } else {
                Ordering::Greater
            }
        }
        (None, None) => match (a.as_str(), b.as_str()) {
            (Some(a), Some(b)) => a.cmp(b),
            (a, b) => a.is_some().cmp(&b.is_some()),
        },
    }
}

/// The same value; numbers up to a millionth of them, and a fraction also rounded to one to four
/// places.
fn same(gold: &Value, answer: &Value) -> bool {
    let (Some(gold), Some(answer)) = (gold.as_f64(), answer.as_f64()) else {
        return gold == answer;
    };
    if (gold - answer).abs() <= 1e-6 * gold.abs().max(1.0) {
        return true;
    }
    gold.fract() != 0.0
        && (1..=4).any(|places| {
            let unit = 10_f64.powi(places);
            let whole = (answer * unit).round();
            (answer * unit - whole).abs() < 1e-6 && (gold * unit - whole).abs() <= 0.5 + 1e-6
        })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn result(columns: usize, rows: Value) -> QueryResult {
        QueryResult {
            columns: (0..columns).map(|n| format!("c{n}")).collect(),
            rows: serde_json::from_value(rows).unwrap(),
            truncated: false,
            duration_ms: 0,
            as_of: None,
        }
    }

    fn agree(gold: Value, answer: Value, rules: Rules) -> (bool, bool) {
        let width = |rows: &Value| rows[0].as_array().map_or(1, Vec::len);
        let (gold, answer) = (result(width(&gold), gold), result(width(&answer), answer));
        let agreement = compare(&gold, &answer, rules);
        (agreement.strict, agreement.relaxed)
    }

    const FREE: Rules = Rules {
        ordered: false,
        top: None,
        counted: false,
    };

    fn top(rows: usize) -> Rules {
        Rules {
            top: Some(rows),
            counted: true,
            ..FREE
        }
    }

    #[test]
    fn rows_are_a_bag_and_columns_go_by_value() {
        let gold = json!([["a", 1], ["b", 2], ["b", 2]]);
        for (answer, expected) in [
            (json!([["b", 2], ["a", 1], ["b", 2]]), (true, true)),
            (json!([[2, "b"], [1, "a"], [2, "b"]]), (true, true)),
            (
                json!([["x", 2, "b"], ["x", 1, "a"], ["y", 2, "b"]]),
                (false, true),
            ),
            (json!([["a", 1], ["b", 2]]), (false, false)),
            (json!([["a", 2], ["b", 1], ["b", 2]]), (false, false)),
            (json!([["a"], ["b"], ["b"]]), (false, false)),
            (json!([["a", 1], ["a", 1], ["b", 2]]), (false, false)),
        ] {
            assert_eq!(
                agree(gold.clone(), answer.clone(), FREE),
                expected,
                "{answer}"
            );
        }
    }

    #[test]
    fn order_counts_when_it_is_asked_for() {
        let rules = Rules {
            ordered: true,
            ..FREE
        };
        assert_eq!(
            agree(json!([[1], [2]]), json!([[1], [2]]), rules),
            (true, true)
        );
        assert_eq!(
            agree(json!([[1], [2]]), json!([[2], [1]]), rules),
            (false, false)
        );
    }

    #[test]
    fn nothing_equals_nothing_and_fractions_may_be_rounded() {
        for (gold, answer, expected) in [
            (json!([[null]]), json!([[null]]), true),
            (json!([[null]]), json!([[0]]), false),
            (json!([[5]]), json!([[5.0]]), true),
            (json!([[33.333_333]]), json!([[33.3]]), true),
            (json!([[33.333_333]]), json!([[33.33]]), true),
            (json!([[33.333_333]]), json!([[33.4]]), false),
            (json!([[33.333_333]]), json!([[33]]), false),
            (json!([[10]]), json!([[10.04]]), false),
            (json!([["5"]]), json!([[5]]), false),
        ] {
            let agreement = agree(gold.clone(), answer.clone(), FREE);
            assert_eq!(agreement, (expected, expected), "{gold} {answer}");
        }
    }

    #[test]
    fn rounded_rows_still_find_each_other() {
        let gold = json!([["a", 33.341], ["b", 33.339], ["c", 12.5]]);
        let answer = json!([["b", 33.3], ["c", 12.5], ["a", 33.3]]);
        assert_eq!(agree(gold, answer, FREE), (true, true));
    }

    #[test]
    fn of_a_ranking_the_first_are_asked_for_and_ties_are_free() {
        let gold = json!([["a", 9], ["b", 7], ["c", 7], ["d", 3]]);
        for (answer, expected) in [
            (json!([["a", 9], ["b", 7]]), (true, true)),
            (json!([["a", 9], ["c", 7]]), (true, true)),
            (json!([["c"], ["a"]]), (false, true)),
            (json!([["a", 9], ["b", 7], ["c", 7]]), (true, true)),
            (json!([["b", 7], ["c", 7]]), (false, false)),
            (json!([["a", 9], ["d", 3]]), (false, false)),
            (json!([["a", 9]]), (false, false)),
            (json!([["a", 9], ["b", 8]]), (false, false)),
        ] {
            assert_eq!(
                agree(gold.clone(), answer.clone(), top(2)),
                expected,
                "{answer}"
            );
        }
        // Rows that are picked by a column of theirs may show others instead.
        let picked = Rules {
            counted: false,
            ..top(2)
        };
        assert_eq!(
            agree(gold.clone(), json!([["b", "x"], ["a", "y"]]), picked),
            (false, true)
        );
        assert_eq!(agree(gold.clone(), gold, top(9)), (true, true));
    }
}
