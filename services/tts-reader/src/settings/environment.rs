//! The environment variables of the process, and how their text becomes a value.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    str::FromStr,
};

use super::{
    SettingsError,
    secret_files::SUFFIX,
    table::{Setting, TABLE},
};

/// Environment variables as they were at start. Nothing else in this crate reads them.
#[derive(Clone, Default)]
pub(crate) struct Environment {
    values: BTreeMap<String, String>,
    /// The settings whose values came from files.
    from_files: BTreeSet<&'static str>,
}

/// What no other program's variables begin with.
const OURS: [&str; 2] = ["TTS_READER_", "FAULT_"];
/// Letters of a known name for each slip of the keyboard that is looked through; a shorter name
/// is too like those of strangers.
const LETTERS_PER_SLIP: usize = 9;

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
        debug_assert!(is_known(name), "{name} is not in the table of settings");
        self.raw(name)
    }

    /// The name to tell when a variable's text is wrong.
    pub(super) fn given_as(&self, name: &'static str) -> String {
        if self.is_from_file(name) { format!("{name}{SUFFIX}") } else { name.to_owned() }
    }

    pub(super) fn is_from_file(&self, name: &str) -> bool {
        self.from_files.contains(name)
    }

    pub(super) fn put_from_file(&mut self, name: &'static str, text: String) {
        self.values.insert(name.to_owned(), text);
        self.from_files.insert(name);
    }

    /// The text of any variable.
    pub(super) fn raw(&self, name: &str) -> Option<&str> {
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

    /// Whether a variable has a text.
    pub(super) fn is_set(&self, name: &str) -> bool {
        self.raw(name).is_some()
    }

    /// Refuses variables that nobody reads and that were meant for this service: those that begin
    /// as only ours do, those that are a slip of the keyboard away from one, and files of settings
    /// that are no secrets.
    ///
    /// # Errors
    /// The first of them, with the nearest name.
    pub(super) fn check_names(&self) -> Result<(), SettingsError> {
        let names: Vec<String> = TABLE.iter().flat_map(Setting::names).collect();
        for name in self.values.keys().filter(|name| !names.contains(*name)) {
            let slips = |known: &str| strsim::damerau_levenshtein(known, name);
            let ours = OURS.into_iter().find(|beginning| name.starts_with(beginning));
            let no_file = name.strip_suffix(SUFFIX).filter(|it| it.len() >= LETTERS_PER_SLIP);
            let meant = |known: &&String| match ours {
                Some(beginning) => known.starts_with(beginning),
                None => {
                    slips(known) <= known.len() / LETTERS_PER_SLIP
                        || no_file == Some(known.as_str())
                }
            };
            let nearest = names.iter().filter(meant).min_by_key(|known| slips(known));
            if let Some(nearest) = nearest {
                let (name, nearest) = (name.clone(), nearest.clone());
                return Err(SettingsError::Unknown { name, nearest });
            }
        }
        Ok(())
    }
}

fn is_known(name: &str) -> bool {
    TABLE.iter().any(|setting| setting.name == name)
}

impl FromIterator<(String, String)> for Environment {
    fn from_iter<I: IntoIterator<Item = (String, String)>>(pairs: I) -> Self {
        Self { values: pairs.into_iter().collect(), from_files: BTreeSet::new() }
    }
}

/// Names only: values may be secrets.
impl fmt::Debug for Environment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.values.keys()).finish()
    }
}

fn bad_value(name: &str, value: &str, expected: &str) -> SettingsError {
    SettingsError::Value {
        name: name.to_owned(),
        value: value.to_owned(),
        expected: expected.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::Environment;

    fn check(name: &str) -> Result<(), String> {
        let environment: Environment = [(name.to_owned(), "1".to_owned())].into_iter().collect();
        environment.check_names().map_err(|error| error.to_string())
    }

    #[test]
    fn a_slip_of_the_keyboard_is_refused_and_strangers_are_left_alone() {
        for (name, nearest) in [
            ("RATE_LIMIT_REQUEST_PER_HOUR", "RATE_LIMIT_REQUESTS_PER_HOUR"),
            ("TTS_READER_DATE", "TTS_READER_DATA"),
            ("SPEECH_QUEUES", "SPEECH_QUEUE"),
            ("FAULT_LEAK", "FAULT_"),
        ] {
            let told = check(name).unwrap_err();
            assert!(
                told.starts_with(&format!("{name} is set")) && told.contains(nearest),
                "{told}"
            );
        }
        for name in ["PATH", "PORTS", "HOSTNAME", "SPEECH_QUEUE", "SMTP_SERVER", "AWS_PROFILE"] {
            assert_eq!(check(name), Ok(()));
        }
    }
}
