//! Requests that wait for the engine's thread. A request that its caller gave up leaves at once and
//! makes room.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use domain::text_model::{Generated, TextModelError, TextRequest};

/// What the thread tells a caller.
pub(super) enum Event {
    Text(String),
    Done(Result<Generated, TextModelError>),
}

/// A request on its way to the thread.
pub(super) struct Job {
    number: u64,
    pub(super) request: TextRequest,
    pub(super) since: Instant,
    pub(super) events: Sender<Event>,
    given_up: Arc<AtomicBool>,
}

impl Job {
    /// Nobody waits for it any more.
    pub(super) fn is_given_up(&self) -> bool {
        self.given_up.load(Ordering::Relaxed) || self.request.cancel.is_cancelled()
    }

    /// Why it should not go on, if it should not.
    pub(super) fn should_stop(&self) -> Option<TextModelError> {
        if self.is_given_up() {
            Some(TextModelError::Cancelled)
        } else if Instant::now() >= self.request.deadline {
            Some(TextModelError::Deadline)
        } else {
            None
        }
    }
}

/// What the thread does next.
pub(super) enum Work {
    Answer(Box<Job>),
    Prepare(String),
    Stop,
}

#[derive(Default)]
struct Waiting {
    jobs: VecDeque<Job>,
    preparations: VecDeque<String>,
    /// A preparation is being worked on.
    preparing: bool,
    /// The thread works on a request.
    running: bool,
    closed: bool,
    next_number: u64,
}

pub(super) struct Queue {
    capacity: usize,
    waiting: Mutex<Waiting>,
    changed: Condvar,
    closed: AtomicBool,
}

/// A caller's place. Dropping it gives the request up.
pub(super) struct Ticket<'a> {
    queue: &'a Queue,
    number: u64,
    given_up: Arc<AtomicBool>,
    done: bool,
}

impl Ticket<'_> {
    /// The answer came.
    pub(super) fn done(mut self) {
        self.done = true;
    }
}

impl Drop for Ticket<'_> {
    fn drop(&mut self) {
        if !self.done {
            self.given_up.store(true, Ordering::Relaxed);
            self.queue
                .lock()
                .jobs
                .retain(|job| job.number != self.number);
        }
    }
}

impl Queue {
    pub(super) fn new(capacity: usize) -> Self {
        Self {
            capacity: capacity.max(1),
            waiting: Mutex::default(),
            changed: Condvar::new(),
            closed: AtomicBool::new(false),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        // Nothing that holds the lock can panic halfway through a change.
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn capacity(&self) -> u32 {
        u32::try_from(self.capacity).unwrap_or(u32::MAX)
    }

    /// Requests waiting or running.
    pub(super) fn len(&self) -> u32 {
        let waiting = self.lock();
        u32::try_from(waiting.jobs.len()).unwrap_or(u32::MAX) + u32::from(waiting.running)
    }

    /// Takes a place; when there is none, says how many are taken.
    pub(super) fn push(&self, request: TextRequest) -> Result<(Ticket<'_>, Receiver<Event>), u32> {
        let mut waiting = self.lock();
        let taken = waiting.jobs.len() + usize::from(waiting.running);
        if taken >= self.capacity {
            return Err(u32::try_from(taken).unwrap_or(u32::MAX));
        }
        let (events, receiver) = channel();
        let given_up = Arc::new(AtomicBool::new(false));
        let number = waiting.next_number;
        waiting.next_number += 1;
        waiting.jobs.push_back(Job {
            number,
            request,
            since: Instant::now(),
            events,
            given_up: given_up.clone(),
        });
        self.changed.notify_all();
        let ticket = Ticket {
            queue: self,
            number,
            given_up,
            done: false,
        };
        Ok((ticket, receiver))
    }

    pub(super) fn prepare(&self, instructions: String) {
        let mut waiting = self.lock();
        waiting.preparations.retain(|other| *other != instructions);
        waiting.preparations.push_back(instructions);
        self.changed.notify_all();
    }

    /// A preparation that a request interrupted goes on after it.
    pub(super) fn prepare_again(&self, instructions: String) {
        let mut waiting = self.lock();
        if !waiting.preparations.contains(&instructions) {
            waiting.preparations.push_front(instructions);
        }
    }

    pub(super) fn wait_prepared(&self, limit: Duration) -> bool {
        let until = Instant::now() + limit;
        let mut waiting = self.lock();
        while waiting.preparing || !waiting.preparations.is_empty() {
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() || waiting.closed {
                return false;
            }
            waiting = self
                .changed
                .wait_timeout(waiting, left)
                .unwrap_or_else(PoisonError::into_inner)
                .0;
        }
        true
    }

    /// The thread's side: waits for something to do. What it did before is over with this call.
    pub(super) fn next(&self) -> Work {
        let mut waiting = self.lock();
        waiting.running = false;
        waiting.preparing = false;
        self.changed.notify_all();
        loop {
            if waiting.closed {
                return Work::Stop;
            }
            if let Some(job) = waiting.jobs.pop_front() {
                waiting.running = true;
                return Work::Answer(Box::new(job));
            }
            if let Some(instructions) = waiting.preparations.pop_front() {
                waiting.preparing = true;
                return Work::Prepare(instructions);
            }
            waiting = self
                .changed
                .wait(waiting)
                .unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// The running request has its answer, and its place is free.
    pub(super) fn done(&self) {
        self.lock().running = false;
    }

    /// Whether a request waits, or the thread should end: then a preparation makes way.
    pub(super) fn is_wanted(&self) -> bool {
        self.is_closed() || !self.lock().jobs.is_empty()
    }

    pub(super) fn is_closed(&self) -> bool {
        self.closed.load(Ordering::Relaxed)
    }

    /// Ends the thread. Requests that wait get no answer.
    pub(super) fn close(&self) {
        self.closed.store(true, Ordering::Relaxed);
        let mut waiting = self.lock();
        waiting.closed = true;
        waiting.jobs.clear();
        waiting.preparations.clear();
        self.changed.notify_all();
    }
}
