//! The declaration of an option, and its words on the command line.

use std::collections::BTreeSet;
use std::time::Duration;

use clap::builder::{PossibleValuesParser, ValueParser};
use clap::{Arg, ArgAction, Command, value_parser};

use crate::error::CliError;
use crate::suite::Suite;

/// An option of a suite.
///
/// ```
/// use katydid_cli::{Suite, SuiteOption};
///
/// let suite = Suite::new("shop-load").option(
///     SuiteOption::text("basket").help("What visitors buy").default("small").choices([
///         "small", "large",
///     ]),
/// );
/// ```
///
/// Its value comes from `--basket`, `KATYDID_BASKET`, a variable of its [own](Self::env), a
/// settings file or its default, in this order.
#[derive(Clone, Debug)]
#[must_use = "an option does nothing until it is given to `Suite::option`"]
pub struct SuiteOption {
    pub(crate) name: String,
    pub(super) kind: Kind,
    help: String,
    default: Option<String>,
    env: Option<String>,
    choices: Vec<String>,
    pub(crate) secret: bool,
}

/// What values an option takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Text,
    Integer,
    Number,
    Flag,
    Span,
    Path,
    List,
}

impl SuiteOption {
    fn new(name: &str, kind: Kind) -> Self {
        Self {
            name: name.to_owned(),
            kind,
            help: String::new(),
            default: None,
            env: None,
            choices: Vec::new(),
            secret: false,
        }
    }

    /// A text; read with [`Options::text`](super::Options::text).
    pub fn text(name: &str) -> Self {
        Self::new(name, Kind::Text)
    }

    /// A whole number; read with [`Options::integer`](super::Options::integer).
    pub fn integer(name: &str) -> Self {
        Self::new(name, Kind::Integer)
    }

    /// A number; read with [`Options::number`](super::Options::number).
    pub fn number(name: &str) -> Self {
        Self::new(name, Kind::Number)
    }

    /// On or off; off unless set. Read with [`Options::flag`](super::Options::flag).
    pub fn flag(name: &str) -> Self {
        Self::new(name, Kind::Flag)
    }

    /// A length of time such as `90`, `2m` or `250ms`; read with
    /// [`Options::span`](super::Options::span).
    pub fn span(name: &str) -> Self {
        Self::new(name, Kind::Span)
    }

    /// A path, which need not exist; read with [`Options::path`](super::Options::path).
    pub fn path(name: &str) -> Self {
        Self::new(name, Kind::Path)
    }

    /// Texts, separated by commas or spaces; read with [`Options::list`](super::Options::list).
    pub fn list(name: &str) -> Self {
        Self::new(name, Kind::List)
    }

    /// What it is for, in one sentence for `--help`.
    pub fn help(mut self, help: &str) -> Self {
        help.clone_into(&mut self.help);
        self
    }

    /// Its value when nobody sets it, written as on the command line. A flag has none: it is off.
    pub fn default(mut self, value: &str) -> Self {
        self.default = Some(value.to_owned());
        self
    }

    /// A variable of the environment that sets it, beside `KATYDID_` and its name.
    pub fn env(mut self, variable: &str) -> Self {
        self.env = Some(variable.to_owned());
        self
    }

    /// The only texts that it takes.
    pub fn choices<'a>(mut self, choices: impl IntoIterator<Item = &'a str>) -> Self {
        self.choices = choices.into_iter().map(str::to_owned).collect();
        self
    }

    /// Its value is never shown.
    pub fn secret(mut self) -> Self {
        self.secret = true;
        self
    }

    /// What the form of a start shows of it.
    pub(crate) fn info(&self) -> katydid_web::OwnOption {
        let kind = match self.kind {
            Kind::Flag => katydid_web::Kind::Switch,
            _ if !self.choices.is_empty() => katydid_web::Kind::OneOf(self.choices.clone()),
            _ => katydid_web::Kind::Text,
        };
        katydid_web::OwnOption {
            name: self.name.clone(),
            help: self.help.clone(),
            kind,
            default: self.default.clone().filter(|_| !self.secret),
            secret: self.secret,
        }
    }

    /// Its words, under a heading of the suite.
    pub(crate) fn arg(&self, suite: &str) -> Arg {
        let arg = Arg::new(self.name.clone())
            .long(self.name.clone())
            .help(self.help.clone())
            .help_heading(format!("Options of {suite}"))
            .hide_short_help(true)
            // How the parser's errors know that they must not repeat a value.
            .hide_env_values(self.secret)
            .hide_default_value(self.secret);
        let arg = match (&self.default, self.kind) {
            (Some(default), Kind::List) => {
                arg.default_values(default.split(',').map(str::to_owned).collect::<Vec<_>>())
            }
            (Some(default), _) => arg.default_value(default.clone()),
            (None, _) => arg,
        };
        match self.kind {
            Kind::Flag => arg.action(ArgAction::SetTrue),
            Kind::List => arg
                .value_name("TEXT")
                .num_args(1..)
                .value_delimiter(',')
                .action(ArgAction::Set)
                .value_parser(self.texts()),
            Kind::Text => arg.value_name("TEXT").value_parser(self.texts()),
            Kind::Integer => {
                arg.value_name("N").allow_negative_numbers(true).value_parser(value_parser!(i64))
            }
            Kind::Number => {
                arg.value_name("NUMBER").allow_negative_numbers(true).value_parser(parse_number)
            }
            Kind::Span => arg.value_name("SPAN").value_parser(parse_span),
            Kind::Path => arg.value_name("PATH").value_parser(value_parser!(std::path::PathBuf)),
        }
    }

    fn texts(&self) -> ValueParser {
        if self.choices.is_empty() {
            ValueParser::string()
        } else {
            PossibleValuesParser::new(self.choices.clone()).into()
        }
    }

    /// What is wrong with the declaration itself.
    fn fault(&self) -> Option<String> {
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        let start = |c: char| c.is_ascii_lowercase();
        if !self.name.starts_with(start) || !self.name.chars().all(plain) {
            return Some("its name must be lower-case letters, digits and dashes".to_owned());
        }
        if !self.choices.is_empty() && !matches!(self.kind, Kind::Text | Kind::List) {
            return Some("only texts and lists of texts can have choices".to_owned());
        }
        if self.kind == Kind::Flag && self.default.is_some() {
            return Some("a flag is off unless set; it has no default".to_owned());
        }
        if self
            .env
            .as_ref()
            .is_some_and(|env| env.starts_with("KATYDID_") || env.starts_with("LOCUST_"))
        {
            return Some("its variable must not begin with KATYDID_ or LOCUST_".to_owned());
        }
        None
    }
}

/// The variables of their own that options have, with the options' names.
pub(crate) fn variables(suite: &Suite) -> Vec<(String, String)> {
    let own = |option: &SuiteOption| Some((option.env.clone()?, option.name.clone()));
    suite.options.iter().filter_map(own).collect()
}

/// Looks at the declarations of a suite before they are added to the parser `without` them.
///
/// # Errors
/// A mistake of the suite's author: a name that is taken, a default that is no value.
pub(crate) fn check(suite: &Suite, without: &Command) -> Result<(), CliError> {
    let mut without = without.clone();
    without.build();
    let mut names: BTreeSet<&str> = without
        .get_arguments()
        .flat_map(|arg| [arg.get_long(), Some(arg.get_id().as_str())])
        .flatten()
        .collect();
    for option in &suite.options {
        let name = option.name.as_str();
        let mistake = |text: &str| {
            Err(CliError::Usage(format!(
                "a mistake in the suite {}: option --{name}: {text}",
                suite.name
            )))
        };
        if let Some(fault) = option.fault() {
            return mistake(&fault);
        }
        if !names.insert(name) {
            return mistake("there is one of this name already; rename it");
        }
        // A default that does not parse would end every run with a text that blames its user.
        if let Some(default) = &option.default {
            let alone = Command::new("").no_binary_name(true).arg(option.arg(""));
            let words = [format!("--{name}={default}")];
            if let Err(fault) = alone.clone().try_get_matches_from(words) {
                return mistake(&crate::args::sentence(&fault, &alone));
            }
        }
    }
    Ok(())
}

fn parse_number(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(number) if number.is_finite() => Ok(number),
        _ => Err("write a number such as 0.5".to_owned()),
    }
}

fn parse_span(text: &str) -> Result<Duration, String> {
    katydid_core::parse_span(text).map_err(|error| error.to_string())
}
