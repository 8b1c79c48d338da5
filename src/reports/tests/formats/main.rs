//! Every format from outside: what a client's program would read of a report.

mod fixture;

use std::io::Cursor;

use calamine::{Data, Reader, Xlsx, open_workbook_from_rs};
use domain::report::{Cell, ReportDocument, ReportFormat, Table};
use domain::{Money, UtcTime};
use fixture::{bare, monthly, section, table, text};
use reports::{ReportError, write};

fn with_tables(tables: Vec<Table>) -> ReportDocument {
    ReportDocument {
        sections: vec![section("Section", tables)],
        ..bare()
    }
}

fn csv(document: &ReportDocument) -> String {
    String::from_utf8(write(document, ReportFormat::Csv).unwrap()).unwrap()
}

fn workbook(document: &ReportDocument) -> Xlsx<Cursor<Vec<u8>>> {
    let file = write(document, ReportFormat::Xlsx).unwrap();
    open_workbook_from_rs(Cursor::new(file)).unwrap()
}

/// One value of each type.
fn values() -> Table {
    let time: UtcTime = "2026-11-20T22:05:09Z".parse().unwrap();
    let cells = [
        ("empty", Cell::Empty),
        ("text", text("a, b")),
        ("integer", Cell::Integer(1_234)),
        (
            "decimal",
            Cell::Decimal {
                number: -2.5,
                digits: 2,
            },
        ),
        ("money", Cell::Money(Money::from_dollars(-1_234.5))),
        ("share", Cell::Share(0.125)),
        ("time", Cell::Time(time)),
        ("day", Cell::Day("2026-11-20".into())),
        ("flag", Cell::Flag(true)),
    ];
    let columns = cells.clone().map(|(name, _)| (name, name, 1));
    table(
        "Values",
        &columns,
        vec![cells.map(|(_, cell)| cell).to_vec()],
    )
}

#[test]
fn the_same_document_gives_the_same_bytes() {
    let document = monthly(3);
    for format in ReportFormat::ALL {
        let first = write(&document, format).unwrap();
        // Long enough for a clock's second to differ, if one were asked.
        std::thread::sleep(std::time::Duration::from_millis(1_100));
        assert!(first == write(&document, format).unwrap(), "{format:?}");
    }
}

#[test]
fn a_document_about_nothing_is_a_whole_file() {
    for format in ReportFormat::ALL {
        assert!(!write(&bare(), format).unwrap().is_empty(), "{format:?}");
    }
    assert!(
        write(&bare(), ReportFormat::Pdf)
            .unwrap()
            .starts_with(b"%PDF-1.7")
    );
    assert_eq!(workbook(&bare()).sheet_names(), ["Summary", "Method"]);
    assert_eq!(csv(&bare()), "figure,value,note\r\n");
}

#[test]
fn json_is_the_document() {
    let document = monthly(3);
    let file = write(&document, ReportFormat::Json).unwrap();
    let read: ReportDocument = serde_json::from_slice(&file).unwrap();
    assert_eq!(read, document);
}

#[test]
fn csv_of_one_table_is_that_table() {
    assert_eq!(
        csv(&with_tables(vec![values()])),
        "empty,text,integer,decimal,money,share,time,day,flag\r\n\
         ,\"a, b\",1234,-2.50,-1234.5,0.125,2026-11-20T22:05:09Z,2026-11-20,true\r\n"
    );
}

#[test]
fn csv_of_several_tables_names_each() {
    let one = |title, value| table(title, &[("n", "N", 1)], vec![vec![Cell::Integer(value)]]);
    let document = with_tables(vec![one("First", 1), one("=Second", 2)]);
    assert_eq!(
        csv(&document),
        "First\r\nn\r\n1\r\n\r\n\"'=Second\"\r\nn\r\n2\r\n"
    );
}

const FORMULAS: [&str; 5] = ["=cmd|'/c calc'!A1", "+1+1", "-1", "@SUM(A1)", "\t=1"];

#[test]
fn no_text_is_a_formula() {
    let rows = FORMULAS.iter().map(|formula| vec![text(formula)]).collect();
    let mut document = with_tables(vec![table("=1", &[("=2", "=3", 1)], rows)]);
    document.title = "=4".into();
    document.summary = vec!["=5".into()];
    let csv = csv(&document);
    assert!(csv.lines().all(|line| line.starts_with("\"'")), "{csv}");

    let mut workbook = workbook(&document);
    for sheet in workbook.sheet_names() {
        let formulas = workbook.worksheet_formula(&sheet).unwrap();
        assert_eq!(formulas.used_cells().count(), 0, "{sheet}");
    }
    let sheet = workbook.worksheet_range("=1").unwrap();
    let read: Vec<_> = sheet.rows().skip(1).map(|row| row[0].clone()).collect();
    assert_eq!(read, FORMULAS.map(|formula| Data::String(formula.into())));
}

#[test]
fn a_sheet_has_values_of_their_types() {
    let mut workbook = workbook(&with_tables(vec![values()]));
    let sheet = workbook.worksheet_range("Values").unwrap();
    let header: Vec<_> = sheet
        .rows()
        .next()
        .unwrap()
        .iter()
        .map(ToString::to_string)
        .collect();
    assert_eq!(header[6], "time (UTC)");
    let row = sheet.rows().nth(1).unwrap();
    assert_eq!(row[0], Data::Empty);
    assert_eq!(row[1], Data::String("a, b".into()));
    assert_eq!(row[2..6], [1_234.0, -2.5, -1_234.5, 0.125].map(Data::Float));
    let serial = |data: &Data| match data {
        Data::DateTime(moment) => (moment.as_f64() * 86_400.0).round(),
        other => panic!("{other:?} is no time"),
    };
    assert_eq!(serial(&row[7]), 46_346.0 * 86_400.0);
    assert_eq!(serial(&row[6]), 46_346.0 * 86_400.0 + 79_509.0);
    assert_eq!(row[8], Data::Bool(true));
}

#[test]
fn a_total_is_the_last_row_and_the_charts_have_their_numbers() {
    let mut workbook = workbook(&monthly(2));
    assert_eq!(
        workbook.sheet_names(),
        [
            "Summary",
            "Advice",
            "Desktops",
            "Changes of desktops",
            "Charts",
            "Method"
        ]
    );
    let advice = workbook.worksheet_range("Advice").unwrap();
    assert_eq!(advice.height(), 1 + 15 + 1);
    assert_eq!(advice.rows().next_back().unwrap()[4], Data::Float(2_013.75));
    let charts = workbook.worksheet_range("Charts").unwrap();
    assert_eq!(charts.get_value((1, 0)), Some(&Data::String("USD".into())));
    assert_eq!(charts.get_value((2, 1)), Some(&Data::Float(14_000.0)));
    assert_eq!(charts.get_value((5, 1)), Some(&Data::Empty));
}

#[test]
fn sheets_that_would_share_a_name_get_their_own() {
    let titles = ["Summary", "summary", "Method", "A/B", "A?B", ""];
    let tables = titles.map(|title| table(title, &[], Vec::new())).to_vec();
    assert_eq!(
        workbook(&with_tables(tables)).sheet_names(),
        [
            "Summary",
            "Summary (2)",
            "summary (3)",
            "Method (2)",
            "A B",
            "A B (2)",
            "Sheet",
            "Method"
        ]
    );
}

#[test]
fn texts_and_numbers_that_excel_cannot_hold_are_fitted() {
    let rows = vec![
        vec![text(&"é".repeat(40_000))],
        vec![Cell::Integer(i64::MAX)],
        vec![Cell::Decimal {
            number: f64::NAN,
            digits: 1,
        }],
        vec![Cell::Day("soon".into())],
    ];
    let mut workbook = workbook(&with_tables(vec![table("T", &[("a", "A", 1)], rows)]));
    let sheet = workbook.worksheet_range("T").unwrap();
    let read: Vec<_> = sheet.rows().skip(1).map(|row| row[0].to_string()).collect();
    assert_eq!(read[0].chars().count(), 32_767);
    assert_eq!(read[1..], ["9223372036854775807", "", "soon"]);
}

#[test]
fn a_table_longer_than_a_sheet_is_refused() {
    let rows = vec![vec![]; 1_048_576];
    let document = with_tables(vec![table("Long", &[], rows)]);
    let error = write(&document, ReportFormat::Xlsx).unwrap_err();
    assert!(matches!(
        error,
        ReportError::TooManyRows {
            rows: 1_048_576,
            ..
        }
    ));
}

#[test]
fn a_row_of_the_wrong_width_is_refused_in_every_format() {
    let document = with_tables(vec![table("T", &[("a", "A", 1)], vec![vec![]])]);
    for format in ReportFormat::ALL {
        let error = write(&document, format).unwrap_err().to_string();
        assert_eq!(error, "a row of the table \"T\" has 0 cells for 1 columns");
    }
}
