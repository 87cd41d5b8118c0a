//! The live page, as a program that people start, order runs of, and leave.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::time::{Duration, Instant};

use katydid_testkit::TestServer;
use serde_json::{Value, json};

use crate::process::{Running, run, signal, start};
use crate::pty::Terminal;
use crate::shop;

crate::tests![
    bare_words_open_the_page_and_wait_for_orders,
    the_page_stays_after_a_run_and_ctrl_c_leaves_with_its_code,
    ctrl_c_stops_a_run_and_reports_before_it_leaves,
    a_run_of_its_own_may_have_a_page_and_takes_it_along,
    a_run_that_began_by_itself_is_repeated_without_a_page,
    autoquit_leaves_after_the_end,
    a_taken_port_is_told_with_who_has_it,
    the_backend_of_one_run_serves_the_next,
    enter_tells_where_the_page_is,
    a_password_becomes_a_hash_that_an_account_may_have,
];

/// Where the page is.
pub(crate) fn address(running: &Running) -> String {
    let seen = running.wait_for("Starting web interface at http://");
    let (_, rest) = seen.split_once("Starting web interface at http://").unwrap();
    rest.split('/').next().unwrap().to_owned()
}

/// Asks our API for something; status and body.
pub(crate) fn ask(address: &str, method: &str, path: &str, body: &str) -> (u16, String) {
    exchange(address, (method, &format!("/api/v1{path}")), "application/json", body)
}

/// Posts a form as Locust's scripts do; status and body.
pub(crate) fn post(address: &str, path: &str, form: &str) -> (u16, String) {
    exchange(address, ("POST", path), "application/x-www-form-urlencoded", form)
}

/// Asks for anything; status and body.
pub(crate) fn exchange(
    address: &str,
    (method, path): (&str, &str),
    kind: &str,
    body: &str,
) -> (u16, String) {
    let mut stream = TcpStream::connect(address).unwrap();
    write!(
        stream,
        "{method} {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\nContent-Type: \
         {kind}\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
    .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let status = answer.split(' ').nth(1).unwrap().parse().unwrap();
    (status, answer.split_once("\r\n\r\n").unwrap().1.to_owned())
}

/// Orders a run.
pub(crate) fn order(address: &str, options: &Value) -> (u16, String) {
    ask(address, "POST", "/run", &json!({ "options": options }).to_string())
}

fn bare_words_open_the_page_and_wait_for_orders() {
    let running = start(&mut shop("-P 0"));
    let address = address(&running);
    let server = TestServer::spawn();
    let (status, said) = order(&address, &json!({ "users": ["many"], "host": [server.url()] }));
    assert!((400..500).contains(&status), "{status} {said}");
    assert!(said.contains("users") && said.contains("write a whole number such as 50"), "{said}");
    assert_eq!(server.connections(), 0);
    signal("TERM", running.pid());
    running.end().expect(0).says("Got SIGTERM signal, leaving");
}

fn the_page_stays_after_a_run_and_ctrl_c_leaves_with_its_code() {
    let (server, folder) = (TestServer::spawn(), tempfile::tempdir().unwrap());
    let running = start(shop("Shopper -P 0 -u 2 -r 100").current_dir(&folder));
    let address = address(&running);
    for (number, aisle) in ["ok", "status/503"].into_iter().enumerate() {
        let options = json!({ "host": [server.url()], "iterations": ["40"], "aisle": [aisle] });
        let (status, said) = order(&address, &options);
        assert_eq!(status, 202, "{said}");
        let code = u8::from(number == 1);
        running.wait_for(&format!("The run is over (exit code {code})"));
        let end = Instant::now() + Duration::from_mins(1);
        // The reports are written before the page offers the next start.
        while !ask(&address, "GET", "/state", "").1.contains("\"over\"") {
            assert!(Instant::now() < end, "it never says that it is over");
            std::thread::yield_now();
        }
    }
    let runs = std::fs::read_dir(folder.path().join("load_test_runs")).unwrap().count();
    assert_eq!(runs, 2, "each run has a folder of its own");
    signal("INT", running.pid());
    running.end().expect(1).says("Got SIGINT signal, leaving");
}

fn ctrl_c_stops_a_run_and_reports_before_it_leaves() {
    let server = TestServer::spawn();
    let words = "Shopper -P 0 --autostart -t 1h -H";
    let running = start(shop(words).arg(server.url()));
    running.wait_for("All users spawned");
    address(&running);
    signal("INT", running.pid());
    let ended = running.end().expect(130).says("Got SIGINT signal, shutting down");
    assert!(ended.says("Reports:").last_line().starts_with("VERDICT: "));
}

fn a_run_of_its_own_may_have_a_page_and_takes_it_along() {
    let server = TestServer::spawn();
    for words in
        ["Shopper --headless --web-ui -P 0 -t 1s -H", "Shopper --scenario smoke --web-ui -P 0 -H"]
    {
        let running = start(shop(words).arg(server.url()));
        let address = address(&running);
        running.wait_for("All users spawned");
        assert_eq!(ask(&address, "GET", "/state", "").0, 200);
        running.end().expect(0).says("Shutting down (exit code 0)");
    }
}

fn a_run_that_began_by_itself_is_repeated_without_a_page() {
    let server = TestServer::spawn();
    let words = "Shopper -P 0 --web-host 127.0.0.1 --autostart --no-save -t 1h -r 9 -H";
    let running = start(shop(words).arg(server.url()));
    running.wait_for("All users spawned");
    let (_, state) = ask(&address(&running), "GET", "/state", "");
    let state: Value = serde_json::from_str(&state).unwrap();
    let command = state["run"]["command"].as_str().unwrap().to_owned();
    signal("INT", running.pid());
    running.end().expect(130);
    for word in ["Shopper", "--no-save", "--run-time=1h", "--spawn-rate=9", "--headless", "--seed"]
    {
        assert!(command.contains(word), "{word}: {command}");
    }
    for word in ["autostart", "web-port", "-P", "web-host"] {
        assert!(!command.contains(word), "{word}: {command}");
    }
}

fn autoquit_leaves_after_the_end() {
    let server = TestServer::spawn();
    let words = "Shopper -P 0 --autostart --autoquit 1 -t 1s -H";
    run(shop(words).arg(server.url())).expect(0).says("--autoquit time of 1 s reached, leaving");
}

fn a_taken_port_is_told_with_who_has_it() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port();
    let ended = run(&mut shop(&format!("-P {port}"))).expect(2);
    let by = format!("port {port} of 127.0.0.1 is taken by process {} (", std::process::id());
    ended.says(&by).says("--web-port");
}

fn the_backend_of_one_run_serves_the_next() {
    let running = start(&mut shop("Shopper -P 0 --embedded -r 1000"));
    let address = address(&running);
    for (users, says) in [
        ("3", "of 1003 users in "),
        ("4", "The embedded backend of the run before serves this one, too"),
        ("2000", "accounts for 1003 users, not for 2000: a new one takes its place"),
    ] {
        let options = json!({ "users": [users], "iterations": ["2000"] });
        let end = Instant::now() + Duration::from_mins(1);
        // The run before may not be quite over.
        while order(&address, &options).0 != 202 {
            assert!(Instant::now() < end, "it never takes an order");
            std::thread::yield_now();
        }
        running.wait_for(says);
    }
    signal("INT", running.pid());
    running.end();
}

fn enter_tells_where_the_page_is() {
    let mut terminal = Terminal::start(&shop("-P 0"));
    let screen = terminal.wait_for("press enter to open your default browser.");
    terminal.wait_until_raw(true);
    let (_, rest) = screen.split_once("Starting web interface at ").unwrap();
    let url = rest.split(',').next().unwrap();
    terminal.press("\n");
    terminal.wait_for(&format!("The live page is at {url}"));
    terminal.press("w");
    terminal.wait_for("there is nothing to steer");
    terminal.press("\u{3}");
    assert_eq!(terminal.end(), Some(0));
}

fn a_password_becomes_a_hash_that_an_account_may_have() {
    let hash = |password: &str| {
        let mut command = shop("web-password");
        command.stdin(std::process::Stdio::piped()).stdout(std::process::Stdio::piped());
        command.stderr(std::process::Stdio::piped());
        let mut child = command.spawn().unwrap();
        child.stdin.take().unwrap().write_all(password.as_bytes()).unwrap();
        let output = child.wait_with_output().unwrap();
        (output.status.code(), String::from_utf8(output.stdout).unwrap())
    };
    assert_eq!(hash("short\n"), (Some(2), String::new()));
    let (code, text) = hash("correct horse\n");
    assert!(code == Some(0) && text.starts_with("$argon2id$"), "{text}");
    let account = format!("ada:operator:{}", text.trim());
    let settings = run(shop("--print-settings --web-account").arg(account)).expect(0).stdout;
    assert!(settings.contains("web-account") && !settings.contains("argon2"), "{settings}");
}
