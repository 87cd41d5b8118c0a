//! The four files: to the letter, readable by any CSV reader, harmless in a spreadsheet.

use std::path::Path;
use std::time::Duration;

use katydid_core::{FailureKind, Snapshot};
use katydid_report::csv::{self, FileNames, HistoryRows};
use proptest::prelude::*;

use crate::run::{Run, empty, eventful, started, task};

fn history(snapshot: &Snapshot, rows: HistoryRows) -> Vec<u8> {
    let stamp = 1_795_401_515 + snapshot.elapsed.as_secs();
    [csv::history_header(), csv::history_rows(snapshot, stamp, rows)].concat()
}

/// All records, the header first; equal lengths are checked by the reader.
fn read(file: &[u8]) -> Vec<Vec<String>> {
    let mut reader = ::csv::ReaderBuilder::new().has_headers(false).from_reader(file);
    reader
        .records()
        .map(|record| record.expect("records of equal length").iter().map(str::to_owned).collect())
        .collect()
}

/// Line ends made visible, so that a lost CR shows in a snapshot.
fn shown(file: Vec<u8>) -> String {
    String::from_utf8(file).expect("UTF-8").replace('\r', "␍")
}

#[test]
fn files_of_an_eventful_run() {
    let run = eventful();
    insta::assert_snapshot!("stats", shown(csv::stats(&run)));
    insta::assert_snapshot!("history", shown(history(&run, HistoryRows::Aggregated)));
    let full = history(&run, HistoryRows::EveryName);
    insta::assert_snapshot!("full_history", shown(full));
    insta::assert_snapshot!("failures", shown(csv::failures(&run, started())));
    insta::assert_snapshot!("exceptions", shown(csv::exceptions(&run)));
}

#[test]
fn files_before_anything_has_happened() {
    let run = empty();
    let all = [
        csv::stats(&run),
        history(&run, HistoryRows::Aggregated),
        csv::failures(&run, started()),
        csv::exceptions(&run),
    ];
    insta::assert_snapshot!("empty_files", shown(all.concat()));
}

#[test]
fn every_record_has_its_columns() {
    let run = eventful();
    let files = [
        (csv::stats(&run), 22, 8),
        (history(&run, HistoryRows::Aggregated), 24, 2),
        (history(&run, HistoryRows::EveryName), 24, 8),
        (csv::failures(&run, started()), 6, 8),
        (csv::exceptions(&run), 4, 3),
    ];
    for (file, columns, lines) in files {
        let records = read(&file);
        assert_eq!(records.len(), lines, "{records:?}");
        assert!(records.iter().all(|record| record.len() == columns), "{records:?}");
        assert!(file.ends_with(b"\r\n"));
    }
}

#[test]
fn no_percentile_is_above_the_maximum_and_the_median_lies_inside() {
    for micros in [[120_835, 121_835, 121_835], [180, 310, 940], [700, 1_600, 9_999]] {
        let run = Run::new(&[("V", 1)], &[]).answers("GET", "/", &micros).done(1);
        let records = read(&csv::stats(&run));
        let number = |column: usize| records[1][column].parse::<f64>().unwrap();
        let (median, min, max) = (number(4), number(6), number(7));
        assert!(min <= median && median <= max, "{records:?}");
        assert!((11..22).all(|column| number(column) <= max), "{records:?}");
        assert!((12..22).all(|column| number(column - 1) <= number(column)), "{records:?}");
    }
}

/// Locust writes 0 ms for ten seconds without a request.
#[test]
fn the_full_history_follows_the_last_ten_seconds_and_never_invents_a_zero() {
    let run = Run::new(&[("V", 1)], &[]).answers("GET", "/", &[400_000; 9]).tick(1).tick(5);
    let run = run.answers("GET", "/", &[20_000]).tick(11).snapshot();
    let percentiles = |snapshot: &Snapshot| {
        let records = read(&history(snapshot, HistoryRows::EveryName));
        [records[1][6].clone(), records[2][16].clone(), records[1][17].clone()]
    };
    assert_eq!(percentiles(&run), ["20", "20", "10"]);
    let silent = Run::new(&[("V", 1)], &[]).answers("GET", "/", &[20_000]).tick(1).done(20);
    assert_eq!(percentiles(&silent), ["N/A", "N/A", "1"]);
}

#[test]
fn names_follow_the_guide_for_its_prefix_and_locust_for_all_others() {
    let names = |prefix| FileNames::for_prefix(prefix).all().map(Path::to_owned);
    let paths = |all: [&str; 4]| all.map(|path| Path::new(path).to_owned());
    let guide = paths([
        "out/load_test_stats.csv",
        "out/load_test_stats_history.csv",
        "out/load_test_stats_failures.csv",
        "out/load_test_stats_exceptions.csv",
    ]);
    assert_eq!(names("out/load_test_stats"), guide);
    let locust =
        paths(["x_stats.csv", "x_stats_history.csv", "x_failures.csv", "x_exceptions.csv"]);
    assert_eq!(names("x"), locust);
    assert_eq!(names("my_load_test_stats")[0], Path::new("my_load_test_stats_stats.csv"));
    assert_eq!(names("load_test_stats/")[0], Path::new("load_test_stats/_stats.csv"));
    assert_eq!(names("load_test_stats/run.1")[0], Path::new("load_test_stats/run.1_stats.csv"));
}

#[test]
fn equal_texts_of_different_classes_stay_apart() {
    let run = Run::new(&[("V", 1)], &[])
        .fails(("GET", "/"), (FailureKind::Connect, "gone"), 1, 0)
        .fails(("GET", "/"), (FailureKind::Connection, "gone"), 1, 0)
        .fails(("GET", "/"), (FailureKind::Connect, "connection gone"), 1, 0)
        .fails(("GET", "/"), (FailureKind::Status(503), "HTTP 503 Service Unavailable"), 1, 0)
        .done(1);
    let records = read(&csv::failures(&run, started()));
    let errors: Vec<&str> = records[1..].iter().map(|record| record[2].as_str()).collect();
    let expected = [
        "connect: connection gone",
        "connect: gone",
        "connection: gone",
        "HTTP 503 Service Unavailable",
    ];
    assert_eq!(errors, expected);
}

#[test]
fn a_date_beyond_the_calendar_is_empty() {
    let run = Run::new(&[("V", 1)], &[])
        .fails(("GET", "/"), (FailureKind::Timeout, "late"), 1, 0)
        .done(1);
    let far = started() + Duration::from_secs(400_000_000_000);
    assert_eq!(read(&csv::failures(&run, far))[1][4..], ["", ""]);
}

#[test]
fn no_cell_is_a_formula() {
    let evil = "=HYPERLINK(\"http://x\",\"y\")";
    let run = Run::new(&[("V", 1)], &[task("V", "", "t", 1.0)])
        .answers("@GET", evil, &[1_000])
        .answers("GET", "'=1", &[1_000])
        .fails(("GET", "/"), (FailureKind::Check, "-2+3"), 1, 0)
        .exception(0, "+1", "")
        .done(1);
    let stats = read(&csv::stats(&run));
    assert_eq!(stats[1][..2], ["GET", "''=1"]);
    assert_eq!(stats[3][..2], ["'@GET", &format!("'{evil}")]);
    assert_eq!(read(&csv::exceptions(&run))[1][1], "'+1");
}

/// What the module's documentation tells a reader to do.
fn original(cell: &str) -> &str {
    let runs = |c: char| "=+-@\t\r\n＝＋－＠".contains(c);
    let marked = cell.trim_start_matches('\'').starts_with(runs);
    if marked { cell.strip_prefix('\'').expect("a quote before it") } else { cell }
}

proptest! {
    #[test]
    fn any_method_and_name_come_back(
        method in "['=+@A-Z-]{0,6}", name in "(['=+@\\-＝＠\t\r\n,\"]{0,3})\\PC{0,20}",
    ) {
        let run = Run::new(&[("V", 1)], &[]).answers(&method, &name, &[1_000]).done(1);
        let records = read(&csv::stats(&run));
        prop_assert_eq!(records.len(), 3);
        prop_assert_eq!(original(&records[1][0]), method);
        prop_assert_eq!(original(&records[1][1]), name);
        let dangerous = records[1][1].starts_with(['=', '+', '-', '@', '\t', '\r', '\n']);
        prop_assert!(!dangerous);
    }
}

#[test]
fn transactions_stand_before_the_total_and_are_not_in_it() {
    let run = Run::new(&[("V", 1)], &[])
        .answers("GET", "/", &[900, 1_100])
        .transactions("buy", &[2_000], "GET /: HTTP 503 Busy")
        .done(10);
    let records = read(&csv::stats(&run));
    let counts: Vec<[&str; 4]> =
        records[1..].iter().map(|row| [&*row[0], &*row[1], &*row[2], &*row[3]]).collect();
    let expected =
        [["GET", "/", "2", "0"], ["TRANSACTION", "buy", "2", "1"], ["", "Aggregated", "2", "0"]];
    assert_eq!(counts, expected);
    assert_eq!(read(&csv::failures(&run, started())).len(), 1, "no request failed");
}
