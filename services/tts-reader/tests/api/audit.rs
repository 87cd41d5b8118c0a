//! The audit log: what was done to it is found, line by line.

use std::{
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
};

use crate::app::{Home, TestApp};

const LOG: &str = "tts_api_audit.log";

/// Something done to the lines of a file.
type Change = fn(&mut Vec<String>);

/// A stopped service's data, with so many refused requests in its log of small files.
async fn logged(requests: usize) -> Home {
    let app = TestApp::with(|settings| {
        settings.audit_log_bytes = 4_096;
        settings.audit_log_files = 3;
    })
    .await;
    for number in 0..requests {
        app.get(&format!("/nothing/{number}")).await.expect_status(404);
    }
    app.stop().await
}

fn verify(data: &Path) -> Output {
    Command::new(env!("CARGO_BIN_EXE_tts-reader"))
        .args(["audit", "verify", "--data"])
        .arg(data)
        .env_clear()
        .stdin(Stdio::null())
        .output()
        .unwrap()
}

fn said(output: &Output, data: &Path) -> String {
    let text = [&output.stdout[..], &output.stderr[..]].concat();
    String::from_utf8(text).unwrap().replace(&format!("{}/", data.display()), "")
}

/// A copy of the data with one change.
fn tampered(data: &Path, change: impl FnOnce(&Path)) -> (Option<i32>, String) {
    let copy = tempfile::tempdir().unwrap();
    for entry in std::fs::read_dir(data).unwrap() {
        let entry = entry.unwrap();
        if entry.file_type().unwrap().is_file() {
            std::fs::copy(entry.path(), copy.path().join(entry.file_name())).unwrap();
        }
    }
    change(copy.path());
    let output = verify(copy.path());
    (output.status.code(), said(&output, copy.path()))
}

/// Rewrites the lines of a file.
fn edit(file: PathBuf, change: impl FnOnce(&mut Vec<String>)) {
    let text = std::fs::read_to_string(&file).unwrap();
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    change(&mut lines);
    std::fs::write(file, lines.join("\n") + "\n").unwrap();
}

#[tokio::test]
async fn whatever_is_done_to_a_line_is_found_and_named() {
    let home = logged(12).await;
    let data = home.dir.path();
    let text = std::fs::read_to_string(data.join(LOG)).unwrap();
    assert!(text.lines().nth(3).unwrap().contains("GET /nothing/2 answered 404"), "{text}");
    let lines = text.lines().count();
    assert_eq!(lines, 14, "started, twelve refusals, stopped: {text}");
    let untouched = tampered(data, |_| {});
    assert_eq!(untouched, (Some(0), format!("{LOG} is whole: 14 lines, 1 to 14, in 1 files\n")));

    let cases: [(Change, &[&str]); 12] = [
        (
            |l| l[3] = l[3].replace("404", "200"),
            &["tts_api_audit.log:4: line 4 was changed", "is not whole: 1 findings"],
        ),
        (|l| l[0] = l[0].replace("started", "begun"), &[":1: line 1 was changed"]),
        (
            |l| {
                // Another digit of the link itself.
                let digit = if l[3].ends_with('0') { "1" } else { "0" };
                let end = l[3].len() - 1;
                l[3].replace_range(end.., digit);
            },
            &[":4: line 4 was changed", "1 findings"],
        ),
        (|l| drop(l.remove(5)), &["line 6 is missing before tts_api_audit.log:6", "1 findings"]),
        (|l| drop(l.drain(5..8)), &["lines 6 to 8 are missing before", "1 findings"]),
        (
            |l| drop(l.drain(..2)),
            &["cannot be checked", "lines 1 to 2 are missing at the beginning"],
        ),
        (|l| l.swap(6, 7), &[":8: line 7 was moved, it stands after line 8", "1 findings"]),
        (|l| l.insert(9, l[2].clone()), &[":10: line 3 is there a second time", "1 findings"]),
        (
            |l| l.insert(9, "nothing happened".to_owned()),
            &[":10 is no line of this log", "1 findings"],
        ),
        (|l| l.truncate(10), &["lines 11 to 14 are missing at the end", "1 findings"]),
        (|l| drop(l.pop()), &["line 14 is missing at the end", "1 findings"]),
        (|l| l.clear(), &["lines 1 to 14 are missing at the end"]),
    ];
    for (change, words) in cases {
        let (code, text) = tampered(data, |copy| edit(copy.join(LOG), change));
        assert_eq!(code, Some(1), "{text}");
        for words in words {
            assert!(text.contains(words), "{words}: {text}");
        }
    }
}

#[tokio::test]
async fn a_seal_that_is_gone_or_changed_is_told() {
    let home = logged(2).await;
    let seal = format!("{LOG}.seal");
    let (code, text) =
        tampered(home.dir.path(), |copy| std::fs::remove_file(copy.join(&seal)).unwrap());
    assert_eq!(code, Some(1));
    assert!(text.contains("whether the end is whole cannot be told"), "{text}");
    // As somebody would who cut the end and knows of the seal, but not the key.
    let (code, text) = tampered(home.dir.path(), |copy| {
        edit(copy.join(LOG), |lines| lines.truncate(2));
        edit(copy.join(&seal), |lines| lines[0] = lines[0].replacen(" 4 ", " 2 ", 1));
    });
    assert_eq!(code, Some(1));
    assert!(text.contains(".seal was changed, or made with another key"), "{text}");
    let (code, text) =
        tampered(home.dir.path(), |copy| std::fs::remove_file(copy.join("audit_key")).unwrap());
    assert_eq!(code, Some(2), "{text}");
    assert!(text.contains("name the service's data directory with --data"), "{text}");
    let (code, text) =
        tampered(home.dir.path(), |copy| std::fs::remove_file(copy.join(LOG)).unwrap());
    assert_eq!(code, Some(2), "{text}");
}

#[tokio::test]
async fn files_that_were_rotated_away_are_not_missed_and_others_are() {
    let home = logged(200).await;
    let data = home.dir.path();
    for number in 1..=3 {
        assert!(data.join(format!("{LOG}.{number}")).metadata().unwrap().len() >= 4_096);
    }
    assert!(!data.join(format!("{LOG}.4")).exists());
    let (code, text) = tampered(data, |_| {});
    assert_eq!(code, Some(0), "{text}");
    assert!(text.contains("in 4 files") && !text.contains(" 1 to "), "{text}");
    for (file, words) in [("3", "are missing at the beginning"), ("2", "are missing before")] {
        let (code, text) = tampered(data, |copy| {
            std::fs::remove_file(copy.join(format!("{LOG}.{file}"))).unwrap();
        });
        assert_eq!(code, Some(1));
        assert!(text.contains(words) && text.contains("1 findings"), "{text}");
    }
}

#[tokio::test]
async fn a_service_goes_on_in_its_log_and_tells_what_was_done_meanwhile() {
    let home = logged(3).await;
    let app = TestApp::at(home, |_| {}).await;
    let trail = app.get("/api/enterprise/status").await.json["audit_trail"].clone();
    assert_eq!(
        (&trail["integrity_verified"], &trail["tampering_detected"]),
        (&true.into(), &false.into())
    );
    let home = app.stop().await;
    let output = verify(home.dir.path());
    assert!(output.status.success(), "{}", said(&output, home.dir.path()));

    edit(home.dir.path().join(LOG), |lines| lines.truncate(4));
    let app = TestApp::at(home, |_| {}).await;
    let trail = app.get("/api/enterprise/status").await.json["audit_trail"].clone();
    assert_eq!(
        (&trail["integrity_verified"], &trail["tampering_detected"]),
        (&false.into(), &true.into())
    );
    let home = app.stop().await;
    let log = std::fs::read_to_string(home.dir.path().join(LOG)).unwrap();
    assert!(
        log.contains(
            "ERROR - [audit] The log is not as it was left: its end is cut off: lines 5 to 7"
        ),
        "{log}"
    );
    let text = said(&verify(home.dir.path()), home.dir.path());
    assert!(
        text.contains("lines 5 to 7 are missing before") && text.contains("1 findings"),
        "{text}"
    );
}

#[tokio::test]
async fn a_line_that_was_cut_off_by_a_crash_is_named_and_the_next_is_not_lost() {
    let home = logged(1).await;
    let log = home.dir.path().join(LOG);
    let text = std::fs::read_to_string(&log).unwrap();
    std::fs::write(&log, text + "2026-11-23 10:05:16,123 - app.auth - WARN").unwrap();
    let app = TestApp::at(home, |_| {}).await;
    let home = app.stop().await;
    let (code, text) = tampered(home.dir.path(), |_| {});
    assert_eq!(code, Some(1));
    assert!(text.contains("tts_api_audit.log:4 is no line of this log"), "{text}");
    assert!(text.contains("1 findings"), "{text}");
}

#[tokio::test]
async fn a_log_of_an_earlier_version_is_gone_on_with() {
    let home = Home::fresh();
    let old = "2026-11-23 10:05:16,123 - app.main - INFO - [main] Service started\n";
    std::fs::write(home.dir.path().join(LOG), old).unwrap();
    let home = TestApp::at(home, |_| {}).await.stop().await;
    let (code, text) = tampered(home.dir.path(), |_| {});
    assert_eq!(code, Some(0), "{text}");
    assert!(text.starts_with("1 lines of an earlier version come first"), "{text}");
}
