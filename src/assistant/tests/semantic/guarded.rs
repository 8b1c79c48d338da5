//! What must not be answered, and words that must not be lost on the way to an answer.

use assistant::semantic::{Semantics, Understanding};

use crate::estate::{estate, now};

#[tokio::test]
async fn what_would_leave_something_out_is_not_answered() {
    let estate = estate().await;
    let semantics = Semantics::new();
    for question in [
        "desktop growth over the last two weeks",
        "what percentage of windows desktops is stopped at Acme",
        "sync health per account",
        "desktop health overview",
        "accounts with only stopped desktops",
        "bundles used by a single client",
        "cumulative desktops per month",
        "max desktops per user",
        "stopped desktops over time",
        "count errors at acme",
        "avg desktops per client per region",
        "broken",
        "purple desktops",
        "are all desktops encrypted",
        "why are Acme's desktops slow",
        "why is ws-000000004 unhealthy",
        "which state is each desktop in",
        "which clients left us",
        "did the sync finish",
        "doesn't Acme have graphics desktops",
        "alerts raised and closed this month",
        "how many people are on at Acme",
        "users with a stopped desktop and no running one",
        "people at Acme who never connected on any of their desktops",
        "alerts raised in October and not closed before November",
        "are there disabled accounts with desktops? which",
        "which version of ws-000000004 was in force on 1 October",
        "desktops gone missing in November that did not come back",
        "first deleted desktop of Acme, even if it is gone",
        "who was it that stopped ws-000000004",
        "how many desktops are live in eu-west-1",
        "how many desktops was somebody on",
        "disabled accounts that still have desktops",
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
        (
            "how many running windows 10 and windows 11 desktops",
            "state = 'AVAILABLE' AND (operating_system",
        ),
        (
            "desktops that are windows, running and always on",
            "AND state = 'AVAILABLE' AND running_mode",
        ),
        (
            "how many desktops with an unencrypted user disk and an encrypted root disk",
            "WHERE coalesce(user_volume_encrypted, 0) = 0 AND root_volume_encrypted = 1",
        ),
        (
            "desktops whose user disk is bigger than 100 GB and not encrypted",
            "user_volume_gib > 100 AND coalesce(user_volume_encrypted, 0) = 0",
        ),
        ("number per bundle", "bundle_name, count(*) AS desktops"),
        (
            "how many per account in eu-west-1",
            "account_name, account_id, count(*) AS desktops",
        ),
        (
            "staff with windows 11 desktops, give me the number",
            "count(DISTINCT user_name)",
        ),
        ("summary of running modes", "running_mode, count(*)"),
        ("how big is Globex", "count(*) AS desktops"),
        (
            "how many desktops is someone on",
            "connection_state = 'CONNECTED'",
        ),
        (
            "clients with more than 3 desktops - number of them",
            "count(*) AS number_of_organizations",
        ),
        (
            "alerts raised yesterday or today",
            "raised_at >= '2026-11-23T00:00:00Z'",
        ),
        (
            "how many scopes got throttled",
            "error_code LIKE '%hrottl%'",
        ),
        ("newset desktop", "ORDER BY created_at DESC"),
        (
            "users, not desktops, in each region",
            "count(DISTINCT user_name)",
        ),
        (
            "accounts per client, leave the disabled ones out",
            "WHERE enabled = 1",
        ),
        (
            "ubuntu versions per client",
            "organization_name, count(*) AS desktops",
        ),
        (
            "desktops by month of last login",
            "substr(last_connected_at, 1, 7)",
        ),
        (
            "first and last login per client",
            "min(last_connected_at) AS first_last_connected_at, max(last_connected_at)",
        ),
        (
            "how up to date is each account",
            "last_complete_sync_at, account_name, organization_name FROM accounts ORDER",
        ),
        (
            "everything that happened to ws-000000004, most recent on top",
            "ORDER BY valid_from DESC, resource_id",
        ),
        ("is there a sync still going", "status = 'running'"),
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
        (
            "what failed in the last sync",
            "run_id = (SELECT run_id FROM sync_history ORDER BY started_at DESC LIMIT 1)",
        ),
        (
            "failed scopes of the last finished sync of Acme",
            "status IN ('waiting', 'running')) ORDER BY started_at DESC LIMIT 1)",
        ),
        (
            "did the last sync succeed",
            "FROM jobs WHERE kind = 'sync' AND created_at",
        ),
        (
            "how long did the last sync take",
            "FROM jobs WHERE kind = 'sync' AND finished_at IS NOT NULL",
        ),
        ("why did the last job fail", "SELECT job_id, error"),
        ("did the last sync of Acme succeed", "GROUP BY 1"),
        ("was ws-000000004 ever unhealthy", "FROM state_changes"),
        (
            "do we have more than 50 desktops at Acme",
            "count(*) > 50 AS more_than_50 FROM workspaces WHERE organization_name",
        ),
        (
            "is anybody at Acme connected",
            "connection_state = 'CONNECTED'",
        ),
        ("is ws-000000004 running", "SELECT workspace_id, state"),
        (
            "I would like to know how many desktops are stopped",
            "count(*) AS desktops FROM workspaces WHERE state = 'STOPPED'",
        ),
        (
            "when did ws-000000004 go unhealthy",
            "FROM state_changes WHERE to_state = 'UNHEALTHY'",
        ),
        ("since when is ws-000000004 stopped", "max(changed_at)"),
        ("which desktops came back", "change = 'returned'"),
        (
            "accounts without a complete sync for 3 days",
            "last_complete_sync_at IS NULL OR",
        ),
        (
            "For the audit, which desktops at Acme are unencrypted, so that we can report them?",
            "organization_name = 'Acme",
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
        (
            "how many fewer desktops does acme have than globex",
            "AS difference",
        ),
        (
            "delta in new desktops, october minus september",
            "AS difference",
        ),
        ("ratio of running to stopped desktops", "AS ratio"),
        (
            "acme's share of stopped desktops",
            "FROM workspaces WHERE state = 'STOPPED'",
        ),
        (
            "how many bundles does acme use",
            "count(DISTINCT bundle_id)",
        ),
        (
            "avg root volume, windows vs linux",
            "CASE WHEN operating_system LIKE",
        ),
        (
            "new desktops this month against last",
            "substr(created_at, 1, 7)",
        ),
        (
            "avg desktops per client",
            "count(DISTINCT organization_name)",
        ),
        ("avg new desktops per month in 2026", "/ nullif(11, 0)"),
        (
            "globex machines where the user disk is bigger than the root disk",
            "user_volume_gib > root_volume_gib",
        ),
        (
            "desktops in disabled accounts",
            "NOT IN (SELECT account_id FROM accounts WHERE enabled = 1)",
        ),
        (
            "unencrypted user volumes at acme, GiB",
            "sum(user_volume_gib)",
        ),
        ("desktops by bundle, top 3", "LIMIT 3"),
        ("pct stopped, acme", "WHERE organization_name = 'Acme Corp'"),
        ("Team=Sales or CostCenter=CC-102", " OR workspace_id IN"),
        (
            "combined runtime of workspaces scopes in november, minutes",
            "sum((duration_ms / 60000.0))",
        ),
    ] {
        let understood = semantics.understand(question, &estate.values, None, now());
        let Understanding::Query(query) = understood else {
            panic!("{question}: {understood:?}");
        };
        assert!(query.sql().contains(shows), "{question}: {}", query.sql());
    }
}

#[tokio::test]
async fn verbs_of_place_and_endless_lists_leave_nothing_out() {
    let estate = estate().await;
    let semantics = Semantics::new();
    for (question, hides) in [
        ("where are most of the desktops running", "state ="),
        ("how many boxes live outside eu-west-1", "state ="),
        ("where are Globex's desktops running", "state ="),
        ("how much storage do all desktops take up", "state ="),
        ("all state changes of ws-000000004, latest on top", "LIMIT"),
        ("every change of ws-000000004, most recent", "LIMIT"),
    ] {
        let understood = semantics.understand(question, &estate.values, None, now());
        let Understanding::Query(query) = understood else {
            panic!("{question}: {understood:?}");
        };
        assert!(!query.sql().contains(hides), "{question}: {}", query.sql());
    }
}
