//! Which cores the pool's threads stay on, and how many there are by default.

// The standard library can neither ask for nor set the cores that a thread may run on.
#![allow(unsafe_code)]

use std::collections::BTreeSet;

/// Physical cores that this process may use, minus one for everything else when there are more than two.
pub fn default_threads() -> usize {
    let physical = physical(&allowed()).len();
    let physical = if physical == 0 {
        std::thread::available_parallelism().map_or(1, usize::from)
    } else {
        physical
    };
    if physical > 2 { physical - 1 } else { physical }
}

/// A core for each thread, or none at all when there are not enough to give each its own.
pub(super) fn choose(threads: usize) -> Vec<usize> {
    let allowed = allowed();
    let physical = physical(&allowed);
    for cores in [physical, allowed] {
        if cores.len() >= threads {
            return cores.into_iter().take(threads).collect();
        }
    }
    Vec::new()
}

/// Lets every other thread of the process go before this one and those that it starts: a model computes for
/// seconds, and whoever waits for a page does not want to notice. A lower priority alone is not enough, because a thread that wakes up then waits for the end
/// of the other's time slice, about 3 ms. On an idle machine it costs nothing. Failing at it costs others' time
/// only, so nobody is told.
pub fn yield_to_others() {
    let none = libc::sched_param { sched_priority: 0 };
    // SAFETY: 0 is the calling thread, and the call only reads the parameters.
    unsafe {
        libc::sched_setscheduler(0, libc::SCHED_IDLE, &raw const none);
    }
}

/// Keeps the calling thread on one core. Failing at it costs speed only, so nobody is told.
pub(super) fn pin_current_thread(core: usize) {
    // SAFETY: a zeroed `cpu_set_t` is an empty set, `core` came from the system's own set and so is in range,
    // and the call reads the set only.
    unsafe {
        let mut set: libc::cpu_set_t = std::mem::zeroed();
        libc::CPU_SET(core, &mut set);
        libc::sched_setaffinity(0, size_of::<libc::cpu_set_t>(), &raw const set);
    }
}

/// The logical cores that this thread may run on.
fn allowed() -> Vec<usize> {
    // SAFETY: the call writes at most the size given into the set, which is plain bits.
    let set = unsafe {
        let mut set: libc::cpu_set_t = std::mem::zeroed();
        if libc::sched_getaffinity(0, size_of::<libc::cpu_set_t>(), &raw mut set) != 0 {
            return Vec::new();
        }
        set
    };
    let most = usize::try_from(libc::CPU_SETSIZE).unwrap_or(0);
    // SAFETY: the index is below the size of the set.
    (0..most)
        .filter(|core| unsafe { libc::CPU_ISSET(*core, &set) })
        .collect()
}

/// The first logical core of each physical one. All of them where the system does not say (a bare chroot).
fn physical(allowed: &[usize]) -> Vec<usize> {
    let mut seen = BTreeSet::new();
    let mut first = Vec::new();
    for &core in allowed {
        let path = format!("/sys/devices/system/cpu/cpu{core}/topology/thread_siblings_list");
        let siblings = std::fs::read_to_string(path).unwrap_or_else(|_| core.to_string());
        if seen.insert(siblings) {
            first.push(core);
        }
    }
    first
}
