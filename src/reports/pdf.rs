//! A document as PDF. Rust works out what stands where a number decides it (widths of columns, scales
//! of charts) and gives the typesetter plain data; the template in `assets/reports/template` sets it.
//! A text reaches the typesetter as a value, never as markup.

mod axis;
mod chart;
mod fonts;
mod page;
mod press;
mod table;
mod words;

use domain::UtcTime;
use domain::report::ReportDocument;
use typst::foundations::{Datetime, Smart};
use typst_pdf::{PdfOptions, Timestamp};

use self::page::Pages;
use crate::ReportError;

/// Said on the last page when a name has characters that no font here has.
const BOXES: &str =
    "Characters that this document's fonts lack are drawn as boxes; the workbook has them.";

pub fn write(document: &ReportDocument) -> Result<Vec<u8>, ReportError> {
    let options = PdfOptions {
        creator: Smart::Custom(Some("stocktake".to_owned())),
        timestamp: creation_time(document.created_at),
        ..PdfOptions::default()
    };
    press::run(data(document)?, &options)
}

/// What the template reads.
fn data(document: &ReportDocument) -> Result<String, serde_json::Error> {
    let mut pages = Pages::of(document);
    let data = serde_json::to_string(&pages)?;
    if data.chars().all(fonts::have) {
        return Ok(data);
    }
    pages.method.push(BOXES.to_owned());
    serde_json::to_string(&pages)
}

fn creation_time(time: UtcTime) -> Option<Timestamp> {
    let moment = jiff::tz::Offset::UTC.to_datetime(time.timestamp());
    let part = |number: i8| u8::try_from(number).ok();
    Datetime::from_ymd_hms(
        moment.year().into(),
        part(moment.month())?,
        part(moment.day())?,
        part(moment.hour())?,
        part(moment.minute())?,
        part(moment.second())?,
    )
    .map(Timestamp::new_utc)
}
