use std::fs;

use super::*;
use crate::args::LogLevel;

fn run(prefix: &str, ticks: u64) -> (Written, Vec<String>) {
    let console = Console::new(LogLevel::Critical);
    let mut reports = Reports::new(Some(prefix), true, &console);
    let mut snapshot = Snapshot::new(&[], &[], 1);
    reports.event(&started());
    for second in 1..=ticks {
        snapshot.tick(Duration::from_secs(second));
        reports.event(&RunEvent::Tick(&snapshot));
    }
    (reports.finish(&snapshot, SystemTime::now()), console.warnings())
}

fn started() -> RunEvent<'static> {
    RunEvent::Started { users: 1, spawn_rate: 1.0, run_time: None, threads: 1 }
}

#[test]
fn four_files_are_written_and_folders_made() {
    let folder = tempfile::tempdir().unwrap();
    let prefix = folder.path().join("a/b/x").to_string_lossy().into_owned();
    let (written, warnings) = run(&prefix, 7);
    assert!(written.whole && warnings.is_empty(), "{warnings:?}");
    let names = FileNames::for_prefix(&prefix);
    assert_eq!(written.paths, names.all());
    let history = fs::read_to_string(&names.history).unwrap();
    assert_eq!(history.lines().count(), 8, "a header and a line per second:\n{history}");
    // Nothing half-written is left beside them.
    assert_eq!(fs::read_dir(folder.path().join("a/b")).unwrap().count(), 4);
}

#[test]
fn a_file_that_cannot_be_written_is_named_once_and_the_others_are_kept() {
    let folder = tempfile::tempdir().unwrap();
    let prefix = folder.path().join("x").to_string_lossy().into_owned();
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
    let prefix = folder.path().join("x").to_string_lossy().into_owned();
    let names = FileNames::for_prefix(&prefix);
    for path in names.all() {
        fs::write(path, "old\n".repeat(1_000)).unwrap();
    }
    let mut reports = Reports::new(Some(&prefix), true, &Console::new(LogLevel::Critical));
    reports.event(&started());
    for path in names.all() {
        assert!(!fs::read_to_string(path).unwrap().contains("old"), "{}", path.display());
    }
}

/// `/dev/full` refuses every byte, as a full disk does.
#[test]
fn a_full_disk_leaves_no_part_of_a_line() {
    let mut full = History {
        path: "/dev/full".into(),
        file: File::options().write(true).open("/dev/full").unwrap(),
        length: 0,
    };
    let fault = full.append(b"1,2,3\r\n").unwrap_err();
    assert_eq!(fault.kind(), io::ErrorKind::StorageFull);
    assert_eq!(full.length, 0);
}

#[test]
fn two_runs_of_one_second_get_two_folders() {
    let base = tempfile::tempdir().unwrap();
    let now: Timestamp = "2026-11-23T02:38:44Z".parse().unwrap();
    let name = || {
        let place = Place::folder(base.path(), "smoke", now).unwrap();
        place.folder.unwrap().file_name().unwrap().to_string_lossy().into_owned()
    };
    assert_eq!(name(), "20261123T023844Z-smoke");
    assert_eq!(name(), "20261123T023844Z-smoke-2");
}
