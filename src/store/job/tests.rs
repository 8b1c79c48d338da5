//! How a run's scopes end with its job.

use super::*;
use crate::fixture::{Client, Estate, estate, scope_run};
use crate::work_tests::new_sync;
use domain::sync::ScopeStatus;

/// A run that a worker holds, with one complete scope, one running and one waiting.
async fn half_done(db: &Db, client: &Client) -> JobId {
    let run = enqueue(db, new_sync(None)).await.unwrap().id;
    lease_next(db, "w", &["sync"], 60).await.unwrap().unwrap();
    for (resource_type, status) in [
        ("workspaces", ScopeStatus::Complete),
        ("directories", ScopeStatus::Running),
        ("bundles", ScopeStatus::Waiting),
    ] {
        let mut scope = scope_run(client, &run, status);
        scope.resource_type = resource_type.to_owned();
        sync::start_scope(db, &scope).await.unwrap();
    }
    run
}

async fn statuses(db: &Db, run: &JobId) -> Vec<ScopeStatus> {
    let scopes = sync::scopes(db, &Scope::All, run).await.unwrap();
    scopes.into_iter().map(|scope| scope.status).collect()
}

#[tokio::test]
async fn a_run_that_ends_or_is_put_back_leaves_no_scope_open() {
    use ScopeStatus::{Complete, Interrupted};
    let Estate { db, acme, .. } = &estate().await;
    let ended = [Interrupted, Interrupted, Complete];

    let failed = half_done(db, acme).await;
    let why = Some("the database cannot be written".to_owned());
    finish(db, &failed, "w", JobState::Failed, None, why)
        .await
        .unwrap();
    assert_eq!(statuses(db, &failed).await, ended);
    let run = sync::find_run(db, &Scope::All, &failed).await.unwrap();
    let run = run.unwrap();
    assert_eq!((run.status, run.scopes_done), (ScopeStatus::Partial, 3));

    let queued = half_done(db, acme).await;
    put_back(db, &queued, "w").await.unwrap();
    assert_eq!(statuses(db, &queued).await, ended);
    let again = lease_next(db, "w", &["sync"], 60).await.unwrap();
    assert_eq!(again.unwrap().id, queued);
    request_cancel(db, &Scope::All, &queued).await.unwrap();
    put_back(db, &queued, "w").await.unwrap();
    let job = find(db, &Scope::All, &queued).await.unwrap().unwrap();
    assert_eq!(job.state, JobState::Cancelled, "asked to stop, not queued");

    let stale = half_done(db, acme).await;
    request_cancel(db, &Scope::All, &stale).await.unwrap();
    release_stale(db, UtcTime::now().plus_seconds(61))
        .await
        .unwrap();
    assert_eq!(statuses(db, &stale).await, ended);
}

#[tokio::test]
async fn an_ended_run_is_never_running_whatever_its_scopes_say() {
    let Estate { db, acme, .. } = &estate().await;
    let run = half_done(db, acme).await;
    finish(db, &run, "w", JobState::Failed, None, None)
        .await
        .unwrap();
    // As an older build could leave it.
    sync::start_scope(db, &scope_run(acme, &run, ScopeStatus::Running))
        .await
        .unwrap();
    let ended = sync::find_run(db, &Scope::All, &run)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        (ended.status, ended.scopes_done),
        (ScopeStatus::Interrupted, 3)
    );
}
