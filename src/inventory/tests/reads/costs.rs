//! Bills: back-fill, what is restated, opting in, and the cap on what asking costs.

use domain::Scope;
use domain::billing::CostGroup;
use domain::listing::PageRequest;
use domain::sync::{Extra, ScopeStatus};
use domain::usage::Month;
use simulator::{AccountFaults, Failure, OperationError, SimulatorConfig, When};
use store::billing::LineFilter;

use super::World;
use crate::frozen;

const WHOLE: &str = "SELECT count(*) FROM cost_line WHERE workspace_id = ''";
const PARTS: &str = "SELECT count(*) FROM cost_line WHERE workspace_id > ''";
const PAID: &str =
    "SELECT coalesce(sum(requests), 0) FROM paid_request WHERE service = 'cost_explorer'";

async fn world(opted_in: bool) -> World {
    let config = SimulatorConfig {
        accounts: 1,
        desktops: 20,
        resource_costs: Some(opted_in),
        ..frozen()
    };
    World::with(&[Extra::Costs], config).await
}

fn error(status: u16, code: &str) -> OperationError {
    OperationError {
        status,
        code: code.to_owned(),
        message: format!("{code} it is"),
    }
}

#[tokio::test]
async fn the_first_reading_goes_back_thirteen_months_and_later_ones_repair_what_was_restated() {
    let mut world = world(true).await;
    let scope = world.run().await;
    assert_eq!((scope.status, scope.note), (ScopeStatus::Complete, None));
    assert_eq!(scope.region, None);
    let first = world.number("SELECT min(CAST(substr(starts_on, 1, 4) AS INTEGER) * 100 + CAST(substr(starts_on, 6, 2) AS INTEGER)) FROM cost_line").await;
    assert_eq!(first, 202_510);
    assert!(world.number(PARTS).await > 0);
    let by_desktop =
        "SELECT count(*) FROM cost_line WHERE workspace_id > '' AND starts_on < '2026-11-07'";
    assert_eq!(
        world.number(by_desktop).await,
        0,
        "only the last fourteen days have desktops"
    );
    assert_eq!(
        world.number(PAID).await.cast_unsigned(),
        scope.counts.calls_made
    );
    let over = "SELECT sum(amount_micros) FROM cost_line WHERE workspace_id = '' AND starts_on < '2026-11-20'";
    let billed = world.number(over).await;

    // What AWS takes back or changes in the last days, seen from here.
    world
        .inventory()
        .db
        .write(|conn| {
            conn.execute("UPDATE cost_line SET amount_micros = amount_micros + 1000000 WHERE starts_on = '2026-11-19'", &[])?;
            conn.execute(
                "INSERT INTO cost_line SELECT account_id, workspace_id, service, 'Withdrawn', starts_on, ends_on, region,
                   5000000, quantity, unit, estimated, source, read_at, 0, 0
                 FROM cost_line WHERE starts_on = '2026-11-18' AND workspace_id = '' LIMIT 1",
                &[],
            )
        })
        .await
        .unwrap();
    assert_ne!(world.number(over).await, billed);
    let (asked, lines) = (world.calls("GetCostAndUsage"), world.number(WHOLE).await);

    world.advance(6);
    let scope = world.run().await;
    assert!(scope.note.unwrap().contains("Still fresh"));
    assert_eq!(
        world.calls("GetCostAndUsage"),
        asked,
        "what is fresh costs nothing"
    );

    world.advance(20);
    let scope = world.run().await;
    assert_eq!(scope.status, ScopeStatus::Complete);
    assert_eq!(
        world.calls("GetCostAndUsage"),
        asked + 1,
        "one window of a few days"
    );
    assert_eq!(
        world
            .number("SELECT count(*) FROM cost_line WHERE usage_type = 'Withdrawn'")
            .await,
        0
    );
    assert_eq!(world.number(over).await, billed);
    assert!(world.number(WHOLE).await > lines, "a day more");
}

#[tokio::test]
async fn the_sums_are_those_of_the_bill() {
    let world = world(true).await;
    world.run().await;
    let db = &world.inventory().db;
    let months: (Month, Month) = ("2026-10".parse().unwrap(), "2026-11".parse().unwrap());
    let filter = LineFilter::default();
    let costs = store::billing::monthly(db, &Scope::All, &filter, months, CostGroup::Service)
        .await
        .unwrap();
    let [october, november] = costs.totals.as_slice() else {
        panic!("{costs:?}")
    };
    assert!(october.workspaces_amount.dollars() > 0.0 && !october.estimated);
    assert!(november.estimated && november.by_desktop_amount.dollars() > 0.0);
    assert_eq!(costs.as_of, Some(world.now));
    let parts = LineFilter {
        by_desktop: true,
        ..filter
    };
    let page = store::billing::lines(db, &Scope::All, &parts, &PageRequest::default())
        .await
        .unwrap();
    assert!(
        page.items
            .iter()
            .all(|line| line.line.workspace_id.as_ref().unwrap().starts_with("ws-"))
    );
    let whole = world.number("SELECT count(*) FROM cost_line WHERE workspace_id = '' AND in_desktops_micros > amount_micros + 100").await;
    assert_eq!(whole, 0, "no part is more than its whole");
}

#[tokio::test]
async fn who_did_not_opt_in_is_told_so_in_awss_words_and_nothing_fails() {
    let mut world = world(false).await;
    let scope = world.run().await;
    assert_eq!(scope.status, ScopeStatus::Complete);
    let note = scope.note.unwrap();
    assert!(
        note.starts_with(
            "Costs by desktop are not read: DataUnavailableException: Data is not available"
        ),
        "{note}"
    );
    assert!(world.number(WHOLE).await > 0);
    assert_eq!(world.number(PARTS).await, 0);
    world.advance(6);
    let fresh = world.run().await.note.unwrap();
    assert!(
        fresh.contains("Still fresh") && fresh.ends_with(&note),
        "{fresh}"
    );
}

#[tokio::test]
async fn at_the_cap_a_reading_ends_politely_and_goes_on_the_next_day() {
    let mut world = world(true).await;
    world.estate.inventory.config.cost_requests_per_day = 5;
    let scope = world.run().await;
    assert_eq!((scope.status, scope.failure), (ScopeStatus::Partial, None));
    assert_eq!(
        scope.note.unwrap(),
        "The cap of 5 paid requests a day is reached; the rest is read tomorrow."
    );
    assert_eq!((scope.counts.calls_made, world.number(PAID).await), (5, 5));
    assert!(
        world.number(PARTS).await > 0,
        "the newest and what AWS forgets come first"
    );
    let oldest =
        "SELECT CAST(replace(substr(min(starts_on), 1, 7), '-', '') AS INTEGER) FROM cost_line";
    let reached = world.number(oldest).await;
    assert!(reached < 202_611 && reached > 202_510, "{reached}");

    world.advance(1);
    let again = world.run().await;
    assert_eq!(
        (again.status, again.counts.calls_made),
        (ScopeStatus::Partial, 0)
    );

    for _ in 0..6 {
        world.advance(24);
        if world.run().await.status == ScopeStatus::Complete {
            assert_eq!(world.number(oldest).await, 202_510);
            let worst = "SELECT max(requests) FROM paid_request WHERE service = 'cost_explorer'";
            assert_eq!(world.number(worst).await, 5);
            return;
        }
    }
    panic!("it never came to the end");
}

#[tokio::test]
async fn every_attempt_is_counted_and_a_passing_error_is_tried_again() {
    let world = world(true).await;
    let faults = AccountFaults {
        failures: vec![Failure {
            operation: "GetCostAndUsage".to_owned(),
            when: When::Call(2),
            error: error(400, "LimitExceededException"),
        }],
        ..AccountFaults::default()
    };
    world.estate.fault(world.account.as_str(), faults);
    let scope = world.run().await;
    assert_eq!(scope.status, ScopeStatus::Complete, "{scope:?}");
    let made = world.calls("GetCostAndUsage") + world.calls("GetCostAndUsageWithResources");
    assert_eq!(world.number(PAID).await.cast_unsigned(), made);
}

#[tokio::test]
async fn a_reading_that_fails_keeps_what_was_there() {
    let mut world = world(true).await;
    world.run().await;
    let (lines, parts) = (world.number(WHOLE).await, world.number(PARTS).await);
    let denied = AccountFaults {
        errors: [(
            "GetCostAndUsage".to_owned(),
            error(400, "AccessDeniedException"),
        )]
        .into(),
        ..AccountFaults::default()
    };
    world.estate.fault(world.account.as_str(), denied);
    world.advance(24);
    let scope = world.run().await;
    assert_eq!(scope.status, ScopeStatus::Failed);
    assert_eq!(scope.failure.unwrap().code, "AccessDeniedException");
    assert_eq!(
        (world.number(WHOLE).await, world.number(PARTS).await),
        (lines, parts)
    );
    assert!(
        world.estate.alerts().await.is_empty(),
        "the account itself can be read"
    );
}

#[tokio::test]
async fn months_that_aws_does_not_have_are_said_and_not_asked_for_again() {
    let mut world = world(true).await;
    let faults = AccountFaults {
        failures: vec![Failure {
            operation: "GetCostAndUsage".to_owned(),
            when: When::FromCall(3),
            error: error(400, "ValidationException"),
        }],
        ..AccountFaults::default()
    };
    world.estate.fault(world.account.as_str(), faults);
    let scope = world.run().await;
    assert_eq!(scope.status, ScopeStatus::Complete);
    let note = scope.note.unwrap();
    assert_eq!(
        note,
        "AWS gives no costs before 2026-10-01: ValidationException: ValidationException it is."
    );
    world
        .estate
        .fault(world.account.as_str(), AccountFaults::default());
    let asked = world.calls("GetCostAndUsage");
    world.advance(21);
    assert_eq!(world.run().await.status, ScopeStatus::Complete);
    assert_eq!(world.calls("GetCostAndUsage"), asked + 1);
}
