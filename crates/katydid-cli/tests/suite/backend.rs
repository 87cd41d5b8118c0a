//! `--embedded`: the suite's own backend as a process beside the load.

use std::path::Path;

use crate::process::{run, signal, start};
use crate::shop;

crate::tests![
    the_embedded_backend_serves_the_run_and_leaves_nothing,
    the_embedded_backend_shares_few_heaps_unless_told_otherwise,
    a_backend_that_fails_says_why,
    a_backend_that_dies_in_mid_run_is_named,
    the_backend_ends_with_a_load_test_that_is_killed,
    its_hidden_word_is_not_for_people,
];

fn the_embedded_backend_serves_the_run_and_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let words = "Shopper --embedded --scenario smoke -u 3 --run-time 1s";
    let ended = run(shop(words).current_dir(&folder)).expect(0);
    let ended = ended.says("room for 600000 requests of 3 users in ").says("backend.log");
    assert!(!Path::new(&data_dir(&ended.stderr)).exists());
    assert_gone(&ended.stderr);
}

/// With a heap for each thread an embedded backend looked as if it leaked.
fn the_embedded_backend_shares_few_heaps_unless_told_otherwise() {
    for (told, expected) in [(None, "MALLOC_ARENA_MAX=2"), (Some("7"), "MALLOC_ARENA_MAX=7")] {
        let mut load = shop("Shopper --headless --embedded -t 1h");
        load.env_remove("MALLOC_ARENA_MAX").envs(told.map(|heaps| ("MALLOC_ARENA_MAX", heaps)));
        let running = start(&mut load);
        let pid = backend_pid(&running.wait_for("All users spawned"));
        let environment = std::fs::read(format!("/proc/{pid}/environ")).unwrap();
        signal("KILL", running.pid());
        running.end();
        let mut variables = environment.split(|byte| *byte == 0);
        assert!(variables.any(|variable| variable == expected.as_bytes()), "{expected}");
    }
}

fn a_backend_that_fails_says_why() {
    let headless = || shop("Shopper --headless --embedded -t 1s");
    run(headless().env("SHOP_BACKEND", "fails"))
        .expect(70)
        .says("the embedded backend ended before it answered (exit status: 70); its log ends with:")
        .says("the database is locked");
    run(headless().env("SHOP_BACKEND", "panics")).expect(70).says("nobody expects this");
}

fn a_backend_that_dies_in_mid_run_is_named() {
    let running = start(&mut shop("Shopper --headless --embedded -u 2 -r 100 -t 4s"));
    let seen = running.wait_for("All users spawned");
    let pid = backend_pid(&seen);
    signal("KILL", pid);
    let ended = running.end().expect(1).says("Connection failures");
    let told = format!("process {pid}) has died (signal: 9 (SIGKILL)); its log is empty");
    assert_eq!(ended.stderr.matches(&told).count(), 1, "{}", ended.stderr);
}

fn the_backend_ends_with_a_load_test_that_is_killed() {
    let running = start(&mut shop("Shopper --headless --embedded -t 1h"));
    let seen = running.wait_for("All users spawned");
    signal("KILL", running.pid());
    let ended = running.end();
    assert_eq!(ended.code, None);
    assert_gone(&seen);
    assert!(!Path::new(&data_dir(&seen)).exists());
}

fn its_hidden_word_is_not_for_people() {
    run(&mut shop("katydid-embedded-backend")).expect(2).says("use --embedded");
}

fn backend_pid(stderr: &str) -> u32 {
    let (_, after) = stderr.split_once("backend process <").unwrap();
    after.split_once('>').unwrap().0.parse().unwrap()
}

fn data_dir(stderr: &str) -> String {
    let (_, after) = stderr.split_once("users in ").unwrap();
    after.lines().next().unwrap().to_owned()
}

/// Waits for the end of the backend: as nobody's child it is init's to bury.
fn assert_gone(stderr: &str) {
    let path = format!("/proc/{}/stat", backend_pid(stderr));
    let alive = || std::fs::read_to_string(&path).is_ok_and(|stat| !stat.contains(") Z "));
    let end = std::time::Instant::now() + std::time::Duration::from_secs(30);
    while alive() {
        assert!(std::time::Instant::now() < end, "the backend lives on");
        std::thread::yield_now();
    }
}
