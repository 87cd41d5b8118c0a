//! Where the conductor of runs puts what can be seen, and readers find it.

use std::path::PathBuf;
use std::sync::Arc;

use katydid_core::{Bracket, RunState, Snapshot, Verdict};
use katydid_store::{Ending, Header};
use tokio::sync::watch;

/// Where a session stands: one run after another, with pauses for people between them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Stage {
    /// Nothing runs; somebody may start a run.
    #[default]
    Ready,
    /// A run was ordered: the backend starts, target and accounts are looked at.
    Preparing,
    /// A run is on; [`Run::state`] says how far.
    On,
    /// A run is over and its reports are written; somebody may start the next.
    Over,
}

/// A run as it is now, or was at its end.
#[derive(Clone, Debug)]
pub struct Run {
    /// Grows by one with each run of a session, from 1.
    pub number: u64,
    /// What is known of it before its first request.
    pub header: Arc<Header>,
    /// Its folder, if it leaves one.
    pub folder: Option<PathBuf>,
    /// How far it is.
    pub state: RunState,
    /// It waits: users finish what they do and begin nothing until it goes on.
    pub paused: bool,
    /// The number of users that the present ramp leads to.
    pub target_users: u32,
    /// Users started per second by the present ramp.
    pub spawn_rate: f64,
    /// Task starts per second that are due now (open model).
    pub arrival_rate: Option<f64>,
    /// Classes with their present weights.
    pub weights: Vec<(Arc<str>, u32)>,
    /// What it has measured up to now.
    pub snapshot: Arc<Snapshot>,
    /// The verdict; while the run is on, what it would be now.
    pub verdict: Arc<Verdict>,
    /// What is known only at its end.
    pub ending: Option<Arc<Ending>>,
}

/// A search for a capacity: a row of runs, each on the board in its turn.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Search {
    /// A line for each probe that has ended.
    pub probes: Vec<String>,
    /// What is known so far.
    pub bracket: Bracket,
    /// What it came to, as a sentence, once it has ended.
    pub outcome: Option<String>,
}

/// Everything that can be seen at one moment.
#[derive(Clone, Debug, Default)]
pub struct View {
    /// Grows with every view of a session.
    pub number: u64,
    /// Where the session stands.
    pub stage: Stage,
    /// Why the last order came to nothing, as a sentence; empty again with the next.
    pub fault: Option<String>,
    /// The run that is on, or the last one.
    pub run: Option<Run>,
    /// The search that its runs belong to, if that is what was ordered.
    pub search: Option<Arc<Search>>,
}

/// Where views lie. Cheap to clone; to put a new one never waits for readers.
#[derive(Clone, Debug)]
pub struct Board {
    views: watch::Sender<Arc<View>>,
}

impl Default for Board {
    fn default() -> Self {
        Self { views: watch::Sender::new(Arc::default()) }
    }
}

impl Board {
    /// A board on which nothing has run yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Changes what can be seen, and wakes those who wait for it.
    pub fn put(&self, change: impl FnOnce(&mut View)) {
        self.views.send_modify(|view| {
            let mut next = View::clone(view);
            change(&mut next);
            next.number += 1;
            *view = Arc::new(next);
        });
    }

    /// What can be seen now.
    pub fn view(&self) -> Arc<View> {
        Arc::clone(&self.views.borrow())
    }

    /// To wait for the next view. Who is slow sees the newest and not each.
    pub fn follow(&self) -> watch::Receiver<Arc<View>> {
        self.views.subscribe()
    }
}
