//! What must not be answered, and words that must not be lost on the way to an answer.

use assistant::semantic::{Semantics, Understanding};

use crate::estate::{estate, now};

#[tokio::test]
async fn what_would_leave_something_out_is_not_answered() {
    let estate = estate().await;
    let semantics = Semantics::new();
    for question in [
        "what failed in the last sync",
        "desktop growth over the last two weeks",
        "what percentage of windows desktops is stopped at Acme",
        "which directories are in error",
        "sync health per account",
        "desktop health overview",
        "broken",
        "purple desktops",
    ] {
        let understood = semantics.understand(question, &estate.values, None, now());
        assert!(
            matches!(
                understood,
                Understanding::Unknown | Understanding::CannotAnswer { .. }
            ),
            "{question}: {understood:?}"
        );
    }
    for question in [
        "how many zylox desktops",
        "Which Zylox desktops nobody used for 60 days",
        "desktops of zylox",
    ] {
        let understood = semantics.understand(question, &estate.values, None, now());
        let Understanding::CannotAnswer { reason } = understood else {
            panic!("{question}: {understood:?}");
        };
        assert!(
            reason.to_lowercase().contains("called \"zylox\""),
            "{reason}"
        );
    }
}

#[tokio::test]
async fn what_was_said_shows_in_the_query() {
    let estate = estate().await;
    let semantics = Semantics::new();
    for (question, shows) in [
        (
            "how many running power desktops",
            "state = 'AVAILABLE' AND compute_type = 'POWER'",
        ),
        ("who is our biggest client?", "FROM workspaces GROUP BY"),
        ("bundles nobody uses in eu-west-1", "NOT IN"),
        (
            "unused for 30 days, grouped by account",
            "last_connected_at IS NULL",
        ),
        ("alerts from October", "raised_at < '2026-11-01"),
        (
            "what share of syncs failed last week",
            "WHERE started_at >= '2026-11-16",
        ),
        ("GiB of root volume per region", "sum(root_volume_gib)"),
    ] {
        let understood = semantics.understand(question, &estate.values, None, now());
        let Understanding::Query(query) = understood else {
            panic!("{question}: {understood:?}");
        };
        assert!(query.sql().contains(shows), "{question}: {}", query.sql());
    }
}
