//! Where settings come from: flags, the environment, files.
//!
//! The parser of the command line is the only table of options. A text from a file or from the
//! environment becomes the word that a person would have typed (`users = 5` → `--users=5`) and goes
//! through the same parser, so that no option can be forgotten and no text means two things.
//!
//! Highest first: flag, `KATYDID_X`, `LOCUST_X`, `--config FILE`, `./katydid.conf`,
//! `./pyproject.toml`, `./locust.conf`, `~/.locust.conf`. They are merged per key, as in Locust.

mod conf;
mod env;
mod files;
mod known;
mod merge;
mod toml;

use std::ffi::OsString;
use std::fmt;
use std::path::PathBuf;

pub(crate) use env::variables;
#[cfg(any(test, feature = "fuzzing"))]
pub(crate) use files::settings as file_settings;
pub(crate) use known::{CLASSES, Known};
pub(crate) use merge::{Sources, merge};

use crate::error::CliError;

/// What lies around the command line. Empty for tests that want nothing of it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Surroundings {
    /// The environment.
    pub(crate) env: Vec<(OsString, OsString)>,
    /// Where `.locust.conf` is looked for.
    pub(crate) home: Option<PathBuf>,
    /// Where the other files are looked for.
    pub(crate) folder: Option<PathBuf>,
}

impl Surroundings {
    /// Those of this process.
    pub(crate) fn of_process() -> Self {
        Self {
            env: std::env::vars_os().collect(),
            home: std::env::home_dir(),
            folder: Some(PathBuf::new()),
        }
    }
}

/// One setting as somebody wrote it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Setting {
    /// The option's long name; [`known::CLASSES`] for the classes.
    pub(crate) long: String,
    /// What it is set to.
    pub(crate) value: Value,
    /// Where that is written.
    pub(crate) origin: Origin,
}

impl Setting {
    /// Whether somebody wanted it for this very run.
    pub(crate) fn is_by_hand(&self) -> bool {
        matches!(self.origin, Origin::Flag | Origin::Page)
    }

    /// Whether it is a switch that is off.
    pub(crate) fn is_off(&self) -> bool {
        self.value == Value::One("false".to_owned())
    }
}

/// What something is set to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Value {
    /// One text.
    One(String),
    /// A list.
    Many(Vec<String>),
}

impl Value {
    /// All texts.
    pub(crate) fn texts(&self) -> &[String] {
        match self {
            Self::One(text) => std::slice::from_ref(text),
            Self::Many(texts) => texts,
        }
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::One(text) => f.write_str(text),
            Self::Many(texts) => write!(f, "[{}]", texts.join(", ")),
        }
    }
}

/// Where something is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Origin {
    /// On the command line.
    Flag,
    /// On the live page, for one run.
    Page,
    /// In the environment, under this name.
    Environment(String),
    /// In a file.
    File {
        /// Which, as it was named.
        path: PathBuf,
        /// Its line, from 1.
        line: usize,
    },
}

impl Origin {
    /// How a sentence names an option that was set there.
    pub(crate) fn name(&self, long: &str) -> String {
        match self {
            Self::Flag => format!("--{long}"),
            Self::Page => long.to_owned(),
            Self::Environment(name) => name.clone(),
            Self::File { .. } => format!("{self}: {long}"),
        }
    }

    /// An error there.
    pub(crate) fn error(&self, sentence: &str) -> CliError {
        match self {
            Self::Flag | Self::Page => CliError::Usage(sentence.to_owned()),
            other => CliError::Usage(format!("{other}: {sentence}")),
        }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Flag => f.write_str("flag"),
            Self::Page => f.write_str("live page"),
            Self::Environment(name) => write!(f, "environment {name}"),
            Self::File { path, line } => write!(f, "{}:{line}", path.display()),
        }
    }
}

/// A key as a file has it, before anybody knows what it means.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Entry {
    key: String,
    value: Value,
    line: usize,
}

#[cfg(test)]
mod tests;
