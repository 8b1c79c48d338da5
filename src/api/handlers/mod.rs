//! One file per resource. A handler authorises through its signature, checks what it was sent,
//! makes one call and answers; rules live in the rooms it calls.

pub mod account;
pub mod advice;
pub mod ai;
pub mod audit;
pub mod cost;
pub mod dashboard;
pub mod directory;
pub mod event;
pub mod health;
pub mod job;
pub mod login;
pub mod me;
pub mod organization;
pub mod plan;
pub mod price;
pub mod query;
pub mod report;
pub mod report_schedule;
pub mod setting;
pub mod setup;
pub mod sync;
pub mod usage;
pub mod user;
pub mod view;
pub mod workspace;
