use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};
use std::{fs, io};

use katydid_core::{RunEvent, Snapshot};
use katydid_report::csv::{FileNames, HistoryRows};

use super::whole::Growing;
use super::*;
use crate::args::LogLevel;
use crate::console::Console;

const STARTED: RunEvent<'static> =
    RunEvent::Started { users: 1, spawn_rate: 1.0, run_time: None, threads: 1 };

fn reports(prefix: &str, console: &Console) -> Reports {
    Reports::new(Some(prefix), HistoryRows::Aggregated, true, console)
}

fn run(prefix: &str, ticks: u64) -> (Written, Vec<String>) {
    let console = Console::new(LogLevel::Critical);
    let mut reports = reports(prefix, &console);
    let mut snapshot = Snapshot::new(&[], &[], 1);
    reports.event(&STARTED);
    tick(&mut reports, &mut snapshot, ticks);
    (reports.finish(&snapshot, SystemTime::now()), console.warnings())
}

fn tick(reports: &mut Reports, snapshot: &mut Snapshot, ticks: u64) {
    for second in 1..=ticks {
        snapshot.tick(Duration::from_secs(second));
        reports.event(&RunEvent::Tick(snapshot));
    }
}

fn prefix_in(folder: &Path) -> String {
    folder.join("x").to_string_lossy().into_owned()
}

#[test]
fn four_files_are_written_and_folders_made() {
    let folder = tempfile::tempdir().unwrap();
    let prefix = prefix_in(&folder.path().join("a/b"));
    let (written, warnings) = run(&prefix, 7);
    assert!(written.whole && warnings.is_empty(), "{warnings:?}");
    let names = FileNames::for_prefix(&prefix);
    assert_eq!(written.paths, names.all());
    let history = fs::read_to_string(&names.history).unwrap();
    let stamps: Vec<u64> =
        history.lines().skip(1).map(|line| line[..10].parse().unwrap()).collect();
    assert_eq!(stamps.len(), 8, "the start and a line per second:\n{history}");
    assert!(stamps.windows(2).all(|pair| pair[1] == pair[0] + 1), "{stamps:?}");
    // Nothing half-written is left beside them.
    assert_eq!(fs::read_dir(folder.path().join("a/b")).unwrap().count(), 4);
}

/// The end of a run comes between two ticks.
#[test]
fn no_two_seconds_of_the_history_are_one() {
    let folder = tempfile::tempdir().unwrap();
    let prefix = prefix_in(folder.path());
    let mut reports = reports(&prefix, &Console::new(LogLevel::Critical));
    let mut snapshot = Snapshot::new(&[], &[], 1);
    reports.event(&STARTED);
    for millis in [999, 2_001, 3_000, 3_020] {
        snapshot.tick(Duration::from_millis(millis));
        reports.event(&RunEvent::Tick(&snapshot));
    }
    reports.finish(&snapshot, SystemTime::now());
    let history = fs::read_to_string(FileNames::for_prefix(&prefix).history).unwrap();
    let stamps: Vec<u64> =
        history.lines().skip(1).map(|line| line[..10].parse().unwrap()).collect();
    let first = stamps[0];
    assert_eq!(stamps, [first, first + 1, first + 2, first + 3, first + 4]);
}

#[test]
fn a_file_that_cannot_be_written_is_named_once_and_the_others_are_kept() {
    let folder = tempfile::tempdir().unwrap();
    let prefix = prefix_in(folder.path());
    let names = FileNames::for_prefix(&prefix);
    fs::create_dir(&names.failures).unwrap();
    let (written, warnings) = run(&prefix, 12);
    assert!(!written.whole);
    assert_eq!(written.faulty, std::slice::from_ref(&names.failures));
    assert_eq!(written.paths, [names.stats.clone(), names.history, names.exceptions]);
    assert_eq!(warnings.len(), 1, "{warnings:?}");
    assert!(warnings[0].contains("x_failures.csv is not written: "), "{warnings:?}");
    assert!(fs::read_to_string(names.stats).unwrap().contains("Aggregated"));
}

#[test]
fn an_earlier_run_under_the_same_name_does_not_shine_through() {
    let folder = tempfile::tempdir().unwrap();
    let prefix = prefix_in(folder.path());
    let names = FileNames::for_prefix(&prefix);
    for path in names.all() {
        fs::write(path, "old\n".repeat(1_000)).unwrap();
    }
    run(&prefix, 0);
    for path in names.all() {
        assert!(!fs::read_to_string(path).unwrap().contains("old"), "{}", path.display());
    }
}

/// `/dev/full` refuses every byte, as a full disk does.
#[test]
fn a_full_disk_keeps_its_lines_for_later() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("history.csv");
    std::os::unix::fs::symlink("/dev/full", &path).unwrap();
    let mut file = Growing::new(path.clone());
    let fault = file.append(b"1,2,3\r\n").unwrap_err();
    assert_eq!(fault.kind(), io::ErrorKind::StorageFull);
    let mut file = file.elsewhere(folder.path().join("room.csv"));
    file.append(b"4,5,6\r\n").unwrap();
    assert_eq!(fs::read(folder.path().join("room.csv")).unwrap(), b"1,2,3\r\n4,5,6\r\n");
}

/// A pipe that nobody reads holds the writing thread up, as a disk does that stands still.
#[test]
fn a_disk_that_stands_still_holds_nothing_up_and_loses_no_line() {
    let folder = tempfile::tempdir().unwrap();
    let prefix = prefix_in(folder.path());
    let pipe = FileNames::for_prefix(&prefix).history;
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let console = Console::new(LogLevel::Critical);
    let mut reports = reports(&prefix, &console).impatient();
    let mut snapshot = Snapshot::new(&[], &[], 1);
    reports.event(&STARTED);
    // Would never return if it waited for the disk.
    tick(&mut reports, &mut snapshot, 600);
    let warnings = console.warnings();
    assert_eq!(warnings.len(), 1, "{warnings:?}");
    assert!(warnings[0].contains(" s behind with the report files"), "{warnings:?}");
    let reader = std::thread::spawn(move || read(&pipe));
    let written = reports.finish(&snapshot, SystemTime::now());
    assert!(written.whole, "{written:?}");
    assert_eq!(reader.join().unwrap().lines().count(), 602);
}

fn read(path: &PathBuf) -> String {
    let mut text = String::new();
    fs::File::open(path).unwrap().read_to_string(&mut text).unwrap();
    text
}
