//! Options that are known and do nothing yet, or never will: each is refused with its sentence.
//!
//! Whoever builds one gives it a field in its group and removes its line here.

use clap::{Arg, ArgAction};

use crate::error::CliError;
use crate::sources::{Origin, Setting, Sources, Value};

/// An option without an effect.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Later {
    /// Its long name.
    pub(crate) long: &'static str,
    /// Its letter.
    short: Option<char>,
    /// Name of its value; `None` for a switch.
    value: Option<&'static str>,
    /// Why it is refused.
    pub(crate) why: Why,
}

/// Why an option is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Why {
    /// It is about a run of several machines.
    Distributed,
    /// The program is the locustfile.
    Locustfile,
    /// Something else, as a sentence.
    Other(&'static str),
}

impl Later {
    /// The sentence.
    pub(crate) fn sentence(&self) -> String {
        let long = self.long;
        match self.why {
            Why::Distributed => format!(
                "--{long} is about distributed runs, which come with a later version; one process \
                 uses all cores (--threads)"
            ),
            Why::Locustfile => format!(
                "--{long} has no use here: this program is the locustfile, its user classes are \
                 compiled in (--list names them)"
            ),
            Why::Other(sentence) => format!("--{long} {sentence}"),
        }
    }

    /// Its words, hidden from help.
    pub(crate) fn arg(&self) -> Arg {
        let arg = Arg::new(self.long).long(self.long).hide(true);
        let arg = match self.short {
            Some(letter) => arg.short(letter),
            None => arg,
        };
        match self.value {
            Some(name) => arg.value_name(name).allow_hyphen_values(true),
            None => arg.action(ArgAction::SetTrue),
        }
    }
}

/// The known options that have no field in a group.
pub(crate) const LATER: &[Later] = &[
    Later { short: Some('f'), ..option("locustfile", "FILE", Why::Locustfile) },
    option("build-path", "DIR", Why::Other("names a page of Locust's; this one is built in")),
    switch("master", Why::Distributed),
    option("master-bind-host", "IP", Why::Distributed),
    option("master-bind-port", "PORT", Why::Distributed),
    option("expect-workers", "N", Why::Distributed),
    option("expect-workers-max-wait", "SECONDS", Why::Distributed),
    switch("enable-rebalancing", Why::Distributed),
    switch("worker", Why::Distributed),
    option("master-host", "HOST", Why::Distributed),
    option("master-port", "PORT", Why::Distributed),
    switch("slave", Why::Other("has a new name in Locust: --worker")),
    option("expect-slaves", "N", Why::Other("has a new name in Locust: --expect-workers")),
    option("web-auth", "NAME:PASSWORD", Why::Other("is gone from Locust; it has --web-login now")),
    switch("legacy-ui", Why::Other("is gone from Locust and not coming here")),
    switch(
        "otel",
        Why::Other("sends nothing here; --otlp-endpoint URL sends metrics to a collector"),
    ),
];

/// Refuses what would be ignored. Which locustfile a file or the environment names stays: it is meant
/// for Locust and changes nothing.
///
/// # Errors
/// The first option without an effect.
pub(crate) fn refuse(sources: &mut Sources) -> Result<(), CliError> {
    let mut warnings = Vec::new();
    for setting in sources.settings.iter().filter(|setting| setting.value != off()) {
        let Setting { long, origin, value } = setting;
        let Some(later) = LATER.iter().find(|later| later.long == long) else { continue };
        let name = origin.name(long);
        match (origin, later.why) {
            (Origin::Flag, _) | (_, Why::Distributed | Why::Other(_)) => {
                return Err(origin.error(&later.sentence()));
            }
            (_, Why::Locustfile) => warnings
                .push(format!("{name} = {value} has no effect: this program is the locustfile")),
        }
    }
    sources.warnings.extend(warnings);
    Ok(())
}

fn off() -> Value {
    Value::One("false".to_owned())
}

const fn option(long: &'static str, value: &'static str, why: Why) -> Later {
    Later { long, short: None, value: Some(value), why }
}

const fn switch(long: &'static str, why: Why) -> Later {
    Later { long, short: None, value: None, why }
}
