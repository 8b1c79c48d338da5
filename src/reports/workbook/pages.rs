//! The sheets of sentences: the summary in front and the method at the end.

use domain::report::ReportDocument;
use rust_xlsxwriter::{Worksheet, XlsxError};

use super::look::{Look, fitting};

const LABELS: u16 = 0;
const TEXTS: u16 = 1;
const NOTES: u16 = 2;

/// A sheet that is filled from the top.
struct Page<'a> {
    sheet: &'a mut Worksheet,
    look: &'a Look,
    row: u32,
}

pub fn summary(
    sheet: &mut Worksheet,
    document: &ReportDocument,
    look: &Look,
) -> Result<(), XlsxError> {
    let mut page = Page::open(sheet, look)?;
    page.title(&document.title)?;
    if document.demo {
        page.demo()?;
    }
    page.fact("For", &document.subject)?;
    page.fact("Period", &document.period)?;
    page.created(document)?;
    page.figures(document)?;
    page.sentences("Summary", &document.summary)?;
    for section in &document.sections {
        page.sentences(&section.title, &section.sentences)?;
    }
    Ok(())
}

pub fn method(
    sheet: &mut Worksheet,
    document: &ReportDocument,
    look: &Look,
) -> Result<(), XlsxError> {
    let mut page = Page::open(sheet, look)?;
    page.title("Data and method")?;
    if document.demo {
        page.demo()?;
    }
    page.created(document)?;
    page.fact("Times", "UTC")?;
    page.sentences("How figures are worked out", &document.method)
}

impl<'a> Page<'a> {
    fn open(sheet: &'a mut Worksheet, look: &'a Look) -> Result<Self, XlsxError> {
        sheet.set_column_width(LABELS, 26)?;
        sheet.set_column_width(TEXTS, 90)?;
        sheet.set_column_width(NOTES, 40)?;
        sheet.set_screen_gridlines(false);
        sheet.set_paper_size(9).set_print_fit_to_pages(1, 0);
        Ok(Self {
            sheet,
            look,
            row: 0,
        })
    }

    fn title(&mut self, title: &str) -> Result<(), XlsxError> {
        self.sheet
            .write_string_with_format(0, LABELS, fitting(title), &self.look.title)?;
        self.row = 2;
        Ok(())
    }

    fn demo(&mut self) -> Result<(), XlsxError> {
        self.sheet
            .write_string_with_format(1, LABELS, crate::DEMO, &self.look.demo)?;
        Ok(())
    }

    fn fact(&mut self, label: &str, text: &str) -> Result<(), XlsxError> {
        self.sheet
            .write_string_with_format(self.row, LABELS, label, &self.look.note)?;
        self.look
            .cells
            .put_text(self.sheet, self.row, TEXTS, text)?;
        self.row += 1;
        Ok(())
    }

    fn created(&mut self, document: &ReportDocument) -> Result<(), XlsxError> {
        self.sheet
            .write_string_with_format(self.row, LABELS, "Created (UTC)", &self.look.note)?;
        let created = domain::report::Cell::Time(document.created_at);
        self.look.cells.put(self.sheet, self.row, TEXTS, &created)?;
        self.row += 1;
        Ok(())
    }

    fn figures(&mut self, document: &ReportDocument) -> Result<(), XlsxError> {
        if document.figures.is_empty() {
            return Ok(());
        }
        self.heading("Figures")?;
        for figure in &document.figures {
            self.look
                .cells
                .put_text(self.sheet, self.row, LABELS, &figure.label)?;
            self.look
                .figure
                .put(self.sheet, self.row, TEXTS, &figure.value)?;
            if let Some(note) = &figure.note {
                self.sheet.write_string_with_format(
                    self.row,
                    NOTES,
                    fitting(note),
                    &self.look.note,
                )?;
            }
            self.row += 1;
        }
        Ok(())
    }

    /// Sentences under their heading; nothing without sentences.
    fn sentences(&mut self, heading: &str, sentences: &[String]) -> Result<(), XlsxError> {
        if sentences.is_empty() {
            return Ok(());
        }
        self.heading(heading)?;
        for sentence in sentences {
            self.sheet.write_string_with_format(
                self.row,
                TEXTS,
                fitting(sentence),
                &self.look.sentence,
            )?;
            self.row += 1;
        }
        Ok(())
    }

    fn heading(&mut self, heading: &str) -> Result<(), XlsxError> {
        self.row += 1;
        self.sheet.write_string_with_format(
            self.row,
            LABELS,
            fitting(heading),
            &self.look.heading,
        )?;
        self.row += 1;
        Ok(())
    }
}
