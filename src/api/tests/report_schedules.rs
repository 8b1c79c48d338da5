//! Reports that are made by themselves: what a schedule says, whose it is, what is refused.

use domain::Role;
use serde_json::{Value, json};

use crate::client::Request;
use crate::harness::World;

const PATH: &str = "/api/v1/reports/schedules";

fn wanted(world: &World) -> Value {
    json!({
        "report_type": "monthly", "format": "pdf", "organization_id": world.acme.organization.id,
        "period": "previous_month", "cron": "30 6 1 * *", "time_zone": "Europe/Berlin",
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_schedule_says_when_it_starts_next_until_it_is_switched_off() {
    let world = World::new().await;
    let token = world.member("op", &world.acme, Role::Operator).await;
    let send = async |method: &str, path: &str, body: Option<&Value>| {
        let mut request = Request::new(method, path).bearer(&token);
        if let Some(body) = body {
            request = request.json(body);
        }
        world.send(request).await
    };

    let made = send("POST", PATH, Some(&wanted(&world))).await;
    assert_eq!(made.status, 201, "{}", made.text());
    let made = made.json();
    let next = made["next_run_at"].as_str().unwrap();
    // Half past six in Berlin on a first.
    assert!(
        next.ends_with("T05:30:00Z") || next.ends_with("T04:30:00Z"),
        "{next}"
    );
    assert_eq!(&next[8..10], "01");
    assert_eq!(made["organization_name"], "Acme");
    assert_eq!(made["last_report_id"], Value::Null);

    let path = format!("{PATH}/{}", made["id"].as_str().unwrap());
    let mut off = wanted(&world);
    off["enabled"] = json!(false);
    off["period"] = json!("last_30_days");
    let changed = send("PUT", &path, Some(&off)).await.json();
    assert_eq!(changed["next_run_at"], Value::Null);
    assert_eq!(changed["period"], "last_30_days");

    assert_eq!(send("GET", PATH, None).await.json()["total"], 1);
    assert_eq!(send("DELETE", &path, None).await.status, 204);
    assert_eq!(send("GET", &path, None).await.status, 404);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_scheduled_is_named() {
    let world = World::new().await;
    let token = world.member("op", &world.acme, Role::Operator).await;
    for (field, value, said) in [
        ("cron", json!("*/5 * * * *"), "once an hour at most"),
        ("cron", json!("0 6 1 *"), "five fields"),
        ("time_zone", json!("Mars/Olympus"), "time zone"),
        ("report_type", json!("horoscope"), "there is no report"),
        ("organization_id", Value::Null, "name the organization"),
        ("period", json!("tomorrow"), "previous_month"),
    ] {
        let mut new = wanted(&world);
        new[field] = value;
        let answer = world
            .send(Request::new("POST", PATH).bearer(&token).json(&new))
            .await;
        let text = answer.text();
        assert_eq!(answer.status, 400, "{field}: {text}");
        assert!(text.contains(said), "{field}: {text}");
    }
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn anothers_schedule_does_not_exist() {
    let world = World::new().await;
    let all = json!({
        "report_type": "sync_health", "format": "csv", "period": "previous_week", "cron": "0 5 * * 1",
    });
    let mut ids = Vec::new();
    for new in [wanted(&world), all] {
        let made = world.control(Request::new("POST", PATH).json(&new)).await;
        assert_eq!(made.status, 201, "{}", made.text());
        ids.push(made.json()["id"].as_str().unwrap().to_owned());
    }
    let foreign = world.member("foreign", &world.globex, Role::Admin).await;
    let own = world.member("own", &world.acme, Role::Viewer).await;
    for (token, seen) in [(&foreign, [404, 404]), (&own, [200, 404])] {
        for (id, status) in ids.iter().zip(seen) {
            let request = Request::new("GET", &format!("{PATH}/{id}")).bearer(token);
            assert_eq!(world.send(request).await.status, status, "{id}");
        }
    }
    let list = world
        .send(Request::new("GET", PATH).bearer(&own))
        .await
        .json();
    assert_eq!(list["total"], 1, "{list}");
    let delete = Request::new("DELETE", &format!("{PATH}/{}", ids[0])).bearer(&foreign);
    assert_eq!(world.send(delete).await.status, 404);
    world.stop().await;
}
