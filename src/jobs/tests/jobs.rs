//! Workers and scheduler over a real database and a simulated AWS.

#[path = "jobs/plans.rs"]
mod plans;
#[path = "jobs/report_schedules.rs"]
mod report_schedules;

use std::net::SocketAddr;
use std::time::Duration;

use aws::{Aws, AwsConfig, BaseCredentials};
use domain::account::DiscoverRequest;
use domain::job::{Job, JobPayload, JobState, MissedRun, NewJob, Schedule};
use domain::listing::PageRequest;
use domain::organization::NewOrganization;
use domain::sync::SyncRequest;
use domain::{Scope, UtcTime};
use inventory::{Clock, Inventory, SyncConfig};
use jobs::{JobsConfig, Scheduler, Workers};
use simulator::{AccountFaults, Running, Simulator, SimulatorConfig};
use store::job::JobFilter;
use store::{Db, StoreConfig};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

struct Bench {
    inventory: Inventory,
    simulator: Simulator,
    _running: Running,
    _folder: tempfile::TempDir,
}

impl Bench {
    async fn new() -> Self {
        let simulator = Simulator::new(SimulatorConfig {
            accounts: 1,
            desktops: 20,
            ..SimulatorConfig::default()
        });
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
        Self {
            inventory,
            simulator,
            _running: running,
            _folder: folder,
        }
    }

    fn db(&self) -> &Db {
        &self.inventory.db
    }

    async fn onboard(&self) {
        let new = NewOrganization {
            name: "Acme".to_owned(),
        };
        let organization = store::organization::create(self.db(), &new).await.unwrap();
        let request = DiscoverRequest {
            organization_id: organization.id,
            add: true,
            role_name: Some("stocktake-read".to_owned()),
            external_id: Some("stocktake-demo".to_owned()),
            regions: vec!["us-east-1".parse().unwrap(), "eu-west-1".parse().unwrap()],
            organization_per_account: false,
        };
        self.inventory.discover(&request).await.unwrap();
    }

    fn work(&self) -> (CancellationToken, JoinHandle<()>) {
        let stop = CancellationToken::new();
        let workers = Workers::new(self.inventory.clone(), JobsConfig::default());
        (stop.clone(), tokio::spawn(workers.run(stop)))
    }

    async fn enqueue(&self) -> Job {
        let job = NewJob {
            payload: JobPayload::Sync(SyncRequest::default()),
            organization_id: None,
            trigger: "api".to_owned(),
            requested_by: None,
        };
        store::job::enqueue(self.db(), job).await.unwrap()
    }

    async fn job(&self, job: &Job) -> Job {
        store::job::find(self.db(), &Scope::All, &job.id)
            .await
            .unwrap()
            .unwrap()
    }

    /// The job once `reached` holds; gives up after 15 seconds.
    async fn when(&self, job: &Job, reached: impl Fn(&Job) -> bool) -> Job {
        for _ in 0..300 {
            let now = self.job(job).await;
            if reached(&now) {
                return now;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("the job stayed as {:?}", self.job(job).await);
    }

    /// Every call of every account hangs.
    fn hang(&self) {
        for account in self.simulator.accounts() {
            let hang = ["DescribeWorkspaceDirectories".to_owned()].into();
            self.simulator.faults().set(
                &account.id,
                AccountFaults {
                    hang,
                    ..AccountFaults::default()
                },
            );
        }
    }

    async fn jobs(&self) -> Vec<Job> {
        let page = PageRequest::default();
        store::job::list(self.db(), &Scope::All, &JobFilter::default(), &page)
            .await
            .unwrap()
            .items
    }
}

fn schedule(missed: MissedRun, next_run_at: UtcTime) -> Schedule {
    Schedule {
        name: "sync".to_owned(),
        cron: "0 * * * *".to_owned(),
        time_zone: "UTC".to_owned(),
        jitter_seconds: 0,
        missed,
        enabled: true,
        payload: JobPayload::Sync(SyncRequest::default()),
        next_run_at: Some(next_run_at),
        last_run_at: None,
    }
}

#[tokio::test]
async fn a_sync_job_runs_to_its_end_with_the_run_as_its_result() {
    let bench = Bench::new().await;
    bench.onboard().await;
    let (stop, workers) = bench.work();
    let job = bench.enqueue().await;
    let ended = bench.when(&job, |job| job.state.ended()).await;
    assert_eq!(ended.state, JobState::Succeeded, "{ended:?}");
    let result = ended.result.unwrap();
    assert_eq!(result["status"], "complete");
    assert_eq!(
        result["counts"]["rows_new"].as_u64().map(|rows| rows >= 20),
        Some(true)
    );
    assert_eq!(ended.progress.done, ended.progress.total);
    assert!(ended.progress.total > 0 && ended.started_at.is_some() && ended.finished_at.is_some());
    stop.cancel();
    workers.await.unwrap();
}

#[tokio::test]
async fn a_sync_without_accounts_fails_and_says_what_to_do() {
    let bench = Bench::new().await;
    let (stop, workers) = bench.work();
    let job = bench.enqueue().await;
    let ended = bench.when(&job, |job| job.state.ended()).await;
    assert_eq!(ended.state, JobState::Failed);
    assert!(ended.error.unwrap().contains("account add"));
    stop.cancel();
    workers.await.unwrap();
}

#[tokio::test]
async fn a_cancelled_job_stops_though_aws_hangs() {
    let bench = Bench::new().await;
    bench.onboard().await;
    bench.hang();
    let (stop, workers) = bench.work();
    let job = bench.enqueue().await;
    bench.when(&job, |job| job.state == JobState::Running).await;
    store::job::request_cancel(bench.db(), &Scope::All, &job.id)
        .await
        .unwrap();
    let ended = bench.when(&job, |job| job.state.ended()).await;
    assert_eq!(ended.state, JobState::Cancelled);
    stop.cancel();
    workers.await.unwrap();
}

#[tokio::test]
async fn a_stopping_process_puts_its_job_back_and_the_next_one_ends_it() {
    let bench = Bench::new().await;
    bench.onboard().await;
    bench.hang();
    let (stop, workers) = bench.work();
    let job = bench.enqueue().await;
    bench.when(&job, |job| job.state == JobState::Running).await;
    stop.cancel();
    tokio::time::timeout(Duration::from_secs(8), workers)
        .await
        .expect("workers stop soon")
        .unwrap();
    assert_eq!(bench.job(&job).await.state, JobState::Queued);

    bench.simulator.faults().clear_all();
    let (stop, workers) = bench.work();
    let ended = bench.when(&job, |job| job.state.ended()).await;
    assert_eq!((ended.state, ended.attempts), (JobState::Succeeded, 2));
    stop.cancel();
    workers.await.unwrap();
}

#[tokio::test]
async fn a_due_schedule_queues_one_job_and_plans_the_next() {
    let bench = Bench::new().await;
    let now = UtcTime::now();
    store::schedule::upsert(bench.db(), &schedule(MissedRun::RunOnce, now.plus_days(-3)))
        .await
        .unwrap();
    let stop = CancellationToken::new();
    let scheduler = tokio::spawn(
        Scheduler {
            db: bench.db().clone(),
        }
        .run(stop.clone()),
    );
    tokio::time::sleep(Duration::from_millis(500)).await;
    stop.cancel();
    scheduler.await.unwrap();
    let jobs = bench.jobs().await;
    assert_eq!(jobs.len(), 1, "three missed days are one start");
    assert_eq!(jobs[0].trigger, "schedule");
    let planned = store::schedule::list(bench.db()).await.unwrap().remove(0);
    let next = planned.next_run_at.unwrap();
    assert!(next > now && next.seconds_since(now) <= 3600, "{next}");
    assert!(planned.last_run_at.is_some());
}

#[tokio::test]
async fn a_missed_start_is_skipped_where_the_schedule_says_so() {
    let bench = Bench::new().await;
    let yesterday = UtcTime::now().plus_days(-1);
    store::schedule::upsert(bench.db(), &schedule(MissedRun::Skip, yesterday))
        .await
        .unwrap();
    let stop = CancellationToken::new();
    let scheduler = tokio::spawn(
        Scheduler {
            db: bench.db().clone(),
        }
        .run(stop.clone()),
    );
    tokio::time::sleep(Duration::from_millis(500)).await;
    stop.cancel();
    scheduler.await.unwrap();
    assert!(bench.jobs().await.is_empty());
    assert!(
        store::schedule::list(bench.db()).await.unwrap()[0]
            .next_run_at
            .unwrap()
            > UtcTime::now()
    );
}
