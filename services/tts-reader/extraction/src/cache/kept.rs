//! The cache itself: by URL, shared by everybody who asks.
//!
//! Requests to sites are all alike (no cookie, no authorization, the same `Accept…` and
//! `User-Agent`), so the headers that `Vary` names always match, and the URL alone is the key.

use std::mem::size_of;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::time::Instant;
use url::Url;

use super::Terms;
use crate::error::ExtractError;
use crate::lru::Lru;
use crate::page::Extraction;

/// What is known of a URL.
#[derive(Debug, Clone)]
pub(crate) enum Kept {
    /// The text of the page there.
    Page(Arc<Extraction>),
    /// A page in which nothing can be read, and why.
    Unreadable(ExtractError),
    /// It redirects.
    Moved(Url),
    /// There is no page: this status.
    Absent(u16),
}

/// Something kept, with its conditions.
#[derive(Debug)]
pub(crate) struct Entry {
    pub(crate) kept: Kept,
    pub(crate) terms: Terms,
    /// When it came.
    since: Instant,
}

/// What the cache has for a URL.
pub(crate) enum Found {
    Fresh(Kept),
    /// The site must be asked whether it has changed.
    Stale(Arc<Entry>),
    Nothing,
}

pub(crate) struct Cache {
    /// Never held while anything is awaited.
    entries: Mutex<Lru<Arc<Entry>>>,
    fresh: AtomicU64,
    renewed: AtomicU64,
    fetched: AtomicU64,
}

/// What a cache holds and did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CacheFigures {
    /// Pages, redirects and absences that are kept.
    pub entries: usize,
    /// Memory that they take, about.
    pub bytes: usize,
    /// Requests that were answered without asking the site.
    pub fresh: u64,
    /// Requests to which the site said that nothing has changed.
    pub renewed: u64,
    /// Requests that the site answered.
    pub fetched: u64,
}

impl Cache {
    /// Holds `budget` bytes.
    pub(crate) fn new(budget: usize) -> Self {
        Self {
            entries: Mutex::new(Lru::new(budget)),
            fresh: AtomicU64::new(0),
            renewed: AtomicU64::new(0),
            fetched: AtomicU64::new(0),
        }
    }

    pub(crate) fn find(&self, url: &Url) -> Found {
        let Some(entry) = self.entries().get(&key(url)).cloned() else { return Found::Nothing };
        if Instant::now() < entry.since + entry.terms.fresh_for {
            self.fresh.fetch_add(1, Ordering::Relaxed);
            Found::Fresh(entry.kept.clone())
        } else if entry.terms.can_be_asked_again() {
            Found::Stale(entry)
        } else {
            Found::Nothing
        }
    }

    /// A right to keep what came from `url` just now.
    pub(crate) fn ticket(self: &Arc<Self>, url: &Url, terms: Option<Terms>) -> Option<Ticket> {
        self.fetched.fetch_add(1, Ordering::Relaxed);
        let Some(terms) = terms else {
            // What was kept before is no longer so.
            self.entries().remove(&key(url));
            return None;
        };
        Some(Ticket { cache: Arc::clone(self), key: key(url), terms, since: Instant::now() })
    }

    /// Takes what is kept for unchanged, as its site said.
    pub(crate) fn renew(self: &Arc<Self>, url: &Url, entry: &Entry, terms: Option<Terms>) -> Kept {
        self.renewed.fetch_add(1, Ordering::Relaxed);
        let kept = entry.kept.clone();
        match terms {
            Some(terms) => {
                let ticket =
                    Ticket { cache: Arc::clone(self), key: key(url), terms, since: Instant::now() };
                ticket.keep(kept.clone());
            }
            None => self.entries().remove(&key(url)),
        }
        kept
    }

    pub(crate) fn figures(&self) -> CacheFigures {
        let (entries, bytes) = {
            let entries = self.entries();
            (entries.len(), entries.held())
        };
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        CacheFigures {
            entries,
            bytes,
            fresh: read(&self.fresh),
            renewed: read(&self.renewed),
            fetched: read(&self.fetched),
        }
    }

    fn entries(&self) -> MutexGuard<'_, Lru<Arc<Entry>>> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Leave to keep one answer.
pub(crate) struct Ticket {
    cache: Arc<Cache>,
    key: String,
    terms: Terms,
    since: Instant,
}

impl Ticket {
    pub(crate) fn keep(self, kept: Kept) {
        let text = match &kept {
            Kept::Page(page) => page.text.len() + page.title.as_deref().map_or(0, str::len),
            Kept::Moved(url) => url.as_str().len(),
            Kept::Unreadable(_) | Kept::Absent(_) => 0,
        };
        // The key is held twice, by its value and by its use.
        let weight = size_of::<Entry>() + 2 * self.key.len() + 128 + self.terms.size() + text;
        let entry = Entry { kept, terms: self.terms, since: self.since };
        self.cache.entries().insert(self.key, Arc::new(entry), weight);
    }
}

/// The part after `#` is never sent.
fn key(url: &Url) -> String {
    let text = url.as_str();
    text.split_once('#').map_or(text, |(sent, _)| sent).to_owned()
}
