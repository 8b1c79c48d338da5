//! CloudTrail: every event once, however readings overlap or break off, and what they explain.

use std::time::Duration;

use domain::Scope;
use domain::listing::{MAX_LIMIT, PageRequest};
use domain::sync::{Extra, ScopeStatus};
use domain::trail::{EventFilter, KeptEvent};
use domain::workspace::WorkspaceDetail;
use simulator::{AccountFaults, DesktopChange, Failure, OperationError, When};
use tokio_util::sync::CancellationToken;

use super::World;
use crate::REGION;

const KEPT: &str = "SELECT count(*) FROM trail_event";

async fn world(desktops: usize) -> World {
    World::new(&[Extra::Events], desktops).await
}

fn throttled(when: When) -> AccountFaults {
    AccountFaults {
        failures: vec![Failure {
            operation: "LookupEvents".to_owned(),
            when,
            error: OperationError {
                status: 400,
                code: "ThrottlingException".to_owned(),
                message: "Rate exceeded".to_owned(),
            },
        }],
        ..AccountFaults::default()
    }
}

impl World {
    fn desktop(&self, place: usize) -> String {
        self.estate
            .simulator
            .desktops(self.account.as_str(), REGION)[place]
            .clone()
    }

    fn change(&self, id: &str, change: &DesktopChange) {
        assert!(
            self.estate
                .simulator
                .change_desktop(self.account.as_str(), REGION, id, change)
        );
    }

    fn tag(&self, count: usize) {
        for place in 0..count {
            let change = DesktopChange {
                tags: vec![("Round".to_owned(), self.now.to_string())],
                ..DesktopChange::default()
            };
            self.change(&self.desktop(place), &change);
        }
    }

    async fn events(&self) -> Vec<KeptEvent> {
        let request = PageRequest {
            limit: MAX_LIMIT,
            ..PageRequest::default()
        };
        let filter = EventFilter::default();
        store::trail::list(&self.inventory().db, &Scope::All, &filter, &request)
            .await
            .unwrap()
            .items
    }

    async fn detail(&self, id: &str) -> WorkspaceDetail {
        store::workspace::find(&self.inventory().db, &Scope::All, id)
            .await
            .unwrap()
            .unwrap()
    }
}

#[tokio::test]
async fn later_readings_overlap_and_keep_each_event_once() {
    let mut world = world(10).await;
    let first = world.run().await;
    assert_eq!(first.status, ScopeStatus::Complete);
    assert_eq!(
        world.number(KEPT).await.cast_unsigned(),
        first.counts.rows_new
    );
    world.tag(5);
    world.advance(1);
    let second = world.run().await;
    assert_eq!(second.counts.rows_new, 5);
    // Minutes later the same events are asked for once more.
    let third = world.run().await;
    assert_eq!(
        (third.status, third.counts.rows_new),
        (ScopeStatus::Complete, 0)
    );
    world.advance(1);
    let kept = world.number(KEPT).await;
    assert_eq!(world.run().await.counts.rows_new, 0);
    assert_eq!(world.number(KEPT).await, kept);
    let events = world.events().await;
    assert!(events.is_sorted_by_key(|event| std::cmp::Reverse(event.event.event_time)));
    let text = format!("{events:?}");
    assert!(!text.contains("ASIA"), "no access key is kept");
}

#[tokio::test]
async fn a_throttled_lookup_waits_and_one_that_stays_throttled_loses_nothing() {
    let mut world = world(10).await;
    world
        .estate
        .fault(world.account.as_str(), throttled(When::Call(1)));
    let scope = world.run().await;
    assert_eq!(scope.status, ScopeStatus::Complete, "{scope:?}");
    assert_eq!(scope.counts.calls_made, 2);

    world.tag(3);
    world
        .estate
        .fault(world.account.as_str(), throttled(When::FromCall(1)));
    world.advance(6);
    let scope = world.run().await;
    assert_eq!(scope.status, ScopeStatus::Failed);
    assert_eq!(scope.failure.unwrap().code, "ThrottlingException");
    world
        .estate
        .fault(world.account.as_str(), AccountFaults::default());
    world.advance(6);
    assert_eq!(world.run().await.status, ScopeStatus::Complete);
    assert_eq!(
        world
            .number("SELECT count(*) FROM trail_event WHERE event_name = 'CreateTags'")
            .await,
        3
    );
}

#[tokio::test]
async fn an_interrupted_reading_keeps_what_it_had_and_the_next_gets_the_rest() {
    let world = world(80).await;
    world.tag(80);
    let stop = CancellationToken::new();
    let reading = world.run_until(&stop);
    let interrupt = async {
        while world.number(KEPT).await == 0 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        stop.cancel();
    };
    let (scope, ()) = tokio::join!(reading, interrupt);
    assert_eq!(scope.status, ScopeStatus::Interrupted);
    let kept = world.number(KEPT).await.cast_unsigned();
    assert!((50..80).contains(&kept), "{kept}");
    let scope = world.run().await;
    assert_eq!(scope.status, ScopeStatus::Complete);
    assert_eq!(scope.counts.rows_new, scope.counts.rows_seen - kept);
    assert_eq!(
        world.number(KEPT).await.cast_unsigned(),
        scope.counts.rows_seen
    );
}

#[tokio::test]
async fn a_changed_mode_says_who_changed_it_from_where_and_when() {
    let mut world = world(20).await;
    world.run().await;
    let id = world.desktop(3);
    let before = world
        .detail(&id)
        .await
        .workspace
        .record
        .running_mode
        .unwrap();
    let mode = if before.as_str() == "ALWAYS_ON" {
        "AUTO_STOP"
    } else {
        "ALWAYS_ON"
    };
    world.advance(1);
    let change = DesktopChange {
        running_mode: Some(mode.to_owned()),
        ..DesktopChange::default()
    };
    world.change(&id, &change);
    world.advance(2);
    let scope = world.run().await;
    assert!(scope.counts.rows_changed >= 1);
    let detail = world.detail(&id).await;
    let version = &detail.versions[0];
    assert_eq!(version.change, "changed");
    let cause = version.caused_by.as_ref().expect("a cause");
    assert_eq!(cause.event_name, "ModifyWorkspaceProperties");
    assert!(cause.user_name.is_some() && cause.user_arn.is_some() && cause.source_ip.is_some());
    let passed = version.valid_from.seconds_since(cause.event_time);
    assert!((2 * 3600 - 60..=2 * 3600).contains(&passed), "{passed}");
}

#[tokio::test]
async fn tags_and_the_end_of_a_desktop_are_explained_too() {
    let mut world = world(20).await;
    world.run().await;
    let (tagged, ended) = (world.desktop(1), world.desktop(2));
    world.advance(1);
    let tags = vec![("Team".to_owned(), "Sales".to_owned())];
    world.change(
        &tagged,
        &DesktopChange {
            tags,
            ..DesktopChange::default()
        },
    );
    assert!(
        world
            .estate
            .simulator
            .remove_desktop(world.account.as_str(), REGION, &ended)
    );
    for _ in 0..2 {
        world.advance(6);
        world.run().await;
    }
    let cause = |detail: &WorkspaceDetail, place: usize| {
        detail.versions[place]
            .caused_by
            .as_ref()
            .map(|cause| cause.event_name.clone())
    };
    assert_eq!(
        cause(&world.detail(&tagged).await, 0).unwrap(),
        "CreateTags"
    );
    let detail = world.detail(&ended).await;
    let changes: Vec<_> = detail
        .versions
        .iter()
        .map(|version| version.change.as_str())
        .collect();
    assert_eq!(changes, ["deleted", "missing", "created"]);
    assert_eq!(cause(&detail, 0).unwrap(), "TerminateWorkspaces");
    assert_eq!(cause(&detail, 1).unwrap(), "TerminateWorkspaces");
}

#[tokio::test]
async fn a_desktop_made_lately_gets_the_time_it_was_made() {
    let world = world(200).await;
    world.run().await;
    let created: Vec<KeptEvent> = world
        .events()
        .await
        .into_iter()
        .filter(|kept| kept.event.event_name == "CreateWorkspaces")
        .collect();
    assert!(!created.is_empty());
    for kept in created {
        let detail = world.detail(&kept.event.workspace_ids[0]).await;
        assert_eq!(detail.workspace.created_at, kept.event.event_time);
        assert_eq!(detail.workspace.created_at_source, "cloudtrail");
        assert_eq!(
            detail
                .versions
                .last()
                .unwrap()
                .caused_by
                .as_ref()
                .unwrap()
                .event_id,
            kept.event.event_id
        );
    }
}
