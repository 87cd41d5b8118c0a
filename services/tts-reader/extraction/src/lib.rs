//! Fetch a web page safely and turn it into clean text for speech.
//!
//! The path of one page:
//!
//! 1. [`Extractor::fetch`] checks the URL, looks whether the page's text is kept from before, waits
//!    for its turn, resolves the host, refuses every address that is not public, connects to exactly
//!    the addresses it checked, follows redirects by hand (each hop is checked again) and reads the
//!    body up to a cap.
//! 2. [`Page::read`] decodes the bytes, looks for the readable part and joins its blocks
//!    ([`extract_html`] does so for bytes that came another way).
//! 3. [`clean_for_speech`] drops what a listener does not want to hear.
//!
//! Steps 2 and 3 are pure and cost processor time. [`Extractor::extract`] does all three.

mod address;
mod cache;
mod charset;
mod choose;
mod clean;
mod confidence;
mod error;
mod extractor;
mod fetch;
#[cfg(any(test, feature = "fuzzing"))]
#[doc(hidden)]
pub mod fuzzing;
mod kind;
mod lru;
mod noise;
mod page;
mod pdf;
mod policy;
mod quality;
mod reader;
mod resolver;
mod robots;
mod scan;
mod skip;
mod span;
mod tags;
mod target;
mod tree;
mod turns;

pub use cache::CacheFigures;
pub use clean::clean_for_speech;
pub use error::{ErrorKind, ExtractError, Lack};
pub use extractor::{Extractor, Fetched};
pub use fetch::{Stage, Watch};
pub use page::{Extraction, Method, Page, extract_html, read_by};
pub use pdf::{PdfReader, read_pdf};
pub use policy::{FetchPolicy, Politeness, Robots};
