//! A small estate for this room's tests: two clients with an account each, written the way a sync
//! writes.

use domain::account::{Account, NewAccount};
use domain::listing::WorkspaceFilter;
use domain::organization::{NewOrganization, Organization};
use domain::sync::{ScopeCounts, ScopeRun, ScopeStatus};
use domain::workspace::{RunningMode, Tags, WorkspaceRecord, WorkspaceState};
use domain::{AccountId, JobId, Region, Scope, UtcTime};
use sha2::Digest as _;

use crate::stock::{self, Change, ChangeKind, Digest, ResourceType, Row, ScopeKey};
use crate::{Db, StoreConfig, account, organization};

pub(crate) struct Estate {
    /// Removed with the estate.
    _dir: tempfile::TempDir,
    pub db: Db,
    pub acme: Client,
    pub globex: Client,
}

pub(crate) struct Client {
    pub organization: Organization,
    pub account: Account,
}

impl Client {
    pub fn scope(&self) -> Scope {
        Scope::Organizations([self.organization.id.clone()].into())
    }
}

pub(crate) fn region() -> Region {
    "eu-west-1".parse().unwrap()
}

pub(crate) fn time(text: &str) -> UtcTime {
    text.parse().unwrap()
}

pub(crate) async fn estate() -> Estate {
    let dir = tempfile::tempdir().unwrap();
    let db = Db::open(StoreConfig::new(dir.path().join("data"))).unwrap();
    let acme = client(&db, "Acme", "111122223333").await;
    let globex = client(&db, "Globex", "444455556666").await;
    Estate {
        _dir: dir,
        db,
        acme,
        globex,
    }
}

async fn client(db: &Db, name: &str, id: &str) -> Client {
    let organization = organization::create(
        db,
        NewOrganization {
            name: name.to_owned(),
        },
    )
    .await
    .unwrap();
    let new = NewAccount {
        id: id.parse::<AccountId>().unwrap(),
        organization_id: organization.id.clone(),
        name: Some(format!("{name} main")),
        role_arn: Some(
            format!("arn:aws:iam::{id}:role/stocktake-read")
                .parse()
                .unwrap(),
        ),
        external_id: None,
        regions: vec![region()],
        endpoint_url: None,
    };
    let account = account::create(db, new).await.unwrap();
    Client {
        organization,
        account,
    }
}

/// A desktop AWS might list; everything not given here follows from `id`.
pub(crate) fn desktop(id: &str, user: Option<&str>, state: &str) -> WorkspaceRecord {
    WorkspaceRecord {
        workspace_id: id.to_owned(),
        directory_id: Some("d-1".to_owned()),
        user_name: user.map(str::to_owned),
        ip_address: None,
        ipv6_address: None,
        state: WorkspaceState::from(state),
        bundle_id: Some("wsb-1".to_owned()),
        subnet_id: None,
        error_code: None,
        error_message: None,
        computer_name: Some(format!("PC-{id}")),
        workspace_name: None,
        volume_encryption_key: None,
        user_volume_encrypted: Some(true),
        root_volume_encrypted: None,
        running_mode: Some(RunningMode::AutoStop),
        auto_stop_timeout_minutes: Some(60),
        root_volume_gib: Some(80),
        user_volume_gib: Some(50),
        compute_type: Some("STANDARD".to_owned()),
        protocols: vec!["DCV".to_owned()],
        operating_system: Some("WINDOWS_SERVER_2022".to_owned()),
        modification_states: Vec::new(),
        related_workspaces: Vec::new(),
        standby_workspaces: Vec::new(),
        data_replication: None,
    }
}

pub(crate) fn tags(pairs: &[(&str, &str)]) -> Tags {
    pairs
        .iter()
        .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
        .collect()
}

pub(crate) fn key(client: &Client) -> ScopeKey {
    ScopeKey {
        account_id: client.account.id.clone(),
        organization_id: client.organization.id.clone(),
        region: region(),
        resource_type: ResourceType::Workspaces,
    }
}

pub(crate) fn change(kind: ChangeKind, record: WorkspaceRecord, tags: Tags) -> Change {
    let mut body = serde_json::to_value(&record).unwrap();
    body["tags"] = serde_json::to_value(&tags).unwrap();
    let body = body.to_string();
    let mut digest = [0; 16];
    digest.copy_from_slice(&sha2::Sha256::digest(body.as_bytes())[..16]);
    Change {
        id: record.workspace_id.clone(),
        kind,
        row: Some((Row::Workspace(Box::new(record), tags), Digest(digest), body)),
    }
}

impl Estate {
    /// Writes desktops as first seen at `at`.
    pub async fn seen(&self, client: &Client, at: &str, desktops: Vec<(WorkspaceRecord, Tags)>) {
        let changes = desktops
            .into_iter()
            .map(|(record, tags)| change(ChangeKind::Created, record, tags))
            .collect();
        self.apply(client, at, changes).await;
    }

    pub async fn apply(&self, client: &Client, at: &str, changes: Vec<Change>) {
        stock::apply(&self.db, &key(client), &JobId::new(), time(at), changes)
            .await
            .unwrap();
        stock::listed(&self.db, &key(client), time(at))
            .await
            .unwrap();
    }

    /// Two desktops for each client.
    pub async fn stocked(&self) {
        for (client, at) in [
            (&self.acme, "2026-11-19T08:00:00Z"),
            (&self.globex, "2026-11-20T08:00:00Z"),
        ] {
            let name = client.organization.name.to_lowercase();
            let rows = vec![
                (
                    desktop(&format!("ws-{name}1"), Some("ann"), "AVAILABLE"),
                    tags(&[("Team", "Sales")]),
                ),
                (
                    desktop(&format!("ws-{name}2"), Some("bob"), "STOPPED"),
                    tags(&[]),
                ),
            ];
            self.seen(client, at, rows).await;
        }
    }
}

pub(crate) fn scope_run(client: &Client, run: &JobId, status: ScopeStatus) -> ScopeRun {
    ScopeRun {
        run_id: run.clone(),
        account_id: client.account.id.clone(),
        account_name: client.account.name.clone(),
        organization_id: client.organization.id.clone(),
        region: Some(region()),
        resource_type: "workspaces".to_owned(),
        status,
        counts: ScopeCounts {
            calls_made: 4,
            rows_seen: 50,
            ..ScopeCounts::default()
        },
        started_at: Some(time("2026-11-20T10:00:00Z")),
        completed_at: Some(time("2026-11-20T10:00:05Z")),
        duration_ms: Some(5000),
        failure: None,
        note: None,
    }
}

pub(crate) fn filter() -> WorkspaceFilter {
    WorkspaceFilter::default()
}
