//! `tts-load accounts` over HTTP and on a database: from making accounts to the last trace of them.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpListener;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::service::Service;
use super::{Ended, tts_load};

/// `tts-load accounts` with these words, and how it must end.
fn accounts(dir: &Path, words: &str, code: i32) -> Ended {
    let ended = tts_load(dir, &format!("accounts {words}"));
    assert_eq!(ended.code, Some(code), "{words}: {}", ended.text);
    ended
}

/// The rows of an accounts file: username, password, email, user_id, tier, credits, batch.
fn rows(dir: &Path, file: &str) -> Vec<Vec<String>> {
    let mut reader = csv::Reader::from_path(dir.join(file)).unwrap();
    let rows = reader.records().map(Result::unwrap);
    rows.map(|row| row.iter().map(str::to_owned).collect()).collect()
}

#[test]
fn accounts_live_from_create_over_a_load_to_remove_and_no_other_is_touched() {
    let dir = tempfile::tempdir().unwrap();
    let dir = dir.path();
    let service = Service::start(&dir.join("data"), true);
    let to = format!("--target {}", service.url);
    let neighbour = service.neighbour("life_100");
    let create = |count: u32| {
        let words = "--tier premium --credits 500 --prefix life --out a.csv";
        accounts(dir, &format!("create --count {count} {words} {to}"), 0).text
    };
    assert!(create(4).starts_with(&format!("4 accounts made at {}; a.csv now has", service.url)));
    assert!(create(6).starts_with(&format!("2 accounts made at {}, 4 were there", service.url)));
    let told = create(6);
    assert!(told.starts_with("6 accounts (life_000 to life_005) are there already"), "{told}");
    let made = rows(dir, "a.csv");
    assert_eq!(made.len(), 6);
    assert_eq!(made[5][4..], ["PREMIUM", "500", "life"]);
    assert!(!told.contains(&made[0][1]), "a password is told");

    let load =
        format!("HeavyTTSUser --headless -u 6 -r 6 -t 5s -H {} --accounts a.csv", service.url);
    let ended = tts_load(dir, &load);
    assert_eq!(ended.code, Some(0), "{}", ended.text);
    let audio: Vec<PathBuf> = made
        .iter()
        .map(|row| dir.join("data/users").join(&row[3]))
        .filter(|d| d.exists())
        .collect();
    assert!(!audio.is_empty(), "somebody has spoken");

    let before = service.balance(&made[0][0], &made[0][1]);
    let topped = accounts(dir, &format!("top-up --credits 25 --file a.csv {to}"), 0).text;
    assert!(topped.starts_with("6 accounts (life_000 to life_005) topped up by 25"), "{topped}");
    assert_eq!(service.balance(&made[0][0], &made[0][1]), before + 25);
    accounts(dir, &format!("reset-credits --prefix life {to}"), 0);
    for row in &made {
        assert_eq!(service.balance(&row[0], &row[1]), 500, "{}", row[0]);
    }

    let unasked = accounts(dir, &format!("remove --file a.csv {to}"), 2).text;
    assert!(unasked.contains("Remove 6 accounts (life_000 to life_005)"), "{unasked}");
    assert!(unasked.contains("say --yes"), "{unasked}");
    assert_eq!(service.balance(&made[5][0], &made[5][1]), 500, "still there");
    let removed = accounts(dir, &format!("remove --yes --file a.csv {to}"), 0).text;
    assert!(removed.starts_with("6 accounts removed at "), "{removed}");
    let again = accounts(dir, &format!("remove --yes --file a.csv {to}"), 0).text;
    assert!(again.starts_with("nothing left to remove: no account of a.csv is at"), "{again}");
    assert!(audio.iter().all(|dir| !dir.exists()));
    assert!(neighbour.audio.exists(), "the neighbour's audio stays");
    assert_eq!(service.balance(&neighbour.username, &neighbour.password), neighbour.credits);
}

#[test]
fn the_lasting_account_is_that_of_the_guide_and_goes_only_by_its_own_flag() {
    let dir = tempfile::tempdir().unwrap();
    let dir = dir.path();
    let service = Service::start(&dir.join("data"), true);
    let to = format!("--target {}", service.url);
    accounts(dir, &format!("create --persistent --out user.csv {to}"), 0);
    let row = rows(dir, "user.csv").remove(0);
    assert_eq!(row[0], "loadtest_user");
    assert_eq!(row[2], "loadtest_user@example.com");
    assert_eq!(row[4..], ["PRO", "1000000", "loadtest_user"]);
    assert_eq!(service.balance(&row[0], &row[1]), 1_000_000);

    // Another file would not have its password.
    let lost = accounts(dir, &format!("create --persistent --out other.csv {to}"), 2).text;
    assert!(lost.contains("other.csv does not have their passwords"), "{lost}");
    assert!(lost.contains("`accounts remove --persistent`"), "{lost}");
    assert!(!dir.join("other.csv").exists() && !dir.join("other.csv.part").exists());
    accounts(dir, &format!("create --persistent --force --out other.csv {to}"), 0);
    let renewed = rows(dir, "other.csv").remove(0);
    assert_eq!(renewed[3], row[3], "the same account");
    assert_ne!(renewed[1], row[1], "with a new password");
    assert_eq!(service.balance(&renewed[0], &renewed[1]), 1_000_000);
    accounts(dir, &format!("remove --prefix loadtest --yes {to}"), 0);
    assert_eq!(service.balance(&renewed[0], &renewed[1]), 1_000_000);
    let gone = accounts(dir, &format!("remove --persistent --yes {to}"), 0).text;
    assert!(gone.starts_with("1 account removed"), "{gone}");
}

#[test]
fn the_database_is_a_door_to_the_same_accounts() {
    let dir = tempfile::tempdir().unwrap();
    let dir = dir.path();
    let service = Service::start(&dir.join("data"), true);
    // As from another machine: the database alone is named, its directory has the audio.
    let at = "--database sqlite://data/tts-reader.db";
    accounts(dir, &format!("create --count 3 --credits 9 --prefix disk --out d.csv {at}"), 0);
    let row = rows(dir, "d.csv").remove(2);
    assert_eq!(service.balance(&row[0], &row[1]), 9);
    let over_http = format!("top-up --credits 1 --file d.csv --target {}", service.url);
    accounts(dir, &over_http, 0);
    assert_eq!(service.balance(&row[0], &row[1]), 10);
    service.speak(&row[0], &row[1]);
    let audio = dir.join("data/users").join(&row[3]);
    assert!(audio.exists());
    accounts(dir, &format!("reset-credits --file d.csv {at}"), 0);
    assert_eq!(service.balance(&row[0], &row[1]), 9);
    accounts(dir, &format!("remove --file d.csv --yes {at}"), 0);
    assert!(!audio.exists());
    assert_eq!(service.login(&row[0], &row[1]), None);
}

#[cfg(unix)]
#[test]
fn the_file_is_for_its_owner_and_never_lost() {
    use std::os::unix::fs::PermissionsExt as _;

    let dir = tempfile::tempdir().unwrap();
    let dir = dir.path();
    let at = "--database sqlite://data/tts-reader.db --data data";
    accounts(dir, &format!("create --count 2 --out a.csv {at}"), 0);
    let mode = std::fs::metadata(dir.join("a.csv")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let made = std::fs::read(dir.join("a.csv")).unwrap();
    let other = accounts(dir, &format!("create --count 2 --prefix other --out a.csv {at}"), 2).text;
    assert!(other.contains("has the only passwords of the batch `loadtest_"), "{other}");
    std::fs::write(dir.join("notes.txt"), "mine").unwrap();
    let notes = accounts(dir, &format!("create --count 2 --out notes.txt {at}"), 2).text;
    assert!(notes.contains("is no file of test accounts"), "{notes}");
    accounts(dir, &format!("create --count 2 --out nowhere/a.csv {at}"), 1);
    assert_eq!(std::fs::read(dir.join("a.csv")).unwrap(), made);
    assert_eq!(std::fs::read_to_string(dir.join("notes.txt")).unwrap(), "mine");
    accounts(dir, &format!("create --count 2 --prefix other --force --out a.csv {at}"), 0);
    assert_eq!(rows(dir, "a.csv")[1][0], "other_001");
}

#[test]
fn words_that_cannot_be_meant_are_refused_with_the_next_step() {
    let dir = tempfile::tempdir().unwrap();
    let dir = dir.path();
    std::fs::write(dir.join("bad.csv"), "name,word\na,b\n").unwrap();
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let create = "create --count 1 --out x.csv";
    for (words, told) in [
        ("creat --count 1", "a similar subcommand exists: 'create'"),
        ("create --count 0 --out x.csv --target http://h", "0 is not in 1..=100000"),
        ("create --count 1 --tier PRP --out x.csv --target http://h", "'PRO'"),
        ("create --count 1 --out x.csv --traget http://h", "'--target'"),
        (create, "name the running service with --target URL"),
        ("remove --target http://h", "--file <FILE>|--prefix <PREFIX>|--persistent"),
        ("remove --file no.csv --yes --target http://h", "cannot read no.csv"),
        ("remove --file bad.csv --yes --target http://h", "that `accounts create` wrote"),
        (&format!("{create} --target http://h --database sqlite://x"), "name two places"),
        (&format!("{create} --target http://h --data x"), "--data belongs to --database"),
        (&format!("{create} --target localhost:5000"), "write http://localhost:5000"),
        (&format!("{create} --target ftp://h"), "ftp is neither http nor https"),
        (&format!("{create} --target http://u:secret@h"), "a user name or password in it"),
        (&format!("{create} --target http://{free}"), "`tts-reader serve --dev`"),
        (&format!("{create} --database mysql://db/x"), "unknown scheme `mysql`"),
        ("remove --prefix team --yes --database sqlite://no.db", "there is no database at no.db"),
    ] {
        let text = accounts(dir, words, 2).text;
        assert!(text.contains(told), "{words}: {text}");
        assert!(!text.contains("secret"), "{words}: {text}");
    }
    let away = format!("{create} --database postgres://u:secret@127.0.0.1:1/x");
    let text = accounts(dir, &away, 1).text;
    assert!(text.contains("cannot use the database postgres://u@127.0.0.1:1/x: "), "{text}");
    assert!(text.contains("is the server running") && !text.contains("secret"), "{text}");
    assert!(!dir.join("x.csv").exists() && !dir.join("no.db").exists());
}

#[test]
fn a_target_that_makes_no_test_accounts_is_told_apart_from_one_that_is_no_tts_reader() {
    let dir = tempfile::tempdir().unwrap();
    let dir = dir.path();
    let plain = Service::start(&dir.join("data"), false);
    let html = "<html>It works!</html>";
    for (target, told) in [
        (plain.url.clone(), "start it with `tts-reader serve --dev` or LOAD_TEST_MODE=true"),
        (stranger("404 Not Found", html), "is not a TTS Reader: /api/dev/test-accounts is 404"),
        (stranger("200 OK", html), "is not a TTS Reader: its answer is not about"),
        (stranger("200 OK", "{}"), "is not a TTS Reader: its answer is not about"),
        (stranger("403 Forbidden", html), "answers 403: it does not say why"),
        (stranger("301 Moved\r\nlocation: https://elsewhere", ""), "sends on to https://elsewhere"),
    ] {
        let create = format!("create --count 1 --out x.csv --target {target}");
        let text = accounts(dir, &create, 2).text;
        assert!(text.contains(told) && text.contains(&target), "{told}: {text}");
        assert!(!dir.join("x.csv").exists());
    }
    let broken = stranger("500 Oops", &json!({ "detail": "no space left" }).to_string());
    let text = accounts(dir, &format!("create --count 1 --out x.csv --target {broken}"), 1).text;
    assert!(text.contains("answers 500: no space left"), "{text}");
}

#[test]
fn another_machine_is_only_changed_by_somebody_who_means_it() {
    let dir = tempfile::tempdir().unwrap();
    let dir = dir.path();
    // This machine by a name that does not say so.
    let here = stranger("200 OK", &json!({ "accounts": Vec::<Value>::new() }).to_string());
    let elsewhere = here.replace("127.0.0.1", "[::ffff:127.0.0.1]");
    let create = format!("create --count 2 --out x.csv --target {elsewhere}");
    let text = accounts(dir, &create, 2).text;
    assert!(text.contains("Make 2 accounts at") && text.contains("not this machine?"), "{text}");
    assert!(text.contains("say --yes"), "{text}");
}

/// Something else that speaks HTTP; its thread ends with the process.
fn stranger(status: &str, body: &str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let length = body.len();
    let answer =
        format!("HTTP/1.1 {status}\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}");
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let mut reader = BufReader::new(stream);
            let mut line = String::new();
            // Up to the empty line: a request for the list has no body.
            while reader.read_line(&mut line).is_ok_and(|read| read > 2) {
                line.clear();
            }
            let _ = reader.get_mut().write_all(answer.as_bytes());
        }
    });
    url
}
