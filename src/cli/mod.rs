//! The command line: one file a command. Commands that need data go through the API on the control
//! socket (`client`); `serve`, `demo` and `simulate` run something until told to stop.

mod account;
mod ask;
mod bench;
mod client;
mod costs;
mod demo;
mod demo_history;
mod doctor;
mod eval;
mod events;
mod model;
mod optimize;
mod output;
mod plan;
mod prices;
mod query;
mod reconcile;
mod report;
mod report_schedule;
mod serve;
mod setup_link;
mod simulate;
mod sync;
mod usage;
mod user;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};

use crate::config::Config;
use client::Client;
pub use client::SOCKET;

/// Exit codes, documented in `--help`.
pub mod exit {
    /// It failed.
    pub const FAILED: u8 = 1;
    /// Part of the work failed, or a question has no answer; the output says which and why.
    pub const PARTIAL: u8 = 3;
}

/// Takes stock of an AWS estate: inventory, history and answers in one file.
#[derive(Debug, Parser)]
#[command(
    version,
    after_help = "Exit codes: 0 done, 1 failed, 2 wrong usage, 3 done in part, or a question without an answer.\n\
                  Commands that take --data-dir work with no server running, and through its control socket when one is."
)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the server.
    Serve(serve::Serve),
    /// Run the server on demo data: an invented estate, synced over AWS's wire protocols.
    Demo(demo::Demo),
    /// Run only the AWS simulator, for any AWS client.
    Simulate(simulate::Simulate),
    /// Bring the inventory up to date.
    Sync(sync::Sync),
    /// Ask a question in plain words.
    Ask(ask::Ask),
    /// Run a read-only SQL query on the views.
    Query(query::Query),
    /// Hours of use, by desktop and month.
    Usage(usage::Usage),
    /// What to change, and what it saves.
    Optimize(optimize::Optimize),
    /// Plans of changes: make, approve, apply, undo.
    Plan(plan::Plan),
    /// Reports: CSV, JSON, workbooks, and PDFs to send to a client.
    Report(report::Report),
    /// What AWS billed, and what asking for it costs.
    Costs(costs::Costs),
    /// Who did what with desktops, from where and when.
    Events(events::Events),
    /// The price book.
    Prices(prices::Prices),
    /// Onboard, test and remove AWS accounts.
    Account(account::Account),
    /// Manage people and their roles.
    User(user::User),
    /// Print a fresh one-time link to set a global admin.
    SetupLink(setup_link::SetupLink),
    /// Import, choose and pack language models.
    Model(model::Model),
    /// Check this installation and say what is wrong.
    Doctor(doctor::Doctor),
    /// Measure how well questions in plain words are answered.
    Eval(eval::Eval),
    /// Measure this binary on this machine.
    Bench(bench::Bench),
    /// Print the API's OpenAPI document.
    Openapi,
}

// No doc comment: clap would show it as the help of every command that flattens it.
#[derive(Debug, Clone, Args)]
pub struct DataArgs {
    /// The data folder.
    #[arg(
        long,
        env = "STOCKTAKE_DATA_DIR",
        default_value = "stocktake-data",
        value_name = "DIR"
    )]
    pub data_dir: PathBuf,
    /// The configuration file; stocktake.toml in the data folder when left out.
    #[arg(long, env = "STOCKTAKE_CONFIG", value_name = "FILE")]
    pub config: Option<PathBuf>,
}

impl DataArgs {
    /// For commands that only read: a mistyped folder is an error, not a new and empty one.
    pub fn must_exist(&self) -> anyhow::Result<()> {
        anyhow::ensure!(
            self.data_dir.is_dir(),
            "there is no data folder {}; name one with --data-dir, or start with `stocktake serve`",
            self.data_dir.display()
        );
        Ok(())
    }

    pub fn load(&self) -> anyhow::Result<Config> {
        Config::load(self.config.as_deref(), &self.data_dir)
    }
}

/// Runs the command in a runtime of its own.
pub fn run(cli: Cli) -> anyhow::Result<ExitCode> {
    if let Command::Openapi = cli.command {
        output::line(api::openapi_json()?.trim_end())?;
        return Ok(ExitCode::SUCCESS);
    }
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    let code = runtime.block_on(async {
        match cli.command {
            Command::Serve(command) => command.run().await,
            Command::Demo(command) => command.run().await,
            Command::Simulate(command) => command.run().await,
            Command::Sync(command) => command.run().await,
            Command::Ask(command) => command.run().await,
            Command::Query(command) => command.run().await,
            Command::Usage(command) => command.run().await,
            Command::Optimize(command) => command.run().await,
            Command::Plan(command) => command.run().await,
            Command::Report(command) => command.run().await,
            Command::Costs(command) => command.run().await,
            Command::Events(command) => command.run().await,
            Command::Prices(command) => command.run().await,
            Command::Account(command) => command.run().await,
            Command::User(command) => command.run().await,
            Command::SetupLink(command) => command.run().await,
            Command::Model(command) => command.run().await,
            Command::Doctor(command) => command.run().await,
            Command::Eval(command) => command.run().await,
            Command::Bench(command) => command.run().await,
            Command::Openapi => Ok(ExitCode::SUCCESS),
        }
    });
    // What still runs in the background was told to stop; a blocked thread must not hold the exit.
    runtime.shutdown_timeout(std::time::Duration::from_secs(2));
    code
}

/// Runs `work` with a client, and ends the client's application whatever happens.
async fn with_client<T>(
    data: &DataArgs,
    work: impl AsyncFnOnce(&Client) -> anyhow::Result<T>,
) -> anyhow::Result<T> {
    connected(data, false, work).await
}

/// As [`with_client`], for commands that queue a job.
async fn with_worker<T>(
    data: &DataArgs,
    work: impl AsyncFnOnce(&Client) -> anyhow::Result<T>,
) -> anyhow::Result<T> {
    connected(data, true, work).await
}

async fn connected<T>(
    data: &DataArgs,
    works: bool,
    work: impl AsyncFnOnce(&Client) -> anyhow::Result<T>,
) -> anyhow::Result<T> {
    let mut config = data.load()?;
    // A command's output is its answer; what the application logs on the way is for failures.
    if std::env::var_os("STOCKTAKE_LOG_FILTER").is_none() {
        config.log.filter = "error".to_owned();
    }
    crate::telemetry::start(&config.log)?;
    let client = Client::connect(&data.data_dir, &config, works).await?;
    let result = work(&client).await;
    client.close().await;
    result
}
