//! Which part of a page is its text: several readers look, and what they found is compared.

use crate::page::{Method, is_enough};
use crate::quality::Whole;
use crate::reader;
use crate::scan::{Block, Landmarks, scan};
use crate::span::span;

/// The readable part before it is cleaned.
pub(crate) struct Found {
    pub(crate) method: Method,
    pub(crate) text: String,
    pub(crate) title: Option<String>,
    /// Whether scripts may show more of it.
    pub(crate) has_scripts: bool,
}

impl Found {
    /// What has no more to it than its text.
    pub(crate) fn text(method: Method, text: String) -> Self {
        Self { method, text, title: None, has_scripts: false }
    }
}

/// The best of what all readers find, of equals the first in this order.
pub(crate) fn choose(html: &str, url: &str) -> Found {
    let page = scan(html, Landmarks::Drop);
    let article = reader::read(html, url);
    let whole = Whole::of(&page.blocks);
    let article_blocks = article.iter().flat_map(|article| &article.blocks);
    let mut best = (f64::NEG_INFINITY, Method::DomFallback, String::new());
    for (method, blocks) in [
        (Method::DomSemantic, span(&page.blocks, true)),
        (Method::DomHeuristic, span(&page.blocks, false)),
        (Method::ReaderMode, article_blocks.filter(|b| !b.beside).collect()),
        (Method::DomFallback, page.blocks.iter().collect()),
    ] {
        let text = join(blocks.iter().copied());
        let is_last = method == Method::DomFallback;
        // The same text by another way is no better.
        let counts = is_enough(&text) || (is_last && best.2.is_empty());
        if !counts || text == best.2 {
            continue;
        }
        let quality = whole.quality(method, &blocks, &text);
        if quality > best.0 {
            best = (quality, method, text);
        }
    }
    let (_, method, text) = best;
    let title = article.and_then(|article| article.title).or(page.title);
    Found { method, text, title, has_scripts: page.has_scripts }
}

/// The text that one method alone finds in a page, before it is cleaned; for comparing them.
pub(crate) fn by(method: Method, html: &str, url: &str) -> Option<String> {
    let page = scan(html, Landmarks::Drop);
    let text = match method {
        Method::DomSemantic => join(span(&page.blocks, true).into_iter()),
        Method::DomHeuristic => join(span(&page.blocks, false).into_iter()),
        Method::ReaderMode => join(reader::read(html, url)?.blocks.iter()),
        Method::DomFallback => join(page.blocks.iter()),
        Method::Pdf | Method::Textract => return None,
    };
    is_enough(&text).then_some(text)
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
