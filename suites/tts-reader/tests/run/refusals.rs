//! Filters, and words that cannot be meant.

use super::tts_load;

fn refused(words: &str) -> String {
    let dir = tempfile::tempdir().unwrap();
    let ended = tts_load(dir.path(), words);
    assert_eq!(ended.code, Some(2), "{words}: {}", ended.text);
    ended.text
}

#[test]
fn a_misspelt_tag_is_refused_with_the_nearest() {
    let text = refused("--embedded --headless -u 2 -t 2s --tags critcal");
    assert!(text.contains("critical"), "{text}");
}

#[test]
fn tags_may_be_separated_by_commas_or_spaces() {
    let tasks = |tags: &str| {
        let dir = tempfile::tempdir().unwrap();
        let words = format!("--embedded --headless -u 4 -r 4 -t 2s --seed 3 --tags {tags}");
        let ended = tts_load(dir.path(), &words);
        assert_eq!(ended.code, Some(0), "{}", ended.text);
        ended.tasks().into_iter().map(|task| task.0).collect::<Vec<_>>()
    };
    let with_comma = tasks("critical,revenue");
    assert_eq!(with_comma, tasks("critical revenue"));
    let kept: Vec<&str> =
        with_comma.iter().filter_map(|task| task.strip_prefix("TTSReaderUser/")).collect();
    let expected = [
        "Synthesis/synthesize",
        "Extraction/basic",
        "Billing/pricing_tiers",
        "Authentication/register",
        "Authentication/login",
    ];
    assert_eq!(kept, expected);
}

#[test]
fn a_filter_that_leaves_a_class_without_a_task_is_refused() {
    let text = refused("HeavyTTSUser --embedded --headless -u 2 -t 2s --tags auth");
    assert!(text.contains("HeavyTTSUser"), "{text}");
}

#[test]
fn an_absent_backend_is_named_before_the_run() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("a.csv"), "username,password\nann,secret\n").unwrap();
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let words = format!("ReadOnlyUser --headless -u 1 -t 2s -H http://{free} --accounts a.csv");
    let ended = tts_load(dir.path(), &words);
    assert_eq!(ended.code, Some(2), "{}", ended.text);
    assert!(ended.text.contains(&format!("nothing answers at http://{free}")), "{}", ended.text);
    assert!(ended.text.contains("tts-reader serve"), "{}", ended.text);
}

#[test]
fn too_few_accounts_are_counted() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("a.csv"), "username,password\nann,secret\n").unwrap();
    let words = "ReadOnlyUser --headless -u 9 -t 2s -H http://127.0.0.1:1 --accounts a.csv";
    let ended = tts_load(dir.path(), words);
    assert_eq!(ended.code, Some(2), "{}", ended.text);
    assert!(ended.text.contains("8 are missing"), "{}", ended.text);
}
