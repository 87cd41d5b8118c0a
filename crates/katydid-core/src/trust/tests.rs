//! Every rule by what it is shown; a run that shows nothing is VALID.

use std::time::Duration;

use super::evidence::{Cut, Evidence, Starts, Thread};
use super::findings::{RunWord, Trust, weigh};
use super::rules::RULES;
use crate::Stalls;

const RULES_DOCUMENT: &str = include_str!("../../../../docs/RULES.md");

fn ms(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

fn healthy_thread() -> Thread {
    Thread {
        looks: 400,
        late_p90: ms(1),
        late_p99: ms(2),
        cpu: Some(0.3),
        queued: Some(0.02),
        ..Thread::default()
    }
}

fn healthy() -> Evidence {
    Evidence {
        window: ms(10_000),
        threads: vec![healthy_thread(); 2],
        requests: 10_000,
        connections: 100,
        median: ms(10),
        p99: ms(40),
        ..Evidence::default()
    }
}

/// What is said of a healthy run after `change`.
fn after(change: impl FnOnce(&mut Evidence)) -> Trust {
    let mut evidence = healthy();
    change(&mut evidence);
    weigh(&evidence)
}

fn still(total_ms: u64) -> Stalls {
    Stalls { count: 1, total: ms(total_ms), longest: ms(total_ms), ended: ms(4_000) }
}

#[track_caller]
fn says(trust: &Trust, rule: &str, word: RunWord, text: &str) {
    let found = trust.findings.iter().find(|finding| finding.rule == rule);
    let finding = found.unwrap_or_else(|| panic!("{rule} is not in {trust:?}"));
    assert_eq!((finding.word, trust.word), (word, word), "{trust:?}");
    assert!(finding.text.contains(text), "{text:?} is not in {}", finding.text);
}

#[test]
fn a_healthy_run_is_valid() {
    assert_eq!(weigh(&healthy()), Trust::default());
    assert_eq!(weigh(&Evidence::default()).word, RunWord::Valid);
}

#[test]
fn a_busy_machine_alone_is_no_fault() {
    let trust = after(|seen| {
        seen.threads[0] = Thread { cpu: Some(1.0), queued: Some(0.5), ..healthy_thread() };
        seen.machine.steal = Some(0.3);
    });
    assert_eq!(trust.word, RunWord::Valid, "{trust:?}");
}

#[test]
fn standing_still_is_said_by_its_seconds() {
    let disturbed = after(|seen| seen.process = still(1_000));
    says(&disturbed, "process-still", RunWord::Disturbed, "1.00 s until second 4.0 (limit 0.5 s)");
    let invalid = after(|seen| seen.process = still(2_500));
    says(&invalid, "process-still", RunWord::Invalid, "stopped by a signal");
    let long_run = after(|seen| (seen.process, seen.window) = (still(2_500), ms(3_600_000)));
    assert_eq!(long_run.word, RunWord::Disturbed);
}

#[test]
fn a_blocked_thread_is_told_from_a_stopped_program_and_from_a_starved_one() {
    let blocked = after(|seen| seen.threads[1].stalls = still(3_000));
    says(&blocked, "thread-still", RunWord::Invalid, "executor-1 stood still for 3.00 s");
    assert!(blocked.findings[0].text.contains("a task blocks it"));
    let stopped = after(|seen| {
        seen.process = still(1_000);
        seen.threads.iter_mut().for_each(|thread| thread.stalls = still(1_010));
    });
    let rules: Vec<&str> = stopped.findings.iter().map(|finding| finding.rule).collect();
    assert_eq!(rules, ["process-still"]);
    let starved = after(|seen| {
        seen.threads[1].stalls = still(900);
        seen.threads[1].queued = Some(0.09);
    });
    says(&starved, "thread-still", RunWord::Disturbed, "waited 0.9 s for a CPU");
}

#[test]
fn lateness_counts_beside_the_response_times() {
    let late = |late: u64, p99: u64| {
        after(|seen| (seen.threads[0].late_p99, seen.p99) = (ms(late), ms(p99)))
    };
    assert_eq!(late(5, 40).word, RunWord::Valid);
    says(
        &late(6, 40),
        "late",
        RunWord::Disturbed,
        "6.0 ms or more for 1 % of the time (limit 5.0 ms",
    );
    assert_eq!(late(40, 1_000).word, RunWord::Valid);
    says(&late(51, 1_000), "late", RunWord::Disturbed, "(limit 50.0 ms");
}

#[test]
fn lateness_proves_something_only_with_enough_looks() {
    let late = |looks: u64| {
        after(|seen| {
            let (late_p90, late_p99) = (ms(60), ms(200));
            seen.threads[0] = Thread { looks, late_p90, late_p99, ..healthy_thread() };
        })
    };
    says(
        &late(200),
        "late",
        RunWord::Invalid,
        "60.0 ms or more for a tenth of the time (limit 50.0 ms",
    );
    assert_eq!(late(199).word, RunWord::Disturbed);
    let slow_target = after(|seen| {
        (seen.threads[0].late_p90, seen.median, seen.p99) = (ms(60), ms(200), ms(4_000));
    });
    assert_eq!(slow_target.word, RunWord::Valid);
}

#[test]
fn the_latest_thread_speaks_for_all() {
    let trust = after(|seen| (seen.threads[0].late_p99, seen.threads[1].late_p99) = (ms(7), ms(9)));
    assert_eq!(trust.findings.len(), 1);
    says(&trust, "late", RunWord::Disturbed, "executor-1 (and another like it) was late by 9.0 ms");
}

#[test]
fn scheduled_starts_are_judged_by_their_own_lateness_and_by_those_that_never_came() {
    let starts = |change: fn(&mut Starts)| after(|seen| change(&mut seen.starts));
    assert_eq!(starts(|seen| (seen.planned, seen.unsent) = (1_000, 10)).word, RunWord::Valid);
    let few = starts(|seen| (seen.planned, seen.unsent) = (1_000, 11));
    says(&few, "send-rate", RunWord::Disturbed, "11 of 1000 planned starts (1.1 %, limit 1 %)");
    let many = starts(|seen| (seen.planned, seen.unsent) = (1_000, 101));
    says(&many, "send-rate", RunWord::Invalid, "the target had less than the planned rate");
    let late = starts(|seen| seen.late_p99 = ms(6));
    says(&late, "late-starts", RunWord::Disturbed, "1 % of the scheduled tasks began 6.0 ms");
    let later = starts(|seen| (seen.count, seen.late_p90) = (200, ms(51)));
    says(&later, "late-starts", RunWord::Invalid, "a tenth of the scheduled tasks began 51.0 ms");
}

#[test]
fn what_makes_a_thread_late_is_named() {
    let late = |cpu: f64, queued: f64| {
        after(|seen| {
            let (cpu, queued) = (Some(cpu), Some(queued));
            seen.threads[0] = Thread { late_p99: ms(4), cpu, queued, ..healthy_thread() };
        })
    };
    says(
        &late(0.97, 0.0),
        "cpu",
        RunWord::Disturbed,
        "executor-0 was at 97 % of a core (limit 85 %)",
    );
    says(&late(0.5, 0.4), "run-queue", RunWord::Disturbed, "waiting for a CPU 40 % of the time");
    let stolen = after(|seen| {
        seen.threads[0].late_p99 = ms(4);
        seen.machine.steal = Some(0.12);
    });
    says(&stolen, "steal", RunWord::Disturbed, "took 12 % of its CPU time (limit 5 %)");
}

#[test]
fn run_beside_busy_loops_is_named_by_what_the_threads_waited_for() {
    // As measured beside a busy loop on both cores: hardly any work, a tenth of it in the queue.
    let trust = after(|seen| {
        let (cpu, queued) = (Some(0.005), Some(0.044));
        seen.threads[0] = Thread { late_p99: ms(8), cpu, queued, ..healthy_thread() };
        seen.machine.others = Some(0.99);
    });
    let cause = "it waited for a CPU 4.4 % of the time and worked 0.5 % (other programs used 99 % of \
                 its CPU time); end other programs";
    says(&trust, "late", RunWord::Disturbed, cause);
    let computing = after(|seen| seen.threads[0].late_p99 = ms(8));
    says(&computing, "late", RunWord::Disturbed, "its tasks compute or block for long");
    let starts = after(|seen| {
        seen.starts.late_p99 = ms(8);
        seen.threads[0] = Thread { cpu: Some(0.01), queued: Some(0.02), ..healthy_thread() };
        seen.threads[1].late_p99 = ms(1);
    });
    says(&starts, "late-starts", RunWord::Disturbed, "it waited for a CPU 2.0 % of the time");
}

#[test]
fn a_floor_counts_beside_the_median_before_the_run_and_after_it() {
    let floors = |before, end, median| {
        after(|seen| (seen.floors, seen.median) = ([before, end].map(Some), ms(median)))
    };
    assert_eq!(floors(ms(1), ms(1), 10).word, RunWord::Valid);
    let hog = floors(ms(3), ms(2), 10);
    says(&hog, "floor", RunWord::Disturbed, "right before the run a request to an echo in this");
    says(
        &hog,
        "floor",
        RunWord::Disturbed,
        "took 3.0 ms or more for a tenth of the time (limit 1.0",
    );
    says(&floors(ms(0), ms(3), 10), "floor", RunWord::Disturbed, "right after the run");
    assert_eq!(floors(ms(3), ms(3), 60).word, RunWord::Valid, "5 % of the median");
    assert_eq!(floors(ms(3), ms(3), 59).word, RunWord::Disturbed);
}

#[test]
fn one_hiccup_is_no_floor() {
    let floor = |slow: u64| {
        let mut run = crate::Snapshot::new(&[], &[], 1);
        let mut times = crate::Latency::default();
        (0..2_400).for_each(|_| times.record(60_000));
        (0..slow).for_each(|_| times.record(4_000_000));
        run.generator.floor = Some(times);
        Evidence::of(&run).floors[0]
    };
    // 4 ms of 148 ms are no tenth of the time, 20 of 164 ms are.
    assert_eq!(floor(1), Some(Duration::from_micros(60)));
    assert!(floor(5) >= Some(Duration::from_micros(3_990)), "{:?}", floor(5));
}

#[test]
fn users_who_come_late_are_missing() {
    let users =
        |missed| after(|seen| (seen.users.planned, seen.users.missed) = (ms(100_000), ms(missed)));
    assert_eq!(users(1_000).word, RunWord::Valid);
    says(&users(1_001), "users", RunWord::Disturbed, "1.0 s of 100.0 s that all users together");
    let short = after(|seen| (seen.users.missed, seen.window) = (ms(100), ms(999)));
    assert_eq!(short.word, RunWord::Valid);
    says(&users(10_001), "users", RunWord::Invalid, "(10.0 %, limit 1 %)");
    let late_in_4_s = |seen: &mut Evidence| {
        (seen.users.planned, seen.users.missed) = (ms(100_000), ms(10_001));
        seen.window = ms(4_999);
    };
    says(&after(late_in_4_s), "users", RunWord::Disturbed, "(10.0 %, limit 1 %)");
}

#[test]
fn a_full_core_is_invalid_only_where_its_lateness_is_half_of_what_is_measured() {
    let busy = |late_p90: u64, median: u64, looks: u64| {
        after(|seen| {
            let (late_p90, late_p99, cpu) = (ms(late_p90), ms(late_p90 + 1), Some(0.99));
            seen.threads[0] = Thread { looks, late_p90, late_p99, cpu, ..healthy_thread() };
            seen.median = ms(median);
        })
    };
    says(
        &busy(6, 10, 200),
        "cpu",
        RunWord::Invalid,
        "executor-0 was at 99 % of a core (limit 85 %)",
    );
    assert_eq!(busy(5, 10, 200).word, RunWord::Disturbed);
    assert_eq!(busy(6, 10, 199).word, RunWord::Disturbed, "too short to prove it");
    assert_eq!(busy(1, 1, 200).word, RunWord::Valid, "busy and in time");
}

#[test]
fn what_this_machine_lacked_is_not_the_targets_fault() {
    let few = after(|seen| seen.descriptors = 1);
    says(&few, "descriptors", RunWord::Disturbed, "1 of 10000 requests failed because this");
    let many = after(|seen| seen.descriptors = 11);
    says(&many, "descriptors", RunWord::Invalid, "ulimit -n");
    says(&after(|seen| seen.ports = 11), "ports", RunWord::Invalid, "no local port left");
}

#[test]
fn sleep_and_network_are_noticed() {
    let slept = |slept| after(|seen| seen.machine.suspended = Some(ms(slept)));
    assert_eq!(slept(100).word, RunWord::Valid);
    says(&slept(101), "asleep", RunWord::Disturbed, "asleep for 0.1 s");
    says(&slept(2_001), "asleep", RunWord::Invalid, "asleep for 2.0 s");
    let repeated = |count| after(|seen| seen.machine.syn_retransmits = Some(count));
    assert_eq!(repeated(9).word, RunWord::Valid);
    says(&repeated(10), "network", RunWord::Disturbed, "perhaps not ours");
    let many = after(|seen| {
        (seen.connections, seen.machine.listen_drops) = (10_000, Some(99));
    });
    assert_eq!(many.word, RunWord::Valid);
}

#[test]
fn a_lost_thread_makes_it_invalid() {
    let lost = after(|seen| seen.threads[1].lost = true);
    says(&lost, "lost-thread", RunWord::Invalid, "executor-1 did not answer at the end");
}

#[test]
fn a_clock_that_was_set_is_only_said() {
    let set = after(|seen| seen.machine.clock_step = Some(-3.0));
    assert_eq!((set.word, set.notes.len()), (RunWord::Valid, 1));
    assert!(set.notes[0].contains("set by -3.0 s"), "{:?}", set.notes);
}

#[test]
fn one_hiccup_is_no_p99() {
    let run = |looks: u64| {
        let mut run = crate::Snapshot::new(&[], &[], 1);
        let mut interval = crate::Interval::default();
        (0..looks)
            .for_each(|look| interval.beats.late.record(if look < 5 { 50_000_000 } else { 0 }));
        run.absorb(0, &interval);
        run.tick(ms(25 * looks));
        super::examine(&run).word
    };
    assert_eq!((run(99), run(100)), (RunWord::Valid, RunWord::Disturbed));
}

#[test]
fn requests_that_the_end_cut_off_after_long_are_missing() {
    let cut = |all, long| {
        after(|seen| {
            (seen.requests, seen.cut) =
                (1_000, Cut { all, long, longest: ms(9_500), ..Cut::default() });
        })
    };
    let seen = "5 requests had no answer when the end of the run, or of their user, cut them off, after up to 9.5 s";
    says(&cut(9, 5), "unanswered", RunWord::Disturbed, seen);
    assert_eq!(cut(10, 5).word, RunWord::Valid, "as many had only begun");
    assert_eq!(cut(4, 4).word, RunWord::Valid, "four of a thousand may be slow by themselves");
    let few = after(|seen| {
        (seen.requests, seen.cut) =
            (90, Cut { all: 1, long: 1, longest: ms(9_500), ..Cut::default() });
    });
    says(
        &few,
        "unanswered",
        RunWord::Disturbed,
        "1 request had no answer when the end of the run, or of their user, cut it",
    );
    // Four users for ten seconds, who waited for the last of them.
    let dead = |each| {
        after(|seen| {
            (seen.users.planned, seen.requests) = (ms(40_000), 4_000);
            seen.cut = Cut { all: 4, long: 4, longest: ms(each), waited: ms(4 * each) };
        })
    };
    let seen = "4 requests had no answer when the end of the run, or of their user, cut them off, after up to 1.1 s";
    says(&dead(1_100), "unanswered", RunWord::Disturbed, seen);
    assert_eq!(dead(1_000).word, RunWord::Valid, "no more than a tenth of the time");
    let nothing = after(|seen| {
        (seen.requests, seen.cut) =
            (0, Cut { all: 9, long: 9, longest: ms(9_500), ..Cut::default() });
    });
    assert_eq!(nothing.word, RunWord::Valid, "`nothing-measured` says more");
}

#[test]
fn a_load_that_was_changed_by_hand_or_could_not_be_is_another_than_was_planned() {
    let steered = after(|seen| seen.steered = 2);
    let seen = "changed by hand, or the statistics begun anew, 2 times";
    says(&steered, "steered", RunWord::Disturbed, seen);
    let text = "5000 users are too many: this machine has room for 900";
    says(&after(|seen| seen.unmet = vec![text.to_owned()]), "unmet", RunWord::Disturbed, text);
}

#[test]
fn starts_whose_user_could_not_start_are_less_load() {
    let unbegun = |unbegun| {
        after(|seen| seen.starts = Starts { planned: 1_000, unbegun, ..Starts::default() })
    };
    assert_eq!(unbegun(10).word, RunWord::Valid);
    let seen = "of 1000 planned starts 11 (1.1 %, limit 1 %) came to no task";
    says(&unbegun(11), "unbegun", RunWord::Disturbed, seen);
    assert_eq!(unbegun(900).word, RunWord::Disturbed);
}

#[test]
fn the_worst_comes_first() {
    let both = after(|seen| {
        seen.machine.suspended = Some(ms(200));
        seen.ports = 100;
    });
    let words: Vec<RunWord> = both.findings.iter().map(|finding| finding.word).collect();
    assert_eq!(words, [RunWord::Invalid, RunWord::Disturbed]);
}

#[test]
fn every_rule_stands_in_the_document_with_its_limits() {
    for rule in &RULES {
        let [disturbed, invalid] = rule.limits;
        let row = format!("| `{}` | {disturbed} | {invalid} |", rule.name);
        assert!(RULES_DOCUMENT.contains(&row), "docs/RULES.md lacks {row}");
    }
}
