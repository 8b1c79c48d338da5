//! Tenants, people, jobs, alerts and the audit chain: each read twice, by who may and who may not.

use std::collections::BTreeSet;

use domain::account::{AccountChange, AwsFailure, NewAccount};
use domain::audit::NewAuditEntry;
use domain::event::{Audience, EventBody};
use domain::job::{JobPayload, JobState, MissedRun, NewJob, Progress, Schedule};
use domain::listing::{PageRequest, Sort};
use domain::organization::NewOrganization;
use domain::setting::Settings;
use domain::sync::{ScopeStatus, SyncRequest};
use domain::user::MembershipChange;
use domain::{JobId, OrganizationId, Role, Scope, UtcTime};

use crate::account::AccountFilter;
use crate::fixture::{Estate, estate, scope_run, time};
use crate::job::JobFilter;
use crate::person::{NewPerson, PersonChange};
use crate::session::NewSession;
use crate::{
    StockFilter, StoreError, account, alert, audit, dashboard, directory, job, organization,
    person, schedule, secret, session, setting, setup_link, sync,
};

fn page() -> PageRequest {
    PageRequest::default()
}

fn nobody() -> Scope {
    Scope::Organizations(BTreeSet::new())
}

fn conflict<T: std::fmt::Debug>(result: Result<T, StoreError>) -> String {
    match result.unwrap_err() {
        StoreError::Conflict { what } => what,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn organizations_are_scoped_and_their_names_are_unique() {
    let Estate {
        db, acme, globex, ..
    } = &estate().await;
    let mine = organization::list(db, &acme.scope(), &page())
        .await
        .unwrap();
    assert_eq!(
        mine.items
            .iter()
            .map(|o| o.name.as_str())
            .collect::<Vec<_>>(),
        ["Acme"]
    );
    assert_eq!((mine.total, mine.items[0].accounts), (1, 1));
    let foreign = &globex.organization.id;
    assert!(
        organization::find(db, &acme.scope(), foreign)
            .await
            .unwrap()
            .is_none()
    );
    assert!(
        organization::find(db, &Scope::All, foreign)
            .await
            .unwrap()
            .is_some()
    );
    assert!(
        organization::find_by_name(db, &acme.scope(), "Globex")
            .await
            .unwrap()
            .is_none()
    );
    let twice = organization::create(
        db,
        NewOrganization {
            name: " Acme ".into(),
        },
    )
    .await;
    assert_eq!(
        conflict(twice),
        "there is already an organization named \"Acme\""
    );
    let taken = organization::rename(db, &Scope::All, foreign, "Acme").await;
    assert!(conflict(taken).contains("already"));
    let hidden = organization::rename(db, &acme.scope(), foreign, "Mine")
        .await
        .unwrap();
    assert!(hidden.is_none());
    let kept = organization::rename(db, &globex.scope(), foreign, "Globex")
        .await
        .unwrap();
    assert_eq!(kept.unwrap().name, "Globex");
    assert!(
        !organization::delete(db, &acme.scope(), foreign)
            .await
            .unwrap()
    );
    assert!(
        conflict(organization::delete(db, &Scope::All, foreign).await).contains("1 AWS account")
    );
    account::delete(db, &Scope::All, &globex.account.id)
        .await
        .unwrap();
    assert!(
        organization::delete(db, &Scope::All, foreign)
            .await
            .unwrap()
    );
}

#[tokio::test]
async fn accounts_are_scoped_unique_and_keep_their_external_id() {
    let Estate {
        db, acme, globex, ..
    } = &estate().await;
    assert!(
        account::find(db, &acme.scope(), &globex.account.id)
            .await
            .unwrap()
            .is_none()
    );
    assert_eq!(
        account::list(db, &acme.scope(), None, &page())
            .await
            .unwrap()
            .total,
        1
    );
    assert_eq!(
        account::list(db, &nobody(), None, &page())
            .await
            .unwrap()
            .total,
        0
    );
    let external_id = acme.account.external_id.clone().unwrap();
    assert!(
        external_id.starts_with("stocktake-") && external_id.len() == 42,
        "{external_id}"
    );
    assert_ne!(acme.account.external_id, globex.account.external_id);

    let again = NewAccount {
        id: acme.account.id.clone(),
        organization_id: globex.organization.id.clone(),
        name: None,
        role_arn: None,
        external_id: None,
        regions: Vec::new(),
        endpoint_url: None,
    };
    let text = conflict(account::create(db, &again).await);
    assert_eq!(
        text,
        "account 111122223333 is already onboarded, for \"Acme\""
    );
    let homeless = NewAccount {
        id: "999999999999".parse().unwrap(),
        organization_id: OrganizationId::new(),
        ..again
    };
    assert_eq!(
        conflict(account::create(db, homeless).await),
        "there is no such organization"
    );

    let off = AccountChange {
        enabled: Some(false),
        ..AccountChange::default()
    };
    let id = &acme.account.id;
    assert!(
        account::update(db, &globex.scope(), id, off.clone())
            .await
            .unwrap()
            .is_none()
    );
    let changed = account::update(db, &acme.scope(), id, off)
        .await
        .unwrap()
        .unwrap();
    assert!(!changed.enabled);
    assert_eq!(
        (changed.name.as_str(), changed.external_id),
        ("Acme main", Some(external_id))
    );
    let enabled = account::list_enabled(db, &Scope::All).await.unwrap();
    assert_eq!(enabled.len(), 1);
    let filter = AccountFilter {
        q: Some("GLOBEX".into()),
        enabled: Some(true),
    };
    assert_eq!(
        account::list(db, &Scope::All, Some(&filter), &page())
            .await
            .unwrap()
            .total,
        1
    );
    assert!(!account::delete(db, &globex.scope(), id).await.unwrap());
    assert!(account::delete(db, &acme.scope(), id).await.unwrap());
}

fn someone(username: &str, admin: bool, memberships: &[(&OrganizationId, Role)]) -> NewPerson {
    NewPerson {
        username: username.to_owned(),
        email: Some(format!("{username}@example.com")),
        display_name: None,
        password_hash: "hash".to_owned(),
        global_admin: admin,
        memberships: memberships
            .iter()
            .map(|(id, role)| MembershipChange {
                organization_id: (*id).clone(),
                role: *role,
            })
            .collect(),
    }
}

#[tokio::test]
async fn people_are_seen_through_shared_organizations_only() {
    let Estate {
        db, acme, globex, ..
    } = &estate().await;
    let (a, g) = (&acme.organization.id, &globex.organization.id);
    assert_eq!(person::count(db).await.unwrap(), 0);
    person::create(db, someone("Root", true, &[]))
        .await
        .unwrap();
    let both = person::create(
        db,
        someone("both", false, &[(a, Role::Admin), (g, Role::Viewer)]),
    )
    .await
    .unwrap();
    let other = person::create(db, someone("other", false, &[(g, Role::Viewer)]))
        .await
        .unwrap();
    let seen = person::list(db, &acme.scope(), None, &page())
        .await
        .unwrap();
    assert_eq!(
        seen.items
            .iter()
            .map(|user| user.username.as_str())
            .collect::<Vec<_>>(),
        ["both"]
    );
    assert_eq!(
        seen.items[0].memberships.len(),
        1,
        "the other client's name does not show"
    );
    assert_eq!(
        person::list(db, &Scope::All, None, &page())
            .await
            .unwrap()
            .total,
        3
    );
    assert_eq!(
        person::list(db, &Scope::All, Some("OTHER@"), &page())
            .await
            .unwrap()
            .total,
        1
    );
    assert!(
        person::find(db, &acme.scope(), &other.id)
            .await
            .unwrap()
            .is_none()
    );
    assert!(
        person::update(db, &acme.scope(), &other.id, PersonChange::default())
            .await
            .unwrap()
            .is_none()
    );
    assert!(!person::delete(db, &acme.scope(), &other.id).await.unwrap());

    // Replacing memberships within a scope leaves those outside it alone.
    let none = PersonChange {
        memberships: Some(vec![MembershipChange {
            organization_id: a.clone(),
            role: Role::Viewer,
        }]),
        ..PersonChange::default()
    };
    person::update(db, &acme.scope(), &both.id, none)
        .await
        .unwrap();
    assert_eq!(
        person::memberships(db, &both.id).await.unwrap(),
        [(a.clone(), Role::Viewer), (g.clone(), Role::Viewer)]
    );
    let reaching = PersonChange {
        memberships: Some(vec![MembershipChange {
            organization_id: g.clone(),
            role: Role::Admin,
        }]),
        ..PersonChange::default()
    };
    let refused = person::update(db, &acme.scope(), &both.id, reaching).await;
    assert!(conflict(refused).starts_with("there is no organization"));
}

#[tokio::test]
async fn usernames_are_unique_and_the_last_admin_stays() {
    let Estate { db, .. } = &estate().await;
    let root = person::create(db, someone("Root", true, &[]))
        .await
        .unwrap();
    assert_eq!(root.username, "root");
    assert!(
        conflict(person::create(db, someone(" ROOT", false, &[])).await)
            .contains("username \"root\"")
    );
    let mut same_mail = someone("second", false, &[]);
    same_mail.email = Some("Root@Example.com".into());
    assert!(conflict(person::create(db, same_mail).await).contains("email"));
    let disable = PersonChange {
        disabled: Some(true),
        ..PersonChange::default()
    };
    assert!(
        conflict(person::update(db, &Scope::All, &root.id, disable.clone()).await)
            .contains("last global admin")
    );
    assert!(
        conflict(person::delete(db, &Scope::All, &root.id).await).contains("last global admin")
    );
    person::create(db, someone("second", true, &[]))
        .await
        .unwrap();
    let changed = person::update(db, &Scope::All, &root.id, disable)
        .await
        .unwrap()
        .unwrap();
    assert!(changed.disabled);
    let login = person::find_by_username(db, " ROOT ")
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        (login.password_hash.as_str(), login.user.id),
        ("hash", root.id)
    );
}

async fn log_in(estate: &Estate, user: &domain::UserId, expires_at: UtcTime) -> session::Session {
    let new = NewSession {
        user_id: user.clone(),
        secret_hash: "digest".into(),
        kind: "cookie",
        expires_at,
        client_ip: None,
        user_agent: None,
    };
    session::create(&estate.db, new).await.unwrap()
}

#[tokio::test]
async fn disabling_and_new_passwords_end_sessions_in_the_same_commit() {
    let estate = estate().await;
    let db = &estate.db;
    person::create(db, someone("root", true, &[]))
        .await
        .unwrap();
    let ann = person::create(db, someone("ann", false, &[]))
        .await
        .unwrap();
    let (now, later) = (UtcTime::now(), UtcTime::now().plus_days(1));
    let first = log_in(&estate, &ann.id, later).await;
    let second = log_in(&estate, &ann.id, later).await;
    let expired = log_in(&estate, &ann.id, now.plus_days(-1)).await;
    let open = async || session::list_of_user(db, &ann.id, now).await.unwrap().len();
    assert_eq!(open().await, 2);
    assert!(
        person::set_password(db, &ann.id, "new".into(), Some(&first.id))
            .await
            .unwrap()
    );
    assert_eq!(open().await, 1);
    assert!(
        session::find(db, &second.id)
            .await
            .unwrap()
            .unwrap()
            .0
            .revoked_at
            .is_some()
    );
    let disable = PersonChange {
        disabled: Some(true),
        ..PersonChange::default()
    };
    person::update(db, &Scope::All, &ann.id, disable)
        .await
        .unwrap();
    assert_eq!(open().await, 0);
    assert!(!session::revoke(db, &first.id).await.unwrap());
    assert_eq!(
        session::delete_expired(db, now.plus_seconds(-60))
            .await
            .unwrap(),
        1
    );
    assert!(session::find(db, &expired.id).await.unwrap().is_none());
}

#[tokio::test]
async fn a_setup_link_works_once_and_only_with_its_person() {
    let Estate { db, .. } = &estate().await;
    let now = UtcTime::now();
    setup_link::create(db, "old".into(), now.plus_seconds(1800))
        .await
        .unwrap();
    setup_link::create(db, "new".into(), now.plus_seconds(1800))
        .await
        .unwrap();
    assert!(
        !setup_link::usable(db, "old", now).await.unwrap(),
        "a newer link replaces it"
    );
    assert!(
        !setup_link::usable(db, "new", now.plus_seconds(1801))
            .await
            .unwrap()
    );
    let nameless = setup_link::redeem_for(db, "new", now, someone(" ", true, &[])).await;
    conflict(nameless);
    assert!(
        setup_link::usable(db, "new", now).await.unwrap(),
        "a failed set-up leaves the link good"
    );
    let (one, two) = tokio::join!(
        setup_link::redeem_for(db, "new", now, someone("one", true, &[])),
        setup_link::redeem_for(db, "new", now, someone("two", true, &[])),
    );
    assert_eq!(
        usize::from(one.unwrap().is_some()) + usize::from(two.unwrap().is_some()),
        1
    );
    assert_eq!(person::count(db).await.unwrap(), 1);
    assert!(!setup_link::redeem(db, "new", now).await.unwrap());
}

#[tokio::test]
async fn a_secret_is_made_once() {
    let Estate { db, .. } = &estate().await;
    let (one, two) = tokio::join!(
        secret::find_or_create(db, "key", || vec![1; 32]),
        secret::find_or_create(db, "key", || vec![2; 32]),
    );
    assert_eq!(one.unwrap(), two.unwrap());
}

fn new_sync(organization: Option<&OrganizationId>) -> NewJob {
    NewJob {
        payload: JobPayload::Sync(SyncRequest {
            organization_ids: organization.cloned().into_iter().collect(),
            account_ids: Vec::new(),
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
    job::progress(db, &queued.id, step.clone()).await.unwrap();
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
    let ended = job::finish(db, &queued.id, JobState::Cancelled, None, None)
        .await
        .unwrap();
    assert_eq!(ended.unwrap().state, JobState::Cancelled);
    assert!(
        job::finish(db, &queued.id, JobState::Failed, None, None)
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
    job::finish(db, &run, JobState::Partial, None, None)
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

fn entry(organization: Option<&OrganizationId>, action: &'static str) -> NewAuditEntry {
    NewAuditEntry {
        actor: "root".into(),
        actor_id: None,
        organization_id: organization.cloned(),
        action,
        subject: Some("it's [\"odd\"]".into()),
        client_ip: None,
        details: serde_json::json!({"a": 1}),
    }
}

#[tokio::test]
async fn the_audit_chain_shows_what_was_altered_or_removed() {
    let Estate {
        db, acme, globex, ..
    } = &estate().await;
    assert_eq!(
        audit::verify(db).await.unwrap(),
        audit::Verification::Whole { entries: 0 }
    );
    for action in ["one", "two", "three", "four"] {
        audit::append(db, entry(Some(&acme.organization.id), action))
            .await
            .unwrap();
    }
    assert_eq!(audit::append(db, entry(None, "five")).await.unwrap(), 5);
    assert_eq!(
        audit::verify(db).await.unwrap(),
        audit::Verification::Whole { entries: 5 }
    );
    let mine = audit::list(db, &acme.scope(), &page()).await.unwrap();
    assert_eq!((mine.total, mine.items[0].action.as_str()), (4, "four"));
    assert_eq!(
        audit::list(db, &globex.scope(), &page())
            .await
            .unwrap()
            .total,
        0
    );
    let up = PageRequest {
        limit: 2,
        cursor: None,
        sort: Some(Sort::parse("sequence")),
    };
    let first = audit::list(db, &Scope::All, &up).await.unwrap();
    let next = PageRequest {
        cursor: first.next_cursor,
        ..up
    };
    let second = audit::list(db, &Scope::All, &next).await.unwrap();
    assert_eq!(
        second.items.iter().map(|e| e.sequence).collect::<Vec<_>>(),
        [3, 4]
    );

    let tamper = async |sql: &'static str| {
        db.write(move |conn| conn.execute(sql, &[])).await.unwrap();
        match audit::verify(db).await.unwrap() {
            audit::Verification::Broken { sequence, reason } => (sequence, reason),
            whole => panic!("{sql}: {whole:?}"),
        }
    };
    let altered = tamper("UPDATE audit_entry SET actor = 'nobody' WHERE sequence = 4").await;
    assert_eq!(altered, (4, "its contents were altered".to_owned()));
    let removed = tamper("DELETE FROM audit_entry WHERE sequence = 2").await;
    assert_eq!(removed, (2, "entry 2 is missing".to_owned()));
}

#[tokio::test]
async fn settings_have_defaults_and_move_the_schedule_with_them() {
    let Estate { db, .. } = &estate().await;
    let mut settings = setting::load(db).await.unwrap();
    assert_eq!(settings, Settings::default());
    let planned = Schedule {
        name: "sync".into(),
        cron: settings.sync_schedule.cron.clone(),
        time_zone: "UTC".into(),
        jitter_seconds: 0,
        missed: MissedRun::Skip,
        enabled: true,
        payload: JobPayload::Sync(SyncRequest::default()),
        next_run_at: None,
        last_run_at: None,
    };
    schedule::upsert(db, &planned).await.unwrap();
    schedule::set_next(db, "sync", Some(time("2026-11-20")), None)
        .await
        .unwrap();
    assert_eq!(
        schedule::due(db, time("2026-11-19")).await.unwrap().len(),
        0
    );
    assert_eq!(
        schedule::due(db, time("2026-11-20")).await.unwrap().len(),
        1
    );
    settings.sync_schedule.cron = "0 3 * * *".into();
    setting::save(db, &settings).await.unwrap();
    assert_eq!(setting::load(db).await.unwrap(), settings);
    let moved = &schedule::list(db).await.unwrap()[0];
    assert_eq!(
        (moved.cron.as_str(), moved.next_run_at),
        ("0 3 * * *", None)
    );
    assert_eq!(moved.missed, MissedRun::RunOnce);
}

#[tokio::test]
async fn the_dashboard_counts_what_its_reader_may_see() {
    let estate = estate().await;
    let Estate {
        db, acme, globex, ..
    } = &estate;
    let empty = dashboard::load(db, &Scope::All).await.unwrap();
    assert_eq!(
        (empty.workspaces, empty.trend.len(), empty.last_run),
        (0, 0, None)
    );
    estate.stocked().await;
    let run = job::enqueue(db, new_sync(None)).await.unwrap().id;
    sync::finish_scope(db, &scope_run(globex, &run, ScopeStatus::Failed))
        .await
        .unwrap();
    let all = dashboard::load(db, &Scope::All).await.unwrap();
    assert_eq!((all.workspaces, all.accounts, all.organizations), (4, 2, 2));
    assert_eq!(all.failing_scopes.len(), 1);
    let mine = dashboard::load(db, &acme.scope()).await.unwrap();
    assert_eq!(
        (mine.workspaces, mine.accounts, mine.organizations),
        (2, 1, 1)
    );
    assert!(mine.failing_scopes.is_empty());
    assert_eq!(mine.by_account.len(), 1);
    assert_eq!(mine.as_of, Some(time("2026-11-19T08:00:00Z")));
    // The next run of the scope completes: it fails no more.
    let next = job::enqueue(db, new_sync(Some(&globex.organization.id)))
        .await
        .unwrap()
        .id;
    sync::finish_scope(db, &scope_run(globex, &next, ScopeStatus::Complete))
        .await
        .unwrap();
    assert!(
        dashboard::load(db, &Scope::All)
            .await
            .unwrap()
            .failing_scopes
            .is_empty()
    );
}

#[tokio::test]
async fn directories_are_listed_within_scope() {
    let Estate {
        db, acme, globex, ..
    } = &estate().await;
    let (account, organization) = (acme.account.id.clone(), acme.organization.id.clone());
    db.write(move |conn| {
        conn.execute(
            r#"INSERT INTO directory (directory_id, account_id, organization_id, region, alias, record,
                 search, digest, first_seen_at)
               VALUES ('d-1', $1, $2, 'eu-west-1', 'corp',
                 '{"directory_id":"d-1","subnet_ids":[],"dns_ip_addresses":[],"ip_group_ids":[],"properties":{}}',
                 'd-1 corp', '', '2026-11-19T08:00:00Z')"#,
            &[&account, &organization],
        )
    })
    .await
    .unwrap();
    let found = async |scope: &Scope, q: Option<&str>| {
        let filter = StockFilter {
            q: q.map(str::to_owned),
            ..StockFilter::default()
        };
        directory::list(db, scope, &filter, &page())
            .await
            .unwrap()
            .items
            .len()
    };
    assert_eq!(found(&acme.scope(), None).await, 1);
    assert_eq!(found(&globex.scope(), None).await, 0);
    assert_eq!(found(&Scope::All, Some("CORP")).await, 1);
    assert_eq!(found(&Scope::All, Some("other")).await, 0);
}
