//! The numbers behind each chart, and beside them the chart as Excel draws it.

use domain::report::{Chart as Drawn, ChartKind, ReportDocument};
use rust_xlsxwriter::{Chart, ChartEmptyCells, ChartType, Worksheet, XlsxError};

use super::look::{Look, fitting};

/// Rows that a drawn chart covers.
const CHART_ROWS: u32 = 17;

pub fn write(
    sheet: &mut Worksheet,
    name: &str,
    document: &ReportDocument,
    look: &Look,
) -> Result<(), XlsxError> {
    sheet.set_column_width(0, 32)?;
    let mut row = 0;
    for chart in document.sections.iter().flat_map(|section| &section.charts) {
        row = one(sheet, name, row, chart, look)?;
    }
    Ok(())
}

/// Writes one chart from `top` down and returns the first free row under it.
fn one(
    sheet: &mut Worksheet,
    name: &str,
    top: u32,
    chart: &Drawn,
    look: &Look,
) -> Result<u32, XlsxError> {
    sheet.write_string_with_format(top, 0, fitting(&chart.title), &look.heading)?;
    let head = top + 1;
    sheet.write_string_with_format(head, 0, fitting(&chart.unit), &look.header)?;
    let first = head + 1;
    for (row, label) in (first..).zip(&chart.labels) {
        look.cells.put_text(sheet, row, 0, label)?;
    }
    for (column, series) in (1..).zip(&chart.series) {
        sheet.write_string_with_format(head, column, fitting(&series.label), &look.header_right)?;
        sheet.set_column_width(column, 14)?;
        for (row, value) in (first..).zip(series.values.iter().take(chart.labels.len())) {
            if let Some(value) = value.filter(|value| value.is_finite()) {
                sheet.write_number(row, column, value)?;
            }
        }
    }
    let rows = chart.labels.len() as u32;
    if rows > 0 && !chart.series.is_empty() {
        let beside = chart.series.len() as u16 + 2;
        sheet.insert_chart(head, beside, &drawing(name, top, chart))?;
    }
    Ok(top + (rows + 2).max(CHART_ROWS) + 2)
}

/// Names its title, labels and values by their cells: a text given here could be taken for a reference.
fn drawing(name: &str, top: u32, chart: &Drawn) -> Chart {
    let head = top + 1;
    let first = head + 1;
    let last = head + chart.labels.len() as u32;
    let mut drawing = Chart::new(match chart.kind {
        ChartKind::Bars => ChartType::Column,
        ChartKind::StackedBars => ChartType::ColumnStacked,
        ChartKind::Line => ChartType::Line,
        ChartKind::Ranking => ChartType::Bar,
    });
    for column in 1..=chart.series.len() as u16 {
        drawing
            .add_series()
            .set_categories((name, first, 0, last, 0))
            .set_values((name, first, column, last, column))
            .set_name((name, head, column));
    }
    drawing.title().set_name((name, top, 0));
    drawing.y_axis().set_name((name, head, 0));
    if chart.kind == ChartKind::Ranking {
        // A bar chart's first label stands at the bottom otherwise.
        drawing.x_axis().set_reverse();
    }
    if chart.series.len() == 1 {
        drawing.legend().set_hidden();
    }
    drawing.show_empty_cells_as(ChartEmptyCells::Gaps);
    drawing.set_width(720).set_height(320);
    drawing
}
