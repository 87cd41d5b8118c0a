//! The `tts-load` binary.

use std::process::ExitCode;

fn main() -> ExitCode {
    katydid::main(tts_reader_load_test::suite())
}
