//! `--junit FILE`: the verdict as test cases, for everything that shows test results.
//!
//! Five suites, with a case for everything that can go wrong: *targets* and *expectations* (missed:
//! failure), *trust* (each rule of the run about itself; INVALID: error), *tasks* (one that sent
//! nothing: error, one never drawn: skipped) and *run* (what no target judges, and how it ended). A
//! file has a failure or an error exactly when the word is not PASS or the exit code not 0, so that
//! a CI which reads only the file sees what one sees which reads only the code.

mod cases;
mod run;

use std::time::SystemTime;

use jiff::Timestamp;
use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};

use crate::Facts;
use crate::text::clean;

/// The file: `testsuites` with a `testsuite` for each group that has cases.
pub fn junit(facts: &Facts<'_>) -> Vec<u8> {
    let title = title(facts);
    let mut report = Report::new(plain(&title));
    report.set_time(facts.snapshot.elapsed);
    let groups = [
        ("targets", cases::targets(facts)),
        ("expectations", cases::expectations(facts)),
        ("trust", cases::trust(facts)),
        ("tasks", cases::tasks(facts)),
        ("run", run::cases(facts)),
    ];
    for (name, cases) in groups.into_iter().filter(|(_, cases)| !cases.is_empty()) {
        report.add_test_suite(suite(facts, &title, name, cases));
    }
    let skipped = format!(r#" skipped="{}""#, report.skipped);
    let text = report.to_string().expect("memory takes everything");
    // Jenkins' schema knows it of each suite and not of all; a value has no quotation marks in it,
    // so the first is that of the whole.
    text.replacen(&skipped, "", 1).into_bytes()
}

/// `tts-load smoke`.
fn title(facts: &Facts<'_>) -> String {
    let scenario = facts.run.scenario.map(|name| format!(" {name}"));
    format!("{}{}", facts.run.suite, scenario.unwrap_or_default())
}

fn suite(facts: &Facts<'_>, title: &str, name: &str, cases: Vec<TestCase>) -> TestSuite {
    let mut suite = TestSuite::new(plain(&format!("{title} {name}")));
    suite.extra.insert("hostname".into(), plain(facts.run.machine.name).into());
    suite.extra.insert("timestamp".into(), moment(facts.run.started).into());
    // Readers make their tree from the dots.
    let class = plain(&format!("{}.{name}", title.replace(' ', ".")));
    let time = cases.iter().filter_map(|case| case.time).sum();
    suite.set_time(time);
    for mut case in cases {
        case.set_classname(class.as_str());
        suite.add_test_case(case);
    }
    suite
}

/// A case that has gone well, with what there is to say of it.
fn passed(name: &str, said: &str) -> TestCase {
    case(name, TestCaseStatus::success(), said)
}

/// A case that has not.
fn unhappy(name: &str, kind: NonSuccessKind, class: &str, message: &str, said: &str) -> TestCase {
    let mut status = TestCaseStatus::non_success(kind);
    // Some readers show the attribute, some the element's text.
    status.set_type(class).set_message(plain(message)).set_description(plain(message));
    case(name, status, said)
}

fn case(name: &str, status: TestCaseStatus, said: &str) -> TestCase {
    let mut case = TestCase::new(plain(name), status);
    case.set_time(std::time::Duration::ZERO);
    if !said.is_empty() {
        case.set_system_out(said.lines().map(plain).collect::<Vec<_>>().join("\n"));
    }
    case
}

/// Text of one line that XML can hold: what steers a terminal is written as an escape, and two
/// characters that XML knows in no form become the mark for such.
fn plain(text: &str) -> String {
    clean(text).replace(['\u{fffe}', '\u{ffff}'], "\u{fffd}")
}

/// `2026-11-23T02:38:35+00:00`.
fn moment(time: SystemTime) -> String {
    Timestamp::try_from(time)
        .map_or_else(|_| String::new(), |time| time.strftime("%Y-%m-%dT%H:%M:%S+00:00").to_string())
}
