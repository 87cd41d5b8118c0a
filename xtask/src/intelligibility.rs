//! What a speech recogniser understands of our speech: the check that no unit test can replace.

use anyhow::Result;

use crate::python::{Checked, Packages, check, gentle, target};
use crate::test::{build, root};

pub(crate) const PACKAGES: Packages = Packages {
    name: "speech-recogniser",
    list: "services/tts-reader/speech/tests/requirements.txt",
    how: &[],
};

/// Installs the recogniser into the target folder when it can, and runs the check.
pub(crate) fn run() -> Result<Checked> {
    let python = match PACKAGES.python()? {
        Ok(python) => python,
        Err(why) => return Ok(Checked::NotPossible(why)),
    };
    build(&["--example", "say"])?;
    let mut program = gentle(&python);
    program
        .arg(root().join("services/tts-reader/speech/tests/intelligibility.py"))
        .arg(target().join("debug/examples/say"));
    check(program)
}
