//! What goes into the log, and in which form.

use super::{Environment, SettingsError};

/// The form of a line of the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LogFormat {
    /// For people.
    Text,
    /// An object a line, for programs.
    Json,
}

/// Which requests get a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum RequestLog {
    /// Those that the service failed: 5xx, but for 501 and 503.
    Failed,
    /// Those, and those that it refused: 4xx, 501 and 503.
    Refused,
    /// All of them.
    All,
}

/// What clients are told of where the time of their requests went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ServerTiming {
    /// All of it, in a header of each answer.
    Told,
    /// Nothing.
    Untold,
}

impl ServerTiming {
    /// # Errors
    /// A word that is none.
    pub(super) fn of(env: &Environment) -> Result<Self, SettingsError> {
        let told = env.truth("SERVER_TIMING")?.unwrap_or(true);
        Ok(if told { Self::Told } else { Self::Untold })
    }
}

impl LogFormat {
    /// # Errors
    /// A word that is none.
    pub(crate) fn of(env: &Environment) -> Result<Self, SettingsError> {
        match env.text("LOG_FORMAT").map(str::trim) {
            None | Some("text") => Ok(Self::Text),
            Some("json") => Ok(Self::Json),
            Some(other) => Err(unknown("LOG_FORMAT", other, "text or json")),
        }
    }
}

impl RequestLog {
    /// # Errors
    /// A word that is none.
    pub(super) fn of(env: &Environment) -> Result<Self, SettingsError> {
        match env.text("LOG_REQUESTS").map(str::trim) {
            None | Some("failed") => Ok(Self::Failed),
            Some("refused") => Ok(Self::Refused),
            Some("all") => Ok(Self::All),
            Some(other) => Err(unknown("LOG_REQUESTS", other, "failed, refused or all")),
        }
    }

    /// As the setting has it.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Failed => "failed",
            Self::Refused => "refused",
            Self::All => "all",
        }
    }
}

fn unknown(name: &str, value: &str, expected: &str) -> SettingsError {
    SettingsError::Value {
        name: name.to_owned(),
        value: value.to_owned(),
        expected: expected.to_owned(),
    }
}
