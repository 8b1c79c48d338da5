//! How many event streams are open. Each holds a connection for long, so there is a most for one
//! session and for all together. What they send is in `sse`.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use domain::{ErrorCode, SessionId};

use crate::error::{ApiError, ApiResult};

/// A browser has one for each tab.
const MOST_PER_SESSION: usize = 20;
const MOST: usize = 2000;

/// A stream whose other side is gone is found out by the next beat.
const RETRY_AFTER: Duration = Duration::from_secs(15);

/// Clones share the count.
#[derive(Clone)]
pub struct Streams {
    open: Arc<Mutex<HashMap<SessionId, usize>>>,
    most_per_session: usize,
    most: usize,
}

/// A stream's place in the count, until it is dropped.
pub struct Place {
    streams: Streams,
    session: SessionId,
}

impl Default for Streams {
    fn default() -> Self {
        Self::new(MOST_PER_SESSION, MOST)
    }
}

impl Streams {
    fn new(most_per_session: usize, most: usize) -> Self {
        Self {
            open: Arc::default(),
            most_per_session,
            most,
        }
    }

    pub fn enter(&self, session: &SessionId) -> ApiResult<Place> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let own = open.get(session).copied().unwrap_or(0);
        if own >= self.most_per_session {
            return Err(full(format!(
                "this session has {own} event streams open; close one first"
            )));
        }
        if open.values().sum::<usize>() >= self.most {
            return Err(full("the server has no event streams left".to_owned()));
        }
        open.insert(session.clone(), own + 1);
        Ok(Place {
            streams: self.clone(),
            session: session.clone(),
        })
    }
}

fn full(detail: String) -> ApiError {
    let mut error = ApiError::new(ErrorCode::RateLimited, detail);
    error.retry_after = Some(RETRY_AFTER);
    error
}

impl Drop for Place {
    fn drop(&mut self) {
        let open = &self.streams.open;
        let mut open = open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = open.get_mut(&self.session) {
            *count -= 1;
            if *count == 0 {
                open.remove(&self.session);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_counted_and_come_back() {
        let streams = Streams::new(2, 3);
        let (ada, bob) = (SessionId::new(), SessionId::new());
        let first = streams.enter(&ada).unwrap();
        let _second = streams.enter(&ada).unwrap();
        let refused = streams.enter(&ada).err().unwrap();
        assert_eq!(refused.code, ErrorCode::RateLimited);
        assert!(refused.detail.unwrap().contains("this session has 2"));
        let _third = streams.enter(&bob).unwrap();
        let refused = streams.enter(&bob).err().unwrap();
        assert!(refused.detail.unwrap().contains("the server"));
        drop(first);
        let again = streams.enter(&ada).unwrap();
        drop(again);
        drop((_second, _third));
        assert!(streams.open.lock().unwrap().is_empty());
    }
}
