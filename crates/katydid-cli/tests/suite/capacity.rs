//! The search for a capacity through the door, against servers that break at a known load.

use std::path::Path;
use std::process::Command;

use katydid_testkit::{FaultProxy, TestServer};
use serde_json::{Value, json};

use crate::live::{address, ask, order};
use crate::process::{run, signal, start};
use crate::pty::Terminal;
use crate::shop;

crate::tests![
    the_search_finds_where_the_target_breaks,
    a_target_that_breaks_at_once_has_no_capacity,
    too_few_samples_are_no_capacity,
    an_interrupted_search_tells_what_it_knows,
    a_search_that_has_no_time_is_not_decided,
    a_search_that_the_page_orders_is_a_row_of_runs_on_it,
    a_search_has_one_view_of_all_its_probes,
    a_view_of_a_search_ends_with_it_and_the_outcome_is_read_after_it,
    what_means_nothing_beside_a_search_is_refused,
];

const PLAN: &str = "[scenario.capacity]\n\
                    search = \"capacity\"\nfrom = 2\nfactor = 2\nstep-time = \"1s\"\n\
                    precision = \"50%\"\nusers = 64\nspawn-rate = 100\nrun-time = \"2m\"\n\
                    classes = [\"Admin\"]\n\
                    targets = [\"p90 < 200ms\", \"failures < 10%\"]\n";

/// A folder with `plan.toml` in it.
fn folder(plan: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("plan.toml"), plan).unwrap();
    folder
}

fn search(folder: &Path, host: &str, words: &str) -> Command {
    let mut command = shop(&format!("--scenario capacity -H {host} --plan plan.toml {words}"));
    command.current_dir(folder);
    command
}

/// A file of the one folder that the run has made.
fn report(folder: &Path, name: &str) -> String {
    let runs = std::fs::read_dir(folder.join("load_test_runs")).unwrap();
    let made: Vec<_> = runs.map(|entry| entry.unwrap().path()).collect();
    assert_eq!(made.len(), 1, "{made:?}");
    std::fs::read_to_string(made[0].join(name)).unwrap()
}

/// Every user has one connection; with a sixth, each answer takes a third of a second more.
fn the_search_finds_where_the_target_breaks() {
    let server = TestServer::spawn();
    let proxy = FaultProxy::start(server.addr(), &["delay 300ms beyond 5 connections"]).unwrap();
    // A rule that every probe misses: it judges none.
    let rule = "[monitor.machine]\nmachine = true\nrules = [\"memory_available < 1MB\"]\n";
    let folder = folder(&format!("{PLAN}{rule}"));
    let ended = run(&mut search(folder.path(), &proxy.url(), "--json"))
        .expect(0)
        .says("Monitors watch every probe; their rules judge none, the targets do")
        .says("Searching for the most users that hold every target: from 2 to at most 64, 1s each");
    let last = ended.last_line().to_owned();
    for text in [
        "CAPACITY: 4 users (3 of 3 probes) held every target with ",
        "; 6 users broke (3 of 3 probes): `p90 < 200ms` was 3",
    ] {
        assert!(last.contains(text), "{text:?} is not in {last:?}");
    }
    let probes = report(folder.path(), "probes.csv");
    let column = |at: usize| -> Vec<String> {
        probes.lines().skip(1).map(|line| line.split(',').nth(at).unwrap().to_owned()).collect()
    };
    // A disturbed probe is made again.
    let counted: Vec<String> = column(1)
        .into_iter()
        .zip(column(12))
        .filter(|(_, shows)| shows != "disturbed (repeated)")
        .map(|(users, shows)| format!("{users} {shows}"))
        .collect();
    assert_eq!(
        counted,
        ["2 held", "4 held", "8 broke", "6 broke", "4 held", "6 broke", "4 held", "6 broke"]
    );
    let text = report(folder.path(), "run.txt");
    assert!(text.contains("Scenario capacity, a search from 2 users") && text.contains(&last));
    let found: serde_json::Value = serde_json::from_str(&ended.stdout).unwrap();
    assert_eq!((found["found"].as_bool(), found["held_users"].as_u64()), (Some(true), Some(4)));
    assert_eq!(found["probes"].as_array().unwrap().len(), column(0).len());
    a_probe_is_a_saved_run(folder.path(), column(0).len());
    // What it says to keep is a plan, and the load of it holds.
    std::fs::write(folder.path().join("kept.toml"), report(folder.path(), "at-capacity.toml"))
        .unwrap();
    let mut check = shop("plan check --plan kept.toml");
    let checked = run(check.current_dir(&folder)).expect(0).stdout;
    assert!(checked.contains("at-capacity: ok, 4 users at 4/s for 3s, 2 targets"), "{checked}");
}

/// Probe by probe, with what was watched beside it.
fn a_probe_is_a_saved_run(folder: &Path, probes: usize) {
    let search = std::fs::read_dir(folder.join("load_test_runs")).unwrap().next().unwrap().unwrap();
    let saved = std::fs::read_dir(search.path().join("probes")).unwrap();
    let mut saved: Vec<_> = saved.map(|probe| probe.unwrap().path()).collect();
    saved.sort();
    assert_eq!(saved.len(), probes, "{saved:?}");
    assert!(saved[0].ends_with("01-2-users"), "{saved:?}");
    // A probe that was disturbed is made once more, so its number is not known.
    let of_eight = |probe: &&std::path::PathBuf| probe.to_string_lossy().ends_with("-8-users");
    let broke = saved.iter().rev().find(of_eight).expect("eight users were tried");
    let mut report = shop("report --summary-json summary.json --text probe.txt");
    run(report.arg(broke).current_dir(folder)).expect(0);
    let text = std::fs::read_to_string(folder.join("probe.txt")).unwrap();
    assert!(text.contains("VERDICT: FAIL - target `p90 < 200ms` missed: 3"), "{text}");
    let summary = std::fs::read(folder.join("summary.json")).unwrap();
    let summary: serde_json::Value = serde_json::from_slice(&summary).unwrap();
    assert_eq!(summary["monitors"][0]["name"], "machine");
    assert!(!summary["processes"].as_array().unwrap().is_empty(), "{summary}");
    let name = search.file_name().into_string().unwrap();
    run(shop("report").arg(&name).current_dir(folder))
        .expect(2)
        .says("is a search for a capacity; each of its probes is a saved run, in load_test_runs/");
}

fn a_target_that_breaks_at_once_has_no_capacity() {
    let server = TestServer::spawn();
    let proxy = FaultProxy::start(server.addr(), &["delay 20ms", "500"]).unwrap();
    let folder = folder(PLAN);
    let ended = run(&mut search(folder.path(), &proxy.url(), "--csv out --json-file found"))
        .expect(99)
        .says("CAPACITY: below 2 users: the first load broke already; 2 users broke (3 of 3 probes): `failures < 10%` was 100.00%");
    assert!(ended.stderr.contains("out_probes.csv") && ended.stderr.contains("found.json"));
    assert!(!ended.stderr.contains("A plan that checks this load"));
    let probes = std::fs::read_to_string(folder.path().join("out_probes.csv")).unwrap();
    assert_eq!(probes.lines().filter(|line| line.contains(",broke,")).count(), 3, "{probes}");
    assert!(!folder.path().join("load_test_runs").exists());
}

fn too_few_samples_are_no_capacity() {
    let server = TestServer::spawn();
    let folder = folder(&PLAN.replace("p90 < 200ms", "p99.99 < 30s"));
    run(&mut search(folder.path(), &server.url(), "-u 2"))
        .expect(99)
        .says("CAPACITY: not known: at 2 users nothing broke, but `p99.99 < 30s` needs 10000 ");
}

fn an_interrupted_search_tells_what_it_knows() {
    let server = TestServer::spawn();
    let folder = folder(PLAN);
    let running = start(&mut search(folder.path(), &server.url(), ""));
    running.wait_for(", 2 users: held");
    signal("INT", running.pid());
    let ended = running.end().expect(130);
    let last = ended.last_line();
    assert!(last.starts_with("CAPACITY: not known: interrupted; so far 2 users held"), "{last}");
    assert!(report(folder.path(), "run.txt").contains("so far 2 users held and none broke"));
}

fn a_search_that_has_no_time_is_not_decided() {
    let server = TestServer::spawn();
    let folder = folder(PLAN);
    run(&mut search(folder.path(), &server.url(), "-t 2s"))
        .expect(3)
        .says("this one may end before it is decided")
        .says("CAPACITY: not known: the next probe would have gone beyond the run time; ");
}

fn a_search_that_the_page_orders_is_a_row_of_runs_on_it() {
    let server = TestServer::spawn();
    let proxy = FaultProxy::start(server.addr(), &["delay 300ms beyond 5 connections"]).unwrap();
    let folder = folder(PLAN);
    let words = format!("-P 0 --plan plan.toml -H {}", proxy.url());
    let running = start(shop(&words).current_dir(&folder));
    let address = address(&running);
    let state =
        || -> Value { serde_json::from_str(&ask(&address, "GET", "/state", "").1).unwrap() };
    let until = |what: &str, fits: &dyn Fn(&Value) -> bool| loop {
        let state = state();
        if fits(&state) {
            return state;
        }
        assert!(state["fault"].is_null(), "{what}: {state}");
        std::thread::park_timeout(std::time::Duration::from_millis(20));
    };
    let begin = || {
        let (status, said) = order(&address, &json!({ "scenario": "capacity" }));
        assert_eq!(status, 202, "{said}");
    };
    begin();
    let first = until("it is on", &|state| state["stage"] == "on");
    assert_eq!(first["run"]["label"], "probe 1: 2 users");
    let more = json!({ "change": "users", "users": 9, "spawn_rate": 9 }).to_string();
    let (status, said) = ask(&address, "POST", "/change", &more);
    assert!(status == 409 && said.contains("chooses its loads by itself"), "{said}");
    let over = until("it ends", &|state| state["stage"] == "over");
    let outcome = over["search"]["outcome"].as_str().unwrap();
    assert!(outcome.starts_with("CAPACITY: 4 users (3 of 3 probes) held"), "{outcome}");
    let probes = over["search"]["probes"].as_array().unwrap();
    assert_eq!(over["run"]["number"], probes.len());
    let search = &over["search"];
    assert_eq!((&search["held"], &search["broke"]), (&json!(4), &json!(6)), "{search}");
    assert!(probes[0].as_str().unwrap().starts_with("Probe 1, 2 users: held - "), "{probes:?}");
    let (_, files) = ask(&address, "GET", "/files", "");
    assert!(files.contains("probes.csv") && files.contains("at-capacity.toml"), "{files}");
    assert!(report(folder.path(), "run.txt").contains(outcome));
    // Another one, which somebody stops.
    begin();
    until("it is on again", &|state| state["stage"] == "on");
    assert_eq!(ask(&address, "POST", "/change", r#"{"change":"stop"}"#).0, 202);
    let stopped = until("it is stopped", &|state| state["stage"] == "over");
    let outcome = stopped["search"]["outcome"].as_str().unwrap();
    assert!(outcome.starts_with("CAPACITY: not known: interrupted"), "{outcome}");
    assert_eq!(stopped["search"]["probes"].as_array().unwrap().len(), 1);
    // What follows is a run like any other.
    let (status, said) = order(&address, &json!({ "iterations": "9" }));
    assert_eq!(status, 202, "{said}");
    let plain = until("it is over", &|state| {
        state["stage"] == "over" && state["run"]["number"] != stopped["run"]["number"]
    });
    assert!(plain["search"].is_null(), "{plain}");
    signal("INT", running.pid());
    running.end();
}

const ENTER: &str = "\u{1b}[?1049h";
const LEAVE: &str = "\u{1b}[?1049l";

/// A search on a terminal.
fn seen(folder: &Path, host: &str, words: &str) -> Terminal {
    let words = format!("--scenario capacity --tui --no-save {words} -H {host} --plan");
    let mut command = shop(&words);
    Terminal::start(command.arg(folder.join("plan.toml")).env("TERM", "xterm"))
}

fn a_search_has_one_view_of_all_its_probes() {
    let server = TestServer::spawn();
    // Long enough to be seen, and for keys to be pressed.
    let folder = folder(&PLAN.replace("step-time = \"1s\"", "step-time = \"3s\""));
    let mut terminal = seen(folder.path(), &server.url(), "");
    let first = terminal.wait_for_frame("probe 1: 2 users");
    assert!(first.contains("nothing is known yet"), "{first}");
    assert!(first.contains("q Ctrl-C stop") && !first.contains("w W +1"), "{first}");
    terminal.wait_until_raw(true);
    terminal.wait_for_frame("Users 2/2");
    terminal.press("W");
    terminal.wait_for_frame("a search chooses its loads by itself");
    terminal.press("p");
    let later = terminal.wait_for_frame("SEARCH: 2 users held");
    // The first, or the one after it: a disturbed probe is made again.
    assert!(later.contains(", 2 users: held - "), "{later}");
    terminal.wait_for_frame(": 4 users");
    let running = terminal.wait_for_frame("Users 4/4");
    assert!(!running.contains("PAUSED") && !running.contains("by hand"), "{running}");
    terminal.press("q");
    assert_eq!(terminal.end(), Some(130));
    let screen = terminal.wait_for("CAPACITY: not known: interrupted; so far 2 users held");
    assert_eq!((screen.matches(ENTER).count(), screen.matches(LEAVE).count()), (1, 1));
    let (view, after) = screen.split_once(LEAVE).unwrap();
    assert!(!view.contains("CAPACITY: "), "{screen}");
    assert_eq!(after.matches(", 2 users: held").count(), 1, "the log comes after it: {after}");
    assert_eq!(terminal.modes(), terminal.modes_before());
}

fn a_view_of_a_search_ends_with_it_and_the_outcome_is_read_after_it() {
    let server = TestServer::spawn();
    let folder = folder(PLAN);
    let mut terminal = seen(folder.path(), &server.url(), "-u 2");
    terminal.wait_for_frame("probe 1: 2 users");
    assert_eq!(terminal.end(), Some(0));
    let screen = terminal.wait_for("CAPACITY: at least 2 users (3 of 3 probes)");
    assert!(screen.split_once(LEAVE).unwrap().1.contains("CAPACITY: "), "{screen}");
    assert_eq!(terminal.modes(), terminal.modes_before());
}

fn what_means_nothing_beside_a_search_is_refused() {
    let folder =
        folder(&format!("{PLAN}[scenario.plain]\nusers = 1\nspawn-rate = 1\nrun-time = \"1s\"\n"));
    for (words, says) in [
        ("--html x.html", "--html has no use in scenario capacity: there is no page of a search"),
        ("--arrival-rate 5/s", "--arrival-rate has no use in scenario capacity: the search is one"),
        ("--stages 1@1/s:1s", "--stages has no use in scenario capacity"),
        ("--steps 3", "--steps has no use in scenario capacity"),
        ("-i 5", "--iterations has no use in scenario capacity"),
        ("--csv x --csv-full-history", "--csv-full-history has no use in scenario capacity"),
        ("--max-requests 9", "--max-requests bounds one run, and a search makes many"),
        ("-u 1", "the search begins with 2 users and may try 1; write --from 1"),
        ("--factor 1", "must be a number above 1"),
        ("--precision 0%", "must be a share between 0 and 1"),
        ("--scenario plain --step-time 2s", "--step-time belongs to a search"),
    ] {
        run(&mut search(folder.path(), "http://127.0.0.1:9", words)).expect(2).says(says);
    }
}
