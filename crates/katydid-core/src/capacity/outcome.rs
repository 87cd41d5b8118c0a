//! How a search ended, in words and as an exit code.

use std::fmt::Write as _;
use std::time::Duration;

use super::record::{ProbeRecord, Shows};
use super::search::{Bracket, Capacity, Probe, Search};
use crate::trust::RunWord;
use crate::{Target, TargetResult, counted, exit};

/// Why a search ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SearchEnd {
    /// It is decided.
    Decided(Capacity),
    /// The next probe would have gone beyond the time that it was given.
    OutOfTime,
    /// Somebody ended it.
    Interrupted,
    /// The machine that makes the load was at its limit.
    Generator,
    /// The target does not accept connections any more.
    Gone,
    /// A probe was invalid for a reason of its own.
    Invalid,
}

/// A search that has ended.
#[derive(Clone, Debug)]
pub struct SearchOutcome {
    /// All probes in their order, those that were repeated too.
    pub probes: Vec<ProbeRecord>,
    /// Why it ended.
    pub end: SearchEnd,
    /// The state of the search.
    pub search: Search,
    /// How long it took.
    pub took: Duration,
}

impl SearchOutcome {
    /// The highest load that held, as far as that is known.
    pub fn held(&self) -> Option<u32> {
        match self.end {
            SearchEnd::Decided(Capacity::Found { held, .. } | Capacity::Above { held }) => {
                Some(held)
            }
            SearchEnd::Decided(Capacity::Below { .. }) => None,
            _ => self.search.bracket().held,
        }
    }

    /// The lowest load that broke, as far as that is known.
    pub fn broke(&self) -> Option<u32> {
        match self.end {
            SearchEnd::Decided(Capacity::Found { broke, .. } | Capacity::Below { broke }) => {
                Some(broke)
            }
            _ => self.search.bracket().broke,
        }
    }

    /// Whether a load was found that can be relied on: decided, and with samples enough.
    pub fn is_found(&self) -> bool {
        let decided =
            matches!(self.end, SearchEnd::Decided(Capacity::Found { .. } | Capacity::Above { .. }));
        decided && self.held().is_some_and(|held| self.search.is_proven(held))
    }

    /// The probes of a load that count.
    pub fn probes_of(&self, users: u32) -> impl Iterator<Item = &ProbeRecord> {
        let counts =
            move |it: &&ProbeRecord| it.users == users && matches!(it.shows, Shows::Load(_));
        self.probes.iter().filter(counts)
    }

    /// Those of them that held.
    pub fn held_probes(&self) -> impl Iterator<Item = &ProbeRecord> {
        let held = self.held().unwrap_or_default();
        self.probes_of(held).filter(|probe| probe.shows == Shows::Load(Probe::Held))
    }

    /// The fewest requests per second, the longest p95 and the largest share of failures of the
    /// probes in which the load held; `None` when none did.
    pub fn worst_of_held(&self) -> Option<(f64, Duration, f64)> {
        let worst = |best: Option<(f64, Duration, f64)>, probe: &ProbeRecord| {
            let (p95, failures) = (probe.p95.unwrap_or_default(), probe.failure_share());
            let (rate, before, share) = best.unwrap_or((f64::MAX, Duration::ZERO, 0.0));
            Some((rate.min(probe.rate()), before.max(p95), share.max(failures)))
        };
        self.held_probes().fold(None, worst)
    }

    /// What broke first at the lowest load that broke, of the probe that shows it worst: the target
    /// and what was measured.
    pub fn breaking(&self) -> Option<&TargetResult> {
        self.probes_of(self.broke()?).flat_map(ProbeRecord::broken).next()
    }

    /// Whether a probe counts that was disturbed each time.
    pub fn is_disturbed(&self) -> bool {
        let counts = |it: &&ProbeRecord| matches!(it.shows, Shows::Load(_));
        self.probes.iter().filter(counts).any(|probe| probe.run == RunWord::Disturbed)
    }

    /// The exit code: 0 for a load that was found, 99 when the first one broke or nothing is proven,
    /// 3 when the search could say nothing, 130 when it was interrupted. With `strict` a disturbed
    /// search ends as one that says nothing; `failed_code` is for failures that no target judges.
    pub fn exit_code(&self, strict: bool, failed_code: u8) -> u8 {
        let code = match self.end {
            SearchEnd::Interrupted => exit::INTERRUPTED,
            SearchEnd::Decided(Capacity::Below { .. }) | SearchEnd::Gone => exit::TARGET_MISSED,
            SearchEnd::Decided(Capacity::Found { .. } | Capacity::Above { .. }) => {
                if self.is_found() { exit::PASS } else { exit::TARGET_MISSED }
            }
            _ => exit::INVALID,
        };
        let unjudged = self.held_probes().any(|probe| probe.has_unjudged_failures);
        let strict = strict && self.is_disturbed();
        exit::worst([
            code,
            if unjudged { failed_code } else { exit::PASS },
            if strict { exit::INVALID } else { exit::PASS },
        ])
    }

    /// The conclusion: a line that begins with `CAPACITY: `.
    pub fn sentence(&self) -> String {
        let known = self.known();
        let text = match self.end {
            SearchEnd::Decided(Capacity::Found { held, broke }) if self.is_found() => format!(
                "{}{} held every target{}; {}",
                counted(held, "user"),
                self.tries(held),
                self.numbers(),
                self.break_text(broke)
            ),
            SearchEnd::Decided(Capacity::Above { held }) if self.is_found() => format!(
                "at least {}{}: the most that were allowed held every target{}; the \
                 capacity is above (more --users)",
                counted(held, "user"),
                self.tries(held),
                self.numbers()
            ),
            SearchEnd::Decided(Capacity::Found { held, .. } | Capacity::Above { held }) => format!(
                "not known: at {} nothing broke, but {}; a longer --step-time gives more",
                counted(held, "user"),
                self.lacking(held)
            ),
            SearchEnd::Decided(Capacity::Below { broke }) => format!(
                "below {}: the first load broke already; {}; search from fewer (--from)",
                counted(broke, "user"),
                self.break_text(broke)
            ),
            SearchEnd::Decided(Capacity::Unsettled) => format!(
                "not known: equal loads held and broke in turn until {} were used up; {known}",
                counted(self.probes.len(), "probe")
            ),
            SearchEnd::OutOfTime => format!(
                "not known: the next probe would have gone beyond the run time; {known}; give more \
                 time (-t) or less precision (--precision)"
            ),
            SearchEnd::Gone => format!(
                "not known: the target accepts no connections any more, it broke down under the \
                 load; {known}"
            ),
            SearchEnd::Interrupted => format!("not known: interrupted; {known}"),
            SearchEnd::Generator => format!(
                "not known: the generator, not the target, was the limit{}; {known}",
                self.last_cause()
            ),
            SearchEnd::Invalid => {
                format!(
                    "not known: a probe says nothing of the target{}; {known}",
                    self.last_cause()
                )
            }
        };
        format!("CAPACITY: {text}")
    }

    /// ` (3 of 3 probes)`.
    fn tries(&self, users: u32) -> String {
        let (tries, broke) = self.search.tries(users);
        format!(" ({} of {})", tries - broke, counted(tries, "probe"))
    }

    /// `: 74.1 requests/s, p95 312 ms, failures 0.00 %`.
    fn numbers(&self) -> String {
        self.worst_of_held().map_or_else(String::new, |(rate, p95, failures)| {
            let p95 = p95.as_secs_f64() * 1e3;
            let digits = if p95 < 10.0 { 2 } else { 0 };
            let failures = failures * 100.0;
            format!(
                " with {rate:.1} requests/s, p95 {p95:.digits$} ms and {failures:.2} % failures (the \
                 worst of them)"
            )
        })
    }

    /// `65 users (3 of 3 probes) broke `p95 < 300ms` (412 ms)`.
    fn break_text(&self, users: u32) -> String {
        let (tries, broke) = self.search.tries(users);
        let (users, tries) = (counted(users, "user"), counted(tries, "probe"));
        let mut text = format!("{users} broke ({broke} of {tries})");
        let _ = match self.breaking() {
            Some(result) => {
                write!(text, ": `{}` was {}", result.target, result.measured_text())
            }
            None => write!(text, ": no request was answered"),
        };
        text
    }

    fn lacking(&self, users: u32) -> String {
        let results = self.probes_of(users).flat_map(|probe| &probe.targets);
        let lacking = results.filter(|result| result.lacks_samples());
        let most = lacking.max_by_key(|result| result.target.needed());
        most.map_or_else(String::new, |result| {
            let (target, needed) = (&result.target, result.target.needed());
            format!("`{target}` needs {} and had {}", counted(needed, "sample"), result.samples)
        })
    }

    fn last_cause(&self) -> String {
        let cause = self.probes.last().and_then(|probe| probe.causes.first());
        cause.map_or_else(String::new, |cause| format!(" ({cause})"))
    }

    /// What is known so far, as the end of a sentence.
    fn known(&self) -> String {
        match self.search.bracket() {
            Bracket { held: None, broke: None } => "nothing was learned of the target".to_owned(),
            Bracket { held: Some(held), broke: None } => {
                format!("so far {} held and none broke", counted(held, "user"))
            }
            Bracket { held: None, broke: Some(broke) } => {
                format!("so far {} broke and none held", counted(broke, "user"))
            }
            Bracket { held: Some(held), broke: Some(broke) } => {
                format!("so far {} held and {broke} broke", counted(held, "user"))
            }
        }
    }
}

impl SearchOutcome {
    /// The share by which times in [`checks`](Self::checks) are above what was measured.
    pub const HEAD_ROOM: f64 = 0.25;

    /// Targets that a run with this load should meet again: limits on times at 25 % above the
    /// longest that was measured while the load held, never beyond the search's own; other targets
    /// as they are. Each with what was measured, as text.
    pub fn checks(&self) -> Vec<(Target, String)> {
        let held: Vec<&ProbeRecord> = self.held_probes().collect();
        let Some(first) = held.first() else { return Vec::new() };
        let check = |index: usize| {
            let of_target = held.iter().filter_map(|probe| probe.targets.get(index));
            let worse = |a: &&TargetResult, b: &&TargetResult| {
                a.measured.unwrap_or_default().total_cmp(&b.measured.unwrap_or_default())
            };
            let worst = of_target.max_by(worse)?;
            Some((worst.with_room(Self::HEAD_ROOM), worst.measured_text()))
        };
        (0..first.targets.len()).filter_map(check).collect()
    }
}
