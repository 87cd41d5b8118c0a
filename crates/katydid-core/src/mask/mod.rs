//! Secrets made unreadable, wherever a text of a request goes to people or files.
//!
//! A text is taken apart into what may be shown and what may not ([`Piece`]); most readers want it
//! in one piece with `***` for the secrets. What counts as a secret is decided by the name that
//! stands before it (`names.rs`) and, without a name, by its form: bearer tokens, JWTs, the user's
//! part of an address. Better a word too many is masked than one too few.

mod header;
mod names;
mod scan;
#[cfg(test)]
mod tests;
mod value;

use std::borrow::Cow;

/// What stands for a secret.
pub const MASKED: &str = "***";

/// A part of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Piece<'a> {
    /// It may be shown.
    Plain(&'a str),
    /// It may not; `name` is what stood before it, or a word for its form.
    Secret {
        /// Its name.
        name: &'a str,
        /// The secret itself.
        value: &'a str,
    },
}

/// Knows what is secret: passwords, tokens, cookies and the like, and the names that the user added.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mask {
    /// Further names, as [`names::plain`] makes them.
    own: Vec<String>,
}

impl Mask {
    /// The usual names and these, of headers, JSON keys, form fields and query parameters alike.
    /// Case, `-` and `_` make no difference.
    pub fn new<S: AsRef<str>>(own: impl IntoIterator<Item = S>) -> Self {
        let own = own.into_iter().map(|name| names::plain(name.as_ref()));
        Self { own: own.filter(|name| !name.is_empty()).collect() }
    }

    /// Whether what has this name is secret.
    pub fn hides(&self, name: &str) -> bool {
        names::is_secret(name, &self.own)
    }

    /// A text with `***` for every secret: JSON, a form, an address, a sentence, whole or cut.
    pub fn text<'a>(&self, text: &'a str) -> Cow<'a, str> {
        joined(text, &self.pieces(text))
    }

    /// The value of a header with `***` for every secret.
    pub fn header<'a>(&self, name: &str, value: &'a str) -> Cow<'a, str> {
        joined(value, &self.header_pieces(name, value))
    }

    /// A text taken apart; the pieces put together are the text.
    pub fn pieces<'a>(&self, text: &'a str) -> Vec<Piece<'a>> {
        scan::pieces(text, &self.own)
    }

    /// The value of a header taken apart.
    pub fn header_pieces<'a>(&self, name: &'a str, value: &'a str) -> Vec<Piece<'a>> {
        header::pieces(name, value, &self.own)
    }

    /// The name of a row that is an address, with `***` for the secrets in its query. Other names
    /// are the suite's own words and stay.
    pub fn name<'a>(&self, name: &'a str) -> Cow<'a, str> {
        if name.contains('?') || name.contains("://") { self.text(name) } else { name.into() }
    }
}

fn joined<'a>(text: &'a str, pieces: &[Piece<'_>]) -> Cow<'a, str> {
    if pieces.iter().all(|piece| matches!(piece, Piece::Plain(_))) {
        return Cow::Borrowed(text);
    }
    let shown = pieces.iter().map(|piece| match piece {
        Piece::Plain(text) => text,
        Piece::Secret { .. } => MASKED,
    });
    Cow::Owned(shown.collect())
}
