//! What the template reads: the document as texts, in the order of its pages.

use domain::report::{Figure as Number, ReportDocument, Section as Part};
use serde::Serialize;

use super::chart::Chart;
use super::table::Table;
use super::{fonts, words};
use crate::cell;

/// The room of a line of running text, in em of it: texts break only where they are wider.
const LINE: f64 = 44.0;
/// The room of a figure in its box and the largest size of its text, in pt.
const FIGURE_ROOM: f64 = 120.0;
const FIGURE_SIZE: f64 = 20.0;

#[derive(Debug, Serialize)]
pub struct Pages {
    title: String,
    subject: String,
    period: String,
    created: String,
    demo: Option<&'static str>,
    summary: Vec<String>,
    figures: Vec<Figure>,
    /// In pt, one for all figures.
    figure_size: f64,
    runs: Vec<Run>,
    pub method: Vec<String>,
}

#[derive(Debug, Serialize)]
struct Figure {
    label: String,
    value: String,
    note: Option<String>,
}

/// Sections that follow each other on pages of the same kind.
#[derive(Debug, Serialize)]
struct Run {
    lying: bool,
    sections: Vec<Section>,
}

#[derive(Debug, Serialize)]
struct Section {
    title: String,
    sentences: Vec<String>,
    charts: Vec<Chart>,
    tables: Vec<Table>,
}

impl Pages {
    pub fn of(document: &ReportDocument) -> Self {
        let created = document.created_at.timestamp();
        let figures: Vec<Figure> = document.figures.iter().map(figure).collect();
        let widest = figures
            .iter()
            .map(|figure| fonts::width(&figure.value))
            .fold(1.0, f64::max);
        Self {
            title: words::fitted(&document.title, LINE / 3.0),
            subject: words::fitted(&document.subject, LINE / 2.0),
            period: words::fitted(&document.period, LINE / 2.0),
            created: created.strftime("%-d %B %Y, %H:%M UTC").to_string(),
            demo: document.demo.then_some(crate::DEMO),
            summary: sentences(&document.summary),
            figure_size: (FIGURE_ROOM / widest).clamp(9.0, FIGURE_SIZE),
            figures,
            runs: runs(document.sections.iter().map(section)),
            method: sentences(&document.method),
        }
    }
}

fn figure(number: &Number) -> Figure {
    Figure {
        label: words::fitted(&number.label, LINE / 3.0),
        value: words::fitted(&cell::for_people(&number.value), LINE / 3.0),
        note: number
            .note
            .as_ref()
            .map(|note| words::fitted(note, LINE / 3.0)),
    }
}

fn section(part: &Part) -> Section {
    Section {
        title: words::fitted(&part.title, LINE / 2.0),
        sentences: sentences(&part.sentences),
        charts: part.charts.iter().map(Chart::of).collect(),
        tables: part
            .tables
            .iter()
            .map(|table| Table::of(table, &part.title))
            .collect(),
    }
}

fn sentences(texts: &[String]) -> Vec<String> {
    texts.iter().map(|text| words::fitted(text, LINE)).collect()
}

fn runs(sections: impl Iterator<Item = Section>) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    for section in sections {
        let lying = section.tables.iter().any(|table| table.lying);
        match runs.last_mut() {
            Some(run) if run.lying == lying => run.sections.push(section),
            _ => runs.push(Run {
                lying,
                sections: vec![section],
            }),
        }
    }
    runs
}
