//! What is over for long and is cleared away: ended jobs, what their scopes did, closed alerts,
//! the log of states, old questions, events of CloudTrail. What a row of stock is worth, its versions, stays; so does the audit log.

use domain::{AccountId, UtcTime};

use crate::billing;
use crate::conn::Conn;
use crate::db::Db;
use crate::error::StoreError;
use crate::value::ToValue;

/// Rows per write, so that other writes get their turn in between.
const BATCH: usize = 5_000;

/// Runs of one account per write; each has at most a few dozen scopes.
const RUNS: usize = 50;

/// How long the log of states is kept.
const STATE_DAYS: i64 = 365;

/// How long events of CloudTrail are kept, which itself keeps them for 90 days.
const EVENT_DAYS: i64 = 400;

/// How long what a desktop cost is kept by day, and by month from then on.
const COST_DAYS: i64 = 93;

/// How many rows were cleared away.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Pruned {
    pub scope_runs: u64,
    pub jobs: u64,
    pub alerts: u64,
    pub state_changes: u64,
    pub questions: u64,
    pub events: u64,
    /// Lines of desktops' costs that were added up.
    pub cost_lines: u64,
}

/// Clears away what ended more than `days` before `now`. Of each account stay the newest run of
/// every scope and its newest complete run; a job stays as long as something of its run does.
pub async fn prune(db: &Db, now: UtcTime, days: i64) -> Result<Pruned, StoreError> {
    let before = now.plus_days(-days);
    let mut pruned = Pruned::default();
    let accounts = db
        .read(|conn| {
            conn.query("SELECT account_id FROM account", &[], |row| {
                row.get::<AccountId>(0)
            })
        })
        .await?;
    for account in accounts {
        pruned.scope_runs += scope_runs(db, &account, before).await?;
    }
    pruned.jobs = by_key(
        db,
        "SELECT job_id FROM job j
         WHERE j.state NOT IN ('queued', 'running') AND j.finished_at < $1
           AND NOT EXISTS (SELECT 1 FROM sync_scope_run r WHERE r.run_id = j.job_id)
         LIMIT $2",
        "DELETE FROM job WHERE job_id = $1",
        before,
    )
    .await?;
    pruned.alerts = by_key(
        db,
        "SELECT alert_id FROM alert WHERE closed_at < $1 LIMIT $2",
        "DELETE FROM alert WHERE alert_id = $1",
        before,
    )
    .await?;
    pruned.state_changes = by_key(
        db,
        "SELECT workspace_id, account_id, region, changed_at, to_state
         FROM workspace_state_change WHERE changed_at < $1 LIMIT $2",
        "DELETE FROM workspace_state_change WHERE workspace_id = $1 AND account_id = $2
           AND region = $3 AND changed_at = $4 AND to_state = $5",
        now.plus_days(-STATE_DAYS),
    )
    .await?;
    pruned.questions = by_key(
        db,
        "SELECT question_id FROM question WHERE asked_at < $1 LIMIT $2",
        "DELETE FROM question WHERE question_id = $1",
        before,
    )
    .await?;
    pruned.events = by_key(
        db,
        "SELECT account_id, event_id FROM trail_event WHERE event_time < $1 LIMIT $2",
        "DELETE FROM trail_event WHERE account_id = $1 AND event_id = $2",
        now.plus_days(-EVENT_DAYS),
    )
    .await?;
    pruned.cost_lines = billing::fold(db, now.plus_days(-COST_DAYS)).await?;
    Ok(pruned)
}

/// An account's part of a run goes as a whole: without its failed scopes it would look complete.
async fn scope_runs(db: &Db, account: &AccountId, before: UtcTime) -> Result<u64, StoreError> {
    let key = account.clone();
    let old = db.read(move |conn| old_runs(conn, &key, before)).await?;
    let mut gone = 0;
    for runs in old.chunks(RUNS) {
        let (key, runs) = (account.clone(), runs.to_vec());
        gone += db
            .write(move |conn| {
                let mut gone = 0;
                for run in &runs {
                    gone += conn.execute(
                        "DELETE FROM sync_scope_run WHERE run_id = $1 AND account_id = $2",
                        &[run, &key],
                    )?;
                }
                conn.changed("sync_history");
                Ok(gone as u64)
            })
            .await?;
    }
    Ok(gone)
}

fn old_runs(conn: &Conn, account: &AccountId, before: UtcTime) -> Result<Vec<String>, StoreError> {
    // Without an end it still goes on.
    conn.query(
        "SELECT r.run_id FROM sync_scope_run r WHERE r.account_id = $1
           AND r.run_id NOT IN (SELECT max(n.run_id) FROM sync_scope_run n
             WHERE n.account_id = $1 GROUP BY n.region, n.resource_type)
           AND r.run_id <> coalesce((SELECT c.run_id FROM sync_scope_run c
             WHERE c.account_id = $1 GROUP BY c.run_id
             HAVING sum(CASE WHEN c.status = 'complete' THEN 0 ELSE 1 END) = 0
             ORDER BY c.run_id DESC LIMIT 1), '')
         GROUP BY r.run_id
         HAVING count(r.completed_at) = count(*) AND max(r.completed_at) < $2",
        &[account, &before],
        |row| row.get(0),
    )
}

/// Reads keys of old rows and deletes by them, a batch at a time. Looking for them is a read, which
/// keeps no write waiting.
async fn by_key(
    db: &Db,
    find: &'static str,
    delete: &'static str,
    before: UtcTime,
) -> Result<u64, StoreError> {
    let mut gone = 0;
    loop {
        let keys: Vec<Vec<String>> = db
            .read(move |conn| {
                conn.query(find, &[&before, &(BATCH as u64)], |row| {
                    (0..row.width()).map(|index| row.get(index)).collect()
                })
            })
            .await?;
        let found = keys.len();
        if found > 0 {
            gone += db
                .write(move |conn| delete_all(conn, delete, &keys))
                .await?;
        }
        if found < BATCH {
            return Ok(gone);
        }
    }
}

fn delete_all(conn: &Conn, delete: &str, keys: &[Vec<String>]) -> Result<u64, StoreError> {
    let mut gone = 0;
    for key in keys {
        let values: Vec<&dyn ToValue> = key.iter().map(|part| part as &dyn ToValue).collect();
        gone += conn.execute(delete, &values)?;
    }
    conn.changed("sync_history");
    Ok(gone as u64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{Client, Estate, change, desktop, estate, scope_run, tags, time};
    use crate::stock::ChangeKind;
    use crate::{alert, job, sync, workspace};
    use domain::job::{JobPayload, JobState, NewJob};
    use domain::sync::{ScopeStatus, SyncRequest};
    use domain::{JobId, Scope};

    /// A run with one scope of each status, ended at `at`.
    async fn run(db: &Db, client: &Client, at: &str, scopes: &[(&str, ScopeStatus)]) -> JobId {
        let new = NewJob {
            payload: JobPayload::Sync(SyncRequest::default()),
            organization_id: None,
            trigger: "schedule".into(),
            requested_by: None,
        };
        let id = job::enqueue(db, new).await.unwrap().id;
        job::lease_next(db, "w", &["sync"], 60).await.unwrap();
        for (resource_type, status) in scopes {
            let mut scope = scope_run(client, &id, *status);
            scope.resource_type = (*resource_type).to_owned();
            scope.completed_at = Some(time(at));
            sync::finish_scope(db, &scope).await.unwrap();
        }
        job::finish(db, &id, "w", JobState::Succeeded, None, None)
            .await
            .unwrap();
        let (key, at) = (id.clone(), time(at));
        db.write(move |conn| {
            conn.execute(
                "UPDATE job SET finished_at = $2 WHERE job_id = $1",
                &[&key, &at],
            )
        })
        .await
        .unwrap();
        id
    }

    #[tokio::test]
    async fn old_runs_go_but_what_tells_how_an_account_is() {
        use ScopeStatus::{Complete, Failed};
        let Estate {
            db, acme, globex, ..
        } = &estate().await;
        let gone = run(
            db,
            acme,
            "2026-01-01T00:00:00Z",
            &[("workspaces", Complete)],
        )
        .await;
        let whole = run(
            db,
            acme,
            "2026-01-02T00:00:00Z",
            &[("workspaces", Complete)],
        )
        .await;
        let newest_bundles = [("workspaces", Failed), ("bundles", Complete)];
        let bundles = run(db, acme, "2026-01-03T00:00:00Z", &newest_bundles).await;
        let newest = run(db, acme, "2026-01-04T00:00:00Z", &[("workspaces", Failed)]).await;
        let other = run(
            db,
            globex,
            "2026-01-01T00:00:00Z",
            &[("workspaces", Failed)],
        )
        .await;
        let recent = run(
            db,
            globex,
            "2026-06-01T00:00:00Z",
            &[("workspaces", Failed)],
        )
        .await;

        let now = time("2026-06-02T00:00:00Z");
        let pruned = prune(db, now, 90).await.unwrap();
        assert_eq!((pruned.scope_runs, pruned.jobs), (2, 2));
        for (id, stays) in [
            (&gone, false),
            (&whole, true),
            (&bundles, true),
            (&newest, true),
            (&other, false),
            (&recent, true),
        ] {
            let found = job::find(db, &Scope::All, id).await.unwrap();
            assert_eq!(found.is_some(), stays);
            let scopes = sync::scopes(db, &Scope::All, id).await.unwrap();
            assert_eq!(!scopes.is_empty(), stays);
        }
        assert_eq!(prune(db, now, 90).await.unwrap(), Pruned::default());
    }

    #[tokio::test]
    async fn old_alerts_and_states_go_and_versions_stay() {
        let estate = estate().await;
        let Estate { db, acme, .. } = &estate;
        for (at, state) in [
            ("2024-01-01T00:00:00Z", "STOPPED"),
            ("2026-01-01T00:00:00Z", "AVAILABLE"),
        ] {
            let changed = change(
                ChangeKind::Changed,
                desktop("ws-1", Some("ann"), state),
                tags(&[]),
            );
            estate.apply(acme, at, vec![changed]).await;
        }
        let account = Some(&acme.account.id);
        for kind in ["closed", "open"] {
            alert::raise(db, kind, None, account, None, "x")
                .await
                .unwrap();
        }
        alert::close(db, "closed", &acme.account.id, None)
            .await
            .unwrap();
        let now = UtcTime::now().plus_days(2);
        let pruned = prune(db, now, 1).await.unwrap();
        assert_eq!((pruned.alerts, pruned.state_changes), (1, 1));
        let open = alert::list_open(db, &Scope::All).await.unwrap();
        assert_eq!(open.len(), 1);
        let kept = workspace::find(db, &Scope::All, "ws-1").await.unwrap();
        let kept = kept.unwrap();
        assert_eq!((kept.versions.len(), kept.state_changes.len()), (2, 1));
    }

    #[tokio::test]
    async fn more_than_a_batch_goes() {
        let Estate { db, .. } = &estate().await;
        let many = BATCH as i64 + 7;
        db.write(move |conn| {
            conn.execute(
                "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < $1)
                 INSERT INTO alert (alert_id, kind, message, raised_at, last_seen_at, closed_at)
                 SELECT 'a' || i, 'x', 'x', '2026-01-01T00:00:00Z', '2026-01-01T00:00:00Z',
                   '2026-01-01T00:00:00Z' FROM n",
                &[&many],
            )
        })
        .await
        .unwrap();
        let pruned = prune(db, time("2026-06-01T00:00:00Z"), 90).await.unwrap();
        assert_eq!(pruned.alerts, BATCH as u64 + 7);
    }
}
