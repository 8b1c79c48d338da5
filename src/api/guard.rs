//! What happens to every request before its handler and after: a request id, the client's
//! address, the session, rate limits, the defence against forged cross-site requests, security
//! headers, metrics, and errors as problem documents. Which permission a route needs stands in
//! its handler's signature, not here.

use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use actix_web::middleware::Next;
use actix_web::web::Data;
use actix_web::{Error, HttpMessage};
use auth::{ActiveSession, AuthenticateError, Caller, Credential};
use domain::ErrorCode;

use crate::alias;
use crate::client_ip::client_ip;
use crate::cookie;
use crate::error::{ApiError, ApiResult, from_framework};
use crate::router::Place;
use crate::state::App;

/// Marks connections to the control socket.
#[derive(Debug, Clone, Copy)]
pub struct ControlConnection;

/// Who sent a request, as far as it is known before a permission is asked for.
#[derive(Clone)]
pub struct Visitor {
    /// `None` on the control socket and nowhere else.
    pub ip: Option<IpAddr>,
    pub who: Who,
}

#[derive(Clone)]
pub enum Who {
    Anonymous,
    /// Credentials came, but their session has ended.
    Ended,
    LoggedIn(Arc<ActiveSession>),
    Control(Arc<Caller>),
}

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
const CSRF: HeaderName = HeaderName::from_static("x-stocktake-csrf");
const FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// Addresses, as they are routed, where passwords or setup links can be guessed.
const LOGIN_PATHS: [&str; 3] = [
    "/api/v1/auth/session",
    "/api/v1/auth/login",
    "/api/v1/setup",
];

pub async fn guard(
    mut request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let started = Instant::now();
    alias::apply(&mut request);
    if request.method() == Method::HEAD {
        // actix leaves the body out by itself; handlers only know GET.
        request.head_mut().method = Method::GET;
    }
    let request_id = next_request_id();
    // What is routed is the decoded path, so that one decides: the raw one can spell a route in
    // many ways.
    let place = Place::of(request.match_info().as_str());
    let Some(app) = request.app_data::<Data<App>>().cloned() else {
        return Err(ApiError::internal("the state is missing").into());
    };

    let mut response = match admit(&app, &request, place).await {
        Ok(visitor) => {
            request.extensions_mut().insert(visitor);
            next.call(request).await?.map_into_boxed_body()
        }
        Err(error) => {
            let (request, _) = request.into_parts();
            ServiceResponse::new(request, error.response(&request_id))
        }
    };
    if let Some(error) = response.response().error() {
        let problem = match error.as_error::<ApiError>() {
            Some(error) => error.response(&request_id),
            None => from_framework(error).response(&request_id),
        };
        let allow = response.headers().get(header::ALLOW).cloned();
        response = response.into_response(problem);
        if let Some(methods) = allow {
            response.headers_mut().insert(header::ALLOW, methods);
        }
    }
    add_headers(response.headers_mut(), &request_id, place, app.secure);
    measure(&app, &response, started);
    Ok(response)
}

async fn admit(app: &App, request: &ServiceRequest, place: Place) -> ApiResult<Visitor> {
    let visitor = |ip, who| Visitor { ip, who };
    if request.conn_data::<ControlConnection>().is_some() {
        return Ok(visitor(None, Who::Control(Arc::new(Caller::control()))));
    }
    let Some(peer) = request.peer_addr() else {
        return Err(ApiError::internal("a connection without an address"));
    };
    let ip = client_ip(peer, request.headers(), &app.trusted_proxies);
    if place != Place::Api {
        return Ok(visitor(Some(ip), Who::Anonymous));
    }
    if request.method() == Method::POST && LOGIN_PATHS.contains(&request.match_info().as_str()) {
        app.limits.login(ip)?;
    }
    let bearer = bearer_token(request.headers());
    let credential = match bearer {
        Some(token) => Some(Credential::Bearer(token)),
        None => cookie::find(request.headers(), app.secure).map(Credential::Cookie),
    };
    if bearer.is_none() {
        refuse_forged(app, request, credential.is_some())?;
    }
    let who = match credential {
        None => Who::Anonymous,
        Some(credential) => match app.auth.authenticate(credential).await {
            Ok(session) => Who::LoggedIn(session),
            Err(AuthenticateError::Ended) => Who::Ended,
            Err(AuthenticateError::Store(error)) => return Err(error.into()),
        },
    };
    match &who {
        Who::LoggedIn(session) => app.limits.session(session.id())?,
        _ => app.limits.anonymous(ip)?,
    }
    Ok(visitor(Some(ip), who))
}

fn bearer_token(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

/// A browser attaches cookies to what other sites make it send. Such a request cannot carry our
/// own header without asking first, and says where it comes from.
fn refuse_forged(app: &App, request: &ServiceRequest, has_cookie: bool) -> ApiResult<()> {
    if request.method().is_safe() {
        return Ok(());
    }
    let headers = request.headers();
    let text = |name: &HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    let refuse = |why: &str| Err(ApiError::new(ErrorCode::CsrfRejected, why));
    if has_cookie && text(&CSRF) != Some("1") {
        return refuse("send the header X-Stocktake-CSRF: 1");
    }
    if text(&FETCH_SITE).is_some_and(|site| site != "same-origin" && site != "none") {
        return refuse("the request was sent by a page of another site");
    }
    let origin = headers
        .get(header::ORIGIN)
        .map(|value| value.to_str().unwrap_or("unreadable"));
    let own_host = text(&header::HOST).or_else(|| request.head().uri.host());
    match origin {
        Some(origin) if !same_site(origin, own_host, &app.url) => {
            refuse("the request's Origin is not this server")
        }
        _ => Ok(()),
    }
}

/// Whether `origin` names the host that was asked, or the configured public address. Schemes are
/// not compared: behind a proxy that ends TLS ours is http and the browser's https.
fn same_site(origin: &str, own_host: Option<&str>, public_url: &str) -> bool {
    fn host(url: &str) -> Option<&str> {
        let (scheme, rest) = url.split_once("://")?;
        let host = rest.split('/').next()?;
        Some(without_default_port(scheme, host))
    }
    let Some(theirs) = host(origin) else {
        return false;
    };
    let scheme = origin.split("://").next().unwrap_or("");
    own_host.is_some_and(|own| without_default_port(scheme, own).eq_ignore_ascii_case(theirs))
        || host(public_url).is_some_and(|own| own.eq_ignore_ascii_case(theirs))
}

fn without_default_port<'a>(scheme: &str, host: &'a str) -> &'a str {
    let port = if scheme == "https" { ":443" } else { ":80" };
    host.strip_suffix(port).unwrap_or(host)
}

fn add_headers(headers: &mut HeaderMap, request_id: &str, place: Place, secure: bool) {
    let fixed = |text| HeaderValue::from_static(text);
    if let Ok(value) = HeaderValue::from_str(request_id) {
        headers.insert(REQUEST_ID, value);
    }
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, fixed("nosniff"));
    if !headers.contains_key(header::REFERRER_POLICY) {
        headers.insert(header::REFERRER_POLICY, fixed("no-referrer"));
    }
    if secure {
        headers.insert(header::STRICT_TRANSPORT_SECURITY, fixed("max-age=31536000"));
    }
    if place == Place::Api {
        headers.insert(
            header::CONTENT_SECURITY_POLICY,
            fixed("default-src 'none'; frame-ancestors 'none'"),
        );
        if !headers.contains_key(header::CACHE_CONTROL) {
            headers.insert(header::CACHE_CONTROL, fixed("no-store"));
        }
    }
}

fn measure(app: &App, response: &ServiceResponse<BoxBody>, started: Instant) {
    let (status, took) = (response.status(), started.elapsed());
    let pattern = response.request().match_pattern();
    let route = pattern.as_deref().unwrap_or("other");
    app.metrics.record(
        metric_method(response.request().method()),
        route,
        status.as_u16(),
        took,
    );
    tracing::debug!(
        method = %response.request().method(),
        route,
        status = status.as_u16(),
        took_us = took.as_micros(),
        "request answered"
    );
}

/// Clients may send any word as a method; a label must not grow with what they send.
fn metric_method(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        _ => "OTHER",
    }
}

/// Unique within the installation's log: a random start for the process, then a counter.
fn next_request_id() -> Arc<str> {
    static PREFIX: std::sync::LazyLock<u32> = std::sync::LazyLock::new(rand::random);
    static NEXT: AtomicU64 = AtomicU64::new(1);
    format!(
        "{:08x}-{:06x}",
        *PREFIX,
        NEXT.fetch_add(1, Ordering::Relaxed)
    )
    .into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_must_name_the_host_that_was_asked() {
        let public = "https://stock.example.org";
        let same = |origin, host| same_site(origin, Some(host), public);
        assert!(same("http://127.0.0.1:8080", "127.0.0.1:8080"));
        assert!(
            same("https://stock.example.org", "internal:8080"),
            "behind a proxy"
        );
        assert!(same("https://own", "own:443"));
        assert!(!same("http://127.0.0.1:9999", "127.0.0.1:8080"));
        assert!(!same("https://stock.example.org.evil.test", "internal"));
        assert!(!same("null", "null"));
    }
}
