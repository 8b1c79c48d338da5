//! The HTTP side: routes, who may use them, and how answers and errors look. No SQL, no AWS: what
//! takes long is queued as a job and watched over the event stream.
//!
//! | file | holds |
//! |---|---|
//! | `router`, `openapi`, `alias` | every route on one page, the document made from it, old addresses |
//! | `handlers/` | one file per resource |
//! | `allowed` | the permission in a handler's signature |
//! | `guard` | what happens to every request: session, limits, forged requests, headers |
//! | `body`, `upload`, `query`, `params`, `onboarding` | reading and checking what was sent |
//! | `error` | problem documents |
//! | `sse`, `asking`, `streams`, `export`, `csv`, `answer_cache` | streams, files, kept answers |
//! | `shown` | what of a row its viewer may not see |
//! | `limits`, `client_ip`, `cookie`, `metrics` | rates, addresses, the cookie, Prometheus |
//! | `listen`, `redirect`, `tls`, `state` | opening the doors, certificates, what handlers can reach |

mod alias;
mod allowed;
mod answer_cache;
mod asking;
mod body;
mod client_ip;
mod cookie;
mod csv;
mod error;
mod export;
mod guard;
mod handlers;
mod limits;
mod listen;
mod metrics;
mod onboarding;
mod openapi;
mod params;
mod query;
mod query_conditions;
mod redirect;
mod router;
mod shown;
mod sse;
mod state;
mod streams;
mod tls;
mod upload;

pub use client_ip::{InvalidNetwork, Network};
pub use limits::LimitsConfig;
pub use listen::{Serving, serve};
pub use openapi::{openapi, openapi_json};
pub use state::{ApiConfig, ApiState, Component, Health, Policies, Status};
pub use tls::TlsConfig;
