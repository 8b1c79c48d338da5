//! Settings a global admin may change while the server runs, and the schedules that follow them.

use actix_web::web::{Data, Json};
use actix_web::{get, put};
use auth::Change;
use domain::job::Schedule;
use domain::notice::NotificationStatus;
use domain::setting::{ConfigurationItem, Settings, SyncSchedule};
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;

use crate::allowed::{Allowed, ManageInstallation, ViewInventory};
use crate::body::Body;
use crate::error::{ApiError, ApiResult};
use crate::state::App;

/// The longest spread of a schedule's starts.
const MOST_JITTER_SECONDS: u32 = 3600;

/// Read the settings
#[utoipa::path(tag = "settings", responses((status = 200, body = Settings)))]
#[get("/settings")]
pub async fn read_settings(_: Allowed<ViewInventory>, app: Data<App>) -> ApiResult<Json<Settings>> {
    Ok(Json(store::setting::load(&app.db).await?))
}

/// Change the settings; the scheduler follows at once
#[utoipa::path(tag = "settings", request_body = Settings, responses((status = 200, body = Settings)))]
#[put("/settings")]
pub async fn change_settings(
    allowed: Allowed<ManageInstallation>,
    app: Data<App>,
    body: Body<Settings>,
) -> ApiResult<Json<Settings>> {
    let Body(settings) = body;
    check("sync_schedule", &settings.sync_schedule)?;
    check("costs_schedule", &settings.costs_schedule)?;
    store::setting::save(&app.db, &settings).await?;
    let change = Change::new("settings.changed", "settings").with(json!(settings));
    app.auth
        .record(allowed.caller(), allowed.client(), change)
        .await?;
    Ok(Json(settings))
}

fn check(field: &str, schedule: &SyncSchedule) -> ApiResult<()> {
    domain::cron::validate(&schedule.cron, &schedule.time_zone)
        .map_err(|error| ApiError::field(field, error.to_string()))?;
    if schedule.jitter_seconds > MOST_JITTER_SECONDS {
        let message = format!("at most {MOST_JITTER_SECONDS} seconds");
        return Err(ApiError::field(&format!("{field}.jitter_seconds"), message));
    }
    Ok(())
}

#[derive(Serialize, ToSchema)]
pub struct Configuration {
    pub items: Vec<ConfigurationItem>,
}

/// What the process was started with: each value, its default, its source and its effect
#[utoipa::path(tag = "settings", responses((status = 200, body = Configuration)))]
#[get("/configuration")]
pub async fn read_configuration(
    _: Allowed<ManageInstallation>,
    app: Data<App>,
) -> Json<Configuration> {
    Json(Configuration {
        items: app.configuration.clone(),
    })
}

/// How telling other systems of plans goes
///
/// Whether a webhook is configured, where it goes, and what became of the notices since the process started.
#[utoipa::path(tag = "settings", responses((status = 200, body = NotificationStatus)))]
#[get("/settings/notifications")]
pub async fn read_notifications(
    _: Allowed<ManageInstallation>,
    app: Data<App>,
) -> Json<NotificationStatus> {
    Json(app.health.notifications())
}

/// When jobs start by themselves
#[utoipa::path(tag = "settings", responses((status = 200, body = [Schedule])))]
#[get("/schedules")]
pub async fn list_schedules(
    _: Allowed<ViewInventory>,
    app: Data<App>,
) -> ApiResult<Json<Vec<Schedule>>> {
    Ok(Json(store::schedule::list(&app.db).await?))
}
