//! The word about a run, with its causes.

use super::evidence::Evidence;
use super::rules::RULES;
use crate::Snapshot;

/// How far a run can be trusted. The larger one is the worse.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum RunWord {
    /// Nothing was seen that could have changed its numbers.
    #[default]
    Valid,
    /// Something was seen that may have changed its numbers. They are no proof by themselves.
    Disturbed,
    /// Its numbers say nothing about the target.
    Invalid,
}

impl RunWord {
    /// `VALID`, `DISTURBED` or `INVALID`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Valid => "VALID",
            Self::Disturbed => "DISTURBED",
            Self::Invalid => "INVALID",
        }
    }
}

/// Something that speaks against a run.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Finding {
    /// Name of the rule, as in docs/RULES.md.
    pub rule: &'static str,
    /// How much it weighs; never [`RunWord::Valid`].
    pub word: RunWord,
    /// What was seen, its number, the limit, and what to do.
    pub text: String,
}

impl Finding {
    pub(crate) fn new(rule: &'static str, word: RunWord, text: impl Into<String>) -> Self {
        Self { rule, word, text: text.into() }
    }

    /// Whether it is about the machine and the threads that make the load, not about what they did.
    pub(crate) fn is_of_the_generator(&self) -> bool {
        RULES.iter().any(|rule| rule.name == self.rule)
    }
}

/// What a run says of itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Trust {
    /// The worst of all findings.
    pub word: RunWord,
    /// What speaks against it, the worst first.
    pub findings: Vec<Finding>,
    /// What was seen and changes nothing.
    pub notes: Vec<String>,
}

impl Trust {
    /// Adds findings.
    pub(crate) fn add(&mut self, findings: impl IntoIterator<Item = Finding>) {
        self.findings.extend(findings);
        self.findings.sort_by_key(|finding| std::cmp::Reverse(finding.word));
        self.word = self.findings.first().map_or(RunWord::Valid, |worst| worst.word);
    }

    /// The texts of what makes it INVALID.
    pub(crate) fn invalid(&self) -> Vec<String> {
        let invalid = self.findings.iter().filter(|finding| finding.word == RunWord::Invalid);
        invalid.map(|finding| finding.text.clone()).collect()
    }
}

/// Applies every rule to a run.
pub(crate) fn examine(snapshot: &Snapshot) -> Trust {
    weigh(&Evidence::of(snapshot))
}

pub(super) fn weigh(evidence: &Evidence) -> Trust {
    let mut trust = Trust::default();
    for rule in &RULES {
        let seen = (rule.judge)(evidence);
        trust.add(seen.into_iter().map(|(word, text)| Finding::new(rule.name, word, text)));
    }
    if let Some(step) = evidence.machine.clock_step.filter(|step| step.abs() > 1.0) {
        trust.notes.push(format!(
            "the calendar's clock was set by {step:+.1} s during the run; times are measured by a \
             clock that nobody sets"
        ));
    }
    trust
}
