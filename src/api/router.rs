//! Every route on one page. The OpenAPI document falls out of it.

use std::sync::LazyLock;

use actix_web::dev::ResourceDef;
use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse};
use domain::ErrorCode;
use utoipa_actix_web::scope;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::error::{ApiError, ApiResult};
use crate::handlers::{
    account, advice, ai, audit, cost, dashboard, directory, event, health, job, login, me,
    organization, plan, price, query, report, report_schedule, setting, setup, sync, usage, user,
    view, workspace,
};
use crate::openapi;

/// Routes are tried from the top: the busiest stand first, fixed paths before `{id}`.
pub fn routes(config: &mut ServiceConfig) {
    let v1 = scope("/api/v1")
        .service(workspace::list_workspaces)
        .service(workspace::count_workspaces)
        .service(workspace::export_workspaces)
        .service(workspace::read_workspace)
        .service(dashboard::read_dashboard)
        .service(directory::list_directories)
        .service(directory::list_bundles)
        .service(sync::trigger_sync)
        .service(sync::list_sync_runs)
        .service(sync::read_sync_run)
        .service(sync::stream_events)
        .service(job::list_jobs)
        .service(job::read_job)
        .service(job::cancel_job)
        .service(query::run_query)
        .service(query::read_query_schema)
        .service(ai::ask)
        .service(ai::list_questions)
        .service(ai::read_question)
        .service(ai::judge_question)
        .service(ai::cancel_question)
        .service(ai::list_verified)
        .service(ai::save_verified)
        .service(ai::delete_verified)
        .service(ai::read_model)
        .service(ai::list_examples)
        .service(usage::read_workspace_usage)
        .service(usage::list_usage)
        .service(usage::read_heat_map)
        .service(advice::list_recommendations)
        .service(advice::read_advice_totals)
        .service(advice::refresh_recommendations)
        .service(advice::ask_what_if)
        .service(advice::read_backtest)
        .service(advice::read_parity)
        .service(advice::list_estimates)
        .service(plan::list_plans)
        .service(plan::create_plan)
        .service(plan::read_plan)
        .service(plan::approve_plan)
        .service(plan::apply_plan)
        .service(plan::stop_plan)
        .service(plan::revert_plan)
        .service(plan::cancel_plan)
        .service(plan::read_actions)
        .service(plan::change_actions)
        .service(report::list_reports)
        .service(report::create_report)
        .service(report_schedule::list_report_schedules)
        .service(report_schedule::create_report_schedule)
        .service(report_schedule::read_report_schedule)
        .service(report_schedule::change_report_schedule)
        .service(report_schedule::delete_report_schedule)
        .service(report::read_report)
        .service(report::read_report_file)
        .service(report::delete_report)
        .service(price::read_prices)
        .service(price::import_prices)
        .service(cost::read_monthly_costs)
        .service(cost::read_reconciliation)
        .service(cost::list_cost_lines)
        .service(cost::read_cost_meter)
        .service(cost::import_costs)
        .service(event::list_events)
        .service(event::read_event)
        .service(account::list_accounts)
        .service(account::create_account)
        .service(account::read_policy)
        .service(account::discover_accounts)
        .service(account::read_account)
        .service(account::change_account)
        .service(account::delete_account)
        .service(account::test_account)
        .service(account::list_regions)
        .service(organization::list_organizations)
        .service(organization::create_organization)
        .service(organization::rename_organization)
        .service(organization::delete_organization)
        .service(user::list_users)
        .service(user::create_user)
        .service(user::read_user)
        .service(user::change_user)
        .service(user::delete_user)
        .service(me::read_me)
        .service(me::change_me)
        .service(me::list_my_sessions)
        .service(me::end_my_session)
        .service(login::start_session)
        .service(login::end_session)
        .service(login::issue_token)
        .service(setup::read_setup)
        .service(setup::redeem_setup_link)
        .service(setup::create_setup_link)
        .service(view::list_views)
        .service(view::create_view)
        .service(view::change_view)
        .service(view::set_default_view)
        .service(view::delete_view)
        .service(me::read_preferences)
        .service(me::change_preferences)
        .service(me::list_my_tokens)
        .service(me::create_token)
        .service(me::end_my_token)
        .service(setting::read_configuration)
        .service(setting::read_settings)
        .service(setting::change_settings)
        .service(setting::read_notifications)
        .service(setting::list_schedules)
        .service(audit::list_audit);
    config
        .service(v1)
        .service(health::read_health)
        .service(health::read_live)
        .service(health::read_ready)
        .service(health::read_metrics)
        .service(openapi::read_openapi);
}

/// Routes that load balancers and Prometheus ask often and without a login.
const HEALTH: [&str; 4] = ["/health", "/health/live", "/health/ready", "/metrics"];

/// What kind of address a path is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// The UI's pages and files, the same for everyone.
    Page,
    Health,
    /// Everything else: sessions, limits and the defence against forged requests apply. A new
    /// route is here unless it is named above.
    Api,
}

impl Place {
    /// `path` as it is routed, that is decoded.
    pub fn of(path: &str) -> Self {
        if HEALTH.contains(&path) {
            Self::Health
        } else if is_under_api(path) || !methods_of(path).is_empty() {
            Self::Api
        } else {
            Self::Page
        }
    }
}

fn is_under_api(path: &str) -> bool {
    path == "/api" || path.starts_with("/api/")
}

/// What no route takes: the pages of the UI, or an error under `/api`.
pub async fn elsewhere(request: HttpRequest) -> ApiResult<HttpResponse> {
    let path = request.match_info().as_str();
    let methods = methods_of(path);
    if !methods.is_empty() {
        return Ok(method_not_allowed(&request, &methods));
    }
    if is_under_api(path) {
        return Err(ApiError::new(
            ErrorCode::NotFound,
            format!("there is no {path}"),
        ));
    }
    Ok(web::respond(&request))
}

fn method_not_allowed(request: &HttpRequest, methods: &[&str]) -> HttpResponse {
    let methods = methods.join(", ");
    let detail = format!("{} takes {methods}", request.match_info().as_str());
    let error = ApiError::new(ErrorCode::MethodNotAllowed, detail);
    let mut response = HttpResponse::from_error(error);
    if let Ok(value) = header::HeaderValue::from_str(&methods) {
        response.headers_mut().insert(header::ALLOW, value);
    }
    response
}

/// The methods that routes at this path take.
fn methods_of(path: &str) -> Vec<&'static str> {
    static ROUTES: LazyLock<Vec<(ResourceDef, Vec<&'static str>)>> = LazyLock::new(|| {
        let document = openapi::openapi();
        let paths = document.paths.paths.iter();
        paths
            .map(|(path, item)| (ResourceDef::new(path.as_str()), openapi::methods(item)))
            .collect()
    });
    let fits = ROUTES.iter().filter(|(route, _)| route.is_match(path));
    fits.flat_map(|(_, methods)| methods.iter().copied())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_pages_and_health_are_free() {
        for page in ["/", "/workspaces", "/assets/x.js", "/apis", "/api-docs"] {
            assert_eq!(Place::of(page), Place::Page, "{page}");
        }
        for health in HEALTH {
            assert_eq!(Place::of(health), Place::Health, "{health}");
        }
        for api in ["/api", "/api/", "/api/v1/nothing", "/api/openapi.json"] {
            assert_eq!(Place::of(api), Place::Api, "{api}");
        }
    }

    #[test]
    fn every_route_but_health_is_guarded() {
        for path in openapi::openapi().paths.paths.keys() {
            let path = path.replace(['{', '}'], "");
            let expected = if HEALTH.contains(&path.as_str()) {
                Place::Health
            } else {
                Place::Api
            };
            assert_eq!(Place::of(&path), expected, "{path}");
        }
    }
}
