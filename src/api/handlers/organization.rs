//! Organizations: the MSP's clients.

use actix_web::web::{Data, Json, Path};
use actix_web::{HttpResponse, delete, get, patch, post};
use auth::Change;
use domain::OrganizationId;
use domain::listing::Page;
use domain::organization::{NewOrganization, Organization};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::allowed::{Allowed, ManageInstallation, ViewInventory};
use crate::body::Body;
use crate::error::{ApiError, ApiResult};
use crate::params::PageParams;
use crate::query::Query;
use crate::state::App;

const LONGEST_NAME: usize = 100;

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OrganizationName {
    /// Unique; at most 100 characters.
    pub name: String,
}

impl OrganizationName {
    fn checked(self) -> ApiResult<String> {
        let name = self.name.trim();
        if name.is_empty() || name.chars().count() > LONGEST_NAME {
            let message = format!("a name has 1 to {LONGEST_NAME} characters");
            return Err(ApiError::field("name", message));
        }
        Ok(name.to_owned())
    }
}

/// List organizations
#[utoipa::path(
    tag = "organizations",
    params(PageParams),
    responses((status = 200, body = Page<Organization>))
)]
#[get("/organizations")]
pub async fn list_organizations(
    allowed: Allowed<ViewInventory>,
    app: Data<App>,
    mut query: Query,
) -> ApiResult<Json<Page<Organization>>> {
    let page = query.page()?;
    query.finish()?;
    Ok(Json(
        store::organization::list(&app.db, &allowed.scope(), &page).await?,
    ))
}

/// Create an organization
#[utoipa::path(tag = "organizations", request_body = OrganizationName, responses((status = 201, body = Organization)))]
#[post("/organizations")]
pub async fn create_organization(
    allowed: Allowed<ManageInstallation>,
    app: Data<App>,
    body: Body<OrganizationName>,
) -> ApiResult<HttpResponse> {
    let new = NewOrganization {
        name: body.0.checked()?,
    };
    let organization = store::organization::create(&app.db, new).await?;
    let change =
        Change::new("organization.created", &organization.name).in_organization(&organization.id);
    app.auth
        .record(allowed.caller(), allowed.client(), change)
        .await?;
    Ok(HttpResponse::Created().json(organization))
}

/// Rename an organization
#[utoipa::path(tag = "organizations", request_body = OrganizationName, responses((status = 200, body = Organization)))]
#[patch("/organizations/{id}")]
pub async fn rename_organization(
    allowed: Allowed<ManageInstallation>,
    app: Data<App>,
    id: Path<String>,
    body: Body<OrganizationName>,
) -> ApiResult<Json<Organization>> {
    let id = OrganizationId::from_text(id.into_inner());
    let name = body.0.checked()?;
    let renamed = store::organization::rename(&app.db, &allowed.scope(), &id, &name).await?;
    let organization = renamed.ok_or_else(|| ApiError::not_found("organization", &id))?;
    // Sessions remember the names of their organizations.
    app.auth.forget_everyone();
    let change = Change::new("organization.renamed", &organization.name).in_organization(&id);
    app.auth
        .record(allowed.caller(), allowed.client(), change)
        .await?;
    Ok(Json(organization))
}

/// Remove an organization that has no accounts
#[utoipa::path(tag = "organizations", responses((status = 204, description = "Removed")))]
#[delete("/organizations/{id}")]
pub async fn delete_organization(
    allowed: Allowed<ManageInstallation>,
    app: Data<App>,
    id: Path<String>,
) -> ApiResult<HttpResponse> {
    let id = OrganizationId::from_text(id.into_inner());
    let missing = || ApiError::not_found("organization", &id);
    let scope = allowed.scope();
    let organization = store::organization::find(&app.db, &scope, &id)
        .await?
        .ok_or_else(missing)?;
    if !store::organization::delete(&app.db, &scope, &id).await? {
        return Err(missing());
    }
    app.auth.forget_everyone();
    let change = Change::new("organization.deleted", &organization.name);
    app.auth
        .record(allowed.caller(), allowed.client(), change)
        .await?;
    Ok(HttpResponse::NoContent().finish())
}
