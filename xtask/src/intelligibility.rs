//! What a speech recogniser understands of our speech: the check that no unit test can replace.

use std::process::Command;

use anyhow::Result;

use crate::python::{Checked, check, python_with, target};
use crate::test::{build, root};

/// Installs the recogniser into the target folder when it can, and runs the check.
pub(crate) fn run() -> Result<Checked> {
    let tests = root().join("services/tts-reader/speech/tests");
    let requirements = tests.join("requirements.txt");
    let python = match python_with("speech-recogniser", &requirements, &[])? {
        Ok(python) => python,
        Err(why) => return Ok(Checked::NotPossible(why)),
    };
    build(&["--example", "say"])?;
    let mut program = Command::new(python);
    program.arg(tests.join("intelligibility.py")).arg(target().join("debug/examples/say"));
    check(program)
}
