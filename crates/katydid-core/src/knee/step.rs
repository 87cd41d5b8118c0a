//! One step of a climb.

use std::ops::Range;
use std::time::Duration;

use crate::{History, Target, TargetResult};

/// A step adds nothing when it brings less than this part of what its users would bring.
const LEAST_GROWTH: f64 = 0.2;
/// And the answers that are missing are more than so many standard deviations of chance.
const SIGMAS: f64 = 3.0;

/// What the steady part of a step has shown.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct KneeStep {
    /// Users of the step.
    pub users: u32,
    /// When its steady part begins, since the start of the run.
    pub from: Duration,
    /// When that ends.
    pub until: Duration,
    /// Requests that ended in it.
    pub requests: u64,
    /// Those of them that failed.
    pub failures: u64,
    /// The 95th percentile of their response times.
    pub p95: Option<Duration>,
    /// The rules that were missed, in the order of time.
    pub missed: Vec<Missed>,
    /// A rule that had too few samples to be met, if there is one.
    pub lacking: Option<TargetResult>,
    /// More users than at the step before brought no more successful answers.
    pub saturated: bool,
}

/// A rule that a step has missed.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Missed {
    /// The rule, with what the whole step measured.
    pub result: TargetResult,
    /// Since when it was missed, counted from the beginning of the step's steady part.
    pub since: Duration,
}

impl KneeStep {
    pub(super) fn measure(
        history: &History,
        range: Range<usize>,
        users: u32,
        targets: &[&Target],
    ) -> Self {
        let all = history.requests(range.clone());
        let (from, until) = span(history, &range);
        let (mut missed, mut lacking) = (Vec::new(), None);
        for target in targets {
            let part = history.part(range.clone(), |key| target.scope().accepts(key));
            let result = target.evaluate_part(&part, until.saturating_sub(from));
            if result.lacks_samples() {
                lacking = lacking.or(Some(result));
            } else if !result.met {
                missed.push(Missed { since: since(history, &range, target), result });
            }
        }
        missed.sort_by_key(|missed| missed.since);
        Self {
            users,
            from,
            until,
            requests: all.requests(),
            failures: all.failures(),
            p95: all.response().quantile(0.95),
            missed,
            lacking,
            saturated: false,
        }
    }

    /// Requests per second.
    pub fn rate(&self) -> f64 {
        self.per_second(self.requests)
    }

    /// Successful answers per second.
    pub fn good_rate(&self) -> f64 {
        self.per_second(self.good())
    }

    /// The share of requests that failed, 0 to 1; `None` without any.
    pub fn failure_share(&self) -> Option<f64> {
        (self.requests > 0).then(|| self.failures as f64 / self.requests as f64)
    }

    pub(crate) fn good(&self) -> u64 {
        self.requests - self.failures
    }

    /// How long its steady part was.
    pub(crate) fn seconds(&self) -> f64 {
        self.until.saturating_sub(self.from).as_secs_f64()
    }

    /// Whether its users beyond those of `before` have brought nothing: less than a fifth of the
    /// answers that as many users brought before, and too few to be chance.
    pub(super) fn adds_nothing_to(&self, before: &Self) -> bool {
        let growth = f64::from(self.users) / f64::from(before.users.max(1)) - 1.0;
        let per_user_step = before.good_rate() * self.seconds();
        let least = per_user_step * (1.0 + LEAST_GROWTH * growth);
        let expected = per_user_step * (1.0 + growth);
        let good = self.good() as f64;
        before.good() > 0 && good < least && expected - good > SIGMAS * expected.sqrt()
    }

    fn per_second(&self, count: u64) -> f64 {
        let seconds = self.seconds();
        if seconds > 0.0 { count as f64 / seconds } else { 0.0 }
    }
}

/// The steps of the history in which a phase was steady: after the one in which the last of its
/// users was due. `None` when the run did not come so far.
pub(crate) fn steady(history: &History, phase: usize) -> Option<Range<usize>> {
    let range = history.steps_of(phase);
    let users = history.phases().get(phase)?.users?;
    let steps = &history.steps()[range.clone()];
    let full = steps.iter().position(|step| step.planned_users >= users)?;
    let from = range.start + full + 1;
    (from < range.end).then_some(from..range.end)
}

fn span(history: &History, range: &Range<usize>) -> (Duration, Duration) {
    let steps = &history.steps()[range.clone()];
    let from = steps.first().map(|step| step.from).unwrap_or_default();
    (from, steps.last().map(|step| step.until).unwrap_or_default())
}

/// After how long a target was missed on enough samples, counting from the beginning of `range`.
fn since(history: &History, range: &Range<usize>, target: &Target) -> Duration {
    let (from, end) = span(history, range);
    let missed = |until: &usize| {
        let range = range.start..until + 1;
        let length = span(history, &range).1.saturating_sub(from);
        let part = history.part(range, |key| target.scope().accepts(key));
        let enough = part.requests() >= target.needed();
        enough && !target.evaluate_part(&part, length).met
    };
    let first = range.clone().find(missed);
    first.map_or(end, |at| history.steps()[at].until).saturating_sub(from)
}
