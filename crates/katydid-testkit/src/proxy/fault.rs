//! What a fault is: where it strikes, when, and what it does.

use std::fmt;
use std::time::Duration;

/// One fault of a [`FaultProxy`](crate::FaultProxy). Made from its text: see the crate's page.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct ProxyFault {
    /// As it was written.
    pub text: String,
    /// Only requests whose path contains this; `None`: every request.
    pub path: Option<String>,
    /// The share of those requests, above 0 and up to 1, that is struck; spread evenly.
    pub share: f64,
    /// What happens to them.
    pub effect: Effect,
    /// Only when there is so much to do; `None`: always.
    pub trigger: Option<Trigger>,
    /// From this time after the first request on.
    pub from: Duration,
    /// Up to this time after the first request; `None`: for ever.
    pub to: Option<Duration>,
}

/// What a fault does to a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Effect {
    /// This status, without asking the backend.
    Status(u16),
    /// RST, without asking the backend.
    Reset,
    /// FIN, without asking the backend.
    Close,
    /// Bytes that are no HTTP, without asking the backend.
    Garbage,
    /// The backend is asked later by so much.
    Delay(Duration),
    /// A line before so many servers, each of which has so long to do with a request before the
    /// backend is asked.
    Servers(usize, Duration),
    /// The head of the backend's answer at once, its body later by so much.
    SlowBody(Duration),
    /// The head and half of the body, then FIN.
    Half,
    /// A length is announced that is half of what is sent.
    WrongLength,
    /// Answers stand still until the fault ends.
    Freeze,
    /// New connections wait until the fault ends.
    AcceptStall,
}

/// How much must be going on for a fault to strike.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Trigger {
    /// More than so many.
    pub beyond: usize,
    /// Of what.
    pub unit: Unit,
    /// How long it goes on after that; `None`: for ever.
    pub lasts: Option<Duration>,
}

/// What a [`Trigger`] counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Unit {
    /// Requests of the fault's path that wait for their answer.
    Requests,
    /// Open connections of clients: a user of a load test has one.
    Connections,
}

impl ProxyFault {
    /// Whether it strikes requests of this path at all.
    pub(super) fn concerns(&self, path: &str) -> bool {
        self.path.as_deref().is_none_or(|part| path.contains(part))
    }
}

impl fmt::Display for ProxyFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}
