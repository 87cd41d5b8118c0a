//! The embedded service, in a process of its own as `tts-load` uses it.

use std::{
    io::{BufRead, BufReader},
    process::{Command, Stdio},
};

use serde_json::json;
use tts_reader::embedded::{EmbeddedOptions, serve_blocking};

/// Set in the child, which is this same test binary.
const DIRECTORY: &str = "TTS_READER_TEST_EMBEDDED_DIRECTORY";

#[test]
fn it_announces_itself_serves_and_ends_with_its_parent() {
    if let Some(dir) = std::env::var_os(DIRECTORY) {
        return be_the_child(dir.into());
    }
    let dir = tempfile::tempdir().unwrap();
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "embedded::it_announces_itself_serves_and_ends_with_its_parent"])
        .arg("--nocapture")
        .env(DIRECTORY, dir.path())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
    let ready = lines.find_map(|line| line.split_once("ready ").map(|line| line.1.to_owned()));
    let ready: serde_json::Value = serde_json::from_str(&ready.expect("a ready line")).unwrap();
    assert_eq!(ready["accounts"].as_array().unwrap().len(), 3);

    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let url = format!("{}/api/login", ready["url"].as_str().unwrap());
        let login = reqwest::Client::new().post(url).json(&ready["accounts"][2]).send().await;
        assert_eq!(login.unwrap().status(), 200);
    });
    drop(child.stdin.take());
    let rest: Vec<String> = lines.collect();
    assert!(child.wait().unwrap().success(), "ends when its standard input ends: {rest:?}");
}

#[expect(clippy::print_stdout, reason = "the parent reads it")]
fn be_the_child(dir: std::path::PathBuf) {
    let mut options = EmbeddedOptions::in_directory(dir);
    options.accounts = 3;
    serve_blocking(options, |ready| {
        let accounts: Vec<_> = ready
            .accounts
            .iter()
            .map(|one| json!({ "username": one.username, "password": one.password }))
            .collect();
        let ready = json!({ "url": ready.url, "accounts": accounts });
        println!("\nready {ready}");
    })
    .unwrap();
}
