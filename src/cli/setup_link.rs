//! `stocktake setup-link`: a fresh one-time link, for the first start and for a lost password.

use std::process::ExitCode;

use clap::Args;
use serde::Deserialize;

use super::{DataArgs, output, with_client};

#[derive(Debug, Args)]
pub struct SetupLink {
    #[command(flatten)]
    data: DataArgs,
}

#[derive(Debug, Deserialize)]
struct Link {
    url: String,
    expires_at: domain::UtcTime,
}

impl SetupLink {
    pub async fn run(self) -> anyhow::Result<ExitCode> {
        with_client(&self.data, async |client| {
            let link: Link = client.post("/api/v1/setup/link", &serde_json::json!({})).await?;
            output::line(&link.url)?;
            output::note(&format!("Works once, until {}. Earlier links no longer work.", link.expires_at));
            if client.is_local() {
                output::note("No server is running on this data folder; start it with `stocktake serve` and then open the link.");
            }
            Ok(ExitCode::SUCCESS)
        })
        .await
    }
}
