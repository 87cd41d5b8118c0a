//! Two builds side by side: what differs, by how much, how sure that is, and what the rules say.
//!
//! [`text`] is for a terminal, [`markdown`] for a job summary or a comment, [`page`] one
//! self-contained HTML page, [`json`] for machines. All four say the same of one [`Comparison`].

pub(crate) mod figures;
mod json;
mod markdown;
mod page;
mod side;

use katydid_core::compare::{Caveat, Compared};

pub use json::json;
pub use markdown::markdown;
pub use page::page;
pub use side::Side;

/// A comparison with what is known of its sides.
#[derive(Clone, Copy, Debug)]
pub struct Comparison<'a> {
    /// What was found.
    pub compared: &'a Compared,
    /// The runs of the base.
    pub base: &'a [Compares],
    /// The runs that are compared with it.
    pub new: &'a [Compares],
    /// Why to read it with care.
    pub caveats: &'a [Caveat],
}

/// A run of a side.
#[derive(Clone, Debug)]
pub struct Compares {
    /// What it is called.
    pub label: String,
    /// What of it is compared, as a sentence.
    pub cut: String,
}

/// The comparison for a terminal of `width` columns, or as wide as it is.
pub fn text(comparison: &Comparison<'_>, width: Option<usize>) -> String {
    crate::table::compared(comparison, width)
}
