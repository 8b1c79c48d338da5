//! Pairs of question and SQL that people saved. A pair is run before it is kept, and again when the
//! views have changed; one that no longer runs says why and is not used.

use std::collections::BTreeSet;
use std::time::Duration;

use domain::question::{NewVerifiedQuery, Reading, VerifiedQuery};
use domain::{Scope, VerifiedId};
use sha2::{Digest, Sha256};
use store::query::{self, DEFAULT_DEADLINE, QueryError};
use store::verified::NewPair;
use store::{Db, StoreError};
use thiserror::Error;

use crate::ask::MOST_CHARACTERS;
use crate::assistant::{Asker, Assistant};

/// The longest SQL that is kept.
const MOST_SQL: usize = 8_000;

/// Pairs are run one after another when the views changed; one that takes longer is no help.
const RECHECK_DEADLINE: Duration = DEFAULT_DEADLINE;

/// Readings offered at most.
const MOST_READINGS: usize = 6;

/// Saved questions that the model is shown at most, how long their SQL may be, and how near they
/// must be.
const MOST_EXAMPLES: usize = 3;
const MOST_EXAMPLE: usize = 400;
const LEAST_LIKENESS: f64 = 0.3;

/// Why a pair was not saved.
#[derive(Debug, Error)]
pub enum SaveError {
    #[error("{field}: {why}")]
    Invalid { field: &'static str, why: String },
    #[error(transparent)]
    Query(#[from] QueryError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The question without what people write differently: case, punctuation, spaces.
pub(crate) fn normalized(question: &str) -> String {
    let lower = question.to_lowercase();
    let words = lower.split(|c: char| !c.is_alphanumeric());
    let words: Vec<&str> = words.filter(|word| !word.is_empty()).collect();
    words.join(" ")
}

/// Names the views and columns of this build.
pub(crate) fn schema_digest() -> String {
    let mut hash = Sha256::new();
    for view in store::views::schema() {
        hash.update(view.name.as_bytes());
        for column in view.columns {
            hash.update([0]);
            hash.update(column.name.as_bytes());
        }
        hash.update([1]);
    }
    let bytes = hash.finalize();
    bytes[..16].iter().map(|b| format!("{b:02x}")).collect()
}

/// What a pair may read: its organization, or for everyone's whatever its reader may see.
pub(crate) fn scope_of(pair: &VerifiedQuery, reader: &Scope) -> Scope {
    match &pair.organization_id {
        Some(id) => reader.narrowed_to(id),
        None => reader.clone(),
    }
}

/// The pairs that are exactly a question.
pub(crate) enum Match {
    None,
    One(Box<VerifiedQuery>),
    /// Saved by organizations, for a reader who sees more than that one: what one client's operator
    /// saved must not answer for all clients unasked.
    OfOrganizations(Vec<VerifiedQuery>),
}

/// What begins the id of a reading that is a pair.
const READING: &str = "verified:";

pub(crate) fn reading(pair: &VerifiedQuery) -> Reading {
    Reading {
        id: format!("{READING}{}", pair.id),
        label: described(pair),
    }
}

/// Who saved it, and whose rows it reads.
pub(crate) fn described(pair: &VerifiedQuery) -> String {
    let by = &pair.created_by;
    match &pair.organization_name {
        Some(name) => format!("as {by} saved it for {name}, on the rows of {name} only"),
        None => format!("as {by} saved it for everyone"),
    }
}

/// The pair that answers `question` for `asker`; `chosen` is the reading they sent back.
pub(crate) async fn find(
    db: &Db,
    asker: &Asker,
    question: &str,
    chosen: Option<&str>,
) -> Result<Match, StoreError> {
    let wanted = normalized(question);
    let mut pairs = store::verified::list_usable(db, &asker.scope).await?;
    pairs.retain(|pair| normalized(&pair.question) == wanted);
    if let Some(id) = chosen.and_then(|reading| reading.strip_prefix(READING)) {
        let pair = pairs.into_iter().find(|pair| pair.id == id);
        return Ok(pair.map_or(Match::None, |pair| Match::One(Box::new(pair))));
    }
    if chosen.is_some() {
        return Ok(Match::None);
    }
    let (own, everyones): (Vec<_>, Vec<_>) = pairs
        .into_iter()
        .partition(|pair| pair.organization_id.is_some());
    if sees_one(&asker.scope)
        && let Some(pair) = own.first()
    {
        return Ok(Match::One(Box::new(pair.clone())));
    }
    if let Some(pair) = everyones.into_iter().next() {
        return Ok(Match::One(Box::new(pair)));
    }
    Ok(if own.is_empty() {
        Match::None
    } else {
        Match::OfOrganizations(own.into_iter().take(MOST_READINGS).collect())
    })
}

fn sees_one(scope: &Scope) -> bool {
    matches!(scope, Scope::Organizations(set) if set.len() == 1)
}

/// The saved questions that share most words with `question`, nearest first, with their SQL. Whoever
/// sees several organizations is not shown what one of them saved.
pub(crate) async fn nearest(
    db: &Db,
    asker: &Asker,
    question: &str,
) -> Result<Vec<(String, String)>, StoreError> {
    let words = words(question);
    let pairs = store::verified::list_usable(db, &asker.scope).await?;
    let mut near: Vec<(f64, VerifiedQuery)> = pairs
        .into_iter()
        .filter(|pair| pair.organization_id.is_none() || sees_one(&asker.scope))
        .filter(|pair| pair.sql.len() <= MOST_EXAMPLE)
        .map(|pair| (likeness(&words, &self::words(&pair.question)), pair))
        .filter(|(likeness, _)| *likeness >= LEAST_LIKENESS)
        .collect();
    near.sort_by(|(a, _), (b, _)| b.total_cmp(a));
    near.truncate(MOST_EXAMPLES);
    Ok(near
        .into_iter()
        .map(|(_, pair)| (pair.question, pair.sql))
        .collect())
}

fn words(question: &str) -> BTreeSet<String> {
    normalized(question).split(' ').map(str::to_owned).collect()
}

/// The share of words that two questions have in common.
fn likeness(a: &BTreeSet<String>, b: &BTreeSet<String>) -> f64 {
    let common = a.intersection(b).count();
    let all = a.union(b).count();
    if all == 0 {
        return 0.0;
    }
    common as f64 / all as f64
}

impl Assistant {
    /// Keeps a pair once its SQL has run. Whether the asker may is the caller's matter.
    pub async fn save(
        &self,
        asker: &Asker,
        new: NewVerifiedQuery,
    ) -> Result<VerifiedQuery, SaveError> {
        let invalid = |field, why: &str| SaveError::Invalid {
            field,
            why: why.to_owned(),
        };
        let question = new.question.trim().to_owned();
        let normalized = normalized(&question);
        if normalized.is_empty() {
            return Err(invalid("question", "it may not be empty"));
        }
        if question.chars().count() > MOST_CHARACTERS {
            return Err(invalid("question", "it may have 1,000 characters"));
        }
        if new.sql.len() > MOST_SQL {
            return Err(invalid("sql", "it may have 8,000 characters"));
        }
        let scope = match &new.organization_id {
            Some(id) => asker.scope.narrowed_to(id),
            None => asker.scope.clone(),
        };
        query::run(self.db(), &scope, &new.sql, 1, DEFAULT_DEADLINE).await?;
        let pair = NewPair {
            id: VerifiedId::new().to_string(),
            organization_id: new.organization_id,
            question,
            normalized,
            sql: new.sql.trim().trim_end_matches(';').to_owned(),
            created_by: asker.name.clone(),
            schema_digest: schema_digest(),
        };
        Ok(store::verified::create(self.db(), pair).await?)
    }

    /// Runs pairs again that were last run against other views; answers how many no longer run.
    /// Happens once; whoever asks meanwhile waits for it.
    pub async fn recheck(&self) -> Result<u64, StoreError> {
        let done = self.rechecked();
        let broken = done.get_or_try_init(|| recheck(self.db())).await?;
        Ok(*broken)
    }
}

async fn recheck(db: &Db) -> Result<u64, StoreError> {
    let digest = schema_digest();
    let mut broken = 0;
    for pair in store::verified::list_unchecked(db, &digest).await? {
        let scope = scope_of(&pair, &Scope::All);
        let ran = query::run(db, &scope, &pair.sql, 1, RECHECK_DEADLINE).await;
        let why = match ran {
            Ok(_) => None,
            // It says nothing about the pair.
            Err(QueryError::Store(error)) => return Err(error),
            Err(error) => Some(error.to_string()),
        };
        if let Some(why) = &why {
            broken += 1;
            tracing::warn!(pair = pair.id, "a verified question no longer runs: {why}");
        }
        store::verified::set_checked(db, &pair.id, &digest, why).await?;
    }
    Ok(broken)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_punctuation_and_spaces_do_not_count() {
        assert_eq!(
            normalized("  How many  desktops -- today?"),
            "how many desktops today"
        );
        assert_eq!(normalized("Over 0.5?"), normalized("over 0,5"));
        assert_ne!(normalized("over 0.5"), normalized("over 05"));
        assert_eq!(normalized("?!"), "");
    }
}
