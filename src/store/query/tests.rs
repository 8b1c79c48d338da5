use std::time::Duration;

use domain::Scope;

use super::{MAX_ROWS, QueryError, QueryResult, run};
use crate::fixture::{Estate, estate};
use crate::person::{self, NewPerson};
use crate::views::{VIEWS, schema};

const HASH: &str = "$argon2id$do-not-leak";

pub(super) async fn stocked() -> Estate {
    let estate = estate().await;
    estate.stocked().await;
    let person = NewPerson {
        username: "root".into(),
        email: None,
        display_name: None,
        password_hash: HASH.into(),
        global_admin: true,
        memberships: Vec::new(),
    };
    person::create(&estate.db, person).await.unwrap();
    estate
}

pub(super) async fn ask(
    estate: &Estate,
    scope: &Scope,
    sql: &str,
) -> Result<QueryResult, QueryError> {
    run(&estate.db, scope, sql, 100, Duration::from_secs(5)).await
}

/// The answer as text: cells by comma, rows by line.
pub(super) async fn rows(estate: &Estate, scope: &Scope, sql: &str) -> String {
    let result = ask(estate, scope, sql)
        .await
        .unwrap_or_else(|error| panic!("{sql}: {error}"));
    let lines: Vec<String> = result
        .rows
        .iter()
        .map(|row| {
            row.iter()
                .map(ToString::to_string)
                .collect::<Vec<_>>()
                .join(",")
        })
        .collect();
    lines.join("\n")
}

#[tokio::test]
async fn a_select_answers_columns_rows_and_age() {
    let estate = stocked().await;
    let sql = "select state, count(*) n from workspaces group by state order by 1";
    let result = ask(&estate, &Scope::All, sql).await.unwrap();
    assert_eq!(result.columns, ["state", "n"]);
    assert_eq!(
        serde_json::to_string(&result.rows).unwrap(),
        r#"[["AVAILABLE",2],["STOPPED",2]]"#
    );
    assert!(!result.truncated);
    assert_eq!(result.as_of.unwrap().to_string(), "2026-11-19T08:00:00Z");
}

#[tokio::test]
async fn a_scope_sees_exactly_its_rows_through_every_view() {
    let estate = stocked().await;
    let (acme, globex) = (&estate.acme, &estate.globex);
    let count = "SELECT count(*) FROM workspaces";
    assert_eq!(rows(&estate, &acme.scope(), count).await, "2");
    assert_eq!(
        rows(&estate, &Scope::Organizations(Default::default()), count).await,
        "0"
    );
    let two =
        Scope::Organizations([acme.organization.id.clone(), globex.organization.id.clone()].into());
    assert_eq!(rows(&estate, &two, count).await, "4");
    assert_eq!(rows(&estate, &Scope::All, count).await, "4");
    for view in VIEWS {
        let everything = format!("SELECT * FROM {}", view.name);
        let seen = rows(&estate, &acme.scope(), &everything)
            .await
            .to_lowercase();
        for foreign in [
            "globex",
            globex.account.id.as_str(),
            globex.organization.id.as_str(),
        ] {
            assert!(
                !seen.contains(foreign),
                "{} shows {foreign}: {seen}",
                view.name
            );
        }
        let all = ask(&estate, &Scope::All, &everything).await.unwrap();
        let declared: Vec<&str> = view.columns().map(|column| column.name).collect();
        assert_eq!(all.columns, declared, "{}", view.name);
        // A count names no column, which the engine asks about in another way.
        let counted = format!("SELECT count(*) FROM {}", view.name);
        let all = rows(&estate, &Scope::All, &counted).await;
        assert_ne!(all, "", "{}", view.name);
        assert_ne!(
            rows(&estate, &acme.scope(), &counted).await,
            "",
            "{}",
            view.name
        );
    }
}

/// Ways to reach what is not one's own. Each must fail, or answer only the caller's rows.
fn attacks() -> Vec<String> {
    let mut found: Vec<String> = [
        "SELECT * FROM main.workspace",
        "SELECT * FROM workspace",
        "SELECT password_hash FROM person",
        "SELECT hex(password_hash) FROM main.person",
        "SELECT count(*) FROM main.person",
        "SELECT 1 FROM person",
        "SELECT count(*) FROM person",
        "SELECT count(*) FROM PERSON",
        "SELECT count(*) FROM \"person\"",
        "SELECT count(*) FROM [person] AS workspaces",
        "SELECT EXISTS (SELECT 1 FROM workspace)",
        "SELECT count(*) FROM sqlite_master",
        "SELECT count(*) FROM pragma_table_list",
        "SELECT (SELECT password_hash FROM person LIMIT 1)",
        "SELECT rowid FROM main.workspace",
        "SELECT secret FROM installation_secret",
        "SELECT * FROM sqlite_master",
        "SELECT * FROM sqlite_schema",
        "SELECT * FROM main.sqlite_master",
        "SELECT sql FROM sqlite_temp_master",
        "SELECT sql FROM sqlite_temp_schema",
        "SELECT sql FROM temp.sqlite_master",
        "SELECT * FROM pragma_table_info('person')",
        "SELECT * FROM pragma_table_list",
        "SELECT * FROM pragma_database_list",
        "SELECT * FROM pragma_function_list",
        "SELECT * FROM dbstat",
        "SELECT * FROM sqlite_dbpage",
        "SELECT * FROM json_each('[1]')",
        "SELECT load_extension('x')",
        "SELECT readfile('/etc/passwd')",
        "SELECT writefile('x', 'y')",
        "SELECT fts3_tokenizer('x')",
        "SELECT zeroblob(1000000000)",
        "SELECT randomblob(1000000)",
        "SELECT sqlite_version()",
        "PRAGMA table_info(person)",
        "PRAGMA query_only = OFF",
        "PRAGMA writable_schema = ON",
        "ATTACH DATABASE 'stocktake.db' AS other",
        "ATTACH ':memory:' AS other",
        "DETACH main",
        "VACUUM INTO '/tmp/stolen.db'",
        "EXPLAIN SELECT * FROM workspaces",
        "EXPLAIN QUERY PLAN SELECT * FROM workspaces",
        "BEGIN",
        "COMMIT",
        "SAVEPOINT x",
        "ANALYZE",
        "REINDEX",
        "INSERT INTO main.person VALUES (1)",
        "INSERT INTO workspaces (state) VALUES ('x')",
        "UPDATE main.person SET global_admin = 1",
        "UPDATE person SET global_admin = 1 RETURNING password_hash",
        "DELETE FROM main.person",
        "DELETE FROM workspaces",
        "DROP VIEW workspaces",
        "DROP TABLE main.person",
        "CREATE TEMP TABLE x AS SELECT * FROM main.person",
        "CREATE TEMP VIEW x AS SELECT * FROM main.person",
        "CREATE TEMP TRIGGER t INSTEAD OF INSERT ON workspaces BEGIN SELECT 1; END",
        "ALTER TABLE main.person ADD COLUMN x",
        "SELECT 1; SELECT 2",
        "SELECT 1; DROP TABLE main.person",
        "WITH x AS (SELECT * FROM main.person) INSERT INTO main.person SELECT * FROM x",
        "VALUES ((SELECT password_hash FROM person))",
        "SELECT * FROM workspaces UNION ALL SELECT * FROM main.workspace",
        "SELECT ?1",
        "",
        "-- nothing",
        ";",
    ]
    .map(str::to_owned)
    .to_vec();
    for view in VIEWS {
        let name = view.name;
        for base in ["workspace", "person", "account", "job", "organization"] {
            found.extend([
                format!("WITH {name} AS (SELECT * FROM main.{base}) SELECT * FROM {name}"),
                format!("WITH {name} AS (SELECT * FROM {base}) SELECT count(*) FROM {name}"),
                format!("WITH {name} AS MATERIALIZED (SELECT * FROM main.{base}) SELECT * FROM {name} x"),
                format!("WITH RECURSIVE {name} AS (SELECT * FROM main.{base} UNION SELECT * FROM {name}) SELECT * FROM {name}"),
                format!("SELECT * FROM main.{base} AS {name}"),
                format!("SELECT {name}.* FROM main.{base} {name}"),
                format!("SELECT * FROM (SELECT * FROM main.{base}) AS {name}"),
                format!("SELECT * FROM {name} WHERE EXISTS (SELECT 1 FROM main.{base})"),
                format!("SELECT * FROM {name} JOIN main.{base} ON 1 = 1"),
            ]);
        }
        found.push(format!("SELECT * FROM main.{name}"));
        found.push(format!("INSERT INTO temp.{name} DEFAULT VALUES"));
    }
    found
}

#[tokio::test]
async fn no_attack_gets_through() {
    let estate = stocked().await;
    let scope = estate.acme.scope();
    for sql in attacks() {
        match ask(&estate, &scope, &sql).await {
            Ok(result) => panic!("{sql} answered {:?}", result.rows),
            Err(QueryError::Refused(text) | QueryError::Failed(text)) => {
                assert!(!text.contains(HASH) && text.len() > 10, "{sql}: {text}");
            }
            Err(other) => panic!("{sql}: {other:?}"),
        }
    }
    // Nothing of it happened.
    let people = estate.db.read(|conn| {
        conn.query(
            "SELECT password_hash, global_admin FROM person",
            &[],
            |row| Ok((row.get::<String>(0)?, row.get::<bool>(1)?)),
        )
    });
    assert_eq!(people.await.unwrap(), [(HASH.to_owned(), true)]);
}

#[tokio::test]
async fn calling_something_by_a_views_name_stays_harmless() {
    let estate = stocked().await;
    let scope = estate.acme.scope();
    for (sql, expected) in [
        (
            "WITH workspaces AS (SELECT 7 AS x) SELECT x FROM workspaces",
            "7",
        ),
        (
            "WITH accounts AS (SELECT * FROM workspaces) SELECT count(*) FROM accounts",
            "2",
        ),
        ("SELECT count(*) FROM temp.workspaces", "2"),
        ("SELECT count(*) FROM workspaces AS organizations", "2"),
        (
            "SELECT count(*) FROM workspaces w JOIN accounts a USING (account_id)",
            "2",
        ),
        ("SELECT count(*) FROM WORKSPACES", "2"),
    ] {
        assert_eq!(rows(&estate, &scope, sql).await, expected, "{sql}");
    }
}

#[tokio::test]
async fn useful_sql_works() {
    let estate = stocked().await;
    for (sql, expected) in [
        (
            "SELECT tag_value, count(*) FROM workspace_tags GROUP BY 1",
            "\"Sales\",2",
        ),
        (
            "SELECT json_extract(tags, '$.Team') FROM workspaces WHERE user_name = 'ann' LIMIT 1",
            "\"Sales\"",
        ),
        (
            "SELECT upper(substr(user_name, 1, 1)), row_number() OVER (ORDER BY workspace_id) FROM workspaces ORDER BY workspace_id LIMIT 1",
            "\"A\",1",
        ),
        (
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3) SELECT group_concat(i) FROM n",
            "\"1,2,3\"",
        ),
        (
            "SELECT change, count(*) FROM resource_versions GROUP BY change",
            "\"created\",4",
        ),
        (
            "SELECT count(*) FROM workspaces WHERE user_name LIKE 'A%'",
            "2",
        ),
        (
            "SELECT cast('ab' AS blob), 1e999, 1.5, NULL",
            "\"6162\",null,1.5,null",
        ),
        ("SELECT 1;", "1"),
        (
            "WITH x AS (SELECT DISTINCT state FROM workspaces) SELECT count(*) FROM x",
            "2",
        ),
        (
            "SELECT count(*) FROM (SELECT DISTINCT state FROM workspaces)",
            "2",
        ),
    ] {
        assert_eq!(rows(&estate, &Scope::All, sql).await, expected, "{sql}");
    }
}

#[tokio::test]
async fn rows_and_bytes_are_capped() {
    let estate = stocked().await;
    let two = run(
        &estate.db,
        &Scope::All,
        "SELECT 1 FROM workspaces",
        2,
        Duration::from_secs(5),
    )
    .await
    .unwrap();
    assert_eq!((two.rows.len(), two.truncated), (2, true));
    let four = run(
        &estate.db,
        &Scope::All,
        "SELECT 1 FROM workspaces",
        4,
        Duration::from_secs(5),
    )
    .await
    .unwrap();
    assert_eq!((four.rows.len(), four.truncated), (4, false));
    let numbers = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 50000)";
    let most = run(
        &estate.db,
        &Scope::All,
        &format!("{numbers} SELECT i FROM n"),
        u32::MAX,
        Duration::from_secs(5),
    )
    .await
    .unwrap();
    assert_eq!((most.rows.len() as u32, most.truncated), (MAX_ROWS, true));
    let wide = format!(
        "{numbers} SELECT replace('{}', 'x', '{}') FROM n",
        "x".repeat(200),
        "y".repeat(500)
    );
    let bytes = run(
        &estate.db,
        &Scope::All,
        &wide,
        u32::MAX,
        Duration::from_secs(5),
    )
    .await
    .unwrap();
    assert!(
        bytes.truncated && bytes.rows.len() < 100,
        "{}",
        bytes.rows.len()
    );
}

#[tokio::test]
async fn refusals_say_what_to_do() {
    let estate = stocked().await;
    let said = async |sql: &str| {
        ask(&estate, &Scope::All, sql)
            .await
            .unwrap_err()
            .to_string()
    };
    let unknown = said("SELECT * FROM desktops").await;
    assert!(
        unknown.starts_with("no such table: desktops. The views are workspaces, workspaces_all,"),
        "{unknown}"
    );
    let column = said("SELECT owner FROM workspaces").await;
    assert!(
        column.contains("no such column: owner")
            && column.contains("workspaces has workspace_id, state,"),
        "{column}"
    );
    assert!(!column.contains("workspaces_all has"), "{column}");
    let quoted = said("SELECT * FROM workspaces WHERE state = \"STOPPED\"").await;
    assert!(quoted.contains("no such column"), "{quoted}");
    let write = said("DELETE FROM workspaces").await;
    assert!(write.contains("Only one SELECT is allowed"), "{write}");
    let function = said("SELECT random()").await;
    assert!(
        function.contains("These functions can be used: ->"),
        "{function}"
    );
    let two = said("SELECT 1; SELECT 2").await;
    assert_eq!(two, "Send one statement at a time.");
    let typo = said("SELEC 1").await;
    assert!(typo.contains("syntax error"), "{typo}");
}

#[test]
fn every_view_and_column_has_a_meaning() {
    for view in schema() {
        assert!(!view.meaning.is_empty() && !view.columns.is_empty());
        let mut names: Vec<&str> = view
            .columns
            .iter()
            .map(|column| column.name.as_str())
            .collect();
        assert!(view.columns.iter().all(|column| !column.meaning.is_empty()));
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), view.columns.len(), "{}", view.name);
    }
}
