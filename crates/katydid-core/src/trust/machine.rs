//! Rules about what the machine could give.

use std::time::Duration;

use super::evidence::{Evidence, Thread};
use super::findings::RunWord::{Disturbed, Invalid};
use super::late::LOOKS;
use super::rules::{Seen, millis, others, worst};
use crate::counted;

/// Lateness up to which a busy machine is no fault.
pub(super) const HARMLESS: Duration = Duration::from_millis(2);
/// Lateness of a busy thread at p90, relative to the median response time.
pub(super) const CPU_SHARE: f64 = 0.5;
/// Share of a core.
pub(super) const CPU: f64 = 0.85;
/// Share of the time spent waiting for a CPU.
pub(super) const QUEUED: f64 = 0.1;
/// Share of all CPU time.
pub(super) const STEAL: f64 = 0.05;
pub(super) const ASLEEP: Duration = Duration::from_millis(100);
pub(super) const ASLEEP_INVALID: Duration = Duration::from_secs(2);
/// Share of requests that this machine made fail by itself.
pub(super) const EXHAUSTED: f64 = 0.001;
/// Events of the machine's network, and their share of our own connections.
pub(super) const NETWORK: u64 = 10;
pub(super) const NETWORK_SHARE: f64 = 0.01;

pub(super) fn cpu(evidence: &Evidence) -> Seen {
    let share = |thread: &Thread| thread.cpu.unwrap_or(0.0);
    let next = "use more --threads (up to one per core), fewer users or a second machine";
    let half = HARMLESS.max(evidence.median.mul_f64(CPU_SHARE));
    let proved =
        |thread: &Thread| thread.looks >= LOOKS && share(thread) > CPU && thread.late_p90 > half;
    if let Some((name, thread)) = worst(evidence, share, proved) {
        let (percent, late) = (share(thread) * 100.0, millis(thread.late_p90));
        let text = format!(
            "{name} at {percent:.0} % of a core (limit 85 %) and late by {late} or more for a tenth \
             of the time (limit {}: half of the median response time, at least 2 ms), so most of \
             what was measured is this program's own time: {next}",
            millis(half)
        );
        return vec![(Invalid, text)];
    }
    let seen = |thread: &Thread| share(thread) > CPU && thread.late_p99 > HARMLESS;
    let busy = worst(evidence, share, seen).map(|(name, thread)| {
        let (percent, late) = (share(thread) * 100.0, millis(thread.late_p99));
        let text = format!(
            "{name} at {percent:.0} % of a core (limit 85 %) and late by {late} or more for 1 % of \
             the time: {next}"
        );
        (Disturbed, text)
    });
    busy.into_iter().collect()
}

pub(super) fn run_queue(evidence: &Evidence) -> Seen {
    let share = |thread: &Thread| thread.queued.unwrap_or(0.0);
    let seen = |thread: &Thread| share(thread) > QUEUED && thread.late_p99 > HARMLESS;
    let waiting = worst(evidence, share, seen).map(|(name, thread)| {
        let (percent, late) = (share(thread) * 100.0, millis(thread.late_p99));
        let text = format!(
            "{name} waiting for a CPU {percent:.0} % of the time (limit 10 %) and late by {late} or \
             more for 1 % of it{}: end other programs, the target included, or use a machine of its \
             own",
            others(evidence)
        );
        (Disturbed, text)
    });
    waiting.into_iter().collect()
}

pub(super) fn steal(evidence: &Evidence) -> Seen {
    let stolen = evidence.machine.steal.filter(|share| *share > STEAL);
    let Some(share) = stolen.filter(|_| evidence.late_p99() > HARMLESS) else { return Vec::new() };
    let text = format!(
        "the host of this virtual machine took {:.0} % of its CPU time (limit 5 %) and the load \
         was late by {} for 1 % of the time: use a machine that is not shared",
        share * 100.0,
        millis(evidence.late_p99())
    );
    vec![(Disturbed, text)]
}

pub(super) fn asleep(evidence: &Evidence) -> Seen {
    let asleep = evidence.machine.suspended.unwrap_or_default();
    if asleep <= ASLEEP {
        return Vec::new();
    }
    let word = if asleep > ASLEEP_INVALID { Invalid } else { Disturbed };
    let text = format!(
        "the machine was asleep for {:.1} s (limit 0.1 s), which no response time contains: keep \
         it awake and run again",
        asleep.as_secs_f64()
    );
    vec![(word, text)]
}

pub(super) fn descriptors(evidence: &Evidence) -> Seen {
    let next = "raise `ulimit -n` or use fewer users";
    exhausted(evidence, evidence.descriptors, "file descriptor", next)
}

pub(super) fn ports(evidence: &Evidence) -> Seen {
    let next = "keep connections open, widen net.ipv4.ip_local_port_range or use a second machine";
    exhausted(evidence, evidence.ports, "local port", next)
}

fn exhausted(evidence: &Evidence, failed: u64, what: &str, next: &str) -> Seen {
    if failed == 0 {
        return Vec::new();
    }
    let requests = evidence.requests;
    let share = failed as f64 / requests.max(1) as f64;
    let word = if share > EXHAUSTED { Invalid } else { Disturbed };
    let text = format!(
        "{failed} of {} failed because this machine had no {what} left (limit 0; \
         not the target's fault): {next}",
        counted(requests, "request")
    );
    vec![(word, text)]
}

pub(super) fn network(evidence: &Evidence) -> Seen {
    let machine = evidence.machine;
    let least = (evidence.connections as f64 * NETWORK_SHARE).max(NETWORK as f64);
    let events = [
        (machine.syn_retransmits, "requests for a connection had to be repeated after a second"),
        (machine.listen_drops, "connections were turned away by a full accept queue"),
    ];
    let many = events.into_iter().filter_map(|(count, what)| {
        let count = count.filter(|count| *count as f64 >= least)?;
        let text = format!(
            "{count} {what} on this machine (limit {least:.0}; counted over all its programs, so \
             perhaps not ours): look at the connect times, and run again with nothing else going on"
        );
        Some((Disturbed, text))
    });
    many.collect()
}
