//! What goes to other services on the database, and what is to be looked up because of them.

use std::{
    collections::{HashSet, VecDeque},
    sync::{Mutex, MutexGuard, PoisonError},
};

use serde::Serialize;
use tokio::sync::Notify;

use super::{id::Key, record::Record};

/// Records that may wait while the database is away; more are lost, the oldest first. Whoever follows
/// them elsewhere then misses some, never the order.
const MOST_WAITING: usize = 20_000;
/// Records in one statement. Their names must fit into one notification.
pub(super) const MOST_AT_ONCE: usize = 200;

/// Two lists: what is to be told and what is to be asked.
#[derive(Debug, Default)]
pub(super) struct Beyond {
    waiting: Mutex<VecDeque<Outgoing>>,
    pub(super) told: Notify,
    looks: Mutex<Looks>,
    pub(super) look: Notify,
}

/// A record as the database takes it.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Outgoing {
    pub(crate) key: String,
    run: String,
    sequence: u64,
    ended: bool,
    record: String,
}

/// What is to be looked up.
#[derive(Debug, Default)]
pub(super) struct Looks {
    pub(super) all: bool,
    pub(super) keys: HashSet<Key>,
}

impl Beyond {
    pub(super) fn put(&self, key: Key, run: &str, record: &Record) {
        let outgoing = Outgoing {
            key: key.hex(),
            run: run.to_owned(),
            sequence: record.sequence,
            ended: record.last,
            record: record.text.to_string(),
        };
        let mut waiting = self.waiting();
        if waiting.len() == MOST_WAITING {
            waiting.pop_front();
        }
        waiting.push_back(outgoing);
        drop(waiting);
        self.told.notify_one();
    }

    /// The oldest records that wait, for one statement.
    pub(super) fn take(&self) -> Vec<Outgoing> {
        let mut waiting = self.waiting();
        let count = waiting.len().min(MOST_AT_ONCE);
        waiting.drain(..count).collect()
    }

    /// Puts back what could not be told.
    pub(super) fn put_back(&self, records: Vec<Outgoing>) {
        let mut waiting = self.waiting();
        for record in records.into_iter().rev() {
            if waiting.len() < MOST_WAITING {
                waiting.push_front(record);
            }
        }
        drop(waiting);
        self.told.notify_one();
    }

    pub(super) fn look_at(&self, keys: impl IntoIterator<Item = Key>) {
        self.looks().keys.extend(keys);
        self.look.notify_one();
    }

    pub(super) fn look_at_all(&self) {
        self.looks().all = true;
        self.look.notify_one();
    }

    pub(super) fn take_looks(&self) -> Looks {
        std::mem::take(&mut self.looks())
    }

    fn waiting(&self) -> MutexGuard<'_, VecDeque<Outgoing>> {
        // Each change is one call.
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn looks(&self) -> MutexGuard<'_, Looks> {
        self.looks.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
