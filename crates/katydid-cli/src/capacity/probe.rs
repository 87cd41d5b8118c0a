//! One probe: a whole run of the engine, judged by itself.

use std::sync::Arc;

use katydid_core::{ProbeRecord, RunEvent, StopReason, Verdict, counted, diagnose};
use katydid_engine::{RunOutcome, RunSettings, Shared, Window};
use katydid_store::{Ending, Header};

use super::{PROBES, Searcher};
use crate::embedded::Backend;
use crate::error::CliError;
use crate::files::{Place, Written};
use crate::heading;
use crate::hooks::Calls;
use crate::live::{Feed, Live};
use crate::outcome::{Closed, ending_of, result};
use crate::preparing::prepare;
use crate::progress::Progress;
use crate::run::hooks;
use crate::saving::Saving;

/// What a probe has left.
pub(super) struct Probed {
    pub(super) record: ProbeRecord,
    pub(super) verdict: Verdict,
    pub(super) outcome: RunOutcome,
    pub(super) run: RunSettings,
    pub(super) shared: Shared,
}

impl Searcher<'_> {
    /// Runs `users` users: the ramp, their first tasks, and then the time to measure.
    pub(super) fn probe(&mut self, number: u32, users: u32) -> Result<Probed, CliError> {
        let run = self.run_of(users);
        let (suite, settings, console) = (self.suite, self.settings, self.console);
        let first = number == 1;
        let (header, place) = (Arc::new(self.header(number, &run)), self.place_of(number, users));
        let mut saving = Saving::begin(&place, &header, console);
        let mut watching = self.watching.fresh();
        let mut calls = if first {
            Calls::init(suite, &run, console)
        } else {
            Calls::again(suite, &run, console)
        };
        let (backend, folder) = (self.backend.as_ref(), self.place.0.folder.as_deref());
        // A search raises users by itself, and each probe is prepared anew.
        let shared = prepare(suite, settings, &run, backend, folder, &self.advisor)?.shared;
        calls.test_start(&shared);
        let progress = Progress { users, run_time: run.run_time };
        let (advisor, watch, backend) = (&self.advisor, self.watch, &self.backend);
        let live = self.live;
        let mut feed = live.map(|live| live.feed(&header, &place, &watch.control));
        let mut observe = |event: RunEvent<'_>| {
            advisor.event(&event);
            watching.event(&event);
            watching.save(&mut saving);
            saving.event(&event);
            if let Some(feed) = &mut feed {
                feed.event(&event, |copy| watching.show(copy));
            }
            match &event {
                RunEvent::AllUsersStarted { users } => calls.spawning_complete(users),
                RunEvent::Warning(text) => console.warning(text),
                RunEvent::Tick(snapshot) => {
                    console.progress(Some(&progress.line(snapshot)));
                    // A signal, or a word from the page, may have come between two runs.
                    if watch.asked() || live.is_some_and(Live::is_search_ended) {
                        watch.control.stop();
                    }
                    if let Some(death) = backend.as_ref().and_then(Backend::death) {
                        console.warning(&death);
                    }
                }
                _ => {}
            }
        };
        let classes = &settings.classes;
        let mut outcome =
            katydid_engine::run(classes, shared.clone(), &run, &watch.control, &mut observe)?;
        watching.end(&mut outcome.snapshot);
        console.progress(None);
        calls.test_stop(outcome.reason, &outcome.snapshot);
        let (record, verdict) = self.judged((number, users), &outcome, calls, (saving, feed));
        Ok(Probed { record, verdict, outcome, run, shared })
    }

    /// Judges a probe that has ended, saves it and shows it.
    fn judged(
        &mut self,
        (number, users): (u32, u32),
        outcome: &RunOutcome,
        calls: Calls<'_>,
        (saving, feed): (Saving, Option<Feed>),
    ) -> (ProbeRecord, Verdict) {
        let rules = self.settings.rules(calls.aftermath());
        let verdict = rules.judge(&outcome.snapshot, outcome.reason, true);
        let mut record = ProbeRecord::read(number, users, &outcome.snapshot, &verdict);
        if outcome.reason == StopReason::Interrupted {
            record.cut();
        }
        let ending = Ending {
            diagnosis: diagnose(&outcome.snapshot, &self.suite.advice),
            aftermath: calls.aftermath().clone(),
            result: result(&verdict, &outcome.snapshot),
            ..ending_of(outcome)
        };
        let mut written = Written { whole: true, ..Written::default() };
        saving.finish(ending.clone(), &mut written, self.console);
        if let Some(feed) = feed {
            feed.over(outcome.snapshot.clone(), Closed { verdict: verdict.clone(), ending });
        }
        self.place.1 &= written.whole;
        (record, verdict)
    }

    /// The folder of a probe, if the search has one.
    fn place_of(&mut self, number: u32, users: u32) -> Place {
        let Some(folder) = &self.place.0.folder else { return Place::default() };
        let folder = folder.join(PROBES).join(format!("{number:02}-{users}-users"));
        match std::fs::create_dir_all(&folder) {
            Ok(()) => Place { prefix: None, folder: Some(folder) },
            Err(fault) => {
                let folder = folder.display();
                self.console.warning(&format!(
                    "probe {number} is not saved, {folder} cannot be made: {fault}"
                ));
                self.place.1 = false;
                Place::default()
            }
        }
    }

    fn header(&self, number: u32, run: &RunSettings) -> Header {
        Header {
            label: Some(format!("probe {number}: {}", counted(run.users, "user"))),
            load: heading::load(run, None),
            threads: run.threads,
            phases: run.phases(),
            ..heading::of_suite(self.suite, self.settings)
        }
    }

    /// What all users do at one time, because a probe begins or ends, is no load that they keep up:
    /// thirty logins in one moment take a second where thirty users take milliseconds.
    fn run_of(&self, users: u32) -> RunSettings {
        let run = self.settings.run.clone();
        let (patience, length) = (self.ladder.patience(), self.ladder.plan.step_time);
        let time = self.ladder.probe_time(users, run.spawn_rate) + patience;
        RunSettings {
            users,
            run_time: Some(time),
            threads: run.threads.min(users as usize),
            window: Window::Steady { patience, length },
            hooks: hooks(self.suite, self.settings, self.console),
            ..run
        }
    }
}
