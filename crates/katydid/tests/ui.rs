//! What misuse of the attributes says, one file per rule.
//!
//! `TRYBUILD=overwrite cargo test -p katydid --test ui` takes over changed messages. What must be
//! accepted is in `accepted/`: ordinary tests, so that nothing is compiled twice.

use std::process::Command;

/// How cargo learns of the compiler's flags; before any that trybuild asks for.
const FLAGS: &str = "CARGO_ENCODED_RUSTFLAGS";

/// trybuild's own. It adds the last one only for the files under test: with other flags every crate they
/// need would be compiled for them once more.
const TRYBUILDS: [&str; 6] =
    ["--cfg", "trybuild", "--verbose", "-A", "dead_code", "--diagnostic-width=140"];

#[test]
fn misuse_is_told_at_its_place() {
    if std::env::var_os(FLAGS).is_none() {
        return with_flags("misuse_is_told_at_its_place");
    }
    let cases = trybuild::TestCases::new();
    cases.compile_fail("tests/ui/fail/*.rs");
    // Words of the compiler change with its version; ours are pinned on the oldest one supported.
    if compiler() == env!("CARGO_PKG_RUST_VERSION") {
        cases.compile_fail("tests/ui/compiler/*.rs");
    }
}

/// Runs a test of this program in a process of its own, whose environment has the flags.
fn with_flags(test: &str) {
    let program = std::env::current_exe().expect("a program knows its path");
    let ran = Command::new(program)
        .args([test, "--exact", "--nocapture"])
        .env(FLAGS, TRYBUILDS.join("\u{1f}"))
        .output()
        .expect("it starts once more");
    let told = [ran.stdout, ran.stderr].concat();
    assert!(ran.status.success(), "{}", String::from_utf8_lossy(&told));
}

/// `1.95` of `rustc 1.95.0 (…)`.
fn compiler() -> String {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let version = Command::new(rustc).arg("--version").output().expect("rustc says its version");
    let version = String::from_utf8(version.stdout).expect("in UTF-8");
    let number = version.split(' ').nth(1).expect("its number is the second word");
    number.rsplit_once('.').expect("a number has a patch level").0.to_owned()
}
