//! Reading the repository's own text: files, Markdown tables, backticked names.

use std::path::Path;

pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

pub fn read(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The part of a page under a heading, up to the next heading of the same or a higher level.
pub fn section(page: &str, heading: &str) -> String {
    let text = read(page);
    let level = heading.chars().take_while(|c| *c == '#').count();
    let from = text
        .find(&format!("{heading}\n"))
        .unwrap_or_else(|| panic!("{page} has no {heading:?}"));
    let body = &text[from + heading.len()..];
    let is_end = |line: &str| {
        let marks = line.chars().take_while(|c| *c == '#').count();
        (1..=level).contains(&marks) && line[marks..].starts_with(' ')
    };
    body.lines()
        .take_while(|line| !is_end(line))
        .collect::<Vec<_>>()
        .join("\n")
}

/// The cells of the first table under a heading, without its head.
pub fn table(page: &str, heading: &str) -> Vec<Vec<String>> {
    let rows: Vec<Vec<String>> = section(page, heading)
        .lines()
        .skip_while(|line| !line.starts_with('|'))
        .take_while(|line| line.starts_with('|'))
        .skip(2)
        .map(|line| {
            line.trim()
                .trim_matches('|')
                .split('|')
                .map(|cell| cell.trim().to_owned())
                .collect()
        })
        .collect();
    assert!(!rows.is_empty(), "{page} has no table under {heading:?}");
    rows
}

/// What stands between backticks.
pub fn names(cell: &str) -> Vec<String> {
    cell.split('`')
        .skip(1)
        .step_by(2)
        .map(str::to_owned)
        .collect()
}
