//! The simulator as others hold it: a cheap handle on the world, and the HTTP server that speaks for it.

use std::collections::BTreeMap;
use std::io;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use actix_web::dev::ServerHandle;
use actix_web::web::{Data, PayloadConfig, to};
use actix_web::{App, HttpServer};
use tokio::task::JoinHandle;

use crate::clock;
use crate::config::SimulatorConfig;
use crate::dice::{hash, mix, unit};
use crate::faults::FaultHandle;
use crate::generate;
use crate::sessions::Sessions;
use crate::throttle::Throttle;
use crate::wire::handler::handle;
use crate::world::{SimAccount, World};

/// Requests of the simulated operations are small; 25 CreateWorkspaces with all tags stay well below.
const MAX_BODY_BYTES: usize = 1 << 20;

/// A simulated AWS. Clones share the world.
#[derive(Clone, Debug)]
pub struct Simulator(Arc<Parts>);

#[derive(Debug)]
pub(crate) struct Parts {
    pub config: SimulatorConfig,
    pub world: World,
    pub sessions: Sessions,
    pub faults: FaultHandle,
    pub throttle: Option<Throttle>,
    /// CloudTrail's own limit.
    pub trail_throttle: Option<Throttle>,
    /// By account and operation; calls nobody could be found for are under the empty account.
    calls: Mutex<BTreeMap<(String, &'static str), u64>>,
    rolls: AtomicU64,
}

impl Parts {
    pub fn count(&self, account: &str, operation: &'static str) {
        let mut calls = self.calls.lock().unwrap_or_else(PoisonError::into_inner);
        *calls.entry((account.to_owned(), operation)).or_insert(0) += 1;
    }

    pub fn shows_resource_costs(&self, account: &str) -> bool {
        let by_seed = || mix(hash(account), 0x0721).is_multiple_of(2);
        self.config.resource_costs.unwrap_or_else(by_seed)
    }

    /// True with this probability. The sequence is fixed by the seed; which call draws which number is not.
    pub fn roll(&self, probability: f64) -> bool {
        if probability <= 0.0 {
            return false;
        }
        let n = self.rolls.fetch_add(1, Ordering::Relaxed);
        unit(mix(self.config.seed ^ 0xFA17, n)) < probability
    }
}

impl Simulator {
    pub fn new(mut config: SimulatorConfig) -> Self {
        let world = generate::world(&config);
        Self(Arc::new(Parts {
            faults: FaultHandle::new(std::mem::take(&mut config.faults)),
            throttle: config
                .throttle_rate
                .filter(|rate| *rate > 0.0)
                .map(Throttle::new),
            trail_throttle: config
                .trail_rate
                .filter(|rate| *rate > 0.0)
                .map(Throttle::new),
            world,
            sessions: Sessions::default(),
            calls: Mutex::default(),
            rolls: AtomicU64::new(0),
            config,
        }))
    }

    /// Listens until stopped. Works inside any tokio runtime; port 0 picks a free port.
    pub async fn serve(&self, listen: SocketAddr) -> io::Result<Running> {
        let simulator = Data::new(self.clone());
        let server = HttpServer::new(move || {
            App::new()
                .app_data(simulator.clone())
                .app_data(PayloadConfig::new(MAX_BODY_BYTES))
                .default_service(to(handle))
        })
        .workers(2)
        .disable_signals()
        .keep_alive(Duration::from_secs(75))
        .shutdown_timeout(1)
        .bind(listen)?;
        let addr = server
            .addrs()
            .first()
            .copied()
            .ok_or_else(|| io::Error::other("no address was bound"))?;
        let server = server.run();
        let handle = server.handle();
        Ok(Running {
            addr,
            handle,
            task: tokio::spawn(server),
        })
    }

    /// The client accounts, ordered by id. The management account is not among them.
    pub fn accounts(&self) -> Vec<SimAccount> {
        self.0
            .world
            .accounts
            .values()
            .map(|account| account.about.clone())
            .collect()
    }

    /// The account every static key belongs to.
    pub fn management(&self) -> SimAccount {
        self.0.world.management.clone()
    }

    /// Calls received so far, refused ones included, by operation.
    pub fn calls(&self) -> BTreeMap<String, u64> {
        self.sum_calls(|_| true)
    }

    /// The same for one account's credentials.
    pub fn calls_by(&self, account: &str) -> BTreeMap<String, u64> {
        self.sum_calls(|id| id == account)
    }

    pub fn faults(&self) -> FaultHandle {
        self.0.faults.clone()
    }

    /// Regions in which the account has desktops or directories.
    pub fn regions(&self, account: &str) -> Vec<String> {
        let sites = self
            .0
            .world
            .accounts
            .get(account)
            .map(|account| account.sites.keys());
        let mut regions: Vec<String> = sites
            .into_iter()
            .flatten()
            .map(ToString::to_string)
            .collect();
        regions.sort();
        regions
    }

    /// Ids of the account's desktops in the region, sorted, without those whose termination is over.
    pub fn desktops(&self, account: &str, region: &str) -> Vec<String> {
        let Some(mut site) = self.0.world.site(account, region) else {
            return Vec::new();
        };
        let page = site.page(None, usize::MAX, &self.0.world.clock, |desktop, _| {
            Some(desktop.id.to_string())
        });
        page.rows
    }

    /// Pushes the simulated clock forward: transitions come due, people come and go. Sessions of
    /// assumed roles stay on the wall clock.
    pub fn advance(&self, by: Duration) {
        self.0.world.clock.push(by);
    }

    /// Ends every assumed role's session now, earlier than its Expiration promised.
    pub fn expire_sessions(&self) {
        self.0.sessions.expire_all(clock::wall());
    }

    pub(crate) fn parts(&self) -> &Parts {
        &self.0
    }

    fn sum_calls(&self, wanted: impl Fn(&str) -> bool) -> BTreeMap<String, u64> {
        let calls = self.0.calls.lock().unwrap_or_else(PoisonError::into_inner);
        let mut sums = BTreeMap::new();
        for ((account, operation), n) in calls.iter() {
            if wanted(account) {
                *sums.entry((*operation).to_owned()).or_insert(0) += n;
            }
        }
        sums
    }
}

/// A listening simulator. Dropping it leaves it listening; `stop` ends it.
#[derive(Debug)]
pub struct Running {
    addr: SocketAddr,
    handle: ServerHandle,
    task: JoinHandle<io::Result<()>>,
}

impl Running {
    /// What AWS_ENDPOINT_URL is set to.
    pub fn url(&self) -> String {
        format!("http://{}", self.addr)
    }

    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// Returns when the port is closed. Requests under way are dropped.
    pub async fn stop(self) {
        self.handle.stop(false).await;
        match self.task.await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::warn!(%error, "the simulator's server ended with an error"),
            Err(error) => tracing::warn!(%error, "the simulator's server task failed"),
        }
    }
}
