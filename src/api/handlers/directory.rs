//! Directories and bundles: what desktops are registered with and made from.

use actix_web::get;
use actix_web::web::{Data, Json};
use domain::directory::{Bundle, Directory};
use domain::listing::Page;

use crate::allowed::{Allowed, ViewInventory};
use crate::error::ApiResult;
use crate::params::StockParams;
use crate::query::Query;
use crate::state::App;

/// List directories
#[utoipa::path(
    tag = "workspaces",
    params(StockParams),
    responses((status = 200, body = Page<Directory>))
)]
#[get("/directories")]
pub async fn list_directories(
    allowed: Allowed<ViewInventory>,
    app: Data<App>,
    mut query: Query,
) -> ApiResult<Json<Page<Directory>>> {
    let scope = query.narrow(allowed.scope())?;
    let (filter, page) = (query.stock_filter()?, query.page()?);
    query.finish()?;
    Ok(Json(
        store::directory::list(&app.db, &scope, &filter, &page).await?,
    ))
}

/// List bundles
#[utoipa::path(
    tag = "workspaces",
    params(StockParams),
    responses((status = 200, body = Page<Bundle>))
)]
#[get("/bundles")]
pub async fn list_bundles(
    allowed: Allowed<ViewInventory>,
    app: Data<App>,
    mut query: Query,
) -> ApiResult<Json<Page<Bundle>>> {
    let scope = query.narrow(allowed.scope())?;
    let (filter, page) = (query.stock_filter()?, query.page()?);
    query.finish()?;
    Ok(Json(
        store::bundle::list(&app.db, &scope, &filter, &page).await?,
    ))
}
