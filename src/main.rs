//! The binary: reads the command line, sets up memory and logging, and turns the end of a command
//! into an exit code. What the commands do is in `cli/`, how the rooms are put together in `app`,
//! which language model answers in `model`.

mod app;
mod cli;
mod config;
mod configured;
mod model;
mod telemetry;

use std::process::ExitCode;

use clap::Parser;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let cli = cli::Cli::parse();
    match cli::run(cli) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("stocktake: {error:#}");
            ExitCode::from(cli::exit::FAILED)
        }
    }
}
