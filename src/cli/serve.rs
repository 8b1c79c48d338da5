//! `stocktake serve`: the server, until SIGTERM or SIGINT.

use std::net::SocketAddr;
use std::process::ExitCode;

use clap::Args;

use super::DataArgs;
use crate::app::{App, Mode};

#[derive(Debug, Args)]
pub struct Serve {
    #[command(flatten)]
    data: DataArgs,
    /// Where to listen, such as 127.0.0.1:8080; port 0 picks a free one.
    #[arg(long, value_name = "ADDRESS")]
    listen: Option<SocketAddr>,
    /// PEM certificate chain; serve HTTPS.
    #[arg(long, requires = "tls_key", value_name = "FILE")]
    tls_cert: Option<std::path::PathBuf>,
    /// PEM private key.
    #[arg(long, requires = "tls_cert", value_name = "FILE")]
    tls_key: Option<std::path::PathBuf>,
    /// Allow plain HTTP on addresses other than loopback.
    #[arg(long)]
    insecure_http: bool,
    #[command(flatten)]
    model: super::model::ModelArgs,
}

impl Serve {
    pub async fn run(self) -> anyhow::Result<ExitCode> {
        let mut config = self.data.load()?;
        if let Some(listen) = self.listen {
            config.server.listen = listen;
        }
        config.server.tls_cert = self.tls_cert.or(config.server.tls_cert);
        config.server.tls_key = self.tls_key.or(config.server.tls_key);
        config.server.insecure_http |= self.insecure_http;
        self.model.apply(&mut config.ai);
        crate::telemetry::start(&config.log)?;
        // Listened for before the start, so that a stop that comes during it is an orderly one.
        let stopped = stopped()?;
        let app = App::start(&self.data.data_dir, &config, Mode::Server { demo: false }).await?;
        tracing::info!(url = app.url(), "listening on {}", app.url());
        if let Some(link) = app.setup_link_if_needed().await? {
            super::output::note(&format!(
                "Nobody can log in yet. Open this link within 30 minutes to begin:\n  {link}"
            ));
        }
        stopped.await;
        tracing::info!("stopping");
        app.stop().await;
        Ok(ExitCode::SUCCESS)
    }
}

/// Listens for SIGTERM and SIGINT from now on; ready when one came.
pub fn stopped() -> anyhow::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};
    let (mut terminate, mut interrupt) = (
        signal(SignalKind::terminate())?,
        signal(SignalKind::interrupt())?,
    );
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}
