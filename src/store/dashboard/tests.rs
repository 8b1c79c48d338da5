//! What is shown of scopes that are not synced any more, and of those that never were completely.

use super::*;
use crate::account;
use crate::fixture::{Client, Estate, estate, region, scope_run, time};
use crate::work_tests::new_sync;
use crate::{job, workspace};
use domain::JobId;
use domain::account::AccountChange;
use domain::listing::PageRequest;
use domain::sync::ScopeStatus;

/// Two stocked clients; Acme's scope failed in its newest run and has an alert.
async fn failing_estate() -> Estate {
    let estate = estate().await;
    estate.stocked().await;
    failed(&estate.db, &estate.acme).await;
    let account = &estate.acme.account;
    alert::raise(
        &estate.db,
        "workspaces_shrank",
        Some(&account.organization_id),
        Some(&account.id),
        Some(&region()),
        "half of it is gone",
    )
    .await
    .unwrap();
    estate
}

async fn failed(db: &Db, client: &Client) -> JobId {
    let run = job::enqueue(db, new_sync(None)).await.unwrap().id;
    sync::finish_scope(db, &scope_run(client, &run, ScopeStatus::Failed))
        .await
        .unwrap();
    run
}

async fn shown(db: &Db) -> (Option<UtcTime>, usize, usize) {
    let now = load(db, &Scope::All).await.unwrap();
    let page = PageRequest::default();
    let listed = workspace::list(db, &Scope::All, &WorkspaceFilter::default(), &page)
        .await
        .unwrap();
    assert_eq!((listed.total, listed.as_of), (now.workspaces, now.as_of));
    (now.as_of, now.failing_scopes.len(), now.alerts.len())
}

async fn update(estate: &Estate, change: AccountChange) {
    let id = &estate.acme.account.id;
    account::update(&estate.db, &Scope::All, id, change)
        .await
        .unwrap()
        .unwrap();
}

#[tokio::test]
async fn what_is_not_synced_any_more_neither_ages_nor_fails() {
    let (old, new) = (time("2026-11-19T08:00:00Z"), time("2026-11-20T08:00:00Z"));
    let elsewhere = vec!["us-east-1".parse().unwrap()];
    for change in [
        AccountChange {
            enabled: Some(false),
            ..AccountChange::default()
        },
        AccountChange {
            regions: Some(elsewhere),
            ..AccountChange::default()
        },
    ] {
        let estate = failing_estate().await;
        assert_eq!(shown(&estate.db).await, (Some(old), 1, 1));
        update(&estate, change).await;
        assert_eq!(shown(&estate.db).await, (Some(new), 0, 0));
        // It is closed, not hidden: it does not come back with the region.
        let back = AccountChange {
            enabled: Some(true),
            regions: Some(vec![]),
            ..AccountChange::default()
        };
        update(&estate, back).await;
        assert_eq!(shown(&estate.db).await, (Some(old), 1, 0));
    }
}

#[tokio::test]
async fn an_account_changed_otherwise_keeps_its_alerts() {
    let estate = failing_estate().await;
    let renamed = AccountChange {
        name: Some("Acme two".to_owned()),
        ..AccountChange::default()
    };
    update(&estate, renamed).await;
    assert_eq!(shown(&estate.db).await.2, 1);
}

#[tokio::test]
async fn a_scope_never_listed_completely_is_named_also_while_it_is_tried_again() {
    let estate = estate().await;
    let (db, globex) = (&estate.db, &estate.globex);
    failed(db, globex).await;
    assert_eq!(shown(db).await, (None, 1, 0));
    estate.stocked().await;
    let (key, region) = (globex.account.id.clone(), region());
    db.write(move |conn| {
        conn.execute(
            "DELETE FROM sync_scope WHERE account_id = $1 AND region = $2",
            &[&key, &region],
        )
    })
    .await
    .unwrap();
    let again = JobId::new();
    sync::start_scope(db, &scope_run(globex, &again, ScopeStatus::Running))
        .await
        .unwrap();
    let now = load(db, &Scope::All).await.unwrap();
    assert_eq!(now.as_of, Some(time("2026-11-19T08:00:00Z")));
    assert_eq!(now.failing_scopes.len(), 1);
    assert_eq!(now.failing_scopes[0].account_id, globex.account.id);
}

#[tokio::test]
async fn an_account_deleted_while_it_is_synced_ends_its_writes_quietly() {
    let estate = estate().await;
    let (db, acme) = (&estate.db, &estate.acme);
    account::delete(db, &Scope::All, &acme.account.id)
        .await
        .unwrap();
    // Each of these panics on an error.
    let rows = vec![(
        crate::fixture::desktop("ws-1", Some("ann"), "AVAILABLE"),
        crate::fixture::tags(&[("Team", "Sales")]),
    )];
    estate.seen(acme, "2026-11-20T08:00:00Z", rows).await;
    let run = scope_run(acme, &JobId::new(), ScopeStatus::Running);
    sync::start_scope(db, &run).await.unwrap();
    sync::finish_scope(db, &run).await.unwrap();
    let raised = alert::raise(db, "credentials", None, Some(&acme.account.id), None, "x").await;
    assert!(!raised.unwrap());
    assert_eq!(shown(db).await, (None, 0, 0));
}
