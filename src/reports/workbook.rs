//! A document as an Excel workbook: a summary, a sheet for each table, the charts and the method.
//! Every text is written as text, so that no client's name becomes a formula; nothing is one.

mod charts;
mod look;
mod names;
mod pages;
mod table;

use domain::UtcTime;
use domain::report::ReportDocument;
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Workbook, XlsxError};

use self::look::Look;
use self::names::SheetNames;
use crate::ReportError;

pub fn write(document: &ReportDocument) -> Result<Vec<u8>, ReportError> {
    let look = Look::new();
    let mut names = SheetNames::new();
    let mut workbook = Workbook::new();
    workbook.set_properties(&properties(document)?);

    let [summary, method, charts] = ["Summary", "Method", "Charts"].map(|name| names.take(name));
    pages::summary(workbook.add_worksheet().set_name(summary)?, document, &look)?;
    for table in document.sections.iter().flat_map(|section| &section.tables) {
        let sheet = workbook
            .add_worksheet()
            .set_name(names.take(&table.title))?;
        table::write(sheet, table, &look)?;
    }
    if document
        .sections
        .iter()
        .any(|section| !section.charts.is_empty())
    {
        let sheet = workbook.add_worksheet().set_name(&charts)?;
        charts::write(sheet, &charts, document, &look)?;
    }
    pages::method(workbook.add_worksheet().set_name(method)?, document, &look)?;
    if document.demo {
        for sheet in workbook.worksheets_mut() {
            sheet.set_tab_color(look::WARNING);
            // On paper, at the middle of each page's top.
            sheet.set_header(format!("&C{}", crate::DEMO));
        }
    }
    Ok(workbook.save_to_buffer()?)
}

/// The creation time is the document's: by itself the library takes the clock's.
fn properties(document: &ReportDocument) -> Result<DocProperties, XlsxError> {
    let created =
        excel_time(document.created_at).map_or_else(|| ExcelDateTime::from_timestamp(0), Ok)?;
    Ok(DocProperties::new()
        .set_title(&document.title)
        .set_subject(&document.subject)
        .set_creation_datetime(&created))
}

/// Excel knows the years 1900 to 9999.
fn excel_time(time: UtcTime) -> Option<ExcelDateTime> {
    ExcelDateTime::from_timestamp(time.unix()).ok()
}
