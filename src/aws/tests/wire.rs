//! The room against a server that speaks just enough of AWS's protocols: paging faults, retries,
//! sessions, refusals, rates and endpoints.

#[path = "wire/accounts.rs"]
mod accounts;
#[path = "wire/faults.rs"]
mod faults;
#[path = "wire/mapping.rs"]
mod mapping;
#[path = "wire/server.rs"]
mod server;
#[path = "wire/sessions.rs"]
mod sessions;
