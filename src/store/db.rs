//! The door to the database: opening it, reading through a few connections, writing through the
//! one writer. With `conn.rs`, `migrate.rs` and `query.rs` it is all that knows which engine runs.
//!
//! Reads run on tokio's blocking threads, at most [`StoreConfig::readers`] at a time: a semaphore
//! bounds them, connections are opened when first needed and kept, and no thread idles for reads
//! that nobody makes. Each read sees one moment of the data.

use std::collections::HashSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{self, Sender};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};

use crate::cache::Caches;
use crate::conn::Conn;
use crate::error::{OpenError, StoreError};
use crate::events::Events;
use crate::lock::{self, FolderLock};
use crate::migrate;
use crate::open;
use crate::writer::{self, Message, Task};

/// Older versions can corrupt a database in WAL mode when it is reset.
const OLDEST_ENGINE: (i32, &str) = (3_051_003, "3.51.3");

/// Writes that may wait at once; the next caller waits to queue.
const QUEUE_PLACES: usize = 1024;

/// Connections kept for the next read; each holds a page cache.
const IDLE_READERS: usize = 2;

/// People's own queries that may run at once.
const QUERIES: usize = 2;

#[derive(Debug, Clone)]
pub struct StoreConfig {
    pub data_dir: PathBuf,
    /// Reads at a time.
    pub readers: usize,
    /// How often a database that took no writes is tried again.
    pub probe_interval: Duration,
}

impl StoreConfig {
    #[must_use]
    pub fn new(data_dir: impl Into<PathBuf>) -> Self {
        Self {
            data_dir: data_dir.into(),
            readers: 4,
            probe_interval: Duration::from_secs(3),
        }
    }

    #[must_use]
    pub fn database_path(&self) -> PathBuf {
        self.data_dir.join("stocktake.db")
    }

    /// Where copies made before migrating are kept.
    #[must_use]
    pub fn backups_path(&self) -> PathBuf {
        self.data_dir.join("backups")
    }
}

/// How the database is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DbHealth {
    pub writable: bool,
    /// Why it is not writable.
    pub reason: Option<String>,
    pub size_bytes: u64,
    pub wal_bytes: u64,
    /// Writes that wait.
    pub queue: usize,
}

/// What the handles and the writer share.
pub(crate) struct Shared {
    pub events: Events,
    pub data_version: AtomicU64,
    pub probe_interval: Duration,
    fault: Mutex<Fault>,
    /// What lost writes that were answered ahead of a commit that failed.
    lost: Mutex<HashSet<String>>,
}

#[derive(Default)]
struct Fault {
    reason: Option<String>,
    last_probe: Option<Instant>,
}

impl Shared {
    fn fault(&self) -> std::sync::MutexGuard<'_, Fault> {
        self.fault.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn lost(&self) -> std::sync::MutexGuard<'_, HashSet<String>> {
        self.lost.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn write_fault(&self) -> Option<String> {
        self.fault().reason.clone()
    }

    /// True when this changed whether writes are taken.
    pub fn set_write_fault(&self, reason: Option<String>) -> bool {
        let mut fault = self.fault();
        let changed = fault.reason.is_some() != reason.is_some();
        fault.reason = reason;
        fault.last_probe = Some(Instant::now());
        changed
    }

    pub fn probed(&self) {
        self.fault().last_probe = Some(Instant::now());
    }

    pub fn probe_due(&self) -> bool {
        self.fault()
            .last_probe
            .is_none_or(|at| at.elapsed() >= self.probe_interval)
    }
}

struct Inner {
    path: PathBuf,
    shared: Arc<Shared>,
    caches: Caches,
    readers: Arc<Semaphore>,
    reader_count: u32,
    queries: Arc<Semaphore>,
    idle: Mutex<Vec<Conn>>,
    places: Arc<Semaphore>,
    queue: Mutex<Option<Sender<Message>>>,
    writer: Mutex<Option<JoinHandle<()>>>,
    closed: AtomicBool,
}

/// A handle to the open database; clones share it.
#[derive(Clone)]
pub struct Db {
    inner: Arc<Inner>,
}

impl Db {
    /// Takes the folder's lock, opens the database, and brings its schema up to date.
    pub fn open(config: StoreConfig) -> Result<Self, OpenError> {
        lock::prepare_folder(&config.data_dir)?;
        let folder_lock = FolderLock::take(&config.data_dir)?;
        if rusqlite::version_number() < OLDEST_ENGINE.0 {
            return Err(OpenError::OldEngine {
                found: rusqlite::version().to_owned(),
                needed: OLDEST_ENGINE.1,
            });
        }
        let path = config.database_path();
        let mut raw = open::writer(&path, &config)?;
        migrate::run(&mut raw, &config)?;
        let shared = Arc::new(Shared {
            events: Events::new(),
            data_version: AtomicU64::new(1),
            probe_interval: config.probe_interval,
            fault: Mutex::default(),
            lost: Mutex::default(),
        });
        let (sender, receiver) = mpsc::channel();
        let writers_share = Arc::clone(&shared);
        let writer = std::thread::Builder::new()
            .name("store-writer".to_owned())
            .spawn(move || {
                writer::run(Conn::new(raw), &receiver, &writers_share);
                // Given up last: by now the connection is closed.
                drop(folder_lock);
            })
            .map_err(|source| lock::io(&path, source))?;
        let readers = config.readers.clamp(1, 64);
        Ok(Self {
            inner: Arc::new(Inner {
                path,
                shared,
                caches: Caches::new(),
                readers: Arc::new(Semaphore::new(readers)),
                reader_count: u32::try_from(readers).unwrap_or(1),
                queries: Arc::new(Semaphore::new(QUERIES)),
                idle: Mutex::default(),
                places: Arc::new(Semaphore::new(QUEUE_PLACES)),
                queue: Mutex::new(Some(sender)),
                writer: Mutex::new(Some(writer)),
                closed: AtomicBool::new(false),
            }),
        })
    }

    /// Runs `f` on a read-only connection; all it reads is of one moment. Needs a tokio runtime.
    pub async fn read<T, F>(&self, f: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&Conn) -> Result<T, StoreError> + Send + 'static,
    {
        self.with_reader(move |conn| {
            conn.raw.execute_batch("BEGIN")?;
            let result = catch_unwind(AssertUnwindSafe(|| f(conn)));
            if !conn.raw.is_autocommit() {
                conn.raw.execute_batch("COMMIT")?;
            }
            result.unwrap_or_else(|_| Err(StoreError::Database("a read panicked".to_owned())))
        })
        .await
        .map_err(|error| match error {
            // Only the writer decides whether the database takes writes.
            StoreError::ReadOnly { reason } => StoreError::Database(reason),
            other => other,
        })
    }

    /// Runs `f` on a pooled connection, on a blocking thread, when one of the places is free.
    async fn with_reader<T, F>(&self, f: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&Conn) -> Result<T, StoreError> + Send + 'static,
    {
        let place = self.inner.open_place(&self.inner.readers).await?;
        let inner = Arc::clone(&self.inner);
        let work = move || {
            let _place = place;
            let pooled = inner.idle().pop();
            let conn = match pooled {
                Some(conn) => conn,
                None => Conn::new(open::reader(&inner.path)?),
            };
            let result = f(&conn);
            if conn.raw.is_autocommit() {
                inner.keep(conn);
            }
            result
        };
        tokio::task::spawn_blocking(work)
            .await
            .map_err(|error| StoreError::Database(error.to_string()))?
    }

    /// One of the few places for people's own queries. They are apart from the readers', so that
    /// slow queries cannot keep pages waiting.
    pub(crate) async fn query_place(&self) -> Result<OwnedSemaphorePermit, StoreError> {
        self.inner.open_place(&self.inner.queries).await
    }

    pub(crate) fn path(&self) -> &Path {
        &self.inner.path
    }

    /// Queues `f` for the writer and waits until it is committed. `f` runs in a savepoint: if it
    /// fails or panics, nothing of it stays, and other writes are not touched.
    pub async fn write<T, F>(&self, f: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&Conn) -> Result<T, StoreError> + Send + 'static,
    {
        self.queue(f, None).await
    }

    /// As [`Self::write`], but answers once `f` ran: its commit follows within half a second,
    /// together with what comes next, or before any later [`Self::write`] is answered. If it fails,
    /// [`Self::lost`] says so of `owner`.
    pub(crate) async fn write_ahead<F>(&self, owner: String, f: F) -> Result<(), StoreError>
    where
        F: FnOnce(&Conn) -> Result<(), StoreError> + Send + 'static,
    {
        self.queue(f, Some(owner)).await
    }

    /// Whether writes of `owner` were answered ahead and then lost.
    pub(crate) fn lost(&self, owner: &str) -> bool {
        self.inner.shared.lost().contains(owner)
    }

    /// The owner starts anew from what is stored.
    pub(crate) fn forget_lost(&self, owner: &str) {
        self.inner.shared.lost().remove(owner);
    }

    async fn queue<T, F>(&self, f: F, ahead: Option<String>) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&Conn) -> Result<T, StoreError> + Send + 'static,
    {
        let place = Arc::clone(&self.inner.places)
            .acquire_owned()
            .await
            .map_err(|_| StoreError::Closed)?;
        let (reply, answer) = oneshot::channel();
        let sent = {
            let queue = self
                .inner
                .queue
                .lock()
                .unwrap_or_else(PoisonError::into_inner);
            let queue = queue.as_ref().ok_or(StoreError::Closed)?;
            queue.send(Message::Write(Task::new(f, reply, ahead, place)))
        };
        sent.map_err(|_| StoreError::Closed)?;
        answer.await.map_err(|_| StoreError::Closed)?
    }

    #[must_use]
    pub fn events(&self) -> &Events {
        &self.inner.shared.events
    }

    #[must_use]
    pub fn health(&self) -> DbHealth {
        let reason = self.inner.shared.write_fault();
        let size = |path: &Path| std::fs::metadata(path).map_or(0, |file| file.len());
        DbHealth {
            writable: reason.is_none(),
            reason,
            size_bytes: size(&self.inner.path),
            wal_bytes: size(&self.inner.path.with_extension("db-wal")),
            queue: QUEUE_PLACES - self.inner.places.available_permits(),
        }
    }

    /// Moves on with every commit that changes rows people see; the key of every cache.
    #[must_use]
    pub fn data_version(&self) -> u64 {
        self.inner.shared.data_version.load(Ordering::SeqCst)
    }

    pub(crate) fn caches(&self) -> &Caches {
        &self.inner.caches
    }

    /// What SQLite's own check finds wrong with the file; empty when it is sound. Reads all of it.
    pub async fn integrity(&self) -> Result<Vec<String>, StoreError> {
        self.read(|conn| {
            let mut found =
                conn.query("PRAGMA integrity_check", &[], |row| row.get::<String>(0))?;
            found.retain(|line| line != "ok");
            Ok(found)
        })
        .await
    }

    /// Ends reads and writes, folds the write-ahead log in, and gives the folder free. Writes
    /// already queued are committed; later calls on other handles answer [`StoreError::Closed`].
    pub async fn close(self) {
        self.inner.closed.store(true, Ordering::SeqCst);
        // Every place taken means that no read is running.
        let all = self
            .inner
            .readers
            .acquire_many(self.inner.reader_count)
            .await;
        self.inner.idle().clear();
        self.inner.readers.close();
        drop(all);
        // A query under way ends by its deadline; it holds a connection of its own.
        self.inner.queries.close();
        let inner = Arc::clone(&self.inner);
        let stopped = tokio::task::spawn_blocking(move || inner.stop_writer()).await;
        if let Err(error) = stopped {
            tracing::error!(%error, "the writer did not stop cleanly");
        }
    }
}

impl Inner {
    async fn open_place(
        &self,
        places: &Arc<Semaphore>,
    ) -> Result<OwnedSemaphorePermit, StoreError> {
        if self.closed.load(Ordering::SeqCst) {
            return Err(StoreError::Closed);
        }
        Arc::clone(places)
            .acquire_owned()
            .await
            .map_err(|_| StoreError::Closed)
    }

    fn idle(&self) -> std::sync::MutexGuard<'_, Vec<Conn>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Closed instead, without holding others up, when enough are kept.
    fn keep(&self, conn: Conn) {
        let mut idle = self.idle();
        if idle.len() < IDLE_READERS {
            idle.push(conn);
        } else {
            drop(idle);
            drop(conn);
        }
    }

    fn stop_writer(&self) {
        let queue = self
            .queue
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        if let Some(queue) = queue {
            let _already_gone = queue.send(Message::Stop);
        }
        let writer = self
            .writer
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        if let Some(writer) = writer
            // A queued write may own the last handle; a thread cannot wait for itself.
            && writer.thread().id() != std::thread::current().id()
            && writer.join().is_err()
        {
            tracing::error!("the writer thread panicked");
        }
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.idle().clear();
        self.stop_writer();
    }
}

#[cfg(test)]
#[path = "db_tests.rs"]
mod tests;
