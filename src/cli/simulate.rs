//! `stocktake simulate`: an AWS of its own for any AWS client, until SIGTERM or SIGINT.

use std::net::SocketAddr;
use std::process::ExitCode;
use std::time::Duration;

use clap::Args;
use simulator::{Simulator, SimulatorConfig};

/// The dials of the simulated estate, shared with `demo`.
#[derive(Debug, Clone, Args)]
pub struct Dials {
    /// Client accounts beside the management account.
    #[arg(long, default_value_t = 12)]
    pub accounts: usize,
    /// Desktops over all accounts.
    #[arg(long, default_value_t = 500)]
    pub desktops: usize,
    /// The same seed makes the same estate.
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// Simulated seconds that pass in a real one.
    #[arg(long, default_value_t = 60.0)]
    pub speed: f64,
    /// Calls a second allowed for each account, region and operation; more are throttled.
    #[arg(long)]
    pub throttle_rate: Option<f64>,
    /// The share of calls that fail with InternalServerException, 0 to 1.
    #[arg(long, default_value_t = 0.0)]
    pub error_rate: f64,
    /// Added to every answer, in milliseconds.
    #[arg(long, default_value_t = 0)]
    pub latency_ms: u64,
    /// The share of listings whose body is cut short, 0 to 1.
    #[arg(long, default_value_t = 0.0)]
    pub truncate_rate: f64,
    /// How long an assumed role's credentials last, in seconds.
    #[arg(long, default_value_t = 3600)]
    pub session_seconds: u64,
    /// The ExternalId its roles ask for.
    #[arg(long, default_value = "stocktake-demo")]
    pub external_id: String,
}

impl Dials {
    pub fn config(&self) -> anyhow::Result<SimulatorConfig> {
        for (name, share) in [
            ("--error-rate", self.error_rate),
            ("--truncate-rate", self.truncate_rate),
        ] {
            anyhow::ensure!(
                (0.0..=1.0).contains(&share),
                "{name} is a share between 0 and 1, not {share}"
            );
        }
        anyhow::ensure!(self.accounts > 0, "--accounts must be at least 1");
        Ok(SimulatorConfig {
            accounts: self.accounts,
            desktops: self.desktops,
            seed: self.seed,
            speed: self.speed,
            throttle_rate: self.throttle_rate,
            error_rate: self.error_rate,
            latency: Duration::from_millis(self.latency_ms),
            truncate_rate: self.truncate_rate,
            session_lifetime: Duration::from_secs(self.session_seconds),
            external_id: self.external_id.clone(),
            ..SimulatorConfig::default()
        })
    }
}

#[derive(Debug, Args)]
pub struct Simulate {
    /// Where to listen; loopback, since it hands out credentials to anyone.
    #[arg(long, default_value = "127.0.0.1:4566", value_name = "ADDRESS")]
    listen: SocketAddr,
    #[command(flatten)]
    dials: Dials,
}

impl Simulate {
    pub async fn run(self) -> anyhow::Result<ExitCode> {
        anyhow::ensure!(
            self.listen.ip().is_loopback(),
            "the simulator listens on loopback only, not on {}",
            self.listen
        );
        let simulator = Simulator::new(self.dials.config()?);
        let running = simulator.serve(self.listen).await.map_err(|error| {
            anyhow::anyhow!(
                "cannot listen on {}: {error}; choose another --listen",
                self.listen
            )
        })?;
        super::output::line(&format!("AWS simulator on {}", running.url()))?;
        for account in simulator.accounts() {
            super::output::line(&format!("  {}  {}", account.id, account.name))?;
        }
        super::output::note(&format!(
            "Use it: export AWS_ENDPOINT_URL={} AWS_ACCESS_KEY_ID=any AWS_SECRET_ACCESS_KEY=any AWS_REGION=us-east-1",
            running.url()
        ));
        super::serve::stopped()?.await;
        running.stop().await;
        Ok(ExitCode::SUCCESS)
    }
}
