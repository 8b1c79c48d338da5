//! Logging in and out.

use actix_web::http::header;
use actix_web::web::{Data, Json};
use actix_web::{HttpResponse, delete, post};
use auth::LoginError;
use domain::ErrorCode;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::allowed::{Anyone, LoggedIn};
use crate::body::Body;
use crate::cookie;
use crate::error::{ApiError, ApiResult};
use crate::handlers::me::{Me, describe};
use crate::state::App;

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LoginRequest {
    pub username: String,
    pub password: String,
}

#[derive(Serialize, ToSchema)]
pub struct TokenAnswer {
    /// Send as `Authorization: Bearer …`.
    pub access_token: String,
    /// Always `bearer`.
    pub token_type: String,
    /// Seconds.
    pub expires_in: i64,
}

/// Log in a browser
#[utoipa::path(
    tag = "login", request_body = LoginRequest,
    responses((status = 200, body = Me, description = "The cookie is set")),
    security(())
)]
#[post("/auth/session")]
pub async fn start_session(
    from: Anyone,
    app: Data<App>,
    body: Body<LoginRequest>,
) -> ApiResult<HttpResponse> {
    let Body(login) = body;
    let password = SecretString::from(login.password);
    let session = app
        .auth
        .log_in_with_cookie(&login.username, password, &from.0)
        .await?;
    let cookie = cookie::start(&session, app.secure);
    let me = describe(&app, session.user);
    Ok(HttpResponse::Ok()
        .insert_header((header::SET_COOKIE, cookie))
        .json(me))
}

/// Log in a program
#[utoipa::path(tag = "login", request_body = LoginRequest, responses((status = 200, body = TokenAnswer)), security(()))]
#[post("/auth/login")]
pub async fn issue_token(
    from: Anyone,
    app: Data<App>,
    body: Body<LoginRequest>,
) -> ApiResult<Json<TokenAnswer>> {
    let Body(login) = body;
    let password = SecretString::from(login.password);
    let token = app
        .auth
        .log_in_with_token(&login.username, password, &from.0)
        .await?;
    Ok(Json(TokenAnswer {
        access_token: token.token.expose_secret().to_owned(),
        token_type: "bearer".to_owned(),
        expires_in: token.expires_in_seconds,
    }))
}

/// Log out
#[utoipa::path(tag = "login", responses((status = 204, description = "The session has ended")))]
#[delete("/auth/session")]
pub async fn end_session(who: LoggedIn, app: Data<App>) -> ApiResult<HttpResponse> {
    if let Some(session) = who.session() {
        app.auth
            .end_own_session(who.caller(), &who.client, session.id())
            .await?;
    }
    Ok(HttpResponse::NoContent()
        .insert_header((header::SET_COOKIE, cookie::clear(app.secure)))
        .finish())
}

impl From<LoginError> for ApiError {
    fn from(error: LoginError) -> Self {
        match error {
            LoginError::Throttled(wait) => Self::wait(ErrorCode::LoginThrottled, wait.0),
            LoginError::Refused => ErrorCode::InvalidCredentials.into(),
            LoginError::Hash(error) => Self::internal(error),
            LoginError::Sign(error) => Self::internal(error),
            LoginError::Store(error) => error.into(),
        }
    }
}
