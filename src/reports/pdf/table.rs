//! A table as it is set: texts, widths of columns, and whether it needs a page lying down.

use domain::report::{Cell, Table as Rows};
use serde::Serialize;

use super::{fonts, words};
use crate::cell;

/// The room of a page in em of the table's text, which is 8 pt: standing up and lying down.
const STANDING: f64 = 60.2;
const LYING: f64 = 91.0;
/// Between columns.
const GUTTER: f64 = 1.0;
/// A word up to this width is not broken for the sake of other columns.
const WHOLE_WORD: f64 = 11.0;
/// A text wider than this does not call for a wider page: it takes a second line.
const LINE: f64 = 15.0;
/// Headings and totals are set in a heavier weight; what a text needs is an estimate.
const HEAVY: f64 = 1.06;
/// Half a page, in lines of a table's text.
const SMALL: f64 = 34.0;
/// The space around a row, in such lines.
const ROW_SPACE: f64 = 0.8;
/// Texts longer than this, in bytes, may go over to the next page.
const LONG: usize = 600;

#[derive(Debug, Serialize)]
pub struct Table {
    /// None where it would repeat the section's.
    pub title: Option<String>,
    pub columns: Vec<Column>,
    pub rows: Vec<Vec<String>>,
    pub total: Option<Vec<String>>,
    pub lying: bool,
    /// Rows that may not be broken over pages: all, unless a text is very long.
    pub whole_rows: bool,
    /// Small enough to stand on one page.
    pub together: bool,
}

#[derive(Debug, Serialize)]
pub struct Column {
    pub label: String,
    /// In em.
    pub width: f64,
    pub right: bool,
}

/// What a column asks for, in em.
struct Need {
    /// Less breaks its words.
    least: f64,
    /// More is of no use.
    most: f64,
    weight: f64,
}

impl Table {
    /// `above` is the title of its section.
    pub fn of(table: &Rows, above: &str) -> Self {
        let needs: Vec<Need> = (0..table.columns.len())
            .map(|index| need(table, index))
            .collect();
        let gutters = GUTTER * table.columns.len().saturating_sub(1) as f64;
        let wish: f64 = needs
            .iter()
            .map(|need| need.most.min(LINE).max(need.least))
            .sum();
        let lying = wish + gutters > STANDING;
        let room = if lying { LYING } else { STANDING } - gutters;
        let widths = widths(&needs, room.max(1.0));
        let text = |(cell, width): (&Cell, &f64)| words::fitted(&cell::for_people(cell), *width);
        let rows: Vec<Vec<String>> = table
            .rows
            .iter()
            .map(|row| row.iter().zip(&widths).map(text).collect())
            .collect();
        Self {
            title: (table.title != above).then(|| words::fitted(&table.title, STANDING / 2.0)),
            columns: table
                .columns
                .iter()
                .enumerate()
                .map(|(index, column)| Column {
                    label: words::fitted(
                        &cell::heading(table, index, column),
                        widths[index] / HEAVY,
                    ),
                    width: widths[index],
                    right: cell::is_number_column(table, index),
                })
                .collect(),
            together: height(&rows, &widths) < SMALL,
            whole_rows: rows.iter().flatten().all(|text| text.len() < LONG),
            total: table.total.as_ref().map(|row| total(row, &widths)),
            rows,
            lying,
        }
    }
}

/// What has no sum is left blank.
fn total(row: &[Cell], widths: &[f64]) -> Vec<String> {
    let text = |(cell, width): (&Cell, &f64)| match cell {
        Cell::Empty => String::new(),
        cell => words::fitted(&cell::for_people(cell), width / HEAVY),
    };
    row.iter().zip(widths).map(text).collect()
}

/// In lines of the table's text.
fn height(rows: &[Vec<String>], widths: &[f64]) -> f64 {
    let row = |row: &Vec<String>| {
        let lines = row.iter().zip(widths);
        let lines = lines.map(|(text, width)| (fonts::width(text) / width).ceil());
        lines.fold(1.0, f64::max) + ROW_SPACE
    };
    rows.iter().map(row).sum()
}

fn need(table: &Rows, index: usize) -> Need {
    let column = &table.columns[index];
    let label = cell::heading(table, index, column);
    let mut least = (words::widest_word(&label) * HEAVY).min(WHOLE_WORD);
    let mut most = least;
    for value in cell::column_cells(table, index) {
        let text = cell::for_people(value);
        let width = fonts::width(&text) * HEAVY;
        most = most.max(width);
        least = least.max(match value {
            Cell::Text(_) => (words::widest_word(&text) * HEAVY).min(WHOLE_WORD),
            _ => width,
        });
    }
    Need {
        least,
        most,
        weight: f64::from(column.weight.max(1)),
    }
}

/// Shares `room` by weight, but gives each column what it needs at least and takes from none more than
/// it can use while another has use for it.
fn widths(needs: &[Need], room: f64) -> Vec<f64> {
    let least: f64 = needs.iter().map(|need| need.least).sum();
    if least >= room {
        return needs.iter().map(|need| need.least * room / least).collect();
    }
    let most: f64 = needs.iter().map(|need| need.most).sum();
    if most <= room {
        let weights: f64 = needs.iter().map(|need| need.weight).sum();
        let spare = room - most;
        return needs
            .iter()
            .map(|need| need.most + spare * need.weight / weights)
            .collect();
    }
    // The width of a unit of weight at which the columns, each within its bounds, fill the room.
    let within = |need: &Need, unit: f64| (unit * need.weight).clamp(need.least, need.most);
    let (mut low, mut high) = (0.0, room);
    for _ in 0..50 {
        let unit = (low + high) / 2.0;
        let taken: f64 = needs.iter().map(|need| within(need, unit)).sum();
        if taken > room {
            high = unit;
        } else {
            low = unit;
        }
    }
    needs.iter().map(|need| within(need, low)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shared(needs: &[(f64, f64, f64)], room: f64) -> Vec<f64> {
        let needs: Vec<Need> = needs
            .iter()
            .map(|&(least, most, weight)| Need {
                least,
                most,
                weight,
            })
            .collect();
        widths(&needs, room)
            .iter()
            .map(|width| (width * 10.0).round() / 10.0)
            .collect()
    }

    #[test]
    fn columns_share_a_page() {
        // Spare room goes by weight.
        assert_eq!(
            shared(&[(2.0, 4.0, 1.0), (2.0, 4.0, 3.0)], 16.0),
            [6.0, 10.0]
        );
        // Too little for all: by weight, within what each needs and can use.
        assert_eq!(
            shared(&[(6.0, 6.0, 1.0), (2.0, 30.0, 1.0), (2.0, 30.0, 2.0)], 30.0),
            [6.0, 8.0, 16.0]
        );
        assert_eq!(
            shared(&[(2.0, 5.0, 9.0), (2.0, 30.0, 1.0)], 20.0),
            [5.0, 15.0]
        );
        // Not even enough for words.
        assert_eq!(
            shared(&[(10.0, 10.0, 1.0), (30.0, 30.0, 1.0)], 20.0),
            [5.0, 15.0]
        );
        assert!(shared(&[], 20.0).is_empty());
    }
}
