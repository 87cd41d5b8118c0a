//! Which part of a run is compared.

use std::ops::Range;
use std::time::Duration;

use super::block::Run;
use crate::format_span;
use crate::history::{History, RunPhase, Step};

/// Ticks are a little late.
const LATE: Duration = Duration::from_millis(250);
/// A tick that was cut short says little, and much less than its neighbours.
const SHORTEST: Duration = Duration::from_millis(400);
/// The share of the planned users that must run.
const PRESENT: f64 = 0.95;

/// Which part of a run is compared.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Window {
    /// While the load was at its plan and did not change.
    #[default]
    Steady,
    /// What ended between two moments, counted from the start of the run.
    Between {
        /// The first one.
        from: Duration,
        /// The second one; `None` for the end of the run.
        until: Option<Duration>,
    },
}

/// What of a run is compared, and what is not.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Cut {
    /// How much of it is compared.
    pub kept: Duration,
    /// How long the run was.
    pub of: Duration,
    /// When what is compared begins and ends, since the start of the run.
    pub span: Range<Duration>,
}

impl Run {
    /// The part of a run that is compared.
    pub fn of(history: &History, window: Window) -> (Self, Cut) {
        let steps = history.steps();
        let stretches = stretches(steps, |at| match window {
            Window::Steady => is_steady(history, at),
            Window::Between { from, until } => {
                let middle = (steps[at].from + steps[at].until) / 2;
                middle >= from && until.is_none_or(|until| middle < until)
            }
        });
        let run = Self::of_steps(history, &stretches);
        let begin = stretches.first().map_or(Duration::ZERO, |range| steps[range.start].from);
        let end = stretches.last().map_or(Duration::ZERO, |range| steps[range.end - 1].until);
        let of = match (steps.first(), steps.last()) {
            (Some(first), Some(last)) => last.until.saturating_sub(first.from),
            _ => Duration::ZERO,
        };
        let cut = Cut { kept: run.length(), of, span: begin..end };
        (run, cut)
    }
}

/// Neighbouring steps of one phase that are kept.
fn stretches(steps: &[Step], kept: impl Fn(usize) -> bool) -> Vec<Range<usize>> {
    let mut stretches: Vec<Range<usize>> = Vec::new();
    for at in (0..steps.len()).filter(|at| steps[*at].length() >= SHORTEST && kept(*at)) {
        match stretches.last_mut() {
            Some(last) if last.end == at && steps[last.start].phase == steps[at].phase => {
                last.end += 1;
            }
            _ => stretches.push(at..at + 1),
        }
    }
    stretches
}

/// Whether the load was at its plan in a step, and the plan did not change.
fn is_steady(history: &History, at: usize) -> bool {
    let step = &history.steps()[at];
    let before = at.checked_sub(1).map(|before| &history.steps()[before]);
    let Some(phase) = history.phases().get(step.phase) else {
        // A function decides: as many users as at the step before, and as planned.
        let same = before.is_some_and(|before| before.planned_users == step.planned_users);
        return same && step.planned_users > 0 && is_manned(step);
    };
    if phase.ramp || phase.until.is_some_and(|until| step.until > until + LATE) {
        return false;
    }
    let Some(users) = phase.users else { return true };
    step.planned_users == users && is_manned(step) && !is_changing(phase, before, step)
}

/// Whether a stage was still on its way to its users when the step began.
fn is_changing(phase: &RunPhase, before: Option<&Step>, step: &Step) -> bool {
    phase.stage && before.is_none_or(|before| before.planned_users != step.planned_users)
}

fn is_manned(step: &Step) -> bool {
    let (users, planned) = (f64::from(step.users), f64::from(step.planned_users));
    users >= planned * PRESENT && users * PRESENT <= planned
}

impl Cut {
    /// What is compared, as a sentence: `40s of 60s, from 20s to 60s (the load was steady)`.
    pub fn sentence(&self, window: Window) -> String {
        let span =
            |time: Duration| format_span(Duration::from_secs_f64(time.as_secs_f64().round()));
        let why = match window {
            Window::Steady => "where the load was steady and at its plan",
            Window::Between { .. } => "as asked for",
        };
        if self.kept.is_zero() {
            return format!(
                "nothing of {}: at no time was {}",
                span(self.of),
                match window {
                    Window::Steady =>
                        "the load steady and at its plan; --from and --to choose another part",
                    Window::Between { .. } => "the run in the part asked for",
                }
            );
        }
        let (kept, of) = (span(self.kept), span(self.of));
        if kept == of {
            return format!("all of {of}");
        }
        let (from, until) = (span(self.span.start), span(self.span.end));
        format!("{kept} of {of}, between {from} and {until}, {why}")
    }
}
