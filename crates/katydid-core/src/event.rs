//! The only words between the engine and everything that shows or stores a run.

use std::sync::Arc;
use std::time::Duration;

use crate::{Interval, Snapshot};
use serde::{Deserialize, Serialize};

/// Something happened in a run. Plain data: adding a reader changes nothing in the engine.
#[derive(Debug)]
#[non_exhaustive]
pub enum RunEvent<'a> {
    /// The executors are up and the clock has started.
    Started {
        /// Users to be started at first.
        users: u32,
        /// Users per second.
        spawn_rate: f64,
        /// Length of the run, if bounded.
        run_time: Option<Duration>,
        /// Executor threads.
        threads: usize,
    },
    /// The number of users begins to change: at the start, by hand or by a shape. It replaces a
    /// ramp that is under way.
    RampBegun {
        /// Users that run, those that should have started by now included.
        from: u32,
        /// Users that will.
        to: u32,
        /// Users started or removed per second.
        spawn_rate: f64,
    },
    /// Tasks start at a rate of their own from now on: the open model.
    ArrivalsBegun {
        /// The rate or its stages, as text.
        rate: String,
        /// The most tasks at work at one time.
        max_in_flight: u32,
    },
    /// A ramp is over: every user of it has been started, or told to go.
    AllUsersStarted {
        /// Users per class, in the order of the suite.
        users: Vec<(Arc<str>, u32)>,
    },
    /// Nothing is begun any more, until the run goes on; users finish what they do.
    Paused,
    /// The run goes on.
    Resumed {
        /// How long it was paused.
        after: Duration,
    },
    /// Tasks start at another rate from now on (open model).
    RateChanged {
        /// Starts per second.
        per_second: f64,
    },
    /// The statistics begin anew; what was measured before no longer counts.
    StatsReset {
        /// When, since the start of the run.
        at: Duration,
    },
    /// What a thread has measured since it was asked before. [`Snapshot::absorb`] of all of them,
    /// and [`Snapshot::tick`] where a step ends, make the snapshot again.
    Measured {
        /// The thread.
        thread: usize,
        /// What it measured.
        interval: &'a Interval,
    },
    /// A step of the statistics has ended: once a second, and where a phase of the run ends.
    StepEnded {
        /// When, since the start of the run.
        at: Duration,
    },
    /// The state of the run, once a second and once at its end.
    Tick(&'a Snapshot),
    /// Users are being stopped.
    Stopping(StopReason),
    /// Users had to be cut in the middle of a task.
    UsersCut {
        /// How many.
        users: u32,
        /// The `--stop-timeout` that they were given.
        after: Duration,
    },
    /// Everybody has gone and everything is counted. The last event of a run.
    Ended {
        /// Why.
        reason: StopReason,
        /// The whole run.
        snapshot: &'a Snapshot,
    },
    /// Something that the reader should know, as a sentence.
    Warning(String),
}

/// Why a run ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum StopReason {
    /// The run time is over.
    RunTime,
    /// Somebody asked for it (Ctrl-C, SIGTERM) before the run had done what it was to do.
    Interrupted,
    /// Somebody asked for it, and the run had no other end: it has done what it was to do.
    Asked,
    /// Every user has stopped by itself.
    NoUsersLeft,
    /// As many task executions as were asked for are done.
    Iterations,
    /// The shape said that it is over.
    Shape,
    /// A target with `abort` was missed.
    Target,
    /// As many requests as were allowed have been sent and answered.
    MaxRequests,
    /// What may be spent is spent.
    MaxCost,
}

/// Where a run stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum RunState {
    /// It has not begun.
    #[default]
    Ready,
    /// The number of users is changing.
    Spawning,
    /// It has the users that it should have.
    Running,
    /// Users are ending.
    Stopping,
    /// It is over.
    Stopped,
}
