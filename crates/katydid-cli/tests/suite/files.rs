//! The files of a run.

use katydid_testkit::TestServer;

use crate::process::{run, signal, start};
use crate::shop;

crate::tests![
    a_disk_that_fills_up_costs_one_file_and_exits_70,
    the_full_history_has_a_row_for_each_name,
    who_reads_during_the_run_sees_whole_statistics,
    json_goes_to_stdout_and_to_its_file,
    the_page_is_written_on_a_signal_too,
    a_page_that_cannot_be_written_is_said_before_the_run,
    reports_for_machines_say_the_same_as_the_run,
    reports_for_machines_are_tried_before_the_run,
];

/// A limit on the size of files stands for a disk that fills up while the history grows.
fn a_disk_that_fills_up_costs_one_file_and_exits_70() {
    let server = TestServer::spawn();
    let folder = tempfile::tempdir().unwrap();
    let words =
        "Shopper --headless -r 100 -t 5s --tags read --csv x --csv-full-history --no-save -H";
    let ended =
        run(shop(words).arg(server.url()).current_dir(&folder).env("SHOP_FILE_SIZE", "900"))
            .expect(70)
            .says("report x_stats_history.csv is not written: File too large")
            .says("NOT WHOLE: x_stats_history.csv")
            .says("VERDICT: PASS");
    assert_eq!(ended.stderr.matches("is not written").count(), 1, "{}", ended.stderr);
    let read = |name: &str| std::fs::read_to_string(folder.path().join(name)).unwrap();
    let history = read("x_stats_history.csv");
    assert!(history.len() <= 900 && history.ends_with("\r\n"), "{history}");
    let columns: Vec<usize> = history.lines().map(|line| line.split(',').count()).collect();
    assert!(columns.len() > 2 && columns.iter().all(|count| *count == 24), "{history}");
    assert_eq!(read("x_stats.csv").lines().count(), 3);
    assert_eq!(read("x_failures.csv").lines().count(), 1);
    assert_eq!(read("x_exceptions.csv").lines().count(), 1);
}

fn the_full_history_has_a_row_for_each_name() {
    let server = TestServer::spawn();
    let folder = tempfile::tempdir().unwrap();
    let words =
        "Shopper --headless -r 100 -t 2s --csv load_test_stats --csv-full-history --no-save -H";
    run(shop(words).arg(server.url()).current_dir(&folder)).expect(0);
    let mut made: Vec<_> = std::fs::read_dir(folder.path())
        .unwrap()
        .map(|file| file.unwrap().file_name().into_string().unwrap())
        .collect();
    made.sort();
    let names = ["", "_exceptions", "_failures", "_history"];
    assert_eq!(made, names.map(|name| format!("load_test_stats{name}.csv")));
    let history = folder.path().join("load_test_stats_history.csv");
    let history = std::fs::read_to_string(history).unwrap();
    let rows: Vec<Vec<&str>> =
        history.lines().skip(1).map(|line| line.split(',').collect()).collect();
    let of = |name: &str| rows.iter().filter(|row| row[3] == name).count();
    assert_eq!((of("/ok"), of("/delay/1"), of("Aggregated")), (3, 3, 4), "{history}");
    assert_eq!((rows[0][1], rows[0][6]), ("0", "N/A"), "{history}");
}

fn who_reads_during_the_run_sees_whole_statistics() {
    let server = TestServer::spawn();
    let folder = tempfile::tempdir().unwrap();
    let words = "Shopper --headless -u 2 -r 100 -t 3s --csv x -H";
    let running = start(shop(words).arg(server.url()).current_dir(&folder));
    running.wait_for("Ramping to");
    let ended = std::thread::spawn(move || running.end());
    let read = |name: &str| std::fs::read_to_string(folder.path().join(name)).unwrap_or_default();
    let mut states = std::collections::BTreeSet::new();
    while !ended.is_finished() {
        let stats = read("x_stats.csv");
        let last = stats.lines().last().unwrap_or(",Aggregated,");
        assert!(last.starts_with(",Aggregated,") && !stats.contains("\n\n"), "{stats}");
        states.insert(stats);
    }
    ended.join().unwrap().expect(0);
    assert!(states.len() >= 3, "it was not rewritten: {states:?}");
    // The last word of the file is the run's.
    let requests =
        |text: &str| text.lines().last().map(|line| line.split(',').nth(2).unwrap().to_owned());
    let all: u64 = requests(&read("x_stats.csv")).unwrap().parse().unwrap();
    assert!((all..=all + 2).contains(&server.total_requests()), "{all}");
}

fn json_goes_to_stdout_and_to_its_file() {
    let server = TestServer::spawn();
    let folder = tempfile::tempdir().unwrap();
    let words = "Shopper --headless -r 100 -t 1s --json --json-file out/run -H";
    let ended = run(shop(words).arg(server.url()).current_dir(&folder)).expect(0);
    let file = std::fs::read_to_string(folder.path().join("out/run.json")).unwrap();
    assert_eq!(ended.stdout, file);
    let entries: Vec<serde_json::Value> = serde_json::from_str(&file).unwrap();
    let names: Vec<&str> = entries.iter().filter_map(|entry| entry["name"].as_str()).collect();
    assert_eq!(names, ["/delay/1", "/ok"]);
    // As in Locust: no tables at the end beside the file; the verdict stays.
    assert!(!ended.stderr.contains("Response time percentiles"), "{}", ended.stderr);
    assert_eq!(ended.last_line(), "VERDICT: PASS");

    let program = std::env::current_exe().unwrap();
    let words = "Shopper --headless -r 100 -t 1s --json -H".split(' ');
    let mut full = std::process::Command::new("sh");
    full.env("SHOP_LOAD", "1").args(["-c", "exec \"$0\" \"$@\" > /dev/full"]);
    run(full.arg(program).args(words).arg(server.url()))
        .expect(70)
        .says("report (standard output) is not written: No space left")
        .says("Response time percentiles");
}

/// Locust leaves without its page on SIGTERM.
fn the_page_is_written_on_a_signal_too() {
    let server = TestServer::spawn();
    let folder = tempfile::tempdir().unwrap();
    let words = "Shopper --headless -u 2 -r 1.5 -t 1h --html out/{u}-{r}-{t}.html \
                 --till-key open-sesame -H";
    let running = start(shop(words).arg(server.url()).current_dir(&folder));
    running.wait_for("All users spawned");
    signal("TERM", running.pid());
    running.end().expect(130).says("Reports:\n  out/2-1.5-3600.html");
    let page = std::fs::read_to_string(folder.path().join("out/2-1.5-3600.html")).unwrap();
    for part in ["<strong>PASS</strong> exit code 130, interrupted", "/delay/1", "</html>"] {
        assert!(page.contains(part), "{part} is not in:\n{page}");
    }
    assert!(page.contains("till-key") && !page.contains("open-sesame"), "{page}");
    assert_eq!(std::fs::read_dir(folder.path().join("out")).unwrap().count(), 1);
}

fn a_page_that_cannot_be_written_is_said_before_the_run() {
    let server = TestServer::spawn();
    let folder = tempfile::tempdir().unwrap();
    let words = "Shopper --headless -r 100 -t 1s --html . -H";
    let ended = run(shop(words).arg(server.url()).current_dir(&folder)).expect(70);
    let at = |text: &str| ended.stderr.find(text).unwrap_or_else(|| panic!("{}", ended.stderr));
    assert!(at("report . cannot be written: is a directory") < at("Ramping to"));
    assert!(at("Ramping to") < at("NOT WHOLE: ."));
}

/// The three files beside each other: each has the word and the numbers of the run.
fn reports_for_machines_say_the_same_as_the_run() {
    let server = TestServer::spawn();
    let folder = tempfile::tempdir().unwrap();
    let words = "Shopper --headless -r 100 -t 1s --exit-code-on-error 7 --junit out/junit.xml --md \
                 out/run.md --summary-json out/summary.json -H";
    let ended = run(shop(words).arg(server.url()).current_dir(&folder)).expect(0);
    ended.says("Reports:\n  out/junit.xml\n  out/run.md\n  out/summary.json");
    let read = |name: &str| std::fs::read_to_string(folder.path().join("out").join(name)).unwrap();
    let summary: serde_json::Value = serde_json::from_str(&read("summary.json")).unwrap();
    let requests = summary["aggregated"]["requests"].as_u64().unwrap();
    assert!((requests..=requests + 2).contains(&server.total_requests()), "{summary}");
    assert_eq!(summary["verdict"]["word"], "PASS");
    assert_eq!(summary["run"]["suite"], "shop-load");
    assert_eq!(summary["run"]["strict"], false);
    assert_eq!(summary["files"], serde_json::json!(["out/junit.xml", "out/run.md"]));
    let markdown = read("run.md");
    assert!(markdown.starts_with("## ✅ PASS: shop-load\n"), "{markdown}");
    assert!(markdown.contains(&format!("| {requests} | 0 (0.00%) |")), "{markdown}");
    let junit = read("junit.xml");
    assert!(junit.contains("failures=\"0\" errors=\"0\""), "{junit}");
    assert!(junit.contains(&format!("0 of {requests} requests failed")), "{junit}");
}

fn reports_for_machines_are_tried_before_the_run() {
    let server = TestServer::spawn();
    let folder = tempfile::tempdir().unwrap();
    let words = "Shopper --headless -r 100 -t 1s --junit . --md run.md -H";
    let ended = run(shop(words).arg(server.url()).current_dir(&folder)).expect(70);
    let at = |text: &str| ended.stderr.find(text).unwrap_or_else(|| panic!("{}", ended.stderr));
    assert!(at("report . cannot be written: is a directory") < at("Ramping to"));
    assert!(at("Ramping to") < at("NOT WHOLE: ."));
    // What is written after it tells the code.
    let markdown = std::fs::read_to_string(folder.path().join("run.md")).unwrap();
    assert!(markdown.contains("Exit code 70: a report could not be written"), "{markdown}");
    let words = "Shopper --headless -t 1s --junit run.md --md run.md -H";
    run(shop(words).arg(server.url()).current_dir(&folder))
        .expect(2)
        .says("--junit and --md name one file, run.md; give each its own");
}
