//! What is wrong with a text that is no target, and where.

/// A text that is no target.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("target `{text}`, column {column}: {what}")]
pub struct TargetError {
    text: String,
    column: usize,
    what: String,
}

impl TargetError {
    pub(super) fn new(text: &str, at: usize, what: String) -> Self {
        let column = text.get(..at).map_or(1, |before| before.chars().count() + 1);
        Self { text: text.to_owned(), column, what }
    }

    /// The character at fault, counted from 1.
    pub fn column(&self) -> usize {
        self.column
    }

    /// What is wrong there, and what would be right.
    pub fn what(&self) -> &str {
        &self.what
    }
}
