//! Background work: what is queued, what runs, what came of it.

use actix_web::web::{Data, Json, Path};
use actix_web::{get, post};
use auth::Change;
use domain::job::{Job, JobState};
use domain::listing::Page;
use domain::{ErrorCode, JobId};
use store::job::JobFilter;

use crate::allowed::{Allowed, RunSync, ViewInventory};
use crate::error::{ApiError, ApiResult};
use crate::guard::Who;
use crate::params::JobParams;
use crate::query::Query;
use crate::shown::Shown;
use crate::state::App;

/// How a job says it was started. Browsers have cookies, programs tokens, the CLI the socket.
pub fn trigger(who: &Who) -> &'static str {
    match who {
        Who::Control(_) => "cli",
        Who::LoggedIn(session) if session.is_browser() => "button",
        _ => "api",
    }
}

/// List jobs
#[utoipa::path(tag = "jobs", params(JobParams), responses((status = 200, body = Page<Job>)))]
#[get("/jobs")]
pub async fn list_jobs(
    allowed: Allowed<ViewInventory>,
    app: Data<App>,
    mut query: Query,
) -> ApiResult<Json<Page<Job>>> {
    let scope = query.narrow(allowed.scope())?;
    let filter = JobFilter {
        kind: query.many("kind")?,
        state: query.many("state")?,
    };
    let page = query.page()?;
    query.finish()?;
    if let Some(state) = filter
        .state
        .iter()
        .find(|text| JobState::from_text(text).is_none())
    {
        let known = JobState::ALL.map(JobState::as_str).join(", ");
        let message = format!("unknown job state {state:?}; the states are {known}");
        return Err(ApiError::new(ErrorCode::InvalidFilter, message));
    }
    let mut page = store::job::list(&app.db, &scope, &filter, &page).await?;
    page.items = page.items.shown_to(allowed.caller());
    Ok(Json(page))
}

/// Read a job
#[utoipa::path(tag = "jobs", responses((status = 200, body = Job)))]
#[get("/jobs/{id}")]
pub async fn read_job(
    allowed: Allowed<ViewInventory>,
    app: Data<App>,
    id: Path<String>,
) -> ApiResult<Json<Job>> {
    let id = JobId::from_text(id.into_inner());
    let job = store::job::find(&app.db, &allowed.scope(), &id).await?;
    let job = job.ok_or_else(|| ApiError::not_found("job", &id))?;
    Ok(Json(job.shown_to(allowed.caller())))
}

/// Ask a job to stop
#[utoipa::path(tag = "jobs", responses((status = 200, body = Job)))]
#[post("/jobs/{id}/cancel")]
pub async fn cancel_job(
    allowed: Allowed<RunSync>,
    app: Data<App>,
    id: Path<String>,
) -> ApiResult<Json<Job>> {
    let id = JobId::from_text(id.into_inner());
    let missing = || ApiError::not_found("job", &id);
    let job = store::job::find(&app.db, allowed.caller().scope(), &id)
        .await?
        .ok_or_else(missing)?;
    if let Some(organization) = &job.organization_id {
        allowed.within(organization)?;
    }
    let cancelled = store::job::request_cancel(&app.db, &allowed.scope(), &id).await?;
    let job = cancelled.ok_or_else(missing)?;
    let change = Change {
        organization: job.organization_id.clone(),
        ..Change::new("job.cancelled", job.payload.kind())
    };
    let change = change.with(serde_json::json!({ "job_id": job.id }));
    app.auth
        .record(allowed.caller(), allowed.client(), change)
        .await?;
    Ok(Json(job.shown_to(allowed.caller())))
}
