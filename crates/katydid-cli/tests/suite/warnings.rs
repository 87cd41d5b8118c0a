//! Warnings for known mistakes: told early, told again at the end, silenced by name.

use katydid_testkit::TestServer;

use crate::process::run;
use crate::shop;

crate::tests![
    a_mistake_is_told_early_and_before_the_verdict,
    a_silenced_warning_is_only_in_the_report_with_its_reason,
    a_name_that_is_no_warning_is_refused_with_the_nearest,
    a_run_shorter_than_its_ramp_is_told_before_it,
    a_host_that_nobody_typed_is_told_before_anything_is_sent,
    answers_that_nobody_looks_at_are_told_while_the_run_goes_on,
    a_suite_warns_of_what_only_it_can_see,
    redirects_are_told,
    a_request_that_is_always_refused_is_told_while_the_run_goes_on,
];

fn a_mistake_is_told_early_and_before_the_verdict() {
    let server = TestServer::spawn();
    let ended = run(shop("Admin --headless -r 100 -t 1s -H").arg(server.url())).expect(0);
    let place = |text: &str| ended.stderr.find(text).unwrap_or_else(|| panic!("{}", ended.stderr));
    let early = place("/WARNING/katydid.main: no-think-time: users of Admin do not wait");
    assert!(early < place("All users spawned"));
    let block = place("\nWarnings\n  same-machine: the load and its target (http://127.0.0.1:");
    let again = place("\n  no-think-time: users of Admin do not wait between tasks");
    assert!(block < again && again < place("\nVERDICT: PASS"));
    // The shopper waits.
    let ended = run(shop("Shopper --headless -r 100 -t 1s -H").arg(server.url())).expect(0);
    assert!(!ended.stderr.contains("no-think-time"), "{}", ended.stderr);
}

fn a_silenced_warning_is_only_in_the_report_with_its_reason() {
    let server = TestServer::spawn();
    let folder = tempfile::tempdir().unwrap();
    let mut command = shop("Shopper --scenario smoke -H");
    let command = command.arg(server.url()).current_dir(&folder);
    let silences = [
        "same-machine=a smoke test, no numbers",
        "redirects=none known",
        "few-samples=so be it",
        "unchecked-answers=a shop window",
        "all-one-url=no shop has more",
    ];
    let ended = run(command.args(silences.map(|one| format!("--silence={one}")))).expect(0);
    assert!(!ended.stderr.contains("WARNING"), "{}", ended.stderr);
    let text = "Silenced warnings, by their reasons\n  same-machine (a smoke test, no numbers): the \
                load and its target";
    ended.says(text).says("\n  redirects (none known): nothing to warn of\n");

    let run_folder = std::fs::read_dir(folder.path().join("load_test_runs")).unwrap().next();
    let text =
        std::fs::read_to_string(run_folder.unwrap().unwrap().path().join("run.txt")).unwrap();
    assert!(text.contains("  redirects (none known): nothing to warn of\n"), "{text}");
    // In a file the same words are a list.
    let project =
        "[tool.katydid]\nsilence = [\"same-machine=known, too\", \"few-samples=short\"]\n";
    std::fs::write(folder.path().join("pyproject.toml"), project).unwrap();
    let mut command = shop("Shopper --headless -r 100 -t 1s -H");
    run(command.arg(server.url()).current_dir(&folder))
        .expect(0)
        .says("same-machine (known, too):");
}

fn a_name_that_is_no_warning_is_refused_with_the_nearest() {
    let words = "Shopper --headless -t 1s -H http://127.0.0.1:1 --silence";
    run(shop(words).arg("redirect=old paths"))
        .expect(2)
        .says("no warning is named `redirect`; did you mean `redirects`?");
    run(shop(words).arg("redirects")).expect(2).says("gives no reason");
}

fn a_run_shorter_than_its_ramp_is_told_before_it() {
    let server = TestServer::spawn();
    let words = "Shopper --headless -u 4 -r 2 -t 1s -H";
    run(shop(words).arg(server.url()))
        .expect(0)
        .says("shorter-than-ramp: starting 4 users at 2 per second takes 2.0 s and the run ends");
}

fn a_host_that_nobody_typed_is_told_before_anything_is_sent() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("locust.conf"), "host = http://192.0.2.1:9\n").unwrap();
    // Accounts that cannot be used end it before the first request.
    std::fs::write(folder.path().join("a.csv"), "ann\n").unwrap();
    let words = "Shopper --headless -t 1s --accounts a.csv";
    run(shop(words).current_dir(&folder)).expect(2).says(
        "default-host: nobody typed the host http://192.0.2.1:9 for this run; it comes from \
         locust.conf:1",
    );
}

fn answers_that_nobody_looks_at_are_told_while_the_run_goes_on() {
    let server = TestServer::spawn();
    let ended = run(shop("Shopper --headless -r 100 -t 3s -H").arg(server.url())).expect(0);
    let place = |text: &str| ended.stderr.find(text).unwrap_or_else(|| panic!("{}", ended.stderr));
    let told = place("WARNING/katydid.main: unchecked-answers: no task looks at the answers");
    assert!(told < place("--run-time limit reached"), "{}", ended.stderr);
}

fn a_suite_warns_of_what_only_it_can_see() {
    let server = TestServer::spawn();
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("a.csv"), "username,password\nann,x\n").unwrap();
    let with = |users: u32| {
        let words = format!("Shopper --headless -u {users} -r 100 -t 1s --accounts a.csv -H");
        run(shop(&words).arg(server.url()).current_dir(&folder)).expect(0)
    };
    with(2).says("WARNING/katydid.main: shared-account: 2 users share one account");
    let own = with(1);
    assert!(!own.stderr.contains("shared-account"), "{}", own.stderr);
}

fn redirects_are_told() {
    let server = TestServer::spawn();
    let words = "Shopper --headless -r 100 -t 1s --aisle redirect/1 -H";
    run(shop(words).arg(server.url())).expect(0).says(
        "redirects: requests are redirected, so each is two and its time both: GET /redirect/1",
    );
}

fn a_request_that_is_always_refused_is_told_while_the_run_goes_on() {
    let server = TestServer::spawn();
    let words = "Shopper --headless -r 100 -t 3s --tags read --aisle status/422 -H";
    let ended = run(shop(words).arg(server.url())).expect(1);
    let told = "WARNING/katydid.main: wrong-request: every request was refused from the first on: \
                GET /status/422 (";
    let ended = ended.says(told).says("× HTTP 422 Unprocessable Entity: status 422)");
    let place = |text: &str| ended.stderr.find(text).unwrap();
    assert!(place(told) < place("--run-time limit reached"), "{}", ended.stderr);
}
