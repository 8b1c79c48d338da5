//! People and their roles.

use actix_web::web::{Data, Json, Path};
use actix_web::{HttpResponse, delete, get, patch, post};
use auth::{InvalidContact, PersonError};
use domain::listing::Page;
use domain::user::{NewUser, User, UserChange};
use domain::{ErrorCode, UserId};

use crate::allowed::{Allowed, ManageMembers};
use crate::body::Body;
use crate::error::{ApiError, ApiResult};
use crate::params::UserParams;
use crate::query::Query;
use crate::state::App;

/// List users
#[utoipa::path(tag = "users", params(UserParams), responses((status = 200, body = Page<User>)))]
#[get("/users")]
pub async fn list_users(
    allowed: Allowed<ManageMembers>,
    app: Data<App>,
    mut query: Query,
) -> ApiResult<Json<Page<User>>> {
    let scope = query.narrow(allowed.scope())?;
    let (q, page) = (query.one::<String>("q")?, query.page()?);
    query.finish()?;
    Ok(Json(
        store::person::list(&app.db, &scope, q.as_deref(), &page).await?,
    ))
}

/// Create a user
#[utoipa::path(tag = "users", request_body = NewUser, responses((status = 201, body = User)))]
#[post("/users")]
pub async fn create_user(
    allowed: Allowed<ManageMembers>,
    app: Data<App>,
    body: Body<NewUser>,
) -> ApiResult<HttpResponse> {
    let user = app
        .auth
        .create_user(allowed.caller(), allowed.client(), body.0)
        .await?;
    Ok(HttpResponse::Created().json(user))
}

/// Read a user
#[utoipa::path(tag = "users", responses((status = 200, body = User)))]
#[get("/users/{id}")]
pub async fn read_user(
    allowed: Allowed<ManageMembers>,
    app: Data<App>,
    id: Path<String>,
) -> ApiResult<Json<User>> {
    let id = UserId::from_text(id.into_inner());
    let user = store::person::find(&app.db, &allowed.scope(), &id).await?;
    Ok(Json(user.ok_or_else(|| ApiError::not_found("user", &id))?))
}

/// Change a user; disabling or a new password ends their sessions
#[utoipa::path(tag = "users", request_body = UserChange, responses((status = 200, body = User)))]
#[patch("/users/{id}")]
pub async fn change_user(
    allowed: Allowed<ManageMembers>,
    app: Data<App>,
    id: Path<String>,
    body: Body<UserChange>,
) -> ApiResult<Json<User>> {
    let id = UserId::from_text(id.into_inner());
    Ok(Json(
        app.auth
            .change_user(allowed.caller(), allowed.client(), &id, body.0)
            .await?,
    ))
}

/// Remove a user
#[utoipa::path(tag = "users", responses((status = 204, description = "Removed")))]
#[delete("/users/{id}")]
pub async fn delete_user(
    allowed: Allowed<ManageMembers>,
    app: Data<App>,
    id: Path<String>,
) -> ApiResult<HttpResponse> {
    let id = UserId::from_text(id.into_inner());
    app.auth
        .delete_user(allowed.caller(), allowed.client(), &id)
        .await?;
    Ok(HttpResponse::NoContent().finish())
}

impl From<PersonError> for ApiError {
    fn from(error: PersonError) -> Self {
        match error {
            PersonError::Denied(denied) => denied.into(),
            PersonError::Beyond(why) => Self::new(ErrorCode::Forbidden, why),
            PersonError::NotFound => Self::new(ErrorCode::NotFound, error.to_string()),
            PersonError::NoProfile => Self::new(ErrorCode::InvalidRequest, error.to_string()),
            PersonError::Name(error) => Self::field("username", error.to_string()),
            PersonError::Contact(error) => error.into(),
            PersonError::Throttled(wait) => Self::wait(ErrorCode::LoginThrottled, wait.0),
            PersonError::Password(error) => Self::field("password", error.to_string()),
            PersonError::WrongPassword => Self::field("password.current", error.to_string()),
            PersonError::Hash(error) => Self::internal(error),
            PersonError::Store(error) => error.into(),
        }
    }
}

impl From<InvalidContact> for ApiError {
    fn from(error: InvalidContact) -> Self {
        let field = match error {
            InvalidContact::Email(_) => "email",
            InvalidContact::Name => "display_name",
        };
        Self::field(field, error.to_string())
    }
}
