//! The monitor of a database against servers on loopback that misbehave, and against one that
//! answers as it is told. A real one is asked by `cargo xtask postgres`.
#![cfg(target_os = "linux")]

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use katydid_core::{MarkKind, Monitored, Series};
use katydid_monitor::{Monitors, Source, What};

fn start(url: &str, timeout: Duration) -> Monitors {
    let url = url.parse().expect("it is an address");
    let what = What::Postgres(url);
    let every = Duration::from_millis(100);
    let source = Source { name: "db".to_owned(), what, every, timeout };
    Monitors::start(vec![source], &Arc::default())
}

/// Watches until what was seen is `enough`; then to the end.
fn watch(url: &str, timeout: Duration, enough: impl Fn(&Monitored) -> bool) -> Monitored {
    let mut monitors = start(url, timeout);
    let end = Instant::now() + Duration::from_mins(1);
    while !monitors.monitored().first().is_some_and(&enough) {
        assert!(Instant::now() < end, "{:?}", monitors.monitored());
        std::thread::park_timeout(Duration::from_millis(10));
        monitors.drain();
    }
    monitors.finish().0.remove(0)
}

/// A server that does `serve` with each connection; its port.
fn server(serve: impl Fn(TcpStream) + Send + 'static) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("there is a free port");
    let port = listener.local_addr().expect("it is bound").port();
    std::thread::spawn(move || listener.incoming().flatten().for_each(&serve));
    port
}

/// The first fault of a monitor of what listens there, without the port.
fn fault(port: u16, parameters: &str) -> String {
    let url = format!("postgres://me:geheim@127.0.0.1:{port}/shop{parameters}");
    let seen = watch(&url, Duration::from_millis(500), |seen| !seen.marks.is_empty());
    assert!(!seen.has_data(), "{seen:?}");
    assert_eq!(seen.marks[0].kind, MarkKind::Fault);
    let text = seen.marks[0].text.replace(&port.to_string(), "PORT");
    assert!(!text.contains("geheim"), "{text}");
    text
}

/// A message of a server.
fn message(tag: u8, body: &[u8]) -> Vec<u8> {
    let length = (body.len() as u32 + 4).to_be_bytes();
    [&[tag], &length[..], body].concat()
}

fn error(severity: &str, code: &str, text: &str) -> Vec<u8> {
    message(b'E', format!("S{severity}\0V{severity}\0C{code}\0M{text}\0\0").as_bytes())
}

fn ready() -> Vec<u8> {
    message(b'Z', b"I")
}

/// Reads a message without a tag, as clients begin.
fn opening(stream: &mut TcpStream) -> Vec<u8> {
    let mut length = [0; 4];
    if stream.read_exact(&mut length).is_err() {
        return Vec::new();
    }
    let mut body = vec![0; u32::from_be_bytes(length) as usize - 4];
    stream.read_exact(&mut body).expect("it is whole");
    body
}

#[test]
fn who_hangs_closes_or_is_somebody_else_is_told_in_time() {
    let silent = server(|mut stream| {
        opening(&mut stream);
        std::thread::park_timeout(Duration::from_mins(1));
    });
    let begin = Instant::now();
    insta::assert_snapshot!(fault(silent, ""), @"it did not answer within 500 ms");
    assert!(begin.elapsed() < Duration::from_secs(20));
    let closing = server(drop);
    insta::assert_snapshot!(fault(closing, "?sslmode=disable"), @"it closed the connection");
    let web = |mut stream: TcpStream| {
        let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n");
        let _ = stream.read(&mut [0; 100]);
    };
    insta::assert_snapshot!(fault(server(web), ""), @"what answers at 127.0.0.1:PORT is no PostgreSQL");
    insta::assert_snapshot!(fault(server(web), "?sslmode=disable"), @"what answers at 127.0.0.1:PORT is no PostgreSQL");
    let huge = |mut stream: TcpStream| {
        let _ = stream.write_all(b"R\x7f\xff\xff\xff");
        let _ = stream.read(&mut [0; 100]);
    };
    insta::assert_snapshot!(fault(server(huge), "?sslmode=disable"), @"what answers at 127.0.0.1:PORT is no PostgreSQL");
    let nobody = TcpListener::bind("127.0.0.1:0").expect("there is a free port");
    let port = nobody.local_addr().expect("it is bound").port();
    drop(nobody);
    insta::assert_snapshot!(fault(port, ""), @"nobody accepts connections at 127.0.0.1:PORT (Connection refused (os error 111)); does it run there?");
}

/// The fault after an answer to the opening.
fn refused(answer: Vec<u8>) -> String {
    let port = server(move |mut stream| {
        opening(&mut stream);
        let _ = stream.write_all(&answer);
        let _ = stream.read(&mut [0; 100]);
    });
    fault(port, "?sslmode=disable")
}

#[test]
fn a_refusal_is_told_with_the_next_step() {
    let fatal = |code, text| refused(error("FATAL", code, text));
    insta::assert_snapshot!(fatal("28P01", "password authentication failed"), @"it refuses the password of user `me`; look at the password in the URL");
    insta::assert_snapshot!(fatal("28000", "no pg_hba.conf entry for host"), @"it does not let user `me` in from here (no pg_hba.conf entry for host); its pg_hba.conf decides, which may also ask for TLS (sslmode=require)");
    insta::assert_snapshot!(fatal("3D000", "database \"shop\" does not exist"), @"it has no database `shop`; the path of the URL names it");
    insta::assert_snapshot!(fatal("42501", "permission denied for database"), @"user `me` may not look (permission denied for database); an administrator can GRANT that right, or the role pg_monitor");
    insta::assert_snapshot!(fatal("53300", "sorry, too many clients already"), @"it has no connection left for this monitor (sorry, too many clients already)");
    insta::assert_snapshot!(fatal("57P03", "the database system is starting up"), @"it takes no connections now (the database system is starting up)");
    insta::assert_snapshot!(fatal("XX000", "Tenant or\tuser not found"), @"it refuses to be looked at: Tenant or user not found (XX000)");
    insta::assert_snapshot!(refused(message(b'R', &7_u32.to_be_bytes())), @"it wants user `me` to log in by GSSAPI, which is not spoken here; let a role for monitoring log in by password (scram-sha-256)");
    let old = [message(b'R', &[0; 4]), message(b'S', b"server_version\x009.6.24\0"), ready()];
    insta::assert_snapshot!(refused(old.concat()), @"its version 9.6.24 is too old; 10 is needed");
}

#[test]
fn without_tls_there_is_no_connection_that_asks_for_it() {
    let port = server(|mut stream| {
        opening(&mut stream);
        let _ = stream.write_all(b"N");
        let _ = stream.read(&mut [0; 100]);
    });
    insta::assert_snapshot!(fault(port, "?sslmode=require"), @"it has no TLS, and sslmode asks for it; switch it on there, or write sslmode=disable where the network is yours");
    insta::assert_snapshot!(fault(port, "?sslmode=verify-full&sslrootcert=/nowhere.pem"), @"it has no TLS, and sslmode asks for it; switch it on there, or write sslmode=disable where the network is yours");
    let says_yes = server(|mut stream| {
        opening(&mut stream);
        let _ = stream.write_all(b"S");
        let _ = stream.read(&mut [0; 100]);
    });
    insta::assert_snapshot!(fault(says_yes, "?sslmode=verify-full&sslrootcert=/nowhere.pem"), @"sslrootcert of the URL cannot be used: /nowhere.pem: I/O error: No such file or directory (os error 2)");
}

/// A server that lets everybody in and answers each question as `answer` says, which is told how
/// many connections there were.
fn told(answer: impl Fn(usize, &str) -> Vec<u8> + Send + Sync + 'static) -> String {
    let connections = Mutex::new(0);
    let answer = Arc::new(answer);
    let port = server(move |mut stream| {
        let mut count = connections.lock().unwrap_or_else(PoisonError::into_inner);
        *count += 1;
        let (connection, answer) = (*count, Arc::clone(&answer));
        std::thread::spawn(move || {
            let opening = opening(&mut stream);
            let opening = String::from_utf8_lossy(&opening);
            assert!(opening.contains("application_name\0katydid\0"), "{opening}");
            let version = b"server_version\x0015.18 (Debian 15.18-0+deb12u1)\0";
            let hello = [message(b'R', &[0; 4]), message(b'S', version), ready()];
            let _ = stream.write_all(&hello.concat());
            let mut tag = [0];
            while stream.read_exact(&mut tag).is_ok() && tag == *b"Q" {
                let asked = self::opening(&mut stream);
                let answer = answer(connection, &String::from_utf8_lossy(&asked));
                let _ = stream.write_all(&answer);
            }
        });
    });
    format!("postgres://me@127.0.0.1:{port}/shop?sslmode=disable")
}

/// Rows as text: the first line names the columns.
fn rows(table: &[&[&str]]) -> Vec<u8> {
    let [names, rest @ ..] = table else { return ready() };
    let count = (names.len() as u16).to_be_bytes();
    let columns = names.iter().flat_map(|name| [name.as_bytes(), &[0; 19]].concat());
    let mut out = message(b'T', &[&count[..], &columns.collect::<Vec<u8>>()].concat());
    for row in rest {
        let values = row
            .iter()
            .flat_map(|value| [&(value.len() as u32).to_be_bytes()[..], value.as_bytes()].concat());
        out.extend(message(b'D', &[&count[..], &values.collect::<Vec<u8>>()].concat()));
    }
    out.extend(message(b'C', b"SELECT\0"));
    out.extend(ready());
    out
}

const LOOK: [&str; 20] = [
    "connections",
    "connections_database",
    "active",
    "idle",
    "idle_in_transaction",
    "hidden",
    "locks_waiting",
    "lock_wait_longest",
    "transaction_longest",
    "xact_commit",
    "xact_rollback",
    "deadlocks",
    "temp_bytes",
    "blks_hit",
    "blks_read",
    "connections_max",
    "connections_database_max",
    "sees_all",
    "role",
    "started",
];

/// A look of a database with work, deadlocks, and this start.
fn look(work: u64, deadlocks: u64, started: &str) -> Vec<u8> {
    let counts = [work * 10, work, deadlocks, work * 4_096, work * 90, work * 10];
    let [commits, rollbacks, dead, temp, hit, read] = counts.map(|count| count.to_string());
    let values = [
        "16", "12", "7", "2", "1", "2", "3", "1.5", "2.25", &commits, &rollbacks, &dead, &temp,
        &hit, &read, "17", "-1", "f", "me", started,
    ];
    rows(&[&LOOK, &values])
}

fn mark(seen: &Monitored, kind: MarkKind) -> Vec<&str> {
    seen.marks.iter().filter(|mark| mark.kind == kind).map(|mark| mark.text.as_str()).collect()
}

#[test]
fn what_a_database_says_becomes_series_and_its_slowest_statements_facts() {
    let asked = Arc::new(Mutex::new(Vec::<String>::new()));
    let noted = Arc::clone(&asked);
    let url = told(move |_, sql| {
        let mut asked = noted.lock().unwrap_or_else(PoisonError::into_inner);
        asked.push(sql.to_owned());
        let count = asked.len() as u64;
        let begun = asked.iter().filter(|sql| sql.contains("sum(s.calls)")).count();
        if sql.contains("pg_extension") {
            rows(&[&["version", "schema"], &["1.10", "extensions"]])
        } else if sql.contains("sum(s.calls)") && begun == 1 {
            rows(&[&["id", "calls", "millis"], &["-7", "100", "900"], &["8", "1", "1"]])
        } else if sql.contains("sum(s.calls)") {
            rows(&[
                &["id", "calls", "millis"],
                &["-7", "300", "1500"],
                &["8", "2", "1.5"],
                &["9", "9", "900"],
            ])
        } else if sql.contains("s.queryid IN (") {
            assert!(sql.contains("IN (9, -7)"), "{sql}");
            rows(&[
                &["id", "text"],
                &["9", "SELECT /* katydid */ ours"],
                &["-7", "UPDATE accounts SET pin = 'geheim'\n WHERE id = $1"],
            ])
        } else {
            look(count, 5 + u64::from(count > 4), "now")
        }
    });
    let seen = watch(&url, Duration::from_secs(5), |seen| {
        let work = seen.find("transactions").map_or(0, Series::count);
        work >= 3 && seen.marks.len() >= 2
    });
    let last = |name: &str| seen.find(name).and_then(Series::last);
    assert_eq!((last("connections"), last("connections_max")), (Some(16.0), Some(16.0)));
    assert_eq!((last("connections_used"), last("connections_database_used")), (Some(1.0), None));
    assert_eq!((last("locks_waiting"), last("lock_wait_longest")), (Some(3.0), Some(1.5)));
    assert_eq!((last("hidden"), last("transaction_longest")), (Some(2.0), Some(2.25)));
    assert_eq!((last("cache_hits"), last("deadlocks_total")), (Some(0.9), Some(1.0)));
    // Ten commits and a rollback each, of which one is the look's own.
    let (done, back) = (last("transactions").unwrap(), last("rollbacks").unwrap());
    assert!((done / back - 10.0).abs() < 0.01, "{done} {back}");
    let notes = mark(&seen, MarkKind::Note);
    assert_eq!(
        notes[0],
        "sessions of other roles hide their state and statements (series `hidden`); \
                          GRANT pg_monitor TO me shows them"
    );
    assert_eq!(notes[1], "deadlocks: 1 since the start");
    let rest = notes[2..].join("\n");
    let first = "statement 1 by time: UPDATE accounts SET pin = '***' WHERE id = $1 (600 ms in 200 \
                 calls, 3 ms each, ";
    assert!(rest.starts_with(first), "{rest}");
    assert!(!rest.contains("statement 2"), "it had less than 1 % of the time: {rest}");
    assert!(!rest.contains("ours") && !rest.contains("geheim"), "{rest}");
    for sql in asked.lock().unwrap().iter() {
        assert!(sql.starts_with("BEGIN /* katydid */ READ ONLY; SET "), "{sql}");
        assert!(sql.contains("LOCAL statement_timeout = "), "{sql}");
    }
}

#[test]
fn a_lost_connection_is_made_again_and_a_restart_is_marked() {
    let url = told(|connection, sql| {
        let gone = error("FATAL", "57P01", "by an administrator");
        match (connection, sql.contains("pg_extension")) {
            (1, true) => [rows(&[&["version", "schema"]]), gone].concat(),
            (1, false) => look(1, 0, "monday"),
            _ => look(1, 0, "tuesday"),
        }
    });
    let seen =
        watch(&url, Duration::from_secs(5), |seen| !mark(seen, MarkKind::Restart).is_empty());
    assert_eq!(mark(&seen, MarkKind::Restart), ["the server was started again"]);
    let told: Vec<&str> = seen.marks.iter().map(|mark| mark.text.as_str()).collect();
    insta::assert_snapshot!(told.join("\n"), @r#"
    sessions of other roles hide their state and statements (series `hidden`); GRANT pg_monitor TO me shows them
    the slowest statements will not be told: pg_stat_statements is not installed in this database
    it ended the connection (by an administrator); it has a new one
    the server was started again
    "#);
}

#[test]
fn what_may_not_be_asked_is_told_and_asked_again_over_the_same_connection() {
    let url = told(|connection, sql| {
        assert_eq!(connection, 1);
        if sql.starts_with("ROLLBACK") {
            return ready();
        }
        let refusal = error("ERROR", "42501", "permission denied for view pg_locks");
        [refusal, message(b'Z', b"E")].concat()
    });
    let seen = watch(&url, Duration::from_secs(5), |seen| !seen.marks.is_empty());
    insta::assert_snapshot!(mark(&seen, MarkKind::Fault).join("\n"), @"user `me` may not look (permission denied for view pg_locks); an administrator can GRANT that right, or the role pg_monitor");
}
