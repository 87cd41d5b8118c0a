//! The limits in words are made of the numbers that judge.

use std::time::Duration;

use super::rules::RULES;
use super::{cut, floor, late, machine, still};
use crate::generator::PERIOD_NS;

fn percent(share: f64) -> String {
    format!("{} %", (share * 1_000.0).round() / 10.0)
}

fn seconds(time: Duration) -> String {
    format!("{} s", time.as_secs_f64())
}

fn millis(time: Duration) -> String {
    format!("{} ms", time.as_millis())
}

#[test]
fn the_limits_in_words_are_those_that_judge() {
    assert!((late::LATE_INVALID_SHARE - 0.5).abs() < 1e-9, "said as a half");
    assert!((machine::CPU_SHARE - 0.5).abs() < 1e-9, "said as a half");
    for (rule, expected) in RULES.iter().zip(limits()) {
        assert_eq!(rule.limits, [&*expected[0], &*expected[1]], "{}", rule.name);
    }
}

fn users(share: f64, window: Duration) -> String {
    let (share, least) = (percent(share), seconds(window));
    format!("over {share} of the planned user time, after {least} or more")
}

fn unanswered() -> String {
    format!(
        "most of those cut off had waited for over {} and the p99 response time, and these are {} or \
         more, over {} of requests, or all had waited for over {} of the planned user time",
        seconds(cut::WAITED),
        cut::MANY,
        percent(cut::SHARE),
        percent(cut::TIME)
    )
}

fn never_invalid(disturbed: impl Into<String>) -> [String; 2] {
    [disturbed.into(), "-".into()]
}

/// What disturbs and what makes invalid, by rule, made of the numbers.
fn limits() -> [[String; 2]; 20] {
    let (late, share) = (millis(late::LATE), percent(late::LATE_SHARE));
    let p99 = format!("p99 over {late} and {share} of the p99 response time");
    let p90 =
        format!("p90 over {} and half of the median response time", millis(late::LATE_INVALID));
    let looks = late::LOOKS;
    let harmless = format!("and p99 late over {}", millis(machine::HARMLESS));
    let stood = format!(
        "over {} in all and {} of the time",
        seconds(still::STILL_INVALID),
        percent(still::STILL_SHARE)
    );
    let exhausted = format!("over {} of requests", percent(machine::EXHAUSTED));
    let starts = |share| format!("over {} of the planned starts", percent(share));
    let busy = format!("over {} of a core", percent(machine::CPU));
    let long = looks * PERIOD_NS / 1_000_000_000;
    let harmful = millis(machine::HARMLESS);
    let beside = format!(
        "and p90 late over {harmful} and half of the median response time, after {long} s or more"
    );
    let still_from = format!("over {}", seconds(still::STILL));
    [
        ["-".into(), "any".into()],
        [still_from.clone(), stood.clone()],
        [still_from, stood],
        [p99.clone(), format!("{p90}, after {long} s or more")],
        [p99, format!("{p90}, after {looks} starts or more")],
        [starts(late::UNSENT), starts(late::UNSENT_INVALID)],
        [starts(late::UNSENT), "-".into()],
        [
            users(late::MISSED, late::MISSED_WINDOW),
            users(late::MISSED_INVALID, late::MISSED_INVALID_WINDOW),
        ],
        never_invalid(format!(
            "over {} and {} of the median response time",
            millis(floor::FLOOR),
            percent(floor::FLOOR_SHARE)
        )),
        [format!("{busy}, {harmless}"), format!("{busy}, {beside}")],
        [format!("over {} of the time, {harmless}", percent(machine::QUEUED)), "-".into()],
        [format!("over {} of the CPU time, {harmless}", percent(machine::STEAL)), "-".into()],
        never_invalid("any"),
        never_invalid("any"),
        never_invalid("any"),
        never_invalid(unanswered()),
        [
            format!("over {}", seconds(machine::ASLEEP)),
            format!("over {}", seconds(machine::ASLEEP_INVALID)),
        ],
        ["any".into(), exhausted.clone()],
        ["any".into(), exhausted],
        [
            format!(
                "{} or more, and over {} of the connections opened",
                machine::NETWORK,
                percent(machine::NETWORK_SHARE)
            ),
            "-".into(),
        ],
    ]
}
