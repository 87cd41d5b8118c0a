//! From the bytes of a page to an [`Extraction`]: decode, choose the readable part, clean.

use std::fmt;
use std::sync::Arc;

use tokio::sync::OwnedSemaphorePermit;

use crate::cache::{Kept, Ticket};
use crate::choose::{self, Found, choose};
use crate::clean::{clean_for_speech, normalize};
use crate::error::{ErrorKind, ExtractError, Lack};
use crate::kind::ContentKind;
use crate::{charset, confidence};

/// A page with less text than this many characters has nothing to read aloud.
pub(crate) const MIN_CHARS: usize = 100;

/// The text of a page, ready for speech.
#[derive(Debug, Clone, PartialEq)]
pub struct Extraction {
    /// The cleaned text, in one line; never empty.
    pub text: String,
    /// The title of the page.
    pub title: Option<String>,
    /// How the text was found.
    pub method: Method,
    /// How much the text looks like an article, 0 to 1.
    pub confidence: f64,
    /// Words in `text`.
    pub word_count: usize,
    /// The URL of the page after all redirects.
    pub final_url: String,
    /// The `Content-Type` of the page, as sent.
    pub content_type: Option<String>,
}

/// How a text was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Method {
    /// The readability algorithm found an article.
    ReaderMode,
    /// The text of `<article>` and `<main>`.
    DomSemantic,
    /// The paragraphs that are prose rather than links.
    DomHeuristic,
    /// Everything but scripts, styles, navigation, header and footer; also a plain text page.
    DomFallback,
    /// The text of a PDF document.
    Pdf,
    /// What somebody else read in the pictures that a PDF document is made of.
    Textract,
}

impl Method {
    /// The name in the API: `reader_mode`, `dom_semantic`, `dom_heuristic`, `dom_fallback`,
    /// `pdf_text` or `textract`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ReaderMode => "reader_mode",
            Self::DomSemantic => "dom_semantic",
            Self::DomHeuristic => "dom_heuristic",
            Self::DomFallback => "dom_fallback",
            Self::Pdf => "pdf_text",
            Self::Textract => "textract",
        }
    }

    /// The confidence that the preview shows, which depends on the method alone.
    pub fn preview_confidence(self) -> f64 {
        match self {
            Self::DomSemantic => 0.8,
            Self::DomHeuristic => 0.7,
            Self::ReaderMode => 0.6,
            Self::Pdf => 0.5,
            Self::Textract => 0.9,
            Self::DomFallback => 0.4,
        }
    }
}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A page as its site sent it. It holds one of the places for fetches until it is read, because it
/// holds memory so long.
pub struct Page {
    pub(crate) body: Vec<u8>,
    pub(crate) content_type: Option<String>,
    /// The URL of the last hop.
    pub(crate) url: String,
    pub(crate) ticket: Option<Box<Ticket>>,
    pub(crate) _place: OwnedSemaphorePermit,
}

impl Page {
    /// Whether it is a PDF document, which [`Page::read`] refuses.
    pub fn is_pdf(&self) -> bool {
        let kind = ContentKind::of(&self.body, self.content_type.as_deref());
        matches!(kind, Ok(ContentKind::Pdf))
    }

    /// Finds the readable text, and keeps it as long as the site allows.
    ///
    /// CPU-bound and linear in the page, up to a second for the largest: run it where it blocks
    /// nobody.
    ///
    /// # Errors
    /// As [`extract_html`].
    pub fn read(mut self) -> Result<Arc<Extraction>, ExtractError> {
        let read = extract_html(&self.body, self.content_type.as_deref(), &self.url).map(Arc::new);
        self.keep(&read);
        read
    }

    pub(crate) fn keep(&mut self, read: &Result<Arc<Extraction>, ExtractError>) {
        let Some(ticket) = self.ticket.take() else { return };
        match read {
            Ok(text) => ticket.keep(Kept::Page(Arc::clone(text))),
            // What the page is, and what is missing here: neither changes before the page does.
            Err(error) if matches!(error.kind(), ErrorKind::Client | ErrorKind::Lacking) => {
                ticket.keep(Kept::Unreadable(error.clone()));
            }
            Err(_) => {}
        }
    }
}

impl fmt::Debug for Page {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Page").field("bytes", &self.body.len()).finish_non_exhaustive()
    }
}

/// Extracts the readable text of a page, HTML or plain text.
///
/// `content_type` is the header as sent, `url` the page's own (the text does not depend on it).
/// CPU-bound and linear in the page, up to a second for the largest.
///
/// # Errors
/// [`ExtractError::UnsupportedContent`] when the bytes are neither HTML nor text,
/// [`ExtractError::NothingReadable`] when they hold too little text, [`ExtractError::Lacking`] when it
/// takes something else to find it.
pub fn extract_html(
    body: &[u8],
    content_type: Option<&str>,
    url: &str,
) -> Result<Extraction, ExtractError> {
    let kind = ContentKind::of(body, content_type)?;
    let page = charset::decode(body, content_type);
    let found = match kind {
        ContentKind::Html => choose(&page, url),
        ContentKind::Text => Found::text(Method::DomFallback, normalize(&page)),
        ContentKind::Pdf => return Err(ExtractError::Lacking(Lack::PdfReader)),
    };
    finish(found, content_type, url)
}

/// The text that one method alone finds in an HTML page; `None` when that is too little. For
/// comparing methods: [`extract_html`] takes the best.
pub fn read_by(method: Method, html: &str, url: &str) -> Option<String> {
    choose::by(method, html, url).map(|text| clean_for_speech(&text))
}

/// What all kinds of pages have in common: the text is cleaned and judged.
pub(crate) fn finish(
    found: Found,
    content_type: Option<&str>,
    url: &str,
) -> Result<Extraction, ExtractError> {
    let text = clean_for_speech(&found.text);
    if !is_enough(&found.text) || !text.contains(char::is_alphanumeric) {
        return Err(if found.has_scripts {
            ExtractError::Lacking(Lack::Browser)
        } else {
            ExtractError::NothingReadable
        });
    }
    Ok(Extraction {
        confidence: confidence::score(&text, found.method),
        word_count: text.split_whitespace().count(),
        text,
        title: found.title,
        method: found.method,
        final_url: url.to_owned(),
        content_type: content_type.map(str::to_owned),
    })
}

pub(crate) fn is_enough(text: &str) -> bool {
    text.chars().nth(MIN_CHARS - 1).is_some()
}
