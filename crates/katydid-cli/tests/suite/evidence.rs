//! Exemplars, the log of failures and what nobody may see of them, in every output of a run.

use std::path::Path;

use katydid_testkit::TestServer;
use serde_json::Value;

use crate::process::run;
use crate::shop;

crate::tests![
    no_output_of_a_run_has_a_secret,
    the_log_of_failures_says_what_it_lacks,
    a_log_of_failures_that_cannot_be_meant_or_written_is_said_before_the_run,
];

/// Every file below a folder with its text.
fn texts(folder: &Path) -> Vec<(String, String)> {
    let mut all = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            all.extend(texts(&path));
        } else {
            let bytes = std::fs::read(&path).unwrap();
            all.push((path.display().to_string(), String::from_utf8_lossy(&bytes).into_owned()));
        }
    }
    all
}

fn no_output_of_a_run_has_a_secret() {
    let server = TestServer::spawn();
    let folder = tempfile::tempdir().unwrap();
    let words = "Leaky --scenario smoke --html page.html --json-file stats --log-failures \
                 failures.jsonl --mask tenant,x-own --traceparent -L DEBUG --logfile log.txt -H";
    let mut suite = shop(words);
    let suite = suite.arg(server.url()).current_dir(&folder).env("SHOP_LEAKS", "1");
    let ended = run(suite).expect(99).says("kept with request, answer and curl command; see ");
    let mut all = texts(folder.path());
    all.extend([("stdout".to_owned(), ended.stdout), ("stderr".to_owned(), ended.stderr)]);
    for (name, text) in &all {
        let at =
            text.find("planted").map(|at| &text[at.saturating_sub(200)..text.len().min(at + 99)]);
        assert_eq!(at, None, "a secret is in {name}");
    }
    let file = |end: &str| {
        let found = all.iter().find(|(name, _)| name.ends_with(end));
        &found.unwrap_or_else(|| panic!("no {end} among {:?}", all.iter().map(|it| &it.0))).1
    };
    // Not because nothing was shown.
    for shown in
        ["Exemplars: the first failure", "    curl -i ", "$PASSWORD", "> authorization: Bearer ***"]
    {
        assert!(file("run.txt").contains(shown), "{shown:?} is not in {}", file("run.txt"));
    }
    assert!(file("_failures.csv").contains("tenant"), "{}", file("_failures.csv"));
    let lines: Vec<Value> =
        file("failures.jsonl").lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert!(lines.len() > 2, "{lines:?}");
    let first = &lines[0];
    assert_eq!(
        (&first["class"], &first["task"], &first["user"]),
        (&"Leaky".into(), &"leak".into(), &0.into())
    );
    let trace = first["traceparent"].as_str().unwrap();
    assert!(first["request"].as_str().unwrap().contains(trace), "{first}");
}

fn the_log_of_failures_says_what_it_lacks() {
    let server = TestServer::spawn();
    let folder = tempfile::tempdir().unwrap();
    let words = "Leaky --headless -u 1 -i 30 --log-failures x/f.jsonl --log-failures-rate 5 -H";
    let mut suite = shop(words);
    let suite = suite.arg(server.url()).current_dir(&folder).env("SHOP_LEAKS", "1");
    let ended =
        run(suite).expect(1).says("failures are not in x/f.jsonl: more than 5 came in a second");
    let ended = ended.says("\n  x/f.jsonl");
    let text = std::fs::read_to_string(folder.path().join("x/f.jsonl")).unwrap();
    let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let dropped = lines.last().unwrap()["dropped"].as_u64().unwrap();
    assert_eq!(lines.len() as u64 - 1 + dropped, 60, "{}", ended.stderr);
    ended.says("kept with request, answer and curl command; see ");
}

fn a_log_of_failures_that_cannot_be_meant_or_written_is_said_before_the_run() {
    let server = TestServer::spawn();
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("file"), "").unwrap();
    for (words, said) in [
        ("--log-failures-rate 5", "--log-failures-rate needs --log-failures FILE"),
        ("--log-failures f --log-failures-rate 0", "must be 1 or more"),
        ("--log-failures file/f", "--log-failures file/f: "),
        ("--mask a,-", "write the name of a header, a key or a parameter"),
    ] {
        let words = format!("Shopper --headless -t 1s {words} -H");
        run(shop(&words).arg(server.url()).current_dir(&folder)).expect(2).says(said);
    }
    assert_eq!(server.total_requests(), 0);
}
