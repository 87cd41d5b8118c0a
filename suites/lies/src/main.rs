//! The `lies` binary: the suite with the mistake that `LIE` names, `lies serve` for its toy service
//! and `lies catalogue` for the list of mistakes.

use std::io::Write as _;
use std::process::ExitCode;

fn main() -> ExitCode {
    match lies::Mistake::of_environment() {
        Ok(mistake) => katydid::main(lies::suite(mistake)),
        Err(unknown) => {
            let _ = writeln!(std::io::stderr(), "error: {unknown}");
            ExitCode::from(2)
        }
    }
}
