//! Hours of use: of one desktop with what they cost, of many by month, and when people work.

use actix_web::get;
use actix_web::web::{Data, Json, Path};
use domain::UtcTime;
use domain::advice::Estimate;
use domain::listing::Page;
use domain::usage::{Month, SLOTS_A_DAY, SLOTS_AN_HOUR, UsageDay, UsageMonth, weekday_of};
use serde::Serialize;
use store::usage::{MonthFilter, UsageRow};
use utoipa::ToSchema;

use crate::allowed::{Allowed, ViewInventory};
use crate::error::{ApiError, ApiResult};
use crate::params::{HeatParams, UsageDaysParams, UsageParams};
use crate::query::Query;
use crate::state::App;

/// Days that are shown when nothing else is asked for.
const DAYS: i64 = 62;

/// The most months a heat map is made of.
const HEAT_MONTHS: i32 = 13;

#[derive(Serialize, ToSchema)]
pub struct WorkspaceUsage {
    /// Oldest first.
    pub months: Vec<UsageMonth>,
    pub days: Vec<UsageDay>,
    /// What the months cost by the price book; estimates.
    pub estimates: Vec<Estimate>,
}

/// One desktop's hours
#[utoipa::path(tag = "usage", params(UsageDaysParams), responses((status = 200, body = WorkspaceUsage)))]
#[get("/workspaces/{workspace_id}/usage")]
pub async fn read_workspace_usage(
    allowed: Allowed<ViewInventory>,
    app: Data<App>,
    id: Path<String>,
    mut query: Query,
) -> ApiResult<Json<WorkspaceUsage>> {
    let now = UtcTime::now();
    let from = query
        .one::<UtcTime>("from")?
        .unwrap_or(now.plus_days(-DAYS))
        .day();
    let to = query.one::<UtcTime>("to")?.unwrap_or(now).day();
    query.finish()?;
    let scope = allowed.scope();
    let known = store::workspace::find(&app.db, &scope, &id).await?;
    known.ok_or_else(|| ApiError::not_found("desktop", &*id))?;
    Ok(Json(WorkspaceUsage {
        months: store::usage::months_of(&app.db, &scope, &id).await?,
        days: store::usage::days_of(&app.db, &scope, &id, &from, &to).await?,
        estimates: store::recommendation::estimates_of(&app.db, &scope, &id).await?,
    }))
}

/// Hours by desktop and month
///
/// The current month unless `month` names another.
#[utoipa::path(tag = "usage", params(UsageParams), responses((status = 200, body = Page<UsageRow>)))]
#[get("/usage")]
pub async fn list_usage(
    allowed: Allowed<ViewInventory>,
    app: Data<App>,
    mut query: Query,
) -> ApiResult<Json<Page<UsageRow>>> {
    let scope = query.narrow(allowed.scope())?;
    let filter = MonthFilter {
        month: query.one("month")?.unwrap_or(Month::of(UtcTime::now())),
        account_id: query.many("account_id")?,
        q: query.one("q")?,
    };
    let page = query.page()?;
    query.finish()?;
    Ok(Json(
        store::usage::list(&app.db, &scope, &filter, &page).await?,
    ))
}

/// When people work: hours of the week in UTC.
#[derive(Serialize, ToSchema)]
pub struct HeatMap {
    pub from: Month,
    pub to: Month,
    /// Desktops with any data.
    pub desktops: u64,
    /// 7 rows from Monday, 24 hours each: how many desktops were connected, on average of what is known.
    /// Null where nothing is known.
    pub connected: Vec<Vec<Option<f64>>>,
}

/// When people are connected, by weekday and hour
#[utoipa::path(tag = "usage", params(HeatParams), responses((status = 200, body = HeatMap)))]
#[get("/usage/heatmap")]
pub async fn read_heat_map(
    allowed: Allowed<ViewInventory>,
    app: Data<App>,
    mut query: Query,
) -> ApiResult<Json<HeatMap>> {
    let scope = query.narrow(allowed.scope())?;
    let id: Option<String> = query.one("workspace_id")?;
    let months = query.one::<i32>("months")?.unwrap_or(3);
    query.finish()?;
    if !(1..=HEAT_MONTHS).contains(&months) {
        return Err(ApiError::field(
            "months",
            format!("it goes from 1 to {HEAT_MONTHS}"),
        ));
    }
    let to = Month::of(UtcTime::now());
    let from = to.plus(1 - months);
    let counted = store::usage::visit_spans(
        &app.db,
        &scope,
        id.as_deref(),
        (from, to),
        Counted::default(),
        |counted, id, _, watched| {
            if counted.last != id {
                counted.desktops += 1;
                counted.last = id.to_owned();
            }
            count(&mut counted.known, &watched.known);
            count(&mut counted.connected, &watched.connected);
        },
    )
    .await?;
    Ok(Json(counted.map(from, to)))
}

/// Slots by hour of the week.
struct Counted {
    desktops: u64,
    last: String,
    known: [u64; 168],
    connected: [u64; 168],
}

impl Default for Counted {
    fn default() -> Self {
        Self {
            desktops: 0,
            last: String::new(),
            known: [0; 168],
            connected: [0; 168],
        }
    }
}

impl Counted {
    fn map(&self, from: Month, to: Month) -> HeatMap {
        let cell = |hour: usize| {
            (self.known[hour] > 0).then(|| {
                #[allow(clippy::cast_precision_loss)]
                let share = self.connected[hour] as f64 / self.known[hour] as f64;
                #[allow(clippy::cast_precision_loss)]
                let connected = share * self.desktops as f64;
                connected
            })
        };
        HeatMap {
            from,
            to,
            desktops: self.desktops,
            connected: (0..7)
                .map(|day| (0..24).map(|hour| cell(day * 24 + hour)).collect())
                .collect(),
        }
    }
}

fn count(hours: &mut [u64; 168], spans: &domain::usage::Spans) {
    for span in spans.iter() {
        let mut at = span.start;
        while at < span.end {
            let next = ((at / SLOTS_AN_HOUR + 1) * SLOTS_AN_HOUR).min(span.end);
            let hour = weekday_of(at) * 24 + at % SLOTS_A_DAY / SLOTS_AN_HOUR;
            hours[hour as usize] += u64::from(next - at);
            at = next;
        }
    }
}

#[cfg(test)]
#[allow(clippy::single_range_in_vec_init)]
mod tests {
    use super::*;
    use domain::usage::{Spans, slot_of};

    #[test]
    fn slots_fall_into_their_hour_of_the_week() {
        let start = slot_of("2026-11-23T23:30:00Z".parse().unwrap());
        let mut hours = [0; 168];
        count(&mut hours, &Spans::of([start..start + 12]));
        assert_eq!((hours[23], hours[24]), (6, 6));
        assert_eq!(hours.iter().sum::<u64>(), 12);
    }
}
