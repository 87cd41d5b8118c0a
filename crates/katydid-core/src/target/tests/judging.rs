//! Targets held against hand-filled runs.

use std::sync::Arc;
use std::time::Duration;

use crate::VerdictWord::{Fail, Pass};
use crate::target::{TagClass, Target, TargetResult};
use crate::{
    FailureKind, Outcome, Recorder, RecorderLimits, RunFacts, Sample, Snapshot, VerdictWord, exit,
    judge,
};

/// A run of two threads, whose rows are those of each thread.
struct Run(Vec<Recorder>);

impl Run {
    fn new() -> Self {
        Self((0..2).map(|_| Recorder::new(0, RecorderLimits::default())).collect())
    }

    /// Answers of these times in ms, dealt to the threads in turn.
    fn answers(mut self, method: &str, name: &str, tags: &[&str], millis: &[u64]) -> Self {
        for (index, millis) in millis.iter().enumerate() {
            let recorder = &mut self.0[index % 2];
            let row = recorder.row(method, name, &keys(tags));
            recorder.request_begins();
            recorder.request_ends();
            recorder.success(row, &sample(*millis, Outcome::Success));
        }
        self
    }

    fn fails(mut self, method: &str, name: &str, tags: &[&str], count: u64) -> Self {
        let recorder = &mut self.0[0];
        let row = recorder.row(method, name, &keys(tags));
        for _ in 0..count {
            let sample = sample(1, Outcome::Failure);
            recorder.request_begins();
            recorder.request_ends();
            recorder.failure(row, &sample, FailureKind::Status(500), "HTTP 500");
        }
        self
    }

    fn done(mut self) -> Snapshot {
        let mut snapshot = Snapshot::new(&[], &[], 2);
        for (thread, recorder) in self.0.iter_mut().enumerate() {
            let interval = recorder.take(10_000_000_000, &[], None);
            snapshot.absorb(thread, &interval);
        }
        snapshot.tick(Duration::from_secs(10));
        snapshot
    }
}

fn keys(tags: &[&str]) -> Arc<[Arc<str>]> {
    tags.iter().map(|tag| Arc::from(*tag)).collect()
}

fn sample(millis: u64, outcome: Outcome) -> Sample {
    let end = millis * 1_000_000;
    Sample { first_byte_ns: end, last_byte_ns: end, outcome, ..Sample::default() }
}

fn held(text: &str, run: &Snapshot) -> TargetResult {
    text.parse::<Target>().unwrap().evaluate(run)
}

fn met(text: &str, run: &Snapshot) -> bool {
    held(text, run).met
}

#[test]
fn what_the_end_cut_off_counts_with_the_time_that_it_had_waited() {
    let run = |waited: &[u64]| {
        let mut run = Run::new().answers("GET", "/a", &[], &[100; 97]);
        let recorder = &mut run.0[0];
        let row = recorder.row("GET", "/a", &keys(&[]));
        for millis in waited {
            recorder.request_begins();
            recorder.request_ends();
            recorder.cut_request(row, Some(millis * 1_000_000));
        }
        run.done()
    };
    let stood_still = run(&[9_000; 6]);
    assert_eq!(
        held("p95 < 500ms on /a", &stood_still).cause().unwrap(),
        "target `p95 < 500ms on /a` missed: 9000 ms or more, 6 requests had waited for longer than \
         the limit when the end of the run, or of their user, cut them off"
    );
    assert!(!met("max < 1s", &stood_still) && met("p90 < 500ms", &stood_still));
    // 97 of 100 ms and 6 of 9 s or more.
    assert!(!met("avg < 618ms", &stood_still) && met("avg < 619ms", &stood_still));
    assert!(met("p95 < 500ms", &run(&[9_000; 4])), "four of 101 are no twentieth");
    let begun = held("p95 < 500ms", &run(&[50; 6]));
    assert_eq!(
        (begun.met, begun.measured),
        (true, Some(100e6)),
        "what had only begun says nothing"
    );
    assert_eq!(held("avg < 100.1ms", &run(&[50; 6])).measured, Some(100e6));
}

#[test]
fn every_metric_is_held_on_its_good_and_bad_side() {
    let run = Run::new()
        .answers("GET", "/a", &[], &[100; 150])
        .answers("GET", "/b", &[], &[900; 48])
        .fails("GET", "/b", &[], 2)
        .done();
    for (text, expected) in [
        ("success >= 99%", true),
        ("success > 99%", false),
        ("success == 100%", false),
        ("failures <= 1%", true),
        ("failures < 1%", false),
        ("p50 < 101ms", true),
        ("p95 < 500ms", false),
        ("p95 <= 1s", true),
        ("min > 99ms", false),
        ("min > 0.9ms", true),
        ("lost == 0%", true),
        ("max < 900ms", false),
        ("max <= 900ms", true),
        ("avg < 292ms", true),
        ("avg < 291ms", false),
        ("requests > 199", true),
        ("requests == 200", true),
        ("requests > 200", false),
        ("rate >= 20/s", true),
        ("rate > 20/s", false),
    ] {
        let result = held(text, &run);
        assert_eq!(result.met, expected, "{text}: {}", result.measured_text());
        assert_eq!(result.cause().is_none(), expected, "{text}");
    }
}

/// The average of the two rows' p95 would be 550 ms and pass.
#[test]
fn percentiles_are_of_the_merged_rows_and_never_averaged() {
    let run = Run::new()
        .answers("GET", "/a", &["tts"], &[100; 20])
        .answers("POST", "/a", &["tts", "slow"], &[1_000; 20])
        .answers("GET", "/other", &[], &[5; 1_000])
        .done();
    let result = held("p95 < 600ms on /a", &run);
    assert_eq!((result.measured_text().as_str(), result.samples), ("1000 ms", 40));
    assert!(!result.met && !met("p95 < 600ms on tag tts", &run) && met("p95 < 600ms", &run));
    assert!(met("p95 < 101ms on GET /a", &run));
}

#[test]
fn a_name_has_its_labels_along_and_not_what_is_below_it() {
    let run = Run::new()
        .answers("POST", "/api/login", &[], &[1; 3])
        .answers("POST", "/api/login[new]", &[], &[1; 4])
        .answers("POST", "/api/login/[id]", &[], &[1; 5])
        .answers("GET", "/blog?id=[id]", &[], &[1])
        .done();
    let samples = |scope: &str| held(&format!("max < 1s on {scope}"), &run).samples;
    assert_eq!(samples("/api/login"), 7);
    assert_eq!(samples("/api/login[new]"), 4);
    assert_eq!(samples("/api/login/[id]"), 5);
    assert_eq!(
        (samples("/api/login/"), samples("GET /api/login"), samples("/blog?id=")),
        (0, 0, 0)
    );
}

#[test]
fn the_first_class_that_matches_counts() {
    let tags = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect::<Vec<_>>();
    let (critical, enhanced) = (tags(&["auth", "tts"]), tags(&["enhanced"]));
    let listed = [("critical", &critical[..]), ("enhanced", &enhanced), ("standard", &[])];
    let classes = TagClass::in_order(listed);
    let run = Run::new()
        .answers("GET", "/a", &["tts", "enhanced"], &[1; 2])
        .answers("GET", "/b", &["enhanced", "extraction"], &[1; 3])
        .answers("GET", "/c", &["health"], &[1; 4])
        .answers("GET", "/d", &[], &[1; 5])
        .done();
    let samples = |class: &str| {
        let target = Target::parse(&format!("success == 100% on class {class}"), &classes);
        target.unwrap().evaluate(&run).samples
    };
    assert_eq!(["critical", "enhanced", "standard"].map(samples), [2, 3, 9]);
}

#[test]
fn a_transaction_is_judged_by_its_name_and_is_in_nothing_else() {
    let mut run = Run::new().answers("GET", "/a", &[], &[1; 20]);
    let row = run.0[0].transaction("listen", &keys(&["tts"]));
    run.0[0].success(row, &sample(9_000, Outcome::Success));
    let run = run.done();
    assert_eq!(held("max < 1s on TRANSACTION listen", &run).measured_text(), "9000 ms");
    assert!(met("max < 1s", &run));
    assert_eq!(held("max < 1s on tag tts", &run).samples, 0);
    assert_eq!(held("max < 1s on listen", &run).samples, 0);
}

/// R25: k6's empty trend is 0 and passes; ours has no data and fails.
#[test]
fn a_target_without_data_fails_and_names_what_is_near() {
    let run = Run::new().answers("GET", "/api/health", &[], &[1; 500]).done();
    for text in ["success >= 1%", "p95 < 1s", "failures < 1%", "max < 1s", "requests < 5"] {
        let result = held(&format!("{text} on /api/helth"), &run);
        assert!(!result.met);
        assert_eq!(result.measured_text(), "no data");
        let cause = result.cause().unwrap();
        assert!(cause.ends_with("nothing was measured; did you mean `/api/health`?"), "{cause}");
    }
    let far = held("p95 < 1s on tag tts", &run).cause().unwrap();
    assert_eq!(
        far,
        "target `p95 < 1s on tag tts` missed: nothing was measured, it needs 20 samples"
    );
}

#[test]
fn a_target_says_how_many_samples_it_needs() {
    for (text, needed, firm) in [
        ("p50 < 1s", 2, 20),
        ("p95 < 1s", 20, 200),
        ("p99 < 1s", 100, 1_000),
        ("p99.9 < 1s", 1_000, 10_000),
        ("success == 100%", 1, 1),
        ("success >= 98%", 50, 500),
        ("success >= 99.5%", 200, 2_000),
        ("success > 99%", 100, 1_000),
        ("failures < 1%", 100, 1_000),
        ("failures == 0%", 1, 1),
        ("avg < 1s", 1, 1),
        ("max < 1s", 1, 1),
        ("requests > 5", 1, 1),
        ("lost < 1%", 100, 1_000),
        ("lost == 0%", 1, 1),
        ("min > 1ms", 1, 1),
        ("p95 < 1s in surge", 20, 200),
    ] {
        let target: Target = text.parse().unwrap();
        assert_eq!((target.needed(), target.firm()), (needed, firm), "{text}");
    }
}

#[test]
fn too_few_samples_miss_a_target_that_enough_would_meet() {
    let run = |samples| Run::new().answers("GET", "/", &[], &vec![1; samples]).done();
    let few = held("p95 < 1s", &run(19));
    assert_eq!((few.met, few.measured_text().as_str()), (false, "1.00 ms"));
    assert_eq!(few.outcome_text(), "MISSED: needs 20 samples");
    assert_eq!(few.cause().unwrap(), "target `p95 < 1s` missed: it needs 20 samples and has 19");
    let enough = held("p95 < 1s", &run(20));
    assert_eq!((enough.met, enough.cause()), (true, None));
    assert_eq!(enough.outcome_text(), "met on few (firm from 200)");
    assert_eq!(held("p95 < 1s", &run(200)).outcome_text(), "met");
}

#[test]
fn margins_are_positive_on_the_good_side() {
    let run = Run::new().answers("GET", "/", &[], &[100; 396]).fails("GET", "/", &[], 4).done();
    for (text, margin) in [
        ("p95 < 400ms", "+75%"),
        ("p95 < 50ms", "-100%"),
        ("success >= 98%", "+1.00 pt"),
        ("success == 100%", "-1.00 pt"),
        ("failures < 3%", "+2.00 pt"),
        ("rate > 20/s", "+100%"),
        ("requests > 500", "-20%"),
        ("p95 < 400ms on /x", "-"),
    ] {
        assert_eq!(held(text, &run).margin_text(), margin, "{text}");
    }
}

fn judged(run: &Snapshot, targets: &[&str]) -> (VerdictWord, u8, Vec<String>) {
    let targets: Vec<Target> = targets.iter().map(|text| text.parse().unwrap()).collect();
    let verdict = judge(run, &targets, &[], RunFacts { interrupted: false, failed_code: 1 });
    (verdict.word, verdict.exit_code, verdict.causes)
}

#[test]
fn failures_that_a_target_judges_are_no_fault_of_their_own() {
    let run = Run::new()
        .answers("GET", "/a", &["tts"], &[1; 500])
        .fails("GET", "/a", &["tts"], 1)
        .fails("GET", "/b", &[], 2)
        .done();
    assert_eq!(judged(&run, &["failures < 1%"]), (Pass, exit::PASS, vec![]));
    let (word, code, causes) = judged(&run, &["success >= 99% on tag tts", "p95 < 1s"]);
    assert_eq!((word, code), (Fail, exit::FAILED));
    assert_eq!(causes, ["2 of 2 requests that no target judges failed"]);
    let (word, code, causes) = judged(&run, &[]);
    assert_eq!((word, code), (Fail, exit::FAILED));
    assert_eq!(causes, ["3 of 503 requests failed"]);
    let (word, code, causes) = judged(&run, &["success == 100% on tag tts"]);
    assert_eq!((word, code), (Fail, exit::TARGET_MISSED));
    assert_eq!(
        causes,
        [
            "target `success == 100% on tag tts` missed: 99.80% over 501 requests",
            "2 of 2 requests that no target judges failed"
        ]
    );
}
