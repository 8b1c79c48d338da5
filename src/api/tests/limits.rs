//! Rates, sizes and times; whose address counts; how errors and headers look.

use std::time::{Duration, Instant};

use api::{ApiConfig, LimitsConfig};
use domain::Role;
use serde_json::json;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

use crate::client::{Request, exchange, read_answer};
use crate::harness::{World, config, no_rates};

async fn world(limits: LimitsConfig) -> World {
    World::with(ApiConfig { limits, ..config() }).await
}

#[tokio::test(flavor = "multi_thread")]
async fn callers_without_a_session_share_the_rate_of_their_address() {
    let world = world(LimitsConfig {
        anonymous_per_minute: 3,
        ..no_rates()
    })
    .await;
    let token = world.member("ada", &world.acme, Role::Viewer).await;
    let ask = || Request::new("GET", "/api/v1/setup");
    for _ in 0..3 {
        assert_eq!(world.send(ask()).await.status, 200);
    }
    let refused = world.send(ask()).await;
    assert_eq!(refused.code(), "rate_limited");
    let wait: u64 = refused.header("retry-after").unwrap().parse().unwrap();
    assert!((1..=20).contains(&wait), "{wait}");
    assert_eq!(
        world.get("/api/v1/setup", &token).await.status,
        200,
        "a session has its own"
    );
    assert_eq!(world.send(Request::new("GET", "/health")).await.status, 200);
    assert_eq!(world.control(ask()).await.status, 200);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sessions_and_logins_have_rates() {
    let limits = LimitsConfig {
        session_per_minute: 2,
        login_per_minute: 2,
        ..no_rates()
    };
    let world = world(limits).await;
    let token = world.member("ada", &world.acme, Role::Viewer).await;
    let other = world.token("ada").await;
    for expected in [200, 200, 429] {
        assert_eq!(world.get("/api/v1/me", &token).await.status, expected);
    }
    assert_eq!(world.get("/api/v1/me", &other).await.status, 200);
    let body = json!({ "username": "nobody", "password": "whatever it is" });
    for (path, expected) in [
        ("/api/v1/auth/login", 401),
        ("/api/v1/auth/session", 401),
        ("/auth/login", 429),
    ] {
        assert_eq!(
            world
                .send(Request::new("POST", path).json(&body))
                .await
                .status,
            expected
        );
    }
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn another_spelling_of_a_path_is_guarded_alike() {
    let limits = LimitsConfig {
        login_per_minute: 2,
        ..no_rates()
    };
    let world = world(limits).await;
    let body = json!({ "username": "nobody", "password": "whatever it is" });
    let log_in = |path: &str| Request::new("POST", path).json(&body);
    let forged = log_in("/%61pi/v1/auth/session").header("origin", "https://evil.test");
    let refused = world.send(forged).await;
    assert_eq!(refused.code(), "csrf_rejected");
    assert_eq!(refused.header("cache-control"), Some("no-store"));
    for (path, expected) in [
        ("/api/v1/auth/%6Cogin", 401),
        ("/%61pi/v1/auth/login", 429),
        ("/api/v1/%61uth/%73ession", 429),
    ] {
        let answer = world.send(log_in(path)).await;
        assert_eq!(answer.status, expected, "{path}: {}", answer.text());
    }
    let log = world.control(Request::new("GET", "/api/v1/audit")).await;
    let entries = log.json();
    let failed = &entries["items"][0];
    assert_eq!(failed["action"], "login.failed", "{entries}");
    assert_eq!(failed["client_ip"], "127.0.0.1");
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn another_spelling_of_a_path_counts_in_the_same_rate() {
    let limits = LimitsConfig {
        anonymous_per_minute: 2,
        ..no_rates()
    };
    let world = world(limits).await;
    for (path, expected) in [
        ("/%61pi/v1/setup", 200),
        ("/api/v1/s%65tup", 200),
        ("/%61%70%69/v1/nothing", 429),
        ("/%61pi/v1/setup", 429),
    ] {
        let answer = world.send(Request::new("GET", path)).await;
        assert_eq!(answer.status, expected, "{path}: {}", answer.text());
    }
    for free in ["/health/live", "/%68ealth/live"] {
        assert_eq!(world.send(Request::new("GET", free)).await.status, 200);
    }
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn forwarded_addresses_count_only_from_trusted_proxies() {
    for (trusted, first, second) in [(true, 200, 200), (false, 200, 429)] {
        let limits = LimitsConfig {
            anonymous_per_minute: 1,
            ..no_rates()
        };
        let trusted_proxies = if trusted {
            vec!["127.0.0.0/8".parse().unwrap()]
        } else {
            Vec::new()
        };
        let world = World::with(ApiConfig {
            limits,
            trusted_proxies,
            ..config()
        })
        .await;
        for (address, expected) in [("192.0.2.1", first), ("192.0.2.2", second)] {
            let ask = Request::new("GET", "/api/v1/setup").header("x-forwarded-for", address);
            assert_eq!(world.send(ask).await.status, expected, "trusted: {trusted}");
        }
        world.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn bodies_are_checked_for_size_kind_and_shape() {
    let world = world(LimitsConfig {
        body_bytes: 1024,
        ..no_rates()
    })
    .await;
    let post = || Request::new("POST", "/api/v1/auth/session");
    let json = |text: &str| post().body(text).header("content-type", "application/json");
    let large = format!("{{\"username\": \"{}\"}}", "x".repeat(2000));
    assert_eq!(world.send(json(&large)).await.code(), "body_too_large");
    for (text, expected) in [
        ("", "invalid_request"),
        ("{", "invalid_request"),
        ("[]", "invalid_request"),
        (r#"{"username": "a"}"#, "invalid_request"),
        (
            r#"{"username": "a", "password": "b", "extra": 1}"#,
            "invalid_request",
        ),
    ] {
        assert_eq!(world.send(json(text)).await.code(), expected, "{text}");
    }
    let extra = world
        .send(json(r#"{"username": "a", "password": "b", "extra": 1}"#))
        .await
        .json();
    assert!(
        extra["detail"].as_str().unwrap().contains("extra"),
        "{extra}"
    );
    let form = post()
        .body("username=a")
        .header("content-type", "application/x-www-form-urlencoded");
    assert_eq!(world.send(form).await.code(), "unsupported_media_type");

    let chunks = format!("{:x}\r\n{}\r\n", 900, "x".repeat(900)).repeat(3);
    let head = "POST /api/v1/auth/session HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n\
                Transfer-Encoding: chunked\r\n\r\n";
    let stream = TcpStream::connect(world.address).await.unwrap();
    let answer = exchange(stream, format!("{head}{chunks}0\r\n\r\n").as_bytes()).await;
    assert_eq!(
        answer.code(),
        "body_too_large",
        "without an announced length too"
    );
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn slow_clients_are_sent_away() {
    let limits = LimitsConfig {
        body_time: Duration::from_millis(300),
        head_time: Duration::from_millis(700),
        ..no_rates()
    };
    let world = world(limits).await;
    let mut stream = TcpStream::connect(world.address).await.unwrap();
    let head = "POST /api/v1/auth/session HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n\
                Content-Length: 100\r\n\r\n{";
    stream.write_all(head.as_bytes()).await.unwrap();
    let started = Instant::now();
    let answer = read_answer(stream).await;
    assert_eq!(answer.code(), "request_timeout");
    assert!(
        started.elapsed() < Duration::from_secs(5),
        "{:?}",
        started.elapsed()
    );

    let mut stream = TcpStream::connect(world.address).await.unwrap();
    stream
        .write_all(b"GET /api/v1/setup HTTP/1.1\r\nHost")
        .await
        .unwrap();
    assert_eq!(read_answer(stream).await.status, 408);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn errors_and_headers_have_one_form() {
    let world = World::new().await;
    let answer = world.send(Request::new("GET", "/api/v1/nothing")).await;
    assert_eq!(answer.code(), "not_found");
    let problem = answer.json();
    assert_eq!(problem["type"], "about:blank");
    assert_eq!(problem["title"], "Not found");
    assert_eq!(
        problem["request_id"].as_str(),
        answer.header("x-request-id")
    );
    for (name, value) in [
        ("x-content-type-options", "nosniff"),
        ("cache-control", "no-store"),
        ("referrer-policy", "no-referrer"),
        (
            "content-security-policy",
            "default-src 'none'; frame-ancestors 'none'",
        ),
    ] {
        assert_eq!(answer.header(name), Some(value), "{name}");
    }
    assert!(
        answer.header("strict-transport-security").is_none(),
        "not without TLS"
    );

    let wrong = world
        .send(Request::new("DELETE", "/api/v1/workspaces"))
        .await;
    assert_eq!(wrong.code(), "method_not_allowed");
    assert_eq!(wrong.header("allow"), Some("GET"));
    let head = world.send(Request::new("HEAD", "/health/live")).await;
    assert_eq!((head.status, head.body.len()), (200, 0));
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn health_and_metrics_tell_of_every_part() {
    let world = World::new().await;
    let health = world.send(Request::new("GET", "/health")).await.json();
    assert_eq!(health["status"], "ok");
    for part in ["database", "cache", "workers", "scheduler", "last_sync"] {
        assert_eq!(
            health["components"][part]["status"], "ok",
            "{part} in {health}"
        );
    }
    let metrics = world.send(Request::new("GET", "/metrics")).await.text();
    for name in [
        "stocktake_http_requests_total{method=\"GET\",route=\"/health\",status=\"200\"} 1",
        "stocktake_http_request_seconds_bucket",
        "stocktake_database_bytes",
        "stocktake_jobs{state=\"queued\"} 0",
        "stocktake_sessions 0",
    ] {
        assert!(metrics.contains(name), "{name} in\n{metrics}");
    }
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn readiness_is_asked_of_the_database_once_a_second() {
    let world = World::new().await;
    let ready = || world.send(Request::new("GET", "/health/ready"));
    assert_eq!(ready().await.status, 200);
    world.db.clone().close().await;
    assert_eq!(ready().await.status, 200, "kept for a moment");
    tokio::time::sleep(Duration::from_millis(1100)).await;
    assert_eq!(ready().await.code(), "unavailable");
    world.stop().await;
}
