//! A file as a request's whole body, received into a file of the data folder: it may be larger than the
//! memory. The size is limited and the other side may not stall.

use std::fs::File;
use std::io::{Seek, Write};

use actix_web::http::header;
use actix_web::{HttpRequest, web};
use domain::ErrorCode;
use futures::StreamExt;
use tokio::time::timeout;

use crate::error::{ApiError, ApiResult};
use crate::state::App;

/// What is gathered before it is written.
const PART: usize = 1 << 20;

/// The file, at its beginning. It has no name and is gone when it is dropped.
pub async fn receive(app: &App, request: &HttpRequest, mut body: web::Payload) -> ApiResult<File> {
    let most = app.limits.upload_bytes;
    let announced = request
        .headers()
        .get(header::CONTENT_LENGTH)
        .and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
    if announced.is_some_and(|length| length > most) {
        return Err(too_large(most));
    }
    let mut file = store::billing::spool(&app.db).map_err(ApiError::internal)?;
    let (mut size, mut part) = (0_u64, Vec::new());
    loop {
        let Ok(chunk) = timeout(app.limits.body_time, body.next()).await else {
            let seconds = app.limits.body_time.as_secs_f32();
            let why = format!("nothing more of the file arrived for {seconds} s");
            return Err(ApiError::new(ErrorCode::RequestTimeout, why));
        };
        let Some(chunk) = chunk else { break };
        let chunk = chunk.map_err(|error| {
            ApiError::new(
                ErrorCode::InvalidRequest,
                format!("the file broke off: {error}"),
            )
        })?;
        size += chunk.len() as u64;
        if size > most {
            return Err(too_large(most));
        }
        part.extend_from_slice(&chunk);
        if part.len() >= PART {
            file = written(file, std::mem::take(&mut part)).await?;
        }
    }
    let mut file = written(file, part).await?;
    file.rewind().map_err(ApiError::internal)?;
    Ok(file)
}

/// Writes on a thread that may wait for the disk.
async fn written(mut file: File, part: Vec<u8>) -> ApiResult<File> {
    let write = move || file.write_all(&part).map(|()| file);
    let done = tokio::task::spawn_blocking(write)
        .await
        .map_err(ApiError::internal)?;
    done.map_err(|error| {
        ApiError::new(
            ErrorCode::ReadOnly,
            format!("the file cannot be kept: {error}"),
        )
    })
}

fn too_large(most: u64) -> ApiError {
    let mib = most / (1024 * 1024);
    ApiError::new(
        ErrorCode::BodyTooLarge,
        format!("a file may have at most {mib} MiB"),
    )
}
