//! Every mistake of the old load test: how it is made here, and what Katydid must say of it.

use std::ffi::OsString;
use std::io::Write as _;
use std::process::ExitCode;

use serde_json::{Value, json};

mod cases;
mod page;

pub use cases::{CASES, ELSEWHERE};
pub use page::page;

/// The load of a case that needs none of its own, for both programs.
pub const USUAL: &str = "--headless -u 30 -r 100";
/// What keeps a short run on one machine from being told that it is one.
pub const SHORT: &str = "--silence=same-machine=toy --silence=few-samples=short";

/// A mistake that Katydid must not let pass.
#[derive(Clone, Copy, Debug)]
pub struct Case {
    /// Its number among the 33 of the old load test; 0 for one that was found beside them.
    pub number: u8,
    /// The mistake of the suite's code (`LIE`), or a name for one of the command line.
    pub name: &'static str,
    /// What is wrong, for people.
    pub mistake: &'static str,
    /// The words for Katydid; empty: the usual load.
    pub words: &'static str,
    /// Said of the toy service: by `-H`, by a file, or not at all.
    pub host: Host,
    /// What Katydid says, blanks collapsed.
    pub says: &'static str,
    /// Its exit code.
    pub exit: u8,
    /// The words for Locust; empty: the usual load. Or why Locust cannot make this mistake.
    pub locust: Result<&'static str, &'static str>,
}

/// How a run comes to its host.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Host {
    /// By `-H`.
    Typed,
    /// By a `locust.conf` that somebody left there. Its address is another name of this machine, so
    /// that nothing leaves it.
    File,
    /// The words name it themselves.
    Own,
}

impl Case {
    /// The name of the warning that it must raise; `None` when it shows in another way.
    pub fn warning(&self) -> Option<&'static str> {
        let name = self.says.split_once(": ")?.0;
        name.parse::<katydid::WarningName>().ok().map(|_| name)
    }

    fn as_json(&self) -> Value {
        let words =
            if self.words.is_empty() { format!("{USUAL} -t 3s") } else { self.words.into() };
        let of_locust =
            |words: &str| if words.is_empty() { format!("{USUAL} -t 3s") } else { words.into() };
        json!({
            "number": self.number,
            "name": self.name,
            "planted": crate::Mistake::named(self.name).is_some(),
            "mistake": self.mistake,
            "words": self.complete(&words),
            "host": match self.host {
                Host::Typed => "typed",
                Host::File => "file",
                Host::Own => "own",
            },
            "says": self.says,
            "warning": self.warning(),
            "exit": self.exit,
            "locust": self.locust.ok().map(of_locust),
            "why": self.locust.err(),
        })
    }

    /// The words, with those that silence what every short run here is told.
    pub fn complete(&self, words: &str) -> String {
        match self.warning() {
            Some("same-machine" | "few-samples") => words.to_owned(),
            _ => format!("{words} {SHORT}"),
        }
    }
}

/// The command `catalogue`.
pub(crate) fn print(words: Vec<OsString>) -> ExitCode {
    let text = match words.first().and_then(|word| word.to_str()) {
        Some("--markdown") => page(),
        _ => json!(CASES.iter().map(Case::as_json).collect::<Vec<_>>()).to_string(),
    };
    match std::io::stdout().write_all(text.as_bytes()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}
