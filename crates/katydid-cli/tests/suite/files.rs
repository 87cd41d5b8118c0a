//! The files of a run.

use katydid_testkit::TestServer;

use crate::process::run;
use crate::shop;

crate::tests![
    a_disk_that_fills_up_costs_one_file_and_exits_70,
    the_full_history_has_a_row_for_each_name,
];

/// A limit on the size of files stands for a disk that fills up while the history grows.
fn a_disk_that_fills_up_costs_one_file_and_exits_70() {
    let server = TestServer::spawn();
    let folder = tempfile::tempdir().unwrap();
    let words = "Shopper --headless -r 100 -t 5s --tags read --csv x --csv-full-history -H";
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
    let words = "Shopper --headless -r 100 -t 2s --csv load_test_stats --csv-full-history -H";
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
