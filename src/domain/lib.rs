//! The vocabulary of the product: ids, roles, error codes, times, and the shapes that several
//! rooms must agree on. No I/O happens here and no other room is imported.
//!
//! | file | holds |
//! |---|---|
//! | `id` | typed identifiers |
//! | `text_enum` | enums that keep values AWS adds after this build |
//! | `region`, `arn` | regions where WorkSpaces exists, role ARNs |
//! | `time` | UTC times in whole seconds |
//! | `cron` | when a schedule next comes due |
//! | `access` | roles, permissions, `Scope` |
//! | `error` | the table of error codes clients may rely on |
//! | `organization`, `account`, `user` | tenants, their AWS accounts, people |
//! | `workspace`, `directory` | what AWS says (records) and what we keep (rows) |
//! | `listing` | filters, sorting, cursors, pages |
//! | `saved_view` | lists that people gave a name |
//! | `sync`, `job`, `event` | runs, their history, live progress |
//! | `question`, `text_model` | questions in plain words, and the model that may be asked |
//! | `money`, `price` | dollars, and what AWS charges for a desktop |
//! | `usage` | when people were connected, and the hours that are billed for it |
//! | `advice`, `plan` | what to change and why, and changes that people approve |
//! | `billing`, `trail` | what AWS billed, and who did what |
//! | `notice` | what other systems are told, and how that goes |
//! | `report`, `report_schedule` | what a report says, whatever it is written as, and when one is made by itself |
//! | `dashboard`, `audit`, `setting` | the remaining answers of the API |

pub mod access;
pub mod account;
pub mod advice;
pub mod arn;
pub mod audit;
pub mod billing;
pub mod cron;
pub mod dashboard;
pub mod directory;
pub mod error;
pub mod event;
pub mod id;
pub mod job;
pub mod listing;
pub mod money;
pub mod notice;
pub mod organization;
pub mod plan;
pub mod price;
pub mod question;
pub mod region;
pub mod report;
pub mod report_schedule;
pub mod saved_view;
pub mod setting;
pub mod sync;
pub mod text_enum;
pub mod text_model;
pub mod time;
pub mod trail;
pub mod usage;
pub mod user;
pub mod workspace;

pub use access::{Permission, Role, Scope};
pub use error::ErrorCode;
pub use id::{
    AccountId, AlertId, JobId, OrganizationId, PlanId, QuestionId, ReportId, ReportScheduleId,
    SessionId, UserId, VerifiedId, ViewId,
};
pub use money::Money;
pub use region::Region;
pub use time::UtcTime;
