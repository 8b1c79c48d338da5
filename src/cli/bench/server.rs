//! A server of this binary over a data folder, with somebody logged in. It limits nobody's requests.

use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use anyhow::Context;
use serde_json::{Value, json};

use super::load::Connection;
use super::process::Process;
use super::start::free_address;

pub struct Server {
    pub process: Process,
    pub address: SocketAddr,
    /// Whole lines, each ending in CR LF.
    pub headers: String,
}

impl Server {
    /// Starts it with these variables added.
    pub async fn start(data_dir: &Path, variables: &[(&str, String)]) -> anyhow::Result<Self> {
        let address = free_address()?;
        let (folder, listen) = (data_dir.display().to_string(), address.to_string());
        let mut all = vec![
            ("STOCKTAKE_LIMITS_SESSION_PER_MINUTE", "0".to_owned()),
            ("STOCKTAKE_LIMITS_ANONYMOUS_PER_MINUTE", "0".to_owned()),
        ];
        all.extend_from_slice(variables);
        let process = Process::start(&["serve", "--data-dir", &folder, "--listen", &listen], &all)?;
        let token = login(data_dir, address).await?;
        Ok(Self {
            process,
            address,
            headers: format!("authorization: Bearer {token}\r\n"),
        })
    }

    /// A request for a page of the desktop list.
    pub fn desktops(&self, query: &str) -> String {
        format!(
            "GET /api/v1/workspaces?{query} HTTP/1.1\r\nhost: localhost\r\n{}\r\n",
            self.headers
        )
    }
}

/// Makes a user through the control socket and logs in as that user.
async fn login(data_dir: &Path, address: std::net::SocketAddr) -> anyhow::Result<String> {
    let socket = data_dir.join(super::super::SOCKET);
    for _ in 0..400 {
        if tokio::net::UnixStream::connect(&socket).await.is_ok() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let client =
        super::super::client::Client::connect(data_dir, &crate::config::Config::default(), false)
            .await?;
    anyhow::ensure!(
        !client.is_local(),
        "the server to be measured did not start"
    );
    let password = super::super::demo::random_password();
    // A data folder that is served twice has the first one's user already.
    let username = format!("bench-{}", address.port());
    let user = json!({ "username": username, "password": password, "global_admin": true });
    client.post::<Value>("/api/v1/users", &user).await?;
    let credentials = json!({ "username": username, "password": password }).to_string();
    let answer = Connection::open(address)
        .await?
        .post("/api/v1/auth/login", "", &credentials)
        .await?;
    let body: Value = serde_json::from_slice(&answer.body)?;
    Ok(body["access_token"]
        .as_str()
        .context("the login gave no token")?
        .to_owned())
}
