//! What stands on the pages, read back from the set pages rather than from the PDF's glyphs.

use domain::report::{Cell, ReportDocument};
use typst::layout::{Frame, FrameItem};

use super::*;
use crate::pdf::data;

#[path = "../../tests/formats/fixture.rs"]
mod fixture;

/// The text of each page; what a line break parted is joined by nothing, as it is set.
fn pages(document: &ReportDocument) -> Vec<String> {
    let job = Job::of(data(document).unwrap());
    let set = job.pages().map_err(|mistakes| job.told(&mistakes)).unwrap();
    set.pages()
        .iter()
        .map(|page| {
            let mut text = String::new();
            read(&page.frame, &mut text);
            text
        })
        .collect()
}

fn read(frame: &Frame, text: &mut String) {
    for (_, item) in frame.items() {
        match item {
            FrameItem::Group(group) => read(&group.frame, text),
            FrameItem::Text(item) => text.push_str(&item.text),
            _ => {}
        }
    }
}

#[test]
fn a_month_has_a_cover_numbered_pages_and_the_method_at_the_end() {
    let pages = pages(&fixture::monthly(60));
    let (first, last) = (&pages[0], pages.last().unwrap());
    assert!(first.contains("Monthly report") && first.contains("1 November 2026, 06:00 UTC"));
    assert!(!first.contains("Page "), "{first}");
    assert!(
        last.contains("Data and method") && last.contains("the oldest account is 31 minutes older")
    );
    for (index, page) in pages.iter().enumerate() {
        assert!(page.contains(crate::DEMO), "no mark on page {}", index + 1);
        let number = format!("Page {} of {}", index + 1, pages.len());
        assert!(index == 0 || page.contains(&number), "{number}");
    }
    let with_header = pages
        .iter()
        .filter(|page| page.contains("Billable hours"))
        .count();
    assert!(with_header > 2, "the header stands on {with_header} pages");
    assert!(
        pages.iter().any(|page| page.contains("$2,013.75")),
        "no total"
    );
    assert!(pages.iter().any(|page| page.contains("Nothing to list.")));
    assert!(
        pages
            .iter()
            .any(|page| page.contains("Nothing to report in this period."))
    );
}

#[test]
fn a_real_report_has_no_mark() {
    let document = ReportDocument {
        demo: false,
        ..fixture::monthly(1)
    };
    assert!(!pages(&document).iter().any(|page| page.contains("DEMO")));
}

#[test]
fn no_text_is_read_as_markup() {
    let markup = "#panic() $x$ *a* _b_ `c` @d <e> = f - g \\ // h /* i */ https://j.k ~ -- '\"";
    let mut document = ReportDocument {
        title: markup.into(),
        subject: markup.into(),
        period: markup.into(),
        summary: vec![markup.into()],
        method: vec![markup.into()],
        ..fixture::monthly(1)
    };
    document.figures[0].label = markup.into();
    document.sections[0].title = markup.into();
    document.sections[0].sentences = vec![markup.into()];
    for chart in &mut document.sections[0].charts {
        chart.title = markup.into();
        chart.unit = markup.into();
        chart.labels[0] = markup.into();
        chart.series[0].label = markup.into();
    }
    document.sections[1].tables[0].title = markup.into();
    document.sections[1].tables[0].columns[0].label = markup.into();
    document.sections[1].tables[0].rows[0][0] = Cell::Text(markup.into());
    let squeezed = |text: &str| text.replace(' ', "");
    let all = squeezed(&pages(&document).concat());
    let times = all.matches(&squeezed(markup)).count();
    assert!(times >= 24, "literally there {times} times");
}

#[test]
fn characters_without_a_shape_are_owned_up_to() {
    let mut document = fixture::bare();
    assert!(!pages(&document).concat().contains("drawn as boxes"));
    document.subject = "กรุงเทพ".into();
    assert!(pages(&document).concat().contains("drawn as boxes"));
}

#[test]
fn a_mistake_in_the_template_says_where() {
    let job = Job::of("{}".to_owned());
    let mistake = job.told(&job.pages().unwrap_err()).to_string();
    assert!(mistake.contains("/report.typ:"), "{mistake}");
}
