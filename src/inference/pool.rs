//! The threads that a model computes on: a fixed set, pinned to cores, spinning for a moment and then asleep.
//!
//! `Pool::run(tasks, &f)` calls `f(index)` for every index below `tasks`, spread over the pool's threads, and
//! returns when all are done. The calling thread is one of the pool's threads. Indexes are handed out one after
//! another, so cheap tasks should be grouped into chunks by the caller. A call allocates nothing.
//!
//! A worker that the system has put aside does not hold a call up: a call closes once every index is handed
//! out, and it waits only for workers that took one. A panic in a task ends the call and goes on in the caller.
//! A call from within a task runs in that thread alone.

// A job lives on the caller's stack and is shown to the workers by address; scoped threads cannot be kept
// between calls, and a channel of boxed jobs would allocate for each of the hundreds of calls of one token.
#![allow(unsafe_code)]

use std::any::Any;
use std::cell::{Cell, UnsafeCell};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;

mod cores;

pub use cores::default_threads;
pub(crate) use cores::yield_to_others;

/// How often a worker looks for work before it goes to sleep. About 50 µs: longer than the gap between two
/// operations of a forward pass, shorter than anything a person or the scheduler would notice.
const SPINS_BEFORE_SLEEP: u32 = 2_000;
/// How often the caller looks for the last worker before it offers its core to others while waiting.
const SPINS_BEFORE_YIELD: u32 = 2_000;

/// The gate is one word: the number of the call, whether it still lets workers in, and how many are inside.
const OPEN: u64 = 1 << 15;
const INSIDE: u64 = OPEN - 1;
const CALL: u64 = 1 << 16;

/// What `run` was asked to do, as the workers see it.
#[derive(Clone, Copy)]
struct Job {
    call: unsafe fn(*const (), usize),
    data: *const (),
    tasks: usize,
}

/// Keeps what every thread writes away from what every thread reads.
#[repr(align(128))]
struct Apart<T>(T);

struct Shared {
    gate: Apart<AtomicU64>,
    next: Apart<AtomicUsize>,
    job: UnsafeCell<Job>,
    failed: AtomicBool,
    panic: Mutex<Option<Box<dyn Any + Send>>>,
    sleepers: AtomicUsize,
    bed: Mutex<()>,
    bell: Condvar,
    stop: AtomicBool,
}

// SAFETY: `job` is written only by the caller that holds `turn`, while the gate is closed and nobody is inside;
// it is read only by workers that are inside. The gate's acquire and release order the two. What the job points
// at is `Sync` by `run`'s signature, and outlives the call because `run` returns only when nobody is inside.
unsafe impl Sync for Shared {}
// SAFETY: as above; the pointer in `job` is followed only while the call that it belongs to is running.
unsafe impl Send for Shared {}

/// A fixed set of threads for one model.
pub struct Pool {
    shared: Arc<Shared>,
    workers: Vec<JoinHandle<()>>,
    cores: Vec<usize>,
    turn: Mutex<()>,
}

thread_local! {
    static IN_TASK: Cell<bool> = const { Cell::new(false) };
}

impl Pool {
    /// Starts `threads - 1` workers; the thread that calls [`Pool::run`] is the remaining one. When the process
    /// may use at least `threads` cores, each worker stays on one of its own.
    pub fn new(threads: usize) -> std::io::Result<Pool> {
        let threads = threads.clamp(1, 1024);
        let cores = cores::choose(threads);
        let shared = Arc::new(Shared {
            gate: Apart(AtomicU64::new(0)),
            next: Apart(AtomicUsize::new(0)),
            job: UnsafeCell::new(Job {
                call: nothing,
                data: std::ptr::null(),
                tasks: 0,
            }),
            failed: AtomicBool::new(false),
            panic: Mutex::new(None),
            sleepers: AtomicUsize::new(0),
            bed: Mutex::new(()),
            bell: Condvar::new(),
            stop: AtomicBool::new(false),
        });
        let mut pool = Pool {
            shared,
            workers: Vec::with_capacity(threads - 1),
            cores,
            turn: Mutex::new(()),
        };
        for index in 1..threads {
            let shared = Arc::clone(&pool.shared);
            let core = pool.cores.get(index).copied();
            let worker = std::thread::Builder::new()
                .name(format!("model-{index}"))
                .spawn(move || {
                    if let Some(core) = core {
                        cores::pin_current_thread(core);
                    }
                    shared.work();
                })?;
            pool.workers.push(worker);
        }
        Ok(pool)
    }

    /// How many threads share the work, the caller included.
    pub fn threads(&self) -> usize {
        self.workers.len() + 1
    }

    /// Puts the calling thread onto the core that the pool left for its caller. For a thread that does nothing
    /// but drive this pool.
    pub fn pin_caller(&self) {
        if let Some(core) = self.cores.first() {
            cores::pin_current_thread(*core);
        }
    }

    /// Calls `f` with every index below `tasks`, and returns when all calls have returned.
    pub fn run<F: Fn(usize) + Sync>(&self, tasks: usize, f: &F) {
        if tasks <= 1 || self.workers.is_empty() || IN_TASK.get() {
            (0..tasks).for_each(f);
            return;
        }
        let turn = lock(&self.turn);
        let shared = &*self.shared;
        // SAFETY: we hold `turn`, so no other call is running, and the last one left only when nobody was inside.
        unsafe {
            *shared.job.get() = Job {
                call: call_task::<F>,
                data: std::ptr::from_ref(f).cast(),
                tasks,
            }
        };
        shared.next.0.store(0, Ordering::Relaxed);
        let call = shared.gate.0.load(Ordering::Relaxed) & !(CALL - 1);
        shared
            .gate
            .0
            .store(call.wrapping_add(CALL) | OPEN, Ordering::SeqCst);
        if shared.sleepers.load(Ordering::SeqCst) > 0 {
            let _bed = lock(&shared.bed);
            shared.bell.notify_all();
        }
        shared.take_tasks();
        shared.close();
        let failed = shared.failed.swap(false, Ordering::Relaxed);
        let payload = if failed {
            lock(&shared.panic).take()
        } else {
            None
        };
        drop(turn);
        if let Some(payload) = payload {
            resume_unwind(payload);
        }
    }
}

impl Shared {
    /// Takes tasks until none is left. Panics are kept for the caller, and end the call early.
    fn take_tasks(&self) {
        // SAFETY: only those inside the gate, and the caller itself, come here; the job stands until they left.
        let job = unsafe { *self.job.get() };
        IN_TASK.set(true);
        loop {
            let index = self.next.0.fetch_add(1, Ordering::Relaxed);
            if index >= job.tasks {
                break;
            }
            // SAFETY: `call` was made for the type that `data` points at, which is alive during the call.
            let result = catch_unwind(AssertUnwindSafe(|| unsafe { (job.call)(job.data, index) }));
            if let Err(payload) = result {
                lock(&self.panic).get_or_insert(payload);
                self.failed.store(true, Ordering::Relaxed);
                self.next.0.store(job.tasks, Ordering::Relaxed);
                break;
            }
        }
        IN_TASK.set(false);
    }

    /// Lets nobody in any more, and waits for those inside.
    fn close(&self) {
        self.gate.0.fetch_and(!OPEN, Ordering::AcqRel);
        let mut spins = 0_u32;
        while self.gate.0.load(Ordering::Acquire) & INSIDE != 0 {
            spins += 1;
            if spins < SPINS_BEFORE_YIELD {
                std::hint::spin_loop();
            } else {
                std::thread::yield_now();
            }
        }
    }

    /// A worker's life: wait for a call, go in if it is still open, take tasks, leave.
    fn work(&self) {
        let mut seen = 0;
        while let Some(gate) = self.wait_for_call(seen) {
            seen = gate / CALL;
            let mut now = gate;
            while now & OPEN != 0 && now / CALL == seen {
                match self.gate.0.compare_exchange_weak(
                    now,
                    now + 1,
                    Ordering::AcqRel,
                    Ordering::Acquire,
                ) {
                    Ok(_) => {
                        self.take_tasks();
                        self.gate.0.fetch_sub(1, Ordering::AcqRel);
                        break;
                    }
                    Err(other) => now = other,
                }
            }
        }
    }

    /// Waits until a call other than `seen` is open. `None` when the pool ends.
    fn wait_for_call(&self, seen: u64) -> Option<u64> {
        let fresh = |order| {
            let gate = self.gate.0.load(order);
            (gate & OPEN != 0 && gate / CALL != seen).then_some(gate)
        };
        for _ in 0..SPINS_BEFORE_SLEEP {
            if let Some(gate) = fresh(Ordering::Acquire) {
                return Some(gate);
            }
            std::hint::spin_loop();
        }
        let mut bed = lock(&self.bed);
        self.sleepers.fetch_add(1, Ordering::SeqCst);
        let found = loop {
            if self.stop.load(Ordering::SeqCst) {
                break None;
            }
            if let Some(gate) = fresh(Ordering::SeqCst) {
                break Some(gate);
            }
            bed = self.bell.wait(bed).unwrap_or_else(PoisonError::into_inner);
        };
        self.sleepers.fetch_sub(1, Ordering::SeqCst);
        found
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        self.shared.stop.store(true, Ordering::SeqCst);
        {
            let _bed = lock(&self.shared.bed);
            self.shared.bell.notify_all();
        }
        for worker in self.workers.drain(..) {
            // A worker carries panics of tasks to the caller; it has none of its own to report here.
            let _ = worker.join();
        }
    }
}

/// A panic while one of these locks is held leaves nothing half done, so poison is of no interest.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

unsafe fn call_task<F: Fn(usize) + Sync>(data: *const (), index: usize) {
    // SAFETY: `run` made `data` from an `&F` that it borrows until the call is over.
    let f = unsafe { &*data.cast::<F>() };
    f(index);
}

unsafe fn nothing(_: *const (), _: usize) {}
