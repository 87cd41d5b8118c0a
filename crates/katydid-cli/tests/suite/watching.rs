//! Processes watched beside the load, and rules on drift.

use std::net::TcpListener;
use std::process::Command;

use katydid_testkit::TestServer;

use crate::plans::{LOAD, by_plan, folder};
use crate::process::{run, signal, start};
use crate::shop;

crate::tests![
    who_listens_on_this_machine_is_watched,
    a_process_that_is_none_is_refused,
    a_watched_process_that_ends_is_told_at_once_and_is_no_pass,
    drift_that_the_run_is_too_short_for_is_said_before_and_missed,
    drift_of_memory_that_nobody_watches_is_said_before_and_missed,
];

fn who_listens_on_this_machine_is_watched() {
    let server = TestServer::spawn();
    let ended = run(&mut shop(&format!("Shopper --headless -u 1 -t 1s -H {}", server.url())));
    // The server is a thread of this test.
    let own = std::process::id();
    let listens = format!("), which listens at {}", server.url());
    ended
        .expect(0)
        .says(&format!("Watching process {own} ("))
        .says(listens.trim_end_matches('/'))
        .says(&format!("  Watched  process {own} ("))
        .says(" % of a core, ")
        .says(" with files); at most ");
}

fn a_process_that_is_none_is_refused() {
    // Above the most that a kernel gives.
    let words = "Shopper --headless -u 1 -t 1s -H http://127.0.0.1:9 --watch-pid 4194305";
    run(&mut shop(words))
        .expect(2)
        .says("--watch-pid: no process 4194305 runs on this machine; name the target's own pid");
    run(&mut shop("Shopper --watch-pid 0")).expect(2).says("must be 1 or more");
}

fn a_watched_process_that_ends_is_told_at_once_and_is_no_pass() {
    let server = TestServer::spawn();
    let mut watched = Command::new("sleep").arg("600").spawn().unwrap();
    let pid = watched.id();
    let words =
        format!("Shopper --headless -u 2 -r 100 -t 4s -H {} --watch-pid {pid}", server.url());
    let running = start(&mut shop(&words));
    running.wait_for("All users spawned");
    signal("KILL", pid);
    let told = format!("the watched process {pid} (sleep) ended in second ");
    let ended = running.end().expect(1).says(&told);
    watched.wait().unwrap();
    // In the log, in the causes and in the last line.
    assert!(
        ended.last_line().starts_with(&format!("VERDICT: FAIL - {told}")),
        "{}",
        ended.last_line()
    );
    ended
        .says(&format!("  process {pid} (sleep), since "))
        .says("the watched process ended\n    likely cause: it crashed, or ");
}

fn drift_that_the_run_is_too_short_for_is_said_before_and_missed() {
    let server = TestServer::spawn();
    let folder = folder(&format!(
        "[scenario.long]\n{LOAD}classes = [\"Shopper\"]\ndrift = [\"p95 < 10%/h on /delay/1\", \"memory < 5%/h\"]\n"
    ));
    let url = server.url();
    let ended = run(&mut by_plan(folder.path(), &format!("--scenario long -H {url}"))).expect(99);
    ended
        .says("`drift: memory < 5%/h` needs a run of at least 3 min and is missed without")
        .says("drift: p95 < 10%/h on /delay/1")
        .says("too short to say: needs at least ")
        .says("VERDICT: FAIL - expectation `drift: p95 < 10%/h on /delay/1` missed: too short");
    let checked = run(&mut by_plan(folder.path(), "plan check")).stdout;
    let problem = "problem: `drift: memory < 5%/h` needs a run of at least 3 min";
    assert!(checked.contains(problem), "{checked}");
}

fn drift_of_memory_that_nobody_watches_is_said_before_and_missed() {
    let folder = folder(&format!(
        "[scenario.long]\n{LOAD}classes = [\"Shopper\"]\ndrift = [\"memory < 5%/h\"]\n"
    ));
    let closed = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = closed.local_addr().unwrap().port();
    drop(closed);
    let words = format!("--scenario long -t 1s -H http://127.0.0.1:{port}");
    run(&mut by_plan(folder.path(), &words))
        .expect(99)
        .says("`drift: memory < 5%/h` will be missed, for no process is watched (http://127.0.0.1:")
        .says("; name the target's own with --watch-pid PID")
        .says("missed: no process was watched; name the target's own with --watch-pid PID");
}
