//! Syncs: starting one, what past ones did, and watching.

use actix_web::http::header;
use actix_web::web::{Data, Json, Path};
use actix_web::{HttpRequest, HttpResponse, get, post};
use auth::Change;
use domain::event::EventBody;
use domain::job::{Job, JobPayload, NewJob};
use domain::listing::Page;
use domain::sync::{ScopeRun, SyncRequest, SyncRun};
use domain::{JobId, OrganizationId, Scope};
use serde::Serialize;
use utoipa::ToSchema;

use crate::allowed::{Allowed, RunSync, ViewInventory};
use crate::body::Body;
use crate::error::{ApiError, ApiResult};
use crate::params::OrganizationPageParams;
use crate::query::Query;
use crate::sse;
use crate::state::App;

#[derive(Serialize, ToSchema)]
pub struct RunDetail {
    pub run: SyncRun,
    pub scopes: Vec<ScopeRun>,
}

/// Start a sync
///
/// Without ids: everything the caller may sync. For somebody who is no global admin and names, or
/// belongs to, several organizations, one job is queued for each; the first is answered.
#[utoipa::path(tag = "sync", request_body = SyncRequest, responses((status = 202, body = Job)))]
#[post("/sync/trigger")]
pub async fn trigger_sync(
    allowed: Allowed<RunSync>,
    app: Data<App>,
    body: Body<SyncRequest>,
) -> ApiResult<HttpResponse> {
    let requests = split_by_organization(&allowed, &app, body.0).await?;
    let mut first: Option<Job> = None;
    for (organization_id, request) in requests {
        let new = NewJob {
            payload: JobPayload::Sync(request),
            organization_id: organization_id.clone(),
            trigger: super::job::trigger(allowed.who()).to_owned(),
            requested_by: Some(allowed.caller().name().to_owned()),
        };
        let job = store::job::enqueue(&app.db, new).await?;
        let change = Change {
            organization: organization_id,
            ..Change::new("sync.requested", "sync")
        };
        let change = change.with(serde_json::json!({ "job_id": job.id }));
        app.auth
            .record(allowed.caller(), allowed.client(), change)
            .await?;
        first.get_or_insert(job);
    }
    let job =
        first.ok_or_else(|| ApiError::field("organization_ids", "there is nothing to sync"))?;
    Ok(HttpResponse::Accepted().json(job))
}

/// A job is seen by one organization or by global admins only, so what others ask for is queued
/// for each organization apart.
async fn split_by_organization(
    allowed: &Allowed<RunSync>,
    app: &App,
    request: SyncRequest,
) -> ApiResult<Vec<(Option<OrganizationId>, SyncRequest)>> {
    for organization in &request.organization_ids {
        allowed.within(organization)?;
        let known = store::organization::find(&app.db, &allowed.scope(), organization).await?;
        known.ok_or_else(|| ApiError::not_found("organization", organization))?;
    }
    let mut by_organization: Vec<(OrganizationId, SyncRequest)> = Vec::new();
    for id in &request.account_ids {
        let account = store::account::find(&app.db, allowed.caller().scope(), id).await?;
        let account = account.ok_or_else(|| ApiError::not_found("account", id))?;
        allowed.within(&account.organization_id)?;
        let owner = account.organization_id;
        match by_organization
            .iter_mut()
            .find(|(known, _)| *known == owner)
        {
            Some((_, part)) => part.account_ids.push(id.clone()),
            None => by_organization.push((
                owner,
                SyncRequest {
                    account_ids: vec![id.clone()],
                    with: request.with.clone(),
                    ..SyncRequest::default()
                },
            )),
        }
    }
    let wanted = match (allowed.scope(), request.organization_ids.as_slice()) {
        (Scope::All, named) if named.len() + by_organization.len() != 1 => {
            return Ok(vec![(None, request)]);
        }
        (Scope::Organizations(all), []) if by_organization.is_empty() => all.into_iter().collect(),
        (_, named) => named.to_vec(),
    };
    let with = request.with;
    let whole = wanted.into_iter().map(|organization| {
        let part = SyncRequest {
            organization_ids: vec![organization.clone()],
            with: with.clone(),
            ..SyncRequest::default()
        };
        (organization, part)
    });
    let parts = whole.chain(by_organization);
    Ok(parts
        .map(|(organization, part)| (Some(organization), part))
        .collect())
}

/// Past and running syncs, newest first
#[utoipa::path(
    tag = "sync",
    params(OrganizationPageParams),
    responses((status = 200, body = Page<SyncRun>))
)]
#[get("/sync/history")]
pub async fn list_sync_runs(
    allowed: Allowed<ViewInventory>,
    app: Data<App>,
    mut query: Query,
) -> ApiResult<Json<Page<SyncRun>>> {
    let scope = query.narrow(allowed.scope())?;
    let page = query.page()?;
    query.finish()?;
    Ok(Json(store::sync::history(&app.db, &scope, &page).await?))
}

/// One sync with all its scopes
#[utoipa::path(tag = "sync", responses((status = 200, body = RunDetail)))]
#[get("/sync/history/{run_id}")]
pub async fn read_sync_run(
    allowed: Allowed<ViewInventory>,
    app: Data<App>,
    run_id: Path<String>,
) -> ApiResult<Json<RunDetail>> {
    let id = JobId::from_text(run_id.into_inner());
    let scope = allowed.scope();
    let run = store::sync::find_run(&app.db, &scope, &id).await?;
    let run = run.ok_or_else(|| ApiError::not_found("sync", &id))?;
    let scopes = store::sync::scopes(&app.db, &scope, &id).await?;
    Ok(Json(RunDetail { run, scopes }))
}

/// Live events
///
/// Server-sent events: `event` is the type and `data` the data of an event body. A comment comes
/// every 15 seconds. The stream ends with the session.
#[utoipa::path(
    tag = "sync",
    responses((status = 200, body = EventBody, content_type = "text/event-stream"))
)]
#[get("/sync/stream")]
pub async fn stream_events(
    allowed: Allowed<ViewInventory>,
    app: Data<App>,
    request: HttpRequest,
    query: Query,
) -> ApiResult<HttpResponse> {
    query.finish()?;
    let missed = request
        .headers()
        .contains_key(header::HeaderName::from_static("last-event-id"));
    sse::answer(&app, allowed.who().clone(), missed)
}
