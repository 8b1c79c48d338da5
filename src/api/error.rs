//! Errors as clients see them: `ApiError` carries a code from the table in `domain::error` and
//! becomes `application/problem+json`. What happened inside is logged and never sent.

use std::fmt;
use std::time::Duration;

use actix_web::http::{StatusCode, header};
use actix_web::{HttpResponse, ResponseError};
use domain::ErrorCode;
use domain::error::{FieldError, Problem};
use store::StoreError;

pub type ApiResult<T> = Result<T, ApiError>;

#[derive(Debug)]
pub struct ApiError {
    pub code: ErrorCode,
    pub detail: Option<String>,
    pub fields: Vec<FieldError>,
    pub retry_after: Option<Duration>,
    /// For the log only.
    cause: Option<String>,
}

impl ApiError {
    pub fn new(code: ErrorCode, detail: impl Into<String>) -> Self {
        Self {
            detail: Some(detail.into()),
            ..Self::from(code)
        }
    }

    pub fn internal(cause: impl fmt::Display) -> Self {
        Self {
            cause: Some(cause.to_string()),
            ..Self::from(ErrorCode::Internal)
        }
    }

    /// One field of the body is wrong.
    pub fn field(field: &str, message: impl Into<String>) -> Self {
        Self::fields(vec![FieldError {
            field: field.to_owned(),
            message: message.into(),
        }])
    }

    pub fn fields(fields: Vec<FieldError>) -> Self {
        let detail = fields
            .iter()
            .map(|error| format!("{}: {}", error.field, error.message))
            .collect::<Vec<_>>()
            .join("; ");
        Self {
            fields,
            ..Self::new(ErrorCode::InvalidRequest, detail)
        }
    }

    pub fn not_found(what: &str, id: impl fmt::Display) -> Self {
        Self::new(ErrorCode::NotFound, format!("there is no {what} {id}"))
    }

    pub fn wait(code: ErrorCode, wait: Duration) -> Self {
        let seconds = seconds_rounded_up(wait);
        Self {
            retry_after: Some(wait),
            ..Self::new(code, format!("try again in {seconds} s"))
        }
    }

    /// What a client is told, without the request's name.
    pub fn problem(&self) -> Problem {
        Problem {
            kind: "about:blank".to_owned(),
            title: self.code.title().to_owned(),
            status: self.code.status(),
            code: self.code.code().to_owned(),
            detail: self.detail.clone(),
            errors: self.fields.clone(),
            request_id: None,
        }
    }

    /// What happened inside, for the log.
    pub fn cause(&self) -> Option<&str> {
        self.cause.as_deref()
    }

    /// The answer, naming the request so that it can be found in the log.
    pub fn response(&self, request_id: &str) -> HttpResponse {
        if let Some(cause) = &self.cause {
            tracing::error!(
                request_id,
                code = self.code.code(),
                "request failed: {cause}"
            );
        }
        let problem = Problem {
            request_id: Some(request_id.to_owned()),
            ..self.problem()
        };
        let mut response = HttpResponse::build(self.status_code());
        if let Some(wait) = self.retry_after {
            response.insert_header((header::RETRY_AFTER, seconds_rounded_up(wait).to_string()));
        }
        if self.code == ErrorCode::NotAuthenticated || self.code == ErrorCode::SessionExpired {
            response.insert_header((header::WWW_AUTHENTICATE, "Bearer realm=\"stocktake\""));
        }
        if matches!(
            self.code,
            ErrorCode::RequestTimeout | ErrorCode::BodyTooLarge
        ) {
            // The rest of the body is unread, so the connection cannot be used again.
            response.force_close();
        }
        response.insert_header((header::CONTENT_TYPE, "application/problem+json"));
        match serde_json::to_vec(&problem) {
            Ok(body) => response.body(body),
            Err(error) => {
                tracing::error!(request_id, "a problem could not be written: {error}");
                response.finish()
            }
        }
    }
}

fn seconds_rounded_up(wait: Duration) -> u64 {
    (wait.as_secs() + u64::from(wait.subsec_nanos() > 0)).max(1)
}

impl From<ErrorCode> for ApiError {
    fn from(code: ErrorCode) -> Self {
        Self {
            code,
            detail: None,
            fields: Vec::new(),
            retry_after: None,
            cause: None,
        }
    }
}

impl From<StoreError> for ApiError {
    fn from(error: StoreError) -> Self {
        match &error {
            StoreError::ReadOnly { .. } => Self::new(ErrorCode::ReadOnly, error.to_string()),
            StoreError::Conflict { what } => Self::new(ErrorCode::Conflict, what.clone()),
            StoreError::InvalidCursor => Self::new(ErrorCode::InvalidCursor, error.to_string()),
            StoreError::InvalidSort { .. } => {
                Self::new(ErrorCode::InvalidFilter, error.to_string())
            }
            StoreError::Closed => Self::new(ErrorCode::Unavailable, "the server is stopping"),
            StoreError::Unreadable(_) | StoreError::Database(_) => Self::internal(error),
        }
    }
}

impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.code.code())?;
        self.detail
            .iter()
            .try_for_each(|detail| write!(f, ": {detail}"))
    }
}

impl ResponseError for ApiError {
    fn status_code(&self) -> StatusCode {
        StatusCode::from_u16(self.code.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    /// `guard` replaces this answer by [`ApiError::response`], which knows the request's id.
    fn error_response(&self) -> HttpResponse {
        HttpResponse::new(self.status_code())
    }
}

/// An error that actix itself raised, such as a path that does not decode.
pub fn from_framework(error: &actix_web::Error) -> ApiError {
    let response = error.as_response_error();
    let code = match response.status_code().as_u16() {
        404 => ErrorCode::NotFound,
        405 => ErrorCode::MethodNotAllowed,
        408 => ErrorCode::RequestTimeout,
        413 => ErrorCode::BodyTooLarge,
        415 => ErrorCode::UnsupportedMedia,
        400..=499 => ErrorCode::InvalidRequest,
        _ => return ApiError::internal(error),
    };
    ApiError::new(code, error.to_string())
}
