//! The only room with an AWS SDK: sessions per account and region, collectors that list what is
//! there, and the IAM policy a client grants. It knows no SQL and decides nothing about rows.
//!
//! | file | holds |
//! |---|---|
//! | `config` | endpoint, rates, retries, timeouts, where base credentials come from |
//! | `clouds` | [`Aws`]: the shared HTTP client, base credentials, one session per account |
//! | `session` | [`AccountSession`] and [`RegionSession`] |
//! | `credentials` | a session's credentials: assumed once, kept, renewed ahead of expiry |
//! | `transport`, `bucket` | every HTTP attempt is counted and waits for its token bucket |
//! | `resilience` | retries, timeouts, what a broken answer is |
//! | `signed` | signed JSON calls for services that need no SDK crate |
//! | `error` | [`AwsError`]: what failed and in which of ten ways |
//! | `collectors` | one file per resource type, each opening with its declaration |
//! | `actions` | changes of desktops |
//! | `organization` | the member accounts of the AWS Organization |
//! | `probe` | `account test`: every needed action tried once |
//! | `policy`, `policy_templates` | the IAM policy, derived from the collectors' declarations |
//!
//! # Where base credentials come from
//! The standard chain of `aws-config`, in its order. These stay without any feature: environment
//! variables, static and assume-role profiles, web identity (EKS), ECS and EKS container
//! credentials, the EC2 instance metadata service. The feature `credentials-process` keeps
//! `credential_process` profiles, `sso` keeps IAM Identity Center profiles; both are enabled in
//! the workspace's `Cargo.toml`. `rt-tokio` gives the chain its timers. The feature
//! `credentials-login` (`aws login` profiles) is off.
//!
//! # Regions
//! The region for STS and AWS Organizations is the environment's, else the profile's, else
//! `us-east-1`. A region that an account has not opted into answers
//! `UnrecognizedClientException`, which is a credential error of that region alone.

pub mod actions;
pub mod collectors;
pub mod policy;

mod bucket;
mod clouds;
mod config;
mod credentials;
mod error;
mod organization;
mod policy_templates;
mod probe;
mod resilience;
mod session;
mod signed;
mod transport;

pub use clouds::Aws;
pub use config::{AwsConfig, BaseCredentials};
pub use error::{AwsError, AwsErrorKind};
pub use organization::OrganizationMember;
pub use session::{AccountSession, RegionSession};
