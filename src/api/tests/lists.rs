//! Lists: parameters, pages, what is kept between requests, old addresses, exports, queries.

use std::collections::BTreeSet;
use std::io::Read;

use domain::Role;
use domain::account::AccountChange;
use serde_json::{Value, json};

use crate::client::Request;
use crate::harness::World;

/// The parameters that `path` documents.
fn documented(document: &Value, path: &str) -> BTreeSet<String> {
    let parameters = document["paths"][path]["get"]["parameters"].as_array();
    let all = parameters
        .into_iter()
        .flatten()
        .filter(|parameter| parameter["in"] == "query");
    all.map(|parameter| parameter["name"].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn exactly_the_documented_parameters_are_taken() {
    let world = World::new().await;
    let root = world.root().await;
    let document = serde_json::to_value(api::openapi()).unwrap();
    let mut lists = 0;
    for path in document["paths"].as_object().unwrap().keys() {
        let documented = documented(&document, path);
        if documented.is_empty() {
            continue;
        }
        lists += 1;
        let refused = world.get(&format!("{path}?nonsense=1"), &root).await;
        assert_eq!(refused.code(), "invalid_filter", "{path}");
        let detail = refused.json()["detail"].as_str().unwrap().to_owned();
        let known = detail
            .split("known here: ")
            .nth(1)
            .unwrap_or_else(|| panic!("{path}: {detail}"));
        let known: BTreeSet<String> = known.split(", ").map(str::to_owned).collect();
        assert_eq!(known, documented, "{path}");
    }
    assert_eq!(lists, 32, "lists with parameters");
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_values_and_misused_cursors_are_refused() {
    let world = World::new().await;
    let root = world.root().await;
    for (query, code) in [
        ("limit=0", "invalid_filter"),
        ("limit=501", "invalid_filter"),
        ("sort=password_hash", "invalid_filter"),
        ("region=eu-west-9", "invalid_filter"),
        ("account_id=11112222333", "invalid_filter"),
        ("last_connected_before=yesterday", "invalid_filter"),
        ("cursor=made-up", "invalid_cursor"),
    ] {
        let answer = world
            .get(&format!("/api/v1/workspaces?{query}"), &root)
            .await;
        assert_eq!(answer.code(), code, "{query}");
    }
    let first = world
        .get("/api/v1/workspaces?limit=1&sort=workspace_id", &root)
        .await
        .json();
    assert_eq!(first["total"], 2);
    let cursor = first["next_cursor"].as_str().unwrap();
    let next = format!("/api/v1/workspaces?limit=1&sort=workspace_id&cursor={cursor}");
    let next = world.get(&next, &root).await.json();
    assert_eq!(next["items"][0]["workspace_id"], "ws-globex");
    assert!(next["next_cursor"].is_null());
    for elsewhere in [
        "workspaces?sort=-state&",
        "workspaces?state=STOPPED&",
        "accounts?",
    ] {
        let misused = world
            .get(&format!("/api/v1/{elsewhere}cursor={cursor}"), &root)
            .await;
        assert_eq!(misused.code(), "invalid_cursor", "{elsewhere}");
    }
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn kept_answers_belong_to_one_tenant_and_one_state_of_the_data() {
    let world = World::new().await;
    let acme = world.member("ada", &world.acme, Role::Viewer).await;
    let globex = world.member("bob", &world.globex, Role::Viewer).await;
    let ids = |answer: &crate::client::Answer| {
        let items = answer.json()["items"].as_array().unwrap().clone();
        items
            .iter()
            .map(|item| item["workspace_id"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    let first = world.get("/api/v1/workspaces", &acme).await;
    assert_eq!(ids(&first), ["ws-acme"]);
    assert_eq!(
        ids(&world.get("/api/v1/workspaces", &globex).await),
        ["ws-globex"]
    );
    let reach = format!(
        "/api/v1/workspaces?organization_id={}",
        world.globex.organization.id
    );
    assert_eq!(ids(&world.get(&reach, &acme).await), Vec::<String>::new());

    let smaller = Request::new("GET", "/api/v1/workspaces").bearer(&acme);
    let smaller = world
        .send(smaller.header("accept-encoding", "br;q=0, gzip"))
        .await;
    assert_eq!(smaller.header("content-encoding"), Some("gzip"));
    assert_eq!(smaller.header("etag"), first.header("etag"));
    let mut unpacked = String::new();
    flate2::read::GzDecoder::new(smaller.body.as_slice())
        .read_to_string(&mut unpacked)
        .unwrap();
    assert_eq!(unpacked, first.text());

    let tag = first.header("etag").unwrap().to_owned();
    assert_eq!(first.header("cache-control"), Some("private, no-cache"));
    let again = || {
        let ask = Request::new("GET", "/api/v1/workspaces").bearer(&acme);
        world.send(ask.header("if-none-match", &tag))
    };
    let same = again().await;
    assert_eq!((same.status, same.body.len()), (304, 0));
    let change = AccountChange {
        name: Some("renamed".into()),
        ..AccountChange::default()
    };
    let account = &world.acme.account.id;
    store::account::update(&world.db, &domain::Scope::All, account, change)
        .await
        .unwrap();
    let changed = again().await;
    assert_eq!(changed.status, 200);
    assert_eq!(changed.json()["items"][0]["account_name"], "renamed");
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn older_addresses_lead_to_the_same_answers() {
    let world = World::new().await;
    let token = world.member("ada", &world.acme, Role::Viewer).await;
    for (alias, address) in [
        ("/api/workspaces?limit=1", "/api/v1/workspaces?limit=1"),
        ("/api/v1/inventory/workspaces", "/api/v1/workspaces"),
        (
            "/api/v1/inventory/workspaces/ws-acme",
            "/api/v1/workspaces/ws-acme",
        ),
        ("/api/v1/inventory/directories", "/api/v1/directories"),
        ("/api/v1/inventory/bundles", "/api/v1/bundles"),
    ] {
        let (old, new) = (
            world.get(alias, &token).await,
            world.get(address, &token).await,
        );
        assert_eq!((old.status, old.text()), (200, new.text()), "{alias}");
    }
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn exports_hold_what_the_list_holds() {
    let world = World::new().await;
    let token = world.member("ada", &world.acme, Role::Viewer).await;
    let csv = world.get("/api/v1/workspaces/export", &token).await;
    assert_eq!(csv.header("content-type"), Some("text/csv; charset=utf-8"));
    assert!(csv.header("content-disposition").unwrap().contains(".csv"));
    let text = csv.text();
    assert_eq!(text.lines().count(), 2, "{text}");
    assert!(
        text.contains("ws-acme,AVAILABLE,\"'=ada\""),
        "formulas are defused: {text}"
    );

    let json = world
        .get(
            "/api/v1/workspaces/export?format=json&state=available",
            &token,
        )
        .await;
    assert_eq!(json.json()[0]["workspace_id"], "ws-acme");
    let none = world
        .get("/api/v1/workspaces/export?format=json&state=ERROR", &token)
        .await;
    assert_eq!(none.json(), json!([]));
    let wrong = world
        .get("/api/v1/workspaces/export?format=pdf", &token)
        .await;
    assert_eq!(wrong.code(), "invalid_filter");
    let wrong = world
        .get("/api/v1/workspaces/export?sort=nothing", &token)
        .await;
    assert_eq!(wrong.code(), "invalid_filter");
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn queries_read_the_callers_rows_and_write_nothing() {
    let world = World::new().await;
    let token = world.member("ada", &world.acme, Role::Viewer).await;
    let run = |sql: &str| {
        let body = json!({ "sql": sql });
        world.send(
            Request::new("POST", "/api/v1/query")
                .json(&body)
                .bearer(&token),
        )
    };
    let answer = run("SELECT workspace_id FROM workspaces").await.json();
    assert_eq!(answer["columns"], json!(["workspace_id"]));
    assert_eq!(answer["rows"], json!([["ws-acme"]]));
    assert_eq!(answer["truncated"], false);
    assert_eq!(run("DELETE FROM workspaces").await.code(), "query_refused");
    assert_eq!(run("SELECT nothing FROM nowhere").await.status, 400);
    let views = world.get("/api/v1/query/schema", &token).await.json();
    let names: Vec<_> = views
        .as_array()
        .unwrap()
        .iter()
        .map(|view| &view["name"])
        .collect();
    assert!(names.contains(&&json!("workspaces")), "{names:?}");
    world.stop().await;
}
