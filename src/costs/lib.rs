//! What desktops cost and what to change: hours into dollars, prices, advice, what-if, back-test,
//! plans and who may approve them. It reads and writes through the store and calls no AWS.
//!
//! | file | holds |
//! |---|---|
//! | `plans` | what may be planned, approved, applied and undone |
//! | `prices` | the price book in force |
//! | `bill` | what a month costs, by AWS's rules |
//! | `forecast` | the rest of a month |
//! | `mode`, `size`, `idle` | the kinds of advice |
//! | `advice` | all advice for an estate, and what it adds up to |
//! | `backtest`, `peer` | what advice would have cost, against AWS's own rules |
//! | `what_if` | what it would cost otherwise |
//! | `refresh` | works estimates and advice out anew and keeps them |
//! | `export` | AWS's cost exports as lines of bills |
//! | `price_list` | AWS's own price list as a price book |

pub mod advice;
pub mod backtest;
pub mod bill;
pub mod export;
pub mod forecast;
pub mod idle;
pub mod mode;
pub mod peer;
pub mod plans;
pub mod price_list;
pub mod prices;
mod refresh;
pub mod size;
pub mod what_if;

pub use refresh::{add, refresh};
