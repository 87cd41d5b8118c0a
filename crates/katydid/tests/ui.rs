//! What misuse of the attributes says, one file per rule.
//!
//! `TRYBUILD=overwrite cargo test -p katydid --test ui` takes over changed messages. What must be
//! accepted is in `accepted/`: ordinary tests, so that nothing is compiled twice.

use std::process::Command;

#[test]
fn misuse_is_told_at_its_place() {
    let cases = trybuild::TestCases::new();
    cases.compile_fail("tests/ui/fail/*.rs");
    // Words of the compiler change with its version; ours are pinned on the oldest one supported.
    if compiler() == env!("CARGO_PKG_RUST_VERSION") {
        cases.compile_fail("tests/ui/compiler/*.rs");
    }
}

/// `1.95` of `rustc 1.95.0 (…)`.
fn compiler() -> String {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let version = Command::new(rustc).arg("--version").output().expect("rustc says its version");
    let version = String::from_utf8(version.stdout).expect("in UTF-8");
    let number = version.split(' ').nth(1).expect("its number is the second word");
    number.rsplit_once('.').expect("a number has a patch level").0.to_owned()
}
