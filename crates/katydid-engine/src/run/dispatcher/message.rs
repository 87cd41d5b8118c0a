//! The dispatcher's mailbox.

use katydid_core::{Interval, StopReason};
use tokio::sync::mpsc::UnboundedSender;

use crate::run::quota::Limit;

/// Where the dispatcher is told things.
pub(crate) type Messages = UnboundedSender<Message>;

/// What the dispatcher hears.
#[derive(Debug)]
pub(crate) enum Message {
    /// What a thread measured.
    Report(usize, Report),
    /// A thread has carried out its part of the ramp with this number.
    Ramped(usize, u32),
    /// Every user of a thread has ended its first task.
    Settled(usize),
    /// The user with this number has stopped by itself.
    Left(u32),
    /// A thread wants more of something limited.
    Hungry(usize, Limit),
    /// A thread gives back what it cannot use.
    Returned(Limit, u64),
    /// A thread has nothing left of it and nothing under way: so much is done since the start.
    Spent(usize, Limit, u64),
    /// Every user of a thread has ended, as the run does.
    Idle(usize),
    /// A thread could not work.
    Broken(usize, String),
    /// Somebody steers.
    Steer(Steer),
}

/// What somebody outside wants of the run.
#[derive(Clone, Debug)]
pub(crate) enum Steer {
    /// A graceful stop.
    Stop(StopReason),
    /// An end now.
    Cut(StopReason),
    /// So many users, reached at so many per second.
    Users(u32, f64),
    /// So many users more or fewer.
    Add(i32),
    /// Another weight for a class.
    Weight(usize, u32),
    /// A mark on the time line, with somebody's words.
    Mark(String),
    /// Nothing is begun until it goes on.
    Pause,
    /// It goes on.
    Resume,
    /// So many task starts per second from now on.
    Rate(f64),
    /// Statistics from now on only.
    Reset,
}

/// What a thread hands over on a tick.
#[derive(Debug)]
pub(crate) struct Report {
    pub(crate) interval: Box<Interval>,
    /// How many resets of the statistics the thread had carried out when it was measured.
    pub(crate) resets: u32,
    /// Users that the end of the run has cut in the middle of a task, up to now.
    pub(crate) cut: u32,
}
