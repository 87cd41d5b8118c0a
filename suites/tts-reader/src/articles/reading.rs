//! A page that the target is asked to read, and what its text must hold.

use super::Article;

/// Fewer words are no page's text.
const FEWEST_WORDS: usize = 20;

/// A page to read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Reading {
    /// Its address.
    pub(crate) url: String,
    /// What is known of it: all of an article of our own, nothing of somebody else's page.
    pub(crate) article: Option<Article>,
}

impl Reading {
    /// Whether this is the page's whole text and nothing else; of somebody else's page, whether it
    /// is text at all.
    pub(crate) fn is_read_by(&self, text: &str) -> bool {
        self.article.map_or_else(|| is_text(text), |article| article.is_read_by(text))
    }

    /// Whether this is the beginning of the page's text.
    pub(crate) fn begins_with(&self, text: &str) -> bool {
        self.article.map_or_else(|| is_text(text), |article| article.begins_with(text))
    }

    /// Whether so many characters and words can be all of it.
    pub(crate) fn can_have(&self, characters: usize, words: usize) -> bool {
        // The shortest of our own is longer than any preview.
        self.article.is_none() || (characters > 500 && words > 80)
    }
}

fn is_text(text: &str) -> bool {
    text.split_whitespace().count() >= FEWEST_WORDS && !text.contains("</")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_foreign_page_some_words_are_expected() {
        let page = Reading { url: "https://example.org/".to_owned(), article: None };
        assert!(page.is_read_by(&"word ".repeat(20)) && page.begins_with(&"word ".repeat(20)));
        assert!(!page.is_read_by("") && !page.is_read_by(&"<p>word</p> ".repeat(20)));
    }
}
