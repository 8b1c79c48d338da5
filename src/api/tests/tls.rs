//! TLS from certificate and key files, renewed without a restart, and the redirect to it. The
//! certificates in `tls/` are for these tests alone.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, ServerName};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

use crate::client::{Answer, Request, exchange};
use crate::harness::{World, config};

fn certificate(name: &str) -> String {
    format!("{}/tests/tls/{name}.pem", env!("CARGO_MANIFEST_DIR"))
}

fn put_in_place(name: &str, folder: &Path) {
    std::fs::copy(certificate(name), folder.join("server.pem")).unwrap();
    let key = certificate(name).replace(".pem", ".key");
    std::fs::copy(key, folder.join("server.key")).unwrap();
}

/// One request over a connection that trusts the named certificate only.
async fn ask(address: SocketAddr, trusted: &str) -> std::io::Result<Answer> {
    let mut roots = RootCertStore::empty();
    roots
        .add(CertificateDer::from_pem_file(certificate(trusted)).unwrap())
        .unwrap();
    let provider = Arc::new(tokio_rustls::rustls::crypto::ring::default_provider());
    let client = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let stream = TcpStream::connect(address).await?;
    let name = ServerName::try_from("localhost").unwrap();
    let stream = TlsConnector::from(Arc::new(client))
        .connect(name, stream)
        .await?;
    let request = "GET /api/v1/setup HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    Ok(exchange(stream, request.as_bytes()).await)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_renewed_certificate_is_used_without_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    put_in_place("first", folder.path());
    let tls = api::TlsConfig {
        certificate: folder.path().join("server.pem"),
        key: folder.path().join("server.key"),
    };
    let free = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let config = api::ApiConfig {
        tls: Some(tls),
        redirect_listen: Some(free),
        ..config()
    };
    let world = World::with(config).await;

    let answer = ask(world.address, "first").await.unwrap();
    assert_eq!(answer.status, 200);
    assert!(answer.header("strict-transport-security").is_some());
    assert!(ask(world.address, "second").await.is_err(), "not trusted");

    let moved = Request::new("GET", "/workspaces?q=a").send(free).await;
    assert_eq!(moved.status, 307);
    let target = format!("https://{}/workspaces?q=a", world.address);
    assert_eq!(moved.header("location"), Some(target.as_str()));

    put_in_place("second", folder.path());
    let started = Instant::now();
    while ask(world.address, "second").await.is_err() {
        assert!(
            started.elapsed() < Duration::from_secs(15),
            "the new certificate is not used"
        );
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    std::fs::write(folder.path().join("server.pem"), "broken").unwrap();
    tokio::time::sleep(Duration::from_secs(6)).await;
    assert!(
        ask(world.address, "second").await.is_ok(),
        "a broken file leaves the old pair"
    );
    world.stop().await;
}
