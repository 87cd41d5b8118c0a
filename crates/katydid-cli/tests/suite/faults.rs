//! Runs that end otherwise.

use katydid_testkit::TestServer;

use crate::process::{run, signal, start};
use crate::shop;

crate::tests![
    a_task_that_sends_nothing_makes_the_run_invalid,
    an_exception_of_the_suite_fails_the_run,
    the_code_for_failures_can_be_chosen,
    a_suite_that_cannot_prepare_exits_2,
    the_first_signal_reports_and_the_second_leaves_at_once,
    an_unwritable_folder_for_the_runs_exits_70,
];

fn a_task_that_sends_nothing_makes_the_run_invalid() {
    let server = TestServer::spawn();
    let words = "Shopper Idler --headless -u 2 -r 100 -t 1s -H";
    let ended = run(shop(words).arg(server.url())).expect(3).says("Idler/idle");
    assert!(ended.last_line().starts_with("VERDICT: INVALID - "), "{}", ended.stderr);
    run(shop(&words.replace("Idler ", "")).arg(server.url())).expect(0);
}

fn an_exception_of_the_suite_fails_the_run() {
    let server = TestServer::spawn();
    let words = "Broken --headless -t 1s -H";
    run(shop(words).arg(server.url())).expect(1).says("the till is empty");
}

fn the_code_for_failures_can_be_chosen() {
    let server = TestServer::spawn();
    let words = "Broken --headless -t 1s --exit-code-on-error 7 -H";
    run(shop(words).arg(server.url())).expect(7).says("Shutting down (exit code 7)");
}

fn a_suite_that_cannot_prepare_exits_2() {
    let folder = tempfile::tempdir().unwrap();
    let accounts = folder.path().join("accounts.csv");
    std::fs::write(&accounts, "nonsense").unwrap();
    run(shop("Shopper --headless -H http://127.0.0.1:1 --accounts").arg(&accounts))
        .expect(2)
        .says("preparing the run: the accounts file has no header username,password");
}

fn the_first_signal_reports_and_the_second_leaves_at_once() {
    let server = TestServer::spawn();
    let words = "Shopper Stuck --headless -u 2 -r 100 --stop-timeout 1h -H";
    let running = start(shop(words).arg(server.url()));
    running.wait_for("All users spawned");
    signal("TERM", running.pid());
    running.wait_for("Got SIGTERM signal, shutting down");
    signal("INT", running.pid());
    let ended = running.end().expect(130).says("left at once");
    assert!(!ended.stderr.contains("VERDICT"), "{}", ended.stderr);

    let running = start(shop(&words.replace("1h", "0")).arg(server.url()));
    running.wait_for("All users spawned");
    running.wait_for("Aggregated");
    signal("TERM", running.pid());
    running.end().expect(130).says("VERDICT: ");
}

fn an_unwritable_folder_for_the_runs_exits_70() {
    let server = TestServer::spawn();
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("load_test_runs"), "in the way").unwrap();
    run(shop("Shopper --scenario smoke -H").arg(server.url()).current_dir(&folder))
        .expect(70)
        .says("no reports, load_test_runs cannot be written: ")
        .says("VERDICT: PASS");
}
