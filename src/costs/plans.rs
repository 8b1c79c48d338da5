//! Plans: what may be planned, who may approve it, when it may be applied, how it is undone. Applying
//! itself, which calls AWS, is in the inventory room.

use std::collections::BTreeMap;

use domain::plan::{
    ActionSettings, Before, Blackout, Change, ItemState, NewPlan, Plan, PlanItem, PlanState,
};
use domain::workspace::RunningMode;
use domain::{Money, OrganizationId, Permission, PlanId, Role, Scope, UtcTime};
use jiff::civil::Time;
use jiff::tz::TimeZone;
use store::plan::{Overlap, Person, Target};
use store::{Db, StoreError};
use thiserror::Error;

/// A plan is approved and applied within so many days, or not at all: what it rests on grows old.
pub const VALID_DAYS: i64 = 7;

/// The most desktops of one plan.
pub const MOST_ITEMS: usize = 1_000;

#[derive(Debug, Error)]
pub enum PlanError {
    #[error("{0}")]
    Invalid(String),
    #[error("{0}")]
    ActionsDisabled(String),
    #[error("{0}")]
    WriteRoleMissing(String),
    #[error(
        "{workspace_id} is in the plan {title:?} ({plan_id}), which has not ended; cancel or finish that one first"
    )]
    Overlap {
        workspace_id: String,
        plan_id: PlanId,
        title: String,
    },
    #[error("{0}")]
    State(String),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<Overlap> for PlanError {
    fn from(overlap: Overlap) -> Self {
        Self::Overlap {
            workspace_id: overlap.workspace_id,
            plan_id: overlap.plan_id,
            title: overlap.title,
        }
    }
}

/// One change with what it saves and where it comes from.
struct Wanted {
    change: Change,
    saving: Option<Money>,
    recommendation_id: Option<String>,
}

/// Makes a plan for one organization; it waits for approval. `scope` is where the caller may plan.
pub async fn create(db: &Db, scope: &Scope, new: NewPlan, by: Person) -> Result<Plan, PlanError> {
    let title = new.title.trim().to_owned();
    if title.is_empty() || title.chars().count() > 200 {
        return Err(PlanError::Invalid(
            "a plan's title has 1 to 200 characters".to_owned(),
        ));
    }
    let wanted = wanted(db, scope, &new).await?;
    let ids: Vec<String> = wanted.keys().cloned().collect();
    let targets = store::plan::targets(db, scope, &ids).await?;
    if let Some(unknown) = ids
        .iter()
        .find(|id| !targets.iter().any(|target| target.workspace_id == **id))
    {
        return Err(PlanError::Invalid(format!(
            "{unknown} is not a desktop in stock"
        )));
    }
    let organization_id = the_organization(&targets)?;
    let items = items(wanted, targets)?;
    allowed(db, &organization_id, &items).await?;
    keep(db, organization_id, title, new.reason, items, None, by).await
}

async fn wanted(
    db: &Db,
    scope: &Scope,
    new: &NewPlan,
) -> Result<BTreeMap<String, Wanted>, PlanError> {
    let mut wanted = BTreeMap::new();
    let mut add = |id: String, one: Wanted| match wanted.insert(id.clone(), one) {
        Some(_) => Err(PlanError::Invalid(format!(
            "{id} is in it twice; plan one change of it at a time"
        ))),
        None => Ok(()),
    };
    let found = store::recommendation::find_all(db, scope, &new.recommendation_ids).await?;
    for id in &new.recommendation_ids {
        let Some(one) = found.iter().find(|one| one.id == *id) else {
            return Err(PlanError::Invalid(format!(
                "the recommendation {id} does not hold any more; work them out anew"
            )));
        };
        let Some(change) = one.change.clone() else {
            return Err(PlanError::Invalid(format!(
                "{id} needs a person to decide what to change"
            )));
        };
        let one = (one.workspace_id.clone(), one.saving);
        add(
            one.0,
            Wanted {
                change,
                saving: one.1,
                recommendation_id: Some(id.clone()),
            },
        )?;
    }
    for change in &new.changes {
        let one = Wanted {
            change: change.change.clone(),
            saving: None,
            recommendation_id: None,
        };
        add(change.workspace_id.clone(), one)?;
    }
    match wanted.len() {
        0 => Err(PlanError::Invalid(
            "the plan changes nothing; name recommendations or changes".to_owned(),
        )),
        n if n > MOST_ITEMS => Err(PlanError::Invalid(format!(
            "a plan has at most {MOST_ITEMS} desktops, this one {n}"
        ))),
        _ => Ok(wanted),
    }
}

fn the_organization(targets: &[Target]) -> Result<OrganizationId, PlanError> {
    let first = targets.first().map(|target| target.organization_id.clone());
    let first = first.ok_or_else(|| PlanError::Invalid("the plan changes nothing".to_owned()))?;
    if targets.iter().any(|target| target.organization_id != first) {
        return Err(PlanError::Invalid(
            "the desktops belong to several organizations; make a plan for each".to_owned(),
        ));
    }
    Ok(first)
}

fn items(
    mut wanted: BTreeMap<String, Wanted>,
    targets: Vec<Target>,
) -> Result<Vec<PlanItem>, PlanError> {
    let mut items = Vec::with_capacity(targets.len());
    for (index, target) in targets.into_iter().enumerate() {
        let Some(one) = wanted.remove(&target.workspace_id) else {
            continue;
        };
        check(&one.change, &target)?;
        items.push(PlanItem {
            position: u32::try_from(index + 1).unwrap_or(u32::MAX),
            account_id: target.account_id,
            region: target.region,
            workspace_id: target.workspace_id,
            user_name: None,
            change: one.change,
            before: target.before,
            saving: one.saving,
            recommendation_id: one.recommendation_id,
            state: ItemState::Planned,
            intended_at: None,
            called_at: None,
            verified_at: None,
            request_id: None,
            error_code: None,
            error_message: None,
            note: None,
        });
    }
    Ok(items)
}

/// What AWS would refuse anyway, and what would change nothing.
fn check(change: &Change, target: &Target) -> Result<(), PlanError> {
    let (id, before) = (&target.workspace_id, &target.before);
    let refuse = |why: String| Err(PlanError::Invalid(format!("{id}: {why}")));
    match change {
        Change::RunningMode {
            running_mode,
            auto_stop_timeout_minutes,
        } => match running_mode {
            RunningMode::AutoStop => match auto_stop_timeout_minutes {
                Some(minutes) if *minutes >= 60 && minutes % 60 == 0 && *minutes <= 2880 => {
                    let same = before.running_mode.as_ref() == Some(running_mode)
                        && before.auto_stop_timeout_minutes == *auto_stop_timeout_minutes;
                    if same {
                        refuse(format!(
                            "it is on AUTO_STOP after {minutes} minutes already"
                        ))
                    } else {
                        Ok(())
                    }
                }
                _ => refuse(
                    "AUTO_STOP needs a timeout in whole hours, as minutes from 60 to 2880"
                        .to_owned(),
                ),
            },
            RunningMode::AlwaysOn if auto_stop_timeout_minutes.is_some() => {
                refuse("ALWAYS_ON has no timeout".to_owned())
            }
            RunningMode::AlwaysOn if before.running_mode == Some(RunningMode::AlwaysOn) => {
                refuse("it is on ALWAYS_ON already".to_owned())
            }
            RunningMode::AlwaysOn => Ok(()),
            other => refuse(format!(
                "{other} cannot be switched to; the modes are AUTO_STOP and ALWAYS_ON"
            )),
        },
        Change::ComputeType { compute_type }
            if before.compute_type.as_ref() == Some(compute_type) =>
        {
            refuse(format!("it is {compute_type} already"))
        }
        Change::Tags { set, remove } if set.is_empty() && remove.is_empty() => {
            refuse("no tag is set or removed".to_owned())
        }
        Change::Tags { set, .. } if set.keys().any(|key| key.starts_with("aws:")) => {
            refuse("tags that begin with aws: are AWS's own".to_owned())
        }
        _ => Ok(()),
    }
}

/// Whether the organization and its accounts may be changed at all; the error says what is missing.
async fn allowed(
    db: &Db,
    id: &OrganizationId,
    items: &[PlanItem],
) -> Result<ActionSettings, PlanError> {
    let found = store::plan::action_settings(db, id).await?;
    let Some((settings, roles)) = found else {
        return Err(PlanError::Invalid("the organization is gone".to_owned()));
    };
    if !settings.actions_enabled {
        return Err(PlanError::ActionsDisabled(
            "Changing desktops is switched off for this organization; an admin switches it on in its settings."
                .to_owned(),
        ));
    }
    if !settings.terminate_enabled && items.iter().any(|item| item.change == Change::Terminate) {
        return Err(PlanError::ActionsDisabled(
            "Terminating is switched off for this organization; until an admin switches it on it is a suggestion only."
                .to_owned(),
        ));
    }
    for item in items {
        let role = roles.iter().find(|role| role.account_id == item.account_id);
        if role.is_none_or(|role| role.write_role_arn.is_none()) {
            return Err(PlanError::WriteRoleMissing(format!(
                "Account {} has no write role. Create one from `stocktake account policy --write`, then set its ARN on the account.",
                item.account_id
            )));
        }
    }
    Ok(settings)
}

async fn keep(
    db: &Db,
    organization_id: OrganizationId,
    title: String,
    reason: Option<String>,
    items: Vec<PlanItem>,
    reverts: Option<PlanId>,
    by: Person,
) -> Result<Plan, PlanError> {
    let now = UtcTime::now();
    let savings: Vec<Money> = items.iter().filter_map(|item| item.saving).collect();
    let plan = Plan {
        id: PlanId::new(),
        organization_id,
        organization_name: String::new(),
        title,
        reason,
        state: PlanState::Draft,
        created_by: by.name.clone(),
        created_at: now,
        expires_at: now.plus_days(VALID_DAYS),
        approvals_needed: items
            .iter()
            .map(|item| item.change.approvals_needed())
            .max()
            .unwrap_or(1),
        approvals: Vec::new(),
        items: items.len() as u64,
        items_verified: 0,
        items_failed: 0,
        items_skipped: 0,
        saving: (!savings.is_empty()).then(|| savings.into_iter().sum()),
        job_id: None,
        applied_at: None,
        finished_at: None,
        reverts,
    };
    Ok(store::plan::create(db, plan, items, by).await??)
}

/// Whether somebody else has to approve what a person planned. A plan for two approvals has another's
/// anyway, and the control socket is no person: whoever may open it owns the files.
pub async fn needs_another(db: &Db, id: &OrganizationId) -> Result<bool, PlanError> {
    let found = store::plan::action_settings(db, id).await?;
    let chosen = found.and_then(|(settings, _)| settings.own_plans_need_another);
    if let Some(chosen) = chosen {
        return Ok(chosen);
    }
    let may: Vec<Role> = Role::ALL
        .into_iter()
        .filter(|role| role.may(Permission::ApprovePlans))
        .collect();
    Ok(store::person::count_with_role(db, id, &may).await? >= 2)
}

/// Approves a plan. Whether `by` holds a role for that is for the caller to know.
pub async fn approve(db: &Db, plan: &Plan, by: Person) -> Result<Plan, PlanError> {
    if plan.state != PlanState::Draft {
        return Err(PlanError::State(format!(
            "a plan that is {} is not approved",
            plan.state.as_str()
        )));
    }
    // Whoever may open the control socket is nobody in particular, so never the second person.
    if plan.approvals_needed > 1 && by.user_id.is_empty() {
        return Err(PlanError::State(format!(
            "this plan needs {} people who log in; the control socket is none of them",
            plan.approvals_needed
        )));
    }
    if plan.approvals_needed < 2
        && !by.user_id.is_empty()
        && store::plan::made_by(db, &plan.id).await? == by.user_id
        && needs_another(db, &plan.organization_id).await?
    {
        return Err(PlanError::State(
            "whoever made a plan does not approve it alone in this organization; ask somebody else who may"
                .to_owned(),
        ));
    }
    let approved = store::plan::approve(db, &plan.id, by).await?;
    let approved = approved.ok_or_else(|| PlanError::State("the plan is gone".to_owned()))?;
    if approved.state == PlanState::Expired {
        return Err(PlanError::State(format!(
            "the plan expired on {}; make a new one",
            approved.expires_at
        )));
    }
    Ok(approved)
}

/// Whether a plan may be applied or gone on with now; the job that does it is queued by the caller.
pub async fn may_apply(db: &Db, plan: &Plan, now: UtcTime) -> Result<(), PlanError> {
    match plan.state {
        PlanState::Approved | PlanState::Stopped => {}
        PlanState::Draft => {
            let missing =
                u64::from(plan.approvals_needed).saturating_sub(plan.approvals.len() as u64);
            return Err(PlanError::State(format!(
                "it lacks the approval of {missing} more"
            )));
        }
        other => {
            return Err(PlanError::State(format!(
                "a plan that is {} is not applied",
                other.as_str()
            )));
        }
    }
    if plan.state == PlanState::Approved && plan.expires_at <= now {
        return Err(PlanError::State(format!(
            "its approval expired on {}; make a new plan",
            plan.expires_at
        )));
    }
    let items = store::plan::items(db, &plan.id).await?;
    let settings = allowed(db, &plan.organization_id, &items).await?;
    match blacked_out(&settings.blackout, now) {
        Some(blackout) => Err(PlanError::State(format!(
            "nothing is changed from {} to {} ({}); apply it outside of that time",
            blackout.from, blackout.to, blackout.time_zone
        ))),
        None => Ok(()),
    }
}

/// A plan that puts back what `plan` changed, for changes that can be undone.
pub async fn revert(db: &Db, plan: &Plan, by: Person) -> Result<Plan, PlanError> {
    let done: Vec<PlanItem> = store::plan::items(db, &plan.id)
        .await?
        .into_iter()
        .filter(|item| item.state == ItemState::Verified && item.change.is_revertible())
        .collect();
    if done.is_empty() {
        return Err(PlanError::State(
            "nothing of it can be undone: only changes of mode, size and tags that were made"
                .to_owned(),
        ));
    }
    let items: Vec<PlanItem> = done
        .into_iter()
        .enumerate()
        .filter_map(|(index, item)| {
            let after = item.change.clone();
            Some(PlanItem {
                position: u32::try_from(index + 1).unwrap_or(u32::MAX),
                change: undoing(&item.change, &item.before)?,
                before: after_of(&after, &item.before),
                saving: item.saving.map(|saving| -saving),
                recommendation_id: None,
                state: ItemState::Planned,
                intended_at: None,
                called_at: None,
                verified_at: None,
                request_id: None,
                error_code: None,
                error_message: None,
                note: None,
                ..item
            })
        })
        .collect();
    allowed(db, &plan.organization_id, &items).await?;
    let title: String = format!("Undo: {}", plan.title).chars().take(200).collect();
    keep(
        db,
        plan.organization_id.clone(),
        title,
        None,
        items,
        Some(plan.id.clone()),
        by,
    )
    .await
}

/// The change that puts back what was before; `None` where that is not known.
fn undoing(change: &Change, before: &Before) -> Option<Change> {
    Some(match change {
        Change::RunningMode { .. } => Change::RunningMode {
            running_mode: before.running_mode.clone()?,
            auto_stop_timeout_minutes: before.auto_stop_timeout_minutes,
        },
        Change::ComputeType { .. } => Change::ComputeType {
            compute_type: before.compute_type.clone()?,
        },
        Change::Tags { set, remove } => {
            let known = |key: &&String| before.tags.contains_key(*key);
            let back = set.keys().chain(remove).filter(known);
            Change::Tags {
                set: back
                    .map(|key| (key.clone(), before.tags[key].clone()))
                    .collect(),
                remove: set.keys().filter(|key| !known(key)).cloned().collect(),
            }
        }
        _ => return None,
    })
}

fn after_of(change: &Change, before: &Before) -> Before {
    let mut after = before.clone();
    match change {
        Change::RunningMode {
            running_mode,
            auto_stop_timeout_minutes,
        } => {
            after.running_mode = Some(running_mode.clone());
            after.auto_stop_timeout_minutes = *auto_stop_timeout_minutes;
        }
        Change::ComputeType { compute_type } => after.compute_type = Some(compute_type.clone()),
        Change::Tags { set, remove } => {
            after.tags.extend(set.clone());
            after.tags.retain(|key, _| !remove.contains(key));
        }
        _ => {}
    }
    after
}

/// The blackout that `now` lies in.
#[must_use]
pub fn blacked_out(blackouts: &[Blackout], now: UtcTime) -> Option<&Blackout> {
    blackouts
        .iter()
        .find(|blackout| covers(blackout, now).unwrap_or(true))
}

/// A time that cannot be read counts as covered: nothing is changed by mistake.
fn covers(blackout: &Blackout, now: UtcTime) -> Option<bool> {
    let zone = TimeZone::get(&blackout.time_zone).ok()?;
    let local = now.timestamp().to_zoned(zone);
    let (from, to): (Time, Time) = (blackout.from.parse().ok()?, blackout.to.parse().ok()?);
    let on = |date: jiff::civil::Date| {
        let day = date.weekday().to_monday_one_offset();
        blackout.weekdays.contains(&u8::try_from(day).unwrap_or(0))
    };
    let (date, time) = (local.date(), local.time());
    Some(if from <= to {
        on(date) && from <= time && time < to
    } else {
        // Over midnight: what began today, or yesterday.
        on(date) && from <= time || date.yesterday().is_ok_and(on) && time < to
    })
}

/// What is wrong with settings, for whoever typed them.
pub fn check_settings(settings: &ActionSettings) -> Result<(), PlanError> {
    for blackout in &settings.blackout {
        if covers(blackout, UtcTime::now()).is_none() {
            return Err(PlanError::Invalid(format!(
                "a blackout has times like 08:00 and a time zone like Europe/Berlin, not {:?} to {:?} in {:?}",
                blackout.from, blackout.to, blackout.time_zone
            )));
        }
        if blackout.weekdays.is_empty()
            || blackout.weekdays.iter().any(|day| !(1..=7).contains(day))
        {
            return Err(PlanError::Invalid(
                "weekdays go from 1, Monday, to 7, Sunday".to_owned(),
            ));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn blackout(from: &str, to: &str) -> Blackout {
        Blackout {
            weekdays: vec![1, 2, 3, 4, 5],
            from: from.to_owned(),
            to: to.to_owned(),
            time_zone: "Europe/Berlin".to_owned(),
        }
    }

    #[test]
    fn blackouts_are_local_times_also_over_midnight() {
        let at = |text: &str| text.parse::<UtcTime>().unwrap();
        let day = [blackout("08:00", "18:00")];
        // Wednesday 08:30 and 18:30 in Berlin.
        assert!(blacked_out(&day, at("2026-11-25T07:30:00Z")).is_some());
        assert!(blacked_out(&day, at("2026-11-25T17:30:00Z")).is_none());
        assert!(blacked_out(&day, at("2026-11-28T09:00:00Z")).is_none());
        let night = [blackout("22:00", "06:00")];
        // Saturday 05:00: the blackout began on Friday.
        assert!(blacked_out(&night, at("2026-11-28T04:00:00Z")).is_some());
        assert!(blacked_out(&night, at("2026-11-28T22:00:00Z")).is_none());
        assert!(blacked_out(&[blackout("8 o'clock", "9")], at("2026-11-28T22:00:00Z")).is_some());
    }

    #[test]
    fn undoing_puts_back_what_was_there() {
        let before = Before {
            running_mode: Some(RunningMode::AutoStop),
            auto_stop_timeout_minutes: Some(120),
            tags: [("Team".to_owned(), "A".to_owned())].into(),
            ..Before::default()
        };
        let to_on = Change::RunningMode {
            running_mode: RunningMode::AlwaysOn,
            auto_stop_timeout_minutes: None,
        };
        assert_eq!(
            undoing(&to_on, &before),
            Some(Change::RunningMode {
                running_mode: RunningMode::AutoStop,
                auto_stop_timeout_minutes: Some(120)
            })
        );
        let tags = Change::Tags {
            set: [
                ("Team".to_owned(), "B".to_owned()),
                ("New".to_owned(), "1".to_owned()),
            ]
            .into(),
            remove: Vec::new(),
        };
        assert_eq!(
            undoing(&tags, &before),
            Some(Change::Tags {
                set: [("Team".to_owned(), "A".to_owned())].into(),
                remove: vec!["New".to_owned()]
            })
        );
        assert_eq!(undoing(&Change::Terminate, &before), None);
    }
}
