//! A place in a text, from which it is taken apart.

use super::TargetError;

/// The text and how much of it is read.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cursor<'t> {
    text: &'t str,
    pub(crate) at: usize,
}

impl<'t> Cursor<'t> {
    pub(crate) fn new(text: &'t str) -> Self {
        Self { text, at: 0 }
    }

    /// What is left.
    pub(crate) fn rest(&self) -> &'t str {
        &self.text[self.at..]
    }

    /// Passes blanks.
    pub(crate) fn blanks(&mut self) {
        self.take(char::is_whitespace);
    }

    /// Takes characters as long as they are `wanted`.
    pub(crate) fn take(&mut self, wanted: impl Fn(char) -> bool) -> &'t str {
        let rest = self.rest();
        let taken = &rest[..rest.find(|c| !wanted(c)).unwrap_or(rest.len())];
        self.at += taken.len();
        taken
    }

    /// Takes this text if it comes next.
    pub(crate) fn eat(&mut self, text: &str) -> bool {
        let comes = self.rest().starts_with(text);
        self.at += if comes { text.len() } else { 0 };
        comes
    }

    /// Takes everything up to the next blank.
    pub(crate) fn word(&mut self) -> &'t str {
        self.take(|c| !c.is_whitespace())
    }

    /// An error at `at`.
    pub(crate) fn wrong(&self, at: usize, what: impl Into<String>) -> TargetError {
        TargetError::new(self.text, at, what.into())
    }
}
