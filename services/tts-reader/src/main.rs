//! The `tts-reader` binary.

use std::process::ExitCode;

fn main() -> ExitCode {
    tts_reader::cli::main()
}
