//! First set-up, and links to get back in.

use actix_web::http::header;
use actix_web::web::{Data, Json};
use actix_web::{HttpResponse, get, post};
use auth::{NewAdmin, SetupError};
use domain::user::User;
use domain::{ErrorCode, UtcTime};
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::allowed::{Allowed, Anyone, ManageInstallation};
use crate::body::Body;
use crate::cookie;
use crate::error::{ApiError, ApiResult};
use crate::state::App;

/// What a page must know before anyone is logged in.
#[derive(Serialize, ToSchema)]
pub struct SetupState {
    /// Nobody exists yet: open the setup link.
    pub needed: bool,
    /// The data is made up.
    pub demo: bool,
    /// Passwords cross the network in the clear.
    pub insecure_http: bool,
    pub version: String,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SetupRequest {
    /// From the link.
    pub token: String,
    pub username: String,
    /// At least 12 characters.
    pub password: String,
    #[serde(default)]
    pub email: Option<String>,
}

#[derive(Serialize, ToSchema)]
pub struct SetupLinkAnswer {
    /// Opens once, within half an hour.
    pub url: String,
    pub expires_at: UtcTime,
}

/// Whether set-up is needed
#[utoipa::path(tag = "setup", responses((status = 200, body = SetupState)), security(()))]
#[get("/setup")]
pub async fn read_setup(_: Anyone, app: Data<App>) -> ApiResult<Json<SetupState>> {
    Ok(Json(SetupState {
        needed: app.auth.needs_setup().await?,
        demo: app.demo,
        insecure_http: app.insecure_http && !app.secure,
        version: app.version.to_owned(),
    }))
}

/// Become a global admin with a setup link
#[utoipa::path(
    tag = "setup", request_body = SetupRequest,
    responses((status = 201, body = User, description = "Logged in; the cookie is set")),
    security(())
)]
#[post("/setup")]
pub async fn redeem_setup_link(
    from: Anyone,
    app: Data<App>,
    body: Body<SetupRequest>,
) -> ApiResult<HttpResponse> {
    let Body(request) = body;
    let token = SecretString::from(request.token);
    let admin = NewAdmin {
        username: request.username,
        password: SecretString::from(request.password),
        email: request.email,
    };
    let session = app.auth.redeem_setup_link(&token, admin, &from.0).await?;
    let cookie = cookie::start(&session, app.secure);
    Ok(HttpResponse::Created()
        .insert_header((header::SET_COOKIE, cookie))
        .json(session.user))
}

/// Make a setup link
#[utoipa::path(tag = "setup", responses((status = 201, body = SetupLinkAnswer)))]
#[post("/setup/link")]
pub async fn create_setup_link(
    allowed: Allowed<ManageInstallation>,
    app: Data<App>,
) -> ApiResult<HttpResponse> {
    let link = app
        .auth
        .create_setup_link(allowed.caller(), allowed.client())
        .await?;
    Ok(HttpResponse::Created().json(SetupLinkAnswer {
        url: link.url(&app.url),
        expires_at: link.expires_at,
    }))
}

impl From<SetupError> for ApiError {
    fn from(error: SetupError) -> Self {
        match error {
            SetupError::LinkInvalid => Self::new(ErrorCode::SetupLinkInvalid, error.to_string()),
            SetupError::AlreadySetUp => Self::new(ErrorCode::AlreadySetUp, error.to_string()),
            SetupError::Name(error) => Self::field("username", error.to_string()),
            SetupError::Contact(error) => error.into(),
            SetupError::Password(error) => Self::field("password", error.to_string()),
            SetupError::Hash(error) => Self::internal(error),
            SetupError::Store(error) => error.into(),
        }
    }
}
