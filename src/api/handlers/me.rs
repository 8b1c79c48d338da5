//! The caller: who they are, what they may, their profile and sessions.

use actix_web::web::{Data, Json, Path};
use actix_web::{HttpResponse, delete, get, patch, post};
use auth::{Identity, OwnChange, PasswordChange, TokenError};
use domain::user::{Membership, SessionView, TokenView, User};
use domain::{ErrorCode, SessionId, UserId, UtcTime};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use store::preference::Preferences;
use utoipa::ToSchema;

use crate::allowed::LoggedIn;
use crate::body::Body;
use crate::error::{ApiError, ApiResult};
use crate::state::App;

#[derive(Serialize, ToSchema)]
pub struct Me {
    pub user: User,
    /// The caller's role in each of their organizations.
    pub permissions: Vec<Membership>,
    /// May do everything everywhere.
    pub global_admin: bool,
    /// The data is made up.
    pub demo: bool,
    /// Set while the database takes no writes.
    pub read_only: Option<ReadOnly>,
    pub version: String,
    pub insecure_http: bool,
}

#[derive(Serialize, ToSchema)]
pub struct ReadOnly {
    pub reason: String,
}

/// Absent fields stay as they are; an empty email removes it.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ProfileChange {
    #[serde(default)]
    pub email: Option<String>,
    #[serde(default)]
    pub display_name: Option<String>,
    /// Ends the caller's other sessions.
    #[serde(default)]
    pub password: Option<NewPassword>,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewPassword {
    pub current: String,
    /// At least 12 characters.
    pub new: String,
}

pub fn describe(app: &App, user: User) -> Me {
    let health = app.db.health();
    Me {
        permissions: user.memberships.clone(),
        global_admin: user.global_admin,
        demo: app.demo,
        read_only: (!health.writable).then(|| ReadOnly {
            reason: health
                .reason
                .unwrap_or_else(|| "it is not known why".to_owned()),
        }),
        version: app.version.to_owned(),
        insecure_http: app.insecure_http && !app.secure,
        user,
    }
}

/// The control socket is nobody in particular and may do everything.
fn control_user(name: &str) -> User {
    User {
        id: UserId::from_text(""),
        username: name.to_owned(),
        email: None,
        display_name: None,
        global_admin: true,
        disabled: false,
        created_at: UtcTime::now(),
        last_login_at: None,
        memberships: Vec::new(),
    }
}

/// Who I am
#[utoipa::path(tag = "me", responses((status = 200, body = Me)))]
#[get("/me")]
pub async fn read_me(who: LoggedIn, app: Data<App>) -> Json<Me> {
    let user = match who.caller().identity() {
        Identity::User { user, .. } => User::clone(user),
        Identity::Control => control_user(who.caller().name()),
    };
    Json(describe(&app, user))
}

/// Change my profile or password
#[utoipa::path(tag = "me", request_body = ProfileChange, responses((status = 200, body = User)))]
#[patch("/me")]
pub async fn change_me(
    who: LoggedIn,
    app: Data<App>,
    body: Body<ProfileChange>,
) -> ApiResult<Json<User>> {
    let change = OwnChange {
        email: body.0.email,
        display_name: body.0.display_name,
        password: body.0.password.map(|password| PasswordChange {
            current: SecretString::from(password.current),
            new: SecretString::from(password.new),
        }),
    };
    Ok(Json(
        app.auth
            .change_self(who.caller(), &who.client, change)
            .await?,
    ))
}

/// My sessions
#[utoipa::path(tag = "me", responses((status = 200, body = [SessionView])))]
#[get("/me/sessions")]
pub async fn list_my_sessions(who: LoggedIn, app: Data<App>) -> ApiResult<Json<Vec<SessionView>>> {
    Ok(Json(app.auth.own_sessions(who.caller()).await?))
}

/// End one of my sessions
#[utoipa::path(tag = "me", responses((status = 204, description = "It has ended")))]
#[delete("/me/sessions/{id}")]
pub async fn end_my_session(
    who: LoggedIn,
    app: Data<App>,
    id: Path<String>,
) -> ApiResult<HttpResponse> {
    let id = SessionId::from_text(id.into_inner());
    let ended = app
        .auth
        .end_own_session(who.caller(), &who.client, &id)
        .await?;
    gone(ended, "session", &id)
}

/// `204` for what was ended, `404` where there was nothing to end.
fn gone(ended: bool, what: &str, id: &SessionId) -> ApiResult<HttpResponse> {
    if ended {
        Ok(HttpResponse::NoContent().finish())
    } else {
        Err(ApiError::not_found(what, id))
    }
}

/// Values by name, any JSON.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PreferenceValues {
    #[schema(value_type = std::collections::BTreeMap<String, serde_json::Value>)]
    pub values: Preferences,
}

/// My preferences
#[utoipa::path(tag = "me", responses((status = 200, body = PreferenceValues)))]
#[get("/me/preferences")]
pub async fn read_preferences(who: LoggedIn, app: Data<App>) -> ApiResult<Json<PreferenceValues>> {
    let values = store::preference::load(&app.db, who.person("preferences")?).await?;
    Ok(Json(PreferenceValues { values }))
}

/// Change some of my preferences; `null` removes one
#[utoipa::path(tag = "me", request_body = PreferenceValues, responses((status = 200, body = PreferenceValues)))]
#[patch("/me/preferences")]
pub async fn change_preferences(
    who: LoggedIn,
    app: Data<App>,
    body: Body<PreferenceValues>,
) -> ApiResult<Json<PreferenceValues>> {
    let values =
        store::preference::merge(&app.db, who.person("preferences")?, body.0.values).await?;
    Ok(Json(PreferenceValues { values }))
}

#[derive(Serialize, ToSchema)]
pub struct Tokens {
    pub items: Vec<TokenView>,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TokenRequest {
    /// What it is for.
    pub name: String,
    /// 1 to 365.
    pub expires_in_days: u32,
}

#[derive(Serialize, ToSchema)]
pub struct CreatedToken {
    #[serde(flatten)]
    pub view: TokenView,
    /// Send it as `Authorization: Bearer …`. It is not shown again.
    pub token: String,
}

impl From<TokenError> for ApiError {
    fn from(error: TokenError) -> Self {
        match error {
            TokenError::Name => Self::field("name", error.to_string()),
            TokenError::Days => Self::field("expires_in_days", error.to_string()),
            TokenError::NoPerson => Self::new(ErrorCode::Forbidden, error.to_string()),
            TokenError::TooMany => Self::new(ErrorCode::Conflict, error.to_string()),
            TokenError::Store(error) => error.into(),
            TokenError::Sign(error) => Self::internal(error),
        }
    }
}

/// My tokens for programs
#[utoipa::path(tag = "me", responses((status = 200, body = Tokens)))]
#[get("/me/tokens")]
pub async fn list_my_tokens(who: LoggedIn, app: Data<App>) -> ApiResult<Json<Tokens>> {
    let items = app.auth.own_tokens(who.caller()).await?;
    Ok(Json(Tokens { items }))
}

/// Make a token for a program; it may do what I may
#[utoipa::path(tag = "me", request_body = TokenRequest, responses((status = 201, body = CreatedToken)))]
#[post("/me/tokens")]
pub async fn create_token(
    who: LoggedIn,
    app: Data<App>,
    body: Body<TokenRequest>,
) -> ApiResult<HttpResponse> {
    let Body(request) = body;
    let created = app
        .auth
        .create_token(
            who.caller(),
            &who.client,
            &request.name,
            request.expires_in_days,
        )
        .await?;
    Ok(HttpResponse::Created().json(CreatedToken {
        view: created.view,
        token: created.token.expose_secret().to_owned(),
    }))
}

/// End one of my tokens
#[utoipa::path(tag = "me", responses((status = 204, description = "It has ended")))]
#[delete("/me/tokens/{id}")]
pub async fn end_my_token(
    who: LoggedIn,
    app: Data<App>,
    id: Path<String>,
) -> ApiResult<HttpResponse> {
    let id = SessionId::from_text(id.into_inner());
    let ended = app
        .auth
        .end_own_token(who.caller(), &who.client, &id)
        .await?;
    gone(ended, "token", &id)
}
