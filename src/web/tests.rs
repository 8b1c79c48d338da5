//! What a browser gets for an address, and what it may keep of it.

use std::io::Read;

use actix_web::body::MessageBody;
use actix_web::http::header;
use actix_web::test::TestRequest;
use actix_web::{HttpResponse, http::StatusCode};

use crate::asset;
use crate::respond;

fn get(path: &str, headers: &[(&'static str, &str)]) -> HttpResponse {
    let request = headers
        .iter()
        .fold(TestRequest::get().uri(path), |request, header| {
            request.insert_header(*header)
        });
    respond(&request.to_http_request())
}

fn header_of(response: &HttpResponse, name: header::HeaderName) -> Option<&str> {
    response.headers().get(name)?.to_str().ok()
}

fn bytes(response: HttpResponse) -> Vec<u8> {
    response.into_body().try_into_bytes().unwrap().to_vec()
}

fn page(path: &str) -> (String, String) {
    let response = get(path, &[]);
    assert_eq!(response.status(), StatusCode::OK, "{path}");
    let policy = header_of(&response, header::CONTENT_SECURITY_POLICY)
        .unwrap()
        .to_owned();
    (policy, String::from_utf8(bytes(response)).unwrap())
}

/// The script that the page starts with.
fn script() -> String {
    let (_, html) = page("/");
    let from = html.find("/assets/index-").unwrap();
    html[from..].split('"').next().unwrap().to_owned()
}

#[test]
fn every_address_of_a_page_answers_with_the_page() {
    for path in [
        "/",
        "/index.html",
        "/workspaces/ws-abc",
        "/setup?token=x",
        "/accounts/111122223333",
    ] {
        let (_, html) = page(path);
        assert!(html.contains("<div id=\"root\">"), "{path}");
    }
}

#[test]
fn what_looks_like_a_file_and_is_none_is_missing() {
    for path in [
        "/assets/gone.js",
        "/robots.txt",
        "/../Cargo.toml",
        "/assets/%2e%2e/index.html",
    ] {
        let response = get(path, &[]);
        assert_eq!(response.status(), StatusCode::NOT_FOUND, "{path}");
    }
}

#[test]
fn the_nonce_is_new_in_every_answer_and_is_all_that_lets_inline_code_run() {
    let (policy, html) = page("/");
    let nonce = policy
        .split("'nonce-")
        .nth(1)
        .unwrap()
        .split('\'')
        .next()
        .unwrap();
    assert!(nonce.len() >= 22, "{nonce}");
    assert!(!policy.contains("unsafe"), "{policy}");
    assert!(!html.contains("__CSP_NONCE__"));
    assert_eq!(
        html.matches("<script").count(),
        html.matches("<script nonce=").count() + 1
    );
    assert_eq!(
        html.matches("nonce=\"").count(),
        html.matches(&format!("nonce=\"{nonce}\"")).count()
    );
    assert!(!page("/").0.contains(nonce));
}

#[test]
fn the_page_is_asked_for_every_time() {
    let response = get("/", &[]);
    assert_eq!(
        header_of(&response, header::CACHE_CONTROL),
        Some("no-cache")
    );
    assert_eq!(header_of(&response, header::ETAG), None);
}

#[test]
fn hashed_files_are_kept_for_good_and_others_asked_for() {
    let kept = get(&script(), &[]);
    assert_eq!(
        header_of(&kept, header::CACHE_CONTROL),
        Some("public, max-age=31536000, immutable")
    );
    assert_eq!(
        header_of(&kept, header::CONTENT_TYPE),
        Some("text/javascript; charset=utf-8")
    );
    let icon = get("/favicon.svg", &[]);
    assert_eq!(header_of(&icon, header::CACHE_CONTROL), Some("no-cache"));
    assert_eq!(
        header_of(&icon, header::CONTENT_TYPE),
        Some("image/svg+xml")
    );
}

#[test]
fn a_copy_with_the_right_tag_is_not_sent_again() {
    let path = script();
    let tag = header_of(&get(&path, &[]), header::ETAG)
        .unwrap()
        .to_owned();
    assert!(tag.starts_with('"'), "a strong tag: {tag}");
    for given in [
        tag.clone(),
        format!("\"other\", {tag}"),
        format!("W/{tag}"),
        "*".to_owned(),
    ] {
        let response = get(&path, &[("if-none-match", &given)]);
        assert_eq!(response.status(), StatusCode::NOT_MODIFIED, "{given}");
        assert_eq!(header_of(&response, header::ETAG), Some(tag.as_str()));
        assert!(bytes(response).is_empty());
    }
    assert_eq!(
        get(&path, &[("if-none-match", "\"other\"")]).status(),
        StatusCode::OK
    );
    let packed = get(&path, &[("if-none-match", &tag), ("accept-encoding", "br")]);
    assert_eq!(
        packed.status(),
        StatusCode::OK,
        "another form has another tag"
    );
}

#[test]
fn files_are_packed_as_the_client_takes_them_and_unpack_to_the_same() {
    let path = script();
    let plain = bytes(get(&path, &[]));
    for (accept, name) in [("br, gzip", "br"), ("gzip", "gzip")] {
        let response = get(&path, &[("accept-encoding", accept)]);
        assert_eq!(header_of(&response, header::CONTENT_ENCODING), Some(name));
        assert_eq!(header_of(&response, header::VARY), Some("accept-encoding"));
        let packed = bytes(response);
        assert!(
            packed.len() * 2 < plain.len(),
            "{name}: {} of {}",
            packed.len(),
            plain.len()
        );
        assert!(unpack(name, &packed) == plain, "{name}");
    }
}

#[test]
fn the_page_is_packed_too() {
    for (accept, name) in [("br", "br"), ("gzip", "gzip")] {
        let response = get("/", &[("accept-encoding", accept)]);
        assert_eq!(header_of(&response, header::CONTENT_ENCODING), Some(name));
        let html = unpack(name, &bytes(response));
        assert!(
            String::from_utf8(html)
                .unwrap()
                .contains("<div id=\"root\">")
        );
    }
}

#[test]
fn pages_are_only_read() {
    let response = respond(&TestRequest::post().uri("/workspaces").to_http_request());
    assert_eq!(response.status(), StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(header_of(&response, header::ALLOW), Some("GET, HEAD"));
}

#[test]
fn every_file_has_a_type_a_browser_will_run() {
    let (_, html) = page("/");
    for path in html.split('"').filter(|part| part.starts_with("/assets/")) {
        let asset = asset::find(path.trim_start_matches('/')).unwrap();
        assert_ne!(asset.content_type, "application/octet-stream", "{path}");
    }
}

fn unpack(name: &str, packed: &[u8]) -> Vec<u8> {
    let mut plain = Vec::new();
    if name == "br" {
        brotli::Decompressor::new(packed, 4096)
            .read_to_end(&mut plain)
            .unwrap();
    } else {
        flate2::read::GzDecoder::new(packed)
            .read_to_end(&mut plain)
            .unwrap();
    }
    plain
}
