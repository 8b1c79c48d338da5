//! Costs and events: what lists answer, whose rows they hold, and importing an export.

use domain::advice::Estimate;
use domain::billing::{CostLine, CostSource};
use domain::trail::{TrailEvent, TrailRecord};
use domain::usage::Month;
use domain::{Money, Role, UtcTime};
use serde_json::json;
use store::billing::{Days, Part, Reading};

use crate::client::Request;
use crate::harness::{Tenant, World, config};

fn line(desktop: Option<&str>, day: &str, dollars: f64) -> CostLine {
    CostLine {
        workspace_id: desktop.map(str::to_owned),
        service: "Amazon WorkSpaces".to_owned(),
        usage_type: "EUW1-AutoStop".to_owned(),
        starts_on: day.to_owned(),
        ends_on: day.parse::<UtcTime>().unwrap().plus_days(1).day(),
        region: Some("eu-west-1".to_owned()),
        amount: Money::from_dollars(dollars),
        quantity: Some(1.0),
        unit: Some("Hrs".to_owned()),
        estimated: true,
    }
}

/// A bill of yesterday for the tenant: $10, $4 of them for its desktop.
async fn billed(world: &World, tenant: &Tenant) -> String {
    let day = UtcTime::now().plus_days(-1).day();
    let days = Days {
        from: day.clone(),
        to: UtcTime::now().day(),
    };
    for (source, part, desktop, dollars) in [
        (CostSource::CostExplorer, Part::Whole, None, 10.0),
        (
            CostSource::CostExplorerResources,
            Part::Desktops,
            Some(tenant.workspace.as_str()),
            4.0,
        ),
    ] {
        let reading = Reading {
            account_id: tenant.account.id.clone(),
            lines: vec![line(desktop, &day, dollars)],
            read_at: UtcTime::now(),
        };
        store::billing::replace(&world.db, source, part, days.clone(), reading)
            .await
            .unwrap();
    }
    day
}

/// An event about the tenant's desktop.
pub async fn happened(world: &World, tenant: &Tenant, id: &str) {
    let record = TrailRecord {
        event: TrailEvent {
            event_id: id.to_owned(),
            event_time: "2026-11-20T08:00:00Z".parse().unwrap(),
            event_name: "TerminateWorkspaces".to_owned(),
            event_source: "workspaces.amazonaws.com".to_owned(),
            read_only: false,
            user_name: Some("ada".to_owned()),
            user_arn: None,
            source_ip: Some("203.0.113.9".to_owned()),
            user_agent: None,
            error_code: None,
            error_message: None,
            request_parameters: None,
            workspace_ids: vec![tenant.workspace.clone()],
        },
        record: json!({ "eventName": "TerminateWorkspaces" }),
    };
    let region = "eu-west-1".parse().unwrap();
    store::trail::add(&world.db, &tenant.account.id, &region, vec![record])
        .await
        .unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn months_and_lines_are_those_of_ones_own_accounts() {
    let world = World::new().await;
    billed(&world, &world.acme).await;
    billed(&world, &world.globex).await;
    let viewer = world.member("viewer", &world.acme, Role::Viewer).await;
    let root = world.root().await;

    let months = world
        .get("/api/v1/costs/monthly?months=2&group_by=account", &viewer)
        .await
        .json();
    assert_eq!(months["rows"].as_array().unwrap().len(), 1);
    assert_eq!(months["rows"][0]["key"], world.acme.account.id.as_str());
    assert_eq!(months["rows"][0]["amount"], 10.0);
    assert_eq!(months["rows"][0]["workspaces_amount"], 10.0);
    assert_eq!(months["totals"][0]["by_desktop_amount"], 4.0);
    assert_eq!(months["totals"][0]["estimated"], true);
    let all = world
        .get("/api/v1/costs/monthly?months=2", &root)
        .await
        .json();
    assert_eq!(all["totals"][0]["amount"], 20.0);
    let globex = &world.globex.organization.id;
    let foreign = world
        .get(
            &format!("/api/v1/costs/monthly?organization_id={globex}"),
            &viewer,
        )
        .await
        .json();
    assert_eq!(foreign["rows"], json!([]));

    let lines = world.get("/api/v1/costs/lines", &viewer).await.json();
    assert_eq!(
        (&lines["total"], &lines["items"][0]["workspace_id"]),
        (&json!(1), &json!(null))
    );
    let parts = world
        .get("/api/v1/costs/lines?by_desktop=true", &viewer)
        .await
        .json();
    assert_eq!(parts["items"][0]["amount"], 4.0);
    let one = world
        .get(
            &format!(
                "/api/v1/costs/lines?workspace_id={}",
                world.globex.workspace
            ),
            &viewer,
        )
        .await
        .json();
    assert_eq!(one["total"], 0);
    for wrong in [
        "monthly?months=0",
        "monthly?group_by=moon",
        "lines?source=guess",
        "lines?sort=colour",
        "lines?from=x",
        "meter?months=1",
    ] {
        let answer = world.get(&format!("/api/v1/costs/{wrong}"), &viewer).await;
        assert_eq!(
            (answer.status, answer.code()),
            (400, "invalid_filter".to_owned()),
            "{wrong}"
        );
    }
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_meter_says_what_asking_cost_and_what_the_cap_is() {
    let world = World::new().await;
    let cent = Money::from_dollars(0.01);
    for tenant in [&world.acme, &world.globex] {
        let service = store::paid::PaidService::CostExplorer;
        assert!(
            store::paid::take(
                &world.db,
                &tenant.account.id,
                service,
                UtcTime::now(),
                cent,
                50
            )
            .await
            .unwrap()
        );
    }
    let viewer = world.member("viewer", &world.acme, Role::Viewer).await;
    let meter = world.get("/api/v1/costs/meter", &viewer).await.json();
    assert_eq!(
        (&meter["requests_per_day"], &meter["total"]),
        (&json!(50), &json!(0.01))
    );
    assert_eq!(meter["accounts"][0]["requests_today"], 1);
    assert_eq!(meter["accounts"].as_array().unwrap().len(), 1);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn events_are_those_of_ones_own_accounts() {
    let world = World::new().await;
    happened(&world, &world.acme, "e-acme").await;
    happened(&world, &world.globex, "e-globex").await;
    let viewer = world.member("viewer", &world.acme, Role::Viewer).await;
    let list = world.get("/api/v1/events", &viewer).await.json();
    assert_eq!(
        (&list["total"], &list["items"][0]["event_id"]),
        (&json!(1), &json!("e-acme"))
    );
    assert_eq!(
        list["items"][0]["workspace_ids"],
        json!([world.acme.workspace])
    );
    for (query, expected) in [
        ("user_name=ada", 1),
        ("user_name=bob", 0),
        ("event_name=TerminateWorkspaces&region=eu-west-1", 1),
        ("workspace_id=ws-globex", 0),
        ("from=2026-11-20&to=2026-11-21", 1),
        ("from=2026-11-21", 0),
        ("q=203.0.113", 1),
    ] {
        let list = world
            .get(&format!("/api/v1/events?{query}"), &viewer)
            .await
            .json();
        assert_eq!(list["total"], expected, "{query}");
    }
    let detail = world.get("/api/v1/events/e-acme", &viewer).await.json();
    assert_eq!(detail["record"]["eventName"], "TerminateWorkspaces");
    assert_eq!(
        world.get("/api/v1/events/e-globex", &viewer).await.status,
        404
    );
    world.stop().await;
}

fn export(rows: &[(&str, &str, &str)]) -> String {
    let mut text = "line_item_usage_account_id,line_item_usage_start_date,line_item_product_code,\
        line_item_usage_type,line_item_unblended_cost,line_item_resource_id\n"
        .to_owned();
    for (account, cost, resource) in rows {
        text += &format!(
            "{account},2026-10-31T08:00:00Z,AmazonWorkSpaces,EUW1-AutoStop,{cost},{resource}\n"
        );
    }
    text
}

#[tokio::test(flavor = "multi_thread")]
async fn an_export_is_taken_as_far_as_it_is_the_callers() {
    let world = World::new().await;
    let admin = world.member("admin", &world.acme, Role::Admin).await;
    let viewer = world.member("viewer", &world.acme, Role::Viewer).await;
    let (acme, globex) = (
        world.acme.account.id.as_str(),
        world.globex.account.id.as_str(),
    );
    let send = |body: String, token: &str| {
        let request = Request::new("POST", "/api/v1/costs/import")
            .bearer(token)
            .body(&body);
        world.send(request.header("content-type", "text/csv"))
    };
    let text = export(&[
        (acme, "1.5", "ws-1"),
        (globex, "2", "ws-2"),
        ("999999999999", "3", ""),
    ]);
    assert_eq!(send(text.clone(), &viewer).await.status, 403);
    let taken = send(text.clone(), &admin).await;
    assert_eq!(taken.status, 200, "{}", taken.text());
    assert_eq!(
        taken.json(),
        json!({
            "lines_read": 3, "lines_kept": 2, "lines_of_others": 2, "other_accounts": 2,
            "accounts": [acme], "starts_on": "2026-10-31", "ends_on": "2026-11-01",
        })
    );
    let broken = send(text + &export(&[]) + "1,2\n", &admin).await;
    assert_eq!(
        (broken.status, broken.code()),
        (400, "invalid_request".to_owned())
    );
    assert!(
        broken.text().contains("line 6: it has 2 cells"),
        "{}",
        broken.text()
    );
    let lines = world
        .get("/api/v1/costs/lines?source=export", &admin)
        .await
        .json();
    assert_eq!(
        (&lines["total"], &lines["items"][0]["amount"]),
        (&json!(1), &json!(1.5))
    );
    let audit = world.get("/api/v1/audit", &admin).await.text();
    assert!(audit.contains("costs.imported"), "{audit}");
    let left: Vec<_> = std::fs::read_dir(world.socket.parent().unwrap())
        .unwrap()
        .filter(|entry| {
            entry
                .as_ref()
                .unwrap()
                .file_name()
                .to_string_lossy()
                .starts_with(".upload")
        })
        .collect();
    assert!(left.is_empty(), "{left:?}");
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_too_large_is_refused_before_it_is_read() {
    let mut config = config();
    config.limits.upload_bytes = 1000;
    let world = World::with(config).await;
    let admin = world.member("admin", &world.acme, Role::Admin).await;
    let request = Request::new("POST", "/api/v1/costs/import")
        .bearer(&admin)
        .body(&"x".repeat(2000));
    let answer = world.send(request).await;
    assert_eq!(
        (answer.status, answer.code()),
        (413, "body_too_large".to_owned())
    );
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn estimates_stand_beside_bills_with_what_is_left() {
    let world = World::with(config()).await;
    let viewer = world.member("viewer", &world.acme, Role::Viewer).await;
    billed(&world, &world.acme).await;
    billed(&world, &world.globex).await;
    let month = Month::of(UtcTime::now().plus_days(-1));
    let of = |desktop: &str, month: Month, dollars: Option<f64>| Estimate {
        account_id: world.acme.account.id.clone(),
        region: "eu-west-1".parse().unwrap(),
        workspace_id: desktop.to_owned(),
        month,
        running_mode: Some("AUTO_STOP".to_owned()),
        billable_hours: Some(1),
        amount: dollars.map(Money::from_dollars),
        low: None,
        high: None,
        missing: dollars.is_none().then(|| "no price".to_owned()),
    };
    let estimates = vec![
        of("ws-000000001", month, Some(3.0)),
        of("ws-000000002", month, Some(4.5)),
        of("ws-000000003", month, None),
        of("ws-000000001", month.plus(-1), Some(2.0)),
    ];
    store::recommendation::keep_estimates(&world.db, estimates)
        .await
        .unwrap();
    let found = world
        .get("/api/v1/costs/reconciliation?months=3", &viewer)
        .await
        .json();
    let rows = found["rows"].as_array().unwrap();
    assert_eq!(rows.len(), 2, "{found}");
    let (before, now) = (&rows[0], &rows[1]);
    assert_eq!(
        (&before["estimate"], &before["invoice"]),
        (&json!(2.0), &json!(null))
    );
    assert_eq!(before["residual"], json!(null));
    assert_eq!(
        (&now["estimate"], &now["invoice"]),
        (&json!(7.5), &json!(10.0))
    );
    assert_eq!(now["residual"], 2.5);
    assert_eq!(
        (&now["desktops"], &now["without_price"]),
        (&json!(3), &json!(1))
    );
    assert_eq!(now["invoice_days"], 1);
    let other = format!(
        "/api/v1/costs/reconciliation?account_id={}",
        world.globex.account.id
    );
    assert_eq!(world.get(&other, &viewer).await.json()["rows"], json!([]));
    assert_eq!(
        world
            .get("/api/v1/costs/reconciliation?months=0", &viewer)
            .await
            .status,
        400
    );
    world.stop().await;
}
