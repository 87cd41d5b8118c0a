//! How the machine and the threads that make the load fared meanwhile: what the run is judged by.

use std::time::Duration;

use crate::Latency;
use serde::{Deserialize, Serialize};

/// Between two looks of a loop at the clock.
pub(crate) const PERIOD_NS: u64 = 25_000_000;
/// A loop that does not turn for longer than this stands still.
const STILL_NS: u64 = 500_000_000;

/// The pulse of a loop: it should look at the clock every 25 ms, and how late it does is noted.
///
/// A loop that stands still for a second misses 40 looks. Each of them is noted with its own
/// lateness, so that the percentiles are shares of *time*: whatever had become due at a random
/// moment would have been that late.
#[derive(Clone, Debug)]
pub struct Pulse {
    due_ns: u64,
    beats: Beats,
}

/// What a pulse has found.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Beats {
    /// Lateness of the looks at the clock; two digits.
    pub late: Latency,
    /// Times over 500 ms in which the loop did not turn.
    pub stalls: Stalls,
}

/// Times in which a loop stood still.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stalls {
    /// How many.
    pub count: u32,
    /// All of them together.
    pub total: Duration,
    /// The longest.
    pub longest: Duration,
    /// When the longest ended, since the start of the run.
    pub ended: Duration,
}

impl Default for Beats {
    fn default() -> Self {
        Self { late: Latency::with_digits(2), stalls: Stalls::default() }
    }
}

impl Beats {
    fn add(&mut self, other: &Self) {
        self.late.add(&other.late);
        self.stalls.add(other.stalls);
    }

    /// Forgets everything, as for a reset of the statistics.
    pub fn clear(&mut self) {
        self.late.clear();
        self.stalls = Stalls::default();
    }
}

impl Stalls {
    fn add(&mut self, other: Self) {
        self.count += other.count;
        self.total += other.total;
        if other.longest > self.longest {
            (self.longest, self.ended) = (other.longest, other.ended);
        }
    }
}

impl Pulse {
    /// A pulse that begins `now_ns` after the start of the run.
    pub fn new(now_ns: u64) -> Self {
        Self { due_ns: now_ns + PERIOD_NS, beats: Beats::default() }
    }

    /// A pulse that is never due: in virtual time nothing can be late.
    pub fn resting() -> Self {
        Self { due_ns: u64::MAX, beats: Beats::default() }
    }

    /// When the loop should look at the clock next, in ns since the start of the run.
    pub fn due_ns(&self) -> u64 {
        self.due_ns
    }

    /// The loop looks at the clock.
    pub fn look(&mut self, now_ns: u64) {
        let late_ns = now_ns.saturating_sub(self.due_ns);
        if late_ns > STILL_NS {
            let (longest, ended) = (Duration::from_nanos(late_ns), Duration::from_nanos(now_ns));
            self.beats.stalls.add(Stalls { count: 1, total: longest, longest, ended });
        }
        while self.due_ns <= now_ns {
            self.beats.late.record(now_ns - self.due_ns);
            self.due_ns += PERIOD_NS;
        }
    }

    /// What it has found since the last time.
    pub fn take(&mut self) -> Beats {
        std::mem::take(&mut self.beats)
    }

    /// Forgets what it has found.
    pub fn reset(&mut self) {
        self.beats.clear();
    }
}

/// What the system says of a thread, counted since the thread began.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ThreadUse {
    /// Since the start of the run: when it was asked.
    pub at: Duration,
    /// CPU time used; `None` where the system does not tell.
    pub cpu: Option<Duration>,
    /// Time in which it could have run and had to wait for a CPU (Linux only).
    pub queued: Option<Duration>,
}

/// One thread that makes load.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[non_exhaustive]
pub struct GeneratorThread {
    /// What its pulse has found.
    pub beats: Beats,
    /// It did not answer at the end of the run: what it measured last is lost.
    pub lost: bool,
    begin: ThreadUse,
    now: ThreadUse,
}

impl GeneratorThread {
    /// CPU time used, as a share of one core.
    pub fn cpu_share(&self) -> Option<f64> {
        self.share(|at| at.cpu)
    }

    /// Time spent waiting for a CPU, as a share of all time.
    pub fn queued_share(&self) -> Option<f64> {
        self.share(|at| at.queued)
    }

    fn share(&self, of: impl Fn(&ThreadUse) -> Option<Duration>) -> Option<f64> {
        let time = self.now.at.saturating_sub(self.begin.at);
        // A thread that was not asked at its beginning had used nothing then.
        let used = of(&self.now)?.saturating_sub(of(&self.begin).unwrap_or_default());
        (!time.is_zero()).then(|| used.as_secs_f64() / time.as_secs_f64())
    }
}

/// What the machine went through during the run. `None`: the system does not tell.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Machine {
    /// The share of all CPU time that other programs used.
    pub others: Option<f64>,
    /// The share of all CPU time that the host of this virtual machine gave to others.
    pub steal: Option<f64>,
    /// How long the machine was asleep.
    pub suspended: Option<Duration>,
    /// By how many seconds the calendar's clock was set. No time that is measured depends on it.
    pub clock_step: Option<f64>,
    /// Requests for a connection that had to be repeated, of all programs.
    pub syn_retransmits: Option<u64>,
    /// Connections that a full accept queue on this machine turned away, of all programs.
    pub listen_drops: Option<u64>,
}

/// Everything that made the load.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Generator {
    /// The executor threads.
    pub threads: Vec<GeneratorThread>,
    /// What the pulse of the dispatcher has found, which has no load of its own to carry.
    pub dispatcher: Beats,
    /// The machine; looked at when the run ends.
    pub machine: Machine,
    /// Response times of an echo in this program, taken before the run.
    pub floor: Option<Latency>,
    /// The same after a run of some length.
    pub floor_after: Option<Latency>,
}

impl Generator {
    pub(crate) fn new(threads: usize) -> Self {
        Self { threads: vec![GeneratorThread::default(); threads], ..Self::default() }
    }

    pub(crate) fn absorb(&mut self, thread: usize, beats: &Beats, now: ThreadUse) {
        let thread = &mut self.threads[thread];
        thread.beats.add(beats);
        thread.now = now;
    }

    /// Adds what the dispatcher's own pulse has found.
    pub fn absorb_dispatcher(&mut self, beats: &Beats) {
        self.dispatcher.add(beats);
    }

    pub(crate) fn reset(&mut self) {
        self.dispatcher.clear();
        for thread in &mut self.threads {
            thread.beats.clear();
            thread.begin = thread.now;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: u64 = 1_000_000;

    #[test]
    fn a_loop_that_turns_in_time_is_not_late() {
        let mut pulse = Pulse::new(0);
        (1..=400).for_each(|beat| pulse.look(beat * 25 * MS));
        let beats = pulse.take();
        assert_eq!((beats.late.len(), beats.late.max()), (400, Some(Duration::ZERO)));
        assert_eq!(beats.stalls, Stalls::default());
    }

    #[test]
    fn a_second_of_standing_still_weighs_a_second() {
        let mut pulse = Pulse::new(0);
        (1..=100).for_each(|beat| pulse.look(beat * 25 * MS));
        pulse.look(3_525 * MS);
        (142..=240).for_each(|beat| pulse.look(beat * 25 * MS));
        let beats = pulse.take();
        assert_eq!(beats.late.len(), 240);
        let second = Duration::from_secs(1);
        let ended = Duration::from_millis(3_525);
        assert_eq!(beats.stalls, Stalls { count: 1, total: second, longest: second, ended });
        // 40 of 240 looks were late, evenly between 0 and 1 s.
        assert!(beats.late.quantile(0.83).unwrap() <= Duration::from_micros(1));
        let p90 = beats.late.quantile(0.9).unwrap().as_millis();
        assert!((380..=440).contains(&p90), "{p90}");
    }

    /// Before it was fixed nobody knew the CPU of a thread whose statistics were never reset, so
    /// that neither rule about it could speak.
    #[test]
    fn shares_of_a_thread_are_known_without_a_reset_and_begin_anew_with_one() {
        let mut generator = Generator::new(1);
        let at = |s: u64, cpu: u64, queued: u64| ThreadUse {
            at: Duration::from_secs(s),
            cpu: Some(Duration::from_secs(cpu)),
            queued: Some(Duration::from_secs(queued)),
        };
        generator.absorb(0, &Beats::default(), at(10, 5, 1));
        let shares = |of: &Generator| (of.threads[0].cpu_share(), of.threads[0].queued_share());
        assert_eq!(shares(&generator), (Some(0.5), Some(0.1)));
        generator.reset();
        generator.absorb(0, &Beats::default(), at(20, 14, 2));
        assert_eq!(shares(&generator), (Some(0.9), Some(0.1)));
    }

    #[test]
    fn half_a_second_is_not_yet_standing_still() {
        let mut pulse = Pulse::new(0);
        pulse.look(525 * MS);
        assert_eq!(pulse.take().stalls.count, 0);
        pulse.look(525 * MS + 526 * MS);
        assert_eq!(pulse.take().stalls.count, 1);
    }
}
