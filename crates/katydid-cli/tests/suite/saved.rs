//! Runs that are kept: made again byte for byte, cut, listed, removed; and files that are broken.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use katydid_testkit::TestServer;

use crate::process::{run, signal, start};
use crate::shop;

crate::tests![
    a_report_made_again_equals_the_original_byte_for_byte,
    a_part_of_a_run_is_reported_as_a_part,
    a_killed_run_can_be_read_up_to_its_last_second,
    runs_are_listed_shown_and_removed,
    a_run_that_is_not_wanted_leaves_nothing,
    a_disk_without_room_costs_the_rest_of_the_file_and_says_so,
    wrong_words_and_wrong_files_are_named,
];

fn only_run(folder: &Path) -> PathBuf {
    let runs = folder.join("load_test_runs");
    let mut all: Vec<PathBuf> =
        fs::read_dir(runs).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert_eq!(all.len(), 1, "{all:?}");
    all.remove(0)
}

fn again(folder: &Path, words: &str) -> Command {
    let mut command = shop(words);
    command.current_dir(folder);
    command
}

fn a_report_made_again_equals_the_original_byte_for_byte() {
    let server = TestServer::spawn();
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    let words = "Shopper Broken -u 6 -r 50 --headless -t 3s --html a.html --csv a --junit a.xml \
                 --md a.md --csv-full-history --reset-stats -H";
    run(shop(words).arg(server.url()).current_dir(&folder)).expect(1);
    let words = "report last --html b.html --csv b --csv-full-history --junit b.xml --md b.md";
    run(&mut again(folder.path(), words)).expect(0);
    for name in [".html", ".xml", ".md", "_stats.csv", "_failures.csv", "_exceptions.csv"] {
        let read = |side: &str| fs::read_to_string(path(&format!("{side}{name}"))).unwrap();
        assert_eq!(read("a"), read("b"), "{name}");
    }
    // The calendar's second in which a run begins may be told apart by a hair.
    let rows = |side: &str| -> Vec<String> {
        let text = fs::read_to_string(path(&format!("{side}_stats_history.csv"))).unwrap();
        text.lines().map(|line| line.split_once(',').unwrap().1.to_owned()).collect()
    };
    assert_eq!(rows("a"), rows("b"));
    let text = fs::read_to_string(only_run(folder.path()).join("run.txt")).unwrap();
    let made = run(&mut again(folder.path(), "report last")).expect(0);
    assert_eq!(made.stdout, text);
}

fn a_part_of_a_run_is_reported_as_a_part() {
    let server = TestServer::spawn();
    let folder = tempfile::tempdir().unwrap();
    run(shop("Shopper -u 4 -r 50 --headless -t 4s -H").arg(server.url()).current_dir(&folder))
        .expect(0);
    let part = |words: &str| {
        let words = format!("report last {words}");
        run(&mut again(folder.path(), &words)).expect(0).stdout
    };
    let requests = |text: &str| -> u64 {
        let line = text.lines().find(|line| line.trim_start().starts_with("Aggregated")).unwrap();
        line.split_whitespace().nth(1).unwrap().parse().unwrap()
    };
    let (first, second) = (part("--to 2s"), part("--from 2s"));
    assert_eq!(requests(&first) + requests(&second), requests(&part("")));
    assert!(first.contains("of a part of the run, up to 2s; the verdict is that of the whole"));
    let named = part("--name /ok");
    assert!(named.contains("/ok") && !named.contains("GET      /delay/1"), "{named}");
}

fn a_killed_run_can_be_read_up_to_its_last_second() {
    let server = TestServer::spawn();
    let folder = tempfile::tempdir().unwrap();
    let running =
        start(shop("Shopper --headless -t 60s -H").arg(server.url()).current_dir(&folder));
    let file = loop {
        let runs = fs::read_dir(folder.path().join("load_test_runs"));
        if let Some(run) = runs.into_iter().flatten().next() {
            break run.unwrap().path().join("run.ktd");
        }
        std::thread::park_timeout(Duration::from_millis(10));
    };
    // Three seconds are in the file when it has grown three times.
    let size = || fs::metadata(&file).map_or(0, |meta| meta.len());
    let end = Instant::now() + Duration::from_secs(30);
    let (mut grown, mut last) = (0, size());
    while grown < 4 && Instant::now() < end {
        std::thread::park_timeout(Duration::from_millis(20));
        let now = size();
        grown += u32::from(now > last);
        last = now;
    }
    signal("KILL", running.pid());
    running.end();
    let whole = run(&mut again(folder.path(), "report last")).expect(0).stdout;
    assert!(whole.contains("the run was broken off: its file ends after "), "{whole}");
    assert!(whole.trim_end().lines().last().unwrap().starts_with("VERDICT: INVALID - "));
    // And with half a frame at its end, as a machine leaves it that loses its power.
    let bytes = fs::read(&file).unwrap();
    fs::write(&file, &bytes[..bytes.len() - 5]).unwrap();
    let torn = run(&mut again(folder.path(), "report last")).expect(0).stdout;
    assert!(torn.contains("(it ends in the middle of a frame)"), "{torn}");
    let listed = run(&mut again(folder.path(), "runs list")).expect(0).stdout;
    assert!(listed.contains("broken off"), "{listed}");
}

fn runs_are_listed_shown_and_removed() {
    let server = TestServer::spawn();
    let folder = tempfile::tempdir().unwrap();
    let none = run(&mut again(folder.path(), "runs list")).expect(0).stdout;
    assert_eq!(none, "no run is saved in load_test_runs\n");
    for label in ["first", "second"] {
        let words = format!("Shopper --headless -i 5 --profile {label} -H");
        run(shop(&words).arg(server.url()).current_dir(&folder)).expect(0);
    }
    let listed = run(&mut again(folder.path(), "runs list")).expect(0).stdout;
    assert_eq!(listed.matches("PASS (0)").count(), 2, "{listed}");
    let shown = run(&mut again(folder.path(), "runs show last~1")).expect(0).stdout;
    assert!(shown.contains("Named     first") && shown.contains("--profile first"), "{shown}");
    run(&mut again(folder.path(), "runs prune --keep 1")).expect(2).says("there is no terminal");
    run(&mut again(folder.path(), "runs prune --keep 1 --yes")).expect(0);
    let shown = run(&mut again(folder.path(), "runs show last")).expect(0).stdout;
    assert!(shown.contains("Named     second"), "{shown}");
    only_run(folder.path());
}

fn a_run_that_is_not_wanted_leaves_nothing() {
    let server = TestServer::spawn();
    let folder = tempfile::tempdir().unwrap();
    run(shop("Shopper --headless -i 5 --no-save -H").arg(server.url()).current_dir(&folder))
        .expect(0);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}

/// A limit on the size of files stands for a full disk.
fn a_disk_without_room_costs_the_rest_of_the_file_and_says_so() {
    let server = TestServer::spawn();
    let folder = tempfile::tempdir().unwrap();
    let words = "Shopper --headless -r 100 -t 4s --tags read -H";
    run(shop(words).arg(server.url()).current_dir(&folder).env("SHOP_FILE_SIZE", "2600"))
        .expect(70)
        .says("the rest of the run is not saved in load_test_runs/")
        .says("File too large")
        .says("NOT WHOLE: load_test_runs/");
    let left = run(&mut again(folder.path(), "report last")).expect(0).stdout;
    assert!(left.contains("the run was broken off"), "{left}");
}

fn wrong_words_and_wrong_files_are_named() {
    let server = TestServer::spawn();
    let folder = tempfile::tempdir().unwrap();
    let says = |words: &str, text: &str| {
        run(&mut again(folder.path(), words)).expect(2).says(text);
    };
    says("report last", "no run is saved in load_test_runs; runs are saved unless --no-save");
    run(shop("Shopper --headless -i 5 -H").arg(server.url()).current_dir(&folder)).expect(0);
    says("report lats", "no saved run is named `lats`");
    says("report last~7", "there are 1");
    says("report last --name /okk", "no request has the name `/okk`; did you mean `/ok`?");
    says("report last --from 5s --to 3s", "the window from 5s to 3s has no length");
    says("report last --from 1h", "nothing is left from 1h on: the run lasted ");
    says("report last --form 1h", "--from");
    let file = only_run(folder.path()).join("run.ktd");
    let good = fs::read(&file).unwrap();
    fs::write(&file, "timestamp,users\n1,2\n").unwrap();
    says("report last", "run.ktd: it is no saved run");
    let mut newer = good.clone();
    newer[8] = 99;
    fs::write(&file, &newer).unwrap();
    says("report last", "written in format 99 by a later Katydid; this one reads up to 1");
    let mut damaged = good;
    damaged[30] ^= 0xff;
    fs::write(&file, &damaged).unwrap();
    says("report last", "its beginning is damaged, so nothing of it can be read");
}
