//! What makes requests one row, and the number of that row.

use std::hash::{Hash, Hasher};
use std::sync::Arc;

use hashbrown::Equivalent;
use serde::{Deserialize, Serialize};

/// The number of a row within one thread.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct RowId(pub(crate) u32);

impl RowId {
    /// Its index in [`Interval::rows`](crate::Interval::rows).
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// What the method column says of a transaction.
pub const TRANSACTION: &str = "TRANSACTION";

/// What a row counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum RowKind {
    /// Requests.
    #[default]
    Request,
    /// Transactions: several requests under one timer. The requests have rows of their own, so
    /// these are in no total.
    Transaction,
}

/// What makes requests one row: method, name and tags.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[non_exhaustive]
pub struct RowKey {
    /// The name that the suite gave, or the path.
    pub name: Arc<str>,
    /// The method, or another word for the kind of request.
    pub method: Arc<str>,
    /// The tags of the task, or those given to the request.
    pub tags: Arc<[Arc<str>]>,
    /// Whether it counts requests or transactions.
    pub kind: RowKind,
}

impl RowKey {
    /// The key of requests, from its parts.
    pub fn new(method: &str, name: &str, tags: &Arc<[Arc<str>]>) -> Self {
        let (name, method, kind) = (name.into(), method.into(), RowKind::Request);
        Self { name, method, tags: Arc::clone(tags), kind }
    }

    /// The key of transactions.
    pub fn transaction(name: &str, tags: &Arc<[Arc<str>]>) -> Self {
        Self { kind: RowKind::Transaction, ..Self::new(TRANSACTION, name, tags) }
    }

    fn as_ref(&self) -> KeyRef<'_> {
        KeyRef { name: &self.name, method: &self.method, tags: &self.tags, kind: self.kind }
    }
}

impl Hash for RowKey {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.as_ref().hash(state);
    }
}

/// A borrowed [`RowKey`], so that the usual look-up allocates nothing.
pub(super) struct KeyRef<'a> {
    pub(super) name: &'a str,
    pub(super) method: &'a str,
    pub(super) tags: &'a [Arc<str>],
    pub(super) kind: RowKind,
}

impl Hash for KeyRef<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.name.hash(state);
        self.method.hash(state);
        self.tags.hash(state);
        // The kind is compared and not hashed: next to no key has a twin of the other kind.
    }
}

impl Equivalent<RowKey> for KeyRef<'_> {
    fn equivalent(&self, key: &RowKey) -> bool {
        *self.name == *key.name
            && *self.method == *key.method
            && *self.tags == *key.tags
            && self.kind == key.kind
    }
}
