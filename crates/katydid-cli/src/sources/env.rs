//! Settings from the environment: `KATYDID_X` for each option, Locust's `LOCUST_X` below.

use std::ffi::OsString;

use katydid_core::nearest;

use super::known::{CLASSES, NOT_SETTABLE};
use super::{Known, Origin, Setting, Value, conf};
use crate::error::CliError;

const OURS: &str = "KATYDID_";
const LOCUSTS: &str = "LOCUST_";

/// Names in Locust that are not `LOCUST_` and the option's.
const OTHER_NAMES: [(&str, &str); 7] = [
    ("LOCUST_USERCLASS_PICKER", "class-picker"),
    ("LOCUST_MODE_MASTER", "master"),
    ("LOCUST_MODE_WORKER", "worker"),
    ("LOCUST_MASTER_NODE_HOST", "master-host"),
    ("LOCUST_MASTER_NODE_PORT", "master-port"),
    ("LOCUST_ENABLE_OPENTELEMETRY", "otel"),
    ("LOCUST_USER_CLASSES", CLASSES),
];

/// Options whose variable in Locust is `LOCUST_` and their name.
const SAME_NAMES: [&str; 38] = [
    "autoquit",
    "autostart",
    "build-path",
    "config-users",
    "csv",
    "csv-full-history",
    "exclude-tags",
    "exit-code-on-error",
    "expect-workers",
    "expect-workers-max-wait",
    "headful",
    "headless",
    "host",
    "html",
    "legacy-ui",
    "locustfile",
    "logfile",
    "loglevel",
    "master-bind-host",
    "master-bind-port",
    "only-summary",
    "print-stats",
    "processes",
    "reset-stats",
    "run-time",
    "skip-log-setup",
    "spawn-rate",
    "stop-timeout",
    "tags",
    "tls-cert",
    "tls-key",
    "users",
    "web-auth",
    "web-base-path",
    "web-host",
    "web-host-display-name",
    "web-login",
    "web-port",
];

/// What the environment sets.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// By `KATYDID_X` and by the suite's own names.
    pub(super) ours: Vec<Setting>,
    /// By `LOCUST_X`.
    pub(super) locusts: Vec<Setting>,
    /// What the reader must know.
    pub(super) warnings: Vec<String>,
}

/// Reads the environment.
///
/// # Errors
/// A `KATYDID_X` that is no option, a value that is none.
pub(super) fn read(known: &Known, env: &[(OsString, OsString)]) -> Result<Found, CliError> {
    let mut found = Found::default();
    let mut sorted: Vec<_> = env.iter().collect();
    sorted.sort();
    for (name, value) in sorted {
        let Some(name) = name.to_str() else { continue };
        if name.starts_with(OURS) {
            let names = || std::iter::once(CLASSES).chain(known.args().map(|(long, _)| long));
            let long =
                names().find(|long| ours(long) == name).ok_or_else(|| unknown(name, names()))?;
            found.ours.push(setting(known, name, long, value)?);
        } else if name.starts_with(LOCUSTS) {
            match locusts(name) {
                Some(long) => found.locusts.push(setting(known, name, long, value)?),
                None => {
                    found.warnings.push(format!("{name} in the environment has no effect here"));
                }
            }
        } else if let Some(long) = known.of_variable(name) {
            found.ours.push(setting(known, name, long, value)?);
        }
    }
    Ok(found)
}

/// The variable of an option.
fn ours(long: &str) -> String {
    OURS.to_owned() + &upper(long)
}

/// The option that a variable of Locust's sets.
fn locusts(name: &str) -> Option<&'static str> {
    let other = OTHER_NAMES.iter().find(|(other, _)| *other == name).map(|(_, long)| *long);
    let same = || SAME_NAMES.iter().copied().find(|long| name[LOCUSTS.len()..] == upper(long));
    other.or_else(same)
}

/// How the environment names an option.
pub(crate) fn variables(long: &str) -> Vec<String> {
    let other = OTHER_NAMES.iter().find(|(_, option)| *option == long).map(|(name, _)| *name);
    let same = SAME_NAMES.contains(&long).then(|| LOCUSTS.to_owned() + &upper(long));
    let locusts = other.map(str::to_owned).or(same);
    let settable = !NOT_SETTABLE.contains(&long);
    settable.then(|| ours(long)).into_iter().chain(locusts).collect()
}

fn upper(long: &str) -> String {
    long.replace('-', "_").to_uppercase()
}

fn unknown<'k>(name: &str, known: impl Iterator<Item = &'k str>) -> CliError {
    let known: Vec<String> = known.map(upper).collect();
    // Without what all of them begin with, which would make anything near.
    CliError::Usage(match nearest(&name[OURS.len()..], known.iter().map(String::as_str)) {
        Some(near) => format!("environment {name}: no such option; did you mean `{OURS}{near}`?"),
        None => format!("environment {name}: no such option; --help names all of them"),
    })
}

fn setting(known: &Known, name: &str, long: &str, value: &OsString) -> Result<Setting, CliError> {
    let origin = Origin::Environment(name.to_owned());
    let text = value.to_str().ok_or_else(|| origin.error("its value is not UTF-8 text"))?;
    let value = if long == CLASSES {
        Value::Many(text.split_whitespace().map(str::to_owned).collect())
    } else {
        conf::env_value(text).map_err(|fault| origin.error(&fault))?
    };
    let mut setting = Setting { long: long.to_owned(), value, origin };
    known.check(&mut setting)?;
    Ok(setting)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::suite::Suite;

    #[test]
    fn every_variable_of_locusts_is_about_an_option() {
        let known = Known::new(crate::args::command(&Suite::new("x")), Vec::new());
        let other = OTHER_NAMES.iter().map(|(_, long)| *long).filter(|long| *long != CLASSES);
        for long in SAME_NAMES.into_iter().chain(other) {
            assert!(known.arg(long).is_some(), "{long}");
        }
    }
}
