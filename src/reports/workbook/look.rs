//! How cells look, and the one place that writes a cell with its type.

use domain::report::Cell;
use rust_xlsxwriter::{
    Color, ExcelDateTime, Format, FormatAlign, FormatBorder, Worksheet, XlsxError,
};

use super::excel_time;

/// The accent of the PDF's template as well.
const ACCENT: Color = Color::RGB(0x1F_4E79);
pub const WARNING: Color = Color::RGB(0xFF_D966);
const MUTED: Color = Color::RGB(0x5B_6770);

/// Excel's limit for a text, in UTF-16.
const LONGEST_TEXT: usize = 32_767;
/// Above this a floating point number, which is what a cell holds, skips integers.
const LARGEST_EXACT: u64 = 1 << 53;

pub struct Look {
    pub title: Format,
    pub heading: Format,
    pub sentence: Format,
    pub note: Format,
    pub demo: Format,
    pub header: Format,
    pub header_right: Format,
    pub cells: Cells,
    pub total: Cells,
    pub figure: Cells,
}

impl Look {
    pub fn new() -> Self {
        let header = Format::new()
            .set_bold()
            .set_font_color(Color::White)
            .set_background_color(ACCENT)
            .set_text_wrap()
            .set_align(FormatAlign::Top);
        let sum = Format::new()
            .set_bold()
            .set_border_top(FormatBorder::Thin)
            .set_border_top_color(ACCENT);
        let large = Format::new()
            .set_bold()
            .set_font_size(14)
            .set_font_color(ACCENT)
            .set_align(FormatAlign::Left);
        Self {
            title: Format::new()
                .set_bold()
                .set_font_size(18)
                .set_font_color(ACCENT),
            heading: Format::new()
                .set_bold()
                .set_font_size(12)
                .set_font_color(ACCENT),
            sentence: Format::new().set_text_wrap().set_align(FormatAlign::Top),
            note: Format::new().set_font_color(MUTED),
            demo: Format::new().set_bold().set_background_color(WARNING),
            header_right: header.clone().set_align(FormatAlign::Right),
            header,
            cells: Cells::over(&Format::new()),
            total: Cells::over(&sum),
            figure: Cells::over(&large),
        }
    }
}

/// A format for each type of value, all with the same dress.
pub struct Cells {
    text: Format,
    /// Stays a text when somebody edits it, although it looks like a formula.
    formula_like: Format,
    integer: Format,
    decimals: [Format; 7],
    money: Format,
    share: Format,
    time: Format,
    day: Format,
}

impl Cells {
    fn over(dress: &Format) -> Self {
        let number = |shown: &str| dress.clone().set_num_format(shown);
        Self {
            text: dress.clone(),
            formula_like: dress.clone().set_quote_prefix(),
            integer: number("#,##0"),
            decimals: std::array::from_fn(|digits| match digits {
                0 => number("#,##0"),
                digits => number(&format!("#,##0.{}", "0".repeat(digits))),
            }),
            money: number("\"$\"#,##0.00;-\"$\"#,##0.00"),
            share: number("0.0%"),
            time: number("yyyy-mm-dd hh:mm").set_align(FormatAlign::Left),
            day: number("yyyy-mm-dd").set_align(FormatAlign::Left),
        }
    }

    /// Writes `cell` as what it is.
    pub fn put(
        &self,
        sheet: &mut Worksheet,
        row: u32,
        column: u16,
        cell: &Cell,
    ) -> Result<(), XlsxError> {
        let (number, format) = match cell {
            Cell::Empty => return sheet.write_blank(row, column, &self.text).map(drop),
            Cell::Text(text) => return self.put_text(sheet, row, column, text),
            Cell::Flag(flag) => {
                return sheet
                    .write_boolean_with_format(row, column, *flag, &self.text)
                    .map(drop);
            }
            Cell::Time(time) => {
                return match excel_time(*time) {
                    Some(moment) => sheet
                        .write_datetime_with_format(row, column, &moment, &self.time)
                        .map(drop),
                    None => self.put_text(sheet, row, column, &time.to_string()),
                };
            }
            Cell::Day(day) => {
                return match excel_day(day) {
                    Some(moment) => sheet
                        .write_datetime_with_format(row, column, &moment, &self.day)
                        .map(drop),
                    None => self.put_text(sheet, row, column, day),
                };
            }
            Cell::Integer(number) if number.unsigned_abs() > LARGEST_EXACT => {
                return self.put_text(sheet, row, column, &number.to_string());
            }
            Cell::Integer(number) => (*number as f64, &self.integer),
            Cell::Decimal { number, digits } => {
                let last = self.decimals.len() - 1;
                (*number, &self.decimals[usize::from(*digits).min(last)])
            }
            Cell::Money(money) => (money.dollars(), &self.money),
            Cell::Share(share) => (*share, &self.share),
        };
        if number.is_finite() {
            sheet.write_number_with_format(row, column, number, format)?;
        } else {
            sheet.write_blank(row, column, &self.text)?;
        }
        Ok(())
    }

    pub fn put_text(
        &self,
        sheet: &mut Worksheet,
        row: u32,
        column: u16,
        text: &str,
    ) -> Result<(), XlsxError> {
        let formula_like = text.starts_with(['=', '+', '-', '@']);
        let format = if formula_like {
            &self.formula_like
        } else {
            &self.text
        };
        sheet.write_string_with_format(row, column, fitting(text), format)?;
        Ok(())
    }
}

/// As much of `text` as a cell can hold.
pub fn fitting(text: &str) -> &str {
    // A text has no more UTF-16 units than bytes, so most need no counting.
    if text.len() <= LONGEST_TEXT {
        return text;
    }
    let mut used = 0;
    let end = text.char_indices().find(|(_, letter)| {
        used += letter.len_utf16();
        used > LONGEST_TEXT
    });
    end.map_or(text, |(place, _)| &text[..place])
}

/// `2026-11-20`; anything else is left to be a text.
fn excel_day(day: &str) -> Option<ExcelDateTime> {
    let [year, month, date] = *day.splitn(3, '-').collect::<Vec<_>>() else {
        return None;
    };
    if year.len() != 4 {
        return None;
    }
    ExcelDateTime::from_ymd(year.parse().ok()?, month.parse().ok()?, date.parse().ok()?).ok()
}
