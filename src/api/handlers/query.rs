//! Read-only SQL over the public views, in the caller's scope.

use actix_web::web::{Data, Json};
use actix_web::{get, post};
use domain::ErrorCode;
use serde::Deserialize;
use store::query::{self, DEFAULT_DEADLINE, MAX_ROWS, QueryError, QueryResult};
use store::views::{self, ViewSchema};
use utoipa::ToSchema;

use crate::allowed::{Allowed, ViewInventory};
use crate::body::Body;
use crate::error::{ApiError, ApiResult};
use crate::state::App;

const DEFAULT_ROWS: u32 = 1_000;

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct QueryRequest {
    /// One `SELECT`.
    pub sql: String,
    /// Rows at most: 1 to 10,000; 1,000 unless given.
    #[serde(default)]
    pub limit: Option<u32>,
}

/// Run a read-only query
#[utoipa::path(tag = "query", request_body = QueryRequest, responses((status = 200, body = QueryResult)))]
#[post("/query")]
pub async fn run_query(
    allowed: Allowed<ViewInventory>,
    app: Data<App>,
    body: Body<QueryRequest>,
) -> ApiResult<Json<QueryResult>> {
    let Body(request) = body;
    let limit = request.limit.unwrap_or(DEFAULT_ROWS);
    if !(1..=MAX_ROWS).contains(&limit) {
        return Err(ApiError::field(
            "limit",
            format!("it goes from 1 to {MAX_ROWS}"),
        ));
    }
    let result = query::run(
        &app.db,
        &allowed.scope(),
        &request.sql,
        limit,
        DEFAULT_DEADLINE,
    )
    .await?;
    Ok(Json(result))
}

/// The views and columns queries may use
#[utoipa::path(tag = "query", responses((status = 200, body = [ViewSchema])))]
#[get("/query/schema")]
pub async fn read_query_schema(_: Allowed<ViewInventory>) -> Json<Vec<ViewSchema>> {
    Json(views::schema())
}

impl From<QueryError> for ApiError {
    fn from(error: QueryError) -> Self {
        let text = error.to_string();
        match error {
            QueryError::Refused(_) => Self::new(ErrorCode::QueryRefused, text),
            QueryError::Failed(_) => Self::new(ErrorCode::QueryFailed, text),
            QueryError::Timeout { .. } => Self::new(ErrorCode::QueryTimeout, text),
            QueryError::Store(error) => error.into(),
        }
    }
}
