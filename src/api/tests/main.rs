//! The API over a real server on a free port.

mod accounts;
#[path = "../../assistant/tests/asking/attacks.rs"]
#[allow(dead_code)]
mod attacks;
mod billing;
mod client;
mod doors;
mod events;
mod harness;
mod identity;
mod limits;
mod lists;
mod openapi;
mod permissions;
mod questions;
mod report_schedules;
#[path = "../../assistant/tests/asking/model.rs"]
#[allow(dead_code)]
mod scripted;
mod tls;
mod views;
