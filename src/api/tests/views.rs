//! What people keep for themselves: views, preferences, tokens for programs.

use domain::Role;
use serde_json::{Value, json};

use crate::client::{Answer, Request};
use crate::harness::World;

const VIEWS: &str = "/api/v1/views?page=workspaces";

async fn ask(world: &World, method: &'static str, path: &str, token: &str, body: Value) -> Answer {
    let request = Request::new(method, path).json(&body).bearer(token);
    world.send(request).await
}

async fn names(world: &World, token: &str) -> Vec<String> {
    let views = world.get(VIEWS, token).await.json();
    let items = views["items"].as_array().unwrap();
    items
        .iter()
        .map(|view| view["name"].as_str().unwrap().to_owned())
        .collect()
}

fn view(name: &str, organization: Option<&domain::OrganizationId>) -> Value {
    let visibility = if organization.is_some() {
        "organization"
    } else {
        "private"
    };
    json!({
        "page": "workspaces", "name": name, "search": "state=STOPPED&sort=-last_connected_at",
        "visibility": visibility, "organization_id": organization,
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_view_is_seen_by_those_it_is_for() {
    let world = World::new().await;
    let operator = world.member("operator", &world.acme, Role::Operator).await;
    let viewer = world.member("viewer", &world.acme, Role::Viewer).await;
    let foreign = world.member("foreign", &world.globex, Role::Admin).await;
    let acme = &world.acme.organization.id;

    let private = ask(
        &world,
        "POST",
        "/api/v1/views",
        &operator,
        view("mine", None),
    )
    .await;
    assert_eq!(private.status, 201, "{}", private.text());
    let shared = ask(
        &world,
        "POST",
        "/api/v1/views",
        &operator,
        view("ours", Some(acme)),
    )
    .await;
    assert_eq!(
        shared.json()["search"],
        "state=STOPPED&sort=-last_connected_at"
    );
    assert_eq!(names(&world, &operator).await, ["mine", "ours"]);
    assert_eq!(names(&world, &viewer).await, ["ours"]);
    assert!(names(&world, &foreign).await.is_empty());

    // Viewers share nothing, and nobody shares with another's organization.
    let refused = ask(
        &world,
        "POST",
        "/api/v1/views",
        &viewer,
        view("x", Some(acme)),
    )
    .await;
    assert_eq!(refused.status, 403);
    let refused = ask(
        &world,
        "POST",
        "/api/v1/views",
        &foreign,
        view("x", Some(acme)),
    )
    .await;
    assert_eq!(refused.status, 404);

    let id = shared.json()["view_id"].as_str().unwrap().to_owned();
    let path = format!("/api/v1/views/{id}");
    let refused = ask(&world, "PATCH", &path, &viewer, json!({ "name": "x" })).await;
    assert_eq!(refused.status, 403);
    assert!(refused.text().contains("operator"), "{}", refused.text());

    // A default is one person's; taken back with the sharing.
    let default = format!("{path}/default");
    let set = ask(&world, "PUT", &default, &viewer, json!({ "default": true })).await;
    assert_eq!(set.json()["is_default"], true);
    assert_eq!(
        world.get(VIEWS, &operator).await.json()["items"][1]["is_default"],
        false
    );
    let withdrawn = ask(
        &world,
        "PATCH",
        &path,
        &operator,
        json!({ "visibility": "private" }),
    )
    .await;
    assert_eq!(withdrawn.json()["organization_id"], Value::Null);
    assert!(names(&world, &viewer).await.is_empty());

    let gone = world
        .send(Request::new("DELETE", &path).bearer(&operator))
        .await;
    assert_eq!(gone.status, 204);
    assert_eq!(names(&world, &operator).await, ["mine"]);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_view_without_name_or_organization_is_refused_by_field() {
    let world = World::new().await;
    let operator = world.member("operator", &world.acme, Role::Operator).await;
    let mut unnamed = view(" ", None);
    let answer = ask(&world, "POST", "/api/v1/views", &operator, unnamed.clone()).await;
    assert_eq!(answer.json()["errors"][0]["field"], "name");
    unnamed["name"] = json!("x");
    unnamed["visibility"] = json!("organization");
    let answer = ask(&world, "POST", "/api/v1/views", &operator, unnamed).await;
    assert_eq!(answer.json()["errors"][0]["field"], "organization_id");
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn preferences_are_merged_and_limited() {
    const PATH: &str = "/api/v1/me/preferences";
    let world = World::new().await;
    let viewer = world.member("viewer", &world.acme, Role::Viewer).await;
    let set = |values: Value| ask(&world, "PATCH", PATH, &viewer, json!({ "values": values }));
    set(json!({ "theme": "dark", "tables.workspaces": { "columns": ["state"] } })).await;
    let merged = set(json!({ "theme": null, "density": "compact" })).await;
    let expected = json!({ "density": "compact", "tables.workspaces": { "columns": ["state"] } });
    assert_eq!(merged.json()["values"], expected);

    // Bodies have a limit of their own, so it takes two.
    let large = "x".repeat(40_000);
    assert_eq!(set(json!({ "one": large })).await.status, 200);
    let refused = set(json!({ "two": large })).await;
    set(json!({ "one": null })).await;
    assert_eq!(refused.code(), "conflict", "{}", refused.text());
    assert_eq!(world.get(PATH, &viewer).await.json()["values"], expected);
    let other = world.member("other", &world.acme, Role::Viewer).await;
    assert_eq!(world.get(PATH, &other).await.json()["values"], json!({}));
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_works_until_it_is_ended() {
    const PATH: &str = "/api/v1/me/tokens";
    let world = World::new().await;
    let viewer = world.member("viewer", &world.acme, Role::Viewer).await;
    let made = ask(
        &world,
        "POST",
        PATH,
        &viewer,
        json!({ "name": "ci", "expires_in_days": 30 }),
    );
    let made = made.await.json();
    let token = made["token"].as_str().unwrap().to_owned();
    assert_eq!(
        world.get("/api/v1/workspaces", &token).await.json()["total"],
        1
    );

    let listed = world.get(PATH, &viewer).await.json();
    assert_eq!(listed["items"][0]["name"], "ci");
    assert_eq!(listed["items"][0].get("token"), None);
    let sessions = world.get("/api/v1/me/sessions", &viewer).await.json();
    assert_eq!(sessions.as_array().unwrap().len(), 1, "a token is no login");

    let other = world.member("other", &world.acme, Role::Admin).await;
    let path = format!("{PATH}/{}", made["token_id"].as_str().unwrap());
    let foreign = world
        .send(Request::new("DELETE", &path).bearer(&other))
        .await;
    assert_eq!(foreign.status, 404);
    let ended = world
        .send(Request::new("DELETE", &path).bearer(&viewer))
        .await;
    assert_eq!(ended.status, 204);
    assert_eq!(world.get("/api/v1/workspaces", &token).await.status, 401);

    // A token that logs out is ended, too.
    let request = json!({ "name": "once", "expires_in_days": 1 });
    let once = ask(&world, "POST", PATH, &viewer, request).await.json();
    let once = once["token"].as_str().unwrap().to_owned();
    let out = Request::new("DELETE", "/api/v1/auth/session").bearer(&once);
    assert_eq!(world.send(out).await.status, 204);
    assert_eq!(world.get("/api/v1/me", &once).await.status, 401);

    for (field, body) in [
        ("name", json!({ "name": "", "expires_in_days": 30 })),
        (
            "expires_in_days",
            json!({ "name": "x", "expires_in_days": 366 }),
        ),
    ] {
        let refused = ask(&world, "POST", PATH, &viewer, body).await;
        assert_eq!(refused.json()["errors"][0]["field"], field);
    }
    world.stop().await;
}
