//! Single requests kept to look at: which ([`Chooser`] on each thread, [`Gallery`] over all), and
//! what is kept of one ([`Exemplar`], [`Curl`]).

mod chooser;
mod curl;
mod exemplar;
mod gallery;
#[cfg(test)]
mod tests;
mod text;

pub(crate) use chooser::Chooser;
pub use chooser::Rank;
pub use curl::Curl;
pub use exemplar::{Exemplar, StatedTime, Why};
pub use gallery::Gallery;
pub use text::{masked_line, message_text};
