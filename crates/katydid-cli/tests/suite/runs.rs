//! Runs that end as they should.

use katydid_testkit::TestServer;

use crate::process::run;
use crate::shop;

crate::tests![
    a_headless_run_speaks_locusts_words_and_writes_its_files,
    tags_leave_only_their_tasks,
    tasks_read_the_options_of_the_suite,
    a_file_sets_what_flags_do_not,
    a_scenario_makes_a_folder_of_its_own,
    only_summary_prints_no_table_before_the_end,
    the_log_level_silences_the_course_of_the_run,
    a_number_of_iterations_is_exact_and_ends_the_run,
    statistics_begin_anew_when_all_users_have_started,
    a_shape_of_the_suite_decides_the_number_of_users,
    a_shape_that_gives_way_is_told,
    an_arrival_rate_decides_when_tasks_start,
];

fn a_headless_run_speaks_locusts_words_and_writes_its_files() {
    let server = TestServer::spawn();
    let folder = tempfile::tempdir().unwrap();
    let words = "Shopper Admin --headless -u 4 -r 100 -t 3s --seed 7 --threads 2 --csv out/x -H";
    let ended = run(shop(words).arg(server.url()).current_dir(&folder)).expect(0);
    for text in [
        "/INFO/katydid.main: Starting Katydid 0.",
        "/INFO/katydid.main: Run time limit set to 3 seconds",
        "/INFO/katydid.main: Ramping to 4 users at a rate of 100.00 per second",
        "All users spawned: {\"Admin\": 2, \"Shopper\": 2} (4 total users)",
        "/INFO/katydid.main: --run-time limit reached, shutting down",
        "Threads: 2, seed: 7",
        "Shutting down (exit code 0)",
        "Response time percentiles",
        "Reports:\n  out/x_stats.csv\n  out/x_stats_history.csv\n",
    ] {
        assert!(ended.stderr.contains(text), "{text:?} is not in:\n{}", ended.stderr);
    }
    assert_eq!((ended.last_line(), ended.stdout.as_str()), ("VERDICT: PASS", ""));
    let stats = std::fs::read_to_string(folder.path().join("out/x_stats.csv")).unwrap();
    let first: Vec<&str> = stats.lines().map(|line| line.split(',').nth(1).unwrap()).collect();
    assert_eq!(first, ["Name", "/delay/1", "/delay/20", "/ok", "Aggregated"]);
    let counted: u64 = stats.lines().last().unwrap().split(',').nth(2).unwrap().parse().unwrap();
    // Requests cut by the end reach the server and are counted nowhere.
    assert!((counted..=counted + 4).contains(&server.total_requests()), "{counted}");
}

fn tasks_read_the_options_of_the_suite() {
    let server = TestServer::spawn();
    let words = "Shopper --headless -u 2 -r 100 -t 1s --tags read --aisle delay/2 -H";
    run(shop(words).arg(server.url())).expect(0);
    assert_eq!(server.requests("/ok"), 0);
    assert!(server.requests("/delay/2") > 0);
}

fn a_file_sets_what_flags_do_not() {
    let server = TestServer::spawn();
    let folder = tempfile::tempdir().unwrap();
    let conf = format!(
        "[runtime settings]\nhost = {}\nheadless\nusers = 9\nspawn-rate = 100\nrun-time = 1s\n\
         tags = critical,revenue\ncsv = load_test_stats\nweb-port = 8089\naisle = delay/2\n",
        server.url()
    );
    std::fs::write(folder.path().join("locust.conf"), conf).unwrap();
    let ended = run(shop("Shopper -u 2").current_dir(&folder)).expect(0);
    let ended = ended.says("Ramping to 2 users at a rate of 100.00 per second");
    ended.says("locust.conf:9: web-port has no effect on a headless run");
    assert!(server.requests("/delay/1") > 0 && server.requests("/delay/2") == 0);
    assert!(folder.path().join("load_test_stats_history.csv").exists());
    // The environment stands above the file.
    let tags = ("LOCUST_TAGS", "read");
    run(shop("Shopper").current_dir(&folder).env(tags.0, tags.1)).expect(0);
    assert!(server.requests("/delay/2") > 0);
}

fn tags_leave_only_their_tasks() {
    let server = TestServer::spawn();
    let words = "Shopper --headless -u 2 -r 100 -t 1s --tags critical revenue -H";
    run(shop(words).arg(server.url())).expect(0);
    assert_eq!(server.requests("/ok"), 0);
    assert!(server.requests("/delay/1") > 0);
}

fn a_scenario_makes_a_folder_of_its_own() {
    let server = TestServer::spawn();
    let folder = tempfile::tempdir().unwrap();
    let words = "Shopper --scenario smoke -H";
    let ended = run(shop(words).arg(server.url()).current_dir(&folder)).expect(0);
    let made: Vec<_> = std::fs::read_dir(folder.path().join("load_test_runs")).unwrap().collect();
    assert_eq!(made.len(), 1, "{}", ended.stderr);
    let made = made[0].as_ref().unwrap().path();
    assert!(made.to_string_lossy().contains("-smoke-"), "{}", made.display());
    for name in ["", "_history", "_failures", "_exceptions"] {
        assert!(made.join(format!("load_test_stats{name}.csv")).is_file(), "{name}");
    }
    let text = std::fs::read_to_string(made.join("run.txt")).unwrap();
    for part in ["seed ", "Response time percentiles", "success == 100%", "VERDICT: PASS"] {
        assert!(text.contains(part), "{part} is not in:\n{text}");
    }
}

fn only_summary_prints_no_table_before_the_end() {
    let server = TestServer::spawn();
    let words = "Shopper --headless -r 100 -t 3s -H";
    let tables = |words: &str| {
        let ended = run(shop(words).arg(server.url())).expect(0);
        ended.stderr.matches("# reqs      # fails").count()
    };
    assert_eq!(tables(&format!("--only-summary {words}")), 1);
    // At once, after two seconds, at the end.
    assert_eq!(tables(words), 3);
}

fn the_log_level_silences_the_course_of_the_run() {
    let server = TestServer::spawn();
    let words = "Shopper --headless -r 100 -t 1s -L warning -H";
    let ended = run(shop(words).arg(server.url())).expect(0).says("VERDICT: PASS");
    assert!(!ended.stderr.contains("/INFO/"), "{}", ended.stderr);
}

fn a_number_of_iterations_is_exact_and_ends_the_run() {
    let server = TestServer::spawn();
    let words = "Shopper --headless -u 7 -r 100 -i 137 --threads 3 -H";
    let ended = run(shop(words).arg(server.url())).expect(0);
    let ended = ended.says("--iterations done, shutting down");
    assert_eq!(server.total_requests(), 137, "{}", ended.stderr);
    assert_eq!(ended.last_line(), "VERDICT: PASS");
}

fn statistics_begin_anew_when_all_users_have_started() {
    let server = TestServer::spawn();
    let folder = tempfile::tempdir().unwrap();
    // For a second the first user is alone; what it did then no longer counts.
    let words = "Shopper --headless -u 2 -r 1 -t 2s --reset-stats --csv x -H";
    let ended = run(shop(words).arg(server.url()).current_dir(&folder)).expect(0);
    let lines: Vec<&str> = ended.stderr.lines().collect();
    let at = |text: &str| lines.iter().position(|line| line.contains(text));
    let (spawned, reset) = (at("All users spawned: "), at("Resetting stats"));
    assert!(spawned.is_some() && reset == spawned.map(|at| at + 1), "{}", ended.stderr);
    let stats = std::fs::read_to_string(folder.path().join("x_stats.csv")).unwrap();
    let counted: u64 = stats.lines().last().unwrap().split(',').nth(2).unwrap().parse().unwrap();
    let all = server.total_requests();
    assert!(counted > all / 3 && counted < all - 20, "{counted} of {all}");
}

fn a_shape_that_gives_way_is_told() {
    let server = TestServer::spawn();
    for (words, by) in [
        ("--arrival-rate 50/s -t 1s", "--arrival-rate"),
        ("--arrival-stages 50/s:1s", "--arrival-stages"),
        ("--stages 2@50/s:1s", "--stages"),
    ] {
        let mut command = shop(&format!("Shopper --headless {words} -H"));
        run(command.arg(server.url()).env("SHOP_SHAPE", "6@100/s:9s"))
            .expect(0)
            .says(&format!("WARNING/katydid.main: {by} takes the place of the suite's shape"));
    }
}

fn a_shape_of_the_suite_decides_the_number_of_users() {
    let server = TestServer::spawn();
    let shape = ("SHOP_SHAPE", "6@100/s:1500ms,2@50/s:1s");
    let mut ended = run(shop("Shopper --headless -u 3 -H").arg(server.url()).env(shape.0, shape.1))
        .expect(0)
        .says("--users has no effect: the suite has a shape that decides the number of users");
    for text in [
        "Ramping to 6 users at a rate of 100.00 per second",
        "Ramping to 2 users at a rate of 50.00 per second",
        "All users spawned: {\"Shopper\": 2} (2 total users)",
        "Shape test stopping",
    ] {
        ended = ended.says(text);
    }
    // A recipe that is named is run as it is.
    let words = "Shopper --scenario smoke -H";
    let folder = tempfile::tempdir().unwrap();
    run(shop(words).arg(server.url()).env(shape.0, shape.1).current_dir(&folder))
        .expect(0)
        .says("Ramping to 2 users at a rate of 100.00 per second");
}

fn an_arrival_rate_decides_when_tasks_start() {
    let server = TestServer::spawn();
    let folder = tempfile::tempdir().unwrap();
    // What a file says of users is not meant when a flag names a rate.
    std::fs::write(folder.path().join("locust.conf"), "users = 3\n").unwrap();
    let words = "Shopper Admin --headless --arrival-rate 3000/m -t 2s --seed 1 -H";
    let ended = run(shop(words).arg(server.url()).current_dir(&folder)).expect(0);
    assert_eq!(server.requests("/delay/20"), 50, "half of the starts are Admin's");
    for text in [
        "locust.conf:1: users gives way to --arrival-rate",
        "Starting tasks at 50/s whether or not earlier ones have ended (open model), at most 500",
        "Open model: tasks start by plan",
        "  planned 100 (50.00/s), started 100 (50.00/s)\n  100 planned = 100 completed\n",
        "task starts after their due time: p50 ",
    ] {
        assert!(ended.stderr.contains(text), "{text:?} is not in:\n{}", ended.stderr);
    }
    assert!(!ended.stderr.contains("Closed model"), "{}", ended.stderr);
    let closed = run(shop("Admin --headless -u 2 -t 1s -H").arg(server.url())).expect(0);
    assert!(closed.stderr.contains("Closed model: a user sends its next request after"));
}
