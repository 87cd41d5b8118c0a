//! What the progress of a request is called.

use sha2::{Digest, Sha256};

use crate::{domain::UserId, validation::Text};

/// Longest name.
const MOST_CHARACTERS: usize = 64;

/// As bodies give it.
pub(crate) const PROGRESS_ID: Text =
    Text::of(1, MOST_CHARACTERS).matching("^[A-Za-z0-9_-]{1,64}$", is_id);

/// The name that a client gives to a request of its own, so that it can be followed by it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ProgressId(String);

/// One request of one account, as boards and databases know it: short, and tells nothing of either.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Key([u8; 16]);

impl ProgressId {
    /// A text that can be one.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        is_id(text).then(|| Self(text.to_owned()))
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

/// Nothing that would need escaping in a header, a path or a file's name.
fn is_id(text: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    (1..=MOST_CHARACTERS).contains(&text.len()) && text.bytes().all(fits)
}

impl Key {
    pub(crate) fn of(user: &UserId, id: &ProgressId) -> Self {
        let digest = Sha256::digest(format!("progress\n{user}\n{}", id.0));
        Self(std::array::from_fn(|at| digest[at]))
    }

    /// As databases keep it: 32 hexadecimal digits.
    pub(crate) fn hex(self) -> String {
        self.0.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    pub(crate) fn parse(hex: &str) -> Option<Self> {
        if hex.len() != 32 || !hex.is_ascii() {
            return None;
        }
        let mut bytes = [0; 16];
        for (at, byte) in bytes.iter_mut().enumerate() {
            *byte = u8::from_str_radix(&hex[2 * at..2 * at + 2], 16).ok()?;
        }
        Some(Self(bytes))
    }
}

#[cfg(test)]
mod tests {
    use super::{Key, ProgressId};
    use crate::domain::UserId;

    #[test]
    fn a_name_is_plain() {
        for good in ["a", "abc-123", "3f2a17c0-9a1b-4c3d-8e5f-001122334455", &"x".repeat(64)] {
            assert!(ProgressId::parse(good).is_some(), "{good}");
        }
        for bad in ["", "a b", "a/b", "a.b", "é", "a\n", "%2e", &"x".repeat(65)] {
            assert!(ProgressId::parse(bad).is_none(), "{bad}");
        }
    }

    #[test]
    fn the_same_name_of_two_accounts_is_two_things() {
        let id = ProgressId::parse("mine").unwrap();
        let (ann, bob) = (UserId::new(), UserId::new());
        let key = Key::of(&ann, &id);
        assert_eq!(key, Key::of(&ann, &id));
        assert_ne!(key, Key::of(&bob, &id));
        assert_eq!(Key::parse(&key.hex()), Some(key));
        for wrong in ["", "zz", &"g".repeat(32), &"é".repeat(16), &"a".repeat(33)] {
            assert_eq!(Key::parse(wrong), None, "{wrong}");
        }
    }
}
