//! What can be listed. One file per resource type; each opens with its [`Declaration`], from which
//! the sync plan, `account test`, the IAM policy and the documentation are derived. Adding a
//! resource type is one file and one line in [`ALL`].

pub mod bundles;
pub mod connection_status;
pub mod costs;
pub mod directories;
pub mod events;
pub mod tags;
pub mod usage;
pub mod workspaces;

mod pager;

use domain::sync::Extra;
use futures::future::BoxFuture;

use crate::error::AwsError;
use crate::session::RegionSession;

pub use pager::{Listing, ListingPage, Pager};

/// What a collector is called and what it needs.
#[derive(Debug)]
pub struct Declaration {
    /// The resource type in sync history: `workspaces`.
    pub name: &'static str,
    /// For people.
    pub title: &'static str,
    /// The AWS service, as its endpoint is named.
    pub service: &'static str,
    /// A complete listing decides which rows are missing.
    pub listing: bool,
    /// Read only by a sync that asks for it.
    pub extra: Option<Extra>,
    /// An account has it once and not in each region.
    pub once: bool,
    pub actions: &'static [Action],
}

/// One IAM action, and how to find out whether it is allowed.
pub struct Action {
    /// As policies write it: `workspaces:DescribeWorkspaces`.
    pub name: &'static str,
    /// Sync works without it, with less detail or more calls.
    pub optional: bool,
    /// Why it is asked for, for the person who grants it.
    pub purpose: &'static str,
    /// Calls the action once, reading as little as possible and changing nothing.
    pub probe: Probe,
}

pub type Probe = for<'a> fn(&'a RegionSession) -> BoxFuture<'a, Result<(), AwsError>>;

impl std::fmt::Debug for Action {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Action({}, optional: {})", self.name, self.optional)
    }
}

/// Every collector.
pub const ALL: &[&Declaration] = &[
    &workspaces::DECLARATION,
    &connection_status::DECLARATION,
    &directories::DECLARATION,
    &bundles::DECLARATION,
    &tags::DECLARATION,
    &usage::DECLARATION,
    &events::DECLARATION,
    &costs::DECLARATION,
];

/// Every declared action once, in the order of declaration.
#[must_use]
pub fn actions() -> Vec<&'static Action> {
    actions_where(|_| true)
}

/// The actions of the declarations that fit.
pub(crate) fn actions_where(fits: impl Fn(&Declaration) -> bool) -> Vec<&'static Action> {
    let mut seen = std::collections::BTreeSet::new();
    ALL.iter()
        .filter(|declaration| fits(declaration))
        .flat_map(|declaration| declaration.actions)
        .filter(|action| seen.insert(action.name))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique_and_actions_well_formed() {
        let names: std::collections::BTreeSet<_> = ALL.iter().map(|d| d.name).collect();
        assert_eq!(names.len(), ALL.len());
        for action in actions() {
            let (service, verb) = action.name.split_once(':').unwrap();
            assert!(service.bytes().all(|b| b.is_ascii_lowercase()), "{service}");
            let reads = ["Describe", "Get", "List", "Lookup"];
            assert!(
                reads.iter().any(|word| verb.starts_with(word)),
                "{verb} does not look like reading"
            );
        }
    }
}
