//! What the server has seen, readable while it runs.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;

/// More paths than this are only counted in the total: a client may invent them endlessly.
const MAX_PATHS: usize = 10_000;

/// Counts shared by all connections of a server.
pub(crate) struct Counters {
    total: watch::Sender<u64>,
    paths: Mutex<HashMap<String, u64>>,
    /// Requests of each connection, in the order of acceptance.
    connections: Mutex<Vec<u32>>,
    open: AtomicUsize,
}

impl Counters {
    pub(crate) fn new() -> Self {
        Self {
            total: watch::Sender::new(0),
            paths: Mutex::default(),
            connections: Mutex::default(),
            open: AtomicUsize::new(0),
        }
    }

    pub(crate) fn total(&self) -> u64 {
        *self.total.borrow()
    }

    pub(crate) async fn reach(&self, total: u64) {
        let waited = self.total.subscribe().wait_for(|now| *now >= total).await.map(drop);
        waited.expect("the sender lives in self");
    }

    pub(crate) fn path(&self, path: &str) -> u64 {
        lock(&self.paths).get(path).copied().unwrap_or(0)
    }

    pub(crate) fn connections(&self) -> Vec<u32> {
        lock(&self.connections).clone()
    }

    pub(crate) fn open(&self) -> usize {
        self.open.load(Ordering::Relaxed)
    }
}

/// One accepted connection; counted as open until it is dropped.
pub(crate) struct Connection {
    counters: Arc<Counters>,
    index: usize,
}

impl Connection {
    pub(crate) fn accepted(counters: &Arc<Counters>) -> Self {
        counters.open.fetch_add(1, Ordering::Relaxed);
        let mut connections = lock(&counters.connections);
        connections.push(0);
        Self { counters: Arc::clone(counters), index: connections.len() - 1 }
    }

    /// Counts a request that came in whole, and returns the how manieth of its path it is, from 1.
    /// `path` is without its query.
    pub(crate) fn request(&self, path: &str) -> u64 {
        lock(&self.counters.connections)[self.index] += 1;
        let mut paths = lock(&self.counters.paths);
        let nth = if let Some(count) = paths.get_mut(path) {
            *count += 1;
            *count
        } else {
            if paths.len() < MAX_PATHS {
                paths.insert(path.to_owned(), 1);
            }
            1
        };
        drop(paths);
        // Last, so that whoever waits for the total finds the other counts complete.
        self.counters.total.send_modify(|total| *total += 1);
        nth
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.counters.open.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Counts stay usable when a thread died while it held them: they are whole after each statement.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
