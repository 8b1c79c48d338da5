//! Which kernel this processor gets.

use std::sync::OnceLock;

#[cfg(target_arch = "x86_64")]
use super::avx2::Avx2;
use super::{Kernel, scalar::Scalar};

/// Every kernel that this processor can run, the best first. The scalar one is always last.
pub fn available() -> &'static [&'static dyn Kernel] {
    static FOUND: OnceLock<Vec<&'static dyn Kernel>> = OnceLock::new();
    FOUND.get_or_init(|| {
        let mut found: Vec<&'static dyn Kernel> = Vec::new();
        #[cfg(target_arch = "x86_64")]
        {
            static AVX2: OnceLock<Option<Avx2>> = OnceLock::new();
            found.extend(AVX2.get_or_init(Avx2::detect).iter().map(|kernel| kernel as &dyn Kernel));
        }
        found.push(&Scalar);
        found
    })
}

/// The best kernel that this processor can run and that computes the right thing.
pub fn best() -> &'static dyn Kernel {
    available().first().copied().unwrap_or(&Scalar)
}

/// The kernel of that name, when this processor can run it.
pub fn named(name: &str) -> Option<&'static dyn Kernel> {
    available().iter().find(|kernel| kernel.name() == name).copied()
}
