//! The pages: the build of `assets/ui`, embedded, and how a browser may keep and run it. Knows
//! nothing of the API and no other room.
//!
//! | file | holds |
//! |---|---|
//! | `asset` | the embedded files with their tags and their compressed forms |
//! | `encoding` | which compression a client takes |
//! | `page` | `index.html` with a fresh nonce, and the content security policy |
//!
//! Any address that names no file answers with `index.html`, since the page has its own router;
//! only what looks like a file (`/assets/gone.js`) is a 404.

mod asset;
mod encoding;
mod page;

use actix_web::http::header::{self, HeaderValue};
use actix_web::http::{Method, StatusCode};
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder};

use asset::Asset;

/// Names of files under here hold a hash of their content, so they never change.
const HASHED: &str = "assets/";
const FOREVER: &str = "public, max-age=31536000, immutable";
const ASK_FIRST: &str = "no-cache";

/// The answer for everything that no route of the API takes.
#[must_use]
pub fn respond(request: &HttpRequest) -> HttpResponse {
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        return HttpResponse::MethodNotAllowed()
            .insert_header((header::ALLOW, "GET, HEAD"))
            .finish();
    }
    let path = request.path().trim_start_matches('/');
    if path == page::NAME {
        return page::respond(request.headers());
    }
    match asset::find(path) {
        Some(asset) => file(request, path, asset),
        None if names_a_file(path) => missing(),
        None => page::respond(request.headers()),
    }
}

fn file(request: &HttpRequest, path: &str, asset: &'static Asset) -> HttpResponse {
    let encoding = encoding::choose(request.headers());
    let (encoding, body) = asset.body(encoding);
    let tag = asset.tag(encoding);
    let mut response = HttpResponse::Ok();
    let keep = if path.starts_with(HASHED) {
        FOREVER
    } else {
        ASK_FIRST
    };
    response
        .insert_header((header::CACHE_CONTROL, keep))
        .insert_header((header::ETAG, tag.as_str()))
        .insert_header((header::VARY, "accept-encoding"));
    add_safety(&mut response);
    if has_already(request, &tag) {
        return response.status(StatusCode::NOT_MODIFIED).finish();
    }
    response.insert_header((header::CONTENT_TYPE, asset.content_type));
    if let Some(name) = encoding.header() {
        response.insert_header((header::CONTENT_ENCODING, name));
    }
    response.body(body)
}

fn missing() -> HttpResponse {
    let mut response = HttpResponse::NotFound();
    add_safety(&mut response);
    response
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .insert_header((header::CONTENT_TYPE, "text/plain; charset=utf-8"))
        .body("There is no such file.\n")
}

/// Whether the client's copy, as `If-None-Match` names it, is the one it would get.
fn has_already(request: &HttpRequest, tag: &str) -> bool {
    request
        .headers()
        .get_all(header::IF_NONE_MATCH)
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(str::trim)
        .any(|given| given == "*" || given.strip_prefix("W/").unwrap_or(given) == tag)
}

/// A last part with an extension. Ids of the pages' own addresses have no dots.
fn names_a_file(path: &str) -> bool {
    path.rsplit('/')
        .next()
        .is_some_and(|last| last.contains('.'))
}

fn add_safety(response: &mut HttpResponseBuilder) {
    response
        .insert_header((
            header::X_CONTENT_TYPE_OPTIONS,
            HeaderValue::from_static("nosniff"),
        ))
        .insert_header((
            header::REFERRER_POLICY,
            HeaderValue::from_static("same-origin"),
        ));
}

#[cfg(test)]
mod tests;
