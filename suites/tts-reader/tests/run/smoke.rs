//! The first command of the README, shortened.

use super::tts_load;

#[test]
fn the_smoke_test_passes_against_the_embedded_backend() {
    let dir = tempfile::tempdir().unwrap();
    let ended = tts_load(dir.path(), "--embedded --scenario smoke -t 6s");
    assert_eq!(ended.code, Some(0), "{}", ended.text);
    assert!(ended.text.lines().any(|line| line == "VERDICT: PASS"), "{}", ended.text);
    assert!(ended.text.contains("success == 100%") && ended.text.contains("p95 < 500ms"));
    assert!(ended.text.contains("rate limit:"), "the backend's note is shown");
    assert!(dir.path().join("load_test_runs").is_dir());
}
