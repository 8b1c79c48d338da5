//! What AWS billed: sums by month, lines, what asking cost, and exports that people import.

use std::collections::{BTreeSet, HashSet};

use actix_web::web::{Data, Json, Payload};
use actix_web::{HttpRequest, get, post};
use auth::Change;
use costs::export::{self, Export};
use domain::billing::{
    BilledLine, CostGroup, CostImport, CostMeter, CostSource, MonthlyCosts, Reconciliation,
};
use domain::listing::Page;
use domain::usage::Month;
use domain::{AccountId, ErrorCode, OrganizationId, UtcTime};
use serde_json::json;
use store::billing::{LineFilter, Reading};

use crate::allowed::{Allowed, ManageAccounts, ViewInventory};
use crate::error::{ApiError, ApiResult};
use crate::params::{CostLineParams, CostMonthlyParams, OrganizationParams, ReconciliationParams};
use crate::query::Query;
use crate::state::App;
use crate::upload;

/// Months that are summed when nothing else is asked for.
const MONTHS: u32 = 12;
const MOST_MONTHS: u32 = 60;

/// Costs by month
///
/// The last months with the current one, summed over organizations, accounts, services or usage types.
/// Amounts are unblended; those of the current month, and of the one before in its first days, are
/// `estimated`.
#[utoipa::path(tag = "costs", params(CostMonthlyParams), responses((status = 200, body = MonthlyCosts)))]
#[get("/costs/monthly")]
pub async fn read_monthly_costs(
    allowed: Allowed<ViewInventory>,
    app: Data<App>,
    mut query: Query,
) -> ApiResult<Json<MonthlyCosts>> {
    let scope = query.narrow(allowed.scope())?;
    let (from, to) = months(&mut query)?;
    let group_by = query.one::<CostGroup>("group_by")?.unwrap_or_default();
    let filter = LineFilter {
        account_id: query.many("account_id")?,
        service: query.many("service")?,
        usage_type: query.many("usage_type")?,
        ..LineFilter::default()
    };
    query.finish()?;
    Ok(Json(
        store::billing::monthly(&app.db, &scope, &filter, (from, to), group_by).await?,
    ))
}

/// The first and last month of the `months` asked for; the current one is the last.
fn months(query: &mut Query) -> ApiResult<(Month, Month)> {
    let months = query.one::<u32>("months")?.unwrap_or(MONTHS);
    if !(1..=MOST_MONTHS).contains(&months) {
        let why = format!("parameter \"months\": it goes from 1 to {MOST_MONTHS}");
        return Err(ApiError::new(ErrorCode::InvalidFilter, why));
    }
    let to = Month::of(UtcTime::now());
    Ok((to.plus(1 - i32::try_from(months).unwrap_or(1)), to))
}

/// Estimates beside bills
///
/// What desktops of each account should have cost in each month, what AWS billed for Amazon WorkSpaces, and the
/// residual: the invoice less the estimate.
#[utoipa::path(tag = "costs", params(ReconciliationParams), responses((status = 200, body = Reconciliation)))]
#[get("/costs/reconciliation")]
pub async fn read_reconciliation(
    allowed: Allowed<ViewInventory>,
    app: Data<App>,
    mut query: Query,
) -> ApiResult<Json<Reconciliation>> {
    let scope = query.narrow(allowed.scope())?;
    let (from, to) = months(&mut query)?;
    let accounts: Vec<AccountId> = query.many("account_id")?;
    query.finish()?;
    let rows = store::billing::reconcile(&app.db, &scope, &accounts, from).await?;
    Ok(Json(Reconciliation { from, to, rows }))
}

/// Lines of bills, newest first
///
/// A line without a desktop is the whole of its service and usage type on its days. With `by_desktop`, or
/// when desktops are named, the list holds desktops' parts instead: adding both would count twice.
#[utoipa::path(tag = "costs", params(CostLineParams), responses((status = 200, body = Page<BilledLine>)))]
#[get("/costs/lines")]
pub async fn list_cost_lines(
    allowed: Allowed<ViewInventory>,
    app: Data<App>,
    mut query: Query,
) -> ApiResult<Json<Page<BilledLine>>> {
    let scope = query.narrow(allowed.scope())?;
    let filter = LineFilter {
        account_id: query.many("account_id")?,
        workspace_id: query.many("workspace_id")?,
        service: query.many("service")?,
        usage_type: query.many("usage_type")?,
        source: query.many("source")?,
        from: query.one::<UtcTime>("from")?.map(UtcTime::day),
        to: query.one::<UtcTime>("to")?.map(UtcTime::day),
        by_desktop: query.flag("by_desktop")?.unwrap_or(false),
    };
    let page = query.page()?;
    query.finish()?;
    if let Some(unknown) = filter
        .source
        .iter()
        .find(|text| CostSource::from_text(text).is_none())
    {
        let known = CostSource::ALL.map(CostSource::as_str).join(", ");
        let why = format!("unknown source {unknown:?}; the sources are {known}");
        return Err(ApiError::new(ErrorCode::InvalidFilter, why));
    }
    Ok(Json(
        store::billing::lines(&app.db, &scope, &filter, &page).await?,
    ))
}

/// What reading costs and usage costs by itself, this month
#[utoipa::path(tag = "costs", params(OrganizationParams), responses((status = 200, body = CostMeter)))]
#[get("/costs/meter")]
pub async fn read_cost_meter(
    allowed: Allowed<ViewInventory>,
    app: Data<App>,
    mut query: Query,
) -> ApiResult<Json<CostMeter>> {
    let scope = query.narrow(allowed.scope())?;
    query.finish()?;
    let most = app.cost_requests_per_day;
    Ok(Json(
        store::billing::meter(&app.db, &scope, UtcTime::now(), most).await?,
    ))
}

/// Import a cost export
///
/// The body is the file: AWS's Cost and Usage Report (CUR 2.0 of Data Exports, or CUR) as CSV, as CSV packed
/// with gzip, or as Parquet. Its days replace what earlier imports said of them. Lines of accounts that are
/// not onboarded, or that the caller may not manage, are counted and left out. A file with an error in it
/// changes nothing.
#[utoipa::path(
    tag = "costs",
    request_body(content = String, content_type = "application/octet-stream"),
    responses((status = 200, body = CostImport))
)]
#[post("/costs/import")]
pub async fn import_costs(
    allowed: Allowed<ManageAccounts>,
    app: Data<App>,
    request: HttpRequest,
    body: Payload,
) -> ApiResult<Json<CostImport>> {
    // Each holds its lines in memory until they are kept.
    let _turn = app.imports.try_acquire().map_err(|_| {
        ApiError::new(
            ErrorCode::Conflict,
            "another export is being imported; try again when it is done",
        )
    })?;
    let file = upload::receive(&app, &request, body).await?;
    let scope = allowed.scope();
    let owners = store::billing::accounts(&app.db, &scope).await?;
    let wanted: HashSet<AccountId> = owners.iter().map(|(account, _)| account.clone()).collect();
    let read = tokio::task::spawn_blocking(move || export::read(file, &wanted));
    let export = read
        .await
        .map_err(ApiError::internal)?
        .map_err(|error| ApiError::new(ErrorCode::InvalidRequest, error.to_string()))?;
    let mut answer = summary(&export);
    let readings = export
        .accounts
        .into_iter()
        .map(|(account_id, lines)| Reading {
            account_id,
            lines,
            read_at: UtcTime::now(),
        });
    answer.lines_kept = store::billing::import(&app.db, &scope, readings.collect()).await?;
    record(&allowed, &app, &owners, &answer).await?;
    Ok(Json(answer))
}

fn summary(export: &Export) -> CostImport {
    let lines = || export.accounts.iter().flat_map(|(_, lines)| lines);
    CostImport {
        lines_read: export.lines_read,
        lines_kept: 0,
        lines_of_others: export.lines_of_others,
        other_accounts: export.other_accounts,
        accounts: export
            .accounts
            .iter()
            .map(|(account, _)| account.clone())
            .collect(),
        starts_on: lines().map(|line| &line.starts_on).min().cloned(),
        ends_on: lines().map(|line| &line.ends_on).max().cloned(),
    }
}

/// Each organization's audit log says what was imported for it.
async fn record(
    allowed: &Allowed<ManageAccounts>,
    app: &App,
    owners: &[(AccountId, OrganizationId)],
    answer: &CostImport,
) -> ApiResult<()> {
    let touched = owners
        .iter()
        .filter(|(account, _)| answer.accounts.contains(account));
    let organizations: BTreeSet<&OrganizationId> =
        touched.map(|(_, organization)| organization).collect();
    for organization in organizations {
        let own = owners
            .iter()
            .filter(|(account, owner)| owner == organization && answer.accounts.contains(account));
        let accounts: Vec<&AccountId> = own.map(|(account, _)| account).collect();
        let change = Change::new("costs.imported", "costs")
            .in_organization(organization)
            .with(json!({
                "accounts": accounts, "starts_on": answer.starts_on, "ends_on": answer.ends_on,
            }));
        app.auth
            .record(allowed.caller(), allowed.client(), change)
            .await?;
    }
    Ok(())
}
