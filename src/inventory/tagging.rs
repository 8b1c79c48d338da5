//! Where a desktop's tags come from in this run. The tagging API gives a hundred at a time but
//! many roles do not allow it; then each desktop is asked for its own. When neither works the tags
//! we already have are kept, because "could not read" is not "has none".

use std::collections::HashMap;

use aws::{AwsError, AwsErrorKind, RegionSession};
use domain::workspace::Tags;
use futures::stream::{self, StreamExt};

/// Tags for the desktops of one region.
pub enum TagSource {
    /// All tags of the region; a desktop that is not in it has none.
    Batch(HashMap<String, Tags>),
    /// Ask for each desktop.
    EachDesktop,
    /// Keep what is stored, apart from these that were read before the listing broke off.
    Stored(HashMap<String, Tags>),
}

/// Desktops asked at the same time in [`TagSource::EachDesktop`].
const AT_ONCE: usize = 4;

impl TagSource {
    /// The tags of `ids` now, also when they are asked for again: a listing may be read twice, and a
    /// desktop may stand on two pages. An id without an entry keeps its stored tags.
    /// An error ends asking one by one: the source becomes `Stored` and the error is given back once.
    pub async fn of(
        &mut self,
        session: &RegionSession,
        ids: &[String],
    ) -> (HashMap<String, Tags>, Option<AwsError>) {
        match self {
            Self::Batch(all) => (
                ids.iter()
                    .map(|id| (id.clone(), all.get(id).cloned().unwrap_or_default()))
                    .collect(),
                None,
            ),
            Self::Stored(some) => (
                ids.iter()
                    .filter_map(|id| some.get(id).map(|tags| (id.clone(), tags.clone())))
                    .collect(),
                None,
            ),
            Self::EachDesktop => {
                let asked: Vec<_> = ids.iter().map(|id| ask(session, id)).collect();
                let answers: Vec<(String, Result<Tags, AwsError>)> = stream::iter(asked)
                    .buffer_unordered(AT_ONCE)
                    .collect()
                    .await;
                let mut read = HashMap::new();
                let mut failed = None;
                for (id, answer) in answers {
                    match answer {
                        Ok(tags) => drop(read.insert(id, tags)),
                        Err(error) => failed = Some(error),
                    }
                }
                if failed.is_some() {
                    *self = Self::Stored(HashMap::new());
                }
                (read, failed)
            }
        }
    }
}

async fn ask(session: &RegionSession, id: &str) -> (String, Result<Tags, AwsError>) {
    (
        id.to_owned(),
        aws::collectors::tags::describe_tags(session, id).await,
    )
}

/// Whether a refusal of the tagging API means that desktops must be asked one by one.
pub fn must_ask_each(error: &AwsError) -> bool {
    matches!(
        error.kind,
        AwsErrorKind::AccessDenied | AwsErrorKind::NotSupported
    )
}
