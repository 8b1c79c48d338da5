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
        (
            "which directories are in error",
            "FROM directories WHERE state = 'ERROR'",
        ),
        ("desktops, region x running mode", "GROUP BY 1, 2"),
        ("os per region", "GROUP BY 1, 2"),
        (
            "acme, neither volume encrypted",
            "(coalesce(root_volume_encrypted, 0) = 0 AND coalesce(",
        ),
        ("clients with 0 desktops", "NOT IN"),
        (
            "# of desktops idle 90+ days",
            "last_connected_at IS NULL OR",
        ),
        ("how many users have 2+ desktops", "HAVING count(*) >= 2"),
        (
            "always-on ratio per region",
            "sum(CASE WHEN running_mode = 'ALWAYS_ON'",
        ),
        ("Acme's share by region", "sum(count(*)) OVER ()"),
        ("acme growth by month, 2026", "created_at >= '2026-01-01"),
        (
            "how many windows desktops do acme and globex each have",
            "GROUP BY 1",
        ),
        (
            "which day had the most new desktops",
            "substr(created_at, 1, 10)",
        ),
        (
            "client with the highest share of stopped desktops",
            "ORDER BY percent DESC",
        ),
        ("desktops per team", "GROUP BY 1"),
        ("acme grouped by Team tag", "FROM workspaces WHERE"),
    ] {
        let understood = semantics.understand(question, &estate.values, None, now());
        let Understanding::Query(query) = understood else {
            panic!("{question}: {understood:?}");
        };
        assert!(query.sql().contains(shows), "{question}: {}", query.sql());
    }
}
