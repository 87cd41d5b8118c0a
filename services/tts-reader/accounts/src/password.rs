//! A password on its way from one place to another.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The password of a test account. Shown nowhere; it only gets into the accounts file and into the
/// request that sets it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Password(String);

impl Password {
    /// A password that cannot be guessed.
    pub fn generate() -> Self {
        Self(uuid::Uuid::new_v4().simple().to_string())
    }

    /// The password itself.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::Password;

    #[test]
    fn debugging_does_not_tell_it() {
        let password = Password::generate();
        assert!(!format!("{password:?}").contains(password.expose()));
    }
}
