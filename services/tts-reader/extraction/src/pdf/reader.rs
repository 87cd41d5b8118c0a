//! The service's side: starts a worker for each document, and ends it in time.

use std::io;
use std::path::PathBuf;
use std::process::{ExitStatus, Stdio};
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::process::{Child, Command};
use tokio::sync::Semaphore;

use super::worker::Outcome;
use crate::choose::Found;
use crate::clean::normalize;
use crate::error::{ExtractError, Lack};
use crate::page::{Extraction, Method, Page, finish};

/// More of a text is nobody's article.
const MAX_TEXT: u64 = 16 * 1024 * 1024;

/// Reads documents by a program that calls [`read_pdf`](super::read_pdf), a process for each.
#[derive(Debug)]
pub struct PdfReader {
    program: PathBuf,
    arguments: Vec<String>,
    /// For one document, from the start of its process.
    timeout: Duration,
    /// Processes at the same time.
    places: Semaphore,
}

impl PdfReader {
    /// Reads `at_once` documents at a time, each within `timeout`, by `program` with these
    /// arguments. The program must bound its own memory.
    pub fn new(
        program: PathBuf,
        arguments: Vec<String>,
        at_once: usize,
        timeout: Duration,
    ) -> Self {
        Self { program, arguments, timeout, places: Semaphore::new(at_once) }
    }

    /// Finds the text of a document, and keeps it as long as the site allows.
    ///
    /// # Errors
    /// [`ExtractError::BadDocument`] for one that is broken or protected, [`ExtractError::Lacking`] for
    /// one that has pictures and no text, [`ExtractError::Internal`] when no process can be had.
    pub async fn read(&self, page: Page) -> Result<Arc<Extraction>, ExtractError> {
        self.read_or_look(page, async |_| Err(ExtractError::Lacking(Lack::PictureReader))).await
    }

    /// The same; what has pictures instead of text is given to `look`, which tells what it reads there.
    ///
    /// # Errors
    /// As [`PdfReader::read`], and those of `look`.
    pub async fn read_or_look(
        &self,
        mut page: Page,
        look: impl AsyncFnOnce(&[u8]) -> Result<String, ExtractError>,
    ) -> Result<Arc<Extraction>, ExtractError> {
        let read = self
            .found(&page.body, look)
            .await
            .and_then(|found| finish(found, page.content_type.as_deref(), &page.url).map(Arc::new));
        page.keep(&read);
        read
    }

    async fn found(
        &self,
        document: &[u8],
        look: impl AsyncFnOnce(&[u8]) -> Result<String, ExtractError>,
    ) -> Result<Found, ExtractError> {
        let place = self.places.acquire().await.expect("the semaphore is never closed");
        let outcome = self.outcome(document).await?;
        // Nothing of it is needed to look.
        drop(place);
        let bad = |reason| Err(ExtractError::BadDocument { reason });
        match outcome {
            Outcome::Text(text) => Ok(Found::text(Method::Pdf, normalize(&text))),
            Outcome::NoText => Ok(Found::text(Method::Textract, normalize(&look(document).await?))),
            Outcome::Protected => bad("it is protected by a password; give one without"),
            Outcome::Broken => bad("it is broken, or of a form that cannot be read"),
        }
    }

    async fn outcome(&self, document: &[u8]) -> Result<Outcome, ExtractError> {
        let internal =
            |error: io::Error| ExtractError::Internal(format!("a worker for PDF: {error}"));
        let mut worker = Command::new(&self.program)
            .args(&self.arguments)
            // It knows no secret that it could tell.
            .env_clear()
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            // Also when the caller goes away.
            .kill_on_drop(true)
            .spawn()
            .map_err(internal)?;
        match tokio::time::timeout(self.timeout, talk(&mut worker, document)).await {
            Ok(done) => {
                let (answer, status) = done.map_err(internal)?;
                Ok(if status.success() { Outcome::parse(&answer) } else { Outcome::Broken })
            }
            Err(_) => {
                // Waits for its end, too, so that nothing is left behind.
                worker.kill().await.map_err(internal)?;
                Err(ExtractError::BadDocument { reason: "it takes too long; give a shorter one" })
            }
        }
    }
}

/// Hands over the document and takes the answer, both at once: a worker may answer early.
async fn talk(worker: &mut Child, document: &[u8]) -> io::Result<(Vec<u8>, ExitStatus)> {
    let (input, output) = (worker.stdin.take(), worker.stdout.take());
    let give = async {
        if let Some(mut input) = input {
            // One who has seen enough, or died, takes no more: the answer tells.
            let _ = input.write_all(document).await;
        }
    };
    let mut answer = Vec::new();
    let take = async {
        match output {
            Some(output) => output.take(MAX_TEXT).read_to_end(&mut answer).await.map(drop),
            None => Ok(()),
        }
    };
    let ((), taken) = tokio::join!(give, take);
    taken?;
    let status = worker.wait().await?;
    Ok((answer, status))
}
