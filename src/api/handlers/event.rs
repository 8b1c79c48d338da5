//! Who did what, as CloudTrail has it.

use actix_web::get;
use actix_web::web::{Data, Json, Path};
use domain::listing::Page;
use domain::trail::{EventDetail, EventFilter, KeptEvent};

use crate::allowed::{Allowed, ViewInventory};
use crate::error::{ApiError, ApiResult};
use crate::params::EventParams;
use crate::query::Query;
use crate::state::App;

/// Events of CloudTrail, newest first
///
/// Those about desktops that changed something, or that AWS refused; kept for 400 days, beyond CloudTrail's
/// own 90.
#[utoipa::path(tag = "events", params(EventParams), responses((status = 200, body = Page<KeptEvent>)))]
#[get("/events")]
pub async fn list_events(
    allowed: Allowed<ViewInventory>,
    app: Data<App>,
    mut query: Query,
) -> ApiResult<Json<Page<KeptEvent>>> {
    let scope = query.narrow(allowed.scope())?;
    let filter = EventFilter {
        account_id: query.many("account_id")?,
        region: query.many("region")?,
        workspace_id: query.many("workspace_id")?,
        event_name: query.many("event_name")?,
        user_name: query.many("user_name")?,
        from: query.one("from")?,
        to: query.one("to")?,
        q: query.one("q")?,
    };
    let page = query.page()?;
    query.finish()?;
    Ok(Json(
        store::trail::list(&app.db, &scope, &filter, &page).await?,
    ))
}

/// One event, with all that is kept of it
#[utoipa::path(tag = "events", responses((status = 200, body = EventDetail)))]
#[get("/events/{event_id}")]
pub async fn read_event(
    allowed: Allowed<ViewInventory>,
    app: Data<App>,
    id: Path<String>,
) -> ApiResult<Json<EventDetail>> {
    let found = store::trail::find(&app.db, &allowed.scope(), &id).await?;
    Ok(Json(
        found.ok_or_else(|| ApiError::not_found("event", &*id))?,
    ))
}
