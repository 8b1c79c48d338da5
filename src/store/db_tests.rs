use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::{Duration, Instant};

use domain::event::EventBody;

use crate::{Db, OpenError, StoreConfig, StoreError};

fn config(dir: &Path) -> StoreConfig {
    StoreConfig {
        probe_interval: Duration::from_millis(30),
        ..StoreConfig::new(dir.join("data"))
    }
}

async fn with_table(dir: &Path) -> Db {
    let db = Db::open(config(dir)).unwrap();
    db.write(|conn| {
        conn.execute("CREATE TABLE note (id INTEGER PRIMARY KEY, body BLOB)", &[])?;
        Ok(())
    })
    .await
    .unwrap();
    db
}

async fn notes(db: &Db) -> Vec<i64> {
    db.read(|conn| conn.query("SELECT id FROM note ORDER BY id", &[], |row| row.get(0)))
        .await
        .unwrap()
}

async fn add(db: &Db, id: i64) -> Result<(), StoreError> {
    db.write(move |conn| {
        conn.execute("INSERT INTO note (id) VALUES ($1)", &[&id])?;
        conn.changed("workspaces");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn writes_survive_a_restart_and_are_private() {
    let dir = tempfile::tempdir().unwrap();
    let db = with_table(dir.path()).await;
    add(&db, 1).await.unwrap();
    db.close().await;
    let db = Db::open(config(dir.path())).unwrap();
    assert_eq!(notes(&db).await, [1]);
    let mode = |name: &str| {
        let path = dir.path().join("data").join(name);
        std::fs::metadata(path).unwrap().permissions().mode() & 0o777
    };
    assert_eq!(
        (mode(""), mode("stocktake.db"), mode("stocktake.lock")),
        (0o700, 0o600, 0o600)
    );
    assert_eq!(mode("stocktake.db-wal"), 0o600);
    assert!(db.integrity().await.unwrap().is_empty());
}

#[tokio::test]
async fn a_failed_or_panicking_write_leaves_its_neighbours_alone() {
    let dir = tempfile::tempdir().unwrap();
    let db = with_table(dir.path()).await;
    let before = db.data_version();
    let failing = db.write(|conn| {
        conn.execute("INSERT INTO note (id) VALUES (100)", &[])?;
        conn.changed("workspaces");
        Err::<(), _>(StoreError::conflict("changed my mind"))
    });
    let panicking = db.write(|conn| -> Result<(), StoreError> {
        conn.execute("INSERT INTO note (id) VALUES (200)", &[])?;
        panic!("on purpose")
    });
    let twice = db.write(|conn| {
        conn.execute("INSERT INTO note (id) VALUES (3)", &[])?;
        conn.execute("INSERT INTO note (id) VALUES (3)", &[])
    });
    let (one, failed, two, panicked, refused) =
        tokio::join!(add(&db, 1), failing, add(&db, 2), panicking, twice);
    one.unwrap();
    two.unwrap();
    assert_eq!(failed.unwrap_err().to_string(), "changed my mind");
    assert!(panicked.unwrap_err().to_string().contains("panicked"));
    assert!(matches!(refused.unwrap_err(), StoreError::Conflict { .. }));
    assert_eq!(notes(&db).await, [1, 2]);
    assert!(db.data_version() > before);
    add(&db, 4).await.unwrap();
}

#[tokio::test]
async fn many_writes_share_commits_and_each_is_answered_after_its_own() {
    let dir = tempfile::tempdir().unwrap();
    let db = with_table(dir.path()).await;
    let before = db.data_version();
    let mut tasks = tokio::task::JoinSet::new();
    for id in 0..500 {
        let db = db.clone();
        tasks.spawn(async move {
            add(&db, id).await.unwrap();
            assert!(
                notes(&db).await.contains(&id),
                "{id} was answered before its commit"
            );
        });
    }
    while let Some(done) = tasks.join_next().await {
        done.unwrap();
    }
    assert_eq!(notes(&db).await.len(), 500);
    assert!(
        db.data_version() - before < 500,
        "no commit carried more than one write"
    );
    assert_eq!(db.health().queue, 0);
}

#[tokio::test]
async fn events_come_after_the_commit_and_only_for_what_was_kept() {
    let dir = tempfile::tempdir().unwrap();
    let db = with_table(dir.path()).await;
    let mut events = db.events().subscribe();
    let undone = db.write(|conn| {
        conn.changed("users");
        Err::<(), _>(StoreError::conflict("no"))
    });
    undone.await.unwrap_err();
    let version = db.data_version();
    add(&db, 1).await.unwrap();
    assert_eq!(db.data_version(), version + 1);
    let event = events.recv().await.unwrap();
    assert_eq!(
        event.body,
        EventBody::Changed {
            names: vec!["workspaces".to_owned()]
        }
    );
    assert_eq!(notes(&db).await, [1]);
    assert!(events.try_recv().is_err());
}

#[tokio::test]
async fn a_read_cannot_write_and_a_panic_in_it_is_an_error() {
    let dir = tempfile::tempdir().unwrap();
    let db = with_table(dir.path()).await;
    let write = db.read(|conn| conn.execute("INSERT INTO note (id) VALUES (9)", &[]));
    let error = write.await.unwrap_err();
    assert!(
        matches!(&error, StoreError::Database(text) if text.contains("readonly")),
        "{error}"
    );
    let panicked = db.read(|_| -> Result<(), StoreError> { panic!("on purpose") });
    assert!(panicked.await.unwrap_err().to_string().contains("panicked"));
    assert!(
        db.health().writable,
        "a read must not turn the database read-only"
    );
    assert_eq!(notes(&db).await, Vec::<i64>::new());
}

#[tokio::test]
async fn a_read_sees_one_moment() {
    let dir = tempfile::tempdir().unwrap();
    let db = with_table(dir.path()).await;
    let (started, wait) = (std::sync::mpsc::channel(), std::sync::mpsc::channel::<()>());
    let reader = db.clone();
    let read = tokio::spawn(async move {
        reader
            .read(move |conn| {
                let count =
                    || conn.query_one("SELECT count(*) FROM note", &[], |row| row.get::<u64>(0));
                let first = count()?;
                started.0.send(()).unwrap();
                wait.1.recv_timeout(Duration::from_secs(10)).unwrap();
                Ok((first, count()?))
            })
            .await
    });
    tokio::task::spawn_blocking(move || started.1.recv_timeout(Duration::from_secs(10)))
        .await
        .unwrap()
        .unwrap();
    add(&db, 1).await.unwrap();
    wait.0.send(()).unwrap();
    assert_eq!(read.await.unwrap().unwrap(), (0, 0));
}

#[tokio::test]
async fn a_closed_database_says_so_and_frees_the_folder() {
    let dir = tempfile::tempdir().unwrap();
    let db = with_table(dir.path()).await;
    let other = db.clone();
    db.close().await;
    assert_eq!(add(&other, 1).await.unwrap_err(), StoreError::Closed);
    let read = other.read(|_| Ok(())).await;
    assert_eq!(read.unwrap_err(), StoreError::Closed);
    Db::open(config(dir.path())).unwrap();
}

#[tokio::test]
async fn a_second_process_is_told_who_holds_the_folder() {
    let dir = tempfile::tempdir().unwrap();
    let _held = Db::open(config(dir.path())).unwrap();
    let error = Db::open(config(dir.path())).err().unwrap();
    assert!(
        matches!(&error, OpenError::Locked { holder_pid: Some(pid), .. } if *pid == std::process::id()),
        "{error:?}"
    );
    let text = error.to_string();
    assert!(
        text.contains("in use by another stocktake process (pid "),
        "{text}"
    );
}

#[test]
fn a_file_that_is_no_database_is_a_clear_error() {
    let dir = tempfile::tempdir().unwrap();
    let config = config(dir.path());
    std::fs::create_dir(&config.data_dir).unwrap();
    std::fs::write(
        config.database_path(),
        "this is not a database, though long enough".repeat(50),
    )
    .unwrap();
    let error = Db::open(config.clone()).err().unwrap();
    assert!(matches!(error, OpenError::Corrupt { .. }), "{error:?}");
    assert!(
        error
            .to_string()
            .contains("is not a readable stocktake database"),
        "{error}"
    );
    // The failed start gave the folder free, and left the file as it was.
    let left = std::fs::read_to_string(config.database_path()).unwrap();
    assert!(left.starts_with("this is not a database"));
    assert!(matches!(
        Db::open(config).err().unwrap(),
        OpenError::Corrupt { .. }
    ));
}

#[tokio::test]
async fn a_damaged_page_is_found_by_the_integrity_check() {
    let dir = tempfile::tempdir().unwrap();
    let db = with_table(dir.path()).await;
    for id in 0..50_i64 {
        db.write(move |conn| {
            conn.execute(
                "INSERT INTO note (id, body) VALUES ($1, zeroblob(5000))",
                &[&id],
            )
        })
        .await
        .unwrap();
    }
    db.close().await;
    let path = config(dir.path()).database_path();
    let mut bytes = std::fs::read(&path).unwrap();
    let end = bytes.len();
    bytes[end - 40_000..end - 20_000].fill(0x5a);
    std::fs::write(&path, bytes).unwrap();
    let db = Db::open(config(dir.path())).unwrap();
    match db.integrity().await {
        Ok(found) => assert!(!found.is_empty()),
        Err(error) => assert!(error.to_string().contains("malformed"), "{error}"),
    }
}

#[test]
fn a_data_folder_that_cannot_be_made_is_a_clear_error() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("file"), "").unwrap();
    let error = Db::open(StoreConfig::new(dir.path().join("file/data")))
        .err()
        .unwrap();
    assert!(matches!(error, OpenError::Io { .. }), "{error:?}");
}

async fn until(what: &str, holds: impl Fn() -> bool) {
    let started = Instant::now();
    while !holds() {
        assert!(
            started.elapsed() < Duration::from_secs(10),
            "{what} did not happen"
        );
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

async fn fill(db: &Db, id: i64, bytes: i64) -> Result<usize, StoreError> {
    db.write(move |conn| {
        conn.execute(
            "INSERT INTO note (id, body) VALUES ($1, zeroblob($2))",
            &[&id, &bytes],
        )
    })
    .await
}

#[tokio::test]
async fn a_full_disk_means_read_only_until_there_is_space_again() {
    let dir = tempfile::tempdir().unwrap();
    let db = with_table(dir.path()).await;
    fill(&db, 1, 400_000).await.unwrap();
    let mut events = db.events().subscribe();
    db.write(|conn| {
        let pages: i64 = conn.query_one("PRAGMA page_count", &[], |row| row.get(0))?;
        conn.raw
            .execute_batch(&format!("PRAGMA max_page_count = {}", pages + 4))?;
        Ok(())
    })
    .await
    .unwrap();

    let error = fill(&db, 2, 400_000).await.unwrap_err();
    assert!(
        matches!(&error, StoreError::ReadOnly { reason } if reason.contains("full")),
        "{error}"
    );
    let health = db.health();
    assert!(!health.writable && health.reason.is_some());
    let event = events.recv().await.unwrap();
    assert!(matches!(
        event.body,
        EventBody::Database {
            writable: false,
            reason: Some(_)
        }
    ));

    // Small writes would fit, but until the probe says otherwise nothing is promised.
    let refused = add(&db, 3).await.unwrap_err();
    assert!(matches!(refused, StoreError::ReadOnly { .. }), "{refused}");
    assert_eq!(notes(&db).await, [1], "reading goes on");
    tokio::time::sleep(Duration::from_millis(150)).await;
    assert!(!db.health().writable, "several probes failed meanwhile");

    // Somebody makes space.
    let other = rusqlite::Connection::open(config(dir.path()).database_path()).unwrap();
    other.busy_timeout(Duration::from_secs(5)).unwrap();
    other.execute("DELETE FROM note WHERE id = 1", []).unwrap();
    until("recovery", || db.health().writable).await;
    let event = events.recv().await.unwrap();
    assert_eq!(
        event.body,
        EventBody::Database {
            writable: true,
            reason: None
        }
    );
    add(&db, 4).await.unwrap();
    assert_eq!(notes(&db).await, [4]);
}
