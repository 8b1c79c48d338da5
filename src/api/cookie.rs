//! The session cookie: its name, its attributes, and finding it in a request.

use actix_web::http::header::{self, HeaderMap};
use auth::{COOKIE_LIFETIME_SECONDS, CookieSession};
use secrecy::ExposeSecret;

/// Over TLS the `__Host-` prefix makes browsers refuse one set by another host or without TLS.
fn name(secure: bool) -> &'static str {
    if secure {
        "__Host-stocktake_session"
    } else {
        "stocktake_session"
    }
}

/// The value of a `Set-Cookie` header that starts a session.
pub fn start(session: &CookieSession, secure: bool) -> String {
    set(
        session.cookie.expose_secret(),
        secure,
        COOKIE_LIFETIME_SECONDS,
    )
}

fn set(secret: &str, secure: bool, max_age_seconds: i64) -> String {
    let (name, flag) = (name(secure), secure_flag(secure));
    format!("{name}={secret}; Path=/; Max-Age={max_age_seconds}; HttpOnly; SameSite=Strict{flag}")
}

/// The value of a `Set-Cookie` header that removes it.
pub fn clear(secure: bool) -> String {
    let (name, flag) = (name(secure), secure_flag(secure));
    format!("{name}=; Path=/; Max-Age=0; HttpOnly; SameSite=Strict{flag}")
}

fn secure_flag(secure: bool) -> &'static str {
    if secure { "; Secure" } else { "" }
}

pub fn find(headers: &HeaderMap, secure: bool) -> Option<&str> {
    let wanted = name(secure);
    headers
        .get_all(header::COOKIE)
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(name, _)| *name == wanted)
        .map(|(_, secret)| secret)
        .filter(|secret| !secret.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::http::header::HeaderValue;

    #[test]
    fn attributes_follow_tls() {
        let plain = set("s", false, 60);
        assert_eq!(
            plain,
            "stocktake_session=s; Path=/; Max-Age=60; HttpOnly; SameSite=Strict"
        );
        let tls = set("s", true, 60);
        assert!(
            tls.starts_with("__Host-stocktake_session=s; Path=/;") && tls.ends_with("; Secure")
        );
    }

    #[test]
    fn the_cookie_is_found_among_others_by_its_whole_name() {
        let mut headers = HeaderMap::new();
        let text = "xstocktake_session=no; a=b; stocktake_session=yes; c";
        headers.insert(header::COOKIE, HeaderValue::from_static(text));
        assert_eq!(find(&headers, false), Some("yes"));
        assert_eq!(
            find(&headers, true),
            None,
            "a plain cookie does not count over TLS"
        );
    }
}
