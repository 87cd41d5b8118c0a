//! Named pieces of a run, as it was planned.

use std::collections::BTreeSet;
use std::fmt;
use std::time::Duration;

use crate::{counted, or_nearest};
use serde::{Deserialize, Serialize};

/// A piece of a run with a name: a stage, or the ramp and what follows it.
///
/// Its borders come from the plan by arithmetic, and nothing that happens moves them. A request
/// belongs to the phase in which it ended, or was cut off; what ends after the last phase belongs to
/// that.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct RunPhase {
    /// What it is called: `surge`, `stage 2`, `ramp`, `steady`.
    pub name: String,
    /// When it begins, since the start of the run.
    pub from: Duration,
    /// When it ends by plan; `None` when nothing ends it but the run.
    pub until: Option<Duration>,
    /// The number of users that it leads to. `None` in the open model, where users follow from the
    /// arrivals.
    pub users: Option<u32>,
    /// In the open model the highest number of task starts per second in it.
    pub starts: Option<f64>,
    /// Whether it is a stage of the plan, and not the ramp or what follows it.
    pub stage: bool,
    /// Whether the load changes in it from its beginning to its end.
    pub ramp: bool,
}

impl RunPhase {
    /// Without stages: from the first user to the last one, and what follows. One of the two may
    /// last no time and is left out then.
    pub fn ramp_and_steady(users: u32, spawn_rate: f64, end: Option<Duration>) -> Vec<Self> {
        // User k starts at k ÷ rate, counted from 0.
        let seconds = f64::from(users.saturating_sub(1)) / spawn_rate;
        let full = Duration::try_from_secs_f64(seconds).unwrap_or(Duration::MAX);
        let ramp_until = end.map_or(full, |end| end.min(full));
        let phase = |name: &str, from, until| Self {
            name: name.to_owned(),
            from,
            until,
            users: Some(users),
            starts: None,
            stage: false,
            ramp: name == "ramp",
        };
        let both = [phase("ramp", Duration::ZERO, Some(ramp_until)), phase("steady", full, end)];
        both.into_iter().filter(|it| it.until.is_none_or(|until| it.from < until)).collect()
    }

    /// The only phase of a run without a ramp.
    pub fn steady(end: Option<Duration>) -> Vec<Self> {
        let (name, from) = ("steady".to_owned(), Duration::ZERO);
        vec![Self { name, from, until: end, users: None, starts: None, stage: false, ramp: false }]
    }

    /// Stages one after the other from the start on: name, length, and users or starts per second.
    pub(crate) fn in_a_row<'a>(
        stages: impl Iterator<Item = (&'a PhaseName, Duration, Option<u32>, Option<f64>)>,
    ) -> Vec<Self> {
        let mut from = Duration::ZERO;
        let mut phases = Vec::new();
        for (index, (name, length, users, starts)) in stages.enumerate() {
            let until = from.saturating_add(length);
            let (name, end) = (name.or_number(index), Some(until));
            phases.push(Self { name, from, until: end, users, starts, stage: true, ramp: false });
            from = until;
        }
        phases
    }
}

/// Why there is no phase of this name, as a sentence; `None` when there is one.
pub(crate) fn unknown_phase(phases: &[RunPhase], name: &str) -> Option<String> {
    if phases.iter().any(|phase| phase.name == name) {
        return None;
    }
    let known = phases.iter().map(|phase| phase.name.as_str());
    Some(match phases {
        [] => format!("the run has no phase `{name}`: a function decides the number of users"),
        _ => format!("the run has no phase `{name}`; {}", or_nearest(name, known)),
    })
}

/// The name of a stage, if the text gives it one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct PhaseName(Option<String>);

/// A name that no stage can have.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PhaseNameError {
    /// Letters that cannot be told from the rest of a text.
    #[error(
        "`{0}` is no name of a stage; it is one word of letters, digits, - and _ that begins with \
         a letter, and not `stage`"
    )]
    Form(String),
    /// Two stages of one name.
    #[error("two stages are named `{0}`; rename one")]
    Twice(String),
}

impl PhaseName {
    /// A name as it was written.
    ///
    /// # Errors
    /// When it is no single word, or the word that stages without a name have.
    pub(crate) fn new(text: &str) -> Result<Self, PhaseNameError> {
        let word = |c: char| c.is_alphanumeric() || c == '-' || c == '_';
        let fine = text.starts_with(char::is_alphabetic) && text.chars().all(word);
        if !fine || text == "stage" {
            return Err(PhaseNameError::Form(text.to_owned()));
        }
        Ok(Self(Some(text.to_owned())))
    }

    /// The name of a step that leads to `users`: `100 users`, `1 user`.
    pub(crate) fn of_step(users: u32) -> Self {
        Self(Some(counted(users, "user")))
    }

    /// It, or the one that the stage with this index has without.
    pub(crate) fn or_number(&self, index: usize) -> String {
        self.0.clone().unwrap_or_else(|| format!("stage {}", index + 1))
    }

    /// Whether no two stages have one name.
    ///
    /// # Errors
    /// The name that two have.
    pub(crate) fn unique<'a>(all: impl Iterator<Item = &'a Self>) -> Result<(), PhaseNameError> {
        let mut seen = BTreeSet::new();
        for name in all.filter_map(|name| name.0.as_deref()) {
            if !seen.insert(name) {
                return Err(PhaseNameError::Twice(name.to_owned()));
            }
        }
        Ok(())
    }
}

/// As it stands before a stage: `surge:`, or nothing. Steps are named by their users, which stand
/// there anyway.
impl fmt::Display for PhaseName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let written = self.0.as_ref().filter(|name| !name.contains(' '));
        written.map_or(Ok(()), |name| write!(f, "{name}:"))
    }
}
