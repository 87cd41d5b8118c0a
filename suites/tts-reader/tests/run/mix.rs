//! Each persona for some seconds: nothing fails, nothing is silent, what was drawn was sent.

use std::collections::BTreeMap;

use super::tts_load;

/// Runs a persona and returns the names of its report's rows with the number of requests.
fn names(persona: &str) -> BTreeMap<String, u64> {
    let dir = tempfile::tempdir().unwrap();
    let words = format!("{persona} --embedded --headless -u 20 -r 20 -t 8s --csv x --seed 7");
    let ended = tts_load(dir.path(), &words);
    assert_eq!(ended.code, Some(0), "{}", ended.text);
    assert!(ended.text.lines().any(|line| line == "VERDICT: PASS"), "{}", ended.text);
    let failures = std::fs::read_to_string(dir.path().join("x_failures.csv")).unwrap();
    assert_eq!(failures.lines().count(), 1, "{failures}");
    let exceptions = std::fs::read_to_string(dir.path().join("x_exceptions.csv")).unwrap();
    assert_eq!(exceptions.lines().count(), 1, "{exceptions}");
    let tasks = ended.tasks();
    assert!(tasks.iter().map(|task| task.1).sum::<u64>() >= 20, "{}", ended.text);
    for (name, executions, requests) in tasks {
        assert!(requests >= executions, "{name}: {requests} requests of {executions} executions");
    }
    let mut stats = csv::Reader::from_path(dir.path().join("x_stats.csv")).unwrap();
    let mut sent = BTreeMap::new();
    for row in stats.records() {
        let row = row.unwrap();
        *sent.entry(row[1].to_owned()).or_default() += row[2].parse::<u64>().unwrap();
    }
    sent
}

fn sends(persona: &str, expected: &[&str]) -> BTreeMap<String, u64> {
    let names = names(persona);
    for name in expected {
        assert!(names.contains_key(*name), "{persona} sent no {name}: {names:?}");
    }
    names
}

#[test]
fn the_balanced_user_logs_in_both_ways_and_cleans_up() {
    let first = ["/api/login[returning]", "/api/register[new]", "/api/login[new]"];
    let then = ["/api/dev/credits", "/audio/[link]", "/api/user[clean-up]"];
    let sent = sends("TTSReaderUser", &[&first[..], &then].concat());
    // Of the accounts made by the way, one may not have logged in yet; those of new users have.
    let (deleted, again) = (sent["/api/user[clean-up]"], sent.get("/api/login[clean-up]"));
    let registered = sent.get("/api/register").copied().unwrap_or(0);
    assert!(deleted >= sent["/api/register[new]"], "{sent:?}");
    assert!(again.is_none_or(|again| *again <= registered), "{sent:?}");
}

#[test]
fn the_burst_user_synthesises_and_extracts() {
    sends("BurstTrafficUser", &["/api/synthesize", "/api/extract/[basic]", "/audio/[link]"]);
}

#[test]
fn the_heavy_user_synthesises_and_extracts() {
    let journey = "listen to an article";
    sends(
        "HeavyTTSUser",
        &["/api/synthesize", "/api/extract-and-synthesize", "/audio/[link]", journey],
    );
}

#[test]
fn the_read_only_user_browses_with_its_login() {
    sends("ReadOnlyUser", &["/api/login[returning]", "/api/credit-balance", "/api/preferences"]);
}

#[test]
fn who_follows_jobs_hears_of_each_until_it_is_completed() {
    let rows =
        ["connect", "receive", "close"].map(|deed| format!("/api/extract/ws/{{id}}[{deed}]"));
    let jobs = ["/api/extract/[followed]", "/api/synthesize[followed]"];
    let expected: Vec<&str> = rows.iter().map(String::as_str).chain(jobs).collect();
    let sent = sends("WebSocketProgressUser", &expected);
    let [opened, heard, closed] = rows.map(|row| sent[&row]);
    let done: u64 = jobs.iter().map(|job| sent[*job]).sum();
    // What the end of the run has cut was opened and is not over.
    assert!(opened >= done && done >= closed && closed > 0, "{sent:?}");
    assert!(heard >= 3 * closed, "more than the first and the last record: {sent:?}");
}
