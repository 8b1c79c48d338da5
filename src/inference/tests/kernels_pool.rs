//! The threads a model computes on: every index once, panics carried, nothing held up.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use inference::pool::{Pool, default_threads};

#[test]
fn every_index_is_called_once() {
    for threads in [1, 2, 3, 8] {
        let pool = Pool::new(threads).unwrap();
        assert_eq!(pool.threads(), threads);
        for tasks in [0, 1, 2, 7, 1000] {
            let calls: Vec<AtomicUsize> = (0..tasks).map(|_| AtomicUsize::new(0)).collect();
            pool.run(tasks, &|index| {
                calls[index].fetch_add(1, Ordering::Relaxed);
            });
            assert!(
                calls.iter().all(|calls| calls.load(Ordering::Relaxed) == 1),
                "{threads} {tasks}"
            );
        }
    }
}

#[test]
fn many_short_calls_lose_nothing() {
    let pool = Pool::new(3).unwrap();
    let sum = AtomicUsize::new(0);
    for round in 0..20_000 {
        pool.run(round % 9, &|index| {
            sum.fetch_add(index + 1, Ordering::Relaxed);
        });
        if round % 5_000 == 0 {
            // Long enough for the workers to fall asleep.
            std::thread::sleep(std::time::Duration::from_millis(5));
        }
    }
    let wanted: usize = (0..20_000)
        .map(|round| (round % 9) * (round % 9 + 1) / 2)
        .sum();
    assert_eq!(sum.into_inner(), wanted);
}

#[test]
fn callers_take_turns() {
    let pool = Pool::new(2).unwrap();
    let whose = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for caller in 1..4 {
            let (pool, whose) = (&pool, &whose);
            scope.spawn(move || {
                for _ in 0..300 {
                    // Only tasks of one caller run at a time, so nobody sees another's mark.
                    let count = AtomicUsize::new(0);
                    pool.run(16, &|_| {
                        if count.fetch_add(1, Ordering::SeqCst) == 0 {
                            whose.store(caller, Ordering::SeqCst);
                        }
                        let seen = whose.load(Ordering::SeqCst);
                        assert!(seen == caller || count.load(Ordering::SeqCst) < 3);
                    });
                    assert_eq!(count.into_inner(), 16);
                }
            });
        }
    });
}

#[test]
fn a_panic_reaches_the_caller_and_the_pool_goes_on() {
    for threads in [1, 2, 4] {
        let pool = Pool::new(threads).unwrap();
        for _ in 0..50 {
            let result = catch_unwind(AssertUnwindSafe(|| {
                pool.run(100, &|index| {
                    if index == 37 {
                        std::panic::panic_any("task 37");
                    }
                });
            }));
            assert_eq!(*result.unwrap_err().downcast::<&str>().unwrap(), "task 37");
        }
        let seen = Mutex::new(0);
        pool.run(10, &|_| *seen.lock().unwrap() += 1);
        assert_eq!(*seen.lock().unwrap(), 10);
    }
}

#[test]
fn a_task_may_call_the_pool_again() {
    let pool = Pool::new(2).unwrap();
    let sum = AtomicUsize::new(0);
    pool.run(8, &|_| {
        pool.run(8, &|index| {
            sum.fetch_add(index, Ordering::Relaxed);
        });
    });
    assert_eq!(sum.into_inner(), 8 * 28);
}

#[test]
fn at_least_one_thread_by_default() {
    assert!(default_threads() >= 1);
}
