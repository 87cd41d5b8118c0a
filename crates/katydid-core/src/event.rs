//! The only words between the engine and everything that shows or stores a run.

use std::sync::Arc;
use std::time::Duration;

use crate::Snapshot;

/// Something happened in a run. Plain data: adding a reader changes nothing in the engine.
#[derive(Debug)]
#[non_exhaustive]
pub enum RunEvent<'a> {
    /// The executors are up and the clock has started.
    Started {
        /// Users to be started.
        users: u32,
        /// Users per second.
        spawn_rate: f64,
        /// Length of the run, if bounded.
        run_time: Option<Duration>,
        /// Executor threads.
        threads: usize,
    },
    /// Every planned user has been started.
    AllUsersStarted {
        /// Users per class, in the order of the suite.
        users: Vec<(Arc<str>, u32)>,
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
    /// Something that the reader should know, as a sentence.
    Warning(String),
}

/// Why a run ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum StopReason {
    /// The run time is over.
    RunTime,
    /// Somebody asked for it (Ctrl-C, SIGTERM).
    Interrupted,
    /// Every user has stopped by itself.
    NoUsersLeft,
}
