//! Whether the requests of a row differ: one address, one body, one sender, or more; and whether they
//! log in.

use std::hash::BuildHasher as _;
use std::sync::LazyLock;

use hashbrown::DefaultHashBuilder;
use serde::{Deserialize, Serialize};

/// One for the whole process, so that threads agree.
static HASHER: LazyLock<DefaultHashBuilder> = LazyLock::new(DefaultHashBuilder::default);

/// How much of a first body is searched.
const FAR: usize = 1_000;

/// None yet, all the same, or several.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Distinct {
    #[default]
    None,
    One(u64),
    Many,
}

impl Distinct {
    fn note(&mut self, bytes: &[u8]) {
        // Once there are two nobody asks for more, so nothing is hashed any more.
        if *self != Self::Many {
            self.add(Self::One(HASHER.hash_one(bytes)));
        }
    }

    fn note_user(&mut self, user: u32) {
        self.add(Self::One(u64::from(user)));
    }

    fn add(&mut self, other: Self) {
        *self = match (*self, other) {
            (Self::None, known) | (known, Self::None) => known,
            (Self::One(ours), Self::One(theirs)) if ours == theirs => *self,
            _ => Self::Many,
        };
    }

    /// All the same.
    pub(crate) fn is_one(self) -> bool {
        matches!(self, Self::One(_))
    }
}

/// What is known of the addresses, bodies and users of a row.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Variety {
    pub(crate) urls: Distinct,
    /// Of requests that have one.
    pub(crate) bodies: Distinct,
    /// Users that sent one.
    pub(crate) senders: Distinct,
    /// The first body has a password in it.
    pub(crate) logs_in: bool,
}

impl Variety {
    /// Notes a request.
    #[inline]
    pub(crate) fn note(&mut self, user: u32, url: &str, body: &[u8]) {
        self.senders.note_user(user);
        self.urls.note(url.as_bytes());
        // An empty object says as little as no body.
        if body.len() > 2 {
            if self.bodies == Distinct::None {
                self.logs_in = names_password(body);
            }
            self.bodies.note(body);
        }
    }

    /// Whether several users log in with one and the same body.
    pub(crate) fn shares_login(self) -> bool {
        self.logs_in && self.bodies.is_one() && self.senders == Distinct::Many
    }

    /// Whether requests have bodies.
    pub(crate) fn sends_bodies(self) -> bool {
        self.bodies != Distinct::None
    }

    /// Adds all that `other` has seen.
    pub(crate) fn add(&mut self, other: Self) {
        self.urls.add(other.urls);
        self.bodies.add(other.bodies);
        self.senders.add(other.senders);
        self.logs_in |= other.logs_in;
    }
}

/// `{"username": "ann", "password": …}`, `password=…`, in any spelling of capitals.
fn names_password(body: &[u8]) -> bool {
    const WORD: &[u8] = b"password";
    let start = &body[..body.len().min(FAR)];
    start.windows(WORD.len()).any(|part| part.eq_ignore_ascii_case(WORD))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_different_ones_are_many_in_whatever_thread() {
        let seen = |requests: &[(&str, &str)]| {
            let mut seen = Variety::default();
            for (url, body) in requests {
                seen.note(3, url, body.as_bytes());
            }
            seen
        };
        let one = seen(&[("/a", "{}"), ("/a", "body")]);
        assert!(one.urls.is_one() && one.bodies.is_one() && !one.logs_in);
        assert!(seen(&[("/a", "{\"Password\":1}")]).logs_in);
        let mut both = one;
        both.add(seen(&[("/a", "body"), ("/a", "")]));
        assert_eq!(both, one);
        both.add(seen(&[("/b", "other")]));
        assert_eq!((both.urls, both.bodies), (Distinct::Many, Distinct::Many));
    }
}
