//! The promises of a sync, each tried against the simulator over its real wire protocols.

#[path = "reads/mod.rs"]
mod reads;

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use aws::{Aws, AwsConfig, BaseCredentials};
use domain::account::{AccountChange, DiscoverRequest};
use domain::job::{JobPayload, NewJob};
use domain::listing::{MAX_LIMIT, PageRequest, WorkspaceFilter};
use domain::organization::NewOrganization;
use domain::sync::{ScopeCounts, ScopeRun, ScopeStatus, SyncRequest};
use domain::workspace::Workspace;
use domain::{JobId, Scope};
use inventory::{Clock, Inventory, SyncConfig};
use simulator::{
    AccountFaults, Deny, DesktopChange, OperationError, Running, Shrink, Simulator, SimulatorConfig,
};
use store::{Db, StoreConfig};
use tokio_util::sync::CancellationToken;

/// A simulated estate, a database, and the sync between them.
struct Estate {
    simulator: Simulator,
    running: Running,
    inventory: Inventory,
    _folder: tempfile::TempDir,
}

const REGION: &str = "eu-west-1";

impl Estate {
    async fn new(accounts: usize, desktops: usize) -> Self {
        Self::with(SimulatorConfig {
            accounts,
            desktops,
            ..frozen()
        })
        .await
    }

    async fn with(config: SimulatorConfig) -> Self {
        let simulator = Simulator::new(config);
        let running = simulator
            .serve(SocketAddr::from(([127, 0, 0, 1], 0)))
            .await
            .unwrap();
        let folder = tempfile::tempdir().unwrap();
        let db = Db::open(StoreConfig::new(folder.path())).unwrap();
        let aws = Aws::new(AwsConfig {
            endpoint_url: Some(running.url()),
            base_region: Some("us-east-1".to_owned()),
            base_credentials: BaseCredentials::Static {
                access_key_id: "AKIATESTTESTTESTTEST".to_owned(),
                secret_access_key: "test".to_owned(),
            },
            requests_per_second: 0.0,
            max_attempts: 3,
            initial_backoff: Duration::from_millis(5),
            max_backoff: Duration::from_millis(20),
            attempt_timeout: Duration::from_millis(1500),
            operation_timeout: Duration::from_secs(3),
            ..AwsConfig::default()
        })
        .await;
        let inventory = Inventory {
            db,
            aws,
            config: SyncConfig::default(),
            clock: Clock::Wall,
            turns: inventory::Turns::default(),
        };
        let estate = Self {
            simulator,
            running,
            inventory,
            _folder: folder,
        };
        estate.onboard().await;
        estate
    }

    async fn onboard(&self) {
        let organization = store::organization::create(
            &self.inventory.db,
            &NewOrganization {
                name: "Acme".to_owned(),
            },
        )
        .await
        .unwrap();
        let request = DiscoverRequest {
            organization_id: organization.id,
            add: true,
            role_name: Some("stocktake-read".to_owned()),
            external_id: Some("stocktake-demo".to_owned()),
            regions: vec![REGION.parse().unwrap()],
            organization_per_account: false,
        };
        self.inventory.discover(&request).await.unwrap();
    }

    /// One run; its scopes without those that stand for an account.
    async fn sync(&self) -> Vec<ScopeRun> {
        self.sync_until(&CancellationToken::new()).await.1
    }

    async fn sync_until(&self, stop: &CancellationToken) -> (JobId, Vec<ScopeRun>) {
        let job = NewJob {
            payload: JobPayload::Sync(SyncRequest::default()),
            organization_id: None,
            trigger: "api".to_owned(),
            requested_by: None,
        };
        let run = store::job::enqueue(&self.inventory.db, job)
            .await
            .unwrap()
            .id;
        self.inventory
            .sync(&run, &SyncRequest::default(), stop, &|_| {})
            .await
            .unwrap();
        // Ended here, so that the next run is not taken for this one.
        store::job::request_cancel(&self.inventory.db, &Scope::All, &run)
            .await
            .unwrap();
        let scopes = store::sync::scopes(&self.inventory.db, &Scope::All, &run)
            .await
            .unwrap();
        (run, scopes)
    }

    async fn workspaces(&self) -> Vec<Workspace> {
        self.listed(WorkspaceFilter::default()).await
    }

    async fn all_workspaces(&self) -> Vec<Workspace> {
        self.listed(WorkspaceFilter {
            include_gone: true,
            ..WorkspaceFilter::default()
        })
        .await
    }

    async fn listed(&self, filter: WorkspaceFilter) -> Vec<Workspace> {
        let mut page = PageRequest {
            limit: MAX_LIMIT,
            ..PageRequest::default()
        };
        let mut rows = Vec::new();
        loop {
            let found = store::workspace::list(&self.inventory.db, &Scope::All, &filter, &page)
                .await
                .unwrap();
            rows.extend(found.items);
            match found.next_cursor {
                Some(cursor) => page.cursor = Some(cursor),
                None => return rows,
            }
        }
    }

    /// The account with the most desktops, and their ids.
    fn biggest(&self) -> (String, Vec<String>) {
        self.simulator
            .accounts()
            .into_iter()
            .map(|account| {
                (
                    account.id.clone(),
                    self.simulator.desktops(&account.id, REGION),
                )
            })
            .max_by_key(|(_, desktops)| desktops.len())
            .unwrap()
    }

    fn fault(&self, account: &str, faults: AccountFaults) {
        self.simulator.faults().set(account, faults);
    }

    async fn alerts(&self) -> Vec<String> {
        let alerts = store::alert::list_open(&self.inventory.db, &Scope::All)
            .await
            .unwrap();
        alerts.into_iter().map(|alert| alert.kind).collect()
    }
}

/// An estate whose desktops stay as they are.
fn frozen() -> SimulatorConfig {
    SimulatorConfig {
        speed: 0.0,
        regions: vec![REGION.to_owned()],
        ..SimulatorConfig::default()
    }
}

fn total(scopes: &[ScopeRun]) -> ScopeCounts {
    let mut counts = ScopeCounts::default();
    for scope in scopes {
        counts += scope.counts;
    }
    counts
}

fn scope_of<'a>(scopes: &'a [ScopeRun], account: &str, resource_type: &str) -> &'a ScopeRun {
    scopes
        .iter()
        .find(|scope| scope.account_id.as_str() == account && scope.resource_type == resource_type)
        .unwrap_or_else(|| panic!("no scope {resource_type} of {account}"))
}

fn ids(rows: &[Workspace]) -> BTreeSet<String> {
    rows.iter()
        .map(|row| row.record.workspace_id.clone())
        .collect()
}

#[tokio::test]
async fn a_first_sync_finds_every_desktop_with_its_tags_in_its_account() {
    let estate = Estate::new(3, 120).await;
    let scopes = estate.sync().await;
    assert!(
        scopes
            .iter()
            .all(|scope| scope.status == ScopeStatus::Complete),
        "{scopes:#?}"
    );
    let rows = estate.workspaces().await;
    for account in estate.simulator.accounts() {
        let expected: BTreeSet<String> = estate
            .simulator
            .desktops(&account.id, REGION)
            .into_iter()
            .collect();
        let found: Vec<Workspace> = rows
            .iter()
            .filter(|r| r.account_id.as_str() == account.id)
            .cloned()
            .collect();
        assert_eq!(ids(&found), expected, "{}", account.name);
    }
    assert_eq!(rows.len(), 120);
    assert!(
        rows.iter()
            .filter(|row| row.tags.contains_key("Department"))
            .count()
            > 60
    );
    assert!(rows.iter().any(|row| row.last_connected_at.is_some()));
    assert!(rows.iter().any(|row| row.last_connected_at.is_none()));
}

#[tokio::test]
async fn a_second_sync_writes_nothing() {
    let estate = Estate::new(2, 100).await;
    let first = total(&estate.sync().await);
    assert!(first.rows_new > 100 && first.versions_written == first.rows_new);
    let second = estate.sync().await;
    let listed: Vec<ScopeRun> = second
        .into_iter()
        .filter(|s| s.resource_type != "connection_status")
        .collect();
    let counts = total(&listed);
    assert_eq!(
        (
            counts.rows_new,
            counts.rows_changed,
            counts.versions_written
        ),
        (0, 0, 0)
    );
    assert!(counts.rows_seen >= 100);
}

#[tokio::test]
async fn a_changed_desktop_opens_one_version_that_names_the_change() {
    let estate = Estate::new(1, 30).await;
    estate.sync().await;
    let (account, desktops) = estate.biggest();
    let change = DesktopChange {
        user_name: Some("somebody.else".to_owned()),
        ..DesktopChange::default()
    };
    assert!(
        estate
            .simulator
            .change_desktop(&account, REGION, &desktops[0], &change)
    );
    let counts = total(&estate.sync().await);
    assert_eq!((counts.rows_changed, counts.versions_written), (1, 1));
    let detail = store::workspace::find(&estate.inventory.db, &Scope::All, &desktops[0])
        .await
        .unwrap()
        .unwrap();
    assert_eq!(detail.versions.len(), 2);
    let fields: Vec<&str> = detail.versions[0]
        .differences
        .iter()
        .map(|d| d.field.as_str())
        .collect();
    assert_eq!(fields, ["user_name"]);
}

#[tokio::test]
async fn a_desktop_is_missing_after_one_complete_listing_and_deleted_after_two() {
    let estate = Estate::new(1, 60).await;
    estate.sync().await;
    let (account, desktops) = estate.biggest();
    assert!(
        estate
            .simulator
            .remove_desktop(&account, REGION, &desktops[0])
    );

    // Listings that are not complete say nothing about what they lack.
    estate.fault(
        &account,
        AccountFaults {
            repeat_next_token: true,
            ..AccountFaults::default()
        },
    );
    let scopes = estate.sync().await;
    assert_eq!(
        scope_of(&scopes, &account, "workspaces").status,
        ScopeStatus::Partial
    );
    assert_eq!(estate.workspaces().await.len(), 60);

    estate.fault(&account, AccountFaults::default());
    assert_eq!(total(&estate.sync().await).rows_missing, 1);
    let gone = |rows: Vec<Workspace>| {
        rows.into_iter()
            .find(|r| r.record.workspace_id == desktops[0])
            .unwrap()
    };
    let row = gone(estate.all_workspaces().await);
    assert!(row.missing_since.is_some() && row.deleted_at.is_none());
    assert!(!ids(&estate.workspaces().await).contains(&desktops[0]));

    assert_eq!(total(&estate.sync().await).rows_deleted, 1);
    let row = gone(estate.all_workspaces().await);
    assert!(row.deleted_at.is_some() && row.terminated_at.is_none());
    assert_eq!(
        total(&estate.sync().await).versions_written,
        0,
        "a deleted row stays as it is"
    );
}

#[tokio::test]
async fn a_terminated_desktop_keeps_when_it_was_terminated() {
    let estate = Estate::new(1, 40).await;
    estate.sync().await;
    let (account, desktops) = estate.biggest();
    assert!(estate.simulator.set_state(
        &account,
        REGION,
        &desktops[0],
        simulator::State::Terminated
    ));
    estate.sync().await;
    estate
        .simulator
        .remove_desktop(&account, REGION, &desktops[0]);
    estate.sync().await;
    let rows = estate.all_workspaces().await;
    let row = rows
        .iter()
        .find(|r| r.record.workspace_id == desktops[0])
        .unwrap();
    assert!(
        row.terminated_at.is_some() && row.deleted_at == row.terminated_at,
        "{row:#?}"
    );
}

#[tokio::test]
async fn a_listing_that_shrank_once_is_read_again_and_not_believed() {
    let estate = Estate::new(1, 80).await;
    estate.sync().await;
    let (account, _) = estate.biggest();
    estate.fault(
        &account,
        AccountFaults {
            shrink: Some(Shrink {
                rows: 10,
                once: true,
            }),
            ..AccountFaults::default()
        },
    );
    let scopes = estate.sync().await;
    let scope = scope_of(&scopes, &account, "workspaces");
    assert_eq!(
        (scope.status, scope.counts.rows_missing),
        (ScopeStatus::Complete, 0)
    );
    assert!(
        scope.note.as_deref().unwrap_or_default().contains("second"),
        "{:?}",
        scope.note
    );
    assert_eq!(
        scope.counts.versions_written, 0,
        "the second reading has the tags as well"
    );
    assert_eq!(estate.workspaces().await.len(), 80);
    assert!(estate.alerts().await.is_empty());
}

#[tokio::test]
async fn a_listing_that_stays_shrunk_is_accepted_with_an_alert() {
    let estate = Estate::new(1, 80).await;
    estate.sync().await;
    let (account, _) = estate.biggest();
    estate.fault(
        &account,
        AccountFaults {
            shrink: Some(Shrink {
                rows: 10,
                once: false,
            }),
            ..AccountFaults::default()
        },
    );
    let tagged = |rows: Vec<Workspace>| rows.iter().filter(|row| !row.tags.is_empty()).count();
    let before = tagged(estate.workspaces().await);
    let scopes = estate.sync().await;
    assert_eq!(
        scope_of(&scopes, &account, "workspaces")
            .counts
            .rows_missing,
        70
    );
    assert_eq!(estate.alerts().await, ["workspaces_shrank"]);
    assert_eq!(estate.workspaces().await.len(), 10);
    assert_eq!(tagged(estate.all_workspaces().await), before, "tags stay");
}

#[tokio::test]
async fn broken_pages_end_as_partial_and_mark_nothing_missing() {
    let estate = Estate::new(1, 80).await;
    estate.sync().await;
    let (account, _) = estate.biggest();
    let cases = [
        (
            AccountFaults {
                repeat_next_token: true,
                ..AccountFaults::default()
            },
            ScopeStatus::Partial,
            "RepeatedNextToken",
        ),
        (
            AccountFaults {
                empty_page_with_token: true,
                ..AccountFaults::default()
            },
            ScopeStatus::Partial,
            "EmptyPageWithToken",
        ),
        (
            AccountFaults {
                truncate: true,
                ..AccountFaults::default()
            },
            ScopeStatus::Failed,
            "UnreadableAnswer",
        ),
    ];
    for (faults, status, code) in cases {
        estate.fault(&account, faults);
        let scopes = estate.sync().await;
        let scope = scope_of(&scopes, &account, "workspaces");
        assert_eq!(scope.status, status, "{code}");
        assert_eq!(scope.failure.as_ref().unwrap().code, code);
        assert_eq!(scope.counts.rows_missing, 0);
        assert_eq!(estate.workspaces().await.len(), 80, "{code}");
    }
}

#[tokio::test]
async fn a_credential_error_is_one_alert_and_no_storm() {
    let estate = Estate::new(2, 60).await;
    estate.sync().await;
    let (account, _) = estate.biggest();
    estate.fault(
        &account,
        AccountFaults {
            unrecognized_client: true,
            ..AccountFaults::default()
        },
    );
    let before: u64 = estate.simulator.calls_by(&account).values().sum();
    let scopes = estate.sync().await;
    let calls = estate.simulator.calls_by(&account).values().sum::<u64>() - before;
    assert!(
        calls <= 3,
        "{calls} calls with credentials that do not work"
    );
    assert_eq!(
        scope_of(&scopes, &account, "account").status,
        ScopeStatus::Failed
    );
    assert_eq!(
        scope_of(&scopes, &account, "workspaces").status,
        ScopeStatus::Skipped
    );
    let failure = scope_of(&scopes, &account, "account")
        .failure
        .clone()
        .unwrap();
    assert!(failure.request_id.is_some(), "{failure:?}");
    estate.sync().await;
    assert_eq!(
        estate.alerts().await,
        ["credentials"],
        "one alert however often it fails"
    );

    estate.fault(&account, AccountFaults::default());
    estate.sync().await;
    assert!(
        estate.alerts().await.is_empty(),
        "closed once the account answers again"
    );
    assert_eq!(estate.workspaces().await.len(), 60);
}

#[tokio::test]
async fn credentials_refused_in_one_place_leave_the_rest_of_the_account_alone() {
    let estate = Estate::new(1, 40).await;
    let (account, _) = estate.biggest();
    let error = OperationError {
        status: 400,
        code: "UnrecognizedClientException".to_owned(),
        message: "The security token included in the request is invalid.".to_owned(),
    };
    let faults = AccountFaults {
        errors: [("DescribeWorkspaceDirectories".to_owned(), error)].into(),
        ..AccountFaults::default()
    };
    estate.fault(&account, faults.clone());
    let scopes = estate.sync().await;
    assert_eq!(
        scope_of(&scopes, &account, "account").status,
        ScopeStatus::Complete
    );
    assert_eq!(
        scope_of(&scopes, &account, "directories").status,
        ScopeStatus::Failed
    );
    assert_eq!(
        scope_of(&scopes, &account, "workspaces").status,
        ScopeStatus::Skipped
    );
    assert_eq!(estate.alerts().await, ["credentials"]);

    // Listed everywhere, the same answer is what a region that is switched off gives.
    assert!(estate.workspaces().await.is_empty());
    let everywhere = AccountChange {
        regions: Some(Vec::new()),
        ..AccountChange::default()
    };
    let id = account.parse().unwrap();
    store::account::update(&estate.inventory.db, &Scope::All, &id, everywhere)
        .await
        .unwrap();
    let scopes = estate.sync().await;
    assert!(
        scopes
            .iter()
            .all(|scope| scope.status == ScopeStatus::Complete),
        "{scopes:#?}"
    );
    assert!(
        scope_of(&scopes, &account, "workspaces")
            .note
            .as_deref()
            .unwrap_or_default()
            .contains("not enabled")
    );

    // A region with desktops in stock is certainly enabled: there it is a failure.
    estate.fault(&account, AccountFaults::default());
    estate.sync().await;
    estate.fault(&account, faults);
    let scopes = estate.sync().await;
    let failed = scopes
        .iter()
        .filter(|scope| scope.status == ScopeStatus::Failed)
        .count();
    assert_eq!(failed, 1, "{scopes:#?}");
}

#[tokio::test]
async fn a_role_that_cannot_be_assumed_skips_its_account_only() {
    let estate = Estate::new(3, 90).await;
    let (account, _) = estate.biggest();
    estate.fault(
        &account,
        AccountFaults {
            deny_assume_role: true,
            ..AccountFaults::default()
        },
    );
    let scopes = estate.sync().await;
    for scope in &scopes {
        let mine = scope.account_id.as_str() == account;
        assert_eq!(scope.status == ScopeStatus::Complete, !mine, "{scope:?}");
    }
    assert_eq!(estate.alerts().await, ["credentials"]);
}

#[tokio::test]
async fn a_throttled_account_neither_hides_nor_slows_another() {
    let estate = Estate::new(4, 200).await;
    let (account, _) = estate.biggest();
    estate.fault(
        &account,
        AccountFaults {
            throttle: true,
            ..AccountFaults::default()
        },
    );
    let clock = Instant::now();
    let scopes = estate.sync().await;
    assert!(clock.elapsed() < Duration::from_secs(20), "bounded retries");
    for scope in scopes
        .iter()
        .filter(|scope| scope.account_id.as_str() != account)
    {
        assert_eq!(scope.status, ScopeStatus::Complete, "{scope:?}");
    }
    let throttled = scope_of(&scopes, &account, "workspaces");
    assert!(
        matches!(throttled.status, ScopeStatus::Failed | ScopeStatus::Skipped),
        "{throttled:?}"
    );
}

#[tokio::test]
async fn a_refused_tagging_api_is_replaced_by_asking_each_desktop() {
    let estate = Estate::new(1, 30).await;
    let (account, _) = estate.biggest();
    estate.fault(
        &account,
        AccountFaults {
            deny: Deny::operations(["GetResources"]),
            ..AccountFaults::default()
        },
    );
    let scopes = estate.sync().await;
    let tags = scope_of(&scopes, &account, "tags");
    assert_eq!(tags.status, ScopeStatus::Complete);
    assert!(
        tags.note
            .as_deref()
            .unwrap_or_default()
            .contains("one desktop at a time")
    );
    let with_tags = estate.workspaces().await;
    assert!(with_tags.iter().filter(|row| !row.tags.is_empty()).count() > 15);

    // Without either way in, what is known stays.
    let deny = Deny::operations(["GetResources", "DescribeTags"]);
    estate.fault(
        &account,
        AccountFaults {
            deny,
            ..AccountFaults::default()
        },
    );
    let scopes = estate.sync().await;
    assert_eq!(
        scope_of(&scopes, &account, "workspaces")
            .counts
            .versions_written,
        0
    );
    let tags = |rows: &[Workspace]| rows.iter().map(|row| row.tags.clone()).collect::<Vec<_>>();
    assert_eq!(tags(&estate.workspaces().await), tags(&with_tags));
}

#[tokio::test]
async fn a_stopped_sync_keeps_what_it_wrote_and_the_next_one_completes() {
    let estate = Estate::with(SimulatorConfig {
        accounts: 1,
        desktops: 400,
        latency: Duration::from_millis(15),
        ..frozen()
    })
    .await;
    let stop = CancellationToken::new();
    let stopper = stop.clone();
    tokio::spawn(async move {
        tokio::time::sleep(Duration::from_millis(250)).await;
        stopper.cancel();
    });
    let (account, _) = estate.biggest();
    let (_, scopes) = estate.sync_until(&stop).await;
    assert!(
        scopes
            .iter()
            .any(|scope| scope.status == ScopeStatus::Interrupted),
        "{scopes:#?}"
    );
    let kept = estate.workspaces().await.len();
    let counts = total(&estate.sync().await);
    assert_eq!(estate.workspaces().await.len(), 400);
    assert!(kept < 400);
    let again = estate.sync().await;
    assert_eq!(
        scope_of(&again, &account, "workspaces")
            .counts
            .versions_written,
        0
    );
    assert!(counts.rows_seen >= 400);
}

#[tokio::test]
async fn a_large_account_costs_at_most_two_and_a_half_calls_per_page_of_desktops() {
    let estate = Estate::new(1, 1000).await;
    estate.sync().await;
    let (run, _) = estate.sync_until(&CancellationToken::new()).await;
    let run = store::sync::find_run(&estate.inventory.db, &Scope::All, &run)
        .await
        .unwrap()
        .unwrap();
    let per_page = run.calls_per_25_desktops.unwrap();
    assert!(per_page <= 2.5, "{per_page} calls per 25 desktops");
    estate.running.stop().await;
}
