//! A suite as a whole program.
//!
//! The suite under test has to be a program of its own, executed again by `--embedded`. So this
//! test program has no harness of the compiler's: with `SHOP_LOAD` set it *is* the suite
//! (`shop.rs`), without it runs the tests, which start it again.

#![expect(clippy::unwrap_used, reason = "these are tests, though not the compiler's")]

mod backend;
mod bad_input;
mod capacity;
mod climb;
mod command_line;
mod commands;
mod compared;
mod console;
mod evidence;
mod exit_codes;
mod exports;
mod files;
mod grid;
mod guards;
mod hooks;
mod keys;
mod live;
mod locust_api;
mod measure;
mod phases;
mod plans;
mod preflight;
#[path = "../process/mod.rs"]
mod process;
mod pty;
mod runs;
mod saved;
mod shop;
mod tui;
mod warnings;
mod watching;

use std::process::{Command, ExitCode};

use libtest_mimic::{Arguments, Trial};

fn main() -> ExitCode {
    if std::env::var_os("SHOP_LOAD").is_some() {
        if let Some(bytes) = std::env::var_os("SHOP_FILE_SIZE") {
            let bytes = bytes.to_str().unwrap().parse().unwrap();
            rlimit::setrlimit(rlimit::Resource::FSIZE, bytes, bytes).unwrap();
        }
        return katydid_cli::main(hooks::add(shop::suite()));
    }
    let arguments = Arguments::from_args();
    let tests = [
        command_line::TESTS,
        commands::TESTS,
        console::TESTS,
        runs::TESTS,
        saved::TESTS,
        evidence::TESTS,
        compared::TESTS,
        exit_codes::TESTS,
        capacity::TESTS,
        climb::TESTS,
        keys::TESTS,
        tui::TESTS,
        live::TESTS,
        locust_api::TESTS,
        measure::TESTS,
        phases::TESTS,
        plans::TESTS,
        exports::TESTS,
        files::TESTS,
        guards::TESTS,
        preflight::TESTS,
        hooks::TESTS,
        backend::TESTS,
        bad_input::TESTS,
        warnings::TESTS,
        watching::TESTS,
    ]
    .concat();
    let trial = |(name, test): (&'static str, fn())| {
        Trial::test(name, move || {
            test();
            Ok(())
        })
    };
    libtest_mimic::run(&arguments, tests.into_iter().map(trial).collect()).exit_code()
}

/// Tests of a file by name.
type Tests = &'static [(&'static str, fn())];

/// Lists functions as tests.
macro_rules! tests {
    ($($name:ident),+ $(,)?) => {
        pub(crate) const TESTS: crate::Tests =
            &[$((concat!(module_path!(), "::", stringify!($name)), $name)),+];
    };
}
pub(crate) use tests;

/// The suite's program with these words.
fn shop(words: &str) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    // Nobody's own settings take part.
    command.env("HOME", "/nonexistent");
    // Every run leaves a folder where it is started.
    command.current_dir(env!("CARGO_TARGET_TMPDIR"));
    command.env("SHOP_LOAD", "1").env("NO_COLOR", "1").args(words.split_whitespace());
    command
}
