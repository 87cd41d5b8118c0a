//! What the rules look at: plain numbers, so that a test can say what was seen.

use std::time::Duration;

use super::cut::WAITED;
use crate::failure::FailureKind;
use crate::generator::{GeneratorThread, Machine, Stalls};
use crate::{Latency, Snapshot};

/// Everything that speaks for or against a run.
#[derive(Clone, Debug, Default)]
pub(super) struct Evidence {
    /// For how long the statistics were counted.
    pub(super) window: Duration,
    /// For how long of it the run was paused by hand.
    pub(super) paused: Duration,
    /// How often somebody has changed the load by hand.
    pub(super) steered: u32,
    /// What of the planned load could not be.
    pub(super) unmet: Vec<String>,
    pub(super) threads: Vec<Thread>,
    /// Times in which everything stood still: the shortest of all threads, the dispatcher's too,
    /// which carries no load.
    pub(super) process: Stalls,
    pub(super) machine: Machine,
    pub(super) starts: Starts,
    pub(super) requests: u64,
    pub(super) connections: u64,
    /// Requests that failed because this machine had no descriptor left.
    pub(super) descriptors: u64,
    /// Requests that failed because this machine had no local port left.
    pub(super) ports: u64,
    /// What a request costs on this machine alone, for a tenth of the time: before the run, after.
    pub(super) floors: [Option<Duration>; 2],
    pub(super) users: Users,
    pub(super) cut: Cut,
    /// Median response time.
    pub(super) median: Duration,
    /// 99th percentile of the response time.
    pub(super) p99: Duration,
}

/// Tasks that had a time to start at: the open model's, and paced ones.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Starts {
    /// Starts whose lateness is the generator's own.
    pub(super) count: u64,
    pub(super) late_p90: Duration,
    pub(super) late_p99: Duration,
    /// Planned by the open model.
    pub(super) planned: u64,
    /// Of these: dropped, or waiting when the run ended.
    pub(super) unsent: u64,
    /// Of those sent: their task never began.
    pub(super) unbegun: u64,
}

/// Requests that the end of the run, or of their user, cut off.
///
/// Users that were removed and users that were there at the end are two crowds: where most of one had
/// only begun they are no news, and do not hide that the other had waited long.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Cut {
    /// Those begun before the end, of crowds of which most had waited long.
    pub(super) all: u64,
    /// Those of them that had waited for longer than p99 of the others took, and a second.
    pub(super) long: u64,
    pub(super) longest: Duration,
    /// What all of them had waited together.
    pub(super) waited: Duration,
}

/// Users of the closed model.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Users {
    /// The time of all users together that was planned.
    pub(super) planned: Duration,
    /// What of it is missing because threads were late with starts. That of users who ended by
    /// themselves is not.
    pub(super) missed: Duration,
}

/// One thread that makes load.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Thread {
    /// Looks at the clock.
    pub(super) looks: u64,
    /// For nine tenths of the time it was not later than this.
    pub(super) late_p90: Duration,
    pub(super) late_p99: Duration,
    pub(super) stalls: Stalls,
    /// Share of a core used.
    pub(super) cpu: Option<f64>,
    /// Share of the time spent waiting for a CPU.
    pub(super) queued: Option<f64>,
    pub(super) lost: bool,
}

impl Evidence {
    pub(super) fn of(snapshot: &Snapshot) -> Self {
        let (all, generator) = (snapshot.aggregated(), &snapshot.generator);
        let times = all.response();
        let threads = generator.threads.iter().map(|thread| thread.beats.stalls);
        let process = threads.fold(generator.dispatcher.stalls, |least, stalls| {
            if stalls.total < least.total { stalls } else { least }
        });
        let failed = |kind| {
            let rows = snapshot.failures().filter(|row| row.kind == kind);
            rows.map(|row| row.count).sum()
        };
        Self {
            window: snapshot.measured(),
            paused: snapshot.paused,
            steered: snapshot.steered,
            unmet: snapshot.unmet.clone(),
            threads: generator.threads.iter().map(Thread::of).collect(),
            process,
            machine: generator.machine,
            starts: Starts::of(snapshot),
            requests: all.requests(),
            connections: all.connections(),
            descriptors: failed(FailureKind::Descriptors),
            ports: failed(FailureKind::Ports),
            floors: [&generator.floor, &generator.floor_after]
                .map(|floor| floor.as_ref().and_then(Latency::for_a_tenth_of_the_time)),
            users: Users { planned: snapshot.planned_time, missed: snapshot.missed_time },
            cut: Cut::of(snapshot),
            median: quantile(&times, 0.5),
            p99: quantile(&times, 0.99),
        }
    }

    /// The latest a thread was at p99.
    pub(super) fn late_p99(&self) -> Duration {
        self.threads.iter().map(|thread| thread.late_p99).max().unwrap_or_default()
    }
}

impl Cut {
    pub(super) fn of(snapshot: &Snapshot) -> Self {
        let mut cut = Self::default();
        if snapshot.cut_with.is_empty() {
            return cut;
        }
        let mut crowds = <[Latency; 2]>::default();
        for of_row in snapshot.cut_with.values() {
            crowds.iter_mut().zip(of_row).for_each(|(crowd, waited)| crowd.add(waited));
        }
        let p99 = quantile(&snapshot.aggregated().response(), 0.99);
        for waited in &crowds {
            let long = waited.len() - waited.count_at_most(WAITED.max(p99));
            if long * 2 > waited.len() {
                cut.all += waited.len();
                cut.long += long;
                cut.longest = cut.longest.max(waited.max().unwrap_or_default());
                cut.waited += waited.sum();
            }
        }
        cut
    }

    /// Those that had waited long as a share of them and `requests` that ended.
    pub(super) fn share(&self, requests: u64) -> f64 {
        self.long as f64 / (requests + self.long).max(1) as f64
    }
}

impl Starts {
    fn of(snapshot: &Snapshot) -> Self {
        let own = &snapshot.lateness().own;
        let arrivals = snapshot.arrivals().copied().unwrap_or_default();
        Self {
            count: own.len(),
            late_p90: quantile(own, 0.9),
            late_p99: p99(own),
            planned: arrivals.planned,
            unsent: arrivals.dropped + arrivals.unsent,
            unbegun: arrivals.unbegun,
        }
    }
}

impl Thread {
    fn of(thread: &GeneratorThread) -> Self {
        let late = &thread.beats.late;
        Self {
            looks: late.len(),
            late_p90: quantile(late, 0.9),
            late_p99: p99(late),
            stalls: thread.beats.stalls,
            cpu: thread.cpu_share(),
            queued: thread.queued_share(),
            lost: thread.lost,
        }
    }
}

/// Below 100 values a p99 is their maximum, and one hiccup would speak for a whole run.
fn p99(times: &Latency) -> Duration {
    if times.len() < 100 { Duration::ZERO } else { quantile(times, 0.99) }
}

fn quantile(times: &Latency, quantile: f64) -> Duration {
    times.quantile(quantile).unwrap_or_default()
}
