//! What people may want of a session of runs, and how they are answered.

use std::collections::BTreeMap;

use crate::board::Run;

/// A run that somebody wants: names of options (`users`, `spawn-rate`, `host`, `run-time`,
/// `scenario`, `tags`, `arrival-rate`, the suite's own …) and their words, as on the command line. So
/// one table of options checks all of them. What is left out stays as the program was started with.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Order {
    /// Options by long name; an empty list takes away what the program was started with, a switch
    /// has the word `true` or `false`.
    pub options: BTreeMap<String, Vec<String>>,
    /// The classes that run; none are those that the program was started with.
    pub classes: Vec<String>,
    /// Somebody has said yes to what must be asked (hosts that are guarded, long scenarios).
    pub confirmed: bool,
}

/// A change of the run that is on. Each is an event on its time line.
#[derive(Clone, Debug, PartialEq)]
pub enum Change {
    /// To so many users, at so many per second.
    Users {
        /// Users.
        users: u32,
        /// Users started or removed per second.
        spawn_rate: f64,
    },
    /// Another rate of task starts (open model), per second, from now on.
    ArrivalRate(f64),
    /// Another weight of a class.
    Weight {
        /// The class.
        class: String,
        /// Its weight.
        weight: u32,
    },
    /// Users begin nothing new until [`Change::Resume`].
    Pause,
    /// It goes on.
    Resume,
    /// A mark on the time line, with somebody's words.
    Mark(String),
    /// The statistics begin anew.
    ResetStats,
    /// The run ends: users finish their task within the stop timeout.
    Stop,
    /// The run ends now: tasks are cut.
    Cut,
}

/// Part of an order that was wrong, by the long name of its option; `classes` for these.
pub type Field = String;

/// Why something is not done.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// The order or the change makes no sense; the sentence names the next step.
    #[error("{text}")]
    Wrong {
        /// What was wrong, if it is one thing.
        field: Option<Field>,
        /// The sentence.
        text: String,
    },
    /// A run is on, or there is none.
    #[error("{0}")]
    Conflict(String),
    /// Somebody must say yes first, to this.
    #[error("{0}")]
    Confirm(String),
}

/// How much a finding matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Severity {
    /// As it should be.
    Good,
    /// It could not be known.
    Unknown,
    /// The run would be spoilt.
    Bad,
}

/// What was found of target, accounts and tasks before a start.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What was looked at.
    pub what: String,
    /// How much it matters.
    pub severity: Severity,
    /// What was seen, and the next step.
    pub text: String,
}

/// A line of the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogLine {
    /// Grows by one with every line.
    pub number: u64,
    /// As it stands on the terminal, without colours; `WARNING`, `ERROR` are in it.
    pub text: String,
}

/// Who conducts runs. Calls come from the threads of the page and may block for as long as they must.
pub trait Director: Send + Sync + 'static {
    /// Begins a run, or says why not. Returns once the order is checked; the run begins after it, and
    /// what becomes of it is on the [`Board`](crate::Board).
    ///
    /// # Errors
    /// Wrong words, a run that is on, or a question that must be answered first.
    fn start(&self, order: Order) -> Result<(), Refusal>;

    /// Looks at target, accounts and tasks as a start of this order would, and makes no load.
    ///
    /// # Errors
    /// Wrong words.
    fn look(&self, order: Order) -> Result<Vec<Finding>, Refusal>;

    /// Changes the run that is on.
    ///
    /// # Errors
    /// No run, or a change that it cannot have.
    fn change(&self, change: Change) -> Result<(), Refusal>;

    /// The last lines of the log, at most 500, from the line after `number`.
    fn log_after(&self, number: u64) -> Vec<LogLine>;

    /// The report of a run as a page, of now or of its end.
    fn report(&self, run: &Run) -> Vec<u8>;
}
