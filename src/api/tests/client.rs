//! An HTTP client small enough to send what well-behaved ones refuse to.

use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use serde_json::Value;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpStream, UnixStream};

/// No answer takes this long.
const PATIENCE: Duration = Duration::from_secs(20);

pub struct Answer {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Answer {
    pub fn header(&self, name: &str) -> Option<&str> {
        let found = self
            .headers
            .iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|error| panic!("{error}: {}", self.text()))
    }

    /// The code of a problem, after checking that it is one.
    pub fn code(&self) -> String {
        let problem = self.json();
        assert_eq!(
            self.header("content-type"),
            Some("application/problem+json")
        );
        assert_eq!(problem["status"], self.status, "{problem}");
        problem["code"]
            .as_str()
            .expect("a problem has a code")
            .to_owned()
    }
}

/// What to send.
#[derive(Clone)]
pub struct Request {
    method: String,
    path: String,
    headers: Vec<(String, String)>,
    body: Option<String>,
}

impl Request {
    pub fn new(method: &str, path: &str) -> Self {
        let (method, path) = (method.to_owned(), path.to_owned());
        Self {
            method,
            path,
            headers: Vec::new(),
            body: None,
        }
    }

    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    pub fn bearer(self, token: &str) -> Self {
        self.header("authorization", &format!("Bearer {token}"))
    }

    pub fn json(self, body: &Value) -> Self {
        self.body(&body.to_string())
            .header("content-type", "application/json")
    }

    pub fn body(mut self, body: &str) -> Self {
        self.body = Some(body.to_owned());
        self
    }

    fn bytes(&self, host: &str) -> Vec<u8> {
        let mut text = format!(
            "{} {} HTTP/1.1\r\nConnection: close\r\n",
            self.method, self.path
        );
        if !self
            .headers
            .iter()
            .any(|(name, _)| name.eq_ignore_ascii_case("host"))
        {
            text += &format!("Host: {host}\r\n");
        }
        for (name, value) in &self.headers {
            text += &format!("{name}: {value}\r\n");
        }
        if let Some(body) = &self.body {
            text += &format!("Content-Length: {}\r\n", body.len());
        }
        text += "\r\n";
        text += self.body.as_deref().unwrap_or("");
        text.into_bytes()
    }

    pub async fn send(&self, to: SocketAddr) -> Answer {
        let stream = TcpStream::connect(to).await.unwrap();
        exchange(stream, &self.bytes(&to.to_string())).await
    }

    pub async fn send_to_socket(&self, path: &Path) -> Answer {
        let stream = UnixStream::connect(path).await.unwrap();
        exchange(stream, &self.bytes("localhost")).await
    }

    /// Sends and hands the open connection over once the head of the answer is there.
    pub async fn open(&self, to: SocketAddr) -> (Answer, Open) {
        let mut stream = TcpStream::connect(to).await.unwrap();
        stream
            .write_all(&self.bytes(&to.to_string()))
            .await
            .unwrap();
        let mut open = Open {
            stream,
            seen: Vec::new(),
        };
        let end = loop {
            if let Some(end) = end_of_head(&open.seen) {
                break end;
            }
            assert!(open.more().await, "the connection closed early");
        };
        let rest = open.seen.split_off(end);
        let answer = parse_head(&open.seen);
        open.seen = rest;
        (answer, open)
    }
}

/// An answer that is still coming.
pub struct Open {
    stream: TcpStream,
    seen: Vec<u8>,
}

impl Open {
    /// Reads some more; false at the end.
    async fn more(&mut self) -> bool {
        let mut part = [0; 4096];
        let count = tokio::time::timeout(PATIENCE, self.stream.read(&mut part)).await;
        let count = count.expect("the answer stalled").unwrap_or(0);
        self.seen.extend_from_slice(&part[..count]);
        count > 0
    }

    /// Everything so far, once `text` is in it.
    pub async fn until(&mut self, text: &str) -> String {
        loop {
            let seen = String::from_utf8_lossy(&self.seen).into_owned();
            if seen.contains(text) {
                return seen;
            }
            assert!(self.more().await, "closed before {text:?} in {seen:?}");
        }
    }

    /// Waits until the other side closes.
    pub async fn closed(&mut self) {
        while self.more().await {}
    }
}

/// Writes `bytes` and reads one answer to the end of the connection.
pub async fn exchange(mut stream: impl AsyncRead + AsyncWrite + Unpin, bytes: &[u8]) -> Answer {
    // The server may answer and close before it has read everything.
    let _refused = stream.write_all(bytes).await;
    read_answer(stream).await
}

pub async fn read_answer(mut stream: impl AsyncRead + Unpin) -> Answer {
    let mut seen = Vec::new();
    let read = async {
        let mut part = [0; 16384];
        // A reset after the answer is the server not reading the rest of the request.
        while let Ok(count @ 1..) = stream.read(&mut part).await {
            seen.extend_from_slice(&part[..count]);
        }
    };
    tokio::time::timeout(PATIENCE, read)
        .await
        .expect("no answer in time");
    let end = end_of_head(&seen)
        .unwrap_or_else(|| panic!("no answer: {:?}", String::from_utf8_lossy(&seen)));
    let mut answer = parse_head(&seen[..end]);
    answer.body = match answer.header("transfer-encoding") {
        Some("chunked") => dechunk(&seen[end..]),
        _ => seen[end..].to_vec(),
    };
    answer
}

fn end_of_head(bytes: &[u8]) -> Option<usize> {
    bytes
        .windows(4)
        .position(|window| window == b"\r\n\r\n")
        .map(|at| at + 4)
}

fn parse_head(bytes: &[u8]) -> Answer {
    let text = String::from_utf8_lossy(bytes);
    let mut lines = text.lines();
    let status = lines
        .next()
        .and_then(|line| line.split(' ').nth(1))
        .unwrap()
        .parse()
        .unwrap();
    let headers = lines
        .filter_map(|line| line.split_once(": "))
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
    Answer {
        status,
        headers,
        body: Vec::new(),
    }
}

fn dechunk(mut bytes: &[u8]) -> Vec<u8> {
    let mut whole = Vec::new();
    while let Some(end) = bytes.windows(2).position(|window| window == b"\r\n") {
        let size = std::str::from_utf8(&bytes[..end]).unwrap();
        let size = usize::from_str_radix(size, 16).unwrap();
        whole.extend_from_slice(&bytes[end + 2..end + 2 + size]);
        bytes = &bytes[end + 2 + size + 2..];
    }
    whole
}
