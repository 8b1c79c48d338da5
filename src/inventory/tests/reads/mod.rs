//! What a sync reads besides the inventory, against a simulator whose clock is moved on by hand.

mod costs;
mod events;

use std::time::Duration;

use domain::UtcTime;
use domain::job::{JobPayload, NewJob};
use domain::sync::{Extra, ScopeRun, SyncRequest};
use domain::{AccountId, Scope};
use inventory::{Clock, Inventory};
use simulator::SimulatorConfig;
use tokio_util::sync::CancellationToken;

use crate::{Estate, frozen};

const START: &str = "2026-11-20T10:00:00Z";

/// One account, a sync that takes the simulator's time for its own, and what it reads.
pub struct World {
    pub estate: Estate,
    pub account: AccountId,
    pub now: UtcTime,
    extras: Vec<Extra>,
}

impl World {
    pub async fn new(extras: &[Extra], desktops: usize) -> Self {
        Self::with(
            extras,
            SimulatorConfig {
                accounts: 1,
                desktops,
                ..frozen()
            },
        )
        .await
    }

    pub async fn with(extras: &[Extra], config: SimulatorConfig) -> Self {
        let now: UtcTime = START.parse().unwrap();
        let config = SimulatorConfig {
            clock_start: Some(now.timestamp()),
            ..config
        };
        let mut estate = Estate::with(config).await;
        estate.inventory.clock = Clock::At(now);
        let account = estate.biggest().0.parse().unwrap();
        Self {
            estate,
            account,
            now,
            extras: extras.to_vec(),
        }
    }

    pub fn advance(&mut self, hours: i64) {
        self.estate
            .simulator
            .advance(Duration::from_secs(u64::try_from(hours * 3600).unwrap()));
        self.now = self.now.plus_seconds(hours * 3600);
        self.estate.inventory.clock = Clock::At(self.now);
    }

    pub fn inventory(&self) -> &Inventory {
        &self.estate.inventory
    }

    /// One run; the scope of what is read besides.
    pub async fn run(&self) -> ScopeRun {
        self.run_until(&CancellationToken::new()).await
    }

    pub async fn run_until(&self, stop: &CancellationToken) -> ScopeRun {
        let request = SyncRequest {
            with: self.extras.clone(),
            ..SyncRequest::default()
        };
        let job = NewJob {
            payload: JobPayload::Sync(request.clone()),
            organization_id: None,
            trigger: "api".to_owned(),
            requested_by: None,
        };
        let db = &self.inventory().db;
        let run = store::job::enqueue(db, job).await.unwrap().id;
        self.inventory()
            .sync(&run, &request, stop, &|_| {})
            .await
            .unwrap();
        store::job::request_cancel(db, &Scope::All, &run)
            .await
            .unwrap();
        let scopes = store::sync::scopes(db, &Scope::All, &run).await.unwrap();
        let wanted = self.extras[0].as_str();
        scopes
            .into_iter()
            .find(|scope| scope.resource_type == wanted)
            .unwrap()
    }

    pub fn calls(&self, operation: &str) -> u64 {
        self.estate
            .simulator
            .calls()
            .get(operation)
            .copied()
            .unwrap_or(0)
    }

    /// A number of the whole database.
    pub async fn number(&self, sql: &'static str) -> i64 {
        self.inventory()
            .db
            .read(move |conn| conn.query_one(sql, &[], |row| row.get(0)))
            .await
            .unwrap()
    }
}
