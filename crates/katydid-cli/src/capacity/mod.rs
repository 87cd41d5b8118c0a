//! The search for a capacity: run after run, each with statistics and a verdict of its own, led by
//! [`katydid_core::Search`].
//!
//! `probe.rs` makes one run of it, which is watched and saved like any other, `ending.rs` tells what
//! came of all.

mod ending;
mod probe;

use std::time::{Duration, Instant};

use katydid_core::{
    Diagnosis, Ladder, Next, Probe, ProbeRecord, Search, SearchEnd, SearchOutcome, Shows, diagnose,
    format_span,
};
use katydid_report::table;

use crate::advisor::Advisor;
use crate::console::Console;
use crate::embedded::Backend;
use crate::error::CliError;
use crate::files::Place;
use crate::limits::Needs;
use crate::live::Live;
use crate::plan::PlannedMonitor;
use crate::settings::Settings;
use crate::signals::Watch;
use crate::suite::Suite;
use crate::tui::{self, Tui};
use crate::watching::Watching;
use ending::Ending;
use probe::Probed;

/// A load is tried so often in a row before a disturbed probe counts as it is.
const TRIES: u32 = 3;
/// Where a search keeps its probes, in its folder.
pub(crate) const PROBES: &str = "probes";
/// Between two looks at Ctrl-C while the target rests.
const LOOK: Duration = Duration::from_millis(50);

/// What every probe needs.
pub(crate) struct Searcher<'a> {
    pub(crate) suite: &'a Suite,
    pub(crate) settings: &'a Settings,
    pub(crate) ladder: Ladder,
    pub(crate) watch: &'a Watch,
    pub(crate) console: &'a Console,
    pub(crate) advisor: Advisor,
    pub(crate) backend: Option<Backend>,
    /// What is watched beside each probe.
    pub(crate) watching: Watching,
    /// Where the files go, and whether that could be arranged.
    pub(crate) place: (Place, bool),
    /// Who looks on from the live page.
    pub(crate) live: Option<&'a Live>,
}

/// A search under way.
struct Course {
    begun: Instant,
    search: Search,
    probes: Vec<ProbeRecord>,
    last: Option<Probed>,
    /// What is known of why the lowest load broke that did, with its users.
    diagnosis: Option<(u32, Vec<Diagnosis>)>,
}

impl Course {
    /// Whether the target has refused every connection of the last two probes.
    fn is_gone(&self) -> bool {
        let last = self.probes.iter().rev().take(2);
        self.probes.len() > 1 && last.clone().all(|probe| probe.is_unreachable)
    }
}

impl Searcher<'_> {
    /// Searches, reports, and returns the exit code.
    ///
    /// # Errors
    /// Not a single probe could be begun, for the reason told.
    pub(crate) fn run(self) -> Result<u8, CliError> {
        self.announce();
        let (watch, console) = (self.watch, self.console);
        let asked = self.settings.output.tui.as_deref();
        let at_terminal = asked.is_some_and(|asked| tui::is_possible(asked, watch, console));
        // Without a page the terminal has a board of its own.
        let own = (at_terminal && self.live.is_none()).then(Live::of_search_alone);
        let live = self.live.or(own.as_ref());
        let board = live.filter(|_| at_terminal).map(|live| &live.board);
        let view = board.and_then(|board| Tui::start(board, watch, console));
        Searcher { live, ..self }.search(view)
    }

    /// Searches and reports; a `view` is given up before the end is told.
    fn search(mut self, view: Option<Tui>) -> Result<u8, CliError> {
        let mut course = Course {
            begun: Instant::now(),
            search: Search::new(self.ladder),
            probes: Vec::new(),
            last: None,
            diagnosis: None,
        };
        self.watch.room.begin(Needs { search: true, ..Needs::default() });
        self.watch.run_begins();
        if view.is_some() {
            self.watch.keys_begin(self.console);
        }
        let end = loop {
            if let Some(end) = self.step(&mut course)? {
                break end;
            }
        };
        drop(view);
        let Course { begun, search, probes, last, diagnosis } = course;
        let outcome = SearchOutcome { probes, end, search, took: begun.elapsed() };
        let diagnosis = diagnosis.map(|(_, diagnosis)| diagnosis).unwrap_or_default();
        Ok(Ending { outcome, diagnosis, last, searcher: self }.close())
    }

    /// Says beforehand what will happen and how long it may take.
    fn announce(&self) {
        let Ladder { plan, most } = self.ladder;
        let (shortest, longest) = self.ladder.estimate(self.settings.run.spawn_rate);
        let rounded =
            |time: Duration| format_span(Duration::from_secs(time.as_secs_f64().ceil() as u64));
        let bound = self.bound();
        self.console.info(&format!(
            "Searching for the most users that hold every target: from {} to at most {most}, {} \
             each after the ramp and every user's first task; about {} to {}, at most {}",
            plan.from,
            format_span(plan.step_time),
            rounded(shortest),
            rounded(longest.min(bound)),
            rounded(bound)
        ));
        let rules = |monitor: &PlannedMonitor| monitor.expectations().next().is_some();
        if self.settings.monitors.iter().any(rules) {
            self.console.info("Monitors watch every probe; their rules judge none, the targets do");
        }
        if shortest > bound {
            self.console.warning(
                "the run time is shorter than any search that finds a load; this one may end before \
                 it is decided",
            );
        }
    }

    /// The longest that the search may take.
    fn bound(&self) -> Duration {
        self.settings.run.run_time.unwrap_or(Duration::MAX)
    }

    /// Tries the next load; the end of the search, if this is it.
    fn step(&mut self, course: &mut Course) -> Result<Option<SearchEnd>, CliError> {
        let users = match course.search.next() {
            Next::Done(capacity) => return Ok(Some(SearchEnd::Decided(capacity))),
            Next::Probe(users) => users,
        };
        for attempt in 1.. {
            if let Some(end) = self.over(course, users) {
                return Ok(Some(end));
            }
            let number = course.probes.len() as u32 + 1;
            let mut probed = match self.probe(number, users) {
                Ok(probed) => probed,
                // The suite found out that nothing answers any more.
                Err(fault @ CliError::Prepare(_)) if number > 1 => {
                    self.console.warning(&fault.to_string());
                    return Ok(Some(SearchEnd::Gone));
                }
                Err(fault) => return Err(fault),
            };
            if probed.record.is_disturbed() && attempt < TRIES {
                probed.record.set_aside();
            } else if probed.record.is_disturbed() {
                probed.record.keep();
            }
            let line = table::probe_line(&probed.record);
            self.console.info(&line);
            let longest = probed.record.longest.unwrap_or_default();
            let shows = self.take_in(course, probed);
            if let Shows::Load(probe) = shows {
                course.search.note(users, probe);
            }
            if let Some(live) = self.live {
                live.probed(line, course.search.bracket());
            }
            match shows {
                Shows::Disturbed => {}
                Shows::Load(Probe::Broke) => {
                    self.rest(longest);
                    break;
                }
                Shows::Load(_) => break,
                Shows::Cut => return Ok(Some(SearchEnd::Interrupted)),
                Shows::Generator => return Ok(Some(SearchEnd::Generator)),
                _ => return Ok(Some(SearchEnd::Invalid)),
            }
        }
        Ok(course.is_gone().then_some(SearchEnd::Gone))
    }

    /// Why no probe of `users` can be begun any more.
    fn over(&self, course: &Course, users: u32) -> Option<SearchEnd> {
        let time = self.ladder.probe_time(users, self.settings.run.spawn_rate);
        let time = time + self.ladder.patience();
        match course.begun.elapsed().saturating_add(time) {
            _ if self.is_asked() => Some(SearchEnd::Interrupted),
            until if until > self.bound() => Some(SearchEnd::OutOfTime),
            _ => None,
        }
    }

    /// Whether somebody wants the end.
    fn is_asked(&self) -> bool {
        self.watch.asked() || self.live.is_some_and(Live::is_search_ended)
    }

    /// Keeps what a probe has left.
    fn take_in(&self, course: &mut Course, mut probed: Probed) -> Shows {
        let record = &mut probed.record;
        record.began = course.begun.elapsed().saturating_sub(probed.outcome.snapshot.elapsed);
        let (users, shows) = (record.users, record.shows);
        course.probes.push(record.clone());
        let lowest = course.diagnosis.as_ref().is_none_or(|(known, _)| users <= *known);
        if shows == Shows::Load(Probe::Broke) && lowest {
            let snapshot = &probed.outcome.snapshot;
            course.diagnosis = Some((users, diagnose(snapshot, &self.suite.advice)));
        }
        course.last = Some(probed);
        shows
    }

    /// Lets the target work off what it had taken on: as long as its slowest answer took, and not
    /// longer than a probe measures.
    fn rest(&self, longest: Duration) {
        let end = Instant::now() + longest.min(self.ladder.plan.step_time);
        while Instant::now() < end && !self.is_asked() {
            std::thread::park_timeout(LOOK);
        }
    }
}
