//! Warnings: their names, how they are silenced, and those of one run together.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use crate::{format_span, or_nearest};
use serde::{Deserialize, Serialize};

/// The name of a known mistake. It is stable: people silence warnings by it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub enum WarningName {
    /// The host comes from a file or the environment and is another machine.
    DefaultHost,
    /// The load and its target share one machine.
    SameMachine,
    /// Users do not wait between two tasks.
    NoThinkTime,
    /// The run ends before its last user has started.
    ShorterThanRamp,
    /// Too few requests for a p99.
    FewSamples,
    /// Several users work with one account.
    SharedAccount,
    /// Logins end before the run does.
    TokenExpires,
    /// All requests under a name that stands for many go to one address.
    AllOneUrl,
    /// All requests under a name send the same body.
    AllOnePayload,
    /// Names differ only by an id.
    ManyNames,
    /// Requests are redirected.
    Redirects,
    /// Nobody looks at the answers.
    UncheckedAnswers,
    /// The suite calls answers of 400 and above successes.
    ExcusedErrors,
    /// Every request under a name was refused from the first on.
    WrongRequest,
    /// Logins were accepted and later no more.
    LateUnauthorized,
    /// Users never leave the flow that they entered first.
    StuckInFlow,
}

impl WarningName {
    /// All of them, in the order in which they are told.
    pub const ALL: [Self; 16] = [
        Self::DefaultHost,
        Self::SameMachine,
        Self::NoThinkTime,
        Self::ShorterThanRamp,
        Self::FewSamples,
        Self::SharedAccount,
        Self::TokenExpires,
        Self::AllOneUrl,
        Self::AllOnePayload,
        Self::ManyNames,
        Self::Redirects,
        Self::UncheckedAnswers,
        Self::ExcusedErrors,
        Self::WrongRequest,
        Self::LateUnauthorized,
        Self::StuckInFlow,
    ];

    /// As it is written.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::DefaultHost => "default-host",
            Self::SameMachine => "same-machine",
            Self::NoThinkTime => "no-think-time",
            Self::ShorterThanRamp => "shorter-than-ramp",
            Self::FewSamples => "few-samples",
            Self::SharedAccount => "shared-account",
            Self::TokenExpires => "token-expires",
            Self::AllOneUrl => "all-one-url",
            Self::AllOnePayload => "all-one-payload",
            Self::ManyNames => "many-names",
            Self::Redirects => "redirects",
            Self::UncheckedAnswers => "unchecked-answers",
            Self::ExcusedErrors => "excused-errors",
            Self::WrongRequest => "wrong-request",
            Self::LateUnauthorized => "late-unauthorized",
            Self::StuckInFlow => "stuck-in-flow",
        }
    }
}

impl fmt::Display for WarningName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for WarningName {
    type Err = SilenceError;

    fn from_str(text: &str) -> Result<Self, SilenceError> {
        let names = Self::ALL.iter().map(|name| name.as_str());
        let found = Self::ALL.into_iter().find(|name| name.as_str() == text);
        found.ok_or_else(|| SilenceError::Unknown {
            name: text.to_owned(),
            hint: or_nearest(text, names),
        })
    }
}

/// A known mistake that this run makes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Warning {
    /// Which.
    pub name: WarningName,
    /// What was seen, as a sentence without its stop.
    pub text: String,
    /// What to do about it.
    pub remedy: String,
}

impl Warning {
    /// A warning.
    pub fn new(name: WarningName, text: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { name, text: text.into(), remedy: remedy.into() }
    }
}

/// Mistakes that only a suite can see, from what it knows.
impl Warning {
    /// `shared-account`, when `users` users have fewer accounts than users between them.
    pub fn shared_account(accounts: u32, users: u32) -> Option<Self> {
        (accounts < users).then(|| {
            let these = match accounts {
                1 => "one account".to_owned(),
                _ => format!("{accounts} accounts"),
            };
            Self::new(
                WarningName::SharedAccount,
                format!("{users} users share {these}, so they wait for the same rows"),
                "give each user an account of its own",
            )
        })
    }

    /// `token-expires`, when logins that nobody renews end before the run does; a run without an
    /// end (`None`) outlasts every login.
    pub fn token_expires(lifetime: Duration, run_time: Option<Duration>) -> Option<Self> {
        run_time.is_none_or(|run_time| run_time >= lifetime).then(|| {
            Self::new(
                WarningName::TokenExpires,
                format!("logins end after {} and the run goes on", format_span(lifetime)),
                "log in again before, or have longer tokens for the test",
            )
        })
    }
}

/// `same-machine: the target runs …; run the load …`
impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}; {}", self.name, self.text, self.remedy)
    }
}

/// A warning that is not wanted, with the reason that the report tells.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Silence {
    /// Which.
    pub name: WarningName,
    /// Why.
    pub reason: String,
}

/// Why a warning cannot be silenced so.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SilenceError {
    /// Nothing is called that.
    #[error("no warning is named `{name}`; {hint}")]
    Unknown {
        /// What was written.
        name: String,
        /// The nearest name, or all.
        hint: String,
    },
    /// Silence wants a reason.
    #[error("`{0}` gives no reason; write NAME=REASON, the report tells both")]
    NoReason(String),
}

/// `redirects=the old paths are what we measure`
impl FromStr for Silence {
    type Err = SilenceError;

    fn from_str(text: &str) -> Result<Self, SilenceError> {
        let (name, reason) = text.split_once('=').unwrap_or((text, ""));
        let (name, reason) = (name.trim().parse()?, reason.trim());
        if reason.is_empty() {
            return Err(SilenceError::NoReason(text.to_owned()));
        }
        Ok(Self { name, reason: reason.to_owned() })
    }
}

/// As it is read.
impl fmt::Display for Silence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}={}", self.name, self.reason)
    }
}

/// The warnings of a run, each name once.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Warnings {
    silences: Vec<Silence>,
    found: Vec<Warning>,
}

impl Warnings {
    /// None yet; those named in `silences` will not be told.
    pub fn new(silences: Vec<Silence>) -> Self {
        Self { silences, found: Vec::new() }
    }

    /// Takes one in, instead of an earlier one of the same name. Whether it is to be told now: it
    /// is the first of its name, and not silenced.
    pub fn add(&mut self, warning: Warning) -> bool {
        let name = warning.name;
        match self.found.iter_mut().find(|known| known.name == name) {
            Some(known) => {
                *known = warning;
                false
            }
            None => {
                self.found.push(warning);
                self.found.sort_by_key(|warning| warning.name);
                self.silenced(name).is_none()
            }
        }
    }

    /// Forgets a warning that has turned out wrong, such as an estimate.
    pub fn retract(&mut self, name: WarningName) {
        self.found.retain(|warning| warning.name != name);
    }

    /// Those to be told.
    pub fn told(&self) -> impl Iterator<Item = &Warning> {
        self.found.iter().filter(|warning| self.silenced(warning.name).is_none())
    }

    /// Every silence asked for, with the warning that it kept back, if there was one.
    pub fn kept_back(&self) -> impl Iterator<Item = (&Silence, Option<&Warning>)> {
        self.silences.iter().map(|silence| {
            (silence, self.found.iter().find(|warning| warning.name == silence.name))
        })
    }

    fn silenced(&self, name: WarningName) -> Option<&Silence> {
        self.silences.iter().find(|silence| silence.name == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_read_as_it_is_written() {
        for name in WarningName::ALL {
            assert_eq!(name.to_string().parse(), Ok(name));
        }
    }

    #[test]
    fn silence_wants_a_known_name_and_a_reason() {
        let silence: Silence = "redirects=old paths, a=b".parse().unwrap();
        assert_eq!((silence.name, &*silence.reason), (WarningName::Redirects, "old paths, a=b"));
        let wrong = |text: &str| text.parse::<Silence>().unwrap_err().to_string();
        assert_eq!(
            wrong("redirect=x"),
            "no warning is named `redirect`; did you mean `redirects`?"
        );
        assert!(wrong("redirects").contains("gives no reason"));
        assert!(wrong("redirects= ").contains("gives no reason"));
    }

    #[test]
    fn a_suite_warns_of_too_few_accounts_and_short_logins() {
        let shared = Warning::shared_account(3, 4).unwrap();
        assert!(shared.to_string().starts_with("shared-account: 4 users share 3 accounts"));
        assert_eq!(Warning::shared_account(4, 4), None);
        let hour = Duration::from_hours(1);
        let short = Warning::token_expires(hour, Some(2 * hour)).unwrap();
        assert!(short.to_string().starts_with("token-expires: logins end after 1h and the run"));
        assert!(Warning::token_expires(hour, None).is_some());
        assert_eq!(Warning::token_expires(hour, Some(hour / 2)), None);
    }

    #[test]
    fn a_silenced_warning_is_kept_back_with_its_reason() {
        let silence = "redirects=known".parse().unwrap();
        let mut warnings = Warnings::new(vec![silence]);
        let warning = |name, text: &str| Warning::new(name, text, "do");
        assert!(!warnings.add(warning(WarningName::Redirects, "a")));
        assert!(warnings.add(warning(WarningName::FewSamples, "b")));
        assert!(!warnings.add(warning(WarningName::FewSamples, "c")), "told once");
        let told: Vec<&str> = warnings.told().map(|warning| &*warning.text).collect();
        assert_eq!(told, ["c"]);
        let kept: Vec<_> = warnings.kept_back().map(|(s, w)| (&*s.reason, w.is_some())).collect();
        assert_eq!(kept, [("known", true)]);
    }
}
