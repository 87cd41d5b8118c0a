//! Reading web pages for callers: a bounded number at a time.

use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::{Duration, Instant},
};

use axum::http::StatusCode;
use tokio::sync::Semaphore;
use tts_reader_extraction::{ErrorKind, ExtractError, Extractor, FetchPolicy};

use crate::{
    errors::{ApiError, INTERNAL},
    progress::{self, Progress},
    settings::Settings,
    timings::{self, Stage},
};

/// Fetches pages and finds their text.
pub(crate) struct Extraction {
    extractor: Extractor,
    /// Connections to other people's servers at the same time.
    fetching: Semaphore,
    /// The same and those who wait for one.
    admitted: Semaphore,
    limit: usize,
    refused: AtomicU64,
}

/// A page's text and how long it took to get.
#[derive(Debug)]
pub(crate) struct Read {
    pub(crate) page: tts_reader_extraction::Extraction,
    pub(crate) took: Duration,
}

impl Extraction {
    /// # Errors
    /// When the HTTP client cannot be set up.
    pub(crate) fn new(settings: &Settings) -> Result<Self, ExtractError> {
        let policy = FetchPolicy { allow_loopback: settings.dev, ..FetchPolicy::default() };
        let limit = settings.extraction_fetches + settings.extraction_queue;
        Ok(Self {
            extractor: Extractor::new(policy)?,
            fetching: Semaphore::new(settings.extraction_fetches),
            admitted: Semaphore::new(limit),
            limit,
            refused: AtomicU64::new(0),
        })
    }

    /// Fetches a page and extracts its text.
    pub(crate) async fn read(&self, url: &str, told: &Progress) -> Result<Read, ApiError> {
        let Ok(_place) = self.admitted.try_acquire() else {
            self.refused.fetch_add(1, Ordering::Relaxed);
            return Err(ApiError::Busy { what: "Extraction", retry_after: 2 });
        };
        let turn = timings::measure(Stage::Queue, self.fetching.acquire()).await;
        let _turn = turn.expect("the semaphore is never closed");
        let start = Instant::now();
        told.stage(progress::Stage::Fetching);
        let reading = timings::measure(Stage::Fetch, self.extractor.extract(url));
        let page = reading.await.map_err(refusal)?;
        let characters = page.text.chars().count();
        told.stage(progress::Stage::Found { method: page.method.as_str(), characters });
        Ok(Read { page, took: start.elapsed() })
    }

    /// Requests being fetched or waiting for it.
    pub(crate) fn in_flight(&self) -> usize {
        self.limit - self.admitted.available_permits()
    }

    pub(crate) fn refused(&self) -> u64 {
        self.refused.load(Ordering::Relaxed)
    }
}

fn refusal(error: ExtractError) -> ApiError {
    let status = match error.kind() {
        ErrorKind::Client => StatusCode::UNPROCESSABLE_ENTITY,
        ErrorKind::Upstream => StatusCode::BAD_GATEWAY,
        ErrorKind::Timeout => StatusCode::GATEWAY_TIMEOUT,
        ErrorKind::Internal => return ApiError::internal(INTERNAL, error),
    };
    if let ExtractError::BlockedAddress { host, address, range } = &error {
        tracing::warn!(host, %address, range, "refused to fetch from an address that is not public");
    }
    ApiError::Refused { status, detail: error.to_string() }
}

impl std::fmt::Debug for Extraction {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Extraction").field("in_flight", &self.in_flight()).finish_non_exhaustive()
    }
}
