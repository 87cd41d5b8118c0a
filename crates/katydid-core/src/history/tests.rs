//! Steps against the totals of a run, and their bounds.

use std::sync::Arc;
use std::time::Duration;

use proptest::prelude::*;

use super::*;
use crate::interval::RowInterval;
use crate::recorder::{Recorder, RecorderLimits, RowKey, RowKind};
use crate::sample::{Outcome, Sample};
use crate::{FailureKind, Snapshot, Stages};

const THREADS: usize = 2;
const ROWS: [&str; 3] = ["/a", "/b", "/c"];

/// A run whose ticks are filled by hand.
struct Run {
    recorders: Vec<Recorder>,
    snapshot: Snapshot,
}

impl Run {
    fn new(phases: Vec<RunPhase>) -> Self {
        let recorders = (0..THREADS).map(|_| Recorder::new(0, RecorderLimits::default())).collect();
        let mut snapshot = Snapshot::new(&[], &[], THREADS);
        snapshot.plan_phases(phases);
        Self { recorders, snapshot }
    }

    fn request(&mut self, thread: usize, row: &str, ns: u64, failed: Option<FailureKind>) {
        let recorder = &mut self.recorders[thread];
        let id = recorder.row("GET", row, &Arc::from([]));
        let connections = u32::from(ns.is_multiple_of(3));
        let sample = Sample { last_byte_ns: ns, connections, ..Sample::default() };
        match failed {
            Some(kind) => {
                let sample = Sample { outcome: Outcome::Failure, ..sample };
                recorder.failure(id, &sample, kind, "no");
            }
            None => recorder.success(id, &sample),
        }
    }

    fn tick(&mut self, ms: u64) {
        for (thread, recorder) in self.recorders.iter_mut().enumerate() {
            let interval = recorder.take(ms * 1_000_000, &[], None);
            self.snapshot.absorb(thread, &interval);
        }
        self.snapshot.tick(Duration::from_millis(ms));
    }

    fn history(&self) -> &History {
        self.snapshot.history()
    }
}

fn phases(text: &str) -> Vec<RunPhase> {
    use crate::Shape as _;
    text.parse::<Stages>().unwrap().phases()
}

proptest! {
    // Each case is a run of minutes.
    #![proptest_config(ProptestConfig::with_cases(16))]

    /// R21 over time: however often steps were merged, together they are the totals, row by row,
    /// and no step lies in two phases.
    #[test]
    fn all_steps_together_are_the_totals_bit_for_bit(
        ticks in prop::collection::vec(
            prop::collection::vec((0..THREADS, 0..3usize, 1u64..50_000_000, 0..5u8), 0..6),
            1..700),
    ) {
        let mut run = Run::new(phases("a:1@1/s:100s,b:2@1/s:7s,c:1@1/s:1000s"));
        for (second, requests) in ticks.iter().enumerate() {
            for (thread, row, ns, fate) in requests {
                let failed = match fate {
                    0 => Some(FailureKind::Status(429)),
                    1 => Some(FailureKind::Timeout),
                    _ => None,
                };
                run.request(*thread, ROWS[*row], *ns, failed);
            }
            run.tick(second as u64 * 1_000 + 1_000);
        }
        let history = run.history();
        let all = 0..history.steps().len();
        for row in run.snapshot.rows() {
            prop_assert_eq!(history.part(all.clone(), |key| *key == row.key), Part::from_iter([row]));
        }
        prop_assert_eq!(history.requests(all.clone()), run.snapshot.rows().collect::<Part>());
        let of_phases = (0..3).map(|phase| history.requests(history.steps_of(phase)).requests());
        prop_assert_eq!(of_phases.sum::<u64>(), run.snapshot.requests());
        prop_assert!(all.len() <= 300);
        let mut end = Duration::ZERO;
        for step in history.steps() {
            prop_assert_eq!(step.from, end);
            end = step.until;
            let phase = &history.phases()[step.phase];
            prop_assert!(phase.from <= step.from && phase.until.is_none_or(|it| step.until <= it));
        }
        prop_assert_eq!(end, run.snapshot.elapsed);
    }
}

#[test]
fn a_long_run_of_many_different_times_is_bounded_in_steps_and_bytes() {
    // So many distinct times in a step that the bytes are the limit, and not the steps.
    let mut second = RowInterval::default();
    (0..2_400).for_each(|time| second.succeeded.record((50 + time) * 1_000));
    let mut entry = Entry::default();
    entry.note(&second);
    let mut history = History::default();
    let row = history.number(&RowKey::new("GET", "/", &Arc::from([])));
    let seconds = 2_000;
    for second in 1..=seconds {
        let times = (Duration::ZERO, Duration::from_secs(second));
        history.push(times, StepLoad::default(), vec![(row, entry.clone())]);
    }
    let steps = history.steps();
    assert!(steps.len() < 300, "{}", steps.len());
    assert!(history.weight() <= 608 << 10, "{}", history.weight());
    let all = history.requests(0..steps.len());
    assert_eq!(all.requests(), 2_400 * seconds);
    assert_eq!(all.response().count_at_most(Duration::from_micros(50)), seconds);
    // They stay alike: none is more than four times as long as the average.
    let longest = steps.iter().map(Step::length).max().unwrap();
    assert!(longest <= Duration::from_secs(4 * seconds / steps.len() as u64), "{longest:?}");
}

#[test]
fn a_reset_begins_the_history_anew() {
    let mut run = Run::new(phases("a:1@1/s:2s,b:2@1/s:9s"));
    for second in 1..=3 {
        run.request(0, "/", 1_000_000, None);
        run.tick(second * 1_000);
    }
    run.snapshot.reset(Duration::from_millis(3_500));
    run.request(0, "/", 1_000_000, Some(FailureKind::Status(503)));
    run.tick(4_000);
    let history = run.history();
    let [step] = history.steps() else { panic!("one step") };
    assert_eq!((step.from, step.phase), (Duration::from_millis(3_500), 1));
    let part = history.requests(0..1);
    assert_eq!((part.requests(), part.kinds().status(503)), (1, 1));
    assert_eq!(part, run.snapshot.rows().collect::<Part>());
    assert_eq!(run.snapshot.measured_in(1), Duration::from_millis(500));
}

#[test]
fn a_step_belongs_to_the_phase_of_its_middle() {
    let mut run = Run::new(phases("a:1@1/s:2s,b:2@1/s:9s"));
    // Ticks are late; the second one ends in the next phase by the clock.
    for ms in [1_003, 2_004, 3_001] {
        run.request(0, "/", 1_000_000, None);
        run.tick(ms);
    }
    let of = |phase| run.history().steps_of(phase);
    assert_eq!((of(0), of(1)), (0..2, 2..3));
}

#[test]
fn what_was_lost_and_what_reused_a_connection_is_told() {
    let mut run = Run::new(Vec::new());
    let kinds = [FailureKind::Timeout, FailureKind::Connection, FailureKind::Status(503)];
    for (index, kind) in kinds.into_iter().enumerate() {
        run.request(0, "/", 3 + index as u64, Some(kind));
    }
    run.request(1, "/", 4, None);
    run.tick(1_000);
    let part = run.history().requests(0..1);
    assert_eq!((part.requests(), part.failures(), part.kinds().lost()), (4, 3, 2));
    // One of four opened a connection.
    assert_eq!(part.reuse(), Some(0.75));
    assert_eq!(run.history().rows()[0].kind, RowKind::Request);
}

#[test]
fn a_run_without_stages_is_a_ramp_and_what_follows() {
    let told = |users, rate, end: Option<u64>| {
        let phases = RunPhase::ramp_and_steady(users, rate, end.map(Duration::from_secs));
        let told = |it: &RunPhase| (it.name.clone(), it.from.as_millis(), it.until);
        phases
            .iter()
            .map(told)
            .map(|(name, from, until)| {
                format!("{name} {from} {}", until.map_or(-1, |it| it.as_millis() as i64))
            })
            .collect::<Vec<_>>()
    };
    assert_eq!(told(11, 2.0, Some(60)), ["ramp 0 5000", "steady 5000 60000"]);
    assert_eq!(told(1, 1.0, None), ["steady 0 -1"]);
    assert_eq!(told(100, 1.0, Some(10)), ["ramp 0 10000"]);
}

#[test]
fn a_page_that_must_stay_small_has_the_busiest_names_and_the_sum_of_all_others() {
    let mut run = Run::new(Vec::new());
    for (row, count) in [("/a", 1), ("/b", 3), ("/c", 2), ("/d", 1)] {
        (0..count).for_each(|_| run.request(0, row, 5_000_000, None));
    }
    run.tick(1_000);
    let told = |most| {
        let rows = run.snapshot.busiest_rows(most);
        rows.iter().map(|row| format!("{} {}", row.key.name, row.requests())).collect::<Vec<_>>()
    };
    assert_eq!(told(4), ["/a 1", "/b 3", "/c 2", "/d 1"]);
    assert_eq!(told(2), ["/b 3", "/c 2", "(2 more names) 2"]);
}
