//! The rules of the sites that were asked lately.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;
use url::{Origin, Url};

use super::Rules;
use crate::lru::Lru;

/// Memory for rules of sites.
const BUDGET: usize = 4 * 1024 * 1024;
/// Rules are asked for again after this time; the standard allows up to a day.
const LIFE: Duration = Duration::from_hours(1);
/// A site that could not be asked is left alone for so long.
const SHORT_LIFE: Duration = Duration::from_mins(5);

pub(crate) struct Known(Mutex<Lru<(Arc<Rules>, Instant)>>);

impl Known {
    pub(crate) fn new() -> Self {
        Self(Mutex::new(Lru::new(BUDGET)))
    }

    /// The rules for a page, unless they are too old.
    pub(crate) fn find(&self, page: &Url) -> Option<Arc<Rules>> {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (rules, until) = known.get(&key(&page.origin()))?;
        (Instant::now() < *until).then(|| Arc::clone(rules))
    }

    pub(crate) fn keep(&self, page: &Url, rules: &Arc<Rules>) {
        let life = if rules.were_asked() { LIFE } else { SHORT_LIFE };
        let key = key(&page.origin());
        let weight = 2 * key.len() + 128 + rules.size();
        let value = (Arc::clone(rules), Instant::now() + life);
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(key, value, weight);
    }
}

fn key(origin: &Origin) -> String {
    origin.ascii_serialization()
}
