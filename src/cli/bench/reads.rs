//! The desktop list under 50 concurrent clients: every filter and sort from cold, and one page
//! again and again.

use std::path::Path;
use std::time::Duration;

use anyhow::Context;
use serde_json::{Value, json};

use super::Figure;
use super::load::{Connection, run};
use super::process::Process;
use super::start::free_address;

const CLIENTS: usize = 50;

const FILTERS: &[&str] = &[
    "",
    "state=AVAILABLE",
    "state=STOPPED,ERROR",
    "running_mode=AUTO_STOP",
    "running_mode=ALWAYS_ON&state=AVAILABLE",
    "compute_type=STANDARD",
    "region=eu-west-1",
    "never_connected=true",
    "last_connected_before=2026-01-01",
    "tag.Department=Finance",
    "tag.Environment=production&region=us-east-1",
    "q=ann",
    "q=performance",
    "connection_state=CONNECTED",
];

const SORTS: &[&str] = &[
    "",
    "user_name",
    "-user_name",
    "state",
    "-last_connected_at",
    "last_connected_at",
    "computer_name",
    "-created_at",
    "compute_type",
    "account_name",
    "directory_name",
    "-running_mode",
];

pub async fn measure(data_dir: &Path) -> anyhow::Result<Vec<Figure>> {
    let address = free_address()?;
    let (folder, listen) = (data_dir.display().to_string(), address.to_string());
    let variables = [
        ("STOCKTAKE_LIMITS_SESSION_PER_MINUTE", "0".to_owned()),
        ("STOCKTAKE_LIMITS_ANONYMOUS_PER_MINUTE", "0".to_owned()),
    ];
    let server = Process::start(
        &["serve", "--data-dir", &folder, "--listen", &listen],
        &variables,
    )?;
    let token = login(data_dir, address).await?;
    let headers = format!("authorization: Bearer {token}\r\n");
    let request = |query: &str| {
        format!("GET /api/v1/workspaces?{query} HTTP/1.1\r\nhost: localhost\r\n{headers}\r\n")
    };

    let mut varied = Vec::new();
    for filter in FILTERS {
        for sort in SORTS {
            let query = [*filter, &sort_parameter(sort), "limit=50"]
                .into_iter()
                .filter(|part| !part.is_empty())
                .collect::<Vec<_>>()
                .join("&");
            varied.push(request(&query));
        }
    }
    // People pause between two clicks: 50 of them with a second each.
    let paced = run(address, CLIENTS, &varied, 12, Duration::from_secs(1)).await?;
    let pressed = run(address, CLIENTS, &varied, 60, Duration::ZERO).await?;
    let same = [request("limit=50")];
    run(address, CLIENTS, &same, 40, Duration::ZERO).await?;
    let repeat = run(address, CLIENTS, &same, 1200, Duration::ZERO).await?;
    let resident = server.resident_mib()?;
    let figure = |name: &str, value, unit, target| Figure {
        name: name.to_owned(),
        value,
        unit,
        target,
    };
    Ok(vec![
        figure(
            "list from cold, 50 people clicking once a second, p95",
            paced.percentile(0.95),
            "ms",
            "under 20",
        ),
        figure(
            "list from cold, 50 people clicking once a second, median",
            paced.percentile(0.5),
            "ms",
            "",
        ),
        figure(
            "list, every filter and sort, 50 clients without a pause, p95",
            pressed.percentile(0.95),
            "ms",
            "under 20",
        ),
        figure(
            "list, every filter and sort, 50 clients without a pause",
            pressed.per_second(),
            "requests/s",
            "",
        ),
        figure(
            "the same page again, 50 clients",
            repeat.per_second(),
            "requests/s",
            "12,000 or more",
        ),
        figure(
            "the same page again, p95",
            repeat.percentile(0.95),
            "ms",
            "",
        ),
        figure(
            "resident memory of serve after the load",
            resident,
            "MiB",
            "",
        ),
    ])
}

fn sort_parameter(sort: &str) -> String {
    if sort.is_empty() {
        String::new()
    } else {
        format!("sort={sort}")
    }
}

/// Makes a user through the control socket and logs in as that user.
pub async fn login(data_dir: &Path, address: std::net::SocketAddr) -> anyhow::Result<String> {
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
