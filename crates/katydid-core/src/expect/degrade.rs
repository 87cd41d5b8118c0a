//! Gradual degradation: under more load than it is made for a target may get slow and refuse work,
//! but not stop.

use std::fmt;
use std::ops::Range;
use std::time::Duration;

use super::Expected;
use crate::knee::{Knee, KneeStep, climb, steady};
use crate::standstill::STALL;
use crate::{FailureKind, History, Part, Snapshot, Target, counted};
use serde::{Deserialize, Serialize};

/// The share of a step's requests that may find the connection refused or closed.
const CRASH_SHARE: f64 = 0.05;
/// Or of any so many seconds in a row …
const CRASH_WINDOW: Duration = Duration::from_secs(5);
/// … this share, of at least so many requests.
const CRASH_WINDOW_SHARE: f64 = 0.5;
const CRASH_LEAST: u64 = 10;
/// The share of a step's requests that may be answered wrongly, or fail in any way at the first step.
const WRONG_SHARE: f64 = 0.05;
/// Of its best successful answers per second a target must keep this share at every higher step.
const KEPT: f64 = 0.7;
/// Successful answers from which on the best step is more than chance.
const COLLAPSE_LEAST: u64 = 100;

/// The target must get worse step by step, and not all at once: no stall, no crash, no collapse of
/// its throughput, no wrong answers; and it must have worked at the first step, or nothing was seen
/// of how it degrades.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Degrade;

/// A text that is no way to degrade.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no way to degrade; write \"gradual\"")]
pub struct DegradeError(String);

impl std::str::FromStr for Degrade {
    type Err = DegradeError;

    fn from_str(text: &str) -> Result<Self, DegradeError> {
        if text == "gradual" { Ok(Self) } else { Err(DegradeError(text.to_owned())) }
    }
}

impl Degrade {
    /// Holds it against a run that has ended.
    pub fn judge(self, snapshot: &Snapshot) -> Expected {
        let knee = Knee::of(snapshot, []);
        let steps = knee.as_ref().map_or(&[][..], |knee| &knee.steps);
        let faults = [
            stall(snapshot),
            crash(snapshot),
            collapse(steps),
            wrong(snapshot),
            at_once(steps),
            unseen(snapshot),
        ];
        let mut faults = faults.into_iter().flatten();
        let Some((word, why)) = faults.next() else {
            return Expected::met(self.to_string(), "gradual");
        };
        let missed = Expected::missed(self.to_string(), word, &why);
        faults.fold(missed, |missed, (_, why)| missed.detail(why))
    }
}

/// A word for tables, and the rest of a sentence.
type Fault = (&'static str, String);

fn stall(snapshot: &Snapshot) -> Option<Fault> {
    let history = snapshot.history();
    let first = steady(history, 0).map(|range| history.requests(range));
    let usual = first.and_then(|part| part.response().quantile(0.99)).unwrap_or_default();
    // Where answers take long even at first, twice their p99 there.
    let limit = STALL.max(usual * 2);
    // Users that may finish their task after the end answer when they can.
    let end = history.phases().last().and_then(|phase| phase.until).unwrap_or(Duration::MAX);
    let within = |from: Duration, until: Duration| until.min(end).saturating_sub(from);
    let longest = snapshot.standstills().max_by_key(|it| within(it.from, it.until))?;
    let length = within(longest.from, longest.until);
    (length > limit).then(|| {
        let why = format!(
            "the target stalled: no answer at all for {:.0} s, from {:.0} s on, with {} and \
             {} waiting (more than {:.0} s is a stall)",
            length.as_secs_f64(),
            longest.from.as_secs_f64(),
            counted(longest.users, "user"),
            counted(longest.open, "request"),
            limit.as_secs_f64()
        );
        ("stalled", why)
    })
}

fn crash(snapshot: &Snapshot) -> Option<Fault> {
    let history = snapshot.history();
    phases(snapshot).find_map(|range| {
        let all = history.requests(range.clone());
        let (share, from) = if share(&all, refused) > CRASH_SHARE {
            (share(&all, refused), first(history, range.clone(), refused)?)
        } else {
            let window = range.clone().find_map(|from| bad_window(snapshot, from..range.end))?;
            let part = history.requests(window.clone());
            (share(&part, refused), history.steps()[window.start].from)
        };
        let why = format!(
            "the target crashed: at {}, from {:.0} s on, {:.1} % of the requests found the \
             connection refused or closed",
            users(history, range),
            from.as_secs_f64(),
            share * 100.0
        );
        Some(("crashed", why))
    })
}

/// The history of each phase; of all of the run where it has none.
fn phases(snapshot: &Snapshot) -> impl Iterator<Item = Range<usize>> {
    let history = snapshot.history();
    (0..history.phases().len().max(1)).map(|phase| match history.phases() {
        [] => 0..history.steps().len(),
        _ => history.steps_of(phase),
    })
}

/// An overloaded target refuses; one that answers wrongly has broken in another way.
fn wrong(snapshot: &Snapshot) -> Option<Fault> {
    let history = snapshot.history();
    phases(snapshot).find_map(|range| {
        let all = history.requests(range.clone());
        let share = share(&all, wrong_answers);
        if share <= WRONG_SHARE {
            return None;
        }
        let from = first(history, range.clone(), wrong_answers)?;
        let why = format!(
            "the target answered wrongly: at {}, from {:.0} s on, {:.1} % of the requests had an \
             answer that failed a check or was not the expected one (an overloaded target refuses)",
            users(history, range),
            from.as_secs_f64(),
            share * 100.0
        );
        Some(("wrong", why))
    })
}

fn wrong_answers(part: &Part) -> u64 {
    let is_wrong = |kind: &FailureKind| match kind {
        FailureKind::Check | FailureKind::Protocol => true,
        FailureKind::Status(status) => *status < 400,
        _ => false,
    };
    part.kinds().iter().filter(|it| is_wrong(&it.0)).map(|(_, count)| count).sum()
}

/// What fails at the first step already has nothing to degrade from.
fn at_once(steps: &[KneeStep]) -> Option<Fault> {
    let first = steps.first()?;
    let share = first.failure_share().filter(|share| *share > WRONG_SHARE)?;
    let why = format!(
        "{:.1} % of the requests failed at the first step already, with {}: how the target degrades \
         was not to be seen; mend it, or begin with fewer users",
        share * 100.0,
        counted(first.users, "user")
    );
    Some(("at once", why))
}

/// The first steps of a range that last long enough, if too many of their requests were refused.
fn bad_window(snapshot: &Snapshot, range: Range<usize>) -> Option<Range<usize>> {
    let history = snapshot.history();
    let begin = history.steps().get(range.start)?.from;
    let tenth = Duration::from_millis(100);
    let long = |at: &usize| history.steps()[*at].until + tenth >= begin + CRASH_WINDOW;
    let window = range.start..range.clone().find(long)? + 1;
    let part = history.requests(window.clone());
    let bad = refused(&part) >= CRASH_LEAST && share(&part, refused) >= CRASH_WINDOW_SHARE;
    bad.then_some(window)
}

fn refused(part: &Part) -> u64 {
    let kinds = part.kinds().iter();
    let broken = kinds.filter(|it| matches!(it.0, FailureKind::Connect | FailureKind::Connection));
    broken.map(|(_, count)| count).sum()
}

/// The share of a part's requests that are such.
fn share(part: &Part, such: fn(&Part) -> u64) -> f64 {
    such(part) as f64 / part.requests().max(1) as f64
}

/// When the first of them came.
fn first(history: &History, range: Range<usize>, such: fn(&Part) -> u64) -> Option<Duration> {
    let mut steps = range;
    let first = steps.find(|at| such(&history.requests(*at..at + 1)) > 0)?;
    Some(history.steps()[first].from)
}

/// Users at the end of a range, in words.
fn users(history: &History, range: Range<usize>) -> String {
    let last = range.last().map(|last| history.steps()[last].planned_users);
    counted(last.unwrap_or_default(), "user")
}

fn collapse(steps: &[KneeStep]) -> Option<Fault> {
    let mut best: Option<&KneeStep> = None;
    for step in steps {
        let fallen = best.filter(|best| {
            best.good() >= COLLAPSE_LEAST && step.good_rate() < KEPT * best.good_rate()
        });
        if let Some(best) = fallen {
            let why = format!(
                "throughput collapsed at {}: {:.1} successful answers/s, {:.0} % of the {:.1}/s \
                 with {} (less than {:.0} % is a collapse)",
                counted(step.users, "user"),
                step.good_rate(),
                step.good_rate() / best.good_rate() * 100.0,
                best.good_rate(),
                counted(best.users, "user"),
                KEPT * 100.0
            );
            return Some(("collapsed", why));
        }
        if best.is_none_or(|best| step.good_rate() > best.good_rate()) {
            best = Some(step);
        }
    }
    None
}

/// A climb that ended early never had the load under which a target would have shown how it degrades.
fn unseen(snapshot: &Snapshot) -> Option<Fault> {
    let history = snapshot.history();
    let planned = climb(history.phases())?;
    let begun = |step: &usize| !history.steps_of(*step).is_empty();
    let reached = (0..planned.len()).filter(begun).count();
    (reached < planned.len()).then(|| {
        let highest = planned.last().and_then(|phase| phase.users).unwrap_or_default();
        let why = format!(
            "the run ended in step {reached} of {} and never had {}: how the target degrades under them \
             was not to be seen",
            planned.len(),
            counted(highest, "user")
        );
        ("unseen", why)
    })
}

impl fmt::Display for Degrade {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("degrade: gradual")
    }
}

/// Why a rule that only locates the knee locates nothing in a run of these phases.
pub(super) fn no_knee(rule: &Target, phases: &[crate::RunPhase]) -> Option<String> {
    let climbs = climb(phases).is_some();
    let text =
        "the users do not climb in steps, so there is no knee to find; add steps = 5 (--steps)";
    if !climbs {
        return Some(text.to_owned());
    }
    let own = rule.phase().is_some();
    own.then(|| "a rule for the knee is about every step, not about one phase".to_owned())
}
