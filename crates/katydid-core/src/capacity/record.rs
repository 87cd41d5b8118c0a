//! What a probe was and what it showed, from the verdict on its run.

use std::time::Duration;

use super::search::Probe;
use crate::trust::{Finding, RunWord};
use crate::verdict::Verdict;
use crate::{FailureKind, Snapshot, TargetResult};

/// One probe of a search: a whole run with a verdict of its own.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ProbeRecord {
    /// Its number, from 1.
    pub number: u32,
    /// Its users.
    pub users: u32,
    /// When it began, since the search began.
    pub began: Duration,
    /// For how long it measured.
    pub measured: Duration,
    /// Requests, failures among them.
    pub requests: u64,
    /// Requests that failed.
    pub failures: u64,
    /// Median response time of all requests.
    pub median: Option<Duration>,
    /// Its 95th percentile.
    pub p95: Option<Duration>,
    /// Its 99th percentile.
    pub p99: Option<Duration>,
    /// The longest.
    pub longest: Option<Duration>,
    /// What it says of itself.
    pub run: RunWord,
    /// What it shows of the target.
    pub shows: Shows,
    /// Why, each a sentence.
    pub causes: Vec<String>,
    /// Each target with what was measured.
    pub targets: Vec<TargetResult>,
    /// Requests failed that no target judges, or the suite's own code did.
    pub has_unjudged_failures: bool,
    /// Not one connection was accepted: every request failed of that.
    pub is_unreachable: bool,
    /// A thread that makes load had no CPU time left.
    at_the_limit: bool,
}

/// What a probe shows of the target.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Shows {
    /// Something of this load.
    Load(Probe),
    /// Nothing: it was disturbed, and another one takes its place.
    Disturbed,
    /// Nothing: the machine that makes the load was at its limit, not the target.
    Generator,
    /// Nothing: the run is invalid for a reason of its own.
    Invalid,
    /// Nothing: it was interrupted.
    Cut,
}

impl ProbeRecord {
    /// Reads a run of `users` users and the verdict on it. Its [`shows`](Self::shows) does not
    /// repeat anything yet: a disturbed run shows what its targets say until somebody
    /// [sets it aside](Self::set_aside).
    pub fn read(number: u32, users: u32, snapshot: &Snapshot, verdict: &Verdict) -> Self {
        let all = snapshot.aggregated();
        let times = all.response();
        let targets = verdict.targets.clone();
        let unjudged = verdict.causes.iter().any(|cause| !cause.starts_with("target `"));
        Self {
            number,
            users,
            began: Duration::ZERO,
            measured: snapshot.measured(),
            requests: all.requests(),
            failures: all.failures(),
            median: times.quantile(0.5),
            p95: times.quantile(0.95),
            p99: times.quantile(0.99),
            longest: times.max(),
            run: verdict.run.word,
            shows: shows(snapshot, verdict),
            causes: verdict.causes.clone(),
            targets,
            is_unreachable: all.requests() > 0
                && all.failures() == all.requests()
                && snapshot.failures().all(|row| row.kind == FailureKind::Connect),
            at_the_limit: verdict.run.findings.iter().any(|finding| finding.rule == "cpu"),
            has_unjudged_failures: verdict.run.word != RunWord::Invalid && unjudged,
        }
    }

    /// Requests per second.
    pub fn rate(&self) -> f64 {
        let seconds = self.measured.as_secs_f64();
        if seconds > 0.0 { self.requests as f64 / seconds } else { 0.0 }
    }

    /// The share of requests that failed, 0 to 1; 0 without any.
    pub fn failure_share(&self) -> f64 {
        self.failures as f64 / self.requests.max(1) as f64
    }

    /// Whether it was disturbed and could be repeated.
    pub fn is_disturbed(&self) -> bool {
        self.run == RunWord::Disturbed && matches!(self.shows, Shows::Load(_))
    }

    /// Takes it out of the count because it was disturbed.
    pub fn set_aside(&mut self) {
        self.shows = Shows::Disturbed;
    }

    /// Decides about a disturbed probe that was not repeated any more: where a thread of the
    /// generator had no CPU time left it shows the generator's limit, else it counts.
    pub fn keep(&mut self) {
        if self.at_the_limit {
            self.shows = Shows::Generator;
        }
    }

    /// Takes it out of the count because it was ended early.
    pub fn cut(&mut self) {
        self.shows = Shows::Cut;
    }

    /// The targets that broke, the worst first: those that were missed on enough samples.
    pub fn broken(&self) -> impl Iterator<Item = &TargetResult> {
        self.targets.iter().filter(|result| !result.met && !result.lacks_samples())
    }
}

fn shows(snapshot: &Snapshot, verdict: &Verdict) -> Shows {
    let invalid = || verdict.run.findings.iter().filter(|it| it.word == RunWord::Invalid);
    if verdict.run.word == RunWord::Invalid {
        // Work was under way and nothing of it came back: that is the target.
        let under_way = snapshot.open_requests() + snapshot.cut_requests > 0;
        let no_answer = ["nothing-measured", "unanswered-hit"];
        let nothing_else = invalid().all(|finding| no_answer.contains(&finding.rule));
        return match () {
            () if nothing_else && under_way => Shows::Load(Probe::Broke),
            () if invalid().any(Finding::is_of_the_generator) => Shows::Generator,
            () => Shows::Invalid,
        };
    }
    let missed: Vec<&TargetResult> = verdict.targets.iter().filter(|result| !result.met).collect();
    Shows::Load(match missed.iter().find(|result| !result.lacks_samples()) {
        Some(_) => Probe::Broke,
        None if missed.is_empty() => Probe::Held,
        None => Probe::TooFew,
    })
}
