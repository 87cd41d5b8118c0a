//! Who uses connections, who waits for one, and whether the database is there at all.

use std::{
    sync::Arc,
    sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering},
    time::{Duration, Instant},
};

use crate::timings::Span;

/// How long connections that come back are looked at more closely after one gave no answer.
const DISTRUST: Duration = Duration::from_mins(1);

/// Shared by all copies of a store.
#[derive(Debug)]
pub(super) struct Traffic {
    /// Since start.
    waits: AtomicU64,
    /// For how long in all, those still waiting left out.
    waited_micros: AtomicU64,
    pub(super) reading: Lane,
    pub(super) writing: Lane,
    /// The database could not be reached when last asked.
    away: AtomicBool,
    /// When a connection was last given back, in microseconds after `start`.
    last_return: AtomicU64,
    /// Milliseconds after `start` until which [`DISTRUST`] lasts.
    distrust_until: AtomicU64,
    start: Instant,
}

/// One kind of use, now.
#[derive(Debug, Default)]
pub(super) struct Lane {
    lent: AtomicUsize,
    waiting: AtomicUsize,
}

impl Default for Traffic {
    fn default() -> Self {
        Self {
            waits: AtomicU64::new(0),
            waited_micros: AtomicU64::new(0),
            reading: Lane::default(),
            writing: Lane::default(),
            away: AtomicBool::new(false),
            last_return: AtomicU64::new(0),
            distrust_until: AtomicU64::new(0),
            start: Instant::now(),
        }
    }
}

impl Lane {
    pub(super) fn lent(&self) -> usize {
        self.lent.load(Ordering::Relaxed)
    }

    pub(super) fn waiting(&self) -> usize {
        self.waiting.load(Ordering::Relaxed)
    }
}

impl Traffic {
    /// Counts somebody as waiting until it has a connection or is gone.
    pub(super) fn wait<'t>(&'t self, lane: &'t Lane) -> Waiting<'t> {
        self.waits.fetch_add(1, Ordering::Relaxed);
        lane.waiting.fetch_add(1, Ordering::Relaxed);
        Waiting { traffic: self, lane, since: Instant::now() }
    }

    pub(super) fn waits(&self) -> u64 {
        self.waits.load(Ordering::Relaxed)
    }

    pub(super) fn waited(&self) -> Duration {
        Duration::from_micros(self.waited_micros.load(Ordering::Relaxed))
    }

    fn lent(&self) -> usize {
        self.reading.lent() + self.writing.lent()
    }

    /// Whether somebody had a connection since then: the database is there, only busy.
    pub(super) fn was_in_use_since(&self, then: Instant) -> bool {
        let then = then.duration_since(self.start).as_micros() as u64;
        self.lent() > 0 || self.last_return.load(Ordering::Relaxed) >= then
    }

    pub(super) fn is_away(&self) -> bool {
        self.away.load(Ordering::Relaxed)
    }

    /// Says it once, not once per request; true when it is news.
    pub(super) fn went_away(&self, cause: &str) -> bool {
        let is_news = !self.away.swap(true, Ordering::Relaxed);
        if is_news {
            tracing::error!(
                cause,
                "the database cannot be reached; requests are refused meanwhile"
            );
        }
        is_news
    }

    pub(super) fn is_back(&self) {
        if self.is_away() && self.away.swap(false, Ordering::Relaxed) {
            tracing::info!("the database can be reached again");
        }
    }

    /// A connection gave no answer: it, and others like it, must prove themselves before they are
    /// lent again.
    pub(super) fn distrust(&self) {
        let until = (self.start.elapsed() + DISTRUST).as_millis() as u64;
        self.distrust_until.fetch_max(until, Ordering::SeqCst);
    }

    pub(super) fn is_distrustful(&self) -> bool {
        let until = self.distrust_until.load(Ordering::SeqCst);
        until > 0 && (self.start.elapsed().as_millis() as u64) < until
    }
}

/// Somebody who waits.
pub(super) struct Waiting<'t> {
    traffic: &'t Traffic,
    lane: &'t Lane,
    since: Instant,
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.lane.waiting.fetch_sub(1, Ordering::Relaxed);
        let micros = self.since.elapsed().as_micros() as u64;
        self.traffic.waited_micros.fetch_add(micros, Ordering::Relaxed);
    }
}

/// What a connection is lent for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    Reading,
    Writing,
}

/// A connection that is lent; dropped with it.
#[derive(Debug)]
pub(super) struct Lent {
    pub(super) traffic: Arc<Traffic>,
    purpose: Purpose,
    /// Began when it was wanted.
    _timed: Span,
}

impl Lent {
    pub(super) fn new(traffic: &Arc<Traffic>, purpose: Purpose, timed: Span) -> Self {
        let lent = Self { traffic: Arc::clone(traffic), purpose, _timed: timed };
        lent.lane().lent.fetch_add(1, Ordering::Relaxed);
        lent
    }

    fn lane(&self) -> &Lane {
        self.traffic.lane(self.purpose)
    }
}

impl Traffic {
    pub(super) fn lane(&self, purpose: Purpose) -> &Lane {
        match purpose {
            Purpose::Reading => &self.reading,
            Purpose::Writing => &self.writing,
        }
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        let now = self.traffic.start.elapsed().as_micros() as u64;
        self.traffic.last_return.fetch_max(now, Ordering::Relaxed);
        self.lane().lent.fetch_sub(1, Ordering::Relaxed);
    }
}
