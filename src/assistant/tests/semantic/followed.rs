//! Follow-ups edit the question before.

use assistant::semantic::{Query, Semantics, Understanding};

use crate::estate::{Estate, estate, now};

fn ask(semantics: &Semantics, estate: &Estate, question: &str, previous: Option<&Query>) -> Query {
    match semantics.understand(question, &estate.values, previous, now()) {
        Understanding::Query(query) => *query,
        other => panic!("{question}: {other:?}"),
    }
}

/// A question, what follows it, and what the SQL then has and lacks.
const FOLLOWED: &[(&str, &str, &[&str], &[&str])] = &[
    (
        "stopped desktops",
        "only in eu-west-1",
        &["state = 'STOPPED'", "region = 'eu-west-1'"],
        &[],
    ),
    (
        "stopped desktops in eu-west-1",
        "and in us-east-1?",
        &["region = 'us-east-1'", "STOPPED"],
        &["eu-west-1"],
    ),
    (
        "stopped desktops in eu-west-1",
        "what about us-east-1",
        &["region = 'us-east-1'", "STOPPED"],
        &["eu-west-1"],
    ),
    (
        "how many desktops does Acme have",
        "and Globex?",
        &["count(*)", "'Globex'"],
        &["Acme"],
    ),
    (
        "how many desktops does Acme have",
        "by region",
        &["count(*)", "'Acme Corp'", "GROUP BY 1", "region"],
        &[],
    ),
    (
        "desktops of Acme",
        "by month",
        &["count(*)", "substr(created_at, 1, 7)", "'Acme Corp'"],
        &[],
    ),
    (
        "desktops of Acme",
        "without the stopped ones",
        &["state <> 'STOPPED'", "'Acme Corp'"],
        &[],
    ),
    (
        "stopped desktops of Acme",
        "just the count",
        &["count(*)", "STOPPED", "Acme Corp"],
        &["workspace_id"],
    ),
    (
        "how many desktops are unhealthy",
        "show them",
        &["workspace_id", "UNHEALTHY"],
        &["count(*)"],
    ),
    (
        "how many desktops are unhealthy",
        "which ones?",
        &["workspace_id", "UNHEALTHY"],
        &["count(*)"],
    ),
    ("desktops per client", "top 3", &["LIMIT 3", "DESC"], &[]),
    (
        "desktops of Acme",
        "sort by last connection",
        &["ORDER BY last_connected_at"],
        &[],
    ),
    (
        "stopped desktops of Acme",
        "for Globex instead",
        &["'Globex'", "STOPPED"],
        &["Acme"],
    ),
    (
        "how many desktops are stopped",
        "per client",
        &["organization_name", "GROUP BY 1", "STOPPED"],
        &[],
    ),
    (
        "desktops of Acme",
        "only the always-on ones",
        &["ALWAYS_ON", "Acme Corp"],
        &[],
    ),
    (
        "desktops of Acme",
        "that nobody used for 60 days",
        &["last_connected_at IS NULL OR", "Acme Corp"],
        &[],
    ),
    (
        "failed syncs",
        "in the last 7 days",
        &["started_at >=", "status = 'failed'"],
        &[],
    ),
    (
        "failed syncs",
        "by account",
        &["account_name", "count(*)", "failed"],
        &[],
    ),
    (
        "desktops of Acme in eu-west-1",
        "in all regions",
        &["Acme Corp"],
        &["region ="],
    ),
    (
        "desktops of Acme",
        "with their bundle",
        &["bundle_name", "Acme Corp"],
        &[],
    ),
    ("desktops per region", "as percentage", &["percent"], &[]),
    (
        "desktops per region",
        "by client as well",
        &["GROUP BY 1, 2"],
        &[],
    ),
];

#[tokio::test]
async fn follow_ups_edit_the_question_before() {
    let estate = estate().await;
    let semantics = Semantics::new();
    for (question, next, has, lacks) in FOLLOWED {
        let before = ask(&semantics, &estate, question, None);
        let sql = ask(&semantics, &estate, next, Some(&before)).sql();
        for part in *has {
            assert!(
                sql.contains(part),
                "{question} / {next}: {sql} lacks {part}"
            );
        }
        for part in *lacks {
            assert!(!sql.contains(part), "{question} / {next}: {sql} has {part}");
        }
    }
}

#[tokio::test]
async fn a_question_of_its_own_is_no_follow_up() {
    let estate = estate().await;
    let semantics = Semantics::new();
    let before = ask(&semantics, &estate, "stopped desktops in eu-west-1", None);
    let after = ask(
        &semantics,
        &estate,
        "how many desktops does Globex have?",
        Some(&before),
    );
    assert!(!after.sql().contains("STOPPED"), "{}", after.sql());
    let after = ask(
        &semantics,
        &estate,
        "which syncs failed yesterday",
        Some(&before),
    );
    assert!(after.sql().contains("sync_history"), "{}", after.sql());
}
