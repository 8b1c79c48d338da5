//! The first page.

use actix_web::get;
use actix_web::web::{Data, Json};
use domain::dashboard::Dashboard;

use crate::allowed::{Allowed, ViewInventory};
use crate::error::ApiResult;
use crate::params::OrganizationParams;
use crate::query::Query;
use crate::state::App;

/// Counts, trend, changes and failures
#[utoipa::path(
    tag = "dashboard",
    params(OrganizationParams),
    responses((status = 200, body = Dashboard))
)]
#[get("/dashboard")]
pub async fn read_dashboard(
    allowed: Allowed<ViewInventory>,
    app: Data<App>,
    mut query: Query,
) -> ApiResult<Json<Dashboard>> {
    let scope = query.narrow(allowed.scope())?;
    query.finish()?;
    Ok(Json(store::dashboard::load(&app.db, &scope).await?))
}
