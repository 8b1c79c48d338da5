//! Tenants, their accounts, settings and the dashboard: each read as who may and who may not.

use crate::account::AccountFilter;
use crate::fixture::{Estate, estate, scope_run, time};
use crate::work_tests::new_sync;
use crate::{
    StockFilter, StoreError, account, dashboard, directory, job, organization, schedule, setting,
    sync,
};
use domain::account::{AccountChange, NewAccount};
use domain::job::{JobPayload, MissedRun, Schedule};
use domain::listing::PageRequest;
use domain::organization::NewOrganization;
use domain::setting::Settings;
use domain::sync::{ScopeStatus, SyncRequest};
use domain::{OrganizationId, Scope};
use std::collections::BTreeSet;

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

    // The other schedule has a time of its own, and leaves this one alone.
    let costs = Schedule {
        name: "costs".into(),
        ..planned
    };
    schedule::upsert(db, &costs).await.unwrap();
    schedule::set_next(db, "sync", Some(time("2026-11-20")), None)
        .await
        .unwrap();
    settings.costs_schedule.cron = "30 4 * * *".into();
    settings.costs_schedule.time_zone = "Europe/Berlin".into();
    setting::save(db, &settings).await.unwrap();
    assert_eq!(setting::load(db).await.unwrap(), settings);
    let both = schedule::list(db).await.unwrap();
    assert_eq!(
        (both[0].cron.as_str(), both[0].time_zone.as_str()),
        ("30 4 * * *", "Europe/Berlin")
    );
    assert_eq!(
        (both[1].cron.as_str(), both[1].next_run_at),
        ("0 3 * * *", Some(time("2026-11-20")))
    );
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
