//! Runs this binary as a child and reads its memory from `/proc`.

use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, ChildStdout, Command};

/// A running child that is ended when dropped.
pub struct Process {
    child: Child,
    output: Option<BufReader<ChildStdout>>,
}

impl Process {
    /// Starts `stocktake ARGS` with these variables added.
    pub fn start(args: &[&str], variables: &[(&str, String)]) -> anyhow::Result<Self> {
        let mut command = Command::new(std::env::current_exe()?);
        command
            .args(args)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true);
        for (name, value) in variables {
            command.env(name, value);
        }
        let mut child = command
            .spawn()
            .context("this binary could not be started again")?;
        let output = child.stdout.take().map(BufReader::new);
        Ok(Self { child, output })
    }

    /// The next line it prints.
    pub async fn line(&mut self) -> anyhow::Result<String> {
        let mut line = String::new();
        let output = self
            .output
            .as_mut()
            .context("its output was taken already")?;
        let read = tokio::time::timeout(Duration::from_secs(60), output.read_line(&mut line)).await;
        match read.context("it printed nothing for a minute")?? {
            0 => bail!("it ended without printing what was expected"),
            _ => Ok(line.trim_end().to_owned()),
        }
    }

    /// Resident memory now, in MiB.
    pub fn resident_mib(&self) -> anyhow::Result<f64> {
        status_mib(self.child.id().context("it has ended")?, "VmRSS:")
    }

    /// Ends it and waits until it is gone, with the locks it held.
    pub async fn stop(mut self) -> anyhow::Result<()> {
        self.child.kill().await?;
        Ok(())
    }

    /// Waits for its end; answers its output, seconds, and the most memory it held, in MiB.
    pub async fn finish(mut self) -> anyhow::Result<(String, f64, f64)> {
        let clock = Instant::now();
        let id = self.child.id().context("it has ended")?;
        let output = self.output.take().context("its output was taken already")?;
        let reader = tokio::spawn(read_all(output));
        let mut peak: f64 = 0.0;
        let status = loop {
            // The high-water mark only grows, so a sample taken late enough is exact.
            peak = peak.max(status_mib(id, "VmHWM:").unwrap_or(0.0));
            if let Some(status) = self.child.try_wait()? {
                break status;
            }
            anyhow::ensure!(
                clock.elapsed() < Duration::from_secs(900),
                "it did not end within 15 minutes"
            );
            tokio::time::sleep(Duration::from_millis(20)).await;
        };
        let seconds = clock.elapsed().as_secs_f64();
        let text = reader.await??;
        anyhow::ensure!(status.success(), "it ended with {status}: {text}");
        Ok((text, seconds, peak))
    }
}

async fn read_all(mut output: BufReader<ChildStdout>) -> std::io::Result<String> {
    let mut text = String::new();
    tokio::io::AsyncReadExt::read_to_string(&mut output, &mut text).await?;
    Ok(text)
}

fn status_mib(id: u32, field: &str) -> anyhow::Result<f64> {
    let status = std::fs::read_to_string(Path::new("/proc").join(id.to_string()).join("status"))?;
    let kib: f64 = status
        .lines()
        .find_map(|line| line.strip_prefix(field))
        .and_then(|rest| rest.split_whitespace().next())
        .and_then(|number| number.parse().ok())
        .with_context(|| format!("/proc has no {field} for {id}"))?;
    Ok(kib / 1024.0)
}
