//! The API over a real server on a free port.

mod accounts;
mod client;
mod doors;
mod events;
mod harness;
mod identity;
mod limits;
mod lists;
mod openapi;
mod permissions;
mod tls;
