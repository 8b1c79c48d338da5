//! Questions in plain words over HTTP: the stream, what is refused and how, whose history it is,
//! and attackers who edit the SQL themselves.

use std::time::{Duration, Instant};

use domain::Role;
use domain::text_model::{ModelState, TextModelError};
use serde_json::{Value, json};

use crate::attacks::{ENDLESS, SQL};
use crate::client::{Answer, Request};
use crate::harness::World;
use crate::scripted::{Scripted, Step, say, status};

const QUERY: &str = "/api/v1/ai/query";

fn ask(question: &str, tier: &str) -> Request {
    Request::new("POST", QUERY).json(&json!({ "question": question, "tier": tier }))
}

fn stream(question: &str, tier: &str) -> Request {
    ask(question, tier).header("accept", "text/event-stream")
}

/// Names and data of the events of a stream that has ended.
fn events(answer: &Answer) -> Vec<(String, Value)> {
    let text = answer.text();
    let messages = text
        .split("\n\n")
        .filter(|message| message.contains("data: "));
    messages
        .map(|message| {
            let field = |name: &str| {
                let mut lines = message.lines();
                lines.find_map(|line| line.strip_prefix(name)).unwrap()
            };
            let data = serde_json::from_str(field("data: ")).unwrap();
            (field("event: ").to_owned(), data)
        })
        .collect()
}

/// How the request that hangs ended, soon after it was told to.
async fn end_of(model: &Scripted) -> TextModelError {
    let started = Instant::now();
    loop {
        if let Some(ended) = model.ended.lock().unwrap().take() {
            return ended;
        }
        assert!(started.elapsed() < Duration::from_secs(8), "it goes on");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_question_is_answered_under_every_name_it_goes_by() {
    let world = World::new().await;
    let token = world.member("ann", &world.acme, Role::Viewer).await;
    for path in [
        QUERY,
        "/api/v1/ai/ask",
        "/api/ai/query",
        "/infrastructure-ai",
    ] {
        for field in ["question", "query"] {
            let body = json!({ field: "how many desktops are there?" });
            let answer = world
                .send(Request::new("POST", path).json(&body).bearer(&token))
                .await;
            assert_eq!(answer.status, 200, "{path}: {}", answer.text());
            let answer = answer.json();
            assert_eq!(answer["outcome"], "answered", "{answer}");
            assert_eq!(answer["table"]["rows"], json!([[1]]), "its own client's");
        }
    }
    for wrong in [
        json!({}),
        json!({ "question": "" }),
        json!({ "question": "x", "limit": 0 }),
        json!({ "question": "x", "tier": "oracle" }),
        json!({ "question": "x", "follows": "nothing" }),
        json!({ "question": "x", "more": 1 }),
    ] {
        let request = Request::new("POST", QUERY).json(&wrong).bearer(&token);
        let refused = world.send(request).await;
        assert_eq!(refused.code(), "invalid_request", "{wrong}");
    }
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_question_may_be_narrowed_to_an_organization_that_one_sees() {
    let world = World::new().await;
    let (root, member) = (
        world.root().await,
        world.member("ann", &world.acme, Role::Viewer).await,
    );
    let count = async |token: &str, organization: Option<&str>| {
        let mut body = json!({ "question": "how many desktops are there?" });
        if let Some(id) = organization {
            body["organization_id"] = json!(id);
        }
        let request = Request::new("POST", QUERY).json(&body).bearer(token);
        world.send(request).await
    };
    let (acme, globex) = (
        world.acme.organization.id.as_str(),
        world.globex.organization.id.as_str(),
    );
    let all = count(&root, None).await.json()["table"]["rows"][0][0]
        .as_i64()
        .unwrap();
    let mut parts = 0;
    for id in [acme, globex] {
        let answer = count(&root, Some(id)).await.json();
        parts += answer["table"]["rows"][0][0].as_i64().unwrap();
    }
    assert!(all > 1 && parts == all, "{parts} of {all}");
    let own = count(&member, Some(acme)).await.json();
    assert_eq!(own["table"]["rows"], json!([[1]]));
    // A follow-up may be about less than the question before it, about more, or about another.
    for (first, then) in [
        (None, Some(acme)),
        (Some(acme), None),
        (Some(acme), Some(globex)),
    ] {
        let before = count(&root, first).await.json();
        let mut body = json!({ "question": "only in eu-west-1", "follows": before["id"] });
        if let Some(id) = then {
            body["organization_id"] = json!(id);
        }
        let request = Request::new("POST", QUERY).json(&body).bearer(&root);
        let followed = world.send(request).await;
        assert_eq!(followed.status, 200, "{}", followed.text());
        assert_eq!(followed.json()["outcome"], "answered");
    }
    let foreign = count(&member, Some(globex)).await;
    assert_eq!(foreign.status, 404, "{}", foreign.text());
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_tells_everything_in_order() {
    let model = Scripted::new([
        say("SELECT nope FROM workspaces LIMIT 1"),
        say("SELECT count(*) AS desktops FROM workspaces LIMIT 1"),
        Step::Fail(TextModelError::Failed("secret".to_owned())),
    ]);
    let world = World::with_model(model).await;
    let token = world.member("ann", &world.acme, Role::Viewer).await;
    let answer = world.send(stream("x?", "model").bearer(&token)).await;
    assert_eq!(answer.header("content-type"), Some("text/event-stream"));
    let events_seen = events(&answer);
    let mut names: Vec<&str> = events_seen.iter().map(|(name, _)| name.as_str()).collect();
    names.dedup();
    assert_eq!(
        names,
        ["started", "tier", "token", "sql", "token", "sql", "answer"]
    );
    let (_, last) = events_seen.last().unwrap();
    assert_eq!(last["id"], events_seen[0].1["id"]);
    assert_eq!(last["table"]["rows"], json!([[1]]));
    assert_eq!(last["tier"], "model");

    let failed = world.send(stream("x?", "model").bearer(&token)).await;
    let (name, problem) = events(&failed)
        .pop()
        .unwrap_or_else(|| panic!("{}", failed.text()));
    assert_eq!((failed.status, name.as_str()), (200, "error"));
    assert_eq!(problem["code"], "model_unavailable");
    assert!(!failed.text().contains("secret"));
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_busy_model_is_said_so_before_a_stream_begins() {
    let world = World::with_model(Scripted::with(status(ModelState::Ready, 2), [])).await;
    let token = world.member("ann", &world.acme, Role::Viewer).await;
    for request in [ask("x?", "model"), stream("x?", "model")] {
        let busy = world.send(request.bearer(&token)).await;
        assert_eq!(busy.code(), "model_busy");
        assert!(busy.header("retry-after").unwrap().parse::<u32>().unwrap() > 0);
    }
    // Known kinds need no model.
    let known = ask("how many desktops are there?", "all").bearer(&token);
    assert_eq!(world.send(known).await.json()["tier"], "template");

    let metrics = world.send(Request::new("GET", "/metrics")).await.text();
    for line in [
        "stocktake_questions_total{tier=\"none\",outcome=\"error\"} 2",
        "stocktake_questions_total{tier=\"template\",outcome=\"answered\"} 1",
        "stocktake_model_queue 2",
        "stocktake_model_ready 1",
    ] {
        assert!(metrics.lines().any(|l| l == line), "{line} in\n{metrics}");
    }
    let health = world.send(Request::new("GET", "/health")).await.json();
    assert_eq!(health["components"]["model"]["status"], "ok", "{health}");
    let model = world.get("/api/v1/ai/model", &token).await.json();
    assert_eq!(
        (&model["queued"], &model["state"]),
        (&json!(2), &json!("ready"))
    );
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_model_the_answer_says_so() {
    let world = World::new().await;
    let token = world.member("ann", &world.acme, Role::Viewer).await;
    let answer = world.send(ask("x?", "model").bearer(&token)).await.json();
    assert_eq!(answer["outcome"], "cannot_answer");
    let model = world.get("/api/v1/ai/model", &token).await;
    assert_eq!((model.status, model.text().as_str()), (200, "null"));
    let health = world.send(Request::new("GET", "/health")).await.json();
    let part = &health["components"]["model"];
    assert_eq!(part["status"], "ok");
    assert!(part["detail"].as_str().unwrap().contains("none is loaded"));
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_closes_the_stream_or_cancels_ends_the_question() {
    let model = Scripted::new([Step::Hang, Step::Hang]);
    let world = World::with_model(model.clone()).await;
    let token = world.member("ann", &world.acme, Role::Viewer).await;
    let other = world.member("bob", &world.acme, Role::Viewer).await;

    let (head, mut open) = stream("x?", "model")
        .bearer(&token)
        .open(world.address)
        .await;
    assert_eq!(head.status, 200);
    open.until("event: tier").await;
    drop(open);
    assert_eq!(end_of(&model).await, TextModelError::Cancelled);

    let (_, mut open) = stream("x?", "model")
        .bearer(&token)
        .open(world.address)
        .await;
    let seen = open.until("event: tier").await;
    let id = seen
        .split("\"id\":\"")
        .nth(1)
        .unwrap()
        .split('"')
        .next()
        .unwrap();
    let cancel = Request::new("POST", &format!("/api/v1/ai/questions/{id}/cancel"));
    let refused = world.send(cancel.clone().bearer(&other)).await;
    assert_eq!(refused.code(), "not_found");
    assert_eq!(world.send(cancel.bearer(&token)).await.status, 204);
    let seen = open.until("event: error").await;
    assert!(seen.contains("\"code\":\"cancelled\""), "{seen}");
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stop_of_the_server_ends_streams() {
    let model = Scripted::new([Step::Hang]);
    let world = World::with_model(model.clone()).await;
    let token = world.member("ann", &world.acme, Role::Viewer).await;
    let (_, mut open) = stream("x?", "model")
        .bearer(&token)
        .open(world.address)
        .await;
    open.until("event: tier").await;
    while model.asked().is_empty() {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    world.stop().await;
    assert_eq!(end_of(&model).await, TextModelError::Cancelled);
}

#[tokio::test(flavor = "multi_thread")]
async fn history_and_feedback_are_ones_own() {
    let world = World::new().await;
    let ann = world.member("ann", &world.acme, Role::Viewer).await;
    let admin = world.member("boss", &world.acme, Role::Admin).await;
    let root = world.root().await;
    let asked = world
        .send(ask("how many desktops?", "template").bearer(&ann))
        .await;
    let id = asked.json()["id"].as_str().unwrap().to_owned();
    let own = format!("/api/v1/ai/questions/{id}");
    let feedback =
        Request::new("POST", &format!("{own}/feedback")).json(&json!({ "feedback": "wrong" }));
    for other in [&admin, &root] {
        let listed = world.get("/api/v1/ai/questions", other).await.json();
        assert_eq!(listed["total"], 0, "{listed}");
        assert_eq!(world.get(&own, other).await.code(), "not_found");
        let refused = world.send(feedback.clone().bearer(other)).await;
        assert_eq!(refused.code(), "not_found");
    }
    let judged = world.send(feedback.bearer(&ann)).await.json();
    assert_eq!(judged["feedback"], "wrong");
    let listed = world.get("/api/v1/ai/questions", &ann).await.json();
    assert_eq!(listed["items"][0]["question"], "how many desktops?");
    assert_eq!(listed["items"][0]["asked_by"], "ann");
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn verified_questions_are_saved_by_those_who_may() {
    let world = World::new().await;
    let operator = world.member("op", &world.acme, Role::Operator).await;
    let globex = world.member("gl", &world.globex, Role::Operator).await;
    let root = world.root().await;
    let new = |organization: Option<&str>, sql: &str| {
        Request::new("POST", "/api/v1/ai/verified").json(&json!({
            "question": "my desktops", "sql": sql, "organization_id": organization,
        }))
    };
    let sql = "SELECT workspace_id FROM workspaces";
    let acme = world.acme.organization.id.as_str();
    let for_everyone = world.send(new(None, sql).bearer(&operator)).await;
    assert_eq!(for_everyone.code(), "forbidden");
    let wrong = world
        .send(new(Some(acme), "SELECT 1; SELECT 2").bearer(&operator))
        .await;
    assert_eq!(wrong.code(), "query_refused");
    let saved = world.send(new(Some(acme), sql).bearer(&operator)).await;
    assert_eq!(saved.status, 201, "{}", saved.text());
    let id = saved.json()["id"].as_str().unwrap().to_owned();
    let twice = world.send(new(Some(acme), sql).bearer(&operator)).await;
    assert_eq!(twice.code(), "conflict");

    let answer = world
        .send(ask("My desktops?", "all").bearer(&operator))
        .await
        .json();
    assert_eq!(answer["tier"], "verified", "{answer}");
    assert_eq!(answer["table"]["rows"], json!([["ws-acme"]]));
    let answer = world
        .send(ask("My desktops?", "template").bearer(&globex))
        .await
        .json();
    assert_ne!(answer["tier"], "verified");

    let delete = Request::new("DELETE", &format!("/api/v1/ai/verified/{id}"));
    assert_eq!(
        world.send(delete.clone().bearer(&globex)).await.code(),
        "not_found"
    );
    assert_eq!(world.send(delete.bearer(&operator)).await.status, 204);
    let audit = world.get("/api/v1/audit", &root).await.text();
    assert!(audit.contains("verified_query.created") && audit.contains("verified_query.deleted"));
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn attacks_by_hand_reach_nothing() {
    let world = World::new().await;
    let token = world.member("ann", &world.acme, Role::Viewer).await;
    let foreign = [
        "ws-globex",
        world.globex.account.id.as_str(),
        world.globex.organization.id.as_str(),
        "$argon2id$",
    ];
    let mut wrong = Vec::new();
    for sql in SQL.iter().chain(ENDLESS) {
        let started = Instant::now();
        let request = Request::new("POST", "/api/v1/query").json(&json!({ "sql": sql }));
        let answer = world.send(request.bearer(&token)).await;
        let text = answer.text();
        let told = foreign.iter().any(|mark| text.contains(mark));
        // A query that is slow gets 504; nothing is a defect of ours.
        let refused = answer.status == 200 || [400, 504].contains(&answer.status);
        if told || !refused || started.elapsed() > Duration::from_secs(9) {
            wrong.push(format!("{sql}: {} {text}", answer.status));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    let health = world.send(Request::new("GET", "/health")).await.json();
    assert_eq!(health["components"]["database"]["status"], "ok");
    let count = ask("how many desktops are there?", "template").bearer(&token);
    assert_eq!(
        world.send(count).await.json()["table"]["rows"],
        json!([[1]])
    );
    world.stop().await;
}
