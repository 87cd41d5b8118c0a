//! The faults of a running proxy: what goes on, and whom they strike.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use super::fault::{Effect, ProxyFault, Trigger, Unit};
use crate::share;

/// Where a fault that never ends has its end.
const FOR_EVER: Duration = Duration::from_hours(365 * 24);

/// Every fault of a proxy, with what it has to remember.
pub(super) struct Faults {
    faults: Vec<Live>,
    /// When the first request came: the zero of `from` and `to`.
    begun: OnceLock<Instant>,
    connections: AtomicUsize,
}

struct Live {
    fault: ProxyFault,
    in_flight: AtomicUsize,
    memory: Mutex<Memory>,
}

#[derive(Default)]
struct Memory {
    /// Requests that it could have struck.
    seen: u64,
    /// Requests that it struck.
    struck: u64,
    /// When there was more than its trigger allows, last.
    beyond: Option<Instant>,
    /// When each of its servers has nothing left to do.
    free: Vec<Instant>,
}

/// What one request suffers.
#[derive(Default)]
pub(super) struct Damage {
    /// The backend is asked so much later.
    pub(super) delay: Duration,
    /// And the body comes so much later than the head.
    pub(super) body_delay: Duration,
    /// How it ends, if not well, with the fault's text.
    pub(super) end: Option<(Effect, String)>,
}

impl Faults {
    pub(super) fn new(faults: Vec<ProxyFault>) -> Self {
        let live = |fault| Live { fault, in_flight: AtomicUsize::new(0), memory: Mutex::default() };
        let faults = faults.into_iter().map(live).collect();
        Self { faults, begun: OnceLock::new(), connections: AtomicUsize::new(0) }
    }

    /// How often each fault has struck, in the order in which they were given.
    pub(super) fn struck(&self) -> Vec<u64> {
        self.faults.iter().map(|live| live.memory().struck).collect()
    }

    /// Counts a connection until the guard goes.
    pub(super) fn connection(&self) -> Present<'_> {
        Present::in_each(vec![&self.connections])
    }

    /// Counts a request of this path until the guard goes.
    pub(super) fn request(&self, path: &str) -> Present<'_> {
        self.begun.get_or_init(Instant::now);
        let concerned = self.faults.iter().filter(|live| live.fault.concerns(path));
        Present::in_each(concerned.map(|live| &live.in_flight).collect())
    }

    /// What the request that just came suffers.
    pub(super) fn damage(&self, path: &str) -> Damage {
        let now = Instant::now();
        let mut damage = Damage::default();
        for live in self.faults.iter().filter(|live| live.fault.concerns(path)) {
            let fault = &live.fault;
            let standing = matches!(fault.effect, Effect::Freeze | Effect::AcceptStall);
            if standing || self.end_of(fault, now).is_none() {
                continue;
            }
            let connections = self.connections.load(Ordering::Relaxed);
            if !live.strikes(connections, now) {
                continue;
            }
            match fault.effect {
                Effect::Delay(time) => damage.delay += time,
                Effect::SlowBody(time) => damage.body_delay += time,
                Effect::Servers(servers, time) => damage.delay += live.line(servers, time, now),
                end => drop(damage.end.get_or_insert_with(|| (end, fault.text.clone()))),
            }
        }
        damage
    }

    /// Returns when no answer of this path has to stand still.
    pub(super) async fn thawed(&self, path: &str) {
        let freezes = |fault: &ProxyFault| fault.effect == Effect::Freeze && fault.concerns(path);
        self.over(freezes).await;
    }

    /// Returns when connections may be accepted.
    pub(super) async fn accepting(&self) {
        self.over(|fault| fault.effect == Effect::AcceptStall).await;
    }

    async fn over(&self, which: impl Fn(&ProxyFault) -> bool) {
        let end = |now| {
            let faults = self.faults.iter().map(|live| &live.fault).filter(|fault| which(fault));
            faults.filter_map(|fault| self.end_of(fault, now)).max()
        };
        while let Some(end) = end(Instant::now()) {
            tokio::time::sleep_until(end).await;
        }
    }

    /// When the fault ends, if `now` is within its time.
    fn end_of(&self, fault: &ProxyFault, now: Instant) -> Option<Instant> {
        let begun = *self.begun.get().unwrap_or(&now);
        let end = begun + fault.to.unwrap_or(FOR_EVER);
        (begun + fault.from <= now && now < end).then_some(end)
    }
}

impl Live {
    /// Whether the request that just came is struck.
    fn strikes(&self, connections: usize, now: Instant) -> bool {
        let mut memory = self.memory();
        if let Some(trigger) = self.fault.trigger
            && !self.triggered(trigger, connections, &mut memory, now)
        {
            return false;
        }
        memory.seen += 1;
        let struck = share::hits(memory.seen, self.fault.share);
        memory.struck += u64::from(struck);
        struck
    }

    fn triggered(
        &self,
        trigger: Trigger,
        connections: usize,
        memory: &mut Memory,
        now: Instant,
    ) -> bool {
        let present = match trigger.unit {
            Unit::Requests => self.in_flight.load(Ordering::Relaxed),
            Unit::Connections => connections,
        };
        if present > trigger.beyond {
            memory.beyond = Some(now);
            return true;
        }
        let lasts = trigger.lasts.unwrap_or(FOR_EVER);
        memory.beyond.is_some_and(|last| now < last + lasts)
    }

    /// How long a request that comes now waits in line and is served: first come, first served,
    /// by the server that is free first.
    fn line(&self, servers: usize, time: Duration, now: Instant) -> Duration {
        let mut memory = self.memory();
        memory.free.resize(servers, now);
        let first = memory.free.iter_mut().min().expect("a fault has at least one server");
        *first = (*first).max(now) + time;
        *first - now
    }

    /// Whole after each statement, so still good when a thread died while it held it.
    fn memory(&self) -> MutexGuard<'_, Memory> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Somebody who is there; no longer counted when dropped.
pub(super) struct Present<'a>(Vec<&'a AtomicUsize>);

impl<'a> Present<'a> {
    fn in_each(counts: Vec<&'a AtomicUsize>) -> Self {
        for count in &counts {
            count.fetch_add(1, Ordering::Relaxed);
        }
        Self(counts)
    }
}

impl Drop for Present<'_> {
    fn drop(&mut self) {
        for count in &self.0 {
            count.fetch_sub(1, Ordering::Relaxed);
        }
    }
}

#[cfg(test)]
mod tests;
