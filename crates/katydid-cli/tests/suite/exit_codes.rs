//! Every exit code, one by one, and which of two counts. Documented in docs/RULES.md.

use katydid_core::exit;
use katydid_testkit::TestServer;

use crate::plans::{LOAD, by_plan, folder};
use crate::process::{Ended, run, signal, start};
use crate::shop;

crate::tests![
    code_0_nothing_failed,
    code_0_every_target_is_met,
    code_1_requests_failed_and_no_target_judges_them,
    code_1_an_exception_of_the_suite,
    code_1_can_be_chosen_and_every_other_code_stays,
    code_2_words_that_mean_nothing,
    code_2_a_suite_that_cannot_prepare,
    code_3_a_task_that_sends_nothing,
    code_3_a_target_that_is_not_there_measures_nothing,
    code_70_no_folder_for_the_runs,
    code_70_a_report_that_cannot_be_written,
    code_99_a_missed_target,
    code_99_a_missed_rule_of_a_monitor,
    code_130_the_first_signal_reports_and_the_second_leaves_at_once,
    of_two_codes_the_worse_counts,
    the_document_has_every_code,
];

fn code_0_nothing_failed() {
    let server = TestServer::spawn();
    let ended = run(shop("Shopper --headless -t 1s -H").arg(server.url())).expect(0);
    assert_eq!(ended.last_line(), "VERDICT: PASS");
}

fn code_0_every_target_is_met() {
    let server = TestServer::spawn();
    let folder = tempfile::tempdir().unwrap();
    run(shop("Shopper --scenario smoke -H").arg(server.url()).current_dir(&folder))
        .expect(0)
        .says("success == 100%")
        .says("VERDICT: PASS");
}

fn code_1_requests_failed_and_no_target_judges_them() {
    let server = TestServer::spawn();
    let words = "Shopper --headless -t 1s --tags read --aisle status/500 -H";
    let ended = run(shop(words).arg(server.url())).expect(1);
    assert!(ended.last_line().ends_with(" requests failed"), "{}", ended.stderr);
}

fn code_1_an_exception_of_the_suite() {
    let server = TestServer::spawn();
    let words = "Broken --headless -t 1s -H";
    run(shop(words).arg(server.url())).expect(1).says("the till is empty");
}

fn code_1_can_be_chosen_and_every_other_code_stays() {
    let server = TestServer::spawn();
    let chosen = |words: &str| {
        let words = format!("{words} --headless -t 1s --exit-code-on-error 7 -H");
        run(shop(&words).arg(server.url()))
    };
    chosen("Broken").expect(7).says("Shutting down (exit code 7)");
    chosen("Shopper").expect(0);
    chosen("Broken Idler -u 2 -r 100").expect(3);
}

fn code_2_words_that_mean_nothing() {
    run(&mut shop("Shopper --headless --run-tiem 1s -H http://127.0.0.1:1"))
        .expect(2)
        .says("did you mean `--run-time`?");
}

fn code_2_a_suite_that_cannot_prepare() {
    let folder = tempfile::tempdir().unwrap();
    let accounts = folder.path().join("accounts.csv");
    std::fs::write(&accounts, "nonsense").unwrap();
    run(shop("Shopper --headless -H http://127.0.0.1:1 --accounts").arg(&accounts))
        .expect(2)
        .says("preparing the run: the accounts file has no header username,password");
}

fn code_3_a_task_that_sends_nothing() {
    let server = TestServer::spawn();
    let words = "Shopper Idler --headless -u 2 -r 100 -t 1s -H";
    let ended = run(shop(words).arg(server.url())).expect(3).says("Idler/idle");
    assert!(ended.last_line().starts_with("VERDICT: INVALID - "), "{}", ended.stderr);
    run(shop(&words.replace("Idler ", "")).arg(server.url())).expect(0);
}

fn code_3_a_target_that_is_not_there_measures_nothing() {
    let server = TestServer::spawn();
    server.freeze();
    let words = "Shopper --headless -t 1s --stop-timeout 0 -H";
    run(shop(words).arg(server.url())).expect(3).says("no request was completed");
}

fn code_70_no_folder_for_the_runs() {
    let server = TestServer::spawn();
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("load_test_runs"), "in the way").unwrap();
    run(shop("Shopper --scenario smoke -H").arg(server.url()).current_dir(&folder))
        .expect(70)
        .says("no reports, load_test_runs cannot be written: ")
        .says("VERDICT: PASS");
}

fn code_70_a_report_that_cannot_be_written() {
    let server = TestServer::spawn();
    let words = "Shopper --headless -t 1s --csv /dev/null/x -H";
    run(shop(words).arg(server.url())).expect(70).says("VERDICT: PASS");
}

fn code_99_a_missed_target() {
    let server = TestServer::spawn();
    let folder = tempfile::tempdir().unwrap();
    run(shop("Shopper --scenario strict -H").arg(server.url()).current_dir(&folder))
        .expect(99)
        .says("VERDICT: FAIL - target `max < ");
}

/// The load is well; what is watched beside it is not.
fn code_99_a_missed_rule_of_a_monitor() {
    let server = TestServer::spawn();
    let watched = |path: &str| {
        let plan = format!(
            "[scenario.quick]\n{LOAD}classes = [\"Shopper\"]\ntargets = [\"success == 100%\"]\n\
             [monitor.health]\nhealth = \"{path}\"\nrules = [\"up == yes\"]\n"
        );
        let folder = folder(&plan);
        let ended =
            run(&mut by_plan(folder.path(), &format!("--scenario quick -H {}", server.url())));
        (ended, folder)
    };
    watched("/ok").0.expect(0).says("VERDICT: PASS");
    let (sick, folder) = watched("/status/503");
    let sick = sick.expect(99);
    let last = sick.last_line();
    assert!(
        last.starts_with(
            "VERDICT: FAIL - expectation `monitor health: up == yes` missed: it was no"
        ),
        "{last}"
    );
    // The saved run says so again.
    let again = run(shop("report last").current_dir(&folder)).expect(0).stdout;
    assert!(again.contains(last), "{again}");
}

fn code_130_the_first_signal_reports_and_the_second_leaves_at_once() {
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

/// A code, the words that bring it about, and what proves that they did. Worst first; 2 is not
/// here, because a run that may not begin has no other code.
const CAUSES: [(u8, &str, &str); 5] = [
    (exit::INTERRUPTED, "-t 1h", "Got SIGINT signal"),
    (exit::INVALID, "Idler", "Idler/idle"),
    (exit::TARGET_MISSED, "--scenario strict", "target `max < "),
    (exit::TOOL, "--csv /dev/null/x", "NOT WHOLE: /dev/null/x_stats.csv"),
    (exit::FAILED, "Broken", "the till is empty"),
];

/// Every two codes, brought about together.
fn of_two_codes_the_worse_counts() {
    std::thread::scope(|scope| {
        for (place, worse) in CAUSES.iter().enumerate() {
            for other in &CAUSES[place + 1..] {
                scope.spawn(move || {
                    let ended = both(worse, other).expect(worse.0.into());
                    let ended = ended.says(worse.2).says(other.2);
                    let told = format!("Shutting down (exit code {})", worse.0);
                    assert!(ended.stderr.contains(&told), "{}", ended.stderr);
                });
            }
        }
    });
}

fn both(worse: &(u8, &str, &str), other: &(u8, &str, &str)) -> Ended {
    let server = TestServer::spawn();
    let folder = tempfile::tempdir().unwrap();
    let time = if worse.0 == exit::INTERRUPTED { "" } else { "-t 1s" };
    let words = format!("Shopper --headless -u 3 -r 100 {time} {} {} -H", worse.1, other.1);
    let running = start(shop(&words).arg(server.url()).current_dir(&folder));
    if worse.0 == exit::INTERRUPTED {
        running.wait_for("All users spawned");
        // By now every class has had its turn.
        while server.total_requests() < 40 {
            std::thread::yield_now();
        }
        signal("INT", running.pid());
    }
    running.end()
}

fn the_document_has_every_code() {
    let document = include_str!("../../../../docs/RULES.md");
    let (_, section) = document.split_once("## Exit codes\n").unwrap();
    let section = section.split("\n## ").next().unwrap();
    let first = |line: &str| line.strip_prefix("| ")?.split(' ').next()?.parse().ok();
    let documented: Vec<u8> = section.lines().filter_map(first).collect();
    let all = [
        exit::PASS,
        exit::FAILED,
        exit::USAGE,
        exit::INVALID,
        exit::TOOL,
        exit::TARGET_MISSED,
        exit::INTERRUPTED,
    ];
    assert_eq!(documented, all);
    let order = CAUSES.map(|(code, ..)| code.to_string()).join(", ");
    assert!(section.contains(&format!("in the order {order}")), "{order}");
}
