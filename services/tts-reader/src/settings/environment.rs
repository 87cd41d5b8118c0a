//! Every environment variable the service reads, and how its text becomes a value.

use std::{collections::BTreeMap, str::FromStr};

use super::SettingsError;

/// Environment variables as they were at start. Nothing else in this crate reads them.
#[derive(Debug, Clone, Default)]
pub(crate) struct Environment {
    values: BTreeMap<String, String>,
}

/// Name and meaning, as `serve --help` prints them.
const KNOWN: &[(&str, &str)] = &[
    ("ACCESS_TOKEN_EXPIRE_MINUTES", "life of an access token [60]"),
    ("AUDIO_LINK_EXPIRE_SECONDS", "life of a link to audio, and of the audio [3600]"),
    ("AUDIT_LOG", "the audit log's file [DATA/tts_api_audit.log]"),
    ("CORS_ORIGINS", "origins, with commas between, whose pages may read answers [any]"),
    ("DATABASE_CONNECTION_STRING", "older name of DATABASE_URL"),
    ("DATABASE_POOL_SIZE", "connections to PostgreSQL, or for reading to SQLite [8]"),
    ("DATABASE_URL", "as --database"),
    ("ENVIRONMENT", "`production` refuses test-account routes"),
    ("EXTRACTION_FETCHES", "pages fetched at the same time [32]"),
    ("FAULT_DATABASE_DELAY_MS", "test only: each use of the database takes so much longer [0]"),
    ("FAULT_LEAK_BYTES_PER_REQUEST", "test only: keeps so much memory per request, for ever [0]"),
    ("HOST", "address to listen on, without --bind [127.0.0.1]"),
    ("JWT_SECRET_KEY", "signs tokens, at least 16 characters [made and kept in DATA]"),
    ("LOAD_TEST_MODE", "true: as --dev"),
    ("MAX_CONTENT_LENGTH", "largest request body in bytes [2097152]"),
    ("NEURAL_VOICES_ENABLED", "true: PRO accounts may ask for neural voices [false]"),
    ("PORT", "port to listen on, without --bind [5000]"),
    ("PUBLIC_URL", "what links start with [http:// and the request's Host]"),
    ("RATE_LIMIT_REQUESTS_PER_HOUR", "requests an account may make in any hour [500]"),
    ("RUST_LOG", "what goes to stderr [info]"),
    ("SPEECH_QUEUE", "syntheses that may wait before 503 is answered [128]"),
    ("TTS_READER_DATA", "as --data"),
    ("WORKERS", "as --workers"),
];

/// How like a known name an unknown one must be to be taken for a slip of the keyboard.
const SLIP: f64 = 0.93;

impl Environment {
    /// The variables of this process that are text.
    pub(crate) fn of_process() -> Self {
        let text = |(name, value): (std::ffi::OsString, std::ffi::OsString)| {
            Some((name.into_string().ok()?, value.into_string().ok()?))
        };
        std::env::vars_os().filter_map(text).collect()
    }

    /// A variable's text; an empty one counts as not set.
    pub(crate) fn text(&self, name: &'static str) -> Option<&str> {
        debug_assert!(KNOWN.iter().any(|(known, _)| *known == name), "{name} is not in KNOWN");
        self.values.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    /// A variable's value.
    ///
    /// # Errors
    /// When the text is not one; `expected` says what it should be.
    pub(super) fn parsed<T: FromStr>(
        &self,
        name: &'static str,
        expected: &str,
    ) -> Result<Option<T>, SettingsError> {
        let Some(text) = self.text(name) else { return Ok(None) };
        text.trim().parse().map(Some).map_err(|_| bad_value(name, text, expected))
    }

    /// A number within bounds, both included.
    pub(super) fn number(
        &self,
        name: &'static str,
        least: u64,
        most: u64,
    ) -> Result<Option<u64>, SettingsError> {
        let expected = format!("a whole number from {least} to {most}");
        match self.parsed(name, &expected)? {
            Some(number) if (least..=most).contains(&number) => Ok(Some(number)),
            Some(number) => Err(bad_value(name, &u64::to_string(&number), &expected)),
            None => Ok(None),
        }
    }

    pub(super) fn truth(&self, name: &'static str) -> Result<Option<bool>, SettingsError> {
        let Some(text) = self.text(name) else { return Ok(None) };
        match text.trim().to_ascii_lowercase().as_str() {
            "true" | "1" | "yes" | "on" => Ok(Some(true)),
            "false" | "0" | "no" | "off" => Ok(Some(false)),
            _ => Err(bad_value(name, text, "true or false")),
        }
    }

    /// Variables that look like misspelt ones of ours: (as set, as meant).
    pub(crate) fn slips(&self) -> Vec<(String, &'static str)> {
        let meant = |name: &str| {
            if KNOWN.iter().any(|(known, _)| *known == name) {
                return None;
            }
            let likeness = |known: &str| strsim::normalized_damerau_levenshtein(known, name);
            let names = KNOWN.iter().map(|(known, _)| *known).filter(|known| known.len() > 6);
            names.max_by(|a, b| likeness(a).total_cmp(&likeness(b))).filter(|k| likeness(k) > SLIP)
        };
        self.values.keys().filter_map(|name| Some((name.clone(), meant(name)?))).collect()
    }
}

impl FromIterator<(String, String)> for Environment {
    fn from_iter<I: IntoIterator<Item = (String, String)>>(pairs: I) -> Self {
        Self { values: pairs.into_iter().collect() }
    }
}

fn bad_value(name: &str, value: &str, expected: &str) -> SettingsError {
    SettingsError::Value {
        name: name.to_owned(),
        value: value.to_owned(),
        expected: expected.to_owned(),
    }
}

/// The part of `serve --help` about the environment.
pub(crate) fn help() -> String {
    let lines: Vec<String> =
        KNOWN.iter().map(|(name, meaning)| format!("  {name:<29} {meaning}")).collect();
    format!("Environment (flags win over it; the default in brackets):\n{}", lines.join("\n"))
}

#[cfg(test)]
mod tests {
    use super::Environment;

    #[test]
    fn a_slip_of_the_keyboard_is_noticed_and_strangers_are_left_alone() {
        let names = ["RATE_LIMIT_REQUEST_PER_HOUR", "PATH", "PORTS", "HOSTNAME", "SPEECH_QUEUE"];
        let environment: Environment =
            names.map(|name| (name.to_owned(), "1".to_owned())).into_iter().collect();
        let slips = environment.slips();
        assert_eq!(slips.len(), 1, "{slips:?}");
        assert_eq!(slips[0].1, "RATE_LIMIT_REQUESTS_PER_HOUR");
    }
}
