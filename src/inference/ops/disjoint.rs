//! One output that many tasks write, each its own part.

// The parts are not contiguous (a tile of columns in every row), so no slice can be split into them.
#![allow(unsafe_code)]

use std::marker::PhantomData;

/// A mutable slice that can be handed out in parts to tasks that run at the same time.
pub(crate) struct Disjoint<'a, T> {
    start: *mut T,
    len: usize,
    of: PhantomData<&'a mut [T]>,
}

// SAFETY: it only gives access to parts, and whoever takes one promises that no other task has it.
unsafe impl<T: Send> Sync for Disjoint<'_, T> {}

impl<'a, T> Disjoint<'a, T> {
    pub(crate) fn new(slice: &'a mut [T]) -> Disjoint<'a, T> {
        Disjoint {
            start: slice.as_mut_ptr(),
            len: slice.len(),
            of: PhantomData,
        }
    }

    /// The part of `len` values from `at` on.
    ///
    /// # Safety
    /// No other part that is alive at the same time may overlap it.
    #[allow(clippy::mut_from_ref)]
    pub(crate) unsafe fn part(&self, at: usize, len: usize) -> &mut [T] {
        assert!(
            at.checked_add(len).is_some_and(|end| end <= self.len),
            "a part lies inside its whole"
        );
        // SAFETY: it lies inside the slice that `new` borrowed, and the caller keeps parts apart.
        unsafe { std::slice::from_raw_parts_mut(self.start.add(at), len) }
    }
}
