//! Cost Explorer: sums, groups, filters, windows, and that invoices follow from the hours.

use std::collections::BTreeMap;
use std::time::Duration;

use domain::price::{PriceBook, PriceKey, system_of};
use serde_json::{Value, json};
use simulator::{DesktopChange, Running, Simulator, SimulatorConfig};

use crate::client::{Client, REGION};
use crate::{config, one};

const GET: &str = "AWSInsightsIndexService.GetCostAndUsage";
const BY_RESOURCE: &str = "AWSInsightsIndexService.GetCostAndUsageWithResources";
/// A region whose prices the book has.
const PRICED: &str = "us-east-1";

async fn priced(desktops: usize) -> (Simulator, Running, Client, String) {
    one(SimulatorConfig {
        regions: vec![PRICED.to_owned()],
        resource_costs: Some(true),
        ..config(1, desktops)
    })
    .await
}

fn request(start: &str, end: &str, granularity: &str, groups: &[&str]) -> Value {
    let groups: Vec<Value> = groups
        .iter()
        .map(|key| json!({ "Type": "DIMENSION", "Key": key }))
        .collect();
    json!({
        "TimePeriod": { "Start": start, "End": end },
        "Granularity": granularity,
        "Metrics": ["UnblendedCost", "UsageQuantity"],
        "GroupBy": groups,
    })
}

fn service(name: &str) -> Value {
    json!({ "Dimensions": { "Key": "SERVICE", "Values": [name] } })
}

fn amount(metrics: &Value, name: &str) -> f64 {
    let text = metrics[name]["Amount"].as_str().expect("a decimal as text");
    text.parse().expect("a decimal")
}

/// Cost and quantity by start of the period and by the groups' values, over all pages.
async fn costs(
    client: &Client,
    target: &str,
    mut input: Value,
) -> BTreeMap<(String, Vec<String>), (f64, f64)> {
    let mut found = BTreeMap::new();
    for _ in 0..100 {
        let page = client.ask(target, input.clone()).await;
        for period in page["ResultsByTime"].as_array().expect("periods") {
            let start = period["TimePeriod"]["Start"]
                .as_str()
                .expect("a day")
                .to_owned();
            let both = |metrics: &Value| {
                (
                    amount(metrics, "UnblendedCost"),
                    amount(metrics, "UsageQuantity"),
                )
            };
            if period["Total"].get("UnblendedCost").is_some() {
                found.insert((start.clone(), Vec::new()), both(&period["Total"]));
            }
            for group in period["Groups"].as_array().expect("groups") {
                let keys = group["Keys"].as_array().expect("keys").iter();
                let keys = keys
                    .map(|key| key.as_str().expect("a key").to_owned())
                    .collect();
                let before = found.insert((start.clone(), keys), both(&group["Metrics"]));
                assert_eq!(before, None, "a group came twice");
            }
        }
        let Some(token) = page.get("NextPageToken") else {
            return found;
        };
        input["NextPageToken"] = token.clone();
    }
    panic!("it never ends");
}

fn sum<'a>(parts: impl Iterator<Item = &'a (f64, f64)>) -> f64 {
    parts.map(|(cost, _)| cost).sum()
}

#[actix_web::test]
async fn groups_add_up_to_the_total_however_it_is_cut() {
    let (_, running, client, account) = priced(150).await;
    let total = costs(
        &client,
        GET,
        request("2026-01-01", "2026-03-01", "MONTHLY", &[]),
    )
    .await;
    assert_eq!(total.len(), 2);
    let january = total[&("2026-01-01".to_owned(), Vec::new())].0;
    assert!(january > 3_000.0, "{january}");
    for groups in [
        &["SERVICE"][..],
        &["USAGE_TYPE"],
        &["REGION"],
        &["LINKED_ACCOUNT"],
        &["RECORD_TYPE"],
        &["SERVICE", "USAGE_TYPE"],
        &["REGION", "SERVICE"],
    ] {
        let parts = costs(
            &client,
            GET,
            request("2026-01-01", "2026-03-01", "MONTHLY", groups),
        )
        .await;
        for ((start, _), (whole, _)) in &total {
            let here = parts
                .iter()
                .filter(|((day, _), _)| day == start)
                .map(|(_, cost)| cost);
            assert!((sum(here) - whole).abs() < 1e-4, "{groups:?}");
        }
    }
    let daily = costs(
        &client,
        GET,
        request("2026-01-01", "2026-02-01", "DAILY", &[]),
    )
    .await;
    assert_eq!(daily.len(), 31);
    assert!((sum(daily.values()) - january).abs() < 1e-4);
    let first = daily[&("2026-01-01".to_owned(), Vec::new())].0;
    let second = daily[&("2026-01-02".to_owned(), Vec::new())].0;
    assert!(
        first > 10.0 * second,
        "fees fall on the first: {first} {second}"
    );
    let answer = client
        .ask(
            GET,
            request("2026-01-01", "2026-02-01", "MONTHLY", &["LINKED_ACCOUNT"]),
        )
        .await;
    assert_eq!(
        answer["DimensionValueAttributes"][0]["Value"],
        account.as_str()
    );
    assert_eq!(answer["ResultsByTime"][0]["Total"], json!({}));
    running.stop().await;
}

#[actix_web::test]
async fn usage_types_are_those_of_aws_and_periods_are_cut_to_the_request() {
    let (_, running, client, _) = one(SimulatorConfig {
        regions: vec![PRICED.to_owned(), REGION.to_owned()],
        ..config(1, 400)
    })
    .await;
    let mut input = request("2026-01-15", "2026-03-11", "MONTHLY", &["USAGE_TYPE"]);
    input["Filter"] = service("Amazon WorkSpaces");
    let parts = costs(&client, GET, input.clone()).await;
    let types: Vec<&str> = parts.keys().map(|(_, keys)| keys[0].as_str()).collect();
    for expected in [
        "AW-HW-2",
        "AW-HW-2-AutoStop-User",
        "AW-HW-2-AutoStop-Usage",
        "EU-AW-HW-2-AutoStop-Usage",
        "AW-HWU-2",
    ] {
        assert!(types.contains(&expected), "{expected} of {types:?}");
    }
    let answer = client.ask(GET, input).await;
    let periods: Vec<(Value, Value)> = answer["ResultsByTime"]
        .as_array()
        .expect("periods")
        .iter()
        .map(|result| (result["TimePeriod"].clone(), result["Estimated"].clone()))
        .collect();
    let period = |start: &str, end: &str, estimated: bool| {
        (json!({ "Start": start, "End": end }), json!(estimated))
    };
    assert_eq!(
        periods,
        [
            period("2026-01-15", "2026-02-01", false),
            period("2026-02-01", "2026-03-01", false),
            period("2026-03-01", "2026-03-11", true),
        ]
    );
    running.stop().await;
}

#[actix_web::test]
async fn filters_and_their_combinations() {
    let (_, running, client, account) = priced(60).await;
    let with = |filter: Value, groups: &[&str]| {
        let mut input = request("2026-01-01", "2026-02-01", "MONTHLY", groups);
        input["Filter"] = filter;
        input
    };
    let services = async |filter: Value| {
        let found = costs(&client, GET, with(filter, &["SERVICE"])).await;
        found
            .into_keys()
            .map(|(_, keys)| keys[0].clone())
            .collect::<Vec<_>>()
    };
    assert_eq!(
        services(service("Amazon WorkSpaces")).await,
        ["Amazon WorkSpaces"]
    );
    let region = json!({ "Dimensions": { "Key": "REGION", "Values": [PRICED] } });
    assert_eq!(
        services(json!({ "And": [service("Amazon WorkSpaces"), region] })).await,
        ["Amazon WorkSpaces"]
    );
    let here = services(region.clone()).await;
    assert!(
        here.len() == 7 && here.contains(&"EC2 - Other".to_owned()),
        "{here:?}"
    );
    let rest = services(json!({ "And": [region, { "Not": service("Amazon WorkSpaces") }] })).await;
    assert_eq!(rest.len(), 6);
    let own = json!({ "Dimensions": { "Key": "LINKED_ACCOUNT", "Values": ["000000000000"] } });
    assert!(services(own).await.is_empty());
    let usage = json!({ "Dimensions": { "Key": "USAGE_TYPE", "Values": ["AW-HW-2"] } });
    assert_eq!(services(usage).await, ["Amazon WorkSpaces"]);
    for (filter, message) in [
        (json!({}), "exactly one of"),
        (
            json!({ "And": [service("a")], "Not": service("b") }),
            "exactly one of",
        ),
        (json!({ "And": [service("a")] }), "at least two"),
        (
            json!({ "Tags": { "Key": "a", "Values": ["b"] } }),
            "not simulated",
        ),
        (
            json!({ "Dimensions": { "Key": "COLOUR", "Values": ["b"] } }),
            "Dimension COLOUR is not valid.",
        ),
        (
            json!({ "Dimensions": { "Key": "RESOURCE_ID", "Values": ["b"] } }),
            "Dimension RESOURCE_ID is not allowed.",
        ),
        (
            json!({ "Dimensions": { "Key": "SERVICE", "Values": [] } }),
            "at least one value",
        ),
    ] {
        let reply = client.call(GET, with(filter, &[])).await;
        assert_eq!(reply.code(), "ValidationException");
        assert!(reply.text().contains(message), "{}", reply.text());
    }
    // The region of the call does not matter, and the management account sees everybody.
    let abroad = costs(
        &client.in_region("eu-west-1"),
        GET,
        request("2026-01-01", "2026-02-01", "MONTHLY", &[]),
    )
    .await;
    let root = Client::root(running.addr());
    let all = costs(
        &root,
        GET,
        request("2026-01-01", "2026-02-01", "MONTHLY", &["LINKED_ACCOUNT"]),
    )
    .await;
    assert_eq!(
        all[&("2026-01-01".to_owned(), vec![account])],
        abroad[&("2026-01-01".to_owned(), vec![])]
    );
    running.stop().await;
}

#[actix_web::test]
async fn what_cost_explorer_refuses() {
    let (_, running, client, _) = priced(10).await;
    let mut strange = request("2026-01-01", "2026-02-01", "MONTHLY", &[]);
    strange["Metrics"] = json!(["Happiness"]);
    let mut tagged = request("2026-01-01", "2026-02-01", "MONTHLY", &[]);
    tagged["GroupBy"] = json!([{ "Type": "TAG", "Key": "Owner" }]);
    let mut token = request("2026-01-01", "2026-02-01", "MONTHLY", &[]);
    token["NextPageToken"] = json!("made-up");
    for (input, code, message) in [
        (
            request("2025-01-31", "2026-02-01", "MONTHLY", &[]),
            "ValidationException",
            "You haven't enabled historical data beyond 14 months.",
        ),
        (
            request("2026-02-01", "2026-02-01", "DAILY", &[]),
            "ValidationException",
            "Start date (and hour) should be before end date (and hour)",
        ),
        (
            request("2026-04-01", "2026-05-01", "DAILY", &[]),
            "ValidationException",
            "no later than the current date",
        ),
        (
            request("yesterday", "2026-05-01", "DAILY", &[]),
            "ValidationException",
            "Start time yesterday is invalid. Valid format is: yyyy-MM-dd.",
        ),
        (
            request("2026-01-01", "2026-02-01", "HOURLY", &[]),
            "ValidationException",
            "Hourly timePeriod is not supported",
        ),
        (
            request(
                "2026-01-01",
                "2026-02-01",
                "DAILY",
                &["SERVICE", "REGION", "USAGE_TYPE"],
            ),
            "ValidationException",
            "Only two values for GroupBy are allowed",
        ),
        (
            request("2026-01-01", "9999-01-01", "DAILY", &[]),
            "ValidationException",
            "no later than a year",
        ),
        (strange, "ValidationException", "Happiness"),
        (tagged, "ValidationException", "not simulated"),
        (token, "InvalidNextTokenException", "token"),
        (json!({}), "ValidationException", "timePeriod"),
    ] {
        let reply = client.call(GET, input).await;
        assert_eq!(reply.code(), code);
        assert!(reply.text().contains(message), "{}", reply.text());
    }
    let oldest = costs(
        &client,
        GET,
        request("2025-02-01", "2026-03-12", "MONTHLY", &[]),
    )
    .await;
    assert_eq!(oldest.len(), 14);
    let mut old = request("2026-02-24", "2026-03-11", "DAILY", &["RESOURCE_ID"]);
    old["Filter"] = service("Amazon WorkSpaces");
    assert!(
        client
            .call(BY_RESOURCE, old.clone())
            .await
            .text()
            .contains("support only 14 days")
    );
    old["TimePeriod"]["Start"] = json!("2026-02-25");
    assert_eq!(client.call(BY_RESOURCE, old.clone()).await.status, 200);
    old["Filter"] = json!({ "Dimensions": { "Key": "REGION", "Values": [PRICED] } });
    assert!(
        client
            .call(BY_RESOURCE, old.clone())
            .await
            .text()
            .contains("SERVICE is required")
    );
    old["Filter"] = Value::Null;
    assert_eq!(
        client.call(BY_RESOURCE, old).await.code(),
        "ValidationException"
    );
    running.stop().await;
}

#[actix_web::test]
async fn costs_by_resource_are_for_accounts_that_opted_in() {
    let (simulator, running, _, _) = one(config(40, 400)).await;
    let accounts = simulator.accounts();
    let open = accounts
        .iter()
        .filter(|account| simulator.shows_resource_costs(&account.id))
        .count();
    assert!((10..30).contains(&open), "{open} of 40");
    let mut input = request("2026-03-01", "2026-03-05", "DAILY", &["RESOURCE_ID"]);
    input["Filter"] = service("Amazon WorkSpaces");
    for account in &accounts[..6] {
        let assumed = Client::root(running.addr())
            .assume(&account.id, Some("stocktake-demo"))
            .await;
        let reply = assumed
            .ok()
            .expect("assumed")
            .call(BY_RESOURCE, input.clone())
            .await;
        let expected = match simulator.shows_resource_costs(&account.id) {
            true => "",
            false => "DataUnavailableException",
        };
        assert_eq!(reply.code(), expected);
    }
    running.stop().await;
}

/// The hours in the metrics, times the price, are the invoice, give or take the discount and maintenance.
#[actix_web::test]
async fn hours_times_price_are_the_invoice_of_a_desktop() {
    let (simulator, running, client, account) = priced(400).await;
    let client = client.in_region(PRICED);
    let mut input = request(
        "2026-02-25",
        "2026-03-11",
        "DAILY",
        &["RESOURCE_ID", "USAGE_TYPE"],
    );
    input["Filter"] = service("Amazon WorkSpaces");
    let invoice = costs(&client, BY_RESOURCE, input).await;
    assert!(invoice.len() > 1_000, "several pages: {}", invoice.len());
    let book = PriceBook::builtin();
    let at = |day: &str| {
        format!("{day}T00:00:00Z")
            .parse::<jiff::Timestamp>()
            .expect("a time")
    };
    let mut compared = 0;
    for id in simulator.desktops(&account, PRICED) {
        let row = client.row(&id).await.expect("there");
        let properties = &row["WorkspaceProperties"];
        let text = |name: &str| properties[name].as_str().expect("text").to_owned();
        let gib = |name: &str| properties[name].as_u64().expect("a size") as u32;
        let Some((system, licence)) = system_of(&text("OperatingSystemName")) else {
            continue;
        };
        let key = PriceKey {
            region: PRICED.to_owned(),
            compute_type: text("ComputeTypeName"),
            system,
            licence,
        };
        let Some(price) = book.find(&key, gib("RootVolumeSizeGib"), gib("UserVolumeSizeGib"))
        else {
            continue;
        };
        let arn = format!("arn:aws:workspaces:{PRICED}:{account}:workspace/{id}");
        let of = |suffix: &str| {
            let lines = invoice
                .iter()
                .filter(|((_, keys), _)| keys[0] == arn && keys[1].ends_with(suffix));
            lines
                .map(|(_, (cost, quantity))| (*cost, *quantity))
                .fold((0.0, 0.0), |a, b| (a.0 + b.0, a.1 + b.1))
        };
        let (cost, hours) = of("-AutoStop-Usage");
        let near = |cost: f64, expected: f64| {
            assert!(
                cost <= expected + 0.01 && cost >= expected * 0.96,
                "{id}: {cost} for {expected}"
            );
        };
        if text("RunningMode") == "AUTO_STOP" {
            let billed = simulator
                .billed_hours(&account, PRICED, &id, at("2026-02-25"), at("2026-03-11"))
                .expect("there");
            assert_eq!(hours, f64::from(billed), "{id}");
            near(cost, price.hourly.dollars() * hours);
            let (base, months) = of("-AutoStop-User");
            near(base, price.hourly_base.dollars() * months);
        } else {
            assert_eq!(hours, 0.0);
            let lines = of("");
            near(lines.0, price.monthly.dollars() * lines.1);
        }
        compared += 1;
    }
    assert!(compared > 200, "{compared}");
    running.stop().await;
}

#[actix_web::test]
async fn a_change_of_mode_is_billed_as_aws_bills_it() {
    let (simulator, running, client, account) = priced(200).await;
    let client = client.in_region(PRICED);
    // The 16th, a Monday, at noon.
    simulator.advance(Duration::from_secs(5 * 86_400 + 2 * 3600));
    let (mut always, mut hourly) = (None, None);
    for id in simulator.desktops(&account, PRICED) {
        let row = client.row(&id).await.expect("there");
        match row["WorkspaceProperties"]["RunningMode"].as_str() {
            Some("ALWAYS_ON") if row["State"] == "AVAILABLE" => always = Some(id),
            Some("AUTO_STOP") if row["State"] == "AVAILABLE" => hourly = Some(id),
            _ => {}
        }
    }
    let (always, hourly) = (always.expect("one"), hourly.expect("one"));
    let to = |mode: &str| DesktopChange {
        running_mode: Some(mode.to_owned()),
        ..DesktopChange::default()
    };
    simulator.change_desktop(&account, PRICED, &always, &to("AUTO_STOP"));
    simulator.change_desktop(&account, PRICED, &hourly, &to("ALWAYS_ON"));
    simulator.advance(Duration::from_secs(10 * 86_400));
    let mut input = request(
        "2026-03-12",
        "2026-03-26",
        "DAILY",
        &["RESOURCE_ID", "USAGE_TYPE"],
    );
    input["Filter"] = service("Amazon WorkSpaces");
    let invoice = costs(&client, BY_RESOURCE, input).await;
    let lines = |id: &str| {
        let of = invoice
            .iter()
            .filter(|((_, keys), _)| keys[0].ends_with(id));
        of.map(|((day, keys), (_, quantity))| (day.clone(), keys[1].clone(), *quantity))
            .collect::<Vec<_>>()
    };
    // Paid for the whole month already: hours are free until it ends.
    assert_eq!(lines(&always), []);
    let changed = lines(&hourly);
    let monthly: Vec<_> = changed
        .iter()
        .filter(|(_, usage_type, _)| !usage_type.contains("AutoStop"))
        .collect();
    assert_eq!(monthly.len(), 1, "{changed:?}");
    assert_eq!(monthly[0].0, "2026-03-16");
    assert!((monthly[0].2 - 15.5 / 31.0).abs() < 0.01, "{monthly:?}");
    let hours = changed
        .iter()
        .filter(|(_, usage_type, _)| usage_type.ends_with("AutoStop-Usage"));
    assert!(
        hours
            .map(|(day, ..)| day.as_str())
            .all(|day| day <= "2026-03-16"),
        "{changed:?}"
    );
    running.stop().await;
}
