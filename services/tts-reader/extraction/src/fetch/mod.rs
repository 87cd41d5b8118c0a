//! From a URL to what a site answers: redirects, the cache, robots.txt and turns, every address
//! checked before it is asked.

mod answer;
mod client;
mod fetcher;
mod stage;

pub(crate) use answer::Answer;
pub(crate) use client::{classify, client};
pub(crate) use fetcher::{Fetcher, Got};
pub use stage::{Stage, Watch};
