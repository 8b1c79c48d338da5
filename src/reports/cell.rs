//! A cell as text: for people, with thousands marked and units, and for programs, plain.

use domain::report::{Cell, Column, Table};

/// What stands where a value is not known or does not apply.
pub const ABSENT: &str = "–";

/// `1,234.50`, `$12.00`, `12.5%`, `2026-11-20 22:00`, `yes`.
pub fn for_people(cell: &Cell) -> String {
    match cell {
        Cell::Empty => ABSENT.to_owned(),
        Cell::Text(text) => text.clone(),
        Cell::Integer(number) => grouped(&number.to_string()),
        Cell::Decimal { number, digits } => decimal(*number, usize::from(*digits)),
        Cell::Money(money) => money.to_string(),
        Cell::Share(share) if share.is_finite() => format!("{}%", decimal(share * 100.0, 1)),
        Cell::Share(_) => ABSENT.to_owned(),
        Cell::Time(time) => time.timestamp().strftime("%Y-%m-%d %H:%M").to_string(),
        Cell::Day(day) => day.clone(),
        Cell::Flag(true) => "yes".to_owned(),
        Cell::Flag(false) => "no".to_owned(),
    }
}

/// Numbers without thousands, money in dollars, shares of one, RFC 3339, `true`; absent is empty.
pub fn for_programs(cell: &Cell) -> String {
    match cell {
        Cell::Empty => String::new(),
        Cell::Text(text) | Cell::Day(text) => text.clone(),
        Cell::Integer(number) => number.to_string(),
        Cell::Decimal { number, .. } | Cell::Share(number) if !number.is_finite() => String::new(),
        Cell::Decimal { number, digits } => format!("{number:.*}", usize::from(*digits)),
        Cell::Money(money) => money.dollars().to_string(),
        Cell::Share(share) => share.to_string(),
        Cell::Time(time) => time.to_string(),
        Cell::Flag(flag) => flag.to_string(),
    }
}

/// A number with `digits` after the point and its thousands marked.
pub fn decimal(number: f64, digits: usize) -> String {
    if !number.is_finite() {
        return ABSENT.to_owned();
    }
    let text = format!("{number:.digits$}");
    let is_zero = text.bytes().all(|byte| matches!(byte, b'-' | b'0' | b'.'));
    grouped(if is_zero {
        text.trim_start_matches('-')
    } else {
        &text
    })
}

/// Marks the thousands of a number's text.
fn grouped(text: &str) -> String {
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => ("-", digits),
        None => ("", text),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let mut out = String::from(sign);
    for (place, digit) in whole.chars().enumerate() {
        if place > 0 && (whole.len() - place).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    if !fraction.is_empty() {
        out.push('.');
        out.push_str(fraction);
    }
    out
}

fn is_number(cell: &Cell) -> bool {
    matches!(
        cell,
        Cell::Integer(_) | Cell::Decimal { .. } | Cell::Money(_) | Cell::Share(_)
    )
}

/// Whether a table's column holds numbers and nothing else; they stand at its right edge.
pub fn is_number_column(table: &Table, index: usize) -> bool {
    let mut values = column_cells(table, index)
        .filter(|cell| !matches!(cell, Cell::Empty))
        .peekable();
    values.peek().is_some() && values.all(is_number)
}

/// The cells of one column, the total's among them.
pub fn column_cells(table: &Table, index: usize) -> impl Iterator<Item = &Cell> {
    table
        .rows
        .iter()
        .chain(&table.total)
        .filter_map(move |row| row.get(index))
}

/// The column's heading; its times are said to be in UTC here, so that no cell has to.
pub fn heading(table: &Table, index: usize, column: &Column) -> String {
    let times = column_cells(table, index).any(|cell| matches!(cell, Cell::Time(_)));
    if times && !column.label.contains("UTC") {
        format!("{} (UTC)", column.label)
    } else {
        column.label.clone()
    }
}

#[cfg(test)]
mod tests {
    use domain::Money;

    use super::*;

    #[test]
    fn people_and_programs_read_different_texts() {
        let time = "2026-11-20T22:05:09Z".parse().unwrap();
        for (cell, people, programs) in [
            (Cell::Empty, "–", ""),
            (Cell::Text("a b".into()), "a b", "a b"),
            (Cell::Integer(-1_234_567), "-1,234,567", "-1234567"),
            (
                Cell::Decimal {
                    number: 1234.5,
                    digits: 2,
                },
                "1,234.50",
                "1234.50",
            ),
            (
                Cell::Decimal {
                    number: -0.04,
                    digits: 1,
                },
                "0.0",
                "-0.0",
            ),
            (
                Cell::Decimal {
                    number: f64::NAN,
                    digits: 1,
                },
                "–",
                "",
            ),
            (
                Cell::Money(Money::from_dollars(1_234.567_89)),
                "$1,234.57",
                "1234.56789",
            ),
            (Cell::Share(0.125), "12.5%", "0.125"),
            (Cell::Time(time), "2026-11-20 22:05", "2026-11-20T22:05:09Z"),
            (Cell::Day("2026-11-20".into()), "2026-11-20", "2026-11-20"),
            (Cell::Flag(true), "yes", "true"),
        ] {
            assert_eq!(for_people(&cell), people, "{cell:?}");
            assert_eq!(for_programs(&cell), programs, "{cell:?}");
        }
    }
}
