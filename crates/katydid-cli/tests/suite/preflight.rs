//! `--preflight`, and the one that comes by itself before a load.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::path::Path;
use std::process::Command;

use katydid_testkit::{Alpn, Certificate, TestServer};

use crate::process::run;
use crate::shop;

crate::tests![
    every_task_is_tried_once_and_told,
    a_certificate_that_users_would_refuse_is_named,
    a_certificate_that_nobody_verifies_is_suspicious,
    an_unknown_name_and_a_refused_port_end_it_early,
    a_clock_that_is_ahead_is_told,
    a_failing_task_stops_the_load_of_a_scenario_that_wants_a_preflight,
    data_that_cannot_be_prepared_fails_the_preflight,
    what_a_preflight_sends_is_part_of_the_limit,
];

/// `127.0.0.1:40123` and `1.5 ms` as `#`.
fn redacted(text: &str) -> String {
    let mut out = String::new();
    let mut words = text.split_inclusive([' ', '\n', '(']).peekable();
    while let Some(word) = words.next() {
        let time = words.peek().is_some_and(|next| next.trim_end_matches([')', '\n']) == "ms");
        match word.find(|c: char| c.is_ascii_digit()) {
            Some(_) if time => out += "# ",
            _ => match word.split_once("127.0.0.1:") {
                Some((before, after)) => {
                    let rest = after.trim_start_matches(|c: char| c.is_ascii_digit());
                    out += &format!("{before}127.0.0.1:#{rest}");
                }
                None => out += word,
            },
        }
    }
    out
}

fn every_task_is_tried_once_and_told() {
    let server = TestServer::spawn();
    let ended = run(shop("Shopper --preflight -H").arg(server.url())).expect(0);
    let expected = "\
Preflight of shop-load at http://127.0.0.1:#
  ok    DNS        127.0.0.1 is an address, nothing to look up
  ok    TCP        127.0.0.1:# accepts (# ms)
  ok    task       Shopper browse: 1 request, # ms
          GET http://127.0.0.1:#/ok 200, 23 bytes, # ms
  ok    task       Shopper buy: 1 request, # ms
          GET http://127.0.0.1:#/delay/1 200, 23 bytes, # ms
  ?     clock      no answer had a Date header
PREFLIGHT: PASSED - 4 ok, 0 suspicious, 1 unknown, 0 failed
";
    assert_eq!(redacted(&ended.stdout), expected);
    assert!(!ended.stderr.contains("VERDICT"), "{}", ended.stderr);
    assert_eq!(server.total_requests(), 2);
}

/// The suite against a server with its authority in a file.
fn trusting(server: &TestServer, folder: &Path, words: &str) -> Command {
    std::fs::write(folder.join("ca.pem"), server.ca_pem().unwrap()).unwrap();
    let mut command = shop(words);
    command.args(["-H", &server.url()]).current_dir(folder);
    command
}

fn a_certificate_that_users_would_refuse_is_named() {
    let folder = tempfile::tempdir().unwrap();
    for (kind, words, says) in [
        (Certificate::Expired, "--cacert ca.pem", "ended 2001-01-01 ("),
        (Certificate::Expired, "--cacert ca.pem", "next: renew the certificate"),
        (Certificate::WrongName, "--cacert ca.pem", "not valid for name"),
        (Certificate::WrongName, "--cacert ca.pem", "next: name the host as the certificate does"),
        (Certificate::Valid, "", "next: for an authority of your own give its certificate with"),
    ] {
        let server = TestServer::spawn_tls_with(Alpn::Http1, kind);
        let words = format!("Shopper --preflight {words}");
        let ended = run(&mut trusting(&server, folder.path(), &words)).expect(2);
        assert!(ended.stdout.contains("\n  FAIL  TLS        invalid peer certificate: "));
        assert!(ended.stdout.contains(says), "{says} is not in\n{}", ended.stdout);
        assert_eq!(server.total_requests(), 0);
    }
}

fn a_certificate_that_nobody_verifies_is_suspicious() {
    let folder = tempfile::tempdir().unwrap();
    let server = TestServer::spawn_tls_with(Alpn::Http1, Certificate::Expired);
    let mut command = trusting(&server, folder.path(), "Shopper --preflight --insecure");
    let ended = run(&mut command).expect(0);
    assert!(ended.stdout.contains("\n  warn  TLS        the certificate was not verified"));
    let server = TestServer::spawn_tls();
    let mut command = trusting(&server, folder.path(), "Shopper --preflight --cacert ca.pem");
    let ended = run(&mut command).expect(0);
    assert!(ended.stdout.contains("\n  ok    TLS        chain verified ("), "{}", ended.stdout);
}

fn an_unknown_name_and_a_refused_port_end_it_early() {
    let ended = run(&mut shop("Shopper --preflight -H http://name.invalid")).expect(2);
    assert!(ended.stdout.contains("\n  FAIL  DNS        name.invalid: "), "{}", ended.stdout);
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let ended = run(shop("Shopper --preflight -H").arg(format!("http://{free}"))).expect(2);
    assert!(ended.stdout.contains(&format!("\n  FAIL  TCP        {free}: Connection refused")));
    assert!(ended.stdout.contains("PREFLIGHT: FAILED - 1 ok, 0 suspicious, 0 unknown, 1 failed"));
}

/// A server whose clock is 90 s ahead.
fn a_clock_that_is_ahead_is_told() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            std::thread::spawn(move || {
                let mut bytes = [0; 4_096];
                while stream.read(&mut bytes).is_ok_and(|count| count > 0) {
                    let ahead = jiff::Timestamp::now() + jiff::SignedDuration::from_secs(90);
                    let date = ahead.strftime("%a, %d %b %Y %H:%M:%S GMT");
                    let head = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\ndate: ";
                    let _ = write!(stream, "{head}{date}\r\n\r\nok");
                }
            });
        }
    });
    let ended = run(shop("Shopper --preflight -H").arg(url)).expect(0);
    let line = ended.stdout.lines().find(|line| line.contains("clock")).unwrap();
    let offset: f64 = line.split_whitespace().nth(2).unwrap().parse().unwrap();
    assert!(line.starts_with("  warn  clock      +") && (88.0..92.0).contains(&offset), "{line}");
    assert!(ended.stdout.contains("next: set both clocks by NTP"), "{}", ended.stdout);
}

const PLAN: &str = "[scenario.careful]\nusers = 2\nspawn-rate = 100\nrun-time = \"1s\"\n\
                    classes = [\"Shopper\"]\npreflight = true\n";

fn careful(folder: &Path, server: &TestServer, words: &str) -> Command {
    std::fs::write(folder.join("plan.toml"), PLAN).unwrap();
    let mut command = shop(&format!("--scenario careful --plan plan.toml {words}"));
    command.args(["-H", &server.url()]).current_dir(folder);
    command
}

fn a_failing_task_stops_the_load_of_a_scenario_that_wants_a_preflight() {
    let folder = tempfile::tempdir().unwrap();
    let server = TestServer::spawn();
    run(&mut careful(folder.path(), &server, "--aisle status/503"))
        .expect(2)
        .says("FAIL  task       Shopper browse: HTTP 503 Service Unavailable: status 503")
        .says("next: the target takes on no more work: a queue or a pool is full;")
        .says("no load was made: task: Shopper browse: HTTP 503");
    assert_eq!(server.total_requests(), 2);
    run(&mut careful(folder.path(), &server, "--aisle status/503 --no-preflight"))
        .expect(1)
        .says("WARNING/katydid.main: the preflight was left out (--no-preflight)");
    run(&mut careful(folder.path(), &server, ""))
        .expect(0)
        .says("PREFLIGHT: PASSED")
        .says("VERDICT: PASS");
}

fn data_that_cannot_be_prepared_fails_the_preflight() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("a.csv"), "ann,secret\n").unwrap();
    let server = TestServer::spawn();
    let mut command = shop("Shopper --preflight --accounts a.csv -H");
    let ended = run(command.arg(server.url()).current_dir(&folder)).expect(2);
    let says = "FAIL  data       preparing the run: the accounts file has no header";
    assert!(ended.stdout.contains(says), "{}", ended.stdout);
}

fn what_a_preflight_sends_is_part_of_the_limit() {
    let folder = tempfile::tempdir().unwrap();
    let server = TestServer::spawn();
    run(&mut careful(folder.path(), &server, "-t 1m --max-requests 40"))
        .expect(0)
        .says("--max-requests answered, shutting down");
    assert_eq!(server.total_requests(), 40);
    run(&mut careful(folder.path(), &server, "--max-requests 2"))
        .expect(2)
        .says("--max-requests: the preflight has used it up (2 of 2)");
}
