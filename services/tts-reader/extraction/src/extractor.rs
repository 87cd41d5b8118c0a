//! The front door: a URL goes in, clean text comes out.

use std::sync::Arc;

use tokio::sync::Semaphore;

use crate::error::ExtractError;
use crate::fetch::Fetcher;
use crate::page::{Extraction, extract_html};
use crate::policy::FetchPolicy;
use crate::resolver::{Lookup, system_lookup};

/// Fetches pages and extracts their text. Clones are cheap and share connections and limits.
#[derive(Clone)]
pub struct Extractor {
    inner: Arc<Inner>,
}

struct Inner {
    fetcher: Fetcher,
    /// Pages being parsed at once: a parse is pure CPU work and holds several times the page's
    /// size, so more than one per core gains nothing and only costs memory.
    parsing: Arc<Semaphore>,
}

impl Extractor {
    /// Makes an extractor that keeps to `policy`.
    ///
    /// # Errors
    /// [`ExtractError::Internal`] when the TLS or HTTP client cannot be set up, for example because
    /// the user agent is no valid header value.
    pub fn new(policy: FetchPolicy) -> Result<Self, ExtractError> {
        Self::with_lookup(policy, system_lookup())
    }

    pub(crate) fn with_lookup(policy: FetchPolicy, lookup: Lookup) -> Result<Self, ExtractError> {
        let fetcher = Fetcher::new(policy, lookup)?;
        let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        Ok(Self { inner: Arc::new(Inner { fetcher, parsing: Arc::new(Semaphore::new(cores)) }) })
    }

    /// Fetches `url` and extracts its readable text. Needs a tokio runtime.
    ///
    /// # Errors
    /// See [`ExtractError`]; [`ExtractError::kind`] says whose fault it was.
    pub async fn extract(&self, url: &str) -> Result<Extraction, ExtractError> {
        let page = self.inner.fetcher.fetch(url).await?;
        let permit = Arc::clone(&self.inner.parsing)
            .acquire_owned()
            .await
            .expect("the semaphore is never closed");
        let parse = move || {
            let _permit = permit;
            extract_html(&page.body, page.content_type.as_deref(), &page.url)
        };
        tokio::task::spawn_blocking(parse)
            .await
            .map_err(|e| ExtractError::Internal(e.to_string()))?
    }
}

#[cfg(test)]
mod tests;
