//! Reports: ordering one, listing them, fetching and deleting files.

use actix_web::http::header::{
    CONTENT_DISPOSITION, ContentDisposition, DispositionParam, DispositionType,
};
use actix_web::web::{Data, Json, Path};
use actix_web::{HttpResponse, delete, get, post};
use auth::Change;
use domain::job::{JobPayload, NewJob};
use domain::listing::Page;
use domain::report::{NewReport, Report, ReportStatus, ReportType};
use domain::usage::Month;
use domain::{ErrorCode, OrganizationId, ReportId, Scope, UtcTime};

use crate::allowed::{Allowed, MakePlans, ViewInventory};
use crate::body::Body;
use crate::error::{ApiError, ApiResult};
use crate::params::OrganizationPageParams;
use crate::query::Query;
use crate::state::App;

/// Reports, newest first
#[utoipa::path(tag = "reports", params(OrganizationPageParams), responses((status = 200, body = Page<Report>)))]
#[get("/reports")]
pub async fn list_reports(
    allowed: Allowed<ViewInventory>,
    app: Data<App>,
    mut query: Query,
) -> ApiResult<Json<Page<Report>>> {
    let scope = query.narrow(allowed.scope())?;
    let page = query.page()?;
    query.finish()?;
    Ok(Json(store::report::list(&app.db, &scope, &page).await?))
}

/// Order a report
///
/// Its job makes the file. Without an organization it is about all of them, which only those may order who
/// see all.
#[utoipa::path(tag = "reports", request_body = NewReport, responses((status = 202, body = Report)))]
#[post("/reports")]
pub async fn create_report(
    allowed: Allowed<ViewInventory>,
    app: Data<App>,
    body: Body<NewReport>,
) -> ApiResult<HttpResponse> {
    let Body(new) = body;
    check(
        &allowed,
        &app,
        &new.report_type,
        new.organization_id.as_ref(),
    )
    .await?;
    let period = period(&new)?;
    let organization_id = new.organization_id.clone();
    let report = store::report::create(&app.db, new, period, allowed.caller().name()).await?;
    let job = NewJob {
        payload: JobPayload::MakeReport {
            report_id: report.id.clone(),
        },
        organization_id: organization_id.clone(),
        trigger: super::job::trigger(allowed.who()).to_owned(),
        requested_by: Some(allowed.caller().name().to_owned()),
    };
    let job = store::job::enqueue(&app.db, job).await?;
    store::report::started(&app.db, &report.id, ReportStatus::Waiting, &job.id).await?;
    let change = Change {
        organization: organization_id,
        ..Change::new("report.ordered", report.report_type.as_str())
    };
    app.auth
        .record(allowed.caller(), allowed.client(), change)
        .await?;
    let report = Report {
        job_id: Some(job.id),
        ..report
    };
    Ok(HttpResponse::Accepted().json(report))
}

/// Whether there is such a report, and the caller may have one about this organization.
pub(super) async fn check<P: crate::allowed::Needs>(
    allowed: &Allowed<P>,
    app: &App,
    report_type: &ReportType,
    organization_id: Option<&OrganizationId>,
) -> ApiResult<()> {
    if let ReportType::Other(name) = report_type {
        let known = ReportType::KNOWN.join(", ");
        return Err(ApiError::field(
            "report_type",
            format!("there is no report {name:?}; there are {known}"),
        ));
    }
    match organization_id {
        Some(id) => {
            allowed.within(id)?;
            let known = store::organization::find(&app.db, &allowed.scope(), id).await?;
            known.ok_or_else(|| ApiError::not_found("organization", id))?;
            Ok(())
        }
        None if allowed.scope() == Scope::All => Ok(()),
        None => Err(ApiError::field(
            "organization_id",
            "name the organization it is about",
        )),
    }
}

/// The first and last day of the period.
fn period(new: &NewReport) -> ApiResult<(String, String)> {
    let closed = Month::of(UtcTime::now()).plus(-1);
    let day = |field: &'static str, text: &Option<String>, otherwise: UtcTime| match text {
        None => Ok(otherwise),
        Some(text) if text.len() == 10 => text
            .parse::<UtcTime>()
            .map_err(|error| ApiError::field(field, error.to_string())),
        Some(_) => Err(ApiError::field(field, "write a day as 2026-10-31")),
    };
    let from = day("from", &new.from, closed.start())?;
    let to = day(
        "to",
        &new.to,
        if new.from.is_some() {
            UtcTime::now()
        } else {
            closed.end().plus_days(-1)
        },
    )?;
    if to < from {
        return Err(ApiError::field("to", "the period ends before it begins"));
    }
    Ok((from.day(), to.day()))
}

async fn find<P: crate::allowed::Needs>(
    allowed: &Allowed<P>,
    app: &App,
    id: String,
) -> ApiResult<Report> {
    let id = ReportId::from_text(id);
    let report = store::report::find(&app.db, &allowed.scope(), &id).await?;
    report.ok_or_else(|| ApiError::not_found("report", &id))
}

/// One report
#[utoipa::path(tag = "reports", responses((status = 200, body = Report)))]
#[get("/reports/{report_id}")]
pub async fn read_report(
    allowed: Allowed<ViewInventory>,
    app: Data<App>,
    id: Path<String>,
) -> ApiResult<Json<Report>> {
    Ok(Json(find(&allowed, &app, id.into_inner()).await?))
}

/// A report's file
#[utoipa::path(
    tag = "reports",
    responses((status = 200, body = String, content_type = "application/octet-stream"))
)]
#[get("/reports/{report_id}/file")]
pub async fn read_report_file(
    allowed: Allowed<ViewInventory>,
    app: Data<App>,
    id: Path<String>,
) -> ApiResult<HttpResponse> {
    let report = find(&allowed, &app, id.into_inner()).await?;
    if report.status != ReportStatus::Ready {
        let detail = format!("the report is {} and has no file", report.status.as_str());
        return Err(ApiError::new(ErrorCode::NotFound, detail));
    }
    let file = store::report::file(&app.db, &report).await?;
    let file = file.map_err(|why| ApiError::new(ErrorCode::NotFound, why))?;
    let whose = report.organization_name.as_deref().unwrap_or("all");
    let safe: String = whose
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() { c } else { '-' })
        .collect();
    let name = format!(
        "{}-{safe}-{}.{}",
        report.report_type,
        report.period_to,
        report.format.as_str()
    );
    let disposition = ContentDisposition {
        disposition: DispositionType::Attachment,
        parameters: vec![DispositionParam::Filename(name)],
    };
    Ok(HttpResponse::Ok()
        .content_type(report.format.media_type())
        .insert_header((CONTENT_DISPOSITION, disposition))
        .body(file))
}

/// Delete a report and its file
#[utoipa::path(tag = "reports", responses((status = 204)))]
#[delete("/reports/{report_id}")]
pub async fn delete_report(
    allowed: Allowed<MakePlans>,
    app: Data<App>,
    id: Path<String>,
) -> ApiResult<HttpResponse> {
    let report = find(&allowed, &app, id.into_inner()).await?;
    store::report::delete(&app.db, &report).await?;
    let change = Change {
        organization: report.organization_id.clone(),
        ..Change::new("report.deleted", report.id.as_str())
    };
    app.auth
        .record(allowed.caller(), allowed.client(), change)
        .await?;
    Ok(HttpResponse::NoContent().finish())
}
