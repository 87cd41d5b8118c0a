//! `katydid URL`: load on one address, without writing a suite.

use std::process::ExitCode;

fn main() -> ExitCode {
    katydid_cli::quick()
}
