//! How commands reach the API: through `DIR/control.sock`. When a server runs on the data folder,
//! that is its socket; otherwise the command starts the same application in this process, without
//! a network address, and talks to its own socket. So every command has one path, and what the
//! command line can do the API can do.

use std::path::{Path, PathBuf};

use anyhow::Context;
use domain::error::Problem;
use futures::stream::{self, Stream};
use http_body_util::{BodyExt, Full, StreamBody};
use hyper::body::{Bytes, Frame, Incoming};
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::io::AsyncReadExt;
use tokio::net::UnixStream;

use crate::app::{App, Mode};
use crate::config::Config;

/// Moves the bytes of one connection.
type Driver = tokio::task::JoinHandle<hyper::Result<()>>;

pub const SOCKET: &str = "control.sock";

pub struct Client {
    socket: PathBuf,
    /// The application of this process, when no server was there to do the work.
    local: Option<App>,
}

/// An answer that is not a success.
#[derive(Debug, thiserror::Error)]
#[error("{}", describe(.0))]
pub struct Refused(pub Problem);

fn describe(problem: &Problem) -> String {
    if problem.errors.is_empty() {
        return problem
            .detail
            .clone()
            .unwrap_or_else(|| problem.title.clone());
    }
    let lines: Vec<String> = problem
        .errors
        .iter()
        .map(|error| format!("{}: {}", error.field, error.message))
        .collect();
    lines.join("\n  ")
}

impl Client {
    /// Reaches the server that holds `data_dir`, or becomes it for the length of the command; `works`
    /// says that the command queues a job which somebody has to run.
    pub async fn connect(data_dir: &Path, config: &Config, works: bool) -> anyhow::Result<Self> {
        let socket = data_dir.join(SOCKET);
        if UnixStream::connect(&socket).await.is_ok() {
            return Ok(Self {
                socket,
                local: None,
            });
        }
        let app = App::start(data_dir, config, Mode::Command { works }).await?;
        Ok(Self {
            socket,
            local: Some(app),
        })
    }

    /// Whether this process does the work itself.
    pub fn is_local(&self) -> bool {
        self.local.is_some()
    }

    pub async fn get<T: DeserializeOwned>(&self, path: &str) -> anyhow::Result<T> {
        self.call(Method::GET, path, None::<&()>).await
    }

    pub async fn post<T: DeserializeOwned>(
        &self,
        path: &str,
        body: &impl Serialize,
    ) -> anyhow::Result<T> {
        self.call(Method::POST, path, Some(body)).await
    }

    pub async fn patch<T: DeserializeOwned>(
        &self,
        path: &str,
        body: &impl Serialize,
    ) -> anyhow::Result<T> {
        self.call(Method::PATCH, path, Some(body)).await
    }

    pub async fn put<T: DeserializeOwned>(
        &self,
        path: &str,
        body: &impl Serialize,
    ) -> anyhow::Result<T> {
        self.call(Method::PUT, path, Some(body)).await
    }

    /// Deletes; the answer has no body.
    pub async fn delete(&self, path: &str) -> anyhow::Result<()> {
        self.exchange(Method::DELETE, path, None::<&()>)
            .await
            .map(|_| ())
    }

    /// An answer that is text.
    pub async fn text(&self, path: &str) -> anyhow::Result<String> {
        let bytes = self.exchange(Method::GET, path, None::<&()>).await?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }

    /// An answer that is a file.
    pub async fn bytes(&self, path: &str) -> anyhow::Result<Vec<u8>> {
        Ok(self
            .exchange(Method::GET, path, None::<&()>)
            .await?
            .to_vec())
    }

    /// Every row of a paged list.
    pub async fn all<T: DeserializeOwned>(&self, path: &str) -> anyhow::Result<Vec<T>> {
        let separator = if path.contains('?') { '&' } else { '?' };
        let first = format!("{path}{separator}limit={}", domain::listing::MAX_LIMIT);
        let mut page: domain::listing::Page<T> = self.get(&first).await?;
        let mut items = page.items;
        while let Some(cursor) = page.next_cursor {
            page = self
                .get(&format!("{first}&cursor={}", encode(&cursor)))
                .await?;
            items.append(&mut page.items);
        }
        Ok(items)
    }

    async fn call<T: DeserializeOwned>(
        &self,
        method: Method,
        path: &str,
        body: Option<&impl Serialize>,
    ) -> anyhow::Result<T> {
        let bytes = self.exchange(method, path, body).await?;
        serde_json::from_slice(&bytes)
            .with_context(|| format!("the answer of {path} is not what this version expects"))
    }

    /// Posts and hands each server-sent event on as it comes: its name and its data.
    pub async fn events(
        &self,
        path: &str,
        body: &impl Serialize,
        mut each: impl FnMut(&str, &str) -> anyhow::Result<()>,
    ) -> anyhow::Result<()> {
        let (response, driver) = self
            .send(Method::POST, path, Some(body), "text/event-stream")
            .await?;
        let (status, mut body) = (response.status(), response.into_body());
        if !status.is_success() {
            return Err(refusal(status, &body.collect().await?.to_bytes()));
        }
        let mut seen = Vec::new();
        while let Some(frame) = body.frame().await {
            if let Ok(data) = frame?.into_data() {
                seen.extend_from_slice(&data);
            }
            while let Some(end) = seen.windows(2).position(|pair| pair == b"\n\n") {
                let message: Vec<u8> = seen.drain(..end + 2).collect();
                if let Some((name, data)) = event(&String::from_utf8_lossy(&message)) {
                    each(&name, &data)?;
                }
            }
        }
        driver.abort();
        Ok(())
    }

    /// Posts files, one after the other, as one body; they may be larger than the memory.
    pub async fn upload<T: DeserializeOwned>(
        &self,
        path: &str,
        files: &[PathBuf],
    ) -> anyhow::Result<T> {
        let stream = self.stream().await?;
        let (mut sender, connection) =
            hyper::client::conn::http1::handshake(TokioIo::new(stream)).await?;
        let driver = tokio::spawn(connection);
        let request = Request::builder()
            .method(Method::POST)
            .uri(path)
            .header("host", "localhost")
            .header("content-type", "application/octet-stream")
            .header("accept", "application/json")
            .body(StreamBody::new(Box::pin(parts(files.to_vec()))))?;
        let response = sender.send_request(request).await?;
        let status = response.status();
        let bytes = response.into_body().collect().await?.to_bytes();
        driver.abort();
        if !status.is_success() {
            return Err(refusal(status, &bytes));
        }
        serde_json::from_slice(&bytes)
            .with_context(|| format!("the answer of {path} is not what this version expects"))
    }

    async fn stream(&self) -> anyhow::Result<UnixStream> {
        UnixStream::connect(&self.socket)
            .await
            .with_context(|| format!("no answer on {}", self.socket.display()))
    }

    /// Sends one request; answers the body of a success.
    async fn exchange(
        &self,
        method: Method,
        path: &str,
        body: Option<&impl Serialize>,
    ) -> anyhow::Result<Bytes> {
        let (response, driver) = self.send(method, path, body, "application/json").await?;
        let status = response.status();
        let bytes = response.into_body().collect().await?.to_bytes();
        driver.abort();
        if status.is_success() {
            Ok(bytes)
        } else {
            Err(refusal(status, &bytes))
        }
    }

    /// Sends one request on a connection of its own, which the task beside the answer drives.
    async fn send(
        &self,
        method: Method,
        path: &str,
        body: Option<&impl Serialize>,
        accept: &str,
    ) -> anyhow::Result<(Response<Incoming>, Driver)> {
        let stream = self.stream().await?;
        let (mut sender, connection) =
            hyper::client::conn::http1::handshake(TokioIo::new(stream)).await?;
        let driver = tokio::spawn(connection);
        let payload = body
            .map(serde_json::to_vec)
            .transpose()?
            .unwrap_or_default();
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header("host", "localhost")
            .header("content-type", "application/json")
            .header("accept", accept)
            .body(Full::new(Bytes::from(payload)))?;
        Ok((sender.send_request(request).await?, driver))
    }

    /// Ends the application if it was this process's own.
    pub async fn close(self) {
        if let Some(app) = self.local {
            app.stop().await;
        }
    }
}

/// The files' bytes, one file after the other.
fn parts(files: Vec<PathBuf>) -> impl Stream<Item = std::io::Result<Frame<Bytes>>> + Send {
    let state = (files.into_iter(), None::<tokio::fs::File>);
    stream::try_unfold(state, |(mut left, mut open)| async move {
        loop {
            let mut file = match open.take() {
                Some(file) => file,
                None => match left.next() {
                    Some(path) => tokio::fs::File::open(path).await?,
                    None => return Ok(None),
                },
            };
            let mut part = vec![0; 256 * 1024];
            let read = file.read(&mut part).await?;
            if read > 0 {
                part.truncate(read);
                return Ok(Some((Frame::data(Bytes::from(part)), (left, Some(file)))));
            }
        }
    })
}

/// Name and data of a server-sent event; a comment is none.
fn event(message: &str) -> Option<(String, String)> {
    let field = |name: &str| {
        let mut lines = message.lines();
        lines.find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
    };
    Some((field("event")?.to_owned(), field("data")?.to_owned()))
}

fn refusal(status: StatusCode, body: &[u8]) -> anyhow::Error {
    match serde_json::from_slice::<Problem>(body) {
        Ok(problem) => Refused(problem).into(),
        Err(_) => anyhow::anyhow!(
            "the server answered {status}: {}",
            String::from_utf8_lossy(body)
        ),
    }
}

/// `text` as a part of a path or query.
pub fn encode(text: &str) -> String {
    text.bytes().fold(String::new(), |mut out, byte| {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
        out
    })
}
