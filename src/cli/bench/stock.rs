//! A first and a second sync of a simulated estate, each as a process of its own.

use std::path::Path;

use anyhow::Context;
use serde_json::Value;

use super::Figure;
use super::process::Process;

/// A synced data folder, kept for what is measured next.
pub struct Stock {
    folder: tempfile::TempDir,
    _simulator: Process,
}

impl Stock {
    pub fn data_dir(&self) -> &Path {
        self.folder.path()
    }
}

pub async fn sync(desktops: usize, accounts: usize) -> anyhow::Result<(Stock, Vec<Figure>)> {
    let (count, clients) = (desktops.to_string(), accounts.to_string());
    let mut simulator = Process::start(
        &[
            "simulate",
            "--listen",
            "127.0.0.1:0",
            "--desktops",
            &count,
            "--accounts",
            &clients,
            "--speed",
            "0",
        ],
        &[],
    )?;
    let first_line = simulator.line().await?;
    let url = first_line
        .split_whitespace()
        .last()
        .context("the simulator printed no address")?
        .to_owned();
    let folder = tempfile::tempdir()?;
    let data_dir = folder.path().display().to_string();
    let variables = [
        ("AWS_ENDPOINT_URL", url),
        ("AWS_ACCESS_KEY_ID", "bench".to_owned()),
        ("AWS_SECRET_ACCESS_KEY", "bench".to_owned()),
        ("AWS_REGION", "us-east-1".to_owned()),
        // The simulator has no quota; the figure is ours, not a bucket's.
        ("STOCKTAKE_AWS_REQUESTS_PER_SECOND", "0".to_owned()),
    ];
    let discover = [
        "account",
        "discover",
        "--data-dir",
        &data_dir,
        "--org",
        "Bench",
        "--role-name",
        "stocktake-read",
        "--external-id",
        "stocktake-demo",
        "--regions",
        "us-east-1,eu-west-1",
        "--add",
        "--format",
        "json",
    ];
    Process::start(&discover, &variables)?.finish().await?;

    let command = [
        "sync",
        "--data-dir",
        &data_dir,
        "--wait",
        "--format",
        "json",
    ];
    let (first, first_seconds, peak) = Process::start(&command, &variables)?.finish().await?;
    let (second, second_seconds, _) = Process::start(&command, &variables)?.finish().await?;
    let (first, second): (Value, Value) = (
        serde_json::from_str(&first)?,
        serde_json::from_str(&second)?,
    );
    let figure = |name: &str, value, unit, target| {
        let name = format!("{name}, {desktops} desktops in {accounts} accounts");
        Figure::new(name, value, unit, target)
    };
    let number = |answer: &Value, pointer: &str| {
        answer
            .pointer(pointer)
            .and_then(Value::as_f64)
            .with_context(|| format!("the sync's answer has no {pointer}"))
    };
    let figures = vec![
        figure(
            "first sync",
            first_seconds,
            "s",
            "under 15 for 10,000; linear beyond",
        ),
        figure(
            "second sync without a change",
            second_seconds,
            "s",
            "under 5 for 10,000",
        ),
        figure(
            "versions written by it",
            number(&second, "/run/counts/versions_written")?,
            "versions",
            "0",
        ),
        figure(
            "peak memory of the first sync",
            peak,
            "MiB",
            "under 250 for 100,000",
        ),
        figure(
            "API calls per 25 desktops, first",
            number(&first, "/run/calls_per_25_desktops")?,
            "calls",
            "2.5",
        ),
        figure(
            "API calls per 25 desktops, routine",
            number(&second, "/run/calls_per_25_desktops")?,
            "calls",
            "2.5",
        ),
    ];
    Ok((
        Stock {
            folder,
            _simulator: simulator,
        },
        figures,
    ))
}
