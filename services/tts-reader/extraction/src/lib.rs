//! Fetch a web page safely and turn it into clean text for speech.
//!
//! The path of one page:
//!
//! 1. [`Extractor::extract`] checks the URL, resolves the host, refuses every address that is not
//!    public, connects to exactly the addresses it checked, follows redirects by hand (each hop is
//!    checked again) and reads the body up to a cap.
//! 2. [`extract_html`] decodes the bytes, looks for the readable part and joins its blocks.
//! 3. [`clean_for_speech`] drops what a listener does not want to hear.
//!
//! Steps 2 and 3 are pure; `extract` runs them on the blocking pool.

mod address;
mod charset;
mod clean;
mod confidence;
mod error;
mod extractor;
mod fetch;
mod page;
mod policy;
mod reader;
mod resolver;
mod scan;
mod skip;
mod tags;
mod target;
mod tree;

pub use clean::clean_for_speech;
pub use error::{ErrorKind, ExtractError};
pub use extractor::Extractor;
pub use page::{Extraction, Method, extract_html};
pub use policy::FetchPolicy;
