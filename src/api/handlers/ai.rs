//! Questions in plain words: asking, one's own history, and pairs people verified. How a question
//! is answered is the assistant's matter, how it is streamed that of `asking`.

use actix_web::web::{Data, Json, Path};
use actix_web::{HttpRequest, HttpResponse, delete, get, post};
use assistant::{AskError, Asker, Events, SaveError};
use auth::Change;
use domain::ErrorCode;
use domain::listing::Page;
use domain::question::{
    Answer, AskRequest, AskedQuestion, ExampleQuestion, NewFeedback, NewVerifiedQuery,
    VerifiedQuery,
};
use domain::text_model::{Cancel, ModelStatus};

use crate::allowed::{Allowed, Needs, SaveQueries, ViewInventory};
use crate::asking;
use crate::body::Body;
use crate::error::{ApiError, ApiResult};
use crate::params::PageParams;
use crate::query::Query;
use crate::state::App;

pub fn asker<P: Needs>(allowed: &Allowed<P>) -> Asker {
    Asker {
        user_id: allowed.caller().user_id().cloned(),
        name: allowed.caller().name().to_owned(),
        scope: allowed.scope(),
    }
}

/// Ask a question in plain words
///
/// With `Accept: text/event-stream` the answer is a stream of `AskEvent`: `started`, `tier`,
/// `token` for each piece the model writes, `sql`, and last `answer`, or `error` with a problem.
#[utoipa::path(tag = "ai", request_body = AskRequest, responses((status = 200, body = Answer)))]
#[post("/ai/query")]
pub async fn ask(
    allowed: Allowed<ViewInventory>,
    app: Data<App>,
    request: HttpRequest,
    body: Body<AskRequest>,
) -> ApiResult<HttpResponse> {
    let (asker, Body(question)) = (asker(&allowed), body);
    if let Some(organization) = &question.organization_id {
        allowed.within(organization)?;
    }
    if asking::wants_stream(&request) {
        return asking::answer(&app, allowed.who(), asker, question).await;
    }
    let nobody = Events::nobody();
    let asked = app
        .assistant
        .ask(&asker, question, &nobody, Cancel::default());
    Ok(HttpResponse::Ok().json(asked.await?))
}

/// List your questions, newest first
#[utoipa::path(tag = "ai", params(PageParams), responses((status = 200, body = Page<AskedQuestion>)))]
#[get("/ai/questions")]
pub async fn list_questions(
    allowed: Allowed<ViewInventory>,
    app: Data<App>,
    mut query: Query,
) -> ApiResult<Json<Page<AskedQuestion>>> {
    let page = query.page()?;
    query.finish()?;
    let (user, scope) = (allowed.caller().user_id(), allowed.scope());
    Ok(Json(
        store::question::list(&app.db, user, &scope, &page).await?,
    ))
}

/// Read one of your questions
#[utoipa::path(tag = "ai", responses((status = 200, body = AskedQuestion)))]
#[get("/ai/questions/{id}")]
pub async fn read_question(
    allowed: Allowed<ViewInventory>,
    app: Data<App>,
    id: Path<String>,
) -> ApiResult<Json<AskedQuestion>> {
    own_question(&allowed, &app, &id).await.map(Json)
}

async fn own_question(
    allowed: &Allowed<ViewInventory>,
    app: &App,
    id: &str,
) -> ApiResult<AskedQuestion> {
    let (user, scope) = (allowed.caller().user_id(), allowed.scope());
    let found = store::question::find(&app.db, user, &scope, id).await?;
    found.ok_or_else(|| ApiError::not_found("question", id))
}

/// Say whether an answer was right
#[utoipa::path(tag = "ai", request_body = NewFeedback, responses((status = 200, body = AskedQuestion)))]
#[post("/ai/questions/{id}/feedback")]
pub async fn judge_question(
    allowed: Allowed<ViewInventory>,
    app: Data<App>,
    id: Path<String>,
    body: Body<NewFeedback>,
) -> ApiResult<Json<AskedQuestion>> {
    let Body(new) = body;
    let user = allowed.caller().user_id();
    store::question::set_feedback(&app.db, user, &id, new.feedback).await?;
    own_question(&allowed, &app, &id).await.map(Json)
}

/// Cancel a question that is being answered
#[utoipa::path(tag = "ai", responses((status = 204)))]
#[post("/ai/questions/{id}/cancel")]
pub async fn cancel_question(
    allowed: Allowed<ViewInventory>,
    app: Data<App>,
    id: Path<String>,
) -> ApiResult<HttpResponse> {
    if app.assistant.cancel(&asker(&allowed), &id) {
        return Ok(HttpResponse::NoContent().finish());
    }
    Err(ApiError::new(
        ErrorCode::NotFound,
        format!("no question {id} of yours is being answered"),
    ))
}

/// List verified questions you may use
#[utoipa::path(tag = "ai", params(PageParams), responses((status = 200, body = Page<VerifiedQuery>)))]
#[get("/ai/verified")]
pub async fn list_verified(
    allowed: Allowed<ViewInventory>,
    app: Data<App>,
    mut query: Query,
) -> ApiResult<Json<Page<VerifiedQuery>>> {
    let page = query.page()?;
    query.finish()?;
    let listed = store::verified::list(&app.db, &allowed.scope(), &page).await?;
    Ok(Json(listed))
}

/// Save a question with the SQL that answers it
#[utoipa::path(tag = "ai", request_body = NewVerifiedQuery, responses((status = 201, body = VerifiedQuery)))]
#[post("/ai/verified")]
pub async fn save_verified(
    allowed: Allowed<SaveQueries>,
    app: Data<App>,
    body: Body<NewVerifiedQuery>,
) -> ApiResult<HttpResponse> {
    let Body(new) = body;
    may_change(&allowed, new.organization_id.as_ref())?;
    let saved = app.assistant.save(&asker(&allowed), new).await?;
    let change = Change {
        organization: saved.organization_id.clone(),
        ..Change::new("verified_query.created", &saved.question)
    };
    let change = change.with(serde_json::json!({ "id": saved.id, "sql": saved.sql }));
    app.auth
        .record(allowed.caller(), allowed.client(), change)
        .await?;
    Ok(HttpResponse::Created().json(saved))
}

/// Everyone's pairs are a global admin's, an organization's those of its operators.
fn may_change(
    allowed: &Allowed<SaveQueries>,
    organization: Option<&domain::OrganizationId>,
) -> ApiResult<()> {
    match organization {
        Some(id) => allowed.within(id),
        None if allowed.caller().is_global_admin() => Ok(()),
        None => Err(ApiError::new(
            ErrorCode::Forbidden,
            "only a global admin saves questions for everyone; name an organization_id",
        )),
    }
}

/// Delete a verified question
#[utoipa::path(tag = "ai", responses((status = 204)))]
#[delete("/ai/verified/{id}")]
pub async fn delete_verified(
    allowed: Allowed<SaveQueries>,
    app: Data<App>,
    id: Path<String>,
) -> ApiResult<HttpResponse> {
    let missing = || ApiError::not_found("verified question", &id);
    let found = store::verified::find(&app.db, allowed.caller().scope(), &id).await?;
    let pair = found.ok_or_else(missing)?;
    may_change(&allowed, pair.organization_id.as_ref())?;
    if !store::verified::delete(&app.db, &id).await? {
        return Err(missing());
    }
    let change = Change {
        organization: pair.organization_id,
        ..Change::new("verified_query.deleted", pair.question)
    };
    app.auth
        .record(allowed.caller(), allowed.client(), change)
        .await?;
    Ok(HttpResponse::NoContent().finish())
}

/// How the language model is; null when none is loaded
#[utoipa::path(tag = "ai", responses((status = 200, body = Option<ModelStatus>)))]
#[get("/ai/model")]
pub async fn read_model(
    _: Allowed<ViewInventory>,
    app: Data<App>,
) -> ApiResult<Json<Option<ModelStatus>>> {
    Ok(Json(app.assistant.model()))
}

/// Questions that show what can be asked
#[utoipa::path(tag = "ai", responses((status = 200, body = [ExampleQuestion])))]
#[get("/ai/examples")]
pub async fn list_examples(
    _: Allowed<ViewInventory>,
    app: Data<App>,
) -> ApiResult<Json<Vec<ExampleQuestion>>> {
    Ok(Json(app.assistant.examples()))
}

impl From<AskError> for ApiError {
    fn from(error: AskError) -> Self {
        let text = error.to_string();
        match error {
            AskError::Invalid { field, why } => Self::field(field, why),
            AskError::Busy { retry_after } => {
                let mut busy = Self::new(ErrorCode::ModelBusy, text);
                busy.retry_after = Some(retry_after);
                busy
            }
            AskError::Loading => {
                let mut loading = Self::new(ErrorCode::ModelUnavailable, text);
                loading.retry_after = Some(assistant::LOADING_RETRY);
                loading
            }
            AskError::Model(_) => Self::new(ErrorCode::ModelUnavailable, text),
            AskError::ModelTimeout => Self::new(ErrorCode::ModelTimeout, text),
            AskError::Cancelled => Self::new(ErrorCode::Cancelled, text),
            AskError::Query(error) => error.into(),
            AskError::Store(error) => error.into(),
        }
    }
}

impl From<SaveError> for ApiError {
    fn from(error: SaveError) -> Self {
        match error {
            SaveError::Invalid { field, why } => Self::field(field, why),
            SaveError::Query(error) => error.into(),
            SaveError::Store(error) => error.into(),
        }
    }
}
