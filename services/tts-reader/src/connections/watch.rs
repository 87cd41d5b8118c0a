//! What a connection is at, and since when: told by its socket and its requests, read by whoever
//! ends those that take too long.

use std::{
    io::IoSlice,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::time::Instant;

use crate::settings::Limits;

/// How long a connection must be idle before it has to make room for others.
const IDLE_AT_LEAST: Duration = Duration::from_secs(1);

/// What one connection is at. All who tell it something run in that connection's task.
#[derive(Debug)]
pub(super) struct Watch(Mutex<Seen>);

#[derive(Debug)]
struct Seen {
    at: At,
    /// When a byte last went either way.
    moved: Instant,
    /// Whether everything that was to be written is written.
    flushed: bool,
    /// The client will send nothing more.
    ended: bool,
    /// hyper's answer to a head that it refuses, as far as it was held back.
    held_back: Vec<u8>,
}

/// What a connection is at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum At {
    /// No request.
    Nothing,
    /// A head is coming, since then.
    Head(Instant),
    /// A request is being worked on, its body may be coming.
    Work,
    /// The answer is going out.
    Answer,
}

/// Why a connection is ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Overdue {
    /// Nothing has come for long.
    Idle,
    /// The head has not come in time.
    Head,
    /// The client does not take its answer.
    Answer,
}

impl Watch {
    pub(super) fn new() -> Self {
        Self(Mutex::new(Seen {
            at: At::Nothing,
            moved: Instant::now(),
            flushed: true,
            ended: false,
            held_back: Vec::new(),
        }))
    }

    /// Bytes came.
    pub(super) fn came(&self) {
        let mut seen = self.lock();
        seen.moved = Instant::now();
        if seen.at == At::Nothing {
            seen.at = At::Head(seen.moved);
        }
    }

    /// The client has closed its side.
    pub(super) fn ended(&self) {
        self.lock().ended = true;
    }

    /// Bytes are to go; true when they are to be held back instead.
    ///
    /// Before it has a request, and with nothing left to write of an earlier answer, hyper writes
    /// only one thing: a refusal of the head. It has no body and none of our headers, so ours is
    /// sent in its place.
    pub(super) fn holds_back(&self, parts: &[IoSlice<'_>]) -> bool {
        let mut seen = self.lock();
        let refusal = match seen.at {
            At::Nothing | At::Head(_) => seen.flushed || !seen.held_back.is_empty(),
            At::Work | At::Answer => false,
        };
        if refusal {
            for part in parts {
                seen.held_back.extend_from_slice(part);
            }
        } else {
            seen.flushed = false;
        }
        refusal
    }

    /// Bytes went.
    pub(super) fn went(&self) {
        self.lock().moved = Instant::now();
    }

    /// Nothing is left to write.
    pub(super) fn flushed(&self) {
        self.lock().flushed = true;
    }

    /// A head is complete.
    pub(super) fn work_begins(&self) {
        self.lock().at = At::Work;
    }

    /// There is an answer, none of it written yet.
    pub(super) fn answer_begins(&self) {
        self.answer_is(At::Answer);
    }

    /// All of an answer is handed over; the last of it is to be written.
    pub(super) fn answer_ends(&self) {
        self.answer_is(At::Nothing);
    }

    fn answer_is(&self, at: At) {
        let mut seen = self.lock();
        seen.moved = Instant::now();
        seen.flushed = false;
        seen.at = at;
    }

    /// The status of hyper's refusal that was held back.
    pub(super) fn refusal(&self) -> Option<u16> {
        // HTTP/1.1 431 …
        std::str::from_utf8(self.lock().held_back.get(9..12)?).ok()?.parse().ok()
    }

    /// Whether an answer of ours may be written now, whole and to somebody who may read it.
    pub(super) fn can_answer(&self) -> bool {
        let seen = self.lock();
        seen.flushed && !seen.ended
    }

    pub(super) fn has_ended(&self) -> bool {
        self.lock().ended
    }

    /// When the connection will be overdue, and why; `None` while the service has the next word.
    pub(super) fn due(&self, limits: &Limits) -> Option<(Instant, Overdue)> {
        let seen = self.lock();
        match seen.at {
            // Whatever comes next, hyper leaves it alone until this is written.
            _ if !seen.flushed => Some((seen.moved + limits.idle, Overdue::Answer)),
            At::Head(since) => Some((since + limits.head_time, Overdue::Head)),
            At::Nothing => Some((seen.moved + limits.idle, Overdue::Idle)),
            At::Work | At::Answer => None,
        }
    }

    /// Since when the connection has been idle, and from when on it has to make room for others.
    pub(super) fn idle(&self) -> Option<(Instant, Instant)> {
        let seen = self.lock();
        let idle = seen.at == At::Nothing && seen.flushed;
        idle.then(|| (seen.moved, seen.moved + IDLE_AT_LEAST))
    }

    fn lock(&self) -> MutexGuard<'_, Seen> {
        // Each change is whole before anything could panic.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
