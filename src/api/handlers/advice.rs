//! What to change: recommendations, what they add up to, what-if, the back-test, AWS's own report.

use actix_web::web::{Data, Json};
use actix_web::{HttpResponse, get, post};
use auth::Change;
use costs::backtest::Backtest;
use costs::what_if::{WhatIf, WhatIfAnswer};
use domain::advice::{AdviceTotals, Recommendation};
use domain::listing::Page;
use domain::usage::Month;
use domain::{OrganizationId, UtcTime};
use store::recommendation::{EstimateGroup, EstimateSum, RecommendationFilter};

use crate::allowed::{Allowed, RunSync, ViewInventory};
use crate::body::Body;
use crate::csv;
use crate::error::{ApiError, ApiResult};
use crate::params::{
    BacktestParams, EstimateParams, OrganizationParams, ParityParams, RecommendationParams,
};
use crate::query::Query;
use crate::state::App;

/// Cost Explorer shows as many.
const MOST_MONTHS: i32 = 13;

/// Recommendations, the largest saving first
#[utoipa::path(
    tag = "costs",
    params(RecommendationParams),
    responses((status = 200, body = Page<Recommendation>))
)]
#[get("/recommendations")]
pub async fn list_recommendations(
    allowed: Allowed<ViewInventory>,
    app: Data<App>,
    mut query: Query,
) -> ApiResult<Json<Page<Recommendation>>> {
    let filter = RecommendationFilter {
        organization_id: query
            .many::<String>("organization_id")?
            .into_iter()
            .map(OrganizationId::from_text)
            .collect(),
        account_id: query.many("account_id")?,
        workspace_id: query.many("workspace_id")?,
        kind: query.many("kind")?,
        confidence: query.many("confidence")?,
    };
    let page = query.page()?;
    query.finish()?;
    let scope = allowed.scope();
    Ok(Json(
        store::recommendation::list(&app.db, &scope, &filter, &page).await?,
    ))
}

/// What all recommendations add up to
#[utoipa::path(
    tag = "costs",
    params(OrganizationParams),
    responses((status = 200, body = AdviceTotals))
)]
#[get("/recommendations/summary")]
pub async fn read_advice_totals(
    allowed: Allowed<ViewInventory>,
    app: Data<App>,
    mut query: Query,
) -> ApiResult<Json<AdviceTotals>> {
    let scope = query.narrow(allowed.scope())?;
    query.finish()?;
    let mut all = AdviceTotals::default();
    for one in store::recommendation::totals(&app.db, &scope).await? {
        costs::add(&mut all, &one);
    }
    Ok(Json(all))
}

/// Work estimates and recommendations out anew
#[utoipa::path(
    tag = "costs",
    params(OrganizationParams),
    responses((status = 200, body = AdviceTotals))
)]
#[post("/recommendations/refresh")]
pub async fn refresh_recommendations(
    allowed: Allowed<RunSync>,
    app: Data<App>,
    mut query: Query,
) -> ApiResult<Json<AdviceTotals>> {
    let scope = query.narrow(allowed.scope())?;
    query.finish()?;
    let totals = costs::refresh(&app.db, &scope, UtcTime::now()).await?;
    let change = Change::new("recommendations.refreshed", "recommendations");
    app.auth
        .record(allowed.caller(), allowed.client(), change)
        .await?;
    Ok(Json(totals))
}

/// What it would cost if desktops ran otherwise
#[utoipa::path(tag = "costs", request_body = WhatIf, responses((status = 200, body = WhatIfAnswer)))]
#[post("/recommendations/what-if")]
pub async fn ask_what_if(
    allowed: Allowed<ViewInventory>,
    app: Data<App>,
    body: Body<WhatIf>,
) -> ApiResult<Json<WhatIfAnswer>> {
    let Body(question) = body;
    if let Some(id) = &question.organization_id {
        allowed.within(id)?;
    }
    if let Some(mode) = &question.running_mode
        && !matches!(mode.as_str(), "AUTO_STOP" | "ALWAYS_ON")
    {
        return Err(ApiError::field(
            "running_mode",
            "it is AUTO_STOP or ALWAYS_ON",
        ));
    }
    if question
        .timeout_hours
        .is_some_and(|hours| !(1..=48).contains(&hours))
    {
        return Err(ApiError::field(
            "timeout_hours",
            "it goes from 1 to 48 whole hours",
        ));
    }
    let now = UtcTime::now();
    Ok(Json(
        costs::what_if::what_if(&app.db, &allowed.scope(), question, now).await?,
    ))
}

/// What our advice, AWS's rule and doing nothing would have cost
#[utoipa::path(tag = "costs", params(BacktestParams), responses((status = 200, body = Backtest)))]
#[get("/recommendations/backtest")]
pub async fn read_backtest(
    allowed: Allowed<ViewInventory>,
    app: Data<App>,
    mut query: Query,
) -> ApiResult<Json<Backtest>> {
    let scope = query.narrow(allowed.scope())?;
    let months = months(&mut query)?;
    query.finish()?;
    let now = UtcTime::now();
    Ok(Json(
        costs::backtest::backtest(&app.db, &scope, months, now).await?,
    ))
}

fn months(query: &mut Query) -> ApiResult<i32> {
    let months = query.one::<i32>("months")?.unwrap_or(12);
    if (1..=MOST_MONTHS).contains(&months) {
        Ok(months)
    } else {
        Err(ApiError::field(
            "months",
            format!("it goes from 1 to {MOST_MONTHS}"),
        ))
    }
}

/// The report that AWS's Cost Optimizer for WorkSpaces would write, as CSV
#[utoipa::path(
    tag = "costs",
    params(ParityParams),
    responses((status = 200, body = String, content_type = "text/csv"))
)]
#[get("/recommendations/parity")]
pub async fn read_parity(
    allowed: Allowed<ViewInventory>,
    app: Data<App>,
    mut query: Query,
) -> ApiResult<HttpResponse> {
    let scope = query.narrow(allowed.scope())?;
    let now = UtcTime::now();
    let month = query.one("month")?.unwrap_or(Month::of(now));
    let month_end = query.flag("month_end")?.unwrap_or(false);
    query.finish()?;
    let rows = costs::peer::report(&app.db, &scope, month, month_end, now).await?;
    let mut out = Vec::new();
    csv::write_record(&mut out, costs::peer::COLUMNS);
    for row in &rows {
        csv::write_record(&mut out, row.iter().map(String::as_str));
    }
    Ok(HttpResponse::Ok()
        .content_type("text/csv; charset=utf-8")
        .body(out))
}

/// What desktops cost by month, by the price book and their hours
#[utoipa::path(tag = "costs", params(EstimateParams), responses((status = 200, body = [EstimateSum])))]
#[get("/costs/estimates")]
pub async fn list_estimates(
    allowed: Allowed<ViewInventory>,
    app: Data<App>,
    mut query: Query,
) -> ApiResult<Json<Vec<EstimateSum>>> {
    let scope = query.narrow(allowed.scope())?;
    let months = months(&mut query)?;
    let by: Option<String> = query.one("group_by")?;
    query.finish()?;
    let group = match by.as_deref() {
        None | Some("organization") => EstimateGroup::Organization,
        Some("account") => EstimateGroup::Account,
        Some("running_mode") => EstimateGroup::RunningMode,
        Some("compute_type") => EstimateGroup::ComputeType,
        Some(_) => {
            let known = "it is organization, account, running_mode or compute_type";
            return Err(ApiError::field("group_by", known));
        }
    };
    let from = Month::of(UtcTime::now()).plus(1 - months);
    Ok(Json(
        store::recommendation::sum_estimates(&app.db, &scope, from, group).await?,
    ))
}
