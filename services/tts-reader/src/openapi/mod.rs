//! The OpenAPI document, made of the table that also makes the router: neither has a route that the
//! other has not.
//!
//! `operation/` has the words in which a route is told, `operations/` has every route in these words,
//! `document.rs` puts them together. That services and document agree about statuses and
//! shapes is held by the tests: every answer that any of them gets is compared with it.

mod document;
mod operation;
pub(crate) mod operations;
mod schema;
mod shared;

pub(crate) use document::document;
pub(crate) use operation::Operation;
