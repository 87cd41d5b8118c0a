//! Locust's API over real runs: files that are written by the program itself, classes that are edited.

use std::time::{Duration, Instant};

use katydid_testkit::TestServer;
use serde_json::json;

use crate::live::{address, ask, exchange, post};
use crate::process::{run, signal, start};
use crate::shop;

crate::tests![
    the_full_history_is_locusts_file,
    without_the_option_there_is_no_full_history,
    a_class_that_was_edited_runs_so,
];

/// As Locust 2.47 writes it, with the percentiles that it has without `--csv-percentiles`.
const HEAD: &str = "Timestamp,User Count,Type,Name,Requests/s,Failures/s,50%,66%,75%,80%,90%,95%,98%,99%,\
                    99.9%,99.99%,100%,Total Request Count,Total Failure Count,Total Median Response \
                    Time,Total Average Response Time,Total Min Response Time,Total Max Response \
                    Time,Total Average Content Size";

fn get(address: &str, path: &str) -> (u16, String) {
    exchange(address, ("GET", path), "text/plain", "")
}

/// Waits until no run is on.
fn over(address: &str) {
    let end = Instant::now() + Duration::from_mins(1);
    while !ask(address, "GET", "/state", "").1.contains("\"over\"") {
        assert!(Instant::now() < end, "it never says that it is over");
        std::thread::park_timeout(Duration::from_millis(20));
    }
}

fn the_full_history_is_locusts_file() {
    let (server, folder) = (TestServer::spawn(), tempfile::tempdir().unwrap());
    let words = "Shopper -P 0 --no-save --csv out --csv-full-history -t 3s -r 100 -H";
    let running = start(shop(words).arg(server.url()).current_dir(&folder));
    let address = address(&running);
    assert_eq!(get(&address, "/stats/requests_full_history/csv").0, 404);
    let (_, said) = post(&address, "/swarm", "user_count=4&spawn_rate=100");
    assert!(said.contains("\"success\": true"), "{said}");
    over(&address);
    let (status, text) = get(&address, "/stats/requests_full_history/csv");
    assert_eq!(status, 200, "{text}");
    let mut rows = text.lines().map(|line| line.split(',').collect::<Vec<_>>());
    assert_eq!(rows.next().unwrap().join(","), HEAD);
    let columns = HEAD.split(',').count();
    let rows: Vec<_> = rows.collect();
    assert!(rows.iter().all(|row| row.len() == columns), "{text}");
    let names: std::collections::BTreeSet<&str> = rows.iter().map(|row| row[3]).collect();
    assert_eq!(names.into_iter().collect::<Vec<_>>(), ["/delay/1", "/ok", "Aggregated"]);
    for row in &rows {
        let second: u64 = row[0].parse().unwrap();
        assert!(second > 1_700_000_000, "{row:?}");
        assert!(row[1].parse::<u32>().unwrap() <= 4, "{row:?}");
        assert_eq!(row[2], if row[3] == "Aggregated" { "" } else { "GET" }, "{row:?}");
        assert!(row[4..6].iter().all(|rate| rate.parse::<f64>().is_ok()), "{row:?}");
    }
    let last = rows.iter().rfind(|row| row[3] == "Aggregated").unwrap();
    let total = get(&address, "/stats/requests").1;
    let total: serde_json::Value = serde_json::from_str(&total).unwrap();
    let counted = total["stats"].as_array().unwrap().last().unwrap()["num_requests"].as_u64();
    assert_eq!(last[17].parse().ok(), counted);
    assert_eq!(std::fs::read_to_string(folder.path().join("out_stats_history.csv")).unwrap(), text);
    signal("INT", running.pid());
    running.end().expect(0);
}

fn without_the_option_there_is_no_full_history() {
    let server = TestServer::spawn();
    let running = start(shop("Shopper -P 0 --no-save -i 3 -H").arg(server.url()));
    let address = address(&running);
    post(&address, "/swarm", "user_count=1&spawn_rate=1");
    over(&address);
    let (status, said) = get(&address, "/stats/requests_full_history/csv");
    let says = "Error: Server was not started with option to generate full history.";
    assert_eq!((status, said.trim()), (404, says));
    signal("INT", running.pid());
    running.end();
    // Without the file there is nothing to add rows to.
    run(&mut shop("--csv-full-history -P 0"))
        .expect(2)
        .says("--csv-full-history needs --csv PREFIX");
}

fn a_class_that_was_edited_runs_so() {
    let (server, other) = (TestServer::spawn(), TestServer::spawn());
    let running = start(shop("Shopper Admin -P 0 --no-save -r 100 -i 40 -H").arg(server.url()));
    let address = address(&running);
    let edit = |edit: serde_json::Value| {
        exchange(&address, ("POST", "/user"), "application/json", &edit.to_string())
    };
    let swarm = |users: u32| {
        let (_, said) = post(&address, "/swarm", &format!("user_count={users}&spawn_rate=100"));
        assert!(said.contains("\"success\": true"), "{said}");
    };
    // Only one of its tasks.
    assert_eq!(edit(json!({ "user_class_name": "Shopper", "tasks": ["buy"] })).0, 201);
    swarm(4);
    over(&address);
    assert!(server.requests("/delay/1") > 0 && server.requests("/ok") == 0);
    assert_eq!(server.total_requests(), 40);
    // A class that is named and switched off is a mistake of one of both.
    assert_eq!(edit(json!({ "user_class_name": "Admin", "weight": 0 })).0, 201);
    let (_, said) = post(&address, "/swarm", "user_count=3&spawn_rate=100");
    assert!(said.contains("user class Admin is switched off"), "{said}");
    // What was edited stays, and the next edit comes on top: one user of the other class, always.
    let before = server.requests("/delay/20");
    assert_eq!(edit(json!({ "user_class_name": "Admin", "weight": 1, "fixed_count": 1 })).0, 201);
    swarm(3);
    over(&address);
    assert!(server.requests("/delay/20") > before && server.requests("/ok") == 0);
    assert_eq!(server.total_requests(), 80);
    let (status, said) = edit(json!({ "user_class_name": "Shoper", "weight": 1 }));
    assert!(status == 400 && said.contains("did you mean `Shopper`?"), "{said}");
    // A host of its own gives way to that of the run, as in Locust.
    assert_eq!(edit(json!({ "user_class_name": "Shopper", "host": other.url() })).0, 201);
    swarm(2);
    over(&address);
    assert_eq!((server.total_requests(), other.total_requests()), (120, 0));
    signal("INT", running.pid());
    running.end();
}
