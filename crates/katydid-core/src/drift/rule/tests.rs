//! Rules are read and written as the same text; what cannot be meant says what could.

use proptest::prelude::*;

use super::*;

#[test]
fn rules_are_written_as_they_are_read() {
    for text in [
        "p95 < 10%/h",
        "p99.9 < 42ms/h on /api/login",
        "p50 < 1.5s/h on tag tts",
        "failures < 0.1pt/h on POST /api/login",
        "memory < 5%/h",
        "memory < 20MB/h",
        "memory < 1.5kB/h",
    ] {
        assert_eq!(text.parse::<DriftRule>().unwrap().to_string(), format!("drift: {text}"));
    }
    assert_eq!("med < 2000ms/h".parse::<DriftRule>().unwrap().to_string(), "drift: p50 < 2s/h");
}

#[test]
fn what_cannot_be_meant_says_what_could() {
    for (text, words) in [
        ("p95 < 10%", "column 7: `10%` is no growth per hour; write 10%/h or 50ms/h"),
        ("p95 < 10/h", "`10/h` is no growth per hour"),
        ("p95 <= 10%/h", "column 5: `<` belongs here"),
        ("p100 < 10%/h", "`p100` is no number whose drift is known"),
        ("success < 1%/h", "it is a percentile such as p95, `failures` or `memory`"),
        ("failures < 0.1%/h", "write 0.1pt/h (points of a percent)"),
        ("memory < 5ms/h", "write 5%/h or 20MB/h"),
        ("memory < 5%/h on /api/login", "memory belongs to a process, not to requests"),
        ("memory < 0MB/h", "may not grow at all"),
        ("p95 < 5%/h at night", "`at` does not belong here"),
        ("", "column 1"),
    ] {
        let said = text.parse::<DriftRule>().unwrap_err().to_string();
        assert!(said.contains(words), "{said}");
    }
}

proptest! {
    #[test]
    fn no_text_panics(text in "(p95|failures|memory|\\PC{0,5}) ?< ?\\PC{0,8}(/h)?( on \\PC{0,9})?") {
        let _ = text.parse::<DriftRule>();
    }
}
