//! Usage, advice and reports over a simulated estate: how many calls and seconds a year of usage takes,
//! how long advice, the back-test and a PDF take, and how much of what the simulator planted is found.

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use aws::BaseCredentials;
use domain::account::DiscoverRequest;
use domain::organization::NewOrganization;
use domain::report::{ReportFormat, ReportType};
use domain::sync::{Extra, SyncRequest};
use domain::usage::Month;
use domain::{JobId, Scope, UtcTime};
use reports::gather::Order;
use simulator::{PlantedKind, Running, Simulator, SimulatorConfig};
use store::recommendation::RecommendationFilter;
use tokio_util::sync::CancellationToken;

use super::Figure;
use crate::app::{App, Mode};
use crate::config::Config;

/// What AWS's tool was seen to make: calls for each desktop and day.
const PEER_CALLS: f64 = 10.0;

/// The days of the usage figures.
const MONTH_DAYS: i64 = 30;

/// Desktops of the PDF that is measured.
const PDF_DESKTOPS: usize = 500;

/// An application on a simulated estate, both in this process.
struct Estate {
    app: App,
    simulator: Simulator,
    running: Running,
    _folder: tempfile::TempDir,
}

impl Estate {
    async fn new(desktops: usize, accounts: usize) -> anyhow::Result<Self> {
        let simulated = SimulatorConfig {
            desktops,
            accounts,
            ..SimulatorConfig::default()
        };
        let simulator = Simulator::new(simulated.clone());
        let running = simulator
            .serve(SocketAddr::from(([127, 0, 0, 1], 0)))
            .await?;
        let folder = tempfile::tempdir()?;
        let mut config = Config::load(None, folder.path())?;
        config.aws.endpoint_url = Some(running.url());
        config.aws.requests_per_second = 0.0;
        let credentials = BaseCredentials::Static {
            access_key_id: "AKIABENCHBENCHBENCHB".to_owned(),
            secret_access_key: "bench".to_owned(),
        };
        let app = App::start_with(
            folder.path(),
            &config,
            Mode::Command { works: false },
            credentials,
        )
        .await?;
        let home = NewOrganization {
            name: "Bench".to_owned(),
        };
        let home = store::organization::create(&app.db, &home).await?;
        let request = DiscoverRequest {
            organization_id: home.id,
            add: true,
            role_name: Some(simulated.role_name.clone()),
            external_id: Some(simulated.external_id.clone()),
            regions: simulated
                .regions
                .iter()
                .map(|region| region.parse())
                .collect::<Result<_, _>>()?,
            organization_per_account: true,
        };
        app.inventory.discover(&request).await?;
        Ok(Self {
            app,
            simulator,
            running,
            _folder: folder,
        })
    }

    /// Syncs; answers the AWS calls that reading usage took, and the time.
    async fn sync(&self, usage_days: i64) -> anyhow::Result<(u64, Duration)> {
        let mut inventory = self.app.inventory.clone();
        inventory.config.usage_days = usage_days;
        let request = SyncRequest {
            with: if usage_days > 0 {
                vec![Extra::Usage]
            } else {
                Vec::new()
            },
            ..SyncRequest::default()
        };
        let (run, started) = (JobId::new(), Instant::now());
        inventory
            .sync(&run, &request, &CancellationToken::new(), &|_| {})
            .await?;
        let took = started.elapsed();
        let scopes = store::sync::scopes(&self.app.db, &Scope::All, &run).await?;
        let of_usage = scopes.iter().filter(|scope| scope.resource_type == "usage");
        Ok((of_usage.map(|scope| scope.counts.calls_made).sum(), took))
    }

    async fn end(self) {
        self.app.stop().await;
        Running::stop(self.running).await;
    }
}

#[allow(clippy::cast_precision_loss)]
pub async fn measure(desktops: usize, accounts: usize) -> anyhow::Result<Vec<Figure>> {
    let mut figures = Vec::new();
    let estate = Estate::new(desktops, accounts).await?;
    estate.sync(0).await?;
    let (calls, took) = estate.sync(MONTH_DAYS).await?;
    let peer = PEER_CALLS * desktops as f64 * MONTH_DAYS as f64;
    figures.extend([
        Figure::new(
            format!("usage of {desktops} desktops for {MONTH_DAYS} days, calls"),
            calls as f64,
            "calls",
            "",
        ),
        Figure::new(
            "the same against AWS's tool",
            calls as f64 / peer,
            "ratio",
            "at most 0.05",
        ),
        Figure::new(
            "the same, simulator and listing included",
            took.as_secs_f64(),
            "s",
            "under 60",
        ),
    ]);
    estate.end().await;

    let estate = Estate::new(desktops, accounts).await?;
    let (_, took) = estate.sync(395).await?;
    figures.push(Figure::new(
        "usage for 13 months, from nothing",
        took.as_secs_f64(),
        "s",
        "",
    ));
    let (now, db) = (UtcTime::now(), estate.app.db.clone());
    let started = Instant::now();
    costs::refresh(&db, &Scope::All, now).await?;
    let title = format!("estimates and advice, {desktops} desktops over 13 months");
    figures.push(Figure::new(title, started.elapsed().as_secs_f64(), "s", ""));
    let loaded = Instant::now();
    let book = costs::prices::current(&db).await?;
    let all = store::estate::load(&db, &Scope::All, Month::of(now).plus(-12)).await?;
    let reading = loaded.elapsed().as_secs_f64();
    let started = Instant::now();
    let (advice, _) = costs::advice::advise(&book, &all, now);
    anyhow::ensure!(!advice.is_empty(), "nothing was advised");
    figures.extend([
        Figure::new("of that: reading the history", reading, "s", ""),
        Figure::new(
            "of that: advice alone",
            started.elapsed().as_secs_f64(),
            "s",
            "under 2, with reading",
        ),
    ]);
    let started = Instant::now();
    let replay = costs::backtest::backtest(&db, &Scope::All, 12, now).await?;
    let title = format!(
        "back-test of a year, {} desktop-months",
        replay.total.desktops
    );
    figures.push(Figure::new(
        title,
        started.elapsed().as_secs_f64(),
        "s",
        "under 30 for 2,000 desktops",
    ));
    figures.push(pdf(&estate).await?);
    figures.extend(found(&estate).await?);
    estate.end().await;
    Ok(figures)
}

/// The monthly report of as many desktops as are held to, as a PDF.
async fn pdf(estate: &Estate) -> anyhow::Result<Figure> {
    let now = UtcTime::now();
    let month = Month::of(now).plus(-1);
    let order = Order {
        report_type: ReportType::Monthly,
        scope: Scope::All,
        subject: "Bench".to_owned(),
        from: month.start(),
        to: month.end(),
        demo: true,
        created_at: now,
    };
    let mut document = reports::gather::document(&estate.app.db, &order).await?;
    for table in document
        .sections
        .iter_mut()
        .flat_map(|section| &mut section.tables)
    {
        table.rows.truncate(PDF_DESKTOPS);
    }
    let started = Instant::now();
    let file =
        tokio::task::spawn_blocking(move || reports::write(&document, ReportFormat::Pdf)).await??;
    anyhow::ensure!(file.starts_with(b"%PDF"), "what was written is no PDF");
    let title = format!(
        "PDF with {PDF_DESKTOPS} desktops, {} KiB",
        file.len() / 1024
    );
    Ok(Figure::new(
        title,
        started.elapsed().as_secs_f64(),
        "s",
        "under 3",
    ))
}

/// Precision and recall of each kind that the simulator planted.
#[allow(clippy::cast_precision_loss)]
async fn found(estate: &Estate) -> anyhow::Result<Vec<Figure>> {
    let advice = store::recommendation::all(
        &estate.app.db,
        &Scope::All,
        &RecommendationFilter::default(),
    )
    .await?;
    let mut advised: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for one in &advice {
        advised
            .entry(one.kind.as_str())
            .or_default()
            .insert(one.workspace_id.clone());
    }
    // Advice is only given for what may be changed, so the planted are those that are not left alone.
    let estate_now =
        store::estate::load(&estate.app.db, &Scope::All, Month::of(UtcTime::now())).await?;
    let open: BTreeSet<String> = estate_now
        .iter()
        .filter(|desktop| costs::advice::left_alone(desktop).is_none())
        .map(|desktop| desktop.workspace_id.clone())
        .collect();
    let mut planted: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for one in estate.simulator.planted() {
        let kind = match one.kind {
            PlantedKind::Idle => "idle",
            PlantedKind::NeverUsed => "never_used",
            PlantedKind::WrongMode { .. } => "running_mode",
            PlantedKind::TooLarge => "too_large",
            PlantedKind::TooSmall => "too_small",
        };
        if open.contains(&one.workspace_id) {
            planted.entry(kind).or_default().insert(one.workspace_id);
        }
    }
    let mut figures = Vec::new();
    let none = BTreeSet::new();
    for (kind, truth) in &planted {
        let found = advised.get(kind).unwrap_or(&none);
        let right = found.intersection(truth).count() as f64;
        let precision = right / found.len().max(1) as f64;
        let recall = right / truth.len().max(1) as f64;
        figures.push(Figure::new(
            format!("{kind}: precision ({} advised)", found.len()),
            precision,
            "share",
            "",
        ));
        figures.push(Figure::new(
            format!("{kind}: recall ({} planted)", truth.len()),
            recall,
            "share",
            "",
        ));
    }
    anyhow::ensure!(!figures.is_empty(), "the simulator planted nothing");
    Ok(figures)
}
