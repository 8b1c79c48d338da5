//! Holds the code to what the documentation says: the tables of `docs/ARCHITECTURE.md` are read
//! here, so that they are declared once and stay true. What other pages list is checked in
//! `architecture/pages.rs`.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

#[path = "architecture/pages.rs"]
mod pages;
#[path = "architecture/text.rs"]
mod text;

use text::{names, read, root, table};

const ARCHITECTURE: &str = "docs/ARCHITECTURE.md";
const MOST_LINES: usize = 600;
/// A file of tests is a list of cases, read one at a time.
const MOST_LINES_OF_TESTS: usize = 800;

/// A room's manifest; `root` is the workspace's own.
fn manifest(room: &str) -> toml::Table {
    let path = if room == "root" {
        "Cargo.toml".to_owned()
    } else {
        format!("src/{room}/Cargo.toml")
    };
    toml::from_str(&read(&path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn keys(manifest: &toml::Table, section: &str) -> BTreeSet<String> {
    manifest
        .get(section)
        .and_then(toml::Value::as_table)
        .map(|t| t.keys().cloned().collect())
        .unwrap_or_default()
}

/// Names in a table's first column: backticked, or the plain word `root`.
fn room_name(cell: &str) -> String {
    names(cell)
        .into_iter()
        .next()
        .unwrap_or_else(|| cell.to_owned())
}

/// Room, what it may import, what its tests may import on top.
fn rooms() -> BTreeMap<String, (BTreeSet<String>, BTreeSet<String>)> {
    table(ARCHITECTURE, "## Rooms")
        .into_iter()
        .map(|row| {
            (
                room_name(&row[0]),
                (
                    names(&row[1]).into_iter().collect(),
                    names(&row[2]).into_iter().collect(),
                ),
            )
        })
        .collect()
}

/// Every Rust source under `src/`, relative to the root.
fn sources() -> Vec<PathBuf> {
    fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in std::fs::read_dir(folder).expect("src is readable") {
            let path = entry.expect("an entry is readable").path();
            if path.is_dir() {
                walk(&path, found);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                found.push(path);
            }
        }
    }
    let mut found = Vec::new();
    walk(&root().join("src"), &mut found);
    found.sort();
    assert!(found.len() > 100, "only {} sources found", found.len());
    found
}

/// Tests beside the file they try, or in a room's `tests/`.
fn is_tests(name: &str) -> bool {
    name.contains("/tests/") || name.ends_with("/tests.rs") || name.ends_with("_tests.rs")
}

fn relative(path: &Path) -> String {
    path.strip_prefix(root())
        .expect("under the root")
        .display()
        .to_string()
}

#[test]
fn every_room_has_its_row_and_every_row_its_room() {
    let workspace = manifest("root");
    let members: BTreeSet<String> = workspace["workspace"]["members"]
        .as_array()
        .expect("members is a list")
        .iter()
        .filter_map(|member| member.as_str()?.strip_prefix("src/").map(str::to_owned))
        .chain(["root".to_owned()])
        .collect();
    assert_eq!(members, rooms().into_keys().collect());
}

#[test]
fn rooms_import_only_what_their_row_allows() {
    let rooms = rooms();
    let all: BTreeSet<&String> = rooms.keys().collect();
    let mut wrong = Vec::new();
    for (room, (allowed, in_tests)) in &rooms {
        let manifest = manifest(room);
        let mut check = |section: &str, also: &BTreeSet<String>| {
            for name in keys(&manifest, section) {
                if all.contains(&name) && !allowed.contains(&name) && !also.contains(&name) {
                    wrong.push(format!("{room} imports {name} in [{section}]"));
                }
            }
        };
        check("dependencies", &BTreeSet::new());
        check("build-dependencies", &BTreeSet::new());
        check("dev-dependencies", in_tests);
    }
    assert!(wrong.is_empty(), "not in the rooms' table: {wrong:#?}");
}

/// The order is one-way when no room can reach itself.
#[test]
fn the_order_of_rooms_has_no_circle() {
    let rooms = rooms();
    for room in rooms.keys() {
        let (mut reached, mut open) = (BTreeSet::new(), vec![room.clone()]);
        while let Some(next) = open.pop() {
            for import in &rooms[&next].0 {
                assert_ne!(import, room, "{room} reaches itself through {next}");
                if reached.insert(import.clone()) {
                    open.push(import.clone());
                }
            }
        }
    }
}

/// `aws-*` stands for every crate that begins so.
fn matches(pattern: &str, name: &str) -> bool {
    pattern
        .strip_suffix('*')
        .map_or(pattern == name, |start| name.starts_with(start))
}

#[test]
fn walled_crates_are_declared_only_in_their_rooms() {
    let mut wrong = Vec::new();
    for row in table(ARCHITECTURE, "## Walls") {
        let mut places: BTreeSet<String> = names(&row[1])
            .into_iter()
            .map(|place| {
                place.strip_prefix("src/").map_or(place.clone(), |p| {
                    p.split('/').next().unwrap_or(p).to_owned()
                })
            })
            .collect();
        if row[1].split_whitespace().any(|word| word == "root") {
            places.insert("root".to_owned());
        }
        for room in rooms().into_keys().filter(|room| !places.contains(room)) {
            let manifest = manifest(&room);
            for name in keys(&manifest, "dependencies")
                .into_iter()
                .chain(keys(&manifest, "dev-dependencies"))
            {
                if names(&row[0]).iter().any(|pattern| matches(pattern, &name)) {
                    wrong.push(format!("{room} depends on {name}"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "behind a wall: {wrong:#?}");
}

/// Lines of code that name the crate, comments left aside.
fn mentions(text: &str, krate: &str) -> bool {
    let ident = krate.replace('-', "_");
    text.lines().any(|line| {
        let code = line.split("//").next().unwrap_or(line);
        code.match_indices(&format!("{ident}::")).any(|(at, _)| {
            let before = code[..at].chars().next_back();
            !before.is_some_and(|c| c.is_alphanumeric() || c == '_')
        })
    })
}

#[test]
fn walled_crates_with_paths_are_named_only_there() {
    let mut checked = 0;
    let mut wrong = Vec::new();
    for row in table(ARCHITECTURE, "## Walls") {
        let paths = names(&row[1]);
        if !paths.iter().any(|path| path.contains('/')) {
            continue;
        }
        for krate in names(&row[0]) {
            for source in sources() {
                let name = relative(&source);
                if !mentions(&read(&name), &krate) {
                    continue;
                }
                checked += 1;
                // A file's tests stand beside it: `db.rs` and `db_tests.rs` share a beginning.
                let fits =
                    |path: &String| name.starts_with(path.strip_suffix(".rs").unwrap_or(path));
                if !paths.iter().any(fits) {
                    wrong.push(format!("{name} names {krate}"));
                }
            }
        }
    }
    assert!(
        checked > 0,
        "no file names a crate that has a path; has the table changed?"
    );
    assert!(wrong.is_empty(), "behind a wall: {wrong:#?}");
}

#[test]
fn the_domain_does_no_io() {
    for source in sources() {
        let name = relative(&source);
        if name.starts_with("src/domain/") {
            let text = read(&name);
            for word in [
                "std::fs",
                "std::net",
                "std::env",
                "std::process",
                "std::io",
                "tokio::",
            ] {
                assert!(!text.contains(word), "{name} names {word}");
            }
        }
    }
}

#[test]
fn sources_are_of_readable_size_and_say_what_they_are_for() {
    let mut wrong = Vec::new();
    for source in sources() {
        let name = relative(&source);
        let text = read(&name);
        let lines = text.lines().count();
        let tests = is_tests(&name);
        if lines
            > if tests {
                MOST_LINES_OF_TESTS
            } else {
                MOST_LINES
            }
        {
            wrong.push(format!("{name} has {lines} lines"));
        }
        if !tests && !text.starts_with("//!") {
            wrong.push(format!("{name} does not open with what it is for"));
        }
        for vague in [
            "utils", "util", "common", "helper", "helpers", "manager", "misc",
        ] {
            if source.file_stem().is_some_and(|stem| stem == vague) {
                wrong.push(format!("{name} is named after nothing in the field"));
            }
        }
        for unfinished in ["todo!(", "unimplemented!(", "FIXME", "XXX"] {
            if text.contains(unfinished) {
                wrong.push(format!("{name} holds {unfinished}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn every_crate_keeps_the_workspace_lints() {
    assert_eq!(
        manifest("root")["workspace"]["lints"]["rust"]["unsafe_code"].as_str(),
        Some("deny")
    );
    for room in rooms().into_keys() {
        assert_eq!(
            manifest(&room)["lints"]["workspace"].as_bool(),
            Some(true),
            "{room}"
        );
    }
}
