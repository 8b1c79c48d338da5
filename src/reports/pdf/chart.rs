//! A chart as shapes in a square of one by one: the template only paints them.

use domain::report::{Chart as Drawn, ChartKind};
use serde::Serialize;

use super::axis::{Axis, Tick, amount};
use super::{fonts, words};

/// The room for labels under a chart, in em of their size: the width of a page standing up.
const LABEL_ROOM: f64 = 57.0;
const LABEL_SPACE: f64 = 0.6;
/// And beside the bars of a ranking.
const RANK_ROOM: f64 = 22.0;

#[derive(Debug, Serialize)]
pub struct Chart {
    pub title: String,
    pub unit: String,
    pub legend: Vec<String>,
    pub ticks: Vec<Tick>,
    /// Where zero is, as high as `from` and `to` are.
    pub zero: f64,
    pub labels: Vec<String>,
    /// One of so many labels is shown.
    pub every: usize,
    pub bars: Vec<Bar>,
    pub lines: Vec<Line>,
    pub ranks: Vec<Rank>,
}

/// A bar at the label `slot`; the bars of one slot stand on `places` places beside each other.
#[derive(Debug, PartialEq, Serialize)]
pub struct Bar {
    pub slot: usize,
    pub place: usize,
    pub places: usize,
    pub series: usize,
    pub from: f64,
    pub to: f64,
}

/// A line from value to value; where one is absent another line begins.
#[derive(Debug, PartialEq, Serialize)]
pub struct Line {
    pub series: usize,
    pub points: Vec<Point>,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Point {
    pub slot: usize,
    pub at: f64,
}

/// A bar lying down, from `from` to `to` of the width; none where there is no value.
#[derive(Debug, PartialEq, Serialize)]
pub struct Rank {
    pub label: String,
    pub bar: Option<(f64, f64)>,
    pub text: String,
}

impl Chart {
    pub fn of(drawn: &Drawn) -> Self {
        let axis = match drawn.kind {
            ChartKind::StackedBars => Axis::over(stack_ends(drawn)),
            _ => Axis::over(values(drawn).map(|(_, _, value)| value)),
        };
        let mut chart = Self {
            title: words::fitted(&drawn.title, LABEL_ROOM),
            unit: words::clean(&drawn.unit),
            legend: Vec::new(),
            ticks: axis.ticks(&drawn.unit),
            zero: axis.at(0.0),
            labels: drawn
                .labels
                .iter()
                .map(|label| words::clean(label))
                .collect(),
            every: every(&drawn.labels),
            bars: Vec::new(),
            lines: Vec::new(),
            ranks: Vec::new(),
        };
        if drawn.series.len() > 1 {
            let labels = drawn
                .series
                .iter()
                .map(|series| words::clean(&series.label));
            chart.legend = labels.collect();
        }
        match drawn.kind {
            ChartKind::Bars => chart.bars = grouped(drawn, &axis),
            ChartKind::StackedBars => chart.bars = stacked(drawn, &axis),
            ChartKind::Line => chart.lines = runs(drawn, &axis),
            ChartKind::Ranking => chart.ranks = ranks(drawn, &axis),
        }
        chart
    }
}

/// Label, series and value, for every value that is there.
fn values(drawn: &Drawn) -> impl Iterator<Item = (usize, usize, f64)> {
    let slots = drawn.labels.len();
    drawn
        .series
        .iter()
        .enumerate()
        .flat_map(move |(series, row)| {
            let present = row.values.iter().take(slots).enumerate();
            present.filter_map(move |(slot, value)| Some((slot, series, drawable(*value)?)))
        })
}

/// What is no number, or beyond any scale, is absent.
fn drawable(value: Option<f64>) -> Option<f64> {
    value.filter(|value| value.abs() < 1e15)
}

fn grouped(drawn: &Drawn, axis: &Axis) -> Vec<Bar> {
    values(drawn)
        .map(|(slot, series, value)| Bar {
            slot,
            place: series,
            places: drawn.series.len(),
            series,
            from: axis.at(0.0),
            to: axis.at(value),
        })
        .collect()
}

/// What is above zero grows up and what is below grows down.
fn stacks(drawn: &Drawn) -> Vec<(usize, usize, f64, f64)> {
    let mut ends = vec![(0.0, 0.0); drawn.labels.len()];
    values(drawn)
        .map(|(slot, series, value)| {
            let (above, below) = &mut ends[slot];
            let end = if value < 0.0 { below } else { above };
            let from = *end;
            *end += value;
            (slot, series, from, *end)
        })
        .collect()
}

fn stack_ends(drawn: &Drawn) -> impl Iterator<Item = f64> {
    stacks(drawn).into_iter().map(|(_, _, _, end)| end)
}

fn stacked(drawn: &Drawn, axis: &Axis) -> Vec<Bar> {
    stacks(drawn)
        .into_iter()
        .map(|(slot, series, from, to)| Bar {
            slot,
            place: 0,
            places: 1,
            series,
            from: axis.at(from),
            to: axis.at(to),
        })
        .collect()
}

fn runs(drawn: &Drawn, axis: &Axis) -> Vec<Line> {
    let mut lines: Vec<Line> = Vec::new();
    for (slot, series, value) in values(drawn) {
        let point = Point {
            slot,
            at: axis.at(value),
        };
        match lines.last_mut() {
            Some(line) if line.series == series && follows(line, slot) => line.points.push(point),
            _ => lines.push(Line {
                series,
                points: vec![point],
            }),
        }
    }
    lines
}

fn follows(line: &Line, slot: usize) -> bool {
    line.points
        .last()
        .is_some_and(|point| point.slot + 1 == slot)
}

fn ranks(drawn: &Drawn, axis: &Axis) -> Vec<Rank> {
    let series = drawn.series.first();
    let value = |slot: usize| series.and_then(|series| drawable(*series.values.get(slot)?));
    let present = (0..drawn.labels.len()).filter_map(value);
    let digits = if drawn.unit == "USD" {
        2
    } else {
        usize::from(present.into_iter().any(|value| value.fract() != 0.0))
    };
    let rank = |(slot, label): (usize, &String)| {
        let value = value(slot);
        Rank {
            label: words::fitted(label, RANK_ROOM),
            bar: value.map(|value| (axis.at(0.0), axis.at(value))),
            text: value.map_or_else(
                || crate::cell::ABSENT.to_owned(),
                |value| amount(value, digits, &drawn.unit),
            ),
        }
    };
    drawn.labels.iter().enumerate().map(rank).collect()
}

/// One of so few labels that those that are shown find room, on two lines if need be.
fn every(labels: &[String]) -> usize {
    let slot = LABEL_ROOM / labels.len().max(1) as f64;
    let fits = |every: &usize| {
        let room = slot * *every as f64 - LABEL_SPACE;
        labels
            .iter()
            .step_by(*every)
            .all(|label| lines(label, room) <= 2)
    };
    (1..labels.len()).find(fits).unwrap_or(labels.len().max(1))
}

/// The lines that a text takes in a `room` of so many em; very many when a word is wider.
fn lines(text: &str, room: f64) -> usize {
    let space = fonts::width(" ");
    let (mut lines, mut used) = (1, 0.0);
    for word in text.split_whitespace().map(fonts::width) {
        if word > room {
            return usize::MAX;
        }
        if used > 0.0 && used + space + word > room {
            lines += 1;
            used = word;
        } else {
            used += if used > 0.0 { space + word } else { word };
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use domain::report::Series;

    use super::*;

    fn drawn(kind: ChartKind, series: &[&[Option<f64>]]) -> Drawn {
        Drawn {
            title: "Cost".into(),
            kind,
            unit: "USD".into(),
            labels: ["Jan", "Feb", "Mar", "Apr"].map(String::from).to_vec(),
            series: series
                .iter()
                .map(|values| Series {
                    label: "s".into(),
                    values: values.to_vec(),
                })
                .collect(),
        }
    }

    #[test]
    fn a_stack_grows_from_zero_and_an_absent_value_is_no_bar() {
        let chart = Chart::of(&drawn(
            ChartKind::StackedBars,
            &[
                &[Some(40.0), None, Some(60.0)],
                &[Some(20.0), None, Some(40.0)],
            ],
        ));
        let spans: Vec<_> = chart
            .bars
            .iter()
            .map(|bar| (bar.slot, bar.from, bar.to))
            .collect();
        assert_eq!(
            spans,
            [(0, 0.0, 0.4), (2, 0.0, 0.6), (0, 0.4, 0.6), (2, 0.6, 1.0)]
        );
    }

    #[test]
    fn a_line_is_broken_where_a_value_is_absent() {
        let chart = Chart::of(&drawn(
            ChartKind::Line,
            &[
                &[Some(1.0), Some(2.0), None, Some(4.0)],
                &[None, Some(f64::NAN)],
            ],
        ));
        let runs: Vec<Vec<usize>> = chart
            .lines
            .iter()
            .map(|line| line.points.iter().map(|point| point.slot).collect())
            .collect();
        assert_eq!(runs, [vec![0, 1], vec![3]]);
    }

    #[test]
    fn a_ranking_keeps_the_label_of_an_absent_value() {
        let chart = Chart::of(&drawn(
            ChartKind::Ranking,
            &[&[Some(100.0), None, Some(50.0)]],
        ));
        let ranks: Vec<_> = chart
            .ranks
            .iter()
            .map(|rank| (rank.bar, rank.text.as_str()))
            .collect();
        assert_eq!(
            ranks,
            [
                (Some((0.0, 1.0)), "$100.00"),
                (None, "–"),
                (Some((0.0, 0.5)), "$50.00"),
                (None, "–")
            ]
        );
    }

    #[test]
    fn labels_are_thinned_out_when_they_do_not_fit() {
        assert_eq!(every(&vec!["Oct 2026".to_owned(); 12]), 1);
        assert_eq!(every(&vec!["2026-10-01".to_owned(); 31]), 4);
        assert_eq!(every(&[]), 1);
    }
}
