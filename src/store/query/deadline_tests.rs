//! No query holds its caller up for longer than its deadline, or makes much out of little.

use std::time::{Duration, Instant};

use domain::Scope;

use super::tests::{ask, rows, stocked};
use super::{QueryError, run};

#[tokio::test]
async fn bombs_end_at_the_deadline() {
    let estate = stocked().await;
    for sql in [
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n",
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000) SELECT count(*) FROM n a, n b, n c, n d",
    ] {
        let started = Instant::now();
        let error = run(&estate.db, &Scope::All, sql, 10, Duration::from_millis(200))
            .await
            .unwrap_err();
        assert!(matches!(error, QueryError::Timeout { .. }), "{error:?}");
        assert!(error.to_string().contains("longer than 0.2 s"), "{error}");
        assert!(started.elapsed() < Duration::from_secs(3));
    }
}

/// A text of 190,000 letters, made from little SQL.
fn long() -> String {
    let (x, y, a) = ("x".repeat(19), "y".repeat(100), "a".repeat(100));
    format!("replace(replace('{x}', 'x', '{y}'), 'y', '{a}')")
}

#[tokio::test]
async fn long_texts_do_not_pass_the_deadline() {
    let estate = stocked().await;
    let numbers =
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000000)";
    let long = long();
    let nested = vec!["instr(t || i, substr(t, 1, 9000) || i)"; 60].join(" + ");
    for sql in [
        format!("{numbers}, l(t) AS (SELECT {long}) SELECT sum(instr(t, t || 'b' || i)) FROM l, n"),
        format!("{numbers}, l(t) AS MATERIALIZED (SELECT {long}) SELECT sum({nested}) FROM l, n"),
        format!(
            "{numbers}, l(t) AS MATERIALIZED (SELECT {long}) SELECT count(trim(t, t || i)) FROM l, n"
        ),
        format!(
            "{numbers}, l(t) AS MATERIALIZED (SELECT {long}) SELECT count(*) FROM l, n WHERE t || i LIKE '%{}b%'",
            "a".repeat(190)
        ),
    ] {
        let started = Instant::now();
        let error = run(
            &estate.db,
            &Scope::All,
            &sql,
            10,
            Duration::from_millis(300),
        )
        .await
        .unwrap_err();
        assert!(
            matches!(error, QueryError::Timeout { waited: false, .. }),
            "{sql}: {error:?}"
        );
        assert!(
            started.elapsed() < Duration::from_secs(2),
            "{:?}: {sql}",
            started.elapsed()
        );
    }
}

#[tokio::test]
async fn values_are_bounded() {
    let estate = stocked().await;
    let sql = format!("SELECT length(replace({}, 'a', 'bbbbb'))", long());
    let error = ask(&estate, &Scope::All, &sql).await.unwrap_err();
    assert!(error.to_string().contains("too big"), "{error}");
}

#[tokio::test]
async fn text_functions_answer_as_the_engines_do() {
    let estate = stocked().await;
    let engine = rusqlite::Connection::open_in_memory().unwrap();
    for sql in [
        "instr('Zoë is', 'is')",
        "instr('abc', '')",
        "instr('abc', 'x')",
        "instr(NULL, 'x')",
        "instr(12345, 34)",
        "replace('a-b-c', '-', '+')",
        "replace('aaa', 'aa', 'b')",
        "replace('abc', '', 'x')",
        "replace('abc', 'b', NULL)",
        "trim('  a b ')",
        "ltrim('xxyaxy', 'xy')",
        "rtrim('xxyaxy', 'xy')",
        "trim('äxä', 'ä')",
        "trim('x', '')",
    ] {
        let expected: rusqlite::types::Value = engine
            .query_row(&format!("SELECT {sql}"), [], |row| row.get(0))
            .unwrap();
        let expected = crate::query::json((&expected).into()).0.to_string();
        assert_eq!(
            rows(&estate, &Scope::All, &format!("SELECT {sql}")).await,
            expected,
            "{sql}"
        );
    }
}

#[tokio::test]
async fn waiting_for_a_place_ends_at_the_deadline_too() {
    let estate = stocked().await;
    let endless =
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n";
    let busy = || run(&estate.db, &Scope::All, endless, 1, Duration::from_secs(1));
    let late = async {
        tokio::time::sleep(Duration::from_millis(100)).await;
        let started = Instant::now();
        let wait = Duration::from_millis(200);
        let error = run(&estate.db, &Scope::All, "SELECT 1", 1, wait).await;
        (error, started.elapsed())
    };
    let (_, _, (error, took)) = tokio::join!(busy(), busy(), late);
    let error = error.unwrap_err();
    assert!(
        matches!(error, QueryError::Timeout { waited: true, .. }),
        "{error:?}"
    );
    assert!(error.to_string().contains("try again"), "{error}");
    assert!(took < Duration::from_millis(700), "{took:?}");
}
