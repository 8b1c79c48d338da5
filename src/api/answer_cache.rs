//! Answers that are kept. Those of the desktop list stay until the data changes; their key holds
//! the caller's organizations, so one tenant's answer can never be another's. Those anyone may ask
//! for stay a moment, so that asking often costs nothing.

use std::io::Write;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use actix_web::web::Bytes;
use domain::Scope;
use flate2::Compression;
use flate2::write::GzEncoder;
use moka::sync::Cache;
use sha2::{Digest, Sha256};

/// Bytes kept at most.
const CAPACITY: u64 = 16 * 1024 * 1024;

#[derive(Debug, Clone)]
pub struct Answer {
    data_version: u64,
    pub body: Bytes,
    /// As the header has it; a digest of the body. Weak, since it also stands for the body
    /// compressed.
    pub etag: Arc<str>,
    /// Made when first asked for: compressing anew costs more than all the rest of an answer.
    gzip: Arc<OnceLock<Bytes>>,
}

impl Answer {
    /// The body compressed; empty if that failed, which writing to memory does not.
    pub fn gzip(&self) -> Bytes {
        let compressed = self.gzip.get_or_init(|| {
            let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
            let written = encoder
                .write_all(&self.body)
                .and_then(|()| encoder.finish());
            written.unwrap_or_default().into()
        });
        compressed.clone()
    }
}

pub struct AnswerCache {
    answers: Cache<String, Answer>,
}

impl AnswerCache {
    pub fn new() -> Self {
        Self {
            answers: Cache::builder()
                .max_capacity(CAPACITY)
                .weigher(|key: &String, answer: &Answer| {
                    // Compressed, the body takes about a quarter more.
                    u32::try_from(key.len() + answer.body.len() / 4 * 5).unwrap_or(u32::MAX)
                })
                .build(),
        }
    }

    /// Names one question by one set of organizations.
    pub fn key(scope: &Scope, query: &str) -> String {
        let mut key = String::with_capacity(query.len() + 48);
        match scope {
            Scope::All => key.push('*'),
            Scope::Organizations(set) => set.iter().for_each(|id| {
                key.push_str(id.as_str());
                key.push(',');
            }),
        }
        key.push('?');
        key.push_str(query);
        key
    }

    /// The answer given earlier, if the data has not changed since.
    pub fn get(&self, key: &str, data_version: u64) -> Option<Answer> {
        self.answers
            .get(key)
            .filter(|answer| answer.data_version == data_version)
    }

    /// Keeps an answer that was read at or after `data_version`.
    pub fn put(&self, key: String, data_version: u64, body: Bytes) -> Answer {
        let digest = Sha256::digest(&body);
        let short = digest
            .iter()
            .take(12)
            .map(|byte| format!("{byte:02x}"))
            .collect::<String>();
        let answer = Answer {
            data_version,
            body,
            etag: format!("W/\"{short}\"").into(),
            gzip: Arc::default(),
        };
        self.answers.insert(key, answer.clone());
        answer
    }

    pub fn entries(&self) -> u64 {
        self.answers.entry_count()
    }

    pub fn bytes(&self) -> u64 {
        self.answers.weighted_size()
    }
}

/// How long a [`Kept`] answer stays.
const KEEP: Duration = Duration::from_secs(1);

/// One answer that is made again when it is too old.
pub struct Kept<T>(Mutex<Option<(Instant, T)>>);

impl<T: Clone> Kept<T> {
    pub fn empty() -> Self {
        Self(Mutex::new(None))
    }

    pub fn get(&self) -> Option<T> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let fresh = kept.as_ref().filter(|(made, _)| made.elapsed() < KEEP);
        fresh.map(|(_, value)| value.clone())
    }

    pub fn put(&self, value: T) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some((Instant::now(), value));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::OrganizationId;

    #[test]
    fn answers_belong_to_one_scope_and_one_state_of_the_data() {
        let cache = AnswerCache::new();
        let scope = |ids: &[&str]| {
            Scope::Organizations(
                ids.iter()
                    .map(|id| OrganizationId::from_text(*id))
                    .collect(),
            )
        };
        let key = AnswerCache::key(&scope(&["a"]), "q=x");
        cache.put(key.clone(), 7, Bytes::from_static(b"{}"));
        assert!(cache.get(&key, 7).is_some());
        assert!(cache.get(&key, 8).is_none(), "the data changed");
        for other in [scope(&[]), scope(&["b"]), scope(&["a", "b"]), Scope::All] {
            assert!(cache.get(&AnswerCache::key(&other, "q=x"), 7).is_none());
        }
    }
}
