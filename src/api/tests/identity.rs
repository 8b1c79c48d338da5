//! Logging in and out over HTTP, forged requests, setup links.

use std::time::{Duration, Instant};

use domain::Role;
use domain::user::UserChange;
use serde_json::json;

use crate::client::Request;
use crate::harness::{CSRF, PASSWORD, World, config};

fn log_in(name: &str, password: &str) -> Request {
    let body = json!({ "username": name, "password": password });
    Request::new("POST", "/api/v1/auth/session").json(&body)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_browser_gets_a_cookie_that_scripts_cannot_read() {
    let world = World::new().await;
    world
        .user("ada", false, &[(&world.acme, Role::Viewer)])
        .await;
    let answer = world.send(log_in("Ada", PASSWORD)).await;
    let cookie = answer.header("set-cookie").unwrap().to_owned();
    assert!(cookie.starts_with("stocktake_session="), "{cookie}");
    for part in ["; HttpOnly", "; SameSite=Strict", "; Path=/"] {
        assert!(cookie.contains(part), "{cookie}");
    }
    assert!(!cookie.contains("Secure") && !cookie.contains("Domain"));
    let me = answer.json();
    assert_eq!(me["permissions"][0]["organization_name"], "Acme");
    assert_eq!(me["global_admin"], false);
    assert!(me["read_only"].is_null() && me.get("access_token").is_none());

    let cookie = cookie.split(';').next().unwrap().to_owned();
    let ask = Request::new("GET", "/api/v1/me").header("cookie", &cookie);
    assert_eq!(world.send(ask.clone()).await.status, 200);
    let out = Request::new("DELETE", "/api/v1/auth/session").header("cookie", &cookie);
    let out = world.send(out.header(CSRF, "1")).await;
    assert_eq!(out.status, 204);
    assert!(out.header("set-cookie").unwrap().contains("Max-Age=0"));
    assert_eq!(world.send(ask).await.code(), "session_expired");
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn behind_tls_the_cookie_is_bound_to_the_host() {
    let public = "https://stock.example.org".to_owned();
    let world = World::with(api::ApiConfig {
        public_url: Some(public),
        ..config()
    })
    .await;
    world.user("ada", false, &[]).await;
    let answer = world.send(log_in("ada", PASSWORD)).await;
    let cookie = answer.header("set-cookie").unwrap();
    assert!(cookie.starts_with("__Host-stocktake_session=") && cookie.contains("; Secure"));
    assert!(answer.header("strict-transport-security").is_some());
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn forged_requests_are_refused() {
    let world = World::new().await;
    world
        .user("ada", false, &[(&world.acme, Role::Operator)])
        .await;
    let cookie = world.cookie("ada").await;
    let sync = Request::new("POST", "/api/v1/sync/trigger").json(&json!({}));
    let browser = || sync.clone().header("cookie", &cookie).header(CSRF, "1");
    let host = world.address.to_string();

    let without = world.send(sync.clone().header("cookie", &cookie)).await;
    assert_eq!(without.code(), "csrf_rejected");
    for (name, value) in [
        ("origin", "https://evil.test"),
        ("origin", "null"),
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-site"),
    ] {
        let forged = world.send(browser().header(name, value)).await;
        assert_eq!(forged.code(), "csrf_rejected", "{name}: {value}");
    }
    let own = browser().header("origin", &format!("http://{host}"));
    assert_eq!(
        world
            .send(own.header("sec-fetch-site", "same-origin"))
            .await
            .status,
        202
    );
    let token = world.token("ada").await;
    assert_eq!(
        world.send(sync.bearer(&token)).await.status,
        202,
        "tokens are not sent by themselves"
    );
    let login = log_in("ada", PASSWORD).header("origin", "https://evil.test");
    assert_eq!(world.send(login).await.code(), "csrf_rejected");
    let read = Request::new("GET", "/api/v1/me").header("cookie", &cookie);
    let read = world.send(read.header("origin", "https://evil.test")).await;
    assert_eq!(read.status, 200);
    assert!(
        read.header("access-control-allow-origin").is_none(),
        "so the page cannot see it"
    );
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn disabling_a_user_ends_everything_within_a_second() {
    let world = World::new().await;
    let root = world.root().await;
    let ada = world
        .user("ada", false, &[(&world.acme, Role::Viewer)])
        .await;
    let (cookie, token) = (world.cookie("ada").await, world.token("ada").await);
    let with_cookie = Request::new("GET", "/api/v1/workspaces").header("cookie", &cookie);
    assert_eq!(world.send(with_cookie.clone()).await.status, 200);
    assert_eq!(world.get("/api/v1/workspaces", &token).await.status, 200);

    let change = json!(UserChange {
        disabled: Some(true),
        ..UserChange::default()
    });
    let disable = Request::new("PATCH", &format!("/api/v1/users/{}", ada.id)).json(&change);
    let started = Instant::now();
    assert_eq!(world.send(disable.bearer(&root)).await.status, 200);
    assert_eq!(world.send(with_cookie).await.code(), "session_expired");
    assert_eq!(
        world.get("/api/v1/workspaces", &token).await.code(),
        "session_expired"
    );
    assert!(
        started.elapsed() < Duration::from_secs(1),
        "{:?}",
        started.elapsed()
    );
    assert_eq!(
        world.send(log_in("ada", PASSWORD)).await.code(),
        "invalid_credentials"
    );
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_ends_with_its_session() {
    let world = World::new().await;
    world.user("ada", false, &[]).await;
    let body = json!({ "username": "ada", "password": PASSWORD });
    for path in ["/api/v1/auth/login", "/api/auth/login", "/auth/login"] {
        let answer = world.send(Request::new("POST", path).json(&body)).await;
        assert!(answer.header("set-cookie").is_none(), "{path}");
        let answer = answer.json();
        assert_eq!(answer["token_type"], "bearer");
        assert_eq!(answer["expires_in"], 86_400);
        let token = answer["access_token"].as_str().unwrap().to_owned();
        assert_eq!(world.get("/api/v1/me", &token).await.status, 200);
        let out = Request::new("DELETE", "/api/v1/auth/session").bearer(&token);
        assert_eq!(world.send(out).await.status, 204);
        assert_eq!(
            world.get("/api/v1/me", &token).await.code(),
            "session_expired"
        );
    }
    assert_eq!(
        world.get("/api/v1/me", "made.up.token").await.code(),
        "session_expired"
    );
    let none = world.send(Request::new("GET", "/api/v1/me")).await;
    assert_eq!(none.code(), "not_authenticated");
    assert!(none.header("www-authenticate").is_some());
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_passwords_are_slowed_down() {
    let world = World::new().await;
    world.user("ada", false, &[]).await;
    let mut seen = Vec::new();
    for _ in 0..7 {
        seen.push(world.send(log_in("ada", "a wrong password")).await);
    }
    assert_eq!(seen[0].code(), "invalid_credentials");
    let throttled = seen
        .iter()
        .find(|answer| answer.status == 429)
        .expect("one is throttled");
    assert_eq!(throttled.code(), "login_throttled");
    let wait: u64 = throttled.header("retry-after").unwrap().parse().unwrap();
    assert!((1..=2).contains(&wait), "{wait}");
    tokio::time::sleep(Duration::from_secs(wait)).await;
    assert_eq!(world.send(log_in("ada", PASSWORD)).await.status, 200);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_setup_link_makes_the_first_admin_once() {
    let world = World::new().await;
    let state = world
        .send(Request::new("GET", "/api/v1/setup"))
        .await
        .json();
    assert_eq!(
        state,
        json!({ "needed": true, "demo": false, "insecure_http": false, "version": "1.2.3" })
    );
    let link = world
        .control(Request::new("POST", "/api/v1/setup/link"))
        .await;
    assert_eq!(link.status, 201);
    let url = link.json()["url"].as_str().unwrap().to_owned();
    let (page, token) = url.split_once("#token=").unwrap();
    assert_eq!(page, format!("http://{}/setup", world.address));

    let redeem = |password: &str| {
        let body =
            json!({ "token": token, "username": "root", "password": password, "email": null });
        Request::new("POST", "/api/v1/setup").json(&body)
    };
    let weak = world.send(redeem("short")).await;
    assert_eq!(weak.json()["errors"][0]["field"], "password");
    let made = world.send(redeem(PASSWORD)).await;
    assert_eq!(made.status, 201, "{}", made.text());
    assert!(made.header("set-cookie").is_some());
    assert_eq!(made.json()["global_admin"], true);
    assert_eq!(
        world.send(redeem(PASSWORD)).await.code(),
        "setup_link_invalid"
    );
    assert_eq!(
        world
            .send(Request::new("GET", "/api/v1/setup"))
            .await
            .json()["needed"],
        false
    );
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn people_change_their_own_profile_and_see_their_sessions() {
    let world = World::new().await;
    let token = world.member("ada", &world.acme, Role::Viewer).await;
    let other = world.token("ada").await;
    let patch = |body| {
        Request::new("PATCH", "/api/v1/me")
            .json(&body)
            .bearer(&token)
    };
    let named = world
        .send(patch(
            json!({ "display_name": "Ada L.", "email": "ada@acme.test" }),
        ))
        .await;
    assert_eq!(named.json()["display_name"], "Ada L.");
    assert_eq!(
        world.get("/api/v1/me", &token).await.json()["user"]["email"],
        "ada@acme.test"
    );

    let sessions = world.get("/api/v1/me/sessions", &token).await.json();
    assert_eq!(sessions.as_array().unwrap().len(), 2);
    let wrong = json!({ "password": { "current": "no", "new": "another good one" } });
    assert_eq!(
        world.send(patch(wrong)).await.json()["errors"][0]["field"],
        "password.current"
    );
    let right = json!({ "password": { "current": PASSWORD, "new": "another good one" } });
    assert_eq!(world.send(patch(right)).await.status, 200);
    assert_eq!(world.get("/api/v1/me", &token).await.status, 200);
    assert_eq!(
        world.get("/api/v1/me", &other).await.code(),
        "session_expired"
    );
    world.stop().await;
}
