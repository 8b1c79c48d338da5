//! Lists that people gave a name, for themselves or for their organization.

use actix_web::web::{Data, Json, Path};
use actix_web::{HttpResponse, delete, get, patch, post, put};
use auth::Change;
use domain::saved_view::{MOST_NAME, MOST_SEARCH, NewView, SavedView, ViewChange, Visibility};
use domain::{ErrorCode, OrganizationId, ViewId};
use serde::{Deserialize, Serialize};
use store::saved_view::ViewText;
use utoipa::ToSchema;

use crate::allowed::{Allowed, ViewInventory};
use crate::body::Body;
use crate::error::{ApiError, ApiResult};
use crate::params::ViewParams;
use crate::query::Query;
use crate::state::App;

#[derive(Serialize, ToSchema)]
pub struct Views {
    pub items: Vec<SavedView>,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DefaultView {
    pub default: bool,
}

/// List the saved views of a page: mine, and those of my organizations
#[utoipa::path(tag = "views", params(ViewParams), responses((status = 200, body = Views)))]
#[get("/views")]
pub async fn list_views(
    allowed: Allowed<ViewInventory>,
    app: Data<App>,
    mut query: Query,
) -> ApiResult<Json<Views>> {
    let page = query.one::<String>("page")?;
    query.finish()?;
    let page = page.ok_or_else(|| {
        ApiError::new(ErrorCode::InvalidFilter, "say which page: page=workspaces")
    })?;
    let scope = allowed.scope();
    let views = store::saved_view::list(&app.db, allowed.person("views")?, &scope, &page).await?;
    let shown = views.into_iter().map(|view| shown(&allowed, view));
    Ok(Json(Views {
        items: shown.collect(),
    }))
}

/// Save a view
#[utoipa::path(tag = "views", request_body = NewView, responses((status = 201, body = SavedView)))]
#[post("/views")]
pub async fn create_view(
    allowed: Allowed<ViewInventory>,
    app: Data<App>,
    body: Body<NewView>,
) -> ApiResult<HttpResponse> {
    let Body(new) = body;
    if new.page.is_empty() || !new.page.chars().all(|c| c.is_ascii_lowercase() || c == '-') {
        return Err(ApiError::field(
            "page",
            "a page's name is lower case: workspaces",
        ));
    }
    let text = ViewText {
        page: new.page,
        name: checked_name(&new.name)?,
        search: checked_search(new.search)?,
        organization_id: shared_with(&allowed, new.visibility, new.organization_id)?,
    };
    let view = store::saved_view::create(&app.db, allowed.person("views")?, text).await?;
    record(&allowed, &app, "view.created", &view).await?;
    Ok(HttpResponse::Created().json(shown(&allowed, view)))
}

/// Change a view
#[utoipa::path(tag = "views", request_body = ViewChange, responses((status = 200, body = SavedView)))]
#[patch("/views/{view_id}")]
pub async fn change_view(
    allowed: Allowed<ViewInventory>,
    app: Data<App>,
    id: Path<String>,
    body: Body<ViewChange>,
) -> ApiResult<Json<SavedView>> {
    let (view, Body(change)) = (changeable(&allowed, &app, &id).await?, body);
    let organization_id = if change.visibility.is_none() && change.organization_id.is_none() {
        view.organization_id.clone()
    } else {
        let visibility = change.visibility.unwrap_or(view.visibility);
        let organization = change.organization_id.or(view.organization_id.clone());
        shared_with(&allowed, visibility, organization)?
    };
    let text = ViewText {
        name: change
            .name
            .as_deref()
            .map_or(Ok(view.name.clone()), checked_name)?,
        search: change
            .search
            .map_or(Ok(view.search.clone()), checked_search)?,
        page: view.page.clone(),
        organization_id,
    };
    let view =
        store::saved_view::replace(&app.db, allowed.person("views")?, &view.id, text).await?;
    record(&allowed, &app, "view.changed", &view).await?;
    Ok(Json(shown(&allowed, view)))
}

/// Open a page with this view, or no longer
#[utoipa::path(tag = "views", request_body = DefaultView, responses((status = 200, body = SavedView)))]
#[put("/views/{view_id}/default")]
pub async fn set_default_view(
    allowed: Allowed<ViewInventory>,
    app: Data<App>,
    id: Path<String>,
    body: Body<DefaultView>,
) -> ApiResult<Json<SavedView>> {
    let view = visible(&allowed, &app, &id).await?;
    let view =
        store::saved_view::set_default(&app.db, allowed.person("views")?, &view, body.0.default)
            .await?;
    Ok(Json(shown(&allowed, view)))
}

/// Delete a view
#[utoipa::path(tag = "views", responses((status = 204, description = "It is gone")))]
#[delete("/views/{view_id}")]
pub async fn delete_view(
    allowed: Allowed<ViewInventory>,
    app: Data<App>,
    id: Path<String>,
) -> ApiResult<HttpResponse> {
    let view = changeable(&allowed, &app, &id).await?;
    if !store::saved_view::delete(&app.db, &view.id).await? {
        return Err(ApiError::not_found("view", &view.id));
    }
    record(&allowed, &app, "view.deleted", &view).await?;
    Ok(HttpResponse::NoContent().finish())
}

async fn visible(allowed: &Allowed<ViewInventory>, app: &App, id: &str) -> ApiResult<SavedView> {
    let id = ViewId::from_text(id);
    store::saved_view::find(&app.db, allowed.person("views")?, &allowed.scope(), &id)
        .await?
        .ok_or_else(|| ApiError::not_found("view", &id))
}

async fn changeable(allowed: &Allowed<ViewInventory>, app: &App, id: &str) -> ApiResult<SavedView> {
    let view = visible(allowed, app, id).await?;
    if may_change(allowed, &view) {
        return Ok(view);
    }
    Err(ApiError::new(
        ErrorCode::Forbidden,
        format!(
            "this view belongs to {}; save a copy of it",
            view.owner_name
        ),
    ))
}

/// One's own; of an organization also whoever may share there.
fn may_change(allowed: &Allowed<ViewInventory>, view: &SavedView) -> bool {
    let caller = allowed.caller();
    caller.user_id() == Some(&view.owner_id)
        || view.organization_id.as_ref().is_some_and(|organization| {
            caller.may(domain::Permission::SaveQueries, Some(organization))
        })
}

fn shown(allowed: &Allowed<ViewInventory>, view: SavedView) -> SavedView {
    SavedView {
        may_change: may_change(allowed, &view),
        ..view
    }
}

/// The organization that sees it; `None` for a private view.
fn shared_with(
    allowed: &Allowed<ViewInventory>,
    visibility: Visibility,
    organization: Option<OrganizationId>,
) -> ApiResult<Option<OrganizationId>> {
    if visibility == Visibility::Private {
        return Ok(None);
    }
    let organization = organization
        .ok_or_else(|| ApiError::field("organization_id", "say whose everyone sees it"))?;
    allowed.within(&organization)?;
    allowed
        .caller()
        .require(domain::Permission::SaveQueries, Some(&organization))?;
    Ok(Some(organization))
}

fn checked_name(name: &str) -> ApiResult<String> {
    let name = name.trim();
    if name.is_empty() || name.chars().count() > MOST_NAME {
        let message = format!("a name has 1 to {MOST_NAME} characters");
        return Err(ApiError::field("name", message));
    }
    Ok(name.to_owned())
}

fn checked_search(search: String) -> ApiResult<String> {
    if search.chars().count() > MOST_SEARCH {
        let message = format!("at most {MOST_SEARCH} characters");
        return Err(ApiError::field("search", message));
    }
    Ok(search)
}

async fn record(
    allowed: &Allowed<ViewInventory>,
    app: &App,
    what: &'static str,
    view: &SavedView,
) -> ApiResult<()> {
    let change = Change {
        organization: view.organization_id.clone(),
        ..Change::new(what, &view.name)
    };
    let change = change.with(serde_json::json!({ "view_id": view.id, "page": view.page }));
    Ok(app
        .auth
        .record(allowed.caller(), allowed.client(), change)
        .await?)
}
