//! The first command of the README, shortened.

use super::tts_load;

#[test]
fn in_the_smoke_test_nothing_fails_and_the_verdict_is_that_of_its_targets() {
    let dir = tempfile::tempdir().unwrap();
    let ended = tts_load(dir.path(), "--embedded --scenario smoke -t 6s");
    let verdict = ended.text.lines().find(|line| line.starts_with("VERDICT:")).unwrap_or_default();
    // How fast it is depends on what this machine does besides; that nothing fails does not.
    match ended.code {
        Some(0) => assert_eq!(verdict, "VERDICT: PASS", "{}", ended.text),
        Some(99) => {
            assert!(verdict.contains("`p95 < 500ms` missed"), "{}", ended.text);
            assert!(!verdict.contains("success"), "{}", ended.text);
        }
        _ => panic!("{}", ended.text),
    }
    assert!(ended.text.contains("success == 100%") && ended.text.contains("p95 < 500ms"));
    for silent in ["\nDiagnosis\n", "all-one-", "unchecked-answers", "wrong-request", "redirects"] {
        assert!(!ended.text.contains(silent), "{silent}: {}", ended.text);
    }
    assert!(ended.text.contains("rate limit:"), "the backend's note is shown");
    assert!(dir.path().join("load_test_runs").is_dir());
}
