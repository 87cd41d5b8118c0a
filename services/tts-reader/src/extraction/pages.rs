//! Reading web pages for callers: fetched by the crate's rules, their text found by threads of
//! their own, so many at a time in all.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use axum::http::StatusCode;
use tokio::sync::Semaphore;
use tts_reader_extraction::{
    CacheFigures, ErrorKind, ExtractError, Extractor, FetchPolicy, Fetched, Page, PdfReader,
};

use super::highlighting::{Highlighting, Mark, marks};
use crate::{
    errors::{ApiError, INTERNAL},
    progress::{self, Progress},
    server::ServeError,
    settings::Settings,
    textract::Textract,
    timings::{self, Stage},
    workers::{self, Pool},
};

/// Fetches pages and finds their text.
pub(crate) struct Extraction {
    extractor: Extractor,
    /// A page waits here with all its bytes, which is why it keeps its place among the fetches; so
    /// there is room for each that may come.
    finding: Pool,
    /// `None`: this program cannot start itself for a document.
    pdf: Option<PdfReader>,
    /// Reads documents that are pictures.
    textract: Option<Textract>,
    /// Fetches and those who wait for one.
    admitted: Semaphore,
    limit: usize,
    refused: AtomicU64,
    /// Pages that were read, the time they took in microseconds, and pages that could not be.
    read: AtomicU64,
    took_micros: AtomicU64,
    unread: AtomicU64,
}

/// For one PDF document.
const PDF_TIME: Duration = Duration::from_secs(20);

/// A page's text and how long it took to get.
#[derive(Debug)]
pub(crate) struct Read {
    pub(crate) page: Arc<tts_reader_extraction::Extraction>,
    pub(crate) took: Duration,
}

/// What `/metrics` tells about extraction.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Figures {
    /// Pages being fetched or waiting for it.
    pub(crate) in_flight: usize,
    /// Refused because too many are.
    pub(crate) refused: u64,
    /// Pages that were read, and how long they took together.
    pub(crate) read: u64,
    pub(crate) took: Duration,
    /// Pages that could not be read, whoever's fault it was.
    pub(crate) unread: u64,
    pub(crate) finding: workers::Figures,
    pub(crate) cache: CacheFigures,
}

impl Extraction {
    /// # Errors
    /// When the HTTP client cannot be set up, or the system has no thread left.
    pub(crate) fn new(settings: &Settings) -> Result<Self, ServeError> {
        let policy = FetchPolicy { allow_loopback: settings.dev, ..settings.extraction.clone() };
        let limit = policy.at_once + settings.extraction_queue;
        let finding = Pool::new("Extraction", settings.workers, policy.at_once)?;
        let failed = |error: ExtractError| ServeError::Start(format!("extraction: {error}"));
        Ok(Self {
            extractor: Extractor::new(policy).map_err(failed)?,
            finding,
            pdf: settings.pdf_reader.clone().map(|program| {
                let arguments = vec!["read-pdf".to_owned()];
                PdfReader::new(program, arguments, settings.workers, PDF_TIME)
            }),
            textract: Textract::open(settings).map_err(ServeError::Start)?,
            admitted: Semaphore::new(limit),
            limit,
            refused: AtomicU64::new(0),
            read: AtomicU64::new(0),
            took_micros: AtomicU64::new(0),
            unread: AtomicU64::new(0),
        })
    }

    /// Fetches a page and extracts its text; `progress` is told how far it is.
    pub(crate) async fn read(&self, url: &str, progress: &Progress) -> Result<Read, ApiError> {
        let Ok(_place) = self.admitted.try_acquire() else {
            self.refused.fetch_add(1, Ordering::Relaxed);
            return Err(ApiError::Busy { what: "Extraction", retry_after: 2 });
        };
        let start = Instant::now();
        // Large, and kept in everything that reads a page.
        let text = Box::pin(self.text(url, progress)).await;
        let took = start.elapsed();
        match &text {
            Ok(_) => {
                self.read.fetch_add(1, Ordering::Relaxed);
                self.took_micros.fetch_add(took.as_micros() as u64, Ordering::Relaxed);
            }
            // Refused before it was tried.
            Err(ApiError::Busy { .. }) => {}
            Err(_) => {
                self.unread.fetch_add(1, Ordering::Relaxed);
            }
        }
        Ok(Read { page: text?, took })
    }

    async fn text(
        &self,
        url: &str,
        progress: &Progress,
    ) -> Result<Arc<tts_reader_extraction::Extraction>, ApiError> {
        let watch = |stage: tts_reader_extraction::Stage| progress.stage(stage.into());
        let fetching = timings::measure(Stage::Fetch, self.extractor.fetch(url, &watch));
        let fetched = fetching.await.map_err(refusal)?;
        progress.stage(progress::Stage::Finding);
        let text = match (fetched, &self.pdf) {
            (Fetched::Known(text), _) => text,
            (Fetched::Page(page), Some(pdf)) if page.is_pdf() => {
                timings::measure(Stage::Parse, self.document(pdf, page)).await.map_err(refusal)?
            }
            (Fetched::Page(page), _) => {
                let finding = self.finding.run_as(Stage::Parse, || page.read());
                finding.await?.map_err(refusal)?
            }
        };
        if progress.is_told() {
            let characters = text.text.chars().count();
            progress.stage(progress::Stage::Found { method: text.method.as_str(), characters });
        }
        Ok(text)
    }

    async fn document(
        &self,
        pdf: &PdfReader,
        page: Page,
    ) -> Result<Arc<tts_reader_extraction::Extraction>, ExtractError> {
        match &self.textract {
            Some(textract) => {
                pdf.read_or_look(page, async |document| textract.read(document).await).await
            }
            None => pdf.read(page).await,
        }
    }

    /// Where sentences and words are in a text.
    pub(crate) async fn highlighting(&self, text: &str) -> Result<Highlighting, ApiError> {
        let text = text.to_owned();
        Ok(self.finding.run_as(Stage::Parse, move || Highlighting::of(&text)).await?)
    }

    /// The marks of a text, without times.
    pub(crate) async fn marks(&self, text: &str) -> Result<Vec<Mark>, ApiError> {
        let text = text.to_owned();
        Ok(self.finding.run(move || marks(&text)).await?)
    }

    /// Whether documents that are pictures are read, too.
    pub(crate) fn reads_pictures(&self) -> bool {
        self.textract.is_some() && self.reads_pdf()
    }

    pub(crate) fn reads_pdf(&self) -> bool {
        self.pdf.is_some()
    }

    pub(crate) fn figures(&self) -> Figures {
        Figures {
            in_flight: self.limit - self.admitted.available_permits(),
            refused: self.refused.load(Ordering::Relaxed),
            read: self.read.load(Ordering::Relaxed),
            took: Duration::from_micros(self.took_micros.load(Ordering::Relaxed)),
            unread: self.unread.load(Ordering::Relaxed),
            finding: self.finding.figures(),
            cache: self.extractor.cache_figures(),
        }
    }
}

fn refusal(error: ExtractError) -> ApiError {
    let status = match error.kind() {
        ErrorKind::Client => StatusCode::UNPROCESSABLE_ENTITY,
        ErrorKind::Upstream => StatusCode::BAD_GATEWAY,
        ErrorKind::Timeout => StatusCode::GATEWAY_TIMEOUT,
        ErrorKind::Busy => return busy(&error),
        ErrorKind::Lacking => return lacking(&error),
        ErrorKind::Internal => return ApiError::internal(INTERNAL, error),
    };
    if let ExtractError::BlockedAddress { host, address, range } = &error {
        tracing::warn!(host, %address, range, "refused to fetch from an address that is not public");
    }
    ApiError::Refused { status, detail: error.to_string() }
}

fn busy(error: &ExtractError) -> ApiError {
    let ExtractError::Busy { what, retry_after } = error else {
        return ApiError::internal(INTERNAL, error);
    };
    ApiError::Busy { what, retry_after: retry_after.as_secs_f64().ceil().max(1.0) as u64 }
}

fn lacking(error: &ExtractError) -> ApiError {
    match error {
        ExtractError::Lacking(lack) => ApiError::from(*lack),
        other => ApiError::internal(INTERNAL, other),
    }
}

impl std::fmt::Debug for Extraction {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Extraction").field("figures", &self.figures()).finish_non_exhaustive()
    }
}
