//! The binary: accounts by the dozen, wrong settings, and an orderly end.

use std::{
    io::{BufRead, BufReader},
    net::TcpListener,
    path::Path,
    process::{Child, Command, Output, Stdio},
};

use serde_json::json;

use crate::app::TestApp;

fn command(dir: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tts-reader"));
    // Nothing of the developer's own settings may reach the test.
    command.env_clear().current_dir(dir).stdin(Stdio::null());
    command
}

fn run(dir: &Path, args: &[&str], env: &[(&str, &str)]) -> Output {
    command(dir).args(args).envs(env.iter().copied()).output().unwrap()
}

fn said(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

#[tokio::test]
async fn accounts_are_made_used_and_removed_exactly() {
    let app = TestApp::start().await;
    let stranger = app.account("PRO", 5).await;
    let (data, dir) = (app.path().to_owned(), tempfile::tempdir().unwrap());
    let (data, database) = (data.to_str().unwrap(), app.home.database());
    let env = [("DATABASE_URL", database.as_str())];
    let create = |out: &str| {
        let args = ["accounts", "create", "--count", "12", "--tier", "premium", "--credits", "7"];
        run(dir.path(), &[&args[..], &["--out", out, "--data", data]].concat(), &env)
    };
    let made = create("users.csv");
    assert!(made.status.success(), "{}", said(&made.stderr));
    assert!(said(&made.stdout).starts_with("12 accounts made at "), "{}", said(&made.stdout));
    let file = std::fs::read_to_string(dir.path().join("users.csv")).unwrap();
    assert!(file.starts_with("username,password,email,user_id,tier,credits,batch\n"), "{file}");
    let again = create("users.csv");
    assert!(said(&again.stdout).contains("are there already"), "{}", said(&again.stdout));
    assert_eq!(std::fs::read_to_string(dir.path().join("users.csv")).unwrap(), file);
    let rows: Vec<Vec<&str>> = file.lines().skip(1).map(|row| row.split(',').collect()).collect();
    assert_eq!(rows.len(), 12);
    let (name, password) = (rows[11][0], rows[11][1]);
    let token = app.login(name, password).await;
    let user = crate::app::User { username: name.into(), password: password.into(), token };
    let seen = app.get_as(&user, "/api/user").await.json;
    assert_eq!((&seen["tier"], &seen["credit_balance"]), (&json!("PREMIUM"), &json!(7)));
    app.synthesize(&user, "Hello.").await.expect_status(200);
    let audio = app.path().join("users").join(rows[11][3]);
    assert!(audio.exists());

    let with = |words: &[&str]| {
        run(
            dir.path(),
            &[&["accounts"], words, &["--file", "users.csv", "--data", data]].concat(),
            &env,
        )
    };
    assert!(with(&["top-up", "--credits", "5"]).status.success());
    assert_eq!(app.balance(&user).await, 11);
    assert!(with(&["reset-credits"]).status.success());
    assert_eq!(app.balance(&user).await, 7);
    let unasked = with(&["remove"]);
    assert_eq!(unasked.status.code(), Some(2), "nobody can be asked");
    assert!(said(&unasked.stderr).contains("say --yes"), "{}", said(&unasked.stderr));
    let remove = || with(&["remove", "--yes"]);
    assert!(said(&remove().stdout).starts_with("12 accounts removed at "));
    assert!(!audio.exists());
    app.get_as(&user, "/api/user").await.expect_status(401);
    assert_eq!(app.balance(&stranger).await, 5);
    let again = remove();
    assert!(again.status.success());
    let words = said(&again.stdout);
    assert!(words.starts_with("nothing left to remove: no account of users.csv"), "{words}");
}

/// Nobody listens there.
const PG_AWAY: &str = "postgres://u:pw@127.0.0.1:1/x";

/// Arguments, environment, exit code, and words on stderr.
type Case<'a> = (&'a [&'a str], &'a [(&'a str, &'a str)], i32, &'a str);

/// What this binary was not built with is not done without a word.
#[cfg(not(any(feature = "s3", feature = "polly")))]
#[test]
fn what_is_off_by_default_says_how_to_build_it() {
    let dir = tempfile::tempdir().unwrap();
    let s3 = [("STORAGE", "s3"), ("S3_BUCKET_NAME", "tts")];
    for (env, feature) in [(&s3[..], "s3"), (&[("SPEECH_ENGINE", "polly")], "polly")] {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tts-reader"));
        command.args(["serve", "--bind", "127.0.0.1:0", "--data"]).arg(dir.path());
        command.envs([("AWS_ACCESS_KEY_ID", "AKID"), ("AWS_SECRET_ACCESS_KEY", "hush")]);
        let output = command.envs(env.iter().copied()).output().unwrap();
        let told = String::from_utf8(output.stderr).unwrap();
        let how = format!("cargo build --release -p tts-reader --features {feature}`");
        assert!(output.status.code() == Some(1) && told.contains(&how), "{told}");
        assert!(!told.contains("hush"), "{told}");
    }
}

#[test]
fn wrong_settings_are_refused_with_the_next_step() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("file"), "in the way").unwrap();
    std::fs::write(dir.path().join("bad.csv"), "name,word\na,b\n").unwrap();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().to_string();
    let cases: &[Case<'_>] = &[
        (&["serve", "--bnid", "x"], &[], 2, "a similar argument exists: '--bind'"),
        (&["srve"], &[], 2, "a similar subcommand exists: 'serve'"),
        (&["serve", "--bind", "nowhere"], &[], 2, "invalid value 'nowhere' for '--bind"),
        (&["serve", "--bind", &port], &[], 2, "choose another port with --bind"),
        (&["serve", "--dev"], &[("ENVIRONMENT", "production")], 2, "leave one of the two out"),
        (&["serve"], &[("JWT_SECRET_KEY", "short")], 2, "JWT_SECRET_KEY has 5 characters"),
        (&["serve"], &[("SPEECH_QUEUES", "9")], 2, "did you mean SPEECH_QUEUE?"),
        (&["accounts", "remove", "--prefix", "team"], &[("FAULT_X", "9")], 2, "FAULT_X is set and"),
        (&["serve"], &[("SPEECH_QUEUE", "many")], 2, "SPEECH_QUEUE=many is not a whole number"),
        (
            &["serve", "--bind", "127.0.0.1:0", "--data", "file"],
            &[],
            1,
            "another directory with --data",
        ),
        (
            &["serve", "--bind", "127.0.0.1:0", "--database", "file"],
            &[],
            1,
            "file is not a database",
        ),
        (&["accounts", "remove", "--file", "no.csv"], &[], 2, "cannot read no.csv"),
        (&["accounts", "remove", "--file", "bad.csv"], &[], 2, "that `accounts create` wrote"),
        (&["accounts", "create", "--count", "0", "--out", "x.csv"], &[], 2, "0 is not in 1..="),
        (
            &["accounts", "create", "--count", "1", "--tier", "GOLD", "--out", "x.csv"],
            &[],
            2,
            "FREE, LIGHT, PREMIUM, PRO",
        ),
        (&["accounts", "remove", "--prefix", "team"], &[], 2, "there is no database at"),
        (
            &["accounts", "create", "--count", "1", "--out", "x.csv", "--database", "file"],
            &[],
            2,
            "is not the data directory of a tts-reader",
        ),
    ];
    refused(dir.path(), cases);
}

#[test]
fn a_database_that_cannot_be_used_is_refused_without_its_password() {
    let dir = tempfile::tempdir().unwrap();
    let serve = |url| ["serve", "--bind", "127.0.0.1:0", "--database", url];
    let remove = ["accounts", "remove", "--prefix", "team", "--database", PG_AWAY];
    let away = "database postgres://u@127.0.0.1:1/x: Connection refused";
    refused(
        dir.path(),
        &[
            (&serve("postgres://u:pw@db"), &[], 2, "…@db: the database's name is missing"),
            (&serve("oracle://u:pw@db/x"), &[], 2, "unknown scheme `oracle`"),
            (&serve(PG_AWAY), &[], 1, away),
            (&remove, &[], 1, "is the server running, and is the address right?"),
        ],
    );
}

fn refused(dir: &Path, cases: &[Case<'_>]) {
    for (args, env, code, words) in cases {
        let output = run(dir, args, env);
        let text = said(&output.stderr);
        assert_eq!(output.status.code(), Some(*code), "{args:?}: {text}");
        assert!(text.contains(words), "{args:?}: {text}");
        assert!(!text.contains("panicked") && !text.contains("pw@"), "{args:?}: {text}");
    }
}

#[test]
fn licences_of_the_voice_data_come_with_the_binary() {
    let dir = tempfile::tempdir().unwrap();
    let text = said(&run(dir.path(), &["licenses"], &[]).stdout);
    assert!(text.contains("Carnegie Mellon") && text.contains("Apache License"));
}

/// Ends the service when a test fails half-way.
struct Service(Child);

impl Drop for Service {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[cfg(unix)]
#[test]
fn serve_warns_of_what_is_open_and_ends_in_order_on_sigterm() {
    let dir = tempfile::tempdir().unwrap();
    let child = command(dir.path())
        .args(["serve", "--bind", "0.0.0.0:0", "--dev"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut service = Service(child);
    let mut line = String::new();
    BufReader::new(service.0.stdout.take().unwrap()).read_line(&mut line).unwrap();
    assert!(line.starts_with("tts-reader listens on http://0.0.0.0:"), "{line}");
    let port = line.trim().rsplit_once(':').unwrap().1;
    let health = || run(dir.path(), &["health"], &[("HOST", "0.0.0.0"), ("PORT", port)]);
    let well = health();
    assert!(well.status.success(), "{}", said(&well.stderr));
    assert_eq!(said(&well.stdout), format!("127.0.0.1:{port} is healthy\n"));
    let killed = Command::new("kill").args(["-TERM", &service.0.id().to_string()]).status();
    assert!(killed.unwrap().success());
    assert!(service.0.wait().unwrap().success());
    let gone = health();
    assert_eq!(gone.status.code(), Some(1));
    assert!(said(&gone.stderr).contains("no service answers on 127.0.0.1:"));
    let log = std::io::read_to_string(service.0.stderr.take().unwrap()).unwrap();
    assert!(log.contains("can be reached from other machines"), "{log}");
    assert!(log.contains("anybody on the network can make accounts"), "{log}");
    let audit = dir.path().join("tts-reader-data/tts_api_audit.log");
    assert!(std::fs::read_to_string(audit).unwrap().contains("Service stopped"));
}

#[cfg(unix)]
#[test]
fn a_leak_on_purpose_is_named_and_real() {
    let dir = tempfile::tempdir().unwrap();
    let child = command(dir.path())
        .args(["serve", "--bind", "127.0.0.1:0"])
        .env("FAULT_LEAK_BYTES_PER_REQUEST", "1048576")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut service = Service(child);
    let mut line = String::new();
    BufReader::new(service.0.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let address = line.trim().strip_prefix("tts-reader listens on http://").unwrap();
    let statm = format!("/proc/{}/statm", service.0.id());
    let pages = || -> u64 {
        let text = std::fs::read_to_string(&statm).unwrap();
        text.split(' ').nth(1).unwrap().parse().unwrap()
    };
    let get = || {
        let mut stream = std::net::TcpStream::connect(address).unwrap();
        let request = b"GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";
        std::io::Write::write_all(&mut stream, request).unwrap();
        assert!(std::io::read_to_string(stream).unwrap().starts_with("HTTP/1.1 200"));
    };
    get();
    let before = pages();
    (0..30).for_each(|_| get());
    assert!(pages() >= before + 30 * 256, "30 MiB are kept");
    service.0.kill().unwrap();
    let log = std::io::read_to_string(service.0.stderr.take().unwrap()).unwrap();
    assert!(log.contains("leaks 1048576 bytes with every request, on purpose"), "{log}");
}
