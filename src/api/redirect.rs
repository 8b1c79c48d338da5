//! Answers plain http with the same address over TLS, and serves nothing else.

use std::io;
use std::net::{SocketAddr, TcpListener};

use actix_web::http::{header, uri::Authority};
use actix_web::{App, HttpRequest, HttpResponse, HttpServer, web};
use tokio_util::sync::CancellationToken;

use crate::limits::LimitsConfig;
use crate::state::ApiConfig;

/// Where browsers are sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// The configured public address, for good.
    Public(String),
    /// The host they asked, on the port that speaks TLS. Browsers keep a permanent redirect, and
    /// this one may be wrong tomorrow, so it is temporary.
    SameHost(u16),
}

impl Target {
    pub fn of(config: &ApiConfig, tls: Option<SocketAddr>) -> io::Result<Self> {
        match (&config.public_url, tls) {
            (Some(url), _) => Ok(Self::Public(url.trim_end_matches('/').to_owned())),
            (None, Some(address)) if config.tls.is_some() => Ok(Self::SameHost(address.port())),
            _ => Err(io::Error::new(
                io::ErrorKind::InvalidInput,
                "a redirect to TLS needs --tls-cert and --tls-key, or a public address",
            )),
        }
    }

    fn answer(&self, request: &HttpRequest) -> HttpResponse {
        let asked = request.uri().path_and_query();
        let path = asked.map_or("/", |part| part.as_str());
        match self {
            Self::Public(url) => HttpResponse::PermanentRedirect()
                .insert_header((header::LOCATION, format!("{url}{path}")))
                .finish(),
            Self::SameHost(port) => match asked_host(request) {
                Some(host) => HttpResponse::TemporaryRedirect()
                    .insert_header((header::LOCATION, https(&host, *port, path)))
                    .finish(),
                None => HttpResponse::BadRequest().body("Send a Host header, or use https.\n"),
            },
        }
    }
}

fn asked_host(request: &HttpRequest) -> Option<String> {
    let authority = match request.headers().get(header::HOST) {
        Some(value) => value.to_str().ok()?.parse::<Authority>().ok()?,
        None => request.uri().authority()?.clone(),
    };
    let host = authority.host();
    (!host.is_empty()).then(|| host.to_owned())
}

fn https(host: &str, port: u16, path: &str) -> String {
    match port {
        443 => format!("https://{host}{path}"),
        _ => format!("https://{host}:{port}{path}"),
    }
}

/// Serves until told to stop.
pub fn serve(
    listener: TcpListener,
    target: Target,
    stop: CancellationToken,
    limits: &LimitsConfig,
) -> io::Result<impl Future<Output = ()> + Send + 'static> {
    let server = HttpServer::new(move || {
        let target = target.clone();
        App::new().default_service(web::to(move |request: HttpRequest| {
            let answer = target.answer(&request);
            async move { answer }
        }))
    })
    .workers(1)
    .client_request_timeout(limits.head_time)
    .disable_signals()
    .shutdown_timeout(1)
    .listen(listener)?
    .run();
    let handle = server.handle();
    Ok(async move {
        tokio::select! {
            result = server => {
                if let Err(error) = result {
                    tracing::error!("the redirect to TLS ended: {error}");
                }
            }
            () = stop.cancelled() => handle.stop(false).await,
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::test::TestRequest;

    fn sent_to(target: &Target, host: &str) -> (u16, String) {
        let request = TestRequest::with_uri("/workspaces?q=a")
            .insert_header((header::HOST, host))
            .to_http_request();
        let answer = target.answer(&request);
        let location = answer.headers().get(header::LOCATION);
        let text = location.map_or("", |value| value.to_str().unwrap());
        (answer.status().as_u16(), text.to_owned())
    }

    #[test]
    fn without_a_public_address_the_host_that_was_asked_is_kept() {
        let to = |host, port| sent_to(&Target::SameHost(port), host);
        let (moved, page) = (307, "/workspaces?q=a");
        for (host, port, expected) in [
            ("stock.example.org", 8443, "https://stock.example.org:8443"),
            ("stock.example.org:8080", 443, "https://stock.example.org"),
            ("[2001:db8::1]:80", 8443, "https://[2001:db8::1]:8443"),
        ] {
            assert_eq!(to(host, port), (moved, format!("{expected}{page}")));
        }
        assert_eq!(to("a b", 443).0, 400);
    }

    #[test]
    fn a_public_address_is_for_good_and_one_of_the_two_must_be_there() {
        let mut config = ApiConfig::default();
        let listening = Some(SocketAddr::from(([0, 0, 0, 0], 8443)));
        assert!(
            Target::of(&config, listening).is_err(),
            "nothing speaks TLS"
        );
        config.public_url = Some("https://stock.example.org/".to_owned());
        let target = Target::of(&config, listening).unwrap();
        let moved = "https://stock.example.org/workspaces?q=a".to_owned();
        assert_eq!(sent_to(&target, "10.0.0.1"), (308, moved));
    }
}
