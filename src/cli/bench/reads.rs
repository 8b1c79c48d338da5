//! The desktop list under 50 concurrent clients: every filter and sort from cold, and one page
//! again and again.

use std::path::Path;
use std::time::Duration;

use super::Figure;
use super::load::run;
use super::server::Server;

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
    let server = Server::start(data_dir, &[]).await?;
    let mut varied = Vec::new();
    for filter in FILTERS {
        for sort in SORTS {
            let query = [*filter, &sort_parameter(sort), "limit=50"]
                .into_iter()
                .filter(|part| !part.is_empty())
                .collect::<Vec<_>>()
                .join("&");
            varied.push(server.desktops(&query));
        }
    }
    // People pause between two clicks: 50 of them with a second each.
    let paced = run(server.address, CLIENTS, &varied, 12, Duration::from_secs(1)).await?;
    let pressed = run(server.address, CLIENTS, &varied, 60, Duration::ZERO).await?;
    let same = [server.desktops("limit=50")];
    run(server.address, CLIENTS, &same, 40, Duration::ZERO).await?;
    let repeat = run(server.address, CLIENTS, &same, 1200, Duration::ZERO).await?;
    let resident = server.process.resident_mib()?;
    Ok(vec![
        Figure::new(
            "list from cold, 50 people clicking once a second, p95",
            paced.percentile(0.95),
            "ms",
            "under 20",
        ),
        Figure::new(
            "list from cold, 50 people clicking once a second, median",
            paced.percentile(0.5),
            "ms",
            "",
        ),
        Figure::new(
            "list, every filter and sort, 50 clients without a pause, p95",
            pressed.percentile(0.95),
            "ms",
            "under 20",
        ),
        Figure::new(
            "list, every filter and sort, 50 clients without a pause",
            pressed.per_second(),
            "requests/s",
            "",
        ),
        Figure::new(
            "the same page again, 50 clients",
            repeat.per_second(),
            "requests/s",
            "12,000 or more",
        ),
        Figure::new(
            "the same page again, p95",
            repeat.percentile(0.95),
            "ms",
            "",
        ),
        Figure::new(
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
