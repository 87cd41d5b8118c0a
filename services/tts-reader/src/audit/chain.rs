//! What ties the lines of the log together.
//!
//! `… - [auth] Login of user: ann from 127.0.0.1 | 42 3f2a…`: the line's number since the log
//! began, and its *link*, a keyed hash over the link before, the number and the text. Without the
//! key nobody can change, remove, add or move a line so that the links still fit.

use std::{fmt, str::FromStr};

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

const LINK_BYTES: usize = 16;
const SEPARATOR: &str = " | ";

/// What links are made with.
#[derive(Clone)]
pub(crate) struct Key(Vec<u8>);

pub(super) type Link = [u8; LINK_BYTES];

/// A line's number and its link.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) number: u64,
    pub(super) link: Link,
}

impl Key {
    pub(crate) fn new(bytes: &[u8]) -> Self {
        Self(bytes.to_vec())
    }

    /// `purpose` keeps links and seals from being taken for each other.
    pub(super) fn sign(&self, purpose: &str, parts: [&[u8]; 3]) -> Link {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.0).expect("HMAC takes any key");
        mac.update(purpose.as_bytes());
        for part in parts {
            mac.update(&(part.len() as u64).to_be_bytes());
            mac.update(part);
        }
        let mut link = [0; LINK_BYTES];
        link.copy_from_slice(&mac.finalize().into_bytes()[..LINK_BYTES]);
        link
    }
}

impl Place {
    /// Before the first line.
    pub(super) const START: Self = Self { number: 0, link: [0; LINK_BYTES] };

    /// Where a line with this text stands when it follows.
    pub(super) fn next(&self, key: &Key, text: &str) -> Self {
        let number = self.number.saturating_add(1);
        let link = key.sign("line", [&self.link, &number.to_be_bytes(), text.as_bytes()]);
        Self { number, link }
    }

    /// The text with its place at the end.
    pub(super) fn mark(&self, text: &str) -> String {
        format!("{text}{SEPARATOR}{self}\n")
    }
}

/// A line's text and its place; `None` when it has none.
pub(super) fn split(line: &str) -> Option<(&str, Place)> {
    let (text, place) = line.rsplit_once(SEPARATOR)?;
    Some((text, place.parse().ok()?))
}

pub(super) fn hex(link: Link) -> String {
    link.iter().map(|byte| format!("{byte:02x}")).collect()
}

pub(super) fn unhex(text: &str) -> Option<Link> {
    if text.len() != 2 * LINK_BYTES || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    let mut link = [0; LINK_BYTES];
    for (at, byte) in link.iter_mut().enumerate() {
        *byte = u8::from_str_radix(&text[2 * at..2 * at + 2], 16).ok()?;
    }
    Some(link)
}

/// `42 3f2a…`
impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.number, hex(self.link))
    }
}

impl FromStr for Place {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let (number, link) = text.split_once(' ').ok_or(())?;
        Ok(Self { number: number.parse().map_err(|_| ())?, link: unhex(link).ok_or(())? })
    }
}

/// Without the key.
impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key(…)")
    }
}
