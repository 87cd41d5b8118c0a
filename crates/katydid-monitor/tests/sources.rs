//! What monitors see and say through the public door: real sockets on loopback, files, commands.
#![cfg(target_os = "linux")]

use std::fs::{self, File, OpenOptions};
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use katydid_core::{MarkKind, Monitored, Series};
use katydid_monitor::{Monitors, Source, What, Which};
use regex::bytes::Regex;
use url::Url;

/// Watches until what was seen is `enough`.
fn watch(what: What, enough: impl Fn(&Monitored) -> bool) -> Monitored {
    watch_within(Duration::from_secs(20), what, enough)
}

fn watch_within(timeout: Duration, what: What, enough: impl Fn(&Monitored) -> bool) -> Monitored {
    let every = Duration::from_millis(100);
    let source = Source { name: "it".to_owned(), what, every, timeout };
    let mut monitors = Monitors::start(vec![source], &Arc::default());
    let end = Instant::now() + Duration::from_mins(1);
    loop {
        monitors.drain();
        if let Some(seen) = monitors.monitored().first().filter(|seen| enough(seen)) {
            return seen.clone();
        }
        assert!(Instant::now() < end, "{:?}", monitors.monitored());
        std::thread::park_timeout(Duration::from_millis(10));
    }
}

fn first_mark(what: What) -> (MarkKind, String) {
    let seen = watch(what, |seen| !seen.marks.is_empty());
    assert!(!seen.has_data(), "{seen:?}");
    (seen.marks[0].kind, seen.marks[0].text.clone())
}

/// The first mark of what takes longer than it may.
fn late(what: What) -> (MarkKind, String) {
    let seen = watch_within(Duration::from_millis(300), what, |seen| !seen.marks.is_empty());
    (seen.marks[0].kind, seen.marks[0].text.clone())
}

fn has(seen: &Monitored, series: &str) -> bool {
    seen.find(series).is_some_and(|series| series.count() > 0)
}

/// A server on a free port that does `answer` with each connection after its request.
fn server(answer: impl Fn(&mut TcpStream) + Send + 'static) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").expect("there is a free port");
    let address = listener.local_addr().expect("it is bound");
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let mut buffer = [0; 1_024];
            let _ = stream.read(&mut buffer);
            answer(&mut stream);
        }
    });
    address
}

fn says(text: impl Into<Vec<u8>>) -> SocketAddr {
    let text = text.into();
    server(move |stream| {
        let _ = stream.write_all(&text);
    })
}

fn page(body: &str) -> String {
    format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{body}", body.len())
}

fn url(address: SocketAddr) -> Url {
    format!("http://{address}/metrics").parse().expect("it is an address")
}

fn prometheus(address: SocketAddr, series: &str) -> What {
    What::Prometheus { url: url(address), series: vec![series.parse().expect("it is a series")] }
}

#[test]
fn the_machine_is_seen() {
    let seen = watch(What::Machine(".".into()), |seen| has(seen, "cpu_busy") && has(seen, "load"));
    let share = |name: &str| seen.find(name).and_then(Series::max).expect("it was seen");
    for name in ["cpu_busy", "memory_used", "disk_used"] {
        assert!((0.0..=1.0).contains(&share(name)), "{name}");
    }
    assert!(share("memory_available") > 1e6);
}

#[test]
fn a_process_is_seen_by_its_port_and_its_end_is_marked() {
    let script = "import http.server as h; s = h.HTTPServer(('127.0.0.1', 0), h.\
                  BaseHTTPRequestHandler); print(s.server_port, flush=True); s.serve_forever()";
    let mut command = std::process::Command::new("python3");
    command.args(["-c", script]).stdout(std::process::Stdio::piped());
    let mut child = command.spawn().expect("there is a python3");
    let mut out = std::io::BufReader::new(child.stdout.take().expect("it is piped"));
    let mut line = String::new();
    std::io::BufRead::read_line(&mut out, &mut line).expect("it says its port");
    let port = line.trim().parse().expect("it is a port");
    let source = Source {
        name: "it".to_owned(),
        what: What::Process(Which::Port(port)),
        every: Duration::from_millis(100),
        timeout: Duration::from_secs(2),
    };
    let mut monitors = Monitors::start(vec![source], &Arc::default());
    let mut until = |enough: &dyn Fn(&Monitored) -> bool| {
        while !monitors.monitored().first().is_some_and(enough) {
            std::thread::park_timeout(Duration::from_millis(10));
            monitors.drain();
        }
        monitors.monitored()[0].clone()
    };
    let seen = until(&|seen| has(seen, "cpu"));
    assert!(seen.find("rss").and_then(Series::max).expect("it was seen") > 1e6);
    child.kill().expect("it runs");
    child.wait().expect("it is ours");
    let seen = until(&|seen| !seen.marks.is_empty());
    assert_eq!(seen.marks[0].kind, MarkKind::Down);
    assert!(seen.marks[0].text.contains("ended"), "{:?}", seen.marks);
    assert_eq!(first_mark(What::Process(Which::Port(port))).0, MarkKind::Fault);
}

#[test]
fn a_process_that_is_none_is_told() {
    let named = |name: &str| first_mark(What::Process(Which::Name(name.to_owned()))).1;
    assert!(named("no-such-program").starts_with("no process named no-such-program runs"));
}

#[test]
fn counters_of_an_endpoint_become_rates_and_a_reset_is_a_restart() {
    let count = std::sync::atomic::AtomicU64::new(1_000);
    let address = server(move |stream| {
        let next = count.fetch_add(500, std::sync::atomic::Ordering::Relaxed);
        let next = if next > 3_000 { next - 3_000 } else { next };
        let _ = stream.write_all(page(&format!("# TYPE a counter\na_total {next}\n")).as_bytes());
    });
    let seen = watch(prometheus(address, "a_total"), |seen| {
        has(seen, "a_total") && !seen.marks.is_empty()
    });
    assert_eq!(seen.marks[0].kind, MarkKind::Restart);
    assert!(seen.find("a_total").and_then(Series::min).expect("it was seen") > 0.0);
}

#[test]
fn bodies_in_chunks_are_read() {
    let text =
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\na \r\n3\r\n42\n\r\n0\r\n\r\n";
    let seen = watch(prometheus(says(text), "a"), |seen| has(seen, "a"));
    assert_eq!(seen.find("a").and_then(Series::last), Some(42.0));
}

#[test]
fn each_fault_of_an_endpoint_has_its_words() {
    let told = |address| first_mark(prometheus(address, "a"));
    let hangs = server(|stream| {
        let _ = stream.set_read_timeout(Some(Duration::from_secs(5)));
        let _ = stream.read(&mut [0; 1]);
    });
    let endless = server(|stream| {
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n");
        // Until the other side has enough.
        while stream.write_all(&[b'#'; 8_192]).is_ok() {}
    });
    let closed = {
        let listener = TcpListener::bind("127.0.0.1:0").expect("there is a free port");
        listener.local_addr().expect("it is bound")
    };
    let cut = says("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\na 1\n");
    let huge = says("HTTP/1.1 200 OK\r\nContent-Length: 100000000\r\n\r\na 1\n");
    let words = [
        late(prometheus(hangs, "a")),
        told(endless),
        told(cut),
        told(huge),
        told(says("")),
        told(says("SSH-2.0-x\r\n\r\n")),
        told(says("HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n")),
        told(says(page("<html></html>"))),
        told(says(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n\xff\xfe".to_vec())),
        told(says(page("ab 1\n"))),
        told(closed),
    ];
    let words: Vec<String> =
        words.into_iter().map(|(kind, text)| format!("{kind:?}: {text}")).collect();
    insta::assert_snapshot!(words.join("\n"), @"
    Fault: it did not answer within 300 ms
    Fault: its answer has more than 8.39 MB
    Fault: it closed the connection before its answer was complete
    Fault: its answer has more than 8.39 MB
    Fault: it closed the connection before its answer was complete
    Fault: it answered with what is no HTTP
    Fault: it answered 500
    Fault: line 1 is no Prometheus text: `<html></html>`
    Fault: it answered with what is no text
    Fault: it has no series `a`; did you mean `ab`?
    Fault: no connection: Connection refused (os error 111)
    ");
}

#[test]
fn a_service_that_goes_down_and_comes_back_is_marked() {
    let count = std::sync::atomic::AtomicU64::new(0);
    let address = server(move |stream| {
        let status = match count.fetch_add(1, std::sync::atomic::Ordering::Relaxed) {
            2 | 3 => "503 Busy",
            _ => "200 OK",
        };
        let text = format!("HTTP/1.1 {status}\r\nContent-Length: 0\r\n\r\n");
        let _ = stream.write_all(text.as_bytes());
    });
    let seen = watch(What::Health(url(address)), |seen| seen.marks.len() >= 2);
    let marks: Vec<&str> = seen.marks.iter().map(|mark| mark.text.as_str()).collect();
    assert_eq!(marks[..2], ["down: it answered 503", "up again"]);
    let up = seen.find("up").expect("it was seen");
    assert_eq!((up.min(), up.max()), (Some(0.0), Some(1.0)));
    assert!(has(&seen, "time"));
}

fn log(path: &Path) -> What {
    let errors = Regex::new("ERROR|CRITICAL").expect("it is a pattern");
    What::Log { path: path.to_owned(), errors }
}

fn append(path: &Path, text: &[u8]) {
    let mut file = OpenOptions::new().append(true).create(true).open(path).expect("it opens");
    file.write_all(text).expect("there is room");
}

#[test]
fn a_log_is_read_from_its_end_through_rotation_and_cuts() {
    let folder = tempfile::tempdir().expect("there is room");
    let path = folder.path().join("app.log");
    append(&path, b"ERROR old\n");
    let source = Source {
        name: "log".to_owned(),
        what: log(&path),
        every: Duration::from_millis(100),
        timeout: Duration::from_secs(2),
    };
    let mut monitors = Monitors::start(vec![source], &Arc::default());
    let mut until = |wanted: f64| {
        let end = Instant::now() + Duration::from_mins(1);
        loop {
            monitors.drain();
            let seen = monitors.monitored().first();
            let found = seen.and_then(|seen| seen.find("errors_total")).and_then(Series::last);
            if found == Some(wanted) {
                break;
            }
            assert!(Instant::now() < end, "{seen:?}");
            std::thread::park_timeout(Duration::from_millis(10));
        }
        monitors.monitored()[0].clone()
    };
    until(0.0);
    append(&path, b"INFO fine\nERROR user 12345 lost\nERROR user 67890 lost\nERROR half");
    until(2.0);
    append(&path, b" done\n\xff\x00 CRITICAL \x1b[31m\n");
    until(4.0);
    fs::rename(&path, folder.path().join("app.log.1")).expect("it is there");
    append(&path, b"ERROR after rotation\n");
    until(5.0);
    File::options().write(true).open(&path).and_then(|it| it.set_len(0)).expect("it opens");
    // Until the cut has been seen a new line could be taken for the old one.
    while !monitors.monitored()[0].marks.iter().any(|mark| mark.kind == MarkKind::Note) {
        std::thread::park_timeout(Duration::from_millis(10));
        monitors.drain();
    }
    append(&path, b"ERROR after the cut\n");
    std::thread::park_timeout(Duration::from_millis(1));
    let (monitored, _) = monitors.finish();
    let seen = &monitored[0];
    assert_eq!(seen.find("errors_total").and_then(Series::last), Some(6.0));
    let marks: Vec<&str> = seen.marks.iter().map(|mark| mark.text.as_str()).collect();
    let wanted = [
        "ERROR user 12345 lost",
        "ERROR half done",
        "\u{fffd}  CRITICAL  [31m",
        "ERROR after rotation",
        "the file was cut and is read from its beginning",
        "ERROR after the cut",
    ];
    assert_eq!(marks, wanted);
}

#[test]
fn what_is_secret_in_a_log_is_not_told() {
    let folder = tempfile::tempdir().expect("there is room");
    let path = folder.path().join("app.log");
    append(&path, b"");
    let writer = path.clone();
    let seen = watch(log(&path), move |seen| {
        if has(seen, "errors_total") && seen.marks.is_empty() {
            append(&writer, b"ERROR login failed: password=hunter2\n");
        }
        !seen.marks.is_empty()
    });
    assert_eq!(seen.marks[0].text, "ERROR login failed: password=***");
}

#[test]
fn a_log_that_is_not_there_is_told_and_read_when_it_comes() {
    let folder = tempfile::tempdir().expect("there is room");
    let path = folder.path().join("late.log");
    let (kind, text) = first_mark(log(&path));
    assert_eq!((kind, text), (MarkKind::Fault, format!("there is no file {}", path.display())));
    assert!(first_mark(log(folder.path())).1.ends_with("it is no file"));
}

fn command(script: &str) -> What {
    What::Command(["sh", "-c", script].map(ToOwned::to_owned).to_vec())
}

#[test]
fn what_a_command_prints_is_read() {
    let seen = watch(command("echo queue 3; echo '# x'; echo junk"), |seen| {
        has(seen, "queue") && !seen.marks.is_empty()
    });
    assert_eq!(seen.marks[0].text, "line 3 is no `name value`: `junk`");
}

#[test]
fn each_fault_of_a_command_has_its_words() {
    let told = |script| first_mark(command(script)).1;
    let words = [
        told("cat"),
        told("yes 2>/dev/null"),
        told("echo no such service >&2; exit 3"),
        late(command("sleep 60")).1,
        told("kill -9 $$"),
        first_mark(What::Command(vec!["/no/such/program".to_owned()])).1,
    ];
    insta::assert_snapshot!(words.join("\n"), @"
    it printed no `name value` line
    it prints more than 65.5 kB
    `sh` failed (exit status: 3): no such service
    it did not end within 300 ms
    `sh` failed (signal: 9 (SIGKILL)): no text
    `/no/such/program` cannot be started: No such file or directory (os error 2)
    ");
}

#[test]
fn what_a_command_leaves_behind_holds_nobody_up_and_ends() {
    let folder = tempfile::tempdir().expect("there is room");
    let pid = folder.path().join("pid");
    let script = format!("sleep 60 & echo $! > {}; echo queue 3", pid.display());
    watch(command(&script), |seen| has(seen, "queue"));
    let pid = fs::read_to_string(&pid).expect("it was written");
    let end = Instant::now() + Duration::from_mins(1);
    while fs::read_to_string(format!("/proc/{}/stat", pid.trim()))
        .is_ok_and(|it| !it.contains(") Z "))
    {
        assert!(Instant::now() < end, "{pid} still runs");
        std::thread::park_timeout(Duration::from_millis(10));
    }
}

#[test]
fn a_control_group_of_version_2_is_read_and_others_are_told() {
    let folder = tempfile::tempdir().expect("there is room");
    let told = first_mark(What::Cgroup(folder.path().to_owned())).1;
    assert!(told.contains("is no control group of version 2"), "{told}");
    for (name, text) in [
        ("cpu.stat", "usage_usec 1000000\nuser_usec 1\nnr_throttled 0\nthrottled_usec 5\n"),
        ("memory.current", "1000000\n"),
        ("memory.max", "4000000\n"),
        ("pids.current", "7\n"),
    ] {
        fs::write(folder.path().join(name), text).expect("there is room");
    }
    let seen = watch(What::Cgroup(folder.path().to_owned()), |seen| has(seen, "cpu"));
    let last = |name: &str| seen.find(name).and_then(Series::last);
    assert_eq!(last("memory_used"), Some(0.25));
    assert_eq!((last("pids"), last("cpu_throttled")), (Some(7.0), Some(0.0)));
}

#[test]
fn who_hangs_at_the_end_is_left_behind() {
    let source = Source {
        name: "it".to_owned(),
        what: command("sleep 60"),
        every: Duration::from_secs(1),
        timeout: Duration::from_mins(1),
    };
    let monitors = Monitors::start(vec![source], &Arc::default());
    let begin = Instant::now();
    let (monitored, _) = monitors.finish();
    assert!(begin.elapsed() < Duration::from_secs(5));
    assert!(!monitored[0].has_data());
}
