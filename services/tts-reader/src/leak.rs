//! A leak on purpose, so that a load test can show that it finds one. For tests only.

use std::sync::{Mutex, PoisonError};

/// Keeps memory for every request, for ever; nothing by default (`FAULT_LEAK_BYTES_PER_REQUEST`).
#[derive(Debug)]
pub(crate) struct Leak {
    bytes_per_request: usize,
    kept: Mutex<Vec<Box<[u8]>>>,
}

impl Leak {
    pub(crate) fn of(bytes_per_request: usize) -> Self {
        Self { bytes_per_request, kept: Mutex::default() }
    }

    /// Counts a request.
    pub(crate) fn request(&self) {
        if self.bytes_per_request > 0 {
            // Written to: memory that nobody has touched is none yet.
            let bytes = vec![1; self.bytes_per_request].into_boxed_slice();
            self.kept.lock().unwrap_or_else(PoisonError::into_inner).push(bytes);
        }
    }
}
