//! The rules, with their limits. Each limit has its reason in the table.

use std::time::Duration;

use super::evidence::{Evidence, Thread};
use super::findings::RunWord::{self, Disturbed, Invalid};
use crate::Stalls;

/// What a rule has found.
type Seen = Vec<(RunWord, String)>;

/// One rule.
#[derive(Debug)]
pub(super) struct Rule {
    pub(super) name: &'static str,
    /// The limits, as docs/RULES.md has them.
    #[cfg_attr(not(test), expect(dead_code, reason = "the test compares it with docs/RULES.md"))]
    pub(super) limits: [&'static str; 2],
    pub(super) judge: fn(&Evidence) -> Seen,
}

/// Standing still: INVALID from this long in all …
const STILL_INVALID: Duration = Duration::from_secs(2);
/// … and this share of the time.
const STILL_SHARE: f64 = 0.1;
/// Lateness that is small whatever the response times.
const LATE: Duration = Duration::from_millis(5);
/// Lateness relative to the p99 response time.
const LATE_SHARE: f64 = 0.05;
/// Lateness that is large whatever the response times.
const LATE_INVALID: Duration = Duration::from_millis(50);
/// Lateness relative to the median response time, at p90.
const LATE_INVALID_SHARE: f64 = 0.5;
/// Looks at the clock below which nothing is proved: 5 s of a thread.
const LOOKS: u64 = 200;
/// Lateness up to which a busy machine is no fault.
const HARMLESS: Duration = Duration::from_millis(2);
/// Share of a core.
const CPU: f64 = 0.85;
/// Share of the time spent waiting for a CPU.
const QUEUED: f64 = 0.1;
/// Share of all CPU time.
const STEAL: f64 = 0.05;
const ASLEEP: Duration = Duration::from_millis(100);
const ASLEEP_INVALID: Duration = Duration::from_secs(2);
/// Share of requests that this machine made fail by itself.
const EXHAUSTED: f64 = 0.001;
/// Events of the machine's network, and their share of our own connections.
const NETWORK: u64 = 10;
const NETWORK_SHARE: f64 = 0.01;

/// Every rule about the machine and the threads that make the load.
pub(super) const RULES: [Rule; 11] = [
    Rule { name: "lost-thread", limits: ["-", "any"], judge: lost_thread },
    Rule {
        name: "process-still",
        limits: ["over 0.5 s", "over 2 s in all and 10 % of the time"],
        judge: process_still,
    },
    Rule {
        name: "thread-still",
        limits: ["over 0.5 s", "over 2 s in all and 10 % of the time"],
        judge: thread_still,
    },
    Rule {
        name: "late",
        limits: [
            "p99 over 5 ms and 5 % of the p99 response time",
            "p90 over 50 ms and half of the median response time, after 5 s or more",
        ],
        judge: late,
    },
    Rule { name: "cpu", limits: ["over 85 % of a core, and p99 late over 2 ms", "-"], judge: cpu },
    Rule {
        name: "run-queue",
        limits: ["over 10 % of the time, and p99 late over 2 ms", "-"],
        judge: run_queue,
    },
    Rule {
        name: "steal",
        limits: ["over 5 % of the CPU time, and p99 late over 2 ms", "-"],
        judge: steal,
    },
    Rule { name: "asleep", limits: ["over 0.1 s", "over 2 s"], judge: asleep },
    Rule { name: "descriptors", limits: ["any", "over 0.1 % of requests"], judge: descriptors },
    Rule { name: "ports", limits: ["any", "over 0.1 % of requests"], judge: ports },
    Rule {
        name: "network",
        limits: ["10 or more, and over 1 % of the connections opened", "-"],
        judge: network,
    },
];

fn lost_thread(evidence: &Evidence) -> Seen {
    let lost = named(evidence).filter(|(_, thread)| thread.lost);
    let text = |(name, _)| {
        let text = format!(
            "{name} did not answer at the end and what it measured last is lost: a task blocks it \
             (a blocking call, an endless loop) or it could not start; see the warnings"
        );
        (Invalid, text)
    };
    lost.map(text).collect()
}

fn process_still(evidence: &Evidence) -> Seen {
    let still = evidence.process;
    let Some(word) = weigh_stall(still, evidence) else { return Vec::new() };
    let text = format!(
        "the whole program {}: it was stopped by a signal, or the machine gave it no time; run it \
         again undisturbed",
        stood_still(still)
    );
    vec![(word, text)]
}

/// A thread that stood still while the program did not.
fn thread_still(evidence: &Evidence) -> Seen {
    let mut seen = Vec::new();
    for (name, thread) in named(evidence) {
        let alone = thread.stalls.total.saturating_sub(evidence.process.total);
        let still = Stalls { total: alone, ..thread.stalls };
        let Some(word) = weigh_stall(still, evidence) else { continue };
        let queued = evidence.window.mul_f64(thread.queued.unwrap_or(0.0));
        let why = if queued * 2 > alone {
            format!(
                "it waited {:.1} s for a CPU: other programs use this machine; end them or use a \
                 machine of its own",
                queued.as_secs_f64()
            )
        } else {
            "a task blocks it (a blocking call, a long calculation); make it async or give it a \
             thread of its own"
                .to_owned()
        };
        seen.push((word, format!("{name} {}: {why}", stood_still(still))));
    }
    seen
}

fn weigh_stall(still: Stalls, evidence: &Evidence) -> Option<RunWord> {
    let share = still.total.as_secs_f64() / evidence.window.as_secs_f64().max(1e-9);
    if still.count == 0 || still.total < Duration::from_millis(500) {
        None
    } else if still.total > STILL_INVALID && share > STILL_SHARE {
        Some(Invalid)
    } else {
        Some(Disturbed)
    }
}

fn stood_still(still: Stalls) -> String {
    let (longest, ended) = (still.longest.as_secs_f64(), still.ended.as_secs_f64());
    let often = match still.count {
        1 => String::new(),
        count => format!(", the longest of {count} times"),
    };
    format!("stood still for {longest:.2} s until second {ended:.1}{often} (limit 0.5 s)")
}

fn late(evidence: &Evidence) -> Seen {
    let limit = LATE.max(evidence.p99.mul_f64(LATE_SHARE));
    let hard = LATE_INVALID.max(evidence.median.mul_f64(LATE_INVALID_SHARE));
    let mut seen = Vec::new();
    for (name, thread) in named(evidence) {
        let what = "what became due on it began";
        if thread.looks >= LOOKS && thread.late_p90 > hard {
            let text = format!(
                "{name} was late by {} for a tenth of the time (limit {}, half of the median \
                 response time but at least 50 ms), so {what} much too late: {}",
                millis(thread.late_p90),
                millis(hard),
                advice(thread)
            );
            seen.push((Invalid, text));
        } else if thread.late_p99 > limit {
            let text = format!(
                "{name} was late by {} for 1 % of the time (limit {}, 5 % of the p99 response time \
                 but at least 5 ms), so {what} too late: {}",
                millis(thread.late_p99),
                millis(limit),
                advice(thread)
            );
            seen.push((Disturbed, text));
        }
    }
    seen
}

fn advice(thread: &Thread) -> &'static str {
    if thread.queued.is_some_and(|share| share > QUEUED) {
        "it waited for a CPU that others used; end other programs or use a machine of its own"
    } else if thread.cpu.is_some_and(|share| share > CPU) {
        "it has more to do than a core can; use more --threads, fewer users or a second machine"
    } else {
        "its tasks compute for long between two awaits, or the machine was slow; move the \
         computing elsewhere or use more --threads"
    }
}

fn cpu(evidence: &Evidence) -> Seen {
    let busy = |thread: &Thread| thread.cpu.filter(|share| *share > CPU);
    let text = |(name, thread): (String, &Thread)| {
        let percent = busy(thread)? * 100.0;
        (thread.late_p99 > HARMLESS).then(|| {
            let late = millis(thread.late_p99);
            let text = format!(
                "{name} used {percent:.0} % of a core (limit 85 %) and was late by {late} for 1 % \
                 of the time: use more --threads (up to one per core) or a second machine"
            );
            (Disturbed, text)
        })
    };
    named(evidence).filter_map(text).collect()
}

fn run_queue(evidence: &Evidence) -> Seen {
    let text = |(name, thread): (String, &Thread)| {
        let share = thread.queued.filter(|share| *share > QUEUED)?;
        (thread.late_p99 > HARMLESS).then(|| {
            let text = format!(
                "{name} waited for a CPU {:.0} % of the time (limit 10 %) and was late by {} for 1 \
                 % of the time: end other programs, the target included, or use a machine of its \
                 own",
                share * 100.0,
                millis(thread.late_p99)
            );
            (Disturbed, text)
        })
    };
    named(evidence).filter_map(text).collect()
}

fn steal(evidence: &Evidence) -> Seen {
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

fn asleep(evidence: &Evidence) -> Seen {
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

fn descriptors(evidence: &Evidence) -> Seen {
    let next = "raise `ulimit -n` or use fewer users";
    exhausted(evidence, evidence.descriptors, "file descriptor", next)
}

fn ports(evidence: &Evidence) -> Seen {
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
        "{failed} of {requests} requests failed because this machine had no {what} left (limit 0; \
         not the target's fault): {next}"
    );
    vec![(word, text)]
}

fn network(evidence: &Evidence) -> Seen {
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

fn named(evidence: &Evidence) -> impl Iterator<Item = (String, &Thread)> {
    let threads = evidence.threads.iter().enumerate();
    threads.map(|(index, thread)| (format!("executor-{index}"), thread))
}

fn millis(time: Duration) -> String {
    format!("{:.1} ms", time.as_secs_f64() * 1e3)
}
