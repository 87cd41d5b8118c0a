//! What a speech recogniser understands of our speech: the check that no unit test can replace.

use std::process::Command;

use anyhow::{Context as _, Result};

use crate::python::{Checked, check, python_with, target};
use crate::test::{cargo, root};

/// Installs the recogniser into the target folder when it can, and runs the check.
pub(crate) fn run() -> Result<Checked> {
    let tests = root().join("services/tts-reader/speech/tests");
    let requirements = tests.join("requirements.txt");
    let python = match python_with("speech-recogniser", &requirements, &[])? {
        Ok(python) => python,
        Err(why) => return Ok(Checked::NotPossible(why)),
    };
    let built = cargo()
        .args(["build", "--quiet", "--package", "tts-reader-speech", "--example", "say"])
        .status()
        .context("cargo cannot be started")?;
    anyhow::ensure!(built.success(), "the example `say` does not build");
    let mut program = Command::new(python);
    program.arg(tests.join("intelligibility.py")).arg(target().join("debug/examples/say"));
    check(program)
}
