//! One thing that was looked at before a load.

use std::fmt;

/// How good it looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Mark {
    /// As it should be.
    Ok,
    /// Nobody can tell.
    Unknown,
    /// The load may be made, and somebody should look.
    Suspicious,
    /// There is no point in a load.
    Failed,
}

/// One thing that was looked at before a load: what it was, what was seen, what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Check {
    pub(crate) mark: Mark,
    pub(crate) what: String,
    pub(crate) seen: String,
    pub(crate) next: String,
    /// More lines below it.
    pub(crate) details: Vec<String>,
}

impl Check {
    /// It is as it should be.
    pub fn passed(what: &str, seen: impl Into<String>) -> Self {
        Self::new(Mark::Ok, what, seen, "")
    }

    /// The load may be made, but somebody should look; `next` says what to do.
    pub fn suspicious(what: &str, seen: impl Into<String>, next: impl Into<String>) -> Self {
        Self::new(Mark::Suspicious, what, seen, next)
    }

    /// A load would measure nothing; `next` says what to do.
    pub fn failed(what: &str, seen: impl Into<String>, next: impl Into<String>) -> Self {
        Self::new(Mark::Failed, what, seen, next)
    }

    /// It cannot be known, for the reason told.
    pub fn unknown(what: &str, why: impl Into<String>) -> Self {
        Self::new(Mark::Unknown, what, why, "")
    }

    fn new(mark: Mark, what: &str, seen: impl Into<String>, next: impl Into<String>) -> Self {
        let (what, seen, next) = (what.to_owned(), seen.into(), next.into());
        Self { mark, what, seen, next, details: Vec::new() }
    }

    /// Whether it stops the load.
    pub fn is_failed(&self) -> bool {
        self.mark == Mark::Failed
    }

    /// What was seen, what to do, and the details, each in a line.
    pub(crate) fn said(&self) -> String {
        let next = (!self.next.is_empty()).then(|| format!("next: {}", self.next));
        let lines = std::iter::once(self.seen.clone()).chain(next).chain(self.details.clone());
        lines.collect::<Vec<_>>().join("\n")
    }

    /// What was seen and what to do, as one sentence.
    pub(crate) fn sentence(&self) -> String {
        let Self { what, seen, next, .. } = self;
        if next.is_empty() { format!("{what}: {seen}") } else { format!("{what}: {seen}; {next}") }
    }
}

impl fmt::Display for Mark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Ok => "ok",
            Self::Unknown => "?",
            Self::Suspicious => "warn",
            Self::Failed => "FAIL",
        })
    }
}

/// A mark, what was looked at, what was seen; below it what to do, and details.
impl fmt::Display for Check {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "  {:<4}  {:<10} {}", self.mark, self.what, self.seen)?;
        if !self.next.is_empty() {
            write!(f, "\n                   next: {}", self.next)?;
        }
        self.details.iter().try_for_each(|line| write!(f, "\n          {line}"))
    }
}
