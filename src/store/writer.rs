//! The one thread that writes. It drains its queue into one transaction, each write in a savepoint
//! of its own, commits once, then answers and announces. It also notices when the disk takes no
//! more, refuses writes from then on, and tries by itself until they work again.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

use domain::event::{Audience, Event, EventBody};
use tokio::sync::{OwnedSemaphorePermit, oneshot};

use crate::conn::{Conn, Outbox};
use crate::db::Shared;
use crate::error::StoreError;

/// The most writes one commit carries, and the longest they may run before it.
const BATCH_WRITES: usize = 256;
const BATCH_TIME: Duration = Duration::from_millis(100);

/// How long a batch whose callers were all answered ahead stays open for more. A first sync writes
/// the same index pages over and over; each commit writes them once.
const AHEAD_TIME: Duration = Duration::from_millis(400);

/// Without work for this long, the writer gives its cache's memory back.
const REST_AFTER: Duration = Duration::from_secs(5);

type Run = dyn FnOnce(Result<&Conn, StoreError>) -> Ran + Send;

/// A queued write, its type erased: run once with a connection, or with why there is none.
pub(crate) struct Task {
    run: Box<Run>,
    /// Answered as soon as it ran, before the commit; if that fails, this is noted as lost.
    ahead: Option<String>,
    /// Its place in the queue; given back when the task ends.
    _place: OwnedSemaphorePermit,
}

/// A write that ran and waits for the commit.
struct Ran {
    error: Option<StoreError>,
    /// Answers the caller: with the write's own result, or with why the commit failed.
    reply: Box<dyn FnOnce(Result<(), StoreError>) + Send>,
}

pub(crate) enum Message {
    Write(Task),
    Stop,
}

impl Task {
    pub fn new<T, F>(
        write: F,
        reply: oneshot::Sender<Result<T, StoreError>>,
        ahead: Option<String>,
        place: OwnedSemaphorePermit,
    ) -> Self
    where
        T: Send + 'static,
        F: FnOnce(&Conn) -> Result<T, StoreError> + Send + 'static,
    {
        let run = move |conn: Result<&Conn, StoreError>| {
            let result = conn.and_then(|conn| {
                catch_unwind(AssertUnwindSafe(|| write(conn))).unwrap_or_else(|_| {
                    Err(StoreError::Database(
                        "a write panicked; it was undone".to_owned(),
                    ))
                })
            });
            let error = result.as_ref().err().cloned();
            let reply = move |commit: Result<(), StoreError>| {
                // The caller may have gone; its write is committed or not all the same.
                let _gone = reply.send(commit.and(result));
            };
            Ran {
                error,
                reply: Box::new(reply),
            }
        };
        Self {
            run: Box::new(run),
            ahead,
            _place: place,
        }
    }

    fn refuse(self, why: &StoreError) {
        let ran = (self.run)(Err(why.clone()));
        (ran.reply)(Ok(()));
    }
}

/// Runs until told to stop, or until every handle is gone; then checkpoints and closes.
pub(crate) fn run(conn: Conn, queue: &Receiver<Message>, shared: &Arc<Shared>) {
    // Opening and migrating may have filled the cache.
    let mut rested = false;
    loop {
        let message = match next(queue, shared, rested) {
            Ok(message) => message,
            Err(RecvTimeoutError::Timeout) if shared.write_fault().is_some() => {
                probe(&conn, shared);
                continue;
            }
            Err(RecvTimeoutError::Timeout) => {
                // Gives the cache's memory back; the pages are in the operating system's cache.
                if let Err(error) = conn.raw.execute_batch("PRAGMA shrink_memory") {
                    tracing::debug!(%error, "the writer's cache was not given back");
                }
                rested = true;
                continue;
            }
            Err(RecvTimeoutError::Disconnected) => break,
        };
        rested = false;
        match message {
            Message::Stop => break,
            Message::Write(task) => {
                if handle(&conn, task, queue, shared) {
                    break;
                }
            }
        }
    }
    while let Ok(Message::Write(task)) = queue.try_recv() {
        task.refuse(&StoreError::Closed);
    }
    // Best effort: what stays in the WAL is read from there at the next start.
    if let Err(error) = conn.raw.execute_batch("PRAGMA wal_checkpoint(TRUNCATE)") {
        tracing::warn!(%error, "the write-ahead log was not folded in at close");
    }
}

/// Waits for work: without end once rested, else until it is time to probe or to rest.
fn next(
    queue: &Receiver<Message>,
    shared: &Arc<Shared>,
    rested: bool,
) -> Result<Message, RecvTimeoutError> {
    if shared.write_fault().is_some() {
        queue.recv_timeout(shared.probe_interval)
    } else if rested {
        queue.recv().map_err(|_| RecvTimeoutError::Disconnected)
    } else {
        queue.recv_timeout(REST_AFTER)
    }
}

/// Runs `first` and what is queued behind it as one batch. True when told to stop meanwhile.
fn handle(conn: &Conn, first: Task, queue: &Receiver<Message>, shared: &Arc<Shared>) -> bool {
    if let Some(reason) = shared.write_fault() {
        first.refuse(&StoreError::ReadOnly { reason });
        // A steady stream of refused writes must not keep the disk from being tried.
        if shared.probe_due() {
            probe(conn, shared);
        }
        return false;
    }
    let started = Instant::now();
    let mut batch = match Batch::begin(conn) {
        Ok(batch) => batch,
        Err(error) => {
            notice(&error, shared);
            first.refuse(&error);
            return false;
        }
    };
    batch.run(first);
    let mut stop = false;
    while batch.open && batch.count < BATCH_WRITES {
        // Whoever waits for the commit waits no longer for others than it takes to run them.
        let next = if batch.ran.is_empty() {
            queue.recv_timeout(AHEAD_TIME.saturating_sub(started.elapsed()))
        } else if started.elapsed() < BATCH_TIME {
            queue.recv_timeout(Duration::ZERO)
        } else {
            break;
        };
        match next {
            Ok(Message::Write(task)) => batch.run(task),
            Ok(Message::Stop) => {
                stop = true;
                break;
            }
            Err(_) => break,
        }
    }
    batch.end(shared);
    stop
}

/// One transaction and the writes in it.
struct Batch<'a> {
    conn: &'a Conn,
    /// Writes whose callers wait.
    ran: Vec<Ran>,
    /// What writes answered ahead belong to.
    ahead: Vec<String>,
    count: usize,
    kept: Outbox,
    /// The transaction still stands; a full disk can make SQLite undo it on its own.
    open: bool,
}

impl<'a> Batch<'a> {
    fn begin(conn: &'a Conn) -> Result<Self, StoreError> {
        conn.raw.execute_batch("BEGIN IMMEDIATE")?;
        Ok(Self {
            conn,
            ran: Vec::new(),
            ahead: Vec::new(),
            count: 0,
            kept: Outbox::default(),
            open: true,
        })
    }

    fn run(&mut self, task: Task) {
        self.count += 1;
        let ahead = task.ahead.clone();
        let savepoint = self.conn.execute("SAVEPOINT one_write", &[]);
        let ran = (task.run)(savepoint.map(|_| self.conn));
        let said = self.conn.take_outbox();
        let ended = if ran.error.is_none() {
            self.conn.execute("RELEASE one_write", &[]).is_ok()
        } else {
            self.open = !self.conn.raw.is_autocommit();
            self.open
                && self
                    .conn
                    .raw
                    .execute_batch("ROLLBACK TO one_write; RELEASE one_write")
                    .is_ok()
        };
        if ran.error.is_none() && ended {
            self.kept.events.extend(said.events);
            for name in said.changed {
                if !self.kept.changed.contains(&name) {
                    self.kept.changed.push(name);
                }
            }
        }
        self.open = self.open && ended && !self.conn.raw.is_autocommit();
        match ahead {
            Some(owner) if self.open && ran.error.is_none() => {
                (ran.reply)(Ok(()));
                if !self.ahead.contains(&owner) {
                    self.ahead.push(owner);
                }
            }
            _ => self.ran.push(ran),
        }
    }

    /// Commits, then answers and announces; or undoes all and says why.
    fn end(self, shared: &Arc<Shared>) {
        let fault = self.ran.iter().find_map(|ran| match &ran.error {
            Some(error @ StoreError::ReadOnly { .. }) => Some(error.clone()),
            _ => None,
        });
        let committed = if self.open {
            self.conn
                .raw
                .execute_batch("COMMIT")
                .map_err(StoreError::from)
        } else {
            Err(fault.clone().unwrap_or_else(|| {
                StoreError::Database("the transaction was undone by the engine".to_owned())
            }))
        };
        if committed.is_err()
            && !self.conn.raw.is_autocommit()
            && let Err(error) = self.conn.raw.execute_batch("ROLLBACK")
        {
            tracing::error!(%error, "a failed transaction could not be undone");
        }
        if committed.is_ok() && !self.kept.changed.is_empty() {
            shared.data_version.fetch_add(1, Ordering::SeqCst);
        }
        if committed.is_err() {
            shared.lost().extend(self.ahead);
        }
        // A caller who hears of its write finds health, caches and events already moved on.
        if let Some(fault) = fault {
            notice(&fault, shared);
        }
        match &committed {
            Ok(()) => announce(self.kept, shared),
            Err(error) => notice(error, shared),
        }
        for ran in self.ran {
            (ran.reply)(committed.clone());
        }
    }
}

fn announce(said: Outbox, shared: &Arc<Shared>) {
    for event in said.events {
        shared.events.publish(event);
    }
    if !said.changed.is_empty() {
        let names = said.changed.into_iter().map(str::to_owned).collect();
        shared.events.publish(Event {
            audience: Audience::Everyone,
            body: EventBody::Changed { names },
        });
    }
}

/// Turns to read-only when `error` says that the disk takes no writes.
fn notice(error: &StoreError, shared: &Arc<Shared>) {
    let StoreError::ReadOnly { reason } = error else {
        return;
    };
    if shared.set_write_fault(Some(reason.clone())) {
        tracing::error!(%reason, "the database takes no writes; serving what is there");
        database_event(shared, Some(reason.clone()));
    }
}

/// Tries a write big enough to need space of its own, and ends the read-only time if it works.
fn probe(conn: &Conn, shared: &Arc<Shared>) {
    shared.probed();
    let tried = conn.raw.execute_batch(
        "BEGIN IMMEDIATE;
         INSERT INTO write_probe (id, body) VALUES (1, zeroblob(65536))
           ON CONFLICT (id) DO UPDATE SET body = excluded.body;
         COMMIT;
         DELETE FROM write_probe;",
    );
    match tried {
        Ok(()) => {
            shared.set_write_fault(None);
            tracing::info!("the database takes writes again");
            database_event(shared, None);
        }
        Err(error) => {
            tracing::debug!(%error, "the database still takes no writes");
            if !conn.raw.is_autocommit()
                && let Err(error) = conn.raw.execute_batch("ROLLBACK")
            {
                tracing::error!(%error, "a failed probe could not be undone");
            }
        }
    }
}

fn database_event(shared: &Arc<Shared>, reason: Option<String>) {
    shared.events.publish(Event {
        audience: Audience::Everyone,
        body: EventBody::Database {
            writable: reason.is_none(),
            reason,
        },
    });
}

#[cfg(test)]
#[path = "writer_tests.rs"]
mod tests;
