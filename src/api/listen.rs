//! Opening the doors: TCP, TLS and the control socket, all with the same routes. The redirect to
//! TLS is in `redirect`.

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use actix_web::dev::ServerHandle;
use actix_web::middleware::{Compress, from_fn};
use actix_web::web::Data;
use actix_web::{App as ActixApp, HttpServer, web as actix};
use tokio::task::{JoinHandle, JoinSet};
use tokio_util::sync::CancellationToken;
use utoipa_actix_web::AppExt;

use crate::guard::{ControlConnection, guard};
use crate::redirect;
use crate::router;
use crate::state::{ApiConfig, ApiState, App};
use crate::tls;

/// How long requests under way may take once the server is told to stop.
const GRACE_SECONDS: u64 = 4;

/// How often idle rate limits are forgotten.
const FORGET_EVERY: Duration = Duration::from_secs(60);

/// A running server.
pub struct Serving {
    /// What was bound; absent when only the control socket is served.
    pub address: Option<SocketAddr>,
    /// Where people reach it.
    pub url: String,
    handle: ServerHandle,
    stop: CancellationToken,
    server: JoinHandle<io::Result<()>>,
    control_socket: Option<PathBuf>,
    /// Dropping the set ends its tasks.
    background: JoinSet<()>,
}

impl Serving {
    /// Ends event streams, lets requests under way finish for a few seconds, and closes.
    pub async fn stop(mut self) -> io::Result<()> {
        self.stop.cancel();
        self.handle.stop(true).await;
        let result = (&mut self.server).await.map_err(io::Error::other)?;
        self.background.shutdown().await;
        if let Some(path) = &self.control_socket {
            remove_if_there(path)?;
        }
        result
    }

    /// Waits until the server ends by itself, which only a failure makes it do.
    pub async fn ended(&mut self) -> io::Result<()> {
        (&mut self.server).await.map_err(io::Error::other)?
    }
}

/// Binds and starts serving in the background. Needs a tokio runtime.
pub async fn serve(config: ApiConfig, state: ApiState) -> io::Result<Serving> {
    refuse_plain_http(&config)?;
    let tcp = config.listen.map(bind).transpose()?;
    let address = tcp.as_ref().map(TcpListener::local_addr).transpose()?;
    let url = public_url(&config, address);
    let stop = CancellationToken::new();
    let app = Data::new(App::new(state, &config, url.clone(), stop.clone()));
    let mut background = JoinSet::new();

    let routes = app.clone();
    let mut server = HttpServer::new(move || {
        ActixApp::new()
            .app_data(routes.clone())
            .into_utoipa_app()
            .configure(router::routes)
            .default_service(actix::to(router::elsewhere))
            .into_app()
            .wrap(from_fn(guard))
            .wrap(Compress::default())
    })
    .on_connect(|connection, extensions| {
        if connection.is::<tokio::net::UnixStream>() {
            extensions.insert(ControlConnection);
        }
    })
    .workers(workers(&config))
    .client_request_timeout(config.limits.head_time)
    .shutdown_timeout(GRACE_SECONDS)
    .disable_signals();

    if let Some(listener) = tcp {
        server = match &config.tls {
            None => server.listen(listener)?,
            Some(files) => {
                let (tls, keep_current) = tls::server_config(files)?;
                background.spawn(keep_current);
                server.listen_rustls_0_23(listener, tls)?
            }
        };
    }
    if let Some(path) = &config.control_socket {
        server = server.listen_uds(bind_control(path)?)?;
    }
    if let Some(from) = config.redirect_listen {
        let to = redirect::Target::of(&config, address)?;
        let ends = stop.clone();
        background.spawn(redirect::serve(bind(from)?, to, ends, &config.limits)?);
    }
    background.spawn(forget_idle_rates(app.into_inner()));

    let server = server.run();
    Ok(Serving {
        address,
        url,
        handle: server.handle(),
        stop,
        server: tokio::spawn(server),
        control_socket: config.control_socket,
        background,
    })
}

fn workers(config: &ApiConfig) -> usize {
    let cores = || std::thread::available_parallelism().map_or(2, std::num::NonZeroUsize::get);
    config.workers.unwrap_or_else(cores).max(1)
}

/// Drops rates that have recovered.
async fn forget_idle_rates(app: Arc<App>) {
    loop {
        tokio::time::sleep(FORGET_EVERY).await;
        app.limits.forget_idle();
    }
}

/// Passwords must not cross a network in the clear by accident.
fn refuse_plain_http(config: &ApiConfig) -> io::Result<()> {
    let exposed = config.listen.filter(|address| !address.ip().is_loopback());
    match exposed {
        Some(address) if config.tls.is_none() && !config.insecure_http => Err(io::Error::new(
            io::ErrorKind::InvalidInput,
            format!(
                "{address} can be reached from other machines, and plain http would show \
                 passwords to the network: give --tls-cert and --tls-key, listen on 127.0.0.1, \
                 or accept it with --insecure-http"
            ),
        )),
        _ => Ok(()),
    }
}

fn bind(address: SocketAddr) -> io::Result<TcpListener> {
    let listener = TcpListener::bind(address).map_err(|error| match error.kind() {
        io::ErrorKind::AddrInUse => io::Error::new(
            io::ErrorKind::AddrInUse,
            format!("{address} is already in use by another program; choose another --listen"),
        ),
        kind => io::Error::new(kind, format!("cannot listen on {address}: {error}")),
    })?;
    listener.set_nonblocking(true)?;
    Ok(listener)
}

/// Binds inside a private folder and moves the socket into place, so that there is no moment in
/// which others may open it.
fn bind_control(path: &Path) -> io::Result<UnixListener> {
    let explain = |error: io::Error| {
        io::Error::new(
            error.kind(),
            format!("control socket {}: {error}", path.display()),
        )
    };
    let folder = path.with_file_name(".c");
    let inside = folder.join("s");
    remove_if_there(&inside).map_err(explain)?;
    match std::fs::DirBuilder::new().mode(0o700).create(&folder) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(explain(error)),
        _ => {
            std::fs::set_permissions(&folder, PermissionsExt::from_mode(0o700)).map_err(explain)?
        }
    }
    let listener = UnixListener::bind(&inside).map_err(explain)?;
    std::fs::set_permissions(&inside, PermissionsExt::from_mode(0o600)).map_err(explain)?;
    // Whoever serves holds the data folder's lock, so a socket found here is a dead one's.
    std::fs::rename(&inside, path).map_err(explain)?;
    std::fs::remove_dir(&folder).map_err(explain)?;
    listener.set_nonblocking(true)?;
    Ok(listener)
}

fn remove_if_there(path: &Path) -> io::Result<()> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

fn public_url(config: &ApiConfig, address: Option<SocketAddr>) -> String {
    if let Some(url) = &config.public_url {
        return url.trim_end_matches('/').to_owned();
    }
    let scheme = if config.tls.is_some() {
        "https"
    } else {
        "http"
    };
    match address {
        // Listening everywhere has no address of its own; on this machine the name works.
        Some(address) if address.ip().is_unspecified() => {
            format!("{scheme}://localhost:{}", address.port())
        }
        Some(address) => format!("{scheme}://{address}"),
        None => format!("{scheme}://localhost"),
    }
}
