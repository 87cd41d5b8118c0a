//! What sites ask of programs (RFC 9309): the rules of one robots.txt, and which are known.

mod known;
mod rules;

pub(crate) use known::Known;
pub(crate) use rules::{MAX_BYTES, Rules};
