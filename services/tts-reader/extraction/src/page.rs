//! From the bytes of a page to an [`Extraction`]: decode, choose the readable part, clean.

use std::collections::HashSet;
use std::fmt;

use crate::clean::{clean_for_speech, normalize};
use crate::error::ExtractError;
use crate::scan::{Block, Landmarks, scan};
use crate::{charset, confidence, reader};

/// A page with less text than this many characters has nothing to read aloud.
const MIN_CHARS: usize = 100;

/// An article of this many characters is one, however much else is on the page. The threshold of
/// the readability algorithm itself.
const ARTICLE_CHARS: usize = 500;

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
}

impl Method {
    /// The name in the API: `reader_mode`, `dom_semantic`, `dom_heuristic` or `dom_fallback`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ReaderMode => "reader_mode",
            Self::DomSemantic => "dom_semantic",
            Self::DomHeuristic => "dom_heuristic",
            Self::DomFallback => "dom_fallback",
        }
    }

    /// The confidence that the preview shows, which depends on the method alone.
    pub fn preview_confidence(self) -> f64 {
        match self {
            Self::DomSemantic => 0.8,
            Self::DomHeuristic => 0.7,
            Self::ReaderMode => 0.6,
            Self::DomFallback => 0.4,
        }
    }
}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Extracts the readable text of a page, HTML or plain text.
///
/// `content_type` is the header as sent, `url` the page's own (the text does not depend on it).
/// CPU-bound and linear in the page, up to a second for the largest; [`crate::Extractor::extract`]
/// runs it on the blocking pool.
///
/// # Errors
/// [`ExtractError::UnsupportedContent`] when the bytes are neither HTML nor text,
/// [`ExtractError::NothingReadable`] when they hold too little text.
pub fn extract_html(
    body: &[u8],
    content_type: Option<&str>,
    url: &str,
) -> Result<Extraction, ExtractError> {
    let declared = ContentKind::of_header(content_type)?;
    let kind = ContentKind::of_body(body, declared)?;
    let page = charset::decode(body, content_type);
    let found = match kind {
        ContentKind::Html => choose(&page, url),
        ContentKind::Text => {
            Found { method: Method::DomFallback, text: normalize(&page), title: None }
        }
    };
    let text = clean_for_speech(&found.text);
    if !is_enough(&found.text) || !text.contains(char::is_alphanumeric) {
        return Err(ExtractError::NothingReadable);
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

/// The kinds of content that can be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ContentKind {
    Html,
    Text,
}

impl ContentKind {
    /// What the `Content-Type` header says; `None` when it says nothing.
    pub(crate) fn of_header(content_type: Option<&str>) -> Result<Option<Self>, ExtractError> {
        let essence = content_type.unwrap_or_default().split(';').next().unwrap_or_default();
        match essence.trim().to_ascii_lowercase().as_str() {
            "" => Ok(None),
            "text/html" | "application/xhtml+xml" => Ok(Some(Self::Html)),
            "text/plain" | "text/markdown" => Ok(Some(Self::Text)),
            "application/pdf" => Err(unsupported("A PDF document")),
            other => Err(unsupported(&format!("Content of the type {other:?}"))),
        }
    }

    /// What the bytes are, which a header cannot change for the worse.
    fn of_body(body: &[u8], declared: Option<Self>) -> Result<Self, ExtractError> {
        if body.starts_with(b"%PDF-") {
            return Err(unsupported("A PDF document"));
        }
        let head = &body[..body.len().min(1024)];
        let utf16 = head.starts_with(b"\xff\xfe") || head.starts_with(b"\xfe\xff");
        if declared.is_none() && !utf16 && head.contains(&0) {
            return Err(unsupported("A binary file"));
        }
        let looks_like_html = || head.trim_ascii_start().starts_with(b"<");
        Ok(declared.unwrap_or(if looks_like_html() || utf16 { Self::Html } else { Self::Text }))
    }
}

fn unsupported(what: &str) -> ExtractError {
    ExtractError::UnsupportedContent { what: what.to_owned() }
}

/// The readable part before it is cleaned.
struct Found {
    method: Method,
    text: String,
    title: Option<String>,
}

/// Tries the methods from the one that leaves out most to the one that takes all.
fn choose(html: &str, url: &str) -> Found {
    let page = scan(html, Landmarks::Drop);
    let all = join(page.blocks.iter());
    if let Some(article) = reader::read(html, url) {
        let text = join(article.blocks.iter());
        // Readability always finds something, if only all of a listing or a stray part of it.
        let chars = text.chars().count();
        let is_article = chars >= ARTICLE_CHARS || chars * 4 >= all.chars().count();
        let is_other =
            is_links(&article.blocks) || is_table_beside_prose(&article.blocks, &page.blocks);
        if is_enough(&text) && is_article && !is_other {
            return Found { method: Method::ReaderMode, text, title: article.title };
        }
    }
    let semantic = page.blocks.iter().filter(|b| b.semantic);
    let (method, text) = [
        (Method::DomSemantic, join(semantic)),
        (Method::DomHeuristic, join(prose(&page.blocks).into_iter())),
    ]
    .into_iter()
    .find(|(_, text)| is_enough(text))
    .unwrap_or((Method::DomFallback, all));
    Found { method, text, title: page.title }
}

/// Whether half of the text or more are links.
fn is_links(blocks: &[Block]) -> bool {
    let linked: usize = blocks.iter().map(|b| b.linked).sum();
    linked * 2 >= blocks.iter().map(|b| b.text.len()).sum()
}

/// Whether an article is little more than a table of its page, whose paragraphs it leaves out.
/// Readability gives a long table more points than the few paragraphs that it belongs to.
fn is_table_beside_prose(article: &[Block], page: &[Block]) -> bool {
    is_table(article, page) && leaves_out_prose(article, page)
}

/// Whether half of an article's text or more is in tables of its page. Readability may have made
/// something else of them.
fn is_table(article: &[Block], page: &[Block]) -> bool {
    let tables: HashSet<&str> = page.iter().filter(|b| b.table).map(|b| b.text.as_str()).collect();
    let length = |block: &Block| block.text.len();
    let in_tables: usize =
        article.iter().filter(|b| tables.contains(b.text.as_str())).map(length).sum();
    in_tables * 2 >= article.iter().map(length).sum()
}

/// Whether a page has sentences beside its tables that are not in its article.
fn leaves_out_prose(article: &[Block], page: &[Block]) -> bool {
    let kept: HashSet<&str> = article.iter().map(|b| b.text.as_str()).collect();
    let prose = prose(page).into_iter().filter(|b| !b.table && !b.heading);
    let left_out = prose.filter(|b| !kept.contains(b.text.as_str()));
    left_out.map(|b| b.text.chars().count()).sum::<usize>() >= MIN_CHARS
}

fn is_enough(text: &str) -> bool {
    text.chars().nth(MIN_CHARS - 1).is_some()
}

/// The blocks that are sentences rather than links or labels, each with the heading before it.
fn prose(blocks: &[Block]) -> Vec<&Block> {
    let is_prose = |b: &Block| {
        !b.heading && !b.aside && b.linked * 3 < b.text.len() && b.text.split(' ').count() >= 10
    };
    let mut chosen = Vec::new();
    let mut heading = None;
    for block in blocks {
        if is_prose(block) {
            chosen.extend(heading.take());
            chosen.push(block);
        } else {
            heading = block.heading.then_some(block);
        }
    }
    chosen
}

/// Joins blocks to one line. A title that stands at the top more than once (of the page, of its
/// article, as a subtitle) is read once.
fn join<'a>(blocks: impl Iterator<Item = &'a Block>) -> String {
    const TOP: usize = 4;
    let mut top: Vec<&Block> = Vec::with_capacity(TOP);
    let mut text = String::new();
    for block in blocks {
        if top.len() < TOP {
            if top.iter().any(|b| b.text == block.text && (b.heading || block.heading)) {
                continue;
            }
            top.push(block);
        }
        if !text.is_empty() {
            text.push(' ');
        }
        text.push_str(&block.text);
    }
    text
}
