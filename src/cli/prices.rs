//! `stocktake prices`: the price book, and putting another in its place.

use std::fs::File;
use std::io::BufReader;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context;
use clap::{Args, Subcommand};
use domain::price::PriceFile;
use serde::Deserialize;
use serde_json::Value;

use super::output::{self, Format};
use super::{DataArgs, with_client};

#[derive(Debug, Args)]
pub struct Prices {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// List the prices in force with their sources.
    List(List),
    /// Read AWS's price list for AmazonWorkSpaces (JSON, also gzipped), or a price file of ours.
    Import(Import),
}

#[derive(Debug, Args)]
struct List {
    #[command(flatten)]
    data: DataArgs,
    /// Only this region.
    #[arg(long)]
    region: Option<String>,
    #[arg(long, value_enum, default_value = "table")]
    format: Format,
}

#[derive(Debug, Args)]
struct Import {
    #[command(flatten)]
    data: DataArgs,
    file: PathBuf,
}

/// As the API answers it.
#[derive(Debug, Deserialize)]
struct Answer {
    imported: bool,
    book: PriceFile,
}

impl Prices {
    pub async fn run(self) -> anyhow::Result<ExitCode> {
        match self.command {
            Command::List(list) => list.run().await,
            Command::Import(import) => import.run().await,
        }
    }
}

impl List {
    async fn run(self) -> anyhow::Result<ExitCode> {
        self.data.must_exist()?;
        with_client(&self.data, async |client| {
            let answer: Answer = client.get("/api/v1/prices").await?;
            if self.format == Format::Json {
                output::json(&answer.book)?;
                return Ok(ExitCode::SUCCESS);
            }
            let wanted = |region: &str| self.region.as_deref().is_none_or(|only| only == region);
            let cells = answer
                .book
                .prices
                .iter()
                .filter(|cell| wanted(&cell.key.region));
            let rows: Vec<Vec<Value>> = cells
                .map(|cell| {
                    vec![
                        cell.key.region.clone().into(),
                        cell.key.compute_type.clone().into(),
                        format!("{:?}", cell.key.system).into(),
                        format!("{:?}", cell.key.licence).into(),
                        format!("{}/{} GiB", cell.root_volume_gib, cell.user_volume_gib).into(),
                        cell.monthly.to_string().into(),
                        cell.hourly_base.to_string().into(),
                        format!("${}", cell.hourly.dollars()).into(),
                        cell.source.clone().into(),
                    ]
                })
                .collect();
            let columns = [
                "region", "type", "system", "licence", "volumes", "monthly", "base", "an hour",
                "source",
            ];
            output::rows(self.format, &columns, &rows)?;
            if self.format == Format::Table {
                let from = if answer.imported {
                    "imported"
                } else {
                    "carried by this program"
                };
                output::note(&format!("{} prices, {from}.", rows.len()));
                for source in &answer.book.sources {
                    output::note(&format!(
                        "  {}: {}, {} ({})",
                        source.id, source.title, source.as_of, source.url
                    ));
                }
            }
            Ok(ExitCode::SUCCESS)
        })
        .await
    }
}

impl Import {
    async fn run(self) -> anyhow::Result<ExitCode> {
        let name = self.file.display();
        let file = File::open(&self.file).with_context(|| format!("cannot open {name}"))?;
        let imported = costs::price_list::read_prices(BufReader::new(file))
            .with_context(|| format!("{name} was not imported; nothing was changed"))?;
        with_client(&self.data, async |client| {
            let answer: Answer = client.post("/api/v1/prices", &imported.file).await?;
            output::note(&format!(
                "{} prices are in force now.",
                answer.book.prices.len()
            ));
            for skipped in imported.skipped.iter().take(10) {
                output::note(&format!("  left out: {skipped}"));
            }
            if imported.skipped.len() > 10 {
                output::note(&format!("  and {} more", imported.skipped.len() - 10));
            }
            Ok(ExitCode::SUCCESS)
        })
        .await
    }
}
