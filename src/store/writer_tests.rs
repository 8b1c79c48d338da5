//! Writes that are answered ahead of their commit.

use crate::{Conn, Db, StoreConfig};

#[tokio::test]
async fn a_write_answered_ahead_is_there_before_a_later_one_is_answered() {
    let dir = tempfile::tempdir().unwrap();
    let db = Db::open(StoreConfig::new(dir.path().join("data"))).unwrap();
    let insert = |conn: &Conn| {
        conn.execute(
            "INSERT INTO setting (name, value, changed_at) VALUES ('x', '1', '')",
            &[],
        )?;
        Ok(())
    };
    db.write_ahead("owner".to_owned(), insert).await.unwrap();
    db.write(|_| Ok(())).await.unwrap();
    let count = db.read(|conn| {
        conn.query_one(
            "SELECT count(*) FROM setting WHERE name = 'x'",
            &[],
            |row| row.get::<i64>(0),
        )
    });
    assert_eq!(count.await.unwrap(), 1);
    assert!(!db.lost("owner"));
}

#[tokio::test]
async fn what_was_answered_ahead_and_not_committed_is_known_to_be_lost() {
    let dir = tempfile::tempdir().unwrap();
    let db = Db::open(StoreConfig::new(dir.path().join("data"))).unwrap();
    // Breaks at the commit, not before.
    let orphan = |conn: &Conn| {
        conn.raw.execute_batch("PRAGMA defer_foreign_keys = ON")?;
        conn.execute(
            "INSERT INTO sync_scope (account_id, region, resource_type, last_complete_at)
             VALUES ('nobody', '', 'workspaces', '')",
            &[],
        )?;
        Ok(())
    };
    db.write_ahead("owner".to_owned(), orphan).await.unwrap();
    // In the same transaction or after it.
    let _either = db.write(|_| Ok(())).await;
    assert!(db.lost("owner") && !db.lost("other"));
    db.forget_lost("owner");
    assert!(!db.lost("owner"));
    db.write(|_| Ok(())).await.unwrap();
}
