//! An AWS that runs inside the process: the same wire protocols an AWS SDK speaks, over plain HTTP on one address.
//! It is for demos, tests and benches; it holds no customer data and knows nothing of the store or the sync.
//!
//! The map: `wire` turns HTTP into calls and answers into bytes, `operations` holds one file per group of AWS
//! operations, `world` owns the accounts, `generate` invents them from a seed, `lifecycle` and `habit` say what a
//! desktop looks like at a given moment, `faults` are the ways in which it can be told to misbehave.
//!
//! What happened in the past is worked out, not recorded: `usage` says when a desktop was connected to and ran,
//! `load` how busy it was, `series` makes metrics of both, `bill` invoices, and `trail` the events that led there.
//! `planted` is the truth about the savings there are to find. `behind` changes desktops behind everybody's back.

mod behind;
mod bill;
mod bundle;
mod calendar;
mod clock;
mod config;
mod desktop;
mod dice;
mod directory;
mod faults;
mod generate;
mod habit;
mod lifecycle;
mod load;
mod names;
mod operations;
mod planted;
mod price_list;
mod rates;
mod series;
mod server;
mod sessions;
mod shares;
mod standby;
mod state;
mod throttle;
mod trail;
mod usage;
mod wire;
mod world;

pub use behind::SetAside;
pub use config::SimulatorConfig;
pub use desktop::RunningMode;
pub use faults::{AccountFaults, Deny, Failure, FaultHandle, Faults, OperationError, Shrink, When};
pub use planted::{Planted, PlantedKind};
pub use server::{Running, Simulator};
pub use state::State;
pub use world::{DesktopChange, SimAccount};
