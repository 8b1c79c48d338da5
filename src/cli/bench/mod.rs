//! `stocktake bench`: measures this binary on this machine and prints what it found. It starts the
//! same binary as server, simulator and sync, so that memory and start-up are those of the product.
//! Load goes to loopback only and is bounded in count and time.

mod advice;
mod ask;
mod inference;
mod load;
mod process;
mod reads;
mod server;
mod start;
mod stock;

use std::process::ExitCode;

use clap::{Args, ValueEnum};
use serde_json::{Value, json};

use super::output::{self, Format};

#[derive(Debug, Args)]
pub struct Bench {
    /// What to measure; everything but `inference` when left out.
    #[arg(value_enum)]
    what: Vec<What>,
    /// Desktops for `sync`, `list`, `ask` and `advice`.
    #[arg(long, default_value_t = 10_000)]
    desktops: usize,
    /// Client accounts they are spread over.
    #[arg(long, default_value_t = 12)]
    accounts: usize,
    #[arg(long, value_enum, default_value = "table")]
    format: Format,
    #[command(flatten)]
    inference: inference::InferenceArgs,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum What {
    /// Cold start to the first answer, and memory at rest.
    Start,
    /// A first and a second sync over the simulator, and peak memory.
    Sync,
    /// The desktop list under 50 concurrent clients.
    List,
    /// Questions in plain words over HTTP; with `--model FILE` also what a model's answers take, and what they do to
    /// everybody else.
    Ask,
    /// Usage, advice, the back-test and a PDF over the simulator, and how much of what it planted is found.
    Advice,
    /// A language model, by itself and as JSON: speed, memory, and its likeliest tokens over a text.
    Inference,
}

/// One measured figure.
pub struct Figure {
    pub name: String,
    pub value: f64,
    pub unit: &'static str,
    /// What the product is held to, as a sentence.
    pub target: &'static str,
}

impl Figure {
    pub fn new(
        name: impl Into<String>,
        value: f64,
        unit: &'static str,
        target: &'static str,
    ) -> Self {
        Self {
            name: name.into(),
            value,
            unit,
            target,
        }
    }
}

impl Bench {
    pub async fn run(self) -> anyhow::Result<ExitCode> {
        if self.what == [What::Inference] {
            inference::measure(self.inference).await?;
            return Ok(ExitCode::SUCCESS);
        }
        anyhow::ensure!(
            !self.what.contains(&What::Inference),
            "measure `inference` by itself, so that nothing else takes its cores"
        );
        let all = [What::Start, What::Sync, What::List, What::Ask, What::Advice];
        let chosen = if self.what.is_empty() {
            &all[..]
        } else {
            &self.what
        };
        let mut figures = Vec::new();
        if chosen.contains(&What::Start) {
            figures.extend(start::measure().await?);
        }
        let stocked = [What::Sync, What::List, What::Ask];
        if stocked.iter().any(|what| chosen.contains(what)) {
            let (stock, measured) = stock::sync(self.desktops, self.accounts).await?;
            if chosen.contains(&What::Sync) {
                figures.extend(measured);
            }
            if chosen.contains(&What::List) {
                figures.extend(reads::measure(stock.data_dir()).await?);
            }
            if chosen.contains(&What::Ask) {
                figures.extend(ask::measure(stock.data_dir(), self.inference.model()).await?);
            }
        }
        if chosen.contains(&What::Advice) {
            figures.extend(advice::measure(self.desktops, self.accounts).await?);
        }
        let rows: Vec<Vec<Value>> = figures
            .iter()
            .map(|f| {
                vec![
                    json!(f.name),
                    json!((f.value * 100.0).round() / 100.0),
                    json!(f.unit),
                    json!(f.target),
                ]
            })
            .collect();
        output::rows(self.format, &["figure", "value", "unit", "held to"], &rows)?;
        Ok(ExitCode::SUCCESS)
    }
}
