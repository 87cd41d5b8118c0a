//! The table of the rules. Their limits, with reasons, stand in docs/RULES.md too.

use std::time::Duration;

use super::evidence::{Evidence, Thread};
use super::findings::RunWord;
use super::{cut, floor, late, machine, still, targets};

/// What a rule has found.
pub(super) type Seen = Vec<(RunWord, String)>;

/// One rule.
#[derive(Debug)]
pub(super) struct Rule {
    pub(super) name: &'static str,
    /// The limits, as docs/RULES.md has them.
    #[cfg_attr(not(test), expect(dead_code, reason = "the test compares it with docs/RULES.md"))]
    pub(super) limits: [&'static str; 2],
    pub(super) judge: fn(&Evidence) -> Seen,
}

/// Every rule about the machine and the threads that make the load.
pub(super) const RULES: [Rule; 20] = [
    Rule { name: "lost-thread", limits: ["-", "any"], judge: still::lost_thread },
    Rule {
        name: "process-still",
        limits: ["over 0.5 s", "over 2 s in all and 10 % of the time"],
        judge: still::process_still,
    },
    Rule {
        name: "thread-still",
        limits: ["over 0.5 s", "over 2 s in all and 10 % of the time"],
        judge: still::thread_still,
    },
    Rule {
        name: "late",
        limits: [
            "p99 over 5 ms and 5 % of the p99 response time",
            "p90 over 50 ms and half of the median response time, after 5 s or more",
        ],
        judge: late::late,
    },
    Rule {
        name: "late-starts",
        limits: [
            "p99 over 5 ms and 5 % of the p99 response time",
            "p90 over 50 ms and half of the median response time, after 200 starts or more",
        ],
        judge: late::late_starts,
    },
    Rule {
        name: "send-rate",
        limits: ["over 1 % of the planned starts", "over 10 % of the planned starts"],
        judge: late::send_rate,
    },
    Rule { name: "unbegun", limits: ["over 1 % of the planned starts", "-"], judge: late::unbegun },
    Rule {
        name: "users",
        limits: [
            "over 1 % of the planned user time, after 1 s or more",
            "over 10 % of the planned user time, after 5 s or more",
        ],
        judge: late::users,
    },
    Rule {
        name: "floor",
        limits: ["over 1 ms and 5 % of the median response time", "-"],
        judge: floor::floor,
    },
    Rule {
        name: "cpu",
        limits: [
            "over 85 % of a core, and p99 late over 2 ms",
            "over 85 % of a core, and p90 late over 2 ms and half of the median response time, \
             after 5 s or more",
        ],
        judge: machine::cpu,
    },
    Rule {
        name: "run-queue",
        limits: ["over 10 % of the time, and p99 late over 2 ms", "-"],
        judge: machine::run_queue,
    },
    Rule {
        name: "steal",
        limits: ["over 5 % of the CPU time, and p99 late over 2 ms", "-"],
        judge: machine::steal,
    },
    Rule { name: "paused", limits: ["any", "-"], judge: still::paused },
    Rule { name: "steered", limits: ["any", "-"], judge: still::steered },
    Rule { name: "unmet", limits: ["any", "-"], judge: still::unmet },
    Rule {
        name: cut::UNANSWERED,
        limits: [
            "most of those cut off had waited for over 1 s and the p99 response time, and these are 5 \
             or more, over 1 % of requests, or all had waited for over 10 % of the planned user time",
            "-",
        ],
        judge: cut::unanswered,
    },
    Rule { name: "asleep", limits: ["over 0.1 s", "over 2 s"], judge: machine::asleep },
    Rule {
        name: "descriptors",
        limits: ["any", "over 0.1 % of requests"],
        judge: machine::descriptors,
    },
    Rule { name: "ports", limits: ["any", "over 0.1 % of requests"], judge: machine::ports },
    Rule {
        name: "network",
        limits: ["10 or more, and over 1 % of the connections opened", "-"],
        judge: machine::network,
    },
];

/// Their names, and those of the rules that look at the results of targets too.
pub(crate) fn rule_names() -> impl Iterator<Item = &'static str> {
    RULES.iter().map(|rule| rule.name).chain(targets::NAMES)
}

pub(super) fn named(evidence: &Evidence) -> impl Iterator<Item = (String, &Thread)> {
    let threads = evidence.threads.iter().enumerate();
    threads.map(|(index, thread)| (format!("executor-{index}"), thread))
}

/// The thread with the most of something, of those of which `seen` holds: `executor-1 was`, or
/// with how many others.
pub(super) fn worst<'a, T: PartialOrd>(
    evidence: &'a Evidence,
    most: impl Fn(&Thread) -> T,
    seen: impl Fn(&Thread) -> bool,
) -> Option<(String, &'a Thread)> {
    let all: Vec<(String, &'a Thread)> =
        named(evidence).filter(|(_, thread)| seen(thread)).collect();
    let others = all.len().saturating_sub(1);
    let worse = |a: (String, &'a Thread), b: (String, &'a Thread)| {
        if most(b.1) > most(a.1) { b } else { a }
    };
    let (name, thread) = all.into_iter().reduce(worse)?;
    let subject = match others {
        0 => format!("{name} was"),
        1 => format!("{name} (and another like it) was"),
        _ => format!("{name} (and {others} others like it) was"),
    };
    Some((subject, thread))
}

/// What other programs used, where the system tells: an end for a sentence.
pub(super) fn others(evidence: &Evidence) -> String {
    let share = evidence.machine.others.map(|share| share * 100.0);
    share.map_or_else(String::new, |percent| {
        format!(" (other programs used {percent:.0} % of its CPU time)")
    })
}

pub(super) fn millis(time: Duration) -> String {
    format!("{:.1} ms", time.as_secs_f64() * 1e3)
}
