//! The verdict of a run: while it goes on, at its end, and years later from its file.

use katydid_core::{
    Aftermath, Expectation, RunFacts, Snapshot, StopReason, Target, Verdict, diagnose, exit, judge,
};

use crate::header::{Ending, Header};
use crate::saved::Saved;

/// What a verdict is made with.
#[derive(Clone, Copy, Debug)]
pub struct Rules<'a> {
    /// What the target must hold.
    pub targets: &'a [Target],
    /// And beyond rules on one number.
    pub expectations: &'a [Expectation],
    /// The code for failures that no target judges.
    pub failed_code: u8,
    /// DISTURBED counts as INVALID for the exit code.
    pub strict: bool,
    /// What the suite's hooks have done.
    pub aftermath: &'a Aftermath,
}

impl<'a> Rules<'a> {
    /// Those that a run was begun with.
    pub fn of(header: &'a Header, aftermath: &'a Aftermath) -> Self {
        Self {
            targets: &header.targets,
            expectations: &header.expectations,
            failed_code: header.failed_code,
            strict: header.strict,
            aftermath,
        }
    }

    /// Judges a run whose reports are whole or not.
    pub fn judge(&self, snapshot: &Snapshot, reason: StopReason, reports_whole: bool) -> Verdict {
        let interrupted = reason == StopReason::Interrupted;
        let facts = RunFacts { interrupted, failed_code: self.failed_code };
        let mut verdict = judge(snapshot, self.targets, self.expectations, facts);
        if self.strict {
            verdict.strict();
        }
        if !reports_whole {
            verdict.exit_code = exit::worst([verdict.exit_code, exit::TOOL]);
        }
        self.aftermath.mark(&mut verdict, self.failed_code);
        verdict
    }
}

impl Saved {
    /// Where and why the run has no end, as a sentence; `None` if it has one.
    pub fn broken(&self) -> Option<String> {
        if self.ending.is_some() {
            return None;
        }
        let why = self.torn.as_ref().map_or_else(String::new, |torn| format!(" ({})", torn.why));
        let seconds = self.length.as_secs_f64();
        Some(format!("the run was broken off: its file ends after {seconds:.1} s{why}"))
    }

    /// Its end; without one, what can be said of the numbers that are there.
    pub fn ending(&self) -> Ending {
        self.ending.clone().unwrap_or_else(|| {
            let closing = self.snapshot.closing();
            let ending = Ending::new(self.header.started, StopReason::RunTime, closing);
            Ending { diagnosis: diagnose(&self.snapshot, &[]), ..ending }
        })
    }

    /// As it was said at its end. A run without an end says nothing of the target.
    pub fn verdict(&self) -> Verdict {
        let ending = self.ending();
        let rules = Rules::of(&self.header, &ending.aftermath);
        let mut verdict = rules.judge(&self.snapshot, ending.reason, ending.reports_whole);
        if let Some(text) = self.broken() {
            verdict.broken_off(&text);
        }
        verdict
    }
}
