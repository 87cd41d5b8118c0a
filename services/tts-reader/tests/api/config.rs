//! Settings as they are shown, and as the documents have them.

use std::{
    path::Path,
    process::{Command, Stdio},
};

fn show(args: &[&str], env: &[(&str, &str)]) -> String {
    let dir = tempfile::tempdir().unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_tts-reader"))
        .args(["config", "show"])
        .args(args)
        .env_clear()
        .envs(env.iter().copied())
        .current_dir(dir.path())
        .stdin(Stdio::null())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 0, "showing makes nothing");
    String::from_utf8(output.stdout).unwrap()
}

/// Value and source of a setting.
fn of<'a>(shown: &'a str, name: &str) -> (&'a str, &'a str) {
    let line = shown.lines().find(|line| line.starts_with(&format!("{name} ")));
    let line = line.unwrap_or_else(|| panic!("no {name} in\n{shown}"));
    let mut cells = line.split("  ").map(str::trim).filter(|cell| !cell.is_empty()).skip(1);
    (cells.next().unwrap(), cells.next().unwrap())
}

#[test]
fn every_setting_is_shown_with_its_source_and_no_secret() {
    let shown = show(
        &["--bind", "0.0.0.0:8000", "--data", "here"],
        &[
            ("ACCESS_TOKEN_EXPIRE_MINUTES", "5"),
            ("JWT_SECRET_KEY", "hunter2-hunter2-hunter2"),
            ("DATABASE_CONNECTION_STRING", "sqlite://old.db"),
            ("SMTP_HOST", "mail.example.com"),
            ("SMTP_USERNAME", "post@example.com"),
            ("SMTP_PASSWORD", "hunter2"),
            ("PORT", "9"),
        ],
    );
    for (name, value, source) in [
        ("ACCESS_TOKEN_EXPIRE_MINUTES", "5", "environment"),
        ("PORT", "8000", "--bind"),
        ("HOST", "0.0.0.0", "--bind"),
        ("TTS_READER_DATA", "here", "--data"),
        ("AUDIT_LOG", "here/tts_api_audit.log", "default"),
        ("DATABASE_URL", "old.db", "DATABASE_CONNECTION_STRING"),
        ("JWT_SECRET_KEY", "(set)", "environment"),
        ("SMTP_PASSWORD", "(set)", "environment"),
        ("SMTP_HOST", "mail.example.com", "environment"),
        ("SMTP_FROM", "post@example.com", "default"),
        ("SPEECH_QUEUE", "128", "default"),
    ] {
        assert_eq!(of(&shown, name), (value, source), "{name}");
    }
    assert!(!shown.contains("hunter2"), "{shown}");
}

#[test]
fn load_test_mode_shows_what_it_replaced() {
    let shown = show(&[], &[("LOAD_TEST_MODE", "1"), ("STRIPE_API_KEY", "sk_test_51Habc")]);
    assert_eq!(of(&shown, "LOAD_TEST_MODE"), ("true", "environment"));
    assert_eq!(of(&shown, "--dev"), ("true", "LOAD_TEST_MODE"));
    assert_eq!(of(&shown, "SMTP_HOST"), ("off", "LOAD_TEST_MODE"));
    assert_eq!(of(&shown, "STRIPE_API_KEY"), ("(set)", "environment"));
}

#[test]
fn the_documented_table_is_the_real_one() {
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/BACKEND.md");
    let text = std::fs::read_to_string(docs).unwrap();
    let table = show(&["--markdown"], &[]);
    assert!(
        text.contains(&table),
        "docs/BACKEND.md does not have what `tts-reader config show --markdown` prints:\n{table}"
    );
}
