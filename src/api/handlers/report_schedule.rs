//! Reports that are made by themselves: when, of what, about which days.

use actix_web::web::{Data, Json, Path};
use actix_web::{HttpResponse, delete, get, post, put};
use auth::Change;
use domain::listing::Page;
use domain::report_schedule::{NewReportSchedule, ReportSchedule};
use domain::{ReportScheduleId, UtcTime, cron};
use serde_json::json;

use crate::allowed::{Allowed, MakePlans, Needs, ViewInventory};
use crate::body::Body;
use crate::error::{ApiError, ApiResult};
use crate::params::OrganizationPageParams;
use crate::query::Query;
use crate::state::App;

/// Schedules of reports, newest first
#[utoipa::path(
    tag = "reports",
    params(OrganizationPageParams),
    responses((status = 200, body = Page<ReportSchedule>))
)]
#[get("/reports/schedules")]
pub async fn list_report_schedules(
    allowed: Allowed<ViewInventory>,
    app: Data<App>,
    mut query: Query,
) -> ApiResult<Json<Page<ReportSchedule>>> {
    let scope = query.narrow(allowed.scope())?;
    let page = query.page()?;
    query.finish()?;
    let page = store::report_schedule::list(&app.db, &scope, &page).await?;
    Ok(Json(page))
}

/// Have a report made by itself
///
/// Once an hour at most. Without an organization it is about all of them, which only those may order who
/// see all.
#[utoipa::path(
    tag = "reports",
    request_body = NewReportSchedule,
    responses((status = 201, body = ReportSchedule))
)]
#[post("/reports/schedules")]
pub async fn create_report_schedule(
    allowed: Allowed<MakePlans>,
    app: Data<App>,
    body: Body<NewReportSchedule>,
) -> ApiResult<HttpResponse> {
    let Body(new) = body;
    let next = check(&allowed, &app, &new).await?;
    let by = allowed.caller().name();
    let schedule = store::report_schedule::create(&app.db, new, next, by).await?;
    record(&allowed, &app, "report_schedule.created", &schedule).await?;
    Ok(HttpResponse::Created().json(schedule))
}

/// One schedule of a report
#[utoipa::path(tag = "reports", responses((status = 200, body = ReportSchedule)))]
#[get("/reports/schedules/{id}")]
pub async fn read_report_schedule(
    allowed: Allowed<ViewInventory>,
    app: Data<App>,
    id: Path<String>,
) -> ApiResult<Json<ReportSchedule>> {
    Ok(Json(find(&allowed, &app, id.into_inner()).await?))
}

/// Put another schedule in the place of this one
#[utoipa::path(
    tag = "reports",
    request_body = NewReportSchedule,
    responses((status = 200, body = ReportSchedule))
)]
#[put("/reports/schedules/{id}")]
pub async fn change_report_schedule(
    allowed: Allowed<MakePlans>,
    app: Data<App>,
    id: Path<String>,
    body: Body<NewReportSchedule>,
) -> ApiResult<Json<ReportSchedule>> {
    let known = find(&allowed, &app, id.into_inner()).await?;
    let Body(new) = body;
    let next = check(&allowed, &app, &new).await?;
    let schedule = store::report_schedule::update(&app.db, &known.id, new, next).await?;
    let schedule = schedule.ok_or_else(|| ApiError::not_found("report schedule", &known.id))?;
    record(&allowed, &app, "report_schedule.changed", &schedule).await?;
    Ok(Json(schedule))
}

/// Make a report by itself no longer; those that were made stay
#[utoipa::path(tag = "reports", responses((status = 204)))]
#[delete("/reports/schedules/{id}")]
pub async fn delete_report_schedule(
    allowed: Allowed<MakePlans>,
    app: Data<App>,
    id: Path<String>,
) -> ApiResult<HttpResponse> {
    let schedule = find(&allowed, &app, id.into_inner()).await?;
    store::report_schedule::delete(&app.db, &schedule.id).await?;
    record(&allowed, &app, "report_schedule.deleted", &schedule).await?;
    Ok(HttpResponse::NoContent().finish())
}

async fn find<P: Needs>(allowed: &Allowed<P>, app: &App, id: String) -> ApiResult<ReportSchedule> {
    let id = ReportScheduleId::from_text(id);
    let schedule = store::report_schedule::find(&app.db, &allowed.scope(), &id).await?;
    schedule.ok_or_else(|| ApiError::not_found("report schedule", &id))
}

/// Answers when it starts next, where it is switched on.
async fn check<P: Needs>(
    allowed: &Allowed<P>,
    app: &App,
    new: &NewReportSchedule,
) -> ApiResult<Option<UtcTime>> {
    super::report::check(allowed, app, &new.report_type, new.organization_id.as_ref()).await?;
    let next = cron::next_start(&new.cron, &new.time_zone, UtcTime::now())
        .map_err(|error| ApiError::field("cron", error.to_string()))?;
    if !cron::names_one_minute(&new.cron) {
        let message = "a report is made once an hour at most; name one minute: \"0 6 1 * *\"";
        return Err(ApiError::field("cron", message));
    }
    Ok(new.enabled.then_some(next))
}

async fn record<P: Needs>(
    allowed: &Allowed<P>,
    app: &App,
    action: &'static str,
    schedule: &ReportSchedule,
) -> ApiResult<()> {
    let change = Change {
        organization: schedule.organization_id.clone(),
        ..Change::new(action, schedule.id.as_str())
    };
    let change = change.with(json!({
        "report_type": schedule.report_type, "format": schedule.format, "period": schedule.period,
        "cron": schedule.cron, "time_zone": schedule.time_zone, "enabled": schedule.enabled,
    }));
    let (caller, client) = (allowed.caller(), allowed.client());
    Ok(app.auth.record(caller, client, change).await?)
}
