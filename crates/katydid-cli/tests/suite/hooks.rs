//! Hooks of a suite, and the log's line per request.

use std::io::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use katydid_cli::Suite;
use katydid_testkit::TestServer;

use crate::process::{Ended, run};
use crate::shop;

crate::tests![
    every_hook_is_called_in_its_turn_with_what_is_known_then,
    quitting_may_choose_the_exit_code_and_everybody_is_told,
    hooks_that_panic_are_named_and_the_run_goes_on,
    debug_prints_a_line_for_each_request_without_secrets,
    without_debug_there_is_no_line_for_a_request,
];

/// `SHOP_HOOKS` says what hooks the suite has.
pub(crate) fn add(suite: Suite) -> Suite {
    match std::env::var("SHOP_HOOKS").as_deref() {
        Ok("talk") => talking(suite),
        Ok("quit") => suite.on_quitting(|end| {
            assert_eq!(end.verdict.exit_code, 0);
            if end.snapshot.requests() > 0 {
                end.set_exit_code(4);
            }
        }),
        Ok("panic") => suite
            .on_init(|_| panic!("too early"))
            .on_test_start(|_| panic!("not today"))
            .on_test_stop(|_| panic!("{}", "never mind"))
            .on_quitting(|_| panic!("too late"))
            .on_request(|request| assert!(request.status != Some(200), "an answer")),
        _ => suite,
    }
}

fn talking(suite: Suite) -> Suite {
    let count = Arc::new(AtomicU64::new(0));
    let counting = Arc::clone(&count);
    suite
        .on_init(|run| {
            let (suite, users, rate) = (run.suite, run.users, run.spawn_rate);
            say(&format!("init {suite} {} {users} {rate}", run.host.starts_with("http://127.")));
        })
        .on_test_start(|run| say(&format!("test_start {:?} {}", run.run_time, run.threads)))
        .on_spawning_complete(|spawned| say(&format!("spawning_complete {:?}", spawned.users)))
        .on_request(move |_| {
            counting.fetch_add(1, Ordering::Relaxed);
        })
        .on_user_error(|error| say(&format!("user_error {}: {}", error.who, error.message)))
        .on_test_stop(move |stop| {
            assert_eq!(stop.snapshot.requests(), count.load(Ordering::Relaxed));
            assert!(stop.snapshot.requests() > 0);
            say(&format!("test_stop {:?}", stop.reason));
        })
        .on_quitting(|end| {
            say(&format!("quitting {:?} {}", end.verdict.word, end.verdict.exit_code));
        })
}

fn say(text: &str) {
    let mut stderr = std::io::stderr();
    writeln!(stderr, "hook: {text}").unwrap();
}

fn with_hooks(hooks: &str, words: &str, server: &TestServer) -> Ended {
    run(shop(words).env("SHOP_HOOKS", hooks).args(["-H", &server.url()]))
}

fn every_hook_is_called_in_its_turn_with_what_is_known_then() {
    let server = TestServer::spawn();
    let words = "Broken --headless -u 2 -r 100 -t 1s --threads 2 --skip-log-setup";
    let ended = with_hooks("talk", words, &server).expect(1);
    let mut said: Vec<&str> =
        ended.stderr.lines().filter_map(|line| line.strip_prefix("hook: ")).collect();
    let error = "user_error Broken/break: the till is empty";
    assert!(said.iter().filter(|line| **line == error).count() >= 2, "{said:?}");
    said.retain(|line| *line != error);
    assert_eq!(
        said,
        [
            "init shop-load true 2 100",
            "test_start Some(1s) 2",
            "spawning_complete [(\"Broken\", 2)]",
            "test_stop RunTime",
            "quitting Fail 1",
        ]
    );
}

fn quitting_may_choose_the_exit_code_and_everybody_is_told() {
    let server = TestServer::spawn();
    let folder = tempfile::tempdir().unwrap();
    let mut command = shop("Shopper --scenario smoke");
    command.env("SHOP_HOOKS", "quit").args(["-H", &server.url()]).current_dir(&folder);
    let ended = run(&mut command)
        .expect(4)
        .says("Shutting down (exit code 4, chosen by the suite's on_quitting instead of 0)")
        .says("Exit code 4 (chosen by the suite's on_quitting instead of 0)");
    assert_eq!(ended.last_line(), "VERDICT: PASS (exit code 4 by the suite)");
    let runs = std::fs::read_dir(folder.path().join("load_test_runs")).unwrap();
    let made = runs.map(|entry| entry.unwrap().path()).next().unwrap();
    let text = std::fs::read_to_string(made.join("run.txt")).unwrap();
    assert!(text.contains("VERDICT: PASS (exit code 4 by the suite)"), "{text}");
}

fn hooks_that_panic_are_named_and_the_run_goes_on() {
    let server = TestServer::spawn();
    let words = "Shopper --headless -u 2 -r 100 -t 1s --exit-code-on-error 5";
    let ended = with_hooks("panic", words, &server)
        .expect(5)
        .says("the suite's hook on_init panicked: too early")
        .says("the suite's hook on_test_start panicked: not today")
        .says("the suite's hook on_test_stop panicked: never mind")
        .says("the suite's hook on_quitting panicked: too late")
        .says("hook on_request: panic: an answer");
    assert!(ended.last_line().starts_with("VERDICT: FAIL - "), "{}", ended.last_line());
    assert!(server.total_requests() > 10, "the run went on");
}

fn debug_prints_a_line_for_each_request_without_secrets() {
    let server = TestServer::spawn();
    let words = "Shopper --headless -u 1 -r 100 -t 1s -L DEBUG --seed 4";
    let ended = with_hooks("", words, &server).expect(0);
    let lines: Vec<&str> = ended
        .stderr
        .lines()
        .filter(|line| line.contains("/DEBUG/") && line.contains(" ms "))
        .collect();
    let sent = server.total_requests();
    let about = sent.saturating_sub(1)..=sent;
    assert!(about.contains(&(lines.len() as u64)), "{sent} sent, {} told", lines.len());
    let (_, line) = lines[0].split_once("katydid.main: ").unwrap();
    let words: Vec<&str> = line.split_whitespace().collect();
    assert_eq!(words[..2], ["user", "0"], "{line}");
    assert!(words[2].starts_with("Shopper/"), "{line}");
    assert_eq!((words[3], words[5]), ("GET", "200"), "{line}");
    assert!(words[4].starts_with(&server.url()), "{line}");
    assert!(words[6].parse::<f64>().is_ok() && words[7..] == ["ms", "1", "hop"], "{line}");
}

fn without_debug_there_is_no_line_for_a_request() {
    let server = TestServer::spawn();
    let ended = with_hooks("", "Shopper --headless -u 1 -r 100 -t 1s", &server).expect(0);
    assert!(!ended.stderr.contains(" 1 hop"), "{}", ended.stderr);
}
