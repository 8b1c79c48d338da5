//! The assistant itself: what it is made of, who asks it, what it keeps in memory, and why it may
//! not answer. The way of a question through it is in `ask`.

use std::hash::Hash;
use std::sync::Arc;
use std::time::Duration;

use domain::question::{AskEvent, ExampleQuestion, FailingScope};
use domain::text_model::{ModelStatus, TextModel};
use domain::{Scope, UserId};
use moka::sync::Cache;
use store::query::QueryError;
use store::{Db, StoreError};
use thiserror::Error;
use tokio::sync::OnceCell;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use crate::counters::Counters;
use crate::examples;
use crate::running::Running;
use crate::semantic::{Semantics, Values};

/// When to ask again while the model is loading.
pub const LOADING_RETRY: Duration = Duration::from_secs(3);

/// Scopes whose names are kept in memory.
const SCOPES: u64 = 16;

/// Who asks, and what they may see.
#[derive(Debug, Clone)]
pub struct Asker {
    /// `None` is the control socket.
    pub user_id: Option<UserId>,
    pub name: String,
    pub scope: Scope,
}

/// Why there is no answer at all. A question that cannot be answered is an answer.
#[derive(Debug, Error)]
pub enum AskError {
    #[error("{field}: {why}")]
    Invalid { field: &'static str, why: String },
    #[error("the model is busy with other questions; try again in {} s", retry_after.as_secs())]
    Busy { retry_after: Duration },
    #[error("the model is still loading; try again in a moment")]
    Loading,
    /// It failed at this question.
    #[error("{0}")]
    Model(String),
    #[error("the model did not finish within its time; ask for less at once")]
    ModelTimeout,
    #[error("the question was cancelled")]
    Cancelled,
    #[error(transparent)]
    Query(#[from] QueryError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl AskError {
    pub(crate) fn invalid(field: &'static str, why: impl Into<String>) -> Self {
        Self::Invalid {
            field,
            why: why.into(),
        }
    }
}

/// Where a question's events go.
pub struct Events(Option<UnboundedSender<AskEvent>>);

impl Events {
    /// For whoever wants the answer only.
    #[must_use]
    pub fn nobody() -> Self {
        Self(None)
    }

    /// A question says little before its answer, so the channel needs no bound.
    #[must_use]
    pub fn channel() -> (Self, UnboundedReceiver<AskEvent>) {
        let (sender, receiver) = unbounded_channel();
        (Self(Some(sender)), receiver)
    }

    pub(crate) fn send(&self, event: AskEvent) {
        if let Some(sender) = &self.0 {
            // Whoever listened may have gone.
            let _gone = sender.send(event);
        }
    }

    /// For the thread on which the model works.
    pub(crate) fn sender(&self) -> Option<UnboundedSender<AskEvent>> {
        self.0.clone()
    }
}

/// What the assistant is made of.
pub struct AssistantConfig {
    pub db: Db,
    pub model: Option<Arc<dyn TextModel>>,
    /// How long the model may take for one question, waiting included.
    pub model_deadline: Duration,
}

/// The door to this room. Clones share everything.
#[derive(Clone)]
pub struct Assistant {
    inner: Arc<Inner>,
}

struct Inner {
    db: Db,
    model: Option<Arc<dyn TextModel>>,
    model_deadline: Duration,
    semantics: OnceCell<Semantics>,
    running: Running,
    counters: Counters,
    rechecked: OnceCell<u64>,
    names: Cache<Scope, Names>,
    /// By the data's version and the asker's scope.
    failing: Cache<(u64, Scope), Arc<Vec<FailingScope>>>,
}

impl Assistant {
    #[must_use]
    pub fn new(config: AssistantConfig) -> Self {
        Self {
            inner: Arc::new(Inner {
                db: config.db,
                model: config.model,
                model_deadline: config.model_deadline,
                semantics: OnceCell::new(),
                running: Running::default(),
                counters: Counters::default(),
                rechecked: OnceCell::new(),
                names: kept(),
                failing: kept(),
            }),
        }
    }

    /// How the model is; `None` when there is none.
    #[must_use]
    pub fn model(&self) -> Option<ModelStatus> {
        self.inner.model.as_ref().map(|model| model.status())
    }

    #[must_use]
    pub fn counters(&self) -> &Counters {
        &self.inner.counters
    }

    /// Questions that show what can be asked.
    #[must_use]
    pub fn examples(&self) -> Vec<ExampleQuestion> {
        examples::all()
    }

    /// Cancels a question of `asker` that is being answered; answers whether there is one.
    #[must_use]
    pub fn cancel(&self, asker: &Asker, id: &str) -> bool {
        self.inner.running.cancel(id, asker.user_id.as_ref())
    }

    pub(crate) fn db(&self) -> &Db {
        &self.inner.db
    }

    pub(crate) fn text_model(&self) -> Option<&Arc<dyn TextModel>> {
        self.inner.model.as_ref()
    }

    pub(crate) fn model_deadline(&self) -> Duration {
        self.inner.model_deadline
    }

    pub(crate) fn running(&self) -> &Running {
        &self.inner.running
    }

    pub(crate) fn rechecked(&self) -> &OnceCell<u64> {
        &self.inner.rechecked
    }

    /// Learned at the first question, so that a server that is never asked spends nothing on it.
    pub(crate) async fn semantics(&self) -> Result<&Semantics, AskError> {
        let learned = self.inner.semantics.get_or_try_init(|| async {
            tokio::task::spawn_blocking(Semantics::new)
                .await
                .map_err(|error| StoreError::Database(error.to_string()))
        });
        Ok(learned.await?)
    }

    /// The names in the data that `scope` may see.
    pub(crate) async fn names(&self, scope: &Scope) -> Result<Arc<Values>, StoreError> {
        let version = self.inner.db.data_version();
        if let Some(names) = self.inner.names.get(scope)
            && names.version == version
        {
            return Ok(names.values);
        }
        let values = Arc::new(Values::load(&self.inner.db, scope).await?);
        let names = Names {
            version,
            values: Arc::clone(&values),
        };
        self.inner.names.insert(scope.clone(), names);
        Ok(values)
    }

    /// As [`Self::names`], but without waiting where there are names of before the data's newest change; and whether
    /// they are of now. While a sync runs data changes all the time, and most questions say no name.
    pub(crate) async fn names_at_hand(
        &self,
        scope: &Scope,
    ) -> Result<(Arc<Values>, bool), StoreError> {
        match self.inner.names.get(scope) {
            Some(names) => Ok((names.values, names.version == self.inner.db.data_version())),
            None => Ok((self.names(scope).await?, true)),
        }
    }

    /// Scopes whose newest listing did not complete.
    pub(crate) async fn failing_scopes(
        &self,
        scope: &Scope,
    ) -> Result<Vec<FailingScope>, StoreError> {
        let key = (self.inner.db.data_version(), scope.clone());
        if let Some(known) = self.inner.failing.get(&key) {
            return Ok(known.to_vec());
        }
        let failing = store::dashboard::failing_scopes(&self.inner.db, scope).await?;
        self.inner.failing.insert(key, Arc::new(failing.clone()));
        Ok(failing)
    }
}

/// Names, and the version of the data that they are of.
#[derive(Clone)]
struct Names {
    version: u64,
    values: Arc<Values>,
}

fn kept<K: Hash + Eq + Send + Sync + 'static, T: Clone + Send + Sync + 'static>() -> Cache<K, T> {
    Cache::builder()
        .max_capacity(SCOPES)
        .time_to_live(Duration::from_secs(600))
        .build()
}
