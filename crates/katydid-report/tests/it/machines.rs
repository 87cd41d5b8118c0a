//! Reports for machines: JUnit, the summary, Markdown.

use std::path::PathBuf;
use std::time::Duration;

use katydid_core::{
    Expectation, FailureKind, RunFacts, Silence, Snapshot, Target, Verdict, Warning, WarningName,
    Warnings, diagnose, exit, judge,
};
use katydid_report::{Facts, MachineInfo, RunInfo, json, junit, markdown};
use proptest::prelude::*;
use serde_json::Value;

use crate::run::{Run, counts, empty, eventful, started, task};

/// What names and texts of a target may hold.
const WILD: &str = "a\"<b>&'|`*_[x](y)\u{1b}[31m\n\r\u{202e}\u{fffe}\u{0}@all ]]> é";

/// A file of a run, judged by these targets.
fn of(snapshot: &Snapshot, targets: &[Target], make: impl Fn(&Facts<'_>) -> Vec<u8>) -> String {
    let facts = RunFacts { interrupted: false, failed_code: 1 };
    made(snapshot, &judge(snapshot, targets, &[], facts), false, make)
}

fn made(
    snapshot: &Snapshot,
    verdict: &Verdict,
    strict: bool,
    make: impl Fn(&Facts<'_>) -> Vec<u8>,
) -> String {
    let silence = Silence { name: WarningName::Redirects, reason: "known".to_owned() };
    let mut warnings = Warnings::new(vec![silence]);
    warnings.add(Warning::new(WarningName::FewSamples, "10 requests are few", "run longer"));
    let machine = MachineInfo { name: "lab-7", os: "linux", arch: "x86_64", cores: 8 };
    let run = RunInfo {
        suite: "tts-load",
        scenario: Some("smoke"),
        host: "http://localhost:5000",
        started: started(),
        threads: 2,
        seed: 42,
        strict,
        version: "0.0.0",
        machine,
    };
    let bytes = make(&Facts {
        run,
        snapshot,
        verdict,
        warnings: &warnings,
        diagnosis: &diagnose(snapshot, &[]),
        said: &["the disk was slow".to_owned()],
        files: &[PathBuf::from("report.html")],
    });
    String::from_utf8(bytes).expect("UTF-8")
}

fn targets() -> [Target; 3] {
    let slow = "p95 < 500ms on POST /api/synthesize".parse().expect("a target");
    [Target::success_at_least(1.0), Target::percentile_below(0.99, Duration::from_secs(2)), slow]
}

/// Of whose second stage a cache answers three quarters.
fn staged() -> Snapshot {
    Run::new(&[("V", 1)], &[])
        .staged("cold:1@1/s:10s,warm:1@1/s:10s")
        .answers("GET", "/", &[5_000; 20])
        .tick(10)
        .answers("GET", "/", &[5_000; 4])
        .cached("GET", "/", 15)
        .fails(("GET", "/"), (FailureKind::Timeout, "no answer within 10s"), 1, 12)
        .tick(15)
        .snapshot()
}

fn well() -> Snapshot {
    let tasks = [task("Visitor", "", "look", 1.0)];
    let times: Vec<u64> = (0..400).map(|i| 900 + i * 7).collect();
    Run::new(&[("Visitor", 3)], &tasks)
        .answers("GET", "/", &times)
        .stated("GET", "/", &["sql;dur=1.5, cache", "sql;dur=0.5;desc=two"])
        .task(0, counts(400, 0, 400, 0))
        .done(4)
}

#[test]
fn junit_has_a_case_for_everything_that_can_go_wrong() {
    insta::assert_snapshot!(of(&eventful(), &targets(), junit));
}

#[test]
fn junit_of_a_run_without_targets_still_has_cases() {
    let text = of(&well(), &[], junit);
    assert!(text.contains("errors=\"0\"") && text.contains("failures=\"0\""), "{text}");
    assert!(text.contains("400 requests failed, all judged") || text.contains("0 of 400 requests"));
    assert!(text.contains("name=\"tts-load smoke trust\""), "{text}");
    assert!(!text.contains("name=\"tts-load smoke targets\""), "{text}");
}

/// Number of cases that went wrong, by the file's own count.
fn wrong(text: &str) -> u32 {
    let head = text.lines().nth(1).expect("testsuites");
    let of = |name: &str| -> u32 {
        let rest = head.split_once(&format!("{name}=\"")).expect("an attribute").1;
        rest.split('"').next().expect("its end").parse().expect("a number")
    };
    of("failures") + of("errors")
}

/// Who reads only the file sees what one sees who reads only word and exit code.
#[test]
fn junit_goes_wrong_when_word_or_exit_code_do() {
    let judged = |snapshot: &Snapshot, targets: &[Target], interrupted, failed_code| {
        judge(snapshot, targets, &[], RunFacts { interrupted, failed_code })
    };
    let (well, bad) = (well(), eventful());
    let lenient: Target = "failures < 90%".parse().unwrap();
    let mut verdicts = vec![
        (&well, judged(&well, &[], false, 1)),
        (&well, judged(&well, &targets()[..1], false, 1)),
        (&well, judged(&well, &targets()[1..], false, 1)),
        (&well, judged(&well, &[], true, 1)),
        (&bad, judged(&bad, &targets(), false, 1)),
        (&bad, judged(&bad, &[lenient], false, 1)),
        (&bad, judged(&bad, &[], false, 0)),
    ];
    let mut own = judged(&well, &[], false, 1);
    own.overrule(4);
    verdicts.push((&well, own));
    let mut unwritten = judged(&well, &[], false, 1);
    unwritten.exit_code = exit::TOOL;
    verdicts.push((&well, unwritten));
    let mut hook = judged(&well, &[], false, 1);
    hook.fail("the hook on_test_stop panicked".to_owned(), 1);
    verdicts.push((&well, hook));
    for (snapshot, verdict) in &verdicts {
        let text = made(snapshot, verdict, false, junit);
        let word = verdict.word != katydid_core::VerdictWord::Pass || verdict.exit_code != 0;
        assert_eq!(wrong(&text) > 0, word, "{:?} {}:\n{text}", verdict.causes, verdict.exit_code);
    }
}

#[test]
fn a_disturbed_run_is_an_error_only_where_it_does_not_count() {
    let held = Run::new(&[("V", 1)], &[]).answers("GET", "/", &[1_000]).tick(1);
    let mut snapshot = held.snapshot();
    snapshot.generator.machine.suspended = Some(Duration::from_millis(500));
    let verdict = judge(&snapshot, &[], &[], RunFacts { interrupted: false, failed_code: 1 });
    assert_eq!(verdict.run.word, katydid_core::RunWord::Disturbed, "{verdict:?}");
    let told = made(&snapshot, &verdict, false, junit);
    assert_eq!(wrong(&told), 0, "{told}");
    assert!(told.contains("<system-out>DISTURBED: "), "{told}");
    let mut strict = verdict.clone();
    strict.strict();
    let text = made(&snapshot, &strict, true, junit);
    assert_eq!(wrong(&text), 1, "{text}");
    assert!(text.contains("type=\"run-disturbed\""), "{text}");
    let summary = made(&snapshot, &strict, true, markdown);
    assert!(summary.starts_with("## ⚠️ PASS, but exit code 3: "), "{summary}");
}

#[test]
fn the_summary_is_what_its_schema_says() {
    let schema: Value = serde_json::from_slice(&json::summary_schema()).unwrap();
    let validator = jsonschema::validator_for(&schema).expect("a schema");
    for snapshot in [eventful(), empty(), well(), staged()] {
        let text = of(&snapshot, &targets(), json::summary);
        let value: Value = serde_json::from_str(&text).unwrap();
        let faults: Vec<String> =
            validator.iter_errors(&value).map(|fault| fault.to_string()).collect();
        assert_eq!(faults, [""; 0]);
    }
    // It says something: a wrong file does not pass.
    for (wrong, path) in [("\"x\"", "/aggregated/requests"), ("2", "/version")] {
        let mut value: Value =
            serde_json::from_str(&of(&well(), &targets(), json::summary)).unwrap();
        *value.pointer_mut(path).expect("it is there") = serde_json::from_str(wrong).unwrap();
        assert!(!validator.is_valid(&value), "{path} = {wrong}");
    }
    let required = schema["required"].as_array().expect("keys");
    assert_eq!(required.len(), schema["properties"].as_object().unwrap().len());
}

#[test]
fn the_summary_adds_up() {
    let snapshot = eventful();
    let value: Value = serde_json::from_str(&of(&snapshot, &targets(), json::summary)).unwrap();
    let sum = |list: &str, key: &str| -> u64 {
        value[list].as_array().unwrap().iter().map(|row| row[key].as_u64().unwrap()).sum()
    };
    assert_eq!(value["aggregated"]["requests"], sum("requests", "requests"));
    assert_eq!(value["aggregated"]["failures"], sum("requests", "failures"));
    assert_eq!(value["aggregated"]["failures"], sum("failures", "count"));
    let kinds = value["aggregated"]["failures_by_kind"].as_object().unwrap();
    let kinds: u64 = kinds.values().map(|count| count.as_u64().unwrap()).sum();
    assert_eq!(value["aggregated"]["failures"], kinds);
    assert_eq!(value["aggregated"]["response_time"]["count"], snapshot.requests());
    assert_eq!(value["verdict"]["word"], "INVALID");
    assert_eq!(value["targets"][1]["limit"], 2_000.0);
    insta::assert_snapshot!(of(&well(), &targets(), json::summary));
}

#[test]
fn the_summary_has_stages_and_what_came_out_of_a_cache() {
    let summary = |snapshot: &Snapshot| -> Value {
        serde_json::from_str(&of(snapshot, &[], json::summary)).unwrap()
    };
    let value = summary(&staged());
    let cached = |path: &str| value.pointer(&format!("{path}/cached")).unwrap().clone();
    let places = ["/aggregated", "/requests/0", "/stages/0", "/stages/1"].map(cached);
    assert_eq!(places, [15, 15, 0, 15]);
    let warm = serde_json::to_string_pretty(&value["stages"][1]).unwrap();
    insta::assert_snapshot!("summary_of_a_stage", warm);
    // One alone is the run.
    assert_eq!(summary(&well())["stages"], Value::Array(vec![]));
}

#[test]
fn markdown_of_an_eventful_run() {
    insta::assert_snapshot!(of(&eventful(), &targets(), markdown));
}

#[test]
fn markdown_of_a_run_that_went_well_is_short() {
    insta::assert_snapshot!(of(&well(), &targets()[..2], markdown));
}

/// A run with many names and failures, all of them wild.
fn wild(names: u64) -> Snapshot {
    (0..names)
        .fold(Run::new(&[("V", 1)], &[task("V", WILD, WILD, 1.0)]), |run, number| {
            let name = format!("/{number}{}", WILD.repeat(20));
            run.answers("GET", &name, &[1_000, 2_000]).fails(
                ("GET", &name),
                (FailureKind::Check, &WILD.repeat(3)),
                1,
                1,
            )
        })
        .task(0, counts(1, 0, 1, 0))
        .exception(0, WILD, WILD)
        .done(2)
}

#[test]
fn wild_text_stays_text_and_files_stay_small() {
    let snapshot = wild(300);
    let text = of(&snapshot, &targets(), markdown);
    assert!(text.len() <= 61_000, "{} bytes", text.len());
    assert!(text.contains("and 290 more"), "{text}");
    for line in text.lines().filter(|line| line.starts_with("| ")) {
        let cells = line.matches('|').count();
        assert!((5..=10).contains(&cells), "{line}");
    }
    assert!(!text.contains("<b>") && !text.contains("@all") && !text.contains('\u{1b}'), "{text}");
    let text = of(&snapshot, &targets(), junit);
    let bad = |c: char| (c.is_control() && c != '\n') || matches!(c, '\u{fffe}' | '\u{ffff}');
    assert!(!text.contains(bad), "a character that XML does not know");
    assert!(!text.contains("<b>"), "{text}");
    let value: Value = serde_json::from_str(&of(&snapshot, &[], json::summary)).unwrap();
    assert_eq!(value["exceptions"][0]["place"], WILD);
}

proptest! {
    /// Every file of a run with any text is whole: XML and JSON read, Markdown bounded.
    #[test]
    fn any_text_makes_whole_files(name in "\\PC{0,80}|[\\x00-\\x7f]{1,80}", said in ".{0,80}") {
        let snapshot = Run::new(&[("V", 1)], &[])
            .fails(("GET", &name), (FailureKind::Manual, &said), 3, 0)
            .done(1);
        let rules = [Target::success_at_least(1.0).on(katydid_core::Scope::Tag(name))];
        let xml = of(&snapshot, &rules, junit);
        prop_assert!(quick_junit::Report::deserialize_from_str(&xml).is_ok(), "{xml}");
        let json = of(&snapshot, &rules, json::summary);
        prop_assert!(serde_json::from_str::<Value>(&json).is_ok());
        prop_assert!(of(&snapshot, &rules, markdown).len() < 61_000);
    }
}

/// What a target that was never written judges: an expectation is a case as well.
#[test]
fn expectations_are_cases() {
    let snapshot = well();
    let rules: Vec<Expectation> = vec![Expectation::Degrade("gradual".parse().expect("a rule"))];
    let facts = RunFacts { interrupted: false, failed_code: 1 };
    let verdict = judge(&snapshot, &[], &rules, facts);
    let text = made(&snapshot, &verdict, false, junit);
    assert!(text.contains("<testsuite name=\"tts-load smoke expectations\""), "{text}");
    let told = made(&snapshot, &verdict, false, markdown);
    assert!(told.contains("### Expectations"), "{told}");
}
