//! Jobs, runs and alerts: each read as who may and who may not.

use crate::fixture::{Estate, estate, scope_run, time};
use crate::job::JobFilter;
use crate::{account, alert, job, sync};
use domain::account::AwsFailure;
use domain::event::{Audience, EventBody};
use domain::job::{JobPayload, JobState, NewJob, Progress};
use domain::listing::PageRequest;
use domain::sync::{ScopeStatus, SyncRequest};
use domain::{JobId, OrganizationId, Scope, UtcTime};
use std::collections::BTreeSet;

fn page() -> PageRequest {
    PageRequest::default()
}

fn nobody() -> Scope {
    Scope::Organizations(BTreeSet::new())
}

pub(crate) fn new_sync(organization: Option<&OrganizationId>) -> NewJob {
    NewJob {
        payload: JobPayload::Sync(SyncRequest {
            organization_ids: organization.cloned().into_iter().collect(),
            account_ids: Vec::new(),
            with: Vec::new(),
        }),
        organization_id: organization.cloned(),
        trigger: "button".into(),
        requested_by: None,
    }
}

#[tokio::test]
async fn a_job_is_leased_once_and_renewed_by_its_holder_only() {
    let Estate { db, acme, .. } = &estate().await;
    let mut events = db.events().subscribe();
    let queued = job::enqueue(db, new_sync(Some(&acme.organization.id)))
        .await
        .unwrap();
    let again = job::enqueue(db, new_sync(Some(&acme.organization.id)))
        .await
        .unwrap();
    assert_eq!(queued.id, again.id, "an identical sync is not queued twice");
    let event = events.recv().await.unwrap();
    assert_eq!(
        event.audience,
        Audience::Organization(acme.organization.id.clone())
    );
    assert!(matches!(event.body, EventBody::Job(_)));

    let (one, two) = tokio::join!(
        job::lease_next(db, "w1", &["sync"], 60),
        job::lease_next(db, "w2", &["sync"], 60),
    );
    let (one, two) = (one.unwrap(), two.unwrap());
    let holder = if one.is_some() { "w1" } else { "w2" };
    assert!(one.is_some() != two.is_some());
    assert!(
        job::lease_next(db, "w3", &["account_test"], 60)
            .await
            .unwrap()
            .is_none()
    );
    assert!(job::renew(db, &queued.id, holder, 60).await.unwrap().held);
    assert!(!job::renew(db, &queued.id, "thief", 60).await.unwrap().held);

    let step = Progress {
        done: 1,
        total: 2,
        message: "half".into(),
    };
    let stolen = Progress {
        done: 9,
        total: 9,
        message: "stolen".into(),
    };
    job::progress(db, &queued.id, holder, step.clone())
        .await
        .unwrap();
    job::progress(db, &queued.id, "thief", stolen)
        .await
        .unwrap();
    job::put_back(db, &queued.id, "thief").await.unwrap();
    assert!(
        job::finish(db, &queued.id, "thief", JobState::Failed, None, None)
            .await
            .unwrap()
            .is_none()
    );
    let running = job::find(db, &acme.scope(), &queued.id)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        (running.state, running.progress, running.attempts),
        (JobState::Running, step, 1)
    );

    let asked = job::request_cancel(db, &acme.scope(), &queued.id)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(asked.state, JobState::Running);
    assert!(
        job::renew(db, &queued.id, holder, 60)
            .await
            .unwrap()
            .cancel_requested
    );
    let ended = job::finish(db, &queued.id, holder, JobState::Cancelled, None, None)
        .await
        .unwrap();
    assert_eq!(ended.unwrap().state, JobState::Cancelled);
    assert!(
        job::finish(db, &queued.id, holder, JobState::Failed, None, None)
            .await
            .unwrap()
            .is_none()
    );
}

#[tokio::test]
async fn jobs_are_scoped_and_a_dead_workers_job_is_queued_again() {
    let Estate {
        db, acme, globex, ..
    } = &estate().await;
    let mine = job::enqueue(db, new_sync(Some(&acme.organization.id)))
        .await
        .unwrap();
    let whole = job::enqueue(db, new_sync(None)).await.unwrap();
    assert!(
        job::find(db, &globex.scope(), &mine.id)
            .await
            .unwrap()
            .is_none()
    );
    assert!(
        job::find(db, &acme.scope(), &whole.id)
            .await
            .unwrap()
            .is_none()
    );
    assert!(
        job::request_cancel(db, &globex.scope(), &mine.id)
            .await
            .unwrap()
            .is_none()
    );
    let filter = JobFilter {
        kind: vec!["sync".into()],
        state: vec!["queued".into()],
    };
    assert_eq!(
        job::list(db, &acme.scope(), &filter, &page())
            .await
            .unwrap()
            .total,
        1
    );
    assert_eq!(
        job::list(db, &Scope::All, &filter, &page())
            .await
            .unwrap()
            .total,
        2
    );

    let leased = job::lease_next(db, "w1", &["sync"], 60)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(leased.id, mine.id, "the oldest first");
    assert_eq!(job::release_stale(db, UtcTime::now()).await.unwrap(), 0);
    assert_eq!(
        job::release_stale(db, UtcTime::now().plus_seconds(61))
            .await
            .unwrap(),
        1
    );
    let again = job::lease_next(db, "w2", &["sync"], 60)
        .await
        .unwrap()
        .unwrap();
    assert_eq!((again.id, again.attempts), (mine.id.clone(), 2));
    job::request_cancel(db, &acme.scope(), &mine.id)
        .await
        .unwrap();
    assert_eq!(job::release_all(db).await.unwrap(), 1);
    let ended = job::find(db, &Scope::All, &mine.id).await.unwrap().unwrap();
    assert_eq!(
        ended.state,
        JobState::Cancelled,
        "one asked to stop does not start again"
    );
    let waiting = job::request_cancel(db, &Scope::All, &whole.id)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(waiting.state, JobState::Cancelled);
}

#[tokio::test]
async fn a_run_adds_up_the_scopes_its_reader_may_see() {
    let Estate {
        db, acme, globex, ..
    } = &estate().await;
    let run = job::enqueue(db, new_sync(None)).await.unwrap().id;
    job::lease_next(db, "w", &["sync"], 60).await.unwrap();
    let good = scope_run(acme, &run, ScopeStatus::Complete);
    let mut bad = scope_run(globex, &run, ScopeStatus::Failed);
    bad.failure = Some(AwsFailure {
        code: "AccessDenied".into(),
        message: "no".into(),
        request_id: Some("r-1".into()),
    });
    for scope in [&good, &bad] {
        sync::start_scope(db, scope).await.unwrap();
        sync::finish_scope(db, scope).await.unwrap();
    }
    job::finish(db, &run, "w", JobState::Partial, None, None)
        .await
        .unwrap();
    let all = sync::find_run(db, &Scope::All, &run)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        (
            all.status,
            all.scopes_total,
            all.scopes_failed,
            all.accounts
        ),
        (ScopeStatus::Partial, 2, 1, 2)
    );
    assert_eq!(
        (all.counts.calls_made, all.calls_per_25_desktops),
        (8, Some(2.0))
    );
    assert_eq!(all.failure.unwrap().request_id.as_deref(), Some("r-1"));
    let mine = sync::find_run(db, &acme.scope(), &run)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        (mine.status, mine.scopes_total, mine.failure),
        (ScopeStatus::Complete, 1, None)
    );
    assert!(sync::find_run(db, &nobody(), &run).await.unwrap().is_none());
    assert_eq!(sync::scopes(db, &acme.scope(), &run).await.unwrap(), [good]);
    assert_eq!(
        sync::history(db, &acme.scope(), &page())
            .await
            .unwrap()
            .total,
        1
    );
    assert_eq!(
        sync::history(db, &nobody(), &page()).await.unwrap().total,
        0
    );

    let broken = account::find(db, &Scope::All, &globex.account.id)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(broken.last_sync_status.as_deref(), Some("failed"));
    assert_eq!(
        (
            broken.last_error.unwrap().code.as_str(),
            broken.last_complete_sync_at
        ),
        ("AccessDenied", None)
    );
    let whole = account::find(db, &Scope::All, &acme.account.id)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        whole.last_complete_sync_at,
        Some(time("2026-11-20T10:00:05Z"))
    );
}

#[tokio::test]
async fn what_a_dead_run_left_is_interrupted() {
    let Estate { db, acme, .. } = &estate().await;
    let run = job::enqueue(db, new_sync(None)).await.unwrap().id;
    let mut open = scope_run(acme, &run, ScopeStatus::Running);
    open.completed_at = None;
    sync::start_scope(db, &open).await.unwrap();
    assert_eq!(
        sync::interrupt_unfinished(db, &JobId::new()).await.unwrap(),
        0
    );
    assert_eq!(sync::interrupt_unfinished(db, &run).await.unwrap(), 1);
    assert_eq!(
        sync::scopes(db, &Scope::All, &run).await.unwrap()[0].status,
        ScopeStatus::Interrupted
    );
}

#[tokio::test]
async fn an_alert_stands_open_once_and_is_closed_with_its_cause() {
    let Estate {
        db, acme, globex, ..
    } = &estate().await;
    let raise = async |message: &str| {
        let (organization, account) = (Some(&acme.organization.id), Some(&acme.account.id));
        alert::raise(db, "credentials", organization, account, None, message)
            .await
            .unwrap()
    };
    assert!(raise("first").await);
    assert!(!raise("second").await);
    let open = alert::list_open(db, &acme.scope()).await.unwrap();
    assert_eq!((open.len(), open[0].message.as_str()), (1, "second"));
    assert!(
        alert::list_open(db, &globex.scope())
            .await
            .unwrap()
            .is_empty()
    );
    assert!(
        !alert::close(db, "listing_shrank", &acme.account.id, None)
            .await
            .unwrap()
    );
    assert!(
        alert::close(db, "credentials", &acme.account.id, None)
            .await
            .unwrap()
    );
    assert!(
        !alert::close(db, "credentials", &acme.account.id, None)
            .await
            .unwrap()
    );
    assert!(alert::list_open(db, &Scope::All).await.unwrap().is_empty());
    assert!(raise("third").await, "a cause that returns is a new alert");
}
