use domain::Scope;
use domain::listing::PageRequest;
use serde_json::json;

use super::*;
use crate::fixture::{Client, Estate, change, desktop, estate, region, tags, time};
use crate::stock::ChangeKind;
use crate::{query, retention, workspace};

fn event(id: &str, at: &str, name: &str, desktops: &[&str]) -> TrailRecord {
    TrailRecord {
        event: TrailEvent {
            event_id: id.to_owned(),
            event_time: time(at),
            event_name: name.to_owned(),
            event_source: "workspaces.amazonaws.com".to_owned(),
            read_only: false,
            user_name: Some("ada".to_owned()),
            user_arn: Some("arn:aws:sts::111122223333:assumed-role/admin/ada".to_owned()),
            source_ip: Some("203.0.113.9".to_owned()),
            user_agent: None,
            error_code: None,
            error_message: None,
            request_parameters: Some(
                json!({ "workspaceProperties": { "runningMode": "ALWAYS_ON" } }),
            ),
            workspace_ids: desktops.iter().map(|id| (*id).to_owned()).collect(),
        },
        record: json!({ "eventName": name }),
    }
}

async fn keep(estate: &Estate, client: &Client, events: Vec<TrailRecord>) -> u64 {
    add(&estate.db, &client.account.id, &region(), events)
        .await
        .unwrap()
}

async fn names(estate: &Estate, scope: &Scope, filter: &EventFilter) -> Vec<String> {
    let page = list(&estate.db, scope, filter, &PageRequest::default())
        .await
        .unwrap();
    page.items
        .into_iter()
        .map(|kept| kept.event.event_id)
        .collect()
}

#[tokio::test]
async fn an_event_is_kept_once_and_listed_newest_first() {
    let estate = estate().await;
    let first = event("e-1", "2026-11-19T08:00:00Z", "CreateTags", &["ws-1"]);
    let second = event(
        "e-2",
        "2026-11-20T08:00:00Z",
        "TerminateWorkspaces",
        &["ws-1", "ws-2"],
    );
    assert_eq!(
        keep(&estate, &estate.acme, vec![first.clone(), second.clone()]).await,
        2
    );
    assert_eq!(
        keep(&estate, &estate.acme, vec![second, first.clone()]).await,
        0
    );
    assert_eq!(
        keep(&estate, &estate.globex, vec![first]).await,
        1,
        "another account's trail"
    );
    let mine = estate.acme.scope();
    assert_eq!(
        names(&estate, &mine, &EventFilter::default()).await,
        ["e-2", "e-1"]
    );
    for (filter, expected) in [
        (
            EventFilter {
                workspace_id: vec!["ws-2".to_owned()],
                ..EventFilter::default()
            },
            vec!["e-2"],
        ),
        (
            EventFilter {
                event_name: vec!["CreateTags".to_owned()],
                ..EventFilter::default()
            },
            vec!["e-1"],
        ),
        (
            EventFilter {
                from: Some(time("2026-11-20")),
                ..EventFilter::default()
            },
            vec!["e-2"],
        ),
        (
            EventFilter {
                to: Some(time("2026-11-20")),
                ..EventFilter::default()
            },
            vec!["e-1"],
        ),
        (
            EventFilter {
                q: Some("terminatew".to_owned()),
                ..EventFilter::default()
            },
            vec!["e-2"],
        ),
        (
            EventFilter {
                q: Some("203.0.113".to_owned()),
                ..EventFilter::default()
            },
            vec!["e-2", "e-1"],
        ),
        (
            EventFilter {
                user_name: vec!["bob".to_owned()],
                ..EventFilter::default()
            },
            vec![],
        ),
    ] {
        assert_eq!(names(&estate, &mine, &filter).await, expected, "{filter:?}");
    }
    let detail = find(&estate.db, &mine, "e-2").await.unwrap().unwrap();
    assert_eq!(detail.event.event.workspace_ids, ["ws-1", "ws-2"]);
    assert_eq!(detail.record["eventName"], "TerminateWorkspaces");
    assert!(
        find(&estate.db, &estate.globex.scope(), "e-2")
            .await
            .unwrap()
            .is_none()
    );
}

#[tokio::test]
async fn the_view_has_a_row_for_each_desktop_of_an_event() {
    let estate = estate().await;
    let about_none = event(
        "e-3",
        "2026-11-20T09:00:00Z",
        "RegisterWorkspaceDirectory",
        &[],
    );
    let about_two = event(
        "e-2",
        "2026-11-20T08:00:00Z",
        "TerminateWorkspaces",
        &["ws-1", "ws-2"],
    );
    keep(&estate, &estate.acme, vec![about_none, about_two]).await;
    let sql = "SELECT event_name, workspace_id FROM cloudtrail_events ORDER BY 1, 2";
    let run = |scope: Scope| {
        let db = estate.db.clone();
        async move {
            query::run(&db, &scope, sql, 100, query::DEFAULT_DEADLINE)
                .await
                .unwrap()
                .rows
        }
    };
    assert_eq!(
        json!(run(Scope::All).await),
        json!([
            ["RegisterWorkspaceDirectory", null],
            ["TerminateWorkspaces", "ws-1"],
            ["TerminateWorkspaces", "ws-2"]
        ])
    );
    assert!(run(estate.globex.scope()).await.is_empty());
}

#[tokio::test]
async fn a_cause_shows_with_its_version_and_says_when_a_desktop_was_made() {
    let estate = estate().await;
    let Estate { db, acme, .. } = &estate;
    estate
        .seen(
            acme,
            "2026-11-19T08:00:00Z",
            vec![(desktop("ws-1", Some("ann"), "AVAILABLE"), tags(&[]))],
        )
        .await;
    let mut record = desktop("ws-1", Some("ann"), "AVAILABLE");
    record.running_mode = Some(domain::workspace::RunningMode::AlwaysOn);
    estate
        .apply(
            acme,
            "2026-11-20T08:00:00Z",
            vec![change(ChangeKind::Changed, record, tags(&[]))],
        )
        .await;
    let create = event("e-1", "2026-11-18T07:00:00Z", "CreateWorkspaces", &["ws-1"]);
    let mut refused = event(
        "e-3",
        "2026-11-20T07:30:00Z",
        "ModifyWorkspaceProperties",
        &["ws-1"],
    );
    refused.event.error_code = Some("AccessDenied".to_owned());
    let modify = event(
        "e-2",
        "2026-11-20T07:00:00Z",
        "ModifyWorkspaceProperties",
        &["ws-1"],
    );
    keep(&estate, acme, vec![create, modify, refused]).await;

    let (versions, events) = unexplained(db, &acme.account.id, &region()).await.unwrap();
    assert_eq!(versions.len(), 2);
    assert_eq!(versions[1].differences[0].field, "running_mode");
    assert_eq!(events["ws-1"].len(), 2, "what AWS refused caused nothing");
    let cause = |version, id: &str, created_at| Cause {
        workspace_id: "ws-1".to_owned(),
        version,
        event_id: id.to_owned(),
        created_at,
    };
    let causes = vec![
        cause(1, "e-1", Some(time("2026-11-18T07:00:00Z"))),
        cause(2, "e-2", None),
    ];
    explain(db, &acme.account.id, &region(), causes)
        .await
        .unwrap();
    let detail = workspace::find(db, &acme.scope(), "ws-1")
        .await
        .unwrap()
        .unwrap();
    let caused: Vec<_> = detail
        .versions
        .iter()
        .map(|version| version.caused_by.as_ref().unwrap())
        .collect();
    assert_eq!(caused[0].event_name, "ModifyWorkspaceProperties");
    assert_eq!(caused[0].user_name.as_deref(), Some("ada"));
    assert_eq!(caused[1].event_id, "e-1");
    assert_eq!(detail.workspace.created_at, time("2026-11-18T07:00:00Z"));
    assert_eq!(detail.workspace.created_at_source, "cloudtrail");
    assert!(
        unexplained(db, &acme.account.id, &region())
            .await
            .unwrap()
            .0
            .is_empty()
    );
    assert!(
        listings(db, &acme.account.id, &region())
            .await
            .unwrap()
            .is_empty()
    );
}

#[tokio::test]
async fn events_are_kept_for_more_than_a_year() {
    let estate = estate().await;
    let old = event("e-1", "2025-09-01T08:00:00Z", "CreateTags", &["ws-1"]);
    let recent = event("e-2", "2025-12-20T08:00:00Z", "CreateTags", &["ws-1"]);
    keep(&estate, &estate.acme, vec![old, recent]).await;
    let pruned = retention::prune(&estate.db, time("2026-11-20T10:00:00Z"), 180)
        .await
        .unwrap();
    assert_eq!(pruned.events, 1);
    assert_eq!(
        names(&estate, &Scope::All, &EventFilter::default()).await,
        ["e-2"]
    );
}
