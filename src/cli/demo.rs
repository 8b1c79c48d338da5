//! `stocktake demo`: the whole product on an invented estate. The estate is a simulated AWS in
//! this process; everything else is real: onboarding, sync, history, login. The pages say that the
//! data is made up.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context;
use auth::{Caller, Client};
use aws::BaseCredentials;
use clap::Args;
use domain::account::{AccountChange, DiscoverRequest};
use domain::job::{Job, JobPayload, JobState, NewJob};
use domain::listing::PageRequest;
use domain::organization::NewOrganization;
use domain::plan::ActionSettings;
use domain::sync::{Extra, SyncRequest};
use domain::user::{NewUser, UserChange};
use domain::{Region, Scope};
use simulator::{Running, Simulator, SimulatorConfig};

use super::simulate::Dials;
use super::{demo_history, output, serve};
use crate::app::{App, Mode};
use crate::config::Config;

#[derive(Debug, Args)]
pub struct Demo {
    /// Keep the data here; left out, a temporary folder is used and removed at the end.
    #[arg(long, value_name = "DIR")]
    data_dir: Option<PathBuf>,
    #[arg(long, default_value = "127.0.0.1:8080", value_name = "ADDRESS")]
    listen: SocketAddr,
    /// Print one line of JSON with url, username and password first.
    #[arg(long)]
    json: bool,
    /// Start without two weeks of invented history.
    #[arg(long)]
    no_history: bool,
    #[command(flatten)]
    model: super::model::ModelArgs,
    #[command(flatten)]
    dials: Dials,
}

/// What `--json` prints first.
#[derive(serde::Serialize)]
struct Login<'a> {
    url: &'a str,
    username: &'a str,
    password: &'a str,
}

const USERNAME: &str = "demo";

/// A password nobody has used before, easy to copy.
pub fn random_password() -> String {
    use rand::distr::{Alphanumeric, SampleString};
    Alphanumeric.sample_string(&mut rand::rng(), 20)
}

impl Demo {
    pub async fn run(self) -> anyhow::Result<ExitCode> {
        anyhow::ensure!(
            self.listen.ip().is_loopback(),
            "demo listens on loopback only, not on {}",
            self.listen
        );
        let temporary = tempfile::tempdir().context("no temporary folder could be made")?;
        let data_dir = self
            .data_dir
            .clone()
            .unwrap_or_else(|| temporary.path().to_owned());
        refuse_real_data(&data_dir)?;
        let mut config = Config::load(None, &data_dir)?;
        config.server.listen = self.listen;
        self.model.apply(&mut config.ai);
        if std::env::var_os("STOCKTAKE_LOG_FILTER").is_none() {
            config.log.filter = "warn".to_owned();
        }
        crate::telemetry::start(&config.log)?;

        let mut simulated = self.dials.config()?;
        if !self.no_history {
            simulated = demo_history::beginning(simulated);
        }
        let simulator = Simulator::new(simulated.clone());
        let running = simulator
            .serve(SocketAddr::from(([127, 0, 0, 1], 0)))
            .await?;
        config.aws.endpoint_url = Some(running.url());
        // The simulator has no quota unless --throttle-rate gives it one.
        config.aws.requests_per_second = 0.0;

        let started = self.start(&data_dir, &config, &simulator, &simulated).await;
        let outcome = match started {
            Ok((app, password)) => self.attend(app, &password).await,
            Err(error) => Err(error),
        };
        Running::stop(running).await;
        outcome
    }

    /// The application with its estate onboarded and synced once.
    async fn start(
        &self,
        data_dir: &Path,
        config: &Config,
        simulator: &Simulator,
        simulated: &SimulatorConfig,
    ) -> anyhow::Result<(App, String)> {
        // Any static key is the simulator's management account.
        let credentials = BaseCredentials::Static {
            access_key_id: "AKIADEMODEMODEMODEMO".to_owned(),
            secret_access_key: "demo".to_owned(),
        };
        let app =
            App::start_with(data_dir, config, Mode::Server { demo: true }, credentials).await?;
        let prepared = self.prepare(&app, simulator, simulated).await;
        match prepared {
            Ok(password) => Ok((app, password)),
            Err(error) => {
                app.stop().await;
                Err(error)
            }
        }
    }

    async fn prepare(
        &self,
        app: &App,
        simulator: &Simulator,
        simulated: &SimulatorConfig,
    ) -> anyhow::Result<String> {
        let password = self.login(app).await?;
        onboard(app, simulated).await?;
        output::note(&format!(
            "Syncing {} simulated desktops …",
            self.dials.desktops
        ));
        let is_new = store::dashboard::load(&app.db, &Scope::All)
            .await?
            .workspaces
            == 0;
        if !self.no_history && is_new {
            demo_history::live(simulator, &app.inventory, self.dials.desktops).await?;
        }
        allow_changes(app, simulated).await?;
        if store::price::newest(&app.db).await?.is_none() {
            let title = "What the simulated AWS charges";
            costs::prices::import(&app.db, simulator.price_file(), title, "demo").await?;
        }
        let job = sync(app, vec![Extra::Usage]).await?;
        // Dials can make parts of it fail on purpose; the pages then show that.
        if job.state == JobState::Failed {
            output::note(&format!(
                "The first sync failed: {}",
                job.error.unwrap_or_default()
            ));
        }
        // CloudTrail answers two requests a second; nobody waits for that.
        enqueue(app, vec![Extra::Costs, Extra::Events]).await?;
        Ok(password)
    }

    /// A user with a fresh password, also in a folder that was used before.
    async fn login(&self, app: &App) -> anyhow::Result<String> {
        let password = random_password();
        let (caller, client) = (Caller::control(), Client::default());
        let existing = store::person::find_by_username(&app.db, USERNAME).await?;
        match existing {
            Some(person) => {
                let change = UserChange {
                    password: Some(password.clone()),
                    ..UserChange::default()
                };
                app.auth
                    .change_user(&caller, &client, &person.user.id, change)
                    .await?;
            }
            None => {
                let new = NewUser {
                    username: USERNAME.to_owned(),
                    password: password.clone(),
                    email: None,
                    display_name: Some("Demo technician".to_owned()),
                    global_admin: true,
                    memberships: Vec::new(),
                };
                app.auth.create_user(&caller, &client, new).await?;
            }
        }
        Ok(password)
    }

    async fn attend(&self, app: App, password: &str) -> anyhow::Result<ExitCode> {
        let url = app.url().to_owned();
        if self.json {
            let login = Login {
                url: &url,
                username: USERNAME,
                password,
            };
            output::line(&serde_json::to_string(&login)?)?;
        }
        let stock = store::dashboard::load(&app.db, &Scope::All).await?;
        output::note(&format!(
            "\n  stocktake demo: {} client accounts, {} WorkSpaces (all of it made up)\n\n  \
             Open      {url}\n  Username  {USERNAME}\n  Password  {password}\n\n  Ctrl-C ends it.",
            stock.accounts, stock.workspaces
        ));
        serve::stopped()?.await;
        app.stop().await;
        Ok(ExitCode::SUCCESS)
    }
}

async fn enqueue(app: &App, with: Vec<Extra>) -> anyhow::Result<Job> {
    let request = SyncRequest {
        with,
        ..SyncRequest::default()
    };
    let job = NewJob {
        payload: JobPayload::Sync(request),
        organization_id: None,
        trigger: "demo".to_owned(),
        requested_by: None,
    };
    Ok(store::job::enqueue(&app.db, job).await?)
}

/// Syncs, and waits for the end of it.
async fn sync(app: &App, with: Vec<Extra>) -> anyhow::Result<Job> {
    let mut job = enqueue(app, with).await?;
    while !job.state.ended() {
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        job = store::job::find(&app.db, &Scope::All, &job.id)
            .await?
            .context("the first sync's job is gone")?;
    }
    Ok(job)
}

/// Lets every invented client's desktops be changed, so that plans can be tried out.
async fn allow_changes(app: &App, simulated: &SimulatorConfig) -> anyhow::Result<()> {
    for account in store::account::list_enabled(&app.db, &Scope::All).await? {
        let arn = format!(
            "arn:aws:iam::{}:role/{}",
            account.id, simulated.write_role_name
        );
        let change = AccountChange {
            write_role_arn: Some(arn.parse()?),
            ..AccountChange::default()
        };
        store::account::update(&app.db, &Scope::All, &account.id, change).await?;
        let settings = ActionSettings {
            actions_enabled: true,
            ..ActionSettings::default()
        };
        store::plan::set_action_settings(&app.db, &account.organization_id, settings).await?;
    }
    Ok(())
}

/// Marks a data folder as made by a demo.
const MARKER: &str = "demo-data";

/// A demo must not mix invented clients into a folder that holds real ones.
fn refuse_real_data(data_dir: &Path) -> anyhow::Result<()> {
    let marker = data_dir.join(MARKER);
    if data_dir.join("stocktake.db").exists() && !marker.exists() {
        anyhow::bail!(
            "{} holds data that is not a demo's; choose another --data-dir for the demo",
            data_dir.display()
        );
    }
    std::fs::create_dir_all(data_dir)
        .and_then(|()| {
            std::fs::write(
                &marker,
                "Made by `stocktake demo`; everything here is invented.\n",
            )
        })
        .with_context(|| format!("cannot write into {}", data_dir.display()))
}

/// Onboards every client account of the simulator, each as an organization of its own.
async fn onboard(app: &App, simulated: &SimulatorConfig) -> anyhow::Result<()> {
    let home = match store::organization::find_by_name(&app.db, &Scope::All, "Demo MSP").await? {
        Some(home) => home,
        None => {
            store::organization::create(
                &app.db,
                &NewOrganization {
                    name: "Demo MSP".to_owned(),
                },
            )
            .await?
        }
    };
    let regions = simulated
        .regions
        .iter()
        .map(|region| region.parse())
        .collect::<Result<Vec<Region>, _>>()?;
    let request = DiscoverRequest {
        organization_id: home.id.clone(),
        add: true,
        role_name: Some(simulated.role_name.clone()),
        external_id: Some(simulated.external_id.clone()),
        regions,
        organization_per_account: true,
    };
    app.inventory.discover(&request).await?;
    // It only stood in for an organization to discover into; every account has its own.
    store::organization::delete(&app.db, &Scope::All, &home.id).await?;
    let accounts =
        store::account::list(&app.db, &Scope::All, None, &PageRequest::default()).await?;
    anyhow::ensure!(accounts.total > 0, "the simulator has no client account");
    Ok(())
}
