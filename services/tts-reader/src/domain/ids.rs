//! Ids of accounts.

use std::fmt;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::kept::kept_as;

/// An account's id: a hyphenated UUID, kept as text in every database.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct UserId(String);

kept_as!(UserId(String));

impl UserId {
    /// A new random id.
    pub(crate) fn new() -> Self {
        Self(Uuid::new_v4().to_string())
    }

    /// An id that came from outside, if it has the shape of one.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let id = Uuid::try_parse(text).ok()?;
        let canonical = id.hyphenated().to_string();
        // Other spellings of the same UUID would name other directories on disk.
        (canonical == text).then_some(Self(canonical))
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for UserId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::UserId;

    #[test]
    fn only_the_canonical_spelling_is_an_id() {
        let id = UserId::new();
        assert_eq!(UserId::parse(id.as_str()), Some(id.clone()));
        for wrong in ["", "../etc", &id.as_str().to_uppercase(), &id.as_str().replace('-', "")] {
            assert_eq!(UserId::parse(wrong), None, "{wrong}");
        }
    }
}
