//! `--html FILE`: one self-contained page with the tables of the end.
//!
//! No script, no font, no picture, no address that a browser would fetch: the page can be mailed,
//! printed and opened in ten years. Every text that did not come from this crate is escaped where
//! it is written, see `markup.rs`.

mod facts;
pub(crate) mod markup;
mod name;
mod page;
mod requests;
mod sections;

pub use name::file_name;
pub use page::{Page, page};
