use domain::listing::{Page, PageRequest, Sort, WorkspaceFilter};
use domain::workspace::{ConnectionRecord, ConnectionState, Workspace};
use domain::{JobId, Scope};

use super::{export, facets, find, list, sort};
use crate::fixture::{Estate, change, desktop, estate, filter, key, tags, time};
use crate::stock::{self, Change, ChangeKind};
use crate::{Db, StoreError};

fn request(sort: &str, limit: u32) -> PageRequest {
    PageRequest {
        limit,
        cursor: None,
        sort: Some(Sort::parse(sort)),
    }
}

fn ids(page: &Page<Workspace>) -> Vec<&str> {
    page.items
        .iter()
        .map(|row| row.record.workspace_id.as_str())
        .collect()
}

async fn matching(db: &Db, scope: &Scope, filter: WorkspaceFilter) -> Vec<String> {
    let page = list(db, scope, &filter, &request("workspace_id", 100))
        .await
        .unwrap();
    assert_eq!(page.total as usize, page.items.len());
    page.items
        .into_iter()
        .map(|row| row.record.workspace_id)
        .collect()
}

/// Every page after the first one, glued together.
async fn walk(db: &Db, filter: &WorkspaceFilter, sort: &str, limit: u32) -> Vec<String> {
    let mut asked = request(sort, limit);
    let mut found = Vec::new();
    loop {
        let page = list(db, &Scope::All, filter, &asked).await.unwrap();
        found.extend(page.items.into_iter().map(|row| row.record.workspace_id));
        match page.next_cursor {
            Some(cursor) => asked.cursor = Some(cursor),
            None => return found,
        }
    }
}

#[tokio::test]
async fn a_scope_sees_its_own_desktops_only() {
    let estate = estate().await;
    estate.stocked().await;
    let db = &estate.db;
    let all = matching(db, &Scope::All, filter()).await;
    assert_eq!(all, ["ws-acme1", "ws-acme2", "ws-globex1", "ws-globex2"]);
    assert_eq!(
        matching(db, &estate.acme.scope(), filter()).await,
        ["ws-acme1", "ws-acme2"]
    );
    let nobody = Scope::Organizations(Default::default());
    assert!(matching(db, &nobody, filter()).await.is_empty());
    // A filter cannot reach beyond the scope.
    let beyond = WorkspaceFilter {
        organization_id: vec![estate.globex.organization.id.clone()],
        ..filter()
    };
    assert!(matching(db, &estate.acme.scope(), beyond).await.is_empty());
    assert!(
        find(db, &estate.acme.scope(), "ws-globex1")
            .await
            .unwrap()
            .is_none()
    );
    assert!(
        find(db, &estate.acme.scope(), "ws-acme1")
            .await
            .unwrap()
            .is_some()
    );
    let mut rows = export(db, &estate.acme.scope(), &filter(), None);
    assert_eq!(rows.next_batch().await.unwrap().unwrap().len(), 2);
    assert!(rows.next_batch().await.unwrap().is_none());
}

#[tokio::test]
async fn every_filter_narrows() {
    let estate = estate().await;
    estate.stocked().await;
    let (db, acme) = (&estate.db, &estate.acme);
    let records = vec![
        ConnectionRecord {
            workspace_id: "ws-acme1".to_owned(),
            state: ConnectionState::Connected,
            checked_at: Some(time("2026-11-20T09:00:00Z")),
            last_connected_at: Some(time("2026-11-20T08:59:00Z")),
        },
        ConnectionRecord {
            workspace_id: "ws-acme2".to_owned(),
            state: ConnectionState::Disconnected,
            checked_at: None,
            last_connected_at: None,
        },
    ];
    stock::apply_connections(db, &key(acme), records)
        .await
        .unwrap();
    let one = |text: &str| vec![text.to_owned()];
    let acme1: &[&str] = &["ws-acme1"];
    let both = &["ws-acme1", "ws-acme2"];
    let cases: Vec<(WorkspaceFilter, &[&str])> = vec![
        (
            WorkspaceFilter {
                state: one("AVAILABLE"),
                ..filter()
            },
            &["ws-acme1", "ws-globex1"],
        ),
        (
            WorkspaceFilter {
                state: vec!["AVAILABLE".into(), "STOPPED".into()],
                account_id: vec![acme.account.id.clone()],
                ..filter()
            },
            both,
        ),
        (
            WorkspaceFilter {
                running_mode: one("MANUAL"),
                ..filter()
            },
            &[],
        ),
        (
            WorkspaceFilter {
                compute_type: one("POWER"),
                ..filter()
            },
            &[],
        ),
        (
            WorkspaceFilter {
                organization_id: vec![acme.organization.id.clone()],
                ..filter()
            },
            both,
        ),
        (
            WorkspaceFilter {
                region: vec!["us-east-1".parse().unwrap()],
                ..filter()
            },
            &[],
        ),
        (
            WorkspaceFilter {
                directory_id: one("d-other"),
                ..filter()
            },
            &[],
        ),
        (
            WorkspaceFilter {
                bundle_id: one("wsb-other"),
                ..filter()
            },
            &[],
        ),
        (
            WorkspaceFilter {
                user_name: one("bob"),
                ..filter()
            },
            &["ws-acme2", "ws-globex2"],
        ),
        (
            WorkspaceFilter {
                operating_system: one("WINDOWS_10"),
                ..filter()
            },
            &[],
        ),
        (
            WorkspaceFilter {
                connection_state: one("CONNECTED"),
                ..filter()
            },
            acme1,
        ),
        (
            WorkspaceFilter {
                tags: vec![("Team".into(), "Sales".into())],
                ..filter()
            },
            &["ws-acme1", "ws-globex1"],
        ),
        (
            WorkspaceFilter {
                tags: vec![("Team".into(), String::new())],
                ..filter()
            },
            &["ws-acme1", "ws-globex1"],
        ),
        (
            WorkspaceFilter {
                tags: vec![("Team".into(), "Ops".into())],
                ..filter()
            },
            &[],
        ),
        (
            WorkspaceFilter {
                last_connected_before: Some(time("2026-11-21")),
                ..filter()
            },
            acme1,
        ),
        (
            WorkspaceFilter {
                last_connected_before: Some(time("2026-11-20")),
                ..filter()
            },
            &[],
        ),
        (
            WorkspaceFilter {
                never_connected: Some(true),
                ..filter()
            },
            &["ws-acme2"],
        ),
        (
            WorkspaceFilter {
                never_connected: Some(false),
                ..filter()
            },
            acme1,
        ),
        (
            WorkspaceFilter {
                q: Some("pc-WS-acme1".into()),
                ..filter()
            },
            acme1,
        ),
        (
            WorkspaceFilter {
                q: Some("team=sales".into()),
                ..filter()
            },
            &["ws-acme1", "ws-globex1"],
        ),
        (
            WorkspaceFilter {
                q: Some("Globex MAIN".into()),
                ..filter()
            },
            &["ws-globex1", "ws-globex2"],
        ),
        (
            WorkspaceFilter {
                q: Some("100%_".into()),
                ..filter()
            },
            &[],
        ),
    ];
    for (filter, expected) in cases {
        let found = matching(db, &Scope::All, filter.clone()).await;
        assert_eq!(found, expected, "{filter:?}");
    }
}

#[tokio::test]
async fn gone_desktops_are_left_out_unless_asked_for() {
    let estate = estate().await;
    estate.stocked().await;
    let gone = Change {
        id: "ws-acme1".into(),
        kind: ChangeKind::Missing,
        row: None,
    };
    estate
        .apply(&estate.acme, "2026-11-20T08:00:00Z", vec![gone])
        .await;
    let scope = estate.acme.scope();
    assert_eq!(matching(&estate.db, &scope, filter()).await, ["ws-acme2"]);
    let all = WorkspaceFilter {
        include_gone: true,
        ..filter()
    };
    assert_eq!(
        matching(&estate.db, &scope, all).await,
        ["ws-acme1", "ws-acme2"]
    );
    let detail = find(&estate.db, &scope, "ws-acme1").await.unwrap().unwrap();
    assert_eq!(
        detail.workspace.missing_since,
        Some(time("2026-11-20T08:00:00Z"))
    );
    assert_eq!(detail.workspace.last_seen_at, time("2026-11-19T08:00:00Z"));
    let changes: Vec<&str> = detail.versions.iter().map(|v| v.change.as_str()).collect();
    assert_eq!(changes, ["missing", "created"]);
    assert!(detail.versions[0].differences.is_empty());
}

#[tokio::test]
async fn history_names_what_changed() {
    let estate = estate().await;
    estate.stocked().await;
    let mut record = desktop("ws-acme1", Some("ann"), "STOPPED");
    record.compute_type = Some("POWER".to_owned());
    let changed = change(ChangeKind::Changed, record, tags(&[("Team", "Ops")]));
    estate
        .apply(&estate.acme, "2026-11-20T08:00:00Z", vec![changed])
        .await;
    let detail = find(&estate.db, &Scope::All, "ws-acme1")
        .await
        .unwrap()
        .unwrap();
    insta::assert_json_snapshot!((&detail.versions[0], &detail.state_changes), @r#"
    [
      {
        "version": 2,
        "valid_from": "2026-11-20T08:00:00Z",
        "valid_to": null,
        "change": "changed",
        "differences": [
          {
            "field": "compute_type",
            "before": "STANDARD",
            "after": "POWER"
          },
          {
            "field": "state",
            "before": "AVAILABLE",
            "after": "STOPPED"
          },
          {
            "field": "tags.Team",
            "before": "Sales",
            "after": "Ops"
          }
        ],
        "caused_by": null
      },
      [
        {
          "at": "2026-11-20T08:00:00Z",
          "from": "AVAILABLE",
          "to": "STOPPED"
        },
        {
          "at": "2026-11-19T08:00:00Z",
          "from": null,
          "to": "AVAILABLE"
        }
      ]
    ]
    "#);
    assert_eq!(
        detail.versions[1].valid_to,
        Some(time("2026-11-20T08:00:00Z"))
    );
}

/// Users b, a, none, none, c under descending ids, so that no sort follows insertion.
async fn with_gaps(estate: &Estate) {
    let users = [Some("b"), Some("a"), None, None, Some("c"), Some("b")];
    let rows = users
        .iter()
        .enumerate()
        .map(|(n, user)| {
            (
                desktop(&format!("ws-{}", 9 - n), *user, "AVAILABLE"),
                tags(&[]),
            )
        })
        .collect();
    estate
        .seen(&estate.acme, "2026-11-19T08:00:00Z", rows)
        .await;
}

#[tokio::test]
async fn pages_follow_each_other_with_nulls_last_in_both_directions() {
    let estate = estate().await;
    with_gaps(&estate).await;
    let up = ["ws-8", "ws-4", "ws-9", "ws-5", "ws-6", "ws-7"];
    let down = ["ws-5", "ws-9", "ws-4", "ws-8", "ws-7", "ws-6"];
    for limit in 1..=7 {
        assert_eq!(
            walk(&estate.db, &filter(), "user_name", limit).await,
            up,
            "limit {limit}"
        );
        assert_eq!(
            walk(&estate.db, &filter(), "-user_name", limit).await,
            down,
            "limit {limit}"
        );
    }
}

#[tokio::test]
async fn both_ways_of_reading_agree_and_every_column_sorts() {
    let estate = estate().await;
    estate.stocked().await;
    with_gaps(&estate).await;
    for column in sort::SORTS {
        for direction in ["", "-"] {
            let asked = request(&format!("{direction}{}", column.name), 3);
            let read = |known: Option<u64>, cursor: Option<String>| {
                let asked = PageRequest {
                    cursor,
                    ..asked.clone()
                };
                estate.db.read(move |conn| {
                    let everything = WorkspaceFilter {
                        include_gone: true,
                        ..filter()
                    };
                    super::rows(conn, &Scope::All, &everything, &asked, known)
                })
            };
            let (mut few, mut many, mut cursor) = (Vec::new(), Vec::new(), None);
            loop {
                let (rows, next, total) = read(None, cursor.clone()).await.unwrap();
                let (same, same_next, _) = read(Some(u64::MAX), cursor).await.unwrap();
                assert_eq!(total, 10, "{}", column.name);
                assert_eq!(next, same_next, "{}", column.name);
                few.extend(rows.into_iter().map(|row| row.record.workspace_id));
                many.extend(same.into_iter().map(|row| row.record.workspace_id));
                cursor = next;
                if cursor.is_none() {
                    break;
                }
            }
            assert_eq!(few, many, "{}", column.name);
            let mut once = few.clone();
            once.sort();
            once.dedup();
            assert_eq!((few.len(), once.len()), (10, 10), "{}", column.name);
        }
    }
}

#[tokio::test]
async fn a_cursor_of_another_list_is_refused() {
    let estate = estate().await;
    with_gaps(&estate).await;
    let first = list(&estate.db, &Scope::All, &filter(), &request("user_name", 2))
        .await
        .unwrap();
    assert_eq!(ids(&first), ["ws-8", "ws-4"]);
    assert_eq!(first.total, 6);
    let with = |sort: &str, cursor: Option<String>| PageRequest {
        cursor,
        ..request(sort, 2)
    };
    let other_filter = WorkspaceFilter {
        q: Some("b".into()),
        ..filter()
    };
    for (filter, asked) in [
        (filter(), with("-user_name", first.next_cursor.clone())),
        (filter(), with("state", first.next_cursor.clone())),
        (other_filter, with("user_name", first.next_cursor.clone())),
        (filter(), with("user_name", Some("garbage".into()))),
        (filter(), with("user_name", Some(String::new()))),
        // {"f":"","v":{},"i":[]}
        (
            filter(),
            with("user_name", Some("eyJmIjoiIiwidiI6e30sImkiOltdfQ".into())),
        ),
    ] {
        let refused = list(&estate.db, &Scope::All, &filter, &asked)
            .await
            .unwrap_err();
        assert_eq!(refused, StoreError::InvalidCursor, "{asked:?}");
    }
    let unknown = list(&estate.db, &Scope::All, &filter(), &request("record", 2))
        .await
        .unwrap_err();
    assert!(
        matches!(&unknown, StoreError::InvalidSort { column, allowed }
        if column == "record" && allowed.contains(&"user_name".to_owned()))
    );
}

#[tokio::test]
async fn the_age_of_the_data_is_that_of_its_oldest_scope() {
    let estate = estate().await;
    let none = list(&estate.db, &Scope::All, &filter(), &PageRequest::default())
        .await
        .unwrap();
    assert_eq!((none.as_of, none.total), (None, 0));
    estate.stocked().await;
    let age = async |scope: &Scope, filter: WorkspaceFilter| {
        list(&estate.db, scope, &filter, &PageRequest::default())
            .await
            .unwrap()
            .as_of
    };
    let (old, new) = (time("2026-11-19T08:00:00Z"), time("2026-11-20T08:00:00Z"));
    assert_eq!(age(&Scope::All, filter()).await, Some(old));
    assert_eq!(age(&estate.globex.scope(), filter()).await, Some(new));
    let narrowed = WorkspaceFilter {
        account_id: vec![estate.globex.account.id.clone()],
        ..filter()
    };
    assert_eq!(age(&Scope::All, narrowed).await, Some(new));
}

#[tokio::test]
async fn totals_follow_the_data() {
    let estate = estate().await;
    estate.stocked().await;
    let total = async || {
        list(&estate.db, &Scope::All, &filter(), &request("user_name", 1))
            .await
            .unwrap()
            .total
    };
    assert_eq!(total().await, 4);
    assert_eq!(total().await, 4);
    estate
        .seen(
            &estate.acme,
            "2026-11-20T08:00:00Z",
            vec![(desktop("ws-new", None, "PENDING"), tags(&[]))],
        )
        .await;
    assert_eq!(total().await, 5);
}

#[tokio::test]
async fn facets_count_within_scope_and_leave_their_own_filter_out() {
    let estate = estate().await;
    estate.stocked().await;
    let chosen = WorkspaceFilter {
        state: vec!["STOPPED".into()],
        ..filter()
    };
    let mine = facets(&estate.db, &estate.acme.scope(), &chosen)
        .await
        .unwrap();
    let pairs = |counts: &[domain::dashboard::Count]| {
        counts
            .iter()
            .map(|count| format!("{} ({}) {}", count.key, count.label, count.count))
            .collect::<Vec<_>>()
    };
    assert_eq!(
        pairs(&mine.state),
        ["AVAILABLE (AVAILABLE) 1", "STOPPED (STOPPED) 1"]
    );
    assert_eq!(pairs(&mine.account_id), ["111122223333 (Acme main) 1"]);
    assert!(mine.tag_keys.is_empty());
    let all = facets(&estate.db, &Scope::All, &filter()).await.unwrap();
    assert_eq!(pairs(&all.tag_keys), ["Team (Team) 2"]);
    assert_eq!(pairs(&all.region), ["eu-west-1 (eu-west-1) 4"]);
}

#[tokio::test]
async fn an_export_has_every_row_once() {
    let estate = estate().await;
    let rows = (0..1203)
        .map(|n| {
            (
                desktop(&format!("ws-{n:05}"), Some("ann"), "STOPPED"),
                tags(&[]),
            )
        })
        .collect();
    stock::apply(
        &estate.db,
        &key(&estate.acme),
        &JobId::new(),
        time("2026-11-20"),
        rows_as_changes(rows),
    )
    .await
    .unwrap();
    // Answered after the commit of what was written before.
    estate.db.write(|_| Ok(())).await.unwrap();
    let mut found = std::collections::BTreeSet::new();
    let mut batches = export(
        &estate.db,
        &Scope::All,
        &filter(),
        Some(Sort::parse("-user_name")),
    );
    while let Some(batch) = batches.next_batch().await.unwrap() {
        for row in batch {
            assert!(found.insert(row.record.workspace_id));
        }
    }
    assert_eq!(found.len(), 1203);
}

fn rows_as_changes(
    rows: Vec<(domain::workspace::WorkspaceRecord, domain::workspace::Tags)>,
) -> Vec<Change> {
    rows.into_iter()
        .map(|(record, tags)| change(ChangeKind::Created, record, tags))
        .collect()
}

/// The engine's plan for a statement, one step per line.
fn plan(conn: &crate::Conn, sql: &str, values: &crate::select::Conditions) -> String {
    let sql = format!("EXPLAIN QUERY PLAN {sql}");
    conn.query(&sql, &values.values(), |row| row.get::<String>(3))
        .unwrap()
        .join("\n")
}

#[tokio::test]
async fn filters_are_read_from_the_narrow_index_alone() {
    let estate = estate().await;
    let one = || vec!["x".to_owned()];
    let filters = [
        filter(),
        WorkspaceFilter {
            state: one(),
            ..filter()
        },
        WorkspaceFilter {
            user_name: one(),
            ..filter()
        },
        WorkspaceFilter {
            account_id: vec![estate.acme.account.id.clone()],
            ..filter()
        },
        WorkspaceFilter {
            region: vec!["eu-west-1".parse().unwrap()],
            bundle_id: one(),
            ..filter()
        },
        WorkspaceFilter {
            never_connected: Some(true),
            ..filter()
        },
        WorkspaceFilter {
            last_connected_before: Some(time("2026-11-20")),
            ..filter()
        },
        WorkspaceFilter {
            include_gone: true,
            directory_id: one(),
            ..filter()
        },
    ];
    for scope in [Scope::All, estate.acme.scope()] {
        for filter in &filters {
            let conditions = super::conditions(&scope, filter);
            let sql = format!("SELECT count(*) FROM workspace w {}", conditions.sql());
            let plan = estate
                .db
                .read(move |conn| Ok(plan(conn, &sql, &conditions)))
                .await
                .unwrap();
            assert!(
                plan.contains("USING COVERING INDEX workspace_listed"),
                "{filter:?}: {plan}"
            );
        }
    }
}
