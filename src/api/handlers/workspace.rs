//! Desktops: the list, one with its history, counts for filters, and exports.

use actix_web::http::header;
use actix_web::web::{Bytes, Data, Json, Path};
use actix_web::{HttpRequest, HttpResponse, get};
use domain::UtcTime;
use domain::listing::Page;
use domain::workspace::{Workspace, WorkspaceDetail};
use store::workspace::Facets;

use crate::allowed::{Allowed, ViewInventory};
use crate::answer_cache::{Answer, AnswerCache};
use crate::error::{ApiError, ApiResult};
use crate::export::{self, Format};
use crate::params::{ExportParams, WorkspaceFilterParams, WorkspaceParams};
use crate::query::Query;
use crate::state::App;

/// List desktops
///
/// Alternatives within a filter are repeated or separated by commas; filters narrow each other.
/// `tag.KEY=VALUE` filters by tag, `tag.KEY=` by having it.
#[utoipa::path(
    tag = "workspaces",
    params(WorkspaceParams),
    responses((status = 200, body = Page<Workspace>), (status = 304, description = "Unchanged since the ETag sent"))
)]
#[get("/workspaces")]
pub async fn list_workspaces(
    allowed: Allowed<ViewInventory>,
    app: Data<App>,
    request: HttpRequest,
) -> ApiResult<HttpResponse> {
    let scope = allowed.scope();
    let key = AnswerCache::key(&scope, request.query_string());
    // Taken before reading: an answer is never kept for data newer than its own.
    let version = app.db.data_version();
    if let Some(answer) = app.answers.get(&key, version) {
        return Ok(with_etag(&request, &answer));
    }
    let mut query = Query::parse(request.query_string());
    let (filter, page) = (query.workspace_filter()?, query.page()?);
    query.finish()?;
    let page = store::workspace::list(&app.db, &scope, &filter, &page).await?;
    let body = serde_json::to_vec(&page).map_err(ApiError::internal)?;
    Ok(with_etag(
        &request,
        &app.answers.put(key, version, Bytes::from(body)),
    ))
}

fn with_etag(request: &HttpRequest, answer: &Answer) -> HttpResponse {
    let text = |name| {
        request
            .headers()
            .get(name)
            .and_then(|value| value.to_str().ok())
    };
    let opaque = |tag: &str| tag.trim().trim_start_matches("W/").to_owned();
    let known = text(header::IF_NONE_MATCH);
    let unchanged = known.is_some_and(|list| {
        list.split(',')
            .any(|tag| opaque(tag) == opaque(&answer.etag))
    });
    let mut response = if unchanged {
        HttpResponse::NotModified()
    } else {
        HttpResponse::Ok()
    };
    response.insert_header((header::ETAG, &*answer.etag));
    response.insert_header((header::CACHE_CONTROL, "private, no-cache"));
    response.insert_header((header::VARY, "accept-encoding"));
    if unchanged {
        return response.finish();
    }
    response.insert_header((header::CONTENT_TYPE, "application/json"));
    if text(header::ACCEPT_ENCODING).is_some_and(takes_gzip) {
        response.insert_header((header::CONTENT_ENCODING, "gzip"));
        return response.body(answer.gzip());
    }
    response.body(answer.body.clone())
}

fn takes_gzip(accepted: &str) -> bool {
    accepted.split(',').any(|part| {
        let (name, quality) = part.split_once(';').unwrap_or((part, ""));
        name.trim().eq_ignore_ascii_case("gzip") && !matches!(quality.trim(), "q=0" | "q=0.0")
    })
}

/// Read a desktop with its history
#[utoipa::path(tag = "workspaces", responses((status = 200, body = WorkspaceDetail)))]
#[get("/workspaces/{id}")]
pub async fn read_workspace(
    allowed: Allowed<ViewInventory>,
    app: Data<App>,
    id: Path<String>,
) -> ApiResult<Json<WorkspaceDetail>> {
    let found = store::workspace::find(&app.db, &allowed.scope(), &id).await?;
    Ok(Json(
        found.ok_or_else(|| ApiError::not_found("workspace", &id))?,
    ))
}

/// Count the values of each filter
#[utoipa::path(
    tag = "workspaces",
    params(WorkspaceFilterParams),
    responses((status = 200, body = Facets))
)]
#[get("/workspaces/facets")]
pub async fn count_workspaces(
    allowed: Allowed<ViewInventory>,
    app: Data<App>,
    mut query: Query,
) -> ApiResult<Json<Facets>> {
    let filter = query.workspace_filter()?;
    query.finish()?;
    Ok(Json(
        store::workspace::facets(&app.db, &allowed.scope(), &filter).await?,
    ))
}

/// Export every desktop that matches
#[utoipa::path(
    tag = "workspaces",
    params(ExportParams),
    responses(
        (status = 200, body = [Workspace], content_type = "application/json"),
        (status = 200, body = String, content_type = "text/csv")
    )
)]
#[get("/workspaces/export")]
pub async fn export_workspaces(
    allowed: Allowed<ViewInventory>,
    app: Data<App>,
    mut query: Query,
) -> ApiResult<HttpResponse> {
    let format = query.one::<Format>("format")?.unwrap_or(Format::Csv);
    let (filter, sort) = (query.workspace_filter()?, query.sort()?);
    query.finish()?;
    let mut rows = store::workspace::export(&app.db, &allowed.scope(), &filter, sort);
    // The first batch is read here, so that a wrong sort is an error answer and not a broken file.
    let first = rows.next_batch().await?;
    let name = format!("workspaces-{}.{}", UtcTime::now().day(), format.extension());
    Ok(HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, format.content_type()))
        .insert_header((
            header::CONTENT_DISPOSITION,
            format!("attachment; filename=\"{name}\""),
        ))
        .streaming(export::stream(format, first, rows)))
}
