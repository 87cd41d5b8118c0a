//! The words in which a route is told: `told` has what is kept of it, `callers` who may ask, `asked` and
//! `answered` what, `json` makes the document's own form of it.

mod answered;
mod asked;
mod callers;
mod json;
mod tag;
mod told;

pub(super) use tag::Tag;
pub(crate) use told::Operation;
