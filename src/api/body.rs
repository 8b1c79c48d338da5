//! Request bodies: `Body<T>` reads JSON within a size limit and a deadline. actix's own client
//! timeout ends with the head, so a body sent a byte at a time would otherwise hold its worker's
//! memory for ever.

use actix_web::dev::Payload;
use actix_web::http::header;
use actix_web::web::{BytesMut, Data};
use actix_web::{FromRequest, HttpRequest};
use domain::ErrorCode;
use futures::StreamExt;
use futures::future::LocalBoxFuture;
use serde::de::DeserializeOwned;

use crate::error::ApiError;
use crate::state::App;

/// A JSON body. Types refuse unknown fields themselves.
pub struct Body<T, const LARGE: bool = false>(pub T);

/// One that may have 16 MiB, whatever the usual limit: a price book has thousands of cells.
pub type LargeBody<T> = Body<T, true>;

const LARGE_BYTES: usize = 16 * 1024 * 1024;

impl<T: DeserializeOwned + 'static, const LARGE: bool> FromRequest for Body<T, LARGE> {
    type Error = ApiError;
    type Future = LocalBoxFuture<'static, Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (request, payload) = (request.clone(), payload.take());
        Box::pin(async move {
            let bytes = read(&request, payload, LARGE.then_some(LARGE_BYTES)).await?;
            serde_json::from_slice(&bytes).map(Self).map_err(|error| {
                ApiError::new(
                    ErrorCode::InvalidRequest,
                    format!("the body is not valid: {error}"),
                )
            })
        })
    }
}

async fn read(
    request: &HttpRequest,
    mut payload: Payload,
    most: Option<usize>,
) -> Result<BytesMut, ApiError> {
    let limits = &request
        .app_data::<Data<App>>()
        .ok_or_else(|| ApiError::internal("the state is missing"))?
        .limits;
    if !is_json(request) {
        return Err(ApiError::new(
            ErrorCode::UnsupportedMedia,
            "send the body as application/json",
        ));
    }
    let most = most.unwrap_or(limits.body_bytes);
    let too_large = || {
        let kib = most / 1024;
        ApiError::new(
            ErrorCode::BodyTooLarge,
            format!("a body may have at most {kib} KiB"),
        )
    };
    let announced = request
        .headers()
        .get(header::CONTENT_LENGTH)
        .and_then(|value| value.to_str().ok()?.parse::<usize>().ok());
    if announced.is_some_and(|length| length > most) {
        return Err(too_large());
    }
    let deadline = tokio::time::Instant::now() + limits.body_time;
    let mut bytes = BytesMut::new();
    loop {
        let Ok(chunk) = tokio::time::timeout_at(deadline, payload.next()).await else {
            let seconds = limits.body_time.as_secs_f32();
            return Err(ApiError::new(
                ErrorCode::RequestTimeout,
                format!("the body did not arrive within {seconds} s"),
            ));
        };
        let Some(chunk) = chunk else { return Ok(bytes) };
        let chunk = chunk.map_err(|error| {
            ApiError::new(
                ErrorCode::InvalidRequest,
                format!("the body broke off: {error}"),
            )
        })?;
        if bytes.len() + chunk.len() > most {
            return Err(too_large());
        }
        bytes.extend_from_slice(&chunk);
    }
}

fn is_json(request: &HttpRequest) -> bool {
    request
        .headers()
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split(';').next())
        .is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/json"))
}
