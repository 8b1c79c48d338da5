use domain::billing::{BilledLine, CostGroup, CostSource, WORKSPACES_SERVICE};
use domain::listing::PageRequest;
use domain::usage::Month;
use domain::{Money, Scope};

use super::*;
use crate::fixture::{Client, Estate, estate, time};
use crate::paid::{self, PaidService};
use crate::{account, query};

const USAGE: &str = "EUW1-AW-HW-2-AutoStop-Usage";

fn line(desktop: Option<&str>, day: &str, dollars: f64) -> CostLine {
    let starts = time(day);
    CostLine {
        workspace_id: desktop.map(str::to_owned),
        service: WORKSPACES_SERVICE.to_owned(),
        usage_type: USAGE.to_owned(),
        starts_on: starts.day(),
        ends_on: starts.plus_days(1).day(),
        region: Some("eu-west-1".to_owned()),
        amount: Money::from_dollars(dollars),
        quantity: Some(dollars * 2.0),
        unit: Some("Hrs".to_owned()),
        estimated: false,
    }
}

fn reading(client: &Client, lines: Vec<CostLine>) -> Reading {
    Reading {
        account_id: client.account.id.clone(),
        lines,
        read_at: time("2026-11-20T10:00:00Z"),
    }
}

fn days(from: &str, to: &str) -> Days {
    Days {
        from: from.to_owned(),
        to: to.to_owned(),
    }
}

async fn whole(estate: &Estate, from: &str, to: &str, lines: Vec<CostLine>) {
    let reading = reading(&estate.acme, lines);
    replace(
        &estate.db,
        CostSource::CostExplorer,
        Part::Whole,
        days(from, to),
        reading,
    )
    .await
    .unwrap();
}

async fn desktops(estate: &Estate, from: &str, to: &str, lines: Vec<CostLine>) {
    let source = CostSource::CostExplorerResources;
    let reading = reading(&estate.acme, lines);
    replace(&estate.db, source, Part::Desktops, days(from, to), reading)
        .await
        .unwrap();
}

/// Day, desktop, source and dollars of each line.
async fn kept(db: &Db, by_desktop: bool) -> Vec<String> {
    let filter = LineFilter {
        by_desktop,
        ..LineFilter::default()
    };
    let page = lines(db, &Scope::All, &filter, &PageRequest::default())
        .await
        .unwrap();
    let shown = |line: &BilledLine| {
        let desktop = line.line.workspace_id.as_deref().unwrap_or("-");
        format!(
            "{} {desktop} {} {}",
            line.line.starts_on,
            line.source.as_str(),
            line.line.amount
        )
    };
    let mut found: Vec<String> = page.items.iter().map(shown).collect();
    found.sort();
    found
}

async fn asked(estate: &Estate, sql: &str) -> serde_json::Value {
    let answer = query::run(&estate.db, &Scope::All, sql, 100, query::DEFAULT_DEADLINE)
        .await
        .unwrap();
    serde_json::json!(answer.rows)
}

#[tokio::test]
async fn reading_days_again_replaces_them_and_nothing_else() {
    let estate = estate().await;
    let first = ["2026-11-01", "2026-11-02", "2026-11-03"].map(|day| line(None, day, 1.0));
    whole(&estate, "2026-11-01", "2026-11-04", first.to_vec()).await;
    // The second was taken back, the third restated.
    whole(
        &estate,
        "2026-11-02",
        "2026-11-04",
        vec![line(None, "2026-11-03", 2.5)],
    )
    .await;
    assert_eq!(
        kept(&estate.db, false).await,
        [
            "2026-11-01 - cost_explorer $1.00",
            "2026-11-03 - cost_explorer $2.50"
        ]
    );
    let other = Reading {
        account_id: estate.globex.account.id.clone(),
        ..reading(&estate.acme, Vec::new())
    };
    replace(
        &estate.db,
        CostSource::CostExplorer,
        Part::Whole,
        days("2026-01-01", "2027-01-01"),
        other,
    )
    .await
    .unwrap();
    assert_eq!(
        kept(&estate.db, false).await.len(),
        2,
        "another account's days are not touched"
    );
}

#[tokio::test]
async fn the_view_adds_up_to_the_bill_however_much_of_it_is_known_by_desktop() {
    let estate = estate().await;
    let sum = "SELECT round(sum(cost), 4), round(sum(quantity), 4) FROM billing_data";
    whole(
        &estate,
        "2026-11-01",
        "2026-11-03",
        vec![
            line(None, "2026-11-01", 10.0),
            line(None, "2026-11-02", 4.0),
        ],
    )
    .await;
    assert_eq!(asked(&estate, sum).await, serde_json::json!([[14.0, 28.0]]));
    let parts = vec![
        line(Some("ws-1"), "2026-11-01", 3.0),
        line(Some("ws-2"), "2026-11-01", 2.0),
        line(Some("ws-1"), "2026-11-02", 4.0),
    ];
    desktops(&estate, "2026-11-01", "2026-11-03", parts).await;
    assert_eq!(asked(&estate, sum).await, serde_json::json!([[14.0, 28.0]]));
    let rest = "SELECT starts_on, cost FROM billing_data WHERE workspace_id IS NULL";
    assert_eq!(
        asked(&estate, rest).await,
        serde_json::json!([["2026-11-01", 5.0]])
    );
    let mine = "SELECT sum(cost) FROM billing_data WHERE workspace_id = 'ws-1'";
    assert_eq!(asked(&estate, mine).await, serde_json::json!([[7.0]]));
    // The whole is restated: the parts stay counted.
    whole(
        &estate,
        "2026-11-01",
        "2026-11-02",
        vec![line(None, "2026-11-01", 11.0)],
    )
    .await;
    assert_eq!(asked(&estate, sum).await, serde_json::json!([[15.0, 30.0]]));
}

#[tokio::test]
async fn months_are_summed_over_wholes_alone_and_within_the_scope() {
    let estate = estate().await;
    let mut tax = line(None, "2026-11-01", 1.5);
    (tax.service, tax.usage_type, tax.estimated) = ("Tax".to_owned(), "Tax".to_owned(), true);
    whole(
        &estate,
        "2026-10-01",
        "2026-12-01",
        vec![
            line(None, "2026-10-31", 10.0),
            line(None, "2026-11-01", 4.0),
            tax,
        ],
    )
    .await;
    desktops(
        &estate,
        "2026-11-01",
        "2026-11-02",
        vec![line(Some("ws-1"), "2026-11-01", 3.0)],
    )
    .await;
    let months: (Month, Month) = ("2026-10".parse().unwrap(), "2026-11".parse().unwrap());
    let read = |scope: Scope, group| {
        let db = estate.db.clone();
        async move {
            monthly(&db, &scope, &LineFilter::default(), months, group)
                .await
                .unwrap()
        }
    };
    let by_organization = read(Scope::All, CostGroup::Organization).await;
    let rows: Vec<_> = by_organization
        .rows
        .iter()
        .map(|row| {
            (
                row.month.to_string(),
                row.name.as_str(),
                row.amount.dollars(),
                row.workspaces_amount.dollars(),
                row.estimated,
            )
        })
        .collect();
    assert_eq!(
        rows,
        [
            ("2026-10".to_owned(), "Acme", 10.0, 10.0, false),
            ("2026-11".to_owned(), "Acme", 5.5, 4.0, true)
        ]
    );
    let november = &by_organization.totals[1];
    assert_eq!(
        (november.by_desktop_amount.dollars(), november.days),
        (3.0, 1)
    );
    let by_service = read(estate.acme.scope(), CostGroup::Service).await;
    let names: Vec<_> = by_service.rows.iter().map(|row| row.key.as_str()).collect();
    assert_eq!(names, [WORKSPACES_SERVICE, WORKSPACES_SERVICE, "Tax"]);
    assert!(
        read(estate.globex.scope(), CostGroup::Account)
            .await
            .rows
            .is_empty()
    );
    assert_eq!(read(Scope::All, CostGroup::UsageType).await.rows.len(), 3);
}

#[tokio::test]
async fn an_export_fills_what_cost_explorer_lacks_and_counts_nothing_twice() {
    let estate = estate().await;
    whole(
        &estate,
        "2026-11-01",
        "2026-11-02",
        vec![line(None, "2026-11-01", 10.0)],
    )
    .await;
    desktops(
        &estate,
        "2026-11-01",
        "2026-11-02",
        vec![line(Some("ws-1"), "2026-11-01", 3.0)],
    )
    .await;
    let export = vec![
        line(None, "2026-10-31", 7.0),
        line(None, "2026-11-01", 9.0),
        line(Some("ws-1"), "2026-10-31", 2.0),
        line(Some("ws-1"), "2026-11-01", 2.5),
    ];
    let mine = estate.acme.scope();
    assert_eq!(
        import(
            &estate.db,
            &mine,
            vec![reading(&estate.acme, export.clone())]
        )
        .await
        .unwrap(),
        3
    );
    assert_eq!(
        kept(&estate.db, false).await,
        [
            "2026-10-31 - export $7.00",
            "2026-11-01 - cost_explorer $10.00"
        ]
    );
    assert_eq!(
        kept(&estate.db, true).await,
        [
            "2026-10-31 ws-1 export $2.00",
            "2026-11-01 ws-1 export $2.50"
        ]
    );
    // Cost Explorer goes back further than before.
    whole(
        &estate,
        "2026-10-01",
        "2026-11-01",
        vec![line(None, "2026-10-31", 7.25)],
    )
    .await;
    assert_eq!(
        kept(&estate.db, false).await[0],
        "2026-10-31 - cost_explorer $7.25"
    );
    let sum = "SELECT round(sum(cost), 2) FROM billing_data";
    assert_eq!(asked(&estate, sum).await, serde_json::json!([[17.25]]));
    let foreign = estate.globex.scope();
    assert_eq!(
        import(&estate.db, &foreign, vec![reading(&estate.acme, export)])
            .await
            .unwrap(),
        0
    );
}

#[tokio::test]
async fn a_desktops_days_become_months_once_they_are_long_over() {
    let estate = estate().await;
    let dates = ["2026-07-01", "2026-07-02", "2026-07-31", "2026-08-01"];
    whole(
        &estate,
        "2026-07-01",
        "2026-09-01",
        dates.map(|day| line(None, day, 5.0)).to_vec(),
    )
    .await;
    desktops(
        &estate,
        "2026-07-01",
        "2026-09-01",
        dates.map(|day| line(Some("ws-1"), day, 1.0)).to_vec(),
    )
    .await;
    let before = asked(
        &estate,
        "SELECT month, sum(cost) FROM billing_data GROUP BY month ORDER BY month",
    )
    .await;
    let cut = time("2026-08-15T00:00:00Z");
    assert_eq!(fold(&estate.db, cut).await.unwrap(), 2);
    assert_eq!(
        kept(&estate.db, true).await,
        [
            "2026-07-01 ws-1 cost_explorer_resources $3.00",
            "2026-08-01 ws-1 cost_explorer_resources $1.00"
        ]
    );
    let after = asked(
        &estate,
        "SELECT month, sum(cost) FROM billing_data GROUP BY month ORDER BY month",
    )
    .await;
    assert_eq!(after, before);
    assert_eq!(fold(&estate.db, cut).await.unwrap(), 0);
}

#[tokio::test]
async fn a_cap_holds_for_one_account_and_day() {
    let Estate {
        db, acme, globex, ..
    } = &estate().await;
    let cent = Money::from_dollars(0.01);
    let take = |client: &Client, at: &str, most| {
        let (db, id, at) = (db.clone(), client.account.id.clone(), time(at));
        async move {
            paid::take(&db, &id, PaidService::CostExplorer, at, cent, most)
                .await
                .unwrap()
        }
    };
    let today = "2026-11-20T10:00:00Z";
    assert!(take(acme, today, 2).await && take(acme, today, 2).await);
    assert!(!take(acme, today, 2).await);
    assert!(take(globex, today, 2).await, "each account has its own");
    assert!(
        take(acme, "2026-11-21T00:00:00Z", 2).await,
        "each day has its own"
    );
    assert!(
        !take(acme, "2026-11-22T00:00:00Z", 0).await,
        "none at all is none"
    );
    let meter = meter(db, &acme.scope(), time("2026-11-21T12:00:00Z"), 2)
        .await
        .unwrap();
    let [row] = meter.accounts.as_slice() else {
        panic!("{meter:?}")
    };
    assert_eq!(
        (row.requests, row.requests_today, row.amount.dollars()),
        (3, 1, 0.03)
    );
    assert_eq!((meter.total.dollars(), meter.requests_per_day), (0.03, 2));
}

#[tokio::test]
async fn lines_go_with_their_account() {
    let estate = estate().await;
    whole(
        &estate,
        "2026-11-01",
        "2026-11-02",
        vec![line(None, "2026-11-01", 1.0)],
    )
    .await;
    account::delete(&estate.db, &Scope::All, &estate.acme.account.id)
        .await
        .unwrap();
    whole(
        &estate,
        "2026-11-01",
        "2026-11-02",
        vec![line(None, "2026-11-01", 1.0)],
    )
    .await;
    assert!(kept(&estate.db, false).await.is_empty());
}

#[tokio::test]
async fn lists_are_paged_and_narrowed() {
    let estate = estate().await;
    let all: Vec<_> = (1..=9)
        .map(|day| line(None, &format!("2026-11-0{day}"), f64::from(day)))
        .collect();
    whole(&estate, "2026-11-01", "2026-12-01", all).await;
    let mut request = PageRequest {
        limit: 4,
        ..PageRequest::default()
    };
    let mut found = Vec::new();
    loop {
        let page = lines(
            &estate.db,
            &estate.acme.scope(),
            &LineFilter::default(),
            &request,
        )
        .await
        .unwrap();
        assert_eq!(page.total, 9);
        found.extend(page.items.into_iter().map(|line| line.line.starts_on));
        match page.next_cursor {
            Some(cursor) => request.cursor = Some(cursor),
            None => break,
        }
    }
    assert_eq!(found.len(), 9);
    assert!(found.is_sorted_by(|a, b| a > b), "{found:?}");
    let filter = LineFilter {
        from: Some("2026-11-03".to_owned()),
        to: Some("2026-11-05".to_owned()),
        ..LineFilter::default()
    };
    let page = lines(&estate.db, &Scope::All, &filter, &PageRequest::default())
        .await
        .unwrap();
    assert_eq!(page.total, 2);
    let page = lines(
        &estate.db,
        &estate.globex.scope(),
        &filter,
        &PageRequest::default(),
    )
    .await
    .unwrap();
    assert_eq!(page.total, 0);
}
