//! `index.html`. The dialog and menu library of the UI writes style elements while something is
//! open, and a script sets the theme before the first paint; both run by a nonce that is new in
//! every answer. So this one file is never answered from a copy: a 304 would bring a new policy for
//! a page with an old nonce.

use actix_web::HttpResponse;
use actix_web::http::header::{self, HeaderMap};
use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;

use crate::asset::{self, Asset};
use crate::encoding::{self, Encoding};

pub const NAME: &str = "index.html";
/// What the build leaves where the nonce belongs; the same word is in `vite.config.ts`.
const PLACE: &str = "__CSP_NONCE__";

pub fn respond(headers: &HeaderMap) -> HttpResponse {
    let Some(text) = asset::find(NAME)
        .map(Asset::plain)
        .and_then(|plain| std::str::from_utf8(plain).ok())
    else {
        return HttpResponse::InternalServerError().body("This build holds no pages.\n");
    };
    let nonce = STANDARD_NO_PAD.encode(rand::random::<[u8; 18]>());
    let html = text.replace(PLACE, &nonce).into_bytes();
    let mut response = HttpResponse::Ok();
    crate::add_safety(&mut response);
    response
        .insert_header((header::CONTENT_TYPE, "text/html; charset=utf-8"))
        .insert_header((header::CACHE_CONTROL, "no-cache"))
        .insert_header((header::VARY, "accept-encoding"))
        .insert_header((header::CONTENT_SECURITY_POLICY, policy(&nonce)))
        .insert_header((header::X_FRAME_OPTIONS, "DENY"))
        .insert_header(("cross-origin-opener-policy", "same-origin"))
        .insert_header((
            "permissions-policy",
            "camera=(), geolocation=(), microphone=()",
        ));
    let encoding = encoding::choose(headers);
    // New in every answer, so packed in every answer: quickly rather than tightly.
    let packed = match encoding {
        Encoding::Plain => None,
        Encoding::Brotli => asset::brotli(&html, asset::BROTLI_QUICK).ok(),
        Encoding::Gzip => asset::gzip(&html).ok(),
    };
    match (packed, encoding.header()) {
        (Some(packed), Some(name)) => response
            .insert_header((header::CONTENT_ENCODING, name))
            .body(packed),
        _ => response.body(html),
    }
}

fn policy(nonce: &str) -> String {
    format!(
        "default-src 'none'; script-src 'self' 'nonce-{nonce}'; style-src 'self' 'nonce-{nonce}'; \
         img-src 'self'; font-src 'self'; connect-src 'self'; manifest-src 'self'; base-uri 'none'; \
         form-action 'self'; frame-ancestors 'none'"
    )
}
