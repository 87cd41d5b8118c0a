//! The options that can be set, read off the parser.

use clap::builder::{ArgAction, OsStr};
use clap::{Arg, Command};
use katydid_core::nearest;

use super::{Setting, Value};
use crate::error::CliError;

/// The classes have no name on the command line; this is theirs in the environment.
pub(crate) const CLASSES: &str = "user-classes";

/// Asked before anything else is known, so that no file or variable can set them.
pub(super) const NOT_SETTABLE: [&str; 2] = ["help", "version"];

/// The parser, asked for its options.
#[derive(Clone, Debug)]
pub(crate) struct Known {
    command: Command,
    own: Vec<(String, String)>,
}

/// What an option takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Nothing: it is on or off.
    Switch,
    /// One value.
    One,
    /// Several values.
    Many,
}

impl Known {
    /// The options of `command`, some of which have a variable of their `own` (variable, long name).
    pub(crate) fn new(mut command: Command, own: Vec<(String, String)>) -> Self {
        command.build();
        Self { command, own }
    }

    /// The option that a suite's own variable sets.
    pub(crate) fn of_variable(&self, name: &str) -> Option<&str> {
        self.own.iter().find(|(own, _)| own == name).map(|(_, long)| long.as_str())
    }

    /// Everything with a long name that can be set.
    pub(crate) fn args(&self) -> impl Iterator<Item = (&str, &Arg)> {
        self.command
            .get_arguments()
            .filter_map(|arg| Some((arg.get_long()?, arg)))
            .filter(|(long, _)| !NOT_SETTABLE.contains(long))
    }

    /// The option of this exact long name.
    pub(crate) fn arg(&self, long: &str) -> Option<&Arg> {
        self.args().find(|(name, _)| *name == long).map(|(_, arg)| arg)
    }

    /// The long name that a key of a file means: dashes or underscores, `--` in front or not, cut
    /// short as on the command line.
    ///
    /// # Errors
    /// A sentence with the nearest name.
    pub(crate) fn long(&self, key: &str) -> Result<&str, String> {
        let plain = key.strip_prefix("--").unwrap_or(key).replace('_', "-");
        let names: Vec<&str> = self.args().map(|(long, _)| long).collect();
        if let Some(exact) = names.iter().find(|name| **name == plain) {
            return Ok(exact);
        }
        let begun: Vec<&str> =
            names.iter().copied().filter(|name| name.starts_with(&plain)).collect();
        match (&*begun, nearest(&plain, names.iter().copied())) {
            ([only], _) => Ok(only),
            (_, Some(name)) => Err(format!("unknown key `{key}`; did you mean `{name}`?")),
            (_, None) => Err(format!("unknown key `{key}`; --help names all options")),
        }
    }

    /// What the parser takes when nobody says anything; a dash for nothing.
    pub(crate) fn default(&self, long: &str) -> String {
        let values = self.arg(long).map(Arg::get_default_values).unwrap_or_default();
        let texts: Vec<_> = values.iter().map(|value| value.to_string_lossy()).collect();
        match (self.kind(long), &*texts) {
            (Kind::Switch, _) => "false".to_owned(),
            (_, []) => "-".to_owned(),
            (_, texts) => texts.join(", "),
        }
    }

    /// What an option takes.
    pub(crate) fn kind(&self, long: &str) -> Kind {
        let Some(arg) = self.arg(long) else { return Kind::Many };
        match (arg.get_action(), arg.get_num_args()) {
            (ArgAction::SetTrue, _) => Kind::Switch,
            (ArgAction::Append, _) => Kind::Many,
            (_, Some(range)) if range.max_values() > 1 => Kind::Many,
            _ => Kind::One,
        }
    }

    /// Whether several values are written as several options.
    fn is_repeated(&self, long: &str) -> bool {
        self.arg(long).is_some_and(|arg| matches!(arg.get_action(), ArgAction::Append))
    }

    /// Whether two options cannot be meant together.
    pub(crate) fn rivals(&self, one: &str, other: &str) -> bool {
        let (Some(one), Some(other)) = (self.arg(one), self.arg(other)) else { return false };
        let against = |arg: &Arg, other: &Arg| {
            self.command
                .get_arg_conflicts_with(arg)
                .iter()
                .any(|foe| foe.get_id() == other.get_id())
        };
        against(one, other) || against(other, one)
    }

    /// The words that a person would have typed for a setting.
    pub(crate) fn words(&self, setting: &Setting) -> Vec<String> {
        let long = &setting.long;
        match (self.kind(long), &setting.value) {
            (_, value) if long == CLASSES => value.texts().to_vec(),
            (Kind::Switch, value) => {
                let on = value.texts() == ["true"];
                on.then(|| format!("--{long}")).into_iter().collect()
            }
            (Kind::One, value) => vec![format!("--{long}={value}")],
            (Kind::Many, value) if self.is_repeated(long) => {
                value.texts().iter().map(|text| format!("--{long}={text}")).collect()
            }
            (Kind::Many, value) => match self.arg(long).and_then(Arg::get_value_delimiter) {
                Some(comma) => vec![format!("--{long}={}", value.texts().join(&comma.to_string()))],
                None => {
                    let flag = [format!("--{long}")];
                    flag.into_iter().chain(value.texts().iter().cloned()).collect()
                }
            },
        }
    }

    /// Looks whether the parser takes a setting, and brings switches to `true` or `false`.
    ///
    /// # Errors
    /// The parser's text, with the place where the setting is written.
    pub(crate) fn check(&self, setting: &mut Setting) -> Result<(), CliError> {
        let long = setting.long.clone();
        let wrong = |sentence: String| Err(setting.origin.error(&sentence));
        match (self.kind(&long), &setting.value) {
            (Kind::Switch, Value::One(text)) => match switch(text) {
                Some(on) => setting.value = Value::One(on.to_string()),
                None => {
                    return wrong(format!(
                        "{long} is on or off; `{text}` is neither true nor false"
                    ));
                }
            },
            (Kind::Switch, Value::Many(_)) => {
                return wrong(format!("{long} is on or off, no list"));
            }
            (Kind::One, Value::Many(_)) => {
                return wrong(format!("{long} takes one value, no list"));
            }
            (Kind::Many, Value::Many(texts)) if texts.is_empty() => {
                return wrong(format!("{long} is an empty list; leave it out"));
            }
            _ => {}
        }
        let name = OsStr::from("-").to_os_string();
        let words = self.words(setting).into_iter().map(Into::into);
        let read = self.command.clone().try_get_matches_from(std::iter::once(name).chain(words));
        read.map(drop).map_err(|error| setting.origin.error(&self.sentence(&long, &error)))
    }

    /// clap's text without what belongs to command lines.
    fn sentence(&self, long: &str, error: &clap::Error) -> String {
        let text = crate::args::sentence(error, &self.command);
        let typed = self.arg(long).map(|arg| format!("'{arg}'")).unwrap_or_default();
        text.replace(&typed, long)
    }
}

/// ConfigArgParse's words.
fn switch(text: &str) -> Option<bool> {
    match text.to_lowercase().as_str() {
        "true" | "yes" | "on" | "1" => Some(true),
        "false" | "no" | "off" | "0" => Some(false),
        _ => None,
    }
}
