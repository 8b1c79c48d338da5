//! AWS accounts: onboarding, testing, discovering. AWS itself is only spoken to by the jobs that
//! are queued here.

use actix_web::web::{Data, Json, Path};
use actix_web::{HttpResponse, delete, get, patch, post};
use auth::Change;
use domain::account::{Account, AccountChange, DiscoverRequest, NewAccount, PolicyDocuments};
use domain::job::{Job, JobPayload, NewJob};
use domain::listing::Page;
use domain::{AccountId, ErrorCode, OrganizationId, Region, Scope};
use serde::Serialize;
use serde_json::json;
use store::StoreError;
use store::account::AccountFilter;
use utoipa::ToSchema;

use crate::allowed::{
    Allowed, LoggedIn, ManageAccounts, ManageInstallation, RunSync, ViewInventory,
};
use crate::body::Body;
use crate::error::{ApiError, ApiResult};
use crate::onboarding;
use crate::params::{AccountParams, PolicyParams};
use crate::query::Query;
use crate::shown::Shown;
use crate::state::App;

/// The role stocktake assumes unless told otherwise.
const DEFAULT_ROLE: &str = "stocktake-read";
const DEFAULT_WRITE_ROLE: &str = "stocktake-write";

#[derive(Serialize, ToSchema)]
pub struct Regions {
    /// The day the list was checked against AWS's documentation.
    pub dated: String,
    pub regions: Vec<Region>,
}

/// List accounts
#[utoipa::path(
    tag = "accounts",
    params(AccountParams),
    responses((status = 200, body = Page<Account>))
)]
#[get("/accounts")]
pub async fn list_accounts(
    allowed: Allowed<ViewInventory>,
    app: Data<App>,
    mut query: Query,
) -> ApiResult<Json<Page<Account>>> {
    let scope = query.narrow(allowed.scope())?;
    let filter = AccountFilter {
        enabled: query.flag("enabled")?,
        q: query.one("q")?,
    };
    let page = query.page()?;
    query.finish()?;
    let mut page = store::account::list(&app.db, &scope, Some(&filter), &page).await?;
    page.items = page.items.shown_to(allowed.caller());
    Ok(Json(page))
}

/// Onboard an account
///
/// Only a global admin may leave out `role_arn`, which uses the server's own credentials, or set
/// `endpoint_url`, which makes the server send signed requests there.
#[utoipa::path(tag = "accounts", request_body = NewAccount, responses((status = 201, body = Account)))]
#[post("/accounts")]
pub async fn create_account(
    allowed: Allowed<ManageAccounts>,
    app: Data<App>,
    body: Body<NewAccount>,
) -> ApiResult<HttpResponse> {
    let Body(new) = body;
    allowed.within(&new.organization_id)?;
    known_organization(&app, &new.organization_id).await?;
    onboarding::check_reach(&new, allowed.caller())?;
    let new = onboarding::checked(new, app.insecure_http)?;
    let account = match store::account::create(&app.db, &new).await {
        Ok(account) => account,
        Err(error) => return Err(refusal(&app, allowed.caller().scope(), &new.id, error).await?),
    };
    let change = Change::new("account.created", account.id.as_str())
        .in_organization(&account.organization_id)
        .with(json!({ "name": account.name, "role_arn": account.role_arn, "regions": account.regions }));
    app.auth
        .record(allowed.caller(), allowed.client(), change)
        .await?;
    Ok(HttpResponse::Created().json(account))
}

/// Read an account
#[utoipa::path(tag = "accounts", responses((status = 200, body = Account)))]
#[get("/accounts/{id}")]
pub async fn read_account(
    allowed: Allowed<ViewInventory>,
    app: Data<App>,
    id: Path<String>,
) -> ApiResult<Json<Account>> {
    let account = visible(&app, &allowed.scope(), &id).await?;
    Ok(Json(account.shown_to(allowed.caller())))
}

/// Change an account
#[utoipa::path(tag = "accounts", request_body = AccountChange, responses((status = 200, body = Account)))]
#[patch("/accounts/{id}")]
pub async fn change_account(
    allowed: Allowed<ManageAccounts>,
    app: Data<App>,
    id: Path<String>,
    body: Body<AccountChange>,
) -> ApiResult<Json<Account>> {
    let account = visible(&app, allowed.caller().scope(), &id).await?;
    allowed.within(&account.organization_id)?;
    let change = onboarding::checked_change(body.0, &account.id)?;
    let details = json!(change);
    let changed = store::account::update(&app.db, &allowed.scope(), &account.id, change).await?;
    let account = changed.ok_or_else(|| ApiError::not_found("account", &account.id))?;
    let change = Change::new("account.changed", account.id.as_str())
        .in_organization(&account.organization_id)
        .with(details);
    app.auth
        .record(allowed.caller(), allowed.client(), change)
        .await?;
    Ok(Json(account))
}

/// Remove an account with everything kept of it
#[utoipa::path(tag = "accounts", responses((status = 204, description = "Removed")))]
#[delete("/accounts/{id}")]
pub async fn delete_account(
    allowed: Allowed<ManageAccounts>,
    app: Data<App>,
    id: Path<String>,
) -> ApiResult<HttpResponse> {
    let account = visible(&app, allowed.caller().scope(), &id).await?;
    allowed.within(&account.organization_id)?;
    if !store::account::delete(&app.db, &allowed.scope(), &account.id).await? {
        return Err(ApiError::not_found("account", &account.id));
    }
    let change = Change::new("account.deleted", account.id.as_str())
        .in_organization(&account.organization_id)
        .with(json!({ "name": account.name, "workspaces": account.workspaces }));
    app.auth
        .record(allowed.caller(), allowed.client(), change)
        .await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Test every permission an account needs
#[utoipa::path(tag = "accounts", responses((status = 202, body = Job)))]
#[post("/accounts/{id}/test")]
pub async fn test_account(
    allowed: Allowed<RunSync>,
    app: Data<App>,
    id: Path<String>,
) -> ApiResult<HttpResponse> {
    let account = visible(&app, allowed.caller().scope(), &id).await?;
    allowed.within(&account.organization_id)?;
    let job = NewJob {
        payload: JobPayload::AccountTest {
            account_id: account.id,
        },
        organization_id: Some(account.organization_id),
        trigger: crate::handlers::job::trigger(allowed.who()).to_owned(),
        requested_by: Some(allowed.caller().name().to_owned()),
    };
    Ok(HttpResponse::Accepted().json(store::job::enqueue(&app.db, job).await?))
}

/// The IAM policy a client grants
#[utoipa::path(
    tag = "accounts",
    params(PolicyParams),
    responses((status = 200, body = PolicyDocuments))
)]
#[get("/accounts/policy")]
pub async fn read_policy(
    _: Allowed<ViewInventory>,
    app: Data<App>,
    mut query: Query,
) -> ApiResult<Json<PolicyDocuments>> {
    let write = query.flag("write")?.unwrap_or(false);
    let role = query.one::<String>("role_name")?.unwrap_or_else(|| {
        if write {
            DEFAULT_WRITE_ROLE
        } else {
            DEFAULT_ROLE
        }
        .to_owned()
    });
    let external_id = query.one::<String>("external_id")?;
    let trusted = query.one::<AccountId>("trusted_account_id")?;
    query.finish()?;
    onboarding::check_role_name(&role)?;
    external_id
        .as_deref()
        .map_or(Ok(()), onboarding::check_external_id)?;
    Ok(Json(app.policies.policy(
        &role,
        external_id.as_deref(),
        trusted.as_ref(),
        write,
    )))
}

/// Find the members of the AWS Organization, and onboard them when asked to
///
/// What is found belongs to the whole installation, so only a global admin may ask, and the job
/// belongs to no organization.
#[utoipa::path(tag = "accounts", request_body = DiscoverRequest, responses((status = 202, body = Job)))]
#[post("/accounts/discover")]
pub async fn discover_accounts(
    allowed: Allowed<ManageInstallation>,
    app: Data<App>,
    body: Body<DiscoverRequest>,
) -> ApiResult<HttpResponse> {
    let Body(request) = body;
    allowed.within(&request.organization_id)?;
    known_organization(&app, &request.organization_id).await?;
    if let Some(role) = &request.role_name {
        onboarding::check_role_name(role)?;
    }
    if let Some(id) = &request.external_id {
        onboarding::check_external_id(id)?;
    }
    let details = json!({ "organization_id": request.organization_id, "add": request.add });
    let job = NewJob {
        organization_id: None,
        payload: JobPayload::AccountDiscover(request),
        trigger: crate::handlers::job::trigger(allowed.who()).to_owned(),
        requested_by: Some(allowed.caller().name().to_owned()),
    };
    let change = Change::new("accounts.discovered", "AWS Organization").with(details);
    app.auth
        .record(allowed.caller(), allowed.client(), change)
        .await?;
    Ok(HttpResponse::Accepted().json(store::job::enqueue(&app.db, job).await?))
}

/// Regions that offer WorkSpaces
#[utoipa::path(tag = "accounts", responses((status = 200, body = Regions)))]
#[get("/regions")]
pub async fn list_regions(_: LoggedIn) -> Json<Regions> {
    Json(Regions {
        dated: domain::region::workspaces_regions_dated().to_owned(),
        regions: domain::region::workspaces_regions()
            .iter()
            .filter_map(|name| name.parse().ok())
            .collect(),
    })
}

async fn known_organization(app: &App, id: &OrganizationId) -> ApiResult<()> {
    let found = store::organization::find(&app.db, &Scope::All, id).await?;
    found
        .map(|_| ())
        .ok_or_else(|| ApiError::field("organization_id", format!("there is no organization {id}")))
}

/// The answer when an account could not be onboarded. Whose it already is, is told only to those
/// who may see that organization.
async fn refusal(
    app: &App,
    scope: &Scope,
    id: &AccountId,
    error: StoreError,
) -> ApiResult<ApiError> {
    if matches!(error, StoreError::Conflict { .. }) {
        let holder = store::account::find(&app.db, &Scope::All, id).await?;
        if holder.is_some_and(|holder| !scope.contains(&holder.organization_id)) {
            let detail =
                format!("account {id} is already onboarded elsewhere on this installation");
            return Ok(ApiError::new(ErrorCode::Conflict, detail));
        }
    }
    Ok(error.into())
}

async fn visible(app: &App, scope: &Scope, id: &str) -> ApiResult<Account> {
    let id: AccountId = id
        .parse()
        .map_err(|error| ApiError::new(ErrorCode::InvalidRequest, format!("{error}")))?;
    let account = store::account::find(&app.db, scope, &id).await?;
    account.ok_or_else(|| ApiError::not_found("account", &id))
}
