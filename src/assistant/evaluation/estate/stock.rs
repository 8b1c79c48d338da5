//! Fills one region of one account: directories, bundles, desktops with their history, written in
//! the order of time through the same functions a sync uses.

use std::collections::BTreeMap;

use domain::directory::{BundleRecord, DirectoryRecord};
use domain::workspace::{ConnectionRecord, Tags, WorkspaceRecord};
use domain::{AccountId, JobId, OrganizationId, Region, UtcTime};
use serde::Serialize;
use sha2::{Digest as _, Sha256};
use store::stock::{self, Change, ChangeKind, Digest, ResourceType, Row, ScopeKey};
use store::{Db, StoreError};

use super::desktop::{self, Life, Place};
use super::dice::Dice;
use super::names::{self, Account};
use super::{EstateError, Profile, time, work};

pub async fn fill(
    db: &Db,
    profile: &Profile,
    dice: &Dice,
    account: &Account,
    region: &str,
) -> Result<(), EstateError> {
    let mut dice = dice.fork(account.id).fork(region);
    let key = |resource_type| -> Result<ScopeKey, EstateError> {
        Ok(ScopeKey {
            account_id: account_id(account)?,
            organization_id: OrganizationId::from_text(work::client_id(account.client)),
            region: parsed::<Region>(region)?,
            resource_type,
        })
    };
    let (directories, usable) = directories(account, &mut dice);
    write(db, &key(ResourceType::Directories)?, directories).await?;
    if !profile.bare {
        write(
            db,
            &key(ResourceType::Bundles)?,
            bundles(account, region, &mut dice),
        )
        .await?;
    }
    let place = Place {
        account,
        region,
        directories: &usable,
        profile,
    };
    let lives = lives(&place, &mut dice);
    let key = key(ResourceType::Workspaces)?;
    let events = lives.iter().flat_map(|life| {
        life.events.iter().map(|event| {
            let change = match &event.row {
                Some((record, tags)) => desktop_change(event.kind, record, tags),
                None => Change {
                    id: life.id.clone(),
                    kind: event.kind,
                    row: None,
                },
            };
            (event.at, change)
        })
    });
    write(db, &key, events.collect()).await?;
    let connections: Vec<ConnectionRecord> = lives
        .iter()
        .filter_map(|life| life.connection.clone())
        .collect();
    stock::apply_connections(db, &key, connections).await?;
    let earlier = lives
        .into_iter()
        .filter_map(|life| Some((life.id, life.created_at?)));
    work::created_earlier(db, earlier.collect()).await?;
    Ok(())
}

pub fn account_id(account: &Account) -> Result<AccountId, EstateError> {
    parsed(account.id)
}

pub fn parsed<T: std::str::FromStr>(text: &str) -> Result<T, EstateError> {
    text.parse().map_err(|_| EstateError::Name(text.to_owned()))
}

fn lives(place: &Place<'_>, dice: &mut Dice) -> Vec<Life> {
    let (account, profile) = (place.account, place.profile);
    let full = if profile.ties { 32 } else { account.desktops };
    // The first region is the main one.
    let all = (full * profile.size).div_ceil(100);
    let here = if account.regions.len() == 1 {
        all
    } else if account.regions.first() == Some(&place.region) {
        all - all / 3
    } else {
        all / 3
    };
    let known = names::KNOWN
        .iter()
        .filter(|known| known.account == account.id && known.region == place.region)
        .map(Some);
    let others = (0..here).map(|_| None);
    known
        .chain(others)
        .zip(first_number(place)..)
        .map(|(known, number)| desktop::live(place, known, number, dice))
        .collect()
}

/// Desktops are numbered through an estate, so that names of computers are names.
fn first_number(place: &Place<'_>) -> u64 {
    let account = names::ACCOUNTS
        .iter()
        .position(|one| one.id == place.account.id);
    let region = place
        .account
        .regions
        .iter()
        .position(|one| *one == place.region);
    (account.unwrap_or(0) * 2 + region.unwrap_or(0)) as u64 * 100 + 1
}

/// Writes changes in the order of time, those of one moment in one batch.
async fn write(db: &Db, key: &ScopeKey, changes: Vec<(UtcTime, Change)>) -> Result<(), StoreError> {
    let mut moments: BTreeMap<UtcTime, Vec<Change>> = BTreeMap::new();
    for (at, change) in changes {
        moments.entry(at).or_default().push(change);
    }
    let run = JobId::from_text("run-of-the-past");
    for (at, changes) in moments {
        stock::apply(db, key, &run, at, changes).await?;
    }
    stock::listed(db, key, time::at(0, 5 * 3600)).await
}

fn desktop_change(kind: ChangeKind, record: &WorkspaceRecord, tags: &Tags) -> Change {
    let mut body = serde_json::to_value(record).unwrap_or_default();
    if let Some(fields) = body.as_object_mut() {
        // As a sync keeps it: states have a log of their own.
        for volatile in ["state", "error_code", "error_message"] {
            fields.remove(volatile);
        }
        fields.retain(|_, value| !value.is_null());
    }
    body["tags"] = serde_json::to_value(tags).unwrap_or_default();
    Change {
        id: record.workspace_id.clone(),
        kind,
        row: Some(with_digest(
            Row::Workspace(Box::new(record.clone()), tags.clone()),
            &body,
        )),
    }
}

fn with_digest(row: Row, body: &impl Serialize) -> (Row, Digest, String) {
    let body = serde_json::to_string(body).unwrap_or_default();
    let mut digest = [0; 16];
    digest.copy_from_slice(&Sha256::digest(body.as_bytes())[..16]);
    (row, Digest(digest), body)
}

/// Directories as changes, and the ids of those that desktops use: one in three stands empty.
fn directories(account: &Account, dice: &mut Dice) -> (Vec<(UtcTime, Change)>, Vec<String>) {
    let slug = names::CLIENTS[account.client].slug;
    let mut changes = Vec::new();
    let mut usable = Vec::new();
    for number in 0..3 {
        let id = format!("d-9067{}", dice.id(6));
        let (alias, name, kind) = match number {
            0 => (
                Some(format!("{slug}-corp")),
                format!("corp.{slug}.example"),
                "MICROSOFT_AD",
            ),
            1 => (None, format!("ad.{slug}.example"), "AD_CONNECTOR"),
            _ => (
                Some(format!("{slug}-old")),
                format!("old.{slug}.example"),
                "SIMPLE_AD",
            ),
        };
        let state = match number {
            2 if dice.percent(50) => "DEREGISTERING",
            1 if dice.percent(20) => "ERROR",
            _ => "REGISTERED",
        };
        let record = DirectoryRecord {
            directory_id: id.clone(),
            alias,
            directory_name: Some(name),
            directory_type: Some(kind.to_owned()),
            registration_code: None,
            state: Some(state.to_owned()),
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
        if number < 2 {
            usable.push(id.clone());
        }
        let seen = time::ago(dice, 720, 160);
        let row = with_digest(Row::Directory(Box::new(record.clone())), &record);
        changes.push((seen, created(&id, row)));
        if number == 2 && dice.percent(30) {
            changes.push((time::ago(dice, 88, 4), missing(&id)));
        }
    }
    (changes, usable)
}

fn bundles(account: &Account, region: &str, dice: &mut Dice) -> Vec<(UtcTime, Change)> {
    let mut changes = Vec::new();
    for bundle in names::BUNDLES {
        if bundle.owner.is_some_and(|owner| owner != account.id) || dice.percent(8) {
            continue;
        }
        let id = desktop::bundle_id(bundle, region);
        let record = BundleRecord {
            bundle_id: id.clone(),
            name: Some(bundle.name.to_owned()),
            owner: Some(bundle.owner.unwrap_or("AMAZON").to_owned()),
            description: None,
            image_id: None,
            compute_type: Some(bundle.compute.to_owned()),
            root_volume_gib: Some(bundle.root),
            user_volume_gib: Some(bundle.user),
            bundle_type: None,
            state: None,
            created_at: None,
            updated_at: None,
        };
        let row = with_digest(Row::Bundle(Box::new(record.clone())), &record);
        changes.push((time::ago(dice, 720, 4), created(&id, row)));
    }
    changes
}

fn created(id: &str, row: (Row, Digest, String)) -> Change {
    Change {
        id: id.to_owned(),
        kind: ChangeKind::Created,
        row: Some(row),
    }
}

fn missing(id: &str) -> Change {
    Change {
        id: id.to_owned(),
        kind: ChangeKind::Missing,
        row: None,
    }
}
