//! Read-only SQL over the public views, in the caller's scope.

use std::time::Duration;

use actix_web::web::{Data, Json};
use actix_web::{get, post};
use domain::{ErrorCode, UtcTime};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::allowed::{Allowed, ViewInventory};
use crate::body::Body;
use crate::error::{ApiError, ApiResult};
use crate::state::App;

/// How long a query may run.
const DEADLINE: Duration = Duration::from_secs(10);
const DEFAULT_ROWS: u32 = 1_000;
const MOST_ROWS: u32 = 10_000;

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct QueryRequest {
    /// One `SELECT`.
    pub sql: String,
    /// Rows at most: 1 to 10,000; 1,000 unless given.
    #[serde(default)]
    pub limit: Option<u32>,
}

#[derive(Serialize, ToSchema)]
pub struct QueryAnswer {
    pub columns: Vec<String>,
    /// One array for each row, in the order of `columns`.
    #[schema(value_type = Vec<Vec<Object>>)]
    pub rows: Vec<Vec<serde_json::Value>>,
    /// There were more rows than the limit.
    pub truncated: bool,
    pub duration_ms: u64,
    /// The age of the data, as on a list of desktops.
    pub as_of: Option<UtcTime>,
}

/// A view people may query.
#[derive(Serialize, ToSchema)]
pub struct ViewDescription {
    pub name: String,
    pub meaning: String,
    pub columns: Vec<ColumnDescription>,
}

#[derive(Serialize, ToSchema)]
pub struct ColumnDescription {
    pub name: String,
    pub meaning: String,
}

/// Run a read-only query
#[utoipa::path(tag = "query", responses((status = 200, body = QueryAnswer)))]
#[post("/query")]
pub async fn run_query(
    allowed: Allowed<ViewInventory>,
    app: Data<App>,
    body: Body<QueryRequest>,
) -> ApiResult<Json<QueryAnswer>> {
    let Body(request) = body;
    let limit = request.limit.unwrap_or(DEFAULT_ROWS);
    if !(1..=MOST_ROWS).contains(&limit) {
        return Err(ApiError::field("limit", format!("it goes from 1 to {MOST_ROWS}")));
    }
    let scope = allowed.scope();
    let result = store::query::run(&app.db, &scope, &request.sql, limit, DEADLINE).await?;
    Ok(Json(QueryAnswer {
        columns: result.columns,
        rows: result.rows,
        truncated: result.truncated,
        duration_ms: result.duration_ms,
        as_of: store::workspace::as_of(&app.db, &scope).await?,
    }))
}

/// The views and columns queries may use
#[utoipa::path(tag = "query", responses((status = 200, body = [ViewDescription])))]
#[get("/query/schema")]
pub async fn read_query_schema(_: Allowed<ViewInventory>) -> Json<Vec<ViewDescription>> {
    let describe = |view: &store::views::View| ViewDescription {
        name: view.name.to_owned(),
        meaning: view.meaning.to_owned(),
        columns: view
            .columns
            .iter()
            .map(|column| ColumnDescription {
                name: column.name.to_owned(),
                meaning: column.meaning.to_owned(),
            })
            .collect(),
    };
    Json(store::views::VIEWS.iter().map(describe).collect())
}

impl From<store::query::QueryError> for ApiError {
    fn from(error: store::query::QueryError) -> Self {
        use store::query::QueryError;
        let text = error.to_string();
        match error {
            QueryError::Refused(_) => Self::new(ErrorCode::QueryRefused, text),
            QueryError::Failed(_) => Self::new(ErrorCode::QueryFailed, text),
            QueryError::Timeout(_) => Self::new(ErrorCode::QueryTimeout, text),
            QueryError::Store(error) => error.into(),
        }
    }
}
