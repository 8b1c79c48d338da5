//! Where everything is kept: SQLite behind one [`Db`], one file per aggregate with its SQL.
//!
//! | file | holds |
//! |---|---|
//! | `db`, `open`, `writer`, `conn`, `value` | the engine's seam: reading, the one writer, statements, values |
//! | `lock`, `migrate` | the data folder's lock, schema steps and the copy made before them |
//! | `events`, `cache` | what is announced after a commit, answers kept in memory |
//! | `select`, `page` | WHERE clauses with their `Scope`, sorting and cursors |
//! | `organization`, `account`, `person`, `session`, `setup_link`, `secret` | tenants and who logs in |
//! | `job`, `schedule`, `setting`, `alert`, `audit` | work, when it starts, what was noticed, who did what |
//! | `stock` | what a sync compares with and writes |
//! | `workspace`, `directory`, `bundle`, `placed` | lists of what is in stock, and desktops' past |
//! | `question`, `verified` | questions in plain words, and pairs people verified |
//! | `preference`, `saved_view` | what people keep about their pages |
//! | `names` | the names that questions may say |
//! | `plan`, `price` | changes that people approve, imported price books |
//! | `report`, `report_schedule` | reports and their files, and when they are made by themselves |
//! | `estate`, `recommendation` | what advice is worked out from, and what came of it |
//! | `usage`, `paid` | hours by month and day, and what was asked that costs money |
//! | `billing`, `trail` | lines of bills; events of CloudTrail and what they caused |
//! | `dashboard` | the first page's numbers |
//! | `views`, `query` | what people's own SQL may read, and the guarded door it goes through |
//! | `retention` | what is cleared away when it is old |
//! | `sync` | what each scope of each run did |
//!
//! Every read of client data takes a [`domain::Scope`]. Statements are in the subset SQLite and
//! PostgreSQL share, with `$n` parameters. Business rules live elsewhere.

mod cache;
mod conn;
mod db;
mod digest;
mod error;
mod events;
#[cfg(test)]
mod fixture;
mod lock;
#[cfg(test)]
mod login_tests;
mod migrate;
mod open;
mod page;
mod placed;
mod select;
#[cfg(test)]
mod tenant_tests;
mod value;
#[cfg(test)]
mod work_tests;
mod writer;

pub mod account;
pub mod alert;
pub mod audit;
pub mod billing;
pub mod bundle;
pub mod dashboard;
pub mod directory;
pub mod estate;
pub mod job;
pub mod names;
pub mod organization;
pub mod paid;
pub mod person;
pub mod plan;
pub mod preference;
pub mod price;
pub mod query;
pub mod question;
pub mod recommendation;
pub mod report;
pub mod report_schedule;
pub mod retention;
pub mod saved_view;
pub mod schedule;
pub mod secret;
pub mod session;
pub mod setting;
pub mod setup_link;
pub mod stock;
pub mod sync;
pub mod trail;
pub mod usage;
pub mod verified;
pub mod views;
pub mod workspace;

pub use conn::{Conn, Row};
pub use db::{Db, DbHealth, StoreConfig};
pub use error::{OpenError, StoreError};
pub use events::Events;
pub use placed::StockFilter;
pub use value::{FromValue, Json, ToValue, Value};
