//! A small invented estate to ask about: three clients, written the way a sync writes.

use assistant::semantic::Values;
use domain::account::{Account, NewAccount};
use domain::directory::{BundleRecord, DirectoryRecord};
use domain::job::{JobPayload, NewJob};
use domain::organization::NewOrganization;
use domain::sync::{ScopeCounts, ScopeRun, ScopeStatus, SyncRequest};
use domain::workspace::{
    ConnectionRecord, ConnectionState, RunningMode, Tags, WorkspaceRecord, WorkspaceState,
};
use domain::{JobId, Region, Scope, UtcTime};
use store::stock::{self, Change, ChangeKind, Digest, ResourceType, Row, ScopeKey};
use store::{Db, StoreConfig};

pub struct Estate {
    _dir: tempfile::TempDir,
    pub db: Db,
    pub values: Values,
}

/// When all questions of these tests are asked.
pub fn now() -> UtcTime {
    "2026-11-24T18:00:00Z".parse().unwrap()
}

const CLIENTS: [(&str, &[(&str, &str)]); 4] = [
    (
        "Acme Corp",
        &[("acme-prod", "111122223333"), ("acme-dev", "111122224444")],
    ),
    ("Globex", &[("Globex main", "222233334444")]),
    ("Initech Ltd", &[("Initech Ltd", "333344445555")]),
    ("Empty Harbor", &[]),
];

const USERS: [&str; 12] = [
    "anna.becker",
    "ben.carter",
    "jdoe",
    "maria.lopez",
    "oscar.khan",
    "priya.ito",
    "tomas.diaz",
    "wei.chen",
    "zoe.evans",
    "liam.byrne",
    "nora.keller",
    "felix.marino",
];

fn region(at: usize) -> Region {
    ["eu-west-1", "us-east-1", "eu-central-1"][at % 3]
        .parse()
        .unwrap()
}

fn key(account: &Account, region: &Region, resource_type: ResourceType) -> ScopeKey {
    ScopeKey {
        account_id: account.id.clone(),
        organization_id: account.organization_id.clone(),
        region: region.clone(),
        resource_type,
    }
}

fn change(kind: ChangeKind, id: &str, row: Row, body: &serde_json::Value) -> Change {
    let mut digest = [0; 16];
    for (at, byte) in body.to_string().bytes().enumerate() {
        digest[at % 16] ^= byte.rotate_left((at / 16 % 8) as u32);
    }
    Change {
        id: id.to_owned(),
        kind,
        row: Some((row, Digest(digest), body.to_string())),
    }
}

fn desktop(n: usize) -> (WorkspaceRecord, Tags) {
    let states = [
        "AVAILABLE",
        "STOPPED",
        "AVAILABLE",
        "UNHEALTHY",
        "STOPPED",
        "ERROR",
        "STARTING",
    ];
    let types = ["STANDARD", "PERFORMANCE", "VALUE", "POWER", "GRAPHICS_G4DN"];
    let systems = [
        "WINDOWS_SERVER_2022",
        "WINDOWS_SERVER_2019",
        "AMAZON_LINUX_2",
        "UBUNTU_22_04",
    ];
    let manual = n.is_multiple_of(7);
    let record = WorkspaceRecord {
        workspace_id: format!("ws-{n:09x}"),
        directory_id: Some(format!("d-9{:09}", n % 3)),
        user_name: (!n.is_multiple_of(11)).then(|| USERS[n % USERS.len()].to_owned()),
        ip_address: Some(format!("10.0.{}.{}", n / 200, n % 200)),
        ipv6_address: None,
        state: WorkspaceState::from(states[n % states.len()]),
        bundle_id: Some(format!("wsb-bundle{}", n % 3)),
        subnet_id: Some("subnet-1a2b3c".into()),
        error_code: (n % 7 == 5).then(|| "UNREACHABLE".to_owned()),
        error_message: None,
        computer_name: Some(format!("PC{n:04}")),
        workspace_name: None,
        volume_encryption_key: None,
        user_volume_encrypted: Some(n.is_multiple_of(2)),
        root_volume_encrypted: Some(n.is_multiple_of(4)),
        running_mode: Some(if n.is_multiple_of(3) {
            RunningMode::AlwaysOn
        } else {
            RunningMode::AutoStop
        }),
        auto_stop_timeout_minutes: (!n.is_multiple_of(3)).then_some(60 * (1 + n as u32 % 2)),
        root_volume_gib: Some(80 + 95 * u32::from(n % 4 == 1)),
        user_volume_gib: Some([10, 50, 100, 200][n % 4]),
        compute_type: Some(types[n % types.len()].to_owned()),
        protocols: vec!["DCV".to_owned()],
        operating_system: Some(systems[[0, 0, 1, 2, 0, 3][n % 6]].to_owned()),
        modification_states: Vec::new(),
        related_workspaces: Vec::new(),
        standby_workspaces: Vec::new(),
        data_replication: None,
    };
    let mut tags = Tags::new();
    if !n.is_multiple_of(5) {
        tags.insert("Team".into(), ["Sales", "Legal", "Finance"][n % 3].into());
    }
    if n.is_multiple_of(2) {
        tags.insert("CostCenter".into(), format!("CC-{}", 100 + n % 4));
    }
    if manual {
        tags.insert("Environment".into(), "Production".into());
    }
    (record, tags)
}

pub async fn estate() -> Estate {
    let dir = tempfile::tempdir().unwrap();
    let db = Db::open(StoreConfig::new(dir.path().join("data"))).unwrap();
    let mut accounts = Vec::new();
    for (client, own) in CLIENTS {
        let new = NewOrganization {
            name: client.to_owned(),
        };
        let organization = store::organization::create(&db, new).await.unwrap();
        for (name, id) in own {
            let new = NewAccount {
                id: id.parse().unwrap(),
                organization_id: organization.id.clone(),
                name: Some((*name).to_owned()),
                role_arn: Some(
                    format!("arn:aws:iam::{id}:role/stocktake-read")
                        .parse()
                        .unwrap(),
                ),
                external_id: None,
                regions: vec![region(0), region(1)],
                endpoint_url: None,
            };
            accounts.push(store::account::create(&db, new).await.unwrap());
        }
    }
    stock_up(&db, &accounts).await;
    work(&db, &accounts).await;
    let values = Values::load(&db, &Scope::All).await.unwrap();
    Estate {
        _dir: dir,
        db,
        values,
    }
}

async fn stock_up(db: &Db, accounts: &[Account]) {
    let run = JobId::new();
    let mut n = 0;
    for (number, account) in accounts.iter().enumerate() {
        for place in 0..2 {
            let region = region(number + place);
            resources(db, account, &region, &run).await;
            let scope = key(account, &region, ResourceType::Workspaces);
            let mut connections = Vec::new();
            for batch in 0..3 {
                let at = now().plus_days(-(200 - 60 * batch) - number as i64);
                let mut changes = Vec::new();
                for _ in 0..7 - number {
                    n += 1;
                    let (record, tags) = desktop(n);
                    let mut body = serde_json::to_value(&record).unwrap();
                    body["tags"] = serde_json::to_value(&tags).unwrap();
                    connections.push(ConnectionRecord {
                        workspace_id: record.workspace_id.clone(),
                        state: ConnectionState::from(["CONNECTED", "DISCONNECTED"][n % 2]),
                        checked_at: Some(now()),
                        last_connected_at: (!n.is_multiple_of(5))
                            .then(|| now().plus_days(-((n * 7 % 150) as i64))),
                    });
                    let id = record.workspace_id.clone();
                    changes.push(change(
                        ChangeKind::Created,
                        &id,
                        Row::Workspace(Box::new(record), tags),
                        &body,
                    ));
                }
                stock::apply(db, &scope, &run, at, changes).await.unwrap();
            }
            gone(db, &scope, &run, n).await;
            stock::apply_connections(db, &scope, connections)
                .await
                .unwrap();
            stock::listed(db, &scope, now()).await.unwrap();
        }
    }
}

/// One desktop of each listing changes, one goes missing, one is deleted, one is terminated.
async fn gone(db: &Db, scope: &ScopeKey, run: &JobId, last: usize) {
    let (mut record, tags) = desktop(last);
    record.state = WorkspaceState::from("STOPPED");
    record.user_volume_gib = Some(500);
    let id = record.workspace_id.clone();
    let body = serde_json::to_value(&record).unwrap();
    let changed = change(
        ChangeKind::Changed,
        &id,
        Row::Workspace(Box::new(record), tags),
        &body,
    );
    stock::apply(db, scope, run, now().plus_days(-3), vec![changed])
        .await
        .unwrap();
    for (back, kind) in [
        (1, ChangeKind::Missing),
        (2, ChangeKind::Missing),
        (2, ChangeKind::Deleted),
    ] {
        let row = Change {
            id: format!("ws-{:09x}", last - back),
            kind,
            row: None,
        };
        stock::apply(db, scope, run, now().plus_days(-30), vec![row])
            .await
            .unwrap();
    }
}

async fn resources(db: &Db, account: &Account, region: &Region, run: &JobId) {
    for n in 0..3 {
        let directory = DirectoryRecord {
            directory_id: format!("d-9{n:09}"),
            alias: (n != 1).then(|| format!("corp-{n}")),
            directory_name: Some(format!("ad{n}.acme.example")),
            directory_type: Some(["SIMPLE_AD", "AD_CONNECTOR"][n % 2].into()),
            registration_code: None,
            state: Some("REGISTERED".into()),
            error_message: None,
            subnet_ids: Vec::new(),
            dns_ip_addresses: Vec::new(),
            customer_user_name: None,
            iam_role_id: None,
            workspace_security_group_id: None,
            ip_group_ids: Vec::new(),
            tenancy: None,
            workspace_type: None,
            properties: serde_json::Value::Null,
        };
        let body = serde_json::to_value(&directory).unwrap();
        let id = directory.directory_id.clone();
        let new = change(
            ChangeKind::Created,
            &id,
            Row::Directory(Box::new(directory)),
            &body,
        );
        let scope = key(account, region, ResourceType::Directories);
        stock::apply(db, &scope, run, now().plus_days(-220), vec![new])
            .await
            .unwrap();
        let bundle = BundleRecord {
            bundle_id: format!("wsb-bundle{n}"),
            name: Some(
                [
                    "Standard with Windows 10",
                    "Office Power",
                    "Graphics Design",
                ][n]
                    .into(),
            ),
            owner: Some(if n == 0 {
                "AMAZON".into()
            } else {
                account.id.to_string()
            }),
            description: None,
            image_id: None,
            compute_type: Some(["STANDARD", "POWER", "GRAPHICS_G4DN"][n].into()),
            root_volume_gib: Some(80),
            user_volume_gib: Some(50),
            bundle_type: None,
            state: None,
            created_at: None,
            updated_at: None,
        };
        let body = serde_json::to_value(&bundle).unwrap();
        let id = bundle.bundle_id.clone();
        let new = change(
            ChangeKind::Created,
            &id,
            Row::Bundle(Box::new(bundle)),
            &body,
        );
        let scope = key(account, region, ResourceType::Bundles);
        stock::apply(db, &scope, run, now().plus_days(-220), vec![new])
            .await
            .unwrap();
    }
}

/// Jobs, syncs and alerts.
async fn work(db: &Db, accounts: &[Account]) {
    for (n, account) in accounts.iter().enumerate() {
        let job = NewJob {
            payload: JobPayload::Sync(SyncRequest::default()),
            organization_id: Some(account.organization_id.clone()),
            trigger: ["schedule", "button", "cli"][n % 3].into(),
            requested_by: Some(["root", "ops.lead"][n % 2].into()),
        };
        let job = store::job::enqueue(db, job).await.unwrap();
        let test = NewJob {
            payload: JobPayload::AccountTest {
                account_id: account.id.clone(),
            },
            organization_id: Some(account.organization_id.clone()),
            trigger: "api".into(),
            requested_by: Some("root".into()),
        };
        store::job::enqueue(db, test).await.unwrap();
        for back in 0..4 {
            let status = [
                ScopeStatus::Complete,
                ScopeStatus::Failed,
                ScopeStatus::Partial,
            ][(n + back) % 3];
            let started = now().plus_days(-(back as i64 * 5)).plus_seconds(-600);
            let run = if back == 0 {
                job.id.clone()
            } else {
                JobId::new()
            };
            let scope = ScopeRun {
                run_id: run,
                account_id: account.id.clone(),
                account_name: account.name.clone(),
                organization_id: account.organization_id.clone(),
                region: Some(region(n)),
                resource_type: "workspaces".into(),
                status,
                counts: ScopeCounts {
                    calls_made: 4 + back as u64,
                    rows_seen: 50,
                    ..ScopeCounts::default()
                },
                started_at: Some(started),
                completed_at: Some(started.plus_seconds(5 + back as i64)),
                duration_ms: Some(5000 + back as u64 * 1000),
                failure: None,
                note: None,
            };
            store::sync::finish_scope(db, &scope).await.unwrap();
        }
        let organization = Some(&account.organization_id);
        store::alert::raise(
            db,
            "credentials",
            organization,
            Some(&account.id),
            None,
            "cannot assume the role",
        )
        .await
        .unwrap();
    }
}
