//! The statistics against known truths, and the words.

use std::sync::Arc;
use std::time::Duration;

use proptest::prelude::*;

use super::alike::{AllWaves, Likeness};
use super::group::Group;
use super::noise::Normal;
use super::resample::Draws;
use super::*;
use crate::recorder::{Recorder, RecorderLimits, RowKey};
use crate::sample::{Outcome, Sample};
use crate::{FailureKind, Latency, Metric, RunPhase, RunWord, Snapshot};

fn key(name: &str) -> RowKey {
    RowKey::new("GET", name, &Arc::from([]))
}

/// A run of one row whose block `at` has these times (ns), the last `failed` of them failures.
fn run_of(blocks: &[(Vec<u64>, usize)]) -> Run {
    let block = |(times, failed): &(Vec<u64>, usize)| {
        let (mut good, mut bad) = (Latency::default(), Latency::default());
        for (at, ns) in times.iter().enumerate() {
            if at + failed < times.len() { good.record(*ns) } else { bad.record(*ns) }
        }
        Block { length: Duration::from_secs(1), rows: vec![(0, Times::of(&good, &bad))] }
    };
    Run { rows: vec![key("/")], stretches: vec![blocks.iter().map(block).collect()] }
}

/// A run of `seconds` with 50 log-normal times each, slower by `factor`; seconds are alike by 0.3,
/// runs differ by 1 %.
fn drawn(seed: u64, seconds: usize, factor: f64) -> Run {
    moving(seed, seconds, factor, 0.01)
}

/// The same with seconds that vary by three times `noise` in `seconds`, and runs by `noise`.
fn moving(seed: u64, seconds: usize, factor: f64, noise: f64) -> Run {
    let mut normal = Normal::seeded(seed);
    let of_run = noise * normal.next();
    let mut of_second = 3.0 * noise * normal.next();
    let blocks: Vec<(Vec<u64>, usize)> = (0..seconds)
        .map(|_| {
            of_second = 0.3 * of_second + 3.0 * noise * normal.next();
            let mut time = || (of_run + of_second + 30.0 * noise * normal.next()).exp() * 20e6;
            ((0..50).map(|_| (time() * factor) as u64).collect(), 0)
        })
        .collect();
    run_of(&blocks)
}

fn quick() -> Settings {
    Settings { replicates: 300, ..Settings::default() }
}

fn compared(base: &[Run], new: &[Run], rules: &[&str]) -> Compared {
    let rules: Vec<Rule> = rules.iter().map(|rule| rule.parse().unwrap()).collect();
    compare(base, new, (&rules, FailWhen::Shown), quick())
}

/// R30 in small, the same draws every time; `examples/compare_known.rs` is the long one. A minute of a
/// noisy target, and ten seconds of a quiet one.
#[test]
fn equal_builds_are_rarely_called_different_and_a_tenth_more_is_found() {
    for (seconds, noise) in [(60, 0.01), (10, 0.003)] {
        let (mut alarms, mut found) = (0, 0);
        for pair in 0..100 {
            let drawn = |at: u64, factor| [moving(3 * pair + at, seconds, factor, noise)];
            let base = drawn(0, 1.0);
            alarms += u32::from(compared(&base, &drawn(1, 1.0), &[]).is_different());
            let slower = compared(&base, &drawn(2, 1.1), &[]);
            let grown = |it: &Difference| it.change.is_some_and(|change| change.estimate > 0.0);
            found += u32::from(slower.all.shown().any(grown));
        }
        assert!(alarms <= 5, "{alarms} of 100 equal pairs of {seconds} s");
        assert!(found >= 90, "{found} of 100 slower ones of {seconds} s");
    }
}

/// Whoever compares runs that are too short is told how long they would have to be, and that is true.
#[test]
fn what_is_said_to_be_enough_to_see_a_tenth_is_enough() {
    let pair = |seed: u64, seconds: usize| {
        let side = |at: u64, factor| [moving(2 * seed + at, seconds, factor, 0.015)];
        compared(&side(0, 1.0), &side(1, 1.1), &[])
    };
    let average = |told: &Compared| told.all.differences[1].change.unwrap();
    let short = pair(7, 10);
    assert!(average(&short).detectable > 0.1);
    let Some(Needed::Seconds(seconds)) = average(&short).needed else { panic!("{short:?}") };
    let sentence = short.sentence();
    let told = "To see a growth by 10% would take about 1m a side for avg, 2m30s a side for p50, ";
    assert!(sentence.contains(told), "{sentence}");
    let seconds = seconds.ceil() as usize;
    let found = (20..70).filter(|seed| average(&pair(*seed, seconds)).is_shown()).count();
    assert!(found >= 40, "{found} of 50 with {seconds} s");
    // And where it is enough already, nothing is said.
    let long = pair(7, 200);
    assert_eq!(average(&long).needed, None);
}

#[test]
fn runs_that_differ_too_much_need_to_be_many() {
    let (base, new) = ([drawn(1, 30, 1.0)], [drawn(2, 30, 1.0)]);
    let settings = Settings { run_noise: 0.05, ..quick() };
    let told = compare(&base, &new, (&[], FailWhen::Shown), settings);
    let average = told.all.differences[1].change.unwrap();
    let Some(Needed::Runs(runs)) = average.needed else { panic!("{average:?}") };
    assert!((4..=9).contains(&runs), "{runs}");
    let sentence = told.sentence();
    assert!(sentence.contains(&format!(", {runs} such runs a side for avg, ")), "{sentence}");
}

#[test]
fn the_same_runs_give_the_same_answer_to_the_bit() {
    let (base, new) = ([drawn(1, 30, 1.0)], [drawn(2, 30, 1.05)]);
    assert_eq!(compared(&base, &new, &["p95 > +1%"]), compared(&base, &new, &["p95 > +1%"]));
}

#[test]
fn a_run_does_not_differ_from_itself_and_the_words_say_what_would_have_been_seen() {
    let base = [drawn(1, 60, 1.0)];
    let told = compared(&base, &base.clone(), &["avg > +0%"]);
    assert!(!told.is_different() && !told.fails());
    let sentence = told.sentence();
    assert!(sentence.starts_with("No difference can be shown over all requests."), "{sentence}");
    assert!(sentence.contains("would most likely have been seen: rate +"), "{sentence}");
    let rule = told.rules[0].sentence();
    assert!(rule.starts_with("avg > +0%: held: no difference can be shown in avg ("), "{rule}");
}

#[test]
fn several_runs_count_by_how_they_differ() {
    let side = |seeds: std::ops::Range<u64>, factors: [f64; 3]| -> Vec<Run> {
        seeds.zip(factors).map(|(seed, factor)| drawn(seed, 30, factor)).collect()
    };
    let quiet = compared(&side(0..3, [1.0; 3]), &side(3..6, [1.1; 3]), &[]);
    assert!(quiet.is_different());
    // The runs of each side lie as far apart as the sides: nothing is shown.
    let apart = compared(&side(0..3, [0.9, 1.0, 1.1]), &side(3..6, [1.0, 1.1, 1.2]), &[]);
    let time = |it: &Difference| !matches!(it.metric, Metric::RequestRate);
    assert!(!apart.all.shown().any(time), "{}", apart.sentence());
}

#[test]
fn failures_are_compared_in_points_and_none_is_no_certainty() {
    let with = |failed: usize| run_of(&vec![(vec![20_000_000; 50], failed); 30]);
    let many = compared(&[with(0)], &[with(5)], &["failures > +1%"]);
    assert!(many.fails());
    let change = many.rules[0].difference.change.unwrap();
    assert!((change.estimate - 0.1).abs() < 1e-9 && change.low > 0.05, "{change:?}");
    // One failure in 1,500 requests is chance.
    let mut blocks = vec![(vec![20_000_000; 50], 0); 30];
    blocks[7].1 = 1;
    let one = compared(&[with(0)], &[run_of(&blocks)], &["failures > +0%"]);
    assert!(!one.fails() && !one.is_different(), "{}", one.sentence());
    let none = compared(&[with(0)], &[with(0)], &[]);
    let change = none.all.differences.last().unwrap().change.unwrap();
    assert!(!change.is_shown() && change.high > 0.0);
}

#[test]
fn a_rule_without_data_fails_and_says_so() {
    let few = run_of(&vec![(vec![20_000_000], 0); 12]);
    let told = compared(
        std::slice::from_ref(&few),
        std::slice::from_ref(&few),
        &["p99 > +10%", "p95 > +10% on /nowhere"],
    );
    assert!(told.fails());
    let sentences: Vec<String> = told.rules.iter().map(RuleResult::sentence).collect();
    assert_eq!(
        sentences,
        [
            "p99 > +10%: NO DATA: nothing can be said of p99: 12 of the 1000 requests that p99 \
             needs; a rule without data fails",
            "p95 > +10% on /nowhere: NO DATA: nothing can be said of p95: no requests; a rule \
             without data fails",
        ]
    );
}

#[test]
fn rules_fail_by_what_is_shown_certain_or_possible() {
    let (base, new) = ([drawn(1, 60, 1.0)], [drawn(2, 60, 1.12)]);
    let word = |rule: &str, when| {
        let told = compare(&base, &new, (&[rule.parse().unwrap()], when), quick());
        told.rules[0].word
    };
    // About +12 %, from +7 to +17.
    for (rule, shown, certain, possible) in [
        ("avg > +3%", RuleWord::Failed, RuleWord::Failed, RuleWord::Failed),
        ("avg > +9%", RuleWord::Failed, RuleWord::Held, RuleWord::Failed),
        ("avg > +2ms", RuleWord::Failed, RuleWord::Held, RuleWord::Failed),
        ("avg > +15%", RuleWord::Held, RuleWord::Held, RuleWord::Failed),
        ("avg > +40%", RuleWord::Held, RuleWord::Held, RuleWord::Held),
        ("avg < -1%", RuleWord::Held, RuleWord::Held, RuleWord::Held),
    ] {
        let words =
            [FailWhen::Shown, FailWhen::Certain, FailWhen::Possible].map(|it| word(rule, it));
        assert_eq!(words, [shown, certain, possible], "{rule}");
    }
}

#[test]
fn names_of_one_side_are_told_and_compared_with_nothing() {
    let mut base = drawn(1, 20, 1.0);
    base.rows.push(key("/gone"));
    for block in &mut base.stretches[0] {
        let times = block.rows[0].1.clone();
        block.rows.push((1, times));
    }
    let told = compared(&[base], &[drawn(2, 20, 1.0)], &[]);
    let [gone] = &told.one_sided[..] else { panic!("{:?}", told.one_sided) };
    assert_eq!((gone.name.as_str(), gone.is_new, gone.requests), ("/gone", false, 1_000));
    assert!(told.names.is_empty());
}

#[test]
fn the_words_of_rules_are_those_of_targets() {
    let read = |text: &str| text.parse::<Rule>().map(|it| (it.metric, it.growth, it.limit));
    let growth = |metric, limit| Ok((metric, true, limit));
    assert_eq!(read("p95 > +10%"), growth(Metric::ResponseTime(0.95), Limit::Share(0.1)));
    assert_eq!(read("p(99.9)>+50ms"), growth(Metric::ResponseTime(0.999), Limit::Amount(5e7)));
    assert_eq!(read("error rate > +1%"), growth(Metric::FailureRate, Limit::Amount(0.01)));
    assert_eq!(read("success < -0.5pt"), growth(Metric::FailureRate, Limit::Amount(0.005)));
    assert_eq!(read("rps < -5%"), Ok((Metric::RequestRate, false, Limit::Share(0.05))));
    assert_eq!(read("rate < -10/s"), Ok((Metric::RequestRate, false, Limit::Amount(10.0))));
    let scoped: Rule = "med > +5% on GET /api/x".parse().unwrap();
    assert_eq!(scoped.to_string(), "med > +5% on GET /api/x");
    let wrong = |text: &str| text.parse::<Rule>().unwrap_err().to_string();
    for (text, what) in [
        ("p95 > 10%", "column 7: a change with its sign belongs here, as in +10%"),
        ("p95 > -10%", "column 7: a change in this direction is written +10%"),
        ("p95 > +10", "column 7: `+10` is no change of p95; write +10% or +50ms"),
        ("failures > +1ms", "write percentage points: +1% or +0.5pt"),
        ("p59x > +1%", "a percentile lies between 0 and 100"),
        ("eror > +1%", "did you mean `errors`?"),
        ("p95 >= +10%", "column 5: a comparison belongs here: > or <"),
        ("p95 > +10% of /x", "`of` does not belong here"),
        ("", "a number belongs here"),
    ] {
        let message = wrong(text);
        assert!(message.contains(what), "{text}: {message}");
    }
}

#[test]
fn changes_read_without_a_sign_before_nothing() {
    let text = |change| change_text(Metric::MeanResponseTime, change);
    assert_eq!([0.1023, -0.0004, 1.2345, -0.5].map(text), ["+10.2%", "+0.0%", "+123%", "-50.0%"]);
    assert_eq!(change_text(Metric::FailureRate, 0.0031), "+0.31pt");
}

#[test]
fn what_makes_two_runs_no_pair_is_said() {
    let about = |label: &str, users: &str, word, seconds| About {
        label: label.to_owned(),
        facts: vec![("users".to_owned(), users.to_owned())],
        word,
        kept: Duration::from_secs(seconds),
    };
    let texts = |base: About, new: About| -> Vec<(bool, String)> {
        Caveat::of(&[base], &[new]).into_iter().map(|it| (it.refuses, it.text)).collect()
    };
    let fine = about("a", "50", RunWord::Valid, 60);
    assert_eq!(texts(fine.clone(), about("b", "50", RunWord::Valid, 60)), []);
    let told = texts(fine, about("b", "60", RunWord::Invalid, 10));
    assert!(told[0].0 && told[0].1.starts_with("the run b is INVALID"), "{told:?}");
    assert_eq!(told[1].1, "not alike: users 50 in the base, 60 in the new side");
    assert!(!told[2].0 && told[2].1.starts_with("very short: the new side has 10 s"), "{told:?}");
}

/// A run of the closed model, second by second: users, planned users.
fn history_of(phases: Vec<RunPhase>, seconds: &[(u32, u32)]) -> Snapshot {
    let mut recorder = Recorder::new(0, RecorderLimits::default());
    let mut snapshot = Snapshot::new(&[Arc::from("Reader")], &[], 1);
    snapshot.plan_phases(phases);
    for (second, (users, planned)) in seconds.iter().enumerate() {
        let end_ns = (second as u64 + 1) * 1_000_000_000;
        let row = recorder.row("GET", "/", &Arc::from([]));
        let sample =
            Sample { last_byte_ns: end_ns, due_ns: end_ns - 20_000_000, ..Sample::default() };
        recorder.success(row, &sample);
        let failed = Sample { outcome: Outcome::Failure, ..sample };
        recorder.failure(row, &failed, FailureKind::Timeout, "no");
        let mut interval = recorder.take(end_ns, &[*users], None);
        interval.planned_users = *planned;
        snapshot.absorb(0, &interval);
        snapshot.tick(Duration::from_nanos(end_ns));
    }
    snapshot
}

#[test]
fn what_is_compared_is_where_the_load_was_steady() {
    let phases = RunPhase::ramp_and_steady(4, 1.0, Some(Duration::from_secs(8)));
    // The ramp takes three seconds; in the sixth a user was missing; the run ends after the plan.
    let users = [(1, 2), (2, 3), (3, 4), (4, 4), (4, 4), (3, 4), (4, 4), (4, 4), (1, 0)];
    let snapshot = history_of(phases, &users);
    let (run, cut) = Run::of(snapshot.history(), Window::Steady);
    assert_eq!(run.stretches.iter().map(Vec::len).collect::<Vec<_>>(), [2, 2]);
    assert_eq!(
        cut.sentence(Window::Steady),
        "4s of 9s, between 3s and 8s, where the load was steady and at its plan"
    );
    let times = &run.stretches[0][0].rows[0].1;
    assert_eq!((times.requests(), times.failures()), (2, 1));
    let window =
        Window::Between { from: Duration::from_secs(1), until: Some(Duration::from_secs(3)) };
    let (run, cut) = Run::of(snapshot.history(), window);
    assert_eq!((run.length(), cut.kept), (Duration::from_secs(2), Duration::from_secs(2)));
    let never = history_of(RunPhase::ramp_and_steady(9, 0.1, None), &users);
    let (_, cut) = Run::of(never.history(), Window::Steady);
    assert!(cut.sentence(Window::Steady).contains("at no time was the load steady"));
}

/// A first-order process of variance 1.
fn process(alike: f64, length: usize, seed: u64) -> Vec<f64> {
    let mut normal = Normal::seeded(seed);
    let mut at = normal.next();
    let own = (1.0 - alike * alike).sqrt();
    let next = |_| {
        at = alike * at + own * normal.next();
        at
    };
    (0..length).map(next).collect()
}

fn likeness(left: &[f64], right: &[f64]) -> Likeness {
    let whole = 0..left.len();
    let whole = std::slice::from_ref(&whole);
    Likeness::of([(left, whole), (right, whole)], &mut AllWaves::default())
}

#[test]
fn how_alike_seconds_are_is_found_in_a_long_run_and_left_open_in_a_short_one() {
    let of = |alike: f64, length: usize| {
        likeness(&process(alike, length, 4), &process(alike, length, 5))
    };
    // (1 + r) ÷ (1 − r) in the long run: 1, 3 and 9.
    let [none, half, much] = [0.0, 0.5, 0.8].map(|alike| of(alike, 300).in_the_long_run[0]);
    assert!((0.8..1.3).contains(&none), "{none}");
    assert!((2.0..4.5).contains(&half), "{half}");
    assert!((5.0..14.0).contains(&much), "{much}");
    // Ten seconds do not say whether they are alike: one draw in ten is far above the middle.
    let short = of(0.0, 10);
    assert!(short.drawn(0.9)[0] > 2.0 * short.drawn(0.5)[0], "{short:?}");
    let long = of(0.0, 300);
    assert!(long.drawn(0.9)[0] < 1.5 * long.drawn(0.5)[0], "{long:?}");
}

#[test]
fn a_side_without_spread_says_nothing_of_its_neighbours() {
    let still = vec![0.0; 30];
    let both = likeness(&still, &still);
    assert_eq!((both.average, both.in_the_long_run), ([1.0; 2], both.in_the_long_run));
    let one = likeness(&still, &process(0.8, 30, 3));
    assert!(one.average[0] == 1.0 && one.average[1] > 1.5, "{one:?}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// The numbers of a side are those that every other report shows.
    #[test]
    fn numbers_are_those_of_the_histograms(
        blocks in prop::collection::vec(
            (prop::collection::vec(1u64..4_000_000_000, 1..30), 0..3usize), 1..8),
        quantile in 0.01..0.999f64,
    ) {
        let run = run_of(&blocks);
        let mut all = Latency::default();
        blocks.iter().flat_map(|block| &block.0).for_each(|ns| all.record(*ns));
        let group = Group::of(&[run], |_| true);
        let weights = vec![1; blocks.len()];
        let nanos = |time: Option<Duration>| time.map(|it| it.as_nanos() as f64);
        let exact = group.value(Metric::ResponseTime(quantile), &weights);
        prop_assert_eq!(exact, nanos(all.quantile(quantile)));
        let mean = group.value(Metric::MeanResponseTime, &weights).unwrap();
        prop_assert!((mean - nanos(all.mean()).unwrap()).abs() <= 1.0);
        let rate = group.value(Metric::RequestRate, &weights).unwrap();
        prop_assert!((rate - all.len() as f64 / blocks.len() as f64).abs() < 1e-9);
    }

    #[test]
    fn every_replicate_draws_as_many_blocks_as_there_are(
        lengths in prop::collection::vec(1..40usize, 1..4), seed: u64,
    ) {
        let mut from = 0;
        let stretches: Vec<_> = lengths.iter().map(|it| { from += it; from - it..from }).collect();
        let draws = Draws::new(&stretches, 20, seed);
        for weights in draws.iter() {
            for stretch in &stretches {
                let drawn: u32 = weights[stretch.clone()].iter().sum();
                prop_assert_eq!(drawn as usize, stretch.len());
            }
        }
    }

    #[test]
    fn any_text_is_a_rule_or_an_error_with_its_place(text in "\\PC{0,40}") {
        if let Err(fault) = text.parse::<Rule>() {
            prop_assert!(fault.to_string().contains("column"));
        }
    }
}

#[test]
fn random_numbers_are_normal() {
    let mut normal = Normal::seeded(5);
    let drawn: Vec<f64> = (0..20_000).map(|_| normal.next()).collect();
    let mean = drawn.iter().sum::<f64>() / 20_000.0;
    let variance = drawn.iter().map(|it| it * it).sum::<f64>() / 20_000.0;
    let beyond = drawn.iter().filter(|it| it.abs() > 1.96).count();
    assert!(mean.abs() < 0.02 && (variance - 1.0).abs() < 0.03 && (900..1_100).contains(&beyond));
}
