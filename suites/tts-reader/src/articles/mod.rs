//! Pages to extract from: made by rule from a number, served on loopback, and known well enough to
//! prove that an extracted text is theirs.

mod article;
mod html;
mod reading;
mod site;

pub use article::{Article, Kind};
pub use site::ArticleSite;

pub(crate) use reading::Reading;
