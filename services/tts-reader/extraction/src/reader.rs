//! The readability pass: dom_smoothie finds the article, [`scan`] reads its text.

use std::panic::{AssertUnwindSafe, catch_unwind};

use dom_query::Document;
use dom_smoothie::{Config, Readability};

use crate::clean::normalize;
use crate::scan::{Block, Landmarks, scan};
use crate::tree;

/// An article as readability sees it.
pub(crate) struct Article {
    pub(crate) blocks: Vec<Block>,
    pub(crate) title: Option<String>,
}

/// Looks for an article in `html`. `None` when there is none, or the page is not fit for a tree.
pub(crate) fn read(html: &str, url: &str) -> Option<Article> {
    // The pages are hostile and the parser is not ours: its panic costs the method, not the page.
    catch_unwind(AssertUnwindSafe(|| parse(html, url))).unwrap_or_else(|_| {
        tracing::error!(url, "readability panicked; using the plain methods");
        None
    })
}

fn parse(html: &str, url: &str) -> Option<Article> {
    article(tree::bounded(html)?, url)
}

fn article(document: Document, url: &str) -> Option<Article> {
    let config = Config {
        // Only gives metadata that we do not use, and parses foreign JSON for it.
        disable_json_ld: true,
        // They tell what stands beside the text.
        keep_classes: true,
        ..Config::default()
    };
    let article =
        Readability::with_document(document, Some(url), Some(config)).ok()?.parse().ok()?;
    let title = Some(normalize(&article.title)).filter(|t| !t.is_empty());
    Some(Article { blocks: scan(&article.content, Landmarks::Keep).blocks, title })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `bounded` looks once per KiB, so a tree can be up to 341 elements deeper than its limit.
    #[test]
    fn the_deepest_tree_that_can_come_fits_the_stack_of_a_blocking_thread() {
        let text = "A sentence that goes on, and on, for the sake of its length. ".repeat(20);
        let html = format!("{}<p>{text}", "<div>".repeat(256 + 341));
        let parse =
            move || article(Document::from(html.as_str()), "http://site.example/").is_some();
        let thread = std::thread::Builder::new().stack_size(1024 * 1024).spawn(parse).unwrap();
        assert!(thread.join().unwrap());
    }
}
