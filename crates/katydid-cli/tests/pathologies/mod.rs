//! How each pathology of a target is counted, timed and named.

#![expect(clippy::unwrap_used, reason = "a test that cannot read its reports has failed")]

use std::process::Command;

use katydid_testkit::{FaultProxy, TestServer};

use crate::process::run;

/// What a run on one address came to.
struct Seen {
    requests: u64,
    failed: u64,
    /// Shortest and longest response time in ms.
    times: (f64, f64),
    /// Text and count of every kind of failure.
    failures: Vec<(String, u64)>,
}

/// `katydid URL` with these words; `code` is the exit code it must have.
#[track_caller]
fn load(url: &str, words: &str, code: i32) -> Seen {
    let folder = tempfile::tempdir().unwrap();
    let ended = run(Command::new(env!("CARGO_BIN_EXE_katydid"))
        .arg("--no-save")
        .args([url, "--csv", "x"])
        .args(words.split_whitespace())
        .current_dir(&folder));
    ended.expect(code);
    let read = |name: &str| std::fs::read_to_string(folder.path().join(name)).unwrap();
    let stats = read("x_stats.csv");
    let total: Vec<&str> = stats.lines().last().unwrap().split(',').collect();
    let number = |column: usize| -> f64 { total[column].parse().unwrap() };
    let failures = read("x_failures.csv");
    let failures = failures.lines().skip(1).map(|line| {
        // Count, first seen, last seen.
        let mut fields = line.rsplitn(4, ',').skip(2);
        let count = fields.next().unwrap().parse().unwrap();
        let error = fields.next().unwrap().splitn(3, ',').last().unwrap();
        (error.trim_matches('"').to_owned(), count)
    });
    Seen {
        requests: number(2) as u64,
        failed: number(3) as u64,
        times: (number(6), number(7)),
        failures: failures.collect(),
    }
}

impl Seen {
    /// Every request failed with this text.
    #[track_caller]
    fn all_failed(&self, text: &str) -> &Self {
        assert_eq!(self.failed, self.requests, "{:?}", self.failures);
        let [(error, count)] = &self.failures[..] else { panic!("{:?}", self.failures) };
        assert!(error.starts_with(text), "{error}");
        assert_eq!(*count, self.requests);
        self
    }

    /// Every request took from `least` on, and nothing like the minute that the target would take.
    #[track_caller]
    fn took(&self, least: f64) {
        assert!(self.times.0 >= least && self.times.1 < least + 5_000.0, "{:?}", self.times);
    }
}

#[test]
fn a_delay_is_time_and_no_failure() {
    let server = TestServer::spawn();
    load(&format!("{}/delay/120", server.url()), "-u 2 -n 4", 0).took(120.0);
    let seen = load(&format!("{}/slow-body/120", server.url()), "-u 2 -n 4", 0);
    assert_eq!((seen.requests, seen.failed), (4, 0));
    seen.took(120.0);
}

#[test]
fn a_timeout_is_counted_at_its_time_wherever_the_target_stands_still() {
    let server = TestServer::spawn();
    let words = "-u 2 -n 4 --timeout 150ms";
    for path in ["delay/60000", "slow-body/60000", "unfinished/10"] {
        let seen = load(&format!("{}/{path}", server.url()), words, 1);
        seen.all_failed("timeout: no whole answer within").took(150.0);
    }
    server.freeze();
    let seen = load(&format!("{}/ok", server.url()), words, 1);
    seen.all_failed("timeout: no whole answer within").took(150.0);
}

#[test]
fn connections_that_nobody_accepts_are_timeouts() {
    let server = TestServer::spawn();
    server.stall_accepts();
    let url = format!("{}/ok", server.url());
    load(&url, "-u 2 -n 4 --timeout 150ms", 1).all_failed("timeout: ").took(150.0);
    assert_eq!(server.total_requests(), 0);
    server.resume_accepts();
    assert_eq!(load(&url, "-u 2 -n 4", 0).failed, 0);
}

#[test]
fn connections_that_break_are_named_by_where_they_broke() {
    let server = TestServer::spawn();
    for (path, text) in [
        ("reset", "Connection reset by peer"),
        ("close", "connection: closed before an answer came"),
        ("half/10", "connection: closed within the answer's body"),
        ("garbage", "protocol: the answer's head is not HTTP/1"),
    ] {
        load(&format!("{}/{path}", server.url()), "-u 2 -n 6", 1).all_failed(text).took(0.0);
        assert_eq!(server.requests(&format!("/{path}")), 6, "no request is sent twice");
    }
}

#[test]
fn bytes_beyond_the_length_cost_the_connection_and_not_the_request() {
    let server = TestServer::spawn();
    let seen = load(&format!("{}/wrong-length/10", server.url()), "-u 2 -n 6", 0);
    assert_eq!((seen.requests, seen.failed), (6, 0));
    assert_eq!(server.requests_per_connection(), [1; 6]);
}

#[test]
fn one_percent_of_errors_is_one_percent_of_failures() {
    let server = TestServer::spawn();
    let seen = load(&format!("{}/errors/1", server.url()), "-u 2 -n 500", 1);
    assert_eq!((seen.requests, seen.failed), (500, 5));
    assert_eq!(seen.failures.len(), 1, "{:?}", seen.failures);
    assert!(seen.failures[0].0.starts_with("HTTP 500 "), "{:?}", seen.failures);
}

#[test]
fn a_line_before_few_servers_is_time_that_grows_with_the_users() {
    let server = TestServer::spawn();
    let proxy = FaultProxy::start(server.addr(), &["1 server of 40ms"]).unwrap();
    let url = format!("{}/ok", proxy.url());
    let alone = load(&url, "-u 1 -n 3", 0);
    let crowd = load(&url, "-u 8 -n 40", 0);
    assert!(alone.times.0 >= 40.0 && crowd.times.1 >= 8.0 * 40.0, "{:?}", crowd.times);
    assert_eq!(proxy.struck(), [43]);
}
