//! What people want of a session, and how they are answered.

use std::sync::mpsc::Sender;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use katydid_core::StopReason;
use katydid_engine::{Control, SteerError};
use katydid_web::{Change, Director, Finding, LogLine, Order, Refusal, Run, Severity, Stage};

use super::feed::ending_now;
use super::{Call, Live, order};
use crate::advisor::Advisor;
use crate::args::Args;
use crate::console::Console;
use crate::error::CliError;
use crate::limits::{Room, SEARCH};
use crate::preflight::{self, CheckMark};
use crate::run::start_backend;
use crate::settings::Settings;
use crate::suite::Suite;
use crate::told::Told;

/// The director of a session. Calls come from the threads of the page.
#[derive(Debug)]
pub(super) struct Conductor {
    pub(super) suite: Arc<Suite>,
    /// What the program was started with.
    pub(super) args: Args,
    pub(super) live: Arc<Live>,
    pub(super) control: Control,
    pub(super) room: Room,
    pub(super) console: Console,
    pub(super) work: Mutex<Work>,
}

/// What a session is at.
#[derive(Debug)]
pub(super) struct Work {
    /// Where its loop is told.
    tell: Sender<Call>,
    busy: Option<Busy>,
}

/// Why nothing can be begun.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Busy {
    /// A run is prepared or on: whether it has an end of its own, and is one of a search.
    Run { has_end: bool, search: bool },
    /// Somebody looks at target and accounts.
    Look,
}

impl Work {
    pub(super) fn new(tell: Sender<Call>) -> Self {
        Self { tell, busy: None }
    }
}

impl Conductor {
    fn work(&self) -> MutexGuard<'_, Work> {
        self.work.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A run is prepared from now on; nothing else can be begun.
    pub(super) fn begin(&self, settings: &Settings) {
        self.begin_with(&mut self.work(), settings);
    }

    fn begin_with(&self, work: &mut Work, settings: &Settings) {
        let (has_end, search) = (settings.has_end(), settings.search.is_some());
        work.busy = Some(Busy::Run { has_end, search });
        self.control.renew();
        self.console.begin_run();
        self.live.board.put(|view| {
            (view.stage, view.fault) = (Stage::Preparing, None);
            self.live.begin_search(view, search);
        });
    }

    /// The run is over, or came to nothing for the reason told.
    pub(super) fn end(&self, fault: Option<String>) {
        let mut work = self.work();
        work.busy = None;
        self.live.board.put(|view| {
            // What came to nothing leaves the page with the run before.
            let before = view.run.is_some();
            view.stage = if before { Stage::Over } else { Stage::Ready };
            view.fault = fault;
        });
    }

    fn settings(&self, order: &Order) -> Result<Settings, Refusal> {
        order::settings(&self.suite, &self.args, order)
    }

    /// What a stop is called: a run that has an end of its own is interrupted by it, and so is a
    /// search.
    fn reason(&self) -> StopReason {
        match self.work().busy {
            Some(Busy::Run { has_end: true, .. } | Busy::Run { search: true, .. }) => {
                StopReason::Interrupted
            }
            _ => StopReason::Asked,
        }
    }

    /// Whether the run that is on can be changed so.
    fn may_change(&self, change: &Change) -> Result<(), Refusal> {
        let Some(Busy::Run { search, .. }) = self.work().busy else {
            return Err(Refusal::Conflict("no run is on; start one first".to_owned()));
        };
        if search && !matches!(change, Change::Stop | Change::Cut | Change::Mark(_)) {
            return Err(Refusal::Conflict(SEARCH.to_owned()));
        }
        Ok(())
    }

    fn findings(&self, mut settings: Settings) -> Result<Vec<Finding>, CliError> {
        let (console, live) = (&self.console, Some(&*self.live));
        let backend = start_backend(&mut settings, None, true, console, live)?;
        let advisor = Advisor::new(&settings.silences, console);
        let found = preflight::find(&self.suite, &settings, backend.as_ref(), &advisor)?;
        let finding = |check: &preflight::Check| Finding {
            what: check.what.clone(),
            severity: match check.mark {
                CheckMark::Ok => Severity::Good,
                CheckMark::Unknown => Severity::Unknown,
                CheckMark::Suspicious | CheckMark::Failed => Severity::Bad,
            },
            text: check.said(),
        };
        Ok(found.checks().iter().map(finding).collect())
    }
}

impl Director for Conductor {
    fn start(&self, order: Order) -> Result<(), Refusal> {
        let mut work = self.work();
        free(&work)?;
        let settings = self.settings(&order)?;
        order::confirm(&settings, &order)?;
        self.begin_with(&mut work, &settings);
        let gone = |_| Refusal::Conflict("the program is leaving".to_owned());
        work.tell.send(Call::Run(Box::new(settings))).map_err(gone)
    }

    fn look(&self, order: Order) -> Result<Vec<Finding>, Refusal> {
        let settings = {
            let mut work = self.work();
            free(&work)?;
            let settings = self.settings(&order)?;
            work.busy = Some(Busy::Look);
            settings
        };
        let found = self.findings(settings);
        self.work().busy = None;
        found.map_err(|fault| Refusal::Wrong { field: None, text: fault.to_string() })
    }

    fn change(&self, change: Change) -> Result<(), Refusal> {
        let control = &self.control;
        self.may_change(&change)?;
        let (field, done) = match change {
            Change::Users { users, spawn_rate } => {
                let room = self.room.make(users, control.target_users());
                room.map_err(|text| Refusal::Wrong { field: Some("users".to_owned()), text })?;
                ("users", control.set_users(users, spawn_rate))
            }
            Change::Weight { class, weight } => ("weight", control.set_weight(&class, weight)),
            Change::ResetStats => ("", control.reset_stats()),
            Change::Stop => {
                self.console.info("Stopping the run, as asked on the live page");
                self.live.end_search();
                control.stop_as(self.reason());
                return Ok(());
            }
            Change::Mark(text) => ("mark", control.mark(&text)),
            Change::ArrivalRate(rate) => ("arrival-rate", control.set_arrival_rate(rate)),
            Change::Pause => ("", control.pause()),
            Change::Resume => ("", control.resume()),
            Change::Cut => {
                self.console.info("Ending the run now, as asked on the live page");
                self.live.end_search();
                control.cut_as(self.reason());
                return Ok(());
            }
        };
        done.map_err(|fault| refusal(field, &fault))
    }

    fn log_after(&self, number: u64) -> Vec<LogLine> {
        let lines = self.console.log_after(number).into_iter();
        lines.map(|(number, text)| LogLine { number, text }).collect()
    }

    fn report(&self, run: &Run) -> Vec<u8> {
        let now;
        let ending = match &run.ending {
            Some(ending) => &**ending,
            None => {
                now = ending_now(&run.header, &run.snapshot);
                &now
            }
        };
        Told { header: &run.header, snapshot: &run.snapshot, ending, broken: None }
            .page(&run.verdict)
    }
}

fn free(work: &Work) -> Result<(), Refusal> {
    let why = match work.busy {
        None => return Ok(()),
        Some(Busy::Run { .. }) => "a run is on; stop it first, or change it while it goes on",
        Some(Busy::Look) => "somebody looks at the target just now; try again when that is done",
    };
    Err(Refusal::Conflict(why.to_owned()))
}

fn refusal(field: &str, fault: &SteerError) -> Refusal {
    match fault {
        SteerError::NotOn => {
            Refusal::Conflict("the run has not begun or is ending already".to_owned())
        }
        SteerError::Paused | SteerError::NotPaused => Refusal::Conflict(fault.to_string()),
        fault => {
            let field = match fault {
                SteerError::Rate(_) => "spawn-rate",
                SteerError::UnknownClass { .. } => "class",
                _ => field,
            };
            let field = (!field.is_empty()).then(|| field.to_owned());
            Refusal::Wrong { field, text: fault.to_string() }
        }
    }
}
