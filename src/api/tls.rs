//! TLS by certificate and key files. The pair is read again when a file changes, so that a renewed
//! certificate needs no restart; a pair that does not load leaves the one in use in place.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, SystemTime};

use rustls::ServerConfig;
use rustls::crypto::ring;
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};

/// How often the files' times are looked at.
const LOOK_AGAIN: Duration = Duration::from_secs(5);

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TlsConfig {
    /// PEM, leaf first.
    pub certificate: PathBuf,
    /// PEM.
    pub key: PathBuf,
}

#[derive(Debug)]
struct Current {
    config: TlsConfig,
    pair: RwLock<Arc<CertifiedKey>>,
}

impl ResolvesServerCert for Current {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(
            self.pair
                .read()
                .unwrap_or_else(PoisonError::into_inner)
                .clone(),
        )
    }
}

/// The TLS side of a listener, and the task that keeps it current until it is dropped or aborted.
pub fn server_config(
    config: &TlsConfig,
) -> io::Result<(ServerConfig, impl Future<Output = ()> + Send + 'static)> {
    let current = Arc::new(Current {
        pair: RwLock::new(Arc::new(load(config)?)),
        config: config.clone(),
    });
    let server = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(io::Error::other)?
        .with_no_client_auth()
        .with_cert_resolver(current.clone());
    Ok((server, follow(current)))
}

async fn follow(current: Arc<Current>) {
    let mut seen = changed_at(&current.config);
    loop {
        tokio::time::sleep(LOOK_AGAIN).await;
        let now = changed_at(&current.config);
        if now == seen {
            continue;
        }
        match load(&current.config) {
            Ok(pair) => {
                *current.pair.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(pair);
                seen = now;
                tracing::info!("the TLS certificate was read again");
            }
            // Perhaps only one of the two files has been replaced yet; look again.
            Err(error) => tracing::warn!("the changed TLS certificate is not used: {error}"),
        }
    }
}

fn changed_at(config: &TlsConfig) -> [Option<SystemTime>; 2] {
    [&config.certificate, &config.key].map(|path| {
        std::fs::metadata(path)
            .and_then(|data| data.modified())
            .ok()
    })
}

fn load(config: &TlsConfig) -> io::Result<CertifiedKey> {
    let chain = CertificateDer::pem_file_iter(&config.certificate)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .map_err(|error| unusable("certificate", &config.certificate, error))?;
    if chain.is_empty() {
        return Err(unusable(
            "certificate",
            &config.certificate,
            "it holds no certificate",
        ));
    }
    let key = PrivateKeyDer::from_pem_file(&config.key)
        .map_err(|error| unusable("key", &config.key, error))?;
    CertifiedKey::from_der(chain, key, &ring::default_provider())
        .map_err(|error| unusable("key", &config.key, error))
}

fn unusable(what: &str, path: &Path, why: impl std::fmt::Display) -> io::Error {
    io::Error::new(
        io::ErrorKind::InvalidInput,
        format!("the TLS {what} {} cannot be used: {why}", path.display()),
    )
}
