//! Pages that list what the code declares must list all of it and nothing else.

use std::collections::BTreeSet;
use std::process::Command;

use domain::ErrorCode;

use crate::text::{names, read, section, table};

fn set<T: Into<String>>(items: impl IntoIterator<Item = T>) -> BTreeSet<String> {
    items.into_iter().map(Into::into).collect()
}

/// The first backticked name of each row.
fn first_names(page: &str, heading: &str) -> BTreeSet<String> {
    table(page, heading)
        .iter()
        .filter_map(|row| names(&row[0]).into_iter().next())
        .collect()
}

/// What the binary says about itself.
fn help(arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_stocktake"))
        .args(arguments)
        .output()
        .expect("the binary runs");
    assert!(
        output.status.success(),
        "{arguments:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).expect("help is text")
}

#[test]
fn every_configuration_key_has_its_row() {
    let config = read("src/config.rs");
    let from = config
        .find("fn take_environment")
        .expect("config.rs reads the environment");
    let read_by_code: BTreeSet<(String, String)> = config[from..]
        .lines()
        .take_while(|line| !line.starts_with("    }"))
        .filter_map(|line| line.trim().strip_prefix('"')?.split_once("\" =>"))
        .map(|(key, _)| key)
        // Leaves out the values of `log.format` and what other programs read.
        .filter(|key| key.chars().all(|c| c.is_ascii_uppercase() || c == '_'))
        .map(|key| {
            let (section, name) = key.split_once('_').expect("a section and a key");
            (
                format!("{}.{}", section.to_lowercase(), name.to_lowercase()),
                format!("STOCKTAKE_{key}"),
            )
        })
        .collect();
    assert!(read_by_code.len() > 15, "{read_by_code:?}");
    let documented: BTreeSet<(String, String)> = table("README.md", "## Configuration")
        .iter()
        .map(|row| (names(&row[0]).concat(), names(&row[1]).concat()))
        .collect();
    assert_eq!(read_by_code, documented);
}

#[test]
fn every_command_is_in_the_readme() {
    let help = help(&["--help"]);
    let commands: BTreeSet<String> = help
        .lines()
        .skip_while(|line| *line != "Commands:")
        .skip(1)
        .take_while(|line| line.starts_with("  "))
        .filter(|line| line.as_bytes().get(2).is_some_and(|c| *c != b' '))
        .filter_map(|line| line.split_whitespace().next().map(str::to_owned))
        .filter(|command| command != "help")
        .collect();
    assert_eq!(commands, first_names("README.md", "## Commands"));
}

#[test]
fn the_error_table_is_the_one_in_the_code() {
    let documented: Vec<(String, String, String)> = table("docs/API.md", "## Errors")
        .iter()
        .map(|row| (names(&row[0]).concat(), row[1].clone(), row[2].clone()))
        .collect();
    let declared: Vec<(String, String, String)> = ErrorCode::ALL
        .iter()
        .map(|code| {
            (
                code.code().to_owned(),
                code.status().to_string(),
                code.title().to_owned(),
            )
        })
        .collect();
    assert_eq!(declared, documented);
}

#[test]
fn every_route_is_listed() {
    let document: serde_json::Value =
        serde_json::from_str(&api::openapi_json().expect("the document is written"))
            .expect("it is JSON");
    let declared: BTreeSet<String> = document["paths"]
        .as_object()
        .expect("paths")
        .iter()
        .flat_map(|(path, item)| {
            let methods =
                item.as_object().expect("an item").keys().filter(|key| {
                    ["get", "post", "put", "patch", "delete"].contains(&key.as_str())
                });
            methods.map(move |method| format!("{} {path}", method.to_uppercase()))
        })
        .collect();
    assert_eq!(declared, first_names("docs/API.md", "## Routes"));
}

#[test]
fn every_alias_is_listed() {
    let code = read("src/api/alias.rs");
    let declared: BTreeSet<String> = code
        .lines()
        .filter_map(|line| line.trim().strip_prefix("(\"")?.split_once("\", \""))
        .map(|(alias, _)| alias.to_owned())
        .collect();
    assert!(!declared.is_empty());
    assert_eq!(declared, first_names("docs/API.md", "## Aliases"));
}

#[test]
fn every_view_is_listed_with_its_meaning() {
    let documented: Vec<(String, String)> = table("docs/API.md", "## Queries")
        .iter()
        .map(|row| (names(&row[0]).concat(), row[1].clone()))
        .collect();
    let declared: Vec<(String, String)> = store::views::schema()
        .into_iter()
        .map(|view| (view.name, view.meaning))
        .collect();
    assert_eq!(declared, documented);
}

#[test]
fn every_aws_action_and_collector_is_listed() {
    let actions: BTreeSet<(String, bool)> = aws::collectors::actions()
        .iter()
        .map(|action| (action.name.to_owned(), action.optional))
        .collect();
    let documented: BTreeSet<(String, bool)> = table("docs/SYNC.md", "## Permissions")
        .iter()
        .map(|row| (names(&row[0]).concat(), row[1] == "optional"))
        .collect();
    assert_eq!(actions, documented);
    let collectors = set(aws::collectors::ALL
        .iter()
        .map(|declaration| declaration.name));
    let mut listed = first_names("docs/SYNC.md", "## Scopes");
    assert!(
        listed.remove("account"),
        "the scope that stands for reaching the account"
    );
    assert_eq!(collectors, listed);
}

#[test]
fn every_simulated_operation_is_listed() {
    let code = read("src/simulator/operations/mod.rs");
    let from = code
        .find("static OPERATIONS")
        .expect("the table of operations");
    let to = from + code[from..].find("];").expect("its end");
    let declared: BTreeSet<String> = code[from..to]
        .split('"')
        .skip(1)
        .step_by(2)
        .map(str::to_owned)
        .collect();
    assert!(declared.len() > 15, "{declared:?}");
    let documented: BTreeSet<String> = table("docs/SIMULATOR.md", "## Operations")
        .iter()
        .flat_map(|row| names(&row[1]))
        .collect();
    assert_eq!(declared, documented);
}

#[test]
fn every_dial_is_listed() {
    let help = help(&["simulate", "--help"]);
    let declared: BTreeSet<String> = help
        .lines()
        .map(str::trim_start)
        .filter_map(|line| {
            line.strip_prefix("-h, ")
                .or(Some(line))?
                .split([' ', '='])
                .next()
        })
        .filter(|word| word.starts_with("--") && *word != "--help")
        .map(str::to_owned)
        .collect();
    let mut documented = first_names("docs/SIMULATOR.md", "## Dials");
    documented.insert("--listen".to_owned());
    assert_eq!(declared, documented);
}

#[test]
fn what_is_never_logged_is_said() {
    let never = section("docs/LOGGING.md", "## Never logged").to_lowercase();
    for word in [
        "password",
        "cookie",
        "token",
        "setup link",
        "external id",
        "secret",
    ] {
        assert!(never.contains(word), "{word}");
    }
}
