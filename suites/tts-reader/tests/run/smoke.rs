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

/// 732 of 230,886 requests of a long run failed, all in its last second: every user checks in to delete the
/// accounts it has made, and there were more than the backend lets wait.
#[test]
fn users_that_end_at_once_delete_their_accounts_one_after_the_other() {
    let dir = tempfile::tempdir().unwrap();
    let words = "TTSReaderUser --embedded --headless -u 300 -r 40 -t 8s --returning-share 0";
    let ended = tts_load(dir.path(), words);
    assert!(!ended.text.contains("[clean-up]: "), "{}", ended.text);
    assert!(!ended.text.contains("check failed: the account is deleted"), "{}", ended.text);
    assert!(ended.text.contains("/api/user[clean-up]"), "{}", ended.text);
}
