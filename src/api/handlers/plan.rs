//! Plans of changes: making, approving, applying, stopping and undoing them; what organizations allow.

use actix_web::web::{Data, Json, Path};
use actix_web::{HttpResponse, get, post, put};
use auth::Change;
use costs::plans::{self, PlanError};
use domain::job::{JobPayload, NewJob};
use domain::listing::Page;
use domain::plan::{ActionSettings, NewPlan, Plan, PlanItem, PlanState};
use domain::{ErrorCode, OrganizationId, Permission, PlanId, UtcTime};
use serde::Serialize;
use store::plan::Person;
use utoipa::ToSchema;

use crate::allowed::{Allowed, ApprovePlans, MakePlans, ManageAccounts, ViewInventory};
use crate::body::Body;
use crate::error::{ApiError, ApiResult};
use crate::params::PlanParams;
use crate::query::Query;
use crate::state::App;

impl From<PlanError> for ApiError {
    fn from(error: PlanError) -> Self {
        let text = error.to_string();
        match error {
            PlanError::Invalid(_) => Self::new(ErrorCode::InvalidRequest, text),
            PlanError::ActionsDisabled(_) => Self::new(ErrorCode::ActionsDisabled, text),
            PlanError::WriteRoleMissing(_) => Self::new(ErrorCode::WriteRoleMissing, text),
            PlanError::Overlap { .. } => Self::new(ErrorCode::PlanOverlap, text),
            PlanError::State(_) => Self::new(ErrorCode::PlanState, text),
            PlanError::Store(error) => error.into(),
        }
    }
}

#[derive(Serialize, ToSchema)]
pub struct PlanDetail {
    pub plan: Plan,
    pub items: Vec<PlanItem>,
}

fn person<P: crate::allowed::Needs>(allowed: &Allowed<P>) -> Person {
    Person {
        name: allowed.caller().name().to_owned(),
        user_id: allowed
            .caller()
            .user_id()
            .map(ToString::to_string)
            .unwrap_or_default(),
    }
}

/// Plans, newest first
#[utoipa::path(tag = "plans", params(PlanParams), responses((status = 200, body = Page<Plan>)))]
#[get("/plans")]
pub async fn list_plans(
    allowed: Allowed<ViewInventory>,
    app: Data<App>,
    mut query: Query,
) -> ApiResult<Json<Page<Plan>>> {
    let scope = query.narrow(allowed.scope())?;
    let states: Vec<String> = query.many("state")?;
    let page = query.page()?;
    query.finish()?;
    if let Some(state) = states
        .iter()
        .find(|text| PlanState::from_text(text).is_none())
    {
        let known = PlanState::ALL.map(PlanState::as_str).join(", ");
        let message = format!("unknown plan state {state:?}; the states are {known}");
        return Err(ApiError::new(ErrorCode::InvalidFilter, message));
    }
    Ok(Json(
        store::plan::list(&app.db, &scope, &states, &page).await?,
    ))
}

/// Make a plan
///
/// Of recommendations, or of changes of named desktops, all of one organization. It waits for approval.
#[utoipa::path(tag = "plans", request_body = NewPlan, responses((status = 201, body = Plan)))]
#[post("/plans")]
pub async fn create_plan(
    allowed: Allowed<MakePlans>,
    app: Data<App>,
    body: Body<NewPlan>,
) -> ApiResult<HttpResponse> {
    let plan = plans::create(&app.db, &allowed.scope(), body.0, person(&allowed)).await?;
    record(&allowed, &app, "plan.created", &plan).await?;
    Ok(HttpResponse::Created().json(plan))
}

/// One plan with every change in it
#[utoipa::path(tag = "plans", responses((status = 200, body = PlanDetail)))]
#[get("/plans/{plan_id}")]
pub async fn read_plan(
    allowed: Allowed<ViewInventory>,
    app: Data<App>,
    id: Path<String>,
) -> ApiResult<Json<PlanDetail>> {
    let plan = find(&allowed, &app, id.into_inner()).await?;
    let items = store::plan::items(&app.db, &plan.id).await?;
    Ok(Json(PlanDetail { plan, items }))
}

/// Approve a plan
///
/// A plan that terminates desktops needs two people. Others need one, who is not who made it where the
/// organization wants another, or left it open and has two who may approve.
#[utoipa::path(tag = "plans", responses((status = 200, body = Plan)))]
#[post("/plans/{plan_id}/approve")]
pub async fn approve_plan(
    allowed: Allowed<ApprovePlans>,
    app: Data<App>,
    id: Path<String>,
) -> ApiResult<Json<Plan>> {
    let plan = find(&allowed, &app, id.into_inner()).await?;
    allowed.within(&plan.organization_id)?;
    let plan = plans::approve(&app.db, &plan, person(&allowed)).await?;
    record(&allowed, &app, "plan.approved", &plan).await?;
    Ok(Json(plan))
}

/// Apply an approved plan, or go on with a stopped one
#[utoipa::path(tag = "plans", responses((status = 202, body = Plan)))]
#[post("/plans/{plan_id}/apply")]
pub async fn apply_plan(
    allowed: Allowed<ApprovePlans>,
    app: Data<App>,
    id: Path<String>,
) -> ApiResult<HttpResponse> {
    let plan = find(&allowed, &app, id.into_inner()).await?;
    allowed.within(&plan.organization_id)?;
    plans::may_apply(&app.db, &plan, UtcTime::now()).await?;
    let new = NewJob {
        payload: JobPayload::ApplyPlan {
            plan_id: plan.id.clone(),
        },
        organization_id: Some(plan.organization_id.clone()),
        trigger: super::job::trigger(allowed.who()).to_owned(),
        requested_by: Some(allowed.caller().name().to_owned()),
    };
    if store::plan::start(&app.db, &plan.id, new).await?.is_none() {
        let message = "somebody else applied it or it ran out just now".to_owned();
        return Err(ApiError::new(ErrorCode::PlanState, message));
    }
    record(&allowed, &app, "plan.applied", &plan).await?;
    let plan = find(&allowed, &app, plan.id.to_string()).await?;
    Ok(HttpResponse::Accepted().json(plan))
}

/// Stop applying a plan between two desktops
#[utoipa::path(tag = "plans", responses((status = 200, body = Plan)))]
#[post("/plans/{plan_id}/stop")]
pub async fn stop_plan(
    allowed: Allowed<MakePlans>,
    app: Data<App>,
    id: Path<String>,
) -> ApiResult<Json<Plan>> {
    let plan = find(&allowed, &app, id.into_inner()).await?;
    allowed.within(&plan.organization_id)?;
    let (PlanState::Applying, Some(job)) = (plan.state, &plan.job_id) else {
        let message = format!("a plan that is {} is not stopped", plan.state.as_str());
        return Err(ApiError::new(ErrorCode::PlanState, message));
    };
    let ended = store::job::request_cancel(&app.db, &allowed.scope(), job).await?;
    // One that nobody had begun ends at once.
    if ended.is_some_and(|job| job.state.ended()) {
        let applying = &[PlanState::Applying];
        store::plan::move_on(&app.db, &plan.id, applying, PlanState::Stopped).await?;
    }
    record(&allowed, &app, "plan.stopped", &plan).await?;
    Ok(Json(find(&allowed, &app, plan.id.to_string()).await?))
}

/// Make a plan that undoes this one
#[utoipa::path(tag = "plans", responses((status = 201, body = Plan)))]
#[post("/plans/{plan_id}/revert")]
pub async fn revert_plan(
    allowed: Allowed<MakePlans>,
    app: Data<App>,
    id: Path<String>,
) -> ApiResult<HttpResponse> {
    let plan = find(&allowed, &app, id.into_inner()).await?;
    allowed.within(&plan.organization_id)?;
    let undo = plans::revert(&app.db, &plan, person(&allowed)).await?;
    record(&allowed, &app, "plan.created", &undo).await?;
    Ok(HttpResponse::Created().json(undo))
}

/// Cancel a plan that was not applied, or what is left of a stopped one
#[utoipa::path(tag = "plans", responses((status = 200, body = Plan)))]
#[post("/plans/{plan_id}/cancel")]
pub async fn cancel_plan(
    allowed: Allowed<MakePlans>,
    app: Data<App>,
    id: Path<String>,
) -> ApiResult<Json<Plan>> {
    let plan = find(&allowed, &app, id.into_inner()).await?;
    allowed.within(&plan.organization_id)?;
    let from = &[PlanState::Draft, PlanState::Approved, PlanState::Stopped];
    if !store::plan::move_on(&app.db, &plan.id, from, PlanState::Cancelled).await? {
        let message = format!("a plan that is {} is not cancelled", plan.state.as_str());
        return Err(ApiError::new(ErrorCode::PlanState, message));
    }
    record(&allowed, &app, "plan.cancelled", &plan).await?;
    Ok(Json(find(&allowed, &app, plan.id.to_string()).await?))
}

async fn find<P: crate::allowed::Needs>(
    allowed: &Allowed<P>,
    app: &App,
    id: String,
) -> ApiResult<Plan> {
    let id = PlanId::from_text(id);
    let scope = allowed.caller().scope();
    let plan = store::plan::find(&app.db, scope, &id).await?;
    plan.ok_or_else(|| ApiError::not_found("plan", &id))
}

async fn record<P: crate::allowed::Needs>(
    allowed: &Allowed<P>,
    app: &App,
    action: &'static str,
    plan: &Plan,
) -> ApiResult<()> {
    let change = Change::new(action, &plan.title).in_organization(&plan.organization_id);
    let change = change.with(serde_json::json!({ "plan_id": plan.id, "items": plan.items }));
    Ok(app
        .auth
        .record(allowed.caller(), allowed.client(), change)
        .await?)
}

/// What may be changed in an organization
#[derive(Serialize, ToSchema)]
pub struct Actions {
    #[serde(flatten)]
    pub settings: ActionSettings,
    /// Its accounts without a role for changes.
    pub accounts_without_role: Vec<domain::AccountId>,
    /// The caller may make plans here.
    pub may_plan: bool,
    pub may_approve: bool,
    /// As the setting has it, or as follows from who may approve.
    pub needs_another: bool,
}

/// What may be changed in an organization, and what is missing for it
#[utoipa::path(tag = "plans", responses((status = 200, body = Actions)))]
#[get("/organizations/{id}/actions")]
pub async fn read_actions(
    allowed: Allowed<ViewInventory>,
    app: Data<App>,
    id: Path<String>,
) -> ApiResult<Json<Actions>> {
    let id = OrganizationId::from_text(id.into_inner());
    allowed.within(&id)?;
    let found = store::plan::action_settings(&app.db, &id).await?;
    let (settings, roles) = found.ok_or_else(|| ApiError::not_found("organization", &id))?;
    let without = roles
        .into_iter()
        .filter(|role| role.write_role_arn.is_none());
    let may = |permission| allowed.caller().require(permission, Some(&id)).is_ok();
    Ok(Json(Actions {
        settings,
        accounts_without_role: without.map(|role| role.account_id).collect(),
        may_plan: may(Permission::MakePlans),
        may_approve: may(Permission::ApprovePlans),
        needs_another: plans::needs_another(&app.db, &id).await?,
    }))
}

/// Say what may be changed in an organization, and when not
#[utoipa::path(tag = "plans", request_body = ActionSettings, responses((status = 200, body = ActionSettings)))]
#[put("/organizations/{id}/actions")]
pub async fn change_actions(
    allowed: Allowed<ManageAccounts>,
    app: Data<App>,
    id: Path<String>,
    body: Body<ActionSettings>,
) -> ApiResult<Json<ActionSettings>> {
    let id = OrganizationId::from_text(id.into_inner());
    allowed.within(&id)?;
    let Body(settings) = body;
    plans::check_settings(&settings)?;
    if !store::plan::set_action_settings(&app.db, &id, settings.clone()).await? {
        return Err(ApiError::not_found("organization", &id));
    }
    let change = Change::new("organization.actions_changed", id.as_str()).in_organization(&id);
    let change = change.with(serde_json::json!({
        "actions_enabled": settings.actions_enabled, "terminate_enabled": settings.terminate_enabled,
        "own_plans_need_another": settings.own_plans_need_another,
    }));
    app.auth
        .record(allowed.caller(), allowed.client(), change)
        .await?;
    Ok(Json(settings))
}
