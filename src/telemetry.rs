//! Logging: to standard error, as text for people or JSON lines for collectors. What is never
//! logged is listed in docs/LOGGING.md.

use std::io::IsTerminal;

use anyhow::Context;
use tracing_subscriber::EnvFilter;

use crate::config::{LogConfig, LogFormat};

/// The SDK logs whole requests below this level, signatures included.
const SDK_QUIET: &str = "aws_smithy_runtime=warn,aws_config=error,aws_sigv4=warn,aws_runtime=warn,aws_smithy_http_client=warn,\
                         aws_smithy_runtime_api=warn,hyper_util=warn,hyper=warn,rustls=warn,actix_server=warn,h2=warn";

/// Starts logging. `log.filter` is in `tracing`'s syntax, `info` or `info,inventory=debug`.
pub fn start(log: &LogConfig) -> anyhow::Result<()> {
    let filter: EnvFilter = format!("{SDK_QUIET},{}", log.filter)
        .parse()
        .with_context(|| format!("log filter {:?} cannot be read", log.filter))?;
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(std::io::stderr().is_terminal())
        .with_writer(std::io::stderr);
    // A second start happens only in tests, where the first one's settings stay.
    let _already_started = match log.format {
        LogFormat::Text => builder.with_target(false).try_init(),
        LogFormat::Json => builder.json().flatten_event(true).try_init(),
    };
    Ok(())
}
