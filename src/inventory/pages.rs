//! The listings of desktops, directories and bundles, each row with its digest, ready to compare.

use std::collections::HashMap;

use async_trait::async_trait;
use aws::collectors::workspaces::Workspaces;
use aws::collectors::{Pager, bundles, directories, workspaces};
use aws::{AwsError, RegionSession};
use domain::workspace::{Tags, WorkspaceRecord};
use store::Db;
use store::stock::{self, Row, ScopeKey};

use crate::listing::{Listed, PageError, Pages};
use crate::tagging::TagSource;
use crate::versioned;

/// Desktops with their tags.
pub struct WorkspacePages<'a> {
    session: &'a RegionSession,
    db: &'a Db,
    key: ScopeKey,
    pager: Pager<Workspaces>,
    tags: TagSource,
    calls_before: u64,
    tag_failure: Option<AwsError>,
}

impl<'a> WorkspacePages<'a> {
    pub fn new(session: &'a RegionSession, db: &'a Db, key: ScopeKey, tags: TagSource) -> Self {
        let pager = workspaces::list(session);
        Self {
            session,
            db,
            key,
            pager,
            tags,
            calls_before: session.calls(),
            tag_failure: None,
        }
    }

    /// The tags of one page: read now where they can be, else those stored before.
    async fn tags_of(
        &mut self,
        records: &[WorkspaceRecord],
    ) -> Result<HashMap<String, Tags>, PageError> {
        let ids: Vec<String> = records
            .iter()
            .map(|record| record.workspace_id.clone())
            .collect();
        let (mut tags, failure) = self.tags.of(self.session, &ids).await;
        self.tag_failure = self.tag_failure.take().or(failure);
        let unread: Vec<String> = ids
            .into_iter()
            .filter(|id| !tags.contains_key(id))
            .collect();
        if !unread.is_empty() {
            tags.extend(stock::tags(self.db, &self.key, unread).await?);
        }
        Ok(tags)
    }
}

#[async_trait]
impl Pages for WorkspacePages<'_> {
    async fn next(&mut self) -> Result<Option<Vec<Listed>>, PageError> {
        let Some(records) = self.pager.next_page().await.map_err(PageError::Aws)? else {
            return Ok(None);
        };
        let mut tags = self.tags_of(&records).await?;
        let listed = records.into_iter().map(|record| {
            let tags = tags.remove(&record.workspace_id).unwrap_or_default();
            let versioned = versioned::workspace(&record, &tags);
            Listed {
                id: record.workspace_id.clone(),
                state: Some(record.state.as_str().to_owned()),
                digest: versioned.digest,
                body: versioned.body,
                row: Row::Workspace(Box::new(record), tags),
            }
        });
        Ok(Some(listed.collect()))
    }

    fn calls(&self) -> u64 {
        self.session.calls() - self.calls_before
    }

    fn restart(&mut self) {
        self.pager = workspaces::list(self.session);
    }

    fn note(&mut self) -> Option<String> {
        self.tag_failure.take().map(|error| {
            format!(
                "Some tags could not be read and were kept as they were: {}: {}",
                error.failure.code, error.failure.message
            )
        })
    }
}

macro_rules! plain_pages {
    ($(#[$doc:meta])* $name:ident, $collector:ident, $listing:ident, $id:ident, $row:ident, $versioned:ident) => {
        $(#[$doc])*
        pub struct $name<'a> {
            session: &'a RegionSession,
            pager: Pager<$collector::$listing>,
            calls_before: u64,
        }

        impl<'a> $name<'a> {
            pub fn new(session: &'a RegionSession) -> Self {
                Self { session, pager: $collector::list(session), calls_before: session.calls() }
            }
        }

        #[async_trait]
        impl Pages for $name<'_> {
            async fn next(&mut self) -> Result<Option<Vec<Listed>>, PageError> {
                let Some(records) = self.pager.next_page().await.map_err(PageError::Aws)? else { return Ok(None) };
                let listed = records.into_iter().map(|record| {
                    let versioned = versioned::$versioned(&record);
                    Listed {
                        id: record.$id.clone(),
                        state: None,
                        digest: versioned.digest,
                        body: versioned.body,
                        row: Row::$row(Box::new(record)),
                    }
                });
                Ok(Some(listed.collect()))
            }

            fn calls(&self) -> u64 {
                self.session.calls() - self.calls_before
            }

            fn restart(&mut self) {
                self.pager = $collector::list(self.session);
            }
        }
    };
}

plain_pages!(
    /// Directories registered with WorkSpaces.
    DirectoryPages, directories, Directories, directory_id, Directory, directory
);
plain_pages!(
    /// Bundles: AWS's own and the account's.
    BundlePages, bundles, Bundles, bundle_id, Bundle, bundle
);
