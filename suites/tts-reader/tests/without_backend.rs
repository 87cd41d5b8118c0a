//! `tts-load` built without the service: `cargo test -p tts-reader-load-test --no-default-features`.
#![cfg(not(feature = "embedded"))]

use std::process::Command;

#[test]
fn a_database_needs_the_backend_and_a_target_does_not() {
    let dir = tempfile::tempdir().unwrap();
    let accounts = |place: &[&str]| {
        let output = Command::new(env!("CARGO_BIN_EXE_tts-load"))
            .args(["accounts", "create", "--count", "1", "--out", "x.csv"])
            .args(place)
            .current_dir(dir.path())
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(2));
        String::from_utf8(output.stderr).unwrap()
    };
    let text = accounts(&["--database", "sqlite://x.db"]);
    assert!(text.contains("built without the backend") && text.contains("--target URL"), "{text}");
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let text = accounts(&["--target", &format!("http://{free}")]);
    assert!(text.contains("nothing answers at"), "{text}");
}
