//! The rows whose times the store takes from the clock: clients, accounts, alerts, jobs and sync
//! runs. Measuring needs them on fixed days, so they are written here as they stand in the tables.

use domain::UtcTime;
use store::{Db, Json, StoreError};

use super::dice::Dice;
use super::names::{self, ACCOUNTS, Account, CLIENTS};
use super::stock::account_id;
use super::{EstateError, Profile, time};

/// The collectors, in the order of a run.
const RESOURCES: &[&str] = &[
    "directories",
    "tags",
    "workspaces",
    "connection_status",
    "bundles",
];

/// Days ago and seconds after midnight of each sync run: the first is the newest. Two stand at the
/// border of a month.
const RUNS: &[(i64, i64)] = &[
    (0, 18_000),
    (0, 3_600),
    (1, 18_000),
    (1, 64_800),
    (4, 18_000),
    (6, 18_000),
    (8, 18_000),
    (9, 50_400),
    (11, 18_000),
    (13, 18_000),
    (16, 18_000),
    (23, 0),
    (24, 86_399),
    (40, 18_000),
    (54, 0),
    (70, 18_000),
];

/// The id of a client, the same in every database, so that a query that names it runs on all.
pub fn client_id(client: usize) -> String {
    format!("01990000-0000-7000-8000-{client:012}")
}

pub async fn clients(db: &Db, dice: &Dice) -> Result<(), EstateError> {
    let mut dice = dice.fork("clients");
    let clients: Vec<_> = (0..CLIENTS.len())
        .map(|client| (client, time::ago(&mut dice, 720, 401)))
        .collect();
    let accounts = ACCOUNTS
        .iter()
        .map(|account| Ok((account_id(account)?, account, time::ago(&mut dice, 390, 4))))
        .collect::<Result<Vec<_>, EstateError>>()?;
    db.write(move |conn| {
        for (client, at) in clients {
            conn.execute(
                "INSERT INTO organization (organization_id, name, created_at) VALUES ($1, $2, $3)",
                &[&client_id(client), &CLIENTS[client].name, &at],
            )?;
        }
        for (id, account, at) in accounts {
            conn.execute(
                "INSERT INTO account (account_id, organization_id, name, role_arn, regions, enabled, created_at)
                 VALUES ($1, $2, $3, $4, $5, $6, $7)",
                &[
                    &id,
                    &client_id(account.client),
                    &account.name,
                    &format!("arn:aws:iam::{id}:role/stocktake-read"),
                    &Json(account.regions),
                    &account.enabled,
                    &at,
                ],
            )?;
        }
        Ok(())
    })
    .await?;
    Ok(())
}

/// Gives desktops the creation time that an audit trail told.
pub async fn created_earlier(db: &Db, times: Vec<(String, UtcTime)>) -> Result<(), StoreError> {
    db.write(move |conn| {
        for (id, at) in times {
            conn.execute(
                "UPDATE workspace SET created_at = $2, created_at_source = 'cloudtrail'
                 WHERE workspace_id = $1 AND first_seen_at > $2",
                &[&id, &at],
            )?;
        }
        Ok(())
    })
    .await
}

/// One row of `sync_scope_run`.
struct ScopeRow {
    run: String,
    account: &'static str,
    region: &'static str,
    resource: &'static str,
    status: &'static str,
    /// Calls made; rows seen, new, changed, missing, deleted; versions written.
    counts: [i64; 7],
    started_at: Option<UtcTime>,
    completed_at: Option<UtcTime>,
    error: Option<(&'static str, &'static str)>,
}

/// One row of `job`.
struct JobRow {
    id: String,
    kind: &'static str,
    state: &'static str,
    client: Option<usize>,
    cause: &'static str,
    requested_by: Option<&'static str>,
    created_at: UtcTime,
    started_at: Option<UtcTime>,
    finished_at: Option<UtcTime>,
    progress: (i64, i64),
    error: Option<&'static str>,
    attempts: i64,
}

pub async fn runs(db: &Db, profile: &Profile, dice: &Dice) -> Result<(), EstateError> {
    let mut scopes = Vec::new();
    let mut jobs = Vec::new();
    let mut chance = dice.fork("runs");
    for (number, (days, second)) in RUNS.iter().enumerate() {
        let at = time::at(*days, *second);
        let run = format!("0199{:04}-0000-7000-8000-00000000000a", RUNS.len() - number);
        let before = scopes.len();
        for account in ACCOUNTS
            .iter()
            .filter(|account| account.enabled || (6..11).contains(&number))
        {
            scopes_of(account, &run, number, at, &mut chance, &mut scopes);
        }
        jobs.push(sync_job(run, number, at, &scopes[before..], &mut chance));
    }
    other_jobs(&mut dice.fork("jobs"), &mut jobs);
    write_scopes(db, scopes).await?;
    write_jobs(db, jobs).await?;
    super::alerts::write(db, profile, dice).await
}

fn scopes_of(
    account: &Account,
    run: &str,
    number: usize,
    at: UtcTime,
    chance: &mut Dice,
    into: &mut Vec<ScopeRow>,
) {
    // Every second run goes smoothly.
    let rough = number % 2 == 1;
    let unreachable = !account.enabled || (rough && chance.percent(8));
    for region in account.regions {
        for resource in RESOURCES {
            let (status, error) = match if rough { chance.below(50) } else { 50 } {
                _ if unreachable && *resource == "directories" => (
                    "failed",
                    Some(("AccessDenied", "not authorized to perform sts:AssumeRole")),
                ),
                _ if unreachable => ("skipped", None),
                0..4 => ("failed", Some(("ThrottlingException", "Rate exceeded"))),
                4..6 => ("failed", Some(("InternalServerError", "try again"))),
                6..10 => ("partial", Some(("ThrottlingException", "Rate exceeded"))),
                10..12 => ("interrupted", None),
                _ if number == 0
                    && account.id == "106000000001"
                    && *resource == "connection_status" =>
                {
                    ("running", None)
                }
                _ if number == 0 && account.id == "106000000001" && *resource == "bundles" => {
                    ("waiting", None)
                }
                _ => ("complete", None),
            };
            let read = matches!(status, "complete" | "partial");
            let mut count = |most: i64| if read { chance.between(0, most) } else { 0 };
            let counts = [
                count(30) + 1,
                count(60),
                count(3),
                count(5),
                count(2),
                count(1),
                count(6),
            ];
            let started = (status != "waiting").then(|| at.plus_seconds(chance.between(1, 90)));
            let ended = started
                .filter(|_| status != "running")
                .map(|start| start.plus_seconds(chance.between(0, 75)));
            into.push(ScopeRow {
                run: run.to_owned(),
                account: account.id,
                region,
                resource,
                status,
                counts,
                started_at: started,
                completed_at: ended,
                error,
            });
        }
    }
}

fn sync_job(
    id: String,
    number: usize,
    at: UtcTime,
    scopes: &[ScopeRow],
    chance: &mut Dice,
) -> JobRow {
    let is = |status: &str| scopes.iter().filter(|scope| scope.status == status).count();
    let ended = scopes.iter().filter_map(|scope| scope.completed_at).max();
    let (state, error) = match number {
        0 => ("running", None),
        1 => ("failed", Some("the disk is full")),
        9 => ("cancelled", None),
        _ if is("failed") + is("partial") > 0 => ("partial", Some("some scopes failed")),
        _ => ("succeeded", None),
    };
    let by_hand = chance.percent(40);
    JobRow {
        id,
        kind: "sync",
        state,
        client: None,
        cause: if by_hand {
            chance.of(&["button", "cli", "api"])
        } else {
            "schedule"
        },
        requested_by: by_hand.then(|| chance.of(names::TECHNICIANS)),
        created_at: at,
        started_at: Some(at.plus_seconds(1)),
        finished_at: ended.filter(|_| state != "running"),
        progress: (
            i64::try_from(scopes.len() - is("waiting")).unwrap_or(0),
            i64::try_from(scopes.len()).unwrap_or(0),
        ),
        error,
        attempts: chance.between(1, 2),
    }
}

fn other_jobs(chance: &mut Dice, into: &mut Vec<JobRow>) {
    const STATES: &[(u64, &str)] = &[
        (50, "succeeded"),
        (20, "failed"),
        (10, "partial"),
        (12, "cancelled"),
        (8, "queued"),
    ];
    for number in 0..34 {
        let kind = if number % 3 == 0 {
            "account_discover"
        } else {
            "account_test"
        };
        let state = match number {
            0 => "running",
            1 => "queued",
            4 | 5 => "failed",
            _ => chance.weighted(STATES),
        };
        let created_at = match number {
            0 | 1 => time::at(0, 40_000),
            2 | 3 => time::border(chance),
            4 | 5 => time::at(number - 4, 30_000),
            _ => time::ago(chance, 120, 0),
        };
        let started_at =
            (state != "queued").then(|| created_at.plus_seconds(chance.between(1, 400)));
        let finished_at = started_at
            .filter(|_| state != "running")
            .map(|start| start.plus_seconds(chance.between(2, 900)));
        into.push(JobRow {
            id: format!("01980000-0000-7000-8000-{number:012}"),
            kind,
            state,
            client: chance
                .percent(80)
                .then(|| usize::try_from(chance.below(7)).unwrap_or(0)),
            cause: chance.of(&["button", "button", "cli", "api"]),
            requested_by: (!chance.percent(10)).then(|| chance.of(names::TECHNICIANS)),
            created_at,
            started_at,
            finished_at,
            progress: if state == "succeeded" {
                (9, 9)
            } else {
                (chance.between(0, 8), 9)
            },
            error: (state == "failed").then(|| {
                chance.of(&["AccessDenied: sts:AssumeRole", "the network is unreachable"])
            }),
            attempts: if state == "queued" {
                0
            } else {
                chance.between(1, 3)
            },
        });
    }
}

async fn write_scopes(db: &Db, rows: Vec<ScopeRow>) -> Result<(), StoreError> {
    db.write(move |conn| {
        for row in &rows {
            let duration = row
                .started_at
                .zip(row.completed_at)
                .map(|(from, to)| to.seconds_since(from) * 1000 + 137);
            let [calls, seen, new, changed, missing, deleted, versions] = row.counts;
            conn.execute(
                "INSERT INTO sync_scope_run (run_id, account_id, region, resource_type, status, calls_made,
                   rows_seen, rows_new, rows_changed, rows_missing, rows_deleted, versions_written,
                   started_at, completed_at, duration_ms, error_code, error_message)
                 VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)",
                &[
                    &row.run,
                    &row.account,
                    &row.region,
                    &row.resource,
                    &row.status,
                    &calls,
                    &seen,
                    &new,
                    &changed,
                    &missing,
                    &deleted,
                    &versions,
                    &row.started_at,
                    &row.completed_at,
                    &duration,
                    &row.error.map(|(code, _)| code),
                    &row.error.map(|(_, message)| message),
                ],
            )?;
        }
        Ok(())
    })
    .await
}

async fn write_jobs(db: &Db, rows: Vec<JobRow>) -> Result<(), StoreError> {
    db.write(move |conn| {
        for row in &rows {
            conn.execute(
                "INSERT INTO job (job_id, kind, payload, state, organization_id, cause, requested_by, created_at,
                   started_at, finished_at, progress_done, progress_total, error, attempts)
                 VALUES ($1, $2, '{}', $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
                &[
                    &row.id,
                    &row.kind,
                    &row.state,
                    &row.client.map(client_id),
                    &row.cause,
                    &row.requested_by,
                    &row.created_at,
                    &row.started_at,
                    &row.finished_at,
                    &row.progress.0,
                    &row.progress.1,
                    &row.error,
                    &row.attempts,
                ],
            )?;
        }
        Ok(())
    })
    .await
}
