//! Onboarding accounts, asking for syncs, settings: what is refused and what is written down.

use domain::Role;
use serde_json::{Value, json};

use crate::client::{Answer, Request};
use crate::harness::World;

async fn post(world: &World, path: &str, token: &str, body: Value) -> Answer {
    world
        .send(Request::new("POST", path).json(&body).bearer(token))
        .await
}

#[tokio::test(flavor = "multi_thread")]
async fn accounts_are_checked_before_they_are_onboarded() {
    let world = World::new().await;
    let admin = world.member("ada", &world.acme, Role::Admin).await;
    let acme = world.acme.organization.id.clone();
    let role = "arn:aws:iam::999988887777:role/stocktake-read";
    let root = world.root().await;
    let onboard = |change: Value, token: &str| {
        let mut body = json!({ "id": "999988887777", "organization_id": acme });
        let (token, world) = (token.to_owned(), &world);
        body.as_object_mut()
            .unwrap()
            .extend(change.as_object().unwrap().clone());
        async move { post(world, "/api/v1/accounts", &token, body).await }
    };
    for (change, wanted) in [
        (json!({ "id": "11112222333" }), "12 digits"),
        (json!({ "role_arn": "stocktake-read" }), "not a role ARN"),
        (
            json!({ "role_arn": "arn:aws:iam::111111111111:role/r" }),
            "belongs to account",
        ),
        (json!({ "regions": ["eu-west-9"] }), "unknown region"),
        (json!({ "endpoint_url": "http://10.0.0.1" }), "https"),
        (json!({ "external_id": "x" }), "external"),
        (json!({ "unknown": 1 }), "unknown field"),
    ] {
        let answer = onboard(change.clone(), &root).await;
        assert_eq!(answer.code(), "invalid_request", "{change}");
        assert!(
            answer.text().contains(wanted),
            "{change}: {}",
            answer.text()
        );
    }

    let made = onboard(json!({ "role_arn": role }), &admin).await;
    assert_eq!(made.status, 201, "{}", made.text());
    assert_eq!(made.json()["external_id"].as_str().unwrap().len(), 32);
    let path = "/api/v1/accounts/999988887777";
    let rename = Request::new("PATCH", path)
        .json(&json!({ "external_id": "mine" }))
        .bearer(&admin);
    assert_eq!(
        world.send(rename).await.code(),
        "invalid_request",
        "the external id is fixed"
    );
    let log = world.get("/api/v1/audit", &admin).await.json();
    let entry = &log["items"][0];
    assert_eq!(
        (&entry["action"], &entry["actor"]),
        (&json!("account.created"), &json!("ada"))
    );
    assert_eq!(entry["client_ip"], "127.0.0.1");
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn only_a_global_admin_lends_the_servers_credentials_or_its_network() {
    let world = World::new().await;
    let (admin, root) = (
        world.member("ada", &world.acme, Role::Admin).await,
        world.root().await,
    );
    let body = |id: &str, change: Value| {
        let mut body = json!({ "id": id, "organization_id": world.acme.organization.id });
        body.as_object_mut()
            .unwrap()
            .extend(change.as_object().unwrap().clone());
        body
    };
    let role = "arn:aws:iam::999988887777:role/stocktake-read";
    let with_endpoint = json!({ "role_arn": role, "endpoint_url": "https://169.254.169.254" });
    for (change, wanted) in [
        (json!({}), "give a role_arn"),
        (with_endpoint.clone(), "leave out endpoint_url"),
    ] {
        let refused = post(
            &world,
            "/api/v1/accounts",
            &admin,
            body("999988887777", change),
        )
        .await;
        assert_eq!(refused.code(), "forbidden");
        assert!(refused.text().contains(wanted), "{}", refused.text());
    }
    let path = format!("/api/v1/accounts/{}", world.acme.account.id);
    let change = json!({ "endpoint_url": "https://169.254.169.254" });
    let moved = Request::new("PATCH", &path).json(&change).bearer(&admin);
    assert_eq!(world.send(moved).await.code(), "invalid_request");

    let made = body("999988887777", with_endpoint);
    let made = post(&world, "/api/v1/accounts", &root, made).await;
    assert_eq!(made.status, 201, "{}", made.text());
    let own = body("999988886666", json!({}));
    let own = Request::new("POST", "/api/v1/accounts").json(&own);
    assert_eq!(world.control(own).await.status, 201);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whose_an_account_already_is_stays_with_those_who_may_see_it() {
    let world = World::new().await;
    let acme = &world.acme.organization.id;
    let admin = world.member("ada", &world.acme, Role::Admin).await;
    let onboard = |id: &domain::AccountId| {
        json!({
            "id": id, "organization_id": acme,
            "role_arn": format!("arn:aws:iam::{id}:role/stocktake-read"),
        })
    };
    let path = "/api/v1/accounts";
    let taken = post(&world, path, &admin, onboard(&world.globex.account.id)).await;
    assert_eq!(taken.code(), "conflict");
    assert!(!taken.text().contains("Globex"), "{}", taken.text());
    assert!(taken.text().contains("elsewhere"), "{}", taken.text());
    let own = post(&world, path, &admin, onboard(&world.acme.account.id)).await;
    assert!(own.text().contains("Acme"), "{}", own.text());
    let root = world.root().await;
    let told = post(&world, path, &root, onboard(&world.globex.account.id)).await;
    assert!(told.text().contains("Globex"), "{}", told.text());
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_aws_organization_holds_is_for_global_admins() {
    let world = World::new().await;
    let (admin, root) = (
        world.member("ada", &world.acme, Role::Admin).await,
        world.root().await,
    );
    let body = json!({ "organization_id": world.acme.organization.id, "add": true });
    let path = "/api/v1/accounts/discover";
    let refused = post(&world, path, &admin, body.clone()).await;
    assert_eq!(refused.code(), "forbidden");
    let job = post(&world, path, &root, body).await;
    assert_eq!(job.status, 202, "{}", job.text());
    let job = job.json();
    assert!(job["organization_id"].is_null(), "{job}");
    let path = format!("/api/v1/jobs/{}", job["id"].as_str().unwrap());
    assert_eq!(world.get(&path, &admin).await.code(), "not_found");
    assert_eq!(world.get("/api/v1/jobs", &admin).await.json()["total"], 0);
    assert_eq!(world.get(&path, &root).await.status, 200);
    let nowhere = json!({ "organization_id": "nowhere" });
    let nowhere = post(&world, "/api/v1/accounts/discover", &root, nowhere).await;
    assert_eq!(nowhere.code(), "invalid_request");
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn policies_come_from_the_root() {
    let world = World::new().await;
    let token = world.member("ada", &world.acme, Role::Viewer).await;
    let path = "/api/v1/accounts/policy?external_id=abc&trusted_account_id=111122223333";
    let answer = world.get(path, &token).await.json();
    assert!(
        answer["json"]
            .as_str()
            .unwrap()
            .starts_with("stocktake-read Some(\"abc\")")
    );
    let wrong = world
        .get("/api/v1/accounts/policy?role_name=a%20b", &token)
        .await;
    assert_eq!(wrong.json()["errors"][0]["field"], "role_name");
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sync_is_a_job_its_organization_can_see() {
    let world = World::new().await;
    let both = [
        (&world.acme, Role::Operator),
        (&world.globex, Role::Operator),
    ];
    world.user("ada", false, &both).await;
    let (ada, root) = (world.token("ada").await, world.root().await);
    let viewer = world.member("bob", &world.acme, Role::Viewer).await;
    let sync = |token: &str, body: Value| {
        let token = token.to_owned();
        let world = &world;
        async move { post(world, "/api/v1/sync/trigger", &token, body).await }
    };

    let mine = sync(&ada, json!({})).await;
    assert_eq!(mine.status, 202, "{}", mine.text());
    assert_eq!(
        (&mine.json()["trigger"], &mine.json()["requested_by"]),
        (&json!("api"), &json!("ada"))
    );
    let jobs = world
        .get("/api/v1/jobs?kind=sync&state=queued", &ada)
        .await
        .json();
    assert_eq!(jobs["total"], 2, "one for each organization");
    assert_eq!(world.get("/api/v1/jobs", &viewer).await.json()["total"], 1);
    sync(&ada, json!({})).await;
    assert_eq!(
        world.get("/api/v1/jobs", &ada).await.json()["total"],
        2,
        "not queued twice"
    );

    let account = json!({ "account_ids": [world.acme.account.id] });
    let one = sync(&ada, account).await.json();
    assert_eq!(one["organization_id"], json!(world.acme.organization.id));
    assert!(sync(&root, json!({})).await.json()["organization_id"].is_null());
    let unknown = sync(&root, json!({ "account_ids": ["999999999999"] })).await;
    assert_eq!(unknown.code(), "not_found");
    assert_eq!(sync(&viewer, json!({})).await.code(), "forbidden");
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn settings_are_checked_and_kept() {
    let world = World::new().await;
    let root = world.root().await;
    let settings = world.get("/api/v1/settings", &root).await.json();
    let put = |field: &str, value: Value| {
        let mut changed = settings.clone();
        changed["sync_schedule"][field] = value;
        world.send(
            Request::new("PUT", "/api/v1/settings")
                .json(&changed)
                .bearer(&root),
        )
    };
    for (field, value) in [
        ("cron", json!("* * * *")),
        ("cron", json!("99 * * * *")),
        ("time_zone", json!("Mars/Olympus")),
        ("jitter_seconds", json!(100_000)),
        ("unknown", json!(1)),
    ] {
        let answer = put(field, value.clone()).await;
        assert_eq!(answer.code(), "invalid_request", "{field} {value}");
    }
    assert_eq!(put("cron", json!("15 3 * * *")).await.status, 200);
    let kept = world.get("/api/v1/settings", &root).await.json();
    assert_eq!(kept["sync_schedule"]["cron"], "15 3 * * *");
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn organizations_have_unique_names_and_leave_last() {
    let world = World::new().await;
    let root = world.root().await;
    let create = |name: &str| {
        post(
            &world,
            "/api/v1/organizations",
            &root,
            json!({ "name": name }),
        )
    };
    assert_eq!(create("  ").await.code(), "invalid_request");
    assert_eq!(create("Acme").await.code(), "conflict");
    let made = create("Initech").await;
    assert_eq!(made.status, 201);
    let path = format!(
        "/api/v1/organizations/{}",
        made.json()["id"].as_str().unwrap()
    );
    let delete = |path: &str| world.send(Request::new("DELETE", path).bearer(&root));
    let rename = Request::new("PATCH", &path)
        .json(&json!({ "name": "Initrode" }))
        .bearer(&root);
    assert_eq!(world.send(rename).await.json()["name"], "Initrode");
    assert_eq!(delete(&path).await.status, 204);
    assert_eq!(delete(&path).await.code(), "not_found");
    let busy = format!("/api/v1/organizations/{}", world.acme.organization.id);
    assert_eq!(delete(&busy).await.code(), "conflict", "it has an account");
    world.stop().await;
}
