//! What is listened on: the control socket, ports in use, plain http beyond this machine.

use std::os::unix::fs::PermissionsExt;

use serde_json::json;

use crate::client::Request;
use crate::harness::{World, config, no_rates, state};

#[tokio::test(flavor = "multi_thread")]
async fn the_control_socket_is_the_owners_and_a_global_admin() {
    let limits = api::LimitsConfig {
        anonymous_per_minute: 1,
        ..no_rates()
    };
    let world = World::with(api::ApiConfig { limits, ..config() }).await;
    let mode = std::fs::metadata(&world.socket)
        .unwrap()
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o600);
    for _ in 0..3 {
        let me = world
            .control(Request::new("GET", "/api/v1/me"))
            .await
            .json();
        assert_eq!(
            (&me["global_admin"], &me["user"]["username"]),
            (&json!(true), &json!("control socket"))
        );
    }
    let made = Request::new("POST", "/api/v1/organizations").json(&json!({ "name": "New" }));
    assert_eq!(
        world.control(made).await.status,
        201,
        "without a header against forgery"
    );
    let sync = Request::new("POST", "/api/v1/sync/trigger").json(&json!({}));
    assert_eq!(world.control(sync).await.json()["trigger"], "cli");
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_control_socket_alone_can_be_served_over_a_dead_one() {
    let world = World::new().await;
    let path = world.socket.with_file_name("other.sock");
    drop(std::os::unix::net::UnixListener::bind(&path).unwrap());
    assert!(path.exists(), "what a killed process leaves");
    let alone = api::ApiConfig {
        listen: None,
        control_socket: Some(path.clone()),
        ..config()
    };
    let serving = api::serve(alone, state(&world.db, &world.auth))
        .await
        .unwrap();
    assert!(serving.address.is_none());
    let answer = Request::new("GET", "/api/v1/me")
        .send_to_socket(&path)
        .await;
    assert_eq!(answer.status, 200);
    serving.stop().await.unwrap();
    assert!(!path.exists());
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn doors_that_cannot_be_opened_say_why() {
    let world = World::new().await;
    let refused = |change: api::ApiConfig| {
        let state = state(&world.db, &world.auth);
        async move {
            api::serve(change, state)
                .await
                .err()
                .expect("refused")
                .to_string()
        }
    };
    let taken = api::ApiConfig {
        listen: Some(world.address),
        ..config()
    };
    let why = refused(taken).await;
    assert!(
        why.contains("already in use") && why.contains(&world.address.to_string()),
        "{why}"
    );

    let open = api::ApiConfig {
        listen: Some(([0, 0, 0, 0], 0).into()),
        ..config()
    };
    let why = refused(open.clone()).await;
    assert!(
        why.contains("--insecure-http") && why.contains("--tls-cert"),
        "{why}"
    );
    let accepted = api::ApiConfig {
        insecure_http: true,
        ..open
    };
    let serving = api::serve(accepted, state(&world.db, &world.auth))
        .await
        .unwrap();
    let address = ([127, 0, 0, 1], serving.address.unwrap().port()).into();
    let setup = Request::new("GET", "/api/v1/setup")
        .send(address)
        .await
        .json();
    assert_eq!(setup["insecure_http"], true);
    serving.stop().await.unwrap();

    let folder = world.socket.parent().unwrap();
    let tls = api::TlsConfig {
        certificate: folder.join("no.pem"),
        key: folder.join("no.key"),
    };
    let why = refused(api::ApiConfig {
        tls: Some(tls),
        ..config()
    })
    .await;
    assert!(why.contains("no.pem"), "{why}");
    world.stop().await;
}
