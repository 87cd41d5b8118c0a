//! One run on the board: its state as it changes, its numbers once a second, its end.

use std::path::PathBuf;
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::JoinHandle;

use katydid_core::{RunEvent, RunState, Snapshot, StopReason, Verdict};
use katydid_engine::Control;
use katydid_store::{Ending, Header};
use katydid_web::{Board, Run, Stage};

use crate::giving_way::giving_way;
use crate::outcome::Closed;
use crate::told::Told;

/// Puts one run on the board. Numbers are copied between two ticks and judged on another thread: a
/// verdict of many rules must not hold up the dispatcher.
#[derive(Debug)]
pub(crate) struct Feed {
    board: Board,
    run: Option<Run>,
    control: Control,
    slot: Arc<Slot>,
    judge: Option<JoinHandle<()>>,
}

/// Where the newest numbers wait to be judged.
#[derive(Debug, Default)]
struct Slot {
    newest: Mutex<Newest>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct Newest {
    snapshot: Option<Arc<Snapshot>>,
    over: bool,
}

impl Feed {
    /// A run that begins soon.
    pub(crate) fn new(
        board: &Board,
        number: u64,
        header: &Arc<Header>,
        folder: Option<PathBuf>,
        control: &Control,
    ) -> Self {
        let nothing = Snapshot::new(&header.classes, &header.tasks, header.threads);
        let run = Run {
            number,
            header: Arc::clone(header),
            folder,
            state: RunState::Ready,
            paused: false,
            target_users: 0,
            spawn_rate: header.load.spawn_rate,
            arrival_rate: None,
            weights: control.weights(),
            verdict: Arc::new(verdict_now(header, &nothing)),
            snapshot: Arc::new(nothing),
            ending: None,
        };
        let slot = Arc::new(Slot::default());
        let (of_judge, board_of_judge) = (Arc::clone(&slot), board.clone());
        let judge = std::thread::Builder::new().name("katydid-judge".to_owned());
        let judge = giving_way(|| judge.spawn(move || of_judge.judge(&board_of_judge))).ok();
        Self { board: board.clone(), run: Some(run), control: control.clone(), slot, judge }
    }

    /// Shows what an event changes. `complete` puts in what is in no snapshot before the end of a run.
    pub(crate) fn event(&mut self, event: &RunEvent<'_>, complete: impl FnOnce(&mut Snapshot)) {
        match event {
            RunEvent::Started { .. } => {
                let run = self.run.take();
                self.board.put(|view| (view.stage, view.run) = (Stage::On, run));
                self.state(None);
            }
            RunEvent::RampBegun { spawn_rate, .. } => self.state(Some(*spawn_rate)),
            RunEvent::ArrivalsBegun { .. }
            | RunEvent::AllUsersStarted { .. }
            | RunEvent::Paused
            | RunEvent::Resumed { .. }
            | RunEvent::RateChanged { .. }
            | RunEvent::Stopping(_) => self.state(None),
            RunEvent::Tick(snapshot) => {
                let mut copy = Snapshot::clone(snapshot);
                complete(&mut copy);
                self.state(None);
                self.numbers(Arc::new(copy));
            }
            _ => {}
        }
    }

    /// Shows the end of the run, with its reports.
    pub(crate) fn over(mut self, snapshot: Snapshot, closed: Closed) {
        self.join();
        let Closed { verdict, ending } = closed;
        change(&self.board, |run| {
            (run.state, run.target_users, run.paused) = (RunState::Stopped, 0, false);
            (run.snapshot, run.verdict) = (Arc::new(snapshot), Arc::new(verdict));
            run.ending = Some(Arc::new(ending));
        });
    }

    fn state(&self, spawn_rate: Option<f64>) {
        let (state, target) = (self.control.state(), self.control.target_users());
        let (paused, rate) = (self.control.is_paused(), self.control.arrival_rate());
        let weights = self.control.weights();
        change(&self.board, |run| {
            (run.state, run.target_users, run.weights) = (state, target, weights);
            (run.paused, run.arrival_rate) = (paused, rate);
            run.spawn_rate = spawn_rate.unwrap_or(run.spawn_rate);
        });
    }

    fn numbers(&self, snapshot: Arc<Snapshot>) {
        if self.judge.is_none() {
            // Without a thread for it, here.
            return show(&self.board, snapshot);
        }
        let mut newest = self.slot.newest.lock().unwrap_or_else(PoisonError::into_inner);
        newest.snapshot = Some(snapshot);
        drop(newest);
        self.slot.changed.notify_one();
    }

    fn join(&mut self) {
        self.slot.newest.lock().unwrap_or_else(PoisonError::into_inner).over = true;
        self.slot.changed.notify_one();
        if let Some(judge) = self.judge.take() {
            // A panic in it has been printed; the last verdict does not come from it.
            let _ = judge.join();
        }
    }
}

/// A run that did not come to its end leaves nobody waiting for numbers.
impl Drop for Feed {
    fn drop(&mut self) {
        self.join();
    }
}

impl Slot {
    /// Judges numbers as they come, until the run is over.
    fn judge(&self, board: &Board) {
        loop {
            let newest = self.newest.lock().unwrap_or_else(PoisonError::into_inner);
            let wait = |newest: &mut Newest| newest.snapshot.is_none() && !newest.over;
            let waited = self.changed.wait_while(newest, wait);
            let mut newest = waited.unwrap_or_else(PoisonError::into_inner);
            if newest.over {
                return;
            }
            let snapshot = newest.snapshot.take();
            drop(newest);
            if let Some(snapshot) = snapshot {
                show(board, snapshot);
            }
        }
    }
}

/// Puts numbers on the board, with what the verdict would be now.
fn show(board: &Board, snapshot: Arc<Snapshot>) {
    let Some(run) = board.view().run.clone() else { return };
    let verdict = Arc::new(verdict_now(&run.header, &snapshot));
    change(board, |run| (run.snapshot, run.verdict) = (snapshot, verdict));
}

fn change(board: &Board, change: impl FnOnce(&mut Run)) {
    board.put(|view| {
        if let Some(run) = &mut view.run {
            change(run);
        }
    });
}

/// The verdict of a run that would end now.
fn verdict_now(header: &Header, snapshot: &Snapshot) -> Verdict {
    let (ending, snapshot) = (ending_now(header, snapshot), &*snapshot.settled());
    Told { header, snapshot, ending: &ending, broken: None }.verdict()
}

/// What can be said of an end that has not come.
pub(super) fn ending_now(header: &Header, snapshot: &Snapshot) -> Ending {
    Ending::new(header.started, StopReason::Asked, snapshot.closing())
}
