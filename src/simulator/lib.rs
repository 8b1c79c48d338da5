//! An AWS that runs inside the process: the same wire protocols an AWS SDK speaks, over plain HTTP on one address.
//! It is for demos, tests and benches; it holds no customer data and knows nothing of the store or the sync.
//!
//! The map: `wire` turns HTTP into calls and answers into bytes, `operations` holds one file per group of AWS
//! operations, `world` owns the accounts, `generate` invents them from a seed, `lifecycle` and `habit` say what a
//! desktop looks like at a given moment, `faults` are the ways in which it can be told to misbehave.

mod bundle;
mod clock;
mod config;
mod desktop;
mod dice;
mod directory;
mod faults;
mod generate;
mod habit;
mod lifecycle;
mod names;
mod operations;
mod server;
mod sessions;
mod shares;
mod standby;
mod state;
mod throttle;
mod wire;
mod world;

pub use config::SimulatorConfig;
pub use faults::{AccountFaults, Deny, FaultHandle, Faults, OperationError, Shrink};
pub use server::{Running, SetAside, Simulator};
pub use state::State;
pub use world::{DesktopChange, SimAccount};
