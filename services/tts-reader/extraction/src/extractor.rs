//! The front door: a URL goes in, clean text comes out.

use std::sync::Arc;

use reqwest::Client;

use crate::cache::CacheFigures;
use crate::error::ExtractError;
use crate::fetch::{self, Fetcher, Got, Watch};
use crate::page::{Extraction, Page};
use crate::policy::FetchPolicy;
use crate::resolver::system_lookup;

/// Fetches pages and extracts their text. Clones are cheap and share connections, limits and what
/// is kept.
#[derive(Clone)]
pub struct Extractor {
    fetcher: Arc<Fetcher>,
}

/// What a fetch brought.
#[derive(Debug)]
pub enum Fetched {
    /// The text of the page, which was kept from before and still holds.
    Known(Arc<Extraction>),
    /// The page, whose text is still to be found.
    Page(Page),
}

impl Extractor {
    /// Makes an extractor that keeps to `policy`.
    ///
    /// # Errors
    /// [`ExtractError::Internal`] when the TLS or HTTP client cannot be set up, for example because
    /// the user agent is no valid header value.
    pub fn new(policy: FetchPolicy) -> Result<Self, ExtractError> {
        let client = fetch::client(&policy, system_lookup())?.build();
        Ok(Self::with_client(policy, client.map_err(|e| fetch::classify(&e))?))
    }

    pub(crate) fn with_client(policy: FetchPolicy, client: Client) -> Self {
        Self { fetcher: Arc::new(Fetcher::new(policy, client)) }
    }

    /// Fetches `url`, and tells `watch` how far it is. Needs a tokio runtime. Finding the text of
    /// the page is the caller's, because it is work for a processor.
    ///
    /// # Errors
    /// See [`ExtractError`]; [`ExtractError::kind`] says whose fault it was.
    pub async fn fetch(&self, url: &str, watch: &Watch<'_>) -> Result<Fetched, ExtractError> {
        match self.fetcher.fetch(url, watch).await? {
            Got::Known(text) => Ok(Fetched::Known(text)),
            Got::Page(page) => Ok(Fetched::Page(page)),
        }
    }

    /// Fetches `url` and extracts its readable text on one of tokio's threads for blocking work.
    ///
    /// # Errors
    /// As [`Extractor::fetch`] and [`Page::read`].
    pub async fn extract(&self, url: &str) -> Result<Arc<Extraction>, ExtractError> {
        match self.fetch(url, &|_| ()).await? {
            Fetched::Known(text) => Ok(text),
            Fetched::Page(page) => tokio::task::spawn_blocking(|| page.read())
                .await
                .map_err(|e| ExtractError::Internal(e.to_string()))?,
        }
    }

    /// What the cache holds and did.
    pub fn cache_figures(&self) -> CacheFigures {
        self.fetcher.cache_figures()
    }
}

#[cfg(test)]
mod tests;
