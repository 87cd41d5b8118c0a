//! `tts-load clean`: what a run has left goes, whatever its end was, and nothing else.

use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use super::service::Service;
use super::{Ended, tts_load};

/// `tts-load clean` with these words, and how it must end.
pub(crate) fn clean(dir: &Path, words: &str, code: i32) -> String {
    let Ended { code: ended, text } = tts_load(dir, &format!("clean {words}"));
    assert_eq!(ended, Some(code), "{words}: {text}");
    text
}

/// Makes accounts; name, password and id of each.
fn accounts(dir: &Path, words: &str, file: &str) -> Vec<[String; 3]> {
    let ended = tts_load(dir, &format!("accounts create {words} --out {file}"));
    assert_eq!(ended.code, Some(0), "{}", ended.text);
    let mut reader = csv::Reader::from_path(dir.join(file)).unwrap();
    let rows = reader.records().map(Result::unwrap);
    rows.map(|row| [row[0].to_owned(), row[1].to_owned(), row[3].to_owned()]).collect()
}

/// A short run with a folder; its verdict is not what counts here.
fn load(dir: &Path, words: &str) {
    let ended = tts_load(dir, &format!("--scenario smoke -u 3 -r 3 {words}"));
    assert!(matches!(ended.code, Some(0 | 3 | 99)), "{}", ended.text);
}

/// A run that is killed as soon as one of its users has registered an account.
pub(crate) fn killed(dir: &Path, service: &Service, words: &str) {
    let words = format!("--scenario smoke -u 3 -r 3 -t 60s --returning-share 0 {words}");
    let mut child = Command::new(env!("CARGO_BIN_EXE_tts-load"))
        .args(words.split_whitespace())
        .current_dir(dir)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let limit = Instant::now() + Duration::from_mins(1);
    let there = || registered(dir).iter().any(|(name, word)| service.login(name, word).is_some());
    while !there() && Instant::now() < limit {
        std::thread::park_timeout(Duration::from_millis(20));
    }
    child.kill().unwrap();
    child.wait().unwrap();
}

/// The folder of the only run.
pub(crate) fn folder(dir: &Path) -> Option<PathBuf> {
    fs::read_dir(dir.join("load_test_runs")).ok()?.next().map(|entry| entry.unwrap().path())
}

/// Name and password of each account that the run has registered and not deleted.
pub(crate) fn registered(dir: &Path) -> Vec<(String, String)> {
    let Some(folder) = folder(dir) else { return Vec::new() };
    let text = fs::read_to_string(folder.join("created.jsonl")).unwrap_or_default();
    let mut all: Vec<(String, String)> = Vec::new();
    for line in text.lines() {
        let Ok(line) = serde_json::from_str::<serde_json::Value>(line) else { continue };
        let word = |key: &str| line["registered"][key].as_str().map(str::to_owned);
        all.extend(word("username").zip(word("password")));
        all.retain(|(name, _)| line["deleted"] != name.as_str());
    }
    all
}

#[test]
fn a_killed_run_is_cleaned_up_and_its_neighbours_stay() {
    let dir = tempfile::tempdir().unwrap();
    let dir = dir.path();
    let service = Service::start(&dir.join("data"), true);
    let neighbour = service.neighbour("team_100");
    let made = accounts(dir, &format!("--count 5 --prefix team --target {}", service.url), "a.csv");
    killed(dir, &service, &format!("-H {} --accounts a.csv", service.url));
    let left = registered(dir);
    let there = |name: &str, password: &str| service.login(name, password).is_some();
    assert!(left.iter().any(|(name, password)| there(name, password)), "{left:?}");
    for [name, password, _] in &made {
        service.speak(name, password);
    }

    let unasked = clean(dir, "last", 2);
    assert!(unasked.contains("left at http://127.0.0.1:"), "{unasked}");
    assert!(unasked.contains("3 test accounts (team_000 to team_002) to remove"), "{unasked}");
    assert!(unasked.contains("registered account"), "{unasked}");
    assert!(unasked.contains("2 further accounts of the same batch were not used"), "{unasked}");
    assert!(unasked.contains("say --yes"), "{unasked}");
    assert!(there(&made[0][0], &made[0][1]), "nothing was removed");

    let told = clean(dir, "last --yes", 0);
    assert!(told.contains("3 test accounts removed, with credits and audio"), "{told}");
    for (name, password) in &left {
        assert!(!told.contains(password), "a password is told");
        assert!(!there(name, password), "{name} is left");
    }
    let audio = |id: &str| dir.join("data/users").join(id).exists();
    for (number, [name, password, id]) in made.iter().enumerate() {
        let unused = number >= 3;
        assert_eq!((there(name, password), audio(id)), (unused, unused), "{name}");
    }
    assert!(neighbour.audio.exists());
    assert_eq!(service.balance(&neighbour.username, &neighbour.password), neighbour.credits);

    let run = folder(dir).unwrap();
    let name = run.file_name().unwrap().to_str().unwrap();
    let again = clean(dir, &format!("{name} --yes"), 0);
    assert!(again.contains(&format!("nothing left to remove of load_test_runs/{name}")), "{again}");
    assert!(registered(dir).is_empty(), "noted as deleted");
}

#[test]
fn kept_accounts_are_as_at_first_and_the_lasting_one_stays() {
    let dir = tempfile::tempdir().unwrap();
    let dir = dir.path();
    let service = Service::start(&dir.join("data"), true);
    let to = format!("--target {}", service.url);
    let made = accounts(dir, &format!("--count 3 --credits 70000 --prefix kept {to}"), "a.csv");
    load(dir, &format!("-t 2s -H {} --accounts a.csv", service.url));
    let audio = |id: &str| dir.join("data/users").join(id).exists();
    for [name, password, id] in &made {
        service.speak(name, password);
        assert!(audio(id) && service.balance(name, password) < 70_000);
    }
    let told = clean(dir, "last --reset-credits --yes", 0);
    assert!(told.contains("3 test accounts (kept_000 to kept_002) to keep"), "{told}");
    assert!(told.contains("set back to the credits they were made with"), "{told}");
    for [name, password, id] in &made {
        assert!(!audio(id), "{name}");
        assert_eq!(service.balance(name, password), 70_000);
    }
    let again = clean(dir, "last --reset-credits --yes", 0);
    assert!(again.contains("set back to the credits"), "{again}");

    let lasting = tempfile::tempdir().unwrap();
    let lasting = lasting.path();
    let [one] = &accounts(lasting, &format!("--persistent {to}"), "user.csv")[..] else { panic!() };
    let words = format!("ReadOnlyUser -u 1 -t 1s -H {} --accounts user.csv", service.url);
    load(lasting, &words);
    let told = clean(lasting, "last --yes", 0);
    assert!(told.contains("the lasting account `loadtest_user` stays"), "{told}");
    assert!(told.contains("nothing left to remove"), "{told}");
    assert!(service.login(&one[0], &one[1]).is_some());
}

#[test]
fn a_service_without_dev_mode_is_cleaned_through_its_database() {
    let dir = tempfile::tempdir().unwrap();
    let dir = dir.path();
    let service = Service::start(&dir.join("data"), false);
    let database = "--database sqlite://data/tts-reader.db";
    let made = accounts(dir, &format!("--count 3 --prefix plain {database}"), "a.csv");
    load(dir, &format!("-t 1s -H {} --accounts a.csv", service.url));
    let refused = clean(dir, "last --yes", 2);
    assert!(refused.contains("`tts-reader serve --dev`") && refused.contains("--database"));
    let told = clean(dir, &format!("last --yes {database}"), 0);
    assert!(told.contains("3 test accounts removed"), "{told}");
    assert_eq!(service.login(&made[0][0], &made[0][1]), None);

    // The service goes; what was said of its run stays true.
    drop(service);
    let gone = clean(dir, "last --yes", 2);
    assert!(gone.contains("nothing answers at http://127.0.0.1:"), "{gone}");
}

#[test]
fn a_run_with_a_backend_of_its_own_left_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let dir = dir.path();
    load(dir, "-t 1s --embedded");
    let told = clean(dir, "last", 0);
    assert!(told.contains("had a backend of its own") && told.contains("nothing to remove"));
}

#[test]
fn words_that_cannot_be_meant_are_refused_with_the_next_step() {
    let dir = tempfile::tempdir().unwrap();
    let dir = dir.path();
    assert!(clean(dir, "last", 2).contains("no run is saved in load_test_runs; "));
    let run = dir.join("load_test_runs/20261128T020000Z-smoke");
    fs::create_dir_all(&run).unwrap();
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    for (words, told) in [
        ("", "<RUN>"),
        ("last --reset-credit", "'--reset-credits'"),
        ("last --data x", "--database <URL>"),
        ("20261128T020000Z-smoek", "did you mean `20261128T020000Z-smoke`?"),
        ("last", "has no notes of what its run made (created.jsonl)"),
        ("last --target localhost:5000", "write http://localhost:5000"),
        ("last --target http://u:secret@h", "a user name or password in it"),
    ] {
        let text = clean(dir, words, 2);
        assert!(text.contains(told), "{words}: {text}");
        assert!(!text.contains("secret"), "{words}: {text}");
    }
    let registered = "{\"registered\":{\"username\":\"abc\",\"password\":\"secret\"}}\n";
    let head = format!(
        "{{\"run\":{{\"version\":1,\"host\":\"http://{free}\",\"embedded\":false,\"used\":null,\
         \"foreign\":\"mine.csv\"}}}}\n"
    );
    for (notes, told) in [
        (head.clone() + registered, format!("nothing answers at http://{free}")),
        (head.clone() + "oops\n", "line 2: it is not a note of tts-load".to_owned()),
        (registered.to_owned(), "has no notes of what its run made".to_owned()),
        (head.replace("1,", "9,").replace("host", "place"), "by a newer tts-load".to_owned()),
    ] {
        fs::write(run.join("created.jsonl"), &notes).unwrap();
        let text = clean(dir, "last", 2);
        assert!(text.contains(&told), "{told}: {text}");
        assert!(!text.contains("secret"), "{text}");
    }
    fs::write(run.join("created.jsonl"), head + "{\"lost\":3}\n").unwrap();
    let foreign = clean(dir, "last", 0);
    assert!(foreign.contains("accounts of mine.csv were not made by"), "{foreign}");
    assert!(foreign.contains("3 notes of this run are missing"), "{foreign}");
    assert!(foreign.contains("nothing left to remove"), "{foreign}");
}
