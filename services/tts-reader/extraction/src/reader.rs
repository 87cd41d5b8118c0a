//! The readability pass: dom_smoothie finds the article, [`scan`](crate::scan) reads its text.

use std::panic::{AssertUnwindSafe, catch_unwind};

use dom_smoothie::{Config, Readability};

use crate::scan::{Block, Landmarks, Scan, scan};

/// Deeper pages are not given to the tree: its algorithms recurse, and compare each element with
/// its ancestors.
const MAX_DEPTH: usize = 256;

/// Larger pages are tables and listings; scoring them costs seconds and finds no article.
const MAX_ELEMENTS: usize = 50_000;

/// An article as readability sees it.
pub(crate) struct Article {
    pub(crate) blocks: Vec<Block>,
    pub(crate) title: Option<String>,
}

/// Looks for an article in `html`, of which `shape` was seen. `None` when there is none or the page
/// is not for a tree.
pub(crate) fn read(html: &str, url: &str, shape: &Scan) -> Option<Article> {
    if shape.depth > MAX_DEPTH || shape.elements > MAX_ELEMENTS {
        return None;
    }
    // The pages are hostile and the parser is not ours: its panic costs the method, not the page.
    catch_unwind(AssertUnwindSafe(|| parse(html, url))).unwrap_or_else(|_| {
        tracing::error!(url, "readability panicked; using the plain methods");
        None
    })
}

fn parse(html: &str, url: &str) -> Option<Article> {
    let config = Config {
        // Only gives metadata that we do not use, and parses foreign JSON for it.
        disable_json_ld: true,
        ..Config::default()
    };
    let article = Readability::new(html, Some(url), Some(config)).ok()?.parse().ok()?;
    let title = Some(crate::clean::normalize(&article.title)).filter(|t| !t.is_empty());
    Some(Article { blocks: scan(&article.content, Landmarks::Keep).blocks, title })
}
