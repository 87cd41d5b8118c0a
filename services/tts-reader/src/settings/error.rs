//! Why the service refuses to start, and what to do about it.

use std::path::PathBuf;

/// Settings that cannot be used. Each text names the setting and the next step.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SettingsError {
    /// A value that does not have the form its name asks for.
    #[error("{name}={value} is not {expected}")]
    Value {
        /// The flag or environment variable.
        name: String,
        /// What it was set to.
        value: String,
        /// What it should be.
        expected: String,
    },
    /// A variable that nobody reads, and that was meant for this service.
    #[error("{name} is set and means nothing here; did you mean {nearest}? Correct it or unset it")]
    Unknown {
        /// The variable.
        name: String,
        /// The setting whose name is nearest.
        nearest: String,
    },
    /// A database this version cannot use.
    #[error("{name}={value}: {reason}")]
    Database {
        /// The flag or environment variable.
        name: String,
        /// What it was set to, without a password.
        value: String,
        /// Why not, and what to use instead.
        reason: String,
    },
    /// Two settings that exclude each other.
    #[error("{first} and {second} contradict each other: {advice}")]
    Contradiction {
        /// One of the two.
        first: String,
        /// The other.
        second: String,
        /// What to do.
        advice: String,
    },
    /// A secret that is too easily guessed. Its text is never shown.
    #[error(
        "{name} has {length} characters, at least {least} are needed; leave it out and one is made \
         and kept in the data directory"
    )]
    ShortSecret {
        /// Where the secret came from.
        name: String,
        /// How long it is.
        length: usize,
        /// How long it must be.
        least: usize,
    },
    /// A file that a setting names, and that has no secret to give.
    #[error(
        "{name}={path}: {source}; name a file that has the secret and that the service may read",
        path = path.display()
    )]
    GivenFile {
        /// The setting.
        name: String,
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        source: std::io::Error,
    },
    /// A file that keeps a secret cannot be read or written.
    #[error(
        "cannot use the secret in {path}: {source}; name the service's data directory with --data, \
         and make it readable and writable",
        path = path.display()
    )]
    SecretFile {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
}

impl SettingsError {
    /// Two settings that exclude each other, as their owner wrote them, and what to do.
    pub(super) fn contradiction(
        first: impl Into<String>,
        second: impl Into<String>,
        advice: &str,
    ) -> Self {
        let advice = advice.to_owned();
        Self::Contradiction { first: first.into(), second: second.into(), advice }
    }
}
