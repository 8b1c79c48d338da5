//! Plans: what is to be changed, who approved it, and what came of each change. Each step of an item
//! is a write of its own, so that a process that was killed knows what may have happened.

use domain::event::{Audience, EventBody};
use domain::job::NewJob;
use domain::listing::{Page, PageRequest};
use domain::plan::{
    ActionSettings, Approval, Before, Change, ItemState, Plan, PlanItem, PlanState,
};
use domain::{AccountId, JobId, OrganizationId, PlanId, Region, Scope, UtcTime};

use crate::conn::{Conn, Row};
use crate::db::Db;
use crate::error::StoreError;
use crate::page::{Listing, SortColumn, column, nullable};
use crate::select::Conditions;
use crate::value::Json;

const COLUMNS: &str =
    "p.plan_id, p.organization_id, o.name, p.title, p.reason, p.state, p.created_by,
    p.created_at, p.expires_at, p.approvals_needed, p.saving_micros, p.job_id, p.applied_at,
    p.finished_at, p.reverts,
    (SELECT count(*) FROM plan_item i WHERE i.plan_id = p.plan_id),
    (SELECT count(*) FROM plan_item i WHERE i.plan_id = p.plan_id AND i.state = 'verified'),
    (SELECT count(*) FROM plan_item i WHERE i.plan_id = p.plan_id AND i.state = 'failed'),
    (SELECT count(*) FROM plan_item i WHERE i.plan_id = p.plan_id AND i.state = 'skipped')";

const FROM: &str = "plan p JOIN organization o ON o.organization_id = p.organization_id";

const SORTS: &[SortColumn] = &[
    column("id", "p.plan_id"),
    column("title", "p.title"),
    column("state", "p.state"),
    column("expires_at", "p.expires_at"),
    nullable("saving", "p.saving_micros"),
];

fn from_row(row: &Row<'_>) -> Result<Plan, StoreError> {
    let state: String = row.get(5)?;
    Ok(Plan {
        id: row.get(0)?,
        organization_id: row.get(1)?,
        organization_name: row.get(2)?,
        title: row.get(3)?,
        reason: row.get(4)?,
        state: PlanState::from_text(&state)
            .ok_or_else(|| StoreError::Unreadable(format!("plan state {state:?}")))?,
        created_by: row.get(6)?,
        created_at: row.get(7)?,
        expires_at: row.get(8)?,
        approvals_needed: row.get(9)?,
        approvals: Vec::new(),
        saving: row.get(10)?,
        job_id: row.get(11)?,
        applied_at: row.get(12)?,
        finished_at: row.get(13)?,
        reverts: row.get(14)?,
        items: row.get(15)?,
        items_verified: row.get(16)?,
        items_failed: row.get(17)?,
        items_skipped: row.get(18)?,
    })
}

fn with_approvals(conn: &Conn, mut plan: Plan) -> Result<Plan, StoreError> {
    plan.approvals = conn.query(
        "SELECT approver, at FROM plan_approval WHERE plan_id = $1 ORDER BY at, approver",
        &[&plan.id],
        |row| {
            Ok(Approval {
                approver: row.get(0)?,
                at: row.get(1)?,
            })
        },
    )?;
    Ok(plan)
}

fn fetch(conn: &Conn, scope: &Scope, id: &PlanId) -> Result<Option<Plan>, StoreError> {
    let mut conditions = Conditions::in_scope(scope, "p.organization_id");
    conditions.any_of("p.plan_id", [id]);
    let sql = format!("SELECT {COLUMNS} FROM {FROM} {}", conditions.sql());
    conn.query_opt(&sql, &conditions.values(), from_row)?
        .map(|plan| with_approvals(conn, plan))
        .transpose()
}

/// Reads the plan back and tells those who may see it that it came into its state.
fn told(conn: &Conn, id: &PlanId) -> Result<Option<Plan>, StoreError> {
    let plan = fetch(conn, &Scope::All, id)?;
    if let Some(plan) = &plan {
        conn.publish(
            Audience::Organization(plan.organization_id.clone()),
            EventBody::Plan(Box::new(plan.clone())),
        );
    }
    Ok(plan)
}

/// Who asks, as plans remember them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    pub name: String,
    /// Empty for the control socket.
    pub user_id: String,
}

/// Keeps a new plan with its items. Refused when a desktop in it is in another plan that has not
/// ended: two plans must not work on one desktop.
pub async fn create(
    db: &Db,
    plan: Plan,
    items: Vec<PlanItem>,
    by: Person,
) -> Result<Result<Plan, Overlap>, StoreError> {
    db.write(move |conn| {
        expire(conn, UtcTime::now())?;
        for item in &items {
            if let Some(other) = overlapping(conn, item)? {
                return Ok(Err(other));
            }
        }
        conn.execute(
            "INSERT INTO plan (plan_id, organization_id, title, reason, state, created_by,
               created_by_id, created_at, expires_at, approvals_needed, saving_micros, reverts)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
            &[
                &plan.id,
                &plan.organization_id,
                &plan.title,
                &plan.reason,
                &plan.state.as_str(),
                &plan.created_by,
                &by.user_id,
                &plan.created_at,
                &plan.expires_at,
                &plan.approvals_needed,
                &plan.saving,
                &plan.reverts,
            ],
        )?;
        for item in &items {
            conn.execute(
                "INSERT INTO plan_item (plan_id, position, account_id, region, workspace_id, verb,
                   change, before, saving_micros, recommendation_id, state)
                 VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 'planned')",
                &[
                    &plan.id,
                    &item.position,
                    &item.account_id,
                    &item.region,
                    &item.workspace_id,
                    &item.change.verb(),
                    &Json(&item.change),
                    &Json(&item.before),
                    &item.saving,
                    &item.recommendation_id,
                ],
            )?;
        }
        conn.changed("plans");
        told(conn, &plan.id)?
            .map(Ok)
            .ok_or_else(|| StoreError::Database("a plan just written is not there".to_owned()))
    })
    .await
}

/// A desktop that another plan works on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Overlap {
    pub workspace_id: String,
    pub plan_id: PlanId,
    pub title: String,
}

fn overlapping(conn: &Conn, item: &PlanItem) -> Result<Option<Overlap>, StoreError> {
    conn.query_opt(
        "SELECT i.workspace_id, p.plan_id, p.title FROM plan_item i
         JOIN plan p ON p.plan_id = i.plan_id
         WHERE i.workspace_id = $1 AND i.account_id = $2 AND i.region = $3
           AND i.state IN ('planned', 'intended', 'called')
           AND p.state IN ('draft', 'approved', 'applying', 'stopped')
         LIMIT 1",
        &[&item.workspace_id, &item.account_id, &item.region],
        |row| {
            Ok(Overlap {
                workspace_id: row.get(0)?,
                plan_id: row.get(1)?,
                title: row.get(2)?,
            })
        },
    )
}

/// Ends plans that nobody approved or applied in time.
fn expire(conn: &Conn, now: UtcTime) -> Result<(), StoreError> {
    let ended: Vec<PlanId> = conn.query(
        "SELECT plan_id FROM plan WHERE state IN ('draft', 'approved') AND expires_at <= $1",
        &[&now],
        |row| row.get(0),
    )?;
    for id in &ended {
        conn.execute(
            "UPDATE plan SET state = 'expired', finished_at = $2 WHERE plan_id = $1",
            &[id, &now],
        )?;
        told(conn, id)?;
        conn.changed("plans");
    }
    Ok(())
}

/// Ends what ran out, so that whoever waits for it is told though nobody looks.
pub async fn expire_due(db: &Db) -> Result<(), StoreError> {
    db.write(|conn| expire(conn, UtcTime::now())).await
}

/// One page, newest first unless sorted otherwise; `states` empty means any.
pub async fn list(
    db: &Db,
    scope: &Scope,
    states: &[String],
    request: &PageRequest,
) -> Result<Page<Plan>, StoreError> {
    db.write(|conn| expire(conn, UtcTime::now())).await?;
    let mut conditions = Conditions::in_scope(scope, "p.organization_id");
    conditions.any_of_if_given("p.state", states);
    let (request, fingerprint) = (request.clone(), format!("{states:?}"));
    db.read(move |conn| {
        let listing = Listing {
            name: "plans",
            columns: COLUMNS,
            from: FROM,
            sorts: SORTS,
            default_sort: "-id",
            ids: &["p.plan_id"],
            fingerprint: &fingerprint,
        };
        let mut page = listing.page(conn, &conditions, &request, from_row)?;
        page.items = page
            .items
            .into_iter()
            .map(|plan| with_approvals(conn, plan))
            .collect::<Result<_, _>>()?;
        page.as_of = Some(UtcTime::now());
        Ok(page)
    })
    .await
}

pub async fn find(db: &Db, scope: &Scope, id: &PlanId) -> Result<Option<Plan>, StoreError> {
    let (scope, id) = (scope.clone(), id.clone());
    db.read(move |conn| fetch(conn, &scope, &id)).await
}

fn item_from_row(row: &Row<'_>) -> Result<PlanItem, StoreError> {
    let state: String = row.get(8)?;
    Ok(PlanItem {
        position: row.get(0)?,
        account_id: row.get(1)?,
        region: row.get(2)?,
        workspace_id: row.get(3)?,
        change: row.get::<Json<Change>>(4)?.0,
        before: row.get::<Json<Before>>(5)?.0,
        saving: row.get(6)?,
        recommendation_id: row.get(7)?,
        state: ItemState::from_text(&state)
            .ok_or_else(|| StoreError::Unreadable(format!("item state {state:?}")))?,
        intended_at: row.get(9)?,
        called_at: row.get(10)?,
        verified_at: row.get(11)?,
        request_id: row.get(12)?,
        error_code: row.get(13)?,
        error_message: row.get(14)?,
        note: row.get(15)?,
        user_name: row.get(16)?,
    })
}

/// Who made a plan that the caller has found; empty for the control socket.
pub async fn made_by(db: &Db, id: &PlanId) -> Result<String, StoreError> {
    let id = id.clone();
    db.read(move |conn| {
        let by = conn.query_opt(
            "SELECT coalesce(created_by_id, '') FROM plan WHERE plan_id = $1",
            &[&id],
            |row| row.get(0),
        )?;
        Ok(by.unwrap_or_default())
    })
    .await
}

/// The items of a plan that the caller has found, in order.
pub async fn items(db: &Db, id: &PlanId) -> Result<Vec<PlanItem>, StoreError> {
    let id = id.clone();
    db.read(move |conn| {
        conn.query(
            "SELECT i.position, i.account_id, i.region, i.workspace_id, i.change, i.before,
               i.saving_micros, i.recommendation_id, i.state, i.intended_at, i.called_at,
               i.verified_at, i.request_id, i.error_code, i.error_message, i.note, w.user_name
             FROM plan_item i
             LEFT JOIN workspace w ON w.workspace_id = i.workspace_id
               AND w.account_id = i.account_id AND w.region = i.region
             WHERE i.plan_id = $1 ORDER BY i.position",
            &[&id],
            item_from_row,
        )
    })
    .await
}

/// Notes an approval. A plan with enough of them is approved; a second one of the same person
/// changes nothing.
pub async fn approve(db: &Db, id: &PlanId, by: Person) -> Result<Option<Plan>, StoreError> {
    let id = id.clone();
    db.write(move |conn| {
        let now = UtcTime::now();
        expire(conn, now)?;
        conn.execute(
            "INSERT INTO plan_approval (plan_id, approver, user_id, at)
             SELECT $1, $2, $3, $4 WHERE EXISTS (SELECT 1 FROM plan WHERE plan_id = $1 AND state = 'draft')
             ON CONFLICT DO NOTHING",
            &[&id, &by.name, &by.user_id, &now],
        )?;
        let approved = conn.execute(
            "UPDATE plan SET state = 'approved'
             WHERE plan_id = $1 AND state = 'draft' AND approvals_needed <=
               (SELECT count(*) FROM plan_approval a WHERE a.plan_id = $1)",
            &[&id],
        )?;
        conn.changed("plans");
        if approved > 0 {
            told(conn, &id)
        } else {
            fetch(conn, &Scope::All, &id)
        }
    })
    .await
}

/// Moves a plan on, if it is in one of the states `from`; answers whether it was. A plan that has
/// run out in the meantime is not.
pub async fn move_on(
    db: &Db,
    id: &PlanId,
    from: &'static [PlanState],
    to: PlanState,
) -> Result<bool, StoreError> {
    let id = id.clone();
    db.write(move |conn| {
        let now = UtcTime::now();
        expire(conn, now)?;
        let mut conditions = Conditions::default();
        conditions.any_of("plan_id", [&id]);
        conditions.any_of("state", from.iter().map(|state| state.as_str()));
        let state = conditions.bind(to.as_str());
        let applied = conditions.bind((to == PlanState::Applying).then_some(now));
        let finished = conditions.bind(to.ended().then_some(now));
        let sql = format!(
            "UPDATE plan SET state = {state},
               applied_at = coalesce(applied_at, {applied}), finished_at = {finished} {}",
            conditions.sql()
        );
        let before = fetch(conn, &Scope::All, &id)?.map(|plan| plan.state);
        let moved = conn.execute(&sql, &conditions.values())? > 0;
        if moved && before != Some(to) {
            told(conn, &id)?;
        }
        conn.changed("plans");
        Ok(moved)
    })
    .await
}

/// Queues the job that applies a plan and moves the plan on, both or neither; `None` when the plan is
/// not approved or stopped any more. The plan names its job, and no other job may touch it.
pub async fn start(db: &Db, id: &PlanId, new: NewJob) -> Result<Option<JobId>, StoreError> {
    let id = id.clone();
    db.write(move |conn| {
        let now = UtcTime::now();
        expire(conn, now)?;
        let startable = conn.query_opt(
            "SELECT 1 FROM plan WHERE plan_id = $1 AND state IN ('approved', 'stopped')",
            &[&id],
            |_| Ok(()),
        )?;
        if startable.is_none() {
            return Ok(None);
        }
        let job = crate::job::insert(conn, &new)?;
        conn.execute(
            "UPDATE plan SET state = 'applying', job_id = $2, applied_at = coalesce(applied_at, $3),
               finished_at = NULL WHERE plan_id = $1",
            &[&id, &job.id, &now],
        )?;
        told(conn, &id)?;
        conn.changed("plans");
        Ok(Some(job.id))
    })
    .await
}

/// One step of an item.
#[derive(Debug, Clone, PartialEq)]
pub enum Step {
    /// About to call AWS.
    Intended,
    /// AWS took the call.
    Called {
        request_id: Option<String>,
    },
    Verified {
        note: Option<String>,
    },
    Failed {
        code: String,
        message: String,
        request_id: Option<String>,
    },
    Skipped {
        note: String,
    },
}

/// Writes a step down; it is on disk when this returns.
pub async fn step(db: &Db, id: &PlanId, position: u32, step: Step) -> Result<(), StoreError> {
    let id = id.clone();
    db.write(move |conn| {
        let now = UtcTime::now();
        match &step {
            Step::Intended => conn.execute(
                "UPDATE plan_item SET state = 'intended', intended_at = $3 WHERE plan_id = $1 AND position = $2",
                &[&id, &position, &now],
            ),
            Step::Called { request_id } => conn.execute(
                "UPDATE plan_item SET state = 'called', called_at = $3, request_id = $4
                 WHERE plan_id = $1 AND position = $2",
                &[&id, &position, &now, request_id],
            ),
            Step::Verified { note } => conn.execute(
                "UPDATE plan_item SET state = 'verified', verified_at = $3, note = $4
                 WHERE plan_id = $1 AND position = $2",
                &[&id, &position, &now, note],
            ),
            Step::Failed { code, message, request_id } => conn.execute(
                "UPDATE plan_item SET state = 'failed', error_code = $3, error_message = $4,
                   request_id = coalesce($5, request_id)
                 WHERE plan_id = $1 AND position = $2",
                &[&id, &position, code, message, request_id],
            ),
            Step::Skipped { note } => conn.execute(
                "UPDATE plan_item SET state = 'skipped', note = $3 WHERE plan_id = $1 AND position = $2",
                &[&id, &position, note],
            ),
        }?;
        conn.changed("plans");
        Ok(())
    })
    .await
}

/// How an account's desktops are changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WriteAccess {
    pub account_id: AccountId,
    pub write_role_arn: Option<String>,
}

/// What an organization allows, and through which role each of its accounts is changed.
pub async fn action_settings(
    db: &Db,
    organization_id: &OrganizationId,
) -> Result<Option<(ActionSettings, Vec<WriteAccess>)>, StoreError> {
    let id = organization_id.clone();
    db.read(move |conn| {
        let settings = conn.query_opt(
            "SELECT actions_enabled, terminate_enabled, blackout, own_plans_need_another
             FROM organization WHERE organization_id = $1",
            &[&id],
            |row| {
                Ok(ActionSettings {
                    actions_enabled: row.get(0)?,
                    terminate_enabled: row.get(1)?,
                    blackout: row.get::<Json<_>>(2)?.0,
                    own_plans_need_another: row.get(3)?,
                })
            },
        )?;
        let Some(settings) = settings else {
            return Ok(None);
        };
        let roles = conn.query(
            "SELECT account_id, write_role_arn FROM account WHERE organization_id = $1",
            &[&id],
            |row| {
                Ok(WriteAccess {
                    account_id: row.get(0)?,
                    write_role_arn: row.get(1)?,
                })
            },
        )?;
        Ok(Some((settings, roles)))
    })
    .await
}

pub async fn set_action_settings(
    db: &Db,
    organization_id: &OrganizationId,
    settings: ActionSettings,
) -> Result<bool, StoreError> {
    let id = organization_id.clone();
    db.write(move |conn| {
        let changed = conn.execute(
            "UPDATE organization SET actions_enabled = $2, terminate_enabled = $3, blackout = $4,
               own_plans_need_another = $5
             WHERE organization_id = $1",
            &[
                &id,
                &settings.actions_enabled,
                &settings.terminate_enabled,
                &Json(&settings.blackout),
                &settings.own_plans_need_another,
            ],
        )?;
        conn.changed("organizations");
        Ok(changed > 0)
    })
    .await
}

/// What a change of a desktop needs to know of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Target {
    pub organization_id: OrganizationId,
    pub account_id: AccountId,
    pub region: Region,
    pub workspace_id: String,
    pub before: Before,
}

/// The desktops of these ids in stock that the caller may see.
pub async fn targets(db: &Db, scope: &Scope, ids: &[String]) -> Result<Vec<Target>, StoreError> {
    let mut conditions = Conditions::in_scope(scope, "w.organization_id");
    conditions.any_of("w.workspace_id", ids);
    conditions.push("w.missing_since IS NULL AND w.deleted_at IS NULL");
    db.read(move |conn| {
        let sql = format!(
            "SELECT w.organization_id, w.account_id, w.region, w.workspace_id, w.state, w.running_mode,
               w.auto_stop_timeout_minutes, w.compute_type, w.tags FROM workspace w {}",
            conditions.sql()
        );
        conn.query(&sql, &conditions.values(), |row| {
            let running_mode: Option<String> = row.get(5)?;
            Ok(Target {
                organization_id: row.get(0)?,
                account_id: row.get(1)?,
                region: row.get(2)?,
                workspace_id: row.get(3)?,
                before: Before {
                    state: row.get(4)?,
                    running_mode: running_mode.as_deref().map(Into::into),
                    auto_stop_timeout_minutes: row.get(6)?,
                    compute_type: row.get(7)?,
                    tags: row.get::<Json<_>>(8)?.0,
                },
            })
        })
    })
    .await
}
