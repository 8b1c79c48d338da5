//! The least HTTP client that can talk to the simulator: one connection for each call, nothing shared with the crate.

use std::net::SocketAddr;
use std::time::Duration;

use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

pub const REGION: &str = "eu-west-1";
const PATIENCE: Duration = Duration::from_secs(10);

#[derive(Clone)]
pub struct Client {
    pub addr: SocketAddr,
    pub key: String,
    pub token: Option<String>,
    pub region: String,
}

pub struct Reply {
    pub status: u16,
    pub head: String,
    pub body: Vec<u8>,
    /// Content-Length promised more than came.
    pub cut: bool,
}

impl Reply {
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).expect("a JSON body")
    }

    /// The error code, or nothing when the call went well.
    pub fn code(&self) -> String {
        if self.status == 200 {
            String::new()
        } else {
            self.json()["__type"]
                .as_str()
                .unwrap_or_default()
                .to_owned()
        }
    }
}

impl Client {
    pub fn root(addr: SocketAddr) -> Self {
        Self {
            addr,
            key: "AKIDEXAMPLE".to_owned(),
            token: None,
            region: REGION.to_owned(),
        }
    }

    pub fn in_region(&self, region: &str) -> Self {
        Self {
            region: region.to_owned(),
            ..self.clone()
        }
    }

    pub async fn send(&self, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Reply {
        let mut request = format!("POST {path} HTTP/1.1\r\nHost: aws\r\nConnection: close\r\n");
        let signature = "0".repeat(64);
        request += &format!(
            "Authorization: AWS4-HMAC-SHA256 Credential={}/20260101/{}/any/aws4_request, SignedHeaders=host, Signature={signature}\r\n",
            self.key, self.region
        );
        if let Some(token) = &self.token {
            request += &format!("X-Amz-Security-Token: {token}\r\n");
        }
        for (name, value) in headers {
            request += &format!("{name}: {value}\r\n");
        }
        request += &format!("Content-Length: {}\r\n\r\n", body.len());
        let mut bytes = request.into_bytes();
        bytes.extend(body);
        raw(self.addr, &bytes).await
    }

    /// An AWS JSON call, `target` as in `WorkspacesService.DescribeWorkspaces`.
    pub async fn call(&self, target: &str, input: Value) -> Reply {
        let headers = [
            ("X-Amz-Target", target),
            ("Content-Type", "application/x-amz-json-1.1"),
        ];
        self.send("/", &headers, input.to_string().as_bytes()).await
    }

    /// A call that must go well.
    pub async fn ask(&self, target: &str, input: Value) -> Value {
        let reply = self.call(target, input).await;
        assert_eq!(reply.status, 200, "{}", reply.text());
        reply.json()
    }

    pub async fn workspaces(&self, operation: &str, input: Value) -> Reply {
        self.call(&format!("WorkspacesService.{operation}"), input)
            .await
    }

    pub async fn sts(&self, form: &str) -> Reply {
        let form = format!("Version=2011-06-15&{form}");
        self.send(
            "/",
            &[("Content-Type", "application/x-www-form-urlencoded")],
            form.as_bytes(),
        )
        .await
    }

    /// A client with the account's role for reading, or STS's refusal.
    pub async fn assume(&self, account: &str, external_id: Option<&str>) -> Result<Client, Reply> {
        self.assume_role(account, "stocktake-read", external_id)
            .await
    }

    /// A client with the account's role for changing things.
    pub async fn writer(&self, account: &str) -> Client {
        let root = Client {
            token: None,
            key: "AKIDEXAMPLE".to_owned(),
            ..self.clone()
        };
        let assumed = root
            .assume_role(account, "stocktake-write", Some("stocktake-demo"))
            .await;
        assumed.ok().expect("the role is there")
    }

    pub async fn assume_role(
        &self,
        account: &str,
        role: &str,
        external_id: Option<&str>,
    ) -> Result<Client, Reply> {
        let external_id = external_id
            .map(|id| format!("&ExternalId={id}"))
            .unwrap_or_default();
        let role = format!("arn%3Aaws%3Aiam%3A%3A{account}%3Arole%2F{role}");
        let reply = self
            .sts(&format!(
                "Action=AssumeRole&RoleSessionName=test&RoleArn={role}{external_id}"
            ))
            .await;
        if reply.status != 200 {
            return Err(reply);
        }
        let text = reply.text();
        let key = element(&text, "AccessKeyId");
        Ok(Client {
            key,
            token: Some(element(&text, "SessionToken")),
            ..self.clone()
        })
    }

    /// Ids of all pages of DescribeWorkspaces, at most so many pages.
    pub async fn list(&self, filters: Value, most_pages: usize) -> Vec<String> {
        let mut ids = Vec::new();
        let mut input = filters;
        for _ in 0..most_pages {
            let reply = self.workspaces("DescribeWorkspaces", input.clone()).await;
            assert_eq!(reply.status, 200, "{}", reply.text());
            let page = reply.json();
            let rows = page["Workspaces"].as_array().expect("a list").clone();
            assert!(rows.len() <= 25);
            ids.extend(
                rows.iter()
                    .map(|row| row["WorkspaceId"].as_str().expect("an id").to_owned()),
            );
            match page.get("NextToken") {
                Some(token) => input["NextToken"] = token.clone(),
                None => break,
            }
        }
        ids
    }

    pub async fn row(&self, id: &str) -> Option<Value> {
        let reply = self
            .workspaces(
                "DescribeWorkspaces",
                serde_json::json!({ "WorkspaceIds": [id] }),
            )
            .await;
        assert_eq!(reply.status, 200, "{}", reply.text());
        reply.json()["Workspaces"].get(0).cloned()
    }

    pub async fn state(&self, id: &str) -> String {
        self.row(id).await.map_or_else(
            || "GONE".to_owned(),
            |row| row["State"].as_str().expect("a state").to_owned(),
        )
    }
}

pub fn element(xml: &str, name: &str) -> String {
    let (open, close) = (format!("<{name}>"), format!("</{name}>"));
    let from = xml.find(&open).expect("the element") + open.len();
    xml[from..from + xml[from..].find(&close).expect("its end")].to_owned()
}

pub async fn raw(addr: SocketAddr, request: &[u8]) -> Reply {
    let mut stream = TcpStream::connect(addr)
        .await
        .expect("the simulator listens");
    stream
        .write_all(request)
        .await
        .expect("the request is sent");
    let mut bytes = Vec::new();
    // A cut body may end in a reset: what came before it counts.
    let _ = timeout(PATIENCE, stream.read_to_end(&mut bytes))
        .await
        .expect("an answer in time");
    let at = bytes
        .windows(4)
        .position(|four| four == b"\r\n\r\n")
        .expect("a head")
        + 4;
    let head = String::from_utf8_lossy(&bytes[..at]).to_ascii_lowercase();
    let status = head[9..12].parse().expect("a status");
    let promised = head.lines().find_map(|line| {
        line.strip_prefix("content-length: ")?
            .trim()
            .parse::<usize>()
            .ok()
    });
    let body = bytes[at..].to_vec();
    Reply {
        status,
        cut: promised.is_some_and(|n| n > body.len()),
        head,
        body,
    }
}
