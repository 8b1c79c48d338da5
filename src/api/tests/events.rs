//! The event stream: who hears what, and when it ends.

use std::time::{Duration, Instant};

use domain::Role;
use domain::event::{Audience, Event, EventBody};
use domain::job::{JobPayload, NewJob};
use domain::user::UserChange;
use serde_json::json;

use crate::client::{Open, Request};
use crate::harness::World;

async fn listen(world: &World, token: &str) -> Open {
    let request = Request::new("GET", "/api/v1/sync/stream").bearer(token);
    let (head, mut open) = request.open(world.address).await;
    assert_eq!(head.status, 200);
    assert_eq!(head.header("content-type"), Some("text/event-stream"));
    open.until(": connected").await;
    open
}

fn tell(world: &World, audience: Audience, name: &str) {
    let body = EventBody::Changed {
        names: vec![name.to_owned()],
    };
    world.db.events().publish(Event { audience, body });
}

#[tokio::test(flavor = "multi_thread")]
async fn listeners_hear_of_their_own_organizations() {
    let world = World::new().await;
    let viewer = world.member("ada", &world.acme, Role::Viewer).await;
    let root = world.root().await;
    let (mut of_acme, mut of_root) = (listen(&world, &viewer).await, listen(&world, &root).await);
    let organization = |id: &domain::OrganizationId| Audience::Organization(id.clone());
    tell(
        &world,
        organization(&world.globex.organization.id),
        "for-globex",
    );
    tell(&world, Audience::Global, "for-global");
    tell(
        &world,
        organization(&world.acme.organization.id),
        "for-acme",
    );
    tell(&world, Audience::Everyone, "for-everyone");
    let heard = of_acme.until("for-everyone").await;
    assert!(
        heard.contains("event: changed\nid: 1\ndata: {\"names\":[\"for-acme\"]}\n\n"),
        "{heard}"
    );
    assert!(
        !heard.contains("for-globex") && !heard.contains("for-global"),
        "{heard}"
    );
    let heard = of_root.until("for-everyone").await;
    assert!(
        heard.contains("for-globex") && heard.contains("for-global"),
        "{heard}"
    );
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn external_ids_are_for_those_who_manage_accounts() {
    let world = World::new().await;
    let viewer = world.member("ada", &world.acme, Role::Viewer).await;
    let admin = world.member("bob", &world.acme, Role::Admin).await;
    let (mut seen, mut managed) = (listen(&world, &viewer).await, listen(&world, &admin).await);
    let acme = world.acme.organization.id.clone();
    let request = json!({ "organization_id": acme, "external_id": "half-a-key" });
    let job = store::job::enqueue(
        &world.db,
        NewJob {
            payload: JobPayload::AccountDiscover(serde_json::from_value(request).unwrap()),
            organization_id: Some(acme.clone()),
            trigger: "api".into(),
            requested_by: None,
        },
    )
    .await
    .unwrap();
    tell(&world, Audience::Everyone, "the-end");
    let heard = seen.until("the-end").await;
    assert!(heard.contains("event: job"), "{heard}");
    assert!(!heard.contains("half-a-key"), "{heard}");
    assert!(managed.until("the-end").await.contains("half-a-key"));

    let role = "arn:aws:iam::999988887777:role/stocktake-read";
    let account = json!({ "id": "999988887777", "organization_id": acme, "role_arn": role,
        "external_id": "half-a-key" });
    let made = Request::new("POST", "/api/v1/accounts").json(&account);
    assert_eq!(world.send(made.bearer(&admin)).await.status, 201);
    for path in [
        "/api/v1/accounts".to_owned(),
        "/api/v1/accounts/999988887777".to_owned(),
        "/api/v1/jobs".to_owned(),
        format!("/api/v1/jobs/{}", job.id),
    ] {
        let (seen, managed) = (
            world.get(&path, &viewer).await.text(),
            world.get(&path, &admin).await.text(),
        );
        assert!(seen.contains("\"external_id\":null"), "{path}: {seen}");
        assert!(!seen.contains("half-a-key"), "{path}: {seen}");
        assert!(managed.contains("half-a-key"), "{path}: {managed}");
    }
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_stream_follows_roles_and_ends_with_the_session() {
    let world = World::new().await;
    let ada = world
        .user("ada", false, &[(&world.acme, Role::Viewer)])
        .await;
    let token = world.token("ada").await;
    let mut open = listen(&world, &token).await;
    let change = |body| {
        let path = format!("/api/v1/users/{}", ada.id);
        let request = Request::new("PATCH", &path).json(&body);
        async { assert_eq!(world.control(request).await.status, 200) }
    };
    let globex = &world.globex.organization.id;
    change(json!({ "memberships": [{ "organization_id": globex, "role": "viewer" }] })).await;
    // Publishing users' changes comes first; what follows must already use the new roles.
    tokio::time::sleep(Duration::from_millis(300)).await;
    tell(
        &world,
        Audience::Organization(world.acme.organization.id.clone()),
        "for-acme",
    );
    tell(&world, Audience::Organization(globex.clone()), "for-globex");
    let heard = open.until("for-globex").await;
    assert!(!heard.contains("for-acme"), "{heard}");

    let started = Instant::now();
    change(json!(UserChange {
        disabled: Some(true),
        ..UserChange::default()
    }))
    .await;
    open.closed().await;
    assert!(
        started.elapsed() < Duration::from_secs(1),
        "{:?}",
        started.elapsed()
    );
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_missed_messages_is_told_to_look_again() {
    let world = World::new().await;
    let token = world.member("ada", &world.acme, Role::Viewer).await;
    let again = Request::new("GET", "/api/v1/sync/stream").bearer(&token);
    let (_, mut open) = again.header("last-event-id", "7").open(world.address).await;
    let heard = open.until("sync_history").await;
    assert!(
        heard.contains("event: changed") && heard.contains("workspaces"),
        "{heard}"
    );
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn stopping_the_server_ends_open_streams() {
    let world = World::new().await;
    let token = world.member("ada", &world.acme, Role::Viewer).await;
    let mut open = listen(&world, &token).await;
    let (closed, ()) = tokio::join!(
        tokio::time::timeout(Duration::from_secs(3), async { open.closed().await }),
        world.stop(),
    );
    closed.expect("the stream ended with the server");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_has_only_so_many_streams() {
    let world = World::new().await;
    let token = world.member("ada", &world.acme, Role::Viewer).await;
    let mut open = Vec::new();
    for _ in 0..20 {
        open.push(listen(&world, &token).await);
    }
    let more = world.get("/api/v1/sync/stream", &token).await;
    assert_eq!(more.code(), "rate_limited");
    assert_eq!(more.status, 429);
    assert!(more.header("retry-after").is_some());
    assert!(more.text().contains("20 event streams"), "{}", more.text());
    let other = world.token("ada").await;
    open.push(listen(&world, &other).await);
    world.stop().await;
}
