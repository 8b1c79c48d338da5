//! Plans from making to undoing, over a real database and a simulated AWS; and what is left when the
//! process is killed at any moment of applying one.

use std::collections::BTreeMap;

use costs::plans::{self, PlanError};
use domain::account::AccountChange;
use domain::event::EventBody;
use domain::plan::{
    ActionSettings, Change, ItemState, NewPlan, Plan, PlanItem, PlanState, WantedChange,
};
use domain::user::MembershipChange;
use domain::workspace::RunningMode;
use domain::{JobId, Role, Scope, UtcTime};
use store::plan::Person;

use super::*;

fn person(name: &str) -> Person {
    Person {
        name: name.to_owned(),
        user_id: name.to_owned(),
    }
}

impl Bench {
    /// A synced estate whose desktops may be changed.
    async fn open() -> Self {
        let mut bench = Self::new().await;
        bench.inventory.config.verify_every = Duration::from_millis(5);
        bench.onboard().await;
        bench.allow(true, true).await;
        let sync = SyncRequest::default();
        bench
            .inventory
            .sync(&JobId::new(), &sync, &CancellationToken::new(), &|_| {})
            .await
            .unwrap();
        bench
    }

    async fn allow(&self, actions_enabled: bool, with_role: bool) {
        for account in store::account::list_enabled(self.db(), &Scope::All)
            .await
            .unwrap()
        {
            let role = format!("arn:aws:iam::{}:role/stocktake-write", account.id);
            let change = AccountChange {
                write_role_arn: with_role.then(|| role.parse().unwrap()),
                ..AccountChange::default()
            };
            store::account::update(self.db(), &Scope::All, &account.id, change)
                .await
                .unwrap();
            let settings = ActionSettings {
                actions_enabled,
                terminate_enabled: true,
                ..ActionSettings::default()
            };
            store::plan::set_action_settings(self.db(), &account.organization_id, settings)
                .await
                .unwrap();
        }
    }

    /// Desktops on a mode that AWS lets change now.
    async fn on_mode(&self, mode: &str) -> Vec<String> {
        let page = PageRequest {
            limit: 500,
            ..PageRequest::default()
        };
        let filter = domain::listing::WorkspaceFilter {
            running_mode: vec![mode.to_owned()],
            ..Default::default()
        };
        let all = store::workspace::list(self.db(), &Scope::All, &filter, &page)
            .await
            .unwrap()
            .items;
        all.into_iter()
            .filter(|one| matches!(one.record.state.as_str(), "AVAILABLE" | "STOPPED"))
            .map(|one| one.record.workspace_id)
            .collect()
    }

    async fn plan(&self, ids: &[String], change: Change) -> Result<Plan, PlanError> {
        let new = NewPlan {
            title: "Test".to_owned(),
            changes: ids
                .iter()
                .map(|id| WantedChange {
                    workspace_id: id.clone(),
                    change: change.clone(),
                })
                .collect(),
            ..NewPlan::default()
        };
        plans::create(self.db(), &Scope::All, new, person("ann")).await
    }

    async fn approved(&self, ids: &[String], change: Change) -> Plan {
        let plan = self.plan(ids, change).await.unwrap();
        let mut last = plan.clone();
        for who in ["bob", "cid"].iter().take(plan.approvals_needed as usize) {
            last = plans::approve(self.db(), &plan, person(who)).await.unwrap();
        }
        assert_eq!(last.state, PlanState::Approved);
        last
    }

    async fn begin(&self, plan: &Plan) {
        plans::may_apply(self.db(), plan, UtcTime::now())
            .await
            .unwrap();
        let new = NewJob {
            payload: JobPayload::ApplyPlan {
                plan_id: plan.id.clone(),
            },
            organization_id: Some(plan.organization_id.clone()),
            trigger: "test".to_owned(),
            requested_by: None,
        };
        let started = store::plan::start(self.db(), &plan.id, new).await.unwrap();
        assert!(started.is_some());
    }

    /// The job that the plan names.
    async fn job_of(&self, plan: &Plan) -> JobId {
        let plan = store::plan::find(self.db(), &Scope::All, &plan.id).await;
        plan.unwrap().unwrap().job_id.unwrap()
    }

    async fn apply(&self, plan: &Plan) -> Plan {
        let job = self.job_of(plan).await;
        self.inventory
            .apply_plan(&plan.id, &job, &CancellationToken::new(), &|_| {})
            .await
            .unwrap()
    }

    async fn items(&self, plan: &Plan) -> Vec<PlanItem> {
        store::plan::items(self.db(), &plan.id).await.unwrap()
    }
}

fn always_on() -> Change {
    Change::RunningMode {
        running_mode: RunningMode::AlwaysOn,
        auto_stop_timeout_minutes: None,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_is_approved_applied_verified_and_undone() {
    let bench = Bench::open().await;
    let mut events = bench.db().events().subscribe();
    let ids: Vec<String> = bench
        .on_mode("AUTO_STOP")
        .await
        .into_iter()
        .take(3)
        .collect();
    let plan = bench.approved(&ids, always_on()).await;
    bench.begin(&plan).await;
    let applied = bench.apply(&plan).await;
    assert_eq!(
        (applied.state, applied.items_verified),
        (PlanState::Applied, 3)
    );
    for item in bench.items(&plan).await {
        assert_eq!(item.state, ItemState::Verified);
        assert!(item.request_id.is_some(), "{item:?}");
        assert!(item.intended_at <= item.called_at && item.called_at <= item.verified_at);
    }
    let undo = plans::revert(bench.db(), &applied, person("ann"))
        .await
        .unwrap();
    assert_eq!(undo.reverts.as_ref(), Some(&plan.id));
    let undo = plans::approve(bench.db(), &undo, person("bob"))
        .await
        .unwrap();
    bench.begin(&undo).await;
    assert_eq!(bench.apply(&undo).await.state, PlanState::Applied);
    let mut told = Vec::new();
    while let Ok(event) = events.try_recv() {
        if let EventBody::Plan(plan) = event.body {
            told.push(plan.state);
        }
    }
    use PlanState::{Applied, Applying, Approved, Draft};
    let once = [Draft, Approved, Applying, Applied];
    assert_eq!(told, [once, once].concat(), "each state is told once");
    let sync = SyncRequest::default();
    bench
        .inventory
        .sync(&JobId::new(), &sync, &CancellationToken::new(), &|_| {})
        .await
        .unwrap();
    let back = bench.on_mode("AUTO_STOP").await;
    assert!(
        ids.iter().all(|id| back.contains(id)),
        "{ids:?} of {back:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn who_made_a_plan_approves_it_alone_where_the_organization_lets_them() {
    let bench = Bench::open().await;
    let ids: Vec<String> = bench.on_mode("AUTO_STOP").await;
    let db = bench.db();
    let plan = bench.plan(&ids[..1], always_on()).await.unwrap();
    let choose = async |own_plans_need_another| {
        let settings = ActionSettings {
            actions_enabled: true,
            own_plans_need_another,
            ..ActionSettings::default()
        };
        store::plan::set_action_settings(db, &plan.organization_id, settings)
            .await
            .unwrap();
    };
    choose(Some(true)).await;
    let refused = plans::approve(db, &plan, person("ann")).await.unwrap_err();
    assert!(refused.to_string().contains("somebody else"), "{refused}");

    // Left open, it follows from how many may approve: nobody but who made it yet, then two.
    choose(None).await;
    assert!(
        !plans::needs_another(db, &plan.organization_id)
            .await
            .unwrap()
    );
    for (name, role) in [
        ("one", Role::Approver),
        ("two", Role::Operator),
        ("three", Role::Admin),
    ] {
        let before = plans::needs_another(db, &plan.organization_id).await;
        assert!(!before.unwrap(), "before {name}");
        let new = store::person::NewPerson {
            username: name.to_owned(),
            email: None,
            display_name: None,
            password_hash: "$argon2id$".to_owned(),
            global_admin: false,
            memberships: vec![MembershipChange {
                organization_id: plan.organization_id.clone(),
                role,
            }],
        };
        store::person::create(db, new).await.unwrap();
    }
    assert!(
        plans::needs_another(db, &plan.organization_id)
            .await
            .unwrap()
    );
    assert!(plans::approve(db, &plan, person("ann")).await.is_err());

    choose(Some(false)).await;
    let own = plans::approve(db, &plan, person("ann")).await.unwrap();
    assert_eq!(own.state, PlanState::Approved);
    choose(Some(true)).await;
    let second = bench.plan(&ids[1..2], always_on()).await.unwrap();
    let other = plans::approve(db, &second, person("bob")).await.unwrap();
    assert_eq!(other.state, PlanState::Approved);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_missing_is_named() {
    let bench = Bench::open().await;
    let ids: Vec<String> = bench
        .on_mode("AUTO_STOP")
        .await
        .into_iter()
        .take(2)
        .collect();
    bench.allow(false, true).await;
    let refused = bench.plan(&ids, always_on()).await.unwrap_err();
    assert!(
        matches!(refused, PlanError::ActionsDisabled(_)),
        "{refused}"
    );
    bench.allow(true, true).await;
    let first = bench.plan(&ids, always_on()).await.unwrap();
    let overlapping = bench.plan(&ids[..1], Change::Reboot).await.unwrap_err();
    assert!(
        matches!(overlapping, PlanError::Overlap { .. }),
        "{overlapping}"
    );
    let early = plans::may_apply(bench.db(), &first, UtcTime::now())
        .await
        .unwrap_err();
    assert!(early.to_string().contains("approval"), "{early}");
    let same = Change::RunningMode {
        running_mode: RunningMode::AutoStop,
        auto_stop_timeout_minutes: Some(90),
    };
    assert!(matches!(
        bench.plan(&ids, same).await.unwrap_err(),
        PlanError::Invalid(_)
    ));
    // One person cannot approve a termination alone.
    store::plan::move_on(
        bench.db(),
        &first.id,
        &[PlanState::Draft],
        PlanState::Cancelled,
    )
    .await
    .unwrap();
    let plan = bench.plan(&ids, Change::Terminate).await.unwrap();
    for _ in 0..3 {
        let still = plans::approve(bench.db(), &plan, person("bob"))
            .await
            .unwrap();
        assert_eq!(still.state, PlanState::Draft);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_half_way_stands_on_its_item_and_the_rest_goes_on() {
    let bench = Bench::open().await;
    let ids: Vec<String> = bench
        .on_mode("AUTO_STOP")
        .await
        .into_iter()
        .take(4)
        .collect();
    let plan = bench.approved(&ids, always_on()).await;
    // Somebody changed one of them in the meantime, and one is gone.
    let items = bench.items(&plan).await;
    let place = |item: &PlanItem| {
        (
            item.account_id.to_string(),
            item.region.to_string(),
            item.workspace_id.clone(),
        )
    };
    let (account, region, id) = place(&items[1]);
    let manual = simulator::DesktopChange {
        running_mode: Some("MANUAL".to_owned()),
        ..Default::default()
    };
    bench
        .simulator
        .change_desktop(&account, &region, &id, &manual);
    let (account, region, id) = place(&items[2]);
    bench.simulator.remove_desktop(&account, &region, &id);
    bench.begin(&plan).await;
    let applied = bench.apply(&plan).await;
    assert_eq!(applied.state, PlanState::PartlyApplied);
    let states: Vec<ItemState> = bench
        .items(&plan)
        .await
        .iter()
        .map(|item| item.state)
        .collect();
    let expected = [
        ItemState::Verified,
        ItemState::Skipped,
        ItemState::Skipped,
        ItemState::Verified,
    ];
    assert_eq!(states, expected);
}

/// Two hundred kills at moments spread over the applying of a plan that terminates: each desktop is
/// asked for once.
#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_terminated_twice_over_two_hundred_kills() {
    let bench = Bench::open().await;
    let mut ids = bench.on_mode("AUTO_STOP").await;
    ids.extend(bench.on_mode("ALWAYS_ON").await);
    let plan = bench.approved(&ids, Change::Terminate).await;
    bench.begin(&plan).await;
    let before = terminations(&bench);
    let mut kills = 0;
    while kills < 200 {
        let (inventory, id) = (bench.inventory.clone(), plan.id.clone());
        let job = bench.job_of(&plan).await;
        let applying = tokio::spawn(async move {
            inventory
                .apply_plan(&id, &job, &CancellationToken::new(), &|_| {})
                .await
        });
        // From at once to well into the third desktop.
        tokio::time::sleep(Duration::from_micros(100 * (kills % 40))).await;
        applying.abort();
        if applying.await.is_ok_and(|ended| ended.is_ok()) {
            break;
        }
        kills += 1;
    }
    let ended = store::plan::find(bench.db(), &Scope::All, &plan.id)
        .await
        .unwrap()
        .unwrap();
    if !ended.state.ended() {
        bench.apply(&plan).await;
    }
    let items = bench.items(&plan).await;
    assert!(
        items.iter().all(|item| item.state == ItemState::Verified),
        "{items:?}"
    );
    assert_eq!(
        terminations(&bench) - before,
        ids.len() as u64,
        "after {kills} kills"
    );
}

/// Calls that AWS took, over all accounts.
fn terminations(bench: &Bench) -> u64 {
    let calls: BTreeMap<String, u64> = bench.simulator.calls();
    calls.get("TerminateWorkspaces").copied().unwrap_or(0)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_that_the_plan_does_not_name_touches_nothing() {
    let bench = Bench::open().await;
    let ids = bench.on_mode("AUTO_STOP").await;
    let plan = bench.approved(&ids[..1], Change::Terminate).await;
    bench.begin(&plan).await;
    let other = JobId::new();
    let refused = bench
        .inventory
        .apply_plan(&plan.id, &other, &CancellationToken::new(), &|_| {})
        .await;
    assert!(refused.unwrap_err().to_string().contains("another job"));
    assert_eq!(terminations(&bench), 0);
    assert_eq!(bench.apply(&plan).await.state, PlanState::Applied);
    assert_eq!(terminations(&bench), 1);
}
