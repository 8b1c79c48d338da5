//! Tells other systems what became of plans: a webhook that gets a signed JSON document for each. Nothing
//! waits for it, and nothing fails because of it: what cannot be delivered is logged and counted.
//!
//! | file | holds |
//! |---|---|
//! | `config` | where to, and the secret |
//! | `signature` | the proof that a document is ours |
//! | `webhook` | one attempt over HTTP |
//! | `delivery` | the queue, the attempts, how they went |

mod config;
mod delivery;
mod signature;
mod webhook;

pub use config::{ConfigError, NotifyConfig};
pub use delivery::{Delivery, Notifier};
pub use signature::{SIGNATURE_HEADER, signature};
