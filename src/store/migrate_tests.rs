use rusqlite::Connection;

use super::{Migration, apply};
use crate::{Db, OpenError, StoreConfig};

const FIRST: Migration = Migration {
    version: 1,
    name: "first",
    sql: "CREATE TABLE a (x TEXT); INSERT INTO a VALUES ('kept')",
};
const SECOND: Migration = Migration {
    version: 2,
    name: "second",
    sql: "ALTER TABLE a ADD COLUMN y TEXT",
};

fn open(dir: &std::path::Path) -> (Connection, StoreConfig) {
    (
        Connection::open(dir.join("stocktake.db")).unwrap(),
        StoreConfig::new(dir),
    )
}

fn copies(config: &StoreConfig) -> Vec<std::path::PathBuf> {
    let mut found: Vec<_> = std::fs::read_dir(config.backups_path())
        .map(|entries| entries.map(|entry| entry.unwrap().path()).collect())
        .unwrap_or_default();
    found.sort();
    found
}

#[test]
fn a_new_database_needs_no_copy_and_steps_apply_once() {
    let dir = tempfile::tempdir().unwrap();
    let (mut raw, config) = open(dir.path());
    apply(&mut raw, &config, &[FIRST, SECOND]).unwrap();
    apply(&mut raw, &config, &[FIRST, SECOND]).unwrap();
    let rows: i64 = raw
        .query_row("SELECT count(*) FROM a", [], |row| row.get(0))
        .unwrap();
    assert_eq!(rows, 1);
    assert!(copies(&config).is_empty());
}

#[test]
fn an_existing_database_is_copied_first() {
    let dir = tempfile::tempdir().unwrap();
    let (mut raw, config) = open(dir.path());
    apply(&mut raw, &config, &[FIRST]).unwrap();
    apply(&mut raw, &config, &[FIRST, SECOND]).unwrap();
    let copies = copies(&config);
    assert_eq!(copies.len(), 1);
    let copy = Connection::open(&copies[0]).unwrap();
    let kept: String = copy
        .query_row("SELECT x FROM a", [], |row| row.get(0))
        .unwrap();
    assert_eq!(kept, "kept");
    assert!(
        copy.prepare("SELECT y FROM a").is_err(),
        "the copy is from before the step"
    );
    raw.prepare("SELECT y FROM a").unwrap();
}

#[test]
fn only_the_newest_copies_stay() {
    let dir = tempfile::tempdir().unwrap();
    let (mut raw, config) = open(dir.path());
    apply(&mut raw, &config, &[FIRST]).unwrap();
    std::fs::create_dir_all(config.backups_path()).unwrap();
    for day in 1..=4 {
        let name = format!("2026010{day}T000000Z-schema-0.db");
        std::fs::write(config.backups_path().join(name), "").unwrap();
    }
    std::fs::write(config.backups_path().join("mine.db"), "").unwrap();
    apply(&mut raw, &config, &[FIRST, SECOND]).unwrap();
    let names: Vec<String> = copies(&config)
        .iter()
        .map(|path| path.file_name().unwrap().to_string_lossy().into_owned())
        .collect();
    assert_eq!(names.len(), 4, "{names:?}");
    assert!(
        names[0].starts_with("20260103") && names[1].starts_with("20260104"),
        "{names:?}"
    );
    assert!(
        names.contains(&"mine.db".to_owned()),
        "others' files are left alone"
    );
}

#[test]
fn a_failing_step_changes_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let (mut raw, config) = open(dir.path());
    apply(&mut raw, &config, &[FIRST]).unwrap();
    let broken = Migration {
        version: 2,
        name: "broken",
        sql: "CREATE TABLE half (x TEXT); INSERT INTO nowhere VALUES (1)",
    };
    let error = apply(&mut raw, &config, &[FIRST, broken]).unwrap_err();
    assert!(
        matches!(error, OpenError::Migration { version: 2, .. }),
        "{error:?}"
    );
    assert!(raw.prepare("SELECT * FROM half").is_err());
    apply(&mut raw, &config, &[FIRST, SECOND]).unwrap();
}

#[test]
fn a_changed_step_is_an_error() {
    let dir = tempfile::tempdir().unwrap();
    let (mut raw, config) = open(dir.path());
    apply(&mut raw, &config, &[FIRST]).unwrap();
    let edited = Migration {
        sql: "CREATE TABLE a (x TEXT, z TEXT)",
        ..FIRST
    };
    let error = apply(&mut raw, &config, &[edited]).unwrap_err();
    assert!(
        matches!(error, OpenError::ChangedMigration { version: 1, .. }),
        "{error:?}"
    );
}

#[tokio::test]
async fn a_newer_schema_is_refused_and_left_alone() {
    let dir = tempfile::tempdir().unwrap();
    let config = StoreConfig::new(dir.path());
    Db::open(config.clone()).unwrap().close().await;
    let raw = Connection::open(config.database_path()).unwrap();
    raw.execute(
        "INSERT INTO schema_migration VALUES (99, 'later', '', '')",
        [],
    )
    .unwrap();
    drop(raw);
    let error = Db::open(config).err().unwrap();
    let known = super::MIGRATIONS.last().unwrap().version;
    assert!(matches!(error, OpenError::NewerSchema { found: 99, known: k, .. } if k == known));
    let text = error.to_string();
    assert!(
        text.contains("version 99") && text.contains("run the newer stocktake"),
        "{text}"
    );
}

#[test]
fn steps_are_numbered_without_gaps() {
    for (index, step) in super::MIGRATIONS.iter().enumerate() {
        assert_eq!(step.version as usize, index + 1);
    }
}
