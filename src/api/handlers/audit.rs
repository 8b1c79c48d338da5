//! The audit log.

use actix_web::get;
use actix_web::web::{Data, Json};
use domain::audit::AuditEntry;
use domain::listing::Page;

use crate::allowed::{Allowed, ViewAudit};
use crate::error::ApiResult;
use crate::params::OrganizationPageParams;
use crate::query::Query;
use crate::state::App;

/// Who did what, newest first
#[utoipa::path(
    tag = "audit",
    params(OrganizationPageParams),
    responses((status = 200, body = Page<AuditEntry>))
)]
#[get("/audit")]
pub async fn list_audit(
    allowed: Allowed<ViewAudit>,
    app: Data<App>,
    mut query: Query,
) -> ApiResult<Json<Page<AuditEntry>>> {
    let scope = query.narrow(allowed.scope())?;
    let page = query.page()?;
    query.finish()?;
    Ok(Json(store::audit::list(&app.db, &scope, &page).await?))
}
