//! Metrics while a run is on, and readers that are slow, dead or too many.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::time::Duration;

use katydid_testkit::TestServer;

use crate::process::{Running, run, signal, start};
use crate::shop;

crate::tests![
    metrics_are_served_and_the_last_ones_are_the_summarys,
    scrapers_that_hang_change_nothing_that_is_sent,
    a_port_that_is_taken_is_told_before_the_run,
    a_dead_collector_changes_nothing_that_is_sent,
    all_outputs_together_change_nothing_that_is_sent_and_work_by_the_second,
    exports_that_cannot_be_meant_are_refused,
];

/// The address that the log tells.
fn address(running: &Running) -> String {
    let said = running.wait_for("/metrics");
    let rest = said.split_once("Prometheus metrics at http://").unwrap().1;
    rest.split_once("/metrics").unwrap().0.to_owned()
}

fn ask(address: &str, request: &str) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

fn scrape(address: &str) -> String {
    let answer = ask(address, "GET /metrics?x=1 HTTP/1.1\r\nHost: x\r\n\r\n");
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\nContent-Type: application/openmetrics-text"));
    assert!(answer.ends_with("# EOF\n"), "{answer}");
    answer
}

/// The sum of all points of a metric.
fn sum(text: &str, name: &str) -> u64 {
    let lines = text.lines().filter(|line| line.starts_with(&format!("{name}{{")));
    lines.map(|line| line.rsplit(' ').next().unwrap().parse::<u64>().unwrap()).sum()
}

fn metrics_are_served_and_the_last_ones_are_the_summarys() {
    let server = TestServer::spawn();
    let folder = tempfile::tempdir().unwrap();
    let words = "Shopper --headless -u 2 -r 100 -t 1h --prometheus-port 0 --prometheus-linger 1m \
                 --summary-json summary.json -H";
    let running = start(shop(words).arg(server.url()).current_dir(&folder));
    let address = address(&running);
    running.wait_for("All users spawned");
    let first = scrape(&address);
    assert!(first.contains("katydid_run_info{suite=\"shop-load\""), "{first}");
    assert!(first.contains("katydid_users{class=\"Shopper\"} 2\n"), "{first}");
    assert!(ask(&address, "POST /metrics HTTP/1.1\r\n\r\n").starts_with("HTTP/1.1 405 "));
    assert!(ask(&address, "GET /x HTTP/1.1\r\n\r\n").starts_with("HTTP/1.1 404 "));
    assert!(ask(&address, "HEAD / HTTP/1.1\r\n\r\n").ends_with("\r\n\r\n"));
    signal("TERM", running.pid());
    // A request for the next tick may be answered by the end of the run.
    running.wait_for("VERDICT: PASS");
    let last = scrape(&address);
    running.end().expect(130);
    let summary = std::fs::read_to_string(folder.path().join("summary.json")).unwrap();
    let summary: serde_json::Value = serde_json::from_str(&summary).unwrap();
    assert_eq!(summary["aggregated"]["requests"], sum(&last, "katydid_requests_total"));
    let count = sum(&last, "katydid_response_time_seconds_count");
    assert_eq!(summary["aggregated"]["response_time"]["count"], count);
    assert!(sum(&first, "katydid_requests_total") <= count);
}

/// Ten that say nothing, ten that ask and never read: exactly as many requests are sent.
fn scrapers_that_hang_change_nothing_that_is_sent() {
    let server = TestServer::spawn();
    let words = "Shopper --headless -u 2 -r 100 -t 1h --max-requests 60 --prometheus-port 0 -H";
    let running = start(shop(words).arg(server.url()));
    let address = address(&running);
    let hanging: Vec<TcpStream> = (0..20)
        .map(|number| {
            let mut stream = TcpStream::connect(&address).unwrap();
            if number % 2 == 0 {
                let _ = stream.write_all(b"GET /metrics HTTP/1.1\r\n\r\n");
            }
            stream
        })
        .collect();
    running.end().expect(0).says("60 requests");
    drop(hanging);
    assert_eq!(server.total_requests(), 60);
}

fn a_port_that_is_taken_is_told_before_the_run() {
    let server = TestServer::spawn();
    let folder = tempfile::tempdir().unwrap();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port();
    let words = format!("Shopper --headless -t 1s --prometheus-port {port} -H");
    run(shop(&words).arg(server.url()).current_dir(&folder))
        .expect(2)
        .says(&format!("--prometheus-port: port {port} of 127.0.0.1 is taken; name another, or 0"));
    assert_eq!(server.total_requests(), 0);
}

fn a_dead_collector_changes_nothing_that_is_sent() {
    let server = TestServer::spawn();
    // Taken and given back: nobody listens there.
    let dead = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let words = format!(
        "Shopper --headless -u 2 -r 100 -t 1h --max-requests 60 --otlp-endpoint http://{dead} -H"
    );
    let ended = run(shop(&words).arg(server.url()));
    if cfg!(feature = "otlp") {
        let ended = ended
            .expect(0)
            .says(&format!("OTLP metrics go to http://{dead}/v1/metrics"))
            .says("OTLP: 1 of 1 exports are lost (Connection refused")
            .says("does not have the totals of this run");
        assert_eq!(ended.stderr.matches("are not taken by").count(), 1, "{}", ended.stderr);
        assert_eq!(server.total_requests(), 60);
    } else {
        ended.expect(2).says("this program was built without OTLP");
        assert_eq!(server.total_requests(), 0);
    }
}

/// R32: what outputs cost does not grow with the load, for they see each second and no request.
/// `xtask/shows/outputs.sh` measures what they cost.
fn all_outputs_together_change_nothing_that_is_sent_and_work_by_the_second() {
    const REQUESTS: u64 = 2_000;
    let server = TestServer::spawn();
    let folder = tempfile::tempdir().unwrap();
    let words = format!(
        "Shopper --headless -u 20 -r 1000 -t 1h --max-requests {REQUESTS} --prometheus-port 0 \
         --csv x --csv-full-history --html x.html --junit x.xml --md x.md --json-file y \
         --summary-json x.json --log-failures x.jsonl -H"
    );
    let running = start(shop(&words).arg(server.url()).current_dir(&folder));
    let address = address(&running);
    assert!(scrape(&address).contains("katydid_requests_total"));
    running.end().expect(0);
    assert_eq!(server.total_requests(), REQUESTS);
    let read = |name: &str| std::fs::read_to_string(folder.path().join(name)).unwrap();
    let summary: serde_json::Value = serde_json::from_str(&read("x.json")).unwrap();
    assert_eq!(summary["aggregated"]["requests"], REQUESTS);
    let seconds = summary["run"]["elapsed_s"].as_f64().unwrap();
    let history = read("x_stats_history.csv");
    let rows = history.lines().filter(|row| row.contains(",Aggregated,")).count();
    assert!((1..=seconds as usize + 3).contains(&rows), "{rows} rows in {seconds} s");
    for name in ["x_stats.csv", "x.html", "x.xml", "x.md", "y.json"] {
        assert!(!read(name).is_empty(), "{name}");
    }
    assert!(folder.path().join("load_test_runs").is_dir());
}

fn exports_that_cannot_be_meant_are_refused() {
    for (words, text) in [
        ("--prometheus-host 0.0.0.0", "--prometheus-host needs --prometheus-port PORT"),
        ("--prometheus-linger 5s", "--prometheus-linger needs --prometheus-port PORT"),
        ("--otlp-endpoint localhost:4318", "--otlp-endpoint: `localhost:4318` is no address"),
        ("--prometheus-port 70000", "70000"),
        ("--prometheus-port 0 --prometheus-host 192.0.2.1", "192.0.2.1 is no address of this"),
    ] {
        let all = format!("Shopper --headless -t 1s -H http://127.0.0.1:9 {words}");
        run(&mut shop(&all)).expect(2).says(text);
    }
}
