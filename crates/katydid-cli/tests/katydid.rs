//! `katydid URL` as a whole program.

mod pathologies;
mod process;

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::process::Command;
use std::time::Duration;

use katydid_testkit::TestServer;
use process::{run, signal, start};
use socket2::{Domain, Socket, Type};

fn katydid() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_katydid"));
    // Every run leaves a folder where it is started.
    command.current_dir(env!("CARGO_TARGET_TMPDIR"));
    command
}

#[test]
fn a_number_of_requests_is_sent_exactly() {
    let server = TestServer::spawn();
    let url = format!("{}/ok", server.url());
    let words = ["-n", "101", "-u", "7", "-t", "30s", "--threads", "2"];
    let ended = run(katydid().arg(&url).args(words)).expect(0);
    assert_eq!(server.requests("/ok"), 101);
    let said = format!("{}{}", ended.stdout, ended.stderr);
    assert!(!said.contains("had stopped by itself"), "{said}");
    assert!(ended.stdout.contains("100.00% (101 of 101)"), "{}", ended.stdout);
    assert_eq!(ended.last_line(), "VERDICT: PASS");
    ended.says("  Samples  101 requests, 1 ").says("  Floor    ");
}

#[test]
fn method_headers_and_body_reach_the_target() {
    let server = TestServer::spawn();
    let folder = tempfile::tempdir().unwrap();
    let prefix = folder.path().join("deep/x");
    let url = format!("{}/status/500", server.url());
    let ended = run(katydid()
        .args([&url, "-n", "5", "-u", "1", "-m", "PUT", "-d", "{}", "-H", "X-Mark: 1"])
        .arg("--csv")
        .arg(&prefix));
    let ended = ended.expect(1).says("VERDICT: FAIL - 5 of 5 requests failed");
    let stats = std::fs::read_to_string(folder.path().join("deep/x_stats.csv")).unwrap();
    assert!(stats.contains("PUT,/status/500,5,5,"), "{stats}");
    assert!(ended.stderr.contains("deep/x_failures.csv"), "{}", ended.stderr);
}

#[test]
fn an_arrival_rate_is_kept_and_every_start_is_accounted_for() {
    let server = TestServer::spawn();
    let url = format!("{}/delay/100", server.url());
    let words = ["--arrival-rate", "200/s", "-t", "2s", "--arrivals", "uniform"];
    let ended = run(katydid().arg(&url).args(words)).expect(0);
    assert_eq!(server.requests("/delay/100"), 400);
    assert!(ended.stdout.contains("  400 planned = 400 completed\n"), "{}", ended.stdout);
    assert!(ended.stdout.contains("Requests/s:     200.0\n"), "{}", ended.stdout);
    let bound = ["--max-in-flight", "4", "--when-full", "drop", "--threads", "1"];
    let ended = run(katydid().arg(&url).args(words).args(bound)).expect(3);
    let ended = ended.says("of 400 planned starts (").says("VERDICT: INVALID - ");
    assert!(ended.stdout.contains(" completed, 3") && ended.stdout.contains(" dropped\n"));
    for other in ["-u", "-r", "-n"] {
        let ended = run(katydid().args([&url, "--arrival-rate", "9/s", other, "5"])).expect(2);
        assert!(ended.stderr.contains("'--arrival-rate <RATE>' cannot be used with"));
    }
}

/// R3: what the generator itself did not send in time is late in the response times, and is told.
#[test]
#[expect(clippy::disallowed_methods, reason = "the second without a generator is the test")]
fn a_generator_that_was_stopped_for_a_second_says_so() {
    let server = TestServer::spawn();
    let url = format!("{}/ok", server.url());
    let words = ["--arrival-rate", "100/s", "-t", "3s"];
    let running = start(katydid().arg(&url).args(words));
    while server.total_requests() < 50 {
        std::thread::yield_now();
    }
    signal("STOP", running.pid());
    std::thread::sleep(std::time::Duration::from_secs(1));
    signal("CONT", running.pid());
    let ended = running.end().expect(0).says("DISTURBED");
    assert!(ended.stdout.contains("  300 planned = 300 completed\n"), "{}", ended.stdout);
    let slowest = ended.stdout.lines().find(|line| line.contains("Slowest:")).unwrap();
    let ms: f64 = slowest.split_whitespace().nth(1).unwrap().parse().unwrap();
    assert!(ms > 900.0, "{slowest}");
    // A third of the plan fell into that second and waited for half of it on average.
    let average = ended.stdout.lines().find(|line| line.contains("Average:")).unwrap();
    let ms: f64 = average.split_whitespace().nth(1).unwrap().parse().unwrap();
    assert!((120.0..260.0).contains(&ms), "{average}");
}

#[test]
fn an_absent_target_is_a_connection_failure() {
    // A port of our own on which nobody listens: one that was left could be another test's by now.
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
    socket.bind(&SocketAddr::from(([127, 0, 0, 1], 0)).into()).unwrap();
    let port = socket.local_addr().unwrap().as_socket().unwrap().port();
    let url = format!("http://127.0.0.1:{port}");
    let ended = run(katydid().args([&url, "-n", "3"])).expect(1);
    assert!(ended.stdout.contains("\n3                  GET /: connect: "), "{}", ended.stdout);
    assert!(ended.stdout.contains("refused"), "{}", ended.stdout);
}

#[test]
fn a_slow_target_is_a_timeout() {
    let server = TestServer::spawn();
    let url = format!("{}/delay/60000", server.url());
    let ended = run(katydid().args([&url, "-n", "2", "--timeout", "50ms"])).expect(1);
    assert!(ended.stdout.contains("imeout"), "{}", ended.stdout);
}

#[test]
fn unknown_certificates_are_refused_unless_told_otherwise() {
    let server = TestServer::spawn_tls();
    let folder = tempfile::tempdir().unwrap();
    let authority = folder.path().join("ca.pem");
    std::fs::write(&authority, server.ca_pem().unwrap()).unwrap();
    let url = format!("https://localhost:{}/ok", server.addr().port());
    run(katydid().args([&url, "-n", "3"])).expect(1);
    run(katydid().args([&url, "-n", "3", "--insecure"])).expect(0);
    run(katydid().args([&url, "-n", "3", "--cacert"]).arg(&authority)).expect(0);
    std::fs::write(&authority, "no certificate").unwrap();
    run(katydid().args([&url, "-n", "3", "--cacert"]).arg(&authority))
        .expect(2)
        .says("certificate authorities: ");
}

#[test]
fn the_first_ctrl_c_reports_and_exits_130() {
    let server = TestServer::spawn();
    let url = format!("{}/delay/5", server.url());
    let running = start(katydid().args([&url, "-t", "1h", "-u", "2"]));
    running.wait_for("Loading http://");
    wait_for_requests(&server);
    signal("INT", running.pid());
    let ended = running.end().expect(130).says("Got SIGINT signal");
    assert!(ended.stdout.contains("Success rate:   100.00%"), "{}", ended.stdout);
    assert!(ended.last_line().starts_with("VERDICT: PASS"), "{}", ended.stderr);
}

#[test]
#[expect(clippy::disallowed_methods, reason = "the time for which the program stands still")]
fn a_generator_that_was_stopped_says_so_and_strict_makes_it_exit_3() {
    let server = TestServer::spawn();
    let url = format!("{}/delay/5", server.url());
    for (strict, code) in [(None, 0), (Some("--strict"), 3)] {
        let before = server.total_requests();
        let running = start(katydid().args([&url, "-t", "2s", "-u", "2"]).args(strict));
        while server.total_requests() < before + 10 {
            std::thread::yield_now();
        }
        signal("STOP", running.pid());
        std::thread::sleep(Duration::from_secs(1));
        signal("CONT", running.pid());
        let ended = running.end().expect(code);
        let ended = ended.says("RUN: DISTURBED - the whole program stood still for ");
        assert!(ended.last_line().starts_with("VERDICT: PASS"), "{}", ended.stderr);
    }
}

#[test]
fn an_unwritable_report_exits_70_and_the_run_goes_on() {
    let server = TestServer::spawn();
    let url = format!("{}/ok", server.url());
    run(katydid().args([&url, "-n", "10", "--csv", "/dev/null/x"]))
        .expect(70)
        .says("report /dev/null/x_stats.csv is not written: Not a directory")
        .says("NOT WHOLE: /dev/null/x_stats.csv");
    assert_eq!(server.requests("/ok"), 10);
}

#[test]
fn reports_and_metrics_are_those_of_any_run() {
    let server = TestServer::spawn();
    let folder = tempfile::tempdir().unwrap();
    let url = format!("{}/status/503", server.url());
    let words = "-u 2 -t 1h --html page.html --junit j.xml --md run.md --summary-json all.json \
                 --prometheus-port 0";
    let running =
        start(katydid().current_dir(&folder).arg(&url).args(words.split_ascii_whitespace()));
    let said = running.wait_for("/metrics");
    let address = said.split_once("Prometheus metrics at http://").unwrap().1;
    let address = address.split_once("/metrics").unwrap().0;
    wait_for_requests(&server);
    let metrics = scrape(address);
    assert!(metrics.contains("katydid_run_info{suite=\"katydid\""), "{metrics}");
    assert!(metrics.contains("\nkatydid_failures_total{method=\"GET\",name=\"/status/503\""));
    signal("INT", running.pid());
    let ended = running.end().expect(130);
    for file in ["page.html", "j.xml", "run.md", "all.json", "run.txt", "run.ktd"] {
        assert!(ended.stderr.contains(file), "{file} is not told:\n{}", ended.stderr);
    }
    let read = |name: &str| std::fs::read_to_string(folder.path().join(name)).unwrap();
    let summary: serde_json::Value = serde_json::from_str(&read("all.json")).unwrap();
    let requests = summary["aggregated"]["requests"].as_u64().unwrap();
    assert!(requests >= 10 && summary["verdict"]["exit_code"] == 130, "{summary}");
    assert_eq!(summary["aggregated"]["failures"].as_u64(), Some(requests));
    let told = run(katydid().current_dir(&folder).args(["report", "last"])).expect(0).stdout;
    assert!(told.contains("\n2 users at once, "), "{told}");
    assert!(read("j.xml").contains(&format!("{requests} of {requests} requests failed")));
    assert!(read("run.md").contains(&format!("| {requests} |")));
    // And all of it once more from what was saved.
    let again = "report last --html page2.html --junit j2.xml --md run2.md";
    run(katydid().current_dir(&folder).args(again.split(' '))).expect(0);
    for (one, other) in [("page.html", "page2.html"), ("j.xml", "j2.xml"), ("run.md", "run2.md")] {
        assert_eq!(read(one), read(other), "{one}");
    }
}

#[test]
fn options_that_cannot_be_meant_are_refused_before_the_load() {
    for (words, says) in [
        ("--prometheus-host ::1", "--prometheus-host needs --prometheus-port PORT"),
        ("--html x --md x", "--html and --md name one file, x; give each its own"),
    ] {
        let words = words.split(' ');
        run(katydid().arg("http://127.0.0.1:9/").args(words)).expect(2).says(says);
    }
}

#[test]
fn more_users_than_descriptors_are_refused_with_the_number_that_fits() {
    let mut command = Command::new("sh");
    let line = format!(
        "ulimit -n 200; exec {} --no-save http://127.0.0.1:1/",
        env!("CARGO_BIN_EXE_katydid")
    );
    run(command.arg("-c").arg(format!("{line} -u 500 --threads 1")))
        .expect(2)
        .says("500 users need 572 file descriptors and the system allows 200; 128 users fit");
}

#[test]
fn help_and_version_go_to_stdout() {
    for (flag, text) in [("--help", "Load on one address"), ("-V", "katydid 0.")] {
        let ended = run(katydid().arg(flag)).expect(0);
        assert!(ended.stdout.contains(text) && ended.stderr.is_empty(), "{ended:?}");
    }
}

fn scrape(address: &str) -> String {
    let mut stream = TcpStream::connect(address).expect("somebody listens");
    let asked = stream.write_all(b"GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n");
    asked.expect("it takes a request");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("it answers");
    answer
}

fn wait_for_requests(server: &TestServer) {
    while server.total_requests() < 10 {
        std::thread::yield_now();
    }
}
