//! The values of a suite's options in one run.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use clap::ArgMatches;

use super::SuiteOption;
use super::declare::Kind;
use crate::suite::Suite;

/// The values of a suite's own options. Cheap to clone.
///
/// In `prepare` they are [`Preparation::options`](crate::Preparation::options), in a task
/// `session.shared::<Options>()`.
///
/// Each reader panics when the suite declared no option of this name and type: a mistake of the
/// suite that its first run shows.
#[derive(Clone, Default)]
pub struct Options {
    values: Arc<BTreeMap<String, Given>>,
}

/// What one option is set to.
#[derive(Debug)]
struct Given {
    kind: Kind,
    values: Vec<Value>,
    secret: bool,
}

#[derive(Debug)]
enum Value {
    Text(String),
    Integer(i64),
    Number(f64),
    Flag(bool),
    Span(Duration),
    Path(PathBuf),
}

impl Options {
    /// Reads them off the parsed command line.
    pub(crate) fn read(suite: &Suite, matches: &ArgMatches) -> Self {
        let given = |option: &SuiteOption| (option.name.clone(), Given::read(option, matches));
        Self { values: Arc::new(suite.options.iter().map(given).collect()) }
    }

    /// A text, if it is set or has a default.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.get(name, Kind::Text).find_map(Value::text)
    }

    /// A whole number, if it is set or has a default.
    pub fn integer(&self, name: &str) -> Option<i64> {
        self.get(name, Kind::Integer).find_map(|value| match value {
            Value::Integer(number) => Some(*number),
            _ => None,
        })
    }

    /// A number, if it is set or has a default.
    pub fn number(&self, name: &str) -> Option<f64> {
        self.get(name, Kind::Number).find_map(|value| match value {
            Value::Number(number) => Some(*number),
            _ => None,
        })
    }

    /// Whether a flag is set.
    pub fn flag(&self, name: &str) -> bool {
        self.get(name, Kind::Flag).any(|value| matches!(value, Value::Flag(true)))
    }

    /// A length of time, if it is set or has a default.
    pub fn span(&self, name: &str) -> Option<Duration> {
        self.get(name, Kind::Span).find_map(|value| match value {
            Value::Span(span) => Some(*span),
            _ => None,
        })
    }

    /// A path, if it is set or has a default.
    pub fn path(&self, name: &str) -> Option<&Path> {
        self.get(name, Kind::Path).find_map(|value| match value {
            Value::Path(path) => Some(path.as_path()),
            _ => None,
        })
    }

    /// The texts of a list; none when it is not set and has no default.
    pub fn list(&self, name: &str) -> Vec<&str> {
        self.get(name, Kind::List).filter_map(Value::text).collect()
    }

    fn get(&self, name: &str, kind: Kind) -> impl Iterator<Item = &Value> {
        let Some(given) = self.values.get(name) else {
            let known: Vec<&str> = self.values.keys().map(String::as_str).collect();
            panic!("the suite declares no option `{name}`; it declares: {}", known.join(", "));
        };
        let declared = given.kind;
        assert!(
            declared == kind,
            "option `{name}` is declared as {declared:?} and read as {kind:?}"
        );
        given.values.iter()
    }
}

impl Given {
    fn read(option: &SuiteOption, matches: &ArgMatches) -> Self {
        let name = &option.name;
        let values = match option.kind {
            // `a, b` comes as `a`, nothing and `b`.
            Kind::List => {
                let texts = all(matches, name, |text: String| text.trim().to_owned());
                texts.into_iter().filter(|text| !text.is_empty()).map(Value::Text).collect()
            }
            Kind::Text => all(matches, name, Value::Text),
            Kind::Integer => all(matches, name, Value::Integer),
            Kind::Number => all(matches, name, Value::Number),
            Kind::Flag => all(matches, name, Value::Flag),
            Kind::Span => all(matches, name, Value::Span),
            Kind::Path => all(matches, name, Value::Path),
        };
        Self { kind: option.kind, values, secret: option.secret }
    }
}

fn all<T, V>(matches: &ArgMatches, name: &str, value: impl Fn(T) -> V) -> Vec<V>
where
    T: Clone + Send + Sync + 'static,
{
    matches.get_many(name).into_iter().flatten().cloned().map(value).collect()
}

impl Value {
    fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }
}

impl fmt::Debug for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = |given: &Given| {
            if given.secret { "***".to_owned() } else { format!("{:?}", given.values) }
        };
        f.debug_map().entries(self.values.iter().map(|(name, given)| (name, shown(given)))).finish()
    }
}
