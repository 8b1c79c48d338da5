//! Filters with an operator, over the two desktops of each fixture tenant.

use domain::Scope;
use domain::listing::{ListColumn, PageRequest, TextColumn, TimeColumn, WorkspaceCondition};
use domain::workspace::{ConnectionRecord, ConnectionState};
use domain::{UtcTime, listing::WorkspaceFilter};

use super::list;
use crate::fixture::{Estate, estate, filter, key};
use crate::stock;

async fn matching(estate: &Estate, conditions: Vec<WorkspaceCondition>) -> Vec<String> {
    let asked = WorkspaceFilter {
        conditions,
        account_id: vec![estate.acme.account.id.clone()],
        ..filter()
    };
    let (scope, first) = (Scope::All, PageRequest::default());
    let page = list(&estate.db, &scope, &asked, &first).await.unwrap();
    let rows = page.items.into_iter();
    let mut ids: Vec<String> = rows.map(|row| row.record.workspace_id).collect();
    ids.sort();
    ids
}

#[tokio::test]
async fn every_operator_narrows() {
    use WorkspaceCondition::*;
    let estate = estate().await;
    estate.stocked().await;
    let connected = ConnectionRecord {
        workspace_id: "ws-acme1".to_owned(),
        state: ConnectionState::Connected,
        checked_at: None,
        last_connected_at: Some(UtcTime::now().plus_days(-10)),
    };
    stock::apply_connections(&estate.db, &key(&estate.acme), vec![connected])
        .await
        .unwrap();
    let last = TimeColumn::LastConnected;
    let (one, two): (&[&str], &[&str]) = (&["ws-acme1"], &["ws-acme2"]);
    let both: &[&str] = &["ws-acme1", "ws-acme2"];
    let text = |text: &str| text.to_owned();
    let cases: Vec<(Vec<WorkspaceCondition>, &[&str])> = vec![
        (vec![NoneOf(ListColumn::User, vec![text("bob")])], one),
        // Who has no value is not one of these.
        (
            vec![NoneOf(ListColumn::Connection, vec![text("CONNECTED")])],
            two,
        ),
        (
            vec![NoneOf(
                ListColumn::State,
                vec![text("ERROR"), text("STARTING")],
            )],
            both,
        ),
        (vec![Contains(TextColumn::Workspace, text("ACME2"))], two),
        (vec![Contains(TextColumn::User, text("%"))], &[]),
        (vec![OlderThanDays(last, 9)], one),
        (vec![OlderThanDays(last, 11)], &[]),
        (vec![NewerThanDays(last, 11)], one),
        (vec![Before(last, UtcTime::now())], one),
        (vec![After(last, UtcTime::now())], &[]),
        (vec![WithoutTag(text("Team"), text("Sales"))], two),
        (vec![WithoutTag(text("Nobody"), String::new())], both),
        (
            vec![
                OlderThanDays(last, 9),
                WithoutTag(text("Team"), text("Sales")),
            ],
            &[],
        ),
    ];
    for (conditions, expected) in cases {
        let shown = format!("{conditions:?}");
        assert_eq!(matching(&estate, conditions).await, expected, "{shown}");
    }
}
