//! `--html FILE`: one self-contained page with the verdict, charts over time and all tables.
//!
//! No font, no picture, no address that a browser would fetch: the page can be mailed, printed and
//! opened in ten years. Tables are there without its script; the script draws the charts from the
//! numbers in `data`, sorts and filters. `chart.js` knows no page and is for others too. Every text
//! that did not come from this crate is escaped where it is written, see `markup.rs`.

mod charts;
mod data;
mod exemplars;
mod facts;
pub(crate) mod markup;
mod monitors;
mod name;
mod page;
mod requests;
mod sections;

pub use name::file_name;
pub use page::{Page, page};
