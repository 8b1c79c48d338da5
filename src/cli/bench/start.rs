//! Cold start to the first answer on `/health`, and memory at rest.

use std::net::{SocketAddr, TcpListener};
use std::time::{Duration, Instant};

use super::Figure;
use super::load::Connection;
use super::process::Process;

const STARTS: usize = 10;

pub async fn measure() -> anyhow::Result<Vec<Figure>> {
    let mut starts = Vec::with_capacity(STARTS);
    let mut resident = 0.0;
    for _ in 0..STARTS {
        let folder = tempfile::tempdir()?;
        // The first start of a folder creates the database; the one that counts finds it there.
        start_once(folder.path()).await?.1.stop().await?;
        let (seconds, server) = start_once(folder.path()).await?;
        starts.push(seconds * 1000.0);
        if starts.len() == STARTS {
            tokio::time::sleep(Duration::from_secs(3)).await;
            resident = server.resident_mib()?;
        }
    }
    starts.sort_by(f64::total_cmp);
    Ok(vec![
        Figure::new(
            format!("cold start to first 200 on /health, median of {STARTS}"),
            starts[STARTS / 2],
            "ms",
            "under 50",
        ),
        Figure::new(
            "resident memory of serve at rest",
            resident,
            "MiB",
            "under 30",
        ),
    ])
}

async fn start_once(folder: &std::path::Path) -> anyhow::Result<(f64, Process)> {
    let address = free_address()?;
    let (data_dir, listen) = (folder.display().to_string(), address.to_string());
    let clock = Instant::now();
    let server = Process::start(
        &["serve", "--data-dir", &data_dir, "--listen", &listen],
        &[],
    )?;
    loop {
        if let Ok(mut connection) = Connection::open(address).await
            && connection
                .get("/health/ready", "")
                .await
                .is_ok_and(|answer| answer.status == 200)
        {
            return Ok((clock.elapsed().as_secs_f64(), server));
        }
        anyhow::ensure!(
            clock.elapsed() < Duration::from_secs(20),
            "the server did not answer within 20 s"
        );
        tokio::time::sleep(Duration::from_micros(500)).await;
    }
}

/// A loopback address that was free a moment ago.
pub fn free_address() -> anyhow::Result<SocketAddr> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?)
}
