//! A load generator small enough to share the machine with what it measures: one keep-alive
//! connection per client, answers read by their length.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// One keep-alive HTTP/1.1 connection.
pub struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
}

pub struct Answer {
    pub status: u16,
    pub body: Vec<u8>,
}

impl Connection {
    pub async fn open(address: SocketAddr) -> anyhow::Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self {
            stream,
            buffer: Vec::with_capacity(64 * 1024),
        })
    }

    /// `headers` are whole lines, each ending in CR LF.
    pub async fn get(&mut self, path: &str, headers: &str) -> anyhow::Result<Answer> {
        self.send(format!("GET {path} HTTP/1.1\r\nhost: localhost\r\n{headers}\r\n").as_bytes())
            .await
    }

    pub async fn post(&mut self, path: &str, headers: &str, body: &str) -> anyhow::Result<Answer> {
        let length = body.len();
        let request = format!(
            "POST {path} HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n\
             content-length: {length}\r\n{headers}\r\n{body}"
        );
        self.send(request.as_bytes()).await
    }

    /// Sends a whole request and reads its whole answer.
    pub async fn send(&mut self, request: &[u8]) -> anyhow::Result<Answer> {
        self.stream.write_all(request).await?;
        self.buffer.clear();
        let head = loop {
            if let Some(end) = find(&self.buffer, b"\r\n\r\n") {
                break end + 4;
            }
            self.more().await?;
        };
        let text = std::str::from_utf8(&self.buffer[..head])?.to_ascii_lowercase();
        let status = text
            .get(9..12)
            .and_then(|code| code.parse().ok())
            .context("no status line")?;
        let length: usize = text
            .split("\r\n")
            .find_map(|line| line.strip_prefix("content-length:"))
            .context("an answer without a length")?
            .trim()
            .parse()?;
        while self.buffer.len() < head + length {
            self.more().await?;
        }
        Ok(Answer {
            status,
            body: self.buffer[head..head + length].to_vec(),
        })
    }

    async fn more(&mut self) -> anyhow::Result<()> {
        if self.stream.read_buf(&mut self.buffer).await? == 0 {
            bail!("the server closed the connection");
        }
        Ok(())
    }
}

fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    haystack
        .windows(needle.len())
        .position(|window| window == needle)
}

/// What a run of requests took.
pub struct Timings {
    /// Milliseconds of each request, sorted.
    pub each: Vec<f64>,
    pub seconds: f64,
}

impl Timings {
    pub fn percentile(&self, share: f64) -> f64 {
        let index = ((self.each.len() as f64 - 1.0) * share).round() as usize;
        self.each.get(index).copied().unwrap_or(f64::NAN)
    }

    pub fn per_second(&self) -> f64 {
        self.each.len() as f64 / self.seconds
    }
}

/// Sends `requests` from `clients` connections, each going round them from another start, `rounds`
/// times over, waiting `pause` between two requests. Every answer must be a 200.
pub async fn run(
    address: SocketAddr,
    clients: usize,
    requests: &[String],
    each_client: usize,
    pause: Duration,
) -> anyhow::Result<Timings> {
    let clock = Instant::now();
    let mut tasks = Vec::with_capacity(clients);
    for client in 0..clients {
        let requests: Vec<Vec<u8>> = requests
            .iter()
            .map(|request| request.clone().into_bytes())
            .collect();
        // People do not click in step.
        let offset = pause.mul_f64(client as f64 / clients as f64);
        tasks.push(tokio::spawn(async move {
            tokio::time::sleep(offset).await;
            let mut connection = Connection::open(address).await?;
            let mut each = Vec::with_capacity(each_client);
            for number in 0..each_client {
                if !pause.is_zero() {
                    tokio::time::sleep(pause).await;
                }
                let request = &requests[(client * 7 + number) % requests.len()];
                let start = Instant::now();
                let answer = connection.send(request).await?;
                each.push(start.elapsed().as_secs_f64() * 1000.0);
                if answer.status != 200 {
                    bail!(
                        "{} for {}",
                        answer.status,
                        String::from_utf8_lossy(&request[..60.min(request.len())])
                    );
                }
            }
            Ok(each)
        }));
    }
    let mut each = Vec::new();
    for task in tasks {
        each.extend(task.await??);
    }
    let seconds = clock.elapsed().as_secs_f64();
    each.sort_by(f64::total_cmp);
    Ok(Timings { each, seconds })
}
